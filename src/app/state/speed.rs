//! How fast the person wants the run to go.

use crate::worker::Speed;

/// The choice of speed.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct SpeedSetting {
    /// Steps a second when limited.
    pub(crate) steps_per_second: f64,
    /// Whether the machine alone sets the limit.
    pub(crate) unlimited: bool,
}

impl Default for SpeedSetting {
    /// The default experiment then takes about ten seconds to learn everything.
    fn default() -> Self {
        Self {
            steps_per_second: 150.0,
            unlimited: false,
        }
    }
}

impl SpeedSetting {
    /// As the worker expects it.
    pub(crate) fn speed(self) -> Speed {
        if self.unlimited {
            Speed::Unlimited
        } else {
            Speed::StepsPerSecond(self.steps_per_second)
        }
    }
}
