//! The stationary view: for every mode its histogram with what theory predicts, and both in numbers.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::Action;
use crate::app::format::{grouped, significant};
use crate::app::paint::{Caches, histogram_plot};
use crate::app::state::{Predictions, State, View, known};
use crate::app::style;
use crate::chart::Known;
use crate::experiment::DataKind;
use crate::simulation::{
    Distances, Estimate, Estimates, ModeStatistics, Phase, Prediction, StationaryStatistics,
};
use crate::theory::StationaryLaw;

const MIN_HEIGHT: f32 = 48.0;
const MAX_HEIGHT: f32 = 120.0;
/// Height of a mode's texts and of what stands about its histogram.
const TEXT_HEIGHT: f32 = 113.0;
const SMALL: f32 = 11.5;

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
    if run.experiment.data.kind != DataKind::Online {
        let text = "The stationary laws are those of fresh samples; a stored set has none of them.";
        ui.weak(RichText::new(text).size(small_size));
    }
    let each = ui.available_height() / run.rank() as f32 - TEXT_HEIGHT * emphasis;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (mode, of_mode) in statistics.modes.iter().enumerate() {
            let prediction = known.predictions[mode].as_deref();
            let distances =
                prediction.map(|prediction| predictions.distances(run, prediction, mode, of_mode));
            let of_mode = ModeView {
                mode,
                statistics: of_mode,
                prediction: prediction.filter(|_| view.settings.shown.theory),
                until: statistics.until,
                distances,
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
    distances: Option<Distances>,
    /// Height of the histogram.
    height: f32,
    emphasis: f32,
}

impl ModeView<'_> {
    fn show(&self, ui: &mut Ui, known: &Known<'_>, view: &View, caches: &mut Caches) {
        let (statistics, theory) = (self.statistics, self.prediction);
        let estimates = Estimates::new(statistics);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let color = style::mode_text_color(self.mode, ui.visuals());
            let name = format!("mode {}", self.mode + 1);
            let size = 12.0 * self.emphasis;
            ui.label(RichText::new(name).color(color).strong().size(size));
            let text = match (statistics.phase, &estimates) {
                (Phase::Approaching, _) => "on its way".to_owned(),
                (Phase::BurnIn { until }, _) => format!("burn-in until step {}", grouped(until)),
                (Phase::Counting { .. }, Some(estimates)) => format!("mean {}", shown(estimates.mean, 6)),
                (Phase::Counting { .. }, None) => "counting".to_owned(),
            };
            ui.label(RichText::new(text).size(size))
                .on_hover_text(phase_hint(statistics, self.until));
        });
        if let Some(text) = held_back(theory, statistics) {
            let amber = style::amber(ui.visuals());
            ui.label(self.small(text).color(amber));
        }
        let Some(estimates) = estimates else { return };
        histogram_plot(ui, known, view, caches, self.mode, (self.height, self.emphasis));
        ui.label(self.small(measured(&estimates)));
        if let Some(prediction) = theory {
            ui.label(self.small(predicted(prediction)));
            if let Some(text) = self.distances.and_then(|distances| told(&distances)) {
                ui.label(self.small(text)).on_hover_text(
                    "Kolmogorov-Smirnov distance to each law, and what a sample of the law itself would exceed once in \
                     twenty times, given the effective sample size.",
                );
            }
        }
        ui.add_space(5.0);
    }

    fn small(&self, text: impl Into<String>) -> RichText {
        RichText::new(text).size(SMALL * self.emphasis)
    }
}

/// What is said of a mode that noise holds at the saddle, with the number that decides it, or that has not arrived.
fn held_back(theory: Option<&Prediction>, statistics: &ModeStatistics) -> Option<String> {
    if let Some(StationaryLaw::Trapped { trapping_number }) = theory.map(|theory| &theory.exact) {
        Some(format!(
            "trapped at the saddle: \u{3c4}(2m\u{b2}+\u{3c3}\u{b2})/(2m) = {} \u{2265} 1",
            significant(*trapping_number, 4)
        ))
    } else if matches!(statistics.phase, Phase::Counting { .. }) && !statistics.arrived {
        Some("has not come near the teacher's strength".to_owned())
    } else {
        None
    }
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
fn shown(estimate: Estimate, most_digits: usize) -> String {
    match estimate.error {
        Some(error) if error > 0.0 && estimate.value != 0.0 => {
            let digits = (estimate.value.abs() / error).log10().floor() as i64 + 2;
            let n_digits = usize::try_from(digits).unwrap_or(1).clamp(1, most_digits);
            format!(
                "{} \u{b1} {}",
                significant(estimate.value, n_digits),
                significant(error, 2)
            )
        }
        Some(_) | None => significant(estimate.value, most_digits.min(4)),
    }
}

fn measured(estimates: &Estimates) -> String {
    let skewness = estimates.skewness.map_or_else(String::new, |skewness| {
        format!(", skewness {}", shown(skewness, 3))
    });
    format!("variance {}{skewness}", shown(estimates.variance, 4))
}

fn predicted(prediction: &Prediction) -> String {
    if prediction.law.temperature() == 0.0 {
        return format!(
            "theory: a point mass at {}",
            significant(prediction.law.teacher_strength, 4)
        );
    }
    let exact = prediction.exact.as_density().map_or_else(String::new, |density| {
        format!(", exact {}", significant(density.variance(), 3))
    });
    let discrete = prediction.discrete_variance.map_or_else(String::new, |variance| {
        format!(", discrete {}", significant(variance, 3))
    });
    format!(
        "theory: Boltzmann {}{exact}{discrete}",
        significant(prediction.law.temperature(), 3)
    )
}

fn told(distances: &Distances) -> Option<String> {
    let exact = distances
        .exact
        .map(|distance| format!("exact {}", significant(distance, 2)));
    let boltzmann = distances
        .boltzmann
        .map(|distance| format!("Boltzmann {}", significant(distance, 2)));
    let level = distances
        .noise_level
        .map(|level| format!("(noise {})", significant(level, 2)));
    let parts: Vec<String> = exact.into_iter().chain(boltzmann).collect();
    (!parts.is_empty()).then(|| format!("KS: {} {}", parts.join(", "), level.unwrap_or_default()))
}
