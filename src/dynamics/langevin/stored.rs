//! A stored set in panels, and the residuals of its samples: what the exact noise of its minibatches is made of.

use std::sync::Arc;

use pulp::Simd;

use crate::memory::HeapBytes;
use crate::model::{Dataset, SecondMoments};
use crate::products::{Panel, ProductSizes, product};
use crate::random::NormalStream;

/// A stored set in panels. It never changes, so every run on it may hold the same one.
#[derive(Debug)]
pub(super) struct StoredPanels {
    /// `S_xx`, shape `(d_in, d_in)`, and the mean of `xi x^T`, shape `(d_out, d_in)`.
    pub(super) second_moment: Panel,
    pub(super) noise_moment: Panel,
    /// Samples, one a column.
    pub(super) inputs: Panel,
    clean_targets: Panel,
    noise: Panel,
}

/// A stored set, shared with other runs, and the work space of one run.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) panels: Arc<StoredPanels>,
    /// Residual of every sample, scaled by its draw.
    pub(super) residual: Panel,
    /// One draw for every sample.
    pub(super) draws: Vec<f64>,
}

impl Stored {
    /// A set and its moments, in columns of these strides for outputs and inputs.
    pub(super) fn new(
        dataset: &Dataset,
        moments: &SecondMoments<'_>,
        out_stride: usize,
        in_stride: usize,
    ) -> Self {
        let n_samples = dataset.n_samples();
        Self {
            residual: Panel::zeros(dataset.noise().nrows(), out_stride, n_samples),
            draws: vec![0.0; n_samples],
            panels: Arc::new(StoredPanels {
                second_moment: Panel::of(moments.inputs, in_stride, in_stride),
                noise_moment: Panel::of(moments.noise, out_stride, in_stride),
                inputs: Panel::of(dataset.inputs(), in_stride, n_samples),
                clean_targets: Panel::of(dataset.clean_targets(), out_stride, n_samples),
                noise: Panel::of(dataset.noise(), out_stride, n_samples),
            }),
        }
    }

    /// The same set with work space of its own.
    pub(super) fn restarted(&self) -> Self {
        let (residual, n_samples) = (&self.residual, self.draws.len());
        Self {
            panels: Arc::clone(&self.panels),
            residual: Panel::zeros(residual.n_rows(), residual.stride(), n_samples),
            draws: vec![0.0; n_samples],
        }
    }

    /// `g_i - mean g` times the residual of every sample: `sum g_i (Q_i - mean Q) = sum (g_i - mean g) Q_i`.
    #[inline(always)]
    pub(super) fn scale_residual<S: Simd>(
        &mut self,
        simd: S,
        map: &[f64],
        sigma: f64,
        normals: &mut NormalStream,
        sizes: ProductSizes,
    ) {
        let Self {
            panels,
            residual,
            draws,
        } = self;
        product(simd, map, &panels.inputs.data, &mut residual.data, sizes);
        normals.fill(draws);
        let mean_draw = draws.iter().sum::<f64>() / draws.len() as f64;
        let stride = sizes.stride;
        let targets = panels.clean_targets.data.chunks_exact(stride);
        let samples = targets.zip(panels.noise.data.chunks_exact(stride)).zip(draws);
        for (residual, ((clean, noise), draw)) in residual.data.chunks_exact_mut(stride).zip(samples) {
            let factor = *draw - mean_draw;
            for (entry, (clean, noise)) in residual.iter_mut().zip(clean.iter().zip(noise)) {
                *entry = factor * (*entry - (clean + sigma * noise));
            }
        }
    }
}

impl HeapBytes for Stored {
    fn heap_bytes(&self) -> usize {
        self.residual.heap_bytes() + self.draws.heap_bytes()
    }
}
