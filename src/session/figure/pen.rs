//! Lines, texts and lengths in the drawing library's own units.

use std::io;

use plotters::backend::SVGBackend;
use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{PathElement, Text};
use plotters::style::{IntoFont as _, RGBColor, ShapeStyle, TextStyle};

use super::SCALE;
use super::axis::Axis;
use super::curve::{Stroke, dashed};

pub(super) type DrawError = DrawingAreaErrorKind<io::Error>;
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Chart<'a, 'b> = ChartContext<'b, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// Fonts of all text; the first one is shipped and used for PNG, the others are about as wide.
pub(super) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// Width of a character in sizes of the font, on average.
const CHARACTER: f64 = 0.58;

/// Width of the line about a hollow mark, in drawing units.
pub(super) const OUTLINE: u32 = 16;

/// A place in pixels.
#[derive(Clone, Copy)]
pub(super) struct Rectangle {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A line through places of the chart.
pub(super) fn draw_line(
    chart: &mut Chart<'_, '_>,
    plot: Rectangle,
    points: &[(f64, f64)],
    stroke: Stroke,
    style: ShapeStyle,
) -> Result<(), DrawError> {
    let (x_range, y_range) = (chart.x_range(), chart.y_range());
    let to_units = |(x, y): (f64, f64)| {
        (
            (x - x_range.start) / (x_range.end - x_range.start) * f64::from(px(plot.width)),
            (y - y_range.start) / (y_range.end - y_range.start) * f64::from(px(plot.height)),
        )
    };
    let pieces = dashes(points, stroke, f64::from(px(plot.width)), to_units);
    chart.draw_series(pieces.into_iter().map(|piece| PathElement::new(piece, style)))?;
    Ok(())
}

/// The pieces of a line of some stroke.
pub(super) fn dashes(
    points: &[(f64, f64)],
    stroke: Stroke,
    plot_width: f64,
    to_units: impl Fn((f64, f64)) -> (f64, f64),
) -> Vec<Vec<(f64, f64)>> {
    let (dash, gap) = match stroke {
        Stroke::Solid => return vec![points.to_vec()],
        Stroke::LongDashes => (16, 5),
        Stroke::Dashes => (6, 5),
        Stroke::Dots => (2, 4),
    };
    dashed(
        points,
        f64::from(px(dash)),
        f64::from(px(gap)),
        plot_width,
        to_units,
    )
}

/// Corners of a diamond so many drawing units from its middle.
pub(super) fn diamond(size: u32) -> [(i32, i32); 4] {
    let size = size.cast_signed();
    [(0, -size), (size, 0), (0, size), (-size, 0)]
}

/// The same as a closed line.
pub(super) fn outline(size: u32) -> [(i32, i32); 5] {
    let [top, right, bottom, left] = diamond(size);
    [top, right, bottom, left, top]
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
        content.to_owned(),
        (signed(place.0), signed(place.1)),
        font(size, colour),
    ))
}

pub(super) fn font(size: u32, colour: RGBColor) -> TextStyle<'static> {
    // The library divides sizes by 1.24.
    let size = f64::from(px(size)) * 1.24;
    (FONT, size).into_font().color(&colour)
}

/// Drawing units a text takes across: the reader of an SVG brings the font, so this is an estimate.
pub(super) fn text_width(text: &str, size: u32) -> i32 {
    (text.chars().count() as f64 * CHARACTER * f64::from(px(size))) as i32
}

/// Drawing units of a length in pixels.
pub(super) fn px(pixels: u32) -> u32 {
    pixels * SCALE
}

pub(super) fn signed(pixels: u32) -> i32 {
    px(pixels).cast_signed()
}
