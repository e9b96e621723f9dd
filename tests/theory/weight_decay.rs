//! Weight decay of one aligned, balanced mode: fixed points, curves and laws against the flow they belong to, integrated or differentiated
//! numerically. Deterministic.

use saddlescope::theory::weight_decay::{
    fixed_points, largest_decay, learned_strength, least_learned_teacher, pull, strength_at_jump,
};
use saddlescope::theory::{ModeLaw, StationaryLaw, StrengthCurve, peak_lead, plateau_levels, rest_levels};

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

/// The drift of the law, which is coded apart, changes its sign at every rest point, as its stability says, and nowhere else on a fine grid:
/// 4000 strengths to a decade over ten decades. At zero it vanishes where zero is a rest point, and not at depth 1.
#[test]
fn the_flow_rests_at_the_rest_points_alone() {
    let grid: Vec<f64> = (0..40_000)
        .map(|i| 10_f64.powf(-9.5 + (f64::from(i) + 0.381) / 4000.0))
        .collect();
    let mut numbers = Vec::new();
    for depth in 1..=5 {
        for decay in [0.0, 0.01, 0.1, 0.3, 0.7, 1.4999, 1.5, 2.0] {
            // Without noise the drift is that of the flow; momentum changes the rate alone.
            for momentum in [0.0, 0.9] {
                let law = ModeLaw {
                    noise_scale: 0.0,
                    momentum,
                    ..law(depth, decay)
                };
                let rests = law.rest_points();
                assert!(rests.windows(2).all(|pair| pair[0].strength < pair[1].strength));
                let zero = rests.first().filter(|rest| rest.strength <= 0.0);
                assert_eq!(zero.is_some(), law.drift(0.0) == 0.0, "{depth} {decay}");
                assert_eq!(zero.is_some(), depth > 1, "{depth} {decay}");
                if let Some(zero) = zero {
                    assert_eq!(zero.is_stable, law.drift(grid[0]) < 0.0, "{depth} {decay}");
                }
                let found: Vec<(f64, f64, bool)> = grid
                    .windows(2)
                    .filter(|pair| (law.drift(pair[0]) > 0.0) != (law.drift(pair[1]) > 0.0))
                    .map(|pair| (pair[0], pair[1], law.drift(pair[0]) > 0.0))
                    .collect();
                let above_zero: Vec<_> = rests.iter().filter(|rest| rest.strength > 0.0).collect();
                assert_eq!(
                    found.len(),
                    above_zero.len(),
                    "{depth} {decay}: {found:?} {rests:?}"
                );
                for ((below, above, is_stable), rest) in found.into_iter().zip(above_zero) {
                    assert!(
                        below < rest.strength && rest.strength < above && is_stable == rest.is_stable,
                        "{depth} {decay}: {below} {rest:?} {above}"
                    );
                }
                numbers.push((depth, rests.len()));
            }
        }
    }
    // Every kind was met: one, two and three rest points.
    for expected in [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (5, 3)] {
        assert!(numbers.contains(&expected), "{expected:?}");
    }
}

/// Levels of the loss against those without decay, and against the strengths at which a long flow from a small start rests.
#[test]
fn levels_of_the_loss_are_those_where_the_modes_rest() {
    let laws = |depth: usize, decay: f64| {
        [3.0, 2.0, 0.5].map(|teacher_strength| ModeLaw {
            teacher_strength,
            ..law(depth, decay)
        })
    };
    for depth in 2..=4 {
        assert_eq!(rest_levels(&laws(depth, 0.0)), plateau_levels(&[3.0, 2.0, 0.5]));
    }
    // One layer has the minimum alone: errors m lambda / (1 + lambda).
    let level = |errors: &[f64]| 0.5 * errors.iter().map(|error| error * error).sum::<f64>();
    assert_eq!(rest_levels(&laws(1, 0.0)), [0.0]);
    let found = rest_levels(&laws(1, 0.25));
    assert!(found.len() == 1 && (found[0] - level(&[0.6, 0.4, 0.1])).abs() < 1e-15);
    // Two layers: the threshold takes 0.7 from each mode, and the weakest is not learned.
    let found = rest_levels(&laws(2, 0.7));
    let expected = [
        level(&[3.0, 2.0, 0.5]),
        level(&[0.7, 2.0, 0.5]),
        level(&[0.7, 0.7, 0.5]),
    ];
    assert_eq!(found.len(), 3);
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-14, "{found} {expected}");
    }
    // Three layers: where the integrated flow ends.
    let laws = laws(3, 0.5);
    let ends = laws.map(|law| integrated(&law, law.teacher_strength, 60.0));
    assert!(ends[2] < 1e-6);
    let found = rest_levels(&laws);
    let expected = level(&[3.0 - ends[0], 2.0 - ends[1], 0.5]);
    assert!(
        found.len() == 3 && (found[2] - expected).abs() < 1e-6,
        "{found:?} {expected}"
    );
    assert!(rest_levels(&[]).len() == 1);
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
