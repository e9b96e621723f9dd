//! The stationary view: for every mode its histogram with what theory predicts, and both in numbers.

use eframe::egui::{self, RichText, Ui};

use super::stationary_words::{
    PREDICTIONS, held_back, in_words, measured, not_covered, of_stored_set, parting, phase_hint, point,
    predicted, told,
};
use crate::app::action::Action;
use crate::app::format::{grouped, significant};
use crate::app::paint::{Caches, histogram_plot};
use crate::app::state::{Measured, Predictions, State, View, known};
use crate::app::style;
use crate::chart::{Known, diverged_at};
use crate::experiment::Experiment;
use crate::simulation::{Estimates, ModeStatistics, Phase, Prediction, StationaryStatistics};
use crate::theory::ModeLaw;

const MIN_HEIGHT: f32 = 48.0;
const MAX_HEIGHT: f32 = 120.0;
/// Height of a mode's texts and of what stands about its histogram.
const TEXT_HEIGHT: f32 = 131.0;
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
                law: state.run.mode_law(mode),
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
    /// At the present parameters.
    law: ModeLaw,
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
                (Phase::Counting { .. }, Some(estimates)) => self.conclusion(known.experiment, estimates),
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
        if let Some(text) = point(known.experiment, &self.law, &estimates) {
            ui.label(self.small(text));
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
    fn conclusion(&self, experiment: &Experiment, estimates: &Estimates) -> String {
        let theory = self.prediction;
        if point(experiment, &self.law, estimates).is_some() {
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
