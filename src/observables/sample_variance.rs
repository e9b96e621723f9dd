//! Variance, over the samples of a stored set, of one sample's first-order change of every mode, `c_i = sum_l (p_l.e_i)(x_i.q_l)`
//! with `e_i = W x_i - y_i`.
//!
//! The samples are gone through in blocks, so that the work space does not grow with the set. Each block's mean and sum of
//! squares about it come in two passes over it, and those of the set from those of the blocks (Chan, Golub, LeVeque, "Updating
//! formulae and a pairwise algorithm for computing sample variances", 1979): no large sums are subtracted.

use nalgebra::DMatrix;

use crate::memory::HeapBytes;
use crate::model::Dataset;
use crate::products::{multiply_columns, multiply_columns_transposed};

/// Samples of a block.
const BLOCK: usize = 64;

/// Work space for one set.
#[derive(Clone, Debug)]
pub(super) struct SampleVariance {
    /// `e_i` of a block, `(d_out, BLOCK)`.
    residual: Vec<f64>,
    /// `p_l.e_i`, `x_i.q_l` and `c_i` of every mode, `(r, BLOCK)`.
    outputs: Vec<f64>,
    inputs: Vec<f64>,
    changes: Vec<f64>,
    /// Mean of every mode over the blocks so far.
    means: Vec<f64>,
}

impl SampleVariance {
    /// For a set with outputs of dimension `d_out`, and `rank` modes.
    pub(super) fn new(dataset: &Dataset, d_out: usize, rank: usize) -> Self {
        let zeros = |rows| vec![0.0; rows * BLOCK.min(dataset.n_samples())];
        Self {
            residual: zeros(d_out),
            outputs: zeros(rank),
            inputs: zeros(rank),
            changes: zeros(rank),
            means: vec![0.0; rank],
        }
    }

    /// Writes the population variance of every mode, for the end-to-end map `map` and `p_l` `(d_out, r)`, `q_l` `(d_in, r)` of every
    /// layer, one mode a column.
    pub(super) fn write(
        &mut self,
        map: &DMatrix<f64>,
        dataset: &Dataset,
        sigma: f64,
        (lefts, rights): (&[DMatrix<f64>], &[DMatrix<f64>]),
        variances: &mut [f64],
    ) {
        let (d_out, d_in) = map.shape();
        let rank = variances.len();
        self.means.fill(0.0);
        // First the sums of squares about the mean.
        variances.fill(0.0);
        let mut n_done = 0;
        let noise = dataset.noise().as_slice().chunks(BLOCK * d_out);
        let targets = dataset
            .clean_targets()
            .as_slice()
            .chunks(BLOCK * d_out)
            .zip(noise);
        for (inputs, targets) in dataset.inputs().as_slice().chunks(BLOCK * d_in).zip(targets) {
            let n = inputs.len() / d_in;
            self.write_changes(map, inputs, targets, sigma, (lefts, rights));
            for (mode, variance) in variances.iter_mut().enumerate() {
                let changes = || self.changes[..n * rank].iter().skip(mode).step_by(rank);
                let block_mean = changes().sum::<f64>() / n as f64;
                let squares: f64 = changes().map(|change| (change - block_mean).powi(2)).sum();
                let distance = block_mean - self.means[mode];
                let share = n as f64 / (n_done + n) as f64;
                *variance += squares + distance * distance * n_done as f64 * share;
                self.means[mode] += distance * share;
            }
            n_done += n;
        }
        for variance in variances {
            *variance /= n_done.max(1) as f64;
        }
    }

    /// Population covariance of two modes, likewise.
    pub(super) fn covariance(
        &mut self,
        map: &DMatrix<f64>,
        dataset: &Dataset,
        sigma: f64,
        factors: (&[DMatrix<f64>], &[DMatrix<f64>]),
        (one, other): (usize, usize),
    ) -> f64 {
        let (d_out, d_in) = map.shape();
        let rank = self.means.len();
        let (mut means, mut products, mut n_done) = ([0.0; 2], 0.0, 0);
        let noise = dataset.noise().as_slice().chunks(BLOCK * d_out);
        let clean = dataset.clean_targets().as_slice().chunks(BLOCK * d_out);
        let inputs = dataset.inputs().as_slice().chunks(BLOCK * d_in);
        for (inputs, targets) in inputs.zip(clean.zip(noise)) {
            let n = inputs.len() / d_in;
            self.write_changes(map, inputs, targets, sigma, factors);
            let changes = |mode: usize| self.changes[..n * rank].iter().skip(mode).step_by(rank);
            let block = [one, other].map(|mode| changes(mode).sum::<f64>() / n as f64);
            let pairs = changes(one).zip(changes(other));
            let about: f64 = pairs.map(|(a, b)| (a - block[0]) * (b - block[1])).sum();
            let distance = [block[0] - means[0], block[1] - means[1]];
            let share = n as f64 / (n_done + n) as f64;
            products += about + distance[0] * distance[1] * n_done as f64 * share;
            for (mean, distance) in means.iter_mut().zip(distance) {
                *mean += distance * share;
            }
            n_done += n;
        }
        products / n_done.max(1) as f64
    }

    /// The changes of a block of samples, `targets` without noise and the noise.
    fn write_changes(
        &mut self,
        map: &DMatrix<f64>,
        inputs: &[f64],
        (clean, noise): (&[f64], &[f64]),
        sigma: f64,
        (lefts, rights): (&[DMatrix<f64>], &[DMatrix<f64>]),
    ) {
        let residual = &mut self.residual[..clean.len()];
        multiply_columns(map, inputs, residual);
        for (entry, (clean, noise)) in residual.iter_mut().zip(clean.iter().zip(noise)) {
            *entry -= clean + sigma * noise;
        }
        let n_changes = self.means.len() * inputs.len() / map.ncols();
        let changes = &mut self.changes[..n_changes];
        changes.fill(0.0);
        for (left, right) in lefts.iter().zip(rights) {
            let pulled = &mut self.outputs[..n_changes];
            multiply_columns_transposed(left, residual, pulled);
            let pushed = &mut self.inputs[..n_changes];
            multiply_columns_transposed(right, inputs, pushed);
            for (change, (output, input)) in changes.iter_mut().zip(pulled.iter().zip(pushed)) {
                *change += output * *input;
            }
        }
    }
}

impl HeapBytes for SampleVariance {
    fn heap_bytes(&self) -> usize {
        let blocks = self.residual.heap_bytes() + self.outputs.heap_bytes() + self.inputs.heap_bytes();
        blocks + self.changes.heap_bytes() + self.means.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random_frame;
    use crate::random::{Purpose, stream};

    /// Against all samples at once, in two passes, for sets of less than a block, whole blocks and a rest.
    #[test]
    fn blocks_have_the_variance_of_the_set() -> Result<(), crate::model::DatasetError> {
        let mut generator = stream(8, Purpose::Dataset);
        for n_samples in [1, 5, 63, 64, 65, 128, 200] {
            let mut matrix = |rows: usize, columns: usize| {
                let size = rows.max(columns);
                let frame = random_frame(size, size, &mut generator);
                frame.view((0, 0), (rows, columns)).into_owned()
            };
            let (d_in, d_out, rank, sigma) = (5, 3, 2, 0.7);
            // Far from zero, so that sums of squares would lose digits.
            let inputs = matrix(d_in, n_samples).add_scalar(30.0);
            let dataset = Dataset::from_samples(inputs, matrix(d_out, n_samples), matrix(d_out, n_samples))?;
            let map = matrix(d_out, d_in);
            let lefts = [matrix(d_out, rank), matrix(d_out, rank)];
            let rights = [matrix(d_in, rank), matrix(d_in, rank)];
            let mut found = [0.0; 2];
            let mut work = SampleVariance::new(&dataset, d_out, rank);
            for _ in 0..2 {
                work.write(&map, &dataset, sigma, (&lefts, &rights), &mut found);
            }
            let residual = &map * dataset.inputs() - dataset.targets(sigma);
            for (mode, found) in found.into_iter().enumerate() {
                let changes: Vec<f64> = (0..n_samples)
                    .map(|i| {
                        let layers = lefts.iter().zip(&rights);
                        let part = |left: &DMatrix<f64>, right: &DMatrix<f64>| {
                            left.column(mode).dot(&residual.column(i))
                                * right.column(mode).dot(&dataset.inputs().column(i))
                        };
                        layers.map(|(left, right)| part(left, right)).sum()
                    })
                    .collect();
                let mean = changes.iter().sum::<f64>() / n_samples as f64;
                let squares: f64 = changes.iter().map(|change| (change - mean).powi(2)).sum();
                let expected = squares / n_samples as f64;
                let scale = changes.iter().fold(0.0, |largest: f64, c| largest.max(c.abs()));
                assert!(
                    (found - expected).abs() < 1e-12 * expected + 1e-28 * scale * scale,
                    "{n_samples}: {found} {expected}"
                );
                let factors = (lefts.as_slice(), rights.as_slice());
                let itself = work.covariance(&map, &dataset, sigma, factors, (mode, mode));
                assert!((itself - found).abs() <= 1e-14 * found + 1e-28 * scale * scale);
            }
        }
        Ok(())
    }
}
