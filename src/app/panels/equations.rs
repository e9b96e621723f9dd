//! The equations in force for one mode, with their numbers at the moment looked at: drift term by term, diffusion with what makes it
//! rise and what makes it fall, and the stationary law.

use eframe::egui::{self, Align, Layout, RichText, Ui};

use super::rail::largest_stable_rate;
use crate::app::action::Action;
use crate::app::format::{brief, significant};
use crate::app::state::State;
use crate::app::style;
use crate::experiment::Dynamics;
use crate::observables::Quantity;
use crate::observables::events::Activity;
use crate::theory::ModeLaw;

/// Share of the largest stable learning rate that is offered.
const SAFE: f64 = 0.8;

/// Draws the card; gives what was asked for.
pub(super) fn equations(ui: &mut Ui, state: &State) -> Option<Action> {
    let run = &state.run;
    let mode = mode_told(state);
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        for other in 0..run.rank() {
            let color = style::mode_text_color(other, ui.visuals());
            let text = RichText::new((other + 1).to_string()).color(color);
            let chosen = ui.selectable_label(other == mode, text);
            let name = format!("equations of mode {}", other + 1);
            chosen.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if chosen
                .on_hover_text("Draw this mode alone, or all again.")
                .clicked()
            {
                asked = Some(Action::Solo(other));
            }
        }
    });
    let step = state.step_in_view();
    let live = run.live_at(step);
    let law = run.experiment.mode_law(mode, &live);
    let now = |quantity: Quantity| match state.view.scrubbed {
        Some(_) => Some(run.value_at_step(step, run.schema.column(quantity, mode))),
        None => run.latest(quantity, mode),
    };
    let Some(strength) = now(Quantity::Strength).filter(|strength| strength.is_finite()) else {
        ui.weak("No values yet.");
        return asked;
    };
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.weak("Of an aligned, balanced mode, for fresh samples.");
        told(ui, "depth L", &law.depth.to_string());
        told(ui, "teacher m", &brief(law.teacher_strength, 4));
        told(ui, "strength s now", &significant(strength, 4));
        drift(ui, &law, strength);
        diffusion(ui, &law, strength, now(Quantity::Diffusion));
        stationary(ui, &law);
        if state.run.experiment.dynamics().is_adaptive() {
            ui.label("The steps of this run are adaptive: none of this is about them.");
        }
        if !matches!(
            run.experiment.dynamics(),
            Dynamics::Langevin | Dynamics::GradientFlow
        ) {
            let rate = SAFE * largest_stable_rate(&run.experiment, &state.live);
            let text = format!("Set \u{3b7} to 0.8 of the limit: {}", brief(rate, 3));
            let hint =
                "The limit is the largest learning rate at which full-batch descent stays at the minimum.";
            if rate.is_finite() && ui.button(text).on_hover_text(hint).clicked() {
                let mut live = state.live;
                live.learning_rate = rate;
                asked = Some(Action::SetLive(live));
            }
        }
    });
    asked
}

/// The mode alone in the plots, or that which is being learned, or the next one; else the first.
fn mode_told(state: &State) -> usize {
    let run = &state.run;
    let activity = match state.view.scrubbed {
        Some(moment) => Some(run.activity_at(moment).0),
        None => run.events.activity,
    };
    let of_activity = match activity {
        Some(Activity::Learning { mode }) => Some(mode),
        Some(Activity::AtSaddle { next, .. }) => Some(next),
        Some(Activity::AllLearned | Activity::Diverged) | None => None,
    };
    let mode = state.view.settings.solo.or(of_activity).unwrap_or(0);
    mode.min(run.rank().saturating_sub(1))
}

fn drift(ui: &mut Ui, law: &ModeLaw, strength: f64) {
    title(ui, "Drift ds/dt", law.drift(strength));
    let gain = 1.0 - law.momentum;
    let mut terms = vec![
        (
            "L s^(2\u{2212}2/L) (m \u{2212} s)",
            law.flow_drift(strength) / gain,
        ),
        (
            "(\u{3c4}/2) L(L\u{2212}1) s^(3\u{2212}4/L) V",
            law.ito_drift(strength) / gain,
        ),
    ];
    if law.weight_decay > 0.0 {
        terms.push(("\u{2212}L \u{3bb} s", law.decay_drift(strength) / gain));
    }
    let largest = terms.iter().map(|term| term.1.abs()).fold(0.0, f64::max);
    for (name, value) in terms {
        term(
            ui,
            name,
            &significant(value, 3),
            value.abs() >= largest && largest > 0.0,
        );
    }
    if law.momentum > 0.0 {
        ui.weak("Each divided by 1 \u{2212} \u{3bc}.");
    }
}

fn diffusion(ui: &mut Ui, law: &ModeLaw, strength: f64, exact: Option<f64>) {
    title(
        ui,
        "Diffusion D = \u{3c4} L\u{b2} s^(4\u{2212}4/L) V",
        law.diffusion(strength),
    );
    // Below the peak the power grows faster than the residual falls.
    let (rise, fall) = law.diffusion_slopes(strength);
    let is_rising = rise > fall;
    term(
        ui,
        "d ln s^(4\u{2212}4/L) / d ln s",
        &significant(rise * strength, 3),
        is_rising,
    );
    term(
        ui,
        "\u{2212}d ln V / d ln s, V = 2(s\u{2212}m)\u{b2}+\u{3c3}\u{b2}",
        &significant(fall * strength, 3),
        !is_rising && fall > 0.0,
    );
    if let Some(exact) = exact.filter(|exact| exact.is_finite()) {
        told(ui, "exact D of the present weights", &significant(exact, 3));
    }
    let peak = law.diffusion_peak();
    let peak = peak.map_or_else(
        || "none before it is learned".to_owned(),
        |peak| significant(peak, 4),
    );
    told(ui, "D is largest at s =", &peak);
}

fn stationary(ui: &mut Ui, law: &ModeLaw) {
    title(
        ui,
        "Temperature T = \u{3c4}\u{3c3}\u{b2} L m^(2\u{2212}2/L)/2",
        law.temperature(),
    );
    if law.temperature() > 0.0 {
        told(
            ui,
            "std of s at rest, by Boltzmann",
            &significant(law.temperature().sqrt(), 3),
        );
    } else {
        ui.weak("Without label noise the mode rests at a point.");
    }
    told(ui, "relaxation time", &significant(law.relaxation_time(), 3));
}

fn title(ui: &mut Ui, text: &str, value: f64) {
    ui.add_space(style::STEP);
    ui.horizontal(|ui| {
        ui.label(style::strong(text));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(style::strong(significant(value, 4)));
        });
    });
}

/// A term of an equation; the one that decides in the accent.
fn term(ui: &mut Ui, name: &str, value: &str, decides: bool) {
    let color = if decides {
        style::accent(ui.visuals())
    } else {
        ui.visuals().text_color()
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).small().color(color));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(value).small().color(color));
        });
    });
}

fn told(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).small().color(style::quiet(ui.visuals())));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new(value).small());
        });
    });
}
