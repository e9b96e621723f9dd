//! The window itself: owns the worker, what is shown and how, and lays out the panels.

use std::time::{Duration, Instant};

use eframe::egui::{self, CentralPanel, Key, Panel, RichText, Ui};

use super::controls::{self, Controls};
use super::draft::{Beside, Draft};
use super::headline::headline;
use super::plots;
use super::run_data::RunData;
use super::side_panel::side_panel;
use super::style;
use super::transport::{self, SpeedSetting};
use super::view::{Panels, Shown, TimeAxis, View};
use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::simulation::{Schedule, Stability};
use crate::worker::{Command, RunSpec, RunState, Worker};

/// Longest that the window takes in events before it draws.
const DRAIN_TIME: Duration = Duration::from_millis(10);
/// Key under which settings are stored.
const STORAGE_KEY: &str = "settings";

/// What is kept from one start of the program to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Settings {
    shown: Shown,
    axis: TimeAxis,
    speed: SpeedSetting,
}

/// The program's window.
#[derive(Debug)]
pub struct Window {
    worker: Worker,
    run: RunData,
    view: View,
    traces: plots::TraceCache,
    predictions: plots::Predictions,
    draft: Draft,
    /// Live parameters as the sliders show them: what was last asked for.
    live: LiveParams,
    speed: SpeedSetting,
    controls: Controls,
    panels: Panels,
    /// Width of the window, in points, for which the panels were last chosen.
    fitted_width: f32,
    /// Training time that the live view shows from the start.
    horizon: f64,
    frames_per_second: f64,
    title: String,
}

impl Window {
    /// A window in `ctx` that starts running `experiment`, with the settings last kept in `storage`.
    ///
    /// # Errors
    /// The system's error where the worker's thread cannot be started.
    pub fn new(
        ctx: &egui::Context,
        storage: Option<&dyn eframe::Storage>,
        experiment: Experiment,
    ) -> std::io::Result<Self> {
        let settings: Settings = storage
            .and_then(|storage| eframe::get_value(storage, STORAGE_KEY))
            .unwrap_or_default();
        style::install_fonts(ctx);
        let waker = ctx.clone();
        let worker = Worker::spawn(move || waker.request_repaint())?;
        let live = experiment.live;
        let draft = Draft::new(experiment.clone());
        let mut window = Self {
            worker,
            horizon: plots::horizon(&experiment),
            run: RunData::new(&run_spec(0, experiment, &draft.beside, false)),
            view: View {
                axis: settings.axis,
                shown: settings.shown,
                ..View::default()
            },
            traces: plots::TraceCache::default(),
            predictions: plots::Predictions::default(),
            draft,
            live,
            speed: settings.speed,
            controls: Controls::default(),
            panels: Panels::that_fit(f32::INFINITY),
            fitted_width: f32::INFINITY,
            frames_per_second: 0.0,
            title: String::new(),
        };
        window.reset(true);
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

    /// Rows recorded in the first lane.
    pub fn rows_recorded(&self) -> u64 {
        self.run.lanes.first().map_or(0, |lane| lane.history.n_rows())
    }

    /// Loads the draft as a new run.
    fn reset(&mut self, start: bool) {
        let Ok(experiment) = self.draft.read(self.live) else {
            return;
        };
        self.horizon = plots::horizon(&experiment);
        self.view.attach();
        let spec = run_spec(self.run.run + 1, experiment, &self.draft.beside, start);
        self.run = RunData::new(&spec);
        self.send(Command::SetSpeed(self.speed.speed()));
        self.send(Command::Reset(Box::new(spec)));
    }

    fn new_seed(&mut self) {
        // Any fixed walk through the seeds will do; the point is that it is another one and that it is shown.
        let seed = self.draft.experiment.seed;
        self.draft.experiment.seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040)
            >> 44;
        self.reset(true);
    }

    fn set_live(&mut self, live: LiveParams) {
        self.live = live;
        self.send(Command::SetLive(live));
    }

    fn play_or_pause(&mut self) {
        let command = if self.run.state == RunState::Running {
            Command::Pause
        } else {
            Command::Resume
        };
        self.send(command);
    }

    fn send(&mut self, command: Command) {
        if !self.worker.send(command) {
            self.run.trouble = Some("the simulation has stopped; restart the program".to_owned());
        }
    }

    /// Takes in what the worker has to say, but not for long.
    fn drain(&mut self) {
        let start = Instant::now();
        while let Ok(event) = self.worker.events().try_recv() {
            self.run.take(event);
            if start.elapsed() > DRAIN_TIME {
                break;
            }
        }
    }

    fn keys(&mut self, ctx: &egui::Context) {
        if ctx.egui_wants_keyboard_input() {
            return;
        }
        let pressed = |key| ctx.input(|input| input.modifiers.is_none() && input.key_pressed(key));
        let shifted = |key| ctx.input(|input| input.modifiers.shift_only() && input.key_pressed(key));
        if pressed(Key::Space) {
            self.play_or_pause();
        }
        if pressed(Key::ArrowRight) {
            self.send(Command::Step(1));
        }
        if shifted(Key::ArrowRight) {
            self.send(Command::Step(100));
        }
        if pressed(Key::R) {
            self.reset(true);
        }
        if pressed(Key::N) {
            self.new_seed();
        }
        if pressed(Key::T) {
            self.view.shown.theory = !self.view.shown.theory;
        }
        if pressed(Key::End) {
            self.view.attach();
        }
    }

    /// A divergence or a fault, told above the plots with a way out.
    fn banner(&mut self, ui: &mut Ui) {
        let red = style::red(ui.visuals());
        if let Some(divergence) = self.run.divergence().copied() {
            ui.label(RichText::new(divergence.to_string()).color(red));
            ui.horizontal(|ui| {
                let limit = Stability::of(&self.run.experiment).largest_learning_rate;
                let safe = 0.5 * limit.min(self.live.learning_rate);
                let text = format!("Set \u{3b7} = {} and reset", super::format::brief(safe, 2));
                if ui
                    .button(text)
                    .on_hover_text("Half the smaller of the present and the limit.")
                    .clicked()
                {
                    self.live.learning_rate = safe;
                    self.reset(true);
                }
            });
        }
        if let Some(trouble) = self.run.trouble.clone() {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(trouble).color(red));
                if ui.button("Reset").clicked() {
                    self.reset(true);
                }
            });
        }
    }

    fn plots(&mut self, ui: &mut Ui) {
        headline(ui, &self.run);
        plots::legend(ui, &self.run);
        let x_range = plots::visible_range(&self.run, &self.view, self.horizon);
        ui.spacing_mut().item_spacing.y = 6.0;
        let between = 3.0 * ui.spacing().item_spacing.y + plots::strip_height(self.run.rank());
        let height = (ui.available_height() - between).max(180.0);
        let mut scene = plots::Scene {
            run: &self.run,
            view: &mut self.view,
            traces: &mut self.traces,
            x_range,
        };
        plots::strengths_plot(ui, &mut scene, 0.42 * height);
        plots::diffusion_plot(ui, &mut scene, 0.28 * height);
        plots::event_strip(ui, &self.run, &self.view, x_range);
        let mut scene = plots::Scene {
            run: &self.run,
            view: &mut self.view,
            traces: &mut self.traces,
            x_range,
        };
        plots::loss_plot(ui, &mut scene, 0.30 * height);
    }

    /// Takes in what the worker has said and what keys were pressed; runs also while the window is hidden.
    pub fn listen(&mut self, ctx: &egui::Context) {
        self.drain();
        self.keys(ctx);
        self.update_title(ctx);
        let dt = f64::from(ctx.input(|input| input.stable_dt)).max(1e-4);
        self.frames_per_second += 0.1 * (1.0 / dt - self.frames_per_second);
    }

    /// Draws everything and passes on what was clicked and dragged.
    pub fn show(&mut self, ui: &mut Ui) {
        self.fit_panels(ui.ctx().content_rect().width());
        self.transport_bar(ui);
        self.left_rail(ui);
        self.right_panel(ui);
        CentralPanel::default().show(ui, |ui| {
            self.banner(ui);
            self.plots(ui);
        });
    }

    /// Opens or closes side panels when the window's width crosses a limit; between limits the person decides.
    fn fit_panels(&mut self, width: f32) {
        let fitting = Panels::that_fit(width);
        if fitting != Panels::that_fit(self.fitted_width) {
            self.panels = fitting;
        }
        self.fitted_width = width;
    }

    fn transport_bar(&mut self, ui: &mut Ui) {
        let mut asked = None;
        Panel::bottom("transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            asked = transport::transport(
                ui,
                &self.run,
                &mut self.view,
                &mut self.panels,
                &mut self.speed,
                self.frames_per_second,
            );
            ui.add_space(2.0);
        });
        match asked {
            Some(transport::Request::Reset) => self.reset(true),
            Some(transport::Request::Step(n_steps)) => self.send(Command::Step(n_steps)),
            Some(transport::Request::PlayPause) => self.play_or_pause(),
            Some(transport::Request::Speed) => self.send(Command::SetSpeed(self.speed.speed())),
            None => {}
        }
    }

    fn left_rail(&mut self, ui: &mut Ui) {
        let mut asked = None;
        let panel = Panel::left("controls")
            .default_size(258.0)
            .size_range(220.0..=360.0);
        panel.show_collapsible(ui, &mut self.panels.controls, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                asked = self
                    .controls
                    .ui(ui, self.live, &mut self.draft, &self.run.experiment);
            });
        });
        match asked {
            Some(controls::Request::Live(live)) => self.set_live(live),
            Some(controls::Request::Reset) => self.reset(true),
            Some(controls::Request::NewSeed) => self.new_seed(),
            None => {}
        }
    }

    fn right_panel(&mut self, ui: &mut Ui) {
        let mut restart = None;
        let panel = Panel::right("distributions")
            .default_size(300.0)
            .size_range(220.0..=460.0);
        panel.show_collapsible(ui, &mut self.panels.distributions, |ui| {
            restart = side_panel(ui, &self.run, &mut self.view, &mut self.predictions);
        });
        if let Some(factor) = restart {
            self.send(Command::RestartStatistics(factor));
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

fn run_spec(run: u64, experiment: Experiment, beside: &Beside, start: bool) -> RunSpec {
    RunSpec {
        run,
        companions: beside.companions(experiment.dynamics()),
        crowds: beside.crowds(),
        experiment,
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start,
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.listen(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        let settings = Settings {
            shown: self.view.shown,
            axis: self.view.axis,
            speed: self.speed,
        };
        eframe::set_value(storage, STORAGE_KEY, &settings);
    }
}
