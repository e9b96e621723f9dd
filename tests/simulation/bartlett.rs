//! Proves that a large online minibatch has the law it stands for: what a minibatch of `B` Gaussian samples shows the
//! network is `S = sum x x^T` (Wishart) and `R = sum xi x^T`, and every moment of their entries up to order four is compared
//! with its closed form, along random orthonormal directions `a`, `b`, `c` (the triangular factor singles out the axes, its
//! law must not), for the plain path (`B < d_in`) and Bartlett's (`B = d_in` up to a million).
//!
//! With `z = a^T S a ~ chi^2(B)` and, given `z`, the independent `a^T S b ~ N(0, z)` and `d^T R a ~ N(0, z)`, all moments below
//! follow from those of `chi^2`. 21 moments of 7 batch sizes within 4 standard errors estimated from 2e5 draws, a miss
//! confirmed by a second look: under other seeds a false alarm has probability 6e-7 (more, but below 0.01, since fourth powers
//! are not Gaussian).

use crate::checks;
use crate::moments;

use std::sync::Arc;

use checks::{Checks, Look, confirmed};
use moments::Moments;
use nalgebra::{DMatrix, DVector};
use saddlescope::dynamics::MinibatchSource;
use saddlescope::model::{Basis, Teacher, random_frame};
use saddlescope::random::{Purpose, stream};

const N_DRAWS: usize = 200_000;
const LABEL_NOISE_STD: f64 = 0.7;
const D_IN: usize = 4;
const D_OUT: usize = 3;

/// The statistic along fixed directions, centred and divided by its own size.
struct Draw {
    /// `(a^T S a - B) / sqrt(2 B)` and the same for `b`.
    own: f64,
    other: f64,
    /// `a^T S b / sqrt B`, `b^T S c / sqrt B`, `c^T S a / sqrt B`.
    cross: [f64; 3],
    /// `d^T R a / (sigma sqrt B)` and `e^T R b / (sigma sqrt B)`, with `d`, `e` orthonormal.
    noise: [f64; 2],
    /// `det S`.
    determinant: f64,
}

fn draws(batch_size: u64, look: Look) -> Vec<Draw> {
    let mut generator = stream(11, Purpose::Teacher);
    let teacher = Teacher::new(D_OUT, D_IN, &[2.0, 1.0], Basis::Random, &mut generator);
    let (inner, outer) = (
        random_frame(D_IN, 3, &mut generator),
        random_frame(D_OUT, 2, &mut generator),
    );
    let mut source = MinibatchSource::online(Arc::new(teacher.clone()), look.seed);
    let mut inputs = DMatrix::zeros(D_IN, source.n_columns(batch_size));
    let b = batch_size as f64;
    (0..look.n_draws)
        .map(|_| {
            let batch = source.draw(batch_size, LABEL_NOISE_STD, &mut inputs);
            assert_eq!(batch.divisor.to_bits(), b.to_bits());
            let seen = inner.tr_mul(&inputs);
            let residual = outer.tr_mul(&(&batch.targets - teacher.map() * &inputs));
            let (row, noise) = (|i: usize| seen.row(i), |i: usize| residual.row(i));
            let noise_size = LABEL_NOISE_STD * b.sqrt();
            Draw {
                own: (row(0).norm_squared() - b) / (2.0 * b).sqrt(),
                other: (row(1).norm_squared() - b) / (2.0 * b).sqrt(),
                cross: [row(0).dot(&row(1)), row(1).dot(&row(2)), row(2).dot(&row(0))].map(|x| x / b.sqrt()),
                noise: [noise(0).dot(&row(0)), noise(1).dot(&row(1))].map(|x| x / noise_size),
                determinant: (&inputs * inputs.transpose()).determinant(),
            }
        })
        .collect()
}

/// A function of one draw.
type Statistic = fn(&Draw) -> f64;

/// Normalised statistics, of mean 0 and variance 1.
const NORMALISED: [(&str, Statistic); 3] = [("z", |d| d.own), ("w", |d| d.cross[0]), ("v", |d| d.noise[0])];

/// A moment's name, its value for one draw, and its expectation.
type Expected = (&'static str, Statistic, f64);

fn expectations(b: f64) -> [Expected; 14] {
    [
        ("z^3", |d| d.own.powi(3), (8.0 / b).sqrt()),
        ("z^4", |d| d.own.powi(4), 3.0 + 12.0 / b),
        ("z z'", |d| d.own * d.other, 0.0),
        ("z^2 z'^2", |d| d.own.powi(2) * d.other.powi(2), 1.0),
        ("w^4", |d| d.cross[0].powi(4), 3.0 + 6.0 / b),
        ("z w^2", |d| d.own * d.cross[0].powi(2), (2.0 / b).sqrt()),
        ("z^2 w^2", |d| d.own.powi(2) * d.cross[0].powi(2), 1.0 + 4.0 / b),
        ("w w' w''", |d| d.cross.iter().product(), b.sqrt().recip()),
        (
            "w^2 w'^2",
            |d| d.cross[0].powi(2) * d.cross[1].powi(2),
            1.0 + 2.0 / b,
        ),
        ("v^4", |d| d.noise[0].powi(4), 3.0 + 6.0 / b),
        ("z v^2", |d| d.own * d.noise[0].powi(2), (2.0 / b).sqrt()),
        ("z v", |d| d.own * d.noise[0], 0.0),
        ("v v' w", |d| d.noise[0] * d.noise[1] * d.cross[0], 0.0),
        (
            "v^2 w^2",
            |d| d.noise[0].powi(2) * d.cross[0].powi(2),
            1.0 + 2.0 / b,
        ),
    ]
}

fn check(batch_size: u64) {
    confirmed(4.0, N_DRAWS, 21, |look, checks| {
        check_once(batch_size, look, checks);
    });
}

fn check_once(batch_size: u64, look: Look, checks: &mut Checks) {
    let draws = draws(batch_size, look);
    let b = batch_size as f64;
    let moments = |value: Statistic| Moments::of(&draws.iter().map(value).collect::<Vec<_>>());
    for (name, value) in NORMALISED {
        let found = moments(value);
        checks.within(&format!("mean {name}"), found.mean, found.mean_error, 0.0);
        checks.within(
            &format!("variance {name}"),
            found.variance,
            found.variance_error,
            1.0,
        );
    }
    for (name, value, expected) in expectations(b) {
        let found = moments(value);
        checks.within(name, found.mean, found.mean_error, expected);
    }
    // E det S = B (B-1) .. (B-d+1): zero, up to rounding, for fewer samples than dimensions.
    let found = moments(|d| d.determinant);
    let expected: f64 = (0..D_IN).map(|i| b - i as f64).product();
    checks.within("determinant", found.mean, found.mean_error.max(1e-9), expected);
}

#[test]
fn plain_path() {
    check(1);
    check(3);
}

#[test]
fn as_many_samples_as_dimensions() {
    check(4);
}

#[test]
fn one_sample_more() {
    check(5);
}

#[test]
fn fifty_samples() {
    check(50);
}

#[test]
fn a_million_samples() {
    check(1_000_000);
}

#[test]
fn a_billion_samples() {
    check(1_000_000_000);
}

#[test]
fn the_targets_are_the_teachers_without_label_noise() {
    let teacher = Arc::new(Teacher::from_parts(
        DMatrix::identity(D_OUT, 2),
        DVector::from_vec(vec![2.0, 1.0]),
        DMatrix::identity(D_IN, 2),
    ));
    for batch_size in [1, 3, 4, 50] {
        let mut source = MinibatchSource::online(Arc::clone(&teacher), 1);
        let mut inputs = DMatrix::zeros(D_IN, source.n_columns(batch_size));
        let batch = source.draw(batch_size, 0.0, &mut inputs);
        assert_eq!(batch.targets, teacher.map() * &inputs);
    }
}
