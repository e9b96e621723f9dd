//! What pictures need beside rows: the network and the members of ensembles while a picture shows them, the network at an earlier
//! moment, and the laws of the modes.

use std::time::Duration;

use eframe::egui;

use super::Window;
use super::past_networks::PastNetworks;
use crate::app::state::Draft;
use crate::chart::PlotId;
use crate::experiment::InitScheme;
use crate::figure::FigurePanel;
use crate::observables::Quantity;
use crate::platform::Instant;
use crate::simulation::{NetworkState, Script, Simulation, StepOutcome};
use crate::worker::{Command, Job, JobState, Watch};

/// Least strength at which a mode may be dropped, as a share of the teacher's.
const LEAST_START: f64 = 1e-6;
/// Longest that the laws of the modes are followed in a frame.
const FOLLOWING: Duration = Duration::from_micros(800);
/// Steps of a run done again between two looks at whether its end is still wanted.
const STEPS_BETWEEN_LOOKS: u64 = 256;

impl Window {
    /// Sees to it that what the pictures need is there, or comes.
    pub(super) fn look_after_pictures(&mut self, ctx: &egui::Context) {
        self.watch();
        self.look_after_past_network();
        let settings = &self.state.view.settings;
        if settings.shown.density || self.shows(PlotId::Density) || self.shows(PlotId::Times) {
            let start = Instant::now();
            if !self.state.run.follow_densities(|| start.elapsed() < FOLLOWING) {
                ctx.request_repaint();
            }
        }
    }

    /// Whether a plot that is not over time is on the screen.
    fn shows(&self, plot: PlotId) -> bool {
        let settings = &self.state.view.settings;
        let is_large = settings.large.contains(&plot);
        let is_beside = settings.beside.plot == plot && self.state.view.panels().distributions;
        if self.state.appearance.lecture {
            is_large
        } else {
            is_beside
        }
    }

    /// Whether what a figure shows is at hand: the weights of a run are only while they are on the screen, and those at its events never;
    /// the run is done again for them.
    pub(super) fn has_what_is_drawn(&self, panel: FigurePanel) -> bool {
        match panel {
            FigurePanel::One(PlotId::Matrix) => false,
            FigurePanel::One(plot @ (PlotId::Plane | PlotId::Density)) => self.shows(plot),
            FigurePanel::All | FigurePanel::One(_) => true,
        }
    }

    /// Starts again from aligned weights with two modes where the dot of the plane was dropped, the others as before.
    pub(super) fn start_from(&mut self, modes: [(usize, f64); 2]) {
        let run = &self.state.run;
        let start = |mode: usize| {
            let column = run.schema.column(Quantity::Strength, mode);
            run.value_at_step(0, column).abs()
        };
        let mut strengths: Vec<f64> = (0..run.rank()).map(start).collect();
        for (mode, strength) in modes {
            if let Some(start) = strengths.get_mut(mode) {
                // At zero a mode would rest for ever.
                *start = strength.max(LEAST_START * run.experiment.teacher.strengths[mode]);
            }
        }
        let mut experiment = run.experiment.clone();
        experiment.init.scheme = InitScheme::Aligned;
        experiment.init.strengths = strengths;
        let companions = self.state.draft.companions;
        self.state.draft = Draft::new(experiment);
        self.state.draft.companions = companions;
        self.reset();
    }

    /// Tells the worker what to send beside rows, if that has changed.
    fn watch(&mut self) {
        let watch = Watch {
            network: self.shows(PlotId::Matrix) || self.shows(PlotId::Plane),
            members: [PlotId::Plane, PlotId::Density, PlotId::Times]
                .into_iter()
                .any(|plot| self.shows(plot)),
            pair: self.state.view.settings.beside.pair,
        };
        if watch != self.watched {
            self.watched = watch;
            self.past_networks = PastNetworks::default();
            self.send(Command::Watch(watch));
        }
    }

    /// Asks for the network at the moment looked at, and takes it in.
    fn look_after_past_network(&mut self) {
        let moment = self.state.view.scrubbed.filter(|_| self.watched.network);
        let Some(moment) = moment else {
            self.past_networks = PastNetworks::default();
            self.state.run.past_network = None;
            return;
        };
        let wanted = (self.state.run.run, moment.step);
        if self.past_networks.asked != Some(wanted) {
            self.past_networks.asked = Some(wanted);
            self.past_networks.job = None;
            self.send(Command::KeptState(moment.step));
        }
        let Some(job) = &mut self.past_networks.job else {
            return;
        };
        match job.poll() {
            JobState::Result(state) => self.state.run.past_network = Some(Box::new(state)),
            JobState::Working => {}
            JobState::Ended | JobState::Panicked(_) => self.past_networks.job = None,
        }
    }

    /// Does the run again from a kept state to the step that was asked for.
    pub(super) fn take_kept_state(&mut self, run: u64, step: u64, simulation: Simulation, script: Script) {
        if self.past_networks.asked != Some((run, step)) {
            return;
        }
        let (pair, wake) = (self.watched.pair, self.background.wake());
        let job = Job::spawn("network at an earlier moment", 1, wake, move |task| {
            let mut simulation = simulation;
            while simulation.step() < step {
                if task.is_cancelled() {
                    return;
                }
                if let Some(live) = script.at(simulation.step()) {
                    // It was allowed when it was made.
                    let _valid = simulation.set_live(live);
                }
                let next = script.next_after(simulation.step()).unwrap_or(u64::MAX);
                let next = next.min(simulation.step() + STEPS_BETWEEN_LOOKS).min(step);
                if simulation.advance_to(next) != StepOutcome::Advanced {
                    break;
                }
            }
            task.send(NetworkState::of(&mut simulation, pair));
        });
        match job {
            Ok(job) => self.past_networks.job = Some(job),
            Err(error) => self.complain(format!("no thread can be started: {error}")),
        }
    }
}
