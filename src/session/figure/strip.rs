//! The strip of events: one row a mode, with a bracket from the peak of its diffusion (diamond, hollow until it is confirmed) to
//! the moment it is 95 % learned (disc), and by how many steps the peak leads. A mode without a peak has an empty row.
//!
//! What is known of a mode comes from the recorded rows, so it is as exact as they are close: the title tells where steps lie
//! between them.

use super::curve::{Curve, Scale};
use super::key::Shape;
use super::over_time::{across, mark_keys, mode_stroke, uprights};
use super::panel::{Labels, Mark, Panel};
use super::row::{Row, RowText};
use super::scene::Scene;
use crate::digit_groups::grouped;
use crate::observables::Schema;

/// Width of a bracket in drawing units.
const BRACKET: u32 = 16;

pub(super) fn events(scene: &Scene<'_>, shows_x: bool) -> Panel {
    let theme = scene.theme;
    let mut panel = Panel {
        title: title(scene),
        across: across(scene, shows_x),
        axis_title: "",
        scale: Scale::Linear,
        rows: Vec::new(),
        bars: Vec::new(),
        curves: Vec::new(),
        levels: Vec::new(),
        // None stand here, but the plot must be as wide as those above and below.
        labels: Labels::Spread,
        uprights: uprights(scene, false),
        marks: Vec::new(),
        keys: Vec::new(),
        note: None,
    };
    let n_modes = scene.n_modes();
    for (mode, events) in scene.recording.mode_events().iter().take(n_modes).enumerate() {
        let colour = theme.mode(mode);
        let height = (n_modes - mode) as f64 - 0.5;
        let mut row = Row {
            label: format!("mode {}", mode + 1),
            colour,
            height,
            text: None,
        };
        let peak = events.peak.and_then(|peak| {
            let shape = if peak.confirmed {
                Shape::Diamond
            } else {
                Shape::HollowDiamond
            };
            Some((scene.place(peak.step, peak.time)?, shape))
        });
        if let Some((left, shape)) = peak {
            let learned = events
                .learned
                .and_then(|learned| scene.place(learned.step, learned.time));
            // A mode that is not learned yet, or not where the figure ends, has its bracket open.
            let right = learned.unwrap_or(scene.x_range.end);
            let ends = [Some((left, height)), Some((right, height))];
            let stroke = mode_stroke(scene, mode);
            panel
                .curves
                .push(Curve::through(ends.into_iter(), colour, BRACKET, stroke));
            let mut mark = |x: f64, shape: Shape| {
                panel.marks.push(Mark {
                    at: (x, height),
                    colour,
                    shape,
                });
            };
            mark(left, shape);
            if let Some(right) = learned {
                mark(right, Shape::Disc);
            }
            row.text = Some(RowText {
                bracket: (left, right),
                long: events.bracket_text(mode, false),
                short: events.bracket_text(mode, true),
            });
        }
        panel.rows.push(row);
    }
    panel.keys = mark_keys(theme, &panel.marks);
    panel
}

/// Title, with the distance of the rows where not every step has one.
fn title(scene: &Scene<'_>) -> String {
    let title = "From noise peak to 95 % learned";
    let steps: Vec<f64> = scene.column(Schema::STEP).collect();
    let gaps: Vec<u64> = steps.windows(2).map(|ends| (ends[1] - ends[0]) as u64).collect();
    let widest = gaps.iter().copied().max().unwrap_or(1);
    if widest <= 1 {
        return title.to_owned();
    }
    // The last row stands where the run ended, wherever that is.
    let is_even = gaps.iter().rev().skip(1).all(|&gap| gap == widest);
    let about = if is_even { "" } else { "up to " };
    format!("{title}, in rows {about}{} steps apart", grouped(widest))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::experiment::Experiment;
    use crate::session::{FigureOptions, Recording};
    use crate::simulation::{Schedule, Simulation};

    /// The strip of a run of the default experiment with these strengths.
    fn strip(strengths: &[f64], n_steps: u64, every: u64) -> Panel {
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = strengths.to_vec();
        let mut simulation = Simulation::new(&experiment).unwrap();
        let progress = |_| ControlFlow::Continue(());
        let (recording, _) = Recording::run(&mut simulation, Schedule::Every(every), n_steps, progress);
        let options = FigureOptions::default();
        events(&Scene::new(&recording, &options), true)
    }

    #[test]
    fn a_mode_without_a_peak_has_an_empty_row() {
        let strip = strip(&[4.0, 2.0], 20, 1);
        let labels: Vec<&str> = strip.rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["mode 1", "mode 2"]);
        assert!(strip.rows.iter().all(|row| row.text.is_none()));
        assert!(strip.curves.is_empty() && strip.marks.is_empty() && strip.keys.is_empty());
    }

    #[test]
    fn a_peak_is_hollow_until_it_is_confirmed_and_its_bracket_open_until_the_mode_is_learned() {
        let mut seen = Vec::new();
        for n_steps in 100..600 {
            let strip = strip(&[4.0], n_steps, 1);
            let shapes: Vec<Shape> = strip.marks.iter().map(|mark| mark.shape).collect();
            if let Some(text) = &strip.rows[0].text {
                let is_open = (text.bracket.1 - strip.across.range.end).abs() < 1e-12;
                assert!(is_open || shapes.contains(&Shape::Disc), "{n_steps}: {shapes:?}");
                assert!(text.bracket.0 <= text.bracket.1);
            }
            if seen.last() != Some(&shapes) {
                seen.push(shapes);
            }
            if seen.last().is_some_and(|shapes| shapes.contains(&Shape::Disc)) {
                break;
            }
        }
        let expected: [&[Shape]; 4] = [
            &[],
            &[Shape::HollowDiamond],
            &[Shape::Diamond],
            &[Shape::Diamond, Shape::Disc],
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_title_tells_how_far_the_rows_are_apart() {
        assert_eq!(strip(&[4.0], 20, 1).title, "From noise peak to 95 % learned");
        assert_eq!(
            strip(&[4.0], 20, 3).title,
            "From noise peak to 95 % learned, in rows 3 steps apart"
        );
    }
}
