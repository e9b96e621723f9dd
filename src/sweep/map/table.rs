//! The cells of a sweep over two parameters in memory: read from a merged table, or put in one by one as they are computed.

use std::io;
use std::path::Path;

use super::MapError;
use super::axis::MapAxis;
use super::measure::{self, Place};
use super::read::{self, TableReader};
use super::reading::Reading;
use crate::budget;
use crate::panics::caught;
use crate::sweep::{CellId, CellRows, ModeOutcome, Sweep};

/// Rows that are read between two looks at the memory.
const ROWS_BETWEEN_LOOKS: usize = 1 << 14;

/// One mode of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellMode {
    /// What most of its replicas are; `None` for a word that is not known.
    pub status: Option<ModeOutcome>,
    /// Numbers by column, no number where there is none.
    pub(super) numbers: Vec<f64>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct MapCell {
    /// Its id, from which the seeds of its replicas come.
    pub id: Option<CellId>,
    /// Its values on all axes of the table.
    pub settings: Vec<String>,
    /// Its modes, the first one first. A mode that was not read is not there.
    pub(super) modes: Vec<Option<CellMode>>,
}

/// Cells over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct MapTable {
    /// Across.
    pub x: MapAxis,
    /// Upwards; one value without a key where there is one axis.
    pub y: MapAxis,
    /// Keys of all axes of the table.
    pub keys: Vec<String>,
    /// The sweep as TOML, where it is known.
    pub(super) sweep: Option<String>,
    /// Columns that were read, from `mode` on.
    pub(super) columns: Vec<String>,
    /// From the bottom, row by row.
    pub(super) cells: Vec<Option<MapCell>>,
    /// Columns and rows that a cell of the lower left corner of a block stands for, the coarsest block first.
    pub(super) blocks: Vec<(usize, usize)>,
}

/// Which part of a table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Everything.
    All,
    /// One measure of one mode, counted from 1.
    One(&'a str, u64),
}

impl MapTable {
    /// A table without cells over two axes of a sweep; `y` is the only value of no axis where the sweep has one.
    pub fn empty(sweep: &Sweep, blocks: Vec<(usize, usize)>) -> Self {
        let shape = sweep.shape();
        let keys: Vec<String> = sweep.keys().map(str::to_owned).collect();
        let axis = |dimension: usize| {
            shape.get(dimension).map_or_else(none, |&(axis, _)| {
                MapAxis::new(&keys[axis], sweep.values(axis).map(str::to_owned).collect())
            })
        };
        let (x, y) = (axis(0), axis(1));
        let columns = super::super::columns::MEASURED
            .iter()
            .map(|(name, _)| (*name).to_owned());
        Self {
            cells: vec![None; x.n() * y.n()],
            columns: columns.collect(),
            sweep: Some(sweep.to_toml()),
            x,
            y,
            keys,
            blocks,
        }
    }

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

    /// Puts a computed cell of a sweep over these axes in its place.
    pub fn put(&mut self, (column, row): (usize, usize), settings: Vec<String>, rows: &CellRows) {
        let mut modes = Vec::new();
        let skipped = 1 + self.keys.len();
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(rows.text.as_bytes());
        for record in reader.into_records().flatten() {
            let status = record.get(skipped + 1).and_then(ModeOutcome::of_name);
            let numbers = record.iter().skip(skipped).map(number_of).collect();
            modes.push(Some(CellMode { status, numbers }));
        }
        let place = row * self.x.n() + column;
        if let Some(cell) = self.cells.get_mut(place) {
            *cell = Some(MapCell {
                id: Some(rows.id),
                settings,
                modes,
            });
        }
    }

    /// The same axes without cells.
    #[must_use]
    pub fn without_cells(&self) -> Self {
        Self {
            cells: vec![None; self.x.n() * self.y.n()],
            x: self.x.clone(),
            y: self.y.clone(),
            keys: self.keys.clone(),
            sweep: None,
            columns: self.columns.clone(),
            blocks: Vec::new(),
        }
    }

    /// The cell at a place, if it is there.
    pub fn cell(&self, (column, row): (usize, usize)) -> Option<&MapCell> {
        self.cells.get(row * self.x.n() + column)?.as_ref()
    }

    /// The place whose cell is shown at a place: its own, or that of the finest block about it that is there.
    pub fn shown_at(&self, (column, row): (usize, usize)) -> Option<(usize, usize)> {
        let blocks = std::iter::once(&(1, 1)).chain(self.blocks.iter().rev());
        { blocks }
            .map(|(width, height)| (column - column % width, row - row % height))
            .find(|place| self.cell(*place).is_some())
    }

    /// Number of cells that are there.
    pub fn n_cells(&self) -> usize {
        self.cells.iter().flatten().count()
    }

    /// Most modes that a cell has.
    pub fn n_modes(&self) -> usize {
        self.cells
            .iter()
            .flatten()
            .map(|cell| cell.modes.len())
            .max()
            .unwrap_or(0)
    }

    /// Names of the measures that the table has.
    pub fn measures(&self) -> Vec<String> {
        measure::known(&self.columns)
    }

    /// Whether the table has a measure.
    pub fn has_measure(&self, measure: &str) -> bool {
        Place::of(measure, &self.columns).is_some()
    }

    /// A number of a mode, counted from 0, of a cell.
    pub fn number(&self, cell: &MapCell, mode: usize, measure: &str) -> Option<f64> {
        let place = Place::of(measure, &self.columns)?;
        let value = place.value(&cell.mode(mode)?.numbers);
        value.is_finite().then_some(value)
    }

    /// The 10 % and 90 % quantiles over the replicas that belong to a measure.
    pub fn spread(&self, cell: &MapCell, mode: usize, measure: &str) -> Option<(f64, f64)> {
        let (low, high) = measure::spread_of(measure)?;
        Some((self.number(cell, mode, &low)?, self.number(cell, mode, &high)?))
    }

    /// A measure of a mode, counted from 0, of every place as it is shown, row by row from the bottom, and what the mode is there.
    pub(super) fn shown(&self, mode: usize, measure: &str) -> Vec<(f64, Option<ModeOutcome>)> {
        let place = Place::of(measure, &self.columns);
        let places = (0..self.y.n()).flat_map(|row| (0..self.x.n()).map(move |column| (column, row)));
        let of = |at| {
            let found = self.shown_at(at).and_then(|at| self.cell(at)?.mode(mode));
            found.map_or((f64::NAN, None), |found| {
                let value = place.map_or(f64::NAN, |place| place.value(&found.numbers));
                (value, found.status)
            })
        };
        places.map(of).collect()
    }
}

impl MapCell {
    /// A mode, counted from 0.
    pub fn mode(&self, mode: usize) -> Option<&CellMode> {
        self.modes.get(mode)?.as_ref()
    }
}

/// The axis that a table with one axis has upwards.
pub(super) fn none() -> MapAxis {
    MapAxis::new("", vec![String::new()])
}

fn number_of(field: &str) -> f64 {
    field.parse().unwrap_or(f64::NAN)
}
