//! Stationary law of every settled mode: a histogram of the recorded strengths, the exact density and Boltzmann's.
//!
//! Counted are the rows that come so many relaxation times after the mode was learned and after the last change of parameters;
//! neighbouring rows are correlated, which widens the scatter of the bars but does not move them.

use super::FigureError;
use super::curve::{Curve, Scale, Stroke};
use super::key::{Key, Sign};
use super::law::mode_law;
use super::over_time::line_key;
use super::panel::{AxisAcross, Bar, Labels, Panel, Upright};
use super::scene::Scene;
use crate::observables::events::EventKind;
use crate::observables::{Quantity, Schema};
use crate::simulation::DEFAULT_BURN_IN;
use crate::stats::Histogram;
use crate::theory::{ModeLaw, StationaryLaw, boltzmann_density};

/// Rows without which a histogram shows little but chance.
const LEAST_ROWS: usize = 200;
const MOST_BARS: usize = 60;
const N_CURVE: u32 = 240;
/// Probability left out on either side of the density.
const TAIL: f64 = 5e-4;

/// One panel a settled mode.
///
/// # Errors
/// [`FigureError::TooFewRows`] where there is none.
pub(super) fn histograms(scene: &Scene<'_>) -> Result<Vec<Panel>, FigureError> {
    let first = scene.recording.experiment().live;
    let live = scene
        .recording
        .interventions()
        .last()
        .map_or(first, |change| change.live);
    let mut panels = Vec::new();
    let mut most = 0;
    for mode in 0..scene.n_modes() {
        let law = mode_law(scene, mode, &live);
        let values = settled(scene, mode, &law);
        most = most.max(values.len());
        if values.len() >= LEAST_ROWS {
            panels.push(histogram(scene, mode, &law, &values));
        }
    }
    if panels.is_empty() {
        return Err(FigureError::TooFewRows {
            n_rows: most,
            least: LEAST_ROWS,
        });
    }
    Ok(panels)
}

/// Strengths of a mode in the rows that count.
fn settled(scene: &Scene<'_>, mode: usize, law: &ModeLaw) -> Vec<f64> {
    let (recording, schema) = (scene.recording, scene.recording.schema());
    let learned = recording
        .events()
        .iter()
        .find(|event| matches!(event.kind, EventKind::Learned { mode: learned } if learned == mode));
    let Some(learned) = learned else { return Vec::new() };
    let changed = recording.interventions().last().map_or(0.0, |change| change.time);
    let start = learned.time.max(changed) + DEFAULT_BURN_IN * law.relaxation_time();
    recording
        .rows()
        .take(scene.places.len())
        .filter(|row| row[Schema::TIME] >= start)
        .map(|row| row[schema.column(Quantity::Strength, mode)])
        .collect()
}

fn histogram(scene: &Scene<'_>, mode: usize, law: &ModeLaw, values: &[f64]) -> Panel {
    let theme = scene.theme;
    let teacher = law.teacher_strength;
    let mut panel = Panel {
        title: format!("Mode {}, {} rows", mode + 1, values.len()),
        across: AxisAcross {
            range: 0.9 * teacher..1.1 * teacher,
            scale: Scale::Linear,
            title: Some("strength a"),
        },
        axis_title: "probability density",
        scale: Scale::Linear,
        rows: Vec::new(),
        bars: Vec::new(),
        curves: Vec::new(),
        levels: Vec::new(),
        labels: Labels::None,
        uprights: vec![Upright {
            x: teacher,
            colour: theme.grey,
            stroke: Stroke::Dashes,
            label: None,
        }],
        marks: Vec::new(),
        keys: Vec::new(),
        note: None,
    };
    let density = match StationaryLaw::new(law) {
        StationaryLaw::Density(density) => density,
        StationaryLaw::PointMass { strength } => {
            panel.note = Some(format!("without label noise, a point at m = {strength}"));
            return panel;
        }
        StationaryLaw::Trapped { .. } => {
            panel.note = Some("held by the saddle at 0: no stationary density".to_owned());
            return panel;
        }
    };
    let (least, greatest) = values
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(least, greatest), &value| {
            (least.min(value), greatest.max(value))
        });
    let mut histogram = Histogram::new(1024, teacher, greatest - least);
    for &value in values {
        histogram.push(value);
    }
    let (mut left, mut right) = (density.quantile(TAIL), density.quantile(1.0 - TAIL));
    if let Some(bars) = histogram.rebinned(MOST_BARS) {
        for i in 0..bars.counts.len() {
            let edge = |i: usize| bars.lower + i as f64 * bars.width;
            panel.bars.push(Bar {
                left: edge(i),
                right: edge(i + 1),
                height: bars.density(i),
                colour: theme.mode(mode),
            });
        }
        left = left.min(bars.lower);
        right = right.max(bars.lower + bars.counts.len() as f64 * bars.width);
    }
    panel.across.range = left..right;
    let points = |density: &dyn Fn(f64) -> f64| {
        let at = |i: u32| left + (right - left) * f64::from(i) / f64::from(N_CURVE);
        let points: Vec<_> = (0..=N_CURVE)
            .map(|i| Some((at(i), Some(density(at(i))).filter(|height| height.is_finite())?)))
            .collect();
        points.into_iter()
    };
    panel.curves = vec![
        Curve::through(points(&|s| density.density(s)), theme.ink, 14, Stroke::Solid),
        Curve::through(
            points(&|s| boltzmann_density(law, s)),
            theme.theory(mode),
            14,
            Stroke::Dashes,
        ),
    ];
    panel.keys = vec![
        Key {
            label: "run".to_owned(),
            colour: theme.mode(mode),
            sign: Sign::Bar,
        },
        line_key("exact", theme.ink, 14, Stroke::Solid),
        line_key("Boltzmann", theme.theory(mode), 14, Stroke::Dashes),
    ];
    panel
}
