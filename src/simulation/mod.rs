//! One run: an experiment, its state, its random streams and everything done to it.
//!
//! [`Simulation`] is the same object in the window's worker, in headless commands and in tests. Its state depends on the
//! experiment and the interventions alone: not on how often it is observed, on speed, or on threads.

mod companions;
mod course;
mod density;
mod divergence;
mod engines;
mod ensemble;
mod footprint;
mod network_state;
mod passages;
mod replicas;
mod schedule;
mod script;
mod settled;
mod setup;
mod side_by_side;
mod stationary;
mod stationary_table;
mod stored_noise;

use std::sync::Arc;

use nalgebra::DMatrix;
use thiserror::Error;

use crate::budget::OutOfMemory;
use crate::dynamics::{Blowup, Clock, Engine, Sampling, check_range};
use crate::experiment::{Experiment, ExperimentError, LearnedAt, LiveParams};
use crate::memory::HeapBytes as _;
use crate::model::{DatasetError, DeepLinearNetwork, Risk};
use crate::observables::events::EventDetector;
use crate::observables::{Observer, PairDynamics, Schema};
use crate::random::{Purpose, Streams};

pub use companions::{Companions, CompanionsError};
pub use course::Intervention;
use course::{BeforeChange, InForce};
pub use density::{Densities, ModeDensity};
pub use divergence::{Divergence, Stability};
use engines::engine_of;
pub use ensemble::{Ensemble, EnsembleKind, MOST_SHOWN, Members, Statistic};
pub use footprint::bytes_of_run;
pub use network_state::NetworkState;
pub use passages::{Passage, Passages};
pub use replicas::{ReplicaDivergence, Replicas, ReplicasError};
pub use schedule::Schedule;
pub use script::{Change, Script, ScriptError};
pub use settled::{Distances, Estimates, NetworkLaw, Prediction, discrete_variance_of};
pub use setup::noisy_start;
use setup::{init_of, risk_of};
pub(crate) use side_by_side::Quartet;
pub use stationary::{DEFAULT_BURN_IN, ModeStatistics, Phase, STATISTICS_STRIDE, StationaryStatistics};
pub use stationary_table::StationaryTable;
pub use stored_noise::StoredNoise;

/// Why a simulation could not be set up.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SetupError {
    /// A value is outside what is allowed.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// There is not enough memory for it.
    #[error("the run {0}")]
    Memory(#[from] OutOfMemory),
    /// There cannot be so many replicas.
    #[error(transparent)]
    Replicas(#[from] ReplicasError),
    /// The data set could not be drawn.
    #[error("data: {0}")]
    Dataset(#[from] DatasetError),
}

/// How a call to [`Simulation::advance_to`] ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StepOutcome {
    /// Every step was taken.
    Advanced,
    /// Training diverged; the simulation keeps its last finite state and takes no further step.
    Diverged(Divergence),
}

/// A run of an experiment.
#[derive(Clone, Debug)]
pub struct Simulation {
    experiment: Experiment,
    /// As they are set.
    live: LiveParams,
    /// Of these by schedule.
    course: InForce,
    risk: Risk,
    initial: Arc<DeepLinearNetwork>,
    network: DeepLinearNetwork,
    engine: Box<dyn Engine>,
    observer: Observer,
    clock: Clock,
    interventions: Vec<Intervention>,
    before_change: Option<BeforeChange>,
    divergence: Option<Divergence>,
}

impl Simulation {
    /// Sets up a run at step 0.
    ///
    /// # Errors
    /// [`SetupError`] where a value is not allowed, there is not enough memory, or the data set cannot be drawn.
    pub fn new(experiment: &Experiment) -> Result<Self, SetupError> {
        experiment.validate()?;
        crate::budget::check(bytes_of_run(experiment))?;
        let streams = Streams::new(experiment.seed);
        let widths = experiment.network.widths();
        let risk = risk_of(experiment, &streams)?;
        let init = init_of(experiment, risk.teacher().rank());
        let network = init.draw(&widths, risk.teacher(), &mut streams.of(Purpose::Init));
        Ok(Self::from_parts(experiment.clone(), risk, network))
    }

    /// A run of given data from given initial weights; of `experiment` the engine, its options, the seed and the live
    /// parameters count. Weights beyond the range that can be computed are a divergence at step 0.
    pub fn from_parts(experiment: Experiment, risk: Risk, network: DeepLinearNetwork) -> Self {
        let streams = Streams::new(experiment.seed);
        let engine = engine_of(&experiment, &network, &risk, &streams);
        Self::with_engine(experiment, risk, Arc::new(network), engine)
    }

    /// The same experiment from the same start on the same data, at step 0, its noise drawn from other streams.
    fn restarted(&self, streams: &Streams) -> Self {
        let (network, experiment) = (Arc::clone(&self.initial), self.experiment.clone());
        let engine = self.engine.restarted(&network, &experiment.live, streams);
        Self::with_engine(experiment, self.risk.clone(), network, engine)
    }

    fn with_engine(
        experiment: Experiment,
        risk: Risk,
        initial: Arc<DeepLinearNetwork>,
        engine: Box<dyn Engine>,
    ) -> Self {
        let (set, sampling) = (experiment.live, experiment.data.sampling);
        let (course, mut engine) = (InForce::at_start(&experiment), engine);
        let live = course.live;
        let network = DeepLinearNetwork::clone(&initial);
        let divergence = check_range(&network).err().map(|cause| Divergence {
            step: 0,
            time: 0.0,
            live,
            stability: Stability::of_steps(&experiment, &live),
            cause,
        });
        if live != set {
            engine.set_live(&network, &live);
        }
        Self {
            observer: Observer::new(&network, risk.clone(), sampling),
            live: set,
            course,
            risk,
            initial,
            network,
            engine,
            clock: Clock::new(live.learning_rate),
            interventions: Vec::new(),
            before_change: None,
            divergence,
            experiment,
        }
    }

    /// The experiment as it was started; [`Self::live`] holds the present live parameters.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Live parameters as they are set, at the start or by hand; what they follow by schedule is [`Self::in_force`].
    pub fn live(&self) -> &LiveParams {
        &self.live
    }

    /// Live parameters in force for the next step.
    pub fn in_force(&self) -> &LiveParams {
        &self.course.live
    }

    /// For every scheduled parameter the step at which the mode it waits for was seen to be learned.
    pub fn learned_at(&self) -> &LearnedAt {
        &self.course.learned_at
    }

    /// The loss being minimised, with teacher and data.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Weights at step 0.
    pub fn initial_network(&self) -> &DeepLinearNetwork {
        &self.initial
    }

    /// Present weights.
    pub fn network(&self) -> &DeepLinearNetwork {
        &self.network
    }

    /// What is carried from step to step beside the weights, by name, one matrix for every layer: see [`Engine::carried`].
    pub fn carried(&self) -> Vec<(&'static str, Vec<DMatrix<f64>>)> {
        self.engine.carried()
    }

    /// Number of steps taken.
    pub fn step(&self) -> u64 {
        self.clock.step()
    }

    /// Training time `t`, the sum of the learning rates of all steps.
    pub fn time(&self) -> f64 {
        self.clock.time()
    }

    /// Every change of the live parameters so far, oldest first.
    pub fn interventions(&self) -> &[Intervention] {
        &self.interventions
    }

    /// The divergence that ended the run, if it did.
    pub fn divergence(&self) -> Option<&Divergence> {
        self.divergence.as_ref()
    }

    /// Layout of observed rows.
    pub fn schema(&self) -> Schema {
        self.observer.schema()
    }

    /// Largest stable learning rate of full-batch descent at the minimum, with the mode that sets it.
    pub fn stability(&self) -> Stability {
        Stability::of(&self.experiment)
    }

    /// Takes new live parameters from the present step on and records the change. The same parameters again are no change.
    ///
    /// A second change at the same step takes the place of the first, as if that had not been, so that a slider held on a paused
    /// run leaves one intervention, and none when it is put back. What comes after depends on the recorded interventions alone.
    ///
    /// # Errors
    /// [`ExperimentError`] where a value is not allowed; nothing changes then.
    pub fn set_live(&mut self, live: LiveParams) -> Result<(), ExperimentError> {
        live.validate()?;
        if live == self.live {
            return Ok(());
        }
        let step = self.clock.step();
        if self.interventions.last().is_some_and(|last| last.step == step) {
            self.take_back_change();
        }
        if live == self.live {
            return Ok(());
        }
        self.before_change = Some(BeforeChange {
            live: self.live,
            course: self.course,
            clock: self.clock.clone(),
            engine: None,
        });
        self.live = live;
        let now = self
            .experiment
            .schedule
            .in_force(&live, step, &self.course.learned_at);
        self.course.live = now;
        self.course.changed_at = step;
        if let Some(before) = &mut self.before_change {
            before.engine = self.engine.is_changed_by(&now).then(|| self.engine.clone());
        }
        self.clock.set_learning_rate(now.learning_rate);
        self.engine.set_live(&self.network, &now);
        self.interventions.push(Intervention {
            step,
            time: self.clock.time(),
            live,
        });
        Ok(())
    }

    /// Undoes the last intervention, after which no step was taken.
    fn take_back_change(&mut self) {
        if let Some(before) = self.before_change.take() {
            self.interventions.pop();
            self.live = before.live;
            self.course = before.course;
            self.clock = before.clock;
            if let Some(engine) = before.engine {
                self.engine = engine;
            }
        }
    }

    /// Takes steps until `step` have been taken in all; no step at all after a divergence.
    pub fn advance_to(&mut self, step: u64) -> StepOutcome {
        if let Some(divergence) = self.divergence {
            return StepOutcome::Diverged(divergence);
        }
        match self.try_advance_to(step) {
            Ok(()) => StepOutcome::Advanced,
            Err(cause) => {
                let divergence = Divergence {
                    step: self.clock.step(),
                    time: self.clock.time(),
                    live: self.course.live,
                    stability: Stability::of_steps(&self.experiment, &self.course.live),
                    cause,
                };
                self.divergence = Some(divergence);
                StepOutcome::Diverged(divergence)
            }
        }
    }

    /// Takes `n_steps` steps.
    pub fn advance(&mut self, n_steps: u64) -> StepOutcome {
        self.advance_to(self.clock.step().saturating_add(n_steps))
    }

    fn try_advance_to(&mut self, step: u64) -> Result<(), Blowup> {
        if self.experiment.schedule.is_empty() {
            let n_steps = step.saturating_sub(self.clock.step());
            let (taken, outcome) = self.engine.advance(&mut self.network, &self.live, n_steps);
            self.clock.advance(taken);
            return outcome;
        }
        while self.clock.step() < step {
            let now = self.clock.step();
            let n_steps = step.min(self.steady_until()) - now;
            let (taken, outcome) = self.engine.advance(&mut self.network, &self.course.live, n_steps);
            self.clock.advance(taken);
            outcome?;
            self.follow_schedule();
        }
        Ok(())
    }

    /// The next step at which other parameters may be in force by schedule.
    pub fn steady_until(&self) -> u64 {
        let schedule = &self.experiment.schedule;
        schedule.next_after(self.clock.step(), &self.course.learned_at)
    }

    /// Takes the parameters that the schedule has for the present step.
    fn follow_schedule(&mut self) {
        let step = self.clock.step();
        let (observer, network) = (&mut self.observer, &self.network);
        self.course.look_for_learned(&self.experiment, step, |strengths| {
            observer.observe_strengths(network, strengths);
        });
        let schedule = &self.experiment.schedule;
        let now = schedule.in_force(&self.live, step, &self.course.learned_at);
        let before = self.course.live;
        if now == before {
            return;
        }
        self.course.live = now;
        self.course.changed_at = step;
        if now.learning_rate.to_bits() != before.learning_rate.to_bits() {
            self.clock.set_learning_rate(now.learning_rate);
        }
        self.engine.set_live(&self.network, &now);
    }

    /// Bytes that this run holds at most, at any batch size that is set on its way, beside what it shares with replicas of it: the
    /// teacher, the initial weights and a stored set.
    pub fn n_bytes(&self) -> usize {
        /// Small lists of the experiment.
        const REST: usize = 1 << 10;
        let parts = self.network.heap_bytes() + self.observer.heap_bytes() + self.engine.n_bytes();
        size_of::<Self>() + parts + REST
    }

    /// Makes room for whole rows, so that [`Self::n_bytes`] counts it before the first one.
    pub(crate) fn prepare_to_observe(&mut self) {
        self.observer.prepare();
    }

    /// Appends one row of observables to `rows`, laid out by [`Self::schema`]. Observing changes nothing in the run.
    pub fn observe(&mut self, rows: &mut Vec<f64>) {
        let (step, time) = (self.clock.step(), self.clock.time());
        self.observer
            .observe(&self.network, &self.course.live, step, time, rows);
    }

    /// Appends a row in which only step, time, strengths, drift and diffusion are filled in, to the bit as by [`Self::observe`], at a
    /// fraction of the cost.
    pub(crate) fn observe_modes(&mut self, rows: &mut Vec<f64>) {
        let (step, time) = (self.clock.step(), self.clock.time());
        self.observer
            .observe_modes(&self.network, &self.course.live, step, time, rows);
    }

    /// Appends mode strengths and curvatures of the present weights, to the bit those of a row, at a fraction of the cost.
    pub fn observe_settled(&mut self, strengths: &mut Vec<f64>, curvatures: &mut Vec<f64>) {
        self.observer
            .observe_settled(&self.network, strengths, curvatures);
    }

    /// Sum of the rates at which the entries of every mode's row of `W - M` relax at the weights last observed.
    pub fn row_rates(&self) -> Vec<f64> {
        self.observer.row_rates()
    }

    /// Appends the mode strengths of the present weights to `strengths`.
    pub(crate) fn observe_strengths(&mut self, strengths: &mut Vec<f64>) {
        self.observer.observe_strengths(&self.network, strengths);
    }

    /// Drift of two modes and the covariance of their noise at the present weights.
    pub(crate) fn observe_pair(&mut self, pair: (usize, usize)) -> PairDynamics {
        self.observer.observe_pair(&self.network, &self.course.live, pair)
    }

    /// The mode matrix `U^T W V` at the last observation, shape `(r, r)`.
    pub fn mode_matrix(&self) -> &DMatrix<f64> {
        self.observer.mode_matrix()
    }

    /// A detector of the events of this run, to be fed with its rows and interventions from step 0 on.
    pub fn event_detector(&self) -> EventDetector {
        let depth = self.initial.depth();
        let start = InForce::at_start(&self.experiment).live;
        let detector = EventDetector::new(&self.risk, self.sampling(), depth, start)
            .with_decay(self.experiment.optimizer.decay);
        match noisy_start(&self.experiment) {
            Some(start) if self.risk.dataset().is_none() => detector.with_noise(start),
            Some(_) | None => detector,
        }
    }

    /// The rule by which minibatches are drawn from a stored set.
    pub fn sampling(&self) -> Sampling {
        self.experiment.data.sampling
    }
}
