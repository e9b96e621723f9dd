//! How the window looks: its tokens, both themes made from them, letters, and the colours of modes and warnings.

mod letters;
mod theme;
mod tokens;

use eframe::egui::{Color32, Visuals};

use crate::chart::Look;
use crate::palette::{Ground, mode_style};

pub(super) use letters::{install_fonts, strong, with_legible_exponents};
pub(super) use theme::{apply, enlarge, enlarge_tips};
pub(super) use tokens::{BODY, CONTROL, PROSE, SLIDER, SMALL, STEP, TITLE};

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

/// What is chosen, and what can be moved.
pub(super) fn accent(visuals: &Visuals) -> Color32 {
    visuals.hyperlink_color
}

#[cfg(test)]
mod tests {
    use eframe::egui;

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
                let mut colors = vec![
                    visuals.text_color(),
                    quiet(visuals),
                    amber(visuals),
                    red(visuals),
                    accent(visuals),
                ];
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
