//! The run in a plane of two modes: its way and those of companions and kept runs, the dot where it is, and the members of ensembles.

use super::Plane;
use crate::chart::known::KnownKeptRun;
use crate::chart::pen::{Pen, Role};
use crate::chart::picture::{Cloud, Curve, Mark, Shape, Sign};
use crate::chart::trail::Trail;
use crate::history::{History, Level};
use crate::observables::events::Moment;
use crate::observables::{Quantity, Schema};
use crate::simulation::EnsembleKind;

/// Buckets of the history that are read for a trail.
const MOST_BUCKETS: usize = 20_000;
/// Most points of a cloud that are drawn.
const MOST_MEMBERS: usize = 4096;

impl Plane<'_> {
    /// The members of the ensembles.
    pub(super) fn cloud(&mut self) {
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
    pub(super) fn trails(&mut self) {
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
            let role = crate::chart::drawing::role_of(i, trajectory.dynamics);
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
        let steps = level.column(Schema::STEP);
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
    pub(super) fn present(&mut self) {
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
            let arrow = self.arrow(pen, dynamics.strengths, dynamics.drift);
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
}

/// Strengths of two modes at a moment, from the finest rows there are.
fn strengths_at(history: &History, [first, second]: [usize; 2], moment: Moment) -> Option<[f64; 2]> {
    let level = history.finest();
    let bucket = history.bucket_at(Schema::STEP, moment.step as f64)?;
    Some([
        level.column(first).get(bucket)?.last,
        level.column(second).get(bucket)?.last,
    ])
}
