//! Colours and line styles of the window.

use std::sync::Arc;

use eframe::egui::{self, Color32, FontData, FontDefinitions, Visuals};
use egui_plot::LineStyle;

use crate::experiment::Dynamics;
use crate::palette::{Ground, mode_style};

/// What the present theme draws on.
pub(super) fn ground(visuals: &Visuals) -> Ground {
    if visuals.dark_mode {
        Ground::Dark
    } else {
        Ground::Light
    }
}

/// Colour of a mode, counted from 0.
pub(super) fn mode_color(mode: usize, visuals: &Visuals) -> Color32 {
    let [r, g, b] = mode_style(mode, ground(visuals)).color;
    Color32::from_rgb(r, g, b)
}

/// How a lane's curves are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LaneStyle {
    pub(super) width: f32,
    pub(super) line: LineStyle,
    /// Share of the mode's colour over the ground.
    pub(super) opacity: f32,
}

/// Style of a lane: the first is solid; beside it, gradient flow is thin and dashed, other dynamics are dotted, the denser the
/// closer they are to SGD.
pub(super) fn lane_style(lane: usize, dynamics: Dynamics, mode: usize, ground: Ground) -> LaneStyle {
    let repeated = mode_style(mode, ground).dashed;
    let dotted = |spacing| LaneStyle {
        width: 1.6,
        line: LineStyle::Dotted { spacing },
        opacity: 0.9,
    };
    match (lane, dynamics) {
        (0, _) => LaneStyle {
            width: 2.0,
            line: if repeated {
                LineStyle::Dashed { length: 14.0 }
            } else {
                LineStyle::Solid
            },
            opacity: 1.0,
        },
        (_, Dynamics::GradientFlow) => LaneStyle {
            width: 1.2,
            line: LineStyle::Dashed { length: 6.0 },
            opacity: 0.85,
        },
        (_, Dynamics::Sgd) => dotted(3.0),
        (_, Dynamics::Langevin) => dotted(5.0),
        (_, Dynamics::IsotropicLangevin) => dotted(9.0),
    }
}

/// Style of what theory predicts: thin and dashed.
pub(super) const THEORY: LaneStyle = LaneStyle {
    width: 1.3,
    line: LineStyle::Dashed { length: 5.0 },
    opacity: 1.0,
};

/// Style of what theory predicts where its assumptions do not hold.
pub(super) const THEORY_BAND: LaneStyle = LaneStyle {
    width: 11.0,
    line: LineStyle::Solid,
    opacity: 0.35,
};

/// A warning that needs attention soon.
pub(super) fn amber(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode {
        Color32::from_rgb(0xf2, 0xb1, 0x34)
    } else {
        Color32::from_rgb(0x9a, 0x5b, 0x00)
    }
}

/// A warning that needs attention now.
pub(super) fn red(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode {
        Color32::from_rgb(0xff, 0x6b, 0x5e)
    } else {
        Color32::from_rgb(0xb3, 0x1b, 0x1b)
    }
}

/// Lines and labels that stand behind the data.
pub(super) fn quiet(visuals: &Visuals) -> Color32 {
    visuals.weak_text_color()
}

/// Sets up both themes: usual or of high contrast, with or without animations.
pub(super) fn apply(ctx: &egui::Context, high_contrast: bool, reduced_motion: bool) {
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        let mut style = egui::Style {
            visuals: theme.default_visuals(),
            ..egui::Style::default()
        };
        if reduced_motion {
            style.animation_time = 0.0;
        }
        let visuals = &mut style.visuals;
        if high_contrast {
            let (ground, text) = match theme {
                egui::Theme::Dark => (Color32::BLACK, Color32::WHITE),
                egui::Theme::Light => (Color32::WHITE, Color32::BLACK),
            };
            visuals.override_text_color = Some(text);
            visuals.panel_fill = ground;
            visuals.window_fill = ground;
            visuals.extreme_bg_color = ground;
            visuals.weak_text_color = Some(text);
            for widget in [
                &mut visuals.widgets.noninteractive,
                &mut visuals.widgets.inactive,
                &mut visuals.widgets.hovered,
                &mut visuals.widgets.active,
                &mut visuals.widgets.open,
            ] {
                widget.bg_stroke = egui::Stroke::new(1.0, text);
                widget.fg_stroke.color = text;
            }
        } else if theme == egui::Theme::Light {
            // The usual text and its weak form have too little contrast for a projector.
            visuals.override_text_color = Some(Color32::from_gray(40));
            visuals.weak_text_color = Some(Color32::from_gray(95));
        } else {
            visuals.override_text_color = Some(Color32::from_gray(205));
            visuals.weak_text_color = Some(Color32::from_gray(150));
        }
        ctx.set_style_of(theme, style);
    }
}

/// Adds the mathematical glyphs that the standard fonts lack (raised signs, transposes, arrows) behind them.
pub(super) fn install_fonts(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let name = "DejaVuSansMath".to_owned();
    let data = FontData::from_static(include_bytes!("../../assets/fonts/DejaVuSansMath.ttf"));
    fonts.font_data.insert(name.clone(), Arc::new(data));
    for family in fonts.families.values_mut() {
        family.push(name.clone());
    }
    ctx.set_fonts(fonts);
}
