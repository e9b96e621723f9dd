//! The time axis that plots share: what it counts, and whether evenly or in powers of ten.

use serde::{Deserialize, Serialize};

use super::scale::Scale;
use crate::history::Spacing;
use crate::observables::Schema;

/// What a time axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeAxis {
    /// Training time `t`, the sum of the learning rates of all steps.
    #[default]
    #[serde(alias = "Time")]
    Time,
    /// Steps.
    #[serde(alias = "Step")]
    Steps,
}

impl TimeAxis {
    /// The column of a row that holds it.
    pub fn column(self) -> usize {
        match self {
            Self::Time => Schema::TIME,
            Self::Steps => Schema::STEP,
        }
    }

    /// Its title, with symbol and unit.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "time t = sum of \u{3b7} over steps",
            Self::Steps => "steps",
        }
    }
}

/// A time axis with its scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeScale {
    /// What it counts.
    pub axis: TimeAxis,
    /// Whether it is logarithmic; the start of a run then lies far to the left.
    pub log: bool,
}

impl TimeScale {
    /// Position of a moment.
    pub fn place(self, step: u64, time: f64) -> f64 {
        self.position(match self.axis {
            TimeAxis::Time => time,
            TimeAxis::Steps => step as f64,
        })
    }

    /// Position of a number of steps or a training time.
    pub fn position(self, x: f64) -> f64 {
        if self.log { x.max(1e-30).log10() } else { x }
    }

    /// Number of steps or training time at a position.
    pub fn value(self, position: f64) -> f64 {
        if self.log { 10_f64.powf(position) } else { position }
    }

    /// How values are laid out along it.
    pub fn scale(self) -> Scale {
        if self.log { Scale::Log } else { Scale::Linear }
    }

    /// How pixels are laid out along it.
    pub fn spacing(self) -> Spacing {
        if self.log {
            Spacing::Logarithmic
        } else {
            Spacing::Linear
        }
    }
}
