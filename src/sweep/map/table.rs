//! The cells of a sweep over two parameters in memory: read from a merged table (`reading`), or put in one by one as they are computed.

use super::axis::MapAxis;
use super::measure::{self, Place};
use crate::sweep::{CellId, CellRows, ModeOutcome, Sweep};

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

pub(super) fn number_of(field: &str) -> f64 {
    field.parse().unwrap_or(f64::NAN)
}
