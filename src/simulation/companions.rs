//! What runs beside an experiment, from the same start; it has no influence on it.

use serde::{Deserialize, Serialize};

use super::EnsembleKind;
use crate::experiment::Dynamics;

/// Other dynamics and ensembles, as files name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Companions {
    /// Other dynamics, each a trajectory of its own.
    pub dynamics: Vec<Dynamics>,
    /// Solutions of the mode equation of every mode; 0 for none.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub trajectories: usize,
    /// Full networks; 0 for none.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub replicas: usize,
}

impl Companions {
    /// The dynamics without `main`, which runs anyhow.
    pub fn dynamics_other_than(&self, main: Dynamics) -> Vec<Dynamics> {
        let others = self.dynamics.iter().copied();
        others.filter(|&dynamics| dynamics != main).collect()
    }

    /// The ensembles with the number of their members.
    pub fn ensembles(&self) -> Vec<(EnsembleKind, usize)> {
        let ensembles = [
            (EnsembleKind::ModeEquations, self.trajectories),
            (EnsembleKind::Replicas, self.replicas),
        ];
        ensembles.into_iter().filter(|&(_, n)| n > 0).collect()
    }
}
