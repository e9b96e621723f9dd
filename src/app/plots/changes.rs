//! Changes of the live parameters on the time axis: where they are, and what is written beside them.

use eframe::egui::{self, FontId, Ui};

use crate::app::format::{brief, grouped};
use crate::app::state::RunData;
use crate::app::state::TimeScale;
use crate::app::style;
use crate::dynamics::LiveParams;

/// Parameter changes drawn at once, the newest.
const MAX_MARKS_DRAWN: usize = 24;
/// Changes are drawn as one where they lie closer than this share of the plot's width.
const SAME_PLACE: f64 = 0.008;

/// Places and texts of the parameter changes in sight. What lies closer together than [`SAME_PLACE`], as the many changes of
/// one drag do, is one change.
pub(super) fn visible_changes(run: &RunData, time: TimeScale, (low, high): (f64, f64)) -> Vec<(f64, String)> {
    let mut before = run.experiment.live;
    let mut changes: Vec<(f64, LiveParams, LiveParams)> = Vec::new();
    for change in &run.interventions {
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
    let n_excess = changes.len().saturating_sub(MAX_MARKS_DRAWN);
    changes.drain(..n_excess);
    changes
        .into_iter()
        .map(|(x, before, after)| (x, change_text(&before, &after)))
        .collect()
}

fn change_text(before: &LiveParams, after: &LiveParams) -> String {
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

/// Writes what changed beside its mark, from right to left, leaving out what would lie over a later text.
pub(super) fn label_changes(
    ui: &Ui,
    changes: &[(f64, String)],
    place: impl Fn(f64) -> f32,
    frame: egui::Rect,
    emphasis: f32,
) {
    let mut free_until = frame.right();
    let color = style::quiet(ui.visuals());
    for (x, text) in changes.iter().rev() {
        let galley = ui.painter().layout_no_wrap(
            text.clone(),
            FontId::proportional(11.0 * emphasis.max(1.0)),
            color,
        );
        let left = place(*x) + 4.0;
        if left + galley.size().x < free_until {
            ui.painter().galley(
                egui::pos2(left, frame.bottom() - galley.size().y - 3.0),
                galley,
                color,
            );
            free_until = left - 8.0;
        }
    }
}
