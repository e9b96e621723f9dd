//! Engines, observables, events and the worker against references, closed forms and each other.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it did not expect"
)]

#[path = "../support/checks.rs"]
mod checks;
#[path = "../support/moments.rs"]
mod moments;
#[path = "../support/npz.rs"]
mod npz;
#[path = "../support/reference.rs"]
mod reference;
#[path = "../support/setting.rs"]
mod setting;
#[path = "../support/starts.rs"]
mod starts;
#[path = "../support/stationary.rs"]
mod stationary;

mod bartlett;
mod condensed_step;
mod density;
mod diffusion_monte_carlo;
mod ensembles;
mod events;
mod events_runs;
mod gradient;
mod gradient_flow;
mod invariance;
mod kernel_runs;
mod kernels;
mod knobs;
mod mode_ensemble;
mod mode_laws;
mod noise_balance;
mod optimizer;
mod replay;
mod replicas;
mod scalar_law;
mod schedules;
mod stationary_sgd;
mod stored_stationary;
mod student_noise;
mod student_rows;
mod worker;
mod worker_halt;
mod worker_rewind;
