//! Coloured cells with their colour bar, arrows and clouds of points on paper.

use super::svg::{Anchor, Letters, Rectangle, Svg, text_width};
use crate::chart::{Arrow, Axis, Cloud, Dashes, HeatMap, Look, Stroke, hatch_lines};

/// Pixels between a plot and its colour bar, and the width of the bar.
const BAR_SPACE: f64 = 14.0;
const BAR_WIDTH: f64 = 14.0;
/// Strips of a colour bar.
const N_STRIPS: u32 = 64;
/// Length of the two lines of an arrow's head.
const HEAD: f64 = 5.0;
/// Radius of a point of a cloud.
const POINT: f64 = 1.3;
/// Size of the labels of a colour bar.
const BAR_SIZE: f64 = 13.0;

/// Draws the cells; `to_pixels` gives the pixel of a position.
pub(super) fn draw_cells(
    svg: &mut Svg,
    map: &HeatMap,
    look: &Look,
    to_pixels: impl Fn([f64; 2]) -> [f64; 2],
) {
    let (n_columns, n_rows) = map.shape();
    let mut lines = Vec::new();
    for row in 0..n_rows {
        for column in 0..n_columns {
            let [left, bottom] = to_pixels([map.across[column], map.upwards[row]]);
            let [right, top] = to_pixels([map.across[column + 1], map.upwards[row + 1]]);
            if let Some(share) = map.share(map.value((column, row))) {
                let place = Rectangle {
                    left,
                    top,
                    // A hair over the edge, so that no ground is seen between cells.
                    width: right - left + 0.3,
                    height: bottom - top + 0.3,
                };
                svg.area(place, map.colours.colour(share, look), 1.0);
            }
            if let Some(Some(hatch)) = map.hatches.get(row * n_columns + column) {
                lines.extend(hatch_lines(*hatch, [left, top], [right, bottom]));
            }
        }
    }
    for line in lines {
        svg.line(&line, solid(look, 0.9));
    }
}

/// Draws the colour bar right of the plot, as high as that.
pub(super) fn draw_bar(svg: &mut Svg, map: &HeatMap, bar: &Axis, plot: Rectangle, look: &Look) {
    let place = Rectangle {
        left: plot.right() + BAR_SPACE,
        width: BAR_WIDTH,
        ..plot
    };
    let height = place.height / f64::from(N_STRIPS);
    for i in 0..N_STRIPS {
        let share = (f64::from(i) + 0.5) / f64::from(N_STRIPS);
        let strip = Rectangle {
            top: place.bottom() - height * f64::from(i + 1),
            height: height + 0.3,
            ..place
        };
        svg.area(strip, map.colours.colour(share, look), 1.0);
    }
    let (low, high) = bar.range;
    let stroke = Stroke {
        colour: look.grey,
        ..solid(look, 1.0)
    };
    for tick in bar.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        let y = place.bottom() - (tick.position - low) / (high - low) * place.height;
        svg.line(&[[place.right(), y], [place.right() + 4.0, y]], stroke);
        svg.text(
            &tick.label,
            [place.right() + 8.0, y],
            Letters::new(BAR_SIZE, look.ink),
        );
    }
    // Beside a low bar there is no room for it; what the colours stand for is told by the title of the plot.
    if bar.title.is_empty() || text_width(&bar.title, BAR_SIZE) > plot.height {
        return;
    }
    let title = [place.right() + 58.0, plot.top + 0.5 * plot.height];
    let letters = Letters::new(BAR_SIZE, look.ink).anchored(Anchor::Middle);
    svg.upwards_text(&bar.title, title, letters);
}

/// Draws an arrow; `to_pixels` gives the pixel of a position.
pub(super) fn draw_arrow(
    svg: &mut Svg,
    arrow: &Arrow,
    look: &Look,
    to_pixels: impl Fn([f64; 2]) -> [f64; 2],
) {
    draw_arrow_between(
        svg,
        to_pixels(arrow.from),
        to_pixels(arrow.to),
        look.stroke(arrow.pen),
    );
}

/// Draws an arrow from one pixel to another.
pub(super) fn draw_arrow_between(svg: &mut Svg, from: [f64; 2], to: [f64; 2], stroke: Stroke) {
    let along = [to[0] - from[0], to[1] - from[1]];
    let length = along[0].hypot(along[1]);
    if length < 0.5 {
        return;
    }
    let reach = -(HEAD * f64::from(stroke.width).max(1.0)).min(length) / length;
    let back = [reach * along[0], reach * along[1]];
    let wing = |side: f64| {
        [
            to[0] + back[0] - side * 0.5 * back[1],
            to[1] + back[1] + side * 0.5 * back[0],
        ]
    };
    svg.line(&[from, to], stroke);
    svg.line(&[wing(1.0), to, wing(-1.0)], stroke);
}

/// Draws a cloud of points; those that `is_seen` leaves out are not drawn.
pub(super) fn draw_cloud(
    svg: &mut Svg,
    cloud: &Cloud,
    look: &Look,
    is_seen: impl Fn([f64; 2]) -> bool,
    to_pixels: impl Fn([f64; 2]) -> [f64; 2],
) {
    let (colour, opacity) = look.fill(cloud.pen);
    for &at in cloud.points.iter().filter(|at| is_seen(**at)) {
        svg.disc(to_pixels(at), POINT, colour, opacity);
    }
}

fn solid(look: &Look, width: f32) -> Stroke {
    Stroke {
        colour: look.ink,
        opacity: 1.0,
        width,
        dashes: Dashes::None,
    }
}
