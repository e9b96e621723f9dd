//! A picture on its part of the paper: title and keys, grid, axes with ticks, what is drawn, and the names of lines.

use super::heat::{draw_arrow, draw_bar, draw_cells, draw_cloud};
use super::keys::PlacedKeys;
use super::line::draw_curve;
use super::marks::draw_shape;
use super::rows::{ROW_HEIGHT, draw_rows};
use super::svg::{Anchor, Letters, Rectangle, Svg, text_width};
use crate::chart::{
    Axis, Dashes, Level, Look, Name, Picture, Role, Stroke, Upright, place_names, spread, stack,
};

/// Pixels left of the plot for its ticks and title; the same in every panel, so that the time axes line up.
pub(super) const LEFT_GUTTER: f64 = 84.0;
/// Pixels right of the plot where no names of levels stand.
pub(super) const BARE_GUTTER: f64 = 24.0;
/// Pixels right of the plot for the names of levels.
pub(super) const LABEL_GUTTER: f64 = 150.0;
/// Pixels right of a plot for its colour bar.
pub(super) const BAR_GUTTER: f64 = 108.0;
/// Pixels above the plot for the title.
pub(super) const TITLE_HEIGHT: f64 = 30.0;
/// Pixels below the plot for the axis across.
const X_AXIS_HEIGHT: f64 = 50.0;
/// Pixels between a panel and the next.
const SPACE_BELOW: f64 = 14.0;
/// Pixels from one name of a level to the next.
const LABEL_HEIGHT: f64 = 16.0;
/// Length of a tick.
const TICK: f64 = 5.0;
/// Sizes of letters.
const TITLE_SIZE: f64 = 16.0;
const AXIS_SIZE: f64 = 15.0;
const LEVEL_SIZE: f64 = 13.0;
const NAME_SIZE: f64 = 12.0;
const UPRIGHT_SIZE: f64 = 11.0;
const NOTE_SIZE: f64 = 14.0;

/// A picture and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Panel {
    pub(super) picture: Picture,
    /// Upper left corner of the panel.
    pub(super) corner: [f64; 2],
    /// Size of the plot itself.
    pub(super) plot: [f64; 2],
    /// Pixels right of the plot.
    pub(super) gutter: f64,
    /// Whether the axis across has its labels here, and not under a panel further down.
    pub(super) shows_x: bool,
}

impl Panel {
    /// A panel whose plot has so many pixels, those right of it included: it takes those that its colour bar or names leave, and no
    /// more than its shape lets it.
    pub(super) fn fitted(picture: Picture, corner: [f64; 2], [whole, height]: [f64; 2], gutter: f64) -> Self {
        let has_bar = picture.heat_map.as_ref().is_some_and(|map| map.bar.is_some());
        let gutter = if has_bar { BAR_GUTTER } else { gutter };
        let room = whole - gutter;
        let width = picture.aspect.map_or(room, |aspect| room.min(aspect * height));
        Self {
            gutter: whole - width,
            plot: [width, height],
            picture,
            corner,
            shows_x: true,
        }
    }

    /// Pixels that the panel takes downwards.
    pub(super) fn height(&self) -> f64 {
        TITLE_HEIGHT + self.key_lines().height() + self.plot[1] + self.space_below()
    }

    fn space_below(&self) -> f64 {
        if self.shows_x { X_AXIS_HEIGHT } else { SPACE_BELOW }
    }

    fn title_width(&self) -> f64 {
        text_width(&self.picture.title, TITLE_SIZE + 1.0)
    }

    fn key_lines(&self) -> PlacedKeys<'_> {
        let whole = self.plot[0] + self.gutter;
        PlacedKeys::new(&self.picture.keys, whole - self.title_width(), whole)
    }

    /// Draws it.
    pub(super) fn draw(&self, svg: &mut Svg, look: &Look) {
        let (picture, keys) = (&self.picture, self.key_lines());
        let plot = Rectangle {
            left: self.corner[0] + LEFT_GUTTER,
            top: self.corner[1] + TITLE_HEIGHT + keys.height(),
            width: self.plot[0],
            height: self.plot[1],
        };
        svg.begin(picture.id.name());
        let title = [plot.left, self.corner[1] + TITLE_HEIGHT - 12.0];
        // No wider than the panel.
        let size = TITLE_SIZE * ((self.plot[0] + self.gutter) / self.title_width()).min(1.0);
        let bold = Letters {
            is_bold: true,
            ..Letters::new(size, look.ink)
        };
        svg.text(&picture.title, title, bold);
        // At the end of the plot, or beyond it where the keys are long.
        let title_end = plot.left + self.title_width();
        let right = plot
            .right()
            .max(title_end + keys.width())
            .min(plot.right() + self.gutter);
        keys.draw(svg, right, title[1], look);
        let frame = Frame { picture, plot };
        frame.draw_grid(svg, look);
        frame.draw_shapes(svg, look);
        frame.draw_axes(svg, look, self.shows_x);
        draw_rows(svg, picture, plot, look, |x| frame.across(x));
        frame.draw_level_names(svg, look);
        frame.draw_upright_names(svg, look);
        frame.draw_names(svg, look);
        frame.draw_note(svg, look);
        svg.end();
    }
}

/// Height of a strip's plot: as much as its rows need.
pub(super) fn height_of_rows(n_rows: usize, lines_of_row: f64) -> f64 {
    n_rows as f64 * lines_of_row * ROW_HEIGHT
}

/// A picture and the pixels of its plot.
struct Frame<'a> {
    picture: &'a Picture,
    plot: Rectangle,
}

impl Frame<'_> {
    /// Pixel of a position across.
    fn across(&self, x: f64) -> f64 {
        let (low, high) = self.picture.x.range;
        self.plot.left + (x - low) / (high - low) * self.plot.width
    }

    /// Pixel of a position upwards. What lies far outside is not seen, however far.
    fn upwards(&self, y: f64) -> f64 {
        let (low, high) = self.picture.y.range;
        let share = ((y - low) / (high - low)).clamp(-1.0, 2.0);
        self.plot.bottom() - share * self.plot.height
    }

    fn draw_grid(&self, svg: &mut Svg, look: &Look) {
        let stroke = thin(look.grid);
        for tick in self.picture.x.ticks.iter().filter(|tick| !tick.label.is_empty()) {
            let x = self.across(tick.position);
            svg.line(&[[x, self.plot.top], [x, self.plot.bottom()]], stroke);
        }
        for tick in self.picture.y.ticks.iter().filter(|tick| !tick.label.is_empty()) {
            let y = self.upwards(tick.position);
            svg.line(&[[self.plot.left, y], [self.plot.right(), y]], stroke);
        }
    }

    /// Cells, bands, bars, uprights, levels, arrows, clouds, curves and marks, one over the other.
    fn draw_shapes(&self, svg: &mut Svg, look: &Look) {
        let (picture, plot) = (self.picture, self.plot);
        let to_pixels = |[x, y]: [f64; 2]| [self.across(x), self.upwards(y)];
        svg.begin_inside(plot);
        if let Some(map) = &picture.heat_map {
            draw_cells(svg, map, look, to_pixels);
        }
        for band in &picture.bands {
            let (colour, opacity) = look.fill(band.pen);
            let upper = band.xs.iter().zip(&band.high);
            let lower = band.xs.iter().zip(&band.low).rev();
            let rim: Vec<[f64; 2]> = upper.chain(lower).map(|(&x, &y)| to_pixels([x, y])).collect();
            svg.polygon(&rim, colour, opacity);
        }
        for bar in &picture.bars {
            let (colour, opacity) = look.fill(bar.pen);
            let [left, top] = to_pixels([bar.left, bar.top]);
            let place = Rectangle {
                left,
                top,
                width: self.across(bar.right) - left,
                height: plot.bottom() - top,
            };
            svg.area(place, colour, opacity);
        }
        for upright in &picture.uprights {
            let x = self.across(upright.x);
            svg.line(&[[x, plot.top], [x, plot.bottom()]], look.stroke(upright.pen));
        }
        for level in &picture.levels {
            let y = self.upwards(level.y);
            svg.line(&[[plot.left, y], [plot.right(), y]], look.stroke(level.pen));
        }
        for arrow in &picture.arrows {
            draw_arrow(svg, arrow, look, to_pixels);
        }
        for cloud in &picture.clouds {
            draw_cloud(svg, cloud, look, |at| self.shows(at), to_pixels);
        }
        for curve in &picture.curves {
            draw_curve(svg, curve, look, plot, to_pixels);
        }
        svg.end();
        if let Some((map, bar)) = picture
            .heat_map
            .as_ref()
            .and_then(|map| Some((map, map.bar.as_ref()?)))
        {
            draw_bar(svg, map, bar, plot, look);
        }
        // Marks at the edge are whole.
        for mark in picture.marks.iter().filter(|mark| self.shows(mark.at)) {
            draw_shape(svg, mark.shape, to_pixels(mark.at), mark.pen, look);
        }
    }

    fn shows(&self, [x, y]: [f64; 2]) -> bool {
        let inside = |axis: &Axis, place: f64| (axis.range.0..=axis.range.1).contains(&place);
        inside(&self.picture.x, x) && inside(&self.picture.y, y)
    }

    fn draw_axes(&self, svg: &mut Svg, look: &Look, shows_x: bool) {
        let plot = self.plot;
        let stroke = thin(look.grey);
        let letters = Letters::new(AXIS_SIZE, look.ink);
        svg.line(&[[plot.left, plot.top], [plot.left, plot.bottom()]], stroke);
        if !self.picture.y.ticks.is_empty() {
            for tick in &self.picture.y.ticks {
                let y = self.upwards(tick.position);
                let length = if tick.label.is_empty() { 0.6 * TICK } else { TICK };
                svg.line(&[[plot.left - length, y], [plot.left, y]], stroke);
                svg.text(
                    &tick.label,
                    [plot.left - TICK - 4.0, y],
                    letters.anchored(Anchor::End),
                );
            }
        }
        if !self.picture.y.title.is_empty() {
            let place = [plot.left - LEFT_GUTTER + 12.0, plot.top + 0.5 * plot.height];
            // A plot that is too low for the whole title has a short one.
            let title = &self.picture.y.title;
            let fits = text_width(title, AXIS_SIZE) <= plot.height + TITLE_HEIGHT;
            let title = if fits {
                title
            } else {
                self.picture.id.short_axis_title()
            };
            svg.upwards_text(title, place, letters.anchored(Anchor::Middle));
        }
        svg.line(
            &[[plot.left, plot.bottom()], [plot.right(), plot.bottom()]],
            stroke,
        );
        if shows_x {
            for tick in &self.picture.x.ticks {
                let x = self.across(tick.position);
                let length = if tick.label.is_empty() { 0.6 * TICK } else { TICK };
                svg.line(&[[x, plot.bottom()], [x, plot.bottom() + length]], stroke);
                let place = [x, plot.bottom() + TICK + 10.0];
                svg.text(&tick.label, place, letters.anchored(Anchor::Middle));
            }
            let place = [plot.left + 0.5 * plot.width, plot.bottom() + X_AXIS_HEIGHT - 12.0];
            svg.text(&self.picture.x.title, place, letters.anchored(Anchor::Middle));
        }
    }

    /// Names of the levels at the right of the plot. Those of the teacher are moved apart where they would touch, for their
    /// colours say which line is meant; those of saddles are left out where there is no room.
    fn draw_level_names(&self, svg: &mut Svg, look: &Look) {
        let (low, high) = self.picture.y.range;
        let levels = self.picture.levels.iter();
        let mut labels: Vec<(f64, &Level)> = levels
            .filter(|level| (low..=high).contains(&level.y))
            .map(|level| (self.upwards(level.y), level))
            .collect();
        labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut heights: Vec<f64> = labels.iter().map(|label| label.0).collect();
        let is_of_teacher = labels.iter().all(|(_, level)| level.pen.role == Role::Teacher);
        if is_of_teacher {
            spread(&mut heights, LABEL_HEIGHT, self.plot.top, self.plot.bottom());
        } else {
            stack(&mut heights, LABEL_HEIGHT);
        }
        for (height, (line, level)) in heights.into_iter().zip(labels) {
            let is_near = height - line <= LABEL_HEIGHT;
            if is_of_teacher && height >= self.plot.top || is_near {
                let letters = Letters::new(LEVEL_SIZE, look.stroke(level.pen).colour);
                svg.text(&level.label, [self.plot.right() + 8.0, height], letters);
            }
        }
    }

    /// Names of the upright lines at their top, where there is room beside the one before and before the edge.
    fn draw_upright_names(&self, svg: &mut Svg, look: &Look) {
        let mut free = self.plot.left;
        let edge = self.plot.right();
        let named = || {
            self.picture
                .uprights
                .iter()
                .filter(|upright| upright.label.is_some())
        };
        let place = |upright: &Upright| self.across(upright.x);
        for upright in named() {
            let Some(label) = &upright.label else { continue };
            let left = place(upright) + 4.0;
            let right = left + text_width(label, UPRIGHT_SIZE);
            let next = named().map(place).filter(|x| *x > left).fold(edge, f64::min);
            if left < free || right > edge.min(next) {
                continue;
            }
            svg.text(
                label,
                [left, self.plot.top + 9.0],
                Letters::new(UPRIGHT_SIZE, look.grey),
            );
            free = right + 8.0;
        }
    }

    /// Names beside curves.
    fn draw_names(&self, svg: &mut Svg, look: &Look) {
        let in_sight = || self.picture.labels.iter().filter(|label| self.shows(label.at));
        let height = NAME_SIZE + 4.0;
        let names: Vec<Name> = in_sight()
            .map(|label| Name {
                at: [self.across(label.at[0]), self.upwards(label.at[1])],
                size: [text_width(&label.text, NAME_SIZE), height],
                side: label.side,
            })
            .collect();
        let (least, most) = (
            [self.plot.left, self.plot.top],
            [self.plot.right(), self.plot.bottom()],
        );
        let placed = place_names(&names, least, most);
        for (label, (name, placed)) in in_sight().zip(names.iter().zip(placed)) {
            if let Some(end) = placed.leader {
                let stroke = Stroke {
                    width: 0.8,
                    ..thin(look.grey)
                };
                svg.line(&[name.at, end], stroke);
            }
            let letters = Letters {
                rim: Some(look.paper),
                ..Letters::new(NAME_SIZE, look.ink)
            };
            let [left, top] = placed.corner;
            svg.text(&label.text, [left, top + 0.5 * height], letters);
        }
    }

    fn draw_note(&self, svg: &mut Svg, look: &Look) {
        let Some(note) = &self.picture.note else { return };
        let middle = [
            self.plot.left + 0.5 * self.plot.width,
            self.plot.top + 0.5 * self.plot.height,
        ];
        let letters = Letters {
            rim: Some(look.paper),
            ..Letters::new(NOTE_SIZE, look.grey).anchored(Anchor::Middle)
        };
        svg.text(note, middle, letters);
    }
}

/// A line of an axis or a grid.
fn thin(colour: crate::palette::Rgb) -> Stroke {
    Stroke {
        colour,
        opacity: 1.0,
        width: 1.0,
        dashes: Dashes::None,
    }
}
