//! Which part of the run is in sight along the shared time axis.

use serde::{Deserialize, Serialize};

/// How much of the run the live view shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Span {
    /// All of it, growing with the run.
    #[default]
    All,
    /// All of it until every mode is learned, and then no more than that took.
    Learning,
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
