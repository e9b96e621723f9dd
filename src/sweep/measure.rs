//! What is measured of a mode in one replica, and what counts as learned, trapped or lost.

use serde::Deserialize;

/// A group of measures, as a sweep file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Group {
    Learning,
    Peak,
    Settled,
    Final,
}

/// What is measured; columns of what is not stay empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each group is measured or not, whatever the others are"
)]
pub struct Measures {
    /// Steps and times to half and to 95 % of the teacher's strength; always on, for the outcome of a mode rests on it.
    pub learning: bool,
    /// The peak of the diffusion and its lead.
    pub peak: bool,
    /// Mean and variance of settled modes.
    pub settled: bool,
    /// Loss, alignment and imbalance at the end.
    pub last: bool,
}

impl Measures {
    /// All of them.
    pub fn all() -> Self {
        Self::of(&[Group::Learning, Group::Peak, Group::Settled, Group::Final])
    }

    pub(super) fn of(groups: &[Group]) -> Self {
        Self {
            learning: groups.contains(&Group::Learning),
            peak: groups.contains(&Group::Peak),
            settled: groups.contains(&Group::Settled),
            last: groups.contains(&Group::Final),
        }
    }
}

/// How a mode of a run ended. With `m` the teacher's strength and `a` the mode's:
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModeOutcome {
    /// The run diverged.
    Diverged,
    /// `a` reached `m/2` at some row and is below it at the end.
    Lost,
    /// `a` never reached `m/2`, although the run is longer than three times what gradient flow takes from the mode's start to 95 %.
    Trapped,
    /// None of the others: the run is too short to tell, or `a` is above `m/2` and has not reached 95 % of `m`.
    Unfinished,
    /// `a` reached 95 % of `m` at some row, and is at `m/2` or above at the end.
    Learned,
}

impl ModeOutcome {
    /// All of them. Of those that as many replicas share, the first one stands for the cell.
    pub const ALL: [Self; 5] = [
        Self::Diverged,
        Self::Lost,
        Self::Trapped,
        Self::Unfinished,
        Self::Learned,
    ];

    /// The outcome of a name in a table.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diverged => "diverged",
            Self::Lost => "lost",
            Self::Trapped => "trapped",
            Self::Unfinished => "unfinished",
            Self::Learned => "learned",
        }
    }
}
