//! Changes of the live parameters on the time axis: where they are, and what is written beside them.

use super::known::Known;
use super::time_axis::TimeScale;
use crate::dynamics::LiveParams;
use crate::format::{brief, grouped};

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
    changes
        .into_iter()
        .map(|(x, before, after)| (x, what_changed(&before, &after)))
        .collect()
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
    parts.join(", ")
}
