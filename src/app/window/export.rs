//! Exports: figures of what is on the screen, and data and bundles made of a session by doing its run again.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::Window;
use super::background::Done;
use crate::app::state::{ExportForm, ExportKind, known, visible_range};
use crate::chart::Look;
use crate::experiment::Experiment;
use crate::figure::{
    BundleOptions, Figure, FigureError, FigureOptions, FigurePanel, Paper, Sheet, write_bundle,
};
use crate::files::{Inputs, write_whole};
use crate::palette::Ground;
use crate::session::{Recording, RunEnd, Session, write_csv, write_npz};
use crate::simulation::{Schedule, Simulation};
use crate::worker::Task;

impl Window {
    /// The pictures on the screen laid out on paper: the same runs, axes, ranges and bands.
    ///
    /// # Errors
    /// [`FigureError::TooFewRows`] for histograms of a run that has not settled.
    pub(super) fn sheet(&mut self, panel: FigurePanel, paper: Paper) -> Result<Sheet, FigureError> {
        let state = &self.state;
        let (run, view) = (&state.run, &state.view);
        let predictions = self.predictions.all(run);
        let known = known(run, &state.kept_runs, &view.settings, predictions);
        let x_range = visible_range(run, view, view.horizon);
        Sheet::new(&known, panel, &view.options(x_range), paper)
    }

    /// Writes a figure of what is on the screen.
    pub(super) fn export_figure(&mut self, panel: FigurePanel, form: &ExportForm) {
        let path = PathBuf::from(form.path.trim());
        self.files.remember_folder(&path);
        let sheet = Figure::check_name(&path).and_then(|()| self.sheet(panel, form.paper));
        let sheet = match sheet.map_err(|error| error.to_string()) {
            Ok(sheet) => check_target(&self.state.run.experiment, &path).map(|()| sheet),
            Err(error) => Err(error),
        };
        let sheet = match sheet {
            Ok(sheet) => sheet,
            Err(error) => return self.complain(error),
        };
        let look = Look::on_paper(if form.dark { Ground::Dark } else { Ground::Light });
        self.start(format!("exporting {}", path.display()), move |_| {
            let written = sheet.paint(&look).write(&path);
            written.map_err(|error| error.to_string())?;
            Ok(Done::Written(format!("exported {}", path.display())))
        });
    }
}

/// Refuses to write over the samples of a run.
pub(super) fn check_target(experiment: &Experiment, path: &Path) -> Result<(), String> {
    let mut inputs = Inputs::default();
    experiment.add_files_to(&mut inputs);
    inputs.check(path).map_err(|error| error.to_string())
}

/// Does the run of a session again and writes the data or the bundle that is asked for.
///
/// # Errors
/// One line that says what is wrong; nothing was written then.
pub(super) fn write_export(
    session: &Session,
    path: &Path,
    form: &ExportForm,
    figures: FigureOptions,
    task: &Task<Result<Done, String>>,
) -> Result<(), String> {
    let every = form.every.max(1);
    if form.kind == ExportKind::Bundle {
        let options = BundleOptions { every, figures };
        let report = |share| task.report(share);
        let cancel = task.cancel_flag();
        let written = write_bundle(session, path, &options, |progress| report(progress.share), cancel);
        return written.map(|_| ()).map_err(|error| error.to_string());
    }
    let mut simulation = Simulation::new(&session.experiment).map_err(|error| error.to_string())?;
    let n_steps = session.end.step + u64::from(session.end.diverged);
    Recording::check_length(simulation.schema(), false, n_steps, every).map_err(|error| error.to_string())?;
    let schedule = Schedule::Every(every);
    let (recording, end) =
        Recording::run_script(&mut simulation, &session.script, schedule, n_steps, |step| {
            task.report(0.9 * step as f64 / n_steps.max(1) as f64);
            if task.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    if end == RunEnd::Cancelled {
        return Err("cancelled; nothing was written".to_owned());
    }
    match form.kind {
        ExportKind::Csv => {
            write_whole(path, |file| write_csv(&recording, file)).map_err(|error| error.to_string())
        }
        ExportKind::Npz => {
            write_whole(path, |file| write_npz(&recording, file)).map_err(|error| error.to_string())
        }
        ExportKind::Figure(panel) => {
            let options = FigureOptions { panel, ..figures };
            let figure = Figure::draw(&recording, &options).map_err(|error| error.to_string())?;
            figure.write(path).map_err(|error| error.to_string())
        }
        // They have been written another way.
        ExportKind::Map(_) | ExportKind::Bundle => Ok(()),
    }
}
