//! Sessions: saving, opening, and keeping the newest by itself.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use eframe::egui;
use serde::{Deserialize, Serialize};

use super::Window;
use super::export::{ExportForm, Job};
use crate::app::draft::Draft;
use crate::app::plots::{self, Scale};
use crate::app::view::{Shown, Span, TimeScale};
use crate::experiment::Experiment;
use crate::session::{Autosave, Session, StateDigest};
use crate::simulation::{Schedule, Simulation};
use crate::worker::{Command, Event, RunSpec, RunState};

/// Time between two sessions kept by themselves.
const AUTOSAVE_PERIOD: Duration = Duration::from_secs(5);
/// Longest that closing the window waits for the last session.
const LAST_WORD: Duration = Duration::from_millis(500);
/// What a copy of the run was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Purpose {
    Save(PathBuf),
    Copy,
    Autosave,
    Export(ExportForm),
    /// Comparing the end of a replay with what the session says of it.
    Verify(StateDigest),
}

/// What the window knows of files.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) folder: String,
    /// Where sessions to be kept go, on a thread of their own.
    autosave: Option<Sender<Session>>,
    trouble: Option<Receiver<String>>,
    last_autosave: Instant,
    /// Run, step and number of changes of the last session kept.
    kept: (u64, u64, usize),
    /// A session from the last time the program was used.
    pub(super) offered: Option<Box<Session>>,
    asked: VecDeque<Purpose>,
    pub(super) job: Option<Job>,
    /// Digest that a replay shall end with, and at which step.
    expected: Option<(u64, StateDigest)>,
}

/// The view as a session keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedView {
    time: TimeScale,
    span: Span,
    shown: Shown,
    solo: Option<usize>,
    smoothing: f64,
    log_histograms: bool,
    scales: std::collections::BTreeMap<String, Scale>,
}

impl Files {
    pub(super) fn new() -> Self {
        let folder =
            std::env::current_dir().map_or_else(|_| String::new(), |path| path.display().to_string());
        Self {
            folder,
            autosave: None,
            trouble: None,
            last_autosave: Instant::now(),
            kept: (0, 0, 0),
            offered: None,
            asked: VecDeque::new(),
            job: None,
            expected: None,
        }
    }

    /// The folder last used, ready for a name.
    pub(super) fn folder_with_slash(&self) -> String {
        let mut path = PathBuf::from(&self.folder);
        path.push("");
        path.display().to_string()
    }

    /// A name in that folder that no file has yet.
    pub(super) fn suggestion(&self, extension: &str) -> String {
        let folder = Path::new(&self.folder);
        let name = |i: u32| folder.join(format!("saddlescope-{i}.{extension}"));
        let free = (1..10_000).map(name).find(|path| !path.exists());
        free.unwrap_or_else(|| name(0)).display().to_string()
    }
}

impl Window {
    /// Keeps the newest session in a directory from now on, and offers the last one that was kept there.
    pub fn keep_sessions_in(&mut self, directory: &Path) {
        match Autosave::last(directory) {
            Ok(last) => {
                if let Some(damaged) = last.damaged.first() {
                    self.complain(damaged.error.to_string());
                }
                self.files.offered = last.session.map(|(session, _)| Box::new(session));
            }
            Err(error) => self.complain(format!("{}: {error}", directory.display())),
        }
        let mut autosave = match Autosave::new(directory) {
            Ok(autosave) => autosave,
            Err(error) => {
                self.complain(format!("sessions are not kept by themselves: {error}"));
                return;
            }
        };
        let (sender, sessions) = bounded::<Session>(1);
        let (troubled, trouble) = bounded(1);
        let thread = std::thread::Builder::new().name("autosave".to_owned());
        let spawned = thread.spawn(move || {
            for session in sessions {
                if let Err(error) = autosave.save(&session) {
                    // A complaint not yet read says it already.
                    let _told = troubled.try_send(error.to_string());
                }
            }
        });
        if spawned.is_ok() {
            self.files.autosave = Some(sender);
            self.files.trouble = Some(trouble);
        }
    }

    /// Asks the worker for a copy of the run.
    pub(super) fn ask_snapshot(&mut self, purpose: Purpose) {
        self.files.asked.push_back(purpose);
        self.send(Command::Snapshot);
    }

    /// Does what the oldest copy was asked for.
    pub(super) fn take_snapshot(&mut self, ctx: &egui::Context, simulation: &Simulation) {
        let Some(purpose) = self.files.asked.pop_front() else {
            return;
        };
        let session = self.session_of(simulation);
        match purpose {
            Purpose::Save(path) => match session.write(&path) {
                Ok(()) => self.tell(format!("session saved as {}", path.display())),
                Err(error) => self.complain(error.to_string()),
            },
            Purpose::Copy => {
                ctx.copy_text(session.to_toml());
                self.tell("the session is on the clipboard");
            }
            Purpose::Autosave => {
                if let Some(autosave) = &self.files.autosave {
                    // While the last one is being written, this one may wait for the next.
                    let _kept = autosave.try_send(session);
                }
            }
            Purpose::Export(form) => self.export(session, form),
            Purpose::Verify(expected) => {
                let step = simulation.step();
                if session.end.digest == Some(expected) {
                    self.tell(format!(
                        "replayed to step {step}: the state is the session's, bit for bit"
                    ));
                } else {
                    self.complain(format!(
                        "replayed to step {step}, but the state is not the session's to the last bit: it was made by another \
                         version of the program or on another kind of processor"
                    ));
                }
            }
        }
    }

    fn session_of(&self, simulation: &Simulation) -> Session {
        let mut session = Session::of(simulation);
        session.companions = self.draft.companions.chosen(session.experiment.dynamics());
        let view = SavedView {
            time: self.view.time,
            span: self.view.span,
            shown: self.view.shown,
            solo: self.view.solo,
            smoothing: self.view.smoothing,
            log_histograms: self.view.log_histograms,
            scales: self
                .view
                .scales
                .iter()
                .map(|(&id, &scale)| (id.to_owned(), scale))
                .collect(),
        };
        session.view = toml::Table::try_from(&view).unwrap_or_default();
        session
    }

    /// Opens a session or an experiment from a file.
    pub(super) fn open_file(&mut self, path: &Path) {
        match Session::read(path) {
            Ok(session) => self.open_session(&session),
            Err(error) => {
                // An experiment file is no session, but says as well what is to be run.
                let experiment = std::fs::read_to_string(path)
                    .ok()
                    .filter(|text| !text.contains("format"))
                    .and_then(|text| Experiment::parse(&text, &[]).ok());
                match experiment {
                    Some(experiment) => self.open_experiment(experiment),
                    None => self.complain(error.to_string()),
                }
            }
        }
    }

    /// Opens a session from a text.
    pub(super) fn open_text(&mut self, text: &str, name: &str) {
        match Session::parse(text, name) {
            Ok(session) => self.open_session(&session),
            Err(error) => self.complain(error.to_string()),
        }
    }

    pub(super) fn open_experiment(&mut self, experiment: Experiment) {
        self.live = experiment.live;
        let companions = self.draft.companions;
        self.draft = Draft::new(experiment);
        self.draft.companions = companions;
        self.reset();
    }

    /// Takes over a session: its run is done again up to its end, and halts there.
    pub(super) fn open_session(&mut self, session: &Session) {
        self.files.offered = None;
        self.draft = Draft::new(session.experiment.clone());
        self.draft.companions = crate::app::draft::Companions::of(&session.companions);
        let last = session.script.changes().last();
        self.live = last.map_or(session.experiment.live, |change| change.live);
        if let Ok(saved) = session.view.clone().try_into::<SavedView>() {
            self.view.set_time(saved.time);
            self.view.span = saved.span;
            self.view.shown = saved.shown;
            self.view.solo = saved
                .solo
                .filter(|&mode| mode < session.experiment.teacher.strengths.len());
            self.view.smoothing = if saved.smoothing.is_finite() {
                saved.smoothing.clamp(0.0, 200.0)
            } else {
                0.0
            };
            self.view.log_histograms = saved.log_histograms;
            let known = saved.scales.iter().filter_map(|(name, &scale)| {
                plots::TIME_PLOTS
                    .iter()
                    .find(|id| *id == name)
                    .map(|&id| (id, scale))
            });
            self.view.scales = known.collect();
        }
        let companions = self.draft.companions;
        self.load(RunSpec {
            run: 0,
            companions: companions.dynamics_other_than(session.experiment.dynamics()),
            ensembles: companions.ensembles(),
            experiment: session.experiment.clone(),
            schedule: Schedule::DenseFirst,
            script: session.script.clone(),
            catch_up_to: session.end.step,
            start: false,
        });
        self.files.expected = session.end.digest.map(|digest| (session.end.step, digest));
        self.tell(format!(
            "session of version {}: seed {}, {} changes, {} steps",
            session.version,
            session.experiment.seed,
            session.script.changes().len(),
            session.end.step
        ));
    }

    /// Files dropped on the window, the end of a replay, sessions to be kept, and exports that have ended.
    pub(super) fn look_after_files(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
        if let Some(path) = dropped {
            self.open_file(&path);
        }
        let halted = matches!(self.run.state, RunState::Paused | RunState::Diverged);
        if let Some((step, digest)) = self.files.expected
            && halted
            && (self.run.step >= step || self.run.state == RunState::Diverged)
        {
            self.files.expected = None;
            self.ask_snapshot(Purpose::Verify(digest));
        }
        if let Some(text) = self
            .files
            .trouble
            .as_ref()
            .and_then(|trouble| trouble.try_recv().ok())
        {
            self.complain(format!("the session is not kept by itself: {text}"));
        }
        let now = (self.run.run, self.run.step, self.run.interventions.len());
        let is_due = self.files.last_autosave.elapsed() > AUTOSAVE_PERIOD;
        if self.files.autosave.is_some() && is_due && now != self.files.kept && self.files.offered.is_none() {
            self.files.last_autosave = Instant::now();
            self.files.kept = now;
            self.ask_snapshot(Purpose::Autosave);
        }
        self.look_after_job(ctx);
    }

    /// Remembers the folder of a file that was named.
    pub(super) fn remember_folder(&mut self, path: &Path) {
        if let Some(folder) = path.parent().filter(|folder| folder.is_dir()) {
            self.files.folder = folder.display().to_string();
        }
    }

    /// Keeps the session as it is now; called when the window closes.
    pub(super) fn keep_last_session(&mut self) {
        if self.files.autosave.is_none() || self.files.offered.is_some() {
            return;
        }
        self.files.asked.clear();
        self.ask_snapshot(Purpose::Autosave);
        let until = Instant::now() + LAST_WORD;
        while let Ok(event) = self.worker.events().recv_deadline(until) {
            if let Event::Snapshot { simulation, .. } = event {
                let session = self.session_of(&simulation);
                if let Some(autosave) = self.files.autosave.take() {
                    // The thread may be busy with an older one.
                    let _kept = autosave.send_deadline(session, until);
                }
                break;
            }
        }
    }
}
