//! Reads an experiment from a file and from settings on the command line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::error::CliError;
use crate::experiment::{Experiment, ParseError};

/// Longest experiment file; what is longer is something else.
const LONGEST: u64 = 1 << 20;

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
    let refused = |cause| CliError::Read {
        path: path.to_owned(),
        cause,
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > LONGEST {
        return Err(CliError::TooLong {
            path: path.to_owned(),
            most: LONGEST,
        });
    }
    String::from_utf8(bytes).map_err(|_| CliError::NotText {
        path: path.to_owned(),
    })
}
