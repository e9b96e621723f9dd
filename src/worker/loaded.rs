//! A loaded run: everything that moves, what is recorded of it, and the states it can be taken back to.

use super::checkpoints::{Checkpoint, Checkpoints, FEWEST_KEPT};
use super::frame::{Frame, Now, PendingFrame};
use super::halt::{HaltCause, HaltRule, Halting, Place};
use super::messages::{RunSpec, Watch};
use super::pace::{PUBLISH_PERIOD, SLICE};
use super::run_state::RunState;
use crate::budget;
use crate::dynamics::LiveParams;
use crate::experiment::Dynamics;
use crate::observables::Quantity;
use crate::observables::events::EventDetector;
use crate::platform::Instant;
use crate::simulation::{
    Ensemble, NetworkState, Replicas, Schedule, Script, SetupError, Simulation, StationaryStatistics,
    Statistic, StepOutcome, bytes_of_run,
};

/// Everything that moves, with what has been counted of it.
#[derive(Clone, Debug)]
struct Moving {
    trajectories: Vec<Simulation>,
    statistics: Vec<StationaryStatistics>,
    ensembles: Vec<(Ensemble, StationaryStatistics)>,
    detector: EventDetector,
    /// Step of the last row.
    recorded: Option<u64>,
}

/// A run with all its trajectories.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) run: u64,
    pub(super) state: RunState,
    moving: Moving,
    checkpoints: Checkpoints<Moving>,
    schedule: Schedule,
    /// Changes to be made on the way.
    script: Script,
    /// Step up to which the run goes as fast as it can.
    catch_up_to: u64,
    /// Step at which to halt.
    pub(super) until: u64,
    /// When it halts by itself.
    pub(super) halting: Halting,
    /// Why it has, until that is told.
    pub(super) halted_by: Option<HaltCause>,
    pub(super) pending: PendingFrame,
    pub(super) last_offer: Instant,
}

impl Loaded {
    pub(super) fn new(spec: &RunSpec, halt: HaltRule, now: Instant) -> Result<Self, SetupError> {
        // Beside what moves there are kept states of it.
        let n_states = 1 + FEWEST_KEPT as u64;
        let dynamics = std::iter::once(spec.experiment.dynamics()).chain(spec.companions.iter().copied());
        let experiments: Vec<_> = dynamics
            .map(|dynamics| spec.experiment.clone().with_dynamics(dynamics))
            .collect();
        budget::check(n_states * experiments.iter().map(bytes_of_run).sum::<u64>())?;
        let mut trajectories: Vec<Simulation> = experiments
            .iter()
            .map(Simulation::new)
            .collect::<Result<_, _>>()?;
        trajectories.iter_mut().for_each(Simulation::prepare_to_observe);
        let statistics = StationaryStatistics::new(&spec.experiment);
        let of_trajectories: u64 = trajectories.iter().map(Replicas::bytes_each).sum();
        let of_ensembles = spec
            .ensembles
            .iter()
            .map(|&(kind, n)| Ensemble::bytes_of(kind, n, &trajectories[0]));
        let n_bytes = of_ensembles.fold(of_trajectories, u64::saturating_add);
        budget::check(n_bytes.saturating_mul(n_states))?;
        let ensembles: Vec<_> = spec
            .ensembles
            .iter()
            .map(|&(kind, n)| Ok((Ensemble::new(kind, n, &mut trajectories[0])?, statistics.clone())))
            .collect::<Result<_, SetupError>>()?;
        let moving = Moving {
            statistics: vec![statistics; trajectories.len()],
            detector: trajectories[0].event_detector(),
            ensembles,
            trajectories,
            recorded: None,
        };
        let mut loaded = Self {
            run: spec.run,
            pending: PendingFrame::new(moving.trajectories.len(), moving.ensembles.len()),
            checkpoints: Checkpoints::new(moving.n_bytes()),
            moving,
            schedule: spec.schedule,
            script: spec.script.clone(),
            catch_up_to: spec.catch_up_to,
            halting: Halting::new(halt),
            halted_by: None,
            state: if spec.start || spec.catch_up_to > 0 {
                RunState::Running
            } else {
                RunState::Paused
            },
            until: if spec.start { u64::MAX } else { spec.catch_up_to },
            last_offer: now.checked_sub(PUBLISH_PERIOD).unwrap_or(now),
        };
        loaded.record();
        loaded.keep();
        loaded.follow_script();
        Ok(loaded)
    }

    /// Steps taken.
    pub(super) fn step(&self) -> u64 {
        self.moving.trajectories[0].step()
    }

    /// Steps left until the run is where it is to be shown, which are taken at full speed.
    pub(super) fn n_steps_behind(&self) -> u64 {
        self.catch_up_to.saturating_sub(self.step())
    }

    /// The run itself, as it is now.
    pub(super) fn simulation(&self) -> &Simulation {
        &self.moving.trajectories[0]
    }

    /// Number of events so far.
    pub(super) fn n_events(&self) -> u64 {
        self.moving.detector.n_events()
    }

    /// What there is to tell, with what is watched.
    pub(super) fn take_frame(&mut self, steps_per_second: f64, watch: Watch) -> Option<Frame> {
        let first = self.moving.trajectories.first_mut();
        let network = first
            .filter(|_| watch.network)
            .map(|run| Box::new(NetworkState::of(run, watch.pair)));
        let moving = &self.moving;
        let ensembles = moving.ensembles.iter();
        self.pending.take_frame(Now {
            network,
            watches_members: watch.members,
            run: self.run,
            state: self.state,
            steps_per_second,
            trajectories: &moving.trajectories,
            statistics: &moving.statistics,
            ensembles: ensembles
                .map(|(ensemble, statistics)| (ensemble, statistics))
                .collect(),
            detector: &moving.detector,
            checkpoints: self.checkpoints.moments(),
        })
    }

    pub(super) fn halt(&mut self) {
        if self.state == RunState::Running {
            self.state = RunState::Paused;
        }
        self.pending.dirty = true;
    }

    /// Takes the run back to `step` under another number: to the last kept state at or before it, from which the rest is done
    /// again, with the changes made on the way, up to `step`, where the run halts. Later changes are forgotten: from there on the
    /// future is open. Gives that state and those changes.
    pub(super) fn rewind(&mut self, run: u64, step: u64) -> Option<(Checkpoint, Script)> {
        let made = Script::of(self.simulation());
        let (kept, state) = self.checkpoints.back_to(step)?;
        self.moving = state.clone();
        // A kept state is that before the changes of its step.
        let again = made.between(kept.step, step);
        self.script = again.clone();
        self.run = run;
        self.catch_up_to = step;
        self.until = step;
        self.state = if kept.step < step {
            RunState::Running
        } else {
            RunState::Paused
        };
        self.pending = PendingFrame::new(self.moving.trajectories.len(), self.moving.ensembles.len());
        self.pending.clear(self.n_events());
        self.pending.dirty = true;
        self.follow_script();
        Some((kept, again))
    }

    /// The first trajectory at the last kept state at or before `step`, with the changes that were made from there on.
    pub(super) fn kept_state(&self, step: u64) -> Option<(Simulation, Script)> {
        let (kept, state) = self.checkpoints.before(step)?;
        let script = Script::of(self.simulation()).between(kept.step, step);
        Some((state.trajectories.first()?.clone(), script))
    }

    pub(super) fn set_live(&mut self, live: LiveParams) {
        let moving = &mut self.moving;
        if moving
            .trajectories
            .iter()
            .all(|trajectory| *trajectory.live() == live)
        {
            return;
        }
        for trajectory in &mut moving.trajectories {
            // The caller has validated them, which is all that can be refused.
            let _valid = trajectory.set_live(live);
        }
        for (ensemble, _) in &mut moving.ensembles {
            let _valid = ensemble.set_live(live, &moving.trajectories[0]);
        }
        moving
            .detector
            .set_live(moving.trajectories[0].step(), moving.trajectories[0].time(), live);
        // A change that was taken back at its step has left no trace.
        let step = moving.trajectories[0].step();
        match moving.trajectories[0].interventions().last() {
            Some(intervention) if intervention.step == step => self.pending.add_intervention(*intervention),
            Some(_) | None => {}
        }
        self.restart_statistics(None);
    }

    /// Begins the statistics anew, leaving out `factor` relaxation times if that is told.
    pub(super) fn restart_statistics(&mut self, factor: Option<f64>) {
        let moving = &mut self.moving;
        let (step, live) = (moving.trajectories[0].step(), *moving.trajectories[0].in_force());
        let of_ensembles = moving.ensembles.iter_mut().map(|(_, statistics)| statistics);
        for statistics in moving.statistics.iter_mut().chain(of_ensembles) {
            let factor = factor.unwrap_or(statistics.factor);
            statistics.set_factor(factor, step, &live);
        }
        self.pending.dirty = true;
    }

    /// Makes the change that the script has for this step.
    fn follow_script(&mut self) {
        if let Some(live) = self.script.at(self.step()) {
            self.set_live(live);
        }
    }

    /// Takes up to `n_steps` steps in every trajectory, for about one slice of time; gives how many.
    pub(super) fn work(&mut self, n_steps: u64, steps_per_look: u64, start: Instant) -> u64 {
        let first_step = self.step();
        let target = first_step.saturating_add(n_steps);
        while self.state == RunState::Running && self.step() < target {
            let step = self.step();
            let recorded = self.schedule.next_after(step);
            let changed = self.script.next_after(step).unwrap_or(u64::MAX);
            let looked_at = target.min(step.saturating_add(steps_per_look));
            let run = self.simulation();
            let asked = self
                .halting
                .last_step(step, run.time(), run.in_force().learning_rate);
            self.advance_to(recorded.min(changed).min(looked_at).min(asked));
            if self.state == RunState::Diverged || self.step() == recorded {
                self.record();
            }
            // A kept state is that before the changes of its step.
            if self.state == RunState::Running {
                self.keep();
            }
            self.follow_script();
            self.halt_by_rule();
            if start.elapsed() >= SLICE {
                break;
            }
        }
        if self.step() >= self.until {
            self.halt();
        }
        self.step() - first_step
    }

    /// Halts the run where its rule says so; one that is still catching up is not there yet.
    fn halt_by_rule(&mut self) {
        if self.state != RunState::Running || self.n_steps_behind() > 0 {
            return;
        }
        if self.step() == self.catch_up_to {
            self.pass_over_halts();
            return;
        }
        self.halted_by = self.ask_rule(Halting::cause);
        if self.halted_by.is_some() {
            self.halt();
        }
    }

    /// Passes over what the rule would halt the run for where it stands.
    pub(super) fn pass_over_halts(&mut self) {
        self.ask_rule(Halting::pass_over);
    }

    fn ask_rule<T>(&mut self, question: impl FnOnce(&mut Halting, &Place<'_>) -> T) -> T {
        let moving = &self.moving;
        let run = &moving.trajectories[0];
        let place = Place {
            step: run.step(),
            time: run.time(),
            modes: &|mode| moving.detector.modes().nth(mode),
            statistics: &moving.statistics[0],
            draws_noise: run.experiment().dynamics() != Dynamics::GradientFlow,
        };
        question(&mut self.halting, &place)
    }

    fn advance_to(&mut self, step: u64) {
        for (i, trajectory) in self.moving.trajectories.iter_mut().enumerate() {
            match trajectory.advance_to(step) {
                StepOutcome::Advanced => {}
                // A companion that diverged just ends; the run itself goes on.
                StepOutcome::Diverged(_) if i > 0 => {}
                StepOutcome::Diverged(_) => self.state = RunState::Diverged,
            }
        }
        let reached = self.step();
        let moving = &mut self.moving;
        for (ensemble, _) in &mut moving.ensembles {
            ensemble.advance_to(reached, &moving.trajectories[0]);
        }
        self.pending.dirty = true;
    }

    /// Keeps the present state to go back to, if it is time for that.
    fn keep(&mut self) {
        let (step, time) = (self.step(), self.simulation().time());
        let moving = &self.moving;
        self.checkpoints
            .offer(Checkpoint { step, time }, || moving.clone());
    }

    /// Observes every trajectory that is still moving. A row of a diverging run may hold numbers beyond what can be drawn; this
    /// is the one door through which rows pass, so it is closed to them here.
    fn record(&mut self) {
        let moving = &mut self.moving;
        let schema = moving.trajectories[0].schema();
        let step = moving.trajectories[0].step();
        if moving.recorded == Some(step) {
            return;
        }
        moving.recorded = Some(step);
        for (i, trajectory) in moving.trajectories.iter_mut().enumerate() {
            if trajectory.step() != step || (i > 0 && trajectory.divergence().is_some()) {
                continue;
            }
            let rows = self.pending.rows_mut(i);
            let first = rows.len();
            trajectory.observe(rows);
            if rows[first..].iter().any(|value| !value.is_finite()) {
                rows.truncate(first);
                continue;
            }
            let row = &rows[first..];
            moving.statistics[i].follow(step, trajectory.in_force());
            moving.statistics[i].push(
                step,
                &row[schema.columns(Quantity::Strength)],
                &row[schema.columns(Quantity::Curvature)],
            );
            moving.statistics[i].set_row_rates(&trajectory.row_rates());
            if i == 0 {
                moving.detector.observe(row);
            }
        }
        if self.state == RunState::Diverged {
            moving.detector.diverge(step, moving.trajectories[0].time());
        }
        self.record_ensembles(step, schema.rank());
        self.pending
            .thin(schema.n_columns(), Ensemble::n_columns(schema.rank()));
    }

    fn record_ensembles(&mut self, step: u64, rank: usize) {
        let time = self.moving.trajectories[0].time();
        let live = *self.moving.trajectories[0].in_force();
        for (i, (ensemble, statistics)) in self.moving.ensembles.iter_mut().enumerate() {
            let rows = self.pending.ensemble_rows_mut(i);
            let first = rows.len();
            ensemble.observe(time, rows);
            let row = &rows[first..];
            statistics.follow(step, &live);
            if let (Ensemble::ModeEquations(ensemble, _), false) = (&*ensemble, row.is_empty()) {
                for mode in 0..rank {
                    let mean = row[Ensemble::column(rank, Statistic::Mean, mode)];
                    statistics.push_many(step, mode, mean, ensemble.strengths(mode));
                }
            }
        }
    }
}

impl Moving {
    /// About how much a copy of this takes.
    fn n_bytes(&self) -> usize {
        let trajectories: usize = self.trajectories.iter().map(Simulation::n_bytes).sum();
        let ensembles: usize = self
            .ensembles
            .iter()
            .map(|(ensemble, _)| ensemble.n_bytes())
            .sum();
        let of_ensembles = self.ensembles.iter().map(|(_, statistics)| statistics);
        let statistics = self.statistics.iter().chain(of_ensembles);
        trajectories + ensembles + statistics.map(StationaryStatistics::n_bytes).sum::<usize>()
    }
}
