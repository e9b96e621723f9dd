//! The scalar law of one mode: drift, diffusion, its peak, temperature.

use saddlescope::theory::ModeLaw;

use crate::close::assert_close;

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
fn values_worked_out_by_hand() {
    // V = 2 (1 - 3)^2 + 0.5^2 = 8.25 throughout; tau = 0.1.
    let by_hand = [
        // (L, s, flow, Ito, D)
        (1, 1.0, 2.0, 0.0, 0.825),
        (2, 1.0, 4.0, 0.825, 3.3),
        (3, 1.0, 6.0, 2.475, 7.425),
        (2, -1.0, 8.0, -3.225, 12.9),
        // s = 16, L = 4: V = 338.25, flow 4 * 16^1.5 * (-13), Ito 0.05 * 12 * 16^2 * V, D 0.1 * 16 * 16^3 *
        // V.
        (4, 16.0, -3328.0, 51_955.2, 2_216_755.2),
    ];
    for (depth, strength, flow, ito, diffusion) in by_hand {
        let law = law(depth, 3.0, 0.5, 0.1);
        assert_close(law.flow_drift(strength), flow, 1e-12 * f64::abs(flow));
        assert_close(law.ito_drift(strength), ito, 1e-12 * f64::abs(ito));
        assert_close(law.drift(strength), flow + ito, 1e-12 * f64::abs(flow + ito));
        assert_close(law.diffusion(strength), diffusion, 1e-12 * diffusion);
    }
    // T = 0.1 * 0.25 * 4 * 4^1.5 / 2, relaxation 1 / (4 * 4^1.5).
    let deep = law(4, 4.0, 0.5, 0.1);
    assert_close(deep.temperature(), 0.4, 1e-15);
    assert_close(deep.relaxation_time(), 1.0 / 32.0, 1e-16);
}

#[test]
fn at_the_saddle_only_a_single_layer_moves() {
    let single = law(1, 2.0, 1.0, 0.1);
    assert_close(single.drift(0.0), 2.0, 1e-15);
    assert_close(single.diffusion(0.0), 0.9, 1e-15);
    for depth in 2..=10 {
        let law = law(depth, 2.0, 1.0, 0.1);
        assert_close(law.drift(0.0), 0.0, 0.0);
        assert_close(law.diffusion(0.0), 0.0, 0.0);
    }
}

/// Ito's formula for `s = w^L`, its derivatives by finite differences, gives the strength's law from the
/// weight's.
#[test]
fn strength_law_follows_from_the_weight_law() {
    for depth in 1..=6 {
        for weight in [0.3, 0.8, 1.0, 1.25] {
            let law = law(depth, 1.7, 0.6, 0.2);
            let strength_of = |weight: f64| (0..depth).map(|_| weight).product::<f64>();
            let h = 1e-3;
            let (below, here, above) = (
                strength_of(weight - h),
                strength_of(weight),
                strength_of(weight + h),
            );
            let (far_below, far_above) = (strength_of(weight - 2.0 * h), strength_of(weight + 2.0 * h));
            let first = (8.0 * (above - below) - (far_above - far_below)) / (12.0 * h);
            let second = (16.0 * (above + below) - (far_above + far_below) - 30.0 * here) / (12.0 * h * h);
            let drift = first * law.weight_drift(weight) + 0.5 * second * law.weight_diffusion(weight);
            let diffusion = first * first * law.weight_diffusion(weight);
            assert_close(law.drift(here), drift, 1e-8 * (1.0 + drift.abs()));
            assert_close(law.diffusion(here), diffusion, 1e-9 * (1.0 + diffusion));
        }
    }
}

#[test]
fn without_label_noise_diffusion_is_the_squared_velocity() {
    for depth in [1, 2, 3, 4, 7, 30] {
        for strength in [1e-9, 0.1, 0.9, 2.5, 3.1] {
            let law = law(depth, 2.5, 0.0, 0.03);
            let expected = 2.0 * 0.03 * law.flow_drift(strength).powi(2);
            assert_close(law.diffusion(strength), expected, 1e-13 * expected);
        }
    }
}

#[test]
fn peaks_without_label_noise() {
    for (depth, ratio, weight_ratio) in [
        (2, 1.0 / 2.0, 1.0 / 3.0),
        (3, 4.0 / 7.0, 2.0 / 5.0),
        (4, 3.0 / 5.0, 3.0 / 7.0),
    ] {
        for teacher in [0.01, 1.0, 4.0, 300.0] {
            let law = law(depth, teacher, 0.0, 0.01);
            assert_close(
                law.diffusion_peak().unwrap_or(f64::NAN),
                ratio * teacher,
                1e-14 * teacher,
            );
            assert_close(
                law.weight_diffusion_peak().unwrap_or(f64::NAN),
                weight_ratio * teacher,
                1e-14 * teacher,
            );
        }
    }
    assert_eq!(law(1, 1.0, 0.0, 0.01).diffusion_peak(), None);
    assert_eq!(law(2, 0.0, 0.0, 0.01).diffusion_peak(), None);
}

#[test]
fn peaks_under_label_noise() {
    let peak = |label_noise_std| law(2, 1.0, label_noise_std, 0.01).diffusion_peak();
    assert_close(peak(0.2).unwrap_or(f64::NAN), 0.521, 5e-4);
    assert_close(peak(0.45).unwrap_or(f64::NAN), 0.641, 5e-4);
    assert_eq!(peak(0.55), None);
    assert_close(law(2, 3.0, 0.0, 0.01).peak_vanishes_at(), 1.5, 1e-15);
    assert_close(law(1, 3.0, 0.0, 0.01).peak_vanishes_at(), 0.0, 0.0);
}

/// First interior local maximum of `f` on `(0, end)`, by a grid and golden-section refinement.
fn brute_force_maximum(f: impl Fn(f64) -> f64, end: f64) -> Option<f64> {
    let n = 4000;
    let at = |i: usize| end * i as f64 / n as f64;
    let i = (1..n).find(|&i| f(at(i)) > f(at(i - 1)) && f(at(i)) >= f(at(i + 1)))?;
    let (mut low, mut high) = (at(i - 1), at(i + 1));
    for _ in 0..200 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if f(left) < f(right) {
            low = left;
        } else {
            high = right;
        }
    }
    Some(f64::midpoint(low, high))
}

#[test]
fn peak_formula_agrees_with_brute_force() {
    let mut n_peaks = 0;
    let mut n_without = 0;
    for depth in 1..=12 {
        for tenths in 0..=14 {
            let (teacher, label_noise_std) = (2.0, 0.1 * f64::from(tenths) + 0.003);
            let law = law(depth, teacher, label_noise_std, 0.01);
            let brute = brute_force_maximum(|s| law.diffusion(s), teacher);
            // A maximum is only located to the square root of rounding by comparing values.
            match (law.diffusion_peak(), brute) {
                (Some(formula), Some(brute)) => {
                    assert_close(formula, brute, 1e-6);
                    assert!(label_noise_std < law.peak_vanishes_at());
                    n_peaks += 1;
                }
                (None, None) => {
                    assert!(label_noise_std >= law.peak_vanishes_at());
                    n_without += 1;
                }
                (formula, brute) => {
                    assert_eq!(formula, brute, "depth {depth}, label noise {label_noise_std}");
                }
            }
        }
    }
    assert!(
        n_peaks > 50 && n_without > 50,
        "both outcomes are covered: {n_peaks} and {n_without}"
    );
}

#[test]
fn diffusion_is_proportional_to_the_noise_scale_and_drift_is_the_flow_without_it() {
    let quiet = law(3, 2.0, 0.4, 0.0);
    let one = law(3, 2.0, 0.4, 0.01);
    let four = law(3, 2.0, 0.4, 0.04);
    assert_close(four.diffusion(0.7), 4.0 * one.diffusion(0.7), 1e-15);
    assert_close(four.ito_drift(0.7), 4.0 * one.ito_drift(0.7), 1e-15);
    assert_close(quiet.drift(0.7), quiet.flow_drift(0.7), 0.0);
    assert_close(quiet.diffusion(0.7), 0.0, 0.0);
}

#[test]
fn the_diffusion_rises_while_its_power_outweighs_its_residual() {
    for depth in 1..=5 {
        for sigma in [0.0, 0.1, 0.6] {
            let law = law(depth, 1.5, sigma, 0.01);
            for i in 1..40 {
                let strength = 0.05 * f64::from(i);
                let (rise, fall) = law.diffusion_slopes(strength);
                // Centred difference of the logarithm, error of second order: 1e-10 of a third derivative below 1e5 where V is not zero.
                let h = 1e-6 * strength;
                if law.residual_variance(strength) < 1e-4 {
                    continue;
                }
                let slope = (law.diffusion(strength + h).ln() - law.diffusion(strength - h).ln()) / (2.0 * h);
                assert!(
                    (rise - fall - slope).abs() < 1e-6 * (rise + fall.abs()).max(1.0),
                    "{depth} {sigma} {strength}: {rise} {fall} {slope}"
                );
            }
            if let Some(peak) = law.diffusion_peak() {
                let (rise, fall) = law.diffusion_slopes(peak);
                assert!((rise - fall).abs() < 1e-9 * rise, "{depth} {sigma}");
            }
        }
    }
}
