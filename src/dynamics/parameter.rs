//! The live parameters, each by itself: name, symbol, value and what is allowed.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::LiveParams;

/// Largest batch.
pub const MAX_BATCH_SIZE: u64 = 1_000_000_000;
/// Strengths, initial scales, rates and noise levels beyond this leave the range that can be computed.
pub const MAX_SCALE: f64 = 1e6;
/// Largest momentum: beyond, a step would be felt for more than a thousand others.
pub const MAX_MOMENTUM: f64 = 0.999;

/// A live parameter by name. Schedules, rows, plots, files and digests take what they do with all of them from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheduled {
    /// `eta`.
    LearningRate,
    /// `B`.
    BatchSize,
    /// `sigma`.
    LabelNoiseStd,
    /// `mu`.
    Momentum,
    /// `lambda_w`.
    WeightDecay,
}

impl Scheduled {
    /// All of them, in the order of [`LiveParams`].
    pub const ALL: [Self; 5] = [
        Self::LearningRate,
        Self::BatchSize,
        Self::LabelNoiseStd,
        Self::Momentum,
        Self::WeightDecay,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::LearningRate => "learning_rate",
            Self::BatchSize => "batch_size",
            Self::LabelNoiseStd => "label_noise_std",
            Self::Momentum => "momentum",
            Self::WeightDecay => "weight_decay",
        }
    }

    /// Its name and symbol as people write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::LearningRate => "learning rate \u{3b7}",
            Self::BatchSize => "batch size B",
            Self::LabelNoiseStd => "label noise \u{3c3}",
            Self::Momentum => "momentum \u{3bc}",
            Self::WeightDecay => "weight decay \u{3bb}",
        }
    }

    /// Its symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::LearningRate => "\u{3b7}",
            Self::BatchSize => "B",
            Self::LabelNoiseStd => "\u{3c3}",
            Self::Momentum => "\u{3bc}",
            Self::WeightDecay => "\u{3bb}",
        }
    }

    /// Its value.
    pub fn of(self, live: &LiveParams) -> f64 {
        match self {
            Self::LearningRate => live.learning_rate,
            Self::BatchSize => live.batch_size as f64,
            Self::LabelNoiseStd => live.label_noise_std,
            Self::Momentum => live.momentum,
            Self::WeightDecay => live.weight_decay,
        }
    }

    /// Sets its value, within what is allowed; that of the batch size is rounded.
    pub fn set(self, live: &mut LiveParams, value: f64) {
        let (least, most) = self.allowed().into_inner();
        let value = value.clamp(least, most);
        match self {
            Self::LearningRate => live.learning_rate = value,
            Self::BatchSize => live.batch_size = value.round() as u64,
            Self::LabelNoiseStd => live.label_noise_std = value,
            Self::Momentum => live.momentum = value,
            Self::WeightDecay => live.weight_decay = value,
        }
    }

    /// What is allowed.
    pub fn allowed(self) -> RangeInclusive<f64> {
        match self {
            Self::LearningRate => f64::MIN_POSITIVE..=MAX_SCALE,
            Self::BatchSize => 1.0..=MAX_BATCH_SIZE as f64,
            Self::LabelNoiseStd | Self::WeightDecay => 0.0..=MAX_SCALE,
            Self::Momentum => 0.0..=MAX_MOMENTUM,
        }
    }

    /// What is allowed, in words.
    pub fn range_text(self) -> &'static str {
        match self {
            Self::LearningRate => "above 0, up to 1e6",
            Self::BatchSize => "a whole number from 1 to 1000000000",
            Self::LabelNoiseStd | Self::WeightDecay => "from 0 to 1e6",
            Self::Momentum => "from 0 to 0.999",
        }
    }

    /// The parameter of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.name() == name)
    }
}
