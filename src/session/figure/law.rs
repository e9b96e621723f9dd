//! Diffusion against strength, every mode on its own scale: `a/m` across, upwards `D` over the height of the hill of the law in
//! force (its peak or, where it has none, its value at `m`). Learning rate and batch size drop out of the ratio, so a run lies on
//! one curve through all their changes; the law is drawn for the label noise at the start and at the end.

use super::curve::{Curve, Scale, Stroke};
use super::key::Shape;
use super::over_time::line_key;
use super::panel::{AxisAcross, Labels, Mark, Panel, Upright};
use super::scene::Scene;
use crate::dynamics::{LiveParams, noise_scale};
use crate::observables::{Quantity, Schema};
use crate::theory::ModeLaw;

/// Points of a law.
const N_CURVE: u32 = 160;
/// Horizontal range, in units of the teacher's strength.
const RANGE: (f64, f64) = (-0.06, 1.2);
/// Highest point drawn, in units of the hill.
const HIGHEST: f64 = 3.0;
/// Points of a trail are at least so far apart...
const NEAR: f64 = 0.004;
/// ...and at most so many: the noise about the minimum adds nothing but ink.
const MOST_POINTS: usize = 1500;
/// Width of a trail in drawing units.
const WIDTH: u32 = 14;

pub(super) fn law(scene: &Scene<'_>) -> Panel {
    let theme = scene.theme;
    let scale = scene.y_scale(Scale::Linear);
    let recording = scene.recording;
    let first = recording.experiment().live;
    let last = recording
        .interventions()
        .last()
        .map_or(first, |change| change.live);
    let mut laws = vec![first];
    if first.label_noise_std.to_bits() != last.label_noise_std.to_bits() {
        laws.push(last);
    }
    // The laws lie over all the trails.
    let (mut curves, mut predicted) = (Vec::new(), Vec::new());
    let (mut marks, mut uprights) = (Vec::new(), Vec::new());
    for mode in 0..scene.n_modes() {
        let trail = trail(scene, mode, scale);
        if let Some(&at) = trail.iter().flatten().last() {
            marks.push(Mark {
                at,
                colour: theme.mode(mode),
                shape: Shape::Disc,
            });
        }
        curves.push(Curve::through(
            trail.into_iter(),
            theme.faint(theme.mode(mode), 0.8),
            WIDTH,
            if theme.is_dashed(mode) {
                Stroke::LongDashes
            } else {
                Stroke::Solid
            },
        ));
        for live in &laws {
            let law = mode_law(scene, mode, live);
            let Some(height) = hill(&law) else { continue };
            let points = (0..=N_CURVE).map(|i| {
                let share = RANGE.1 * f64::from(i) / f64::from(N_CURVE);
                let diffusion = law.diffusion(share * law.teacher_strength) / height;
                Some((share, scale.place(diffusion).filter(|_| diffusion <= HIGHEST)?))
            });
            predicted.push(Curve::through(points, theme.theory(mode), 12, Stroke::Dashes));
            uprights.extend(law.diffusion_peak().map(|peak| Upright {
                x: peak / law.teacher_strength,
                colour: theme.faint(theme.mode(mode), 0.6),
                stroke: Stroke::Solid,
                label: None,
            }));
        }
    }
    curves.extend(predicted);
    uprights.dedup_by(|a, b| (a.x - b.x).abs() < 1e-9);
    uprights.push(Upright {
        x: 1.0,
        colour: theme.grey,
        stroke: Stroke::Dashes,
        label: Some("learned".to_owned()),
    });
    let noise = |live: &LiveParams| format!("{}", live.label_noise_std);
    let label = match laws.as_slice() {
        [first, last] => format!("law D(s), σ = {} and {}", noise(first), noise(last)),
        _ => format!("law D(s), σ = {}", noise(&first)),
    };
    let mut keys: Vec<_> = (0..scene.n_modes())
        .map(|mode| {
            let stroke = if theme.is_dashed(mode) {
                Stroke::LongDashes
            } else {
                Stroke::Solid
            };
            line_key(&format!("mode {}", mode + 1), theme.mode(mode), WIDTH, stroke)
        })
        .collect();
    keys.push(line_key(&label, theme.theory(0), 12, Stroke::Dashes));
    Panel {
        title: "Diffusion against strength".to_owned(),
        across: AxisAcross {
            range: RANGE.0..RANGE.1,
            scale: Scale::Linear,
            title: Some("strength a / m"),
        },
        axis_title: "D / hill of the law",
        scale,
        rows: Vec::new(),
        bars: Vec::new(),
        curves,
        levels: Vec::new(),
        labels: Labels::None,
        uprights,
        marks,
        keys,
        note: None,
    }
}

/// The law of a mode under the given parameters.
pub(super) fn mode_law(scene: &Scene<'_>, mode: usize, live: &LiveParams) -> ModeLaw {
    let recording = scene.recording;
    let experiment = recording.experiment();
    ModeLaw {
        depth: experiment.network.depth(),
        teacher_strength: recording.risk().teacher().strengths()[mode],
        label_noise_std: live.label_noise_std,
        noise_scale: noise_scale(recording.risk(), experiment.data.sampling, live),
    }
}

/// Height of the law's peak or, where it has none, of the law where the mode is learned; `None` where that is zero.
fn hill(law: &ModeLaw) -> Option<f64> {
    let strength = law.diffusion_peak().unwrap_or_else(|| {
        // Without a peak the law may still be larger before `m` than at it.
        let share = |i: u32| law.teacher_strength * f64::from(i) / f64::from(N_CURVE);
        (0..=N_CURVE).map(share).fold(0.0, |best, strength| {
            if law.diffusion(strength) > law.diffusion(best) {
                strength
            } else {
                best
            }
        })
    });
    let height = law.diffusion(strength);
    (height > 0.0 && height.is_finite()).then_some(height)
}

/// Places of the run, `None` for a gap.
fn trail(scene: &Scene<'_>, mode: usize, scale: Scale) -> Vec<Option<(f64, f64)>> {
    let (recording, schema) = (scene.recording, scene.recording.schema());
    let teacher = recording.risk().teacher().strengths()[mode];
    let mut changes = recording.interventions().iter().peekable();
    let mut height = hill(&mode_law(scene, mode, &recording.experiment().live));
    let mut trail: Vec<Option<(f64, f64)>> = Vec::new();
    for row in recording.rows().take(scene.places.len()) {
        // A change counts from the row after it.
        while let Some(change) = changes.next_if(|change| (change.step as f64) < row[Schema::STEP]) {
            height = hill(&mode_law(scene, mode, &change.live));
        }
        let share = row[schema.column(Quantity::Strength, mode)] / teacher;
        let point = height.and_then(|height| {
            let diffusion = row[schema.column(Quantity::Diffusion, mode)] / height;
            let inside = (RANGE.0..=RANGE.1).contains(&share) && diffusion <= HIGHEST;
            Some((share, scale.place(diffusion).filter(|_| inside)?))
        });
        let moved = match (trail.last(), point) {
            (Some(Some(last)), Some(point)) => (point.0 - last.0).abs().max((point.1 - last.1).abs()) > NEAR,
            (Some(None), None) => false,
            (Some(None) | None, Some(_)) | (Some(Some(_)) | None, None) => true,
        };
        if moved && trail.len() < MOST_POINTS {
            trail.push(point);
        }
    }
    trail
}
