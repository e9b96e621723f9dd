//! Singular values of the default experiment rise one after the other, as gradient flow of each mode says they must.
//!
//! `cargo run --release --no-default-features --example singular_values`

#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use saddlescope::experiment::Experiment;
use saddlescope::observables::{Quantity, Schema};
use saddlescope::simulation::{SetupError, Simulation, StepOutcome};
use saddlescope::theory::StrengthCurve;

fn main() -> Result<(), SetupError> {
    let experiment = Experiment::default();
    let depth = experiment.network.depth();
    let curves: Vec<StrengthCurve> = experiment
        .teacher
        .strengths
        .iter()
        .map(|&strength| StrengthCurve::new(depth, strength, experiment.init.strength))
        .collect();
    let mut simulation = Simulation::new(&experiment)?;
    let schema = simulation.schema();
    println!("singular values of the student, and in brackets the mode under gradient flow");
    println!("   step      t  {:>16}{:>18}{:>18}{:>18}", "1", "2", "3", "4");
    for step in (0..=3000).step_by(200) {
        if let StepOutcome::Diverged(divergence) = simulation.advance_to(step) {
            println!("{divergence}");
            return Ok(());
        }
        let mut row = Vec::new();
        simulation.observe(&mut row);
        print!("{step:7} {:6.2}", row[Schema::TIME]);
        for (value, curve) in row[schema.columns(Quantity::SingularValue)].iter().zip(&curves) {
            print!("  {value:7.4} ({:6.4})", curve.at(row[Schema::TIME]));
        }
        println!();
    }
    Ok(())
}
