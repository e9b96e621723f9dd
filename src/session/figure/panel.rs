//! One panel: axes, curves, dashed levels with their names at the right, and a key of the kinds of line.

use std::io;
use std::ops::Range;

use plotters::backend::SVGBackend;
use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{DashedPathElement, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, IntoFont as _, RGBColor, ShapeStyle, WHITE};

use super::axis::{Axis, value_range};
use super::curve::{Curve, Scale, Stroke};
use super::labels::{spread, stack};
use super::{GREY, INK, SCALE};

pub(super) type DrawError = DrawingAreaErrorKind<io::Error>;
type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Pixels left of the plot for its ticks and title; the same in every panel, so that the time axes line up.
const LEFT_GUTTER: u32 = 84;
/// Pixels right of the plot for the names of levels.
const RIGHT_GUTTER: u32 = 150;
/// Pixels above the plot for title and key.
const TITLE_HEIGHT: u32 = 30;
/// Pixels below the last plot for the time axis.
const TIME_AXIS_HEIGHT: u32 = 50;
/// Pixels between a panel and the next.
const SPACE_BELOW: u32 = 14;
/// Drawing units from one name of a level to the next.
const LABEL_HEIGHT: i32 = 16 * SCALE as i32;
const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE4);

/// A place in pixels.
#[derive(Clone, Copy)]
pub(super) struct Rectangle {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
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
    /// Beside one another where they would touch: their colours say which line is meant.
    Spread,
    /// At their lines; a name without room there is left out.
    NearLine,
}

/// What a kind of line means.
pub(super) struct Key {
    pub(super) label: &'static str,
    pub(super) colour: RGBColor,
    /// In drawing units.
    pub(super) width: u32,
    pub(super) stroke: Stroke,
}

/// What a panel shows.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) axis_title: &'static str,
    pub(super) scale: Scale,
    pub(super) curves: Vec<Curve>,
    pub(super) levels: Vec<Level>,
    pub(super) labels: Labels,
    pub(super) keys: Vec<Key>,
}

impl Panel {
    /// Draws the panel; the last one carries the time axis.
    pub(super) fn draw(
        &self,
        root: &Canvas<'_>,
        place: Rectangle,
        times: Range<f64>,
        is_last: bool,
    ) -> Result<(), DrawError> {
        let scale = self.scale;
        let plot = Rectangle {
            left: place.left + LEFT_GUTTER,
            top: place.top + TITLE_HEIGHT,
            width: place.width - LEFT_GUTTER - RIGHT_GUTTER,
            height: place.height - TITLE_HEIGHT - if is_last { TIME_AXIS_HEIGHT } else { SPACE_BELOW },
        };
        let points = self
            .curves
            .iter()
            .flat_map(|curve| curve.stretches.iter().flatten());
        let levels = self.levels.iter().filter_map(|level| scale.place(level.value));
        let values = value_range(points.map(|point| point.1).chain(levels), scale);
        let canvas = root.clone().shrink(
            (px(place.left), px(plot.top)),
            (
                px(LEFT_GUTTER + plot.width),
                px(plot.height) + if is_last { px(TIME_AXIS_HEIGHT) } else { 0 },
            ),
        );
        let mut chart = ChartBuilder::on(&canvas)
            .y_label_area_size(px(LEFT_GUTTER))
            .x_label_area_size(if is_last { px(TIME_AXIS_HEIGHT) } else { 0 })
            .build_cartesian_2d(
                Axis::new(times.clone(), Scale::Linear, 10),
                Axis::new(values, scale, plot.height / 36),
            )?;
        let labels = ("sans-serif", px(15)).into_font().color(&INK);
        chart
            .configure_mesh()
            .bold_line_style(GRID.stroke_width(10))
            .light_line_style(WHITE.mix(0.0))
            .axis_style(GREY.stroke_width(10))
            .set_all_tick_mark_size(px(5))
            .label_style(labels.clone())
            .axis_desc_style(labels)
            .x_desc(if is_last {
                "time t = sum of η over steps"
            } else {
                ""
            })
            .y_desc(self.axis_title)
            .draw()?;
        let mut labels = Vec::new();
        for level in &self.levels {
            if let Some(value) = scale.place(level.value) {
                let ends = [(times.start, value), (times.end, value)];
                chart.draw_series([dashes(&ends, 60, 50, level.colour.stroke_width(10))])?;
                labels.push((chart.backend_coord(&ends[1]).1, level));
            }
        }
        for curve in &self.curves {
            let style = curve.colour.stroke_width(curve.width);
            for stretch in &curve.stretches {
                match dash_lengths(curve.stroke) {
                    None => chart.draw_series([PathElement::new(stretch.clone(), style)])?,
                    Some((dash, gap)) => chart.draw_series([dashes(stretch, dash, gap, style)])?,
                };
            }
        }
        self.draw_labels(root, plot, labels)?;
        self.draw_title(root, plot)
    }

    /// Names of the levels at the right of the plot, moved apart where they would touch.
    fn draw_labels(
        &self,
        root: &Canvas<'_>,
        plot: Rectangle,
        mut labels: Vec<(i32, &Level)>,
    ) -> Result<(), DrawError> {
        labels.sort_by_key(|label| label.0);
        let mut heights: Vec<i32> = labels.iter().map(|label| label.0).collect();
        match self.labels {
            Labels::Spread => {
                spread(
                    &mut heights,
                    LABEL_HEIGHT,
                    signed(plot.top),
                    signed(plot.top + plot.height),
                );
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

    /// Title at the left above the plot, key at the right.
    fn draw_title(&self, root: &Canvas<'_>, plot: Rectangle) -> Result<(), DrawError> {
        let middle = signed(plot.top - 12);
        let bold = ("sans-serif", px(18))
            .into_font()
            .style(FontStyle::Bold)
            .color(&INK);
        let bold = bold.pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(self.title, (signed(plot.left), middle), bold))?;
        let mut right = signed(plot.left + plot.width);
        for key in self.keys.iter().rev() {
            let style = font(13, INK).pos(Pos::new(HPos::Left, VPos::Center));
            // Room for the widest common fonts; the picture's reader brings the font.
            let label = right - (key.label.chars().count() as f64 * 7.3 * f64::from(SCALE)) as i32;
            root.draw(&Text::new(key.label, (label, middle), style))?;
            let line = [(label - signed(36), middle), (label - signed(7), middle)];
            let stroke = key.colour.stroke_width(key.width);
            match dash_lengths(key.stroke) {
                None => root.draw(&PathElement::new(line.to_vec(), stroke))?,
                Some((dash, gap)) => root.draw(&DashedPathElement::new(line, dash, gap, stroke))?,
            }
            right = label - signed(52);
        }
        Ok(())
    }
}

/// A line of text; its place in pixels is the upper left corner.
pub(super) fn text(
    root: &Canvas<'_>,
    content: &str,
    place: (u32, u32),
    size: u32,
    colour: RGBColor,
) -> Result<(), DrawError> {
    root.draw(&Text::new(
        content,
        (signed(place.0), signed(place.1)),
        font(size, colour),
    ))
}

fn font(size: u32, colour: RGBColor) -> plotters::style::TextStyle<'static> {
    // The library divides sizes by 1.24.
    let size = f64::from(px(size)) * 1.24;
    ("sans-serif", size).into_font().color(&colour)
}

fn dashes(
    points: &[(f64, f64)],
    dash: u32,
    gap: u32,
    style: ShapeStyle,
) -> DashedPathElement<std::vec::IntoIter<(f64, f64)>, u32> {
    DashedPathElement::new(points.to_vec(), dash, gap, style)
}

/// Lengths of dash and gap in drawing units.
fn dash_lengths(stroke: Stroke) -> Option<(u32, u32)> {
    match stroke {
        Stroke::Solid => None,
        Stroke::LongDashes => Some((160, 50)),
        Stroke::Dashes => Some((60, 50)),
    }
}

/// Drawing units of a length in pixels.
fn px(pixels: u32) -> u32 {
    pixels * SCALE
}

fn signed(pixels: u32) -> i32 {
    px(pixels).cast_signed()
}
