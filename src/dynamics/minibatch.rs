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
use rand_distr::{Binomial, Distribution as _};
use serde::{Deserialize, Serialize};

use super::LiveParams;
use crate::memory::HeapBytes;
use crate::model::{Dataset, Teacher};
use crate::products::Columns;
use crate::random::{ChiSquared, Generator, NormalStream, Purpose, Streams};

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
    /// Inputs, and what decides about their chi-squared numbers.
    data: NormalStream,
    decisions: Generator,
    label_noise: NormalStream,
    /// Batch size for which `diagonal` was made.
    bartlett_batch: u64,
    /// Laws of the squared diagonal entries of `T`.
    diagonal: Vec<ChiSquared>,
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
#[expect(
    clippy::large_enum_variant,
    reason = "a run has one, and its steps should not go through a pointer"
)]
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
        let online = Online {
            teacher,
            data: streams.normals(Purpose::Data),
            decisions: streams.of(Purpose::Data),
            label_noise: streams.normals(Purpose::LabelNoise),
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

    /// The same kind of minibatches drawn from other streams.
    pub(super) fn restarted(&self, streams: &Streams) -> Self {
        match &self.kind {
            Kind::Online(online) => Self::online(Arc::clone(&online.teacher), streams),
            Kind::Stored(stored) => Self::stored(Arc::clone(&stored.dataset), stored.sampling, streams),
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
        let d_out = match &self.kind {
            Kind::Online(online) => online.teacher.map().nrows(),
            Kind::Stored(stored) => stored.dataset.noise().nrows(),
        };
        let mut targets = std::mem::replace(&mut self.batch.targets, DMatrix::zeros(0, 0));
        if targets.shape() != (d_out, inputs.ncols()) {
            targets = DMatrix::zeros(d_out, inputs.ncols());
        }
        let columns = (Columns::of(inputs), Columns::of(&mut targets));
        self.batch.divisor = self.draw_columns(batch_size, label_noise_std, columns.0, columns.1);
        if let Some(teacher) = self.teacher() {
            targets.gemm(1.0, teacher.map(), inputs, 1.0);
        }
        self.batch.targets = targets;
        &self.batch
    }

    /// The teacher of fresh samples; none where samples are stored.
    pub(super) fn teacher(&self) -> Option<&Teacher> {
        match &self.kind {
            Kind::Online(online) => Some(&online.teacher),
            Kind::Stored(_) => None,
        }
    }

    /// Whether a minibatch of this size is drawn by Bartlett's decomposition.
    #[inline]
    pub(super) fn is_condensed(&self, batch_size: u64) -> bool {
        self.teacher()
            .is_some_and(|teacher| batch_size >= teacher.map().ncols() as u64)
    }

    /// Draws the next `n_batches` minibatches as [`Self::draw_columns`] would one by one: their inputs, of dimension `d_in`, one
    /// after the other, and likewise the rest of their targets.
    #[inline]
    pub(super) fn draw_batches(
        &mut self,
        live: &LiveParams,
        d_in: usize,
        inputs: &mut [f64],
        rest: &mut [f64],
        n_batches: usize,
    ) -> f64 {
        let (batch_size, sigma) = (live.batch_size, live.label_noise_std);
        if let Kind::Online(online) = &mut self.kind
            && batch_size < d_in as u64
        {
            // Inputs and label noise come from streams of their own, so each may be drawn at one go.
            online.data.fill(inputs);
            if sigma == 0.0 {
                rest.fill(0.0);
            } else {
                online.label_noise.fill(rest);
                for entry in rest {
                    *entry *= sigma;
                }
            }
            return batch_size as f64;
        }
        let n_columns = inputs.len() / (n_batches * d_in);
        let d_out = rest.len() / (n_batches * n_columns);
        let (inputs, rest) = (
            inputs.chunks_exact_mut(n_columns * d_in),
            rest.chunks_exact_mut(n_columns * d_out),
        );
        let mut divisor = batch_size as f64;
        for (inputs, rest) in inputs.zip(rest) {
            let columns = (Columns::over(inputs, d_in), Columns::over(rest, d_out));
            divisor = self.draw_columns(batch_size, sigma, columns.0, columns.1);
        }
        divisor
    }

    /// Draws the next minibatch: fills `inputs` `(d_in, n)` and `rest` `(d_out, n)`, all there is of the targets of stored
    /// samples, and what the teacher's map does not give of those of fresh ones, `Y - M X`; gives the divisor.
    #[inline]
    pub(super) fn draw_columns(
        &mut self,
        batch_size: u64,
        label_noise_std: f64,
        mut inputs: Columns<'_>,
        mut rest: Columns<'_>,
    ) -> f64 {
        match &mut self.kind {
            Kind::Online(online) => {
                if batch_size >= inputs.n_rows() as u64 {
                    draw_bartlett(online, batch_size, &mut inputs);
                } else {
                    for column in inputs.iter() {
                        online.data.fill(column);
                    }
                }
                for column in rest.iter() {
                    if label_noise_std == 0.0 {
                        column.fill(0.0);
                    } else {
                        online.label_noise.fill(column);
                        for entry in column {
                            *entry *= label_noise_std;
                        }
                    }
                }
                batch_size as f64
            }
            Kind::Stored(stored) => {
                let n_columns = inputs.n_columns();
                stored.choose(batch_size, n_columns);
                let (d_in, d_out) = (inputs.n_rows(), rest.n_rows());
                let dataset = &stored.dataset;
                let all = (dataset.inputs().as_slice(), dataset.clean_targets().as_slice());
                let noise = dataset.noise().as_slice();
                let columns = inputs.iter().zip(rest.iter());
                for ((input, target), &(sample, factor)) in columns.zip(&stored.chosen) {
                    for (entry, stored) in input.iter_mut().zip(&all.0[sample * d_in..]) {
                        *entry = factor * stored;
                    }
                    let samples = all.1[sample * d_out..].iter().zip(&noise[sample * d_out..]);
                    for (entry, (clean, noise)) in target.iter_mut().zip(samples) {
                        *entry = factor * (clean + label_noise_std * noise);
                    }
                }
                match stored.sampling {
                    Sampling::Replacement => batch_size as f64,
                    Sampling::Epochs | Sampling::Full => n_columns as f64,
                }
            }
        }
    }
}

impl HeapBytes for MinibatchSource {
    fn heap_bytes(&self) -> usize {
        match &self.kind {
            Kind::Online(online) => online.teacher.map().ncols() * size_of::<ChiSquared>(),
            // The order of visits, and the samples of the largest minibatch with their factors.
            Kind::Stored(stored) => stored.order.len() * size_of::<(usize, usize, f64)>(),
        }
    }
}

/// Fills the columns of the lower triangular factor.
fn draw_bartlett(online: &mut Online, batch_size: u64, lower: &mut Columns<'_>) {
    if online.bartlett_batch != batch_size {
        online.bartlett_batch = batch_size;
        online.diagonal = (0..lower.n_rows() as u64)
            .map(|i| ChiSquared::new(batch_size - i))
            .collect();
    }
    for (i, (column, squared)) in lower.iter().zip(&online.diagonal).enumerate() {
        column[..i].fill(0.0);
        column[i] = squared.draw(&mut online.data, &mut online.decisions).sqrt();
        online.data.fill(&mut column[i + 1..]);
    }
}
