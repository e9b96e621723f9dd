//! A matrix whose columns are padded with zeros to whole vectors.

use nalgebra::DMatrix;

use crate::memory::HeapBytes;

/// Columns are padded to a multiple of this many numbers, the widest vector in use.
pub(crate) const WIDEST: usize = 4;

/// Rows up to which all panels of a network share one stride.
pub(crate) const LARGEST_COMMON_STRIDE: usize = 12;

/// A padded matrix: entry `(i, j)` stands at `j * stride + i`.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    n_rows: usize,
    stride: usize,
    pub(crate) data: Vec<f64>,
}

/// The columns of a matrix, padded or not, to be written.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    data: &'a mut [f64],
    stride: usize,
    n_rows: usize,
}

/// The smallest stride for columns of `n_rows`.
fn padded(n_rows: usize) -> usize {
    n_rows.next_multiple_of(WIDEST)
}

/// Strides of panels with these numbers of rows: one for all where the widest has few, else as few as each can do with.
pub(crate) fn padded_widths(widths: &[usize]) -> Vec<usize> {
    let widest = widths.iter().copied().max().map_or(0, padded);
    let stride_of = |&width: &usize| {
        if widest <= LARGEST_COMMON_STRIDE {
            widest
        } else {
            padded(width)
        }
    };
    widths.iter().map(stride_of).collect()
}

impl Panel {
    /// A panel of zeros.
    pub(crate) fn zeros(n_rows: usize, stride: usize, n_columns: usize) -> Self {
        Self {
            n_rows,
            stride,
            data: vec![0.0; stride * n_columns],
        }
    }

    /// A panel of at least `n_columns` columns, those beyond the matrix zero.
    pub(crate) fn of(matrix: &DMatrix<f64>, stride: usize, n_columns: usize) -> Self {
        let mut panel = Self::zeros(matrix.nrows(), stride, n_columns.max(matrix.ncols()));
        panel.load(matrix);
        panel
    }

    /// Makes room for another number of columns; what they hold is undefined but finite, and the padding is zero.
    pub(crate) fn resize(&mut self, n_columns: usize) {
        self.data.resize(n_columns * self.stride, 0.0);
    }

    /// Takes the entries of a matrix of the same shape.
    pub(crate) fn load(&mut self, matrix: &DMatrix<f64>) {
        self.debug_assert_fits(matrix);
        let columns = self.data.chunks_exact_mut(self.stride);
        for (padded, column) in columns.zip(matrix.as_slice().chunks_exact(self.n_rows)) {
            padded[..self.n_rows].copy_from_slice(column);
        }
    }

    /// Takes over a panel of the same shape.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.data.copy_from_slice(&other.data);
    }

    /// Gives the entries to a matrix of the same shape.
    pub(crate) fn store(&self, matrix: &mut DMatrix<f64>) {
        self.debug_assert_fits(matrix);
        let columns = self.data.chunks_exact(self.stride);
        for (padded, column) in columns.zip(matrix.as_mut_slice().chunks_exact_mut(self.n_rows)) {
            column.copy_from_slice(&padded[..self.n_rows]);
        }
    }

    fn debug_assert_fits(&self, matrix: &DMatrix<f64>) {
        debug_assert!(
            matrix.nrows() == self.n_rows && matrix.ncols() * self.stride <= self.data.len(),
            "shapes must fit"
        );
    }

    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Numbers from one column to the next.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// The first `n` columns, to be written.
    #[inline(always)]
    pub(crate) fn columns_mut(&mut self, n: usize) -> Columns<'_> {
        Columns {
            data: &mut self.data[..n * self.stride],
            stride: self.stride,
            n_rows: self.n_rows,
        }
    }
}

impl HeapBytes for Panel {
    fn heap_bytes(&self) -> usize {
        self.data.heap_bytes()
    }
}

impl<'a> Columns<'a> {
    /// All columns of an unpadded matrix.
    pub(crate) fn of(matrix: &'a mut DMatrix<f64>) -> Self {
        let n_rows = matrix.nrows();
        Self {
            data: matrix.as_mut_slice(),
            stride: n_rows,
            n_rows,
        }
    }

    /// Columns of `n_rows` numbers each, one after the other.
    #[inline(always)]
    pub(crate) fn over(data: &'a mut [f64], n_rows: usize) -> Self {
        Self {
            data,
            stride: n_rows,
            n_rows,
        }
    }

    /// Number of columns.
    #[inline(always)]
    pub(crate) fn n_columns(&self) -> usize {
        self.data.len() / self.stride
    }

    /// Number of rows.
    #[inline(always)]
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns one after the other, without padding.
    #[inline(always)]
    pub(crate) fn iter(&mut self) -> impl Iterator<Item = &mut [f64]> {
        let n_rows = self.n_rows;
        self.data
            .chunks_exact_mut(self.stride)
            .map(move |column| &mut column[..n_rows])
    }
}
