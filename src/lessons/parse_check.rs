//! Judges the checks of a lesson file.

use std::path::Path;

use super::check_kind::{Check, Expected};
use super::fault::{Fault, check, fault, mode_of, varied};
use super::file::{CheckEntry, LAST_STEP};
use super::{Change, KeptRun};
use crate::experiment::Experiment;

/// Most runs a check may take.
const MOST_SEEDS: u64 = 4096;

/// One check; `(base, kept_runs, changes, end_step)` are those of the lesson.
pub(super) fn one_check(
    entry: CheckEntry,
    path: &str,
    (base, kept_runs, changes, end_step): (&Experiment, &[KeptRun], &[Change], u64),
    folder: &Path,
) -> Result<Check, Fault> {
    let key = |name: &str| format!("{path}.{name}");
    let expected = match (entry.expected, entry.tolerance, entry.at_least, entry.at_most) {
        (Some(value), Some(tolerance), None, None) => Expected::Near { value, tolerance },
        (None, None, Some(least), None) => Expected::AtLeast(least),
        (None, None, None, Some(most)) => Expected::AtMost(most),
        _ => {
            let message = format!("{path}: write expected with tolerance, or at_least, or at_most");
            return Err((path.to_owned(), message));
        }
    };
    let bounds = [
        ("expected", entry.expected),
        ("at_least", entry.at_least),
        ("at_most", entry.at_most),
    ];
    for (name, bound) in bounds {
        let bound = bound.unwrap_or(0.0);
        check(bound.is_finite(), &key(name), bound, "a finite number")?;
    }
    let tolerance = entry.tolerance.unwrap_or(0.0);
    check(
        (0.0..f64::INFINITY).contains(&tolerance),
        &key("tolerance"),
        tolerance,
        "a number from 0",
    )?;
    let mut of_run = (base, changes);
    if let Some(label) = &entry.of {
        let kept_run = kept_runs.iter().find(|kept_run| kept_run.label == *label);
        let labels = kept_runs
            .iter()
            .map(|kept_run| kept_run.label.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        check(
            kept_run.is_some(),
            &key("of"),
            label,
            format!("the label of a kept run: {labels}"),
        )?;
        of_run = (kept_run.map_or(base, |kept_run| &kept_run.experiment), &[]);
    }
    let mut experiment = varied(of_run.0, &entry.experiment, folder, &key("experiment"))?;
    if let Some(seed) = entry.seed {
        experiment.seed = seed.0;
    }
    let rank = experiment.teacher.strengths.len();
    let mode = match (entry.kind.is_of_a_mode(), entry.mode) {
        (true, Some(mode)) => mode_of(mode.0, rank, &key("mode"))?,
        (true, None) => {
            return Err((
                path.to_owned(),
                format!("{path}: mode is missing: this kind is of one mode"),
            ));
        }
        (false, Some(mode)) => {
            return Err(fault(
                &key("mode"),
                mode.0,
                "left out: this kind is of the whole run",
            ));
        }
        (false, None) => 0,
    };
    let seeds = entry.seeds.map_or(1, |n| n.0);
    check(
        (1..=MOST_SEEDS).contains(&seeds),
        &key("seeds"),
        seeds,
        format!("from 1 to {MOST_SEEDS}"),
    )?;
    let end_step = entry.end_step.map_or(end_step, |n| n.0);
    check(
        (1..=LAST_STEP).contains(&end_step),
        &key("end_step"),
        end_step,
        format!("from 1 to {LAST_STEP}"),
    )?;
    let from_step = entry.from_step.map_or(0, |n| n.0);
    check(
        from_step < end_step,
        &key("from_step"),
        from_step,
        format!("below end_step = {end_step}"),
    )?;
    let every = entry.every.map_or(1, |n| n.0);
    check(
        (1..=end_step).contains(&every),
        &key("every"),
        every,
        format!("from 1 to {end_step}"),
    )?;
    Ok(Check {
        kind: entry.kind,
        mode,
        expected,
        of: entry.of,
        changes: of_run.1.to_vec(),
        experiment,
        n_seeds: seeds,
        end_step,
        from_step,
        every,
    })
}
