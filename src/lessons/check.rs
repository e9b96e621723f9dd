//! The numbers of a lesson, measured by running it without the window.
//!
//! A check runs one experiment under one or more seeds, from step 0 to its last, with the lesson's changes where it speaks of the
//! lesson's own run, and takes the mean over the seeds. Half-times are interpolated between the rows looked at; events are those
//! of [`EventDetector`](crate::observables::events::EventDetector), whose peaks are peaks of the exact diffusion.

use std::fmt;

use serde::Deserialize;

use super::measure::{Track, tracks};
use super::{Change, Lesson};
use crate::experiment::Experiment;
use crate::observables::events::ModeEvents;
use crate::simulation::SetupError;
use crate::stats::mean_and_variance;
use crate::theory::ModeLaw;

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
            | Self::Mean
            | Self::Variance
            | Self::VarianceRatio
            | Self::FinalFraction
            | Self::Trapped
            | Self::GrowthRate => true,
            Self::Peaks
            | Self::Learned
            | Self::OutOfOrder
            | Self::ExcessLoss
            | Self::GeneralisationGap
            | Self::Diverged
            | Self::WeightChange => false,
        }
    }

    /// Whether it needs all runs at once.
    fn is_of_all_runs_together(self) -> bool {
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

/// A check that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckOutcome {
    /// The check.
    pub check: Check,
    /// Mean over the seeds; `None` where a run had no such number, as where there was no peak.
    pub measured: Option<f64>,
    /// Its standard error from the scatter over the seeds, where there are several.
    pub error: Option<f64>,
    /// Whether it is as it must be.
    pub passed: bool,
}

impl fmt::Display for CheckOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = &self.check;
        write!(
            f,
            "{}: {}",
            if self.passed { "pass" } else { "FAIL" },
            check.kind.label()
        )?;
        if check.kind.is_of_a_mode() {
            write!(f, ", mode {}", check.mode + 1)?;
        }
        if let Some(label) = &check.of {
            write!(f, ", {label}")?;
        }
        write!(f, " ({}", check.experiment.dynamics().label())?;
        if check.n_seeds > 1 {
            write!(f, ", mean of {} seeds", check.n_seeds)?;
        }
        match self.measured {
            Some(measured) => write!(f, "): measured {}", short(measured))?,
            None => write!(f, "): there is none")?,
        }
        if let Some(error) = self.error {
            write!(f, " (standard error {error:.1e})")?;
        }
        write!(f, ", expected {}", check.expected)
    }
}

/// Five significant digits.
fn short(value: f64) -> String {
    let digits = 4.0 - value.abs().max(1e-12).log10().floor();
    if value == 0.0 {
        "0".to_owned()
    } else if (0.0..9.0).contains(&digits) {
        format!("{value:.0$}", digits as usize)
    } else {
        format!("{value:.4e}")
    }
}

/// Makes every check of a lesson, in order. Checks of one run share it.
///
/// # Errors
/// [`SetupError`] where a run cannot be set up.
pub fn run_checks(lesson: &Lesson) -> Result<Vec<CheckOutcome>, SetupError> {
    let mut runs: Vec<(&Check, Vec<Track>)> = Vec::new();
    let mut outcomes = Vec::new();
    for check in &lesson.checks {
        let known = runs.iter().position(|(other, _)| is_same_run(other, check));
        let index = if let Some(index) = known {
            index
        } else {
            runs.push((check, tracks(check)?));
            runs.len() - 1
        };
        outcomes.push(outcome(check, &runs[index].1));
    }
    Ok(outcomes)
}

fn is_same_run(a: &Check, b: &Check) -> bool {
    (a.n_seeds, a.end_step, a.from_step, a.every) == (b.n_seeds, b.end_step, b.from_step, b.every)
        && a.changes == b.changes
        && a.experiment == b.experiment
}

fn outcome(check: &Check, tracks: &[Track]) -> CheckOutcome {
    let values: Option<Vec<f64>> = if check.kind.is_of_all_runs_together() {
        variances(check, tracks)
    } else {
        tracks.iter().map(|track| number(check, track)).collect()
    };
    let summary = values.as_deref().and_then(mean_and_spread);
    let measured = summary.map(|(mean, _)| mean);
    CheckOutcome {
        passed: measured.is_some_and(|measured| check.expected.admits(measured)),
        measured,
        error: summary.and_then(|(_, error)| error),
        check: check.clone(),
    }
}

/// Mean and, for several values, its standard error.
fn mean_and_spread(values: &[f64]) -> Option<(f64, Option<f64>)> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let spread = mean_and_variance(values).filter(|_| values.len() > 1);
    mean.is_finite().then_some((
        mean,
        spread.map(|(_, variance)| (variance / values.len() as f64).sqrt()),
    ))
}

/// For every run the mean square about the mean of all runs, so that short runs do not hide part of the variance; over the
/// temperature where that is asked for.
fn variances(check: &Check, tracks: &[Track]) -> Option<Vec<f64>> {
    let of = |track: &Track| {
        Some((
            track.modes[check.mode].settled.mean()?,
            track.modes[check.mode].settled.population_variance()?,
        ))
    };
    let moments: Vec<(f64, f64)> = tracks.iter().map(of).collect::<Option<_>>()?;
    let mean = moments.iter().map(|(mean, _)| mean).sum::<f64>() / moments.len() as f64;
    let is_ratio = check.kind == CheckKind::VarianceRatio;
    let unit = if is_ratio { law(check).temperature() } else { 1.0 };
    // Without noise there is no temperature to compare with.
    if unit <= 0.0 {
        return None;
    }
    Some(
        moments
            .iter()
            .map(|(m, v)| (v + (m - mean).powi(2)) / unit)
            .collect(),
    )
}

/// The law of the check's mode under the last live parameters.
fn law(check: &Check) -> ModeLaw {
    let live = check
        .changes
        .last()
        .map_or(check.experiment.live, |change| change.live);
    check.experiment.mode_law(check.mode, &live)
}

fn number(check: &Check, track: &Track) -> Option<f64> {
    let mode = &track.modes[check.mode];
    let count = |counts: &dyn Fn(&ModeEvents) -> bool| {
        Some(track.modes.iter().filter(|mode| counts(&mode.events)).count() as f64)
    };
    let truth = |holds: bool| Some(f64::from(u8::from(holds)));
    let peak = mode.events.peak.filter(|peak| peak.confirmed);
    match check.kind {
        CheckKind::HalfTime => mode.half_step,
        CheckKind::HalfErrorRatio => Some(mode.half_error_step? / track.modes[0].half_error_step?),
        CheckKind::PeakFraction => Some(peak?.strength / mode.teacher_strength),
        CheckKind::Lead => Some(mode.events.lead()?.steps as f64),
        CheckKind::AlignmentLead => Some(peak?.step as f64 - mode.aligned_step? as f64),
        CheckKind::Peaks => count(&|events| events.peak.is_some_and(|peak| peak.confirmed)),
        CheckKind::Learned => count(&|events| events.learned.is_some()),
        CheckKind::OutOfOrder => Some(out_of_order(track)),
        CheckKind::Mean => mode.settled.mean(),
        // Of all runs together.
        CheckKind::Variance | CheckKind::VarianceRatio => None,
        CheckKind::FinalFraction => Some(mode.last / mode.teacher_strength),
        CheckKind::Trapped => truth(mode.last.abs() < 0.05 * mode.teacher_strength),
        CheckKind::GrowthRate => Some((mode.last / mode.first).abs().ln() / track.time),
        CheckKind::ExcessLoss => Some(track.excess_loss),
        CheckKind::GeneralisationGap => Some(track.population_loss - track.loss),
        CheckKind::Diverged => truth(track.diverged),
        CheckKind::WeightChange => Some(track.weight_change),
    }
}

/// Pairs of modes of different strength of which the weaker was learned first; a mode that was not learned comes last.
fn out_of_order(track: &Track) -> f64 {
    let mut n = 0;
    for (i, strong) in track.modes.iter().enumerate() {
        for weak in &track.modes[i + 1..] {
            let differ = strong.teacher_strength > weak.teacher_strength * (1.0 + 1e-9);
            let step = |events: &ModeEvents| events.learned.map_or(u64::MAX, |moment| moment.step);
            n += u32::from(differ && step(&weak.events) < step(&strong.events));
        }
    }
    f64::from(n)
}
