//! What a line, mark or area stands for. Pictures are drawn by role; [`super::Look`] gives each role its colour, width and
//! dashes.

use crate::experiment::{Dynamics, Scheduled};
use crate::simulation::EnsembleKind;

/// What something drawn stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The run itself.
    Run,
    /// A run of the same experiment by other dynamics.
    Companion(Dynamics),
    /// The run in one layer, or one pair of neighbouring layers, counted from 0.
    Layer(usize),
    /// A run kept from before.
    KeptRun,
    /// The histogram of a run kept from before.
    KeptHistogram,
    /// The student's own singular values.
    SingularValue,
    /// Between the 10 % and the 90 % quantile of many runs, or their histogram.
    Ensemble(EnsembleKind),
    /// Mean of many runs.
    EnsembleMean(EnsembleKind),
    /// What theory says of an aligned, balanced mode.
    Theory,
    /// The same where its assumptions do not hold, so that it is a hint only.
    TheoryHint,
    /// Strength of the teacher.
    Teacher,
    /// Level of a saddle.
    Saddle,
    /// Peak of the diffusion of a mode.
    Peak,
    /// Change of a parameter.
    Change,
    /// A live parameter over time.
    Parameter(Scheduled),
    /// Where a run leaves every scale.
    Diverged,
    /// Place of a mode that is learned.
    Learned,
    /// Stationary density of the mode equation.
    ExactDensity,
    /// Gaussian of the variance that the present weights have.
    PresentDensity,
    /// Boltzmann's stationary density.
    Boltzmann,
    /// Gradient flow of aligned, balanced weights, and the loss that it goes down.
    Flow,
    /// Drift of the present weights.
    Drift,
    /// Noise of the present weights.
    Noise,
    /// Noise of aligned, balanced weights.
    LawNoise,
    /// Between the quantiles of the law of a mode: the inner half, 80 % and 98 %.
    Law(LawBand),
    /// Where theory says that what happens on a map changes.
    Boundary,
    /// Along which something is equal on a map.
    Contour,
    /// What lies about a line on coloured cells, so that it is seen on every colour.
    Rim,
}

/// Between which quantiles of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawBand {
    /// 25 % and 75 %.
    Half,
    /// 10 % and 90 %.
    Most,
    /// 1 % and 99 %.
    Nearly,
}

/// How much of something is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Presence {
    /// All of it.
    #[default]
    Full,
    /// Under its own smoothed curve.
    UnderSmoothed,
    /// Beyond the part that matters.
    Faded,
    /// Another mode is looked at.
    Faint,
}

/// What something is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    /// What it stands for.
    pub role: Role,
    /// The mode it belongs to, counted from 0; `None` for what belongs to none.
    pub mode: Option<usize>,
    /// How much of it is shown.
    pub presence: Presence,
}

impl Pen {
    /// Of something that belongs to no mode.
    pub fn of(role: Role) -> Self {
        Self {
            role,
            mode: None,
            presence: Presence::Full,
        }
    }

    /// Of something that belongs to a mode.
    pub fn of_mode(role: Role, mode: usize) -> Self {
        Self {
            mode: Some(mode),
            ..Self::of(role)
        }
    }
}
