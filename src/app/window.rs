//! The window: owns the [`State`] and the worker, takes in events, performs actions, lays out the panels.

mod background;
mod export;
mod files;
mod layout;
mod listen;
mod map;
mod map_export;
mod map_work;
mod open;
mod past_networks;
mod perform;
mod pictures;
mod published;
mod settings;
mod settings_file;
mod system_dialog;
mod teaching;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eframe::egui::util::undoer::{Settings as UndoSettings, Undoer};
use eframe::egui::{self, Ui};

use self::background::Background;
use self::files::Files;
use self::map_work::MapWork;
use self::past_networks::PastNetworks;
pub(super) use self::published::steps_per_second;
use self::settings_file::SettingsFile;
pub(super) use self::settings_file::{last_size, trouble_of_settings};
use super::paint::Caches;
use super::state::{
    Companions, Notice, Predictions, RunData, SpeedSetting, State, Undoable, ViewSettings, horizon,
};
use super::{format, style};
use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::observables::Quantity;
use crate::simulation::Script;
use crate::worker::{Command, HaltRule, RunSpec, RunState, Watch, Worker};

/// Time between two frames where motion is reduced.
const CALM_PERIOD: Duration = Duration::from_millis(250);
/// Changes of settings that can be taken back.
const MAX_UNDO_STEPS: usize = 200;

/// The program's window.
#[derive(Debug)]
pub struct Window {
    state: State,
    worker: Worker,
    /// Number of the last run asked for.
    newest_run: u64,
    /// Changes that the present run makes by itself.
    script: Script,
    /// Number of runs kept so far, for their names.
    n_kept: usize,
    caches: Caches,
    predictions: Predictions,
    undo: Undoer<Undoable>,
    /// How the lab was looked at before the first lesson, and how fast it ran.
    lab: Option<(ViewSettings, SpeedSetting)>,
    /// Whether a lesson that hides the teacher has shown it.
    unveiled: bool,
    background: Background,
    map: MapWork,
    files: Files,
    /// Where the settings are kept, if anywhere.
    settings_file: Option<SettingsFile>,
    /// Whether motion is reduced, as the worker's wake-up sees it.
    is_calm: Arc<AtomicBool>,
    /// Whether the system's dialogs ask for files, rather than forms of the window.
    has_system_dialogs: bool,
    /// When runs halt by themselves, as the worker was told.
    halt: HaltRule,
    /// What frames hold beside rows, as the worker was told.
    watched: Watch,
    past_networks: PastNetworks,
    /// Average number of frames a second.
    frame_rate: f64,
    title: String,
}

impl Window {
    /// A window in `ctx` that starts running `experiment`, with the usual settings.
    ///
    /// # Errors
    /// The system's error where the worker's thread cannot be started.
    pub fn new(ctx: &egui::Context, experiment: Experiment) -> std::io::Result<Self> {
        style::install_fonts(ctx);
        style::apply(ctx, false, false);
        // The keys for larger and smaller are actions of the window's own, with steps and limits of their own.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let is_calm = Arc::new(AtomicBool::new(false));
        let (waker, calm) = (ctx.clone(), Arc::clone(&is_calm));
        let worker = Worker::spawn(move || {
            if calm.load(Ordering::Relaxed) {
                waker.request_repaint_after(CALM_PERIOD);
            } else {
                waker.request_repaint();
            }
        })?;
        let run = RunData::new(&run_spec(experiment.clone(), &Companions::gradient_flow()));
        let mut window = Self {
            state: State::new(run, experiment, crate::lessons::builtin()),
            worker,
            newest_run: 0,
            script: Script::default(),
            n_kept: 0,
            caches: Caches::default(),
            predictions: Predictions::default(),
            undo: new_undo(),
            lab: None,
            unveiled: false,
            background: Background::new(ctx.clone()),
            map: MapWork::default(),
            files: Files::new(),
            settings_file: None,
            is_calm,
            has_system_dialogs: false,
            halt: HaltRule::NEVER,
            watched: Watch::default(),
            past_networks: PastNetworks::default(),
            frame_rate: 0.0,
            title: String::new(),
        };
        window.reset();
        Ok(window)
    }

    /// Asks for files in the system's own dialogs from now on, where it has any.
    pub fn use_system_dialogs(&mut self) {
        self.has_system_dialogs = system_dialog::are_available();
    }

    /// Lets runs go on until they are told to halt, in place of halting once every mode has settled.
    pub fn run_without_end(&mut self) {
        self.state.view.settings.halt = HaltRule::NEVER;
    }

    /// What a screen reader is told, since the insides of plots cannot be read: where the run is, in one line.
    pub fn summary(&self) -> String {
        let run = &self.state.run;
        let state = match run.state {
            RunState::Empty => "starting",
            RunState::Paused => "halted",
            RunState::Running => "running",
            RunState::Diverged => "diverged",
        };
        let strengths = (0..run.rank())
            .filter_map(|mode| run.latest(Quantity::Strength, mode))
            .map(|strength| format::significant(strength, 3))
            .collect::<Vec<_>>()
            .join(", ");
        let headline = &run.events.headline;
        format!(
            "{state} at step {}; {headline}; mode strengths {strengths}",
            run.step
        )
    }

    /// The live parameters that the worker has confirmed.
    pub fn live_in_force(&self) -> LiveParams {
        self.state.run.live
    }

    /// Steps that the worker has reported.
    pub fn steps_taken(&self) -> u64 {
        self.state.run.step
    }

    /// Rows recorded in the first trajectory.
    pub fn rows_recorded(&self) -> u64 {
        let first = self.state.run.trajectories.first();
        first.map_or(0, |trajectory| trajectory.history.n_rows())
    }

    /// Number of kept runs.
    pub fn n_kept_runs(&self) -> usize {
        self.state.kept_runs.len()
    }

    /// Number of bytes that the histories of the run hold.
    pub fn n_history_bytes(&self) -> usize {
        self.state.run.n_bytes()
    }

    /// Number of the open lesson.
    pub fn lesson_number(&self) -> Option<u32> {
        self.state.teaching.lesson().map(|lesson| lesson.number)
    }

    /// Cells of the map that are computed, and cells in all.
    pub fn map_progress(&self) -> (usize, usize) {
        self.state.map.progress()
    }

    /// The seed of the present run.
    pub fn seed(&self) -> u64 {
        self.state.run.experiment.seed
    }

    /// Loads the draft as a new run.
    fn reset(&mut self) {
        let live = self.state.live;
        if let Ok(experiment) = self.state.draft.read(live) {
            let spec = run_spec(experiment, &self.state.draft.companions);
            self.load(spec);
        }
    }

    /// Loads a run; the number of the run is given here.
    fn load(&mut self, mut spec: RunSpec) {
        self.newest_run += 1;
        spec.run = self.newest_run;
        let view = &mut self.state.view;
        view.horizon = horizon(&spec.experiment);
        view.attach();
        view.cursors = [None; 2];
        self.state.run = RunData::new(&spec);
        self.script = spec.script.clone();
        self.send(Command::SetSpeed(self.state.speed.speed()));
        self.send(Command::Reset(Box::new(spec)));
    }

    /// Keeps the present run to compare the next ones with.
    fn keep_run(&mut self) {
        self.n_kept += 1;
        let step = format::grouped(self.state.run.step);
        self.state.keep_run(format!("{}: to step {step}", self.n_kept));
    }

    fn send(&mut self, command: Command) {
        if !self.worker.send(command) {
            self.state.run.trouble = Some("the simulation has stopped; restart the program".to_owned());
        }
    }

    /// Shows a line above the plots.
    fn inform(&mut self, text: impl Into<String>) {
        self.state.notice = Some(Notice {
            text: format::one_line(&text.into()),
            is_trouble: false,
        });
    }

    /// Shows what went wrong above the plots.
    fn complain(&mut self, text: impl Into<String>) {
        self.state.notice = Some(Notice {
            text: format::one_line(&text.into()),
            is_trouble: true,
        });
    }

    /// Draws everything and performs what was asked for.
    pub fn show(&mut self, ui: &mut Ui) {
        self.lay_out(ui);
        self.note_settings(ui.ctx());
    }

    /// Gives undo the settings as they are, once nothing is held or being typed: a drag is one change.
    fn note_settings(&mut self, ctx: &egui::Context) {
        if ctx.input(|input| input.pointer.any_down()) || ctx.text_edit_focused() {
            return;
        }
        let now = self.state.undoable();
        let time = ctx.input(|input| input.time);
        // Settings at rest are a step of their own the second time they are seen.
        self.undo.feed_state(time, &now);
        self.undo.feed_state(time, &now);
    }
}

/// Undo that takes every change once it is at rest.
fn new_undo() -> Undoer<Undoable> {
    Undoer::with_settings(UndoSettings {
        max_undos: MAX_UNDO_STEPS,
        stable_time: 0.0,
        ..UndoSettings::default()
    })
}

/// A run of `experiment` from its start; it is given its number where it is loaded.
fn run_spec(experiment: Experiment, companions: &Companions) -> RunSpec {
    RunSpec {
        companions: companions.dynamics_other_than(experiment.dynamics()),
        ensembles: companions.ensembles(),
        start: true,
        ..RunSpec::new(experiment)
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.listen(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    /// The window keeps its settings itself: eframe's own file would be torn by two windows that write at once.
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.keep_last_session();
        self.keep_last_settings();
        self.background.end();
    }
}
