//! Computes the cells of a shard that are not done yet, on all threads of the present rayon pool.
//!
//! Each cell is appended to the shard's table when it is finished, so the table's order is that of finishing; nothing else
//! depends on it. Beside a bit a cell the memory does not grow with the grid.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use thiserror::Error;

use super::grid::Finder;
use super::table::{Table, TableError, scan};
use super::{DirectoryError, Shard, Sweep, SweepDirectory, SweepFileError};
use crate::platform::Instant;
use crate::simulation::SetupError;

/// Why a shard could not go on. What was finished is kept.
#[derive(Debug, Error)]
pub enum SweepError {
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A table cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A cell is no experiment.
    #[error(transparent)]
    Cell(#[from] SweepFileError),
    /// The flag was raised before the first cell was begun.
    #[error("interrupted before the first cell was computed")]
    Interrupted,
    /// The data of a cell cannot be drawn.
    #[error("cell {id}: {cause}")]
    Setup {
        /// The cell.
        id: super::CellId,
        /// Why.
        cause: SetupError,
    },
}

/// How far a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Cells of the shard that are finished.
    pub done: u64,
    /// Cells of the shard.
    pub total: u64,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardRun {
    /// Cells computed now.
    pub computed: u64,
    /// Cells of the shard that were there before, in this shard's table or another one's.
    pub found: u64,
    /// Cells of the shard that are left.
    pub left: u64,
}

/// A bit a cell.
#[derive(Debug)]
pub(super) struct Bits(Vec<AtomicU64>);

impl Bits {
    pub(super) fn new(n: u64) -> Self {
        Self((0..n.div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn set(&self, index: u64) {
        self.0[(index / 64) as usize].fetch_or(1 << (index % 64), Ordering::Relaxed);
    }

    pub(super) fn has(&self, index: u64) -> bool {
        self.0[(index / 64) as usize].load(Ordering::Relaxed) >> (index % 64) & 1 == 1
    }
}

/// Which cells of the grid belong to `shard`, given those that are done: the cells to be computed and their number, and the number of those
/// of the shard that are done. Every cell that is not done is made and judged.
fn cells_left(
    sweep: &Sweep,
    shard: Shard,
    done: &Bits,
    interrupted: &AtomicBool,
) -> Result<(Bits, u64, u64), SweepError> {
    let n = sweep.n_cells();
    let left = Bits::new(n);
    let (n_left, n_done) = (AtomicU64::new(0), AtomicU64::new(0));
    let n_threads = rayon::current_num_threads();
    let refused = (0..n).into_par_iter().find_map_first(|index| {
        if interrupted.load(Ordering::Relaxed) {
            return Some(SweepError::Interrupted);
        }
        let cell = match sweep.cell(index) {
            Ok(cell) => cell,
            Err(error) => return Some(error.into()),
        };
        if shard.holds(cell.id) {
            if let Err(cause) = sweep.check_memory(&cell.experiment, n_threads) {
                let what = format!("cell {}, one of {n_threads} at a time,", cell.id);
                return Some(SweepFileError::Memory { what, cause }.into());
            }
            if done.has(index) {
                n_done.fetch_add(1, Ordering::Relaxed);
            } else {
                left.set(index);
                n_left.fetch_add(1, Ordering::Relaxed);
            }
        }
        None
    });
    match refused {
        Some(error) => Err(error),
        None => Ok((left, n_left.into_inner(), n_done.into_inner())),
    }
}

/// Goes through the grid as [`run_shard`] would and computes nothing: number of cells of the shard.
///
/// # Errors
/// [`SweepError::Cell`] of the first cell that is no experiment, or [`SweepError::Interrupted`].
pub fn count_shard(sweep: &Sweep, shard: Shard, interrupted: &AtomicBool) -> Result<u64, SweepError> {
    let none = Bits::new(sweep.n_cells());
    cells_left(sweep, shard, &none, interrupted).map(|(_, n, _)| n)
}

/// Computes what is left of a shard. `progress` hears of every finished cell, from any thread.
///
/// # Errors
/// [`SweepError`]; what was finished before is kept.
pub fn run_shard(
    sweep: &Sweep,
    directory: &SweepDirectory,
    shard: Shard,
    interrupted: &AtomicBool,
    progress: impl Fn(Progress) + Sync,
) -> Result<ShardRun, SweepError> {
    let finder = Finder::new(sweep);
    let done = Bits::new(sweep.n_cells());
    let path = directory.table(shard);
    let count = |cell: super::table::FoundCell| {
        if let Some(index) = cell.index {
            done.set(index);
        }
    };
    let mut table = Table::open(&path, &directory.log(shard), sweep, &finder, count)?;
    for other in directory.tables()? {
        if other != path {
            scan(&other, sweep, &finder, count)?;
        }
    }
    let (left, n_left, found) = cells_left(sweep, shard, &done, interrupted)?;
    let total = n_left + found;
    let version = env!("CARGO_PKG_VERSION");
    table.note(&format!(
        "started: version {version}, shard {shard}, {found} of {total} cells done"
    ));
    progress(Progress { done: found, total });
    let table = Mutex::new(table);
    let computed = AtomicU64::new(0);
    let outcome = (0..sweep.n_cells())
        .filter(|&index| left.has(index))
        .take_while(|_| !interrupted.load(Ordering::Relaxed))
        .par_bridge()
        .try_for_each(|index| {
            let cell = sweep.cell(index)?;
            let start = Instant::now();
            let rows = sweep
                .compute(&cell, interrupted)
                .map_err(|cause| SweepError::Setup { id: cell.id, cause })?;
            let Some(rows) = rows else { return Ok(()) };
            let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
            table.append(&rows)?;
            let seconds = start.elapsed().as_secs_f64();
            table.note(&format!("cell {}: {seconds:.3} s", rows.id));
            let n = computed.fetch_add(1, Ordering::Relaxed) + 1;
            progress(Progress {
                done: found + n,
                total,
            });
            Ok(())
        });
    let mut table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
    let computed = computed.into_inner();
    let run = ShardRun {
        computed,
        found,
        left: n_left - computed,
    };
    table.note(&match &outcome {
        Ok(()) if run.left == 0 => format!("finished: {computed} cells computed"),
        Ok(()) => format!("interrupted: {computed} cells computed, {} left", run.left),
        Err(error) => format!("failed: {error}"),
    });
    table.sync()?;
    outcome.map(|()| run)
}
