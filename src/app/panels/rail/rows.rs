//! Rows of the rail: a name at the left, as wide in every row, and a control that fills the rest.

use eframe::egui::{
    self, Align, Button, ComboBox, DragValue, Layout, Response, RichText, Sense, Slider, Ui, vec2,
};

use crate::app::format::brief;
use crate::app::style;

/// Width of the names.
const NAMES: f32 = 92.0;

/// What a slider of a live parameter covers.
#[derive(Clone, Copy)]
pub(super) struct Covers {
    /// Its ends.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Smallest value above zero of a logarithmic slider; none for a linear one.
    pub(super) least: Option<f64>,
    /// A value that must not be passed, marked on the rail.
    pub(super) limit: Option<f64>,
    /// Whether it counts.
    pub(super) is_whole: bool,
}

/// A row with a control of the width that is left.
pub(super) fn row(ui: &mut Ui, name: &str, hint: &str, control: impl FnOnce(&mut Ui) -> Response) {
    labelled(ui, name, hint, |ui, label| {
        control(ui).labelled_by(label).on_hover_text(hint);
    });
}

/// A row with anything in it.
pub(super) fn labelled(ui: &mut Ui, name: &str, hint: &str, content: impl FnOnce(&mut Ui, egui::Id)) {
    ui.horizontal(|ui| {
        let size = vec2(NAMES, ui.spacing().interact_size.y);
        let aligned = Layout::left_to_right(Align::Center);
        let label = ui.allocate_ui_with_layout(size, aligned, |ui| {
            ui.set_min_width(NAMES);
            let words = egui::Label::new(RichText::new(name)).truncate();
            ui.add(words).on_hover_text(hint)
        });
        content(ui, label.inner.id);
    });
}

/// A group of rows that can be folded away.
pub(super) fn group(ui: &mut Ui, name: &str, is_open: bool, rows: impl FnOnce(&mut Ui)) {
    egui::CollapsingHeader::new(style::strong(name))
        .default_open(is_open)
        .show_unindented(ui, |ui| {
            rows(ui);
            ui.add_space(style::STEP);
        });
}

/// The value of a live parameter, which may be typed beyond the slider's ends, over the slider.
pub(super) fn live_row(
    ui: &mut Ui,
    (name, symbol): (&str, &str),
    hint: &str,
    value: &mut f64,
    covers: Covers,
) {
    let label = ui.horizontal(|ui| {
        let label = ui.label(format!("{name} {symbol}")).on_hover_text(hint);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let speed = (0.01 * value.abs()).max(if covers.is_whole { 0.1 } else { 1e-5 });
            let number = DragValue::new(value).speed(speed);
            let number = if covers.is_whole {
                number.range(1.0..=f64::MAX).fixed_decimals(0)
            } else {
                number.custom_formatter(|value, _| brief(value, 3))
            };
            let response = ui.add(number).on_hover_text(hint);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, format!("value of {symbol}"))
            });
        });
        label
    });
    let height = std::mem::replace(&mut ui.spacing_mut().interact_size.y, style::SLIDER);
    ui.spacing_mut().slider_width = ui.available_width();
    let mut moved = *value;
    let mut slider = Slider::new(&mut moved, covers.from..=covers.to)
        .show_value(false)
        .logarithmic(covers.least.is_some());
    if let Some(least) = covers.least {
        slider = slider.smallest_positive(least);
    }
    if covers.is_whole {
        slider = slider.step_by(1.0);
    }
    let response = ui.add(slider.clamping(egui::SliderClamping::Never));
    ui.spacing_mut().interact_size.y = height;
    if let Some(limit) = covers
        .limit
        .filter(|limit| (covers.from..=covers.to).contains(limit))
    {
        mark_limit(ui, &response, limit, covers);
    }
    let response = response.labelled_by(label.inner.id).on_hover_text(hint);
    if response.changed() {
        *value = moved;
    }
    ui.add_space(0.5 * style::STEP);
}

/// A short line on a slider's rail where its value must not pass.
fn mark_limit(ui: &Ui, slider: &Response, limit: f64, covers: Covers) {
    let share = if covers.least.is_some() {
        (limit / covers.from).ln() / (covers.to / covers.from).ln()
    } else {
        (limit - covers.from) / (covers.to - covers.from)
    };
    // The knob is a disc: its middle stays this far from the ends.
    let rail = slider.rect.shrink2(vec2(slider.rect.height() / 2.5, 0.0));
    let x = rail.left() + rail.width() * share as f32;
    let tall = slider.rect.center().y - 5.0..=slider.rect.center().y + 5.0;
    ui.painter()
        .vline(x, tall, egui::Stroke::new(1.5, style::red(ui.visuals())));
}

pub(super) fn text_row(ui: &mut Ui, name: &str, hint: &str, text: &mut String) {
    row(ui, name, hint, |ui| {
        let width = ui.available_width();
        ui.add(egui::TextEdit::singleline(text).desired_width(width))
    });
}

pub(super) fn number_row<N: egui::emath::Numeric>(ui: &mut Ui, name: &str, hint: &str, number: &mut N) {
    row(ui, name, hint, |ui| ui.add(DragValue::new(number).speed(0.1)));
}

pub(super) fn float_row(ui: &mut Ui, name: &str, hint: &str, number: &mut f64) {
    row(ui, name, hint, |ui| {
        let speed = 0.01 * number.abs().max(1e-6);
        let drag = DragValue::new(number).speed(speed);
        ui.add(drag.custom_formatter(|value, _| brief(value, 4)))
    });
}

pub(super) fn choice_row<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    hint: &str,
    value: &mut T,
    choices: &[(T, &str)],
) {
    row(ui, name, hint, |ui| {
        let chosen = choices.iter().find(|(choice, _)| choice == value);
        ComboBox::from_id_salt(name)
            .selected_text(chosen.map_or("", |(_, text)| text))
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for &(choice, text) in choices {
                    ui.selectable_value(value, choice, text);
                }
            })
            .response
    });
}

/// A small square button with a sign on it, named for those who do not see it.
pub(super) fn sign_button(ui: &mut Ui, sign: &str, name: &str, is_enabled: bool) -> Response {
    let button = Button::new(sign).sense(Sense::click()).min_size(vec2(22.0, 0.0));
    let response = ui.add_enabled(is_enabled, button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, is_enabled, name));
    response
}
