//! The shared time axis: what it counts, how it is laid out, which part of it is in sight.

use serde::{Deserialize, Serialize};

use crate::app::plots::Scale;
use crate::history::Spacing;
use crate::observables::Schema;

/// What the shared horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TimeAxis {
    /// Training time `t`, the sum of the learning rates.
    #[default]
    Time,
    /// Steps.
    Step,
}

impl TimeAxis {
    /// The column of a row that holds it.
    pub(crate) fn column(self) -> usize {
        match self {
            Self::Time => Schema::TIME,
            Self::Step => Schema::STEP,
        }
    }
}

/// The shared horizontal axis: what it counts, and whether linearly or in powers of ten. Plots are laid out by positions along
/// it, which are logarithms on a logarithmic axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TimeScale {
    pub(crate) axis: TimeAxis,
    pub(crate) log: bool,
}

impl TimeScale {
    /// Position of a moment.
    pub(crate) fn place(self, step: u64, time: f64) -> f64 {
        self.position(match self.axis {
            TimeAxis::Time => time,
            TimeAxis::Step => step as f64,
        })
    }

    /// Position of a number of steps or a training time; the start of a run lies far to the left of a logarithmic axis.
    pub(crate) fn position(self, x: f64) -> f64 {
        if self.log { x.max(1e-30).log10() } else { x }
    }

    /// Number of steps or training time at a position.
    pub(crate) fn value(self, position: f64) -> f64 {
        if self.log { 10_f64.powf(position) } else { position }
    }

    /// Scale of the axis.
    pub(crate) fn scale(self) -> Scale {
        if self.log { Scale::Log } else { Scale::Linear }
    }

    /// How pixels are laid out along it.
    pub(crate) fn spacing(self) -> Spacing {
        if self.log {
            Spacing::Logarithmic
        } else {
            Spacing::Linear
        }
    }

    /// Its axis title.
    pub(crate) fn title(self) -> &'static str {
        match self.axis {
            TimeAxis::Time => "training time t (sum of learning rates)",
            TimeAxis::Step => "step",
        }
    }
}

/// How much of the run the live view shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Span {
    /// All of it, growing with the run.
    #[default]
    All,
    /// The last so many steps.
    Last(u64),
    /// A range of constant width that moves with the end of the run.
    Follow,
}

/// Which part of the run is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum TimeWindow {
    /// What the [`Span`] says, moving with the run.
    #[default]
    Live,
    /// A range chosen by panning or zooming.
    Detached {
        /// Left end.
        low: f64,
        /// Right end.
        high: f64,
    },
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) step: u64,
    pub(crate) time: f64,
}
