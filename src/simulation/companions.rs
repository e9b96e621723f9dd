//! What runs beside an experiment, from the same start; it has no influence on it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::EnsembleKind;
use crate::experiment::Dynamics;

/// Most solutions of a mode equation.
const MOST_TRAJECTORIES: usize = 1 << 20;
/// Most replicas.
const MOST_REPLICAS: usize = 1 << 16;

/// What is not allowed of companions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CompanionsError {
    /// The same dynamics twice.
    #[error("dynamics: {} is there twice", dynamics.label())]
    Twice {
        /// Which.
        dynamics: Dynamics,
    },
    /// More than any machine has memory for.
    #[error("{key} = {value}: must be at most {most}")]
    TooMany {
        /// The key.
        key: &'static str,
        /// Its value.
        value: usize,
        /// What is allowed.
        most: usize,
    },
}

impl CompanionsError {
    /// The key that is at fault.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Twice { .. } => "dynamics",
            Self::TooMany { key, .. } => key,
        }
    }
}

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
    /// Checks what a file says.
    ///
    /// # Errors
    /// The first thing that is not allowed.
    pub fn check(&self) -> Result<(), CompanionsError> {
        for (index, &dynamics) in self.dynamics.iter().enumerate() {
            if self.dynamics[..index].contains(&dynamics) {
                return Err(CompanionsError::Twice { dynamics });
            }
        }
        for (key, value, most) in [
            ("trajectories", self.trajectories, MOST_TRAJECTORIES),
            ("replicas", self.replicas, MOST_REPLICAS),
        ] {
            if value > most {
                return Err(CompanionsError::TooMany { key, value, most });
            }
        }
        Ok(())
    }

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
