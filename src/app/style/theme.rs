//! Both themes, made from the tokens: usual or of high contrast, with or without animations.

use std::collections::BTreeMap;

use eframe::egui::style::{HandleShape, WidgetVisuals};
use eframe::egui::{self, Color32, CornerRadius, FontId, Margin, Stroke, TextStyle, Visuals, vec2};

use super::letters::strong_family;
use super::tokens::{BODY, CONTROL, CORNER, DARK, LIGHT, SMALL, STEP, TITLE, Tones};

/// Sets up both themes.
pub(in crate::app) fn apply(ctx: &egui::Context, high_contrast: bool, reduced_motion: bool) {
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        let mut style = egui::Style {
            visuals: visuals(theme, high_contrast),
            text_styles: text_styles(1.0),
            ..egui::Style::default()
        };
        if reduced_motion {
            style.animation_time = 0.0;
        }
        let spacing = &mut style.spacing;
        spacing.item_spacing = vec2(1.5 * STEP, STEP);
        spacing.button_padding = vec2(1.5 * STEP, 0.5 * STEP);
        spacing.interact_size = vec2(9.0 * STEP, CONTROL);
        spacing.menu_margin = Margin::same(1 + STEP as i8);
        spacing.indent = 3.0 * STEP;
        spacing.slider_rail_height = STEP;
        spacing.icon_width = 14.0;
        spacing.icon_width_inner = 8.0;
        ctx.set_style_of(theme, style);
    }
}

/// Letters of every kind, so many times as large as usual.
fn text_styles(times: f32) -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::proportional(times * SMALL)),
        (TextStyle::Body, FontId::proportional(times * BODY)),
        (TextStyle::Button, FontId::proportional(times * BODY)),
        (TextStyle::Heading, FontId::new(times * TITLE, strong_family())),
        (TextStyle::Monospace, FontId::monospace(times * SMALL)),
    ]
    .into()
}

/// Makes every letter of what follows so many times as large as usual.
pub(in crate::app) fn enlarge(ui: &mut egui::Ui, times: f32) {
    ui.style_mut().text_styles = text_styles(times);
}

/// Makes every letter of what lies over the window, tips above all, so many times as large as usual.
pub(in crate::app) fn enlarge_tips(ctx: &egui::Context, times: f32) {
    let wanted = text_styles(times);
    if ctx.style_of(egui::Theme::Dark).text_styles != wanted {
        ctx.all_styles_mut(|style| style.text_styles.clone_from(&wanted));
    }
}

fn visuals(theme: egui::Theme, high_contrast: bool) -> Visuals {
    let mut tones = match theme {
        egui::Theme::Dark => DARK,
        egui::Theme::Light => LIGHT,
    };
    if high_contrast {
        tones = of_high_contrast(theme, tones);
    }
    let [at_rest, hovered, pressed] = tones.control;
    let [letters, strong, weak] = tones.letters;
    let corner_radius = CornerRadius::same(CORNER);
    // In the theme of high contrast every control has an outline.
    let outline = if high_contrast {
        Stroke::new(1.0, letters)
    } else {
        Stroke::NONE
    };
    let control = |fill: Color32, bg_stroke: Stroke, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke,
        corner_radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let mut visuals = theme.default_visuals();
    visuals.weak_text_color = Some(weak);
    visuals.panel_fill = tones.ground;
    visuals.window_fill = tones.over;
    visuals.window_stroke = Stroke::new(1.0, tones.line);
    visuals.extreme_bg_color = tones.well;
    visuals.faint_bg_color = tones.well;
    visuals.hyperlink_color = tones.accent;
    visuals.selection.bg_fill = tones.chosen;
    visuals.selection.stroke = Stroke::new(1.0, strong);
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
    visuals.indent_has_left_vline = false;
    visuals.text_cursor.stroke.color = tones.accent;
    let widgets = &mut visuals.widgets;
    let line = if high_contrast { letters } else { tones.line };
    widgets.noninteractive = control(tones.ground, Stroke::new(1.0, line), letters);
    widgets.inactive = control(at_rest, outline, letters);
    widgets.hovered = control(hovered, outline, strong);
    // What has the keyboard, and what is pressed: told by a line that nothing else has.
    widgets.active = control(pressed, Stroke::new(1.5, tones.accent), strong);
    widgets.open = control(hovered, outline, strong);
    visuals
}

/// Black and white.
fn of_high_contrast(theme: egui::Theme, tones: Tones) -> Tones {
    let (ground, letters) = match theme {
        egui::Theme::Dark => (Color32::BLACK, Color32::WHITE),
        egui::Theme::Light => (Color32::WHITE, Color32::BLACK),
    };
    Tones {
        ground,
        well: ground,
        line: letters,
        letters: [letters; 3],
        over: ground,
        ..tones
    }
}
