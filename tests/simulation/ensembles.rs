//! Proves that whole runs have the law of the reference: 400 replicas of SGD against R4 (2000 NumPy replicas) and as many
//! of Langevin against R4b, at step 1, 1/4 and on the same clock, from the saddle at zero through four transitions: mean and
//! standard deviation of every mode within 4 joint standard errors. The exact diffusion, averaged over the SGD replicas, is that of R4's
//! samples at every time of the reference, also where the scalar law is wrong by a factor of up to 18.
//!
//! 4 modes; 49 times of SGD make 588 checks, 9 of Langevin 72, a miss confirmed by a second look: under other seeds
//! a false alarm has probability below 1e-5. (The spread of a mode in transition is not Gaussian, so the errors of standard
//! deviations come from fourth moments.)

use crate::checks;
use crate::moments;
use crate::reference;

use std::sync::Arc;

use checks::{Checks, Look, confirmed};
use moments::Moments;
use nalgebra::{DMatrix, DVector};
use reference::Reference;
use saddlescope::experiment::{Engine, Experiment};
use saddlescope::model::{DeepLinearNetwork, Risk, Teacher};
use saddlescope::observables::Quantity;
use saddlescope::simulation::{Simulation, StepOutcome};

const LIMIT: f64 = 4.0;
/// Rows of the reference with which Langevin is compared, up to step 4229.
const TIMES: [usize; 9] = [1, 4, 6, 7, 9, 12, 16, 22, 28];
/// Rows of the reference after the start, up to step 7400.
const ALL_TIMES: std::ops::Range<usize> = 1..50;
const N_MODES: usize = 4;

struct Setting {
    reference: Reference,
    risk: Risk,
    network: DeepLinearNetwork,
    experiment: Experiment,
    /// Rows of the reference that are compared, and their steps.
    rows: Vec<usize>,
    steps: Vec<u64>,
}

impl Setting {
    fn new(engine: Engine, n_substeps: u32, rows: Vec<usize>) -> Self {
        let mut reference = Reference::open("R4_sgd_modes");
        let strengths = DVector::from_column_slice(reference.matrix("m").as_slice());
        let teacher = Teacher::from_parts(reference.matrix("U"), strengths, reference.matrix("V"));
        let map = reference.matrix("M");
        assert!((teacher.map() - &map).norm() <= 1e-14 * map.norm());
        let mut experiment = Experiment {
            engine,
            ..Experiment::default()
        };
        experiment.live.learning_rate = reference.matrix("lr")[0];
        experiment.live.batch_size = reference.counts("B")[0] as u64;
        experiment.live.label_noise_std = reference.matrix("sigma")[0];
        experiment.langevin.substeps = n_substeps;
        let times = reference.counts("times");
        assert_eq!(times.len(), ALL_TIMES.end);
        Self {
            network: DeepLinearNetwork::from_weights(reference.layers("W0", 3)).unwrap(),
            risk: Risk::online(Arc::new(teacher)),
            steps: rows.iter().map(|&row| times[row] as u64).collect(),
            rows,
            experiment,
            reference,
        }
    }

    /// One quantity of every replica, by time and mode.
    fn replicas(&self, look: Look) -> Vec<Simulation> {
        (0..look.n_draws)
            .map(|replica| {
                let mut experiment = self.experiment.clone();
                experiment.seed = look.seed * 1_000_000 + replica as u64;
                Simulation::from_parts(experiment, self.risk.clone(), self.network.clone())
            })
            .collect()
    }

    /// Strengths and diffusions of all replicas: `[time][mode][replica]`.
    fn run(&self, look: Look) -> [Vec<Vec<Vec<f64>>>; 2] {
        let mut found = [
            vec![vec![Vec::new(); N_MODES]; self.rows.len()],
            vec![vec![Vec::new(); N_MODES]; self.rows.len()],
        ];
        for mut simulation in self.replicas(look) {
            let schema = simulation.schema();
            for (time, &step) in self.steps.iter().enumerate() {
                assert_eq!(simulation.advance_to(step), StepOutcome::Advanced);
                let mut row = Vec::new();
                simulation.observe(&mut row);
                for mode in 0..N_MODES {
                    found[0][time][mode].push(row[schema.column(Quantity::Strength, mode)]);
                    found[1][time][mode].push(row[schema.column(Quantity::Diffusion, mode)]);
                }
            }
        }
        found
    }
}

/// Means and standard deviations of strengths against those of `n_reference` replicas.
fn check_strengths(
    checks: &mut Checks,
    rows: &[usize],
    strengths: &[Vec<Vec<f64>>],
    n_reference: usize,
    means: &DMatrix<f64>,
    stds: &DMatrix<f64>,
) {
    for (time, &row) in rows.iter().enumerate() {
        for (mode, draws) in strengths[time].iter().enumerate() {
            let found = Moments::of(draws);
            // Both samples have the same law, so their errors differ by their sizes alone.
            let joint = (1.0 + draws.len() as f64 / n_reference as f64).sqrt();
            let (mean, std) = (means[(row, mode)], stds[(row, mode)]);
            let label = format!("row {row}, mode {mode}");
            checks.within(
                &format!("{label}, mean"),
                found.mean,
                joint * found.mean_error,
                mean,
            );
            let std_error = 0.5 * found.variance_error / found.variance.sqrt();
            checks.within(
                &format!("{label}, std"),
                found.variance.sqrt(),
                joint * std_error,
                std,
            );
        }
    }
}

#[test]
fn sgd_replicas_have_the_reference_law() {
    let mut setting = Setting::new(Engine::Sgd, 1, ALL_TIMES.collect());
    let (means, stds) = (setting.reference.matrix("mean"), setting.reference.matrix("std"));
    let (samples, sample_errors) = (setting.reference.matrix("Ds"), setting.reference.matrix("Ds_se"));
    let n_reference = setting.reference.counts("R")[0];
    let noise_scale = setting.experiment.live.noise_scale();
    confirmed(LIMIT, 400, ALL_TIMES.len() * N_MODES * 3, |look, checks| {
        let [strengths, diffusions] = setting.run(look);
        check_strengths(checks, &setting.rows, &strengths, n_reference, &means, &stds);
        for (time, &row) in setting.rows.iter().enumerate() {
            for (mode, draws) in diffusions[time].iter().enumerate() {
                // The reference has one sample's variance; it and the spread over replicas both err.
                let found = Moments::of(draws);
                let expected = noise_scale * samples[(row, mode)];
                let error = found.mean_error.hypot(noise_scale * sample_errors[(row, mode)]);
                checks.within(
                    &format!("row {row}, mode {mode}, diffusion"),
                    found.mean,
                    error,
                    expected,
                );
            }
        }
    });
}

fn check_langevin(n_substeps: u32, n_replicas: usize) {
    let setting = Setting::new(Engine::Langevin, n_substeps, TIMES.to_vec());
    let mut reference = Reference::open("R4b_langevin_modes");
    let name = |quantity: &str| format!("{quantity}_dt{n_substeps}");
    let (means, stds) = (reference.matrix(&name("mean")), reference.matrix(&name("std")));
    let n_reference = reference.counts(&name("R"))[0];
    let time_step = setting.experiment.live.learning_rate / f64::from(n_substeps);
    assert!((reference.matrix(&name("dt"))[0] - time_step).abs() < 1e-15);
    confirmed(LIMIT, n_replicas, TIMES.len() * N_MODES * 2, |look, checks| {
        let [strengths, _] = setting.run(look);
        check_strengths(checks, &setting.rows, &strengths, n_reference, &means, &stds);
    });
}

#[test]
fn langevin_replicas_have_the_reference_law() {
    check_langevin(1, 400);
}

#[test]
fn langevin_replicas_with_shorter_time_steps_have_the_reference_law() {
    check_langevin(4, 150);
}
