//! Every boundary against its closed form.

use std::path::Path;

use super::*;
use crate::sweep::Sweep;

/// A map over two axes, of experiments with these keys, whose runs are 3000 steps long.
fn boundaries(axes: [(&str, f64, f64); 2], experiment: &str) -> (Boundaries, MapTable) {
    boundaries_until("steps = 3000", axes, experiment)
}

fn boundaries_until(stop: &str, axes: [(&str, f64, f64); 2], experiment: &str) -> (Boundaries, MapTable) {
    let mut text = format!("replicas = 1\n{stop}\n");
    for (key, from, to) in axes {
        let scale = if key == "network.depth" { "linear" } else { "log" };
        let axis =
            format!("[[axis]]\nkey = \"{key}\"\nfrom = {from:?}\nto = {to:?}\nn = 16\nscale = \"{scale}\"\n");
        text += &axis;
    }
    let sweep = Sweep::parse(Path::new(""), &format!("{text}{experiment}")).unwrap();
    let table = MapTable::empty(&sweep, vec![(1, 1)]);
    let found = Boundaries::of(&table, sweep.base(), Some(sweep.stop), 0);
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
    assert_all(
        &points(&found, Law::TooShort(0, Stop::Steps(3000))),
        50,
        |eta, _| time / (3000.0 * eta),
    );
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
fn weight_decay_limits_the_learning_rate_by_the_largest_curvature() {
    let axes = [("live.weight_decay", 0.01, 10.0), (ETA, 1e-2, 3.0)];
    let one = "[experiment]\nteacher.strengths = [1.5]\nnetwork = { d_in = 1, d_out = 1, hidden = [1] }\n\
               live = { label_noise_std = 0.5 }\n";
    let (found, _) = boundaries(axes, one);
    let limit = points(&found, Law::DescentUnstable);
    // Two layers: 2 (m - lambda) along the mode and 2 lambda across; nothing is left of it from lambda = m on.
    assert_all(&limit, 40, |decay, eta| {
        eta * (2.0 * (1.5 - decay)).max(2.0 * decay) / 2.0
    });
    assert!(limit.iter().all(|[decay, _]| *decay < 1.5));
    // With a second mode, of which 2 - lambda is left, their entries in each other's rows are curved by s_1 + s_2 + 2 lambda.
    let (found, _) = boundaries(axes, "");
    assert_all(&points(&found, Law::DescentUnstable), 40, |decay, eta| {
        eta * (2.0 * (4.0 - decay)).max(6.0).max(2.0 * decay) / 2.0
    });
}

#[test]
fn laws_without_weight_decay_say_nothing_with_it() {
    let axes = [(ETA, 1e-3, 3.0), (SIGMA, 0.1, 10.0)];
    let is_of_decay = |experiment: &str| {
        let (found, _) = boundaries(axes, experiment);
        let is_without = |boundary: &Boundary| {
            matches!(
                boundary.law,
                Law::MeanSquareUnstable | Law::Lost(_) | Law::PeakGone(_) | Law::Trapped
            )
        };
        assert!(!points(&found, Law::DescentUnstable).is_empty());
        found.all.iter().filter(|boundary| is_without(boundary)).count()
    };
    assert_eq!(is_of_decay("[experiment]\nlive = { weight_decay = 0.1 }\n"), 0);
    // The mean square, and each of four features lost and without a peak.
    assert_eq!(is_of_decay(""), 9);
    let (found, _) = boundaries(
        [("live.weight_decay", 1e-3, 1.0), (SIGMA, 0.1, 10.0)],
        "[experiment]\nteacher.strengths = [1]\nnetwork = { d_in = 1, d_out = 1, hidden = [1] }\n",
    );
    let laws: Vec<Law> = found.all.iter().map(|boundary| boundary.law).collect();
    assert!(
        laws.iter()
            .all(|law| matches!(law, Law::DescentUnstable | Law::Decayed(_) | Law::TooShort(..))),
        "{laws:?}"
    );
}

#[test]
fn within_a_decade_there_are_no_levels_and_what_crosses_it_is_found() {
    // eta / B stays between two powers of ten.
    let (found, _) = boundaries([(ETA, 0.15, 0.35), ("live.batch_size", 8.0, 9.0)], "");
    assert_all(&points(&found, Law::DescentUnstable), 50, |eta, _| eta / 0.25);
    assert!(found.all.iter().all(|boundary| !boundary.law.is_level()));
}

#[test]
fn a_time_at_which_runs_stop_is_the_same_at_every_learning_rate() {
    let axes = [("init.strength", 1e-6, 1.0), (ETA, 1e-3, 0.1)];
    let (found, _) = boundaries_until("time = 1.5", axes, "[experiment]\nlive.learning_rate = 0.07\n");
    let line = points(&found, Law::TooShort(0, Stop::Time(1.5)));
    // (ln(m/s0 - 1) + ln 19) / (2 m) of m = 4 is the time.
    assert_all(&line, 50, |start, _| {
        ((4.0 / start - 1.0).ln() + 19_f64.ln()) / 8.0 / 1.5
    });
    let rates = line.iter().map(|[_, eta]| *eta);
    assert!(rates.clone().fold(f64::INFINITY, f64::min) < 1.1e-3 && rates.fold(0.0, f64::max) > 0.09);
    let boundary = { found.all.iter() }
        .find(|boundary| boundary.law.mode() == Some(0))
        .unwrap();
    assert_eq!(boundary.law.name(), "needs the time 1.5");
    assert_eq!(boundary.law.key(), "more training time needed than the run has");
    let settled = boundaries_until("settled = 9\nsteps = 700", axes, "").0;
    let law = Law::TooShort(
        0,
        Stop::Settled {
            counts: 9,
            most_steps: 700,
        },
    );
    assert_all(&points(&settled, law), 50, |start, eta| {
        ((4.0 / start - 1.0).ln() + 19_f64.ln()) / 8.0 / (700.0 * eta)
    });
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

/// What a law says at values of the axes.
fn said(axes: [(&str, f64, f64); 2], experiment: &str, law: Law, at: [f64; 2]) -> String {
    let (found, _) = boundaries(axes, experiment);
    let boundary = Boundary {
        law,
        lines: Vec::new(),
    };
    let position = [0, 1].map(|i| found.scales[i].position(at[i]));
    found.explain(&boundary, position)
}

#[test]
fn what_is_said_is_said_so() {
    let axes = [(ETA, 1e-3, 1.0), ("live.batch_size", 1.0, 256.0)];
    let at = [0.1, 8.0];
    let text = said(axes, "", Law::DescentUnstable, at);
    let descent = "Largest stable learning rate of gradient descent";
    assert_eq!(
        text,
        format!(
            "{descent}: \u{3b7} = 2 / (L m^(2\u{2212}2/L)) of the strongest feature = 0.250 for L = 2, m = 4. Here \u{3b7} = 0.100, B = 8.00."
        )
    );
    let text = said(
        axes,
        "[experiment]\nlive.momentum = 0.9\n",
        Law::DescentUnstable,
        at,
    );
    assert_eq!(
        text,
        format!(
            "{descent} with momentum: \u{3b7} = 2(1 + \u{3bc}) / (L m^(2\u{2212}2/L)) of the strongest feature = 0.475 for L = 2, m = 4, \
             \u{3bc} = 0.900. Here \u{3b7} = 0.100, B = 8.00."
        )
    );
    let nesterov = "[experiment]\nengine = \"nesterov\"\nlive.momentum = 0.5\n";
    let text = said(axes, nesterov, Law::DescentUnstable, at);
    assert!(
        text.contains("2(1 + \u{3bc})/(1 + 2\u{3bc}) / (L") && text.contains("= 0.188 for"),
        "{text}"
    );
    let text = said(
        axes,
        "[experiment]\nlive.weight_decay = 0.5\n",
        Law::DescentUnstable,
        at,
    );
    assert_eq!(
        text,
        format!(
            "{descent}: \u{3b7} = 2 / c = 0.286, c = 7.00 being the largest curvature of the loss at the minimum that weight decay leaves \
             (L = 2, m = 4, \u{3bb} = 0.500). Here \u{3b7} = 0.100, B = 8.00."
        )
    );
    let noisy = "[experiment]\nlive.label_noise_std = 1\n";
    let text = said(axes, noisy, Law::Lost(3), at);
    assert!(
        text.contains("N the sum of the strengths that are left"),
        "{text}"
    );
    assert!(
        text.ends_with("here 0.0125. Reached after long times only. Here \u{3b7} = 0.100, B = 8.00."),
        "{text}"
    );
}

#[test]
fn what_is_an_estimate_is_said_to_be_one() {
    let axes = [(ETA, 1e-3, 1.0), ("live.batch_size", 1.0, 256.0)];
    let at = [0.01, 8.0];
    let law = Law::TooShort(0, Stop::Steps(3000));
    let text = said(axes, "", law, at);
    // (ln 3999 + ln 19) / 8 / 0.01 steps.
    let rest = "in 140 steps here; a run has 3\u{2009}000. Here \u{3b7} = 0.0100, B = 8.00.";
    assert_eq!(text, format!("Gradient flow learns feature 1 (95 %) {rest}"));
    // Two layers of width 4: std^2 sqrt(4) = 1e-3.
    let std = 5e-4_f64.sqrt();
    let random = format!("[experiment]\ninit = {{ scheme = \"gaussian\", std = {std:?} }}\n");
    let text = said(axes, &random, law, at);
    assert_eq!(
        text,
        format!("From a start of typical size, as an estimate, gradient flow learns feature 1 (95 %) {rest}")
    );
    for (whiten, words) in [
        (
            true,
            "It holds for white inputs, as the stored ones are, and for the strengths of the teacher.",
        ),
        (
            false,
            "It holds for white inputs; for the stored ones it is an estimate.",
        ),
    ] {
        let stored =
            format!("[experiment]\ndata = {{ kind = \"dataset\", n_samples = 64, whiten = {whiten} }}\n");
        let text = said(axes, &stored, Law::DescentUnstable, at);
        assert!(
            text.ends_with(&format!("{words} Here \u{3b7} = 0.0100, B = 8.00.")),
            "{text}"
        );
    }
}
