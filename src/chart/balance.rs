//! Balance of the layers over time: the imbalance `|W_{l+1}^T W_{l+1} - W_l W_l^T|_F` of every pair of neighbouring layers, zero for
//! balanced weights. Gradient flow conserves it; the noise of SGD and steps of finite size do not.

use super::drawing::{Drawing, OverTime, role_of};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::observables::Quantity;

/// Draws the imbalance of the run, pair by pair where there are several, of its companions and of kept runs, and the level that gradient
/// flow would keep.
pub fn balance(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Balance);
    let (known, column) = (plot.known, plot.known.schema.imbalance());
    plot.kept_runs(|i| known.kept[i].column(Quantity::Imbalance, 0), None);
    let n_pairs = known.schema.n_pairs();
    if n_pairs > 1 && !known.trajectories.is_empty() {
        for pair in 0..n_pairs {
            let name = format!("W{} and W{}", pair + 1, pair + 2);
            let pen = Pen::of(Role::Layer(pair));
            let column = known.schema.column(Quantity::PairImbalance, pair);
            plot.column(0, column, format!("imbalance of {name}"), pen);
            plot.picture.explain(name, pen, Sign::Line);
        }
        plot.picture.explain("all pairs", Pen::of(Role::Run), Sign::Line);
    } else {
        plot.picture.explain("student", Pen::of(Role::Run), Sign::Line);
    }
    for (i, trajectory) in known.trajectories.iter().enumerate().rev() {
        let name = format!("imbalance ({})", trajectory.dynamics.label());
        let pen = Pen::of(role_of(i, trajectory.dynamics));
        plot.column(i, column, name, pen);
    }
    plot.explain_companions(|_, _| true, None);
    let start = known.trajectories.first().and_then(|run| {
        let level = run.history.finest();
        level.column(column).first().map(|bucket| bucket.first)
    });
    if let (true, Some(start)) = (plot.options.theory, start) {
        let pen = Pen::of(Role::Saddle);
        plot.level(start, "at the start".to_owned(), pen);
        plot.picture
            .explain("start, kept by gradient flow", pen, Sign::Line);
    }
    plot.uprights(false);
    plot.finish()
}
