//! Changes of the live parameters on the time axis: where they are, and what is written beside them.

use super::known::Known;
use super::time_axis::TimeScale;
use crate::dynamics::LiveParams;
use crate::experiment::{CourseKind, Scheduled};
use crate::format::{brief, grouped};
use crate::observables::Schema;

/// Parameter changes drawn at once, the newest.
const MOST: usize = 24;
/// Changes are drawn as one where they lie closer than this share of the plot's width.
const SAME_PLACE: f64 = 0.008;

/// Places and texts of the parameter changes in sight. What lies closer together than [`SAME_PLACE`], as the many changes of
/// one drag do, is one change.
pub(super) fn visible_changes(
    known: &Known<'_>,
    time: TimeScale,
    (low, high): (f64, f64),
) -> Vec<(f64, String)> {
    let mut before = known.experiment.live;
    let mut changes: Vec<(f64, LiveParams, LiveParams)> = Vec::new();
    for change in known.interventions {
        let x = time.place(change.step, change.time);
        if (low..=high).contains(&x) {
            match changes.last_mut() {
                Some((last_x, _, after)) if x - *last_x < SAME_PLACE * (high - low) => {
                    (*last_x, *after) = (x, change.live);
                }
                Some(_) | None => changes.push((x, before, change.live)),
            }
        }
        before = change.live;
    }
    let n_excess = changes.len().saturating_sub(MOST);
    changes.drain(..n_excess);
    let by_hand = changes
        .into_iter()
        .map(|(x, before, after)| (x, what_changed(&before, &after)));
    let by_schedule = turning_points(known)
        .into_iter()
        .map(|(step, time_of, text)| (time.place(step, time_of), text))
        .filter(|(x, _)| (low..=high).contains(x));
    by_hand.chain(by_schedule).collect()
}

/// Where courses jump or come to their ends: steps taken, training time, and what holds from there on.
fn turning_points(known: &Known<'_>) -> Vec<(u64, f64, String)> {
    let Some(trajectory) = known.trajectories.first() else {
        return Vec::new();
    };
    let history = trajectory.history;
    let mut points = Vec::new();
    for (which, course) in known.experiment.schedule.courses() {
        let index = Scheduled::ALL.iter().position(|other| *other == which);
        let column = known.schema.live() + index.unwrap_or(0);
        let values = history.finest().column(column);
        let mut steps: Vec<u64> = Vec::new();
        match (course.kind, course.steps, course.last_step()) {
            (CourseKind::WhenLearned, ..) => {
                let start = values.first().map(|bucket| bucket.first.to_bits());
                let waits = |value: f64| Some(value.to_bits()) == start;
                let after = values.partition_point(|bucket| waits(bucket.first));
                let learned = history.finest().column(Schema::STEP).get(after);
                steps.extend(learned.map(|bucket| bucket.first as u64));
            }
            (CourseKind::Step, Some(every), None) => {
                let n = (known.now.step / every.max(1)).min(MOST as u64);
                steps.extend((1..=n).map(|i| i * every));
            }
            (CourseKind::Constant, ..) | (_, _, None) => {}
            (_, _, Some(last)) => steps.push(last),
        }
        for step in steps
            .into_iter()
            .filter(|step| *step > 0 && *step <= known.now.step)
        {
            let Some(bucket) = history.bucket_at(Schema::STEP, step as f64) else {
                continue;
            };
            let time = history.finest().column(Schema::TIME)[bucket].first;
            let value = values[bucket].last;
            points.push((step, time, format!("{} = {}", which.symbol(), brief(value, 3))));
        }
    }
    points
}

/// The parameters that differ, with their new values.
fn what_changed(before: &LiveParams, after: &LiveParams) -> String {
    let mut parts = Vec::new();
    if before.learning_rate.to_bits() != after.learning_rate.to_bits() {
        parts.push(format!("\u{3b7} = {}", brief(after.learning_rate, 3)));
    }
    if before.batch_size != after.batch_size {
        parts.push(format!("B = {}", grouped(after.batch_size)));
    }
    if before.label_noise_std.to_bits() != after.label_noise_std.to_bits() {
        parts.push(format!("\u{3c3} = {}", brief(after.label_noise_std, 3)));
    }
    if before.momentum.to_bits() != after.momentum.to_bits() {
        parts.push(format!("\u{3bc} = {}", brief(after.momentum, 3)));
    }
    if before.weight_decay.to_bits() != after.weight_decay.to_bits() {
        parts.push(format!("\u{3bb} = {}", brief(after.weight_decay, 3)));
    }
    parts.join(", ")
}
