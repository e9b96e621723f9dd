//! Rows of a strip: the name of each at the left of the plot, and a text beside its bracket.
//!
//! The text stands right of the bracket, where there is no room for it left of it, and on it where there is none there either;
//! it is long where it can be.

use plotters::element::{Rectangle as Box2, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, RGBColor};

use super::pen::{Canvas, Chart, DrawError, Rectangle, font, signed, text_width};
use super::theme::Theme;

/// Height of a row in pixels.
pub(super) const ROW_HEIGHT: u32 = 24;
/// Size of the texts.
const SIZE: u32 = 12;
/// Pixels from the end of a bracket, where a mark stands, to the text.
const SPACE: u32 = 13;

/// Drawing units that an axis takes inside the plot.
const AXIS: i32 = 7;

/// A row.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) colour: RGBColor,
    /// Place of its middle.
    pub(super) height: f64,
    pub(super) text: Option<RowText>,
}

/// What is said of a bracket.
pub(super) struct RowText {
    /// Places of its ends across.
    pub(super) bracket: (f64, f64),
    pub(super) long: String,
    pub(super) short: String,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// It begins there.
    Right(i32),
    /// It ends there.
    Left(i32),
    /// Its middle is there.
    On(i32),
}

/// Draws names and texts of rows in their plot.
pub(super) fn draw_rows(
    root: &Canvas<'_>,
    chart: &Chart<'_, '_>,
    plot: Rectangle,
    rows: &[Row],
    theme: Theme,
) -> Result<(), DrawError> {
    let edges = (signed(plot.left), signed(plot.left + plot.width));
    let bottom = signed(plot.top + plot.height);
    let start = chart.x_range().start;
    for row in rows {
        let across = |x: f64| chart.backend_coord(&(x, row.height)).0;
        let middle = chart.backend_coord(&(start, row.height)).1;
        let style = font(13, row.colour).pos(Pos::new(HPos::Right, VPos::Center));
        root.draw(&Text::new(
            row.label.clone(),
            (edges.0 - signed(10), middle),
            style,
        ))?;
        let Some(text) = &row.text else { continue };
        let bracket = (across(text.bracket.0), across(text.bracket.1));
        let widths = [&text.long, &text.short].map(|text| text_width(text, SIZE));
        let (is_long, side) = placed(widths, bracket, edges);
        let (words, width) = if is_long {
            (&text.long, widths[0])
        } else {
            (&text.short, widths[1])
        };
        let (x, left, anchor) = match side {
            Side::Right(x) => (x, x, HPos::Left),
            Side::Left(x) => (x, x - width, HPos::Right),
            Side::On(x) => (x, x - width / 2, HPos::Center),
        };
        // Lines of other modes would run through the words. As high as the row, so that no pieces of them are left between
        // rows; but the axes stay.
        let (air, half) = (signed(4), signed(ROW_HEIGHT) / 2);
        let corners = [
            ((left - air).max(edges.0 + AXIS), middle - half),
            (
                (left + width + air).min(edges.1),
                (middle + half).min(bottom - AXIS),
            ),
        ];
        root.draw(&Box2::new(corners, theme.paper.filled()))?;
        let style = font(SIZE, theme.ink).pos(Pos::new(anchor, VPos::Center));
        root.draw(&Text::new(words.clone(), (x, middle), style))?;
    }
    Ok(())
}

/// Whether the long text is taken, and where it stands, given the widths of the long and the short one, the ends of the
/// bracket and the edges of the plot.
fn placed(widths: [i32; 2], bracket: (i32, i32), edges: (i32, i32)) -> (bool, Side) {
    let (after, before) = (bracket.1 + signed(SPACE), bracket.0 - signed(SPACE));
    for (is_long, width) in [true, false].into_iter().zip(widths) {
        if after + width <= edges.1 {
            return (is_long, Side::Right(after));
        }
        if before - width >= edges.0 {
            return (is_long, Side::Left(before));
        }
    }
    let room = bracket.1 - bracket.0 - 2 * signed(SPACE);
    let is_long = widths[0] <= room;
    let half = widths[usize::from(!is_long)] / 2;
    let middle = i32::midpoint(bracket.0, bracket.1);
    // Inside the plot, whatever there is no room for.
    let (least, greatest) = (edges.0 + half, edges.1 - half);
    (is_long, Side::On(middle.min(greatest).max(least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_where_there_is_room() {
        let edges = (1000, 9000);
        let placed = |bracket| placed([3000, 1500], bracket, edges);
        let space = signed(SPACE);
        assert_eq!(placed((1500, 3000)), (true, Side::Right(3000 + space)));
        assert_eq!(placed((5000, 7000)), (true, Side::Left(5000 - space)));
        // Neither side has room for the long text, the right one for the short one.
        assert_eq!(placed((3000, 7000)), (false, Side::Right(7000 + space)));
        assert_eq!(placed((3000, 8000)), (false, Side::Left(3000 - space)));
        assert_eq!(placed((1500, 9000)), (true, Side::On(5250)));
    }

    #[test]
    fn texts_never_leave_the_plot_nor_cover_the_ends_of_a_bracket() {
        // A plot wide enough for both texts beside a bracket of no length, as every figure's is.
        let (widths, edges) = ([3700, 2600], (1080, 9460));
        for start in (edges.0..edges.1).step_by(60) {
            for end in (start..=edges.1).step_by(60) {
                let (is_long, side) = placed(widths, (start, end), edges);
                let width = widths[usize::from(!is_long)];
                let (left, right) = match side {
                    Side::Right(x) => (x, x + width),
                    Side::Left(x) => (x - width, x),
                    Side::On(x) => (x - width / 2, x + width / 2),
                };
                assert!(left >= edges.0 && right <= edges.1, "{start} {end}: {side:?}");
                let is_clear = |mark: i32| mark + 100 < left || mark - 100 > right;
                assert!(is_clear(start) && is_clear(end), "{start} {end}: {side:?}");
            }
        }
    }
}
