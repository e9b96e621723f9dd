//! Judges the courses of an experiment: each has the keys of its kind and no others, and every value it names is allowed.

use super::validate::{ExperimentError, check};
use super::{Course, CourseKind, Experiment, Scheduled};

/// Latest step that a course may name: up to here steps are exact as floating-point numbers.
const LAST_STEP: u64 = 1 << 53;
/// Most points of a curve.
const MOST_POINTS: usize = 4096;

pub(super) fn validate(experiment: &Experiment) -> Result<(), ExperimentError> {
    for (which, course) in experiment.schedule.courses() {
        check_keys(which, course)?;
        check_values(which, course, experiment)?;
    }
    Ok(())
}

fn key(which: Scheduled) -> &'static str {
    match which {
        Scheduled::LearningRate => "schedule.learning_rate",
        Scheduled::BatchSize => "schedule.batch_size",
        Scheduled::LabelNoiseStd => "schedule.label_noise_std",
        Scheduled::Momentum => "schedule.momentum",
        Scheduled::WeightDecay => "schedule.weight_decay",
    }
}

/// Whether a key is needed, may be there, or is none of the kind.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Yes,
    May,
    No,
}

fn check_keys(which: Scheduled, course: &Course) -> Result<(), ExperimentError> {
    use Need::{May, No, Yes};
    let has_factor = course.factor.is_some();
    let [steps, from, to, factor, mode, points] = match course.kind {
        // Whatever was there before it was made constant; nothing of it is read.
        CourseKind::Constant => [May; 6],
        CourseKind::Warmup => [Yes, May, No, No, No, No],
        CourseKind::Step if has_factor => [Yes, No, No, Yes, No, No],
        CourseKind::Step | CourseKind::Cosine | CourseKind::Exponential => [Yes, No, Yes, No, No, No],
        CourseKind::InverseTime => [Yes, No, May, No, No, No],
        CourseKind::WhenLearned => [May, No, Yes, No, Yes, No],
        CourseKind::Curve => [No, No, No, No, No, Yes],
    };
    let kind = CourseKind::ALL.iter().find(|(kind, _)| *kind == course.kind);
    let kind = kind.map_or("", |(_, name)| *name);
    for (name, need, is_there) in [
        ("steps", steps, course.steps.is_some()),
        ("from", from, course.from.is_some()),
        ("to", to, course.to.is_some()),
        ("factor", factor, has_factor),
        ("mode", mode, course.mode.is_some()),
        ("points", points, !course.points.is_empty()),
    ] {
        let allowed = match (need, is_there) {
            (Yes, false) => format!("given, with kind \"{kind}\""),
            (No, true) => format!("left out, with kind \"{kind}\""),
            (Yes | May, true) | (No | May, false) => continue,
        };
        return check(false, key(which), name, allowed);
    }
    Ok(())
}

fn check_values(which: Scheduled, course: &Course, experiment: &Experiment) -> Result<(), ExperimentError> {
    let key = key(which);
    if let Some(steps) = course.steps {
        let allowed = format!("from 1 to {LAST_STEP} steps");
        check(
            (1..=LAST_STEP).contains(&steps),
            key,
            format!("steps = {steps}"),
            allowed,
        )?;
    }
    if let Some(mode) = course.mode {
        let rank = experiment.teacher.strengths.len() as u64;
        let allowed = format!("a mode from 1 to {rank}");
        check((1..=rank).contains(&mode), key, format!("mode = {mode}"), allowed)?;
    }
    if let Some(factor) = course.factor {
        let allowed = "a factor from 1e-6 to 1e6";
        check(
            (1e-6..=1e6).contains(&factor),
            key,
            format!("factor = {factor}"),
            allowed,
        )?;
    }
    let n = course.points.len();
    let allowed = format!("at most {MOST_POINTS} points");
    check(n <= MOST_POINTS, key, format!("{n} points"), allowed)?;
    let mut last = -1.0;
    for &[step, _] in &course.points {
        let is_after = step > last && step <= LAST_STEP as f64;
        let allowed = "at rising steps from 0 on";
        check(is_after, key, format!("a point at step {step}"), allowed)?;
        last = step;
    }
    let named = [("from", course.from), ("to", course.to)];
    let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let points = course.points.iter().map(|point| ("a point", point[1]));
    for (name, value) in named.chain(points) {
        // A warm-up may begin at nothing: the first step has a part of the rate.
        let is_start = course.kind == CourseKind::Warmup && (0.0..=0.0).contains(&value);
        if is_start && which == Scheduled::LearningRate {
            continue;
        }
        check_value(which, name, value)?;
    }
    let set = which.of(&experiment.live);
    let is_ratio = course.kind == CourseKind::Exponential;
    let positive = !is_ratio || (set > 0.0 && course.to.is_some_and(|to| to > 0.0));
    let allowed = "between two numbers above 0, with kind \"exponential\"";
    check(
        positive,
        key,
        format!("{set} to {}", course.to.unwrap_or(0.0)),
        allowed,
    )
}

/// Whether a parameter may have a value that a course names; the message has the key of the course.
fn check_value(which: Scheduled, name: &str, value: f64) -> Result<(), ExperimentError> {
    let is_allowed = which.allowed().contains(&value);
    check(
        is_allowed,
        key(which),
        format!("{name} = {value}"),
        which.range_text(),
    )
}
