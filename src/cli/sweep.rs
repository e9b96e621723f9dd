//! `saddlescope sweep`: a grid of experiments, computed in shards and merged into one table.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::command_files::CommandFiles;
use super::error::{CliError, Kept};
use super::interruption::Interruption;
use super::outputs::extension;
use super::{print, say, write_stdout};
use crate::chart::Look;
use crate::figure::{Figure, Sheet};
use crate::files::{check_writable, read_text, write_whole};
use crate::sweep::map::{Boundaries, MapTable, Wanted};
use crate::sweep::{
    CellId, EXAMPLE, Progress, Shard, Sweep, SweepDirectory, SweepError, TableFormat, count_shard, merge,
    run_shard, write_table,
};

/// Longest sweep file.
const LONGEST: u64 = 1 << 24;

#[derive(Args, Debug)]
pub(super) struct SweepArguments {
    /// The sweep; its directory holds a copy, so that --merge needs none
    #[arg(value_name = "FILE.toml", required_unless_present_any = ["merge", "example"])]
    file: Option<PathBuf>,
    /// Directory of the tables of the sweep, made where there is none; of --merge the table: .csv, .npz or .parquet
    #[arg(long, value_name = "PATH", required_unless_present_any = ["example", "dry_run", "cell"])]
    out: Option<PathBuf>,
    /// Compute one part of the cells: I/N from 1 to N; auto asks Slurm; auto/N Kubernetes (JOB_COMPLETION_INDEX) or HyperQueue (HQ_TASK_ID)
    #[arg(long, value_name = "SHARD", conflicts_with_all = ["merge", "example", "cell", "replay"])]
    shard: Option<String>,
    /// Put the tables of these directories together into one, cells in the order of the grid
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["file", "example"])]
    merge: Option<Vec<PathBuf>>,
    /// With --merge: take what is there, although cells are missing
    #[arg(long, requires = "merge")]
    partial: bool,
    /// Print a sweep file with every key explained
    #[arg(long, exclusive = true)]
    example: bool,
    /// Go through all cells and judge their experiments, but compute nothing
    #[arg(long, conflicts_with_all = ["merge", "cell", "replay"])]
    dry_run: bool,
    /// Print the experiment of a cell, with the seed of its first replica, to be run or opened
    #[arg(long, value_name = "ID", conflicts_with_all = ["merge", "replay"])]
    cell: Option<CellId>,
    /// With --cell: another replica, counted from 0
    #[arg(long, value_name = "R", requires = "cell", default_value_t = 0)]
    replica: usize,
    /// Compute a cell of the sweep in --out again and compare its rows and its digest with those in the tables
    #[arg(long, value_name = "ID", conflicts_with = "merge")]
    replay: Option<CellId>,
}

pub(super) fn sweep(arguments: &SweepArguments) -> Result<(), CliError> {
    if arguments.example {
        return print(EXAMPLE);
    }
    if let (Some(directories), Some(out)) = (&arguments.merge, &arguments.out) {
        return merge_tables(directories, out, arguments.partial);
    }
    let path = arguments.file.as_deref().unwrap_or_else(|| Path::new(""));
    let sweep = read(path)?;
    if let Some(id) = arguments.cell {
        let experiment = find(&sweep, id)?.replica(arguments.replica);
        return print(&experiment.to_toml());
    }
    let shard = match &arguments.shard {
        None => Shard::default(),
        Some(text) => text.parse()?,
    };
    if arguments.dry_run {
        let interruption = Interruption::listen();
        let n = count_shard(&sweep, shard, interruption.flag()).map_err(of_shard)?;
        let total = sweep.n_cells();
        return write_stdout(|stdout| {
            writeln!(
                stdout,
                "shard {shard}: {n} of {total} cells, {} networks each",
                sweep.replicas
            )
        });
    }
    let out = arguments.out.as_deref().unwrap_or_else(|| Path::new(""));
    match arguments.replay {
        Some(id) => replay(&sweep, id, out),
        None => compute(&sweep, path, shard, out),
    }
}

fn read(path: &Path) -> Result<Sweep, CliError> {
    let text = read_text(path, LONGEST).map_err(|cause| CliError::unread(path, cause))?;
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    Sweep::parse(directory, &text).map_err(|cause| CliError::SweepFile {
        path: path.to_owned(),
        cause: Box::new(cause),
    })
}

/// Computes what is left of a shard, with a progress bar where there is a terminal.
fn compute(sweep: &Sweep, path: &Path, shard: Shard, out: &Path) -> Result<(), CliError> {
    // A key that is none or a value that is wrong everywhere leaves no directory behind.
    sweep.cell(0)?;
    let mut files = CommandFiles::default();
    files.read("the sweep", path);
    sweep.add_files_to(&mut files.inputs);
    for output in SweepDirectory::outputs(out, shard) {
        files.may_change("a file in --out", &output)?;
    }
    let directory = SweepDirectory::of(out, sweep)?;
    let interruption = Interruption::listen();
    let bar = if io::stderr().is_terminal() {
        ProgressBar::new(0)
    } else {
        ProgressBar::hidden()
    };
    let template = "{wide_bar} {human_pos}/{human_len} cells, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let progress = |Progress { done, total }: Progress| {
        if bar.length() != Some(total) {
            // What was found is no work of now: rate and time left are those of what is computed.
            bar.set_length(total);
            bar.set_position(done);
            bar.reset_eta();
        } else if done > bar.position() {
            bar.set_position(done);
        }
    };
    let run = run_shard(sweep, &directory, shard, interruption.flag(), progress);
    bar.finish_and_clear();
    let run = run.map_err(of_shard)?;
    say(&format!(
        "shard {shard}: {} cells computed, {} found, {} left",
        run.computed, run.found, run.left
    ));
    if run.left > 0 {
        return Err(interrupted(run.left));
    }
    Ok(())
}

fn of_shard(error: SweepError) -> CliError {
    match error {
        SweepError::Interrupted => CliError::Interrupted {
            exit_code: Interruption::exit_code(),
            kept: Kept::NoCell,
        },
        SweepError::Directory(_) | SweepError::Table(_) | SweepError::Cell(_) | SweepError::Setup { .. } => {
            error.into()
        }
    }
}

fn interrupted(left: u64) -> CliError {
    CliError::Interrupted {
        exit_code: Interruption::exit_code(),
        kept: Kept::Cells { left },
    }
}

fn merge_tables(directories: &[PathBuf], out: &Path, partial: bool) -> Result<(), CliError> {
    let format = extension(out)
        .and_then(|extension| TableFormat::of_extension(&extension))
        .ok_or_else(|| CliError::TableExtension { path: out.to_owned() })?;
    check_writable(out)?;
    let merged = merge(directories, partial)?;
    let mut files = CommandFiles::default();
    merged.add_files_to(&mut files.inputs);
    files.will_write("--out", out)?;
    if merged.n_missing > 0 {
        let total = merged.n_cells + merged.n_missing;
        say(&format!("{} of {total} cells are missing", merged.n_missing));
    }
    write_whole(out, |file| write_table(&merged, format, file))?;
    Ok(())
}

/// The cell with this id, looked for from the first on.
fn find(sweep: &Sweep, id: CellId) -> Result<crate::sweep::Cell, CliError> {
    for index in 0..sweep.n_cells() {
        let cell = sweep.cell(index)?;
        if cell.id == id {
            return Ok(cell);
        }
    }
    Err(CliError::NoCell { id })
}

fn replay(sweep: &Sweep, id: CellId, out: &Path) -> Result<(), CliError> {
    let cell = find(sweep, id)?;
    let merged = merge(&[out.to_owned()], true)?;
    let Some((_, expected)) = merged.rows_of(id)? else {
        return Err(CliError::NotComputed { id });
    };
    let Some(found) = sweep.compute(&cell, Interruption::listen().flag())? else {
        return Err(interrupted(1));
    };
    if found.text == expected {
        return write_stdout(|stdout| {
            writeln!(stdout, "cell {id}: the same to the bit, digest {}", found.digest)
        });
    }
    Err(CliError::CellDiffers {
        id,
        digest: found.digest,
    })
}

/// Whether a file to be drawn is a merged table rather than a recording.
pub(super) fn is_table(path: &Path) -> bool {
    extension(path).is_some_and(|extension| match extension.as_str() {
        "csv" | "parquet" => true,
        // Recordings have the same ending.
        "npz" => crate::sweep::map::is_table(path),
        _ => false,
    })
}

/// Draws a measure of a merged table over its two axes.
pub(super) fn plot_map(arguments: &super::PlotArguments) -> Result<(), CliError> {
    Figure::check_name(&arguments.out)?;
    let mut files = CommandFiles::default();
    files.read("the table", &arguments.file);
    files.will_write("--out", &arguments.out)?;
    let (measure, mode) = (arguments.measure.as_str(), arguments.mode);
    let table = MapTable::read(&arguments.file, Wanted::One(measure, mode))?;
    let mode = (mode as usize).saturating_sub(1);
    let sweep = table.sweep();
    let theory = { sweep.as_ref() }
        .filter(|_| !arguments.no_theory)
        .map(|sweep| Boundaries::of(&table, sweep.base(), Some(sweep.stop), mode));
    let room = Sheet::room_of_map();
    let picture = crate::chart::map(&table.sheet(measure, mode, theory.as_ref(), room), room);
    let (title, caption) = sweep.as_ref().map(Sweep::figure_words).unwrap_or_default();
    let look = Look::on_paper(arguments.theme.into());
    Ok(Sheet::of_picture(picture, title, caption)
        .paint(&look)
        .write(&arguments.out)?)
}
