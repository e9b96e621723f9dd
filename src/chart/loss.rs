//! Excess loss `1/2 |W - M|^2` over time, with the levels of the saddles: `1/2 sum_{a>k} m_a^2` once `k` modes are learned.

use super::drawing::{Drawing, OverTime, role_of};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::observables::Schema;
use crate::theory::plateau_levels;

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
        let levels = plateau_levels(known.teacher);
        let pen = Pen::of(Role::Saddle);
        // The last level is the minimum.
        for (n_learned, &value) in levels.iter().take(levels.len() - 1).enumerate() {
            plot.level(value, format!("{n_learned} learned"), pen);
        }
        plot.picture
            .explain("saddles, by number of modes learned", pen, Sign::Line);
    }
    plot.uprights(false);
    plot.finish()
}
