//! The keys of a panel: what its lines, marks and areas mean.

use super::heat::draw_arrow_between;
use super::marks::draw_shape;
use super::svg::{Letters, Rectangle, Svg, text_width};
use crate::chart::{Dashes, Key, KeyLines, Look, Sign, Stroke, hatch_lines};

/// Pixels before the sign of a key.
const SPACE: f64 = 16.0;
/// Pixels between a sign and its words.
const GAP: f64 = 7.0;
/// Size of the words.
const SIZE: f64 = 12.0;
/// Height of a line of keys.
const LINE: f64 = 18.0;

/// Keys laid out in lines.
pub(super) struct PlacedKeys<'a> {
    keys: &'a [Key],
    lines: KeyLines,
}

impl<'a> PlacedKeys<'a> {
    /// Lays out keys beside a title that leaves `beside` pixels, or in lines of their own, each `width` pixels at most.
    pub(super) fn new(keys: &'a [Key], beside: f64, width: f64) -> Self {
        let widths: Vec<f64> = keys.iter().map(key_width).collect();
        let lines = KeyLines::new(&widths, beside, width);
        Self { keys, lines }
    }

    /// Pixels needed below the title.
    pub(super) fn height(&self) -> f64 {
        self.lines.n_below() as f64 * LINE
    }

    /// Pixels of the longest line.
    pub(super) fn width(&self) -> f64 {
        let lines = self.lines.lines.iter();
        lines
            .map(|line| self.keys[line.clone()].iter().map(key_width).sum())
            .fold(0.0, f64::max)
    }

    /// Draws them, each line ending at `right`; the middle of the title's line is at `title`.
    pub(super) fn draw(&self, svg: &mut Svg, right: f64, title: f64, look: &Look) {
        let mut middle = if self.lines.begins_at_title {
            title
        } else {
            title + LINE
        };
        for line in &self.lines.lines {
            let keys = &self.keys[line.clone()];
            let mut left = right - keys.iter().map(key_width).sum::<f64>();
            for key in keys {
                draw_key(svg, key, [left, middle], look);
                left += key_width(key);
            }
            middle += LINE;
        }
    }
}

/// Pixels a key takes, the space before it included.
fn key_width(key: &Key) -> f64 {
    SPACE + sign_width(key.sign) + GAP + text_width(&key.label, SIZE)
}

fn sign_width(sign: Sign) -> f64 {
    match sign {
        Sign::Line | Sign::Arrow => 27.0,
        Sign::Mark(_) => 12.0,
        Sign::Area | Sign::Hatch(_) => 17.0,
    }
}

fn draw_key(svg: &mut Svg, key: &Key, [left, middle]: [f64; 2], look: &Look) {
    let start = left + SPACE;
    let end = start + sign_width(key.sign);
    match key.sign {
        Sign::Line => svg.line(&[[start, middle], [end, middle]], look.stroke(key.pen)),
        Sign::Arrow => draw_arrow_between(svg, [start, middle], [end, middle], look.stroke(key.pen)),
        Sign::Mark(shape) => draw_shape(svg, shape, [f64::midpoint(start, end), middle], key.pen, look),
        Sign::Area => {
            let (colour, opacity) = look.fill(key.pen);
            let place = Rectangle {
                left: start,
                top: middle - 6.0,
                width: end - start,
                height: 12.0,
            };
            svg.area(place, colour, opacity);
        }
        Sign::Hatch(hatch) => {
            let (from, to) = ([start, middle - 6.0], [end, middle + 6.0]);
            let stroke = Stroke {
                colour: look.ink,
                opacity: 1.0,
                width: 0.9,
                dashes: Dashes::None,
            };
            for line in hatch_lines(hatch, from, to) {
                svg.line(&line, stroke);
            }
        }
    }
    svg.text(&key.label, [end + GAP, middle], Letters::new(SIZE, look.ink));
}
