//! Rows of a strip: the name of each at the left of the plot, and a text beside its bracket.

use super::marks::draw_shape;
use super::svg::{Anchor, Letters, Rectangle, Svg, text_width};
use crate::chart::{
    Bracket, Look, Pen, Picture, Place, Role, Row, Shape, Stroke, beside_bracket, places_in_row,
};

/// Height of a row in pixels.
pub(super) const ROW_HEIGHT: f64 = 24.0;
/// Size of the texts.
const SIZE: f64 = 12.0;
/// Size of the names.
const NAME_SIZE: f64 = 13.0;
/// Pixels from the end of a bracket, where a mark stands, to the text.
const SPACE: f64 = 13.0;
/// Width of a bracket.
const BRACKET: f32 = 1.6;
/// Pixels that an axis takes inside the plot.
const AXIS: f64 = 0.7;

/// Draws brackets, texts and names of rows in their plot; `across` gives the pixel of a position.
pub(super) fn draw_rows(
    svg: &mut Svg,
    picture: &Picture,
    plot: Rectangle,
    look: &Look,
    across: impl Fn(f64) -> f64,
) {
    let height = plot.height / picture.rows.len().max(1) as f64;
    let (of_run, of_kept) = places_in_row(picture);
    for (i, row) in picture.rows.iter().enumerate() {
        let top = plot.top + i as f64 * height;
        let middle = top + of_run * height;
        let name = Letters::new(NAME_SIZE, look.colour(row.pen.mode)).anchored(Anchor::End);
        svg.text(&row.label, [plot.left - 10.0, middle], name);
        for bracket in &row.kept {
            draw_kept(svg, row, bracket, (plot, top + of_kept * height), look, &across);
        }
        if let Some(bracket) = &row.bracket {
            draw_bracket(svg, row, bracket, (plot, middle), look, &across);
        }
    }
}

/// The bracket of a kept run, under that of the run.
fn draw_kept(
    svg: &mut Svg,
    row: &Row,
    bracket: &Bracket,
    (plot, middle): (Rectangle, f64),
    look: &Look,
    across: impl Fn(f64) -> f64,
) {
    let pen = Pen {
        role: Role::KeptRun,
        ..row.pen
    };
    let inside = |x: f64| across(x).clamp(plot.left, plot.right());
    let ends = [[inside(bracket.left), middle], [inside(bracket.right), middle]];
    let stroke = Stroke {
        width: BRACKET,
        ..look.stroke(pen)
    };
    svg.line(&ends, stroke);
    let is_in_sight = |x: f64| (plot.left..=plot.right()).contains(&across(x));
    draw_ends(svg, bracket, ends, is_in_sight, (pen, look));
}

/// The marks at the ends of a bracket, as far as they are in sight.
fn draw_ends(
    svg: &mut Svg,
    bracket: &Bracket,
    ends: [[f64; 2]; 2],
    is_in_sight: impl Fn(f64) -> bool,
    (pen, look): (Pen, &Look),
) {
    if is_in_sight(bracket.left) {
        draw_shape(svg, bracket.peak, ends[0], pen, look);
    }
    if bracket.is_closed && is_in_sight(bracket.right) {
        draw_shape(svg, Shape::Learned, ends[1], pen, look);
    }
}

fn draw_bracket(
    svg: &mut Svg,
    row: &Row,
    bracket: &Bracket,
    (plot, middle): (Rectangle, f64),
    look: &Look,
    across: impl Fn(f64) -> f64,
) {
    // What lies outside the range in sight is held at its edge.
    let inside = |x: f64| across(x).clamp(plot.left, plot.right());
    let ends = (inside(bracket.left), inside(bracket.right));
    let edges = (plot.left, plot.right());
    let widths = bracket.texts.each_ref().map(|text| text_width(text, SIZE));
    let (text, place) = beside_bracket(widths, ends, edges, SPACE);
    let (words, width) = (&bracket.texts[text], widths[text]);
    let (x, left, anchor) = match place {
        Place::Right(x) => (x, x, Anchor::Start),
        Place::Left(x) => (x, x - width, Anchor::End),
        Place::On(x) => (x, x - 0.5 * width, Anchor::Middle),
    };
    let is_in_sight = |x: f64| (plot.left..=plot.right()).contains(&across(x));
    let pen = Pen {
        role: Role::Run,
        ..row.pen
    };
    let stroke = Stroke {
        width: BRACKET,
        ..look.stroke(pen)
    };
    // Lines of other modes would run through the words. As high as the row, so that no pieces of them are left between
    // rows; but the axes stay.
    let (air, top) = (4.0, middle - 0.5 * ROW_HEIGHT);
    let behind = Rectangle {
        left: (left - air).max(edges.0 + AXIS),
        top,
        width: (left + width + air).min(edges.1) - (left - air).max(edges.0 + AXIS),
        height: (top + ROW_HEIGHT).min(plot.bottom() - AXIS) - top,
    };
    svg.line(&[[ends.0, middle], [ends.1, middle]], stroke);
    // Over its own marks a text could not be read.
    let has_words = !matches!(place, Place::On(_)) || width + 2.0 * SPACE <= ends.1 - ends.0;
    if has_words {
        svg.area(behind, look.paper, 1.0);
    }
    let ends = [[ends.0, middle], [ends.1, middle]];
    draw_ends(svg, bracket, ends, is_in_sight, (pen, look));
    if has_words {
        svg.text(words, [x, middle], Letters::new(SIZE, look.ink).anchored(anchor));
    }
}
