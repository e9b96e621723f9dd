//! The experiment of a cell of a table: that of its sweep with the values of the cell laid over it.

use std::path::Path;

use toml::{Table, Value};

use super::{MapCell, MapTable};
use crate::experiment::Experiment;
use crate::sweep::{CellId, Sweep, SweepFileError};

/// A cell to be run again.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Its experiment, with the seed of the sweep's base.
    pub experiment: Experiment,
    /// Seed of its first replica.
    pub seed: u64,
    /// Whether it is the very experiment of the cell, and so the replica the same to the bit.
    pub is_exact: bool,
}

impl MapTable {
    /// The sweep whose cells these are, where the table holds it.
    pub fn sweep(&self) -> Option<Sweep> {
        Sweep::parse(Path::new(""), self.sweep.as_ref()?).ok()
    }

    /// The experiment of a cell. What a table without its sweep does not say is taken from `other`.
    ///
    /// # Errors
    /// [`SweepFileError`] where the experiment is not allowed.
    pub fn replay(&self, cell: &MapCell, other: &Experiment) -> Result<Replay, SweepFileError> {
        let base = self
            .sweep()
            .map_or_else(|| other.clone(), |sweep| sweep.base().clone());
        let axes = self.keys.iter().zip(&cell.settings).map(|(key, text)| {
            let mut axis = Table::new();
            axis.insert("key".to_owned(), Value::String(key.clone()));
            axis.insert("values".to_owned(), Value::Array(vec![value_of(text)]));
            Value::Table(axis)
        });
        let mut table = Table::new();
        table.insert("steps".to_owned(), Value::Integer(1));
        table.insert("axis".to_owned(), Value::Array(axes.collect()));
        let sweep = Sweep::over(base, &toml::to_string(&table).unwrap_or_default())?;
        let made = sweep.cell(0)?;
        let id = cell.id.unwrap_or_else(|| CellId::of(&made.experiment));
        Ok(Replay {
            is_exact: id == made.id,
            seed: id.seed(0),
            experiment: made.experiment,
        })
    }
}

/// A value as it stands in a table: a number, a list, or words.
fn value_of(text: &str) -> Value {
    let line: Option<Table> = format!("v = {text}").parse().ok();
    let value = line.and_then(|mut line| line.remove("v"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn every_cell_of_a_table_is_found_again_with_its_seed() {
        let text = "steps = 5\nreplicas = 2\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [1, 3]\n\
                    [[axis]]\nkey = \"network.hidden\"\nvalues = [\"3x5\", [4]]\n[experiment.live]\nlabel_noise_std = 0.25\n";
        let sweep = Sweep::parse(Path::new(""), text).unwrap();
        let mut table = MapTable::empty(&sweep, vec![(1, 1)]);
        for index in 0..4 {
            let cell = sweep.cell(index).unwrap();
            let rows = sweep.compute(&cell, &AtomicBool::new(false)).unwrap().unwrap();
            let place = (index as usize / 2, index as usize % 2);
            table.put(place, cell.settings.clone(), &rows);
            let found = table.cell(place).unwrap();
            let replay = table.replay(found, &Experiment::default()).unwrap();
            assert!(replay.is_exact);
            assert_eq!(
                (&replay.experiment, replay.seed),
                (&cell.experiment, cell.id.seed(0))
            );
        }
        // Without its sweep the table does not say the label noise.
        table.sweep = None;
        let found = table.cell((0, 0)).unwrap();
        assert!(!table.replay(found, &Experiment::default()).unwrap().is_exact);
    }
}
