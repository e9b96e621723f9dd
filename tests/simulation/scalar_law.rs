//! One scalar equation per mode: with aligned and balanced weights a network's drift and diffusion are those of the scalar law,
//! and runs of SGD are distributed as its trajectories.

use crate::checks;
use crate::moments;

use checks::confirmed;
use moments::Moments;
use saddlescope::dynamics::{Batching, EnsembleMode, EnsembleOptions, ModeEnsemble, Substeps};
use saddlescope::experiment::{Basis, Experiment};
use saddlescope::observables::Quantity;
use saddlescope::simulation::{Replicas, Simulation};
use saddlescope::theory::ModeLaw;

fn law_of(experiment: &Experiment, mode: usize) -> ModeLaw {
    ModeLaw {
        depth: experiment.network.depth(),
        teacher_strength: experiment.teacher.strengths[mode],
        label_noise_std: experiment.live.label_noise_std,
        noise_scale: experiment.live.noise_scale(),
        ..ModeLaw::default()
    }
}

#[test]
fn aligned_and_balanced_weights_have_the_drift_and_diffusion_of_the_scalar_law() {
    for hidden in [vec![], vec![5], vec![6, 4], vec![5, 7, 4]] {
        for (strength, sigma) in [(1e-3, 0.0), (0.2, 0.7), (0.5, 0.0), (2.5, 0.3)] {
            let mut experiment = Experiment::default();
            experiment.network.hidden.clone_from(&hidden);
            experiment.network.d_in = 6;
            experiment.teacher.basis = Basis::Random;
            experiment.init.strength = strength;
            experiment.live.batch_size = 3;
            experiment.live.label_noise_std = sigma;
            let mut simulation = Simulation::new(&experiment).unwrap();
            let (schema, mut row) = (simulation.schema(), Vec::new());
            simulation.observe(&mut row);
            for mode in 0..4 {
                let law = law_of(&experiment, mode);
                for (quantity, expected) in [
                    (Quantity::Diffusion, law.diffusion(strength)),
                    (Quantity::DiffusionLaw, law.diffusion(strength)),
                    (Quantity::Drift, law.flow_drift(strength)),
                ] {
                    let found = row[schema.column(quantity, mode)];
                    let scale = law.diffusion(strength + 0.1).max(expected.abs());
                    assert!(
                        (found - expected).abs() < 1e-11 * scale,
                        "hidden {hidden:?}, s = {strength}, mode {mode}, {quantity:?}: {found} {expected}"
                    );
                }
            }
        }
    }
}

/// SGD lags behind the flow by `ln(f / f0) / 2` steps for `dw/dt = f`; the rest of the difference is of the order of the step,
/// `eta L m^(2-2/L) = 1 to 1.5 %`, of a spread whose own error is 2 %.
///
/// Mean and spread at 6 times of two depths: 24 checks at 4 joint standard errors, each with a second look: false alarm below
/// 24 * 4e-9 = 1e-7 under other seeds.
#[test]
fn runs_of_sgd_are_distributed_as_trajectories_of_the_scalar_equation() {
    confirmed(4.0, 3000, 24, |look, checks| {
        for depth in [2, 3] {
            let mut experiment = Experiment::default();
            experiment.teacher.strengths = vec![1.0];
            experiment.network.d_in = 1;
            experiment.network.d_out = 1;
            experiment.network.hidden = vec![1; depth - 1];
            experiment.init.strength = 0.05;
            experiment.live.batch_size = 1;
            experiment.live.label_noise_std = 0.5;
            experiment.seed = look.seed;
            let mut replicas = Replicas::new(&experiment, look.n_draws).unwrap();
            let options = EnsembleOptions {
                depth,
                batching: Batching::Online,
                modes: vec![EnsembleMode {
                    teacher_strength: 1.0,
                    start: 0.05,
                }],
                n_trajectories: 20_000,
                substeps: Substeps::Auto,
                seed: look.seed,
                decay: saddlescope::dynamics::Decay::Coupled,
            };
            let mut ensemble = ModeEnsemble::new(&options, &experiment.live);
            let law = law_of(&experiment, 0);
            let speed = |strength: f64| law.weight_drift(strength.powf(1.0 / depth as f64)).abs();
            for step in [100, 200, 300, 400, 600, 1000] {
                replicas.advance_to(step);
                ensemble.advance(step - ensemble.step());
                assert_eq!(replicas.n_diverged(), 0);
                let strengths: Vec<f64> = (0..look.n_draws)
                    .map(|r| replicas.replica(r).network().end_to_end_map()[(0, 0)])
                    .collect();
                let (found, theory) = (Moments::of(&strengths), Moments::of(ensemble.strengths(0)));
                let delay = 0.5 * 0.005 * (speed(theory.mean) / speed(0.05)).ln();
                let expected = theory.mean - delay * law.flow_drift(theory.mean);
                let label = format!("depth {depth}, step {step}");
                let joint = found.mean_error.hypot(theory.mean_error);
                checks.within(&format!("{label}, mean"), found.mean, joint, expected);
                let spread = |m: Moments| (m.variance.sqrt(), 0.5 * m.variance_error / m.variance.sqrt());
                let ((found, error), (expected, other)) = (spread(found), spread(theory));
                checks.within(&format!("{label}, std"), found, error.hypot(other), expected);
            }
        }
    });
}
