//! Diffusion `D_k` of every mode strength over time, exact for the present weights, with the law of an aligned, balanced mode of
//! the same strength; or the diffusion along each of the student's own singular pairs, in the order of their values, for which no teacher is needed.

use super::drawing::{Drawing, OverTime};
use super::fading::Fading;
use super::marks::MarkedCurve;
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::experiment::Dynamics;
use crate::observables::Quantity;

/// Draws the diffusion of every mode. Gradient flow has no noise of its own and is left out beside another engine.
pub fn diffusion(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Diffusion);
    plot.fading = Fading::of_learned(plot.known, plot.options);
    let known = plot.known;
    let is_drawn = |i: usize, dynamics: Dynamics| i == 0 || dynamics != Dynamics::GradientFlow;
    let run = Pen::of_mode(Role::Run, 0);
    let own = plot.options.perspective.is_own();
    if own {
        "Diffusion of each of the student's own pairs".clone_into(&mut plot.picture.title);
        plot.picture
            .explain("exact, along the student's own pairs", run, Sign::Line);
        plot.kept_modes(Quantity::StudentDiffusion);
        plot.modes(
            Quantity::StudentDiffusion,
            "diffusion of the student's pair",
            is_drawn,
        );
    } else {
        plot.picture.explain("exact", run, Sign::Line);
        plot.kept_modes(Quantity::Diffusion);
        plot.modes(Quantity::Diffusion, "diffusion", is_drawn);
    }
    plot.explain_companions(is_drawn, Some(0));
    if plot.options.theory && !own && !known.trajectories.is_empty() {
        for mode in 0..known.rank() {
            let name = format!("diffusion law {} (aligned mode of this strength)", mode + 1);
            let pen = plot.pen(Role::Theory, mode);
            plot.column(0, known.schema.column(Quantity::DiffusionLaw, mode), name, pen);
        }
        let pen = Pen::of_mode(Role::Theory, 0);
        plot.picture
            .explain("law of an aligned, balanced mode", pen, Sign::Line);
    }
    plot.uprights(false);
    plot.marks(MarkedCurve::Diffusion);
    plot.number_peaks();
    plot.name_kept_runs();
    plot.finish()
}
