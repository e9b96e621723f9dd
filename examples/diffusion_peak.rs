//! The diffusion of a mode peaks before the mode is learned: when, at what strength, and how much earlier, measured and
//! predicted.
//!
//! `cargo run --release --no-default-features --example diffusion_peak`

#![expect(clippy::print_stdout, reason = "an example shows its numbers")]

use std::ops::ControlFlow;

use saddlescope::experiment::Experiment;
use saddlescope::observables::{Quantity, Schema};
use saddlescope::session::Recording;
use saddlescope::simulation::{Schedule, SetupError, Simulation};
use saddlescope::theory::{ModeLaw, peak_lead};

/// Part of the teacher's strength at which a mode counts as learned.
const LEARNED: f64 = 0.95;

fn main() -> Result<(), SetupError> {
    let experiment = Experiment::default();
    let mut simulation = Simulation::new(&experiment)?;
    let (run, _) = Recording::run(&mut simulation, Schedule::Every(1), 4000, |_| {
        ControlFlow::Continue(())
    });
    println!("mode    m   t_peak  s_peak/m (predicted)   t_95     lead (predicted)");
    for (mode, &teacher_strength) in experiment.teacher.strengths.iter().enumerate() {
        let law = ModeLaw {
            depth: experiment.network.depth(),
            teacher_strength,
            label_noise_std: experiment.live.label_noise_std,
            noise_scale: experiment.live.noise_scale(),
            ..ModeLaw::default()
        };
        let strength = run.schema().column(Quantity::Strength, mode);
        let diffusion = run.schema().column(Quantity::Diffusion, mode);
        let peak = run.rows().max_by(|a, b| a[diffusion].total_cmp(&b[diffusion]));
        let learned = run.rows().find(|row| row[strength] >= LEARNED * teacher_strength);
        let (Some(peak), Some(learned)) = (peak, learned) else {
            println!("{:4} {teacher_strength:4}   not learned in this run", mode + 1);
            continue;
        };
        println!(
            "{:4} {teacher_strength:4}  {:7.3}  {:8.3} ({:9.3})  {:7.3}  {:7.3} ({:9.3})",
            mode + 1,
            peak[Schema::TIME],
            peak[strength] / teacher_strength,
            law.diffusion_peak()
                .map_or(f64::NAN, |strength| strength / teacher_strength),
            learned[Schema::TIME],
            learned[Schema::TIME] - peak[Schema::TIME],
            peak_lead(&law, LEARNED).unwrap_or(f64::NAN),
        );
    }
    Ok(())
}
