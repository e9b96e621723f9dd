//! The card: values of each mode at the moment under the pointer or chosen by the scrubber, and differences between the cursors.
//! Its numbers are recorded rows, not points of a drawn line.

use eframe::egui::{self, Color32, RichText, TextStyle, Ui};

use crate::app::format::{grouped, significant};
use crate::app::state::{RunData, State};
use crate::app::style::{self, with_legible_exponents};
use crate::observables::events::Moment;
use crate::observables::{Quantity, Schema};

/// Modes it names at most.
const MAX_MODES: usize = 8;

/// Draws the card, its letters so many times as large, beside the pointer while it is over a plot, else in the corner `at`, if there is such a moment.
pub(crate) fn card(ui: &Ui, state: &State, at: egui::Pos2, emphasis: f32) {
    let (run, view) = (&state.run, &state.view);
    let hovered = view.hovered.as_ref();
    let pointed = hovered.and_then(|hovered| run.moment_at(view.settings.time, hovered.x));
    let both = match view.cursors {
        [Some(a), Some(b)] => Some((a, b)),
        [_, _] => None,
    };
    if pointed.is_none() && view.scrubbed.is_none() && both.is_none() {
        return;
    }
    let pointer = ui.input(|input| input.pointer.hover_pos());
    let place = match (pointed, pointer) {
        (Some(_), Some(pointer)) => pointer + egui::vec2(18.0, 18.0),
        (_, _) => at,
    };
    egui::Area::new(egui::Id::unique("values"))
        .order(egui::Order::Tooltip)
        .interactable(false)
        .fixed_pos(place)
        .constrain(true)
        .show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                style::enlarge(ui, emphasis);
                if let Some(mark) = hovered.and_then(|hovered| hovered.mark.as_ref()) {
                    ui.label(style::strong(mark));
                }
                if let Some(moment) = pointed.or(view.scrubbed) {
                    if view.settings.shown.perspective.is_blind() {
                        own_values(ui, run, moment);
                    } else {
                        values(ui, run, moment);
                    }
                }
                if let Some((a, b)) = both {
                    between(ui, run, a, b);
                }
            });
        });
}

fn text(ui: &mut Ui, text: &str, color: Color32) {
    let font = TextStyle::Monospace.resolve(ui.style());
    let words = with_legible_exponents(text, &font, color);
    ui.add(egui::Label::new(words).extend());
}

/// Value of a column of the first trajectory at a recorded moment.
fn value(run: &RunData, column: usize, moment: Moment) -> f64 {
    run.value_at_step(moment.step, column)
}

fn values(ui: &mut Ui, run: &RunData, moment: Moment) {
    let plain = ui.visuals().text_color();
    let loss = value(run, Schema::EXCESS_LOSS, moment);
    text(
        ui,
        &format!(
            "step {}  t {}  excess loss {}",
            grouped(moment.step),
            significant(moment.time, 5),
            significant(loss, 4)
        ),
        plain,
    );
    egui::Grid::new("values at a moment")
        .spacing([14.0, 1.0])
        .show(ui, |ui| {
            for name in ["mode", "strength", "theory", "D", "law D(s)", "alignment"] {
                ui.label(RichText::new(name).small().color(style::quiet(ui.visuals())));
            }
            ui.end_row();
            for mode in 0..run.rank().min(MAX_MODES) {
                let color = style::mode_text_color(mode, ui.visuals());
                let of = |quantity| significant(value(run, run.schema.column(quantity, mode), moment), 4);
                text(ui, &(mode + 1).to_string(), color);
                text(ui, &of(Quantity::Strength), color);
                let predicted = run
                    .predicted
                    .get(mode)
                    .map_or(f64::NAN, |theory| theory.curve.at(moment.time));
                let shown = if predicted.is_finite() {
                    significant(predicted, 4)
                } else {
                    "\u{2013}".to_owned()
                };
                text(ui, &shown, color);
                for quantity in [Quantity::Diffusion, Quantity::DiffusionLaw, Quantity::Alignment] {
                    text(ui, &of(quantity), color);
                }
                ui.end_row();
            }
        });
}

/// What the student knows of itself.
fn own_values(ui: &mut Ui, run: &RunData, moment: Moment) {
    let plain = ui.visuals().text_color();
    let time = significant(moment.time, 5);
    text(ui, &format!("step {}  t {time}", grouped(moment.step)), plain);
    egui::Grid::new("values at a moment")
        .spacing([14.0, 1.0])
        .show(ui, |ui| {
            for name in ["pair", "singular value", "drift", "D"] {
                ui.label(RichText::new(name).small().color(style::quiet(ui.visuals())));
            }
            ui.end_row();
            for pair in 0..run.rank().min(MAX_MODES) {
                let color = style::mode_text_color(pair, ui.visuals());
                text(ui, &(pair + 1).to_string(), color);
                for quantity in [
                    Quantity::SingularValue,
                    Quantity::StudentDrift,
                    Quantity::StudentDiffusion,
                ] {
                    let column = run.schema.column(quantity, pair);
                    text(ui, &significant(value(run, column, moment), 4), color);
                }
                ui.end_row();
            }
        });
}

/// Differences from cursor A to cursor B, and slopes in training time.
fn between(ui: &mut Ui, run: &RunData, a: Moment, b: Moment) {
    let plain = ui.visuals().text_color();
    let dt = b.time - a.time;
    text(
        ui,
        &format!(
            "A step {} \u{2192} B step {}: {} steps, \u{394}t {}",
            grouped(a.step),
            grouped(b.step),
            b.step as i64 - a.step as i64,
            significant(dt, 5)
        ),
        plain,
    );
    egui::Grid::new("between the cursors")
        .spacing([14.0, 1.0])
        .show(ui, |ui| {
            for name in ["mode", "\u{394} strength", "per unit of t", "D at B / D at A"] {
                ui.label(RichText::new(name).small().color(style::quiet(ui.visuals())));
            }
            ui.end_row();
            for mode in 0..run.rank().min(MAX_MODES) {
                let color = style::mode_text_color(mode, ui.visuals());
                let at = |quantity, moment| value(run, run.schema.column(quantity, mode), moment);
                let difference = at(Quantity::Strength, b) - at(Quantity::Strength, a);
                let ratio = at(Quantity::Diffusion, b) / at(Quantity::Diffusion, a);
                let shown = |value: f64| {
                    if value.is_finite() {
                        significant(value, 4)
                    } else {
                        "\u{2013}".to_owned()
                    }
                };
                text(ui, &(mode + 1).to_string(), color);
                text(ui, &shown(difference), color);
                text(ui, &shown(difference / dt), color);
                text(ui, &shown(ratio), color);
                ui.end_row();
            }
        });
}
