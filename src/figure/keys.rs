//! The keys of a panel: what its lines, marks and areas mean.

use super::marks::draw_shape;
use super::svg::{Letters, Rectangle, Svg, text_width};
use crate::chart::{Key, Look, Sign};

/// Pixels before the sign of a key.
const SPACE: f64 = 16.0;
/// Pixels between a sign and its words.
const GAP: f64 = 7.0;
/// Size of the words.
const SIZE: f64 = 12.0;
/// Height of a line of keys.
pub(super) const LINE: f64 = 18.0;

/// Keys laid out in lines.
pub(super) struct KeyLines<'a> {
    /// Whether the first line is that of the title.
    begins_at_title: bool,
    lines: Vec<Vec<&'a Key>>,
}

impl<'a> KeyLines<'a> {
    /// Lays out keys: beside a title that leaves `beside` pixels if they have room there, else in lines of their own, each
    /// `width` pixels at most.
    pub(super) fn new(keys: &'a [Key], beside: f64, width: f64) -> Self {
        let total: f64 = keys.iter().map(key_width).sum();
        if total <= beside {
            return Self {
                begins_at_title: true,
                lines: vec![keys.iter().collect()],
            };
        }
        let mut lines: Vec<Vec<&Key>> = vec![Vec::new()];
        let mut left = width;
        for key in keys {
            if left < key_width(key) {
                lines.push(Vec::new());
                left = width;
            }
            left -= key_width(key);
            if let Some(line) = lines.last_mut() {
                line.push(key);
            }
        }
        Self {
            begins_at_title: false,
            lines,
        }
    }

    /// Pixels needed below the title.
    pub(super) fn height(&self) -> f64 {
        if self.begins_at_title {
            0.0
        } else {
            self.lines.len() as f64 * LINE
        }
    }

    /// Pixels of the longest line.
    pub(super) fn width(&self) -> f64 {
        let widths = self
            .lines
            .iter()
            .map(|line| line.iter().map(|key| key_width(key)).sum());
        widths.fold(0.0, f64::max)
    }

    /// Draws them, each line ending at `right`; the middle of the title's line is at `title`.
    pub(super) fn draw(&self, svg: &mut Svg, right: f64, title: f64, look: &Look) {
        let mut middle = if self.begins_at_title { title } else { title + LINE };
        for line in &self.lines {
            let mut left = right - line.iter().map(|key| key_width(key)).sum::<f64>();
            for key in line {
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
        Sign::Line => 27.0,
        Sign::Mark(_) => 12.0,
        Sign::Area => 17.0,
    }
}

fn draw_key(svg: &mut Svg, key: &Key, [left, middle]: [f64; 2], look: &Look) {
    let start = left + SPACE;
    let end = start + sign_width(key.sign);
    match key.sign {
        Sign::Line => svg.line(&[[start, middle], [end, middle]], look.stroke(key.pen)),
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
    }
    svg.text(&key.label, [end + GAP, middle], Letters::new(SIZE, look.ink));
}
