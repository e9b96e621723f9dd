//! Curves and bands, made of points and of the traces of histories.

use std::sync::Arc;

use super::pen::Pen;
use super::picture::{Band, Curve};
use crate::history::{Cell, Trace};

impl Curve {
    /// A curve through positions; one that is no number is a gap.
    pub fn through(points: Vec<[f64; 2]>, name: String, pen: Pen) -> Self {
        let cell = |point: [f64; 2]| Cell {
            first: point,
            last: point,
            min: point[1],
            max: point[1],
        };
        Self {
            name,
            pen,
            trace: Arc::new(Trace {
                cells: points.into_iter().map(cell).collect(),
                n_rows_per_pixel: 1,
            }),
        }
    }

    /// The cells between the gaps, as ranges.
    pub fn stretches(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut end = 0;
        let cells = &self.trace.cells;
        let is_gap = |cell: &Cell| cell.max.is_nan();
        cells
            .chunk_by(move |a, b| is_gap(a) == is_gap(b))
            .map(move |stretch| {
                let start = end;
                end += stretch.len();
                start..end
            })
            .filter(move |stretch| !is_gap(&cells[stretch.start]))
    }
}

impl Band {
    /// What lies between two traces of one history; nothing where there are no two points.
    pub(super) fn between(name: String, pen: Pen, low: &Trace, high: &Trace) -> Option<Self> {
        // Both come from the same rows, so that their cells are the same.
        let edges = || {
            low.cells
                .iter()
                .zip(&high.cells)
                .filter(|(_, high)| !high.max.is_nan())
        };
        let band = Self {
            name,
            pen,
            xs: edges().map(|(low, _)| low.first[0]).collect(),
            low: edges()
                .map(|(low, high)| if low.min.is_nan() { high.min } else { low.min })
                .collect(),
            high: edges().map(|(_, high)| high.max).collect(),
        };
        (band.xs.len() > 1).then_some(band)
    }
}
