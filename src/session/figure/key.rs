//! The key of a panel: what its lines, marks and bars mean.

use plotters::element::{Circle, PathElement, Polygon, Rectangle as Box2, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, RGBColor};

use super::WIDTH;
use super::curve::Stroke;
use super::pen::{Canvas, DrawError, OUTLINE, dashes, diamond, font, outline, px, signed, text_width};
use super::theme::Theme;

/// Pixels before the signs of a key.
pub(super) const KEY_SPACE: u32 = 16;

/// Shape of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Diamond,
    HollowDiamond,
    Disc,
}

/// What a sign means.
pub(super) struct Key {
    pub(super) label: String,
    pub(super) colour: RGBColor,
    pub(super) sign: Sign,
}

/// What stands before a label in the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A line of a width in drawing units.
    Line(u32, Stroke),
    Mark(Shape),
    Bar,
}

impl Key {
    /// Drawing units it takes, the space before the sign included.
    pub(super) fn width(&self) -> i32 {
        signed(KEY_SPACE + self.sign.width() + 7) + text_width(&self.label, 12)
    }

    pub(super) fn draw(
        &self,
        root: &Canvas<'_>,
        (left, middle): (i32, i32),
        theme: Theme,
    ) -> Result<(), DrawError> {
        let start = left + signed(KEY_SPACE);
        let end = start + signed(self.sign.width());
        match self.sign {
            Sign::Line(width, stroke) => {
                let style = self.colour.stroke_width(width);
                let points = [start, end].map(|x| (f64::from(x), f64::from(middle)));
                for dash in dashes(&points, stroke, f64::from(px(WIDTH)), |point| point) {
                    let whole = dash.iter().map(|&(x, y)| (x.round() as i32, y.round() as i32));
                    root.draw(&PathElement::new(whole.collect::<Vec<_>>(), style))?;
                }
            }
            Sign::Mark(shape) => {
                let at = (i32::midpoint(start, end), middle);
                match shape {
                    Shape::Disc => {
                        root.draw(&Circle::new(at, f64::from(px(9)) / 2.0, self.colour.filled()))?;
                    }
                    Shape::Diamond => {
                        let corners = diamond(px(7)).map(|(x, y)| (at.0 + x, at.1 + y));
                        root.draw(&Polygon::new(corners, self.colour.filled()))?;
                    }
                    Shape::HollowDiamond => {
                        let corners = outline(px(6)).map(|(x, y)| (at.0 + x, at.1 + y));
                        root.draw(&PathElement::new(corners, self.colour.stroke_width(OUTLINE)))?;
                    }
                }
            }
            Sign::Bar => {
                let corners = [(start, middle - signed(6)), (end, middle + signed(6))];
                root.draw(&Box2::new(corners, theme.faint(self.colour, 0.4).filled()))?;
            }
        }
        let style = font(12, theme.ink).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(self.label.clone(), (end + signed(7), middle), style))
    }
}

impl Sign {
    /// Its width in pixels.
    fn width(self) -> u32 {
        match self {
            Self::Line(..) => 27,
            Self::Mark(_) => 12,
            Self::Bar => 17,
        }
    }
}
