//! Proves that steps in one go are those one by one, to the bit, also in a copy made on the way, and that a step that fails leaves no
//! trace: the network is untouched, and from another start the engine gives the bits of one that took ordinary steps
//! instead. For every common stride and strides of their own. Deterministic, so no false alarm.

use crate::starts;

use std::sync::Arc;

use saddlescope::dynamics::{
    Blowup, Engine, Langevin, LangevinNoise, LiveParams, MinibatchSource, Sampling, Sgd,
};
use saddlescope::model::{DeepLinearNetwork, Risk};
use starts::{dataset, start};

const SHAPES: [&[usize]; 9] = [
    &[1, 1],
    &[3, 4, 2],
    &[4, 4, 4, 4, 4, 4],
    &[7, 3, 8],
    &[9, 12, 11],
    &[2, 13, 3],
    &[16, 17, 20, 4],
    &[37, 5, 23],
    &[10, 40, 30, 10],
];
/// More steps than any hopeless learning rate needs to be found out.
const MOST_STEPS: u64 = 3000;

/// Whether a step of an engine of this name that failed like this has drawn all the numbers of a step.
fn has_drawn(name: &str, blowup: Blowup) -> bool {
    name.contains("SGD") || matches!(blowup, Blowup::Weights { .. })
}

fn live(batch_size: u64, learning_rate: f64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size,
        label_noise_std: 0.5,
        ..LiveParams::default()
    }
}

fn bits(network: &DeepLinearNetwork) -> Vec<u64> {
    let weights = network.weights().iter().flat_map(|layer| layer.iter());
    weights.map(|weight| weight.to_bits()).collect()
}

/// An engine with its name.
type Named = (&'static str, Box<dyn Engine>);

/// A start in general position, and an engine of every kind for it, each with its name.
fn engines(widths: &[usize]) -> (DeepLinearNetwork, Vec<Named>) {
    let (teacher, network) = start(widths, 3);
    let dataset = dataset(widths, 13);
    let online = Risk::online(Arc::clone(&teacher));
    let stored = Risk::stored(Arc::clone(&teacher), Arc::clone(&dataset));
    let sgd = |risk: &Risk, source| -> Box<dyn Engine> { Box::new(Sgd::new(&network, risk, source)) };
    let langevin = |risk: &Risk, noise, n_substeps| -> Box<dyn Engine> {
        let sampling = Sampling::Replacement;
        Box::new(Langevin::new(
            &network,
            risk.clone(),
            sampling,
            noise,
            n_substeps,
            5,
        ))
    };
    let (anisotropic, isotropic) = (LangevinNoise::Anisotropic, LangevinNoise::Isotropic);
    let engines = vec![
        ("online SGD", sgd(&online, MinibatchSource::online(teacher, 5))),
        (
            "stored SGD",
            sgd(&stored, MinibatchSource::stored(dataset, Sampling::Epochs, 5)),
        ),
        ("Langevin", langevin(&online, anisotropic, 1)),
        ("stored Langevin", langevin(&stored, anisotropic, 1)),
        ("Langevin, 3 substeps", langevin(&online, anisotropic, 3)),
        ("isotropic", langevin(&online, isotropic, 2)),
    ];
    (network, engines)
}

#[test]
fn steps_in_one_go_are_those_one_by_one() {
    for widths in SHAPES {
        let (network, engines) = engines(widths);
        for (name, engine) in engines {
            for batch_size in [1, 3, 64] {
                let live = live(batch_size, 0.001);
                let mut in_one_go = network.clone();
                let (taken, outcome) = engine.clone().advance(&mut in_one_go, &live, 51);
                assert_eq!((taken, outcome), (51, Ok(())));

                let (mut one_by_one, mut single) = (engine.clone(), network.clone());
                for _ in 0..30 {
                    one_by_one.advance(&mut single, &live, 1).1.unwrap();
                }
                let (mut copy, mut copied) = (one_by_one.clone(), single.clone());
                for _ in 0..21 {
                    one_by_one.advance(&mut single, &live, 1).1.unwrap();
                }
                copy.advance(&mut copied, &live, 17).1.unwrap();
                copy.advance(&mut copied, &live, 4).1.unwrap();
                let label = format!("{widths:?}, {name}, B {batch_size}");
                assert_eq!(bits(&single), bits(&in_one_go), "{label}");
                assert_eq!(bits(&copied), bits(&in_one_go), "{label}");
            }
        }
    }
}

#[test]
fn a_step_that_fails_leaves_no_trace() {
    for widths in SHAPES {
        let (network, engines) = engines(widths);
        for (name, engine) in engines {
            for batch_size in [1, 64] {
                for learning_rate in [1e6, 100.0] {
                    let label = format!("{widths:?}, {name}, B {batch_size}, eta {learning_rate}");
                    let (mut blown, mut lost) = (engine.clone(), network.clone());
                    let hopeless = live(batch_size, learning_rate);
                    let mut n_steps = 0;
                    let blowup = loop {
                        let before = bits(&lost);
                        let (taken, outcome) = blown.advance(&mut lost, &hopeless, 1);
                        let Err(blowup) = outcome else {
                            n_steps += taken;
                            assert!(n_steps < MOST_STEPS, "{label}: no blow-up");
                            continue;
                        };
                        assert_eq!(taken, 0);
                        assert_eq!(bits(&lost), before, "{label}");
                        break blowup;
                    };
                    let ordinary = live(batch_size, 1e-3);
                    let mut found = network.clone();
                    blown.advance(&mut found, &ordinary, 20).1.unwrap();
                    assert!(bits(&found).iter().all(|&bits| f64::from_bits(bits).is_finite()));

                    // How far into its substeps a step of several came before it failed cannot be told from outside.
                    if matches!(name, "Langevin, 3 substeps" | "isotropic") {
                        continue;
                    }
                    let mut clean = engine.clone();
                    for _ in 0..n_steps + u64::from(has_drawn(name, blowup)) {
                        clean.advance(&mut network.clone(), &ordinary, 1).1.unwrap();
                    }
                    let mut expected = network.clone();
                    clean.advance(&mut expected, &ordinary, 20).1.unwrap();
                    assert_eq!(bits(&found), bits(&expected), "{label}");
                }
            }
        }
    }
}
