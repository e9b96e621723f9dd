//! The files a headless run leaves behind: judged before the run, written after it, all or none.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;

use super::command_files::CommandFiles;
use super::error::CliError;
use super::write_stdout;
use crate::files::Staging;
use crate::session::{DensityTable, Recording, write_csv, write_events_csv, write_npz, write_stationary_csv};

/// Where the rows of a recording go.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    /// To standard output, as CSV.
    Printed,
    /// Into a file, as its name says.
    File(&'a Path),
    /// Nowhere.
    Left,
}

/// Where a recording goes.
#[derive(Clone, Copy)]
pub(super) struct Outputs<'a> {
    pub(super) rows: Rows<'a>,
    /// The table of events.
    pub(super) events: Option<&'a Path>,
    /// The session.
    pub(super) session: Option<&'a Path>,
    /// The table of settled modes.
    pub(super) stationary: Option<&'a Path>,
    /// The laws of the modes along the run.
    pub(super) density: Option<&'a Path>,
}

impl Outputs<'_> {
    /// Refuses outputs before the run, so that hours are not spent on a file that cannot be written. `files` knows what was read
    /// and must not be overwritten.
    pub(super) fn check(&self, files: &mut CommandFiles) -> Result<(), CliError> {
        if let Rows::File(path) = self.rows
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
        if let Some(path) = self.density.filter(|path| !has_extension(path, "npz")) {
            return Err(CliError::DensityExtension {
                path: path.to_owned(),
            });
        }
        if let Some(path) = self.session.filter(|path| !has_extension(path, "toml")) {
            return Err(CliError::SessionExtension {
                path: path.to_owned(),
            });
        }
        if let Rows::File(path) = self.rows {
            files.will_write("--out", path)?;
        }
        for (option, path) in [
            ("--events", self.events),
            ("--session", self.session),
            ("--stationary", self.stationary),
            ("--density", self.density),
        ] {
            if let Some(path) = path {
                files.will_write(option, path)?;
            }
        }
        Ok(())
    }

    /// Writes every output, or none.
    pub(super) fn write(&self, recording: &Recording) -> Result<(), CliError> {
        let density = self.density.map(|path| Ok((path, DensityTable::new(recording)?)));
        let density = density.transpose().map_err(CliError::Density)?;
        let mut staging = Staging::default();
        if let Rows::File(path) = self.rows {
            staging.add(path, |file| {
                if has_extension(path, "npz") {
                    write_npz(recording, file)
                } else {
                    write_csv(recording, file)
                }
            })?;
        }
        if let Some(path) = self.events {
            staging.add(path, |file| write_events_csv(recording.events(), file))?;
        }
        if let Some((path, table)) = self.stationary.zip(recording.stationary()) {
            staging.add(path, |file| write_stationary_csv(table, file))?;
        }
        if let Some((path, table)) = &density {
            staging.add(path, |file| table.write(file))?;
        }
        if let Some(path) = self.session {
            staging.add(path, |file| recording.session().write_to(file))?;
        }
        if let Rows::Printed = self.rows {
            write_stdout(|stdout| write_csv(recording, stdout))?;
        }
        Ok(staging.commit()?)
    }

    /// Says something about the run: on standard output, unless the rows go there.
    pub(super) fn tell(&self, message: &str) -> Result<(), CliError> {
        match self.rows {
            Rows::File(_) | Rows::Left => write_stdout(|stdout| writeln!(stdout, "{message}")),
            Rows::Printed => {
                super::say(message);
                Ok(())
            }
        }
    }
}

/// Where rows go that are written to `path`, or else printed.
pub(super) fn file_or_printed(path: Option<&Path>) -> Rows<'_> {
    path.map_or(Rows::Printed, Rows::File)
}

/// The extension of a path in small letters.
pub(super) fn extension(path: &Path) -> Option<String> {
    let extension = path.extension().map(OsStr::to_ascii_lowercase)?;
    extension.into_string().ok()
}

pub(super) fn has_extension(path: &Path, wanted: &str) -> bool {
    extension(path).is_some_and(|extension| extension == wanted)
}
