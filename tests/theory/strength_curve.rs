//! Gradient flow of one mode against the reference table, quadrature and its own differential equation.
use saddlescope::theory::{ModeLaw, StrengthCurve, peak_lead};

use crate::close::assert_close;

/// `integral of ds / (L s^(2-2/L) (m - s))` from `from` to `to`, by Boole's rule in `ln s`.
fn time_by_quadrature(depth: usize, teacher: f64, from: f64, to: f64) -> f64 {
    let n = 40_000;
    let depth = depth as f64;
    let h = (to / from).ln() / f64::from(n);
    let integrand = |i: i32| {
        let s = from * (h * f64::from(i)).exp();
        s.powf(2.0 / depth - 1.0) / (depth * (teacher - s))
    };
    let weight = |i: i32| match i % 4 {
        _ if i == 0 || i == n => 7.0,
        0 => 14.0,
        2 => 12.0,
        _ => 32.0,
    };
    (0..=n).map(|i| weight(i) * integrand(i)).sum::<f64>() * 2.0 * h / 45.0
}

#[test]
fn reference_trajectories() {
    let mut table = csv::Reader::from_path(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/R3_gradient_flow.csv"
    ))
    .unwrap();
    let mut n_rows = 0;
    for row in table.deserialize::<(usize, f64, f64, f64)>() {
        let (depth, teacher, time, strength) = row.unwrap();
        let curve = StrengthCurve::new(depth, teacher, 1e-3);
        assert_close(curve.at(time), strength, 1e-10 * strength);
        n_rows += 1;
    }
    assert_eq!(n_rows, 9 * 401);
}

#[test]
fn time_to_reach_agrees_with_quadrature_at_any_depth() {
    for depth in [1, 2, 3, 4, 5, 8, 20, 100] {
        for (teacher, from, to) in [
            (1.0, 1e-3, 0.4),
            (1.0, 0.2, 0.97),
            (3.0, 1e-6, 2.9),
            (0.05, 1e-12, 0.03),
            (1.0, 7.0, 1.5),
            (2.0, 400.0, 2.01),
        ] {
            let expected = time_by_quadrature(depth, teacher, from, to);
            let time = StrengthCurve::new(depth, teacher, from)
                .time_to_reach(to)
                .unwrap();
            assert_close(time, expected, 2e-10 * expected);
        }
    }
}

#[test]
fn the_inverse_inverts() {
    for depth in (1..=12).chain([20, 50, 100]) {
        for start in [1e-12, 1e-6, 1e-2, 0.3, 0.9, 1.1, 2.0, 50.0, 1e6] {
            let law = ModeLaw {
                depth,
                teacher_strength: 1.0,
                label_noise_std: 0.0,
                noise_scale: 0.0,
                ..ModeLaw::default()
            };
            let curve = StrengthCurve::new(depth, 1.0, start);
            // Time in which the strength changes by its own size. The inverse is found as a logit, of size up
            // to 28 here, to 4 roundings: a relative error of the strength of 28 * 4 * 2.2e-16.
            let own_time = |strength: f64| (strength / law.flow_drift(strength)).abs();
            for fraction in [1e-3, 0.2, 0.5, 0.9, 0.999] {
                let strength = start + fraction * (1.0 - start);
                let time = curve.time_to_reach(strength).unwrap();
                let rounding = 2.5e-14 * own_time(start).max(own_time(strength));
                assert_close(
                    curve.time_to_reach(curve.at(time)).unwrap(),
                    time,
                    1e-12 * time + rounding,
                );
            }
        }
    }
}

#[test]
fn the_curve_solves_the_flow() {
    for depth in [1, 2, 3, 5, 10, 60] {
        for start in [1e-4, 0.05, 1.0, 3.0] {
            let law = ModeLaw {
                depth,
                teacher_strength: 1.5,
                label_noise_std: 0.0,
                noise_scale: 0.0,
                ..ModeLaw::default()
            };
            let curve = StrengthCurve::new(depth, 1.5, start);
            let duration = curve.time_to_reach(0.1 * start + 0.9 * 1.5).unwrap();
            for i in 1..20 {
                let time = duration * f64::from(i) / 20.0;
                // Small next to the local time scale s / (ds/dt).
                let h = 1e-3
                    * (curve.at(time) / law.flow_drift(curve.at(time)))
                        .abs()
                        .min(duration);
                let at = |steps: f64| curve.at(time + steps * h);
                let velocity = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * h);
                let expected = law.flow_drift(at(0.0));
                assert_close(velocity, expected, 1e-6 * expected.abs());
            }
        }
    }
}

#[test]
fn ends_of_the_curve() {
    for depth in [1, 2, 3, 10, 100] {
        for start in [1e-12, 0.5, 2.0] {
            let curve = StrengthCurve::new(depth, 1.0, start);
            assert_close(curve.at(0.0), start, 1e-14 * start);
            assert_close(curve.at(1e15), 1.0, 1e-12);
            assert_close(curve.at(f64::INFINITY), 1.0, 0.0);
            assert_eq!(curve.time_to_reach(start), Some(0.0));
            assert_eq!(curve.time_to_reach(1.0), None);
            let (behind, beyond) = if start < 1.0 {
                (0.9 * start, 1.1)
            } else {
                (1.1 * start, 0.9)
            };
            assert_eq!(curve.time_to_reach(behind), None);
            assert_eq!(curve.time_to_reach(beyond), None);
        }
        let resting = StrengthCurve::new(depth, 1.0, 1.0);
        assert_close(resting.at(3.0), 1.0, 0.0);
    }
}

#[test]
fn zero_is_a_saddle_for_more_than_one_layer() {
    assert_close(
        StrengthCurve::new(1, 2.0, -1.0).at(1.0),
        2.0 - 3.0 * (-1.0_f64).exp(),
        1e-15,
    );
    for depth in [2, 3, 10] {
        for start in [0.0, -0.5] {
            let curve = StrengthCurve::new(depth, 2.0, start);
            assert_close(curve.at(1e9), 0.0, 0.0);
            assert_eq!(curve.half_time(), None);
        }
    }
}

#[test]
fn a_mode_that_is_not_in_the_teacher_decays() {
    assert_close(StrengthCurve::new(1, 0.0, 1.0).at(2.0), (-2.0_f64).exp(), 1e-15);
    // L = 2: ds/dt = -2 s^2. L = 4: ds/dt = -4 s^2.5.
    assert_close(StrengthCurve::new(2, 0.0, 0.5).at(3.0), 1.0 / (2.0 + 6.0), 1e-15);
    assert_close(
        StrengthCurve::new(4, 0.0, 1.0).at(2.0),
        13.0_f64.powf(-2.0 / 3.0),
        1e-15,
    );
    let curve = StrengthCurve::new(4, 0.0, 1.0);
    assert_close(curve.time_to_reach(curve.at(2.0)).unwrap(), 2.0, 1e-14);
}

/// Aligned start at 1e-3, learning rate 0.005: the numbers of steps found when full networks were simulated.
#[test]
fn half_times_and_leads_in_steps() {
    let expected = [
        (4.0, 207.0, 74.0),
        (2.0, 380.0, 147.0),
        (1.0, 691.0, 294.0),
        (0.5, 1243.0, 589.0),
    ];
    for (teacher, half_time, lead) in expected {
        let curve = StrengthCurve::new(2, teacher, 1e-3);
        assert_close(curve.half_time().unwrap() / 0.005, half_time, 0.5);
        let law = ModeLaw {
            depth: 2,
            teacher_strength: teacher,
            label_noise_std: 0.0,
            noise_scale: 0.1,
            ..ModeLaw::default()
        };
        assert_close(peak_lead(&law, 0.95).unwrap() / 0.005, lead, 0.5);
        assert_close(
            peak_lead(&law, 0.95).unwrap(),
            19.0_f64.ln() / (2.0 * teacher),
            1e-14,
        );
    }
}

#[test]
fn depth_raises_the_peak_but_shortens_the_lead() {
    let laws = (2..=10).map(|depth| ModeLaw {
        depth,
        teacher_strength: 1.0,
        label_noise_std: 0.0,
        noise_scale: 0.1,
        ..ModeLaw::default()
    });
    let peaks: Vec<_> = laws
        .map(|law| (law.diffusion_peak().unwrap(), peak_lead(&law, 0.95).unwrap()))
        .collect();
    assert!(
        peaks
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1),
        "{peaks:?}"
    );
    let noisy = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        label_noise_std: 0.55,
        noise_scale: 0.1,
        ..ModeLaw::default()
    };
    assert_eq!(peak_lead(&noisy, 0.95), None);
}
