//! Two modes against each other: the points at which both rest, the loss between them as shading, the gradient flow of aligned, balanced
//! weights as arrows, and the way of the run from saddle to saddle.
//!
//! Without weight decay two layers and more have the saddles `(0, 0)`, `(m_j, 0)`, `(0, m_k)` and the minimum `(m_j, m_k)`; one layer has
//! the minimum alone, and weight decay moves and adds points ([`rest_points`](crate::theory::weight_decay::rest_points)).
//!
//! At the dot stand the exact drift of the present weights (an arrow, on the same scale as theory's) and the exact covariance of their
//! noise (an ellipse, whose half axes are the roots of its variances over that of the law at its peak). An ensemble is a cloud of points.

mod ground;
mod noise;
mod run;

use super::axis::Axis;
use super::drawing::Drawing;
use super::known::{Known, diverged_at};
use super::options::Options;
use super::picture::Picture;
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::experiment::LiveParams;
use crate::format::brief;
use crate::observables::Quantity;
use crate::theory::ModeLaw;

/// Range of a linear axis, in units of the mode's strength once learned.
const LINEAR: (f64, f64) = (-0.12, 1.28);
/// How far a logarithmic axis goes below the start and above the teacher.
const BELOW: f64 = 0.4;
const ABOVE: f64 = 2.0;
/// Smallest share of the teacher on a logarithmic axis.
const FAINTEST: f64 = 1e-8;

/// Draws two modes against each other.
pub fn plane(drawing: &mut Drawing<'_>) -> Picture {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let last = known.rank().saturating_sub(1);
    let pair = [options.pair.0.min(last), options.pair.1.min(last)];
    let scale = options.scale(PlotId::Plane);
    let live = live_at(known, options);
    let laws = pair.map(|mode| known.mode_law(mode, &live));
    let ends = laws.map(|law| law.scale_strength());
    let ranges = [0, 1].map(|i| range(known, pair[i], ends[i], scale));
    let axis = |i: usize, n_ticks: u32| {
        Axis::new(
            format!("strength of mode {}", pair[i] + 1),
            scale,
            ranges[i],
            n_ticks,
        )
    };
    let width = room.width.min(room.height);
    let n_ticks = (width / (58.0 * room.letters)).max(2.0) as u32;
    let mut plane = Plane {
        known,
        options,
        pair,
        laws,
        scale,
        fastest: 0.0,
        picture: Picture::new(PlotId::Plane, axis(0, n_ticks), axis(1, n_ticks)),
    };
    plane.picture.title = format!("Modes {} and {}", pair[0] + 1, pair[1] + 1);
    plane.picture.aspect = Some(1.0);
    if pair[0] == pair[1] {
        plane.picture.note = Some("one mode alone has no plane".to_owned());
        return plane.picture;
    }
    plane.fastest = plane.fastest_flow();
    plane.shade();
    let rests = plane.rests();
    plane.levels(&rests);
    if options.theory {
        plane.flow();
        plane.law_noise();
    }
    plane.cloud();
    plane.trails();
    plane.present();
    plane.mark_rests(rests);
    plane.picture.explain_marks();
    plane.picture.note = known.diverged.map(diverged_at);
    plane.picture
}

/// Strengths, drift, diffusion and loss of aligned, balanced weights at a position of the plane, in words.
pub fn law_in_plane(known: &Known<'_>, options: &Options, at: [f64; 2]) -> String {
    let last = known.rank().saturating_sub(1);
    let live = live_at(known, options);
    let scale = options.scale(PlotId::Plane);
    let mut loss = 0.0;
    let lines = [(options.pair.0, at[0]), (options.pair.1, at[1])].map(|(mode, position)| {
        let mode = mode.min(last);
        let law = known.mode_law(mode, &live);
        let strength = scale.value(position);
        loss += 0.5 * (strength - law.teacher_strength).powi(2);
        format!(
            "mode {}: strength {}, drift {}, diffusion {}",
            mode + 1,
            brief(strength, 3),
            brief(law.drift(strength), 3),
            brief(law.diffusion(strength), 3)
        )
    });
    format!(
        "{}\n{}\nloss of both {} (aligned, balanced)",
        lines[0],
        lines[1],
        brief(loss, 3)
    )
}

/// A plane while it is being drawn.
struct Plane<'a> {
    known: &'a Known<'a>,
    options: &'a Options,
    pair: [usize; 2],
    laws: [ModeLaw; 2],
    scale: Scale,
    /// Fastest flow on the grid of arrows, in shares of the axes per unit time.
    fastest: f64,
    picture: Picture,
}

/// Parameters in force at the moment looked at.
fn live_at(known: &Known<'_>, options: &Options) -> LiveParams {
    { options.until }.map_or_else(|| known.live(), |moment| known.live_at(moment.step))
}

/// Positions at the ends of the axis of a mode.
fn range(known: &Known<'_>, mode: usize, end: f64, scale: Scale) -> (f64, f64) {
    let column = known.schema.column(Quantity::Strength, mode);
    let run = known.trajectories.first();
    let start = run.and_then(|run| Some(run.history.finest().column(column).first()?.first));
    match scale {
        Scale::Linear | Scale::Symlog => {
            // A start beyond the usual range is in sight too.
            let start = 1.1 * start.unwrap_or(0.0);
            let (low, high) = (LINEAR.0 * end, LINEAR.1 * end);
            (scale.position(low.min(start)), scale.position(high.max(start)))
        }
        Scale::Log => {
            let first = start.filter(|start| *start > 0.0);
            let least = first.unwrap_or(1e-3 * end).max(FAINTEST * end).min(0.1 * end);
            let most = ABOVE * end.max(first.unwrap_or(0.0));
            (scale.position(BELOW * least), scale.position(most))
        }
    }
}

impl Plane<'_> {
    fn ends(&self) -> [f64; 2] {
        self.laws.map(|law| law.scale_strength())
    }

    /// The position of two strengths, if it has one.
    fn place(&self, strengths: [f64; 2]) -> Option<[f64; 2]> {
        Some([self.scale.place(strengths[0])?, self.scale.place(strengths[1])?])
    }

    /// Strengths at shares of the way across and upwards.
    fn strengths(&self, shares: [f64; 2]) -> [f64; 2] {
        let ranges = [self.picture.x.range, self.picture.y.range];
        [0, 1].map(|i| {
            let (low, high) = ranges[i];
            self.scale.value(shares[i].mul_add(high - low, low))
        })
    }

    /// How fast positions move where strengths move so fast.
    fn velocity(&self, strengths: [f64; 2], drift: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|i| match self.scale {
            Scale::Linear | Scale::Symlog => drift[i],
            Scale::Log => drift[i] / strengths[i] * std::f64::consts::LOG10_E,
        })
    }

    /// A velocity in shares of the axes per unit time.
    fn shares(&self, strengths: [f64; 2], drift: [f64; 2]) -> [f64; 2] {
        let velocity = self.velocity(strengths, drift);
        let ranges = [self.picture.x.range, self.picture.y.range];
        [0, 1].map(|i| velocity[i] / (ranges[i].1 - ranges[i].0))
    }
}
