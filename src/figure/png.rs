//! A figure as PNG.

use resvg::tiny_skia::{Pixmap, Transform};

use super::FigureError;
use super::tree::tree;

/// Pixels of the PNG for a pixel of the figure.
const RESOLUTION: u32 = 2;

/// Draws an SVG of so many pixels.
///
/// # Errors
/// [`FigureError::Draw`] where the figure is none: a mistake of the program.
pub(super) fn png(svg: &str, size: (u32, u32)) -> Result<Vec<u8>, FigureError> {
    let tree = tree(svg)?;
    let mut pixels = Pixmap::new(RESOLUTION * size.0, RESOLUTION * size.1)
        .ok_or_else(|| FigureError::Draw("a picture of no size".to_owned()))?;
    let scale = RESOLUTION as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| FigureError::Draw(error.to_string()))
}
