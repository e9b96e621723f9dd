//! Which part of the shared time axis is in sight.

use super::run_data::RunData;
use super::time::{Span, TimeWindow};
use super::view::View;
use crate::chart::{TimeAxis, TimeScale};
use crate::experiment::Experiment;
use crate::observables::events::Moment;
use crate::theory::StrengthCurve;

/// Steps by which a live range grows while it doubles: each is about a pixel, so that between two of them a picture of a long
/// run stands still.
const STEPS_PER_OCTAVE: f64 = 512.0;
/// Share of the learning period that is shown of it.
const AFTER_LEARNING: f64 = 1.15;
/// Steps of a range that follows the run, in its own width.
const STEPS_PER_WIDTH: f64 = 1000.0;

/// Whether a range has a width that a plot can lay out.
pub(crate) fn drawable(low: f64, high: f64) -> bool {
    let width = high - low;
    width.is_finite() && width > 1e-12 * low.abs().max(high.abs()) && width > 1e-200 && width < 1e200
}

/// The horizontal range in sight, as positions: what the live view shows of the run so far, with a little room; or the range a
/// person has chosen.
pub(crate) fn visible_range(run: &RunData, view: &View, horizon: f64) -> (f64, f64) {
    let time = view.settings.time;
    if let TimeWindow::Detached { low, high } = view.window {
        return (low, high);
    }
    let column = time.axis.column();
    let lasts = run
        .trajectories
        .iter()
        .filter_map(|trajectory| trajectory.history.last(column));
    let last = lasts.fold(0.0, f64::max);
    let eta = run.experiment.live.learning_rate;
    let unit = match time.axis {
        TimeAxis::Time => eta,
        TimeAxis::Steps => 1.0,
    };
    let all = (
        if time.log { time.position(unit) } else { 0.0 },
        time.position(stepwise((1.03 * last).max(horizon / eta * unit))),
    );
    match (view.settings.span, view.followed_width) {
        (Span::Learning, _) => {
            let learned = learning_period(run, time.axis);
            let end = learned.map_or(all.1, |end| {
                time.position(stepwise(AFTER_LEARNING * end)).min(all.1)
            });
            if drawable(all.0, end) { (all.0, end) } else { all }
        }
        (Span::Last(n_steps), _) => {
            let from = run.value_at_step(run.step.saturating_sub(n_steps), column);
            let range = (
                time.position(from.max(unit * f64::from(u8::from(time.log)))),
                time.position(last),
            );
            if run.step > n_steps && drawable(range.0, range.1) {
                range
            } else {
                all
            }
        }
        (Span::Follow, Some(width)) => {
            let step = width / STEPS_PER_WIDTH;
            let end = ((time.position(last) + 0.03 * width) / step).ceil() * step;
            if drawable(end - width, end) {
                (end - width, end)
            } else {
                all
            }
        }
        (Span::All, _) | (Span::Follow, None) => all,
    }
}

/// When the last mode was learned, on a time axis; `None` while one is not.
fn learning_period(run: &RunData, axis: TimeAxis) -> Option<f64> {
    let ends = run.events.modes.iter().map(|events| {
        let learned = events.learned?;
        Some(match axis {
            TimeAxis::Time => learned.time,
            TimeAxis::Steps => learned.step as f64,
        })
    });
    ends.reduce(|a, b| Some(a?.max(b?)))?
}

/// The range, as positions, in which a mode is learned: from twice its lead before the peak of its noise to its lead after it was
/// learned. `None` where it is not learned or had no peak.
pub(crate) fn story_of(run: &RunData, time: TimeScale, mode: usize) -> Option<(f64, f64)> {
    let events = run.events.modes.get(mode)?;
    let (peak, learned) = (events.peak_moment()?, events.learned?);
    let value = |moment: Moment| match time.axis {
        TimeAxis::Time => moment.time,
        TimeAxis::Steps => moment.step as f64,
    };
    let (from, to) = (value(peak), value(learned));
    let lead = (to - from).max(0.0);
    let start = (from - 2.0 * lead).max(if time.log { 0.2 * from } else { 0.0 });
    let range = (time.position(start), time.position(to + lead));
    drawable(range.0, range.1).then_some(range)
}

/// The next step of a growing range at or beyond its end.
fn stepwise(end: f64) -> f64 {
    let step = (end.log2() * STEPS_PER_OCTAVE).ceil() / STEPS_PER_OCTAVE;
    // The power's rounding must not cut the end off; nothing that is no positive number has a step.
    step.exp2().max(end)
}

/// Training time within which theory expects every mode to be learned, so that the curves grow into a still picture. Without
/// alignment the initial strengths are estimated from the size of the weights.
pub(crate) fn horizon(experiment: &Experiment) -> f64 {
    let slowest = experiment.teacher.strengths.len() - 1;
    let law = experiment.mode_law(slowest, &experiment.live);
    let learned = StrengthCurve::of(&law, experiment.start_strength(slowest).max(1e-12));
    let learned = learned.time_to_reach(0.99 * learned.end());
    let eta = experiment.live.learning_rate;
    (1.15 * learned.unwrap_or(0.0)).clamp(100.0 * eta, 20_000.0 * eta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_range_grows_by_steps_of_about_a_pixel_and_cuts_nothing_off() {
        let mut n_steps = 0;
        let mut before = 0.0;
        for i in 0..100_000 {
            let end = 10.0 * 2_f64.powf(f64::from(i) / 1e5);
            let shown = stepwise(end);
            assert!((end..1.0014 * end).contains(&shown), "{shown} for {end}");
            if shown > before {
                n_steps += 1;
                before = shown;
            }
        }
        assert!((500..=520).contains(&n_steps), "{n_steps}");
        assert!(stepwise(0.0) <= 0.0 && stepwise(1e300) >= 1e300);
    }
}
