//! The network as a matrix of coloured cells: the mode matrix `U^T W V`, the map `W`, the teacher, what is missing, each layer, the
//! student's own pairs against the teacher's modes, and the balance of neighbouring layers.
//!
//! Colours go to both sides of zero. On the common scale they are those of the teacher all the way through a run, so that entries are
//! seen to grow; on the matrix's own scale they reach its largest entry. Beyond 256 rows or columns a cell is a block of entries and
//! shows the one of largest size.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::axis::Axis;
use super::drawing::Drawing;
use super::heat_map::{ColourMap, HeatMap};
use super::known::Known;
use super::matrix_kind::MatrixKind;
use super::picture::Picture;
use super::plot_id::PlotId;
use super::scale::Scale;
use super::ticks::Tick;
use super::trace_cache::KeptMatrix;
use crate::format::grouped;
use crate::simulation::NetworkState;

/// Rows and columns that are drawn one by one; of more, blocks.
const MOST_CELLS: usize = 256;
/// Points that the label of a numbered row or column needs.
const NUMBER: f64 = 22.0;
/// Points that a letter of a name needs.
const LETTER: f64 = 6.6;
/// Letters of a name that are written; a longer one is cut.
const MOST_LETTERS: usize = 12;
/// Ticks of a colour bar.
const BAR_TICKS: u32 = 5;

/// Draws the matrix that is chosen, at the moment looked at.
pub fn matrix(drawing: &mut Drawing<'_>) -> Picture {
    let kind = drawing.options.matrix.kind;
    let known = drawing.known;
    let drawn = known.network.and_then(|state| {
        let (step, entries) = kept_or_made(drawing, state)?;
        Some(at_moment(drawing, state, &entries, step))
    });
    drawn.unwrap_or_else(|| {
        let empty = || Axis::new("", Scale::Linear, (0.0, 1.0), 0);
        let mut picture = Picture::new(PlotId::Matrix, empty(), empty());
        picture.title = kind.title();
        picture.note = Some(match drawing.known.network {
            Some(_) if kind == MatrixKind::Overlaps => "the weights are no numbers".to_owned(),
            Some(_) => "there is no such layer".to_owned(),
            None => "the weights come in a moment".to_owned(),
        });
        picture
    })
}

/// Step and entries of the matrix that is chosen: made once for a moment and, of a large network that runs, only so often that it costs a
/// tenth of the time.
fn kept_or_made(drawing: &mut Drawing<'_>, state: &NetworkState) -> Option<(u64, Arc<DMatrix<f64>>)> {
    /// Seconds that a multiplication takes, and how many a cube of singular vectors needs.
    const PER_PRODUCT: f64 = 1e-9;
    const PER_SINGULAR_VECTORS: f64 = 30.0;
    let (kind, known, clock) = (drawing.options.matrix.kind, drawing.known, drawing.room.clock);
    let widths: Vec<f64> = state.network.widths().iter().map(|width| *width as f64).collect();
    let products: f64 = widths.windows(2).map(|pair| pair[0] * pair[1] * widths[0]).sum();
    let vectors = if kind == MatrixKind::Overlaps {
        PER_SINGULAR_VECTORS * widths[0].max(widths[widths.len() - 1]).powi(3)
    } else {
        0.0
    };
    let patience = 10.0 * PER_PRODUCT * (products + vectors);
    let of = (known.run, state.step, kind);
    if let Some(kept) = &drawing.traces.matrix {
        let is_of_run = (kept.of.0, kept.of.2) == (known.run, kind);
        let may_wait = known.goes_on && drawing.options.until.is_none() && clock < kept.at + patience;
        if kept.of == of || is_of_run && may_wait {
            return Some((kept.of.1, Arc::clone(&kept.entries)));
        }
    }
    let entries = Arc::new(kind.of(state)?);
    drawing.traces.matrix = Some(KeptMatrix {
        of,
        at: clock,
        entries: Arc::clone(&entries),
    });
    Some((state.step, entries))
}

/// Draws the matrix at every event of the run that is known with its weights, small: without a colour bar, titles or names of its sides.
pub fn matrices_at_events(drawing: &mut Drawing<'_>) -> Vec<Picture> {
    let states = drawing.known.at_events;
    let small = |(what, state): &(String, NetworkState)| {
        let entries = drawing.options.matrix.kind.of(state)?;
        let mut picture = at_moment(drawing, state, &entries, state.step);
        picture.title = format!("{what}, {}", grouped(state.step));
        for axis in [&mut picture.x, &mut picture.y] {
            axis.title.clear();
            axis.ticks.clear();
        }
        if let Some(map) = &mut picture.heat_map {
            map.bar = None;
        }
        Some(picture)
    };
    states.iter().filter_map(small).collect()
}

/// Draws the entries of a matrix that a network had at a step.
fn at_moment(drawing: &Drawing<'_>, state: &NetworkState, entries: &DMatrix<f64>, step: u64) -> Picture {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let kind = options.matrix.kind;
    let cells = blocks(entries);
    let (n_rows, n_columns) = cells.shape();
    let (input_names, output_names) = names(known, kind);
    let (width, height) = square_room(room.width, room.height, (n_rows, n_columns));
    let (across, upwards) = kind.sides();
    let is_blocked = cells.shape() != entries.shape();
    let x = Axis {
        title: side_title(across, is_blocked, entries.ncols()),
        scale: Scale::Linear,
        range: (0.0, n_columns as f64),
        ticks: ticks(
            n_columns,
            entries.ncols(),
            width / room.letters,
            input_names,
            false,
        ),
        offset: 0.0,
    };
    let y = Axis {
        title: if output_names.is_empty() {
            side_title(upwards, is_blocked, entries.nrows())
        } else {
            String::new()
        },
        range: (0.0, n_rows as f64),
        ticks: ticks(n_rows, entries.nrows(), height / room.letters, output_names, true),
        ..x.clone()
    };
    let mut picture = Picture::new(PlotId::Matrix, x, y);
    picture.title = format!("{} at step {}", kind.title(), grouped(step));
    picture.aspect = Some(n_columns as f64 / n_rows as f64);
    let largest = cells.amax();
    let size = match kind.common_scale(state) {
        Some(size) if !options.matrix.own_scale => size,
        Some(_) | None => largest,
    };
    let size = if size > 0.0 && size.is_finite() { size } else { 1.0 };
    // From the bottom, but the first row of a matrix stands at the top.
    let values = (0..n_rows)
        .rev()
        .flat_map(|row| (0..n_columns).map(move |column| (row, column)));
    picture.heat_map = Some(HeatMap {
        across: (0..=n_columns).map(|edge| edge as f64).collect(),
        upwards: (0..=n_rows).map(|edge| edge as f64).collect(),
        values: values.map(|at| cells[at]).collect(),
        colours: ColourMap::Diverging,
        range: (-size, size),
        hatches: Vec::new(),
        bar: Some(Axis::new("", Scale::Linear, (-size, size), BAR_TICKS)),
    });
    picture
}

/// Names of inputs and outputs, where the matrix has them as its sides and the data give them.
fn names<'a>(known: &'a Known<'_>, kind: MatrixKind) -> (&'a [String], &'a [String]) {
    let Some(samples) = &known.experiment.data.samples else {
        return (&[], &[]);
    };
    let last = known.experiment.network.depth().saturating_sub(1);
    let (inputs, targets) = (samples.input_names(), samples.target_names());
    match kind {
        MatrixKind::Map | MatrixKind::Teacher | MatrixKind::Error => (inputs, targets),
        MatrixKind::Layer(layer) => (
            if layer == 0 { inputs } else { &[] },
            if layer == last { targets } else { &[] },
        ),
        MatrixKind::Modes | MatrixKind::Overlaps | MatrixKind::Balance(_) => (&[], &[]),
    }
}

/// Points across and upwards of a plot whose cells are squares.
fn square_room(width: f64, height: f64, (n_rows, n_columns): (usize, usize)) -> (f64, f64) {
    let cell = (width / n_columns as f64).min(height / n_rows as f64);
    (cell * n_columns as f64, cell * n_rows as f64)
}

fn side_title(side: &str, is_blocked: bool, n: usize) -> String {
    if is_blocked {
        format!("{side} (1 to {n}, in blocks by their largest entry)")
    } else {
        side.to_owned()
    }
}

/// Ticks in the middle of `n_cells` cells that stand for `n` entries, as many as fit into so many points; from the top where the axis
/// goes upwards.
fn ticks(n_cells: usize, n: usize, room: f64, names: &[String], goes_up: bool) -> Vec<Tick> {
    let has_names = names.len() == n && n == n_cells;
    let label = |entry: usize| {
        if has_names {
            shortened(&names[entry])
        } else {
            (entry + 1).to_string()
        }
    };
    let longest = (0..n_cells)
        .map(|cell| label(cell * n / n_cells).chars().count())
        .max();
    let needed = if goes_up {
        0.6 * NUMBER
    } else {
        (LETTER * longest.unwrap_or(1) as f64 + 6.0).max(NUMBER)
    };
    let stride = ((needed * n_cells as f64 / room.max(1.0)).ceil() as usize).max(1);
    let mut ticks: Vec<Tick> = (0..n_cells)
        .step_by(stride)
        .map(|cell| {
            let place = if goes_up { n_cells - 1 - cell } else { cell };
            Tick {
                position: place as f64 + 0.5,
                label: label(cell * n / n_cells),
            }
        })
        .collect();
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position));
    ticks
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= MOST_LETTERS {
        return name.to_owned();
    }
    let start: String = name.chars().take(MOST_LETTERS - 1).collect();
    format!("{start}\u{2026}")
}

/// The matrix itself, or the entries of largest size of its blocks.
fn blocks(entries: &DMatrix<f64>) -> DMatrix<f64> {
    let (n_rows, n_columns) = entries.shape();
    if n_rows.max(n_columns) <= MOST_CELLS {
        return entries.clone();
    }
    let (rows, columns) = (n_rows.min(MOST_CELLS), n_columns.min(MOST_CELLS));
    let mut cells = DMatrix::zeros(rows, columns);
    for column in 0..n_columns {
        for row in 0..n_rows {
            let cell: &mut f64 = &mut cells[(row * rows / n_rows, column * columns / n_columns)];
            let entry = entries[(row, column)];
            if entry.abs() > cell.abs() {
                *cell = entry;
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_show_their_largest_entry() {
        let mut entries = DMatrix::zeros(600, 3);
        entries[(599, 2)] = -7.0;
        entries[(598, 2)] = 3.0;
        let cells = blocks(&entries);
        assert_eq!(cells.shape(), (256, 3));
        assert!((cells[(255, 2)] + 7.0).abs() < 1e-15);
        assert!((cells.amax() - 7.0).abs() < 1e-15);
    }

    #[test]
    fn ticks_stand_in_cells_from_the_top_and_give_way() {
        let all = ticks(4, 4, 200.0, &[], true);
        let labels: Vec<_> = all.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["4", "3", "2", "1"]);
        assert!((all[0].position - 0.5).abs() < 1e-15);
        let few = ticks(100, 100, 200.0, &[], false);
        assert!(few.len() < 10 && few[1].label == "14", "{few:?}");
        let names = ["canary".to_owned(), "a name that is far too long".to_owned()];
        let named = ticks(2, 2, 400.0, &names, false);
        assert_eq!(named[1].label, "a name that\u{2026}");
    }
}
