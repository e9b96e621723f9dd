//! Reads the reference arrays in `tests/data`: NumPy archives, row-major, float64 or int64.

use nalgebra::DMatrix;

use crate::npz::Npz;

/// An opened archive of arrays.
pub(crate) struct Reference(Npz);

impl Reference {
    /// Opens `tests/data/NAME.npz`.
    pub(crate) fn open(name: &str) -> Self {
        let path = format!("{}/tests/data/{name}.npz", env!("CARGO_MANIFEST_DIR"));
        Self(Npz::open(path.as_ref()))
    }

    /// An array of floats with at most two axes; one axis is a row.
    pub(crate) fn matrix(&mut self, name: &str) -> DMatrix<f64> {
        let (shape, values) = self.0.read::<f64>(name);
        let shape: Vec<usize> = shape.iter().map(|&n| n as usize).collect();
        let (rows, columns) = match shape[..] {
            [] => (1, 1),
            [n] => (1, n),
            [rows, columns] => (rows, columns),
            _ => panic!("{name} has shape {shape:?}"),
        };
        DMatrix::from_row_slice(rows, columns, &values)
    }

    /// An array of whole numbers, in row-major order.
    pub(crate) fn counts(&mut self, name: &str) -> Vec<usize> {
        let (_, values) = self.0.read::<i64>(name);
        values.into_iter().map(|n| usize::try_from(n).unwrap()).collect()
    }

    /// The layers `PREFIX_1 .. PREFIX_L` of a network.
    pub(crate) fn layers(&mut self, prefix: &str, depth: usize) -> Vec<DMatrix<f64>> {
        (1..=depth)
            .map(|l| self.matrix(&format!("{prefix}_{l}")))
            .collect()
    }
}
