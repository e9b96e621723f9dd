//! Fonts, the two weights of letters, and exponents that can be read.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align, Color32, FontData, FontDefinitions, FontFamily, FontId, RichText};

/// The family of the heavier weight.
const STRONG: &str = "strong";

/// The heavier of the two weights.
pub(super) fn strong_family() -> FontFamily {
    FontFamily::Name(STRONG.into())
}

/// A text in the heavier weight.
pub(in crate::app) fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(strong_family())
}

/// Size of an exponent, of that of its number: the font's own raised digits are a third as high, and cannot be told apart.
const EXPONENT: f32 = 0.8;

/// A text whose raised digits are those of the font, made smaller and set at the top.
pub(in crate::app) fn with_legible_exponents(text: &str, font: &FontId, color: Color32) -> LayoutJob {
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

/// Inter in two weights, its figures all of one width so that read-outs stand still; behind it egui's own fonts, where the program has
/// them, and the mathematical glyphs that none of these has.
pub(in crate::app) fn install_fonts(ctx: &egui::Context) {
    const REGULAR: &str = "Inter";
    const SEMIBOLD: &str = "Inter SemiBold";
    const MATH: &str = "DejaVu Sans";
    let mut fonts = FontDefinitions::default();
    for (name, data) in [
        (
            REGULAR,
            &include_bytes!("../../../assets/fonts/Inter-Regular.otf")[..],
        ),
        (
            SEMIBOLD,
            &include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")[..],
        ),
        (
            MATH,
            &include_bytes!("../../../assets/fonts/DejaVuSansMath.ttf")[..],
        ),
    ] {
        let data = Arc::new(FontData::from_static(data));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let behind = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let family = |first: &str| {
        let first = std::iter::once(first.to_owned());
        { first.chain(behind.iter().cloned()) }
            .chain([MATH.to_owned()])
            .collect::<Vec<_>>()
    };
    for plain in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.insert(plain, family(REGULAR));
    }
    fonts.families.insert(strong_family(), family(SEMIBOLD));
    ctx.set_fonts(fonts);
}
