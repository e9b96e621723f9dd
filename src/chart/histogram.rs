//! Distribution of every settled mode strength, over it the stationary density of the mode equation, Boltzmann's (a Gaussian of
//! variance `T = tau sigma^2 L m^(2-2/L) / 2` about `m`), and where the law of the network is known a Gaussian of the variance that the
//! present weights have about the measured mean; or the point mass.
//!
//! What counts as settled is decided by [`crate::simulation::StationaryStatistics`]. Neighbouring values are correlated, which widens
//! the scatter of the bars but does not move them.

use super::axis::Axis;
use super::drawing::Drawing;
use super::known::Known;
use super::pen::{Pen, Role};
use super::picture::{Bar, Curve, Picture, Sign, Upright};
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::format::{brief, grouped};
use crate::simulation::EnsembleKind;
use crate::stats::Bars;
use crate::theory::{StationaryLaw, boltzmann_density};

/// Most bars of a histogram.
const MOST_BARS: usize = 60;
/// Points of a theory curve.
const N_CURVE: u32 = 200;
/// Probability left out on either side of the density.
const TAIL: f64 = 5e-4;
/// Width, relative to the teacher's strength, below which the axis shows distances from it.
const NARROW: f64 = 2e-3;
/// How far, in widths of what the run itself shows, kept runs widen the axis at most.
const MOST_WIDENED: f64 = 2.0;
/// Decades that a logarithmic axis shows below the highest density.
const DECADES: f64 = 5.0;
/// Points between ticks across: the labels have many digits.
const TICK_DISTANCE: f64 = 70.0;

/// Draws the histograms of all modes that have settled.
pub fn histograms(drawing: &mut Drawing<'_>) -> Vec<Picture> {
    (0..drawing.known.rank())
        .filter_map(|mode| histogram(drawing, mode))
        .collect()
}

/// Draws the histogram of one mode; `None` until there is a value.
pub fn histogram(drawing: &mut Drawing<'_>, mode: usize) -> Option<Picture> {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let (of_run, of_ensemble) = known.statistics(mode);
    let statistics = of_run.filter(|_| known.diverged.is_none())?;
    let bars = statistics.histogram.rebinned(MOST_BARS)?;
    let teacher = known.teacher[mode];
    let prediction = known.laws.modes.get(mode).and_then(Option::as_deref);
    let theory = prediction.filter(|_| options.theory);
    let density = theory.and_then(|theory| theory.exact.as_density());

    let (mut left, mut right) = (bars.lower, bars.lower + bars.width * bars.counts.len() as f64);
    let mut highest = (0..bars.counts.len())
        .map(|i| bars.density(i))
        .fold(1e-290, f64::max);
    if let Some(density) = density {
        // The law's own width is in sight from the first values on.
        left = left.min(density.quantile(TAIL));
        right = right.max(density.quantile(1.0 - TAIL));
        highest = highest.max(density.density(density.quantile(0.5)));
    }
    let of_kept = kept_histograms(known, mode);
    let most = MOST_WIDENED * (right - left);
    for (_, bars) in &of_kept {
        // No run may spoil the picture of another.
        let end = bars.lower + bars.width * bars.counts.len() as f64;
        left = left.min(bars.lower.max(left - most));
        right = right.max(end.min(right + most));
    }
    // Positions are distances from the middle, so that a spike far narrower than its place can still be drawn.
    let middle = 0.5 * (left + right);
    let half = 0.52 * (right - left).max(1e-12 * middle.abs()).max(1e-200);
    let is_narrow = right - left < NARROW * teacher;
    let (offset, title) = if is_narrow {
        (middle - teacher, "strength a \u{2212} m")
    } else {
        (middle, "strength a")
    };
    let n_across = (room.width / (TICK_DISTANCE * room.letters)).max(2.0) as u32;
    let x = Axis::with_offset(title, Scale::Linear, (-half, half), n_across, offset);
    let scale = options.scale(PlotId::Histogram);
    let range = match scale {
        Scale::Linear | Scale::Symlog => (0.0, 1.12 * highest),
        Scale::Log => (highest.log10() - DECADES, highest.log10() + 0.3),
    };
    let frame = Frame {
        middle,
        half,
        scale,
        floor: range.0,
    };
    let y = Axis::new(PlotId::Histogram.axis_title(), scale, range, room.ticks_upwards());
    let mut picture = Picture::new(PlotId::Histogram, x, y);
    picture.mode = Some(mode);
    picture.title = format!(
        "Mode {}, {} values",
        mode + 1,
        grouped(statistics.moments.count())
    );

    let run = Pen::of_mode(Role::Run, mode);
    picture.uprights.push(Upright {
        pen: Pen::of(Role::Learned),
        x: teacher - middle,
        label: None,
    });
    if bars.counts.len() == 1 {
        // A single value has no width of its own.
        picture.uprights.push(Upright {
            pen: run,
            x: bars.lower + 0.5 * bars.width - middle,
            label: None,
        });
    }
    picture.bars = frame.bars(&bars, run);
    picture.explain("run", run, Sign::Area);
    if let Some(bars) = of_ensemble.and_then(|ensemble| ensemble.histogram.rebinned(MOST_BARS)) {
        let kind = known
            .ensembles
            .first()
            .map_or(EnsembleKind::ModeEquations, |ensemble| ensemble.kind);
        let pen = Pen::of_mode(Role::Ensemble(kind), mode);
        picture.curves.push(frame.outline("ensemble", &bars, pen));
        picture.explain("ensemble", pen, Sign::Line);
    }
    let pen = Pen::of_mode(Role::KeptHistogram, mode);
    for (label, bars) in &of_kept {
        let outline = frame.outline(&format!("kept run {label}"), bars, pen);
        picture.curves.push(outline);
        picture.explain("kept runs", pen, Sign::Line);
    }
    if let Some(density) = density {
        let pen = Pen::of(Role::ExactDensity);
        let curve = frame.curve("stationary density of the mode equation", pen, |s| {
            density.density(s)
        });
        picture.curves.push(curve);
        picture.explain("mode equation", pen, Sign::Line);
    }
    if let Some(theory) = theory.filter(|theory| theory.law.temperature() > 0.0) {
        let pen = Pen::of_mode(Role::Boltzmann, mode);
        let curve = frame.curve("Boltzmann density", pen, |s| boltzmann_density(&theory.law, s));
        picture.curves.push(curve);
        picture.explain("Boltzmann", pen, Sign::Line);
    }
    let stored = known.laws.stored.as_ref().filter(|_| options.theory);
    let of_set = || {
        stored?
            .variance(mode, statistics.mean_curvature()?)
            .filter(|variance| *variance > 0.0)
    };
    let present = theory
        .and_then(|theory| theory.present_variance(statistics))
        .or_else(of_set);
    if let (Some(variance), Some(mean)) = (present, statistics.moments.mean()) {
        let pen = Pen::of(Role::PresentDensity);
        let height = (std::f64::consts::TAU * variance).sqrt().recip();
        let curve = frame.curve("present weights", pen, |s| {
            height * (-0.5 * (s - mean).powi(2) / variance).exp()
        });
        picture.curves.push(curve);
        picture.explain("present weights", pen, Sign::Line);
    }
    picture.note = theory.and_then(|theory| note(&theory.exact));
    Some(picture)
}

/// What is said of a law that has no density to be drawn.
fn note(law: &StationaryLaw) -> Option<String> {
    match law {
        StationaryLaw::PointMass { strength } => {
            Some(format!("mode equation: a point at m = {}", brief(*strength, 4)))
        }
        StationaryLaw::Trapped { .. } => {
            Some("mode equation: held by the saddle at 0, no stationary density".to_owned())
        }
        StationaryLaw::Linearised { strength, .. } => {
            Some(format!("with weight decay: about {}", brief(*strength, 4)))
        }
        StationaryLaw::Density(_) => None,
    }
}

/// The histograms of kept runs in which a mode has settled, with their names.
fn kept_histograms<'a>(known: &'a Known<'_>, mode: usize) -> Vec<(&'a str, Bars)> {
    let of_kept = known.kept.iter().filter_map(|kept| {
        let statistics = kept.statistics?.modes.get(mode)?;
        Some((kept.label, statistics.histogram.rebinned(MOST_BARS)?))
    });
    of_kept.filter(|(_, bars)| bars.counts.len() > 1).collect()
}

/// Where a value lies on the axes of a histogram.
#[derive(Clone, Copy)]
struct Frame {
    middle: f64,
    half: f64,
    scale: Scale,
    floor: f64,
}

impl Frame {
    fn height(&self, density: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Symlog => density,
            Scale::Log => self.scale.position(density).max(self.floor),
        }
    }

    fn bars(&self, bars: &Bars, pen: Pen) -> Vec<Bar> {
        let edge = |i: usize| bars.lower + i as f64 * bars.width - self.middle;
        (0..bars.counts.len())
            .filter(|&i| bars.counts[i] > 0)
            .map(|i| Bar {
                pen,
                left: edge(i),
                right: edge(i + 1),
                top: self.height(bars.density(i)),
            })
            .collect()
    }

    /// A histogram as a stepped line.
    fn outline(&self, name: &str, bars: &Bars, pen: Pen) -> Curve {
        let mut points = Vec::with_capacity(2 * bars.counts.len() + 2);
        let edge = |i: usize| bars.lower + i as f64 * bars.width - self.middle;
        points.push([edge(0), self.floor]);
        for i in 0..bars.counts.len() {
            let height = self.height(bars.density(i));
            points.extend([[edge(i), height], [edge(i + 1), height]]);
        }
        points.push([edge(bars.counts.len()), self.floor]);
        Curve::through(points, name.to_owned(), pen)
    }

    fn curve(&self, name: &str, pen: Pen, density: impl Fn(f64) -> f64) -> Curve {
        let points = (0..=N_CURVE).map(|i| {
            let x = self.half * (2.0 * f64::from(i) / f64::from(N_CURVE) - 1.0);
            let height = self.height(density(self.middle + x));
            [x, if height.is_finite() { height } else { f64::NAN }]
        });
        Curve::through(points.collect(), name.to_owned(), pen)
    }
}
