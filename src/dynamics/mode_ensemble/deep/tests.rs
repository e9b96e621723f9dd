//! The scheme's pieces, and that trajectories do not depend on one another.

use pulp::{Arch, Scalar, WithSimd};

use super::*;

fn law(depth: usize, teacher_strength: f64, label_noise_std: f64, noise_scale: f64) -> ModeLaw {
    ModeLaw {
        depth,
        teacher_strength,
        label_noise_std,
        noise_scale,
        ..ModeLaw::default()
    }
}

#[test]
fn the_exponential_is_positive_everywhere_and_right_for_small_increments() {
    for i in -4000..=4000 {
        let x = f64::from(i) * 0.01;
        assert!(exponential::<Scalar>(x) > 0.0);
        if x.abs() < 0.5 {
            assert!((exponential::<Scalar>(x) / x.exp() - 1.0).abs() < 2e-6, "{x}");
        }
        if x.abs() < 3.0 {
            assert!((exponential::<Scalar>(x) / x.exp() - 1.0).abs() < 0.02, "{x}");
        }
    }
}

#[test]
fn increments_are_numbers_within_their_bound_at_any_setting() {
    let extremes = [0.0, 1e-12, 1.0, 1e6];
    for depth in [2, 3, 4, 32] {
        for setting in 0..256_usize {
            let [teacher_strength, sigma, tau, time_step] =
                [0, 2, 4, 6].map(|shift| extremes[(setting >> shift) % 4]);
            let step = DeepStep::new(&law(depth, teacher_strength, sigma, tau), time_step);
            for strength in [SMALLEST_STRENGTH, 1e-20, 1e-3, 1.0, 30.0, 1e6, LARGEST_STRENGTH] {
                let weight = strength.powf(1.0 / depth as f64);
                for draw in [-9.0_f64, 0.0, 9.0] {
                    let gain = |weight: f64| power(weight, depth - 2);
                    let (increment, _) = step.increment::<Scalar, true>(weight, draw, depth as f64, gain);
                    // A NaN fails too.
                    assert!(
                        increment.abs() <= 0.5 + 0.7072 * draw.abs(),
                        "{step:?} {strength} {draw}"
                    );
                }
            }
        }
    }
}

#[test]
fn usual_depths_agree_with_the_general_loop() {
    for depth in [2, 3, 4] {
        let step = DeepStep::new(&law(depth, 1.3, 0.4, 0.03), 0.05);
        let mut weights = [0.3, 0.9, 1.1, 1.6];
        let draws = [0.4, -1.2, 2.1, -0.3];
        let mut general = weights;
        step.apply::<Scalar>(&mut weights, &draws);
        step.apply_with::<Scalar>(&mut general, &draws, depth as f64, |weight| {
            power(weight, depth - 2)
        });
        for (a, b) in weights.iter().zip(general) {
            assert!((a / b - 1.0).abs() < 1e-14);
        }
    }
}

#[test]
fn whole_powers_are_products() {
    for n in 0..40_usize {
        let expected = (0..n).fold(1.0, |product, _| 1.1 * product);
        assert!((power(1.1, n) / expected - 1.0).abs() < 1e-14, "{n}");
    }
}

/// A substep on the widest vectors of this processor, as an ensemble takes it.
struct Substep<'a> {
    step: DeepStep,
    weights: &'a mut [f64],
    draws: &'a [f64],
}

impl WithSimd for Substep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        self.step.apply::<S>(self.weights, self.draws);
    }
}

#[test]
fn a_block_moves_as_its_members_do() {
    for depth in [2, 3, 4, 7] {
        // From hardly moving to stiff: both paths, and blocks with one stiff member.
        for time_step in [1e-3, 0.05, 2.0] {
            let step = DeepStep::new(&law(depth, 2.0, 0.5, 0.01), time_step);
            let start: Vec<f64> = (0..4 * BLOCK).map(|i| 0.02 * i as f64).collect();
            let draws: Vec<f64> = (0..4 * BLOCK).map(|i| (i as f64).sin() * 3.0).collect();
            for with_vectors in [false, true] {
                let moved = |weights: &mut [f64], draws: &[f64]| {
                    if with_vectors {
                        Arch::new().dispatch(Substep { step, weights, draws });
                    } else {
                        step.apply::<Scalar>(weights, draws);
                    }
                };
                let mut together = start.clone();
                moved(&mut together, &draws);
                for i in 0..start.len() {
                    let mut alone = [start[i]];
                    moved(&mut alone, &draws[i..=i]);
                    assert_eq!(
                        alone[0].to_bits(),
                        together[i].to_bits(),
                        "L = {depth}, {time_step}"
                    );
                }
            }
        }
    }
}
