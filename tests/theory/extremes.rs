//! Sweep over the corners of the domain: nothing is NaN, nothing panics, probabilities are probabilities.

use saddlescope::theory::{
    ModeLaw, StationaryLaw, StrengthCurve, boltzmann_density, discrete_matrix_variance, discrete_variance,
    peak_lead,
};

const DEPTHS: [usize; 8] = [1, 2, 3, 4, 5, 10, 25, 50];
const TEACHERS: [f64; 7] = [0.0, 1e-6, 1e-3, 0.3, 1.0, 40.0, 1e6];
const LABEL_NOISES: [f64; 7] = [0.0, 1e-9, 1e-3, 0.1, 1.0, 7.0, 100.0];
const NOISE_SCALES: [f64; 7] = [0.0, 1e-8, 1e-4, 0.02, 0.5, 3.0, 100.0];
const STRENGTHS: [f64; 12] = [
    -1e6, -1.0, -1e-12, 0.0, 1e-300, 1e-12, 1e-3, 0.2, 1.0, 33.0, 1e6, 1e9,
];

fn laws() -> impl Iterator<Item = ModeLaw> {
    DEPTHS.into_iter().flat_map(|depth| {
        TEACHERS.into_iter().flat_map(move |teacher_strength| {
            LABEL_NOISES.into_iter().flat_map(move |label_noise_std| {
                NOISE_SCALES.map(|noise_scale| ModeLaw {
                    depth,
                    teacher_strength,
                    label_noise_std,
                    noise_scale,
                    ..ModeLaw::default()
                })
            })
        })
    })
}

#[test]
fn scalar_law() {
    for law in laws() {
        for strength in STRENGTHS {
            for value in [
                law.drift(strength),
                law.diffusion(strength),
                boltzmann_density(&law, strength),
            ] {
                assert!(!value.is_nan(), "{law:?} at {strength}");
            }
            assert!(law.diffusion(strength) >= 0.0, "{law:?} at {strength}");
        }
        for value in [law.temperature(), law.relaxation_time(), law.peak_vanishes_at()] {
            assert!(value >= 0.0, "{law:?}");
        }
        if let Some(peak) = law.diffusion_peak() {
            assert!(peak > 0.0 && peak < law.teacher_strength, "{law:?}: {peak}");
            assert!(peak_lead(&law, 0.95).is_some_and(|lead| lead > 0.0), "{law:?}");
        }
        for batch_size in [1, 1000] {
            let learning_rate = law.noise_scale * batch_size as f64;
            let strengths = [law.teacher_strength, 0.5, 0.0];
            let matrix = discrete_matrix_variance(
                &strengths,
                0,
                law.depth,
                learning_rate,
                batch_size,
                law.label_noise_std,
            );
            for variance in [discrete_variance(&law, learning_rate, batch_size), matrix]
                .into_iter()
                .flatten()
            {
                assert!(variance >= 0.0 && variance.is_finite(), "{law:?}");
            }
        }
    }
}

#[test]
fn stationary_law() {
    let mut n_densities = 0;
    for law in laws() {
        let stationary = StationaryLaw::new(&law);
        let Some(density) = stationary.as_density() else {
            continue;
        };
        n_densities += 1;
        let mut below = 0.0;
        let probabilities = [1e-9, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0 - 1e-9];
        let mut strengths: Vec<f64> = probabilities
            .iter()
            .map(|p| density.quantile(*p))
            .chain(STRENGTHS)
            .collect();
        strengths.sort_by(f64::total_cmp);
        for strength in strengths {
            let cumulative = density.cumulative(strength);
            // Rounding of the table: neighbouring values may be out of order by it, never more.
            assert!(
                (below - 1e-12..=1.0).contains(&cumulative),
                "{law:?} at {strength}: {below} then {cumulative}"
            );
            assert!(density.density(strength) >= 0.0, "{law:?} at {strength}");
            below = cumulative;
        }
        assert!(density.mean().is_finite() && density.variance() >= 0.0, "{law:?}");
        assert!(density.mean() >= 0.0, "{law:?}: {}", density.mean());
        assert!(density.skewness().is_none_or(f64::is_finite), "{law:?}");
        let (low, high) = (density.quantile(0.25), density.quantile(0.75));
        // Where rounding of the strength does not merge the quartiles, half of the mass lies between them.
        if high - low > 1e-6 * high.abs() && low > 1e-290 {
            let half = density.cumulative(high) - density.cumulative(low);
            assert!((half - 0.5).abs() < 1e-8, "{law:?}: {half}");
        }
    }
    assert!(n_densities > 1000, "{n_densities}");
}

#[test]
fn strength_curve() {
    for depth in DEPTHS.into_iter().chain([100, 1000]) {
        for teacher in TEACHERS {
            for start in STRENGTHS {
                let curve = StrengthCurve::new(depth, teacher, start);
                let mut previous = curve.at(0.0);
                let is_rising = previous <= teacher;
                for time in [1e-9, 1e-3, 1.0, 30.0, 1e4, 1e9, 1e15, 1e300] {
                    let strength = curve.at(time);
                    let slack = 1e-9 * strength.abs();
                    let is_ordered = if is_rising {
                        strength >= previous - slack
                    } else {
                        strength <= previous + slack
                    };
                    assert!(
                        is_ordered,
                        "depth {depth}, m {teacher}, s0 {start}, t {time}: {previous}, {strength}"
                    );
                    previous = strength;
                }
                for strength in STRENGTHS {
                    let time = curve.time_to_reach(strength);
                    assert!(
                        time.is_none_or(|time| time >= 0.0),
                        "depth {depth}, m {teacher}, s0 {start}"
                    );
                }
            }
        }
    }
}
