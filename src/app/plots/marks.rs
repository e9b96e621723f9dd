//! What happened, as marks on the curves: a diamond at the peak of a mode's diffusion (hollow while provisional), a disc where
//! it is 95 % learned, a ring where theory has it half learned, and a line that drops from the peak through the plots.

use eframe::egui::{Color32, Visuals};
use egui_plot::{LineStyle, MarkerShape, PlotUi, Points, VLine};

use super::scale::Scale;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style;
use crate::observables::events::{LEARNED_FRACTION, ModeEvents};

/// A mark at a position of the plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) color: Color32,
    pub(crate) shape: Shape,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A peak of the diffusion, seen to fall or not yet.
    Peak { confirmed: bool },
    /// The mode is learned.
    Learned,
    /// Theory has the mode half learned.
    HalfTime,
}

/// An upright line through the plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Drop {
    pub(crate) x: f64,
    pub(crate) color: Color32,
}

/// Which curve the marks lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    Strength,
    Diffusion,
}

/// Marks and lines of every mode's events on one kind of curve.
pub(crate) fn event_marks(
    run: &RunData,
    view: &View,
    visuals: &Visuals,
    scale: Scale,
    curve: Curve,
) -> (Vec<Mark>, Vec<Drop>) {
    let (mut marks, mut drops) = (Vec::new(), Vec::new());
    for (mode, events) in run.events.modes.iter().enumerate() {
        let color = style::mode_color(mode, visuals).gamma_multiply(view.settings.opacity(mode));
        if let Some(peak) = events.peak {
            let x = view.settings.time.place(peak.step, peak.time);
            drops.push(Drop { x, color });
            let value = match curve {
                Curve::Strength => peak.strength,
                Curve::Diffusion => peak.diffusion,
            };
            marks.push(Mark {
                name: peak_name(mode, events),
                x,
                y: scale.position(value),
                color,
                shape: Shape::Peak {
                    confirmed: peak.confirmed,
                },
            });
        }
        if let (Some(learned), Curve::Strength) = (events.learned, curve) {
            let value = LEARNED_FRACTION * run.experiment.teacher.strengths[mode];
            marks.push(Mark {
                name: format!("feature {} learned (95 %)", mode + 1),
                x: view.settings.time.place(learned.step, learned.time),
                y: scale.position(value),
                color,
                shape: Shape::Learned,
            });
        }
    }
    (marks, drops)
}

fn peak_name(mode: usize, events: &ModeEvents) -> String {
    let peak = format!("diffusion peak of mode {}", mode + 1);
    match (events.peak, events.lead()) {
        (_, Some(lead)) => format!("{peak}, {} steps before it is learned", lead.steps),
        (Some(peak_now), None) if !peak_now.confirmed => format!("{peak} so far"),
        (Some(_) | None, None) => peak,
    }
}

/// Draws marks over the curves.
pub(crate) fn draw_marks(plot_ui: &mut PlotUi<'_>, marks: Vec<Mark>, ground: Color32) {
    for mark in marks {
        let point = |radius: f32, shape: MarkerShape| {
            Points::new(mark.name.clone(), vec![[mark.x, mark.y]])
                .radius(radius)
                .shape(shape)
        };
        let (radius, shape, filled) = match mark.shape {
            Shape::Peak { confirmed } => (6.5, MarkerShape::Diamond, confirmed),
            Shape::Learned => (4.5, MarkerShape::Circle, true),
            Shape::HalfTime => (3.5, MarkerShape::Circle, false),
        };
        if filled {
            // A rim in the ground's colour sets the mark off from the curve it lies on.
            plot_ui.points(
                point(radius + 1.5, shape)
                    .color(ground)
                    .filled(true)
                    .allow_hover(false),
            );
        }
        plot_ui.points(point(radius, shape).color(mark.color).filled(filled));
    }
}

/// Draws the lines that drop from the peaks, under the curves.
pub(crate) fn draw_drops(plot_ui: &mut PlotUi<'_>, drops: &[Drop]) {
    for drop in drops {
        let line = VLine::new("diffusion peak", drop.x)
            .color(drop.color.gamma_multiply(0.55))
            .width(1.0)
            .allow_hover(false);
        plot_ui.vline(line.style(LineStyle::Dashed { length: 3.0 }));
    }
}
