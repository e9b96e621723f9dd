//! Frobenius norm of every layer over time.

use super::drawing::{Drawing, OverTime};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::observables::Quantity;

/// Draws the norm of every layer.
pub fn layer_norms(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::LayerNorms);
    let known = plot.known;
    if !known.trajectories.is_empty() {
        for layer in 0..known.schema.depth() {
            let pen = Pen::of(Role::Layer(layer));
            let column = known.schema.column(Quantity::LayerNorm, layer);
            plot.column(0, column, format!("norm of W{}", layer + 1), pen);
            plot.picture.explain(format!("W{}", layer + 1), pen, Sign::Line);
        }
    }
    plot.uprights(false);
    plot.finish()
}
