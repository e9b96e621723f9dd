//! Networks under label noise against the law of the network: from the balanced start, where the present weights decide, and at
//! the noise balance, for SGD and for Langevin dynamics, with two to five layers, square and not, of one and several modes.
//!
//! Fixed seeds. Means and variances are compared within 4.5 of their standard errors, which 14 modes exceed by chance once in 5000
//! runs, and 2 % of the variance, the accuracy of the linearisation.

use std::sync::Arc;

use nalgebra::DMatrix;
use saddlescope::experiment::{Engine, Experiment, InitScheme, LiveParams};
use saddlescope::model::{Basis, DeepLinearNetwork, Risk, Teacher};
use saddlescope::random::{Purpose, stream};
use saddlescope::session::Recording;
use saddlescope::simulation::{NetworkLaw, Schedule, Script, Simulation, StationaryTable};

/// An experiment at the minimum.
fn experiment(widths: &[usize], strengths: &[f64], live: LiveParams, engine: Engine) -> Experiment {
    let mut experiment = Experiment::default();
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    experiment.teacher.strengths = strengths.to_vec();
    experiment.init.scheme = InitScheme::Aligned;
    experiment.live = live;
    experiment.engine = engine;
    experiment.langevin.substeps = 4;
    experiment
}

/// A run that starts with these weights `w_lk` in every layer, aligned.
fn from_layers(experiment: Experiment, weight: impl Fn(usize, usize) -> f64) -> Simulation {
    let widths = experiment.network.widths();
    let strengths = experiment.teacher.strengths.clone();
    let layers = (1..widths.len()).map(|layer| {
        let mut weights = DMatrix::zeros(widths[layer], widths[layer - 1]);
        for mode in 0..strengths.len() {
            weights[(mode, mode)] = weight(layer - 1, mode);
        }
        weights
    });
    let network = DeepLinearNetwork::from_weights(layers.collect()).unwrap();
    let (d_out, d_in) = (*widths.last().unwrap(), widths[0]);
    let teacher = Teacher::new(
        d_out,
        d_in,
        &strengths,
        Basis::Identity,
        &mut stream(1, Purpose::Teacher),
    );
    Simulation::from_parts(experiment, Risk::online(Arc::new(teacher)), network)
}

/// Numbers of the table by name.
struct Mode<'a>(&'a [f64; StationaryTable::N_COLUMNS]);

impl Mode<'_> {
    fn get(&self, name: &str) -> f64 {
        self.0[StationaryTable::COLUMNS
            .iter()
            .position(|column| *column == name)
            .unwrap()]
    }
}

fn table(simulation: &mut Simulation, n_steps: u64) -> StationaryTable {
    let (recording, _) = Recording::run_settled(
        simulation,
        &Script::default(),
        Schedule::Every(n_steps),
        n_steps,
        |_| std::ops::ControlFlow::Continue(()),
    );
    recording.stationary().unwrap().clone()
}

#[track_caller]
fn assert_near(name: &str, found: f64, error: f64, expected: f64, slack: f64) {
    assert!(
        (found - expected).abs() <= 4.5 * error + slack,
        "{name}: {found} ({error}), predicted {expected}"
    );
}

/// Widths, teacher strengths, learning rate, batch size, label noise, engine.
type Setting<'a> = (&'a [usize], &'a [f64], f64, u64, f64, Engine);

/// At the noise balance: mean to second order, variance with finite steps.
#[test]
fn networks_stay_at_the_noise_balance() {
    let settings: [Setting; 8] = [
        (&[16, 1, 1], &[1.0], 0.02, 4, 1.0, Engine::Sgd),
        (&[16, 1, 1], &[1.0], 0.02, 4, 1.0, Engine::Langevin),
        (&[1, 4, 9], &[1.5], 0.01, 2, 0.8, Engine::Sgd),
        (&[5, 4, 3], &[2.0, 1.0], 0.01, 3, 1.0, Engine::Sgd),
        (&[6, 3, 3, 2], &[1.5, 0.8], 0.008, 2, 0.9, Engine::Sgd),
        (&[6, 3, 3, 2], &[1.5, 0.8], 0.008, 2, 0.9, Engine::Langevin),
        (&[4, 1, 1, 1, 2], &[1.2], 0.01, 2, 0.8, Engine::Sgd),
        (&[3, 2, 2, 2, 2, 4], &[1.3, 0.9], 0.004, 2, 0.9, Engine::Sgd),
    ];
    for (widths, strengths, learning_rate, batch_size, sigma, engine) in settings {
        let live = LiveParams {
            learning_rate,
            batch_size,
            label_noise_std: sigma,
            ..LiveParams::default()
        };
        let experiment = experiment(widths, strengths, live, engine);
        let law = NetworkLaw::new(&experiment, &live).unwrap();
        let mut simulation = from_layers(experiment, |layer, mode| {
            law.balance.squared_weight(layer, mode).unwrap().sqrt()
        });
        let table = table(&mut simulation, 400_000);
        for (mode, row) in table.rows.iter().enumerate() {
            let found = Mode(row);
            let name = format!("{widths:?} {engine:?} mode {}", mode + 1);
            assert_near(
                &format!("{name} mean"),
                found.get("mean"),
                found.get("mean_error"),
                found.get("balanced_mean"),
                0.0,
            );
            let (variance, error) = (found.get("variance"), found.get("variance_error"));
            let balanced = found.get("balanced_variance");
            assert_near(
                &format!("{name} variance"),
                variance,
                error,
                balanced,
                0.02 * balanced,
            );
            let present = found.get("present_variance");
            assert_near(
                &format!("{name} present"),
                variance,
                error,
                present,
                0.03 * present,
            );
        }
    }
}

/// From the balanced start the law of the balanced weights is right at first, and the present weights are right all the way:
/// 16-1-1 relaxes in 5300 steps.
#[test]
fn present_weights_tell_the_variance_on_the_way() {
    let live = LiveParams {
        learning_rate: 0.02,
        batch_size: 4,
        label_noise_std: 1.0,
        ..LiveParams::default()
    };
    let widths = [16, 1, 1];
    // Ten runs of 2000 steps, a third of the relaxation time: their variance about the mean of each.
    let (mut variance, mut present, mut drifting) = (0.0, 0.0, 0);
    for seed in 0..20 {
        let mut experiment = experiment(&widths, &[1.0], live, Engine::Sgd);
        experiment.seed = seed;
        let mut simulation = from_layers(experiment, |_, _| 1.0);
        let table = table(&mut simulation, 2500);
        let found = Mode(&table.rows[0]);
        variance += found.get("variance") / 20.0;
        present += found.get("present_variance") / 20.0;
        drifting += i32::from(found.get("drifting") > 0.5);
        assert!(found.get("balanced_variance") > 1.9 * found.get("boltzmann_variance"));
    }
    // 20 runs of about 60 effective samples: 4 % standard error; 4.5 of them.
    assert!((variance / present - 1.0).abs() < 0.18, "{variance} {present}");
    assert_eq!(drifting, 20);
}

/// Square networks of two layers keep their balance: nothing drifts, whatever the clock says. Once in fifty by chance.
#[test]
fn a_square_network_of_two_layers_does_not_drift() {
    let live = LiveParams {
        learning_rate: 0.02,
        batch_size: 4,
        label_noise_std: 1.0,
        ..LiveParams::default()
    };
    let experiment = experiment(&[3, 3, 3], &[1.5], live, Engine::Sgd);
    let mut simulation = from_layers(experiment, |_, mode| if mode == 0 { 1.5_f64.sqrt() } else { 0.0 });
    let table = table(&mut simulation, 20_000);
    let found = Mode(&table.rows[0]);
    assert!(found.get("drifting") < 0.5);
    assert!(found.get("burn_in_step") > 0.0 && found.get("effective_rows") > 100.0);
}
