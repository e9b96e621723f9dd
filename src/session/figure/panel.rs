//! One panel: axes, rows, bars, curves, dashed levels with their names at the right, marks, and a key of what is what.

use std::ops::Range;

use plotters::chart::ChartBuilder;
use plotters::element::{Circle, EmptyElement, PathElement, Polygon, Rectangle as Box2, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, IntoFont as _, RGBColor};

use super::SCALE;
use super::axis::{Axis, value_range};
use super::curve::{Curve, Scale, Stroke};
use super::key::{KEY_SPACE, Key, Shape};
use super::labels::{spread, stack};
use super::pen::{
    Canvas, Chart, DrawError, FONT, OUTLINE, Rectangle, diamond, draw_line, font, outline, px, signed,
    text_width,
};
use super::row::{ROW_HEIGHT, Row, draw_rows};
use super::theme::Theme;

/// Pixels left of the plot for its ticks and title; the same in every panel, so that the time axes line up.
const LEFT_GUTTER: u32 = 84;
/// Pixels right of the plot where no names of levels stand.
const BARE_GUTTER: u32 = 24;
/// Pixels right of the plot for the names of levels.
const LABEL_GUTTER: u32 = 150;
/// Pixels above the plot for title and key.
const TITLE_HEIGHT: u32 = 30;
/// Pixels below the plot for the axis across.
const X_AXIS_HEIGHT: u32 = 50;
/// Pixels between a panel and the next.
const SPACE_BELOW: u32 = 14;
/// Drawing units from one name of a level to the next.
const LABEL_HEIGHT: i32 = 16 * SCALE as i32;
/// The axis across.
#[derive(Clone)]
pub(super) struct AxisAcross {
    /// Not empty, on its scale.
    pub(super) range: Range<f64>,
    pub(super) scale: Scale,
    /// `None` where the axis stands under a panel further down.
    pub(super) title: Option<&'static str>,
}

/// A named horizontal line.
pub(super) struct Level {
    pub(super) value: f64,
    pub(super) label: String,
    pub(super) colour: RGBColor,
}

/// Where names of levels may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    /// There are none, and no room for them.
    None,
    /// Companions one another where they would touch: their colours say which line is meant.
    Spread,
    /// At their lines; a name without room there is left out.
    NearLine,
}

/// A mark at a point, given by its places.
pub(super) struct Mark {
    pub(super) at: (f64, f64),
    pub(super) colour: RGBColor,
    pub(super) shape: Shape,
}

/// A line from bottom to top, at a place across.
pub(super) struct Upright {
    pub(super) x: f64,
    pub(super) colour: RGBColor,
    pub(super) stroke: Stroke,
    /// Text beside its top.
    pub(super) label: Option<String>,
}

/// A bar on the zero line: places left and right, and height.
pub(super) struct Bar {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) height: f64,
    pub(super) colour: RGBColor,
}

/// What a panel shows.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) across: AxisAcross,
    pub(super) axis_title: &'static str,
    pub(super) scale: Scale,
    /// Rows of a strip, from the top; heights upwards count them from the bottom, and there are no ticks.
    pub(super) rows: Vec<Row>,
    pub(super) bars: Vec<Bar>,
    pub(super) curves: Vec<Curve>,
    pub(super) levels: Vec<Level>,
    pub(super) labels: Labels,
    pub(super) uprights: Vec<Upright>,
    pub(super) marks: Vec<Mark>,
    pub(super) keys: Vec<Key>,
    /// Text in the middle of the plot.
    pub(super) note: Option<String>,
}

impl Panel {
    pub(super) fn draw(&self, root: &Canvas<'_>, place: Rectangle, theme: Theme) -> Result<(), DrawError> {
        let right = match self.labels {
            Labels::None => BARE_GUTTER,
            Labels::Spread | Labels::NearLine => LABEL_GUTTER,
        };
        let plot = Rectangle {
            left: place.left + LEFT_GUTTER,
            top: place.top + TITLE_HEIGHT,
            width: place.width - LEFT_GUTTER - right,
            height: place.height - TITLE_HEIGHT - self.space_below(),
        };
        let n_ticks = if self.rows.is_empty() { plot.height / 36 } else { 0 };
        let x_axis_height = self.across.title.map_or(0, |_| px(X_AXIS_HEIGHT));
        let canvas = root.clone().shrink(
            (px(place.left), px(plot.top)),
            (px(LEFT_GUTTER + plot.width), px(plot.height) + x_axis_height),
        );
        let mut chart = ChartBuilder::on(&canvas)
            .y_label_area_size(px(LEFT_GUTTER))
            .x_label_area_size(x_axis_height)
            .build_cartesian_2d(
                Axis::new(self.across.range.clone(), self.across.scale, plot.width / 88),
                Axis::new(self.values(), self.scale, n_ticks),
            )?;
        let text = (FONT, f64::from(px(15))).into_font().color(&theme.ink);
        chart
            .configure_mesh()
            .bold_line_style(theme.grid.stroke_width(10))
            .light_line_style(theme.paper.mix(0.0))
            .axis_style(theme.grey.stroke_width(10))
            .set_all_tick_mark_size(px(5))
            .label_style(text.clone())
            .axis_desc_style(text)
            .x_desc(self.across.title.unwrap_or_default())
            .y_desc(self.axis_title)
            .draw()?;
        self.draw_shapes(&mut chart, plot, theme)?;
        draw_rows(root, &chart, plot, &self.rows, theme)?;
        self.draw_level_names(root, &chart, plot)?;
        self.draw_upright_names(root, &chart, plot, theme)?;
        self.draw_title(root, plot, place.left + place.width, theme)?;
        match &self.note {
            Some(note) => {
                let middle = (
                    signed(plot.left + plot.width / 2),
                    signed(plot.top + plot.height / 2),
                );
                let style = font(14, theme.grey).pos(Pos::new(HPos::Center, VPos::Center));
                let half = (text_width(note, 15) / 2, signed(12));
                let corners = [
                    (middle.0 - half.0, middle.1 - half.1),
                    (middle.0 + half.0, middle.1 + half.1),
                ];
                root.draw(&Box2::new(corners, theme.paper.filled()))?;
                root.draw(&Text::new(note.clone(), middle, style))
            }
            None => Ok(()),
        }
    }

    /// Height of a strip: as much as its rows need.
    pub(super) fn height_of_rows(&self) -> u32 {
        TITLE_HEIGHT + self.rows.len() as u32 * ROW_HEIGHT + self.space_below()
    }

    fn space_below(&self) -> u32 {
        if self.across.title.is_some() {
            X_AXIS_HEIGHT
        } else {
            SPACE_BELOW
        }
    }

    /// The range upwards.
    fn values(&self) -> Range<f64> {
        if !self.rows.is_empty() {
            return 0.0..self.rows.len() as f64;
        }
        let points = self
            .curves
            .iter()
            .flat_map(|curve| curve.stretches.iter().flatten());
        let levels = self
            .levels
            .iter()
            .filter_map(|level| self.scale.place(level.value));
        let bars = self.bars.iter().map(|bar| bar.height);
        let marks = self.marks.iter().map(|mark| mark.at.1);
        value_range(
            points.map(|point| point.1).chain(levels).chain(bars).chain(marks),
            self.scale,
        )
    }

    /// Bars, levels, curves and marks, one over the other.
    fn draw_shapes(&self, chart: &mut Chart<'_, '_>, plot: Rectangle, theme: Theme) -> Result<(), DrawError> {
        for bar in &self.bars {
            let corners = [(bar.left, 0.0), (bar.right, bar.height)];
            chart.draw_series([Box2::new(corners, theme.faint(bar.colour, 0.4).filled())])?;
        }
        let Range { start, end } = self.across.range;
        let heights = chart.y_range();
        for upright in &self.uprights {
            let ends = vec![(upright.x, heights.start), (upright.x, heights.end)];
            draw_line(chart, plot, &ends, upright.stroke, upright.colour.stroke_width(9))?;
        }
        for level in &self.levels {
            if let Some(value) = self.scale.place(level.value) {
                let ends = [(start, value), (end, value)];
                draw_line(chart, plot, &ends, Stroke::Dashes, level.colour.stroke_width(10))?;
            }
        }
        for curve in &self.curves {
            for stretch in &curve.stretches {
                let style = curve.colour.stroke_width(curve.width);
                draw_line(chart, plot, stretch, curve.stroke, style)?;
            }
        }
        for mark in &self.marks {
            match mark.shape {
                Shape::Disc => chart.draw_series([EmptyElement::at(mark.at)
                    + Circle::new((0, 0), px(6), theme.paper.filled())
                    + Circle::new((0, 0), f64::from(px(9)) / 2.0, mark.colour.filled())])?,
                Shape::Diamond => chart.draw_series([EmptyElement::at(mark.at)
                    + Polygon::new(diamond(px(9)), theme.paper.filled())
                    + Polygon::new(diamond(px(7)), mark.colour.filled())])?,
                Shape::HollowDiamond => chart.draw_series([EmptyElement::at(mark.at)
                    + Polygon::new(diamond(px(9)), theme.paper.filled())
                    + PathElement::new(outline(px(6)), mark.colour.stroke_width(OUTLINE))])?,
            };
        }
        Ok(())
    }

    /// Names of the levels at the right of the plot, moved apart where they would touch.
    fn draw_level_names(
        &self,
        root: &Canvas<'_>,
        chart: &Chart<'_, '_>,
        plot: Rectangle,
    ) -> Result<(), DrawError> {
        let end = self.across.range.end;
        let mut labels: Vec<(i32, &Level)> = self
            .levels
            .iter()
            .filter_map(|level| {
                Some((
                    chart.backend_coord(&(end, self.scale.place(level.value)?)).1,
                    level,
                ))
            })
            .collect();
        labels.sort_by_key(|label| label.0);
        let mut heights: Vec<i32> = labels.iter().map(|label| label.0).collect();
        match self.labels {
            Labels::None => return Ok(()),
            Labels::Spread => {
                let bottom = signed(plot.top + plot.height);
                spread(&mut heights, LABEL_HEIGHT, signed(plot.top), bottom);
            }
            Labels::NearLine => stack(&mut heights, LABEL_HEIGHT),
        }
        for (height, (line, level)) in heights.into_iter().zip(labels) {
            if self.labels == Labels::NearLine && height - line > LABEL_HEIGHT {
                continue;
            }
            let style = font(13, level.colour).pos(Pos::new(HPos::Left, VPos::Center));
            let left = signed(plot.left + plot.width + 8);
            root.draw(&Text::new(level.label.clone(), (left, height), style))?;
        }
        Ok(())
    }

    /// Names of the upright lines at their top, where there is room beside the one before and before the edge.
    fn draw_upright_names(
        &self,
        root: &Canvas<'_>,
        chart: &Chart<'_, '_>,
        plot: Rectangle,
        theme: Theme,
    ) -> Result<(), DrawError> {
        let mut free = signed(plot.left);
        let edge = signed(plot.left + plot.width);
        let place = |upright: &Upright| chart.backend_coord(&(upright.x, chart.y_range().end)).0;
        let named = || self.uprights.iter().filter(|upright| upright.label.is_some());
        for upright in named() {
            let Some(label) = &upright.label else { continue };
            let left = place(upright) + signed(4);
            let right = left + text_width(label, 11);
            let next = named().map(place).filter(|x| *x > left).min().unwrap_or(edge);
            if left < free || right > edge.min(next) {
                continue;
            }
            let style = font(11, theme.grey).pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(label.clone(), (left, signed(plot.top + 9)), style))?;
            free = right + signed(8);
        }
        Ok(())
    }

    /// Title at the left above the plot; the key at its right end, or beyond it up to `edge` where it is long.
    fn draw_title(
        &self,
        root: &Canvas<'_>,
        plot: Rectangle,
        edge: u32,
        theme: Theme,
    ) -> Result<(), DrawError> {
        let middle = signed(plot.top - 12);
        let bold = (FONT, f64::from(px(16)) * 1.24)
            .into_font()
            .style(FontStyle::Bold)
            .color(&theme.ink)
            .pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(self.title.clone(), (signed(plot.left), middle), bold))?;
        let title_end = signed(plot.left) + text_width(&self.title, 17) + signed(KEY_SPACE);
        let key_width: i32 = self.keys.iter().map(Key::width).sum();
        let right = signed(plot.left + plot.width)
            .max(title_end + key_width)
            .min(signed(edge));
        let mut left = right - key_width;
        for key in &self.keys {
            key.draw(root, (left, middle), theme)?;
            left += key.width();
        }
        Ok(())
    }
}
