//! Curves ready to draw, gathered from the histories.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Color32, Context, Ui, Visuals};
use egui_plot::LineStyle;

use super::scale::Scale;
use super::smoothing::smoothed;
use super::time_plot::GUTTER;
use super::trace_cache::{Key, MOMENT, Present, Source, Stamp, TraceCache};
use crate::app::state::KeptRun;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style::{self, TrajectoryStyle};
use crate::history::{Cell, Trace};
use crate::observables::Quantity;
use crate::simulation::{Ensemble, EnsembleKind, Statistic};
use crate::worker::RunState;

/// What the names of kept runs' curves begin with.
pub(crate) const KEPT_RUN_PREFIX: &str = "kept run ";

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
    pub(crate) kept_runs: &'a [KeptRun],
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
    kept_runs: &'a [KeptRun],
    x_range: (f64, f64),
    n_pixels: usize,
    emphasis: f32,
}

impl<'a> Gatherer<'a> {
    /// For the plot named `id`, whose vertical axis has the scale `usual` until a person switches it.
    pub(crate) fn new(ui: &'a Ui, scene: &'a mut Scene<'_>, id: &'static str, usual: Scale) -> Self {
        let scale = scene.view.settings.scale(id, usual);
        let width = ui.available_width() - GUTTER * scene.emphasis;
        Self {
            run: scene.run,
            view: scene.view,
            visuals: ui.visuals(),
            scale,
            n_rows_per_pixel: 1,
            context: ui.ctx(),
            traces: scene.traces,
            kept_runs: scene.kept_runs,
            x_range: scene.x_range,
            emphasis: scene.emphasis,
            n_pixels: (width * ui.ctx().pixels_per_point()) as usize,
        }
    }

    /// Whether lines are thick and letters large.
    pub(crate) fn is_emphasised(&self) -> bool {
        self.emphasis > 1.0
    }

    /// The curve of one column of trajectory number `trajectory`; where curves are smoothed, the raw one faint with the smooth one over it.
    pub(crate) fn column(
        &mut self,
        trajectory: usize,
        column: usize,
        name: String,
        color: Color32,
        style: TrajectoryStyle,
    ) -> Vec<Curve> {
        let trace = self.trace(Source::Trajectory(trajectory), column, 0.0);
        self.n_rows_per_pixel = self.n_rows_per_pixel.max(trace.n_rows_per_pixel);
        let raw = Curve {
            name,
            trace,
            color: color.gamma_multiply(style.opacity),
            width: style.width * self.emphasis,
            line: style.line,
        };
        if self.view.settings.smoothing <= 0.0 {
            return vec![raw];
        }
        let pixel = (self.x_range.1 - self.x_range.0) / self.n_pixels.max(1) as f64;
        let points = smoothed(&raw.trace.cells, self.view.settings.smoothing * pixel);
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
    pub(crate) fn kept_runs(
        &mut self,
        column: impl Fn(&KeptRun) -> Option<usize>,
        color: Color32,
    ) -> Vec<Curve> {
        let (run, time) = (self.run, self.view.settings.time);
        let mut curves = Vec::new();
        for (i, kept_run) in self
            .kept_runs
            .iter()
            .enumerate()
            .filter(|(_, kept_run)| kept_run.is_shown)
        {
            let Some(column) = column(kept_run) else { continue };
            let shift = kept_run.shift(run, self.view.settings.alignment, time.axis);
            curves.push(Curve {
                name: format!("{KEPT_RUN_PREFIX}{}", kept_run.label),
                trace: self.trace(Source::KeptRun(i), column, shift),
                color: color.gamma_multiply(0.35),
                width: 1.6 * self.emphasis,
                line: LineStyle::Solid,
            });
        }
        curves
    }

    /// The trace of a column, moved along the axis by `shift` in data units.
    fn trace(&mut self, source: Source, column: usize, shift: f64) -> Arc<Trace> {
        let (run, history) = match source {
            Source::Trajectory(i) => (self.run.run, &self.run.trajectories[i].history),
            Source::Ensemble(i) => (self.run.run, &self.run.ensembles[i].history),
            Source::KeptRun(i) => (self.kept_runs[i].id, &self.kept_runs[i].history),
        };
        let key = Key {
            source,
            column,
            scale: self.scale,
        };
        let stamp = Stamp {
            run,
            n_rows: history.n_rows(),
            time: self.view.settings.time,
            x_range: self.x_range,
            n_pixels: self.n_pixels,
            shift,
        };
        let now = Present {
            stamp,
            end: stamp.end_of(history),
            at: self.context.input(|input| input.time),
            goes_on: self.run.state == RunState::Running,
        };
        let (trace, lags) = self.traces.trace(history, key, &now);
        if lags {
            self.context
                .request_repaint_after(Duration::from_secs_f64(MOMENT));
        }
        trace
    }

    /// The 10-90 % bands of every ensemble, and the curves of their means.
    pub(crate) fn ensembles(&mut self) -> (Vec<Band>, Vec<Curve>) {
        let (mut bands, mut means) = (Vec::new(), Vec::new());
        let run = self.run;
        let rank = run.rank();
        for (i, ensemble) in run.ensembles.iter().enumerate() {
            let what = match ensemble.kind {
                EnsembleKind::ModeEquations => "mode equations",
                EnsembleKind::Replicas => "replicas",
            };
            for mode in 0..rank {
                let column = |statistic| Ensemble::column(rank, statistic, mode);
                let low = self.trace(Source::Ensemble(i), column(Statistic::Q10), 0.0);
                let high = self.trace(Source::Ensemble(i), column(Statistic::Q90), 0.0);
                let color =
                    style::mode_color(mode, self.visuals).gamma_multiply(self.view.settings.opacity(mode));
                bands.push(Band {
                    name: format!(
                        "10\u{2013}90 % of {} {what}, mode {}",
                        ensemble.n_members,
                        mode + 1
                    ),
                    xs: low.cells.iter().map(|cell| cell.first[0]).collect(),
                    low: low.cells.iter().map(|cell| cell.min).collect(),
                    high: high.cells.iter().map(|cell| cell.max).collect(),
                    color: color.gamma_multiply(match ensemble.kind {
                        EnsembleKind::ModeEquations => 0.30,
                        EnsembleKind::Replicas => 0.18,
                    }),
                });
                means.push(Curve {
                    name: format!("mean of {} {what}, mode {}", ensemble.n_members, mode + 1),
                    trace: self.trace(Source::Ensemble(i), column(Statistic::Mean), 0.0),
                    color: color.gamma_multiply(0.9),
                    width: 1.0,
                    line: LineStyle::Solid,
                });
            }
        }
        (bands, means)
    }

    /// A per-mode quantity of every mode and trajectory, the first trajectory last so that it lies on top.
    pub(crate) fn modes(&mut self, quantity: Quantity, label: &str) -> Vec<Curve> {
        let mut curves = Vec::new();
        let run = self.run;
        for (i, trajectory) in run.trajectories.iter().enumerate().rev() {
            for mode in 0..run.rank() {
                let name = format!("{label} {} ({})", mode + 1, trajectory.dynamics.label());
                let style =
                    style::trajectory_style(i, trajectory.dynamics, mode, style::ground(self.visuals));
                let column = run.schema.column(quantity, mode);
                let color =
                    style::mode_color(mode, self.visuals).gamma_multiply(self.view.settings.opacity(mode));
                curves.extend(self.column(i, column, name, color, style));
            }
        }
        curves
    }
}

impl Curve {
    /// A curve through points `[x, y]` in the coordinates of the plot.
    pub(crate) fn through(
        points: Vec<[f64; 2]>,
        name: String,
        color: Color32,
        style: TrajectoryStyle,
    ) -> Self {
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
