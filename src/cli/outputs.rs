//! The files a headless run leaves behind: judged before the run, written after it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;

use super::error::CliError;
use super::write_stdout;
use crate::session::{
    Recording, check_writable, is_same_file, write_csv, write_events_csv, write_npz, write_stationary_csv,
    write_whole,
};

/// Where a recording goes.
#[derive(Clone, Copy)]
pub(super) struct Outputs<'a> {
    /// The rows; without a path they go to standard output as CSV.
    pub(super) rows: Option<&'a Path>,
    /// The table of events.
    pub(super) events: Option<&'a Path>,
    /// The session.
    pub(super) session: Option<&'a Path>,
    /// The table of settled modes.
    pub(super) stationary: Option<&'a Path>,
}

impl Outputs<'_> {
    /// Refuses outputs before the run, so that hours are not spent on a file that cannot be written. `inputs` are files
    /// that are read and must not be overwritten.
    pub(super) fn check(&self, inputs: &[(&'static str, &Path)]) -> Result<(), CliError> {
        if let Some(path) = self.rows
            && extension(path).is_none_or(|extension| !["csv", "npz"].contains(&extension.as_str()))
        {
            return Err(CliError::Extension {
                path: path.to_owned(),
            });
        }
        if let Some(path) = self.events.filter(|path| !has_extension(path, "csv")) {
            return Err(CliError::EventsExtension {
                path: path.to_owned(),
            });
        }
        if let Some(path) = self.stationary.filter(|path| !has_extension(path, "csv")) {
            return Err(CliError::StationaryExtension {
                path: path.to_owned(),
            });
        }
        if let Some(path) = self.session.filter(|path| !has_extension(path, "toml")) {
            return Err(CliError::SessionExtension {
                path: path.to_owned(),
            });
        }
        let named = [
            ("--out", self.rows),
            ("--events", self.events),
            ("--session", self.session),
            ("--stationary", self.stationary),
        ];
        let mut earlier = inputs.to_vec();
        for (second, path) in named {
            let Some(path) = path else { continue };
            check_writable(path)?;
            if let Some((first, _)) = earlier.iter().find(|(_, other)| is_same_file(other, path)) {
                return Err(CliError::SameFile {
                    first,
                    second,
                    path: path.to_owned(),
                });
            }
            earlier.push((second, path));
        }
        Ok(())
    }

    /// Writes every output, each whole or not at all.
    pub(super) fn write(&self, recording: &Recording) -> Result<(), CliError> {
        match self.rows {
            None => write_stdout(|stdout| write_csv(recording, stdout))?,
            Some(path) if has_extension(path, "npz") => {
                write_whole(path, |file| write_npz(recording, file))?;
            }
            Some(path) => write_whole(path, |file| write_csv(recording, file))?,
        }
        if let Some(path) = self.events {
            write_whole(path, |file| write_events_csv(recording.events(), file))?;
        }
        if let Some((path, table)) = self.stationary.zip(recording.stationary()) {
            write_whole(path, |file| write_stationary_csv(table, file))?;
        }
        if let Some(path) = self.session {
            recording.session().write(path)?;
        }
        Ok(())
    }

    /// Says something about the run: on standard output, unless the rows go there.
    pub(super) fn tell(&self, message: &str) -> Result<(), CliError> {
        if self.rows.is_some() {
            write_stdout(|stdout| writeln!(stdout, "{message}"))
        } else {
            super::say(message);
            Ok(())
        }
    }
}

/// The extension of a path in small letters.
pub(super) fn extension(path: &Path) -> Option<String> {
    let extension = path.extension().map(OsStr::to_ascii_lowercase)?;
    extension.into_string().ok()
}

pub(super) fn has_extension(path: &Path, wanted: &str) -> bool {
    extension(path).is_some_and(|extension| extension == wanted)
}
