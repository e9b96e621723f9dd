//! Exports: figures, data and bundles, made of a session in the background.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui;

use super::Window;
use super::files::Files;
use crate::palette::Ground;
use crate::session::{
    BundleOptions, Figure, FigureOptions, FigurePanel, Recording, RunEnd, Session, TimeAxis, write_bundle,
    write_csv, write_npz, write_whole,
};
use crate::simulation::{Schedule, Simulation};

/// Rows of an export, unless asked otherwise.
const USUAL_ROWS: u64 = 20_000;

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExportKind {
    Figure(FigurePanel),
    Csv,
    Npz,
    Bundle,
}

/// An export as it is being asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExportForm {
    pub(super) kind: ExportKind,
    pub(super) path: String,
    /// Steps between rows.
    pub(super) every: u64,
    pub(super) dark: bool,
}

impl ExportKind {
    /// All of them, with their names.
    pub(super) fn all() -> Vec<(Self, &'static str)> {
        let figure = |panel| {
            let name = match panel {
                FigurePanel::All => "figure: all over time",
                FigurePanel::Strengths => "figure: strengths",
                FigurePanel::Diffusion => "figure: diffusion",
                FigurePanel::Events => "figure: events",
                FigurePanel::Loss => "figure: excess loss",
                FigurePanel::Law => "figure: diffusion against strength",
                FigurePanel::Histogram => "figure: stationary histograms",
            };
            (Self::Figure(panel), name)
        };
        let figures = FigurePanel::ALL.into_iter().map(figure);
        let data = [
            (Self::Csv, "data: CSV"),
            (Self::Npz, "data: NPZ"),
            (Self::Bundle, "bundle: session, data and figures (zip)"),
        ];
        figures.chain(data).collect()
    }

    /// How its files end.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Figure(_) => "svg",
            Self::Csv => "csv",
            Self::Npz => "npz",
            Self::Bundle => "zip",
        }
    }
}

/// An export going on in the background.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) name: String,
    /// Thousandths done.
    pub(super) done: Arc<AtomicU64>,
    pub(super) cancel: Arc<AtomicBool>,
    outcome: Receiver<Result<String, String>>,
}

impl Files {
    pub(super) fn export_form(&self, n_steps: u64) -> ExportForm {
        ExportForm {
            kind: ExportKind::Figure(FigurePanel::All),
            path: self.suggestion("svg"),
            every: (n_steps / USUAL_ROWS).max(1),
            dark: false,
        }
    }
}

impl Window {
    pub(super) fn look_after_job(&mut self, ctx: &egui::Context) {
        let Some(job) = &self.files.job else { return };
        let outcome = match job.outcome.try_recv() {
            Err(TryRecvError::Empty) => {
                ctx.request_repaint_after(Duration::from_millis(100));
                return;
            }
            Err(TryRecvError::Disconnected) => Err("the export stopped by a fault of its own".to_owned()),
            Ok(outcome) => outcome,
        };
        self.files.job = None;
        match outcome {
            Ok(text) => self.tell(text),
            Err(text) => self.complain(text),
        }
    }

    /// Begins an export of a session on a thread of its own.
    pub(super) fn export(&mut self, session: Session, form: ExportForm) {
        let path = PathBuf::from(form.path.trim());
        self.remember_folder(&path);
        let (done, cancel) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (sender, outcome) = bounded(1);
        let name = format!("exporting {}", path.display());
        let (progress, flag) = (Arc::clone(&done), Arc::clone(&cancel));
        let axis = match self.view.time.axis {
            crate::app::view::TimeAxis::Time => TimeAxis::Time,
            crate::app::view::TimeAxis::Step => TimeAxis::Steps,
        };
        let x_log = self.view.time.log;
        let thread = std::thread::Builder::new().name("export".to_owned());
        let spawned = thread.spawn(move || {
            let options = FigureOptions {
                ground: if form.dark { Ground::Dark } else { Ground::Light },
                time_axis: axis,
                x_log,
                ..FigureOptions::default()
            };
            let result = write_export(&session, &path, &form, options, &progress, &flag);
            // The window may be gone by now.
            let _told = sender.send(result.map(|()| format!("exported {}", path.display())));
        });
        match spawned {
            Ok(_) => {
                self.files.job = Some(Job {
                    name,
                    done,
                    cancel,
                    outcome,
                });
            }
            Err(error) => self.complain(format!("no export: {error}")),
        }
    }
}

/// Does the run of a session again and writes what is asked for.
fn write_export(
    session: &Session,
    path: &Path,
    form: &ExportForm,
    figures: FigureOptions,
    done: &AtomicU64,
    cancel: &AtomicBool,
) -> Result<(), String> {
    let every = form.every.max(1);
    let report = |share: f64| done.store((1000.0 * share) as u64, Ordering::Relaxed);
    if form.kind == ExportKind::Bundle {
        let options = BundleOptions { every, figures };
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
            report(0.9 * step as f64 / n_steps.max(1) as f64);
            if cancel.load(Ordering::Relaxed) {
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
