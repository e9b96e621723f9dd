//! What a map shows: two parameters with their ranges, and the measure that is its colour. Lessons, sessions and the window hold it.

use serde::{Deserialize, Serialize};

use super::scale::Scale;

/// What a map shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MapView {
    /// The parameter across.
    pub x: MapRange,
    /// The parameter upwards.
    pub y: MapRange,
    /// The column that is the colour.
    pub measure: String,
    /// The mode, counted from 1.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub mode: usize,
    /// Networks of every cell.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub replicas: usize,
    /// Steps of every run.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub steps: u64,
}

/// A parameter with its range.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapRange {
    /// Key of an experiment, or `network.depth` or `network.width`.
    pub key: String,
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// How the values between are spaced: `linear` or `log`.
    #[serde(default)]
    pub scale: Scale,
}

impl Default for MapView {
    /// Learning rate and batch size; colour is the step at which the first mode is learned.
    fn default() -> Self {
        Self {
            x: MapRange::log("live.learning_rate", 1e-3, 1.0),
            y: MapRange::log("live.batch_size", 1.0, 256.0),
            measure: "step_learned_median".to_owned(),
            mode: 1,
            replicas: 4,
            steps: 3000,
        }
    }
}

impl MapRange {
    /// Values spaced by their logarithm.
    pub fn log(key: &str, from: f64, to: f64) -> Self {
        Self {
            key: key.to_owned(),
            from,
            to,
            scale: Scale::Log,
        }
    }

    /// Values spaced evenly.
    pub fn linear(key: &str, from: f64, to: f64) -> Self {
        Self {
            scale: Scale::Linear,
            ..Self::log(key, from, to)
        }
    }
}
