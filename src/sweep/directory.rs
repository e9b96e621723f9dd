//! The directory of a sweep: `sweep.toml`, the sweep as it was last started, and for every shard a table and a log.
//!
//! What was made by another version of the program, or for another sweep, is refused before anything is written. A grid with other
//! values on the same axes is the same sweep.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Shard, Sweep, SweepFileError};
use crate::files::{self, WriteError, check_writable, write_whole};

/// The sweep in its directory.
const KEPT: &str = "sweep.toml";
/// Longest of them.
const LONGEST: u64 = 1 << 26;

/// Why a directory cannot be used. Each message is one line.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    System {
        /// File or directory.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// There is no sweep.
    #[error("{}: no directory of a sweep: there is no {KEPT} in it", path.display())]
    NoSweep {
        /// The directory.
        path: PathBuf,
    },
    /// Tables without their sweep.
    #[error("{}: holds tables, but not the {KEPT} that says of what", path.display())]
    Orphans {
        /// The directory.
        path: PathBuf,
    },
    /// Another version of the program made it.
    #[error("{}: made by version {version}, this is {}: take another directory", path.display(), env!("CARGO_PKG_VERSION"))]
    Version {
        /// The directory.
        path: PathBuf,
        /// That version.
        version: String,
    },
    /// It belongs to another sweep.
    #[error(
        "{}: belongs to another sweep, which differs in more than the values of its axes: take another directory",
        path.display()
    )]
    OtherSweep {
        /// The directory.
        path: PathBuf,
    },
    /// The file in it is no sweep.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: Box<SweepFileError>,
    },
    /// The sweep cannot be kept.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A directory that belongs to a sweep.
#[derive(Clone, Debug)]
pub struct SweepDirectory {
    path: PathBuf,
}

impl SweepDirectory {
    /// The directory of `sweep`, made where there is none.
    ///
    /// # Errors
    /// [`DirectoryError`] where it belongs to anything else or cannot be written.
    pub fn of(path: &Path, sweep: &Sweep) -> Result<Self, DirectoryError> {
        fs::create_dir_all(path).map_err(|cause| system(path, cause))?;
        let directory = Self {
            path: path.to_owned(),
        };
        match directory.head()? {
            None if directory.tables()?.is_empty() => {}
            None => {
                return Err(DirectoryError::Orphans {
                    path: path.to_owned(),
                });
            }
            Some((settings, _)) if settings == sweep.settings_digest() => {}
            Some(_) => {
                return Err(DirectoryError::OtherSweep {
                    path: path.to_owned(),
                });
            }
        }
        let (kept, text) = (path.join(KEPT), sweep.to_kept());
        check_writable(&kept)?;
        if files::read(&kept, LONGEST).ok().as_deref() != Some(text.as_bytes()) {
            write_whole(&kept, |file| io::Write::write_all(file, text.as_bytes()))?;
        }
        Ok(directory)
    }

    /// The files that computing a shard into the directory `path` writes.
    pub fn outputs(path: &Path, shard: Shard) -> [PathBuf; 3] {
        let directory = Self {
            path: path.to_owned(),
        };
        [path.join(KEPT), directory.table(shard), directory.log(shard)]
    }

    /// A directory that is there, with its sweep.
    ///
    /// # Errors
    /// [`DirectoryError`] where it holds none, or another version's.
    pub fn open(path: &Path) -> Result<(Self, Sweep), DirectoryError> {
        let directory = Self {
            path: path.to_owned(),
        };
        let (settings, sweep) = directory.head()?.ok_or_else(|| DirectoryError::NoSweep {
            path: path.to_owned(),
        })?;
        if settings == sweep.settings_digest() {
            Ok((directory, sweep))
        } else {
            // Changed by hand, or data files have changed.
            Err(DirectoryError::OtherSweep {
                path: path.to_owned(),
            })
        }
    }

    /// Digest of the settings and sweep that are kept, if one is.
    fn head(&self) -> Result<Option<(String, Sweep)>, DirectoryError> {
        let path = self.path.join(KEPT);
        let text = match files::read_text(&path, LONGEST) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|cause| system(&path, cause))?,
        };
        match Sweep::parse_kept(&text) {
            Ok((_, settings, Some(sweep))) => Ok(Some((settings, sweep))),
            Ok((version, _, None)) => Err(DirectoryError::Version {
                path: self.path.clone(),
                version,
            }),
            Err(cause) => Err(DirectoryError::File {
                path,
                cause: Box::new(cause),
            }),
        }
    }

    /// The tables in it, by name.
    pub(super) fn tables(&self) -> Result<Vec<PathBuf>, DirectoryError> {
        let refused = |cause| system(&self.path, cause);
        let mut tables = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(refused)? {
            let name = entry.map_err(refused)?.file_name();
            let stem = name.to_str().and_then(|name| name.strip_suffix(".csv"));
            let is_table = stem.is_some_and(|stem| stem.starts_with("shard-"));
            if is_table {
                tables.push(self.path.join(name));
            }
        }
        tables.sort();
        Ok(tables)
    }

    /// The table of a shard.
    pub(super) fn table(&self, shard: Shard) -> PathBuf {
        self.path.join(shard.name() + ".csv")
    }

    /// The sweep in it.
    pub(super) fn kept(&self) -> PathBuf {
        self.path.join(KEPT)
    }

    /// The log of a shard.
    pub(super) fn log(&self, shard: Shard) -> PathBuf {
        self.path.join(shard.name() + ".log")
    }
}

pub(super) fn system(path: &Path, cause: io::Error) -> DirectoryError {
    DirectoryError::System {
        path: path.to_owned(),
        cause,
    }
}
