//! Momentum, weight decay and adaptive steps against the formulas written out with plain matrices on full batches, against the roots of
//! the linear recursion, and the rule that what is carried from step to step is part of the state. Deterministic, so no false alarm.

use crate::setting;

use std::sync::Arc;

use nalgebra::DMatrix;
use saddlescope::experiment::{
    DataKind, Decay, Engine, Experiment, InitScheme, LiveParams, NetworkConfig, Optimizer, Sampling,
};
use saddlescope::model::DeepLinearNetwork;
use saddlescope::session::{Session, state_digest};
use saddlescope::simulation::{Simulation, StepOutcome};
use saddlescope::theory::{Momentum, MomentumRule};
use setting::general_position;

type Layers = Vec<DMatrix<f64>>;

/// Full batches of a stored set: every engine but Langevin dynamics is deterministic on them.
fn experiment(engine: Engine, decay: Decay, momentum: f64, weight_decay: f64) -> Experiment {
    let mut experiment = Experiment {
        engine,
        ..Experiment::default()
    };
    experiment.network = NetworkConfig {
        d_in: 5,
        d_out: 3,
        hidden: vec![6, 4],
    };
    experiment.teacher.strengths = vec![2.0, 1.0];
    experiment.init.scheme = InitScheme::Gaussian;
    experiment.init.std = 0.4;
    experiment.data.kind = DataKind::Dataset;
    experiment.data.sampling = Sampling::Full;
    experiment.data.n_samples = 9;
    experiment.optimizer = Optimizer {
        decay,
        beta1: 0.8,
        beta2: 0.95,
        alpha: 0.9,
        epsilon: 1e-3,
    };
    experiment.live = LiveParams {
        learning_rate: 0.02,
        batch_size: 9,
        label_noise_std: 0.3,
        momentum,
        weight_decay,
    };
    experiment
}

/// Gradient of the mean loss over the stored samples, from the products of the layers.
fn gradient(simulation: &Simulation, weights: &Layers) -> Layers {
    let dataset = simulation.risk().dataset().unwrap();
    let targets = dataset.targets(simulation.live().label_noise_std);
    let product = |layers: &[DMatrix<f64>], size: usize| {
        layers
            .iter()
            .fold(DMatrix::identity(size, size), |product, layer| layer * product)
    };
    let map = product(weights, 5);
    let statistic = (map * dataset.inputs() - targets) * dataset.inputs().transpose() / 9.0;
    (0..weights.len())
        .map(|l| {
            let above = product(&weights[l + 1..], weights[l].nrows());
            let below = product(&weights[..l], 5);
            above.transpose() * &statistic * below.transpose()
        })
        .collect()
}

/// The formulas of the crate's documentation, a step at a time.
struct Reference {
    weights: Layers,
    velocity: Layers,
    mean: Layers,
    square: Layers,
    step: i32,
}

impl Reference {
    fn new(network: &DeepLinearNetwork) -> Self {
        let zeros: Layers = network.weights().iter().map(|layer| layer * 0.0).collect();
        Self {
            weights: network.weights().to_vec(),
            velocity: zeros.clone(),
            mean: zeros.clone(),
            square: zeros,
            step: 0,
        }
    }

    fn advance(&mut self, simulation: &Simulation) {
        let experiment = simulation.experiment();
        let live = simulation.live();
        let (eta, mu, lambda) = (live.learning_rate, live.momentum, live.weight_decay);
        let options = experiment.optimizer;
        let is_coupled = options.decay == Decay::Coupled;
        let place: Layers = match experiment.engine {
            Engine::Nesterov => self
                .weights
                .iter()
                .zip(&self.velocity)
                .map(|(w, v)| w + v * mu)
                .collect(),
            _ => self.weights.clone(),
        };
        let gradient = gradient(simulation, &place);
        self.step += 1;
        for l in 0..place.len() {
            let g = if is_coupled {
                &gradient[l] + &place[l] * lambda
            } else {
                gradient[l].clone()
            };
            let step = match experiment.engine {
                Engine::Adam => {
                    self.mean[l] = &self.mean[l] * options.beta1 + &g * (1.0 - options.beta1);
                    let squared = g.component_mul(&g) * (1.0 - options.beta2);
                    self.square[l] = &self.square[l] * options.beta2 + squared;
                    let (one, two) = (
                        1.0 - options.beta1.powi(self.step),
                        1.0 - options.beta2.powi(self.step),
                    );
                    self.mean[l].zip_map(&self.square[l], |p, q| {
                        -eta * (p / one) / ((q / two).sqrt() + options.epsilon)
                    })
                }
                Engine::RmsProp => {
                    let squared = g.component_mul(&g) * (1.0 - options.alpha);
                    self.square[l] = &self.square[l] * options.alpha + squared;
                    g.zip_map(&self.square[l], |g, q| -eta * g / (q.sqrt() + options.epsilon))
                }
                _ => g * -eta,
            };
            self.velocity[l] = &self.velocity[l] * mu + step;
            let shrink = if is_coupled { 1.0 } else { 1.0 - eta * lambda };
            self.weights[l] = &self.weights[l] * shrink + &self.velocity[l];
        }
    }
}

#[test]
fn every_rule_is_its_formula() {
    for engine in [Engine::Sgd, Engine::Nesterov, Engine::Adam, Engine::RmsProp] {
        for decay in [Decay::Coupled, Decay::Decoupled] {
            for (momentum, weight_decay) in [(0.0, 0.0), (0.9, 0.0), (0.0, 0.3), (0.7, 0.2)] {
                let experiment = experiment(engine, decay, momentum, weight_decay);
                let mut simulation = Simulation::new(&experiment).unwrap();
                let mut reference = Reference::new(simulation.network());
                for step in 1..=40 {
                    reference.advance(&simulation);
                    assert_eq!(simulation.advance(1), StepOutcome::Advanced);
                    for (found, expected) in simulation.network().weights().iter().zip(&reference.weights) {
                        let error = (found - expected).amax();
                        assert!(
                            error < 1e-12,
                            "{engine:?} {decay:?} {momentum} {weight_decay}, {step}: {error:e}"
                        );
                    }
                }
                let carried = simulation.carried();
                let names: Vec<&str> = carried.iter().map(|(name, _)| *name).collect();
                assert_eq!(names.contains(&"velocity"), momentum > 0.0);
                assert_eq!(names.contains(&"mean_gradient"), engine == Engine::Adam);
                for (name, layers) in &carried {
                    let expected = match *name {
                        "velocity" => &reference.velocity,
                        "mean_gradient" => &reference.mean,
                        _ => &reference.square,
                    };
                    for (found, expected) in layers.iter().zip(expected) {
                        // Squares of gradients are large numbers.
                        let allowed = 1e-11 * expected.amax().max(1.0);
                        assert!((found - expected).amax() < allowed, "{name}");
                    }
                }
            }
        }
    }
}

/// A layer of zeros above gives the one below no gradient: its weights follow `w'' = -lambda w` alone, the linear recursion whose larger root is
/// what is left after a step. The relative error is that of the smaller root, at most `1e-9` after so many steps.
#[test]
fn decayed_weights_follow_the_slow_root_of_the_recursion() {
    for (engine, rule) in [
        (Engine::Sgd, MomentumRule::HeavyBall),
        (Engine::Nesterov, MomentumRule::Nesterov),
    ] {
        for momentum in [0.0, 0.5, 0.9] {
            let (teacher, network) = general_position(&[3, 3, 3], &[1.0], 0.5, 5);
            let mut layers = network.weights().to_vec();
            layers[1].fill(0.0);
            let network = DeepLinearNetwork::from_weights(layers).unwrap();
            let mut experiment = Experiment {
                engine,
                ..Experiment::default()
            };
            experiment.live = LiveParams {
                learning_rate: 0.01,
                momentum,
                weight_decay: 0.2,
                ..LiveParams::default()
            };
            // A teacher that is never seen: without inputs nothing but the decay moves the first layer.
            let dataset = saddlescope::model::Dataset::from_samples(
                DMatrix::zeros(3, 4),
                DMatrix::zeros(3, 4),
                DMatrix::zeros(3, 4),
            );
            let risk = saddlescope::model::Risk::stored(Arc::clone(&teacher), Arc::new(dataset.unwrap()));
            let mut simulation = Simulation::from_parts(experiment, risk, network);
            simulation.advance(600);
            let before = simulation.network().weights()[0].clone();
            simulation.advance(100);
            let ratio = simulation.network().weights()[0].norm() / before.norm();
            let rate = Momentum { rule, momentum }.relaxation_rate(0.01, 0.2);
            let expected = (-rate * 0.01 * 100.0).exp();
            assert!((ratio / expected - 1.0).abs() < 1e-9, "{engine:?} {momentum}");
            // The first-order rate is another number.
            if momentum > 0.8 {
                let first_order = (-0.2 / (1.0 - momentum)).exp();
                assert!((ratio / first_order - 1.0).abs() > 1e-3);
            }
        }
    }
}

#[test]
fn what_is_carried_is_part_of_the_state() {
    for engine in [
        Engine::Sgd,
        Engine::Nesterov,
        Engine::Adam,
        Engine::RmsProp,
        Engine::Langevin,
    ] {
        let mut experiment = experiment(engine, Decay::Coupled, 0.9, 0.1);
        experiment.data.sampling = Sampling::Replacement;
        experiment.live.batch_size = 2;
        let mut simulation = Simulation::new(&experiment).unwrap();
        simulation.advance(50);
        let mut copy = simulation.clone();
        let off = LiveParams {
            momentum: 0.0,
            ..*simulation.live()
        };
        // Switched off and on again at one step: as if nothing had been.
        let on = *copy.live();
        copy.set_live(off).unwrap();
        copy.set_live(on).unwrap();
        assert_eq!(state_digest(&simulation), state_digest(&copy));
        assert!(copy.interventions().is_empty());
        // Off for one step: momentum then begins from rest.
        copy.set_live(off).unwrap();
        copy.advance(1);
        assert!(copy.carried().iter().all(|(name, _)| *name != "velocity"));
        copy.set_live(on).unwrap();
        copy.advance(20);
        simulation.advance(21);
        assert_ne!(state_digest(&simulation), state_digest(&copy));
        let session = Session::of(&copy);
        let read = Session::parse(&session.to_toml(), "test").unwrap();
        assert_eq!(read, session);
        let again = read.replay().unwrap();
        assert_eq!(Some(state_digest(&again)), session.end.digest);
        assert_eq!(again.carried(), copy.carried());
    }
}

/// In the limit of small steps the path is the same, passed through `1 / (1 - mu)` times as fast.
#[test]
fn small_steps_follow_gradient_flow_in_another_time() {
    for engine in [Engine::Sgd, Engine::Nesterov] {
        let distance = |learning_rate: f64| {
            let mut experiment = experiment(engine, Decay::Coupled, 0.8, 0.1);
            experiment.live.learning_rate = learning_rate;
            let mut simulation = Simulation::new(&experiment).unwrap();
            let flow = Experiment {
                engine: Engine::GradientFlow,
                ..experiment
            };
            let mut flow = Simulation::new(&flow).unwrap();
            let n_steps = (0.5 / learning_rate).round() as u64;
            simulation.advance(n_steps);
            flow.advance(n_steps);
            let layers = simulation
                .network()
                .weights()
                .iter()
                .zip(flow.network().weights());
            layers.map(|(a, b)| (a - b).norm()).sum::<f64>()
        };
        let (coarse, fine) = (distance(1e-3), distance(2.5e-4));
        // The error is of first order in the learning rate.
        assert!(
            fine < 0.02 && (3.0..5.0).contains(&(coarse / fine)),
            "{engine:?}: {coarse} {fine}"
        );
    }
}
