//! A figure as PNG.

use resvg::tiny_skia::{Pixmap, Transform};

use super::FigureError;
use super::tree::tree;

/// Draws an SVG of so many pixels; `resolution` is the pixels of the PNG for one of them.
///
/// # Errors
/// [`FigureError::Draw`] where the figure is none: a mistake of the program.
pub(super) fn png(svg: &str, size: (u32, u32), resolution: f64) -> Result<Vec<u8>, FigureError> {
    let tree = tree(svg)?;
    let [width, height] = [size.0, size.1].map(|pixels| (resolution * f64::from(pixels)).round() as u32);
    let mut pixels =
        Pixmap::new(width, height).ok_or_else(|| FigureError::Draw("a picture of no size".to_owned()))?;
    // A figure for paper has a size of its own in millimetres.
    let own = tree.size();
    let scale = [width as f32 / own.width(), height as f32 / own.height()];
    resvg::render(
        &tree,
        Transform::from_scale(scale[0], scale[1]),
        &mut pixels.as_mut(),
    );
    pixels
        .encode_png()
        .map_err(|error| FigureError::Draw(error.to_string()))
}
