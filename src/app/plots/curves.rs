//! Curves ready to draw, gathered from the histories.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Color32, Context, Ui, Visuals};
use egui_plot::LineStyle;

use super::ribbon::Ribbons;
use super::scale::Scale;
use super::smoothing::smoothed;
use super::time_plot::GUTTER;
use crate::app::ghosts::Ghost;
use crate::app::run_data::RunData;
use crate::app::style::{self, LaneStyle};
use crate::app::view::{TimeScale, View};
use crate::history::{Cell, History, Pixels, Sight, Trace};
use crate::observables::Quantity;
use crate::simulation::{Crowd, CrowdKind, Statistic};
use crate::worker::RunState;

/// Seconds for which rows that are less than half a pixel wide may wait to be drawn.
const MOMENT: f64 = 0.1;

/// What the names of kept runs' curves begin with.
pub(crate) const GHOST_PREFIX: &str = "kept run ";

/// A curve in the coordinates of a plot (logarithms on a logarithmic axis), pixel by pixel.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) trace: Arc<Trace>,
    pub(crate) color: Color32,
    pub(crate) width: f32,
    pub(crate) line: LineStyle,
}

/// What a plot over time draws from, and how it is looked at.
pub(crate) struct Scene<'a> {
    pub(crate) run: &'a RunData,
    pub(crate) view: &'a mut View,
    pub(crate) traces: &'a mut TraceCache,
    /// Kept runs.
    pub(crate) ghosts: &'a [Ghost],
    /// Horizontal range in sight, as positions.
    pub(crate) x_range: (f64, f64),
    /// How thick lines and large letters are: 1 in the normal view.
    pub(crate) emphasis: f32,
    /// How many of strengths, diffusion and loss there is room for; the last carries the labels of the time axis.
    pub(crate) n_plots: usize,
}

/// An area between two curves, in the coordinates of a plot.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) name: String,
    pub(crate) xs: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) color: Color32,
}

/// Whose history a curve is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    Lane(usize),
    Crowd(usize),
    Ghost(usize),
}

/// Which curve a stored trace draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    source: Source,
    column: usize,
    scale: Scale,
}

/// What a stored trace was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stamp {
    run: u64,
    n_rows: u64,
    time: TimeScale,
    x_range: (f64, f64),
    n_pixels: usize,
    /// How far along the axis, in data units, the curve is moved.
    shift: f64,
}

/// What a trace would be made of now.
#[derive(Clone, Copy, Debug)]
struct Present {
    stamp: Stamp,
    /// Position of the last row.
    end: f64,
    /// Width of a pixel, as a position.
    pixel: f64,
    /// Seconds of the window's clock.
    at: f64,
    /// Whether more rows are to come.
    goes_on: bool,
}

/// A trace drawn before.
#[derive(Debug)]
struct KeptTrace {
    made_of: Stamp,
    /// Position of the last row then.
    end: f64,
    /// When that was, in seconds of the window's clock.
    at: f64,
    trace: Arc<Trace>,
}

impl KeptTrace {
    /// Whether it still shows what there is: the same, or less than half a pixel less for a moment.
    fn holds(&self, now: &Present) -> bool {
        let n_rows = self.made_of.n_rows;
        let has_grown = n_rows < now.stamp.n_rows && now.end - self.end < 0.5 * now.pixel;
        let is_recent = now.goes_on && (0.0..MOMENT).contains(&(now.at - self.at));
        (n_rows == now.stamp.n_rows || has_grown && is_recent)
            && self.made_of == Stamp { n_rows, ..now.stamp }
    }
}

/// The traces drawn last, one for every curve, so that a picture in which nothing moves is not gathered anew.
#[derive(Debug, Default)]
pub(crate) struct TraceCache {
    /// Pixels of every history in sight.
    pixels: HashMap<Source, (Stamp, Arc<Pixels>)>,
    traces: HashMap<Key, KeptTrace>,
    ribbons: Ribbons,
}

impl TraceCache {
    /// The ribbons that traces were drawn as.
    pub(super) fn ribbons(&self) -> Ribbons {
        self.ribbons.tidy();
        self.ribbons.clone()
    }
}

/// Gathers curves for one plot.
pub(crate) struct Gatherer<'a> {
    pub(crate) run: &'a RunData,
    pub(crate) view: &'a View,
    pub(crate) visuals: &'a Visuals,
    pub(crate) scale: Scale,
    /// Most rows that a pixel of any curve gathered so far stands for.
    pub(crate) n_rows_per_pixel: u64,
    context: &'a Context,
    traces: &'a mut TraceCache,
    ghosts: &'a [Ghost],
    x_range: (f64, f64),
    n_pixels: usize,
    emphasis: f32,
}

impl<'a> Gatherer<'a> {
    /// For the plot named `id`, whose vertical axis has the scale `usual` until a person switches it.
    pub(crate) fn new(ui: &'a Ui, scene: &'a mut Scene<'_>, id: &'static str, usual: Scale) -> Self {
        let scale = scene.view.scale(id, usual);
        let width = ui.available_width() - GUTTER * scene.emphasis;
        Self {
            run: scene.run,
            view: scene.view,
            visuals: ui.visuals(),
            scale,
            n_rows_per_pixel: 1,
            context: ui.ctx(),
            traces: scene.traces,
            ghosts: scene.ghosts,
            x_range: scene.x_range,
            emphasis: scene.emphasis,
            n_pixels: (width * ui.ctx().pixels_per_point()) as usize,
        }
    }

    /// Whether lines are thick and letters large.
    pub(crate) fn is_emphasised(&self) -> bool {
        self.emphasis > 1.0
    }

    /// The curve of one column of lane number `lane`; where curves are smoothed, the raw one faint with the smooth one over it.
    pub(crate) fn column(
        &mut self,
        lane: usize,
        column: usize,
        name: String,
        color: Color32,
        style: LaneStyle,
    ) -> Vec<Curve> {
        let trace = self.trace(Source::Lane(lane), column, 0.0);
        self.n_rows_per_pixel = self.n_rows_per_pixel.max(trace.n_rows_per_pixel);
        let raw = Curve {
            name,
            trace,
            color: color.gamma_multiply(style.opacity),
            width: style.width * self.emphasis,
            line: style.line,
        };
        if self.view.smoothing <= 0.0 {
            return vec![raw];
        }
        let pixel = (self.x_range.1 - self.x_range.0) / self.n_pixels.max(1) as f64;
        let points = smoothed(&raw.trace.cells, self.view.smoothing * pixel);
        let name = format!("{}, smoothed", raw.name);
        let smooth = Curve::through(points, name, color, style);
        let raw = Curve {
            color: raw.color.gamma_multiply(0.35),
            width: 1.0,
            ..raw
        };
        vec![raw, smooth]
    }

    /// The curves of a column of every kept run, at 35 % of the colour.
    pub(crate) fn ghosts(&mut self, column: impl Fn(&Ghost) -> Option<usize>, color: Color32) -> Vec<Curve> {
        let (run, time) = (self.run, self.view.time);
        let mut curves = Vec::new();
        for (i, ghost) in self.ghosts.iter().enumerate().filter(|(_, ghost)| ghost.is_shown) {
            let Some(column) = column(ghost) else { continue };
            let shift = ghost.shift(run, self.view.alignment, time.axis);
            curves.push(Curve {
                name: format!("{GHOST_PREFIX}{}", ghost.label),
                trace: self.trace(Source::Ghost(i), column, shift),
                color: color.gamma_multiply(0.35),
                width: 1.6 * self.emphasis,
                line: LineStyle::Solid,
            });
        }
        curves
    }

    fn trace(&mut self, source: Source, column: usize, shift: f64) -> Arc<Trace> {
        let history = self.history(source);
        let run = match source {
            Source::Lane(_) | Source::Crowd(_) => self.run.run,
            Source::Ghost(i) => self.ghosts[i].id,
        };
        let key = Key {
            source,
            column,
            scale: self.scale,
        };
        let time = self.view.time;
        let stamp = Stamp {
            run,
            n_rows: history.n_rows(),
            time,
            x_range: self.x_range,
            n_pixels: self.n_pixels,
            shift,
        };
        let now = Present {
            stamp,
            end: time.position(history.last(time.axis.column()).unwrap_or(0.0) + shift),
            pixel: (self.x_range.1 - self.x_range.0) / self.n_pixels.max(1) as f64,
            at: self.context.input(|input| input.time),
            goes_on: self.run.state == RunState::Running,
        };
        if let Some(kept) = self.traces.traces.get(&key)
            && kept.holds(&now)
        {
            if kept.made_of.n_rows < stamp.n_rows {
                self.context
                    .request_repaint_after(Duration::from_secs_f64(MOMENT));
            }
            return Arc::clone(&kept.trace);
        }
        let pixels = self.pixels(source, stamp);
        let mut drawn = pixels.trace(history, column);
        if shift != 0.0 || time.log {
            place(&mut drawn.cells, |x| time.position(x + shift));
        }
        if self.scale != Scale::Linear {
            lift(&mut drawn.cells, |y| self.scale.position(y));
        }
        let trace = Arc::new(drawn);
        let kept = KeptTrace {
            made_of: stamp,
            end: now.end,
            at: now.at,
            trace: Arc::clone(&trace),
        };
        self.traces.traces.insert(key, kept);
        trace
    }

    /// The pixels of a history for what the stamp says.
    fn pixels(&mut self, source: Source, stamp: Stamp) -> Arc<Pixels> {
        if let Some((made_of, pixels)) = self.traces.pixels.get(&source)
            && *made_of == stamp
        {
            return Arc::clone(pixels);
        }
        let (time, (low, high)) = (stamp.time, stamp.x_range);
        let sight = Sight {
            x_column: time.axis.column(),
            x_range: (time.value(low) - stamp.shift, time.value(high) - stamp.shift),
            spacing: time.spacing(),
            n_pixels: stamp.n_pixels,
        };
        let pixels = Arc::new(Pixels::new(self.history(source), &sight));
        self.traces.pixels.insert(source, (stamp, Arc::clone(&pixels)));
        pixels
    }

    fn history(&self, source: Source) -> &'a History {
        match source {
            Source::Lane(i) => &self.run.lanes[i].history,
            Source::Crowd(i) => &self.run.crowds[i].history,
            Source::Ghost(i) => &self.ghosts[i].history,
        }
    }

    /// The 10-90 % bands of every crowd, and the curves of their means.
    pub(crate) fn crowds(&mut self) -> (Vec<Band>, Vec<Curve>) {
        let (mut bands, mut means) = (Vec::new(), Vec::new());
        let run = self.run;
        let rank = run.rank();
        for (i, crowd) in run.crowds.iter().enumerate() {
            let what = match crowd.kind {
                CrowdKind::Ensemble => "scalar SDEs",
                CrowdKind::Replicas => "replicas",
            };
            for mode in 0..rank {
                let column = |statistic| Crowd::column(rank, statistic, mode);
                let low = self.trace(Source::Crowd(i), column(Statistic::Q10), 0.0);
                let high = self.trace(Source::Crowd(i), column(Statistic::Q90), 0.0);
                let color = style::mode_color(mode, self.visuals).gamma_multiply(self.view.opacity(mode));
                bands.push(Band {
                    name: format!("10\u{2013}90 % of {} {what}, mode {}", crowd.n_members, mode + 1),
                    xs: low.cells.iter().map(|cell| cell.first[0]).collect(),
                    low: low.cells.iter().map(|cell| cell.min).collect(),
                    high: high.cells.iter().map(|cell| cell.max).collect(),
                    color: color.gamma_multiply(match crowd.kind {
                        CrowdKind::Ensemble => 0.30,
                        CrowdKind::Replicas => 0.18,
                    }),
                });
                means.push(Curve {
                    name: format!("mean of {} {what}, mode {}", crowd.n_members, mode + 1),
                    trace: self.trace(Source::Crowd(i), column(Statistic::Mean), 0.0),
                    color: color.gamma_multiply(0.9),
                    width: 1.0,
                    line: LineStyle::Solid,
                });
            }
        }
        (bands, means)
    }

    /// A per-mode quantity of every mode and lane, the first lane last so that it lies on top.
    pub(crate) fn modes(&mut self, quantity: Quantity, label: &str) -> Vec<Curve> {
        let mut curves = Vec::new();
        let run = self.run;
        for (i, lane) in run.lanes.iter().enumerate().rev() {
            for mode in 0..run.rank() {
                let name = format!("{label} {} ({})", mode + 1, lane.dynamics.label());
                let style = style::lane_style(i, lane.dynamics, mode, style::ground(self.visuals));
                let column = run.schema.column(quantity, mode);
                let color = style::mode_color(mode, self.visuals).gamma_multiply(self.view.opacity(mode));
                curves.extend(self.column(i, column, name, color, style));
            }
        }
        curves
    }
}

/// Puts cells at the positions along the horizontal axis that belong to their places.
fn place(cells: &mut [Cell], position: impl Fn(f64) -> f64) {
    for cell in cells {
        cell.first[0] = position(cell.first[0]);
        cell.last[0] = position(cell.last[0]);
    }
}

/// Puts cells at the positions along the vertical axis that belong to their values.
fn lift(cells: &mut [Cell], position: impl Fn(f64) -> f64) {
    for cell in cells {
        cell.first[1] = position(cell.first[1]);
        cell.last[1] = position(cell.last[1]);
        cell.min = position(cell.min);
        cell.max = position(cell.max);
    }
}

impl Curve {
    /// A curve through points `[x, y]` in the coordinates of the plot.
    pub(crate) fn through(points: Vec<[f64; 2]>, name: String, color: Color32, style: LaneStyle) -> Self {
        let cell = |point: [f64; 2]| Cell {
            first: point,
            last: point,
            min: point[1],
            max: point[1],
        };
        Self {
            name,
            trace: Arc::new(Trace {
                cells: points.into_iter().map(cell).collect(),
                n_rows_per_pixel: 1,
            }),
            color: color.gamma_multiply(style.opacity),
            width: style.width,
            line: style.line,
        }
    }
}
