//! Runs that tests paint.

use std::time::Duration;

use crate::app::state::RunData;
use crate::experiment::Experiment;
use crate::worker::{Command, RunSpec, RunState, Speed, Worker};

/// A run at full speed, halted at its start, with its worker.
pub(super) fn load(spec: RunSpec) -> (Worker, RunData) {
    let run = RunData::new(&spec);
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(Command::SetSpeed(Speed::Unlimited));
    worker.send(Command::Reset(Box::new(spec)));
    (worker, run)
}

/// Takes so many steps, unless the run diverges before.
pub(super) fn go(worker: &Worker, run: &mut RunData, n_steps: u64) {
    let end = run.step + n_steps;
    worker.send(Command::Step(n_steps));
    while run.state != RunState::Diverged && (run.step < end || run.state != RunState::Paused) {
        run.take(worker.events().recv_timeout(Duration::from_mins(1)).unwrap());
    }
}

/// A run without companions, so many steps long or until it diverges.
pub(super) fn plain(run: u64, learning_rate: f64, n_steps: u64) -> RunData {
    let mut experiment = Experiment::default();
    experiment.live.learning_rate = learning_rate;
    let (worker, mut run) = load(RunSpec {
        run,
        ..RunSpec::new(experiment)
    });
    go(&worker, &mut run, n_steps);
    run
}
