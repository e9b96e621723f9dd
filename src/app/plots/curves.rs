//! Curves ready to draw, gathered from the histories.

use eframe::egui::{Color32, Visuals};
use egui_plot::{LineStyle, PlotPoint};

use super::scale::Scale;
use crate::app::run_data::{LaneData, RunData};
use crate::app::style::{self, LaneStyle};
use crate::app::view::View;
use crate::history::{TraceRequest, trace};
use crate::observables::Quantity;

/// A polyline in the coordinates of a plot (logarithms on a logarithmic axis).
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) points: Vec<PlotPoint>,
    pub(crate) color: Color32,
    pub(crate) width: f32,
    pub(crate) line: LineStyle,
}

/// Gathers curves over one visible range.
#[derive(Clone, Copy)]
pub(crate) struct Gatherer<'a> {
    pub(crate) run: &'a RunData,
    pub(crate) view: &'a View,
    pub(crate) visuals: &'a Visuals,
    pub(crate) scale: Scale,
    pub(crate) x_range: (f64, f64),
    pub(crate) n_pixels: usize,
}

impl Gatherer<'_> {
    /// The curve of one column of a lane; also the number of rows a pixel stands for.
    pub(crate) fn column(
        &self,
        lane: &LaneData,
        column: usize,
        name: String,
        color: Color32,
        style: LaneStyle,
    ) -> (Curve, u64) {
        let request = TraceRequest {
            x_column: self.view.axis.column(),
            y_column: column,
            x_range: self.x_range,
            n_pixels: self.n_pixels,
        };
        let drawn = trace(&lane.history, &request);
        let points = drawn
            .points
            .iter()
            .map(|&[x, y]| PlotPoint::new(x, self.scale.position(y)))
            .collect();
        let color = color.gamma_multiply(style.opacity);
        (
            Curve {
                name,
                points,
                color,
                width: style.width,
                line: style.line,
            },
            drawn.n_rows_per_pixel,
        )
    }

    /// A per-mode quantity of every mode and lane, the first lane last so that it lies on top.
    pub(crate) fn modes(&self, quantity: Quantity, label: &str) -> (Vec<Curve>, u64) {
        let mut curves = Vec::new();
        let mut n_rows_per_pixel = 1;
        let ground = style::ground(self.visuals);
        for (i, lane) in self.run.lanes.iter().enumerate().rev() {
            for mode in 0..self.run.rank() {
                let name = format!("{label} {} ({})", mode + 1, lane.engine.label());
                let color = style::mode_color(mode, self.visuals);
                let style = style::lane_style(i, lane.engine, mode, ground);
                let (curve, n) =
                    self.column(lane, self.run.schema.column(quantity, mode), name, color, style);
                curves.push(curve);
                n_rows_per_pixel = n_rows_per_pixel.max(n);
            }
        }
        (curves, n_rows_per_pixel)
    }
}
