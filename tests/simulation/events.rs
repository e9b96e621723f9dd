//! The event detector on rows made by hand: along the diffusion law, with the kinks a run can have.

use std::sync::Arc;

use saddlescope::dynamics::{LiveParams, Sampling};
use saddlescope::model::{Basis, Risk, Teacher};
use saddlescope::observables::events::{Activity, EventDetector, EventKind, ModeEvents};
use saddlescope::observables::{Quantity, Schema};
use saddlescope::random::{Purpose, stream};
use saddlescope::theory::ModeLaw;

const LIVE: LiveParams = LiveParams {
    learning_rate: 0.01,
    batch_size: 10,
    label_noise_std: 0.0,
    ..LiveParams::DEFAULT
};

/// A detector with rows of two-layer modes that lie on the diffusion law, unless told otherwise.
struct Run {
    detector: EventDetector,
    strengths: Vec<f64>,
    live: LiveParams,
    step: u64,
}

impl Run {
    fn new(strengths: &[f64], label_noise_std: f64) -> Self {
        let live = LiveParams {
            label_noise_std,
            ..LIVE
        };
        let rank = strengths.len();
        let mut generator = stream(1, Purpose::Teacher);
        let teacher = Teacher::new(rank, rank, strengths, Basis::Identity, &mut generator);
        let risk = Risk::online(Arc::new(teacher));
        Self {
            detector: EventDetector::new(&risk, Sampling::Replacement, 2, live),
            strengths: strengths.to_vec(),
            live,
            step: 0,
        }
    }

    fn law(&self, mode: usize) -> ModeLaw {
        ModeLaw {
            depth: 2,
            teacher_strength: self.strengths[mode],
            label_noise_std: self.live.label_noise_std,
            noise_scale: self.live.noise_scale(),
            ..ModeLaw::default()
        }
    }

    /// One row with every mode at the given fraction of its teacher's strength, diffusions multiplied by `factor`.
    fn push_scaled(&mut self, fractions: &[f64], factor: f64) {
        let schema = Schema::new(self.strengths.len(), 2);
        let mut row = vec![0.0; schema.n_columns()];
        row[Schema::STEP] = self.step as f64;
        row[Schema::TIME] = self.step as f64 * LIVE.learning_rate;
        for (mode, fraction) in fractions.iter().enumerate() {
            let strength = fraction * self.strengths[mode];
            row[schema.column(Quantity::Strength, mode)] = strength;
            row[schema.column(Quantity::Drift, mode)] = self.law(mode).flow_drift(strength);
            row[schema.column(Quantity::Diffusion, mode)] = factor * self.law(mode).diffusion(strength);
        }
        self.detector.observe(&row);
        self.step += 1;
    }

    fn push(&mut self, fractions: &[f64]) {
        self.push_scaled(fractions, 1.0);
    }

    /// One mode, from one fraction to another in steps of a thousandth.
    fn sweep(&mut self, from: f64, to: f64) {
        let n = ((to - from).abs() * 1000.0).round();
        for i in 0..=n as u32 {
            self.push(&[from + (to - from) * f64::from(i) / n]);
        }
    }

    fn set_live(&mut self, live: LiveParams) {
        self.live = live;
        self.detector
            .set_live(self.step, self.step as f64 * LIVE.learning_rate, live);
    }

    fn mode(&self, mode: usize) -> ModeEvents {
        self.detector.modes().nth(mode).unwrap()
    }

    fn names(&self) -> Vec<&'static str> {
        self.detector
            .events_from(0)
            .map(|event| event.kind.name())
            .collect()
    }
}

#[test]
fn the_peak_of_the_law_is_found_and_then_stands() {
    let mut run = Run::new(&[2.0], 0.0);
    run.sweep(0.001, 0.5);
    // Still rising: the largest value so far is the newest.
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| peak.step == 499 && !peak.confirmed)
    );
    run.sweep(0.501, 0.949);
    let peak = run.mode(0).peak.unwrap();
    assert!(peak.confirmed && (peak.strength - 1.0).abs() < 1e-12);
    assert!((peak.diffusion - run.law(0).diffusion(1.0)).abs() < 1e-15);
    assert_eq!(run.mode(0).lead(), None);
    run.sweep(0.95, 1.0);
    let lead = run.mode(0).lead().unwrap();
    assert_eq!(lead.steps, 450);
    assert!((lead.time_predicted.unwrap() - 19_f64.ln() / 4.0).abs() < 1e-12);
    assert!((lead.steps_predicted().unwrap() - 19_f64.ln() / 4.0 / 0.01).abs() < 1e-9);
    assert!((lead.ratio().unwrap() - 4.5 / (19_f64.ln() / 4.0)).abs() < 1e-9);
    let order = [
        "plateau_entered",
        "plateau_left",
        "peak_provisional",
        "peak_confirmed",
        "plateau_entered",
        "learned",
    ];
    assert_eq!(run.names(), order);
    // Fluctuations about the minimum, far larger than the peak was, are no peak.
    let before = run.mode(0);
    for i in 0..1000 {
        run.push_scaled(&[0.97 + 0.06 * f64::from(i % 2)], 1e6 * f64::from(1 + i % 7));
    }
    assert_eq!(run.mode(0), before);
    assert_eq!(run.names(), order);
}

#[test]
fn strong_label_noise_leaves_no_peak() {
    // s*/m of theory.md for m = 1: .521, .641, none.
    for (sigma, expected) in [(0.2, Some(0.521)), (0.45, Some(0.641)), (0.55, None)] {
        let mut run = Run::new(&[1.0], sigma);
        run.sweep(0.001, 1.0);
        let mode = run.mode(0);
        assert!(mode.learned.is_some_and(|moment| moment.step == 949), "{mode:?}");
        let found = mode.peak.map(|peak| peak.strength);
        match (found, expected) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 0.001, "{found}"),
            (None, None) => assert!(mode.lead().is_none()),
            other => unreachable!("sigma {sigma}: {other:?}"),
        }
    }
}

#[test]
fn a_strength_that_falls_back_takes_the_diffusion_with_it_and_makes_no_peak() {
    // Without a peak in the law, D falls with s alone.
    let mut run = Run::new(&[1.0], 1.0);
    run.sweep(0.001, 0.6);
    run.sweep(0.6, 0.3);
    run.sweep(0.3, 1.0);
    assert_eq!(run.mode(0).peak, None);
    assert!(!run.names().contains(&"peak_confirmed"));
    assert!(run.names().contains(&"peak_withdrawn"));
    // With one, a fall before it is no peak and the one after it is.
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.001, 0.4);
    run.sweep(0.4, 0.2);
    assert!(run.mode(0).peak.is_some_and(|peak| !peak.confirmed));
    run.sweep(0.2, 1.0);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| (peak.strength - 0.5).abs() < 1e-9 && peak.confirmed)
    );
}

#[test]
fn a_run_that_starts_beyond_the_peak_has_none() {
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.6, 1.0);
    assert_eq!(run.mode(0).peak, None);
    assert!(run.mode(0).learned.is_some());
}

#[test]
fn bumps_at_the_saddle_are_no_peaks_and_a_larger_peak_replaces_a_smaller() {
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.001, 0.03);
    for i in 0..100 {
        run.push_scaled(&[0.03 + 1e-4 * f64::from(i)], 20.0);
    }
    run.sweep(0.04, 0.2);
    assert_eq!(run.detector.events_from(0).count(), 2, "{:?}", run.names());
    // A bump of the transition is confirmed, and gives way to the true peak.
    for i in 0..10 {
        run.push_scaled(&[0.2 + 1e-4 * f64::from(i)], 1.3);
    }
    run.sweep(0.201, 0.202);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| peak.confirmed && peak.strength < 0.21)
    );
    run.sweep(0.202, 1.0);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| peak.confirmed && (peak.strength - 0.5).abs() < 1e-9)
    );
}

#[test]
fn changes_of_learning_rate_and_batch_size_make_no_peak() {
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.001, 0.3);
    // D falls to a twentieth, at a strength well before the peak.
    run.set_live(LiveParams {
        learning_rate: 0.005,
        batch_size: 100,
        ..run.live
    });
    run.sweep(0.301, 0.4);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| !peak.confirmed && (peak.strength - 0.4).abs() < 1e-9)
    );
    // And rises again, past the peak.
    run.sweep(0.401, 0.7);
    let peak = run.mode(0).peak.unwrap();
    run.set_live(LIVE);
    run.sweep(0.701, 1.0);
    assert_eq!(run.mode(0).peak, Some(peak));
    assert!(peak.confirmed && (peak.strength - 0.5).abs() < 1e-9);
    assert_eq!(
        run.names()
            .iter()
            .filter(|name| **name == "parameter_changed")
            .count(),
        2
    );
}

#[test]
fn a_change_of_label_noise_starts_the_search_anew() {
    let with_sigma = |label_noise_std| LiveParams {
        label_noise_std,
        ..LIVE
    };
    // Off before the peak: the fall that this makes is none, the peak after it is.
    let mut run = Run::new(&[1.0], 0.8);
    run.sweep(0.001, 0.4);
    run.set_live(with_sigma(0.0));
    run.sweep(0.401, 1.0);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| peak.confirmed && (peak.strength - 0.5).abs() < 1e-9)
    );
    // Off beyond the peak: nothing to be seen any more.
    let mut run = Run::new(&[1.0], 0.8);
    run.sweep(0.001, 0.7);
    run.set_live(with_sigma(0.0));
    run.sweep(0.701, 1.0);
    assert_eq!(run.mode(0).peak, None);
    // On after a confirmed peak: D now rises beyond it, and the peak stands.
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.001, 0.7);
    let peak = run.mode(0).peak;
    run.set_live(with_sigma(2.0));
    run.sweep(0.701, 1.0);
    assert!(peak.is_some_and(|peak| peak.confirmed) && run.mode(0).peak == peak);
    // There and back between two rows is no change.
    let mut run = Run::new(&[1.0], 0.0);
    run.sweep(0.001, 0.51);
    run.set_live(with_sigma(2.0));
    run.set_live(with_sigma(0.0));
    run.sweep(0.511, 1.0);
    assert!(
        run.mode(0)
            .peak
            .is_some_and(|peak| (peak.strength - 0.5).abs() < 1e-9)
    );
    assert_eq!(
        run.names()
            .iter()
            .filter(|name| **name == "parameter_changed")
            .count(),
        1
    );
}

#[test]
fn plateaus_count_the_learned_modes_and_equal_modes_do_not_break_them() {
    let mut run = Run::new(&[2.0, 1.0, 1.0], 0.0);
    let path = [
        (
            [0.0, 0.0, 0.0],
            Activity::AtSaddle {
                n_learned: 0,
                next: 0,
            },
        ),
        ([0.5, 0.0, 0.01], Activity::Learning { mode: 0 }),
        (
            [0.81, 0.0, 0.02],
            Activity::AtSaddle {
                n_learned: 1,
                next: 1,
            },
        ),
        // Noise about the threshold.
        (
            [0.79, -0.01, 0.02],
            Activity::AtSaddle {
                n_learned: 1,
                next: 1,
            },
        ),
        // The third overtakes the second, which in a pair of equals means nothing.
        ([1.0, 0.21, 0.5], Activity::Learning { mode: 2 }),
        ([1.0, 0.85, 0.96], Activity::Learning { mode: 1 }),
        ([1.0, 0.99, 0.99], Activity::AllLearned),
    ];
    for (fractions, expected) in path {
        run.push(&fractions);
        assert_eq!(run.detector.activity(), Some(expected), "{fractions:?}");
    }
    let plateaus: Vec<(u64, EventKind)> = run
        .detector
        .events_from(0)
        .filter(|event| event.kind.name().starts_with("plateau"))
        .map(|event| (event.step, event.kind))
        .collect();
    let expected = [
        (0, EventKind::PlateauEntered { n_learned: 0 }),
        (1, EventKind::PlateauLeft { n_learned: 0 }),
        (2, EventKind::PlateauEntered { n_learned: 1 }),
        (4, EventKind::PlateauLeft { n_learned: 1 }),
        (5, EventKind::PlateauEntered { n_learned: 3 }),
    ];
    assert_eq!(plateaus, expected);
}

#[test]
fn memory_is_bounded_and_numbers_that_are_none_are_passed_over() {
    let mut run = Run::new(&[1.0], 0.0);
    let n_rounds = 3 * EventDetector::CAPACITY as u64;
    for _ in 0..n_rounds {
        run.push(&[0.0]);
        run.push(&[0.5]);
    }
    let detector = &run.detector;
    assert_eq!(detector.events_from(0).count(), EventDetector::CAPACITY);
    assert_eq!(
        detector.n_events(),
        detector.n_dropped() + EventDetector::CAPACITY as u64
    );
    assert!(detector.n_events() >= 2 * n_rounds);
    assert_eq!(detector.events_from(detector.n_events() - 3).count(), 3);
    assert_eq!(detector.events_from(detector.n_events() + 3).count(), 0);

    let before = (run.mode(0), run.detector.n_events());
    run.push(&[f64::NAN]);
    run.push_scaled(&[0.97], f64::INFINITY);
    assert_eq!((run.mode(0), run.detector.n_events()), before);
    run.detector.diverge(run.step, 0.0);
    run.detector.diverge(run.step, 0.0);
    run.push(&[0.97]);
    assert_eq!(run.detector.n_events(), before.1 + 1);
    assert_eq!(run.detector.activity(), Some(Activity::Diverged));
    assert_eq!(run.detector.headline().to_string(), "the run has diverged");
}

#[test]
fn nothing_is_known_before_the_first_row() {
    let run = Run::new(&[1.0], 0.0);
    assert_eq!(run.detector.activity(), None);
    assert_eq!(run.detector.headline().to_string(), "");
    assert_eq!(run.detector.n_events(), 0);
}
