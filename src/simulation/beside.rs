//! What runs beside an experiment, from the same start; it has no influence on it.

use serde::{Deserialize, Serialize};

use super::CrowdKind;
use crate::experiment::Dynamics;

/// Other dynamics and crowds, as files name them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Beside {
    /// Other dynamics, each a lane of its own.
    pub dynamics: Vec<Dynamics>,
    /// Solutions of the scalar equation of every mode; 0 for none.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub trajectories: usize,
    /// Full networks; 0 for none.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub replicas: usize,
}

impl Beside {
    /// The dynamics without `main`, which runs anyhow.
    pub fn companions(&self, main: Dynamics) -> Vec<Dynamics> {
        let others = self.dynamics.iter().copied();
        others.filter(|&dynamics| dynamics != main).collect()
    }

    /// The crowds with the number of their members.
    pub fn crowds(&self) -> Vec<(CrowdKind, usize)> {
        let crowds = [
            (CrowdKind::Ensemble, self.trajectories),
            (CrowdKind::Replicas, self.replicas),
        ];
        crowds.into_iter().filter(|&(_, n)| n > 0).collect()
    }
}
