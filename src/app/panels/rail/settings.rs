//! The settings that apply on reset, in groups: network, start, data, engine, companions.

use eframe::egui::{self, DragValue, RichText, Ui};

use super::rows::{choice_row, float_row, group, labelled, number_row, sign_button, text_row};
use super::schedule::schedule_rows;
use crate::app::format::brief;
use crate::app::state::{Companions, Draft};
use crate::app::style;
use crate::dynamics::{LangevinNoise, Sampling};
use crate::experiment::{Basis, DataKind, Decay, Dynamics, Engine, Experiment, InitScheme};
use crate::lessons::ControlGroup;

/// Draws the groups that are there.
pub(super) fn settings(ui: &mut Ui, draft: &mut Draft, shows: impl Fn(ControlGroup) -> bool) {
    if shows(ControlGroup::Network) {
        group(ui, "Network", true, |ui| {
            network_rows(ui, draft);
            start_rows(ui, &mut draft.experiment);
        });
    }
    let experiment = &mut draft.experiment;
    if shows(ControlGroup::Data) {
        group(ui, "Data", true, |ui| data_rows(ui, experiment));
    }
    if shows(ControlGroup::Engine) {
        group(ui, "Engine", true, |ui| engine_rows(ui, experiment));
    }
    if shows(ControlGroup::Companions) {
        group(ui, "Companions", true, |ui| {
            companions_rows(ui, &mut draft.companions, experiment.dynamics());
        });
    }
    if shows(ControlGroup::Schedule) {
        let is_scheduled = !experiment.schedule.is_empty();
        group(ui, "Parameters over time", is_scheduled, |ui| {
            schedule_rows(ui, experiment);
        });
    }
}

fn network_rows(ui: &mut Ui, draft: &mut Draft) {
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
        &mut draft.experiment.teacher.basis,
        &[(Basis::Identity, "coordinate axes"), (Basis::Random, "random")],
    );
    let network = &mut draft.experiment.network;
    number_row(ui, "d in", "Input dimension.", &mut network.d_in);
    number_row(ui, "d out", "Output dimension.", &mut network.d_out);
    depth_row(ui, draft);
    text_row(
        ui,
        "hidden",
        "Widths of the hidden layers; empty for one weight matrix.",
        &mut draft.hidden,
    );
}

/// The number of layers, with a button that takes one away and one that adds one.
fn depth_row(ui: &mut Ui, draft: &mut Draft) {
    let hint = "Number of weight matrices. A further one is as wide as the last hidden layer.";
    labelled(ui, "depth L", hint, |ui, _| {
        let depth = draft.depth();
        let fewer = sign_button(
            ui,
            "\u{2212}",
            "one layer fewer",
            depth.is_some_and(|depth| depth > 1),
        );
        let text = depth.map_or_else(|| "\u{2013}".to_owned(), |depth| depth.to_string());
        let told = ui.add_sized([22.0, style::CONTROL], egui::Label::new(text));
        told.on_hover_text(hint);
        let more = sign_button(ui, "+", "one layer more", depth.is_some());
        if fewer.on_hover_text("Take the last hidden layer away.").clicked() {
            draft.remove_layer();
        }
        if more.on_hover_text("Add a hidden layer.").clicked() {
            draft.add_layer();
        }
    });
}

fn start_rows(ui: &mut Ui, experiment: &mut Experiment) {
    let init = &mut experiment.init;
    choice_row(
        ui,
        "start",
        "How the initial weights are drawn.",
        &mut init.scheme,
        &[
            (InitScheme::Aligned, "aligned"),
            (InitScheme::Gaussian, "Gaussian"),
            (InitScheme::Power, "power law"),
        ],
    );
    match init.scheme {
        InitScheme::Aligned => {
            let hint = "Strength of every mode at the start.";
            float_row(ui, "strength s\u{2080}", hint, &mut init.strength);
            start_of_each_row(ui, &mut init.strengths);
        }
        InitScheme::Gaussian => {
            let hint = "Standard deviation of an initial weight.";
            float_row(ui, "std of an entry", hint, &mut init.std);
        }
        InitScheme::Power => {
            let hint = "Initial weights have variance min(fan in, fan out)^\u{2212}\u{3b3}.";
            float_row(ui, "exponent \u{3b3}", hint, &mut init.gamma);
        }
    }
}

/// Strengths at the start of an aligned network whose modes do not start alike, and the way back.
fn start_of_each_row(ui: &mut Ui, strengths: &mut Vec<f64>) {
    if strengths.is_empty() {
        return;
    }
    let each: Vec<String> = strengths.iter().map(|strength| brief(*strength, 3)).collect();
    labelled(
        ui,
        "of each mode",
        "Strength of each mode at the start.",
        |ui, _| {
            ui.label(each.join(", "));
            let alike = ui.small_button("all alike");
            if alike
                .on_hover_text("Let every mode start at the strength above.")
                .clicked()
            {
                strengths.clear();
            }
        },
    );
}

fn data_rows(ui: &mut Ui, experiment: &mut Experiment) {
    choice_row(
        ui,
        "samples",
        "A fresh sample every time, or a stored set.",
        &mut experiment.data.kind,
        &[
            (DataKind::Online, "online"),
            (DataKind::Dataset, "stored set"),
            (DataKind::File, "files"),
        ],
    );
    let data = &mut experiment.data;
    match data.kind {
        DataKind::Online => return,
        DataKind::Dataset => {
            number_row(ui, "number N", "Number of stored samples.", &mut data.n_samples);
        }
        DataKind::File => {
            let hint = "CSV file with a header row and one sample a row, or NPY or NPZ; a name that begins with builtin: ships with the program.";
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
    let hint = "Make the second moment of the stored inputs the identity.";
    labelled(ui, "whitened", hint, |ui, _| {
        ui.checkbox(&mut data.whiten, "whiten inputs").on_hover_text(hint);
    });
}

fn engine_rows(ui: &mut Ui, experiment: &mut Experiment) {
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
        let hint = "Adaptive steps are a reference: no prediction of this program is about them. The diffusion that is drawn is that of their gradients.";
        labelled(ui, "", hint, |ui, _| {
            ui.label(RichText::new("outside the law").small())
                .on_hover_text(hint);
        });
    }
    choice_row(
        ui,
        "decay",
        "Coupled: the penalty is part of the loss and goes through momentum. Decoupled: weights shrink by \u{3b7}\u{3bb} beside the step.",
        &mut experiment.optimizer.decay,
        &[(Decay::Coupled, "coupled"), (Decay::Decoupled, "decoupled")],
    );
    let hint = "Same experiment and seed: the same run, bit for bit.";
    number_row(ui, "seed", hint, &mut experiment.seed);
}

/// What runs from the same start as the experiment.
fn companions_rows(ui: &mut Ui, companions: &mut Companions, main: Dynamics) {
    for (dynamics, on) in Dynamics::ALL.into_iter().zip(&mut companions.dynamics) {
        if dynamics != main {
            ui.checkbox(on, dynamics.label()).on_hover_text(dynamics.hint());
        }
    }
    let mut ensemble = |name: &str, hint: &str, on: &mut bool, n: &mut usize, most: usize| {
        ui.horizontal(|ui| {
            ui.checkbox(on, name).on_hover_text(hint);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let speed = 1.0 + 0.01 * *n as f64;
                let number = DragValue::new(n).range(1..=most).speed(speed);
                let response = ui.add_enabled(*on, number).on_hover_text(hint);
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::SpinButton, *on, format!("number: {name}"))
                });
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
