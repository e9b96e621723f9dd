//! Pictures as data: scales, ticks, labels, and one function a plot from what is [`Known`] of a run to a [`Picture`].
//!
//! Nothing here knows a screen or a file. The same picture is painted by the window and, by [`crate::figure`], on paper; what a live
//! run and a [`RecordedRun`] know is one structure, so a plot is described once and shown anywhere.
//!
//! A new plot is a [`PlotId`] and a function in a file of its own, called in [`pictures`].

mod alignment;
mod axis;
mod balance;
mod changes;
mod curve;
mod density;
mod diffusion;
mod drawing;
mod events;
mod fading;
mod hatching;
mod heat_map;
mod histogram;
mod kept_names;
mod known;
mod law;
mod law_bands;
mod layer_norms;
mod layer_ratios;
mod leaving;
mod look;
mod loss;
mod map;
mod map_view;
mod marks;
mod matrix;
mod matrix_kind;
mod options;
mod pen;
mod picture;
mod placing;
mod plane;
mod plot_id;
mod polyline;
mod recorded;
mod scale;
mod schedule;
mod smoothing;
mod strengths;
mod theory_curve;
mod ticks;
mod time_axis;
mod times;
mod trace_cache;
mod trail;

pub use alignment::alignment;
pub use axis::Axis;
pub use balance::balance;
pub use density::{densities, density};
pub use diffusion::diffusion;
pub use drawing::Drawing;
pub use events::{MOST_ROWS, events, lines_of_row, n_rows, places_in_row};
pub use hatching::hatch_lines;
pub use heat_map::{ColourMap, Hatch, HeatMap};
pub use histogram::{histogram, histograms};
pub use known::{
    Known, KnownEnsemble, KnownKeptRun, KnownTrajectory, RowsApart, SettledLaws, diverged_at, step_at,
};
pub use law::law;
pub use layer_norms::layer_norms;
pub use layer_ratios::layer_ratios;
pub use look::{Dashes, Look, Stroke};
pub use loss::loss;
pub use map::{MapColours, MapLine, MapSheet, map};
pub use map_view::{MapRange, MapView};
pub use matrix::{matrices_at_events, matrix};
pub use matrix_kind::{MatrixKind, MatrixOptions};
pub use options::{Options, Perspective, Room};
pub use pen::{LawBand, Pen, Presence, Role};
pub use picture::{
    Arrow, Band, Bar, Bracket, Cloud, Curve, Key, Label, Level, Mark, Picture, Row, Shape, Side, Sign,
    Upright,
};
pub use placing::{KeyLines, Name, Place, PlacedName, beside_bracket, place_names, spread, stack};
pub use plane::{law_in_plane, plane};
pub use plot_id::PlotId;
pub use polyline::{Stop, thinned};
pub use recorded::RecordedRun;
pub use scale::Scale;
pub use schedule::schedule;
pub use strengths::{level_names, strengths};
pub use theory_curve::TheoryCurve;
pub use ticks::Tick;
pub use time_axis::{TimeAxis, TimeScale};
pub use times::times;
pub use trace_cache::{MOMENT, TraceCache};

/// Draws a plot: one picture or, of histograms and densities, one a mode that has any.
pub fn pictures(plot: PlotId, drawing: &mut Drawing<'_>) -> Vec<Picture> {
    match plot {
        PlotId::Strengths => vec![strengths(drawing)],
        PlotId::Diffusion => vec![diffusion(drawing)],
        PlotId::Events => vec![events(drawing)],
        PlotId::Loss => vec![loss(drawing)],
        PlotId::Balance => vec![balance(drawing)],
        PlotId::LayerRatios => vec![layer_ratios(drawing)],
        PlotId::LayerNorms => vec![layer_norms(drawing)],
        PlotId::Alignment => vec![alignment(drawing)],
        PlotId::Schedule => vec![schedule(drawing)],
        PlotId::Law => vec![law(drawing)],
        PlotId::Histogram => histograms(drawing),
        PlotId::Matrix => vec![matrix(drawing)],
        PlotId::Plane => vec![plane(drawing)],
        PlotId::Density => densities(drawing),
        PlotId::Times => vec![times(drawing)],
        // Of many runs.
        PlotId::Map => Vec::new(),
    }
}
