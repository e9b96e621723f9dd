//! The law of a mode's strength at the moment looked at: the density of the mode equation, over the histogram of the ensembles' members
//! there; and how far the members are from it.
//!
//! It is the law of the mode equation. Replicas of the whole network depart from it while larger modes are in transition, and once
//! label noise has moved the layers out of balance; the Kolmogorov-Smirnov distance says by how much, and what chance alone makes.

use super::axis::Axis;
use super::drawing::Drawing;
use super::known::KnownEnsemble;
use super::pen::{Pen, Role};
use super::picture::{Bar, Curve, Picture, Sign, Upright};
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::format::{brief, decimal};
use crate::simulation::EnsembleKind;
use crate::stats::{ValueBars, ks_distance};

/// Quantiles, as values of a standard normal variable, between which the density is in sight.
const EXTENT: f64 = 4.0;
/// Points of a curve, evenly along the standard normal variable.
const N_CURVE: u32 = 240;
/// Size of the letters of a title, in points.
const TITLE_SIZE: f64 = 13.0;
/// Points between ticks across.
const TICK_DISTANCE: f64 = 70.0;
/// Width over strength below which the axis shows distances from the middle.
const NARROW: f64 = 2e-3;
/// `sqrt(n)` times the distance that chance exceeds once in twenty (Kolmogorov).
const ONE_IN_TWENTY: f64 = 1.358;

/// Draws the laws of all modes that have one.
pub fn densities(drawing: &mut Drawing<'_>) -> Vec<Picture> {
    (0..drawing.known.rank())
        .filter_map(|mode| density(drawing, mode))
        .collect()
}

/// Draws the law of one mode; `None` where it has none yet.
pub fn density(drawing: &mut Drawing<'_>, mode: usize) -> Option<Picture> {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let moment = options.until.unwrap_or(known.now);
    let course = known.densities?.modes().get(mode)?;
    let law = course.at(moment.time)?;
    let (mean, std) = law.moments();
    let (mut left, mut right) = (law.at(-EXTENT), law.at(EXTENT));
    let members = members(&known.ensembles, mode).filter(|_| options.until.is_none());
    if let Some((_, sorted)) = &members {
        let reach = 2.0 * (right - left);
        left = left.min(sorted.first().copied().unwrap_or(left).max(left - reach));
        right = right.max(sorted.last().copied().unwrap_or(right).min(right + reach));
    }
    // Positions are distances from the middle, so that a spike far narrower than its place can still be drawn.
    let middle = 0.5 * (left + right);
    let half = 0.52 * (right - left).max(1e-12 * middle.abs()).max(1e-200);
    let teacher = known.teacher[mode];
    let is_narrow = right - left < NARROW * middle.abs();
    let (offset, title) = if is_narrow {
        (middle - mean, format!("strength a \u{2212} {}", brief(mean, 4)))
    } else {
        (middle, "strength a".to_owned())
    };
    let n_across = (room.width / (TICK_DISTANCE * room.letters)).max(2.0) as u32;
    let x = Axis::with_offset(title, Scale::Linear, (-half, half), n_across, offset);
    let points: Vec<[f64; 2]> = (0..=N_CURVE)
        .map(|i| {
            let normal = EXTENT * (2.0 * f64::from(i) / f64::from(N_CURVE) - 1.0);
            let strength = law.at(normal);
            [strength - middle, law.density(strength)]
        })
        .collect();
    let mut highest = points
        .iter()
        .fold(1e-290_f64, |highest, point| highest.max(point[1]));
    let bars = members
        .as_ref()
        .and_then(|(kind, sorted)| Some((*kind, ValueBars::of_sorted(sorted)?)));
    if let Some((_, bars)) = &bars {
        let heights = (0..bars.counts.len()).map(|i| bars.density(i));
        highest = heights.fold(highest, f64::max).min(3.0 * highest);
    }
    let scale = options.scale(PlotId::Density);
    let range = match scale {
        Scale::Linear | Scale::Symlog => (0.0, 1.12 * highest),
        Scale::Log => (highest.log10() - 5.0, highest.log10() + 0.3),
    };
    let height = |density: f64| match scale {
        Scale::Linear | Scale::Symlog => density,
        Scale::Log => scale.position(density).max(range.0),
    };
    let y = Axis::new(PlotId::Density.axis_title(), scale, range, room.ticks_upwards());
    let mut picture = Picture::new(PlotId::Density, x, y);
    picture.mode = Some(mode);
    let name = format!("Mode {}", mode + 1);
    let (mean_told, std_told) = (brief(mean, 3), brief(std, 2));
    let titles = [
        format!(
            "{name}: mean {mean_told}, std {std_told} at t = {}",
            decimal(moment.time, 2)
        ),
        format!("{name}: mean {mean_told}, std {std_told}"),
        format!("{name}: mean {mean_told}"),
        name,
    ];
    picture.title = room.fitting(titles, TITLE_SIZE, 0.0);
    for (level, name) in [(teacher, "m"), (course.start(), "start")] {
        let x = level - middle;
        if x.abs() < half {
            picture.uprights.push(Upright {
                pen: Pen::of(Role::Learned),
                x,
                label: Some(name.to_owned()),
            });
        }
    }
    if let Some((kind, bars)) = &bars {
        let pen = Pen::of_mode(Role::Ensemble(*kind), mode);
        let shown = (0..bars.counts.len()).filter(|&i| bars.counts[i] > 0);
        picture.bars = shown
            .map(|i| Bar {
                pen,
                left: bars.edge(i) - middle,
                right: bars.edge(i + 1) - middle,
                top: height(bars.density(i)),
            })
            .collect();
    }
    if let Some((kind, sorted)) = &members {
        let pen = Pen::of_mode(Role::Ensemble(*kind), mode);
        let distance = ks_distance(sorted, |strength| law.share_below(strength));
        let chance = ONE_IN_TWENTY / (sorted.len() as f64).sqrt();
        let what = match kind {
            EnsembleKind::ModeEquations => "mode equations",
            EnsembleKind::Replicas => "replicas",
        };
        // Large letters leave no room for more.
        let verdict = if room.letters > 1.3 {
            format!("{what}: KS {}", decimal(distance, 3))
        } else {
            format!(
                "{what}: KS {} (chance {})",
                decimal(distance, 3),
                decimal(chance, 3)
            )
        };
        picture.explain(verdict, pen, Sign::Area);
    }
    let pen = Pen::of(Role::ExactDensity);
    let points = points.into_iter().map(|[x, density]| [x, height(density)]);
    picture.curves.push(Curve::through(
        points.collect(),
        "density of the mode equation".to_owned(),
        pen,
    ));
    picture.explain("mode equation", pen, Sign::Line);
    Some(picture)
}

/// Strengths of a mode in the members of an ensemble, sorted: of replicas rather than of the mode equations.
fn members(ensembles: &[KnownEnsemble<'_>], mode: usize) -> Option<(EnsembleKind, Vec<f64>)> {
    let of_kind = |kind: EnsembleKind| {
        let ensemble = ensembles.iter().find(|ensemble| ensemble.kind == kind)?;
        let mut sorted = ensemble.members?.strengths.get(mode)?.clone();
        sorted.retain(|strength| strength.is_finite());
        sorted.sort_by(f64::total_cmp);
        (!sorted.is_empty()).then_some((kind, sorted))
    };
    of_kind(EnsembleKind::Replicas).or_else(|| of_kind(EnsembleKind::ModeEquations))
}
