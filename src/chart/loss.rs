//! Excess loss `1/2 |W - M|^2` over time, with the levels of the saddles: `1/2 sum_{a>k} m_a^2` once `k` modes are learned.
//!
//! One layer has no saddles. With weight decay the levels are those at the parameters in force at the end, learned modes being where the
//! decay lets them end; from three layers on zero is then stable, and the points are minima.

use super::drawing::{Drawing, OverTime, role_of};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::observables::Schema;
use crate::theory::{ModeLaw, rest_levels};

/// Draws the excess loss.
pub fn loss(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Loss);
    let known = plot.known;
    plot.picture.explain("student", Pen::of(Role::Run), Sign::Line);
    plot.kept_runs(|i| known.kept[i].excess_loss(), None);
    for (i, trajectory) in known.trajectories.iter().enumerate().rev() {
        let name = format!("excess loss ({})", trajectory.dynamics.label());
        let pen = Pen::of(role_of(i, trajectory.dynamics));
        plot.column(i, Schema::EXCESS_LOSS, name, pen);
    }
    plot.explain_companions(|_, _| true, None);
    if plot.options.theory && !plot.options.perspective.is_blind() {
        let live = known.live();
        let laws: Vec<ModeLaw> = (0..known.rank())
            .map(|mode| known.mode_law(mode, &live))
            .collect();
        let levels = rest_levels(&laws);
        let pen = Pen::of(Role::Saddle);
        // The last level is the minimum.
        for (n_learned, &value) in levels.iter().take(levels.len() - 1).enumerate() {
            plot.level(value, format!("{n_learned} learned"), pen);
        }
        if levels.len() > 1 {
            let zero_is_stable = { laws.first() }.is_some_and(|law| law.rest_points()[0].is_stable);
            let what = if zero_is_stable { "minima" } else { "saddles" };
            let key = format!("{what}, by number of modes learned");
            plot.picture.explain(key, pen, Sign::Line);
        }
    }
    plot.uprights(false);
    plot.finish()
}
