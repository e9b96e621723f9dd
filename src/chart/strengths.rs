//! Mode strengths `a_k = u_k^T W v_k` over time with the student's singular values, the teacher's strengths, and what theory
//! predicts for an aligned, balanced start.

use super::drawing::{Drawing, OverTime};
use super::known::Known;
use super::marks::MarkedCurve;
use super::pen::{Pen, Role};
use super::picture::{Curve, Mark, Picture, Shape, Sign};
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::experiment::{DataKind, Dynamics, InitScheme};
use crate::format::brief;
use crate::observables::Quantity;
use crate::theory::{least_learnable_weight, outer_damping};

/// Draws the mode strengths.
pub fn strengths(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Strengths);
    let (known, options) = (plot.known, plot.options);
    let run = Pen::of_mode(Role::Run, 0);
    if options.perspective.is_blind() {
        "The student's own singular values".clone_into(&mut plot.picture.title);
        plot.picture.explain("singular value", run, Sign::Line);
        plot.kept_modes(Quantity::SingularValue);
        plot.modes(Quantity::SingularValue, "singular value", |_, _| true);
        plot.explain_companions(|_, _| true, Some(0));
        plot.uprights(true);
        plot.marks(MarkedCurve::Strength);
        return plot.finish();
    }
    plot.picture.explain("mode strength", run, Sign::Line);
    // Singular values show only where they are something else than the strengths; theory lies on top.
    if options.singular_values {
        singular_values(&mut plot);
    }
    plot.picture
        .explain("teacher m", Pen::of_mode(Role::Teacher, 0), Sign::Line);
    if options.density {
        super::law_bands::law_bands(&mut plot);
    }
    plot.ensembles();
    plot.kept_modes(Quantity::Strength);
    plot.modes(Quantity::Strength, "mode strength", |_, _| true);
    plot.explain_companions(|_, _| true, Some(0));
    for (mode, &strength) in known.teacher.iter().enumerate() {
        let pen = plot.pen(Role::Teacher, mode);
        plot.level(strength, level_name(mode, strength), pen);
    }
    plot.uprights(true);
    plot.marks(MarkedCurve::Strength);
    if options.theory {
        theory(&mut plot);
        lost_below(&mut plot);
        locked_out_below(&mut plot);
    }
    plot.name_kept_runs();
    plot.finish()
}

/// The student's own singular values, which are ordered by size and have no mode's colour.
fn singular_values(plot: &mut OverTime<'_, '_>) {
    let pen = Pen::of(Role::SingularValue);
    if plot.known.trajectories.is_empty() {
        return;
    }
    for mode in 0..plot.known.rank() {
        let column = plot.known.schema.column(Quantity::SingularValue, mode);
        let presence = super::drawing::presence(plot.options, mode);
        let name = format!("student singular value {}", mode + 1);
        plot.column(0, column, name, Pen { presence, ..pen });
    }
    plot.picture.explain("singular values", pen, Sign::Line);
}

/// The curve of every mode from its size at the start, as if aligned and balanced, and where it is half learned. The curve is
/// left out where gradient flow from an aligned start is drawn, which is the same.
fn theory(plot: &mut OverTime<'_, '_>) {
    let (known, time, scale) = (plot.known, plot.options.time, plot.scale());
    let is_drawn = known.experiment.init.scheme == InitScheme::Aligned
        && known.experiment.data.kind == DataKind::Online
        && known
            .trajectories
            .iter()
            .any(|trajectory| trajectory.dynamics == Dynamics::GradientFlow);
    let role = if plot.options.theory_is_a_hint {
        Role::TheoryHint
    } else {
        Role::Theory
    };
    let end = time.value(plot.picture.x.range.1);
    for (mode, theory) in known.theory.iter().enumerate() {
        // A mode that starts at zero rests there.
        if theory.points.first().is_none_or(|point| point[1] <= 0.0) {
            continue;
        }
        if !is_drawn {
            let last = theory.points.last().copied().unwrap_or_default();
            // At rest from there on, to the edge.
            let rest = [end.max(known.now.time).max(last[0]), last[1]];
            let points = theory.points.iter().copied().chain([rest]);
            let points = points.map(|[t, s]| [known.place_at(time, t), scale.place(s).unwrap_or(f64::NAN)]);
            let name = format!("theory: mode {} if aligned and balanced", mode + 1);
            let curve = Curve::through(points.collect(), name, plot.pen(role, mode));
            plot.picture.curves.push(curve);
            plot.picture
                .explain("theory, if aligned", Pen::of_mode(role, 0), Sign::Line);
        }
        if let (Some(half_time), Some(y)) = (theory.half_time, scale.place(0.5 * theory.curve.end())) {
            plot.picture.marks.insert(
                0,
                Mark {
                    name: format!("theory: mode {} half learned", mode + 1),
                    pen: plot.pen(Role::Peak, mode),
                    at: [known.place_at(time, half_time), y],
                    shape: Shape::HalfTime,
                },
            );
        }
    }
}

/// The strength below which label noise makes the network lose a feature, where there is one.
fn lost_below(plot: &mut OverTime<'_, '_>) {
    let known = plot.known;
    let mut predictions = known.laws.modes.iter().flatten();
    let Some(balance) = predictions.find_map(|prediction| Some(&prediction.network.as_ref()?.balance)) else {
        return;
    };
    // In deeper networks a mode alone is never lost.
    if balance.shrinkage() > 0.0 && (balance.network().depth == 2 || known.rank() > 1) {
        let name = format!("lost below {}", brief(balance.shrinkage(), 3));
        let pen = Pen::of(Role::Saddle);
        plot.level(balance.shrinkage(), name, pen);
        plot.picture.explain("lost below", pen, Sign::Line);
    }
}

/// The strength from which each weak mode of three layers and more is learned in the noise of the stronger ones, as if all its layers
/// had one weight; it is near zero on a linear axis, and is drawn on the others.
fn locked_out_below(plot: &mut OverTime<'_, '_>) {
    let known = plot.known;
    let mut predictions = known.laws.modes.iter().flatten();
    let Some(balance) = predictions.find_map(|prediction| Some(&prediction.network.as_ref()?.balance)) else {
        return;
    };
    let network = balance.network();
    if plot.scale() == Scale::Linear {
        return;
    }
    for (mode, &strength) in known.teacher.iter().enumerate() {
        let damping = outer_damping(network, mode);
        let least = least_learnable_weight(network.depth, strength, damping).filter(|_| damping > 0.0);
        if let Some(least) = least.filter(|_| !balance.is_lost(mode)) {
            let level = least.powi(network.depth as i32);
            let name = format!("mode {}: locked out below {}", mode + 1, brief(level, 2));
            let pen = plot.pen(Role::Teacher, mode);
            plot.level(level, name, pen);
        }
    }
}

/// The longest names of levels that stand at the right of plots over time: those of the teacher's strengths.
pub fn level_names<'a>(known: &'a Known<'_>) -> impl Iterator<Item = String> + 'a {
    let strengths = known.teacher.iter().enumerate();
    strengths.map(|(mode, &strength)| level_name(mode, strength))
}

fn level_name(mode: usize, strength: f64) -> String {
    format!("mode {}, m = {}", mode + 1, brief(strength, 4))
}
