//! An SVG figure as PNG, drawn with the fonts that come with the program: the same picture, whatever the machine has.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::FigureError;

/// Pixels of the PNG for a pixel of the figure.
const RESOLUTION: u32 = 2;
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../../assets/fonts/DejaVuSans.ttf"),
    include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf"),
];
const FAMILY: &str = "DejaVu Sans";

/// Draws an SVG of so many pixels.
///
/// # Errors
/// [`FigureError::Draw`] where the figure is none: a mistake of the program.
pub(super) fn png(svg: &str, size: (u32, u32)) -> Result<Vec<u8>, FigureError> {
    let mut fonts = fontdb::Database::new();
    for font in FONTS {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family(FAMILY);
    let options = Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let drawn = |error: &dyn std::fmt::Display| FigureError::Draw(error.to_string());
    let tree = Tree::from_str(svg, &options).map_err(|error| drawn(&error))?;
    let mut pixels = Pixmap::new(RESOLUTION * size.0, RESOLUTION * size.1)
        .ok_or_else(|| FigureError::Draw("a picture of no size".to_owned()))?;
    let scale = RESOLUTION as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| drawn(&error))
}
