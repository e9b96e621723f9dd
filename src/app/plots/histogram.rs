//! Plot E: distribution of every mode strength over the later part of the run, with the Boltzmann curve (the paper's Gaussian of
//! variance `T = tau sigma^2 L m^(2-2/L) / 2` about `m`).

use eframe::egui::{self, RichText, Ui, Vec2b};
use egui_plot::{AxisHints, Bar, BarChart, Line, Plot, PlotPoints, VLine};

use super::scale::Scale;
use crate::app::format::{grouped, significant};
use crate::app::run_data::RunData;
use crate::app::style;
use crate::app::view::View;
use crate::simulation::StrengthStatistics;
use crate::theory::{ModeLaw, boltzmann_density};

/// Most bars of a histogram.
const MAX_BARS: usize = 48;
/// Height of one mode's histogram, in points.
const MIN_HEIGHT: f32 = 84.0;
/// Below this width, relative to the teacher's strength, the axis shows distances from the teacher's strength.
const NARROW: f64 = 2e-3;
/// Points of a theory curve.
const N_CURVE: usize = 120;

/// Draws one histogram a mode, one below the other.
pub(crate) fn histograms(ui: &mut Ui, run: &RunData, view: &View) {
    let statistics = run.lanes.first().and_then(|lane| lane.statistics.as_ref());
    let Some(statistics) = statistics.filter(|s| s.moments.iter().any(|m| m.count() > 0)) else {
        ui.weak("No values yet: every 16th step counts, and a change of \u{3b7}, B or \u{3c3} begins anew.");
        return;
    };
    let span = format!(
        "steps {} to {}",
        grouped(statistics.since),
        grouped(statistics.until)
    );
    ui.weak(RichText::new(format!("later part of the run: {span}")).size(11.5)).on_hover_text(
        "The first half of what has passed since the last change is left out, so that the approach does not enter the \
         histogram. Every 16th step counts.",
    );
    let each = (ui.available_height() / run.rank() as f32 - 46.0).clamp(MIN_HEIGHT, 170.0);
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for mode in 0..run.rank() {
            histogram(ui, run, view, statistics, mode, each);
        }
    });
}

fn histogram(
    ui: &mut Ui,
    run: &RunData,
    view: &View,
    statistics: &StrengthStatistics,
    mode: usize,
    height: f32,
) {
    let color = style::mode_color(mode, ui.visuals());
    let moments = &statistics.moments[mode];
    let law = mode_law(run, mode);
    let Some(bars) = statistics.histograms[mode].rebinned(MAX_BARS) else {
        ui.weak(format!("mode {}: no values yet", mode + 1));
        return;
    };
    let span = bars.width * bars.counts.len() as f64;
    let relative = span < NARROW * law.teacher_strength;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(
            RichText::new(format!("mode {}", mode + 1))
                .color(color)
                .strong()
                .size(12.0),
        );
        let mean = moments
            .mean()
            .map_or_else(String::new, |mean| significant(mean, 5));
        let std = moments
            .std()
            .map_or_else(String::new, |std| format!(" \u{b1} {}", significant(std, 3)));
        ui.label(RichText::new(format!("{mean}{std}")).size(12.0))
            .on_hover_text("Mean and standard deviation of the mode strength over these steps.");
        if relative {
            ui.weak(RichText::new("axis: a \u{2212} m").size(11.0));
        }
    });
    let n_bars = bars.counts.len();
    let (low, high) = (bars.lower, bars.lower + bars.width * n_bars as f64);
    // Positions relative to the middle, so that a spike far narrower than its place can still be drawn.
    let middle = 0.5 * (low + high);
    let charted: Vec<Bar> = (0..n_bars)
        .map(|i| {
            let centre = bars.lower + (i as f64 + 0.5) * bars.width - middle;
            Bar::new(centre, bars.density(i))
                .width(bars.width)
                .fill(color.gamma_multiply(0.55))
        })
        .collect();
    let half = 0.55 * (high - low).max(1e-12 * middle.abs()).max(1e-200);
    let tallest = (0..n_bars).map(|i| bars.density(i)).fold(0.0, f64::max);
    let curve = (view.shown.theory && law.temperature() > 0.0).then(|| {
        let points = (0..=N_CURVE).map(|i| {
            let x = -half + 2.0 * half * f64::from(i as u32) / f64::from(N_CURVE as u32);
            [x, boltzmann_density(&law, middle + x)]
        });
        Line::new("Boltzmann", points.collect::<PlotPoints<'_>>())
            .color(ui.visuals().strong_text_color())
            .width(1.2)
            .style(egui_plot::LineStyle::Dashed { length: 6.0 })
    });
    let top = 1.12
        * if law.temperature() > 0.0 && view.shown.theory {
            tallest.max(boltzmann_density(&law, law.teacher_strength.clamp(low, high)))
        } else {
            tallest
        };
    let quiet = style::quiet(ui.visuals());
    let offset = if relative {
        middle - law.teacher_strength
    } else {
        middle
    };
    let axis = AxisHints::new_x()
        .label_spacing(egui::Rangef::new(8.0, 14.0))
        .formatter(move |mark, range| label(mark, range, offset));
    Plot::new(("histogram", mode))
        .height(height)
        .show_axes(Vec2b::new(true, false))
        .show_grid(Vec2b::new(true, false))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .auto_bounds(false)
        .x_grid_spacer(move |input| marks(&input, offset))
        .custom_x_axes(vec![axis])
        .label_formatter(|_| None)
        .show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(-half..=half);
            plot_ui.set_plot_bounds_y(0.0..=top.max(1e-300));
            plot_ui.bar_chart(BarChart::new(format!("mode {}", mode + 1), charted).allow_hover(false));
            let teacher = VLine::new("teacher", law.teacher_strength - middle)
                .color(quiet)
                .width(1.0);
            plot_ui.vline(teacher.style(egui_plot::LineStyle::Dashed { length: 6.0 }));
            if let Some(curve) = curve {
                plot_ui.line(curve);
            }
        });
}

/// The law of one mode at the present parameters.
fn mode_law(run: &RunData, mode: usize) -> ModeLaw {
    ModeLaw {
        depth: run.experiment.network.depth(),
        teacher_strength: run.experiment.teacher.strengths[mode],
        label_noise_std: run.live.label_noise_std,
        noise_scale: run.live.noise_scale(),
    }
}

/// Grid lines at round values, three or so: of the strength itself or, for a spike too narrow for that, of its distance from
/// the teacher's.
fn marks(input: &egui_plot::GridInput, offset: f64) -> Vec<egui_plot::GridMark> {
    let (low, high) = input.bounds;
    let margin = 0.07 * (high - low);
    let shifted = egui_plot::GridInput {
        bounds: (low + offset, high + offset),
        base_step_size: input.base_step_size * 0.8,
    };
    let marks = Scale::Linear.marks(&shifted);
    marks
        .into_iter()
        // A label near an edge would be cut: the plot fills the width of its panel.
        .filter(|mark| (low + margin..=high - margin).contains(&(mark.value - offset)))
        .map(|mark| egui_plot::GridMark {
            value: mark.value - offset,
            ..mark
        })
        .collect()
}

fn label(mark: egui_plot::GridMark, range: &std::ops::RangeInclusive<f64>, offset: f64) -> String {
    let shifted = egui_plot::GridMark {
        value: mark.value + offset,
        ..mark
    };
    Scale::Linear.label(shifted, &(range.start() + offset..=range.end() + offset))
}
