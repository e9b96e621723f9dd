//! The newest session of every running program, kept in one directory, so that the last one can be offered at the next start.
//!
//! A program saves into a file of its own, `autosave-<process>-<n>.toml`, which no other one overwrites; the newest file of all
//! is the last session. Files are written whole or not at all, so a program killed in the middle leaves the file before. What
//! cannot be read is put aside under a name ending in `.damaged` and told, never overwritten.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{Session, SessionError};
use crate::files::{WriteError, put_aside, remove_remains, write_new};
use crate::platform;
use crate::platform::fs::{self, DirEntry};

/// Sessions kept; older ones are removed.
const KEPT: usize = 8;
const PREFIX: &str = "autosave-";
const SUFFIX: &str = ".toml";

/// Saves the sessions of one program.
#[derive(Debug)]
pub struct Autosave {
    directory: PathBuf,
    /// The program's own file, once there is one.
    path: Option<PathBuf>,
}

/// What was found of earlier programs, or of others that still run.
#[derive(Debug, Default)]
pub struct LastSession {
    /// The newest session that can be read, and its file.
    pub session: Option<(Session, PathBuf)>,
    /// Newer files that cannot be.
    pub damaged: Vec<Damaged>,
}

/// A file that is no session this program can read.
#[derive(Debug)]
pub struct Damaged {
    /// What is wrong with it.
    pub error: SessionError,
    /// Its new name; `None` where it was left as it is: it cannot be renamed or opened, or another version of the program wrote it.
    pub kept: Option<PathBuf>,
}

impl Autosave {
    /// Prepares `directory`, which is made where it is missing. Nothing is written into it yet.
    ///
    /// # Errors
    /// [`WriteError`] where it cannot be made.
    pub fn new(directory: &Path) -> Result<Self, WriteError> {
        fs::create_dir_all(directory).map_err(|cause| WriteError::Refused {
            path: directory.to_owned(),
            cause,
        })?;
        Ok(Self {
            directory: directory.to_owned(),
            path: None,
        })
    }

    /// The program's own file, once something was saved.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Saves `session` in place of the one saved before, and removes the oldest files of others where there are many.
    ///
    /// # Errors
    /// [`WriteError`]; what was saved before is still there.
    pub fn save(&mut self, session: &Session) -> Result<(), WriteError> {
        if let Some(path) = &self.path {
            session.write(path)?;
        } else {
            self.path = Some(self.save_first(session)?);
        }
        self.prune();
        Ok(())
    }

    /// Saves under the first name that is free.
    fn save_first(&self, session: &Session) -> Result<PathBuf, WriteError> {
        let mut n = 1_u64;
        loop {
            let name = format!("{PREFIX}{}-{n}{SUFFIX}", platform::process_id());
            let path = self.directory.join(name);
            if write_new(&path, |file| session.write_to(file))? {
                return Ok(path);
            }
            n += 1;
        }
    }

    /// Removes the oldest sessions, and temporary files of programs that were killed. What cannot be removed stays.
    fn prune(&self) {
        let Some(own) = self.path.as_deref() else { return };
        for (path, _) in saved(&self.directory).unwrap_or_default().iter().skip(KEPT) {
            if path != own {
                fs::remove_file(path).ok();
            }
        }
        // The file just written tells the time.
        let Ok(now) = fs::metadata(own).and_then(|own| own.modified()) else {
            return;
        };
        remove_remains(&self.directory, now);
    }

    /// The newest session in `directory` that can be read, before those in which the default run was only watched: a window that was opened
    /// and closed again does not hide what was done before. Damaged files that are newer are put aside. A directory that is not there
    /// holds none.
    ///
    /// # Errors
    /// Where the directory cannot be listed.
    pub fn last(directory: &Path) -> io::Result<LastSession> {
        let mut last = LastSession::default();
        let mut watched = None;
        let files = match saved(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(last),
            files => files?,
        };
        for (path, _) in files {
            match Session::read(&path) {
                Ok(session) => {
                    let was_only_watched = session.is_default_run();
                    let found = (session, path);
                    if !was_only_watched {
                        last.session = Some(found);
                        return Ok(last);
                    }
                    watched = watched.or(Some(found));
                }
                Err(error) => last.damaged.push(Damaged {
                    kept: match &error {
                        SessionError::TooLong { .. }
                        | SessionError::NotText { .. }
                        | SessionError::Text { .. } => put_aside(&path),
                        SessionError::Read { .. } | SessionError::Format { .. } => None,
                    },
                    error,
                }),
            }
        }
        last.session = watched;
        Ok(last)
    }
}

/// Sessions in `directory`, newest first.
fn saved(directory: &Path) -> io::Result<Vec<(PathBuf, SystemTime)>> {
    let mut files: Vec<(PathBuf, SystemTime)> = fs::read_dir(directory)?
        .flatten()
        .filter(|entry| named(entry, PREFIX, SUFFIX))
        .filter_map(|entry| Some((entry.path(), modified(&entry)?)))
        .collect();
    files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
    Ok(files)
}

fn named(entry: &DirEntry, prefix: &str, suffix: &str) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name.starts_with(prefix) && name.ends_with(suffix)
}

fn modified(entry: &DirEntry) -> Option<SystemTime> {
    entry.metadata().ok()?.modified().ok()
}
