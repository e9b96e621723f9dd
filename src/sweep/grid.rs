//! The cells of a sweep, made one by one from their number: a grid of any size takes no memory.
//!
//! Cells count from 0, the values of the last axis changing fastest. Axes that are tied to others add no dimension.

use toml::{Table, Value};

use super::axis::{Axis, Setting, hidden_layers};
use super::{CellId, Stop, Sweep, SweepFileError};
use crate::experiment::Experiment;

/// One combination of values.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its number in the grid.
    pub index: u64,
    /// Digest of its experiment.
    pub id: CellId,
    /// Its experiment, with the base's seed; the seeds of its replicas come from the id.
    pub experiment: Experiment,
    /// Its value on every axis, as it stands in tables.
    pub settings: Vec<String>,
}

impl Cell {
    /// The experiment of one replica: that of the cell, with the replica's own seed.
    pub fn replica(&self, replica: usize) -> Experiment {
        Experiment {
            seed: self.id.seed(replica),
            ..self.experiment.clone()
        }
    }
}

impl Sweep {
    pub(super) fn n_cells_exact(&self) -> u128 {
        self.dimensions()
            .fold(1, |n, axis| n.saturating_mul(axis.settings.len() as u128))
    }

    /// Number of cells.
    pub fn n_cells(&self) -> u64 {
        // Bounded when the file is read.
        self.n_cells_exact() as u64
    }

    /// Axes that are tied to no other.
    fn dimensions(&self) -> impl DoubleEndedIterator<Item = &Axis> {
        self.axes.iter().filter(|axis| axis.tied_to.is_none())
    }

    /// Number of values of every axis that is tied to no other, with the axis' number among all.
    pub fn shape(&self) -> Vec<(usize, usize)> {
        let axes = self.axes.iter().enumerate();
        axes.filter(|(_, axis)| axis.tied_to.is_none())
            .map(|(i, axis)| (i, axis.settings.len()))
            .collect()
    }

    /// Values of axis number `axis`, as they stand in tables.
    pub fn values(&self, axis: usize) -> impl Iterator<Item = &str> {
        let settings = self.axes.get(axis).map_or(&[][..], |axis| &axis.settings);
        settings.iter().map(|setting| setting.text.as_str())
    }

    /// The setting of every axis in cell number `index`.
    pub(super) fn settings(&self, index: u64) -> Vec<&Setting> {
        let mut places = vec![0; self.axes.len()];
        let mut rest = index;
        for (place, axis) in places.iter_mut().zip(&self.axes).rev() {
            if axis.tied_to.is_none() {
                let n = axis.settings.len() as u64;
                *place = (rest % n) as usize;
                rest /= n;
            }
        }
        let place_of = |i: usize| self.axes[i].tied_to.map_or(places[i], |leader| places[leader]);
        self.axes
            .iter()
            .enumerate()
            .map(|(i, axis)| &axis.settings[place_of(i)])
            .collect()
    }

    /// Cell number `index`.
    ///
    /// # Errors
    /// [`SweepFileError::Cell`] where its experiment is not allowed.
    pub fn cell(&self, index: u64) -> Result<Cell, SweepFileError> {
        let settings = self.settings(index);
        let wrong = |message: String| {
            let named = self
                .keys()
                .zip(&settings)
                .map(|(key, setting)| format!("{key} = {}", setting.text));
            SweepFileError::Cell {
                settings: named.collect::<Vec<_>>().join(", "),
                message,
            }
        };
        let mut overrides = Table::new();
        let (mut depth, mut width) = (None, None);
        for (axis, setting) in self.axes.iter().zip(&settings) {
            let whole = setting.value.as_integer();
            match axis.key.as_str() {
                "network.depth" => depth = whole,
                "network.width" => width = whole,
                key => insert(&mut overrides, key, setting.value.clone()),
            }
        }
        if depth.is_some() || width.is_some() {
            let network = &self.base.network;
            let depth = depth.unwrap_or(network.depth() as i64);
            let common = network
                .hidden
                .first()
                .copied()
                .unwrap_or(network.d_in.max(network.d_out));
            let hidden = hidden_layers(depth, width.unwrap_or(common as i64))
                .ok_or_else(|| wrong(format!("network.depth = {depth}: must be from 1 to 32")))?;
            insert(&mut overrides, "network.hidden", hidden);
        }
        let experiment = self
            .base
            .with_overrides(&overrides)
            .map_err(|(_, message)| wrong(message))?;
        experiment.validate().map_err(|error| wrong(error.to_string()))?;
        if matches!(self.stop, Stop::Time(_)) && experiment.schedule.learning_rate.is_some() {
            let message = "a run at a scheduled learning rate stops after steps = N, not at a time";
            return Err(wrong(message.to_owned()));
        }
        Ok(Cell {
            index,
            id: CellId::of(&experiment),
            experiment,
            settings: settings.iter().map(|setting| setting.text.clone()).collect(),
        })
    }

    /// Number of modes of cell number `index`, and so of its rows.
    pub(super) fn rank(&self, index: u64) -> usize {
        let mut axes = self.axes.iter().zip(self.settings(index));
        let strengths = axes.find(|(axis, _)| axis.key == "teacher.strengths");
        strengths
            .and_then(|(_, setting)| Some(setting.value.as_array()?.len()))
            .unwrap_or(self.base.teacher.strengths.len())
    }
}

/// Lays a value under a dotted key.
fn insert(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((first, rest)) => {
            let entry = table
                .entry(first.to_owned())
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = entry {
                insert(inner, rest, value);
            }
        }
    }
}

/// Finds the number of a cell from the values in its row.
#[derive(Debug)]
pub(super) struct Finder<'a> {
    sweep: &'a Sweep,
    /// For every axis the place of each value; empty for axes that are tied to others.
    places: Vec<std::collections::HashMap<&'a str, u64>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(sweep: &'a Sweep) -> Self {
        let places = sweep.axes.iter().map(|axis| {
            let texts = axis.settings.iter().map(|setting| setting.text.as_str());
            match axis.tied_to {
                None => texts.zip(0..).collect(),
                Some(_) => std::collections::HashMap::new(),
            }
        });
        Self {
            places: places.collect(),
            sweep,
        }
    }

    /// The number of the cell with these values; `None` where the grid has no such cell.
    pub(super) fn index_of<'t>(&self, settings: impl Iterator<Item = &'t str> + Clone) -> Option<u64> {
        let mut index = 0;
        for ((axis, places), text) in self.sweep.axes.iter().zip(&self.places).zip(settings.clone()) {
            if axis.tied_to.is_none() {
                index = index * axis.settings.len() as u64 + places.get(text)?;
            }
        }
        let found = self.sweep.settings(index);
        let same = found.len() == settings.clone().count()
            && found
                .iter()
                .zip(settings)
                .all(|(setting, text)| setting.text == text);
        same.then_some(index)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::path::Path;

    use super::*;

    fn sweep(text: &str) -> Sweep {
        Sweep::parse(Path::new(""), text).unwrap()
    }

    #[test]
    fn every_cell_is_found_from_its_values_and_has_an_id_of_its_own() {
        let sweep = sweep(
            "steps = 10\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [1, 2, 4]\n\
             [[axis]]\nkey = \"live.learning_rate\"\ntied_to = \"live.batch_size\"\nfactor = 0.001\n\
             [[axis]]\nkey = \"network.depth\"\nfrom = 1\nto = 4\nn = 4\n\
             [[axis]]\nkey = \"teacher.strengths\"\nvalues = [[2, 1], [3]]\n",
        );
        assert_eq!(sweep.n_cells(), 24);
        let finder = Finder::new(&sweep);
        let mut ids = std::collections::HashSet::new();
        for index in 0..24 {
            let cell = sweep.cell(index).unwrap();
            let texts = cell.settings.iter().map(String::as_str);
            assert_eq!(finder.index_of(texts), Some(index));
            assert!(ids.insert(cell.id));
            let experiment = &cell.experiment;
            assert!((experiment.live.noise_scale() - 0.001).abs() < 1e-15);
            assert_eq!(experiment.network.hidden.len() as u64, index / 2 % 4);
            assert_eq!(experiment.teacher.strengths.len(), sweep.rank(index));
        }
        assert_eq!(finder.index_of(["3", "0.003", "1", "[2, 1]"].into_iter()), None);
        assert_eq!(finder.index_of(["2", "0.001", "1", "[3]"].into_iter()), None);
    }

    #[test]
    fn a_cell_is_the_experiment_written_by_hand() {
        let sweep = sweep(
            "steps = 10\n[[axis]]\nkey = \"live.label_noise_std\"\nvalues = [0, 0.5]\n\
             [[axis]]\nkey = \"network.hidden\"\nvalues = [\"3x5\"]\n[[axis]]\nkey = \"engine\"\nvalues = [\"langevin\"]\n",
        );
        let cell = sweep.cell(1).unwrap();
        let mut expected = Experiment::default();
        expected.live.label_noise_std = 0.5;
        expected.network.hidden = vec![5, 5];
        expected.engine = crate::experiment::Engine::Langevin;
        assert_eq!(cell.experiment, expected);
        assert_eq!(cell.id, CellId::of(&expected));
        assert_eq!(cell.settings, ["0.5", "3x5", "langevin"]);
    }

    #[test]
    fn a_cell_that_is_no_experiment_is_named() {
        let sweep = sweep(
            "steps = 10\n[[axis]]\nkey = \"network.d_in\"\nvalues = [4, 3]\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [2]\n",
        );
        assert!(sweep.cell(0).is_ok());
        let message = sweep.cell(1).unwrap_err().to_string();
        assert!(
            message.contains("network.d_in = 3, live.batch_size = 2") && message.contains("width 3"),
            "{message}"
        );
    }
}
