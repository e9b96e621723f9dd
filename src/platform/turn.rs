//! How work that goes on beside the window takes turns.

use std::time::Duration;

/// What comes after a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Another one at once.
    Again,
    /// Another one, within this time: there is nothing to do now. A turn on a thread of its own has waited itself already.
    Rest(Duration),
    /// None.
    End,
}

/// How long something is waited for, where waiting is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Not at all.
    None,
    /// At most so long.
    UpTo(Duration),
    /// As long as it takes.
    Forever,
}

impl Patience {
    /// As a time.
    pub(crate) fn time(self) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::UpTo(time) => time,
            Self::Forever => Duration::MAX,
        }
    }
}
