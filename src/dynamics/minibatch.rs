//! Where minibatches come from: the online Gaussian stream, or a stored data set.
//!
//! A minibatch is a set of columns `X` `(d_in, n)`, targets `Y` `(d_out, n)` and the divisor `B`: the mean of
//! `Q = (W x - y) x^T` over the minibatch is `(1/B) (W X - Y) X^T`.
//!
//! Online, `B < d_in`: the `n = B` inputs themselves. Online, `B >= d_in`: only `sum x x^T` matters, and its law is
//! Wishart, so it is drawn by Bartlett's decomposition `T T^T` with `T` lower triangular, `T_ii^2 ~ chi^2(B - i)` (`i` from 0)
//! and `T_ij ~ N(0,1)` below the diagonal. Given the inputs, the noise enters as `sum xi x^T`, which has the law of `K T^T`
//! with `K` iid normal. So `X = T`, `Y = M T + sigma K`: `n = d_in` columns, whatever `B` is, with exactly the law of the full
//! minibatch (Anderson, "An Introduction to Multivariate Statistical Analysis", section 7.2).
//!
//! Stored, `B > N` with replacement: only how often each sample was drawn matters. The counts are multinomial and sample
//! `i` enters as the column `sqrt(c_i) (x_i, y_i)`: `n = N` columns, whatever `B` is.

use std::sync::Arc;

use nalgebra::DMatrix;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use rand_distr::{Binomial, ChiSquared, Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::model::{Dataset, Teacher};
use crate::random::{Generator, Purpose, Streams};

/// How the samples of a stored set are visited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Each sample of a minibatch is drawn anew from the whole set.
    #[default]
    Replacement,
    /// Reshuffled epochs: `floor(N/B)` minibatches without repetition, then a new shuffle. `B >= N` is the full batch.
    Epochs,
    /// Every step sees the whole set; the batch size plays no part.
    Full,
}

impl Sampling {
    /// Variance of the minibatch mean relative to the population variance over the `n_samples` samples: `1/B`, times
    /// `(N-B)/(N-1)` where samples are not repeated; zero for the full batch.
    pub fn minibatch_variance_factor(self, batch_size: u64, n_samples: usize) -> f64 {
        let (b, n) = (batch_size as f64, n_samples as f64);
        match self {
            Self::Replacement => 1.0 / b,
            Self::Epochs if b >= n => 0.0,
            Self::Epochs => (n - b) / ((n - 1.0) * b),
            Self::Full => 0.0,
        }
    }
}

/// Columns of a minibatch and the batch size that divides their sum.
#[derive(Clone, Debug)]
pub struct Minibatch {
    /// Targets `Y`, shape `(d_out, n)`.
    pub targets: DMatrix<f64>,
    /// What divides the sum over columns: the number of real samples they stand for.
    pub divisor: f64,
}

/// The stream of fresh Gaussian samples.
#[derive(Clone, Debug)]
struct Online {
    teacher: Arc<Teacher>,
    data: Generator,
    label_noise: Generator,
    /// Batch size for which `diagonal` was made.
    bartlett_batch: u64,
    /// Laws of the squared diagonal entries of `T`.
    diagonal: Vec<ChiSquared<f64>>,
}

/// Samples of a stored set in the order of a visiting rule.
#[derive(Clone, Debug)]
struct Stored {
    dataset: Arc<Dataset>,
    sampling: Sampling,
    generator: Generator,
    order: Vec<usize>,
    next: usize,
    /// Samples of the present minibatch, each with the factor of its column.
    chosen: Vec<(usize, f64)>,
}

impl Stored {
    fn n_columns(&self, batch_size: u64) -> usize {
        let n_samples = self.dataset.n_samples();
        match self.sampling {
            Sampling::Replacement | Sampling::Epochs => {
                usize::try_from(batch_size).map_or(n_samples, |b| b.min(n_samples))
            }
            Sampling::Full => n_samples,
        }
    }

    /// Chooses the samples of the next minibatch and their weights, one a column.
    fn choose(&mut self, batch_size: u64, n_columns: usize) {
        let n_samples = self.dataset.n_samples();
        self.chosen.clear();
        match self.sampling {
            Sampling::Replacement if n_columns == n_samples && batch_size > n_samples as u64 => {
                let mut left = batch_size;
                for sample in 0..n_samples {
                    // Given the counts so far, the next is binomial with the remaining probability.
                    let probability = 1.0 / (n_samples - sample) as f64;
                    let count =
                        Binomial::new(left, probability).map_or(0, |law| law.sample(&mut self.generator));
                    left -= count;
                    self.chosen.push((sample, (count as f64).sqrt()));
                }
            }
            Sampling::Replacement => {
                for _ in 0..n_columns {
                    self.chosen.push((self.generator.random_range(0..n_samples), 1.0));
                }
            }
            Sampling::Epochs => {
                if self.next + n_columns > n_samples {
                    self.order.shuffle(&mut self.generator);
                    self.next = 0;
                }
                self.chosen.extend(
                    self.order[self.next..self.next + n_columns]
                        .iter()
                        .map(|&i| (i, 1.0)),
                );
                self.next += n_columns;
            }
            Sampling::Full => self.chosen.extend((0..n_samples).map(|sample| (sample, 1.0))),
        }
    }
}

#[derive(Clone, Debug)]
enum Kind {
    Online(Online),
    Stored(Stored),
}

/// A source of minibatches with random streams of its own.
#[derive(Clone, Debug)]
pub struct MinibatchSource {
    kind: Kind,
    batch: Minibatch,
}

impl MinibatchSource {
    /// Fresh Gaussian samples labelled by the teacher.
    pub fn online(teacher: Arc<Teacher>, streams: impl Into<Streams>) -> Self {
        let streams = streams.into();
        let (data, label_noise) = (streams.of(Purpose::Data), streams.of(Purpose::LabelNoise));
        let online = Online {
            teacher,
            data,
            label_noise,
            bartlett_batch: 0,
            diagonal: Vec::new(),
        };
        Self::new(Kind::Online(online))
    }

    /// Samples of a stored set.
    pub fn stored(dataset: Arc<Dataset>, sampling: Sampling, streams: impl Into<Streams>) -> Self {
        let order: Vec<usize> = (0..dataset.n_samples()).collect();
        let next = order.len();
        let generator = streams.into().of(Purpose::Data);
        Self::new(Kind::Stored(Stored {
            dataset,
            sampling,
            generator,
            order,
            next,
            chosen: Vec::new(),
        }))
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            batch: Minibatch {
                targets: DMatrix::zeros(0, 0),
                divisor: 1.0,
            },
        }
    }

    /// Number of columns of a minibatch of `batch_size` samples.
    pub fn n_columns(&self, batch_size: u64) -> usize {
        match &self.kind {
            Kind::Online(online) => {
                let d_in = online.teacher.map().ncols();
                usize::try_from(batch_size).map_or(d_in, |b| b.min(d_in))
            }
            Kind::Stored(stored) => stored.n_columns(batch_size),
        }
    }

    /// Draws the next minibatch: fills `inputs` `(d_in, n)` and gives the targets with their divisor.
    pub fn draw(&mut self, batch_size: u64, label_noise_std: f64, inputs: &mut DMatrix<f64>) -> &Minibatch {
        let n_columns = inputs.ncols();
        match &mut self.kind {
            Kind::Online(online) => {
                let d_out = online.teacher.map().nrows();
                if self.batch.targets.shape() != (d_out, n_columns) {
                    self.batch.targets = DMatrix::zeros(d_out, n_columns);
                }
                if batch_size >= inputs.nrows() as u64 {
                    draw_bartlett(online, batch_size, inputs);
                } else {
                    fill_normal(inputs, &mut online.data);
                }
                let targets = &mut self.batch.targets;
                if label_noise_std == 0.0 {
                    targets.gemm(1.0, online.teacher.map(), inputs, 0.0);
                } else {
                    fill_normal(targets, &mut online.label_noise);
                    targets.gemm(1.0, online.teacher.map(), inputs, label_noise_std);
                }
                self.batch.divisor = batch_size as f64;
            }
            Kind::Stored(stored) => {
                stored.choose(batch_size, n_columns);
                let dataset = &stored.dataset;
                let targets = &mut self.batch.targets;
                if targets.shape() != (dataset.noise().nrows(), n_columns) {
                    *targets = DMatrix::zeros(dataset.noise().nrows(), n_columns);
                }
                for (column, &(sample, factor)) in stored.chosen.iter().enumerate() {
                    inputs
                        .column_mut(column)
                        .axpy(factor, &dataset.inputs().column(sample), 0.0);
                    let mut target = targets.column_mut(column);
                    target.axpy(factor, &dataset.clean_targets().column(sample), 0.0);
                    target.axpy(factor * label_noise_std, &dataset.noise().column(sample), 1.0);
                }
                self.batch.divisor = match stored.sampling {
                    Sampling::Replacement => batch_size as f64,
                    Sampling::Epochs | Sampling::Full => n_columns as f64,
                };
            }
        }
        &self.batch
    }
}

fn draw_bartlett(online: &mut Online, batch_size: u64, lower: &mut DMatrix<f64>) {
    let d_in = lower.nrows();
    if online.bartlett_batch != batch_size {
        online.bartlett_batch = batch_size;
        online.diagonal = (0..d_in as u64)
            .filter_map(|i| ChiSquared::new((batch_size - i) as f64).ok())
            .collect();
    }
    for column in 0..d_in {
        for row in 0..column {
            lower[(row, column)] = 0.0;
        }
        lower[(column, column)] = online.diagonal[column].sample(&mut online.data).sqrt();
        for row in column + 1..d_in {
            lower[(row, column)] = StandardNormal.sample(&mut online.data);
        }
    }
}

/// Fills a matrix with independent standard normal numbers, column by column.
pub(super) fn fill_normal(matrix: &mut DMatrix<f64>, generator: &mut Generator) {
    for entry in matrix.as_mut_slice() {
        *entry = StandardNormal.sample(generator);
    }
}
