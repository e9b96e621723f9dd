//! What a lesson's check measures, in which run, and what the number must be.

use std::fmt;

use serde::Deserialize;

use super::Change;
use crate::experiment::Experiment;

/// What is measured. "Of a mode" needs the key `mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Of a mode: steps until its strength first reaches half the teacher's.
    HalfTime,
    /// Of a mode: steps until its distance from the teacher's strength first is half of what it was at step 0, over the same
    /// for mode 1. Near 1 where all modes are learned at once.
    HalfErrorRatio,
    /// Of a mode: strength at the peak of its diffusion, relative to the teacher's.
    PeakFraction,
    /// Of a mode: steps from the peak of its diffusion to 95 % learned.
    Lead,
    /// Of a mode: steps from an alignment of 0.9 to the peak of its diffusion.
    AlignmentLead,
    /// Number of modes with a confirmed peak of the diffusion.
    Peaks,
    /// Number of the student's own pairs with a confirmed peak of their diffusion, told without the teacher.
    OwnPeaks,
    /// Of a mode: steps from the peak of the diffusion along the student's own pair of the same number, told without the teacher, to
    /// 95 % learned.
    OwnLead,
    /// Of a mode: steps from 95 % learned to when the pair of the same number takes itself for done.
    OwnDelay,
    /// Number of modes learned, at 95 %.
    Learned,
    /// Number of pairs of modes of different strength that were learned in the wrong order, the weaker one first.
    OutOfOrder,
    /// Of a mode: mean of its strength from `from_step` on.
    Mean,
    /// Of a mode: variance of its strength from `from_step` on.
    Variance,
    /// Of a mode: that variance over the temperature `T = tau sigma^2 L m^(2-2/L) / 2`.
    VarianceRatio,
    /// Of a mode: strength in the end, relative to the teacher's.
    FinalFraction,
    /// Of a mode: share of the runs in which it ends below 5 % of the teacher's strength.
    Trapped,
    /// Of a mode: mean growth rate `ln(|a_end| / |a_0|) / t` of its strength.
    GrowthRate,
    /// Excess loss `1/2 |W - M|^2` in the end.
    ExcessLoss,
    /// Loss on fresh samples less loss on the stored ones, in the end. Fresh inputs are white.
    GeneralisationGap,
    /// Share of the runs that diverge.
    Diverged,
    /// Distance of the weights from their start, relative to the norm of the start, in the end.
    WeightChange,
}

impl CheckKind {
    /// Whether it is of one mode.
    pub fn is_of_a_mode(self) -> bool {
        match self {
            Self::HalfTime
            | Self::HalfErrorRatio
            | Self::PeakFraction
            | Self::Lead
            | Self::AlignmentLead
            | Self::OwnLead
            | Self::OwnDelay
            | Self::Mean
            | Self::Variance
            | Self::VarianceRatio
            | Self::FinalFraction
            | Self::Trapped
            | Self::GrowthRate => true,
            Self::Peaks
            | Self::OwnPeaks
            | Self::Learned
            | Self::OutOfOrder
            | Self::ExcessLoss
            | Self::GeneralisationGap
            | Self::Diverged
            | Self::WeightChange => false,
        }
    }

    /// Whether it needs all runs at once.
    pub(super) fn is_of_all_runs_together(self) -> bool {
        matches!(self, Self::Variance | Self::VarianceRatio)
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::HalfTime => "half-time in steps",
            Self::HalfErrorRatio => "time to halve the error, over that of mode 1",
            Self::PeakFraction => "strength at the noise peak, of the teacher's",
            Self::Lead => "lead of the noise peak in steps",
            Self::AlignmentLead => "steps from alignment to the noise peak",
            Self::Peaks => "modes with a noise peak",
            Self::OwnPeaks => "pairs of the student with a noise peak, told without the teacher",
            Self::OwnLead => "steps from the peak of the student's own noise to learned",
            Self::OwnDelay => "steps from learned to told without the teacher",
            Self::Learned => "modes learned",
            Self::OutOfOrder => "pairs of modes learned in the wrong order",
            Self::Mean => "stationary mean",
            Self::Variance => "stationary variance",
            Self::VarianceRatio => "stationary variance over the temperature",
            Self::FinalFraction => "strength in the end, of the teacher's",
            Self::Trapped => "share of runs held at the saddle",
            Self::GrowthRate => "growth rate at the saddle",
            Self::ExcessLoss => "excess loss in the end",
            Self::GeneralisationGap => "generalisation gap in the end",
            Self::Diverged => "share of runs that diverge",
            Self::WeightChange => "relative change of the weights",
        }
    }
}

/// What a measured number must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// Within `tolerance` of `value`.
    Near {
        /// The value.
        value: f64,
        /// How far off is allowed.
        tolerance: f64,
    },
    /// No less.
    AtLeast(f64),
    /// No more.
    AtMost(f64),
}

impl Expected {
    /// Whether `measured` is as it must be.
    pub fn admits(self, measured: f64) -> bool {
        match self {
            Self::Near { value, tolerance } => (measured - value).abs() <= tolerance,
            Self::AtLeast(least) => measured >= least,
            Self::AtMost(most) => measured <= most,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Near { value, tolerance } => write!(f, "{value} +- {tolerance}"),
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::AtMost(most) => write!(f, "at most {most}"),
        }
    }
}

/// A number of a lesson, with the run it is measured in.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is measured.
    pub kind: CheckKind,
    /// Mode, from 0; 0 where the kind is of the whole run.
    pub mode: usize,
    /// What it must be.
    pub expected: Expected,
    /// Label of the kept_run it speaks of.
    pub of: Option<String>,
    /// The experiment that is run.
    pub experiment: Experiment,
    /// Changes during the run.
    pub changes: Vec<Change>,
    /// Number of seeds, from that of the experiment on.
    pub n_seeds: u64,
    /// Last step.
    pub end_step: u64,
    /// First step of stationary numbers.
    pub from_step: u64,
    /// Steps between rows looked at.
    pub every: u64,
}
