//! Rows of a merged table become cells over the axes that vary.
//!
//! An axis is a column between `cell` and `mode` whose values are not settled by those of an axis before it; so of axes that are
//! tied to each other the first one counts.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use super::measure::{self, Place};
use super::read::{self, TableReader};
use super::table::{none, number_of};
use super::{CellMode, MapAxis, MapCell, MapError, MapTable};
use crate::budget;
use crate::experiment::MAX_RANK;
use crate::panics::caught;
use crate::sweep::ModeOutcome;

/// Rows that are read between two looks at the memory.
const ROWS_BETWEEN_LOOKS: usize = 1 << 14;

/// Which part of a table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Everything.
    All,
    /// One measure of one mode, counted from 1.
    One(&'a str, u64),
}

/// Cells as they are read.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) cells: Vec<MapCell>,
    /// Place of a cell among them, by its id and settings.
    places: HashMap<Vec<String>, usize>,
}

impl Reading {
    /// Takes a row in; its mode counts from 1.
    ///
    /// # Errors
    /// That no network has such a mode.
    pub(super) fn push(
        &mut self,
        named: &[String],
        mode: usize,
        status: &str,
        numbers: Vec<f64>,
    ) -> io::Result<()> {
        if !(1..=MAX_RANK).contains(&mode) {
            let cause = format!("a row of mode {mode}; a network has {MAX_RANK} at most");
            return Err(io::Error::other(cause));
        }
        let n = self.cells.len();
        let place = *self.places.entry(named.to_vec()).or_insert(n);
        if place == n {
            self.cells.push(MapCell {
                id: named[0].parse().ok(),
                settings: named[1..].to_vec(),
                modes: Vec::new(),
            });
        }
        let modes = &mut self.cells[place].modes;
        if modes.len() < mode {
            modes.resize(mode, None);
        }
        modes[mode - 1] = Some(CellMode {
            status: ModeOutcome::of_name(status),
            numbers,
        });
        Ok(())
    }

    /// The table of the cells that were taken in.
    ///
    /// # Errors
    /// [`MapError`]: more than two axes vary, there is no memory for the grid, or there are no rows.
    pub(super) fn finish(
        self,
        path: &Path,
        keys: &[String],
        columns: Vec<String>,
        sweep: Option<String>,
    ) -> Result<MapTable, MapError> {
        let free = free_axes(&self.cells, keys.len());
        if free.len() > 2 {
            let axes = free.iter().map(|&axis| keys[axis].as_str());
            return Err(MapError::Axes {
                axes: axes.collect::<Vec<_>>().join(", "),
            });
        }
        let axis = |dimension: usize| {
            let Some(&column) = free.get(dimension) else {
                return none();
            };
            let mut seen = HashSet::new();
            let texts = self.cells.iter().map(|cell| cell.settings[column].as_str());
            let values = texts.filter(|text| seen.insert(*text)).map(str::to_owned);
            MapAxis::new(&keys[column], values.collect())
        };
        let (x, y) = (axis(0), axis(1));
        let places =
            |axis: &MapAxis| -> HashMap<String, usize> { axis.values.iter().cloned().zip(0..).collect() };
        let (columns_of, rows_of) = (places(&x), places(&y));
        let refused = |cause| MapError::Read {
            path: path.to_owned(),
            cause,
        };
        // Few rows may name many values of both axes.
        let n_bytes = (x.n() as u64)
            .saturating_mul(y.n() as u64)
            .saturating_mul(size_of::<Option<MapCell>>() as u64);
        budget::check(n_bytes).map_err(|cause| refused(io::Error::other(cause)))?;
        let mut cells = vec![None; x.n() * y.n()];
        for cell in self.cells {
            let place = |dimension: usize, places: &HashMap<String, usize>| {
                free.get(dimension)
                    .and_then(|&column| places.get(&cell.settings[column]).copied())
                    .unwrap_or(0)
            };
            let at = place(1, &rows_of) * x.n() + place(0, &columns_of);
            cells[at] = Some(cell);
        }
        if cells.is_empty() || cells.iter().all(Option::is_none) {
            return Err(refused(io::Error::other("a table without rows")));
        }
        Ok(MapTable {
            x,
            y,
            keys: keys.to_vec(),
            sweep,
            columns,
            cells,
            blocks: Vec::new(),
        })
    }
}

impl MapTable {
    /// Reads a merged table.
    ///
    /// # Errors
    /// [`MapError`], one line.
    pub fn read(path: &Path, wanted: Wanted<'_>) -> Result<Self, MapError> {
        // The library for Parquet panics at some damaged files.
        caught(|| Self::read_file(path, wanted)).unwrap_or_else(|_| {
            Err(MapError::Read {
                path: path.to_owned(),
                cause: io::Error::other("a damaged Parquet file"),
            })
        })
    }

    fn read_file(path: &Path, wanted: Wanted<'_>) -> Result<Self, MapError> {
        let refused = |cause| MapError::Read {
            path: path.to_owned(),
            cause,
        };
        let TableReader { names, rows, sweep } = read::open(path).map_err(refused)?;
        let place = |column: &'static str| {
            let found = names.iter().position(|name| name == column);
            found.ok_or_else(|| MapError::NoSweep {
                path: path.to_owned(),
                column,
            })
        };
        let (mode_column, status_column) = (place("mode")?, place("status")?);
        let measured = &names[mode_column..];
        let kept: Vec<usize> = match wanted {
            Wanted::All => (0..measured.len()).collect(),
            Wanted::One(name, _) => {
                if Place::of(name, measured).is_none() {
                    return Err(MapError::NoMeasure {
                        measure: name.to_owned(),
                        known: measure::known(measured).join(", "),
                    });
                }
                let needed = measure::columns_of(name);
                let is_needed = |&i: &usize| needed.contains(&measured[i].as_str());
                (0..measured.len()).filter(is_needed).collect()
            }
        };
        let mut reading = Reading::default();
        let bytes_of_row = (kept.len() * size_of::<f64>() + 64 * (mode_column + 2)) as u64;
        for (n, row) in rows.enumerate() {
            let row = row.map_err(refused)?;
            if row.len() != names.len() {
                let cause = io::Error::other("a row has another number of columns than the first");
                return Err(refused(cause));
            }
            if n % ROWS_BETWEEN_LOOKS == 0 {
                budget::check(bytes_of_row * (n + ROWS_BETWEEN_LOOKS) as u64)
                    .map_err(|cause| refused(io::Error::other(cause)))?;
            }
            let mode: usize = row[mode_column].parse().unwrap_or(0);
            let is_wanted = match wanted {
                Wanted::All => mode >= 1,
                Wanted::One(_, wanted) => mode as u64 == wanted,
            };
            if is_wanted {
                let numbers = kept.iter().map(|&i| number_of(&row[mode_column + i]));
                let named = &row[..mode_column];
                { reading.push(named, mode, &row[status_column], numbers.collect()) }.map_err(refused)?;
            }
        }
        if let (Wanted::One(_, mode), true) = (wanted, reading.cells.is_empty()) {
            return Err(MapError::NoMode { mode });
        }
        let columns = kept.iter().map(|&i| measured[i].clone()).collect();
        reading.finish(path, &names[1..mode_column], columns, sweep)
    }
}

/// Columns of axes that vary by themselves; where none does, the first.
fn free_axes(cells: &[MapCell], n_axes: usize) -> Vec<usize> {
    let mut free: Vec<usize> = Vec::new();
    let values = |axis: usize| cells.iter().map(move |cell| cell.settings[axis].as_str());
    for axis in 0..n_axes {
        let varies = values(axis).any(|value| Some(value) != values(axis).next());
        // Tied: each value of an earlier axis goes with one value of this one.
        let is_tied = free.iter().any(|&earlier| {
            let mut pairs = HashMap::new();
            values(earlier)
                .zip(values(axis))
                .all(|(leader, value)| *pairs.entry(leader).or_insert(value) == value)
        });
        if varies && !is_tied {
            free.push(axis);
        }
    }
    if free.is_empty() && n_axes > 0 {
        free.push(0);
    }
    free
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn read(rows: &str) -> Result<MapTable, MapError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("t.csv");
        let head = "cell,live.learning_rate,live.batch_size,mode,status,replicas";
        std::fs::write(&path, format!("{head}\n{rows}")).unwrap();
        MapTable::read(&path, Wanted::All)
    }

    fn message(rows: &str) -> String {
        let message = read(rows).unwrap_err().to_string();
        assert_eq!(message.lines().count(), 1, "{message}");
        message
    }

    #[test]
    fn modes_that_no_network_has_are_refused() {
        let row = |mode: &str| format!("0,0.1,1,{mode},learned,3\n");
        assert_eq!(read(&row("64")).unwrap().n_modes(), 64);
        for mode in ["65", "1000000000000", "18446744073709551615"] {
            let words = format!("a row of mode {mode}; a network has 64 at most");
            assert!(message(&row(mode)).ends_with(&words));
        }
    }

    #[test]
    fn a_grid_for_which_there_is_no_memory_is_refused() {
        // Two hundred thousand values of each axis, on as many rows, would be 4 10^10 cells.
        let mut rows = String::new();
        for i in 0..200_000 {
            writeln!(rows, "0,{i},{},1,learned,3", (i * 7919) % 200_003).unwrap();
        }
        // Two cells that part the values of one axis, so that neither axis is tied to the other.
        rows += "0,5,6,1,learned,3\n0,6,5,1,learned,3\n";
        let message = message(&rows);
        assert!(message.contains("of memory, and "), "{message}");
    }
}
