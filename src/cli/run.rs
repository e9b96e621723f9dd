//! `saddlescope run`: an experiment from start to end, recorded as CSV or NPZ.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::error::CliError;
use super::load::load;
use super::{RunArguments, write_stdout};
use crate::session::{
    Recording, RunEnd, check_writable, is_same_file, write_csv, write_events_csv, write_npz, write_whole,
};
use crate::simulation::{Replicas, Schedule, Simulation};

/// Rows a run makes where nothing else is asked for.
const DEFAULT_ROWS: u64 = 1000;

/// A format of recordings.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    Npz,
}

impl Format {
    fn of(path: &Path) -> Result<Self, CliError> {
        let extension = path.extension().map(OsStr::to_ascii_lowercase);
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("npz") => Ok(Self::Npz),
            Some(_) | None => Err(CliError::Extension {
                path: path.to_owned(),
            }),
        }
    }
}

/// Runs, writes what was recorded, also of a run that diverged, and only then tells of the divergence.
pub(super) fn run(arguments: &RunArguments) -> Result<(), CliError> {
    let experiment = load(arguments.experiment.as_deref(), &arguments.set)?;
    let out = arguments
        .out
        .as_deref()
        .map(|path| Ok::<_, CliError>((path, Format::of(path)?)))
        .transpose()?;
    let events = arguments.events.as_deref();
    check_outputs(out.map(|(path, _)| path), events)?;
    let mut simulation = Simulation::new(&experiment)?;
    let every = default_stride(arguments.every, arguments.steps);
    let schedule = Schedule::Every(every);
    let with_replicas = arguments.replicas.is_some();
    Recording::check_length(simulation.schema(), with_replicas, arguments.steps, every)?;
    let (recording, end) = match arguments.replicas {
        None => record(&mut simulation, schedule, arguments.steps),
        Some(n_replicas) => {
            let n_replicas = usize::try_from(n_replicas).unwrap_or(usize::MAX);
            Replicas::check_number(&simulation, n_replicas)?;
            let mut replicas = Replicas::of(&simulation, n_replicas);
            with_progress_bar(arguments.steps, |progress| {
                Recording::run_replicas(&mut replicas, schedule, arguments.steps, progress)
            })
        }
    };
    match out {
        None => write_stdout(|stdout| write_csv(&recording, stdout))?,
        Some((path, format)) => write(&recording, path, format)?,
    }
    if let Some(path) = events {
        write_whole(path, |file| write_events_csv(recording.events(), file))?;
    }
    told(end)
}

/// Writes a recording as its file's name says.
fn write(recording: &Recording, path: &Path, format: Format) -> Result<(), CliError> {
    match format {
        Format::Csv => write_whole(path, |file| write_csv(recording, file))?,
        Format::Npz => write_whole(path, |file| write_npz(recording, file))?,
    }
    Ok(())
}

/// Checks before a run that `path` can be written to.
pub(super) fn check_output(path: &Path) -> Result<(), CliError> {
    Format::of(path)?;
    Ok(check_writable(path)?)
}

/// Writes a recording to `path`, in the format of its name.
pub(super) fn write_recording(recording: &Recording, path: &Path) -> Result<(), CliError> {
    write(recording, path, Format::of(path)?)
}

/// A divergence as the failure it is.
pub(super) fn told(end: RunEnd) -> Result<(), CliError> {
    match end {
        RunEnd::Completed | RunEnd::Cancelled => Ok(()),
        RunEnd::Diverged(divergence) => Err(CliError::Diverged(divergence)),
        RunEnd::ReplicaDiverged(divergence) => Err(CliError::ReplicaDiverged(divergence)),
    }
}

/// Refuses outputs before the run, so that hours are not spent on a file that cannot be written.
fn check_outputs(out: Option<&Path>, events: Option<&Path>) -> Result<(), CliError> {
    if let Some(path) = out {
        check_writable(path)?;
    }
    let Some(path) = events else {
        return Ok(());
    };
    if !matches!(Format::of(path), Ok(Format::Csv)) {
        return Err(CliError::EventsExtension {
            path: path.to_owned(),
        });
    }
    check_writable(path)?;
    match out {
        Some(out) if is_same_file(out, path) => Err(CliError::SameFile {
            path: path.to_owned(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Steps between rows: those asked for, or a thousandth of all.
pub(super) fn default_stride(every: Option<u64>, n_steps: u64) -> u64 {
    every.unwrap_or(n_steps / DEFAULT_ROWS).max(1)
}

/// Records one run, with a progress bar.
pub(super) fn record(simulation: &mut Simulation, schedule: Schedule, n_steps: u64) -> (Recording, RunEnd) {
    with_progress_bar(n_steps, |progress| {
        Recording::run(simulation, schedule, n_steps, progress)
    })
}

/// Runs `task` with a progress bar on standard error, where that is a terminal.
fn with_progress_bar<T>(n_steps: u64, task: impl FnOnce(&dyn Fn(u64) -> ControlFlow<()>) -> T) -> T {
    let bar = if io::stderr().is_terminal() {
        ProgressBar::new(n_steps)
    } else {
        ProgressBar::hidden()
    };
    let template = "{wide_bar} {human_pos}/{human_len} steps, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let done = task(&|step| {
        bar.set_position(step);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    done
}
