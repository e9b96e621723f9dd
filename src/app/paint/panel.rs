//! A picture on its part of the window: title and keys, grid, axes with ticks, what is drawn, and names. The look is that of an
//! exported figure.

use std::f32::consts::TAU;
use std::sync::Arc;

use eframe::egui::epaint::TextShape;
use eframe::egui::{Align2, FontId, Galley, Mesh, Painter, Rect, Shape, Stroke, pos2, vec2};

use super::curve::draw_curve;
use super::frame::Frame;
use super::ground::Ground;
use super::heat::{bar_width, draw_arrow, draw_bar, draw_cells, draw_cloud};
use super::keys::PlacedKeys;
use super::line::draw_straight;
use super::marks::draw_mark;
use super::names::{draw_curve_names, draw_note, draw_upright_names};
use super::ribbon::Ribbons;
use super::rows::draw_rows;
use crate::chart::{Band, Picture, Stop, Tick, thinned};

/// Points left of a plot for its ticks and title; the same in every panel, so that time axes line up.
pub(super) const LEFT_GUTTER: f32 = 58.0;
/// Points above a plot for its title.
pub(super) const TITLE_HEIGHT: f32 = 20.0;
/// Points above a plot without a title, for its keys.
const KEYS_ALONE: f32 = 15.0;
/// Points below a plot for the labels of its axis across, and for the title of that.
const TICK_LABELS: f32 = 14.0;
const X_TITLE: f32 = 15.0;
/// Points below a plot without labels.
const SPACE_BELOW: f32 = 6.0;
/// Length of a tick, and with the space between it and its label.
const TICK: f32 = 4.0;
const SPACE_OF_TICKS: f32 = 6.0;
/// Sizes of letters.
const TITLE_SIZE: f32 = 13.0;
const AXIS_SIZE: f32 = 11.5;
/// Height of a plot, in points, for each line of keys that it may have below its title.
const HEIGHT_PER_KEY_LINE: f32 = 64.0;

/// What stands about a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Surroundings {
    /// Points left and right of the plot.
    pub(super) gutters: (f32, f32),
    /// Whether its title stands above it, and not that of its axis across.
    pub(super) has_title: bool,
    /// Whether the axis upwards has ticks and a title.
    pub(super) has_y_axis: bool,
    /// Whether the axis across has its labels here.
    pub(super) has_x_axis: bool,
}

/// A picture with its place in the window.
pub(super) struct Panel<'a> {
    pub(super) picture: &'a Picture,
    pub(super) ground: &'a Ground,
    pub(super) about: Surroundings,
    pub(super) place: Rect,
}

impl Surroundings {
    /// Points that are needed below a plot.
    pub(super) fn below(&self, letters: f32) -> f32 {
        match (self.has_x_axis, self.has_title) {
            (true, true) => SPACE_OF_TICKS + (TICK_LABELS + X_TITLE) * letters,
            (true, false) => SPACE_OF_TICKS + TICK_LABELS * letters,
            (false, _) => SPACE_BELOW,
        }
    }

    /// Points that are needed above a plot whose keys stand beside its title.
    pub(super) fn above(&self, letters: f32) -> f32 {
        letters * if self.has_title { TITLE_HEIGHT } else { KEYS_ALONE }
    }

    /// Where the plot of a panel is, if its keys stand beside its title.
    pub(super) fn plot(&self, place: Rect, letters: f32) -> Rect {
        Rect::from_min_max(
            pos2(place.left() + self.gutters.0, place.top() + self.above(letters)),
            pos2(
                place.right() - self.gutters.1,
                place.bottom() - self.below(letters),
            ),
        )
    }
}

impl Panel<'_> {
    /// Draws it, and gives where its plot is.
    pub(super) fn draw(&self, painter: &Painter, ribbons: &mut Ribbons) -> Frame {
        let (letters, about) = (self.ground.letters, self.about);
        let (left, right) = (
            self.place.left() + about.gutters.0,
            self.place.right() - about.gutters.1,
        );
        let top = self.place.top();
        let title = self.title(painter);
        let title_width = title.size().x;
        let end = self.place.right();
        let room = self.place.height() - about.above(letters) - about.below(letters);
        let most_lines = (room / (HEIGHT_PER_KEY_LINE * letters)) as usize;
        let beside = end - left - title_width;
        let width = end - left;
        let keys = PlacedKeys::new(
            painter,
            self.ground,
            &self.picture.keys,
            (beside, width),
            most_lines,
        );
        let keys_height = keys.height();
        let plot = self.fitted(
            painter,
            Rect::from_min_max(
                pos2(left, top + about.above(letters) + keys_height),
                pos2(right, self.place.bottom() - about.below(letters)),
            ),
        );
        let middle = top + 0.45 * about.above(letters);
        let at = pos2(left, middle - 0.5 * title.size().y);
        painter.galley(at, title, self.ground.text(None));
        // At the end of the plot, or beyond it where the keys are long.
        let keys_end = right.max(left + title_width + keys.first_width()).min(end);
        keys.draw(painter, self.ground, (left, keys_end), middle);

        let frame = Frame::new(self.picture, plot);
        self.draw_grid(painter, &frame);
        self.draw_shapes(painter, &frame, ribbons);
        self.draw_axes(painter, &frame);
        draw_rows(painter, self.picture, &frame, self.ground);
        draw_upright_names(painter, self.picture, &frame, self.ground);
        draw_curve_names(painter, self.picture, &frame, self.ground);
        draw_note(painter, self.picture, &frame, self.ground);
        frame
    }

    /// The part of the room for a plot that it takes: without its colour bar, and no larger than its shape lets it be.
    fn fitted(&self, painter: &Painter, room: Rect) -> Rect {
        let bar = self.picture.heat_map.as_ref().and_then(|map| map.bar.as_ref());
        let bar = bar.map_or(0.0, |bar| bar_width(painter, bar, self.ground));
        let mut size = vec2((room.width() - bar).max(1.0), room.height().max(1.0));
        if let Some(aspect) = self.picture.aspect {
            let aspect = aspect as f32;
            size = vec2(size.x.min(aspect * size.y), size.y.min(size.x / aspect));
        }
        Rect::from_min_size(room.min, size)
    }

    fn title(&self, painter: &Painter) -> Arc<Galley> {
        let (title, size) = if self.about.has_title {
            (&self.picture.title, TITLE_SIZE)
        } else {
            (&self.picture.x.title, AXIS_SIZE)
        };
        let font = FontId::proportional(size * self.ground.letters);
        painter.layout_no_wrap(title.clone(), font, self.ground.text(None))
    }

    fn draw_grid(&self, painter: &Painter, frame: &Frame) {
        let stroke = Stroke::new(1.0, self.ground.grid());
        let is_named = |tick: &&Tick| !tick.label.is_empty();
        for tick in self.picture.x.ticks.iter().filter(is_named) {
            painter.vline(frame.across(tick.position) as f32, frame.rect.y_range(), stroke);
        }
        for tick in self.picture.y.ticks.iter().filter(is_named) {
            painter.hline(frame.rect.x_range(), frame.upwards(tick.position) as f32, stroke);
        }
    }

    /// Cells, bands, bars, uprights, levels, arrows, clouds, curves and marks, one over the other.
    fn draw_shapes(&self, painter: &Painter, frame: &Frame, ribbons: &mut Ribbons) {
        let (picture, ground) = (self.picture, self.ground);
        let inside = painter.with_clip_rect(painter.clip_rect().intersect(frame.rect));
        if let Some(map) = &picture.heat_map {
            draw_cells(&inside, map, frame, ground);
            if let Some(bar) = &map.bar {
                draw_bar(painter, map, bar, frame.rect, ground);
            }
        }
        for band in &picture.bands {
            draw_band(&inside, band, frame, ground);
        }
        for bar in &picture.bars {
            let corner = frame.point([bar.left, bar.top]);
            let opposite = pos2(frame.point([bar.right, bar.top]).x, frame.rect.bottom());
            inside.rect_filled(Rect::from_two_pos(corner, opposite), 0.0, ground.fill(bar.pen));
        }
        for upright in &picture.uprights {
            let x = frame.across(upright.x) as f32;
            let ends = [pos2(x, frame.rect.top()), pos2(x, frame.rect.bottom())];
            draw_straight(&inside, ends, ground.line(upright.pen));
        }
        for level in &picture.levels {
            let y = frame.point([frame.x.0, level.y]).y;
            let ends = [pos2(frame.rect.left(), y), pos2(frame.rect.right(), y)];
            draw_straight(&inside, ends, ground.line(level.pen));
        }
        for arrow in &picture.arrows {
            draw_arrow(&inside, arrow, frame, ground.line(arrow.pen));
        }
        for cloud in &picture.clouds {
            draw_cloud(&inside, cloud, frame, ground);
        }
        for curve in &picture.curves {
            draw_curve(&inside, curve, ground, frame, ribbons);
        }
        // Marks at the edge are whole.
        for mark in picture.marks.iter().filter(|mark| frame.shows(mark.at)) {
            draw_mark(painter, mark.shape, frame.point(mark.at), ground.mark(mark.pen));
        }
    }

    fn draw_axes(&self, painter: &Painter, frame: &Frame) {
        let (plot, letters) = (frame.rect, self.ground.letters);
        let stroke = Stroke::new(1.0, self.ground.grey());
        let font = FontId::proportional(AXIS_SIZE * letters);
        let ink = self.ground.text(None);
        painter.hline(plot.x_range(), plot.bottom(), stroke);
        let length = |tick: &Tick| if tick.label.is_empty() { 0.6 * TICK } else { TICK };
        if self.about.has_y_axis {
            painter.vline(plot.left(), plot.y_range(), stroke);
            for tick in &self.picture.y.ticks {
                let y = frame.upwards(tick.position) as f32;
                painter.hline(plot.left() - length(tick)..=plot.left(), y, stroke);
                let at = pos2(plot.left() - TICK - 3.0, y);
                painter.text(at, Align2::RIGHT_CENTER, &tick.label, font.clone(), ink);
            }
            self.draw_y_title(painter, frame, &font);
        }
        if !self.about.has_x_axis {
            return;
        }
        for tick in &self.picture.x.ticks {
            let x = frame.across(tick.position) as f32;
            painter.vline(x, plot.bottom()..=plot.bottom() + length(tick), stroke);
            let words = painter.layout_no_wrap(tick.label.clone(), font.clone(), ink);
            // A label at the very edge would be cut.
            let (least, most) = (self.place.left(), self.place.right() - words.size().x);
            let left = (x - 0.5 * words.size().x).min(most).max(least);
            painter.galley(pos2(left, plot.bottom() + SPACE_OF_TICKS - 1.0), words, ink);
        }
        if self.about.has_title {
            let at = pos2(
                plot.center().x,
                plot.bottom() + SPACE_OF_TICKS + TICK_LABELS * letters,
            );
            painter.text(at, Align2::CENTER_TOP, &self.picture.x.title, font, ink);
        }
    }

    /// The title of the axis upwards, or a short one where the plot is too low for it.
    fn draw_y_title(&self, painter: &Painter, frame: &Frame, font: &FontId) {
        let ink = self.ground.text(None);
        let titles = [self.picture.y.title.as_str(), self.picture.id.short_axis_title()];
        let room = frame.rect.height() + 0.4 * TITLE_HEIGHT;
        let words = titles
            .map(|title| painter.layout_no_wrap(title.to_owned(), font.clone(), ink))
            .into_iter()
            .find(|words| words.size().x <= room);
        if let Some(words) = words {
            // Turned about its own corner, so its height lies across.
            let at = pos2(
                self.place.left() + 1.0,
                frame.rect.center().y + 0.5 * words.size().x,
            );
            painter.add(TextShape::new(at, words, ink).with_angle(-0.25 * TAU));
        }
    }
}

/// Draws an area between two curves.
fn draw_band(painter: &Painter, band: &Band, frame: &Frame, ground: &Ground) {
    let pixel = f64::from(1.0 / painter.pixels_per_point());
    let edges = band.xs.iter().zip(band.low.iter().zip(&band.high));
    let stops = edges.map(|(&x, (&low, &high))| {
        let [lower, upper] = [low, high].map(|y| frame.point([x, y]));
        Stop {
            x: f64::from(lower.x),
            ys: [f64::from(upper.y), f64::from(lower.y)],
        }
    });
    let mut mesh = Mesh::default();
    let color = ground.fill(band.pen);
    for (i, stop) in thinned(stops, pixel).into_iter().enumerate() {
        let corner = 2 * i as u32;
        for y in stop.ys {
            mesh.colored_vertex(pos2(stop.x as f32, y as f32), color);
        }
        if i > 0 {
            mesh.add_triangle(corner - 2, corner - 1, corner);
            mesh.add_triangle(corner - 1, corner, corner + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// Draws in a corner of a panel how many rows a pixel stands for.
pub(super) fn draw_fineness(painter: &Painter, text: &str, place: Rect, ground: &Ground) {
    let at = place.right_bottom() - vec2(0.0, 2.0);
    let font = FontId::proportional(10.5 * ground.letters);
    painter.text(at, Align2::RIGHT_BOTTOM, text, font, ground.grey());
}
