//! Many experiments at once: a grid of cells, measured on any number of machines and put together into one table.
//!
//! A sweep file names a base experiment and axes. Each combination is a [`Cell`]: its [`CellId`] is a digest of its
//! experiment, and the seeds of its replicas come from that id. So a cell's numbers depend on nothing but the cell, whatever else
//! is computed, where, by how many threads and in which order; a grid may grow and keeps what is done; and a cell is done
//! again from its id alone. No trajectories are stored.
//!
//! A sweep directory holds, for every [`Shard`], one table to which finished cells are appended and one log. A program that is
//! killed leaves at most a torn last cell, which the next start removes. [`merge`] puts the tables of any number of directories
//! into one, in the order of the grid.

mod axis;
mod cell;
mod columns;
mod directory;
mod file;
mod grid;
mod id;
pub mod map;
mod measure;
mod merge;
mod merged;
#[cfg(feature = "parquet")]
mod parquet;
mod replica;
mod run;
mod shard;
mod summary;
mod survey;
mod table;
mod watch;

pub use axis::{AxisError, Setting};
pub use cell::CellRows;
pub use columns::{Column, ColumnKind, columns};
pub use directory::{DirectoryError, SweepDirectory};
pub use file::{EXAMPLE, Stop, Sweep, SweepFileError};
pub use grid::Cell;
pub use id::CellId;
pub use measure::{Measures, ModeOutcome};
pub use merge::{MergeError, Merged, merge};
pub use merged::{Collected, TableFormat, TableRows, write_table};
pub use run::{Progress, ShardRun, SweepError, count_shard, run_shard};
pub use shard::{Shard, ShardError};
pub use survey::{Survey, Surveyed};
pub use table::TableError;
