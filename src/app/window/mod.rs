//! The window itself: owns the worker, what is shown and how, and lays out the panels.

mod dialogs;
mod export;
mod files;
mod layout;
mod perform;
mod settings;
mod teaching;
mod undoable;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eframe::egui::{self, Ui};

use self::files::Files;
use self::teaching::Teaching;
use self::undoable::Undoable;
use super::command_list::CommandList;
use super::controls::Controls;
use super::draft::{Companions, Draft};
use super::kept_runs::{self, KeptRun};
use super::plots;
use super::run_data::RunData;
use super::settings_file::KeptFile;
use super::style;
use super::transport::SpeedSetting;
use super::undo::Undo;
use super::view::{Panels, View};
use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::simulation::{Schedule, Script};
use crate::worker::{Command, Event, RunSpec, RunState, Worker};

/// Longest that the window takes in events before it draws.
const DRAIN_TIME: Duration = Duration::from_millis(10);
/// Time between two pictures where motion is reduced.
const CALM_PERIOD: Duration = Duration::from_millis(250);
/// What lies over the window.
#[derive(Debug, Default)]
enum Dialog {
    #[default]
    None,
    Palette(CommandList),
    Glossary,
    Save(String),
    Open(String),
    Export(export::ExportForm),
}

/// A line told over the plots until it is closed.
#[derive(Clone, Debug)]
struct Notice {
    text: String,
    is_trouble: bool,
}

/// The program's window.
#[derive(Debug)]
pub struct Window {
    worker: Worker,
    run: RunData,
    /// Number of the last run asked for.
    newest_run: u64,
    /// Changes that the present run makes by itself.
    script: Script,
    kept_runs: Vec<KeptRun>,
    /// Number of runs kept so far, for their names.
    n_kept: usize,
    view: View,
    traces: plots::TraceCache,
    predictions: plots::Predictions,
    draft: Draft,
    /// Live parameters as the sliders show them: what was last asked for.
    live: LiveParams,
    speed: SpeedSetting,
    controls: Controls,
    undo: Undo<Undoable>,
    dialog: Dialog,
    notice: Option<Notice>,
    files: Files,
    /// Where the settings are kept, if anywhere.
    kept: Option<KeptFile>,
    teaching: Teaching,
    panels: Panels,
    /// Width of the window, in points, for which the panels were last chosen.
    fitted_width: f32,
    /// Whether the lecture view is shown.
    lecture: bool,
    /// Height between menus and transport, in points.
    room: f32,
    high_contrast: bool,
    reduced_motion: Arc<AtomicBool>,
    /// Whether the person is invited to a first move.
    invites: bool,
    /// Training time that the live view shows from the start.
    horizon: f64,
    frames_per_second: f64,
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
        let reduced_motion = Arc::new(AtomicBool::new(false));
        let (waker, calm) = (ctx.clone(), Arc::clone(&reduced_motion));
        let worker = Worker::spawn(move || {
            if calm.load(Ordering::Relaxed) {
                waker.request_repaint_after(CALM_PERIOD);
            } else {
                waker.request_repaint();
            }
        })?;
        let live = experiment.live;
        let draft = Draft::new(experiment.clone());
        let view = View::default();
        let speed = SpeedSetting::default();
        let undoable = Undoable::new(&draft, live, speed, &view);
        let mut window = Self {
            worker,
            horizon: plots::horizon(&experiment),
            run: RunData::new(&run_spec(0, experiment, &draft.companions)),
            newest_run: 0,
            script: Script::default(),
            kept_runs: Vec::new(),
            n_kept: 0,
            view,
            traces: plots::TraceCache::default(),
            predictions: plots::Predictions::default(),
            draft,
            live,
            speed,
            controls: Controls::default(),
            undo: Undo::new(undoable),
            dialog: Dialog::None,
            notice: None,
            files: Files::new(),
            kept: None,
            teaching: Teaching::new(crate::lessons::builtin()),
            panels: Panels::that_fit(f32::INFINITY),
            fitted_width: f32::INFINITY,
            lecture: false,
            room: f32::INFINITY,
            high_contrast: false,
            reduced_motion,
            invites: true,
            frames_per_second: 0.0,
            title: String::new(),
        };
        window.reset();
        Ok(window)
    }

    /// What a screen reader is told, since the insides of plots cannot be read: where the run is, in one line.
    pub fn summary(&self) -> String {
        let state = match self.run.state {
            RunState::Empty => "starting",
            RunState::Paused => "halted",
            RunState::Running => "running",
            RunState::Diverged => "diverged",
        };
        let strengths = (0..self.run.rank())
            .filter_map(|mode| self.run.latest(crate::observables::Quantity::Strength, mode))
            .map(|strength| super::format::significant(strength, 3))
            .collect::<Vec<_>>()
            .join(", ");
        let summary = &self.run.events.summary;
        format!(
            "{state} at step {}; {summary}; mode strengths {strengths}",
            self.run.step
        )
    }

    /// The live parameters that the worker has confirmed.
    pub fn live_in_force(&self) -> LiveParams {
        self.run.live
    }

    /// Steps that the worker has reported.
    pub fn steps_taken(&self) -> u64 {
        self.run.step
    }

    /// Rows recorded in the first trajectory.
    pub fn rows_recorded(&self) -> u64 {
        self.run
            .trajectories
            .first()
            .map_or(0, |trajectory| trajectory.history.n_rows())
    }

    /// Number of kept runs.
    pub fn n_kept_runs(&self) -> usize {
        self.kept_runs.len()
    }

    /// Number of bytes that the histories of the run hold.
    pub fn n_history_bytes(&self) -> usize {
        self.run.n_bytes()
    }

    /// Loads the draft as a new run.
    fn reset(&mut self) {
        let Ok(experiment) = self.draft.read(self.live) else {
            return;
        };
        let spec = run_spec(self.newest_run + 1, experiment, &self.draft.companions);
        self.load(spec);
    }

    /// Loads a run; the number of the run is given here.
    fn load(&mut self, mut spec: RunSpec) {
        self.newest_run += 1;
        spec.run = self.newest_run;
        self.horizon = plots::horizon(&spec.experiment);
        self.view.attach();
        self.view.cursors = [None; 2];
        self.run = RunData::new(&spec);
        self.script = spec.script.clone();
        self.send(Command::SetSpeed(self.speed.speed()));
        self.send(Command::Reset(Box::new(spec)));
    }

    /// Keeps the present run to compare the next ones with.
    fn keep_run(&mut self) {
        self.n_kept += 1;
        let label = format!(
            "{}: to step {}",
            self.n_kept,
            super::format::grouped(self.run.step)
        );
        kept_runs::keep(&mut self.kept_runs, &self.run, label);
    }

    fn set_live(&mut self, live: LiveParams) {
        self.live = live;
        self.invites = false;
        self.send(Command::SetLive(live));
    }

    fn send(&mut self, command: Command) {
        if !self.worker.send(command) {
            self.run.trouble = Some("the simulation has stopped; restart the program".to_owned());
        }
    }

    fn tell(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            is_trouble: false,
        });
    }

    fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            is_trouble: true,
        });
    }

    /// Takes in what the worker has to say, but not for long.
    fn drain(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        while let Ok(event) = self.worker.events().try_recv() {
            match event {
                Event::Rewound { run, to } if run == self.newest_run => {
                    // What came after stays to be compared with.
                    self.keep_run();
                    self.run = self.run.rewound(run, to);
                    self.script = Script::default();
                    self.live = self.run.live;
                    self.view.attach();
                }
                Event::Snapshot { run, simulation } if run == self.run.run => {
                    self.take_snapshot(ctx, &simulation);
                }
                Event::Rewound { .. } | Event::Snapshot { .. } => {}
                Event::Frame(_) | Event::Refused { .. } | Event::Failed { .. } => {
                    let n_before = self.run.interventions.len();
                    self.run.take(event);
                    // The sliders follow what a script has changed.
                    let new = self.run.interventions.iter().skip(n_before);
                    if let Some(change) = new
                        .rev()
                        .find(|change| self.script.at(change.step) == Some(change.live))
                    {
                        self.live = change.live;
                    }
                }
            }
            if start.elapsed() > DRAIN_TIME {
                break;
            }
        }
    }

    /// Takes in what the worker has said and what keys were pressed; runs also while the window is hidden.
    pub fn listen(&mut self, ctx: &egui::Context) {
        self.drain(ctx);
        self.keys(ctx);
        self.look_after_files(ctx);
        self.look_after_settings();
        self.look_after_lesson();
        self.update_title(ctx);
        let dt = f64::from(ctx.input(|input| input.stable_dt)).max(1e-4);
        self.frames_per_second += 0.1 * (1.0 / dt - self.frames_per_second);
    }

    /// Draws everything and passes on what was clicked and dragged.
    pub fn show(&mut self, ui: &mut Ui) {
        self.lay_out(ui);
        // A change is complete once nothing is held or being typed.
        let ctx = ui.ctx();
        if !ctx.input(|input| input.pointer.any_down()) && !ctx.egui_wants_keyboard_input() {
            let now = Undoable::new(&self.draft, self.live, self.speed, &self.view);
            self.undo.note(&now);
        }
    }

    fn update_title(&mut self, ctx: &egui::Context) {
        let title = format!("saddlescope \u{2014} seed {}", self.run.experiment.seed);
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn run_spec(run: u64, experiment: Experiment, companions: &Companions) -> RunSpec {
    RunSpec {
        run,
        companions: companions.dynamics_other_than(experiment.dynamics()),
        ensembles: companions.ensembles(),
        experiment,
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start: true,
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
    }
}
