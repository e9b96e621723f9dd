//! Stationary statistics of our own SGD about the aligned minimum, with most of the sampling error taken out.
//!
//! The variance of a slow mode is hard to sample: `T` steps are worth `T k` independent ones, `k = eta c`. With
//! `z' = (1 - k) z + n` for the deviation `z = a - m`, the error comes from `avg(z n)`, whose mean is zero. So a twin makes the same
//! draws but is put back to the minimum before every step; its deviation after the step, `n*`, is nearly `n` and does not depend
//! on `z`. Subtracting `beta avg(z n*)` with `beta = 2 (1 - k) / (k (2 - k))` leaves the mean alone, whatever `k` is, and takes out
//! all of that error but for the noise that grows with the deviation: over 5760 relaxation times, 1.9 % become 0.1 to 0.3 %.

use std::sync::Arc;

use nalgebra::DMatrix;
use rayon::prelude::*;
use saddlescope::dynamics::{Engine as _, LiveParams, MinibatchSource, Sgd};
use saddlescope::model::{Basis, DeepLinearNetwork, Risk, Teacher};
use saddlescope::random::{Purpose, Streams};
use saddlescope::stats::{Moments, mean_and_variance};
use saddlescope::theory::curvature;

/// A network as deep as asked for, of the width of the teacher's rank everywhere, at its minimum.
#[derive(Clone, Debug)]
pub(crate) struct Minimum {
    pub(crate) depth: usize,
    pub(crate) strengths: Vec<f64>,
    pub(crate) live: LiveParams,
}

/// What was found of one mode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stationary {
    /// Variance of the strength and its standard error, both from the scatter of independent runs.
    pub(crate) variance: f64,
    pub(crate) variance_error: f64,
    /// Skewness of the strength and its standard error.
    pub(crate) skewness: f64,
    pub(crate) skewness_error: f64,
}

/// Sums over one run, by mode.
struct Run {
    /// Mean of `z`.
    mean: Vec<f64>,
    /// Mean of `z^2`, corrected.
    square: Vec<f64>,
    skewness: Vec<f64>,
}

impl Minimum {
    /// Relaxation per step of a mode.
    fn relaxation(&self, mode: usize) -> f64 {
        self.live.learning_rate * curvature(self.depth, self.strengths[mode])
    }

    /// Statistics of every mode over `n_runs` independent runs of `n_relaxations` relaxation times of the slowest mode each,
    /// after four to forget the start.
    pub(crate) fn sample(&self, n_runs: usize, n_relaxations: f64, seed: u64) -> Vec<Stationary> {
        let slowest = (0..self.strengths.len())
            .map(|mode| self.relaxation(mode))
            .fold(f64::INFINITY, f64::min);
        let (n_burn, n_steps) = (
            (4.0 / slowest).ceil() as u64,
            (n_relaxations / slowest).ceil() as u64,
        );
        let runs: Vec<Run> = (0..n_runs as u64)
            .into_par_iter()
            .map(|run| self.run(1_000_000 * seed + run, n_burn, n_steps))
            .collect();
        let error = |values: &[f64]| (mean_and_variance(values).unwrap().1 / n_runs as f64).sqrt();
        (0..self.strengths.len())
            .map(|mode| {
                let of = |quantity: fn(&Run) -> &Vec<f64>| -> Vec<f64> {
                    runs.iter().map(|run| quantity(run)[mode]).collect()
                };
                let (means, squares, skews) = (
                    of(|run| &run.mean),
                    of(|run| &run.square),
                    of(|run| &run.skewness),
                );
                let average = |values: &[f64]| mean_and_variance(values).unwrap().0;
                Stationary {
                    variance: average(&squares) - average(&means).powi(2),
                    variance_error: error(&squares),
                    skewness: average(&skews),
                    skewness_error: error(&skews),
                }
            })
            .collect()
    }

    fn run(&self, seed: u64, n_burn: u64, n_steps: u64) -> Run {
        let rank = self.strengths.len();
        let streams = Streams::new(seed);
        let mut generator = streams.of(Purpose::Teacher);
        let teacher = Teacher::new(rank, rank, &self.strengths, Basis::Identity, &mut generator);
        let minimum: Vec<DMatrix<f64>> = {
            let root = |m: &f64| m.powf(1.0 / self.depth as f64);
            let weights = DMatrix::from_diagonal(&nalgebra::DVector::from_iterator(
                rank,
                self.strengths.iter().map(root),
            ));
            vec![weights; self.depth]
        };
        let minimum = DeepLinearNetwork::from_weights(minimum).unwrap();
        let risk = Risk::online(Arc::new(teacher));
        let mover = || {
            let source = MinibatchSource::online(Arc::clone(risk.teacher()), &streams);
            (Sgd::new(&minimum, &risk, source), minimum.clone())
        };
        let ((mut sgd, mut network), (mut twin_sgd, mut twin)) = (mover(), mover());
        let mut strengths = Strengths::new(self);
        let (mut deviations, mut noise) = (vec![0.0; rank], vec![0.0; rank]);
        let (mut products, mut moments) = (vec![0.0; rank], vec![Moments::default(); rank]);
        for step in 0..n_burn + n_steps {
            strengths.deviations(&network, &mut deviations);
            sgd.step(&mut network, &self.live).unwrap();
            twin.copy_from(&minimum);
            twin_sgd.step(&mut twin, &self.live).unwrap();
            if step < n_burn {
                continue;
            }
            strengths.deviations(&twin, &mut noise);
            for mode in 0..rank {
                moments[mode].push(deviations[mode]);
                products[mode] += deviations[mode] * noise[mode];
            }
        }
        let mean = |mode: usize| moments[mode].mean().unwrap();
        let square = |mode: usize| {
            let k = self.relaxation(mode);
            let beta = 2.0 * (1.0 - k) / (k * (2.0 - k));
            let plain = moments[mode].population_variance().unwrap() + mean(mode).powi(2);
            plain - beta * products[mode] / n_steps as f64
        };
        Run {
            mean: (0..rank).map(mean).collect(),
            square: (0..rank).map(square).collect(),
            skewness: moments.iter().map(|m| m.skewness().unwrap()).collect(),
        }
    }
}

/// Mode strengths in the coordinate axes, without allocation.
struct Strengths<'a> {
    teacher: &'a [f64],
    map: DMatrix<f64>,
    next: DMatrix<f64>,
}

impl<'a> Strengths<'a> {
    fn new(minimum: &'a Minimum) -> Self {
        let rank = minimum.strengths.len();
        Self {
            teacher: &minimum.strengths,
            map: DMatrix::zeros(rank, rank),
            next: DMatrix::zeros(rank, rank),
        }
    }

    /// `a - m` of every mode.
    fn deviations(&mut self, network: &DeepLinearNetwork, deviations: &mut [f64]) {
        let (first, rest) = network.weights().split_first().unwrap();
        self.map.copy_from(first);
        for weights in rest {
            weights.mul_to(&self.map, &mut self.next);
            std::mem::swap(&mut self.map, &mut self.next);
        }
        for (mode, deviation) in deviations.iter_mut().enumerate() {
            *deviation = self.map[(mode, mode)] - self.teacher[mode];
        }
    }
}
