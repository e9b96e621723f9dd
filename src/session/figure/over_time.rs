//! The panels over time: mode strengths, diffusion of each mode and excess loss, with what theory says of them.
//!
//! A diamond marks where the diffusion of a mode had its peak, with a line of its colour up and down; a disc where the mode was
//! 95 % learned; a dotted grey line where parameters were changed.

use plotters::style::RGBColor;

use super::curve::{Curve, Frame, Scale, Stroke};
use super::key::{Key, Shape, Sign};
use super::panel::{AxisAcross, Labels, Level, Mark, Panel, Upright};
use super::scene::Scene;
use super::theme::Theme;
use crate::dynamics::LiveParams;
use crate::observables::events::EventKind;
use crate::observables::{Quantity, Schema};
use crate::session::RecordedEvent;
use crate::theory::{StrengthCurve, plateau_levels};

/// Widths in drawing units.
const THICK: u32 = 22;
const THIN: u32 = 10;
const FAINT: u32 = 8;

pub(super) fn strengths(scene: &Scene<'_>, shows_x: bool) -> Panel {
    let theme = scene.theme;
    let scale = scene.y_scale(Scale::Linear);
    let teacher = scene.recording.risk().teacher().strengths();
    let levels = teacher
        .iter()
        .take(scene.n_modes())
        .enumerate()
        .map(|(mode, &strength)| Level {
            value: strength,
            label: format!("mode {}, m = {strength}", mode + 1),
            colour: theme.mode(mode),
        });
    let frame = scene.frame(&[Quantity::Strength, Quantity::SingularValue], scale);
    let singular = scene.per_mode(&frame, Quantity::SingularValue, |_| {
        (theme.ink, FAINT, Stroke::Solid)
    });
    let strengths = scene.per_mode(&frame, Quantity::Strength, |mode| {
        (theme.mode(mode), THICK, mode_stroke(scene, mode))
    });
    // Singular values show only where they are something else than the strengths; theory lies on top.
    let mut curves: Vec<Curve> = singular.chain(strengths).collect();
    let predicted = predicted_strengths(scene, &frame);
    let mut keys = vec![
        line_key("mode strength", theme.mode(0), THICK, Stroke::Solid),
        line_key("singular values", theme.ink, FAINT, Stroke::Solid),
        line_key("teacher m", theme.mode(0), THIN, Stroke::Dashes),
    ];
    if !predicted.is_empty() {
        keys.push(line_key(
            "theory, if aligned",
            theme.theory(0),
            THIN,
            Stroke::Dashes,
        ));
    }
    curves.extend(predicted);
    let (marks, mark_keys) = marks(scene, |event| scale.place(event.value?));
    keys.extend(mark_keys);
    Panel {
        title: "Mode strengths".to_owned(),
        across: across(scene, shows_x),
        axis_title: "strength a, singular value s",
        scale,
        rows: Vec::new(),
        bars: Vec::new(),
        curves,
        levels: levels.collect(),
        labels: Labels::Spread,
        uprights: uprights(scene, true),
        marks,
        keys,
        note: None,
    }
}

pub(super) fn diffusions(scene: &Scene<'_>, shows_x: bool) -> Panel {
    let theme = scene.theme;
    let frame = scene.frame(&[Quantity::Diffusion], scene.y_scale(Scale::Log));
    let exact = scene.per_mode(&frame, Quantity::Diffusion, |mode| {
        (theme.mode(mode), THICK, mode_stroke(scene, mode))
    });
    let law = scene.per_mode(&frame, Quantity::DiffusionLaw, |mode| {
        (theme.theory(mode), THIN, Stroke::Dashes)
    });
    let (marks, mark_keys) = marks(scene, |event| match event.kind {
        EventKind::PeakConfirmed { peak, .. } => frame.scale.place(peak.diffusion),
        EventKind::PeakProvisional { .. }
        | EventKind::PeakWithdrawn { .. }
        | EventKind::Learned { .. }
        | EventKind::PlateauEntered { .. }
        | EventKind::PlateauLeft { .. }
        | EventKind::ParameterChanged { .. }
        | EventKind::Diverged => None,
    });
    let mut keys = vec![
        line_key("exact", theme.mode(0), THICK, Stroke::Solid),
        line_key(
            "law of an aligned, balanced mode",
            theme.theory(0),
            THIN,
            Stroke::Dashes,
        ),
    ];
    keys.extend(mark_keys);
    Panel {
        title: "Diffusion of each mode".to_owned(),
        across: across(scene, shows_x),
        axis_title: "D, variance of a per unit time",
        scale: frame.scale,
        curves: exact.chain(law).collect(),
        rows: Vec::new(),
        bars: Vec::new(),
        levels: Vec::new(),
        labels: Labels::Spread,
        uprights: uprights(scene, false),
        marks,
        keys,
        note: None,
    }
}

pub(super) fn losses(scene: &Scene<'_>, shows_x: bool) -> Panel {
    let theme = scene.theme;
    let scale = scene.y_scale(Scale::Log);
    let levels = plateau_levels(scene.recording.risk().teacher().strengths());
    // The last level is the minimum, which has no place on a logarithmic axis.
    let saddles = levels
        .iter()
        .take(levels.len() - 1)
        .take(scene.n_modes())
        .enumerate();
    let levels = saddles.map(|(n_learned, &value)| Level {
        value,
        label: format!("{n_learned} learned"),
        colour: theme.grey,
    });
    let values = || scene.column(Schema::EXCESS_LOSS);
    let frame = Frame::new(&scene.places, scene.x_range.clone(), scale, 1, values());
    Panel {
        title: "Excess loss".to_owned(),
        across: across(scene, shows_x),
        axis_title: "excess loss ½‖W − M‖²",
        scale,
        rows: Vec::new(),
        bars: Vec::new(),
        curves: vec![Curve::new(&frame, values(), theme.ink, 20, Stroke::Solid)],
        levels: levels.collect(),
        labels: Labels::NearLine,
        uprights: uprights(scene, false),
        marks: Vec::new(),
        keys: vec![
            line_key("student", theme.ink, 20, Stroke::Solid),
            line_key(
                "saddles, by number of modes learned",
                theme.grey,
                THIN,
                Stroke::Dashes,
            ),
        ],
        note: None,
    }
}

pub(super) fn across(scene: &Scene<'_>, shows_x: bool) -> AxisAcross {
    AxisAcross {
        range: scene.x_range.clone(),
        scale: scene.x_scale,
        title: shows_x.then(|| scene.x_title()),
    }
}

pub(super) fn line_key(label: &str, colour: RGBColor, width: u32, stroke: Stroke) -> Key {
    Key {
        label: label.to_owned(),
        colour,
        sign: Sign::Line(width, stroke),
    }
}

/// Modes beyond the colours are told apart by their dashes.
pub(super) fn mode_stroke(scene: &Scene<'_>, mode: usize) -> Stroke {
    if scene.theme.is_dashed(mode) {
        Stroke::LongDashes
    } else {
        Stroke::Solid
    }
}

/// Gradient flow of every mode from its strength in the first row, as if the student were aligned and balanced; nothing where a
/// mode starts at zero or below.
fn predicted_strengths(scene: &Scene<'_>, frame: &Frame<'_>) -> Vec<Curve> {
    let (recording, schema) = (scene.recording, scene.recording.schema());
    let teacher = recording.risk().teacher().strengths();
    let depth = recording.experiment().network.depth();
    let Some(first) = recording.rows().next() else {
        return Vec::new();
    };
    (0..scene.n_modes())
        .filter_map(|mode| {
            let start = first[schema.column(Quantity::Strength, mode)];
            if start <= 0.0 {
                return None;
            }
            let curve = StrengthCurve::new(depth, teacher[mode], start);
            let values = scene.column(Schema::TIME).map(|time| curve.at(time));
            Some(Curve::new(
                frame,
                values,
                scene.theme.theory(mode),
                THIN,
                Stroke::Dashes,
            ))
        })
        .collect()
}

/// Marks of the events that `height` gives a place, and their keys.
fn marks(scene: &Scene<'_>, height: impl Fn(&RecordedEvent) -> Option<f64>) -> (Vec<Mark>, Vec<Key>) {
    let marks: Vec<Mark> = scene
        .recording
        .events()
        .iter()
        .filter_map(|event| {
            let shape = match event.kind {
                EventKind::PeakConfirmed { .. } => Shape::Diamond,
                EventKind::Learned { .. } => Shape::Disc,
                EventKind::PeakProvisional { .. }
                | EventKind::PeakWithdrawn { .. }
                | EventKind::PlateauEntered { .. }
                | EventKind::PlateauLeft { .. }
                | EventKind::ParameterChanged { .. }
                | EventKind::Diverged => return None,
            };
            let mode = event.kind.mode().filter(|mode| *mode < scene.n_modes())?;
            Some(Mark {
                at: (scene.place(event.step, event.time)?, height(event)?),
                colour: scene.theme.mode(mode),
                shape,
            })
        })
        .collect();
    let keys = mark_keys(scene.theme, &marks);
    (marks, keys)
}

/// Keys of the shapes that are there.
pub(super) fn mark_keys(theme: Theme, marks: &[Mark]) -> Vec<Key> {
    [
        (Shape::Diamond, "noise peak"),
        (Shape::HollowDiamond, "highest noise so far"),
        (Shape::Disc, "95 % learned"),
    ]
    .into_iter()
    .filter(|(shape, _)| marks.iter().any(|mark| mark.shape == *shape))
    .map(|(shape, label)| Key {
        label: label.to_owned(),
        colour: theme.ink,
        sign: Sign::Mark(shape),
    })
    .collect()
}

/// Lines at the peaks of the diffusion and at the changes of parameters, the latter by name where asked for.
pub(super) fn uprights(scene: &Scene<'_>, named: bool) -> Vec<Upright> {
    let theme = scene.theme;
    let peaks = scene.recording.events().iter().filter_map(|event| {
        let EventKind::PeakConfirmed { mode, .. } = event.kind else {
            return None;
        };
        (mode < scene.n_modes()).then_some(())?;
        Some(Upright {
            x: scene.place(event.step, event.time)?,
            colour: theme.faint(theme.mode(mode), 0.6),
            stroke: Stroke::Solid,
            label: None,
        })
    });
    let mut before = scene.recording.experiment().live;
    let changes = scene.recording.interventions().iter().filter_map(|change| {
        let label = what_changed(&before, &change.live);
        before = change.live;
        Some(Upright {
            x: scene.place(change.step, change.time)?,
            colour: theme.grey,
            stroke: Stroke::Dots,
            label: named.then_some(label),
        })
    });
    changes.chain(peaks).collect()
}

/// The parameters that differ, with their new values.
fn what_changed(before: &LiveParams, after: &LiveParams) -> String {
    let mut parts = Vec::new();
    if before.learning_rate.to_bits() != after.learning_rate.to_bits() {
        parts.push(format!("η {}", after.learning_rate));
    }
    if before.batch_size != after.batch_size {
        parts.push(format!("B {}", after.batch_size));
    }
    if before.label_noise_std.to_bits() != after.label_noise_std.to_bits() {
        parts.push(format!("σ {}", after.label_noise_std));
    }
    parts.join(", ")
}
