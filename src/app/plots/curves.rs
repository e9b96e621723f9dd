//! Curves ready to draw, gathered from the histories.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::{Color32, Ui, Visuals};
use egui_plot::LineStyle;

use super::scale::Scale;
use crate::app::run_data::{LaneData, RunData};
use crate::app::style::{self, LaneStyle};
use crate::app::view::{TimeAxis, View};
use crate::history::{Cell, Trace, TraceRequest, trace};
use crate::observables::Quantity;

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
    /// Horizontal range in sight.
    pub(crate) x_range: (f64, f64),
}

/// Which curve a stored trace draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    lane: usize,
    column: usize,
    scale: Scale,
}

/// What a stored trace was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stamp {
    run: u64,
    n_rows: u64,
    axis: TimeAxis,
    x_range: (f64, f64),
    n_pixels: usize,
}

/// The traces drawn last, one for every curve, so that a picture in which nothing moves is not gathered anew.
#[derive(Debug, Default)]
pub(crate) struct TraceCache {
    traces: HashMap<Key, (Stamp, Arc<Trace>)>,
}

/// Gathers curves for one plot.
pub(crate) struct Gatherer<'a> {
    pub(crate) run: &'a RunData,
    pub(crate) view: &'a View,
    pub(crate) visuals: &'a Visuals,
    pub(crate) scale: Scale,
    /// Most rows that a pixel of any curve gathered so far stands for.
    pub(crate) n_rows_per_pixel: u64,
    traces: &'a mut TraceCache,
    x_range: (f64, f64),
    n_pixels: usize,
}

impl<'a> Gatherer<'a> {
    /// For the plot named `id`, whose vertical axis has the scale `usual` until a person toggles it.
    pub(crate) fn new(ui: &'a Ui, scene: &'a mut Scene<'_>, id: &'static str, usual: Scale) -> Self {
        let scale = if scene.view.toggled_scale.get(id).copied().unwrap_or(false) {
            usual.other()
        } else {
            usual
        };
        Self {
            run: scene.run,
            view: scene.view,
            visuals: ui.visuals(),
            scale,
            n_rows_per_pixel: 1,
            traces: scene.traces,
            x_range: scene.x_range,
            n_pixels: (ui.available_width() * ui.ctx().pixels_per_point()) as usize,
        }
    }

    /// The curve of one column of lane number `lane`.
    pub(crate) fn column(
        &mut self,
        lane: usize,
        column: usize,
        name: String,
        color: Color32,
        style: LaneStyle,
    ) -> Curve {
        let trace = self.trace(lane, column);
        self.n_rows_per_pixel = self.n_rows_per_pixel.max(trace.n_rows_per_pixel);
        Curve {
            name,
            trace,
            color: color.gamma_multiply(style.opacity),
            width: style.width,
            line: style.line,
        }
    }

    fn trace(&mut self, lane: usize, column: usize) -> Arc<Trace> {
        let LaneData { history, .. } = &self.run.lanes[lane];
        let key = Key {
            lane,
            column,
            scale: self.scale,
        };
        let stamp = Stamp {
            run: self.run.run,
            n_rows: history.n_rows(),
            axis: self.view.axis,
            x_range: self.x_range,
            n_pixels: self.n_pixels,
        };
        if let Some((made_of, trace)) = self.traces.traces.get(&key)
            && *made_of == stamp
        {
            return Arc::clone(trace);
        }
        let request = TraceRequest {
            x_column: self.view.axis.column(),
            y_column: column,
            x_range: self.x_range,
            n_pixels: self.n_pixels,
        };
        let mut drawn = trace(history, &request);
        if self.scale != Scale::Linear {
            drawn.cells.iter_mut().for_each(|cell| place(cell, self.scale));
        }
        let drawn = Arc::new(drawn);
        self.traces.traces.insert(key, (stamp, Arc::clone(&drawn)));
        drawn
    }

    /// A per-mode quantity of every mode and lane, the first lane last so that it lies on top.
    pub(crate) fn modes(&mut self, quantity: Quantity, label: &str) -> Vec<Curve> {
        let mut curves = Vec::new();
        let run = self.run;
        for (i, lane) in run.lanes.iter().enumerate().rev() {
            for mode in 0..run.rank() {
                let name = format!("{label} {} ({})", mode + 1, lane.engine.label());
                let style = style::lane_style(i, lane.engine, mode, style::ground(self.visuals));
                let column = run.schema.column(quantity, mode);
                curves.push(self.column(i, column, name, style::mode_color(mode, self.visuals), style));
            }
        }
        curves
    }
}

fn place(cell: &mut Cell, scale: Scale) {
    for point in [&mut cell.first, &mut cell.last, &mut cell.min, &mut cell.max] {
        point[1] = scale.position(point[1]);
    }
}
