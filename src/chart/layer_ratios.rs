//! Balance of every mode over time: how many times larger it is in layer `l + 1` than in layer `l`, 1 for balanced weights, and where
//! label noise takes it, the noise balance (beyond the paper: [`crate::theory::NoiseBalance`]).

use super::drawing::{Drawing, OverTime};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;

/// Draws the ratios of neighbouring layers, mode by mode, with the levels of the noise balance.
pub fn layer_ratios(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::LayerRatios);
    let known = plot.known;
    let n_pairs = known.schema.n_pairs();
    if n_pairs == 0 {
        plot.picture.note = Some("a single layer has no balance".to_owned());
        return plot.finish();
    }
    let laws = known.laws.modes.iter().flatten();
    let balance = { laws }.find_map(|law| Some(&law.network.as_ref()?.balance));
    for pair in 0..n_pairs {
        let layers = format!("W{} / W{}", pair + 2, pair + 1);
        plot.picture
            .explain(layers.clone(), Pen::of_mode(Role::Layer(pair), 0), Sign::Line);
        for mode in 0..known.rank() {
            plot.kept_runs(|i| known.kept[i].balance_ratio(pair, mode), Some(mode));
            let pen = plot.pen(Role::Layer(pair), mode);
            if !known.trajectories.is_empty() {
                let column = known.schema.balance_ratio(pair, mode);
                plot.column(0, column, format!("{layers} of mode {}", mode + 1), pen);
            }
            let target = balance.and_then(|balance| balance.weight_ratio(pair, mode));
            if let Some(target) = target.filter(|_| plot.options.theory) {
                // One level where all modes have the same, as in two layers.
                let place = plot.scale().place(target).unwrap_or(f64::NAN);
                let is_there = |level: &super::picture::Level| (level.y - place).abs() < 1e-6;
                if !plot.picture.levels.iter().any(is_there) {
                    let pen = plot.pen(Role::Teacher, mode);
                    plot.level(target, "noise balance".to_owned(), pen);
                }
                let pen = Pen::of_mode(Role::Teacher, 0);
                plot.picture
                    .explain("noise balance, where label noise leads", pen, Sign::Line);
            }
        }
    }
    if plot.options.theory {
        let pen = Pen::of(Role::Saddle);
        plot.level(1.0, "balanced".to_owned(), pen);
        plot.picture
            .explain("balanced, kept by gradient flow", pen, Sign::Line);
    }
    plot.uprights(false);
    plot.finish()
}
