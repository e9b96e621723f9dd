//! Curves and bands, made of points and of the traces of histories.

use std::sync::Arc;

use super::pen::{Pen, Presence};
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
            fades_from: None,
        }
    }

    /// The cells between the gaps, as ranges, each with the pen that draws it: where the curve fades, the pieces before and after.
    pub fn pieces(&self) -> impl Iterator<Item = (std::ops::Range<usize>, Pen)> + '_ {
        let faded = Pen {
            presence: match self.pen.presence {
                Presence::Faint => Presence::Faint,
                Presence::Full | Presence::UnderSmoothed | Presence::Faded => Presence::Faded,
            },
            ..self.pen
        };
        let end = self.fades_from.unwrap_or(f64::INFINITY);
        self.stretches().flat_map(move |stretch| {
            let cells = &self.trace.cells[stretch.clone()];
            let split = stretch.start + cells.partition_point(|cell| cell.first[0] < end);
            let before = (stretch.start..split, self.pen);
            // One cell of both, so that there is no gap between them.
            let after = (split.saturating_sub(1).max(stretch.start)..stretch.end, faded);
            let after = Some(after).filter(|_| split < stretch.end);
            Some(before)
                .filter(|(cells, _)| !cells.is_empty())
                .into_iter()
                .chain(after)
        })
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

#[cfg(test)]
mod tests {
    use super::super::pen::Role;
    use super::*;

    #[test]
    fn a_curve_fades_from_a_place_on_without_a_gap() {
        let nan = f64::NAN;
        let points = [
            [0.0, 1.0],
            [1.0, 1.0],
            [2.0, nan],
            [3.0, 1.0],
            [4.0, 1.0],
            [5.0, 1.0],
        ];
        let mut curve = Curve::through(points.to_vec(), String::new(), Pen::of(Role::Run));
        let found = |curve: &Curve| -> Vec<_> {
            { curve.pieces() }
                .map(|(cells, pen)| (cells, pen.presence))
                .collect()
        };
        let (full, faded) = (Presence::Full, Presence::Faded);
        assert_eq!(found(&curve), [(0..2, full), (3..6, full)]);
        curve.fades_from = Some(3.5);
        assert_eq!(found(&curve), [(0..2, full), (3..4, full), (3..6, faded)]);
        curve.fades_from = Some(0.0);
        assert_eq!(found(&curve), [(0..2, faded), (3..6, faded)]);
        curve.pen.presence = Presence::Faint;
        assert!(
            found(&curve)
                .iter()
                .all(|(_, presence)| *presence == Presence::Faint)
        );
    }
}
