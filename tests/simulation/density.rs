//! The density of a mode equation against ensembles of trajectories: Kolmogorov-Smirnov at five times, changes of label noise on the
//! way included. False-alarm probability of each comparison 1e-4, of the whole test below 1e-2.

use saddlescope::dynamics::{
    Batching, Decay, EnsembleMode, EnsembleOptions, LiveParams, ModeEnsemble, Substeps,
};
use saddlescope::experiment::Experiment;
use saddlescope::simulation::{Densities, Ensemble, EnsembleKind, Passage, Simulation};
use saddlescope::stats::{kolmogorov_survival, ks_distance};

/// Learning rate of the trajectories' steps: small, so that what is left of their own error is far below the noise of the comparison.
const RATE: f64 = 0.002;
const FALSE_ALARM: f64 = 1e-4;

struct Setting {
    hidden: Vec<usize>,
    teacher: f64,
    start: f64,
    batch_size: u64,
    label_noise_std: f64,
    /// Label noise from the second of the five times on.
    later_noise: f64,
    times: [f64; 5],
}

fn compare(setting: &Setting, n: usize) {
    let mut experiment = Experiment::default();
    experiment.network.hidden.clone_from(&setting.hidden);
    experiment.teacher.strengths = vec![setting.teacher];
    experiment.live = LiveParams {
        learning_rate: RATE,
        batch_size: setting.batch_size,
        label_noise_std: setting.label_noise_std,
        ..experiment.live
    };
    let later = LiveParams {
        label_noise_std: setting.later_noise,
        ..experiment.live
    };
    let depth = experiment.network.depth();
    let mut ensemble = ModeEnsemble::new(
        &EnsembleOptions {
            depth,
            batching: Batching::Online,
            modes: vec![EnsembleMode {
                teacher_strength: setting.teacher,
                start: setting.start,
            }],
            n_trajectories: n,
            substeps: Substeps::Fixed(1),
            seed: 11,
            decay: Decay::default(),
        },
        &experiment.live,
    );
    let mut densities = Densities::new(&experiment, &experiment.live, &[setting.start]);
    let course = [(0.0, experiment.live), (setting.times[1], later)];
    for (i, time) in setting.times.into_iter().enumerate() {
        let step = (time / RATE).round() as u64;
        ensemble.advance(step - ensemble.step());
        assert!(densities.advance_to(&experiment, &course, step as f64 * RATE, || true));
        let law = densities.modes()[0].at(step as f64 * RATE).unwrap();
        let mut strengths = ensemble.strengths(0).to_vec();
        strengths.sort_by(f64::total_cmp);
        let distance = ks_distance(&strengths, |strength| law.share_below(strength));
        let root = (n as f64).sqrt();
        let p = kolmogorov_survival((root + 0.12 + 0.11 / root) * distance);
        assert!(
            p > FALSE_ALARM,
            "depth {depth}, time {time}: distance {distance}, p {p}"
        );
        if i == 1 {
            ensemble.set_live(&later);
        }
    }
}

fn settings() -> [Setting; 4] {
    [
        Setting {
            hidden: vec![4],
            teacher: 1.0,
            start: 0.01,
            batch_size: 1,
            label_noise_std: 1.0,
            later_noise: 0.3,
            times: [0.5, 1.5, 2.5, 4.0, 8.0],
        },
        Setting {
            hidden: vec![4, 4],
            teacher: 1.0,
            start: 0.05,
            batch_size: 2,
            label_noise_std: 0.5,
            later_noise: 1.0,
            times: [1.0, 2.0, 3.0, 4.0, 8.0],
        },
        Setting {
            hidden: vec![],
            teacher: 2.0,
            start: 0.0,
            batch_size: 1,
            label_noise_std: 0.5,
            later_noise: 2.0,
            times: [0.1, 0.5, 1.0, 2.0, 4.0],
        },
        Setting {
            hidden: vec![4],
            teacher: 2.0,
            start: 0.001,
            batch_size: 4,
            label_noise_std: 0.0,
            later_noise: 0.0,
            times: [0.5, 1.0, 1.6, 2.0, 2.4],
        },
    ]
}

#[test]
fn the_density_is_that_of_the_trajectories() {
    for setting in settings() {
        compare(&setting, 20_000);
    }
}

/// The same with a million trajectories, at which the comparison sees a distance of 0.002: some minutes.
#[test]
#[ignore = "takes minutes; the quick one sees what would be seen on a screen"]
fn the_density_is_that_of_a_million_trajectories() {
    for setting in settings() {
        compare(&setting, 1_000_000);
    }
}

/// The time at which a mode is half learned, and learned: what the density has carried through the level by then, against first
/// passages of trajectories, without label noise, where a mode that has crossed a level seldom comes back. Those that do make first
/// passages earlier than what the density has above: by less than 0.02 in probability here, besides the noise of 4000 trajectories.
#[test]
fn what_flows_through_a_level_is_the_law_of_the_first_passages() {
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![2.0, 1.0];
    experiment.init.strength = 0.01;
    experiment.live.learning_rate = RATE;
    experiment.live.batch_size = 1;
    experiment.live.label_noise_std = 0.0;
    let mut simulation = Simulation::new(&experiment).unwrap();
    let n = 4000;
    let mut ensemble = Ensemble::new(EnsembleKind::ModeEquations, n, &mut simulation).unwrap();
    let mut densities = Densities::new(&experiment, &experiment.live, &[0.01, 0.01]);
    let course = [(0.0, experiment.live)];
    // What lies above each level at every look.
    let mut above: Vec<[Vec<f64>; 2]> = vec![[Vec::new(), Vec::new()]; 2];
    let mut times = Vec::new();
    for look in 0..=400_u64 {
        let step = 10 * look;
        let time = step as f64 * RATE;
        ensemble.advance_to(step, &simulation);
        ensemble.observe(time, &mut Vec::new());
        densities.advance_to(&experiment, &course, time, || true);
        times.push(time);
        for (mode, above) in above.iter_mut().enumerate() {
            let law = densities.modes()[mode].at(time).unwrap();
            for (above, passage) in above.iter_mut().zip(Passage::ALL) {
                let level = passage.share() * experiment.teacher.strengths[mode];
                above.push(1.0 - law.share_below(level));
            }
        }
    }
    for (mode, above) in above.iter().enumerate() {
        for (above, passage) in above.iter().zip(Passage::ALL) {
            let mut found: Vec<f64> = ensemble.passages().of_mode(passage, mode).collect();
            assert_eq!(found.len(), n, "mode {mode}, {passage:?}");
            found.sort_by(f64::total_cmp);
            let carried = |time: f64| {
                let after = times
                    .partition_point(|known| *known <= time)
                    .clamp(1, times.len() - 1);
                let share = (time - times[after - 1]) / (times[after] - times[after - 1]);
                share.mul_add(above[after] - above[after - 1], above[after - 1])
            };
            let distance = ks_distance(&found, carried);
            let noise = 2.23 / (n as f64).sqrt();
            assert!(distance < noise + 0.02, "mode {mode}, {passage:?}: {distance}");
        }
    }
}
