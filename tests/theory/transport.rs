//! The law of a mode's strength over time against closed forms, the stationary law, and values from many trajectories.
//!
//! All but the trajectories' values is deterministic. What is left of error comes from the spacing of the quantiles, by its square (halved,
//! it leaves a quarter to a third), and from the steps in time (a tenth of the error allowed leaves a tenth). Each tolerance is some 3 to 4
//! times the largest error found, and says which of the two that is.

use saddlescope::theory::{ModeLaw, StationaryLaw, Transport};

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs(),
        "{what}: {found}, expected {expected}"
    );
}

/// One layer: drift and diffusion make closed equations of mean and second moment. Early the steps in time leave 7e-6 of the width, late the
/// spacing up to 1.1e-4 in the mean and 2.0e-4 in the width.
#[test]
fn one_layer_has_the_moments_of_its_equations() {
    for (sigma, tau, start) in [(0.5, 0.02, 0.0), (0.0, 0.1, -1.0), (1.0, 0.2, 3.0)] {
        let law = ModeLaw {
            depth: 1,
            teacher_strength: 2.0,
            label_noise_std: sigma,
            noise_scale: tau,
            ..ModeLaw::default()
        };
        let mut transport = Transport::new(&law, start).unwrap();
        for time in [0.01, 0.2, 1.0, 3.0] {
            transport.advance_to(time).unwrap();
            let (mean, std) = transport.quantiles().moments();
            let distance: f64 = start - 2.0;
            // u = s - m: d<u^2>/dt = -2 <u^2> + tau (2 <u^2> + sigma^2).
            let rate = 2.0 - 2.0 * tau;
            let rest = tau * sigma * sigma / rate;
            let second = rest + (distance * distance - rest) * (-rate * time).exp();
            let first = distance * (-time).exp();
            let expected = (second - first * first).sqrt();
            let error = (mean - 2.0 - first) / expected;
            assert!(error.abs() < 4e-4, "mean at {time}, tau {tau}: {error:e}");
            close(std, expected, 7e-4, &format!("std at {time}, tau {tau}"));
        }
    }
}

/// Far below the teacher ln s moves at a constant rate with constant noise. There the spacing makes no error, for the quantiles lie on a
/// straight line; the steps in time leave 4.1e-5 of the width four widths from the middle.
#[test]
fn near_the_saddle_of_two_layers_the_law_is_lognormal() {
    let (m, sigma, tau, start) = (1.5, 0.4, 0.03, 1e-12_f64);
    let law = ModeLaw {
        depth: 2,
        teacher_strength: m,
        label_noise_std: sigma,
        noise_scale: tau,
        ..ModeLaw::default()
    };
    let variance = 2.0 * m * m + sigma * sigma;
    let mut transport = Transport::new(&law, start).unwrap();
    for time in [0.1, 1.0, 4.0] {
        transport.advance_to(time).unwrap();
        let place = |normal: f64| transport.quantiles().at(normal).ln() - start.ln();
        let drift = (2.0 * m + tau * variance - 2.0 * tau * variance) * time;
        let std = (4.0 * tau * variance * time).sqrt();
        for normal in [-3.0, -1.0, 0.0, 2.0, 4.0] {
            let expected = drift + std * normal;
            assert!(
                (place(normal) - expected).abs() < 1.5e-4 * std,
                "{time} {normal}: {} {expected}",
                place(normal)
            );
        }
    }
}

/// Long after the mode has been learned its law is the stationary one: in total variation to 1.4e-4, which is the spacing's.
#[test]
fn it_ends_at_the_stationary_law() {
    for (depth, m, sigma, tau) in [
        (2, 1.0, 0.5, 0.01),
        (2, 2.0, 1.0, 0.05),
        (3, 1.0, 0.5, 0.02),
        (1, 1.0, 0.6, 0.05),
    ] {
        let law = ModeLaw {
            depth,
            teacher_strength: m,
            label_noise_std: sigma,
            noise_scale: tau,
            ..ModeLaw::default()
        };
        let law_in_the_end = StationaryLaw::new(&law);
        let stationary = law_in_the_end.as_density().unwrap();
        let mut transport = Transport::new(&law, 0.1).unwrap();
        transport.advance_to(60.0).unwrap();
        let (low, high) = (stationary.quantile(1e-6), stationary.quantile(1.0 - 1e-6));
        let edges: Vec<f64> = (0..=400)
            .map(|i| low + (high - low) * f64::from(i) / 400.0)
            .collect();
        let masses = transport.quantiles().masses(&edges);
        let expected = edges
            .windows(2)
            .map(|pair| stationary.cumulative(pair[1]) - stationary.cumulative(pair[0]));
        let distance: f64 = masses
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .sum::<f64>()
            / 2.0;
        assert!(distance < 5e-4, "depth {depth}, m {m}: {distance}");
    }
}

/// Mean and spread in the middle of the rise, where a scheme that smears what it transports makes the law too wide.
///
/// From 2 million trajectories of ln s by Milstein steps of 0.01 and 0.005 with the same noise, carried on to steps of no length: mean
/// 0.354899, standard error 0.000068, and spread 0.082079, standard error 0.000048. Allowed are four of them: the probability that
/// chance alone makes a false alarm is 6e-5 for each. The law's own error, 1e-6, is far less.
#[test]
fn the_transient_is_not_widened() {
    let law = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        label_noise_std: 1.0,
        noise_scale: 0.005,
        ..ModeLaw::default()
    };
    let mut transport = Transport::new(&law, 0.01).unwrap();
    transport.advance_to(2.0).unwrap();
    let (mean, std) = transport.quantiles().moments();
    assert!((mean - 0.354_899).abs() < 4.0 * 0.000_068, "{mean}");
    assert!((std - 0.082_079).abs() < 4.0 * 0.000_048, "{std}");
}

/// No probability is lost but by rounding, none is negative, and without label noise the law becomes a point at the teacher's strength: of
/// the width 1e-11 at which it is no longer followed.
#[test]
fn mass_is_kept_and_without_label_noise_the_law_becomes_a_point() {
    let law = ModeLaw {
        depth: 3,
        teacher_strength: 1.0,
        label_noise_std: 0.0,
        noise_scale: 1e-3,
        ..ModeLaw::default()
    };
    let mut transport = Transport::new(&law, 1e-3).unwrap();
    let mut widest: f64 = 0.0;
    let edges: Vec<f64> = std::iter::once(0.0)
        .chain((0..=200).map(|i| 10_f64.powf(-8.0 + 0.045 * f64::from(i))))
        .collect();
    for i in 1..=200 {
        transport.advance_to(f64::from(i) * 0.5).unwrap();
        let masses = transport.quantiles().masses(&edges);
        assert!(masses.iter().all(|mass| *mass >= 0.0));
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        widest = widest.max(transport.quantiles().moments().1);
    }
    let (mean, std) = transport.quantiles().moments();
    assert!(
        widest > 0.02 && (mean - 1.0).abs() < 5e-11 && std < 5e-11,
        "{widest} {mean} {std}"
    );
    assert!(transport.is_point());
}

#[test]
fn without_noise_or_at_the_saddle_there_is_no_law() {
    let law = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        noise_scale: 0.01,
        ..ModeLaw::default()
    };
    assert!(Transport::new(&law, 0.1).is_some());
    let still = ModeLaw {
        noise_scale: 0.0,
        ..law
    };
    assert!(Transport::new(&still, 0.1).is_none());
    for start in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(Transport::new(&law, start).is_none(), "{start}");
    }
}

/// A law that has become a point spreads again when label noise is raised, and one without noise is carried on by its drift.
#[test]
fn a_point_spreads_again_and_a_law_without_noise_goes_on() {
    let law = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        noise_scale: 0.01,
        ..ModeLaw::default()
    };
    let noisy = ModeLaw {
        label_noise_std: 0.5,
        ..law
    };
    let mut transport = Transport::new(&law, 0.1).unwrap();
    transport.advance_to(40.0).unwrap();
    assert!(transport.is_point());
    transport.set_law(&noisy);
    transport.advance_to(80.0).unwrap();
    let law_in_the_end = StationaryLaw::new(&noisy);
    let expected = law_in_the_end.as_density().unwrap();
    let (mean, std) = transport.quantiles().moments();
    // By the spacing: found are 1.6e-8 and 1.4e-5.
    close(mean, expected.mean(), 6e-8, "mean");
    close(std * std, expected.variance(), 5e-5, "variance");
    // The whole batch in the middle of the rise: quantiles go on by gradient flow.
    let still = ModeLaw {
        noise_scale: 0.0,
        ..law
    };
    let mut transport = Transport::new(&law, 0.1).unwrap();
    transport.advance_to(1.0).unwrap();
    let before = transport.quantiles().at(1.0);
    transport.set_law(&still);
    transport.advance_to(2.0).unwrap();
    let flow = saddlescope::theory::StrengthCurve::new(2, 1.0, before);
    close(
        transport.quantiles().at(1.0),
        flow.at(1.0),
        // By the steps in time: found is 3.4e-7.
        1.4e-6,
        "gradient flow of a quantile",
    );
    // Weight decay moves a point to where the mode then ends.
    let mut transport = Transport::new(&law, 0.1).unwrap();
    transport.advance_to(40.0).unwrap();
    let decayed = ModeLaw {
        noise_scale: 0.0,
        weight_decay: 0.1,
        ..law
    };
    transport.set_law(&decayed);
    transport.advance_to(60.0).unwrap();
    close(
        transport.quantiles().at(0.0),
        decayed.learned_strength(),
        // A point is at rest where its way is too short to be followed: found is 1.0e-11.
        4e-11,
        "end with decay",
    );
    // A mode that decay loses ends as good as at zero, without a fault.
    let lost = ModeLaw {
        weight_decay: 2.0,
        ..law
    };
    let mut transport = Transport::new(&law, 0.1).unwrap();
    transport.set_law(&lost);
    transport.advance_to(2000.0).unwrap();
    assert!(transport.quantiles().at(5.0) < 1e-200);
}
