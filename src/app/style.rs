//! Colours and line styles of the window.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align, Color32, FontData, FontDefinitions, FontId, Visuals};

use crate::chart::Look;
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

/// Least contrast of letters with their ground (WCAG 2.2, success criterion 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

/// Colour of a mode for letters: that of its curves, darkened or lightened as far as reading asks for.
pub(super) fn mode_text_color(mode: usize, visuals: &Visuals) -> Color32 {
    readable(mode_color(mode, visuals), visuals.panel_fill)
}

/// A colour with enough contrast to be read on `ground`.
fn readable(color: Color32, ground: Color32) -> Color32 {
    let target = if luminance(ground) > 0.18 { 0.0 } else { 255.0 };
    let towards =
        |channel: u8, share: f64| (f64::from(channel) + share * (target - f64::from(channel))).round() as u8;
    (0..=20)
        .map(|i| f64::from(i) / 20.0)
        .map(|share| {
            Color32::from_rgb(
                towards(color.r(), share),
                towards(color.g(), share),
                towards(color.b(), share),
            )
        })
        .find(|&mixed| contrast(mixed, ground) >= LEAST_CONTRAST)
        .unwrap_or(color)
}

/// Contrast ratio of two colours, from 1 to 21.
fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance of an opaque colour (sRGB).
fn luminance(color: Color32) -> f64 {
    let linear = |channel: u8| {
        let x = f64::from(channel) / 255.0;
        if x <= 0.040_45 {
            x / 12.92
        } else {
            ((x + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

/// The colours in which pictures are drawn on the ground of a panel.
pub(super) fn look(visuals: &Visuals) -> Look {
    let rgb = |color: Color32| [color.r(), color.g(), color.b()];
    let usual = Look::on_paper(ground(visuals));
    let is_of_high_contrast = matches!(visuals.panel_fill, Color32::BLACK | Color32::WHITE);
    Look {
        paper: rgb(visuals.panel_fill),
        ink: if is_of_high_contrast {
            rgb(visuals.text_color())
        } else {
            usual.ink
        },
        grey: rgb(quiet(visuals)),
        ..usual
    }
}

/// Size of an exponent, of that of its number: the font's own raised digits are a third as high, and cannot be told apart.
const EXPONENT: f32 = 0.8;

/// A text whose raised digits are those of the font, made smaller and set at the top.
pub(super) fn with_legible_exponents(text: &str, font: &FontId, color: Color32) -> LayoutJob {
    const RAISED: &str = "\u{2070}\u{b9}\u{b2}\u{b3}\u{2074}\u{2075}\u{2076}\u{2077}\u{2078}\u{2079}";
    let plain = |letter: char| match letter {
        '\u{207b}' => Some('\u{2212}'),
        letter => {
            let digit = RAISED.chars().position(|raised| raised == letter)?;
            char::from_digit(digit as u32, 10)
        }
    };
    let mut job = LayoutJob::default();
    let small = FontId::new(EXPONENT * font.size, font.family.clone());
    for letter in text.chars() {
        let raised = plain(letter);
        let format = TextFormat {
            font_id: if raised.is_some() {
                small.clone()
            } else {
                font.clone()
            },
            valign: Align::TOP,
            color,
            ..TextFormat::default()
        };
        job.append(raised.unwrap_or(letter).encode_utf8(&mut [0; 4]), 0.0, format);
    }
    job
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        // Its own example of grey on white that just passes.
        assert!((contrast(Color32::from_rgb(0x76, 0x76, 0x76), Color32::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn everything_written_can_be_read_in_every_theme() {
        let ctx = egui::Context::default();
        for high_contrast in [false, true] {
            apply(&ctx, high_contrast, false);
            for theme in [egui::Theme::Dark, egui::Theme::Light] {
                let visuals = &ctx.style_of(theme).visuals;
                let mut colors = vec![visuals.text_color(), quiet(visuals), amber(visuals), red(visuals)];
                colors.extend((0..8).map(|mode| mode_text_color(mode, visuals)));
                for color in colors {
                    let found = contrast(color, visuals.panel_fill);
                    assert!(
                        found >= LEAST_CONTRAST,
                        "{theme:?}, {high_contrast}: {color:?} has {found}"
                    );
                }
            }
        }
    }
}
