//! The stationary law of one mode against closed forms, quadrature of the formula, and its own equation.
use std::f64::consts::{PI, SQRT_2};

use crate::close::assert_close;

use saddlescope::theory::{
    ModeLaw, StationaryDensity, StationaryLaw, boltzmann_density, shifted_mean, trapping_number,
};

fn law(depth: usize, teacher_strength: f64, label_noise_std: f64, noise_scale: f64) -> ModeLaw {
    ModeLaw {
        depth,
        teacher_strength,
        label_noise_std,
        noise_scale,
        ..ModeLaw::default()
    }
}

fn stationary(law: &ModeLaw) -> StationaryDensity {
    StationaryLaw::new(law).as_density().unwrap().clone()
}

const PROBABILITIES: [f64; 11] = [1e-6, 1e-3, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 0.999, 1.0 - 1e-6];

/// Integral from the first value to each, for a unit step, by the four-point rule (error of fourth order).
fn running_integral(values: &[f64]) -> Vec<f64> {
    let last = values.len() - 1;
    let mut sum = 0.0;
    let mut integrals = vec![0.0];
    for i in 0..last {
        sum += if i == 0 {
            9.0 * values[0] + 19.0 * values[1] - 5.0 * values[2] + values[3]
        } else if i + 1 == last {
            9.0 * values[last] + 19.0 * values[i] - 5.0 * values[i - 1] + values[i - 2]
        } else {
            13.0 * (values[i] + values[i + 1]) - values[i - 1] - values[i + 2]
        } / 24.0;
        integrals.push(sum);
    }
    integrals
}

/// The documented formula by brute force on two fixed fine grids: even in `ln s` below half the teacher, and in
/// the `asinh` of the deviation in units of the label noise above.
struct BruteForce {
    strengths: Vec<f64>,
    densities: Vec<f64>,
    cumulatives: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl BruteForce {
    fn new(law: &ModeLaw, lowest: f64, highest: f64) -> Self {
        let (teacher, scale) = (law.teacher_strength, law.label_noise_std / SQRT_2);
        let depth = law.depth as f64;
        let n = 30_000;
        let split = 0.5 * teacher;
        let even =
            |from: f64, to: f64| (0..=n).map(move |i| from + (to - from) * f64::from(i) / f64::from(n));
        let coordinate = |strength: f64| ((strength - teacher) / scale).asinh();
        // Each point with its ds per grid step.
        let lower_step = (split / lowest).ln() / f64::from(n);
        let lower = even(lowest.ln(), split.ln()).map(|y| (y.exp(), y.exp() * lower_step));
        let upper_step = (coordinate(highest) - coordinate(split)) / f64::from(n);
        let upper = even(coordinate(split), coordinate(highest))
            .map(|z| (teacher + scale * z.sinh(), scale * z.cosh() * upper_step));
        let pieces: [Vec<(f64, f64)>; 2] = [lower.collect(), upper.collect()];

        let flow = |s: f64| {
            2.0 / (law.noise_scale * depth) * (teacher - s) * s.powf(2.0 / depth - 2.0)
                / law.residual_variance(s)
        };
        let mut exponent_at_start = 0.0;
        let mut log_densities = Vec::new();
        for piece in &pieces {
            let exponents = running_integral(&piece.iter().map(|(s, ds)| flow(*s) * ds).collect::<Vec<_>>());
            log_densities.extend(piece.iter().zip(&exponents).map(|((s, _), exponent)| {
                let prefactor = -3.0 * (1.0 - 1.0 / depth) * s.ln() - law.residual_variance(*s).ln();
                exponent_at_start + exponent + prefactor
            }));
            exponent_at_start += exponents[exponents.len() - 1];
        }
        let top = log_densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut densities: Vec<f64> = log_densities.iter().map(|value| (value - top).exp()).collect();

        let moment = |power: i32| {
            let mut running = Vec::new();
            for (piece, densities) in pieces.iter().zip(densities.chunks(pieces[0].len())) {
                let start = running.last().copied().unwrap_or(0.0);
                let terms = piece
                    .iter()
                    .zip(densities)
                    .map(|((s, ds), density)| s.powi(power) * density * ds);
                running.extend(
                    running_integral(&terms.collect::<Vec<_>>())
                        .iter()
                        .map(|sum| start + sum),
                );
            }
            // Beyond the grid the density is a power s^(-5+3/L).
            let rate = 4.0 - 3.0 / depth - f64::from(power);
            let rest = densities[densities.len() - 1] * highest.powi(power + 1) / rate;
            let total = running[running.len() - 1] + rest;
            (running, total)
        };
        let (mut cumulatives, total) = moment(0);
        let mean = moment(1).1 / total;
        let variance = moment(2).1 / total - mean * mean;
        for value in densities.iter_mut().chain(&mut cumulatives) {
            *value /= total;
        }
        let strengths = pieces.iter().flatten().map(|(s, _)| *s).collect();
        Self {
            strengths,
            densities,
            cumulatives,
            mean,
            variance,
        }
    }
}

#[test]
fn table_agrees_with_quadrature_of_the_formula() {
    let cases = [
        (law(2, 1.0, 1.0, 0.1), 1e-9, 1e7),
        (law(2, 4.0, 0.5, 0.004), 1.0, 20.0),
        (law(3, 2.0, 0.5, 0.02), 1e-3, 1e4),
        (law(3, 1.0, 1.0, 1.0), 1e-6, 1e6),
        (law(4, 1.0, 0.5, 0.05), 1e-3, 1e4),
        (law(5, 0.3, 2.0, 0.3), 1e-6, 1e5),
        (law(50, 1.0, 10.0, 0.1), 1e-6, 1e6),
        // Two separate peaks, at the saddle and at the teacher.
        (law(3, 1.0, 1e-4, 10.0), 1e-11, 1e4),
    ];
    for (law, lowest, highest) in cases {
        let density = stationary(&law);
        let brute = BruteForce::new(&law, lowest, highest);
        let top = brute.densities.iter().copied().fold(0.0, f64::max);
        for (i, &strength) in brute.strengths.iter().enumerate().step_by(37) {
            let expected = brute.densities[i];
            // Tails too, relative to their own size, down to where the march stops.
            assert_close(
                density.density(strength),
                expected,
                1e-10 * expected + 1e-20 * top,
            );
            assert_close(density.cumulative(strength), brute.cumulatives[i], 2e-11);
        }
        assert_close(density.mean(), brute.mean, 1e-10 * brute.mean);
        assert_close(density.variance(), brute.variance, 1e-9 * brute.variance);
    }
}

/// `p ~ s^(A/tau - 3/2) V^(-1 - A/(2 tau)) exp(-sigma / (tau sqrt 2 C) atan(sqrt 2 (s-m)/sigma))`, with
/// `C = 2m^2 + sigma^2`, `A = m/C`.
#[test]
fn two_layers_have_a_closed_form() {
    for (teacher, sigma, tau) in [
        (1.0, 1.0, 0.1),
        (1.0, 0.3, 0.9),
        (2.0, 0.7, 1e-3),
        (1e-2, 1.0, 1e-5),
        (5.0, 0.01, 0.1),
    ] {
        let law = law(2, teacher, sigma, tau);
        let density = stationary(&law);
        let sum: f64 = 2.0 * teacher * teacher + sigma * sigma;
        let exponent = teacher / sum;
        let log_closed = |s: f64| {
            (exponent / tau - 1.5) * s.ln()
                - (1.0 + exponent / (2.0 * tau)) * law.residual_variance(s).ln()
                - sigma / (tau * SQRT_2 * sum) * (SQRT_2 * (s - teacher) / sigma).atan()
        };
        let reference = density.quantile(0.5);
        for probability in PROBABILITIES {
            let strength = density.quantile(probability);
            let log_ratio = (density.density(strength) / density.density(reference)).ln();
            // Cancellation in the closed form itself: terms of size exponent / tau.
            let tolerance = 1e-10 + 1e-14 * exponent / tau;
            assert_close(log_ratio, log_closed(strength) - log_closed(reference), tolerance);
        }
    }
}

#[test]
fn one_layer_is_a_student_t() {
    // Degrees of freedom 1 + 1/tau; known cumulatives for 2, 4.
    let cumulative_of_2 = |t: f64| 0.5 + t / (2.0 * (2.0 + t * t).sqrt());
    let cumulative_of_4 = |t: f64| {
        let q = 1.0 + t * t / 4.0;
        0.5 + 0.375 * t / q.sqrt() * (1.0 - t * t / q / 12.0)
    };
    let check = |tau: f64, cumulative: &dyn Fn(f64) -> f64| {
        let (teacher, sigma) = (-0.0, 0.3);
        let density = stationary(&law(1, teacher, sigma, tau));
        let scale = sigma / (2.0 * (1.0 + 1.0 / tau)).sqrt();
        for t in [-1e4, -30.0, -3.0, -1.0, -0.1, 0.0, 0.4, 2.0, 10.0, 1e3] {
            assert_close(density.cumulative(teacher + scale * t), cumulative(t), 1e-12);
        }
        density
    };
    let infinite_variance = check(1.0, &cumulative_of_2);
    assert!(infinite_variance.variance().is_infinite());
    assert_eq!(infinite_variance.skewness(), None);
    let finite = check(1.0 / 3.0, &cumulative_of_4);
    assert_close(finite.variance(), 0.09 / 2.0 / (3.0 - 1.0), 1e-15);
    assert_close(finite.density(0.0), 0.375 / (0.3 / 8.0_f64.sqrt()), 1e-11);
    assert_close(finite.mean(), 0.0, 0.0);
    assert_eq!(finite.skewness(), Some(0.0));
}

/// Half the derivative of `D p` equals `mu p`: no probability flows.
#[test]
fn the_stationary_flux_is_zero() {
    let laws = [
        law(1, 1.0, 0.5, 0.2),
        law(2, 1.0, 1.0, 0.1),
        law(2, 1.0, 0.3, 0.9),
        law(3, 2.0, 0.5, 0.02),
        law(4, 1.0, 1.0, 0.5),
        law(10, 0.5, 0.2, 1e-4),
    ];
    for law in laws {
        let density = stationary(&law);
        for probability in [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98] {
            let s = density.quantile(probability);
            let spread = density.quantile(probability + 0.01) - density.quantile(probability - 0.01);
            let h = 1e-3 * if law.depth == 1 { spread } else { spread.min(s) };
            let f = |steps: f64| law.diffusion(s + steps * h) * density.density(s + steps * h);
            let derivative = (8.0 * (f(1.0) - f(-1.0)) - (f(2.0) - f(-2.0))) / (12.0 * h);
            let inward = law.drift(s) * density.density(s);
            // Rounding of f over h, on top of a relative bound.
            let tolerance = 1e-7 * inward.abs() + 1e-12 * f(0.0) / h;
            assert_close(0.5 * derivative, inward, tolerance);
        }
    }
}

#[test]
fn quantile_inverts_the_cumulative() {
    let laws = [
        law(1, 1.0, 0.5, 1.0),
        law(2, 1.0, 1.0, 0.1),
        law(2, 1.0, 1.0, 0.6),
        law(3, 1.0, 1e-4, 10.0),
        law(7, 3.0, 0.2, 1e-6),
    ];
    for law in laws {
        let density = stationary(&law);
        for probability in PROBABILITIES {
            // A narrow law's quantile is rounded to 1e-16 of the strength, hence up to 1e-10 of probability.
            assert_close(
                density.cumulative(density.quantile(probability)),
                probability,
                1e-10,
            );
        }
        let support = if law.depth == 1 { f64::NEG_INFINITY } else { 0.0 };
        assert!(density.quantile(0.0) <= support && density.quantile(1.0).is_infinite());
    }
}

#[test]
fn small_noise_gives_the_boltzmann_law() {
    for depth in [2, 3, 4, 8] {
        let deviations = |tau: f64| {
            let law = law(depth, 1.3, 0.4, tau);
            let density = stationary(&law);
            let shift = density.mean() - law.teacher_strength;
            let predicted_shift = shifted_mean(&law) - law.teacher_strength;
            (
                density.variance() / law.temperature() - 1.0,
                shift / predicted_shift - 1.0,
            )
        };
        // Both corrections vanish linearly with the noise scale.
        let (large, small) = (deviations(1e-4), deviations(1e-5));
        assert!(
            small.0.abs() < 1e-3 && small.1.abs() < 1e-3,
            "depth {depth}: {small:?}"
        );
        assert_close(large.0 / small.0, 10.0, 0.1);
        assert_close(large.1 / small.1, 10.0, 0.1);
        // And the density itself.
        let law = law(depth, 1.3, 0.4, 1e-7);
        let density = stationary(&law);
        for deviations in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let strength = 1.3 + deviations * law.temperature().sqrt();
            let approximation = boltzmann_density(&law, strength);
            assert_close(density.density(strength), approximation, 5e-3 * approximation);
        }
    }
}

#[test]
fn equal_products_of_noise_scale_and_label_noise_share_the_boltzmann_law() {
    let reference = law(2, 1.0, 0.5, 0.01);
    for other in [law(2, 1.0, 1.0, 0.0025), law(2, 1.0, 0.25, 0.04)] {
        assert_close(
            boltzmann_density(&other, 1.02),
            boltzmann_density(&reference, 1.02),
            1e-12,
        );
    }
    // The peak of a Gaussian of variance T = 0.0025.
    assert_close(
        boltzmann_density(&reference, 1.0),
        1.0 / (2.0 * PI * 0.0025).sqrt(),
        1e-12,
    );
}

/// A simulation at L = 2, m = 1, sigma = 1, learning rate 0.02, batch size 4 had the skewness +0.14.
#[test]
fn label_noise_skews_the_law() {
    let density = stationary(&law(2, 1.0, 1.0, 0.005));
    assert_close(density.skewness().unwrap(), 0.14, 0.01);
    assert_close(density.variance(), 0.0050, 0.0001);
    // Strong noise reaches the power tail, and a third moment means nothing.
    assert_eq!(stationary(&law(2, 1.0, 1.0, 0.3)).skewness(), None);
}

#[test]
fn without_noise_the_law_is_a_point() {
    for law in [
        law(2, 1.5, 0.0, 0.1),
        law(1, 1.5, 0.0, 0.1),
        law(3, 1.5, 0.2, 0.0),
        law(2, 1.5, 0.0, 0.0),
    ] {
        assert!(
            matches!(
                StationaryLaw::new(&law),
                StationaryLaw::PointMass { strength: 1.5 }
            ),
            "{law:?}"
        );
        assert!((boltzmann_density(&law, 1.5).is_infinite()) && boltzmann_density(&law, 1.4) <= 0.0);
    }
}

#[test]
fn strong_noise_traps_two_layers_and_no_more() {
    // tau (2m^2 + sigma^2) / (2m) = 1 at tau = 2/3 for m = sigma = 1.
    let trapped = law(2, 1.0, 1.0, 0.667);
    assert_close(trapping_number(&trapped), 1.0005, 1e-12);
    assert!(
        matches!(StationaryLaw::new(&trapped), StationaryLaw::Trapped { trapping_number } if trapping_number >= 1.0)
    );
    for depth in [1, 3, 4, 20] {
        let law = ModeLaw { depth, ..trapped };
        assert_close(trapping_number(&law), 0.0, 0.0);
        assert!(StationaryLaw::new(&law).as_density().is_some());
    }
    assert!(matches!(
        StationaryLaw::new(&law(3, 0.0, 1.0, 0.1)),
        StationaryLaw::Trapped { .. }
    ));
    // The last representable numbers below the threshold still give a law, with all its mass at the saddle.
    for i in 1..200 {
        let teacher = 0.1 * f64::from(i);
        let mut verge = law(2, teacher, 1.0, 2.0 * teacher / (2.0 * teacher * teacher + 1.0));
        while trapping_number(&verge) >= 1.0 {
            verge.noise_scale = verge.noise_scale.next_down();
        }
        assert_close(stationary(&verge).cumulative(1e-100), 1.0, 1e-9);
    }
    // Toward the threshold the mass moves to the saddle: as s^(1/trapping_number - 1)/2, which is slow.
    let near_zero = |tau: f64| stationary(&law(2, 1.0, 1.0, tau)).cumulative(1e-3);
    let masses = [
        near_zero(0.1),
        near_zero(0.4),
        near_zero(0.6),
        near_zero(0.66),
        near_zero(0.6665),
    ];
    assert!(masses.windows(2).all(|pair| pair[0] < pair[1]), "{masses:?}");
    assert!(masses[0] < 1e-6 && masses[4] > 0.99, "{masses:?}");
}

#[test]
fn support_is_positive_beyond_one_layer() {
    let density = stationary(&law(2, 1.0, 1.0, 0.1));
    for strength in [0.0, -1e-300, -1.0, f64::NEG_INFINITY] {
        assert_close(density.density(strength), 0.0, 0.0);
        assert_close(density.cumulative(strength), 0.0, 0.0);
    }
    assert_close(density.cumulative(f64::INFINITY), 1.0, 0.0);
    let line = stationary(&law(1, 1.0, 1.0, 0.1));
    assert!(line.density(-1.0) > 0.0);
}
