//! Commands of the terminal. This is the only place with argument parsing, progress bars and printed text.
//!
//! `saddlescope` opens the window, or runs the default experiment without it where no window can be had; `saddlescope run`
//! records an experiment or checks a lesson; `saddlescope replay` does a saved session again, `saddlescope bundle` with all its
//! data and figures; `saddlescope plot` draws a recording; `saddlescope sweep` computes a grid of experiments; `saddlescope lessons` lists the lessons; `saddlescope experiment`
//! prints the default experiment.

mod bundle;
mod command_files;
mod error;
mod fallback;
mod help;
mod interruption;
mod lessons;
mod load;
mod outputs;
mod plot;
mod replay;
mod run;
mod sweep;
#[cfg(feature = "gui")]
mod system_libraries;
#[cfg(feature = "gui")]
mod window;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::chart::{MatrixKind, Scale};
use crate::experiment::DEFAULT_TOML;
use crate::figure::{FigurePanel, PaperWidth};

pub use crate::format::one_line;
pub use error::{CliError, Kept, Mismatch};
pub use interruption::interrupt;

/// See how stochastic gradient descent learns in deep linear networks.
///
/// Without a command, the window opens; where there is no display, the default experiment runs without it and leaves
/// saddlescope.csv and saddlescope.svg in the working directory.
#[derive(Debug, Parser)]
#[command(
    version,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 done; 2 bad input, or a file that cannot be read or written; 3 training diverged; 4 a replay ended otherwise than its session; 5 a number of a lesson is not as it must be; 6 cells of a sweep are missing; 129, 130, 143 ended by SIGHUP, SIGINT (Ctrl-C), SIGTERM; 1 anything else."
)]
struct Arguments {
    /// Open the window on a session, an experiment, a lesson, a recording (.npz), a bundle, a merged table of a sweep or a link to the page (https://...#...)
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an experiment without the window and record it
    #[command(after_help = help::RUN)]
    Run(RunArguments),
    /// Do a saved session again, every change of parameters included, and record it
    #[command(after_help = help::REPLAY)]
    Replay(ReplayArguments),
    /// Draw a recorded run as SVG or PNG, with what theory says of it
    Plot(PlotArguments),
    /// Do a saved session again and write it with its data and figures, as a directory or a .zip, whole or not at all
    Bundle(BundleArguments),
    /// Compute a grid of experiments, in shards on any number of machines, and merge the tables
    #[command(after_help = help::SWEEP)]
    Sweep(sweep::SweepArguments),
    /// List the lessons; * marks those that show what the paper does not claim
    Lessons(lessons::LessonsArguments),
    /// Print the default experiment as commented TOML, to be saved and changed
    Experiment,
}

#[derive(Args, Debug)]
struct RunArguments {
    /// Read the experiment from a TOML file; without one, the default experiment runs
    #[arg(long, value_name = "FILE.toml")]
    experiment: Option<PathBuf>,
    /// Set one key of the experiment, as in live.learning_rate=0.01; may be repeated, the last one counts
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Run a lesson, by id or number, to its end and check its numbers, each a line; --out records the run
    #[arg(long, value_name = "ID", conflicts_with_all = ["experiment", "set", "steps", "replicas", "events", "stationary", "density"])]
    lesson: Option<String>,
    /// Take the lesson from the files of a folder
    #[arg(long, value_name = "DIR")]
    lessons_folder: Option<PathBuf>,
    /// Number of steps
    #[arg(long, value_name = "N", value_parser = step_count, allow_negative_numbers = true,
        required = false, required_unless_present = "lesson", default_value_if("lesson", clap::builder::ArgPredicate::IsPresent, "0"))]
    steps: u64,
    /// Record every K-th step besides the first and the last [default: a thousandth of the steps, at least 1]
    #[arg(long, value_name = "K", value_parser = stride, allow_negative_numbers = true)]
    every: Option<u64>,
    /// Run R networks that differ in their noise alone, and add the distribution of every mode strength over them
    #[arg(long, value_name = "R", value_parser = replica_count, allow_negative_numbers = true)]
    replicas: Option<u64>,
    /// Write a .csv or .npz file, whole or not at all; without it, CSV goes to standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write a .csv file of what happened: peaks of the diffusion, modes learned, plateaus; whole or not at all
    #[arg(long, value_name = "FILE.csv")]
    events: Option<PathBuf>,
    /// Save the run as a session that `saddlescope replay` and the window can open; whole or not at all
    #[arg(long, value_name = "FILE.toml")]
    session: Option<PathBuf>,
    /// Write a .csv file of every settled mode: mean, variance and skewness with errors, next to what theory predicts; an .npz
    /// recording then holds the same as arrays stationary_..; whole or not at all
    #[arg(long, value_name = "FILE.csv", conflicts_with = "replicas")]
    stationary: Option<PathBuf>,
    /// Write a .npz file with the density of every mode equation at each row, from the strength at the start on: arrays strength_edges,
    /// density, mean, std, quantile; whole or not at all
    #[arg(long, value_name = "FILE.npz")]
    density: Option<PathBuf>,
    /// Keep the weights every K-th step too, from step 0 on, as arrays weights_1 .. and weights_steps of the .npz file
    #[arg(long, value_name = "K", value_parser = stride, allow_negative_numbers = true, conflicts_with_all = ["replicas", "lesson"])]
    weights_every: Option<u64>,
}

#[derive(Args, Debug)]
struct ReplayArguments {
    /// The session
    #[arg(value_name = "SESSION.toml")]
    session: PathBuf,
    /// Record every K-th step besides the first and the last [default: a thousandth of the steps, at least 1]
    #[arg(long, value_name = "K", value_parser = stride, allow_negative_numbers = true)]
    every: Option<u64>,
    /// Run R networks that differ in their noise alone, and add the distribution of every mode strength over them
    #[arg(long, value_name = "R", value_parser = replica_count, allow_negative_numbers = true)]
    replicas: Option<u64>,
    /// Write a .csv or .npz file, whole or not at all; without it, CSV goes to standard output
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write a .csv file of what happened: peaks of the diffusion, modes learned, plateaus; whole or not at all
    #[arg(long, value_name = "FILE.csv")]
    events: Option<PathBuf>,
    /// Keep the weights every K-th step too, from step 0 on, as arrays weights_1 .. and weights_steps of the .npz file
    #[arg(long, value_name = "K", value_parser = stride, allow_negative_numbers = true, conflicts_with = "replicas")]
    weights_every: Option<u64>,
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command")]
struct PlotArguments {
    /// The recording, as written by run or replay with --out FILE.npz; or a merged table of a sweep, .csv, .parquet or .npz, for a map
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write a .svg, .png or .pdf file, whole or not at all
    #[arg(long, value_name = "FIGURE")]
    out: PathBuf,
    /// What is drawn
    #[arg(long, value_parser = plot::panel_parser(), default_value = "all")]
    panel: FigurePanel,
    /// Of a map: the column that is its colour, or lead_over_predicted, variance_over_discrete, learned_fraction
    #[arg(long, value_name = "COLUMN", default_value = "step_learned_median")]
    measure: String,
    /// Of a map: the mode, from 1
    #[arg(long, value_name = "K", default_value_t = 1)]
    mode: u64,
    /// Of a map: without the lines of theory, which tables in CSV do not have, for they do not hold their sweep
    #[arg(long)]
    no_theory: bool,
    /// Paper
    #[arg(long, value_enum, default_value = "light")]
    theme: plot::Theme,
    /// What the time axis counts [default: t]
    #[arg(long, value_enum)]
    x: Option<plot::Across>,
    /// Make the time axis logarithmic; the row at zero is left out
    #[arg(long)]
    x_log: bool,
    /// Draw the noise of the student's own pairs, with their peaks and when they are done, in place of that of the teacher's modes
    #[arg(long)]
    own_noise: bool,
    /// Leave out what only the teacher knows: strengths and names of the modes; implies --own-noise
    #[arg(long)]
    hide_teacher: bool,
    /// How wide it is in print
    #[arg(long, value_parser = plot::width_parser(), default_value = "screen")]
    width: PaperWidth,
    /// Leave out the title above the figure
    #[arg(long)]
    no_title: bool,
    /// Write its caption too, as Markdown (.md) or LaTeX (.tex): experiment, seed, version, and the numbers of its modes
    #[arg(long, value_name = "FILE.md|.tex")]
    caption: Option<PathBuf>,
    /// Of the panel matrix: modes, map, teacher, error, overlaps, layer_1 .., balance_1 ..
    #[arg(long, value_name = "KIND", value_parser = plot::matrix_parser(), default_value = "modes")]
    matrix: MatrixKind,
    /// Of the panel matrix: let the colours reach to its own largest entry, rather than to the teacher's
    #[arg(long)]
    own_scale: bool,
    /// Of the panel plane: the two modes, from 1
    #[arg(long, value_name = "J,K", value_parser = plot::pair, default_value = "1,2")]
    modes: (usize, usize),
    /// Of the panel times: until half or 95 % of a mode is reached
    #[arg(long, value_enum, default_value = "learned")]
    passage: plot::Until,
    /// Shade the law of every mode equation behind the strengths
    #[arg(long)]
    spread: bool,
    /// Scale of the axes upwards [default: what suits each panel]
    #[arg(long, value_parser = plot::scale_parser())]
    y: Option<Scale>,
}

#[derive(Args, Debug)]
struct BundleArguments {
    /// The session
    #[arg(value_name = "SESSION.toml")]
    session: PathBuf,
    /// Where the bundle goes: a directory that is not there yet, or a file ending in .zip
    #[arg(long, value_name = "DIR_OR_ZIP")]
    out: PathBuf,
    /// Record every K-th step besides the first and the last [default: a thousandth of the steps, at least 1]
    #[arg(long, value_name = "K", value_parser = stride, allow_negative_numbers = true)]
    every: Option<u64>,
    /// Paper of the figures
    #[arg(long, value_enum, default_value = "light")]
    theme: plot::Theme,
}

/// Does what the arguments ask for; the first one is the program's name.
///
/// # Errors
/// [`CliError`], which knows its exit code and its one line of text.
pub fn execute(arguments: impl IntoIterator<Item = OsString>) -> Result<(), CliError> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        // Help and version are "errors" that go to standard output.
        Err(error) if !error.use_stderr() => return print(&error.to_string()),
        Err(error) => return Err(CliError::Usage(first_paragraph(&error.to_string()))),
    };
    match arguments.command {
        None => fallback::window_or_files(arguments.file.as_deref()),
        Some(Command::Replay(arguments)) => replay::replay(&arguments),
        Some(Command::Plot(arguments)) if sweep::is_table(&arguments.file) => sweep::plot_map(&arguments),
        Some(Command::Plot(arguments)) => plot::plot(&arguments),
        Some(Command::Bundle(arguments)) => bundle::bundle(&arguments),
        Some(Command::Run(arguments)) => match &arguments.lesson {
            Some(name) => lessons::run(name, &arguments),
            // Clap does not see it, for --lesson and --steps exclude each other.
            None if arguments.lessons_folder.is_some() => {
                Err(CliError::Usage("--lessons-folder: only with --lesson".to_owned()))
            }
            None => run::run(&arguments),
        },
        Some(Command::Sweep(arguments)) => sweep::sweep(&arguments),
        Some(Command::Lessons(arguments)) => lessons::list(&arguments),
        Some(Command::Experiment) => print(DEFAULT_TOML),
    }
}

/// Says on standard error why a command failed, on one line.
pub fn report(error: &CliError) {
    say(&format!("error: {error}"));
}

/// One line on standard error. Where nobody listens there, nothing can be done about it.
fn say(message: &str) {
    writeln!(io::stderr(), "{}", one_line(message)).ok();
}

fn print(text: &str) -> Result<(), CliError> {
    write_stdout(|stdout| stdout.write_all(text.as_bytes()))
}

/// Writes to standard output. A reader that has seen enough, as `head` has, is no error.
fn write_stdout(write: impl FnOnce(&mut io::StdoutLock<'_>) -> io::Result<()>) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Stdout(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn step_count(text: &str) -> Result<u64, String> {
    whole_number(text, 0)
}

fn stride(text: &str) -> Result<u64, String> {
    whole_number(text, 1)
}

fn replica_count(text: &str) -> Result<u64, String> {
    whole_number(text, 1)
}

/// A whole number, also as `1e6`.
fn whole_number(text: &str, least: u64) -> Result<u64, String> {
    /// Beyond it, steps would no longer be exact as floating-point numbers.
    const MOST: u64 = 1 << 53;
    let number = text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && (0.0..=MOST as f64).contains(&number)).then_some(number as u64)
    });
    number
        .filter(|number| (least..=MOST).contains(number))
        .ok_or_else(|| format!("must be a whole number from {least} to 2^53"))
}

/// What clap has to say before its hints on usage.
fn first_paragraph(message: &str) -> String {
    let paragraph = message.split("\n\n").next().unwrap_or(message);
    let paragraph = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    format!("{} (see saddlescope --help)", one_line(paragraph))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn whole_numbers_may_be_written_as_powers_of_ten() {
        assert_eq!(whole_number("1e6", 0), Ok(1_000_000));
        assert_eq!(whole_number("0", 0), Ok(0));
        for wrong in ["0", "-1", "1.5", "nan", "1e16", "ten", ""] {
            assert!(whole_number(wrong, 1).is_err(), "{wrong}");
        }
    }
}
