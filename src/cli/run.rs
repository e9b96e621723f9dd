//! `saddlescope run`: an experiment from start to end, recorded as CSV or NPZ.

use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::RunArguments;
use super::command_files::CommandFiles;
use super::error::{CliError, Kept};
use super::interruption::Interruption;
use super::load::load;
use super::outputs::{Outputs, file_or_printed, has_extension};
use crate::session::{Keeping, Recording, RunEnd};
use crate::simulation::{Replicas, Schedule, Script, Simulation};

/// Rows a run makes where nothing else is asked for.
const DEFAULT_ROWS: u64 = 1000;

/// What is to be run and recorded.
pub(super) struct Job<'a> {
    pub(super) script: &'a Script,
    pub(super) n_steps: u64,
    /// Steps between rows.
    pub(super) every: u64,
    /// Networks that differ in their noise alone, of which the first one is the plain run.
    pub(super) n_replicas: Option<u64>,
    /// What is kept beside the rows of one run.
    pub(super) keeping: Keeping,
}

impl Job<'_> {
    /// Runs `simulation` with a progress bar.
    pub(super) fn record(&self, simulation: &mut Simulation) -> Result<(Recording, RunEnd), CliError> {
        let schedule = Schedule::Every(self.every);
        let with_replicas = self.n_replicas.is_some();
        Recording::check_length(simulation.schema(), with_replicas, self.n_steps, self.every)?;
        let Some(n_replicas) = self.n_replicas else {
            if let Some(every) = self.keeping.weights_every {
                Recording::check_weights(simulation.network(), self.n_steps, every)?;
            }
            let (script, n_steps, keeping) = (self.script, self.n_steps, self.keeping);
            return Ok(with_progress_bar(n_steps, |progress| {
                Recording::run_keeping(simulation, script, schedule, n_steps, keeping, progress)
            }));
        };
        let n_replicas = usize::try_from(n_replicas).unwrap_or(usize::MAX);
        Replicas::check_number(simulation, n_replicas)?;
        let mut replicas = Replicas::of(simulation, n_replicas);
        Ok(with_progress_bar(self.n_steps, |progress| {
            Recording::run_replicas(&mut replicas, self.script, schedule, self.n_steps, progress)
        }))
    }
}

/// Runs, writes what was recorded, also of a run that diverged or was interrupted, and only then tells of that.
pub(super) fn run(arguments: &RunArguments) -> Result<(), CliError> {
    let experiment = load(arguments.experiment.as_deref(), &arguments.set)?;
    let outputs = Outputs {
        rows: file_or_printed(arguments.out.as_deref()),
        events: arguments.events.as_deref(),
        session: arguments.session.as_deref(),
        stationary: arguments.stationary.as_deref(),
        density: arguments.density.as_deref(),
    };
    let mut files = CommandFiles::default();
    if let Some(path) = &arguments.experiment {
        files.read("the experiment", path);
    }
    experiment.add_files_to(&mut files.inputs);
    outputs.check(&mut files)?;
    check_weights(arguments.weights_every, arguments.out.as_deref())?;
    let mut simulation = Simulation::new(&experiment)?;
    let job = Job {
        script: &Script::default(),
        n_steps: arguments.steps,
        every: default_stride(arguments.every, arguments.steps),
        n_replicas: arguments.replicas,
        keeping: Keeping {
            statistics: arguments.stationary.is_some(),
            weights_every: arguments.weights_every,
        },
    };
    let (recording, end) = job.record(&mut simulation)?;
    outputs.write(&recording)?;
    told(&recording, end)
}

/// Weights along the run have a place in one kind of file.
pub(super) fn check_weights(every: Option<u64>, out: Option<&Path>) -> Result<(), CliError> {
    match (every, out) {
        (Some(_), None) => Err(CliError::WeightsNeedNpz),
        (Some(_), Some(path)) if !has_extension(path, "npz") => Err(CliError::WeightsNeedNpz),
        (Some(_) | None, _) => Ok(()),
    }
}

/// An end before the last step as the failure it is.
pub(super) fn told(recording: &Recording, end: RunEnd) -> Result<(), CliError> {
    if end == RunEnd::Cancelled {
        return Err(CliError::Interrupted {
            exit_code: Interruption::exit_code(),
            kept: Kept::Rows {
                n_rows: recording.rows().len(),
                step: recording.session().end.step,
            },
        });
    }
    diverged(end)
}

/// A divergence as the failure it is.
pub(super) fn diverged(end: RunEnd) -> Result<(), CliError> {
    match end {
        RunEnd::Completed | RunEnd::Cancelled => Ok(()),
        RunEnd::Diverged(divergence) => Err(CliError::Diverged(Box::new(divergence))),
        RunEnd::ReplicaDiverged(divergence) => Err(CliError::ReplicaDiverged(Box::new(divergence))),
    }
}

/// Steps between rows: those asked for, or a thousandth of all.
pub(super) fn default_stride(every: Option<u64>, n_steps: u64) -> u64 {
    every.unwrap_or(n_steps / DEFAULT_ROWS).max(1)
}

/// Runs `task` with a progress bar on standard error, where that is a terminal; a signal ends it early.
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
    let interruption = Interruption::listen();
    let done = task(&|step| {
        bar.set_position(step);
        if interruption.has_come() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    interruption.end();
    bar.finish_and_clear();
    done
}
