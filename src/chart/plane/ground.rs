//! What lies under the run in a plane of two modes: the loss as shading, the points at which both modes rest, the lines of the loss that
//! the saddles have, and the arrows of gradient flow.

use super::Plane;
use crate::chart::heat_map::{ColourMap, HeatMap};
use crate::chart::pen::{Pen, Role};
use crate::chart::picture::{Arrow, Curve, Label, Mark, Shape, Side, Sign};
use crate::chart::scale::Scale;
use crate::theory::weight_decay::RestPoint;

/// Arrows, and cells of the shading, along each axis.
const N_ARROWS: u32 = 13;
const N_CELLS: u32 = 48;
/// Longest arrow, in distances between two.
const LONGEST: f64 = 0.85;
/// Points of a level line on linear axes.
const N_ROUND: u32 = 72;

/// Where each of the two modes rests.
pub(super) type Rest = [RestPoint; 2];

impl Plane<'_> {
    /// The part of the loss that the two modes make, `1/2 sum (m - a)^2`.
    fn loss(&self, strengths: [f64; 2]) -> f64 {
        let distance = |i: usize| strengths[i] - self.laws[i].teacher_strength;
        0.5 * (distance(0).powi(2) + distance(1).powi(2))
    }

    /// The root of the loss, so that the valley is seen too.
    pub(super) fn shade(&mut self) {
        let cells = (0..N_CELLS).flat_map(|row| (0..N_CELLS).map(move |column| (row, column)));
        let middle = |i: u32| (f64::from(i) + 0.5) / f64::from(N_CELLS);
        let values: Vec<f64> = cells
            .map(|(row, column)| self.loss(self.strengths([middle(column), middle(row)])).sqrt())
            .collect();
        let edges = |(low, high): (f64, f64)| {
            let edge = move |i: u32| low + (high - low) * f64::from(i) / f64::from(N_CELLS);
            (0..=N_CELLS).map(edge).collect()
        };
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(*value));
        self.picture.heat_map = Some(HeatMap {
            across: edges(self.picture.x.range),
            upwards: edges(self.picture.y.range),
            values,
            colours: ColourMap::Shade,
            range: (0.0, largest),
            hatches: Vec::new(),
            bar: None,
        });
        self.picture.explain("loss", Pen::of(Role::Flow), Sign::Area);
    }

    /// Where both modes rest: every rest point of the one with every one of the other.
    pub(super) fn rests(&self) -> Vec<Rest> {
        let [across, upwards] = [0, 1].map(|i| self.laws[i].rest_points());
        let with = |first: RestPoint| upwards.iter().map(move |second| [first, *second]);
        across.iter().flat_map(|first| with(*first)).collect()
    }

    /// Lines of the loss that the saddles have: circles about the teacher.
    pub(super) fn levels(&mut self, rests: &[Rest]) {
        let [first, second] = self.laws.map(|law| law.teacher_strength);
        // On a logarithmic axis a circle goes on to the edge, where its points lie far apart.
        let n = match self.scale {
            Scale::Linear | Scale::Symlog => N_ROUND,
            Scale::Log => 40 * N_ROUND,
        };
        let pen = Pen::of(Role::Saddle);
        for saddle in rests.iter().filter(|rest| !is_minimum(rest)) {
            let radius = (2.0 * self.loss(saddle.map(|point| point.strength))).sqrt();
            let points = (0..=n).map(|i| {
                let (sine, cosine) = (std::f64::consts::TAU * f64::from(i) / f64::from(n)).sin_cos();
                let at = self.place([first + radius * cosine, second + radius * sine]);
                at.unwrap_or([f64::NAN; 2])
            });
            let curve = Curve::through(points.collect(), "loss of a saddle".to_owned(), pen);
            self.picture.curves.push(curve);
            self.picture.explain("loss of the saddles", pen, Sign::Line);
        }
    }

    /// Share of the way of an arrow along an axis.
    fn arrow_share(i: u32) -> f64 {
        (f64::from(i) + 0.5) / f64::from(N_ARROWS)
    }

    /// Fastest flow on the grid of arrows, in shares of the axes per unit time.
    pub(super) fn fastest_flow(&self) -> f64 {
        let places = (0..N_ARROWS).flat_map(|row| (0..N_ARROWS).map(move |column| (row, column)));
        let speeds = places.map(|(row, column)| {
            let strengths = self.strengths([Self::arrow_share(column), Self::arrow_share(row)]);
            let [x, y] = self.shares(strengths, self.flow_at(strengths));
            x.hypot(y)
        });
        speeds.fold(0.0, f64::max)
    }

    /// Gradient flow of both strengths, weight decay included.
    fn flow_at(&self, strengths: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|i| {
            let law = &self.laws[i];
            law.flow_drift(strengths[i]) + law.decay_drift(strengths[i])
        })
    }

    /// An arrow from strengths that move so fast: as long as the root of its speed, so that slow ones are seen too.
    pub(super) fn arrow(&self, pen: Pen, strengths: [f64; 2], drift: [f64; 2]) -> Option<Arrow> {
        let from = self.place(strengths)?;
        let velocity = self.shares(strengths, drift);
        let speed = velocity[0].hypot(velocity[1]);
        if !(speed > 0.0 && speed.is_finite() && self.fastest > 0.0) {
            return None;
        }
        let length = LONGEST / f64::from(N_ARROWS) * (speed / self.fastest).sqrt();
        let ranges = [self.picture.x.range, self.picture.y.range];
        let to = [0, 1].map(|i| from[i] + velocity[i] / speed * length * (ranges[i].1 - ranges[i].0));
        Some(Arrow { pen, from, to })
    }

    /// Arrows of gradient flow on a grid.
    pub(super) fn flow(&mut self) {
        for row in 0..N_ARROWS {
            for column in 0..N_ARROWS {
                let strengths = self.strengths([Self::arrow_share(column), Self::arrow_share(row)]);
                let arrow = self.arrow(Pen::of(Role::Flow), strengths, self.flow_at(strengths));
                self.picture.arrows.extend(arrow);
            }
        }
        let pen = Pen::of(Role::Flow);
        self.picture
            .explain("gradient flow, aligned and balanced", pen, Sign::Line);
    }

    /// The points at which both modes rest, with their names.
    pub(super) fn mark_rests(&mut self, rests: Vec<Rest>) {
        let edges = [self.picture.x.range.0, self.picture.y.range.0];
        for rest in rests {
            let at = [0, 1].map(|i| {
                let strength = rest[i].strength;
                // A strength of zero is at the edge of a logarithmic axis.
                match self.scale {
                    Scale::Log if strength <= 0.0 => edges[i],
                    Scale::Linear | Scale::Symlog | Scale::Log => self.scale.position(strength),
                }
            });
            let shape = if is_minimum(&rest) {
                Shape::Minimum
            } else {
                Shape::Saddle
            };
            // Left of zero there is no room for a name.
            if shape == Shape::Minimum && rest[0].strength > 0.0 {
                self.picture.labels.push(Label {
                    text: "minimum".to_owned(),
                    at,
                    side: Side::Above,
                });
            }
            self.picture.marks.push(Mark {
                name: self.name(&rest),
                pen: Pen::of(Role::Saddle),
                at,
                shape,
            });
        }
    }

    /// What of the two modes is learned where they rest.
    fn name(&self, rest: &Rest) -> String {
        let kind = if is_minimum(rest) { "minimum" } else { "saddle" };
        let is_learned = |point: &RestPoint| point.strength > 0.0 && point.is_stable;
        if rest.iter().all(is_learned) {
            return format!("{kind}: both learned");
        }
        let of_mode = |(point, mode): (&RestPoint, usize)| {
            // From below its threshold a mode decays, from above it is learned.
            let what = if point.is_stable {
                "learned"
            } else {
                "at its threshold"
            };
            (point.strength > 0.0).then(|| format!("mode {} {what}", mode + 1))
        };
        let parts: Vec<String> = rest.iter().zip(self.pair).filter_map(of_mode).collect();
        if parts.is_empty() {
            format!("{kind}: nothing learned")
        } else {
            format!("{kind}: {}", parts.join(", "))
        }
    }
}

/// Whether both modes come back.
fn is_minimum(rest: &Rest) -> bool {
    rest.iter().all(|point| point.is_stable)
}
