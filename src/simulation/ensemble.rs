//! Many runs from one start, in a few numbers a mode: what a band is drawn from.
//!
//! Either independent full networks ([`Replicas`]) or solutions of the mode equations, one law a mode ([`ModeEnsemble`]).
//! A row holds step and time, then mean, standard deviation, 10 % and 90 % quantile of every mode's strength.

use super::{Passages, Replicas, SetupError, Simulation};
use crate::budget;
use crate::dynamics::{EnsembleMode, EnsembleOptions, LiveParams, ModeEnsemble, Substeps};
use crate::experiment::ExperimentError;
use crate::memory::HeapBytes as _;
use crate::stats::Summary;

/// What a row of a ensemble tells of a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// Mean strength.
    Mean,
    /// Standard deviation of the strength.
    Std,
    /// The strength that 10 % lie below.
    Q10,
    /// The strength that 90 % lie below.
    Q90,
}

/// Columns before the statistics: step and time, as in the rows of a run.
const N_SCALARS: usize = 2;

/// Members of an ensemble that are shown one by one: a frame holds them, and a picture sorts them.
pub const MOST_SHOWN: usize = 16_384;

/// Which ensemble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnsembleKind {
    /// Solutions of the mode equation of every mode.
    ModeEquations,
    /// Independent full networks.
    Replicas,
}

/// The members of an ensemble one by one.
#[derive(Clone, Debug)]
pub struct Members {
    /// Strengths of every mode in those that go on.
    pub strengths: Vec<Vec<f64>>,
    /// When their modes were half learned, and learned.
    pub passages: Passages,
}

/// Many runs of one experiment.
#[derive(Clone, Debug)]
pub enum Ensemble {
    /// Solutions of the mode equations, with when their modes were learned.
    ModeEquations(ModeEnsemble, Passages),
    /// Full networks.
    Replicas(Replicas),
}

impl Ensemble {
    /// `n` members that start like `simulation`. The mode equations start at the size of each mode's strength.
    ///
    /// # Errors
    /// [`SetupError`] where a value of the experiment is not allowed, or there is not enough memory.
    pub fn new(kind: EnsembleKind, n: usize, simulation: &mut Simulation) -> Result<Self, SetupError> {
        simulation.experiment().validate()?;
        Ok(match kind {
            EnsembleKind::Replicas => {
                Replicas::check_number(simulation, n)?;
                Self::Replicas(Replicas::of(simulation, n))
            }
            EnsembleKind::ModeEquations => {
                budget::check(Self::bytes_of(kind, n, simulation))?;
                let mut starts = Vec::new();
                simulation.observe_strengths(&mut starts);
                let strengths = &simulation.experiment().teacher.strengths;
                let modes = strengths.iter().zip(&starts);
                let options = EnsembleOptions {
                    depth: simulation.experiment().network.depth(),
                    batching: simulation.experiment().batching(),
                    modes: modes
                        .map(|(&teacher_strength, start)| EnsembleMode {
                            teacher_strength,
                            start: start.abs(),
                        })
                        .collect(),
                    n_trajectories: n,
                    substeps: Substeps::Auto,
                    seed: simulation.experiment().seed,
                    decay: simulation.experiment().optimizer.decay,
                };
                let passages = Passages::new(simulation.experiment(), n);
                Self::ModeEquations(ModeEnsemble::new(&options, simulation.in_force()), passages)
            }
        })
    }

    /// About how many bytes its members hold.
    pub fn n_bytes(&self) -> usize {
        match self {
            Self::ModeEquations(ensemble, passages) => ensemble.n_bytes() + passages.heap_bytes(),
            Self::Replicas(replicas) => replicas.n_bytes(),
        }
    }

    /// Bytes that `n` members like `simulation` take.
    pub fn bytes_of(kind: EnsembleKind, n: usize, simulation: &Simulation) -> u64 {
        /// The strength, a place where strengths are sorted, the strength at the last row and two times of passage.
        const BYTES_PER_SOLUTION: u64 = 5 * size_of::<f64>() as u64;
        let each = match kind {
            EnsembleKind::ModeEquations => BYTES_PER_SOLUTION * simulation.schema().rank() as u64,
            EnsembleKind::Replicas => Replicas::bytes_each(simulation),
        };
        each.saturating_mul(n as u64)
    }

    /// Which ensemble it is.
    pub fn kind(&self) -> EnsembleKind {
        match self {
            Self::ModeEquations(..) => EnsembleKind::ModeEquations,
            Self::Replicas(_) => EnsembleKind::Replicas,
        }
    }

    /// Column of a statistic of mode number `mode` in a row for `rank` modes.
    pub fn column(rank: usize, statistic: Statistic, mode: usize) -> usize {
        let block = match statistic {
            Statistic::Mean => 0,
            Statistic::Std => 1,
            Statistic::Q10 => 2,
            Statistic::Q90 => 3,
        };
        N_SCALARS + block * rank + mode
    }

    /// Number of columns of a row for `rank` modes.
    pub fn n_columns(rank: usize) -> usize {
        N_SCALARS + 4 * rank
    }

    /// Moves every member until `step` steps have been taken, as `run`, from whose start they began, has already. The mode equations
    /// follow its schedule, also in what it waits for; replicas wait each for their own modes.
    pub fn advance_to(&mut self, step: u64, run: &Simulation) {
        let ensemble = match self {
            Self::ModeEquations(ensemble, _) => ensemble,
            Self::Replicas(replicas) => return replicas.advance_to(step),
        };
        let schedule = &run.experiment().schedule;
        if schedule.is_empty() {
            return ensemble.advance(step.saturating_sub(ensemble.step()));
        }
        while ensemble.step() < step {
            let from = ensemble.step();
            let next = schedule.next_after(from, run.learned_at()).min(step);
            ensemble.advance(next - from);
            // What was not yet learned there was not in force.
            let learned_at = run
                .learned_at()
                .map(|learned| learned.filter(|learned| *learned <= next));
            ensemble.set_live(&schedule.in_force(run.live(), next, &learned_at));
        }
    }

    /// Takes other live parameters from here on, as `run` has already.
    ///
    /// # Errors
    /// [`ExperimentError`] where a value is not allowed; nothing changes then.
    pub fn set_live(&mut self, live: LiveParams, run: &Simulation) -> Result<(), ExperimentError> {
        live.validate()?;
        match self {
            Self::ModeEquations(ensemble, _) => ensemble.set_live(run.in_force()),
            Self::Replicas(replicas) => replicas.set_live(live)?,
        }
        Ok(())
    }

    /// When the modes of its members were first seen to be half learned, and learned.
    pub fn passages(&self) -> &Passages {
        match self {
            Self::ModeEquations(_, passages) => passages,
            Self::Replicas(replicas) => replicas.passages(),
        }
    }

    /// Its members as they are now; of more than [`MOST_SHOWN`], so many that stand evenly among them.
    pub fn members(&self) -> Members {
        let stride = self.passages().n_members().div_ceil(MOST_SHOWN).max(1);
        let passages = self.passages().every(stride);
        let strengths = |mode| self.strengths(mode).into_iter().step_by(stride).collect();
        Members {
            strengths: (0..passages.rank()).map(strengths).collect(),
            passages,
        }
    }

    /// Strength of a mode in every member that goes on.
    fn strengths(&self, mode: usize) -> Vec<f64> {
        match self {
            Self::ModeEquations(ensemble, _) => ensemble.strengths(mode).to_vec(),
            Self::Replicas(replicas) => replicas.strengths(mode).collect(),
        }
    }

    /// Appends a row at the given training time; nothing once every member has diverged or a number cannot be drawn.
    pub fn observe(&mut self, time: f64, rows: &mut Vec<f64>) {
        let (step, summaries): (u64, Option<Vec<Summary>>) = match self {
            Self::ModeEquations(ensemble, passages) => {
                let step = ensemble.step();
                passages.observe(time, |member, mode| ensemble.strengths(mode).get(member).copied());
                let summaries = (0..ensemble.n_modes()).map(|mode| ensemble.summary(mode));
                (step, Some(summaries.collect()))
            }
            Self::Replicas(replicas) => (replicas.step(), replicas.observe()),
        };
        let Some(summaries) = summaries else { return };
        let first = rows.len();
        rows.extend([step as f64, time]);
        Replicas::columns(&summaries, rows);
        if rows[first..].iter().any(|value| !value.is_finite()) {
            rows.truncate(first);
        }
    }
}
