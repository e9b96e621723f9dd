//! What happens in a run, as data: peaks of the diffusion, features learned, plateaus, changes of parameters.
//!
//! An [`EventDetector`] reads observed rows one by one. It keeps, in bounded memory,
//! - a summary of every mode ([`ModeEvents`]): the peak of its exact diffusion `D_k`, when it was learned, and by how much
//!   the peak came first, next to the lead of the theory;
//! - a log of [`Event`]s, whose oldest entries give way after [`EventDetector::CAPACITY`] of them;
//! - what is being learned now ([`Activity`], in words [`Headline`]).
//!
//! That the diffusion along a mode peaks before its feature is learned is the claim of arXiv 2604.06366; the rules by which
//! a peak is told from a fluctuation are this program's own and stand in [`Peak`].

mod activity;
mod blind;
mod bracket_text;
mod detector;
mod headline;
mod hold;
mod mode_watch;
mod noise_share;
mod pair_watch;
mod short;
mod stage;

pub use activity::Activity;
pub use blind::{BlindActivity, BlindDetector};
pub use detector::EventDetector;
pub use headline::Headline;
pub use hold::{Hold, NoisyStart, holds};
pub use noise_share::noise_shares;
pub use pair_watch::{PairEvents, PairPeak, PairSample};

use crate::dynamics::LiveParams;

/// A mode counts as learned when its strength first reaches this fraction of the teacher's.
pub const LEARNED_FRACTION: f64 = 0.95;

/// The largest exact diffusion `D_k` of a mode on its way from the saddle to being learned.
///
/// - Taken from rows with `0.1 m <= a < 0.95 m` alone: at the saddle `D_k` of a small mode is moved by the larger ones (the largest
///   value of all rows lies below `0.1 m` in 23 of 158 modes at batch size 1 and Gaussian weights of 0.01, in 54 of 160 at 0.3), and once
///   learned it only fluctuates.
/// - A maximum has been risen to, by 5 % above the least value before it: a run that starts beyond the peak has none.
/// - Confirmed when `D_k` has fallen 5 % below it while the strength has gone on above that at the peak. A strength
///   that falls back takes `D_k` with it, which is no peak.
/// - A larger value before the mode is learned takes the place of a smaller one, also of a confirmed one.
/// - What is not confirmed when the mode is learned is withdrawn: strong label noise leaves no peak.
/// - Values are compared as `D_k / tau`, so a change of `eta` or `B`, which multiplies `D_k`, makes no peak. A
///   change of `sigma` changes `D_k` by an amount that depends on the state; values before and after it are not
///   compared. A peak confirmed before it stands for good; otherwise the search starts anew with the next row, and
///   a mode that has already passed both peaks by then is left without one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Step of the row with the largest value.
    pub step: u64,
    /// Training time of that row.
    pub time: f64,
    /// Mode strength there.
    pub strength: f64,
    /// `D_k` there, variance per unit time.
    pub diffusion: f64,
    /// Whether the fall was seen. A peak that is not confirmed is the largest value so far.
    pub confirmed: bool,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Number of steps taken.
    pub step: u64,
    /// Training time.
    pub time: f64,
}

/// By how much the diffusion peak of a mode came before the mode was learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lead {
    /// Lead in steps.
    pub steps: u64,
    /// Lead in training time.
    pub time: f64,
    /// Lead in training time of an aligned, balanced mode under gradient flow, with the label noise in force at the peak;
    /// `None` where theory has no peak.
    pub time_predicted: Option<f64>,
}

impl Lead {
    /// The predicted lead in steps, at the mean learning rate between peak and learning.
    pub fn steps_predicted(&self) -> Option<f64> {
        self.time_predicted
            .map(|time| time * (self.steps as f64 / self.time))
    }

    /// Lead over predicted lead, in training time.
    pub fn ratio(&self) -> Option<f64> {
        self.time_predicted.map(|time| self.time / time)
    }
}

/// What is known of one mode.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ModeEvents {
    /// The peak of its diffusion, if there is one so far.
    pub peak: Option<Peak>,
    /// The first row with the strength at 95 % of the teacher's or above.
    pub learned: Option<Moment>,
    /// The lead of the theory, known once the peak is confirmed: see [`Lead::time_predicted`].
    pub lead_predicted: Option<f64>,
}

impl ModeEvents {
    /// When the diffusion had its peak.
    pub fn peak_moment(&self) -> Option<Moment> {
        self.peak.map(|peak| Moment {
            step: peak.step,
            time: peak.time,
        })
    }

    /// The lead of the confirmed peak, once the mode is learned.
    pub fn lead(&self) -> Option<Lead> {
        let peak = self.peak.filter(|peak| peak.confirmed)?;
        let learned = self.learned?;
        Some(Lead {
            steps: learned.step.saturating_sub(peak.step),
            time: learned.time - peak.time,
            time_predicted: self.lead_predicted,
        })
    }
}

/// Something that happened, with the step and time of the row in which it was seen. Modes count from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Step of the row.
    pub step: u64,
    /// Training time of the row.
    pub time: f64,
    /// What happened.
    pub kind: EventKind,
}

/// Kinds of events. A plateau with `n_learned` modes is a saddle, or the minimum when all are learned: every mode is below
/// 20 % of its teacher's strength or above 80 % (with slack on the way back, so that noise does not end it). Where transitions
/// overlap there is none in between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// The diffusion of a mode has turned down from a maximum.
    PeakProvisional {
        /// Mode.
        mode: usize,
        /// The maximum.
        peak: Peak,
    },
    /// The maximum is a peak. Its own step and time are in `peak`; those of the event are when it was confirmed.
    PeakConfirmed {
        /// Mode.
        mode: usize,
        /// The peak.
        peak: Peak,
    },
    /// A maximum told before, provisional or confirmed, is no peak after all.
    PeakWithdrawn {
        /// Mode.
        mode: usize,
    },
    /// The strength of a mode first reached 95 % of the teacher's.
    Learned {
        /// Mode.
        mode: usize,
    },
    /// A plateau began.
    PlateauEntered {
        /// Number of modes above 80 %.
        n_learned: usize,
    },
    /// A plateau ended.
    PlateauLeft {
        /// Number of modes above 80 % while it lasted.
        n_learned: usize,
    },
    /// The live parameters were changed; these hold from then on.
    ParameterChanged {
        /// The new parameters.
        live: LiveParams,
    },
    /// The run diverged.
    Diverged,
}

impl EventKind {
    /// Name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PeakProvisional { .. } => "peak_provisional",
            Self::PeakConfirmed { .. } => "peak_confirmed",
            Self::PeakWithdrawn { .. } => "peak_withdrawn",
            Self::Learned { .. } => "learned",
            Self::PlateauEntered { .. } => "plateau_entered",
            Self::PlateauLeft { .. } => "plateau_left",
            Self::ParameterChanged { .. } => "parameter_changed",
            Self::Diverged => "diverged",
        }
    }

    /// The mode it is about, if it is about one.
    pub fn mode(&self) -> Option<usize> {
        match *self {
            Self::PeakProvisional { mode, .. }
            | Self::PeakConfirmed { mode, .. }
            | Self::PeakWithdrawn { mode }
            | Self::Learned { mode } => Some(mode),
            Self::PlateauEntered { .. }
            | Self::PlateauLeft { .. }
            | Self::ParameterChanged { .. }
            | Self::Diverged => None,
        }
    }
}
