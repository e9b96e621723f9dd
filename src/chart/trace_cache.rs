//! Traces kept from picture to picture. One is rebuilt when what it was made of has changed; while the run goes on, rows
//! that are less than half a pixel wide may wait for a moment, so that pictures of a long run stand still between them.

use std::collections::HashMap;
use std::sync::Arc;

use nalgebra::DMatrix;

use super::matrix_kind::MatrixKind;
use super::scale::Scale;
use super::time_axis::TimeScale;
use crate::history::{Cell, History, Pixels, Sight, Trace};

/// Seconds for which rows that are less than half a pixel wide may wait to be drawn.
pub const MOMENT: f64 = 0.1;

/// Whose history a curve is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Trajectory(usize),
    Ensemble(usize),
    KeptRun(usize),
}

/// Which curve a stored trace draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) source: Source,
    pub(super) column: usize,
    pub(super) scale: Scale,
}

/// What a stored trace was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stamp {
    pub(super) run: u64,
    pub(super) n_rows: u64,
    pub(super) time: TimeScale,
    /// Positions at the edges.
    pub(super) x_range: (f64, f64),
    pub(super) n_pixels: usize,
    /// How far along the axis, in data units, the curve is moved.
    pub(super) shift: f64,
}

impl Stamp {
    /// Position of the last row of a history.
    pub(super) fn end_of(&self, history: &History) -> f64 {
        let last = history.last(self.time.axis.column()).unwrap_or(0.0);
        self.time.position(last + self.shift)
    }

    /// Width of a pixel, as a position.
    fn pixel(&self) -> f64 {
        (self.x_range.1 - self.x_range.0) / self.n_pixels.max(1) as f64
    }

    /// The part of a history that is in sight.
    fn sight(&self) -> Sight {
        let edge = |position: f64| self.time.value(position) - self.shift;
        Sight {
            x_column: self.time.axis.column(),
            x_range: (edge(self.x_range.0), edge(self.x_range.1)),
            spacing: self.time.spacing(),
            n_pixels: self.n_pixels,
        }
    }
}

/// What a trace would be made of now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present {
    pub(super) stamp: Stamp,
    /// Position of the last row.
    pub(super) end: f64,
    /// Seconds of the window's clock.
    pub(super) at: f64,
    /// Whether more rows are to come.
    pub(super) goes_on: bool,
}

/// A trace drawn before.
#[derive(Debug)]
struct KeptTrace {
    made_of: Stamp,
    /// Position of the last row then.
    end: f64,
    /// When that was, in seconds of the window's clock.
    at: f64,
    /// The frame in which it was drawn last.
    frame: u64,
    trace: Arc<Trace>,
}

impl KeptTrace {
    /// Whether it still shows what there is: the same, or less than half a pixel less for a moment.
    fn holds(&self, now: &Present) -> bool {
        let n_rows = self.made_of.n_rows;
        let has_grown = n_rows < now.stamp.n_rows && now.end - self.end < 0.5 * now.stamp.pixel();
        let is_recent = now.goes_on && (0.0..MOMENT).contains(&(now.at - self.at));
        (n_rows == now.stamp.n_rows || has_grown && is_recent)
            && self.made_of == Stamp { n_rows, ..now.stamp }
    }
}

/// The traces drawn last, one for every curve, so that a picture in which nothing moves is not rebuilt.
#[derive(Debug, Default)]
pub struct TraceCache {
    /// Pixels of every history in sight.
    pixels: HashMap<Source, (Stamp, Pixels)>,
    traces: HashMap<Key, KeptTrace>,
    /// Frames so far.
    frame: u64,
    /// The matrix drawn last, of which network, and when it was made.
    pub(super) matrix: Option<KeptMatrix>,
}

/// A matrix of a network.
#[derive(Clone, Debug)]
pub(super) struct KeptMatrix {
    /// Run, step and kind.
    pub(super) of: (u64, u64, MatrixKind),
    /// Seconds of the clock at which it was made.
    pub(super) at: f64,
    pub(super) entries: Arc<DMatrix<f64>>,
}

impl TraceCache {
    /// Begins a frame: forgets the traces that the last one did not draw, of which there would be more and more.
    pub fn begin_frame(&mut self) {
        let last = self.frame;
        self.traces.retain(|_, kept| kept.frame == last);
        self.frame += 1;
    }

    /// The trace of a column of a history, in the coordinates of the plot, and whether it lags behind the rows.
    pub(super) fn trace(&mut self, history: &History, key: Key, now: &Present) -> (Arc<Trace>, bool) {
        if let Some(kept) = self.traces.get_mut(&key)
            && kept.holds(now)
        {
            kept.frame = self.frame;
            let lags = kept.made_of.n_rows < now.stamp.n_rows;
            return (Arc::clone(&kept.trace), lags);
        }
        let (time, shift) = (now.stamp.time, now.stamp.shift);
        let mut drawn = self
            .pixels(history, key.source, now.stamp)
            .trace(history, key.column);
        if shift != 0.0 || time.log {
            place(&mut drawn.cells, |x| time.position(x + shift));
        }
        if key.scale != Scale::Linear {
            lift(&mut drawn.cells, key.scale);
        }
        let trace = Arc::new(drawn);
        let kept = KeptTrace {
            made_of: now.stamp,
            end: now.end,
            at: now.at,
            frame: self.frame,
            trace: Arc::clone(&trace),
        };
        self.traces.insert(key, kept);
        (trace, false)
    }

    /// The pixels of a history for what the stamp says.
    fn pixels(&mut self, history: &History, source: Source, stamp: Stamp) -> &Pixels {
        let found = || (stamp, Pixels::new(history, &stamp.sight()));
        let (made_of, pixels) = self.pixels.entry(source).or_insert_with(found);
        if *made_of != stamp {
            (*made_of, *pixels) = found();
        }
        pixels
    }
}

/// Puts cells at the positions along the horizontal axis that belong to their places.
fn place(cells: &mut [Cell], position: impl Fn(f64) -> f64) {
    for cell in cells {
        cell.first[0] = position(cell.first[0]);
        cell.last[0] = position(cell.last[0]);
    }
}

/// Puts cells at the positions along the vertical axis that belong to their values. A cell of which no value has a place there
/// becomes a gap.
fn lift(cells: &mut [Cell], scale: Scale) {
    for cell in cells {
        if scale == Scale::Log && cell.max <= 0.0 {
            (cell.first[1], cell.last[1]) = (f64::NAN, f64::NAN);
            (cell.min, cell.max) = (f64::NAN, f64::NAN);
            continue;
        }
        cell.first[1] = scale.position(cell.first[1]);
        cell.last[1] = scale.position(cell.last[1]);
        cell.min = scale.position(cell.min);
        cell.max = scale.position(cell.max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::TimeAxis;
    use crate::observables::Schema;

    /// A column beside those of the shared axis.
    const VALUE: usize = 2;

    /// A history of so many rows, the last of which is a spike.
    fn history(n_rows: u32) -> History {
        let mut history = History::new(3, 0);
        for i in 0..n_rows {
            let mut row = [0.0; 3];
            row[Schema::STEP] = f64::from(i);
            row[VALUE] = if i + 1 == n_rows { 100.0 } else { 1.0 };
            history.extend(&row);
        }
        history
    }

    fn present(history: &History, at: f64, goes_on: bool) -> Present {
        let stamp = Stamp {
            run: 1,
            n_rows: history.n_rows(),
            time: TimeScale {
                axis: TimeAxis::Steps,
                log: false,
            },
            x_range: (0.0, 10_000.0),
            n_pixels: 100,
            shift: 0.0,
        };
        Present {
            stamp,
            end: stamp.end_of(history),
            at,
            goes_on,
        }
    }

    const KEY: Key = Key {
        source: Source::Trajectory(0),
        column: VALUE,
        scale: Scale::Linear,
    };

    /// Greatest value drawn, and whether the trace lags.
    fn drawn(cache: &mut TraceCache, history: &History, now: &Present) -> (f64, bool) {
        let (trace, lags) = cache.trace(history, KEY, now);
        (trace.cells.iter().map(|cell| cell.max).fold(0.0, f64::max), lags)
    }

    /// A cache that has drawn 5000 rows, the last of them no spike, at second 1.
    fn cache() -> TraceCache {
        let mut cache = TraceCache::default();
        let mut calm = History::new(3, 0);
        for i in 0..5000 {
            calm.extend(&[f64::from(i), 0.0, 1.0]);
        }
        let (greatest, lags) = drawn(&mut cache, &calm, &present(&calm, 1.0, true));
        assert!(greatest < 2.0 && !lags);
        cache
    }

    #[test]
    fn what_is_drawn_no_more_is_forgotten() {
        let history = history(5000);
        let now = present(&history, 1.0, false);
        let mut cache = TraceCache::default();
        let other = Key {
            scale: Scale::Symlog,
            ..KEY
        };
        let first = cache.trace(&history, KEY, &now).0;
        let second = cache.trace(&history, other, &now).0;
        for _ in 0..3 {
            cache.begin_frame();
            assert!(Arc::ptr_eq(&cache.trace(&history, KEY, &now).0, &first));
        }
        // One here and one in the cache; the other one only here.
        assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (2, 1));
    }

    #[test]
    fn a_row_waits_for_a_moment_at_most_and_only_while_the_run_goes_on() {
        // A pixel is a hundred steps wide.
        let near = history(5010);
        let spike = |(greatest, lags): (f64, bool)| greatest > 99.0 && !lags;
        assert!(!spike(drawn(&mut cache(), &near, &present(&near, 1.05, true))));
        assert!(drawn(&mut cache(), &near, &present(&near, 1.05, true)).1);
        assert!(
            spike(drawn(&mut cache(), &near, &present(&near, 1.2, true))),
            "later"
        );
        assert!(
            spike(drawn(&mut cache(), &near, &present(&near, 1.05, false))),
            "halted"
        );
        assert!(
            spike(drawn(&mut cache(), &near, &present(&near, 0.5, true))),
            "a clock set back"
        );
        let far = history(5080);
        assert!(
            spike(drawn(&mut cache(), &far, &present(&far, 1.05, true))),
            "most of a pixel"
        );
    }

    #[test]
    fn values_without_a_logarithm_make_gaps() {
        let mut history = History::new(3, 0);
        for (step, value) in [(0.0, 10.0), (2500.0, 0.0), (5000.0, -1.0), (7500.0, 100.0)] {
            history.extend(&[step, 0.0, value]);
        }
        let key = Key {
            scale: Scale::Log,
            ..KEY
        };
        let (trace, _) = TraceCache::default().trace(&history, key, &present(&history, 0.0, false));
        let gaps: Vec<bool> = trace.cells.iter().map(|cell| cell.max.is_nan()).collect();
        assert_eq!(gaps, [false, true, true, false]);
    }

    #[test]
    fn a_trace_is_rebuilt_for_anything_else() {
        let near = history(5010);
        let now = present(&near, 1.05, true);
        let others = [
            Stamp { run: 2, ..now.stamp },
            Stamp {
                n_pixels: 101,
                ..now.stamp
            },
            Stamp {
                x_range: (0.0, 10_001.0),
                ..now.stamp
            },
            Stamp {
                shift: 1.0,
                ..now.stamp
            },
        ];
        for stamp in others {
            let (greatest, lags) = drawn(&mut cache(), &near, &Present { stamp, ..now });
            assert!(greatest > 99.0 && !lags, "{stamp:?}");
        }
        // A run taken back has fewer rows.
        let fewer = history(4990);
        assert!(drawn(&mut cache(), &fewer, &present(&fewer, 1.05, true)).0 > 99.0);
    }
}
