//! Exports: figures, data and bundles, made of a session by doing its run again.

use std::ops::ControlFlow;
use std::path::Path;

use super::background::Done;
use crate::app::state::{ExportForm, ExportKind};
use crate::figure::{BundleOptions, Figure, FigureOptions, write_bundle};
use crate::session::{Recording, RunEnd, Session, write_csv, write_npz, write_whole};
use crate::simulation::{Schedule, Simulation};
use crate::worker::Task;

/// Does the run of a session again and writes what is asked for.
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
    if let ExportKind::Figure(_) = form.kind {
        Figure::check_name(path).map_err(|error| error.to_string())?;
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
        ExportKind::Figure(panel) => Figure::draw(&recording, &FigureOptions { panel, ..figures })
            .and_then(|figure| figure.write(path))
            .map_err(|error| error.to_string()),
        ExportKind::Csv => {
            write_whole(path, |file| write_csv(&recording, file)).map_err(|error| error.to_string())
        }
        ExportKind::Npz => {
            write_whole(path, |file| write_npz(&recording, file)).map_err(|error| error.to_string())
        }
        ExportKind::Bundle => Ok(()),
    }
}
