//! Rows of a strip: the name of each at the left of the plot, and a text beside its bracket.
//!
//! The text stands right of the bracket, where there is no room for it left of it, and on it where there is none there either;
//! it is long where it can be.

use super::marks::draw_shape;
use super::svg::{Anchor, Letters, Rectangle, Svg, text_width};
use crate::chart::{Bracket, Look, Pen, Picture, Role, Row, Shape, Stroke};

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

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// It begins there.
    Right(f64),
    /// It ends there.
    Left(f64),
    /// Its middle is there.
    On(f64),
}

/// Draws brackets, texts and names of rows in their plot; `across` gives the pixel of a position.
pub(super) fn draw_rows(
    svg: &mut Svg,
    picture: &Picture,
    plot: Rectangle,
    look: &Look,
    across: impl Fn(f64) -> f64,
) {
    for (i, row) in picture.rows.iter().enumerate() {
        let middle = plot.top + (i as f64 + 0.5) * ROW_HEIGHT;
        let name = Letters::new(NAME_SIZE, look.colour(row.pen.mode)).anchored(Anchor::End);
        svg.text(&row.label, [plot.left - 10.0, middle], name);
        if let Some(bracket) = &row.bracket {
            draw_bracket(svg, row, bracket, (plot, middle), look, &across);
        }
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
    let widths = [&bracket.text, &bracket.short].map(|text| text_width(text, SIZE));
    let (is_long, place) = placed(widths, ends, edges);
    let (words, width) = if is_long {
        (&bracket.text, widths[0])
    } else {
        (&bracket.short, widths[1])
    };
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
    svg.area(behind, look.paper, 1.0);
    if is_in_sight(bracket.left) {
        draw_shape(svg, bracket.peak, [ends.0, middle], pen, look);
    }
    if bracket.is_closed && is_in_sight(bracket.right) {
        draw_shape(svg, Shape::Learned, [ends.1, middle], pen, look);
    }
    svg.text(words, [x, middle], Letters::new(SIZE, look.ink).anchored(anchor));
}

/// Whether the long text is taken, and where it stands, given the widths of the long and the short one, the ends of the
/// bracket and the edges of the plot.
fn placed(widths: [f64; 2], bracket: (f64, f64), edges: (f64, f64)) -> (bool, Place) {
    let (after, before) = (bracket.1 + SPACE, bracket.0 - SPACE);
    for (is_long, width) in [true, false].into_iter().zip(widths) {
        if after + width <= edges.1 {
            return (is_long, Place::Right(after));
        }
        if before - width >= edges.0 {
            return (is_long, Place::Left(before));
        }
    }
    let room = bracket.1 - bracket.0 - 2.0 * SPACE;
    let is_long = widths[0] <= room;
    let half = 0.5 * widths[usize::from(!is_long)];
    let middle = f64::midpoint(bracket.0, bracket.1);
    // Inside the plot, whatever there is no room for.
    let (least, greatest) = (edges.0 + half, edges.1 - half);
    (is_long, Place::On(middle.min(greatest).max(least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_where_there_is_room() {
        let edges = (100.0, 900.0);
        let placed = |bracket| placed([300.0, 150.0], bracket, edges);
        assert_eq!(placed((150.0, 300.0)), (true, Place::Right(300.0 + SPACE)));
        assert_eq!(placed((500.0, 700.0)), (true, Place::Left(500.0 - SPACE)));
        // Neither side has room for the long text, the right one for the short one.
        assert_eq!(placed((300.0, 700.0)), (false, Place::Right(700.0 + SPACE)));
        assert_eq!(placed((300.0, 800.0)), (false, Place::Left(300.0 - SPACE)));
        assert_eq!(placed((150.0, 900.0)), (true, Place::On(525.0)));
    }

    #[test]
    fn texts_never_leave_the_plot_nor_cover_the_ends_of_a_bracket() {
        // A plot wide enough for both texts beside a bracket of no length, as every figure's is.
        let (widths, edges) = ([370.0, 260.0], (108.0, 946.0));
        for start in (108..946).step_by(6) {
            for end in (start..=946).step_by(6) {
                let (start, end) = (f64::from(start), f64::from(end));
                let (is_long, place) = placed(widths, (start, end), edges);
                let width = widths[usize::from(!is_long)];
                let (left, right) = match place {
                    Place::Right(x) => (x, x + width),
                    Place::Left(x) => (x - width, x),
                    Place::On(x) => (x - 0.5 * width, x + 0.5 * width),
                };
                assert!(left >= edges.0 && right <= edges.1, "{start} {end}: {place:?}");
                let is_clear = |mark: f64| mark + 10.0 < left || mark - 10.0 > right;
                assert!(is_clear(start) && is_clear(end), "{start} {end}: {place:?}");
            }
        }
    }
}
