//! A curve as a ribbon: the min-max envelope of all rows in every pixel column.
//!
//! A line through first, least, greatest and last value of every pixel has four points a pixel and, drawn with some width,
//! sixteen corners; a ribbon has four corners a pixel at most, and hardly any where its edges run straight.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{Mesh, Painter, Shape};

use super::frame::{BEYOND, Frame};
use super::line::Line;
use super::ribbon_mesh::ribbon_mesh;
use crate::chart::{Dashes, Stop, thinned};
use crate::history::{Cell, Trace};

/// Steepest slope along which a ribbon keeps its width.
const STEEPEST: f64 = 100.0;
/// Mean height of the noise, in points, beyond which dashes could not be told apart.
const NOISE_OF_DASHES: f64 = 3.0;
/// Length of a dashed ribbon at most, as a multiple of the plot's width and height together.
const LONGEST_DASHED: f64 = 3.0;

/// The ribbons drawn last, so that a picture in which nothing moves is not made again.
#[derive(Debug, Default)]
pub(super) struct Ribbons {
    drawn: HashMap<Place, Drawn>,
    /// Frames so far.
    frame: u64,
}

/// Address of a trace and the first cell of a ribbon of it.
type Place = (*const Trace, usize);

/// A ribbon, and all that it was made of.
#[derive(Debug)]
struct Drawn {
    /// Held so that no other trace can come to stand at its address.
    _trace: Arc<Trace>,
    n_cells: usize,
    line: Line,
    frame: Frame,
    pixels_per_point: f32,
    mesh: Arc<Mesh>,
    /// When it was drawn last, in frames.
    at: u64,
}

impl Ribbons {
    /// Begins a frame: forgets the ribbons that the last one did not draw, and with them their traces.
    pub(super) fn begin_frame(&mut self) {
        let last = self.frame;
        self.drawn.retain(|_, ribbon| ribbon.at == last);
        self.frame += 1;
    }

    /// Draws some cells of neighbouring pixel columns.
    pub(super) fn draw(
        &mut self,
        painter: &Painter,
        trace: &Arc<Trace>,
        cells: Range<usize>,
        line: Line,
        frame: &Frame,
    ) {
        let pixels_per_point = painter.pixels_per_point();
        let place = (Arc::as_ptr(trace), cells.start);
        let is_same = |drawn: &Drawn| {
            drawn.n_cells == cells.len()
                && drawn.line == line
                && drawn.frame == *frame
                && drawn.pixels_per_point.to_bits() == pixels_per_point.to_bits()
        };
        if let Some(known) = self.drawn.get_mut(&place)
            && is_same(known)
        {
            known.at = self.frame;
            painter.add(Shape::Mesh(Arc::clone(&known.mesh)));
            return;
        }
        let n_cells = cells.len();
        let mesh = Arc::new(mesh(&trace.cells[cells], line, frame, pixels_per_point));
        painter.add(Shape::Mesh(Arc::clone(&mesh)));
        let ribbon = Drawn {
            _trace: Arc::clone(trace),
            n_cells,
            line,
            frame: *frame,
            pixels_per_point,
            mesh,
            at: self.frame,
        };
        self.drawn.insert(place, ribbon);
    }
}

fn mesh(cells: &[Cell], line: Line, frame: &Frame, pixels_per_point: f32) -> Mesh {
    let Line { color, width, dashes } = line;
    let columns = columns(cells, frame);
    let pixel = f64::from(1.0 / pixels_per_point);
    // The edge of a broad line is not looked at quite as closely as that of a fine one.
    let pixel_of_edge = pixel * f64::from(0.5 * width).clamp(1.0, 1.5);
    let edges = thinned(edges(&columns, f64::from(width), pixel), pixel_of_edge);
    let longest = LONGEST_DASHED * f64::from(frame.rect.width() + frame.rect.height());
    let can_be_dashed = || mean_noise(&columns) < NOISE_OF_DASHES && length(&edges) < longest;
    let dashes = if dashes == Dashes::None || can_be_dashed() {
        dashes
    } else {
        Dashes::None
    };
    ribbon_mesh(&edges, dashes, width, color)
}

/// What a curve takes of one pixel column, in points of the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    x: f64,
    middle: f64,
    /// Half of the height.
    half: f64,
}

/// The columns of cells on the screen; those that are not numbers are left out.
fn columns(cells: &[Cell], frame: &Frame) -> Vec<Column> {
    let near =
        |place: f64, low: f32, high: f32| place.clamp(f64::from(low) - BEYOND, f64::from(high) + BEYOND);
    let rect = frame.rect;
    let (per_x, per_y) = (
        f64::from(rect.width()) / (frame.x.1 - frame.x.0),
        f64::from(rect.height()) / (frame.y.1 - frame.y.0),
    );
    let (left, bottom) = (f64::from(rect.left()), f64::from(rect.bottom()));
    let x = |value: f64| near(left + (value - frame.x.0) * per_x, rect.left(), rect.right());
    let y = |value: f64| near(bottom - (value - frame.y.0) * per_y, rect.top(), rect.bottom());
    let last = cells.len().saturating_sub(1);
    let column = |(i, cell): (usize, &Cell)| {
        // The ends stand where the first and the last row do.
        let middle = match i {
            0 => cell.first[0],
            i if i == last => cell.last[0],
            _ => 0.5 * (cell.first[0] + cell.last[0]),
        };
        let (low, high) = (y(cell.min), y(cell.max));
        Column {
            x: x(middle),
            middle: 0.5 * (low + high),
            half: 0.5 * (low - high),
        }
    };
    let is_number =
        |column: &Column| column.x.is_finite() && column.middle.is_finite() && column.half.is_finite();
    cells.iter().enumerate().map(column).filter(is_number).collect()
}

/// The smaller of two changes of one sign, else none.
fn lesser(a: f64, b: f64) -> f64 {
    if a * b <= 0.0 {
        0.0
    } else if a.abs() < b.abs() {
        a
    } else {
        b
    }
}

/// The edges of a line of some width through the columns: upper edge, lower edge, and the upright height over which each of
/// them fades, which is one pixel across the line.
fn edges(columns: &[Column], width: f64, pixel: f64) -> impl ExactSizeIterator<Item = Stop<3>> {
    let mut rise_before = Rise::default();
    columns.iter().enumerate().map(move |(i, &column)| {
        let rise_after = columns
            .get(i + 1)
            .map_or_else(Rise::default, |&after| Rise::between(column, after));
        // A steep line passes through the heights of a column one after the other; only what is left without that is noise.
        let passed = lesser(rise_before.height, rise_after.height).abs();
        let half = (column.half - 0.5 * passed).max(0.0);
        let steepness = lesser(rise_before.slope, rise_after.slope).abs().min(STEEPEST);
        rise_before = rise_after;
        // Upright height of what is one unit wide across the line.
        let upright = (1.0 + steepness * steepness).sqrt();
        let reach = half + 0.5 * width * upright;
        Stop {
            x: column.x,
            ys: [column.middle - reach, column.middle + reach, pixel * upright],
        }
    })
}

/// How far the middle of a line rises from one column to the next.
#[derive(Clone, Copy, Debug, Default)]
struct Rise {
    height: f64,
    slope: f64,
}

impl Rise {
    fn between(a: Column, b: Column) -> Self {
        let height = b.middle - a.middle;
        Self {
            height,
            slope: height / (b.x - a.x).max(1e-3),
        }
    }
}

fn mean_noise(columns: &[Column]) -> f64 {
    let noise = |triple: &[Column]| {
        let [before, column, after] = [triple[0], triple[1], triple[2]];
        let passed = lesser(column.middle - before.middle, after.middle - column.middle).abs();
        (2.0 * column.half - passed).max(0.0)
    };
    columns.windows(3).map(noise).sum::<f64>() / columns.len().max(1) as f64
}

fn length(edges: &[Stop<3>]) -> f64 {
    let middle = |stop: &Stop<3>| 0.5 * (stop.ys[0] + stop.ys[1]);
    let pieces = edges
        .windows(2)
        .map(|pair| (pair[1].x - pair[0].x).hypot(middle(&pair[1]) - middle(&pair[0])));
    pieces.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui;

    fn column(x: u8, low: f64, high: f64) -> Column {
        Column {
            x: f64::from(x),
            middle: 0.5 * (low + high),
            half: 0.5 * (high - low),
        }
    }

    #[test]
    fn ribbons_that_are_drawn_no_more_are_forgotten_with_their_trace() {
        let cell = |x: u8| Cell {
            first: [f64::from(x), 1.0],
            last: [f64::from(x), 2.0],
            min: 1.0,
            max: 2.0,
        };
        let trace = Arc::new(Trace {
            cells: (0..10).map(cell).collect(),
            n_rows_per_pixel: 1,
        });
        let frame = Frame {
            rect: egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(100.0, 100.0)),
            x: (0.0, 10.0),
            y: (0.0, 3.0),
        };
        let line = Line {
            color: egui::Color32::RED,
            width: 2.0,
            dashes: Dashes::None,
        };
        let ctx = egui::Context::default();
        let mut ribbons = Ribbons::default();
        for n_frames in 0..3 {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                ribbons.begin_frame();
                if n_frames < 2 {
                    // A curve in two parts, as where it fades: each holds the trace.
                    ribbons.draw(ui.painter(), &trace, 0..5, line, &frame);
                    ribbons.draw(ui.painter(), &trace, 5..10, line, &frame);
                }
            });
            output.textures_delta.clear();
            assert_eq!(Arc::strong_count(&trace), 3);
        }
        ribbons.begin_frame();
        assert_eq!(Arc::strong_count(&trace), 1);
    }

    #[test]
    fn a_line_of_any_slope_keeps_its_width() {
        for slope in [0.0, 0.7, -5.0, 40.0_f64] {
            let rise = 0.5 * slope.abs();
            let line: Vec<_> = (0..100)
                .map(|i| {
                    // What rises passes half a column's rise on each side.
                    let middle = slope * f64::from(i);
                    column(i, middle - rise, middle + rise)
                })
                .collect();
            for stop in edges(&line, 2.0, 1.0).skip(1).take(98) {
                let across = (1.0 + slope * slope).sqrt();
                assert!((stop.ys[1] - stop.ys[0] - 2.0 * across).abs() < 1e-9 * across);
                assert!((stop.ys[2] - across).abs() < 1e-9 * across);
            }
            assert!(mean_noise(&line) < 1e-9);
        }
    }

    #[test]
    fn noise_is_filled_from_least_to_greatest_and_a_spike_to_its_tip() {
        let mut noise: Vec<_> = (0..100).map(|i| column(i, 10.0, 30.0)).collect();
        noise[50] = column(50, 10.0, 80.0);
        let edges: Vec<_> = edges(&noise, 2.0, 1.0).collect();
        let is = |stop: &Stop<3>, ys: [f64; 3]| stop.ys.map(f64::to_bits) == ys.map(f64::to_bits);
        for i in [20, 49] {
            assert!(is(&edges[i], [9.0, 31.0, 1.0]), "{:?}", edges[i]);
        }
        assert!(is(&edges[50], [9.0, 81.0, 1.0]), "{:?}", edges[50]);
        let kept = thinned(edges.into_iter(), 1.0);
        assert!(kept.len() < 10 && kept.iter().any(|stop| is(stop, [9.0, 81.0, 1.0])));
        assert!(mean_noise(&noise) > 19.0);
    }
}
