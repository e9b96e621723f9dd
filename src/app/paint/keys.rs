//! The keys of a panel: what its lines, marks and areas mean.

use std::sync::Arc;

use eframe::egui::{FontId, Galley, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::ground::Ground;
use super::heat::draw_arrow_between;
use super::line::draw_straight;
use super::marks::draw_mark;
use crate::chart::{Key, KeyLines, Sign, hatch_lines};

/// Points before the sign of a key.
const SPACE: f32 = 12.0;
/// Points between a sign and its words.
const GAP: f32 = 5.0;
/// Size of the words.
const SIZE: f32 = 11.0;
/// Height of a line of keys.
const LINE: f32 = 15.0;

/// Keys laid out in lines.
pub(super) struct PlacedKeys<'a> {
    keys: Vec<(&'a Key, Arc<Galley>)>,
    lines: KeyLines,
    /// Whether there was no room for some.
    is_cut: bool,
    letters: f32,
}

impl<'a> PlacedKeys<'a> {
    /// Lays out keys beside a title that leaves `beside` points, or in at most so many lines of their own, each `width` points
    /// at most; those for which there is no room are left out.
    pub(super) fn new(
        painter: &Painter,
        ground: &Ground,
        keys: &'a [Key],
        (beside, width): (f32, f32),
        most_lines: usize,
    ) -> Self {
        let font = FontId::proportional(SIZE * ground.letters);
        let ink = ground.text(None);
        let keys: Vec<(&Key, Arc<Galley>)> = keys
            .iter()
            .map(|key| (key, painter.layout_no_wrap(key.label.clone(), font.clone(), ink)))
            .collect();
        let letters = ground.letters;
        let widths: Vec<f64> = keys
            .iter()
            .map(|(key, words)| f64::from(key_width(key, words, letters)))
            .collect();
        let mut lines = KeyLines::new(&widths, f64::from(beside), f64::from(width));
        if !lines.begins_at_title && most_lines == 0 {
            let mut room = f64::from(beside);
            let fitting = widths.iter().take_while(|&&width| {
                room -= width;
                room >= 0.0
            });
            lines = KeyLines {
                begins_at_title: true,
                lines: std::iter::once(0..fitting.count()).collect(),
            };
        }
        lines.lines.truncate(most_lines.max(1));
        let n_shown = lines.lines.last().map_or(0, |last| last.end);
        Self {
            is_cut: n_shown < keys.len(),
            keys,
            lines,
            letters,
        }
    }

    /// Points needed below the title.
    pub(super) fn height(&self) -> f32 {
        self.lines.n_below() as f32 * LINE * self.letters
    }

    /// Points of the first line.
    pub(super) fn first_width(&self) -> f32 {
        let first = self.lines.lines.first().map_or(0..0, Clone::clone);
        self.width_of(&self.keys[first])
    }

    fn width_of(&self, keys: &[(&Key, Arc<Galley>)]) -> f32 {
        keys.iter()
            .map(|(key, words)| key_width(key, words, self.letters))
            .sum()
    }

    /// Draws them, each line ending at `end` but beginning no further left than `start`; the middle of the title's line is as
    /// high as `title`.
    pub(super) fn draw(&self, painter: &Painter, ground: &Ground, (start, end): (f32, f32), title: f32) {
        let line_height = LINE * self.letters;
        let mut middle = if self.lines.begins_at_title {
            title
        } else {
            title + line_height
        };
        let font = FontId::proportional(SIZE * self.letters);
        // The first key of a line has a space before it, which is wide enough for the sign of those left out behind the last.
        let more = self
            .is_cut
            .then(|| painter.layout_no_wrap("\u{2026}".to_owned(), font, ground.grey()));
        let end = end - more.as_ref().map_or(0.0, |more| more.size().x);
        let mut after_last = end;
        for line in &self.lines.lines {
            let keys = &self.keys[line.clone()];
            let mut left = (end - self.width_of(keys)).max(start - SPACE * self.letters);
            for (key, words) in keys {
                self.draw_key(painter, ground, key, words, pos2(left, middle));
                left += key_width(key, words, self.letters);
            }
            after_last = left;
            middle += line_height;
        }
        if let Some(more) = more {
            let at = pos2(after_last, middle - line_height - 0.5 * more.size().y);
            painter.galley(at, more, ground.grey());
        }
    }

    fn draw_key(&self, painter: &Painter, ground: &Ground, key: &Key, words: &Arc<Galley>, at: Pos2) {
        let start = at.x + SPACE * self.letters;
        let end = start + sign_width(key.sign) * self.letters;
        let middle = pos2(0.5 * (start + end), at.y);
        match key.sign {
            Sign::Line => {
                let ends = [pos2(start, at.y), pos2(end, at.y)];
                draw_straight(painter, ends, ground.line_of_key(key.pen));
            }
            Sign::Arrow => draw_arrow_between(
                painter,
                [pos2(start, at.y), pos2(end, at.y)],
                ground.line_of_key(key.pen),
            ),
            Sign::Mark(shape) => {
                let style = ground.mark(key.pen);
                draw_mark(painter, shape, middle, style);
            }
            Sign::Area => {
                let size = vec2(end - start, 10.0 * self.letters);
                painter.rect_filled(Rect::from_center_size(middle, size), 0.0, ground.fill(key.pen));
            }
            Sign::Hatch(hatch) => {
                let place = Rect::from_center_size(middle, vec2(end - start, 10.0 * self.letters));
                let corner = |at: Pos2| [f64::from(at.x), f64::from(at.y)];
                let stroke = Stroke::new(0.9, ground.text(None));
                for line in hatch_lines(hatch, corner(place.min), corner(place.max)) {
                    painter.line_segment(line.map(|[x, y]| pos2(x as f32, y as f32)), stroke);
                }
            }
        }
        let place = pos2(end + GAP * self.letters, at.y - 0.5 * words.size().y);
        painter.galley(place, Arc::clone(words), ground.text(None));
    }
}

/// Points a key takes, the space before it included.
fn key_width(key: &Key, words: &Galley, letters: f32) -> f32 {
    (SPACE + sign_width(key.sign) + GAP) * letters + words.size().x
}

fn sign_width(sign: Sign) -> f32 {
    match sign {
        Sign::Line | Sign::Arrow => 22.0,
        Sign::Mark(_) => 11.0,
        Sign::Area | Sign::Hatch(_) => 15.0,
    }
}
