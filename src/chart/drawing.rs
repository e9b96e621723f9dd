//! Gathers what a picture over time is made of: curves from the histories, with the ranges of its axes. Marks and lines at events
//! stand in `marks`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::axis::Axis;
use super::fading::Fading;
use super::known::Known;
use super::leaving::Leaving;
use super::options::{Options, Room};
use super::pen::{Pen, Presence, Role};
use super::picture::{Band, Curve, Level, Picture, Sign};
use super::plot_id::PlotId;
use super::scale::Scale;
use super::smoothing::smoothed;
use super::trace_cache::{Key, Present, Source, Stamp, TraceCache};
use crate::experiment::Dynamics;
use crate::history::{History, Trace};
use crate::observables::Quantity;
use crate::simulation::{Ensemble, EnsembleKind, Statistic};

/// What pictures are drawn from.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// What is known of the run.
    pub known: &'a Known<'a>,
    /// What of it is drawn.
    pub options: &'a Options,
    /// The room there is.
    pub room: Room,
    /// Traces drawn before.
    pub traces: &'a mut TraceCache,
}

/// A picture over time while it is being made.
pub(super) struct OverTime<'a, 'd> {
    pub(super) known: &'a Known<'a>,
    pub(super) options: &'a Options,
    pub(super) picture: Picture,
    room: Room,
    traces: &'d mut TraceCache,
    /// Positions at which trajectories and kept runs leave every scale, if they do.
    pub(super) left: Leaving,
    /// The same of every curve that does, by its place among the curves.
    ends: BTreeMap<usize, f64>,
    /// Positions from which the curves of modes fade, if they do.
    pub(super) fading: Fading,
}

impl<'a, 'd> OverTime<'a, 'd> {
    /// An empty picture over the time that is to be shown.
    pub(super) fn new(drawing: &'d mut Drawing<'a>, plot: PlotId) -> Self {
        let (known, options, room) = (drawing.known, drawing.options, drawing.room);
        let range = options.x_range.unwrap_or_else(|| whole_run(known, options));
        let x = Axis::new(
            options.time.axis.title(),
            options.time.scale(),
            range,
            room.ticks_across(),
        );
        let y = Axis::new(plot.axis_title(), options.scale(plot), (0.0, 1.0), 0);
        Self {
            known,
            options,
            picture: Picture::new(plot, x, y),
            room,
            traces: drawing.traces,
            left: Leaving::new(known, options.time),
            ends: BTreeMap::new(),
            fading: Fading::default(),
        }
    }

    /// Scale of the axis upwards.
    pub(super) fn scale(&self) -> Scale {
        self.picture.y.scale
    }

    /// A pen for a mode, faint while another one is looked at.
    pub(super) fn pen(&self, role: Role, mode: usize) -> Pen {
        Pen {
            presence: presence(self.options, mode),
            ..Pen::of_mode(role, mode)
        }
    }

    /// The curve of one column of a trajectory; where curves are smoothed, the raw one faint with the smooth one over it.
    pub(super) fn column(&mut self, trajectory: usize, column: usize, name: String, pen: Pen) {
        let source = Source::Trajectory(trajectory);
        let trace = self.trace(source, column, 0.0);
        self.picture.n_rows_per_pixel = self.picture.n_rows_per_pixel.max(trace.n_rows_per_pixel);
        if self.options.smoothing <= 0.0 {
            self.push(name, pen, trace, source);
            return;
        }
        let points = smoothed(&trace.cells, self.options.smoothing);
        let presence = match pen.presence {
            Presence::Full | Presence::UnderSmoothed => Presence::UnderSmoothed,
            Presence::Faded | Presence::Faint => pen.presence,
        };
        let raw = Pen { presence, ..pen };
        let smooth = format!("{name}, smoothed");
        self.push(name, raw, trace, source);
        let smooth = Curve::through(points, smooth, pen);
        self.push(smooth.name, pen, smooth.trace, source);
    }

    /// A per-mode quantity of every mode of every trajectory, the run itself last so that it lies on top. The trajectories that
    /// `is_drawn` leaves out are not drawn.
    pub(super) fn modes(
        &mut self,
        quantity: Quantity,
        label: &str,
        is_drawn: impl Fn(usize, Dynamics) -> bool,
    ) {
        let known = self.known;
        for (i, trajectory) in known.trajectories.iter().enumerate().rev() {
            if !is_drawn(i, trajectory.dynamics) {
                continue;
            }
            for mode in 0..known.rank() {
                let name = format!("{label} {} ({})", mode + 1, trajectory.dynamics.label());
                let pen = self.pen(role_of(i, trajectory.dynamics), mode);
                self.column(i, known.schema.column(quantity, mode), name, pen);
            }
        }
    }

    /// Keys of the companions that are drawn.
    pub(super) fn explain_companions(
        &mut self,
        is_drawn: impl Fn(usize, Dynamics) -> bool,
        mode: Option<usize>,
    ) {
        for (i, trajectory) in self.known.trajectories.iter().enumerate().skip(1) {
            if is_drawn(i, trajectory.dynamics) {
                let pen = Pen {
                    mode,
                    ..Pen::of(Role::Companion(trajectory.dynamics))
                };
                self.picture.explain(trajectory.dynamics.label(), pen, Sign::Line);
            }
        }
    }

    /// A curve of every kept run, from the column that it gives.
    pub(super) fn kept_runs(&mut self, column: impl Fn(usize) -> Option<usize>, mode: Option<usize>) {
        let known = self.known;
        let pen = match mode {
            Some(mode) => self.pen(Role::KeptRun, mode),
            None => Pen::of(Role::KeptRun),
        };
        for (i, kept) in known.kept.iter().enumerate() {
            let Some(column) = column(i) else { continue };
            let trace = self.trace(Source::KeptRun(i), column, kept.shift);
            let name = format!("kept run {}", kept.label);
            self.push(name, pen, trace, Source::KeptRun(i));
            self.picture.explain(
                "kept runs",
                Pen {
                    presence: Presence::Full,
                    ..pen
                },
                Sign::Line,
            );
        }
    }

    /// A per-mode quantity of every kept run.
    pub(super) fn kept_modes(&mut self, quantity: Quantity) {
        let known = self.known;
        for mode in 0..known.rank() {
            self.kept_runs(|i| known.kept[i].column(quantity, mode), Some(mode));
        }
    }

    /// The 10-90 % bands of every ensemble, and the curves of their means.
    pub(super) fn ensembles(&mut self) {
        let known = self.known;
        let rank = known.rank();
        for (i, ensemble) in known.ensembles.iter().enumerate() {
            let what = format!(
                "{} {}",
                crate::format::grouped(ensemble.n_members as u64),
                name_of(ensemble.kind)
            );
            for mode in 0..rank {
                let column = |statistic| Ensemble::column(rank, statistic, mode);
                let low = self.trace(Source::Ensemble(i), column(Statistic::Q10), 0.0);
                let high = self.trace(Source::Ensemble(i), column(Statistic::Q90), 0.0);
                let pen = self.pen(Role::Ensemble(ensemble.kind), mode);
                let name = format!("10\u{2013}90 % of {what}, mode {}", mode + 1);
                self.picture.bands.extend(Band::between(name, pen, &low, &high));
                let pen = self.pen(Role::EnsembleMean(ensemble.kind), mode);
                let name = format!("mean of {what}, mode {}", mode + 1);
                let trace = self.trace(Source::Ensemble(i), column(Statistic::Mean), 0.0);
                self.push(name, pen, trace, Source::Ensemble(i));
            }
            let pen = Pen::of_mode(Role::Ensemble(ensemble.kind), 0);
            self.picture
                .explain(format!("10\u{2013}90 % of {what}"), pen, Sign::Area);
        }
    }

    /// Adds a curve, which counts for the range of the axis as far as its run is readable.
    fn push(&mut self, name: String, pen: Pen, trace: Arc<Trace>, source: Source) {
        if let Some(end) = self.left.of(source) {
            self.ends.insert(self.picture.curves.len(), end);
        }
        self.picture.curves.push(Curve {
            name,
            pen,
            trace,
            fades_from: pen.mode.and_then(|mode| self.fading.of(source, mode)),
        });
    }

    /// Position up to which a curve is readable.
    pub(super) fn end_of(&self, curve: usize) -> f64 {
        self.ends.get(&curve).copied().unwrap_or(f64::INFINITY)
    }

    /// Adds a level, if it has a place on the axis.
    pub(super) fn level(&mut self, value: f64, label: String, pen: Pen) {
        if let Some(y) = self.scale().place(value) {
            self.picture.levels.push(Level { pen, y, label });
        }
    }

    /// The picture, with the range and the ticks of its axis upwards and with the keys of its marks.
    pub(super) fn finish(mut self) -> Picture {
        let range = self.options.y_ranges.get(&self.picture.id).copied();
        let range = range.unwrap_or_else(|| self.automatic_range());
        let y = &self.picture.y;
        self.picture.y = Axis::new(y.title.clone(), y.scale, range, self.room.ticks_upwards());
        self.picture.explain_marks();
        self.picture
    }

    /// The least and the greatest position of every curve that is in sight, as far as its run is readable. What has faded counts
    /// only where nothing else is in sight, or at its end, where label noise keeps it from fading to nothing.
    fn reach_of_curves(&self) -> Vec<f64> {
        let (low, high) = self.picture.x.range;
        let has_noise = self.known.live().label_noise_std > 0.0;
        let reach = |with_faded: bool| {
            let mut found = Vec::with_capacity(2 * self.picture.curves.len());
            for (i, curve) in self.picture.curves.iter().enumerate() {
                let cells = &curve.trace.cells;
                let readable = high.min(self.end_of(i));
                let fades_from = curve.fades_from.filter(|_| !with_faded);
                let high = readable.min(fades_from.unwrap_or(f64::INFINITY));
                // Cells stand from left to right; those beyond the edges only lead the curve there.
                let begin = cells.partition_point(|cell| cell.last[0] < low);
                let end = cells.partition_point(|cell| cell.first[0] <= high).max(begin);
                let nothing = (f64::INFINITY, f64::NEG_INFINITY);
                let (least, greatest) = cells[begin..end].iter().fold(nothing, |(least, greatest), cell| {
                    (least.min(cell.min), greatest.max(cell.max))
                });
                if least <= greatest {
                    found.extend([least, greatest]);
                }
                let in_sight = cells.partition_point(|cell| cell.first[0] <= readable);
                let last = cells[..in_sight].last().filter(|last| last.min <= last.max);
                if let (true, Some(last)) = (has_noise && in_sight > end, last) {
                    found.extend([last.min, last.max]);
                }
            }
            found
        };
        let of_stories = reach(false);
        if of_stories.is_empty() {
            reach(true)
        } else {
            of_stories
        }
    }

    /// The range that shows every level, mark, curve and band as far as it is in sight and its run readable.
    fn automatic_range(&self) -> (f64, f64) {
        let picture = &self.picture;
        let (low, high) = picture.x.range;
        let curves = self.reach_of_curves().into_iter();
        let of_run = self.left.trajectories.first().copied().flatten();
        let high = high.min(of_run.unwrap_or(f64::INFINITY));
        let floor = picture.bands.iter().flat_map(|band| {
            let inside = |x: &f64| (low..=high).contains(x);
            let ends = band.xs.iter().zip(band.low.iter().zip(&band.high));
            { ends }
                .filter(move |(x, _)| inside(x))
                .flat_map(|(_, (&low, &high))| [low, high])
        });
        let levels = picture.levels.iter().map(|level| level.y);
        let marks = picture
            .marks
            .iter()
            .filter(|mark| (low..=high).contains(&mark.at[0]))
            .map(|mark| mark.at[1]);
        picture
            .y
            .scale
            .range_of(curves.chain(floor).chain(levels).chain(marks))
    }

    /// The trace of a column, moved along the axis by `shift` in data units.
    fn trace(&mut self, source: Source, column: usize, shift: f64) -> Arc<Trace> {
        let known = self.known;
        let (run, history) = match source {
            Source::Trajectory(i) => (known.run, known.trajectories[i].history),
            Source::Ensemble(i) => (known.run, known.ensembles[i].history),
            Source::KeptRun(i) => (known.kept[i].id, known.kept[i].history),
        };
        let key = Key {
            source,
            column,
            scale: self.scale(),
        };
        let stamp = Stamp {
            run,
            n_rows: history.n_rows(),
            time: self.options.time,
            x_range: self.picture.x.range,
            n_pixels: self.room.n_pixels(),
            shift,
        };
        let now = Present {
            stamp,
            end: stamp.end_of(history),
            at: self.room.clock,
            goes_on: known.goes_on,
        };
        let (trace, lags) = self.traces.trace(history, key, &now);
        self.picture.lags |= lags;
        trace
    }
}

/// What a trajectory is drawn as.
pub(super) fn role_of(trajectory: usize, dynamics: Dynamics) -> Role {
    if trajectory == 0 {
        Role::Run
    } else {
        Role::Companion(dynamics)
    }
}

/// How much of a mode is shown.
pub(super) fn presence(options: &Options, mode: usize) -> Presence {
    match options.solo {
        Some(solo) if solo != mode => Presence::Faint,
        Some(_) | None => Presence::Full,
    }
}

fn name_of(kind: EnsembleKind) -> &'static str {
    match kind {
        EnsembleKind::ModeEquations => "mode equations",
        EnsembleKind::Replicas => "replicas",
    }
}

/// Positions of the first and the last row; never empty.
fn whole_run(known: &Known<'_>, options: &Options) -> (f64, f64) {
    let column = options.time.axis.column();
    let first_on_axis = |history: &History| {
        let mut firsts = history.finest().column(column).iter().map(|bucket| bucket.first);
        firsts.find(|&first| !options.time.log || first > 0.0)
    };
    let Some(history) = known.trajectories.first().map(|trajectory| trajectory.history) else {
        return (0.0, 1.0);
    };
    let start = options.time.position(first_on_axis(history).unwrap_or(0.0));
    let end = options.time.position(history.last(column).unwrap_or(0.0));
    if end > start {
        (start, end)
    } else {
        (start, start + 1.0)
    }
}
