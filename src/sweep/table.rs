//! The table of a shard: CSV that only grows, a finished cell at a time, each in one write.
//!
//! Whatever instant a program is killed at, all cells but the last are whole. Reading passes over a cell whose rows are not all there;
//! a program that goes on with the table cuts a torn end off first. A table has one writer: it is locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use super::grid::Finder;
use super::{CellRows, Sweep};
use crate::files;
use crate::platform::Instant;

/// Time between two syncs to the disk; a power cut loses what came since.
const SYNC_INTERVAL: Duration = Duration::from_secs(5);

/// Why a table cannot be used. Each message is one line.
#[derive(Debug, Error)]
pub enum TableError {
    /// The system refused.
    #[error("{}: {cause}", path.display())]
    System {
        /// The table.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Another process is at work on it.
    #[error("{}: another process is at work on this shard", path.display())]
    InUse {
        /// The table.
        path: PathBuf,
    },
    /// Its columns are not those of this sweep.
    #[error("{}: its columns are not those of this sweep", path.display())]
    Columns {
        /// The table.
        path: PathBuf,
    },
    /// A line in the middle is no row.
    #[error("{}: line {line} is no row of this table, and lines follow it: the file was changed or damaged", path.display())]
    Row {
        /// The table.
        path: PathBuf,
        /// Where, from 1.
        line: u64,
    },
}

/// A whole cell in a table.
#[derive(Debug)]
pub(super) struct FoundCell {
    /// Its number in the grid; `None` where the grid has no such cell.
    pub(super) index: Option<u64>,
    pub(super) id: String,
    /// Where its rows stand.
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Reads a table: tells every whole cell and gives where the last of them ends. Memory does not grow with the table.
pub(super) fn scan(
    path: &Path,
    sweep: &Sweep,
    finder: &Finder<'_>,
    mut tell: impl FnMut(FoundCell),
) -> Result<u64, TableError> {
    let refused = |cause| TableError::System {
        path: path.to_owned(),
        cause,
    };
    // What others append meanwhile is left for later.
    let (file, length) = files::open(path).map_err(refused)?;
    let ends_in_newline = ends_in_newline(path, length).map_err(refused)?;
    let header: Vec<String> = sweep.columns().into_iter().map(|column| column.name).collect();
    let (n_axes, n_columns) = (sweep.keys().len(), header.len());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(BufReader::new(file.take(length)));
    let mut record = csv::StringRecord::new();
    let mut open: Option<Open> = None;
    let (mut end, mut bad_line) = (0, None);
    loop {
        let start = reader.position().byte();
        let line = reader.position().line();
        let read = match reader.read_record(&mut record) {
            Ok(read) => read,
            Err(error) => {
                if let csv::ErrorKind::Io(cause) = error.into_kind() {
                    return Err(refused(cause));
                }
                // Not text in UTF-8.
                record.clear();
                true
            }
        };
        if !read {
            return Ok(end);
        }
        if let Some(line) = bad_line {
            return Err(TableError::Row {
                path: path.to_owned(),
                line,
            });
        }
        let next = reader.position().byte();
        let is_torn = next >= length && !ends_in_newline;
        if is_torn {
            return Ok(end);
        }
        if start == 0 {
            if !record.iter().eq(header.iter().map(String::as_str)) {
                return Err(TableError::Columns {
                    path: path.to_owned(),
                });
            }
            end = next;
            continue;
        }
        let mode = record.get(1 + n_axes).and_then(|mode| mode.parse::<usize>().ok());
        let Some(mode) = mode.filter(|_| record.len() == n_columns) else {
            // Forgiven at the very end only.
            bad_line = Some(line);
            open = None;
            continue;
        };
        if mode == 1 {
            let index = finder.index_of(record.iter().skip(1).take(n_axes));
            open = Some(Open {
                cell: FoundCell {
                    index,
                    id: record[0].to_owned(),
                    offset: start,
                    length: 0,
                },
                modes: 0,
                rank: index.map_or(usize::MAX, |index| sweep.rank(index)),
            });
        }
        let follows = open
            .as_ref()
            .is_some_and(|open| open.modes + 1 == mode && open.cell.id == record[0]);
        match open.take_if(|_| follows) {
            Some(mut cell) => {
                cell.modes = mode;
                if cell.cell.index.is_none() {
                    // Of a cell that is not in the grid it is unknown how many rows there should be, and of no account.
                    end = next;
                }
                if mode == cell.rank {
                    cell.cell.length = next - cell.cell.offset;
                    end = next;
                    tell(cell.cell);
                } else {
                    open = Some(cell);
                }
            }
            None => open = None,
        }
    }
}

/// A cell of which not all rows have been seen.
struct Open {
    cell: FoundCell,
    modes: usize,
    rank: usize,
}

fn ends_in_newline(path: &Path, length: u64) -> io::Result<bool> {
    if length == 0 {
        return Ok(true);
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(length - 1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A table being written.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    file: File,
    log: File,
    end: u64,
    synced: Instant,
}

impl Table {
    /// Opens the table of a shard, locks it, cuts off a torn end, and begins it where there is none. `tell` hears of the cells
    /// that are in it.
    pub(super) fn open(
        path: &Path,
        log: &Path,
        sweep: &Sweep,
        finder: &Finder<'_>,
        tell: impl FnMut(FoundCell),
    ) -> Result<Self, TableError> {
        let refused = |cause| TableError::System {
            path: path.to_owned(),
            cause,
        };
        let open = |path: &Path, append: bool| {
            if path.exists() {
                files::open(path)?;
            }
            let mut options = OpenOptions::new();
            options.create(true).append(append);
            if !append {
                options.read(true).write(true).truncate(false);
            }
            options.open(path)
        };
        let file = open(path, false).map_err(refused)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(TableError::InUse {
                    path: path.to_owned(),
                });
            }
            // Some shared disks know no locks.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let end = scan(path, sweep, finder, tell)?;
        let log_refused = |cause| TableError::System {
            path: log.to_owned(),
            cause,
        };
        let mut table = Self {
            path: path.to_owned(),
            log: open(log, true).map_err(log_refused)?,
            end,
            file,
            synced: Instant::now(),
        };
        let torn = fs::metadata(path).map_err(refused)?.len().saturating_sub(end);
        if torn > 0 {
            table.file.set_len(end).map_err(refused)?;
            table.note(&format!("repaired: {torn} bytes of an unfinished cell cut off"));
        }
        table.file.seek(SeekFrom::Start(end)).map_err(refused)?;
        if end == 0 {
            let names = sweep.columns().into_iter().map(|column| column.name);
            table.write(&super::cell::csv_line(names))?;
        }
        Ok(table)
    }

    /// Appends a finished cell.
    pub(super) fn append(&mut self, cell: &CellRows) -> Result<(), TableError> {
        self.write(&cell.text)?;
        if self.synced.elapsed() > SYNC_INTERVAL {
            self.sync()?;
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> Result<(), TableError> {
        match self.file.write_all(text.as_bytes()) {
            Ok(()) => {
                self.end += text.len() as u64;
                Ok(())
            }
            Err(cause) => {
                // A full disk may have taken half of it.
                self.file.set_len(self.end).ok();
                Err(TableError::System {
                    path: self.path.clone(),
                    cause,
                })
            }
        }
    }

    /// Makes sure that what is written outlasts a power cut.
    pub(super) fn sync(&mut self) -> Result<(), TableError> {
        self.synced = Instant::now();
        self.file.sync_data().map_err(|cause| TableError::System {
            path: self.path.clone(),
            cause,
        })
    }

    /// A line in the log. A log that cannot be written is no reason to lose cells.
    pub(super) fn note(&mut self, line: &str) {
        self.log.write_all(format!("{line}\n").as_bytes()).ok();
    }
}
