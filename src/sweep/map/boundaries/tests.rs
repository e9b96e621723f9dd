//! Every boundary against its closed form.

use std::path::Path;

use super::*;
use crate::sweep::Sweep;

/// A map over two axes, of experiments with these keys.
fn boundaries(axes: [(&str, f64, f64); 2], experiment: &str) -> (Boundaries, MapTable) {
    let mut text = "replicas = 1\nsteps = 3000\n".to_owned();
    for (key, from, to) in axes {
        let scale = if key == "network.depth" { "linear" } else { "log" };
        let axis =
            format!("[[axis]]\nkey = \"{key}\"\nfrom = {from:?}\nto = {to:?}\nn = 16\nscale = \"{scale}\"\n");
        text += &axis;
    }
    let sweep = Sweep::parse(Path::new(""), &format!("{text}{experiment}")).unwrap();
    let table = MapTable::empty(&sweep, vec![(1, 1)]);
    let found = Boundaries::of(&table, sweep.base(), 3000, 0);
    (found, table)
}

/// Points of a law's lines as values of the axes.
fn points(found: &Boundaries, law: Law) -> Vec<[f64; 2]> {
    let of_law = found.all.iter().filter(|boundary| boundary.law == law);
    of_law
        .flat_map(|boundary| boundary.lines.iter().flatten())
        .map(|&at| [found.scales[0].value(at[0]), found.scales[1].value(at[1])])
        .collect()
}

fn assert_all(points: &[[f64; 2]], n: usize, law: impl Fn(f64, f64) -> f64) {
    assert!(points.len() >= n, "{} points", points.len());
    for &[x, y] in points {
        let ratio = law(x, y);
        assert!((ratio - 1.0).abs() < 1e-9, "{x} {y}: {ratio}");
    }
}

const ETA: &str = "live.learning_rate";
const SIGMA: &str = "live.label_noise_std";

#[test]
fn rate_and_batch_of_one_mode() {
    let one = "[experiment]\nteacher.strengths = [1.5]\nnetwork = { d_in = 1, d_out = 1, hidden = [1] }\n\
               live = { label_noise_std = 0.5 }\n";
    let (found, _) = boundaries([(ETA, 1e-3, 3.0), ("live.batch_size", 1.0, 256.0)], one);
    assert_all(&points(&found, Law::DescentUnstable), 50, |eta, _| {
        eta * 3.0 / 2.0
    });
    assert_all(&points(&found, Law::MeanSquareUnstable), 50, |eta, b| {
        eta * 3.0 * (1.0 + 2.0 / b) / 2.0
    });
    // tau (2 m^2 + sigma^2) / (2 m)
    assert_all(&points(&found, Law::Trapped), 3, |eta, b| eta / b * 4.75 / 3.0);
    // From 1e-3 gradient flow takes (ln(m/s0 - 1) + ln 19) / (2 m) to 95 %.
    let time = (1499.0_f64.ln() + 19.0_f64.ln()) / 3.0;
    assert_all(&points(&found, Law::TooShort(0, 3000)), 50, |eta, _| {
        time / (3000.0 * eta)
    });
    // T = tau sigma^2 L m / 2.
    for exponent in [-4, -3] {
        let law = Law::EqualTemperature(0, exponent);
        assert_all(&points(&found, law), 20, |eta, b| {
            eta / b * 0.25 * 1.5 / 10_f64.powi(exponent)
        });
    }
    assert!(points(&found, Law::Lost(0)).is_empty());
}

#[test]
fn rate_and_label_noise_of_four_modes() {
    let four = "[experiment]\nlive = { batch_size = 4 }\n";
    let (found, _) = boundaries([(ETA, 1e-3, 1.0), (SIGMA, 0.1, 10.0)], four);
    for (mode, m) in [4.0, 2.0, 1.0, 0.5].into_iter().enumerate() {
        // Two layers of width 4: eta sigma^2 / B = 2 m / sqrt(16).
        assert_all(&points(&found, Law::Lost(mode)), 10, |eta, sigma| {
            eta * sigma * sigma / 4.0 / (0.5 * m)
        });
        assert_all(&points(&found, Law::PeakGone(mode)), 50, |_, sigma| {
            sigma / (0.5 * m)
        });
    }
    // Where the linear system of the discrete variance ceases to have a solution.
    for [eta, _] in points(&found, Law::MeanSquareUnstable) {
        let variance =
            |eta| crate::theory::discrete_matrix_variance(&[4.0, 2.0, 1.0, 0.5], 0, 2, eta, 4, 1.0);
        assert!(variance(eta * (1.0 - 1e-9)).is_some() && variance(eta * (1.0 + 1e-9)).is_none());
    }
}

#[test]
fn depth_makes_stairs() {
    let (found, _) = boundaries([("network.depth", 1.0, 4.0), (ETA, 1e-3, 3.0)], "");
    let stairs = points(&found, Law::DescentUnstable);
    // Two points a depth, at the edges of its cell.
    assert_all(&stairs, 8, |x, eta| {
        let depth = { 1..=4 }.find(|&depth| x <= f64::from(depth) + 0.5).unwrap_or(0);
        // At an edge two depths meet.
        let limit = |depth: i32| 2.0 / (f64::from(depth) * 4_f64.powf(2.0 - 2.0 / f64::from(depth)));
        let here = [depth, depth + 1].map(|depth| eta / limit(depth));
        if (here[0] - 1.0).abs() < 1e-9 {
            here[0]
        } else {
            here[1]
        }
    });
}

#[test]
fn weight_decay_loses_features() {
    let (found, _) = boundaries([("live.weight_decay", 0.01, 10.0), (ETA, 1e-3, 0.1)], "");
    for (mode, m) in [4.0, 2.0, 1.0, 0.5].into_iter().enumerate() {
        assert_all(&points(&found, Law::Decayed(mode)), 50, |decay, _| decay / m);
    }
}

#[test]
fn laws_that_say_nothing_draw_nothing() {
    let flow = "[experiment]\nengine = \"gradient_flow\"\nlive.label_noise_std = 1\n";
    let (found, _) = boundaries([(ETA, 1e-3, 3.0), ("live.batch_size", 1.0, 256.0)], flow);
    assert!(
        found
            .all
            .iter()
            .all(|boundary| matches!(boundary.law, Law::TooShort(..))),
        "{:?}",
        found.all.len()
    );
    let (found, _) = boundaries([(ETA, 1e-3, 3.0), ("data.n_samples", 4.0, 64.0)], "");
    assert!(found.all.is_empty());
}

#[test]
fn what_is_said_has_the_law_its_formula_and_numbers() {
    let (found, _) = boundaries(
        [(ETA, 1e-3, 1.0), (SIGMA, 0.1, 10.0)],
        "[experiment]\nlive.batch_size = 4\n",
    );
    for boundary in &found.all {
        let text = found.explain(boundary, boundary.lines[0][0]);
        assert!(
            text.contains('=') && text.contains("Here \u{3b7} = ") && !text.contains("NaN"),
            "{text}"
        );
        assert!(!boundary.law.name().is_empty() && !boundary.law.key().is_empty());
    }
    let lost = found
        .all
        .iter()
        .find(|boundary| boundary.law == Law::Lost(3))
        .unwrap();
    let text = found.explain(lost, lost.lines[0][0]);
    assert!(
        text.contains("m = 0.5") && text.contains("0.250 on, here 0.250"),
        "{text}"
    );
}
