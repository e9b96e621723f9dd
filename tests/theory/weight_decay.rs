//! Weight decay of one aligned, balanced mode: fixed points, curves and laws against the flow they belong to, integrated or differentiated
//! numerically. Deterministic.

use saddlescope::theory::weight_decay::{
    fixed_points, largest_decay, learned_strength, least_learned_teacher, pull, strength_at_jump,
};
use saddlescope::theory::{ModeLaw, StationaryLaw, StrengthCurve, peak_lead};

fn law(depth: usize, weight_decay: f64) -> ModeLaw {
    ModeLaw {
        depth,
        teacher_strength: 1.5,
        label_noise_std: 0.4,
        noise_scale: 0.01,
        weight_decay,
        ..ModeLaw::default()
    }
}

#[test]
fn fixed_points_are_where_the_pull_is_the_decay() {
    for depth in 3..=6 {
        for share in [1e-6, 1e-3, 0.3, 0.9, 0.9999] {
            let decay = share * largest_decay(depth, 1.5);
            let (lower, upper) = fixed_points(depth, 1.5, decay).unwrap();
            let jump = strength_at_jump(depth, 1.5);
            assert!(0.0 < lower && lower < jump && jump < upper && upper < 1.5);
            for strength in [lower, upper] {
                let error = (pull(depth, 1.5, strength) / decay - 1.0).abs();
                assert!(error < 1e-9, "{depth} {share}: {error:e}");
            }
        }
        let largest = largest_decay(depth, 1.5);
        assert!(fixed_points(depth, 1.5, 1.0001 * largest).is_none());
        // A scan finds no larger pull.
        let scanned = (1..1500)
            .map(|i| pull(depth, 1.5, f64::from(i) * 1e-3))
            .fold(0.0, f64::max);
        assert!(scanned <= largest * (1.0 + 1e-12) && scanned > largest * (1.0 - 1e-5));
        let least = least_learned_teacher(depth, 0.2);
        assert!(learned_strength(depth, 1.0001 * least, 0.2) > 0.9 * strength_at_jump(depth, least));
        assert_eq!(learned_strength(depth, 0.9999 * least, 0.2).to_bits(), 0);
    }
    assert!((learned_strength(2, 1.5, 0.4) - 1.1).abs() < 1e-15);
    assert_eq!(learned_strength(2, 0.3, 0.4).to_bits(), 0);
    assert!((learned_strength(1, 1.5, 0.5) - 1.0).abs() < 1e-15);
    assert_eq!(learned_strength(4, 1.5, 0.0).to_bits(), 1.5_f64.to_bits());
}

/// The flow by Runge-Kutta steps of order 4, in `ln s` where the strength is positive.
fn integrated(law: &ModeLaw, start: f64, time: f64) -> f64 {
    let n = 40_000;
    let h = time / f64::from(n);
    let slope = |y: f64| {
        let s = y.exp();
        (law.flow_drift(s) + law.decay_drift(s)) / s / (1.0 - law.momentum)
    };
    let mut y = start.ln();
    for _ in 0..n {
        let a = slope(y);
        let b = slope(y + 0.5 * h * a);
        let c = slope(y + 0.5 * h * b);
        let d = slope(y + h * c);
        y += h / 6.0 * (a + 2.0 * b + 2.0 * c + d);
    }
    y.exp()
}

#[test]
fn curves_follow_the_flow() {
    for depth in 1..=5 {
        for decay in [0.05, 0.3, 0.9, 2.0] {
            for start in [1e-3, 0.2, 0.9, 3.0] {
                for momentum in [0.0, 0.8] {
                    let law = ModeLaw {
                        momentum,
                        ..law(depth, decay)
                    };
                    let curve = StrengthCurve::of(&law, start);
                    for time in [0.05, 0.5, 3.0] {
                        let time = time * (1.0 - momentum);
                        let (found, expected) = (curve.at(time), integrated(&law, start, time));
                        assert!(
                            (found / expected - 1.0).abs() < 2e-6,
                            "{depth} {decay} {start} {momentum} {time}: {found} {expected}"
                        );
                        if let Some(back) = curve.time_to_reach(expected) {
                            // As well as the strength tells the time.
                            let slope = (law.flow_drift(expected) + law.decay_drift(expected)).abs();
                            let allowed =
                                1e-6 * time + 4e-6 * expected * (1.0 - momentum) / slope.max(1e-300);
                            assert!(
                                (back - time).abs() < allowed,
                                "{depth} {decay} {start}: {back} {time}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_law_relaxes_at_its_curvature_and_has_its_temperature() {
    for depth in 1..=5 {
        for decay in [0.01, 0.2] {
            for momentum in [0.0, 0.7] {
                let law = ModeLaw {
                    momentum,
                    noise_scale: 1e-9,
                    ..law(depth, decay)
                };
                let end = law.learned_strength();
                let h = 1e-5;
                let slope = (law.drift(end + h) - law.drift(end - h)) / (2.0 * h);
                let rate = law.relaxation_time().recip();
                assert!(
                    (slope / -rate - 1.0).abs() < 1e-6,
                    "{depth} {decay}: {slope} {rate}"
                );
                // dv/dt = -2 rate v + D / (1 - mu)^2 over times longer than the memory.
                let expected = law.diffusion(end) / (1.0 - momentum).powi(2) / (2.0 * rate);
                assert!((law.temperature() / expected - 1.0).abs() < 1e-12);
            }
        }
        // Below the end of the mode, the peak stays where it is without decay; above it there is none.
        let plain = law(depth, 0.0).diffusion_peak();
        assert_eq!(law(depth, 1e-4).diffusion_peak(), plain);
        if depth == 2 {
            assert!(law(2, 0.9).diffusion_peak().is_none() && plain.is_some());
            assert!(peak_lead(&law(2, 0.3), 0.95).unwrap() > 0.0);
        }
    }
}

/// `d ln p / ds = (2 mu - D') / D` for a law without flux.
#[test]
fn the_stationary_density_of_two_layers_has_no_flux() {
    for decay in [0.0, 0.1, 0.6] {
        for momentum in [0.0, 0.5] {
            let law = ModeLaw {
                momentum,
                ..law(2, decay)
            };
            let stationary = StationaryLaw::new(&law);
            let density = stationary.as_density().unwrap();
            let (mean, std) = (density.mean(), density.variance().sqrt());
            assert!((mean - law.learned_strength()).abs() < 3.0 * std);
            let mut total = 0.0;
            for i in -2000..=2000 {
                total += density.density(mean + f64::from(i) * 5e-3 * std) * 5e-3 * std;
            }
            assert!((total - 1.0).abs() < 1e-6, "{total}");
            for place in [-2.0, -1.0, 0.0, 0.7, 2.0] {
                let (s, h) = (mean + place * std, 1e-4 * std);
                let slope = (density.density(s + h).ln() - density.density(s - h).ln()) / (2.0 * h);
                // In the time of the path: drift times (1 - mu), noise scale tau / (1 - mu).
                let diffusion = |s: f64| law.diffusion(s) / (1.0 - momentum);
                let d_slope = (diffusion(s + h) - diffusion(s - h)) / (2.0 * h);
                let drift = law.drift(s) * (1.0 - momentum);
                let expected = (2.0 * drift - d_slope) / diffusion(s);
                assert!(
                    (slope - expected).abs() < 1e-4 / std,
                    "{decay} {momentum} {place}: {slope} {expected}"
                );
            }
        }
    }
}
