//! A figure's SVG read back, with the fonts that come with the program: the same letters, whatever the machine has.

use std::sync::Arc;

use resvg::usvg::{Options, Tree, fontdb};

use super::FigureError;

const FONTS: [&[u8]; 2] = [
    include_bytes!("../../assets/fonts/DejaVuSans.ttf"),
    include_bytes!("../../assets/fonts/DejaVuSans-Bold.ttf"),
];
const FAMILY: &str = "DejaVu Sans";

/// Reads a figure.
///
/// # Errors
/// [`FigureError::Draw`] where it is none: a mistake of the program.
pub(super) fn tree(svg: &str) -> Result<Tree, FigureError> {
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
    Tree::from_str(svg, &options).map_err(|error| FigureError::Draw(error.to_string()))
}
