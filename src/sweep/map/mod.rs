//! A sweep over two parameters as a map: a measure of a mode, coloured, with what theory says of it.
//!
//! [`MapTable`] holds the cells, read from a merged table or put in as they are computed; [`Boundaries`] the lines of theory over
//! them; both together are a [`MapSheet`](crate::chart::MapSheet), which [`crate::chart::map`] draws.

mod axis;
mod boundaries;
mod measure;
mod parameter;
mod picture;
mod read;
mod reading;
mod replay;
mod table;
mod title;

use std::io;

use thiserror::Error;

pub use axis::MapAxis;
pub use boundaries::{Boundaries, Boundary, Law, Setting};
pub use measure::{measure_title, offered};
pub use parameter::{PARAMETERS, Parameter, symbol};
pub use read::is_table;
pub use reading::Wanted;
pub use replay::Replay;
pub use table::{CellMode, MapCell, MapTable};

/// Why a table is no map. Each message is one line.
#[derive(Debug, Error)]
pub enum MapError {
    /// The table cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The table.
        path: std::path::PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is no table of a sweep.
    #[error("{}: no merged table of a sweep: column {column} is missing", path.display())]
    NoSweep {
        /// The table.
        path: std::path::PathBuf,
        /// The column.
        column: &'static str,
    },
    /// There is no such measure.
    #[error("--measure {measure}: no column of numbers; there are {known}")]
    NoMeasure {
        /// The measure.
        measure: String,
        /// Columns there are.
        known: String,
    },
    /// There is no such mode.
    #[error("--mode {mode}: the table has none")]
    NoMode {
        /// The mode, from 1.
        mode: u64,
    },
    /// A map has two axes at most.
    #[error("a map has one or two axes, but {axes} vary: sweep over two of them")]
    Axes {
        /// Keys that vary.
        axes: String,
    },
}
