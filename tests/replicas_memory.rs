//! What replicas may take against what they do take: the resident memory of 200 of them, for networks whose memory goes to
//! different things, must stay below the figure by which their number is bounded, and that figure must not be more than
//! four times as large. In a program of its own, where no other test moves the memory.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use saddlescope::dynamics::LangevinNoise;
use saddlescope::experiment::{DataKind, Engine, Experiment, Sampling};
use saddlescope::simulation::{Replicas, Simulation};

const N_REPLICAS: usize = 200;

/// Resident bytes of this process. The status has them in kilobytes, whatever the size of a page.
fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    1024.0 * kilobytes
}

fn experiment(widths: &[usize], engine: Engine, batch_size: u64) -> Experiment {
    let mut experiment = Experiment {
        engine,
        ..Experiment::default()
    };
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    experiment
        .teacher
        .strengths
        .truncate(*widths.iter().min().unwrap());
    experiment.live.batch_size = batch_size;
    experiment.live.learning_rate = 1e-5;
    experiment.live.label_noise_std = 0.1;
    experiment
}

fn stored(mut experiment: Experiment, n_samples: usize) -> Experiment {
    experiment.data.kind = DataKind::Dataset;
    experiment.data.sampling = Sampling::Replacement;
    experiment.data.n_samples = n_samples;
    experiment
}

fn langevin(widths: &[usize], noise: LangevinNoise) -> Experiment {
    let mut experiment = experiment(widths, Engine::Langevin, 4);
    experiment.langevin.noise = noise;
    experiment.langevin.substeps = 4;
    experiment
}

#[test]
fn replicas_take_no_more_than_their_number_is_bounded_by() {
    let (sgd, anisotropic) = (Engine::Sgd, LangevinNoise::Anisotropic);
    let cases = [
        ("small", experiment(&[4, 4, 4], sgd, 32)),
        ("deep and thin", experiment(&[1; 17], sgd, 1)),
        (
            "stored, its largest minibatch",
            stored(experiment(&[4, 4, 4], sgd, 5000), 4096),
        ),
        (
            "stored, Langevin",
            stored(langevin(&[4, 4, 4], anisotropic), 4096),
        ),
        ("Langevin", langevin(&[4, 10, 10, 10, 4], anisotropic)),
        ("isotropic", langevin(&[20, 20, 20], LangevinNoise::Isotropic)),
        ("wide", experiment(&[48, 50, 50, 48], sgd, 100)),
        ("wide, Langevin", langevin(&[40, 40, 40, 40], anisotropic)),
        ("bottlenecks", experiment(&[64, 2, 64, 2, 64], sgd, 64)),
        ("wide only inside", experiment(&[2, 100, 100, 2], sgd, 1)),
        (
            "gradient flow",
            experiment(&[20, 20, 20], Engine::GradientFlow, 1),
        ),
    ];
    // Threads and their stacks come before the first measurement.
    let mut warm = Replicas::new(&Experiment::default(), 8).unwrap();
    warm.advance_to(2);
    for (name, experiment) in cases {
        let simulation = Simulation::new(&experiment).unwrap();
        let allowed = (N_REPLICAS as u64 * Replicas::bytes_each(&simulation)) as f64;
        let before = resident_bytes();
        let mut replicas = Replicas::of(&simulation, N_REPLICAS);
        replicas.advance_to(2);
        assert!(replicas.observe().is_some());
        replicas.observe_plain_run(&mut Vec::new());
        let taken = resident_bytes() - before;
        // Memory that is given back would be taken again by the next and seem free.
        std::mem::forget(replicas);
        let each = taken / N_REPLICAS as f64;
        let share = taken / allowed;
        assert!(
            (0.25..=1.0).contains(&share),
            "{name}: {each:.0} bytes each, {share:.2} of what is allowed"
        );
    }
}

#[test]
fn the_number_is_bounded_by_what_each_takes() {
    let simulation = Simulation::new(&Experiment::default()).unwrap();
    let most = saddlescope::budget::bytes() / Replicas::bytes_each(&simulation);
    assert!(Replicas::check_number(&simulation, most as usize).is_ok());
    assert!(Replicas::check_number(&simulation, most as usize + 1).is_err());
}
