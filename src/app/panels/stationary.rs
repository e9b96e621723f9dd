//! The stationary view: for every mode its histogram with what theory predicts, and both in numbers.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::Action;
use crate::app::format::{grouped, significant};
use crate::app::paint::{Caches, histogram_plot};
use crate::app::state::{Measured, Predictions, RunData, State, View, known};
use crate::app::style;
use crate::chart::{Known, diverged_at};
use crate::experiment::{DataKind, Dynamics, Sampling};
use crate::simulation::{
    Distances, Estimates, ModeStatistics, Phase, Prediction, StationaryStatistics, StoredNoise,
};
use crate::theory::StationaryLaw;

const MIN_HEIGHT: f32 = 48.0;
const MAX_HEIGHT: f32 = 120.0;
/// Height of a mode's texts and of what stands about its histogram.
const TEXT_HEIGHT: f32 = 131.0;
const SMALL: f32 = 11.5;
/// Logarithm of the ratio of the curvatures from which on the layers are called out of balance.
const OUT_OF_BALANCE: f64 = 0.05;

/// Draws the view.
pub(crate) fn stationary_panel(
    ui: &mut Ui,
    state: &State,
    predictions: &mut Predictions,
    caches: &mut Caches,
    emphasis: f32,
) -> Option<Action> {
    let (run, view) = (&state.run, &state.view);
    let known = known(run, &state.kept_runs, &view.settings, predictions.all(run));
    let Some(statistics) = run
        .trajectories
        .first()
        .and_then(|trajectory| trajectory.statistics.as_ref())
    else {
        ui.weak("No values yet.");
        return None;
    };
    if let Some(step) = known.diverged {
        ui.label(RichText::new(diverged_at(step)).color(style::red(ui.visuals())));
        ui.weak("A run that diverged has settled nowhere: there is no stationary law.");
        return None;
    }
    let mut asked = None;
    // A hall sees no controls.
    if emphasis <= 1.0 {
        asked = controls(ui, view, statistics);
    }
    let since = match statistics.origin {
        0 => "statistics since the start".to_owned(),
        step => format!("statistics since the change at step {}", grouped(step)),
    };
    let small_size = SMALL * emphasis;
    ui.weak(RichText::new(since).size(small_size));
    let is_stored_set_covered = known.laws.stored.is_some();
    if let Some(text) = not_covered(run, is_stored_set_covered) {
        ui.weak(RichText::new(text).size(small_size));
    }
    let each = ui.available_height() / run.rank() as f32 - TEXT_HEIGHT * emphasis;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (mode, of_mode) in statistics.modes.iter().enumerate() {
            let prediction = known.laws.modes[mode].as_deref();
            let measured = predictions.measured(run, prediction, mode, of_mode);
            let of_mode = ModeView {
                mode,
                statistics: of_mode,
                prediction: prediction.filter(|_| view.settings.shown.theory),
                until: statistics.until,
                time: statistics.time(),
                measured,
                height: each.clamp(MIN_HEIGHT, MAX_HEIGHT * emphasis),
                emphasis,
            };
            of_mode.show(ui, &known, view, caches);
        }
    });
    asked
}

/// Burn-in, restart of the statistics, and the scale of the densities.
fn controls(ui: &mut Ui, view: &View, statistics: &StationaryStatistics) -> Option<Action> {
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        let hint = "Every mode is left out until it has come near the teacher's strength, and then for this many \
                    relaxation times, or five autocorrelation times where those are longer. A change of \u{3b7}, B or \
                    \u{3c3} restarts them.";
        let label = ui.label(RichText::new("burn-in").size(SMALL)).on_hover_text(hint);
        let mut factor = statistics.factor;
        let number = egui::DragValue::new(&mut factor)
            .range(0.0..=1000.0)
            .speed(0.2)
            .max_decimals(1);
        let response = ui.add(number).labelled_by(label.id).on_hover_text(hint);
        if response.changed() {
            asked = Some(Action::RestartStatistics(factor));
        }
        ui.label(RichText::new("relaxation times").size(SMALL));
        let hint = "Restart the histograms from the present step.";
        if ui.small_button("restart").on_hover_text(hint).clicked() {
            asked = Some(Action::RestartStatistics(statistics.factor));
        }
        let log = egui::Button::selectable(view.settings.log_histograms, RichText::new("log").size(SMALL));
        if ui
            .add(log)
            .on_hover_text("Logarithmic density: the tails.")
            .clicked()
        {
            let mut settings = view.settings.clone();
            settings.log_histograms = !settings.log_histograms;
            asked = Some(Action::Look(Box::new(settings)));
        }
    });
    asked
}

/// One mode: its name, its histogram and both in numbers.
struct ModeView<'a> {
    mode: usize,
    statistics: &'a ModeStatistics,
    prediction: Option<&'a Prediction>,
    /// Step up to which values were taken in.
    until: u64,
    /// Training time since the start or the last change of the law.
    time: f64,
    measured: Option<Measured>,
    /// Height of the histogram.
    height: f32,
    emphasis: f32,
}

impl ModeView<'_> {
    fn show(&self, ui: &mut Ui, known: &Known<'_>, view: &View, caches: &mut Caches) {
        let (statistics, theory) = (self.statistics, self.prediction);
        let estimates = self.measured.map(|measured| measured.estimates);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let color = style::mode_text_color(self.mode, ui.visuals());
            let name = format!("mode {}", self.mode + 1);
            let size = 12.0 * self.emphasis;
            ui.label(RichText::new(name).color(color).strong().size(size));
            let text = match (statistics.phase, &estimates) {
                (Phase::Approaching, _) => "on its way".to_owned(),
                (Phase::BurnIn { until }, _) => format!("burn-in until step {}", grouped(until)),
                (Phase::Counting { .. }, Some(estimates)) => self.conclusion(estimates),
                (Phase::Counting { .. }, None) => "counting".to_owned(),
            };
            ui.label(style::strong(text).size(size))
                .on_hover_text(phase_hint(statistics, self.until));
        });
        if let Some(text) = held_back(theory, statistics, known, self.mode) {
            let amber = style::amber(ui.visuals());
            ui.label(self.small(text).color(amber));
        }
        let Some(estimates) = estimates else { return };
        if let Some(prediction) = theory.filter(|theory| theory.law.temperature() == 0.0) {
            // What is left of the values is rounding and the tail of the approach: no histogram of a law.
            ui.label(self.small(point(prediction, &estimates)));
            ui.add_space(5.0);
            return;
        }
        histogram_plot(ui, known, view, caches, self.mode, (self.height, self.emphasis));
        ui.label(self.small(measured(&estimates)));
        let stored = known.laws.stored.as_ref().filter(|_| view.settings.shown.theory);
        if let Some(text) = stored.and_then(|stored| of_stored_set(stored, self.mode, statistics)) {
            ui.label(self.small(text)).on_hover_text(
                "The set's own loss is least where its label noise has moved the minimum. Variance: noise of the set's samples \
                 there, in the order in which they are visited, at the curvature of the present weights.",
            );
        }
        if let Some(prediction) = theory {
            ui.label(self.small(predicted(prediction, statistics)))
                .on_hover_text(PREDICTIONS);
            for text in parting(prediction, statistics, &estimates, self.time) {
                let amber = style::amber(ui.visuals());
                ui.label(self.small(text).color(amber));
            }
            if let Some(text) = self.measured.and_then(|measured| told(&measured.distances?)) {
                ui.label(self.small(text)).on_hover_text(
                    "Kolmogorov-Smirnov distance to each law, and what a sample of the law itself would exceed once in \
                     twenty times, given the effective sample size.",
                );
            }
        }
        ui.add_space(5.0);
    }

    /// What is concluded of a settled mode, in a few words.
    fn conclusion(&self, estimates: &Estimates) -> String {
        let theory = self.prediction;
        if theory.is_some_and(|theory| theory.law.temperature() == 0.0) {
            return format!("a point at {}", significant(estimates.mean, 4));
        }
        let Some(found) = estimates.with_errors else {
            return format!("variance {}", significant(estimates.variance, 3));
        };
        let value = significant(found.variance.value, 3);
        let Some(theory) = theory else {
            return format!("variance {value}");
        };
        match theory.agreeing(self.statistics, &found.variance) {
            Some(law) => format!("variance {value}, as {}", in_words(law)),
            None => format!("variance {value}, as no law here"),
        }
    }

    fn small(&self, text: impl Into<String>) -> RichText {
        RichText::new(text).size(SMALL * self.emphasis)
    }
}

/// What is said of a run that the stationary laws do not cover.
fn not_covered(run: &RunData, is_stored_set_covered: bool) -> Option<String> {
    if run.experiment.data.kind != DataKind::Online {
        let what = if is_stored_set_covered {
            "of a stored set, mean and variance at the present weights are known."
        } else {
            "this stored set has none of them: that needs draws with replacement, white inputs and no bottleneck."
        };
        let epochs = if run.experiment.data.sampling == Sampling::Epochs {
            " Within an epoch draws are anticorrelated: the variance is far below what independent draws would give."
        } else {
            ""
        };
        return Some(format!(
            "The stationary laws are those of fresh samples; {what}{epochs}"
        ));
    }
    match run.experiment.dynamics() {
        Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin => None,
        dynamics @ (Dynamics::Adam | Dynamics::RmsProp) => Some(format!(
            "{} divides every step by the size of its gradients: a reference, to which no law here applies.",
            dynamics.label()
        )),
        dynamics @ (Dynamics::IsotropicLangevin | Dynamics::GradientFlow) => Some(format!(
            "The stationary laws are those of the noise of SGD; {} has another.",
            dynamics.label()
        )),
    }
}

/// What is said of a mode that noise holds at the saddle, by the widths of the network, or that has not arrived.
fn held_back(
    theory: Option<&Prediction>,
    statistics: &ModeStatistics,
    known: &Known<'_>,
    mode: usize,
) -> Option<String> {
    let network = &known.experiment.network;
    let balance = theory.and_then(|theory| Some(&theory.network.as_ref()?.balance));
    if let Some(balance) = balance.filter(|balance| balance.is_lost(mode)) {
        return Some(format!(
            "lost to label noise: weaker than \u{3b8} = {}",
            significant(balance.shrinkage(), 3)
        ));
    }
    if let Some(StationaryLaw::Trapped { trapping_number }) = theory.map(|theory| &theory.exact) {
        let number = significant(*trapping_number, 4);
        return Some(if network.d_in == 1 && network.d_out == 1 {
            format!("trapped at the saddle: \u{3c4}(2m\u{b2}+\u{3c3}\u{b2})/(2m) = {number} \u{2265} 1")
        } else {
            format!(
                "the mode equation is trapped at the saddle (trapping number {number}); in a network of these widths noise \
                 drives the weights away from zero"
            )
        });
    }
    (matches!(statistics.phase, Phase::Counting { .. }) && !statistics.arrived)
        .then(|| "has not come near the teacher's strength".to_owned())
}

fn phase_hint(statistics: &ModeStatistics, until: u64) -> String {
    let burn_in = format!("{} steps were left out as burn-in", grouped(statistics.burn_in));
    let correlation = statistics.autocorrelation_time().map_or_else(
        || "the autocorrelation time is not known yet".to_owned(),
        |time| {
            format!(
                "the integrated autocorrelation time is {} steps",
                significant(time, 3)
            )
        },
    );
    match statistics.phase {
        Phase::Counting { since } => format!(
            "Steps {} to {}; {burn_in}; {correlation}.",
            grouped(since),
            grouped(until)
        ),
        Phase::Approaching | Phase::BurnIn { .. } => format!("{burn_in}; {correlation}."),
    }
}

/// A number with its standard error, to the digits that the error leaves.
fn shown(value: f64, error: Option<f64>, most_digits: usize) -> String {
    match error {
        Some(error) if error > 0.0 && value != 0.0 => {
            let digits = (value.abs() / error).log10().floor() as i64 + 2;
            let n_digits = usize::try_from(digits).unwrap_or(1).clamp(1, most_digits);
            format!(
                "{} \u{b1} {}",
                significant(value, n_digits),
                significant(error, 2)
            )
        }
        Some(_) | None => significant(value, most_digits.min(4)),
    }
}

fn measured(estimates: &Estimates) -> String {
    let found = estimates.with_errors;
    let skewness = estimates.skewness.map_or_else(String::new, |value| {
        let error = found.and_then(|found| Some(found.skewness?.1));
        format!(", skewness {}", shown(value, error, 3))
    });
    let variance = found.map_or(estimates.variance, |found| found.variance.value);
    let error = found.map(|found| found.variance.error);
    let of_mean = found.map(|found| found.mean.error);
    format!(
        "mean {}, variance {}{skewness}",
        shown(estimates.mean, of_mean, 6),
        shown(variance, error, 4)
    )
}

/// A prediction as part of a sentence.
fn in_words(law: &str) -> &str {
    match law {
        "discrete" => "the discrete law",
        "Boltzmann" => "Boltzmann's law",
        "present weights" => "by the present weights",
        "noise balance" => "at the noise balance",
        law => law,
    }
}

/// What is said of a mode that no noise moves.
fn point(prediction: &Prediction, estimates: &Estimates) -> String {
    format!(
        "without noise a point at {}: spread {}",
        significant(prediction.law.learned_strength(), 4),
        significant(estimates.variance.max(0.0).sqrt(), 2)
    )
}

/// What is predicted of a mode of a stored set.
fn of_stored_set(stored: &StoredNoise, mode: usize, statistics: &ModeStatistics) -> Option<String> {
    let mean = significant(stored.mean(mode)?, 4);
    let variance = stored.variance(mode, statistics.mean_curvature()?);
    let variance = variance.map_or_else(String::new, |variance| {
        format!("; variance at the present weights {}", significant(variance, 3))
    });
    Some(format!("predicted: mean {mean}, the set's minimum{variance}"))
}

/// What each of the predictions assumes.
const PREDICTIONS: &str = "Boltzmann: one mode alone, layers balanced for ever, small steps. Discrete: the full matrix, layers \
    balanced for ever, steps of finite length. Present weights: the curvature of the weights as they are. Noise balance: the weights \
    at which label noise has stopped moving the balance of the layers. The density drawn as a line is exact for the mode equation, \
    the dotted one is that of the present weights.";

fn predicted(prediction: &Prediction, statistics: &ModeStatistics) -> String {
    let variances: Vec<String> = { prediction.variances(statistics).into_iter() }
        .map(|(name, variance)| format!("{name} {}", significant(variance, 3)))
        .collect();
    let mean = prediction.balanced_mean().map_or_else(String::new, |mean| {
        format!("; mean at the noise balance {}", significant(mean, 4))
    });
    format!("predicted variance: {}{mean}", variances.join(", "))
}

/// Where the layers are out of balance, and where the values still drift.
fn parting(
    prediction: &Prediction,
    statistics: &ModeStatistics,
    estimates: &Estimates,
    time: f64,
) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(curvature) = statistics.mean_curvature() {
        let factor = curvature / prediction.law.curvature();
        if prediction.law.temperature() > 0.0 && factor.ln().abs() > OUT_OF_BALANCE {
            texts.push(format!(
                "the layers are out of balance: factor {}",
                significant(factor, 2)
            ));
        }
    }
    if prediction.is_drifting(statistics, estimates, time) {
        let clock = prediction
            .network
            .as_ref()
            .and_then(|network| network.relaxation_time())
            .map_or_else(String::new, |relaxation| {
                format!(
                    ": t = {} of 3 \u{d7} {} for the balance",
                    significant(time, 3),
                    significant(relaxation, 3)
                )
            });
        texts.push(format!("still drifting{clock}"));
    }
    texts
}

fn told(distances: &Distances) -> Option<String> {
    let exact = distances
        .exact
        .map(|distance| format!("mode equation {}", significant(distance, 2)));
    let boltzmann = distances
        .boltzmann
        .map(|distance| format!("Boltzmann {}", significant(distance, 2)));
    let level = distances
        .noise_level
        .map(|level| format!("(noise {})", significant(level, 2)));
    let parts: Vec<String> = exact.into_iter().chain(boltzmann).collect();
    (!parts.is_empty()).then(|| format!("KS: {} {}", parts.join(", "), level.unwrap_or_default()))
}
