//! Two modes against each other: the saddles `(0, 0)`, `(m_j, 0)`, `(0, m_k)` and the minimum, the loss between them as shading, the
//! gradient flow of aligned, balanced weights as arrows, and the way of the run from saddle to saddle.
//!
//! At the dot stand the exact drift of the present weights (an arrow, on the same scale as theory's) and the exact covariance of their
//! noise (an ellipse, whose half axes are the roots of its variances over that of the law at its peak). An ensemble is a cloud of points.

use super::axis::Axis;
use super::drawing::Drawing;
use super::heat_map::{ColourMap, HeatMap};
use super::known::{Known, KnownKeptRun, diverged_at};
use super::options::Options;
use super::pen::{Pen, Role};
use super::picture::{Arrow, Cloud, Curve, Label, Mark, Picture, Shape, Side, Sign};
use super::plot_id::PlotId;
use super::scale::Scale;
use super::trail::Trail;
use crate::experiment::LiveParams;
use crate::format::brief;
use crate::history::{History, Level};
use crate::observables::Quantity;
use crate::observables::events::Moment;
use crate::simulation::EnsembleKind;
use crate::theory::ModeLaw;

/// Range of a linear axis, in units of the mode's strength once learned.
const LINEAR: (f64, f64) = (-0.12, 1.28);
/// How far a logarithmic axis goes below the start and above the teacher.
const BELOW: f64 = 0.4;
const ABOVE: f64 = 2.0;
/// Smallest share of the teacher on a logarithmic axis.
const FAINTEST: f64 = 1e-8;
/// Arrows, and cells of the shading, along each axis.
const N_ARROWS: u32 = 13;
const N_CELLS: u32 = 48;
/// Longest arrow, in distances between two.
const LONGEST: f64 = 0.85;
/// Share of a plot's width that an ellipse has whose variance is the law's largest.
const ELLIPSE: f64 = 0.10;
/// Ellipses of the law along each axis.
const N_ELLIPSES: u32 = 5;
/// Points of an ellipse and of a level line.
const N_ROUND: u32 = 72;
/// Buckets of the history that are read for a trail.
const MOST_BUCKETS: usize = 20_000;
/// Most points of a cloud that are drawn.
const MOST_MEMBERS: usize = 4096;

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
        picture: Picture::new(PlotId::Plane, axis(0, n_ticks), axis(1, n_ticks)),
    };
    plane.picture.title = format!("Modes {} and {}", pair[0] + 1, pair[1] + 1);
    plane.picture.aspect = Some(1.0);
    if pair[0] == pair[1] {
        plane.picture.note = Some("one mode alone has no plane".to_owned());
        return plane.picture;
    }
    plane.shade();
    plane.levels();
    if options.theory {
        plane.flow();
    }
    plane.cloud();
    plane.trails();
    plane.present();
    plane.saddles();
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

    /// The part of the loss that the two modes make, `1/2 sum (m - a)^2`.
    fn loss(&self, strengths: [f64; 2]) -> f64 {
        let distance = |i: usize| strengths[i] - self.laws[i].teacher_strength;
        0.5 * (distance(0).powi(2) + distance(1).powi(2))
    }

    fn shade(&mut self) {
        let cells = (0..N_CELLS).flat_map(|row| (0..N_CELLS).map(move |column| (row, column)));
        let middle = |i: u32| (f64::from(i) + 0.5) / f64::from(N_CELLS);
        // The root, so that the valley is seen too.
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

    /// Lines of the loss that the saddles have.
    fn levels(&mut self) {
        let [first, second] = self.laws.map(|law| law.teacher_strength);
        // On a logarithmic axis a circle goes on to the edge, where its points lie far apart.
        let n = match self.scale {
            Scale::Linear | Scale::Symlog => N_ROUND,
            Scale::Log => 40 * N_ROUND,
        };
        for radius in [first, second, first.hypot(second)] {
            let points = (0..=n).map(|i| {
                let (sine, cosine) = (std::f64::consts::TAU * f64::from(i) / f64::from(n)).sin_cos();
                let at = self.place([first + radius * cosine, second + radius * sine]);
                at.unwrap_or([f64::NAN; 2])
            });
            let curve = Curve::through(
                points.collect(),
                "loss of a saddle".to_owned(),
                Pen::of(Role::Saddle),
            );
            self.picture.curves.push(curve);
        }
        let pen = Pen::of(Role::Saddle);
        self.picture.explain("loss of the saddles", pen, Sign::Line);
    }

    /// Share of the way of an arrow along an axis.
    fn arrow_share(i: u32) -> f64 {
        (f64::from(i) + 0.5) / f64::from(N_ARROWS)
    }

    /// Fastest velocity on the grid of arrows, as shares of the axes.
    fn fastest(&self) -> f64 {
        let places = (0..N_ARROWS).flat_map(|row| (0..N_ARROWS).map(move |column| (row, column)));
        let speeds = places.map(|(row, column)| {
            let strengths = self.strengths([Self::arrow_share(column), Self::arrow_share(row)]);
            let [x, y] = self.shares(strengths, self.flow_at(strengths));
            x.hypot(y)
        });
        speeds.fold(0.0, f64::max)
    }

    fn flow_at(&self, strengths: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|i| {
            let law = &self.laws[i];
            law.flow_drift(strengths[i]) + law.decay_drift(strengths[i])
        })
    }

    /// A velocity in shares of the axes per unit time.
    fn shares(&self, strengths: [f64; 2], drift: [f64; 2]) -> [f64; 2] {
        let velocity = self.velocity(strengths, drift);
        let ranges = [self.picture.x.range, self.picture.y.range];
        [0, 1].map(|i| velocity[i] / (ranges[i].1 - ranges[i].0))
    }

    /// An arrow from strengths that move so fast: as long as the root of its speed, so that slow ones are seen too.
    fn arrow(&self, pen: Pen, strengths: [f64; 2], drift: [f64; 2], fastest: f64) -> Option<Arrow> {
        let from = self.place(strengths)?;
        let velocity = self.shares(strengths, drift);
        let speed = velocity[0].hypot(velocity[1]);
        if !(speed > 0.0 && speed.is_finite() && fastest > 0.0) {
            return None;
        }
        let length = LONGEST / f64::from(N_ARROWS) * (speed / fastest).sqrt();
        let ranges = [self.picture.x.range, self.picture.y.range];
        let to = [0, 1].map(|i| from[i] + velocity[i] / speed * length * (ranges[i].1 - ranges[i].0));
        Some(Arrow { pen, from, to })
    }

    fn flow(&mut self) {
        let fastest = self.fastest();
        for row in 0..N_ARROWS {
            for column in 0..N_ARROWS {
                let strengths = self.strengths([Self::arrow_share(column), Self::arrow_share(row)]);
                let arrow = self.arrow(Pen::of(Role::Flow), strengths, self.flow_at(strengths), fastest);
                self.picture.arrows.extend(arrow);
            }
        }
        let pen = Pen::of(Role::Flow);
        self.picture
            .explain("gradient flow, aligned and balanced", pen, Sign::Line);
        if self.options.law_ellipses {
            for row in 0..N_ELLIPSES {
                for column in 0..N_ELLIPSES {
                    let share = |i: u32| (f64::from(i) + 0.5) / f64::from(N_ELLIPSES);
                    let strengths = self.strengths([share(column), share(row)]);
                    let [first, second] = [0, 1].map(|i| self.laws[i].diffusion(strengths[i]));
                    // Aligned modes share no noise.
                    self.ellipse(Pen::of(Role::LawNoise), strengths, [first, 0.0, second]);
                }
            }
            let pen = Pen::of(Role::LawNoise);
            self.picture.explain("noise of the law", pen, Sign::Line);
        }
    }

    /// The members of the ensembles.
    fn cloud(&mut self) {
        for ensemble in &self.known.ensembles {
            let Some(members) = ensemble.members.filter(|_| self.options.until.is_none()) else {
                continue;
            };
            let [first, second] = self.pair.map(|mode| members.strengths.get(mode));
            let Some((first, second)) = first.zip(second) else {
                continue;
            };
            let stride = first.len().div_ceil(MOST_MEMBERS).max(1);
            let pairs = first.iter().zip(second).step_by(stride);
            let points: Vec<_> = pairs.filter_map(|(a, b)| self.place([*a, *b])).collect();
            let what = match ensemble.kind {
                EnsembleKind::ModeEquations => "mode equations",
                EnsembleKind::Replicas => "replicas",
            };
            let pen = Pen::of(Role::Ensemble(ensemble.kind));
            if points.is_empty() {
                continue;
            }
            self.picture.explain(what, pen, Sign::Area);
            self.picture.clouds.push(Cloud {
                name: what.to_owned(),
                pen,
                points,
            });
        }
    }

    /// The ways of kept runs, of companions and, on top, of the run.
    fn trails(&mut self) {
        let known = self.known;
        let columns = self
            .pair
            .map(|mode| known.schema.column(Quantity::Strength, mode));
        for kept in &known.kept {
            let columns = self
                .pair
                .map(|mode| KnownKeptRun::column(kept, Quantity::Strength, mode));
            let [Some(first), Some(second)] = columns else {
                continue;
            };
            let pen = Pen::of(Role::KeptRun);
            self.trail(
                kept.history,
                [first, second],
                format!("kept run {}", kept.label),
                pen,
            );
            self.picture.explain("kept runs", pen, Sign::Line);
        }
        for (i, trajectory) in known.trajectories.iter().enumerate().rev() {
            let role = super::drawing::role_of(i, trajectory.dynamics);
            let label = trajectory.dynamics.label();
            self.trail(trajectory.history, columns, label.to_owned(), Pen::of(role));
            self.picture.explain(label, Pen::of(role), Sign::Line);
        }
        for mode in self.pair {
            let Some(events) = known.modes.get(mode) else {
                continue;
            };
            let pen = Pen::of_mode(Role::Peak, mode);
            let peak = events.peak.map(|peak| {
                let shape = if peak.confirmed {
                    Shape::Peak
                } else {
                    Shape::PeakSoFar
                };
                (
                    Moment {
                        step: peak.step,
                        time: peak.time,
                    },
                    shape,
                    "noise peak",
                )
            });
            let learned = events.learned.map(|moment| (moment, Shape::Learned, "learned"));
            for (moment, shape, what) in peak.into_iter().chain(learned) {
                if self.options.until.is_some_and(|until| until.step < moment.step) {
                    continue;
                }
                let at = known
                    .trajectories
                    .first()
                    .and_then(|run| strengths_at(run.history, columns, moment));
                self.picture
                    .marks
                    .extend(at.and_then(|at| self.place(at)).map(|at| Mark {
                        name: format!("{what} of mode {}", mode + 1),
                        pen,
                        at,
                        shape,
                    }));
            }
        }
    }

    fn trail(&mut self, history: &History, [first, second]: [usize; 2], name: String, pen: Pen) {
        let levels = history.levels();
        let fits = |level: &&Level| level.n_buckets() <= MOST_BUCKETS;
        let Some(level) = levels.iter().find(fits).or(levels.last()) else {
            return;
        };
        let until = self
            .options
            .until
            .map_or(f64::INFINITY, |moment| moment.step as f64);
        let steps = level.column(crate::observables::Schema::STEP);
        let end = steps.partition_point(|bucket| bucket.first <= until);
        let ranges = [self.picture.x.range, self.picture.y.range];
        let mut trail = Trail::new(ranges.map(|(low, high)| high - low));
        for (a, b) in level.column(first)[..end]
            .iter()
            .zip(&level.column(second)[..end])
        {
            trail.push(self.place([a.last, b.last]).unwrap_or([f64::NAN; 2]));
        }
        self.picture
            .curves
            .push(Curve::through(trail.finish(), name, pen));
    }

    /// The dot, with the exact drift and noise of the weights there.
    fn present(&mut self) {
        let columns = self
            .pair
            .map(|mode| self.known.schema.column(Quantity::Strength, mode));
        let run = self.known.trajectories.first();
        let at = match self.options.until {
            Some(moment) => run.and_then(|run| strengths_at(run.history, columns, moment)),
            None => run.and_then(|run| Some([run.history.last(columns[0])?, run.history.last(columns[1])?])),
        };
        let Some(at) = at else { return };
        let state = self
            .known
            .network
            .filter(|state| state.pair == (self.pair[0], self.pair[1]))
            // While the network of another moment is found, nothing of it is told.
            .filter(|state| self.options.until.is_none_or(|until| until.step == state.step));
        if let Some(state) = state {
            let dynamics = state.dynamics;
            let pen = Pen::of(Role::Drift);
            let fastest = self.fastest();
            let arrow = self.arrow(pen, dynamics.strengths, dynamics.drift, fastest);
            if let Some(arrow) = arrow {
                self.picture.arrows.push(arrow);
                self.picture.explain("drift of the weights", pen, Sign::Arrow);
            }
            self.ellipse(Pen::of(Role::Noise), dynamics.strengths, dynamics.covariance);
            self.picture
                .explain("their noise", Pen::of(Role::Noise), Sign::Line);
        }
        self.picture.marks.extend(self.place(at).map(|at| Mark {
            name: "the run".to_owned(),
            pen: Pen::of(Role::Run),
            at,
            shape: Shape::Now,
        }));
    }

    /// An ellipse about strengths whose noise has these variances and covariance.
    fn ellipse(&mut self, pen: Pen, strengths: [f64; 2], [first, cross, second]: [f64; 3]) {
        let reference = self.laws.iter().filter_map(|law| {
            let peak = law.diffusion_peak().unwrap_or_else(|| law.scale_strength());
            let height = law.diffusion(peak) / law.scale_strength().powi(2);
            (height > 0.0 && height.is_finite()).then_some(height)
        });
        let reference = reference.fold(0.0, f64::max);
        let Some(middle) = self.place(strengths).filter(|_| reference > 0.0) else {
            return;
        };
        let ends = self.ends();
        // The root of the covariance, in units of where the modes end: (C + sqrt(det) 1) / sqrt(tr + 2 sqrt(det)).
        let [a, c, b] = [
            first / (ends[0] * ends[0]),
            cross / (ends[0] * ends[1]),
            second / (ends[1] * ends[1]),
        ]
        .map(|entry| entry / reference);
        let det = (a * b - c * c).max(0.0).sqrt();
        let trace = (a + b + 2.0 * det).sqrt();
        if !(trace > 0.0 && trace.is_finite()) {
            return;
        }
        let root = [(a + det) / trace, c / trace, (b + det) / trace];
        let widths = [self.picture.x.range, self.picture.y.range].map(|(low, high)| high - low);
        let points = (0..=N_ROUND).map(|i| {
            let (sine, cosine) = (std::f64::consts::TAU * f64::from(i) / f64::from(N_ROUND)).sin_cos();
            let away = [
                root[0] * cosine + root[1] * sine,
                root[1] * cosine + root[2] * sine,
            ];
            // Where strengths are laid out by their logarithm, noise counts relative to them.
            [0, 1].map(|i| {
                let relative = match self.scale {
                    Scale::Linear | Scale::Symlog => 1.0,
                    Scale::Log => (ends[i] / strengths[i]).min(1e3),
                };
                ELLIPSE.mul_add(widths[i] * away[i] * relative, middle[i])
            })
        });
        let name = "noise".to_owned();
        self.picture
            .curves
            .push(Curve::through(points.collect(), name, pen));
    }

    /// The saddles and the minimum, with their names.
    fn saddles(&mut self) {
        let [first, second] = self.ends();
        let points = [
            ([0.0, 0.0], Shape::Saddle, "saddle: nothing learned".to_owned()),
            (
                [first, 0.0],
                Shape::Saddle,
                format!("saddle: mode {} learned", self.pair[0] + 1),
            ),
            (
                [0.0, second],
                Shape::Saddle,
                format!("saddle: mode {} learned", self.pair[1] + 1),
            ),
            (
                [first, second],
                Shape::Minimum,
                "minimum: both learned".to_owned(),
            ),
        ];
        for (strengths, shape, name) in points {
            let ranges = [self.picture.x.range, self.picture.y.range];
            let at = match self.scale {
                Scale::Linear | Scale::Symlog => strengths.map(|strength| self.scale.position(strength)),
                // A strength of zero is at the edge of a logarithmic axis.
                Scale::Log => [0, 1].map(|i| {
                    let low = ranges[i].0;
                    if strengths[i] > 0.0 {
                        self.scale.position(strengths[i])
                    } else {
                        low
                    }
                }),
            };
            self.picture.marks.push(Mark {
                name,
                pen: Pen::of(Role::Saddle),
                at,
                shape,
            });
        }
        let at = [self.scale.position(first), self.scale.position(second)];
        self.picture.labels.push(Label {
            text: "minimum".to_owned(),
            at,
            side: Side::Above,
        });
    }
}

/// Strengths of two modes at a moment, from the finest rows there are.
fn strengths_at(history: &History, [first, second]: [usize; 2], moment: Moment) -> Option<[f64; 2]> {
    let level = history.finest();
    let bucket = history.bucket_at(crate::observables::Schema::STEP, moment.step as f64)?;
    Some([
        level.column(first).get(bucket)?.last,
        level.column(second).get(bucket)?.last,
    ])
}
