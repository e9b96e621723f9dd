//! The paper's claim on whole runs: the exact diffusion along a mode peaks before its feature is learned, where and as early
//! as theory says. The figures are those of independent simulations.

use saddlescope::experiment::{Basis, Engine, Experiment, InitScheme};
use saddlescope::observables::Quantity;
use saddlescope::observables::events::{EventDetector, ModeEvents};
use saddlescope::simulation::{Simulation, StepOutcome};
use saddlescope::stats::quantile;

/// Runs until every mode is learned, a row every `stride` steps.
fn events_of(experiment: &Experiment, stride: u64, n_steps: u64) -> (Vec<ModeEvents>, EventDetector) {
    let mut simulation = Simulation::new(experiment).unwrap();
    let mut detector = simulation.event_detector();
    let mut row = Vec::new();
    while simulation.step() < n_steps && !detector.modes().all(|mode| mode.learned.is_some()) {
        row.clear();
        simulation.observe(&mut row);
        detector.observe(&row);
        assert_eq!(simulation.advance(stride), StepOutcome::Advanced);
    }
    (detector.modes().collect(), detector)
}

#[test]
fn half_times_and_leads_of_the_first_lesson() {
    let experiment = Experiment {
        engine: Engine::GradientFlow,
        ..Experiment::default()
    };
    let mut simulation = Simulation::new(&experiment).unwrap();
    let mut detector = simulation.event_detector();
    let schema = simulation.schema();
    // The first rows after the predicted ln(m / s0 - 1) / (2 m eta) = 207.3, 380.0, 690.7, 1242.5.
    let mut half_times = [None; 4];
    let mut row = Vec::new();
    for step in 0..3000 {
        row.clear();
        simulation.advance_to(step);
        simulation.observe(&mut row);
        detector.observe(&row);
        for (mode, half_time) in half_times.iter_mut().enumerate() {
            let strength = row[schema.column(Quantity::Strength, mode)];
            if strength >= 0.5 * experiment.teacher.strengths[mode] {
                half_time.get_or_insert(step);
            }
        }
    }
    assert_eq!(half_times, [208, 381, 691, 1243].map(Some));
    for (mode, (events, strength)) in detector.modes().zip(&experiment.teacher.strengths).enumerate() {
        let lead = events.lead().unwrap();
        // Peak and learning are each seen at the row after them, and at the flat top of D the rows decide: 1 step.
        let predicted = 19_f64.ln() / (2.0 * strength * 0.005);
        assert!((lead.steps_predicted().unwrap() - predicted).abs() < 1e-6 * predicted);
        assert!(
            (lead.steps as f64 - predicted).abs() <= 1.0,
            "mode {mode}: {lead:?}"
        );
        assert!((lead.ratio().unwrap() - 1.0).abs() < 0.02);
    }
    let names: Vec<_> = detector.events_from(0).map(|event| event.kind.name()).collect();
    assert_eq!(names.iter().filter(|name| **name == "plateau_entered").count(), 5);
    assert_eq!(names.iter().filter(|name| **name == "peak_confirmed").count(), 4);
    assert_eq!(detector.headline().to_string(), "all 4 features are learned");
}

#[test]
fn the_peak_of_a_single_mode_moves_and_vanishes_with_label_noise() {
    for (sigma, expected) in [(0.2, Some(0.521)), (0.45, Some(0.641)), (0.55, None)] {
        let mut experiment = Experiment {
            engine: Engine::GradientFlow,
            ..Experiment::default()
        };
        experiment.teacher.strengths = vec![1.0];
        experiment.network.d_in = 1;
        experiment.network.d_out = 1;
        experiment.network.hidden = vec![1];
        experiment.live.learning_rate = 0.001;
        experiment.live.label_noise_std = sigma;
        let (modes, _) = events_of(&experiment, 1, 20_000);
        assert!(modes[0].learned.is_some());
        let found = modes[0].peak.map(|peak| peak.strength);
        assert_eq!(found.is_some(), expected.is_some(), "sigma = {sigma}: {found:?}");
        if let (Some(found), Some(expected)) = (found, expected) {
            assert!((found - expected).abs() < 0.001, "sigma = {sigma}: {found}");
        }
    }
}

#[test]
fn unaligned_wide_network_under_label_noise() {
    // The seed is fixed; the 96 peaks of 24 seeds lay between .487 and .558.
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![5.0, 3.6, 2.4, 1.4];
    experiment.teacher.basis = Basis::Random;
    experiment.network.d_in = 6;
    experiment.network.d_out = 6;
    experiment.network.hidden = vec![10];
    experiment.init.scheme = InitScheme::Gaussian;
    experiment.init.std = 1e-3;
    experiment.live.learning_rate = 0.004;
    experiment.live.batch_size = 4;
    experiment.live.label_noise_std = 0.3;
    let (modes, _) = events_of(&experiment, 1, 20_000);
    for (events, strength) in modes.iter().zip(&experiment.teacher.strengths) {
        let peak = events.peak.unwrap();
        let fraction = peak.strength / strength;
        // An independent program saw .55, .51, .53, .52 with its own draws.
        assert!(peak.confirmed && (0.45..0.62).contains(&fraction), "{events:?}");
        assert!(events.lead().unwrap().steps > 0);
    }
}

#[test]
fn over_seeds_the_peak_is_at_half_strength_and_leads_as_predicted() {
    let mut fractions = Vec::new();
    let mut leads = vec![Vec::new(); 4];
    for seed in 1..=24 {
        let mut experiment = Experiment {
            seed,
            ..Experiment::default()
        };
        experiment.teacher.basis = Basis::Random;
        experiment.init.scheme = InitScheme::Gaussian;
        experiment.init.std = 0.005;
        let (modes, _) = events_of(&experiment, 1, 20_000);
        for (mode, events) in modes.iter().enumerate() {
            // Before 95 % in every seed and mode: there is a lead.
            let lead = events.lead().unwrap();
            leads[mode].push(lead.steps as f64);
            fractions.push(events.peak.unwrap().strength / experiment.teacher.strengths[mode]);
        }
    }
    let mut at = |probability| quantile(&mut fractions, probability).unwrap();
    let (lower, median, upper) = (at(0.25), at(0.5), at(0.75));
    assert!((median - 0.50).abs() < 0.01, "{median}");
    assert!(
        (0.48..0.50).contains(&lower) && (0.50..0.52).contains(&upper),
        "{lower} {upper}"
    );
    // Medians seen by an independent program: 75, 150, 300, 590; predicted 74, 147, 294, 589.
    for (leads, predicted) in leads.iter_mut().zip([73.6, 147.2, 294.4, 588.9]) {
        let median = quantile(leads, 0.5).unwrap();
        assert!(
            (median / predicted - 1.0).abs() < 0.03,
            "{median} against {predicted}"
        );
    }
}

/// Median over 24 seeds in unaligned networks under label noise: `s*/m` = .521, .641 and no peak at all. The seeds are
/// fixed; the 24 peaks at .45 lay between .639 and .643.
#[test]
fn over_seeds_label_noise_moves_the_peak_of_sgd_and_takes_it_away() {
    for (sigma, expected) in [(0.2, Some(0.521)), (0.45, Some(0.641)), (0.55, None)] {
        let mut peaks = Vec::new();
        for seed in 1..=24 {
            let mut experiment = Experiment {
                seed,
                ..Experiment::default()
            };
            experiment.teacher.strengths = vec![1.0];
            experiment.teacher.basis = Basis::Random;
            experiment.init.scheme = InitScheme::Gaussian;
            experiment.init.std = 0.005;
            experiment.live.label_noise_std = sigma;
            let (modes, _) = events_of(&experiment, 1, 20_000);
            assert!(modes[0].learned.is_some(), "sigma = {sigma}, seed {seed}");
            peaks.extend(modes[0].peak.map(|peak| peak.strength));
        }
        match expected {
            Some(expected) => {
                assert_eq!(peaks.len(), 24, "sigma = {sigma}");
                let median = quantile(&mut peaks, 0.5).unwrap();
                assert!((median - expected).abs() < 0.003, "sigma = {sigma}: {median}");
            }
            None => assert!(peaks.is_empty(), "sigma = {sigma}: {peaks:?}"),
        }
    }
}

/// `ln(m / s0 - 1) / (2 m eta)` = 207.3, 380.0, 690.7, 1242.5 steps. An independent run of SGD passed them at 210, 390, 700 and
/// 1250, looking every 10 steps. What is expected here adds half a step, for rows are whole steps, and what Euler's steps lag
/// behind the flow `dw/dt = f`, `ln(f / f0) / 2` of them, `f / f0 = sqrt(m / (2 s0)) / 2`. Over seeds the half-times scatter by 4, 4,
/// 8 and 8 steps, so the mean of 24 errs by 0.9 or 1.6: false alarm at 5 of these 6e-7 each.
#[test]
fn over_seeds_sgd_passes_half_strength_when_predicted() {
    let n_seeds = 24_u32;
    let mut sums = [0.0; 4];
    for seed in 1..=n_seeds {
        let experiment = Experiment {
            seed: u64::from(seed),
            ..Experiment::default()
        };
        let mut simulation = Simulation::new(&experiment).unwrap();
        let schema = simulation.schema();
        let (mut row, mut half_times) = (Vec::new(), [None; 4]);
        while half_times.contains(&None) && simulation.step() < 2000 {
            row.clear();
            simulation.observe(&mut row);
            for (mode, half_time) in half_times.iter_mut().enumerate() {
                if row[schema.column(Quantity::Strength, mode)] >= 0.5 * experiment.teacher.strengths[mode] {
                    half_time.get_or_insert(simulation.step());
                }
            }
            assert_eq!(simulation.advance(1), StepOutcome::Advanced);
        }
        for (sum, half_time) in sums.iter_mut().zip(half_times) {
            *sum += half_time.unwrap() as f64;
        }
    }
    let predicted = [
        (4.0, 207.3, 0.9),
        (2.0, 380.0, 0.9),
        (1.0, 690.7, 1.6),
        (0.5, 1242.5, 1.6),
    ];
    for (sum, (strength, of_flow, error)) in sums.iter().zip(predicted) {
        let mean = sum / f64::from(n_seeds);
        let speeds: f64 = 0.5 * (strength / 2e-3_f64).sqrt();
        let expected = of_flow + 0.5 + 0.5 * speeds.ln();
        assert!((mean - expected).abs() < 5.0 * error, "{mean} against {expected}");
    }
}
