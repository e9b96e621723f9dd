//! The left rail: live sliders, what follows from them, and the settings that apply on reset.

use eframe::egui::{self, ComboBox, DragValue, RichText, Slider, SliderClamping, Ui};

use crate::app::action::Action;
use crate::app::format::{brief, significant};
use crate::app::state::{Companions, Draft, State};
use crate::app::style;
use crate::dynamics::{LangevinNoise, LiveParams, Sampling};
use crate::experiment::{Basis, DataKind, Decay, Dynamics, Engine, Experiment, InitScheme};
use crate::observables::Quantity;
use crate::theory::{Momentum, MomentumRule, Regime, curvature};

/// Draws the rail.
pub(crate) fn controls(ui: &mut Ui, state: &State) -> Option<Action> {
    ui.spacing_mut().slider_width = (ui.available_width() - 92.0).max(80.0);
    let mut asked = live_sliders(ui, state);
    let curvatures = (0..state.run.rank()).filter_map(|mode| state.run.latest(Quantity::Curvature, mode));
    let steepest = curvatures
        .filter(|curvature| curvature.is_finite())
        .reduce(f64::max);
    read_outs(ui, state, steepest);
    ui.add_space(6.0);
    ui.separator();
    let is_pending = state.draft_status == Ok(true);
    ui.horizontal(|ui| {
        ui.strong("Applies on reset");
        if is_pending {
            ui.label(
                RichText::new("changed")
                    .color(style::amber(ui.visuals()))
                    .size(12.0),
            );
        }
    });
    let mut draft = state.draft.clone();
    reset_settings(ui, &mut draft);
    if draft != state.draft {
        asked = Some(Action::EditDraft(Box::new(draft)));
    }
    if let Err(message) = &state.draft_status {
        ui.label(RichText::new(message).color(style::red(ui.visuals())).size(12.0));
    }
    ui.add_space(4.0);
    ui.add_enabled_ui(state.draft_status.is_ok(), |ui| {
        let text = if is_pending {
            "Apply and reset"
        } else {
            "Reset, same seed"
        };
        let hint = "Start again from step 0 with these settings and this seed (key R).";
        if ui.button(text).on_hover_text(hint).clicked() {
            asked = Some(Action::Reset);
        }
        if ui
            .button("Reset, new seed")
            .on_hover_text("Start again with another seed (key N).")
            .clicked()
        {
            asked = Some(Action::NewSeed);
        }
    });
    asked
}

fn live_sliders(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut wanted = state.live;
    ui.strong("Live");
    slider(
        ui,
        "learning rate \u{3b7}",
        "Step size of gradient descent; one step advances training time by \u{3b7}. Values beyond the slider can be typed.",
        Slider::new(&mut wanted.learning_rate, 1e-5..=1.0)
            .logarithmic(true)
            .custom_formatter(|value, _| brief(value, 3)),
    );
    slider(
        ui,
        "batch size B",
        "Samples per minibatch; the noise scale is \u{3c4} = \u{3b7}/B.",
        Slider::new(&mut wanted.batch_size, 1..=10_000).logarithmic(true),
    );
    slider(
        ui,
        "label noise \u{3c3}",
        "Standard deviation of the noise on every label, in units of the outputs.",
        Slider::new(&mut wanted.label_noise_std, 0.0..=10.0)
            .logarithmic(true)
            .smallest_positive(1e-3)
            .custom_formatter(|value, _| brief(value, 3)),
    );
    slider(
        ui,
        "momentum \u{3bc}",
        "What a step keeps of the one before it: v \u{2190} \u{3bc}v \u{2212} \u{3b7}g, W \u{2190} W + v. In small steps the path is that of \
         plain descent, passed through 1/(1 \u{2212} \u{3bc}) times as fast; at most 0.999.",
        Slider::new(&mut wanted.momentum, 0.0..=0.999).custom_formatter(|value, _| brief(value, 3)),
    );
    slider(
        ui,
        "weight decay \u{3bb}",
        "The loss has \u{3bb}/2 times the sum of all squared weights more: every feature ends lower, and those too weak are lost.",
        Slider::new(&mut wanted.weight_decay, 0.0..=10.0)
            .logarithmic(true)
            .smallest_positive(1e-4)
            .custom_formatter(|value, _| brief(value, 3)),
    );
    let scheduled: Vec<&str> = state
        .run
        .experiment
        .schedule
        .courses()
        .map(|(which, _)| which.symbol())
        .collect();
    if !scheduled.is_empty() {
        let hint =
            "A schedule moves these from the values set here; what is in force is in the plot of parameters.";
        ui.label(RichText::new(format!("{} by schedule", scheduled.join(", "))).size(12.5))
            .on_hover_text(hint);
    }
    if let Some(complaint) = &state.refused_live {
        ui.label(
            RichText::new(complaint)
                .color(style::red(ui.visuals()))
                .size(12.0),
        );
    }
    (wanted != state.live).then_some(Action::SetLive(wanted))
}

/// A labelled slider whose value may be typed beyond its ends.
fn slider(ui: &mut Ui, name: &str, hint: &str, slider: Slider<'_>) {
    let label = ui.label(name).on_hover_text(hint);
    ui.add(slider.clamping(SliderClamping::Never))
        .labelled_by(label.id)
        .on_hover_text(hint);
}

/// What follows from the live parameters, and from the largest curvature of the present weights.
fn read_outs(ui: &mut Ui, state: &State, steepest: Option<f64>) {
    let running = &state.run.experiment;
    // The sliders at once; what a schedule moves as it is now.
    let live = if running.schedule.is_empty() {
        &state.live
    } else {
        &state.run.in_force
    };
    let law = running.mode_law(0, live);
    let limit = largest_stable_rate(running, live);
    let fraction = live.learning_rate / limit;
    let color = match fraction {
        f if f >= 1.0 => style::red(ui.visuals()),
        f if f >= 0.8 => style::amber(ui.visuals()),
        _ => ui.visuals().text_color(),
    };
    let plain = ui.visuals().text_color();
    ui.add_space(4.0);
    egui::Grid::new("read-outs").num_columns(2).spacing([10.0, 2.0]).show(ui, |ui| {
        let mut row = |name: &str, value: String, color: egui::Color32, hint: &str| {
            ui.label(RichText::new(name).size(12.5)).on_hover_text(hint);
            ui.label(RichText::new(value).size(12.5).color(color)).on_hover_text(hint);
            ui.end_row();
        };
        row("noise scale \u{3b7}/B", significant(law.noise_scale, 3), plain, "\u{3c4} = \u{3b7}/B sets the size of every fluctuation; of a stored set seen without repetition it is smaller, and zero for the full batch.");
        row(
            "temperature, mode 1",
            significant(law.temperature(), 3),
            plain,
            "T = \u{3c4}\u{3c3}\u{b2} L m^(2\u{2212}2/L) / 2: variance of the strongest mode's strength at rest, by the Boltzmann approximation.",
        );
        row(
            "\u{3b7} / stability limit",
            significant(fraction, 3),
            color,
            "The limit is 2/(L m^(2\u{2212}2/L)) of the strongest mode in balanced layers, 1 + \u{3bc} times that with momentum (Nesterov: \
             (1 + \u{3bc})/(1 + 2\u{3bc})): above it, full-batch descent leaves the minimum.",
        );
        if live.has_momentum() {
            row(
                "effective \u{3b7}/(1\u{2212}\u{3bc})",
                significant(live.learning_rate * live.momentum_gain(), 3),
                plain,
                "The learning rate of plain descent along the same path, in small steps.",
            );
            row("swings", swings(running, live), plain, "Whether momentum only rescales time or the strongest mode swings about its end: heavy ball above \u{3bc} = (1 \u{2212} \u{221a}(\u{3b7}\u{3bb}))\u{b2}, \u{3bb} its curvature.");
        }
        if live.has_decay() {
            let threshold = crate::theory::weight_decay::least_learned_teacher(law.depth, law.weight_decay);
            row(
                "lost below m",
                significant(threshold, 3),
                plain,
                "Features of a smaller teacher strength are lost to weight decay: \u{3bb} itself for two layers, more for deeper networks, where they are lost in a jump.",
            );
        }
        if let Some(curvature) = steepest {
            row(
                "\u{3b7} / limit of the weights",
                significant(0.5 * live.learning_rate * curvature, 3),
                plain,
                "The limit is 2/\u{3bb} of the mode of largest curvature \u{3bb} at the present weights, which label noise moves out of balance.",
            );
        }
    });
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

fn largest_stable_rate(running: &Experiment, live: &LiveParams) -> f64 {
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

fn reset_settings(ui: &mut Ui, draft: &mut Draft) {
    egui::Grid::new("settings")
        .num_columns(2)
        .spacing([8.0, 5.0])
        .show(ui, |ui| {
            let experiment = &mut draft.experiment;
            text_row(
                ui,
                "teacher m",
                "Strengths of the teacher's modes, largest first.",
                &mut draft.strengths,
            );
            choice_row(
                ui,
                "its basis",
                "Singular vectors of the teacher.",
                &mut experiment.teacher.basis,
                &[(Basis::Identity, "coordinate axes"), (Basis::Random, "random")],
            );
            number_row(ui, "d in", "Input dimension.", &mut experiment.network.d_in);
            text_row(
                ui,
                "hidden",
                "Widths of the hidden layers; empty for one weight matrix.",
                &mut draft.hidden,
            );
            number_row(ui, "d out", "Output dimension.", &mut experiment.network.d_out);
            choice_row(
                ui,
                "start",
                "How the initial weights are drawn.",
                &mut experiment.init.scheme,
                &[
                    (InitScheme::Aligned, "aligned"),
                    (InitScheme::Gaussian, "Gaussian"),
                    (InitScheme::Power, "power law"),
                ],
            );
            let init = &mut experiment.init;
            match init.scheme {
                InitScheme::Aligned => {
                    float_row(
                        ui,
                        "strength s\u{2080}",
                        "Strength of every mode at the start.",
                        &mut init.strength,
                    );
                    start_of_each_row(ui, &mut init.strengths);
                }
                InitScheme::Gaussian => {
                    float_row(
                        ui,
                        "std of an entry",
                        "Standard deviation of an initial weight.",
                        &mut init.std,
                    );
                }
                InitScheme::Power => {
                    let hint = "Initial weights have variance min(fan in, fan out)^\u{2212}\u{3b3}.";
                    float_row(ui, "exponent \u{3b3}", hint, &mut init.gamma);
                }
            }
            choice_row(
                ui,
                "data",
                "A fresh sample every time, or a stored set.",
                &mut experiment.data.kind,
                &[
                    (DataKind::Online, "online"),
                    (DataKind::Dataset, "stored set"),
                    (DataKind::File, "CSV files"),
                ],
            );
            match experiment.data.kind {
                DataKind::Online => {}
                DataKind::Dataset | DataKind::File => stored_set_rows(ui, experiment),
            }
            choice_row(
                ui,
                "engine",
                "What moves the weights: the solid curves.",
                &mut experiment.engine,
                &Engine::ALL,
            );
            if experiment.engine == Engine::Langevin {
                let hint = "Noise of the Langevin engine: the exact covariance of SGD's, or spread evenly.";
                choice_row(
                    ui,
                    "its noise",
                    hint,
                    &mut experiment.langevin.noise,
                    &[
                        (LangevinNoise::Anisotropic, "exact"),
                        (LangevinNoise::Isotropic, "isotropic"),
                    ],
                );
            }
            if matches!(experiment.engine, Engine::Adam | Engine::RmsProp) {
                ui.label("");
                ui.label(RichText::new("outside the law").size(12.0))
                    .on_hover_text("Adaptive steps are a reference: no prediction of this program is about them. The diffusion that is drawn is that of their gradients.");
                ui.end_row();
            }
            choice_row(
                ui,
                "decay",
                "Coupled: the penalty is part of the loss and goes through momentum. Decoupled: weights shrink by \u{3b7}\u{3bb} beside the step.",
                &mut experiment.optimizer.decay,
                &[(Decay::Coupled, "coupled"), (Decay::Decoupled, "decoupled")],
            );
            super::schedule::schedule_rows(ui, experiment);
            ui.label("companions")
                .on_hover_text("What else starts from the same weights, drawn thin or as a band.");
            ui.vertical(|ui| companions_group(ui, &mut draft.companions, experiment.dynamics()));
            ui.end_row();
            number_row(
                ui,
                "seed",
                "Same experiment and seed: the same run, bit for bit.",
                &mut experiment.seed,
            );
        });
}

/// What runs from the same start as the experiment.
fn companions_group(ui: &mut Ui, companions: &mut Companions, main: Dynamics) {
    for (dynamics, on) in Dynamics::ALL.into_iter().zip(&mut companions.dynamics) {
        if dynamics != main {
            ui.checkbox(on, dynamics.label()).on_hover_text(dynamics.hint());
        }
    }
    let mut ensemble = |name: &str, hint: &str, on: &mut bool, n: &mut usize, most: usize| {
        ui.horizontal(|ui| {
            ui.checkbox(on, name).on_hover_text(hint);
            let speed = 1.0 + 0.01 * *n as f64;
            let number = DragValue::new(n).range(1..=most).speed(speed);
            let response = ui.add_enabled(*on, number).on_hover_text(hint);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, *on, format!("number: {name}"))
            });
        });
    };
    ensemble(
        "mode equations",
        "Solutions of the mode equation of every mode: a band from 10 % to 90 %, with the mean.",
        &mut companions.ensemble,
        &mut companions.n_trajectories,
        1_000_000,
    );
    ensemble(
        "replicas",
        "Full networks from the same start with noise of their own: a band from 10 % to 90 %, with the mean.",
        &mut companions.replicas,
        &mut companions.n_replicas,
        4096,
    );
}

fn stored_set_rows(ui: &mut Ui, experiment: &mut Experiment) {
    let data = &mut experiment.data;
    match data.kind {
        DataKind::Online | DataKind::Dataset => {
            number_row(ui, "samples N", "Number of stored samples.", &mut data.n_samples);
        }
        DataKind::File => {
            let hint = "CSV file with a header row and one sample a row; a name that begins with builtin: ships with the program.";
            text_row(ui, "inputs", hint, &mut data.inputs);
            text_row(ui, "targets", hint, &mut data.targets);
        }
    }
    choice_row(
        ui,
        "visited",
        "How stored samples are visited.",
        &mut data.sampling,
        &[
            (Sampling::Replacement, "with replacement"),
            (Sampling::Epochs, "in epochs"),
            (Sampling::Full, "full batch"),
        ],
    );
    ui.label("whitened")
        .on_hover_text("Make the second moment of the stored inputs the identity.");
    ui.checkbox(&mut data.whiten, "whiten inputs");
    ui.end_row();
}

/// Strengths at the start of an aligned network whose modes do not start alike, and the way back.
fn start_of_each_row(ui: &mut Ui, strengths: &mut Vec<f64>) {
    if strengths.is_empty() {
        return;
    }
    let each: Vec<String> = strengths.iter().map(|strength| brief(*strength, 3)).collect();
    ui.label("of each mode");
    ui.horizontal_wrapped(|ui| {
        ui.label(each.join(", "));
        let alike = ui.small_button("all alike");
        if alike
            .on_hover_text("Let every mode start at the strength above.")
            .clicked()
        {
            strengths.clear();
        }
    });
    ui.end_row();
}

fn text_row(ui: &mut Ui, name: &str, hint: &str, text: &mut String) {
    let label = ui.label(name).on_hover_text(hint);
    let edit = egui::TextEdit::singleline(text).desired_width(130.0);
    ui.add(edit).labelled_by(label.id).on_hover_text(hint);
    ui.end_row();
}

fn number_row<N: egui::emath::Numeric>(ui: &mut Ui, name: &str, hint: &str, number: &mut N) {
    let label = ui.label(name).on_hover_text(hint);
    ui.add(DragValue::new(number).speed(0.1))
        .labelled_by(label.id)
        .on_hover_text(hint);
    ui.end_row();
}

fn float_row(ui: &mut Ui, name: &str, hint: &str, number: &mut f64) {
    let label = ui.label(name).on_hover_text(hint);
    let speed = 0.01 * number.abs().max(1e-6);
    let drag = DragValue::new(number)
        .speed(speed)
        .custom_formatter(|value, _| brief(value, 4));
    ui.add(drag).labelled_by(label.id).on_hover_text(hint);
    ui.end_row();
}

fn choice_row<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    hint: &str,
    value: &mut T,
    choices: &[(T, &str)],
) {
    let label = ui.label(name).on_hover_text(hint);
    let text = choices
        .iter()
        .find(|(choice, _)| choice == value)
        .map_or("", |(_, text)| text);
    ComboBox::from_id_salt(name)
        .selected_text(text)
        .width(126.0)
        .show_ui(ui, |ui| {
            for &(choice, text) in choices {
                ui.selectable_value(value, choice, text);
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(hint);
    ui.end_row();
}
