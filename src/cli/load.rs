//! Reads an experiment from a file and from settings on the command line.

use std::io::ErrorKind;
use std::path::Path;

use super::error::CliError;
use crate::experiment::{Experiment, LONGEST_EXPERIMENT, ParseError};
use crate::files::read_text;

/// The experiment of a file, or the default one, with settings laid over it.
pub(super) fn load(path: Option<&Path>, settings: &[String]) -> Result<Experiment, CliError> {
    let Some(path) = path else {
        return Ok(Experiment::parse("", settings)?);
    };
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    Experiment::parse_in(directory, &read(path)?, settings).map_err(|cause| match cause {
        // The message already says that a setting is at fault.
        ParseError::Setting { .. } | ParseError::SettingValue { .. } => CliError::Settings(cause),
        ParseError::Toml { .. } | ParseError::Value(_) | ParseError::Samples(_) => CliError::File {
            path: path.to_owned(),
            cause,
        },
    })
}

fn read(path: &Path) -> Result<String, CliError> {
    read_text(path, LONGEST_EXPERIMENT).map_err(|cause| match cause.kind() {
        ErrorKind::FileTooLarge => CliError::TooLong {
            path: path.to_owned(),
            most: LONGEST_EXPERIMENT,
        },
        _ => CliError::unread(path, cause),
    })
}
