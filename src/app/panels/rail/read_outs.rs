//! What follows from the live parameters, and from the largest curvature of the present weights.

use eframe::egui::{Align, Color32, Layout, RichText, Ui, vec2};

use crate::app::format::significant;
use crate::app::state::State;
use crate::app::style;
use crate::dynamics::LiveParams;
use crate::experiment::{Engine, Experiment};
use crate::observables::Quantity;
use crate::theory::{Momentum, MomentumRule, Regime, curvature};

/// Share of the largest stable learning rate from which on there is a warning.
const NEAR_LIMIT: f64 = 0.8;

/// Draws them.
pub(super) fn read_outs(ui: &mut Ui, state: &State) {
    let running = &state.run.experiment;
    // The sliders at once; what a schedule moves as it is now.
    let live = if running.schedule.is_empty() {
        &state.live
    } else {
        &state.run.in_force
    };
    let law = running.mode_law(0, live);
    let fraction = live.learning_rate / largest_stable_rate(running, live);
    let plain = ui.visuals().text_color();
    let color = match fraction {
        f if f >= 1.0 => style::red(ui.visuals()),
        f if f >= NEAR_LIMIT => style::amber(ui.visuals()),
        _ => plain,
    };
    let number = |value: f64| significant(value, 3);
    let hint = "\u{3c4} = \u{3b7}/B sets the size of every fluctuation; of a stored set seen without repetition it is smaller, and zero for \
                the full batch.";
    told(ui, "noise scale \u{3b7}/B", &number(law.noise_scale), plain, hint);
    let hint = "T = \u{3c4}\u{3c3}\u{b2} L m^(2\u{2212}2/L) / 2: variance of the strongest mode's strength at rest, by the Boltzmann \
                approximation.";
    told(ui, "temperature, mode 1", &number(law.temperature()), plain, hint);
    let hint = "The limit is 2/(L m^(2\u{2212}2/L)) of the strongest mode in balanced layers, 1 + \u{3bc} times that with momentum (Nesterov: \
                (1 + \u{3bc})/(1 + 2\u{3bc})): above it, full-batch descent leaves the minimum.";
    told(ui, "\u{3b7} / stability limit", &number(fraction), color, hint);
    if live.has_momentum() {
        let effective = live.learning_rate * live.momentum_gain();
        let hint = "The learning rate of plain descent along the same path, in small steps.";
        told(
            ui,
            "effective \u{3b7}/(1\u{2212}\u{3bc})",
            &number(effective),
            plain,
            hint,
        );
        let hint = "Whether momentum only rescales time or the strongest mode swings about its end: heavy ball above \
                    \u{3bc} = (1 \u{2212} \u{221a}(\u{3b7}\u{3bb}))\u{b2}, \u{3bb} its curvature.";
        told(ui, "swings", &swings(running, live), plain, hint);
    }
    if live.has_decay() {
        let threshold = crate::theory::weight_decay::least_learned_teacher(law.depth, law.weight_decay);
        let hint = "Features of a smaller teacher strength are lost to weight decay: \u{3bb} itself for two layers, more for deeper networks, \
                    where they are lost in a jump.";
        told(ui, "lost below m", &number(threshold), plain, hint);
    }
    if let Some(curvature) = steepest(state) {
        let share = 0.5 * live.learning_rate * curvature;
        let hint = "The limit is 2/\u{3bb} of the mode of largest curvature \u{3bb} at the present weights, which label noise moves out of \
                    balance.";
        told(ui, "\u{3b7} / limit of the weights", &number(share), plain, hint);
    }
}

/// A name at the left and its value at the right edge.
fn told(ui: &mut Ui, name: &str, value: &str, color: Color32, hint: &str) {
    ui.spacing_mut().item_spacing.y = 0.5 * style::STEP;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), 16.0),
        Layout::left_to_right(Align::Center),
        |ui| {
            let name = RichText::new(name).small().color(style::quiet(ui.visuals()));
            ui.label(name).on_hover_text(hint);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let value = RichText::new(value).size(style::SMALL).color(color);
                ui.label(value).on_hover_text(hint);
            });
        },
    );
}

/// Largest curvature of a mode at the present weights.
fn steepest(state: &State) -> Option<f64> {
    let curvatures = (0..state.run.rank()).filter_map(|mode| state.run.latest(Quantity::Curvature, mode));
    { curvatures }
        .filter(|curvature| curvature.is_finite())
        .reduce(f64::max)
}

/// Momentum as the engine has it.
fn momentum_of(running: &Experiment, live: &LiveParams) -> Momentum {
    let rule = if running.engine == Engine::Nesterov {
        MomentumRule::Nesterov
    } else {
        MomentumRule::HeavyBall
    };
    Momentum {
        rule,
        momentum: live.momentum,
    }
}

/// Curvature of the strongest mode where it ends, in balanced layers.
fn strongest_curvature(running: &Experiment) -> f64 {
    let strongest = running.teacher.strengths.first().copied().unwrap_or(1.0);
    curvature(running.network.depth(), strongest)
}

/// Largest learning rate at which full-batch descent stays at the minimum.
pub(in crate::app::panels) fn largest_stable_rate(running: &Experiment, live: &LiveParams) -> f64 {
    momentum_of(running, live).largest_stable_learning_rate(strongest_curvature(running))
}

fn swings(running: &Experiment, live: &LiveParams) -> String {
    let momentum = momentum_of(running, live);
    let step = live.learning_rate * strongest_curvature(running);
    let limit = Momentum::critical_momentum(momentum.rule, step);
    match momentum.regime(step) {
        Regime::Rescales => format!("no, below \u{3bc} = {}", significant(limit, 3)),
        Regime::Oscillates => format!("yes, above \u{3bc} = {}", significant(limit, 3)),
        Regime::Diverges => "diverges".to_owned(),
    }
}
