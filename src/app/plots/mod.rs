//! The plots. Each gathers curves from the run's histories and hands them to the shared frame, which owns axes, gutters and
//! interaction.

mod changes;
mod curves;
mod diffusion;
mod draw_curve;
mod end_labels;
mod histogram;
mod law;
mod legend;
mod loss;
mod marks;
mod polyline;
mod range;
mod ribbon;
mod ribbon_mesh;
mod scale;
mod smoothing;
mod strengths;
mod strip;
mod time_plot;
mod trace_cache;

use crate::lessons;

pub(super) use curves::Scene;
pub(super) use diffusion::diffusion_plot;
pub(super) use histogram::{Histogram, Predictions};
pub(super) use law::law_plot;
pub(super) use legend::{LegendStyle, legend};
pub(super) use loss::loss_plot;
pub(super) use range::{horizon, visible_range};
pub(super) use scale::Scale;
pub(super) use strengths::strengths_plot;
pub(super) use strip::{event_strip, strip_height};
pub(super) use time_plot::GUTTER;
pub(super) use trace_cache::TraceCache;

/// What a lesson calls a plot over time.
fn lesson_plot(id: &str) -> lessons::Plot {
    if id == strengths::ID {
        lessons::Plot::Strengths
    } else if id == diffusion::ID {
        lessons::Plot::Diffusion
    } else {
        lessons::Plot::Loss
    }
}

/// Scale that a plot over time has until a person switches it.
pub(super) fn usual_scale(id: &str) -> Scale {
    if id == strengths::ID {
        Scale::Linear
    } else {
        Scale::Log
    }
}
