//! `saddlescope replay`: a session again, from its start to its end, recorded as by `saddlescope run`.

use super::ReplayArguments;
use super::command_files::CommandFiles;
use super::error::{CliError, Mismatch};
use super::outputs::{Outputs, file_or_printed};
use super::run::{Job, check_weights, default_stride, told};
use crate::session::{Keeping, RunEnd, Session};
use crate::simulation::Simulation;

/// Replays, writes what was recorded, and only then tells of another end than the session's, or of a divergence.
pub(super) fn replay(arguments: &ReplayArguments) -> Result<(), CliError> {
    let session = Session::read(&arguments.session)?;
    let outputs = Outputs {
        rows: file_or_printed(arguments.out.as_deref()),
        events: arguments.events.as_deref(),
        session: None,
        stationary: None,
        density: None,
    };
    let mut files = CommandFiles::default();
    files.read("the session", &arguments.session);
    session.experiment.add_files_to(&mut files.inputs);
    outputs.check(&mut files)?;
    check_weights(arguments.weights_every, arguments.out.as_deref())?;
    // A session that diverged did so in the step after its end.
    let n_steps = session.end.step + u64::from(session.end.diverged);
    let job = Job {
        script: &session.script,
        n_steps,
        every: default_stride(arguments.every, n_steps),
        n_replicas: arguments.replicas,
        keeping: Keeping {
            statistics: false,
            weights_every: arguments.weights_every,
        },
    };
    let mut simulation = Simulation::new(&session.experiment)?;
    let (recording, end) = job.record(&mut simulation)?;
    outputs.write(&recording)?;
    match end {
        // Replicas end with the first one that diverges, wherever the session's own run stands.
        RunEnd::ReplicaDiverged(_) | RunEnd::Cancelled => {}
        RunEnd::Completed | RunEnd::Diverged(_) => compare(&session, recording.session(), &outputs)?,
    }
    told(&recording, end)
}

/// Tells whether the run ended as the session did.
fn compare(session: &Session, replayed: &Session, outputs: &Outputs<'_>) -> Result<(), CliError> {
    let step = replayed.end.step;
    match (session.end.digest, replayed.end.digest) {
        (None, Some(digest)) => outputs.tell(&format!(
            "step {step}: the session holds no digest to compare with; this run ends with {digest}"
        )),
        (Some(expected), Some(digest))
            if expected == digest && session.end.diverged == replayed.end.diverged =>
        {
            outputs.tell(&format!(
                "step {step}: digest {digest} matches, this is the session's run bit for bit"
            ))
        }
        (Some(_) | None, _) => Err(CliError::Mismatch(Box::new(Mismatch {
            expected: session.end,
            found: replayed.end,
            version: session.version.clone(),
        }))),
    }
}
