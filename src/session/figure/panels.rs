//! The three panels of the picture: what is drawn in each, and how.

use plotters::style::RGBColor;

use super::curve::{Curve, Frame, Scale, Stroke};
use super::panel::{Key, Labels, Level, Panel};
use super::{GREY, INK, MAX_MODES};
use crate::observables::{Quantity, Schema};
use crate::palette::{Ground, mode_style};
use crate::session::Recording;
use crate::theory::plateau_levels;

fn colour(mode: usize) -> RGBColor {
    let [red, green, blue] = mode_style(mode, Ground::Light).color;
    RGBColor(red, green, blue)
}

/// The frame of per-mode curves.
fn frame<'a>(recording: &Recording, times: &'a [f64], quantities: &[Quantity], scale: Scale) -> Frame<'a> {
    let schema = recording.schema();
    let columns = quantities.iter().flat_map(|quantity| schema.columns(*quantity));
    let values = columns.flat_map(|column| recording.column(column).take(times.len()));
    Frame::new(times, scale, schema.rank().min(MAX_MODES), values)
}

/// One curve a mode.
fn per_mode<'a>(
    recording: &'a Recording,
    frame: Frame<'a>,
    quantity: Quantity,
    style: impl Fn(usize) -> (RGBColor, u32, Stroke) + 'a,
) -> impl Iterator<Item = Curve> + 'a {
    let schema = recording.schema();
    (0..schema.rank().min(MAX_MODES)).map(move |mode| {
        let (colour, width, stroke) = style(mode);
        Curve::new(
            frame,
            recording.column(schema.column(quantity, mode)),
            colour,
            width,
            stroke,
        )
    })
}

/// Modes beyond the colours are told apart by their dashes.
fn mode_stroke(mode: usize) -> Stroke {
    if mode_style(mode, Ground::Light).dashed {
        Stroke::LongDashes
    } else {
        Stroke::Solid
    }
}

pub(super) fn strengths(recording: &Recording, times: &[f64]) -> Panel {
    let teacher = recording.risk().teacher().strengths();
    let levels = teacher
        .iter()
        .take(MAX_MODES)
        .enumerate()
        .map(|(mode, &strength)| Level {
            value: strength,
            label: format!("mode {}, m = {strength}", mode + 1),
            colour: colour(mode),
        });
    let frame = frame(
        recording,
        times,
        &[Quantity::Strength, Quantity::SingularValue],
        Scale::Linear,
    );
    let strengths = per_mode(recording, frame, Quantity::Strength, |mode| {
        (colour(mode), 26, mode_stroke(mode))
    });
    let singular = per_mode(recording, frame, Quantity::SingularValue, |_| {
        (INK, 8, Stroke::Solid)
    });
    Panel {
        title: "Mode strengths",
        axis_title: "strength a, singular value s",
        scale: frame.scale,
        // Singular values show only where they are something else than the strengths.
        curves: singular.chain(strengths).collect(),
        levels: levels.collect(),
        labels: Labels::Spread,
        keys: vec![
            Key {
                label: "mode strength",
                colour: colour(0),
                width: 26,
                stroke: Stroke::Solid,
            },
            Key {
                label: "student's singular values",
                colour: INK,
                width: 8,
                stroke: Stroke::Solid,
            },
            Key {
                label: "teacher m",
                colour: colour(0),
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}

pub(super) fn diffusions(recording: &Recording, times: &[f64]) -> Panel {
    let frame = frame(recording, times, &[Quantity::Diffusion], Scale::Log);
    let exact = per_mode(recording, frame, Quantity::Diffusion, |mode| {
        (colour(mode), 20, mode_stroke(mode))
    });
    let law = per_mode(recording, frame, Quantity::DiffusionLaw, |mode| {
        (colour(mode), 10, Stroke::Dashes)
    });
    Panel {
        title: "Diffusion of each mode",
        axis_title: "D, variance of a per unit time",
        scale: frame.scale,
        curves: exact.chain(law).collect(),
        levels: Vec::new(),
        labels: Labels::Spread,
        keys: vec![
            Key {
                label: "exact",
                colour: colour(0),
                width: 20,
                stroke: Stroke::Solid,
            },
            Key {
                label: "law of an aligned, balanced mode",
                colour: colour(0),
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}

pub(super) fn losses(recording: &Recording, times: &[f64]) -> Panel {
    let levels = plateau_levels(recording.risk().teacher().strengths());
    // The last level is the minimum, which has no place on a logarithmic axis.
    let saddles = levels.iter().take(levels.len() - 1).take(MAX_MODES).enumerate();
    let levels = saddles.map(|(n_learned, &value)| Level {
        value,
        label: format!("{n_learned} learned"),
        colour: GREY,
    });
    let values = || recording.column(Schema::EXCESS_LOSS).take(times.len());
    let frame = Frame::new(times, Scale::Log, 1, values());
    Panel {
        title: "Excess loss",
        axis_title: "excess loss ½‖W − M‖²",
        scale: frame.scale,
        curves: vec![Curve::new(frame, values(), INK, 20, Stroke::Solid)],
        levels: levels.collect(),
        labels: Labels::NearLine,
        keys: vec![
            Key {
                label: "student",
                colour: INK,
                width: 20,
                stroke: Stroke::Solid,
            },
            Key {
                label: "saddles, by number of modes learned",
                colour: GREY,
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}
