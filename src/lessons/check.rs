//! The numbers of a lesson, measured by running it without the window.
//!
//! A check runs one experiment under one or more seeds, from step 0 to its last, with the lesson's changes where it speaks of the
//! lesson's own run, and takes the mean over the seeds. Half-times are interpolated between the rows looked at; events are those
//! of [`EventDetector`](crate::observables::events::EventDetector), whose peaks are peaks of the exact diffusion.

use std::fmt;

use super::Lesson;
use super::check_kind::{Check, CheckKind};
use super::measure::{Track, tracks};
use crate::observables::events::ModeEvents;
use crate::simulation::SetupError;
use crate::stats::mean_and_variance;
use crate::theory::ModeLaw;

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
        CheckKind::OwnPeaks => {
            let peaked = track
                .pairs
                .iter()
                .filter(|pair| pair.peak.is_some_and(|peak| peak.confirmed));
            Some(peaked.count() as f64)
        }
        CheckKind::OwnLead => {
            let peak = track.pairs.get(check.mode)?.peak.filter(|peak| peak.confirmed)?;
            Some(mode.events.learned?.step as f64 - peak.step as f64)
        }
        CheckKind::OwnDelay => {
            let done = track.pairs.get(check.mode)?.learned?;
            Some(done.step as f64 - mode.events.learned?.step as f64)
        }
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
