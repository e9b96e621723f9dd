//! Names in and beside a plot: of levels at its right, of upright lines at its top, of curves beside them, and a note in its middle.

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::frame::Frame;
use super::ground::Ground;
use crate::chart::{Level, Name, Picture, Role, Upright, place_names, spread, stack};

/// Sizes of letters.
const LEVEL_SIZE: f32 = 11.5;
const NAME_SIZE: f32 = 11.0;
const NOTE_SIZE: f32 = 12.5;
/// Points from one name of a level to the next.
const LEVEL_HEIGHT: f32 = 14.0;
/// Points from the plot to the name of a level.
pub(super) const LEVEL_SPACE: f32 = 7.0;
/// Share of the ground over what lies behind letters.
const VEIL: f32 = 0.75;

/// Letters of the names of levels.
pub(super) fn level_font(letters: f32) -> FontId {
    FontId::proportional(LEVEL_SIZE * letters)
}

/// Draws the names of levels that stand at the right of a plot, and gives where they are. Those of the teacher are moved apart
/// where they would touch, for their colours say which line is meant; those of saddles are left out where there is no room.
pub(super) fn draw_level_names<'a>(
    painter: &Painter,
    picture: &'a Picture,
    frame: &Frame,
    ground: &Ground,
) -> Vec<(&'a Level, Rect)> {
    let (low, high) = frame.y;
    let mut levels: Vec<(f64, &Level)> = picture
        .levels
        .iter()
        .filter(|level| (low..=high).contains(&level.y))
        .map(|level| (frame.upwards(level.y), level))
        .collect();
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut heights: Vec<f64> = levels.iter().map(|level| level.0).collect();
    let is_of_teacher = levels.iter().all(|(_, level)| level.pen.role == Role::Teacher);
    let gap = f64::from(LEVEL_HEIGHT * ground.letters);
    let (top, bottom) = (f64::from(frame.rect.top()), f64::from(frame.rect.bottom()));
    if is_of_teacher {
        spread(&mut heights, gap, top, bottom);
    } else {
        stack(&mut heights, gap);
    }
    let mut placed = Vec::new();
    for (height, (line, level)) in heights.into_iter().zip(levels) {
        let is_near = height - line <= gap;
        if is_of_teacher && height >= top || is_near {
            let at = pos2(frame.rect.right() + LEVEL_SPACE, height as f32);
            let font = level_font(ground.letters);
            let place = painter.text(
                at,
                Align2::LEFT_CENTER,
                &level.label,
                font,
                ground.name(level.pen),
            );
            placed.push((level, place));
        }
    }
    placed
}

/// Draws the names of upright lines at the top of a plot, where there is room beside the one before and before the edge.
pub(super) fn draw_upright_names(painter: &Painter, picture: &Picture, frame: &Frame, ground: &Ground) {
    let named = || picture.uprights.iter().filter(|upright| upright.label.is_some());
    let place = |upright: &Upright| frame.across(upright.x) as f32;
    let mut free = frame.rect.left();
    for upright in named() {
        let Some(label) = &upright.label else { continue };
        let left = place(upright) + 4.0;
        let font = FontId::proportional(NAME_SIZE * ground.letters);
        let words = painter.layout_no_wrap(label.clone(), font, ground.grey());
        let right = left + words.size().x;
        let next = named()
            .map(place)
            .filter(|x| *x > left)
            .fold(frame.rect.right(), f32::min);
        if left < free || right > next {
            continue;
        }
        let at = pos2(left, frame.rect.top() + 2.0);
        veil(painter, Rect::from_min_size(at, words.size()), ground);
        painter.galley(at, words, ground.grey());
        free = right + 8.0;
    }
}

/// Draws the names beside curves.
pub(super) fn draw_curve_names(painter: &Painter, picture: &Picture, frame: &Frame, ground: &Ground) {
    let font = FontId::proportional(NAME_SIZE * ground.letters);
    let ink = ground.text(None);
    let in_sight = || picture.labels.iter().filter(|label| frame.shows(label.at));
    let names: Vec<Name> = in_sight()
        .map(|label| {
            let words = painter.layout_no_wrap(label.text.clone(), font.clone(), ink);
            let at = frame.point(label.at);
            Name {
                at: [at.x, at.y].map(f64::from),
                size: [words.size().x, words.size().y].map(f64::from),
                side: label.side,
            }
        })
        .collect();
    let corner = |at: Pos2| [at.x, at.y].map(f64::from);
    let placed = place_names(&names, corner(frame.rect.min), corner(frame.rect.max));
    let point = |[x, y]: [f64; 2]| pos2(x as f32, y as f32);
    for (label, (name, placed)) in in_sight().zip(names.iter().zip(placed)) {
        if let Some(end) = placed.leader {
            let stroke = Stroke::new(0.8, ground.grey());
            painter.line_segment([point(name.at), point(end)], stroke);
        }
        let place = (point(placed.corner), Align2::LEFT_TOP);
        text_over(painter, &label.text, place, (NAME_SIZE, ink), ground);
    }
}

/// Draws the note in the middle of a plot.
pub(super) fn draw_note(painter: &Painter, picture: &Picture, frame: &Frame, ground: &Ground) {
    if let Some(note) = &picture.note {
        let place = (frame.rect.center(), Align2::CENTER_CENTER);
        text_over(painter, note, place, (NOTE_SIZE, ground.grey()), ground);
    }
}

/// Draws a text of this size and colour over what the plot shows, so that nothing crosses the letters.
pub(super) fn text_over(
    painter: &Painter,
    text: &str,
    (at, anchor): (Pos2, Align2),
    (size, color): (f32, Color32),
    ground: &Ground,
) {
    let font = FontId::proportional(size * ground.letters);
    let words = painter.layout_no_wrap(text.to_owned(), font, color);
    let place = anchor.anchor_size(at, words.size());
    veil(painter, place, ground);
    painter.galley(place.min, words, color);
}

fn veil(painter: &Painter, place: Rect, ground: &Ground) {
    let behind = ground.paper().gamma_multiply(VEIL);
    painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 2.0, behind);
}
