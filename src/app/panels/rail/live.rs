//! The live parameters, which change while the run goes on.

use eframe::egui::{RichText, Ui};

use super::read_outs::largest_stable_rate;
use super::rows::{Covers, group, live_row};
use crate::app::action::Action;
use crate::app::state::State;
use crate::app::style;
use crate::dynamics::LiveParams;
use crate::lessons::ControlGroup;

/// Learning rate, batch size and label noise, and folded away, where they are off, momentum and weight decay.
pub(super) fn live_sliders(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut wanted = state.live;
    learning_rate(ui, state, &mut wanted);
    batch_size(ui, &mut wanted);
    live_row(
        ui,
        ("label noise", "\u{3c3}"),
        "Standard deviation of the noise on every label, in units of the outputs.",
        &mut wanted.label_noise_std,
        Covers {
            from: 0.0,
            to: 10.0,
            least: Some(1e-3),
            limit: None,
            is_whole: false,
        },
    );
    if state.view.settings.shows(ControlGroup::Momentum) {
        let is_plain = !state.live.has_momentum() && !state.live.has_decay();
        group(ui, "Momentum and weight decay", !is_plain, |ui| {
            momentum_and_decay(ui, &mut wanted);
        });
    }
    let courses = state.run.experiment.schedule.courses();
    let scheduled: Vec<&str> = courses.map(|(which, _)| which.symbol()).collect();
    if !scheduled.is_empty() {
        let hint =
            "A schedule moves these from the values set here; what is in force is in the plot of parameters.";
        ui.small(format!("{} by schedule", scheduled.join(", ")))
            .on_hover_text(hint);
    }
    if let Some(complaint) = &state.refused_live {
        ui.label(RichText::new(complaint).small().color(style::red(ui.visuals())));
    }
    (wanted != state.live).then_some(Action::SetLive(wanted))
}

fn learning_rate(ui: &mut Ui, state: &State, wanted: &mut LiveParams) {
    let limit = largest_stable_rate(&state.run.experiment, wanted);
    live_row(
        ui,
        ("learning rate", "\u{3b7}"),
        "Step size of gradient descent; one step advances training time by \u{3b7}. The red line is the largest stable one. Values beyond \
         the slider can be typed.",
        &mut wanted.learning_rate,
        Covers {
            from: 1e-5,
            to: 1.0,
            least: Some(1e-5),
            limit: Some(limit),
            is_whole: false,
        },
    );
}

fn batch_size(ui: &mut Ui, wanted: &mut LiveParams) {
    let mut size = wanted.batch_size as f64;
    live_row(
        ui,
        ("batch size", "B"),
        "Samples per minibatch; the noise scale is \u{3c4} = \u{3b7}/B.",
        &mut size,
        Covers {
            from: 1.0,
            to: 10_000.0,
            least: Some(1.0),
            limit: None,
            is_whole: true,
        },
    );
    wanted.batch_size = size.round() as u64;
}

fn momentum_and_decay(ui: &mut Ui, wanted: &mut LiveParams) {
    let covers = Covers {
        from: 0.0,
        to: 0.999,
        least: None,
        limit: None,
        is_whole: false,
    };
    live_row(
        ui,
        ("momentum", "\u{3bc}"),
        "What a step keeps of the one before it: v \u{2190} \u{3bc}v \u{2212} \u{3b7}g, W \u{2190} W + v. In small steps the path is that of \
         plain descent, passed through 1/(1 \u{2212} \u{3bc}) times as fast; at most 0.999.",
        &mut wanted.momentum,
        covers,
    );
    live_row(
        ui,
        ("weight decay", "\u{3bb}"),
        "The loss has \u{3bb}/2 times the sum of all squared weights more: every feature ends lower, and those too weak are lost.",
        &mut wanted.weight_decay,
        Covers {
            to: 10.0,
            least: Some(1e-4),
            ..covers
        },
    );
}
