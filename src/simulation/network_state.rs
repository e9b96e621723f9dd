//! A network at a moment of its run, as far as pictures need it.

use std::sync::Arc;

use super::Simulation;
use crate::model::{DeepLinearNetwork, Teacher};
use crate::observables::PairDynamics;

/// A network at a moment.
#[derive(Clone, Debug)]
pub struct NetworkState {
    /// Steps taken.
    pub step: u64,
    /// Training time.
    pub time: f64,
    /// Its weights.
    pub network: DeepLinearNetwork,
    /// What it learns.
    pub teacher: Arc<Teacher>,
    /// Two modes, counted from 0.
    pub pair: (usize, usize),
    /// Their drift and the covariance of their noise.
    pub dynamics: PairDynamics,
}

impl NetworkState {
    /// The present state of a run, with the dynamics of two of its modes; modes that it does not have are its last one.
    pub fn of(simulation: &mut Simulation, (one, other): (usize, usize)) -> Self {
        let last = simulation.schema().rank().saturating_sub(1);
        let pair = (one.min(last), other.min(last));
        Self {
            step: simulation.step(),
            time: simulation.time(),
            dynamics: simulation.observe_pair(pair),
            network: simulation.network().clone(),
            teacher: Arc::clone(simulation.risk().teacher()),
            pair,
        }
    }
}
