//! Where one mode settles under label noise: a long Langevin run beside the stationary law and its Boltzmann approximation.
//!
//! `cargo run --release --no-default-features --example langevin_histogram`

#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use saddlescope::experiment::Experiment;
use saddlescope::observables::Quantity;
use saddlescope::simulation::Simulation;
use saddlescope::stats::{Histogram, Moments};
use saddlescope::theory::{ModeLaw, StationaryLaw, boltzmann_density};

const SETTINGS: &str = r#"
engine = "langevin"
teacher.strengths = [1.0]
network = { d_in = 1, d_out = 1, hidden = [1] }
init.strength = 1.0
langevin.substeps = 4
live = { learning_rate = 0.02, batch_size = 4, label_noise_std = 1.0 }
"#;
const N_STEPS: u64 = 400_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let experiment = Experiment::parse(SETTINGS, &[])?;
    let mut simulation = Simulation::new(&experiment)?;
    let column = simulation.schema().column(Quantity::Strength, 0);
    let (mut histogram, mut moments) = (Histogram::new(256, 1.0, 1.0), Moments::default());
    let mut row = Vec::new();
    // The first steps, from a start at the minimum, are forgotten.
    simulation.advance_to(2000);
    for step in (2000..N_STEPS).step_by(5) {
        simulation.advance_to(step);
        row.clear();
        simulation.observe(&mut row);
        histogram.push(row[column]);
        moments.push(row[column]);
    }
    let law = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        label_noise_std: experiment.live.label_noise_std,
        noise_scale: experiment.live.noise_scale(),
        ..ModeLaw::default()
    };
    let stationary = StationaryLaw::new(&law);
    let Some(exact) = stationary.as_density() else {
        return Err("the law has no density".into());
    };
    println!("density of the strength s: {N_STEPS} Langevin steps, stationary law, Boltzmann approximation");
    println!("     s      run    exact  Boltzmann");
    for (i, bars) in histogram
        .rebinned(24)
        .iter()
        .flat_map(|bars| (0..bars.counts.len()).map(move |i| (i, bars)))
    {
        let strength = bars.lower + (i as f64 + 0.5) * bars.width;
        let density: f64 = bars.density(i);
        println!(
            "{strength:6.3}  {density:7.3}  {:7.3}  {:9.3}  {}",
            exact.density(strength),
            boltzmann_density(&law, strength),
            "█".repeat((8.0 * density).round() as usize),
        );
    }
    println!(
        "mean     {:.5} measured, {:.5} exact, {:.5} Boltzmann",
        moments.mean().unwrap_or(f64::NAN),
        exact.mean(),
        law.teacher_strength,
    );
    println!(
        "variance {:.6} measured, {:.6} exact, {:.6} Boltzmann",
        moments.variance().unwrap_or(f64::NAN),
        exact.variance(),
        law.temperature(),
    );
    Ok(())
}
