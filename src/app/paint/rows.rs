//! Rows of a strip: the name of each at the left of the plot, and a text beside its bracket.

use std::sync::Arc;

use eframe::egui::{Align2, FontId, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::frame::Frame;
use super::ground::Ground;
use super::marks::{MarkStyle, draw_mark};
use crate::chart::{Bracket, Pen, Picture, Place, Role, Row, Shape, beside_bracket, places_in_row};

/// Height of a row in points.
pub(super) const ROW_HEIGHT: f32 = 15.0;
/// Size of the texts.
const SIZE: f32 = 11.0;
/// Points from the end of a bracket, where a mark stands, to the text.
const SPACE: f32 = 10.0;
/// Size of the marks of kept runs.
const KEPT: f32 = 0.7;
/// Width of a bracket.
const BRACKET: f32 = 1.5;

/// Draws brackets, texts and names of rows in their plot.
pub(super) fn draw_rows(painter: &Painter, picture: &Picture, frame: &Frame, ground: &Ground) {
    let height = frame.rect.height() / picture.rows.len().max(1) as f32;
    let (of_run, of_kept) = places_in_row(picture);
    for (i, row) in picture.rows.iter().enumerate() {
        let top = frame.rect.top() + i as f32 * height;
        let middle = top + of_run as f32 * height;
        painter.text(
            pos2(frame.rect.left() - 8.0, middle),
            Align2::RIGHT_CENTER,
            &row.label,
            FontId::proportional(SIZE * ground.letters),
            ground.name(row.pen),
        );
        for bracket in &row.kept {
            draw_kept(
                painter,
                row,
                bracket,
                (frame, top + of_kept as f32 * height),
                ground,
            );
        }
        if let Some(bracket) = &row.bracket {
            let height = height.min(ROW_HEIGHT * ground.letters);
            draw_bracket(painter, row, bracket, (frame, middle, height), ground);
        }
    }
}

/// The bracket of a kept run, under that of the run.
fn draw_kept(
    painter: &Painter,
    row: &Row,
    bracket: &Bracket,
    (frame, middle): (&Frame, f32),
    ground: &Ground,
) {
    let pen = Pen {
        role: Role::KeptRun,
        ..row.pen
    };
    let inside = |x: f64| frame.x.0.max(x).min(frame.x.1);
    let point = |x: f64| pos2(frame.across(inside(x)) as f32, middle);
    let ends = [point(bracket.left), point(bracket.right)];
    painter.line_segment(
        ends,
        Stroke::new(BRACKET * ground.letters.sqrt(), ground.line(pen).color),
    );
    let mark = MarkStyle {
        size: KEPT * ground.mark(pen).size,
        ..ground.mark(pen)
    };
    draw_ends(painter, bracket, ends, frame, mark);
}

/// The marks at the ends of a bracket, as far as they are in sight.
fn draw_ends(painter: &Painter, bracket: &Bracket, ends: [Pos2; 2], frame: &Frame, mark: MarkStyle) {
    let is_in_sight = |x: f64| (frame.x.0..=frame.x.1).contains(&x);
    if is_in_sight(bracket.left) {
        draw_mark(painter, bracket.peak, ends[0], mark);
    }
    if bracket.is_closed && is_in_sight(bracket.right) {
        draw_mark(painter, Shape::Learned, ends[1], mark);
    }
}

fn draw_bracket(
    painter: &Painter,
    row: &Row,
    bracket: &Bracket,
    (frame, middle, height): (&Frame, f32, f32),
    ground: &Ground,
) {
    let plot = frame.rect;
    let (left, right) = (f64::from(plot.left()), f64::from(plot.right()));
    // What lies outside the range in sight is held at its edge.
    let ends = (
        frame.across(bracket.left).clamp(left, right),
        frame.across(bracket.right).clamp(left, right),
    );
    let pen = Pen {
        role: Role::Run,
        ..row.pen
    };
    let color = ground.line(pen).color;
    let line = [pos2(ends.0 as f32, middle), pos2(ends.1 as f32, middle)];
    painter.line_segment(line, Stroke::new(BRACKET * ground.letters.sqrt(), color));

    let font = FontId::proportional(SIZE * ground.letters);
    let ink = ground.text(None);
    let texts =
        { bracket.texts.each_ref() }.map(|text| painter.layout_no_wrap(text.clone(), font.clone(), ink));
    let widths = texts.each_ref().map(|words| f64::from(words.size().x));
    let space = f64::from(SPACE * ground.letters.sqrt());
    let (text, place) = beside_bracket(widths, ends, (left, right), space);
    let words = Arc::clone(&texts[text]);
    let width = words.size().x;
    let start = match place {
        Place::Right(x) => x as f32,
        Place::Left(x) => x as f32 - width,
        Place::On(x) => x as f32 - 0.5 * width,
    };
    // Neither the bracket nor lines of other modes run through the words.
    let behind = Rect::from_center_size(pos2(start + 0.5 * width, middle), vec2(width + 6.0, height - 1.0));
    painter.rect_filled(behind.intersect(plot.shrink(1.0)), 0.0, ground.paper());
    draw_ends(painter, bracket, line, frame, ground.mark(pen));
    painter.galley(pos2(start, middle - 0.5 * words.size().y), words, ink);
}
