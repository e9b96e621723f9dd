//! Changes of the live parameters as tables of a session.

use serde::{Deserialize, Serialize};

use crate::dynamics::LiveParams;
use crate::simulation::{Change, Script};

/// A change of the live parameters; nothing has a default, which would change the run unseen, but what did not exist in the first
/// version, and is off where it is not said.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intervention {
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    step: u64,
    learning_rate: f64,
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    batch_size: u64,
    label_noise_std: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    momentum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight_decay: Option<f64>,
}

/// The changes that tables tell.
pub(super) fn changes_of(interventions: Vec<Intervention>) -> Vec<Change> {
    let change = |change: Intervention| Change {
        step: change.step,
        live: LiveParams {
            learning_rate: change.learning_rate,
            batch_size: change.batch_size,
            label_noise_std: change.label_noise_std,
            momentum: change.momentum.unwrap_or(0.0),
            weight_decay: change.weight_decay.unwrap_or(0.0),
        },
    };
    interventions.into_iter().map(change).collect()
}

/// The changes of a script as tables.
pub(super) fn interventions_of(script: &Script) -> Vec<Intervention> {
    let told = |change: &Change| Intervention {
        step: change.step,
        learning_rate: change.live.learning_rate,
        batch_size: change.live.batch_size,
        label_noise_std: change.live.label_noise_std,
        momentum: Some(change.live.momentum).filter(|_| change.live.has_momentum()),
        weight_decay: Some(change.live.weight_decay).filter(|_| change.live.has_decay()),
    };
    script.changes().iter().map(told).collect()
}
