//! Reading a file of any kind that the window can show.

use std::path::Path;

use crate::experiment::Experiment;
use crate::session::Session;

/// What a file turned out to be.
#[derive(Debug)]
pub(super) enum Opened {
    Session(Session),
    Experiment(Experiment),
}

/// Reads a session or an experiment.
///
/// # Errors
/// One line that names the file and what is wrong.
pub(super) fn read(path: &Path) -> Result<Opened, String> {
    let error = match Session::read(path) {
        Ok(session) => return Ok(Opened::Session(session)),
        Err(error) => error,
    };
    // An experiment file is no session, but says as well what is to be run.
    let experiment = std::fs::read_to_string(path)
        .ok()
        .filter(|text| !text.contains("format"))
        .and_then(|text| Experiment::parse(&text, &[]).ok());
    experiment
        .map(Opened::Experiment)
        .ok_or_else(|| error.to_string())
}
