//! Replicas: `R` independent runs of one experiment, and the distribution of every mode strength over them.
//!
//! All share the teacher, the initial weights and, where there is one, the stored data set with its label noise; the draws of
//! the engine (fresh samples, minibatches, Langevin increments) are independent, replica `r` taking the streams that lie `r` long
//! jumps further on. Replica 0 is the plain run. A row holds, for every mode, mean, standard deviation and the
//! 10 % and 90 % quantiles of `a_k = u_k^T W v_k` over the replicas.
//!
//! Replicas move on all cores of the present rayon pool, four of a small network side by side in the lanes of vectors, to the bit as each
//! would alone. Each is sequential in itself and the statistics are taken in the order
//! of the replicas, so nothing depends on the number of threads.

use std::fmt;

use nalgebra::DMatrix;
use rayon::prelude::*;
use thiserror::Error;

use super::{Divergence, Passages, Quartet, SetupError, Simulation};
use crate::budget;
use crate::experiment::{Experiment, ExperimentError, LiveParams};
use crate::products::lanes::LANES;
use crate::random::Streams;
use crate::stats::Summary;

/// Fewer steps at once are not worth the way into the lanes of vectors and back.
const FEW_STEPS: u64 = 16;

/// Why there cannot be so many replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReplicasError {
    /// They would not fit into memory.
    #[error(
        "{n_replicas} replicas of a network with {n_weights} weights do not fit into memory; for this network, at most {most}"
    )]
    TooMany {
        /// Replicas asked for.
        n_replicas: usize,
        /// Weights of one network.
        n_weights: usize,
        /// Replicas that would fit.
        most: usize,
    },
}

/// The divergence of one replica, with which a run of all of them ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReplicaDivergence {
    /// Which one, counted from 0.
    pub replica: usize,
    /// Number of replicas.
    pub n_replicas: usize,
    /// What happened to it.
    pub divergence: Divergence,
}

impl fmt::Display for ReplicaDivergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "replica {} of {} {}",
            self.replica + 1,
            self.n_replicas,
            self.divergence
        )
    }
}

/// Independent runs of one experiment.
#[derive(Clone, Debug)]
pub struct Replicas {
    members: Vec<Member>,
    step: u64,
    /// When their modes were learned.
    passages: Passages,
    /// Strengths of one mode in every replica that goes on.
    scratch: Vec<f64>,
}

/// One replica with its mode strengths as last observed.
#[derive(Clone, Debug)]
struct Member {
    simulation: Simulation,
    strengths: Vec<f64>,
}

impl Replicas {
    /// What is told of the distribution of a strength, in column order.
    pub const STATISTICS: [&'static str; 4] = ["mean", "std", "q10", "q90"];

    /// Bytes that one of many runs like `simulation` takes at most, at any batch size.
    pub fn bytes_each(simulation: &Simulation) -> u64 {
        /// The strength, that of the last row, and two times, of every mode.
        const PER_MODE: usize = 4 * size_of::<f64>();
        (simulation.n_bytes() + size_of::<Member>() + PER_MODE * simulation.schema().rank()) as u64
    }

    /// Bytes that all of them hold at most.
    pub fn n_bytes(&self) -> usize {
        let each = self
            .members
            .first()
            .map_or(0, |member| Self::bytes_each(&member.simulation));
        each as usize * self.members.len()
    }

    /// Checks that `n_replicas` runs like `simulation` fit into the memory that may be used.
    ///
    /// # Errors
    /// [`ReplicasError`] where they do not.
    pub fn check_number(simulation: &Simulation, n_replicas: usize) -> Result<(), ReplicasError> {
        let n_weights: usize = simulation.network().weights().iter().map(DMatrix::len).sum();
        let most = (budget::bytes() / Self::bytes_each(simulation)).max(1) as usize;
        if n_replicas <= most {
            return Ok(());
        }
        Err(ReplicasError::TooMany {
            n_replicas,
            n_weights,
            most,
        })
    }

    /// `n_replicas` (at least 1) runs of `experiment` at step 0.
    ///
    /// # Errors
    /// [`SetupError`] where a value is not allowed, there is not enough memory, or the data set cannot be drawn.
    pub fn new(experiment: &Experiment, n_replicas: usize) -> Result<Self, SetupError> {
        let simulation = Simulation::new(experiment)?;
        Self::check_number(&simulation, n_replicas)?;
        Ok(Self::of(&simulation, n_replicas))
    }

    /// `n_replicas` (at least 1) runs like `simulation`, from its start at step 0 with the live parameters it began with.
    pub fn of(simulation: &Simulation, n_replicas: usize) -> Self {
        let mut streams = Streams::new(simulation.experiment().seed);
        let members = (0..n_replicas.max(1))
            .map(|_| {
                let member = Member {
                    simulation: simulation.restarted(&streams),
                    strengths: Vec::with_capacity(simulation.schema().rank()),
                };
                streams = streams.next_replica();
                member
            })
            .collect();
        Self {
            members,
            step: 0,
            passages: Passages::new(simulation.experiment(), n_replicas.max(1)),
            scratch: Vec::with_capacity(n_replicas),
        }
    }

    /// Number of replicas.
    pub fn n_replicas(&self) -> usize {
        self.members.len()
    }

    /// Number of replicas that have diverged; they count in no statistics from then on.
    pub fn n_diverged(&self) -> usize {
        let diverged = |member: &&Member| member.simulation.divergence().is_some();
        self.members.iter().filter(diverged).count()
    }

    /// The divergence that came first, in steps and then in the order of the replicas.
    pub fn first_divergence(&self) -> Option<ReplicaDivergence> {
        let diverged = self.members.iter().enumerate().filter_map(|(replica, member)| {
            let divergence = *member.simulation.divergence()?;
            Some(ReplicaDivergence {
                replica,
                n_replicas: self.members.len(),
                divergence,
            })
        });
        diverged.min_by_key(|diverged| diverged.divergence.step)
    }

    /// One replica, counted from 0.
    pub fn replica(&self, replica: usize) -> &Simulation {
        &self.members[replica].simulation
    }

    /// Number of steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Takes new live parameters in every replica.
    ///
    /// # Errors
    /// [`ExperimentError`] where a value is not allowed; nothing changes then.
    pub fn set_live(&mut self, live: LiveParams) -> Result<(), ExperimentError> {
        live.validate()?;
        self.members
            .iter_mut()
            .try_for_each(|member| member.simulation.set_live(live))
    }

    /// Takes steps in every replica until `step` have been taken in all.
    pub fn advance_to(&mut self, step: u64) {
        let n_steps = step.saturating_sub(self.step);
        if n_steps < FEW_STEPS || self.members.len() < LANES {
            self.members.par_iter_mut().for_each(|member| {
                // A divergence is kept by the run and counted when asked for.
                let _outcome = member.simulation.advance_to(step);
            });
        } else {
            let groups = self.members.par_chunks_mut(LANES);
            groups.for_each_init(Quartet::default, |quartet, members| {
                let mut members: Vec<_> = members.iter_mut().map(|member| &mut member.simulation).collect();
                quartet.begin();
                quartet.advance_to(&mut members, step);
            });
        }
        self.step = self.step.max(step);
    }

    /// Appends the row of replica 0, which is the plain run.
    pub fn observe_plain_run(&mut self, rows: &mut Vec<f64>) {
        if let Some(first) = self.members.first_mut() {
            first.simulation.observe(rows);
        }
    }

    /// Distribution of every mode's strength over the replicas that have not diverged, one entry a mode; `None` when all have.
    pub fn observe(&mut self) -> Option<Vec<Summary>> {
        self.members.par_iter_mut().for_each(|member| {
            member.strengths.clear();
            if member.simulation.divergence().is_none() {
                member.simulation.observe_strengths(&mut member.strengths);
            }
        });
        let first = &self.members.first()?.simulation;
        let (rank, time) = (first.schema().rank(), first.time());
        let members = &self.members;
        self.passages
            .observe(time, |member, mode| members[member].strengths.get(mode).copied());
        (0..rank)
            .map(|mode| {
                let strengths = self
                    .members
                    .iter()
                    .filter_map(|member| member.strengths.get(mode));
                self.scratch.clear();
                self.scratch.extend(strengths);
                Summary::of(&mut self.scratch)
            })
            .collect()
    }

    /// When every replica's modes were first seen to be half learned, and learned.
    pub fn passages(&self) -> &Passages {
        &self.passages
    }

    /// Strength of a mode in every replica that goes on, as last observed.
    pub fn strengths(&self, mode: usize) -> impl Iterator<Item = f64> {
        let strengths = self.members.iter().map(move |member| member.strengths.get(mode));
        strengths.flatten().copied()
    }

    /// Names of the columns of [`Self::columns`] for `rank` modes: `strength_mean_1 ..`, `strength_std_1 ..`,
    /// `strength_q10_1 ..`, `strength_q90_1 ..`.
    pub fn column_names(rank: usize) -> Vec<String> {
        Self::STATISTICS
            .iter()
            .flat_map(|statistic| (1..=rank).map(move |mode| format!("strength_{statistic}_{mode}")))
            .collect()
    }

    /// Appends the numbers of an observation to a row, in the order of [`Self::column_names`].
    pub fn columns(summaries: &[Summary], row: &mut Vec<f64>) {
        row.extend(summaries.iter().map(|summary| summary.mean));
        row.extend(summaries.iter().map(|summary| summary.std));
        row.extend(summaries.iter().map(|summary| summary.q10));
        row.extend(summaries.iter().map(|summary| summary.q90));
    }
}
