//! A sweep over two parameters computed from coarse to fine: every eighth cell of both axes first, then every fourth, and so on.
//!
//! Cells are those of the sweep itself, so each has the rows that `saddlescope sweep` gives it, to the bit. A cell that stands for a
//! block of others is the one in the block's lower left corner, which is a cell of the next finer level too: none is computed twice.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::map::{MapTable, Replay};
use super::{CellRows, Sweep, SweepFileError};
use crate::chart::{MapRange, MapView, Scale};
use crate::experiment::Experiment;

/// Most cells along an axis at the coarsest level.
const COARSEST: usize = 8;
/// Usual number of values of an axis at the finest level.
const FINEST: usize = 64;

/// A sweep over two parameters.
#[derive(Clone, Debug)]
pub struct Survey {
    sweep: Sweep,
    shape: (usize, usize),
    scales: (Scale, Scale),
}

/// A cell of a survey that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Surveyed {
    /// Column and row, from the lower left.
    pub place: (usize, usize),
    /// Its values, as they stand in tables.
    pub settings: Vec<String>,
    /// Its rows, or why it has none.
    pub rows: Result<CellRows, String>,
}

impl Survey {
    /// A survey of variations of `base`, of 64 values an axis.
    ///
    /// # Errors
    /// [`SweepFileError`], one line, where an axis is none or changes nothing, or the first cell is no experiment.
    pub fn new(base: &Experiment, view: &MapView) -> Result<Self, SweepFileError> {
        Self::of_size(base, view, FINEST)
    }

    /// The same with `n_values` an axis.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_size(base: &Experiment, view: &MapView, n_values: usize) -> Result<Self, SweepFileError> {
        for range in [&view.x, &view.y] {
            if let Some(because) = base.ignores(&range.key) {
                return Err(SweepFileError::Ignored {
                    key: range.key.clone(),
                    because,
                });
            }
        }
        let mut text = format!("replicas = {}\nsteps = {}\n", view.replicas, view.steps);
        for range in [&view.x, &view.y] {
            text.push_str(&axis_text(range, n_values));
        }
        let sweep = Sweep::over(base.clone(), &text)?;
        sweep.cell(0)?;
        let shape = sweep.shape();
        let n = |dimension: usize| shape.get(dimension).map_or(1, |&(_, n)| n);
        Ok(Self {
            shape: (n(0), n(1)),
            scales: (view.x.scale, view.y.scale),
            sweep,
        })
    }

    /// The sweep that a cluster would compute.
    pub fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// Whether another survey has the same cells, of which no axis' own value in the base experiment makes any.
    pub fn is_same(&self, other: &Self) -> bool {
        let last = self.sweep.n_cells() - 1;
        let id = |sweep: &Sweep, index| sweep.cell(index).map(|cell| cell.id).ok();
        self.shape == other.shape
            && self.sweep.replicas == other.sweep.replicas
            && self.sweep.stop == other.sweep.stop
            && self.sweep.keys().eq(other.sweep.keys())
            && (0..self.sweep.keys().len()).all(|axis| self.sweep.values(axis).eq(other.sweep.values(axis)))
            && [0, last]
                .iter()
                .all(|&index| id(&self.sweep, index) == id(&other.sweep, index))
    }

    /// Columns and rows of the blocks that cells stand for, level by level.
    pub fn blocks(&self) -> Vec<(usize, usize)> {
        let (width, height) = (coarsest(self.shape.0), coarsest(self.shape.1));
        let n_levels = width.max(height).ilog2() + 1;
        (0..n_levels)
            .map(|level| ((width >> level).max(1), (height >> level).max(1)))
            .collect()
    }

    /// The table that its cells are put in.
    pub fn table(&self) -> MapTable {
        let mut table = MapTable::empty(&self.sweep, self.blocks());
        table.x = table.x.on(self.scales.0);
        table.y = table.y.on(self.scales.1);
        table
    }

    /// Places of all cells, level by level.
    pub fn order(&self) -> Vec<Vec<(usize, usize)>> {
        let mut seen = vec![false; self.shape.0 * self.shape.1];
        let of_level = |(width, height): (usize, usize)| {
            let rows = (0..self.shape.1).step_by(height);
            let places =
                rows.flat_map(|row| (0..self.shape.0).step_by(width).map(move |column| (column, row)));
            places
                .filter(|&(column, row)| !std::mem::replace(&mut seen[row * self.shape.0 + column], true))
                .collect()
        };
        self.blocks().into_iter().map(of_level).collect()
    }

    /// The cell at a place.
    ///
    /// # Errors
    /// [`SweepFileError::Cell`] where its experiment is not allowed.
    pub fn cell(&self, (column, row): (usize, usize)) -> Result<super::Cell, SweepFileError> {
        self.sweep.cell((column * self.shape.1 + row) as u64)
    }

    /// The cell at a place, to be run again.
    ///
    /// # Errors
    /// [`SweepFileError::Cell`] where its experiment is not allowed.
    pub fn replay(&self, place: (usize, usize)) -> Result<Replay, SweepFileError> {
        let cell = self.cell(place)?;
        Ok(Replay {
            seed: cell.id.seed(0),
            is_exact: true,
            experiment: cell.experiment,
        })
    }

    /// Computes the cells at these places on the threads of the present rayon pool; those that were interrupted are not among them.
    /// Cells that `known` has are taken from there.
    pub fn compute(
        &self,
        places: &[(usize, usize)],
        known: impl Fn(super::CellId) -> Option<CellRows> + Sync,
        cancelled: &AtomicBool,
    ) -> Vec<Surveyed> {
        { places.par_iter() }
            .filter_map(|&place| self.compute_one(place, &known, cancelled))
            .collect()
    }

    /// A cell with its rows; `None` where it was interrupted.
    fn compute_one(
        &self,
        place: (usize, usize),
        known: &impl Fn(super::CellId) -> Option<CellRows>,
        cancelled: &AtomicBool,
    ) -> Option<Surveyed> {
        let failed = |message: String| Surveyed {
            place,
            settings: Vec::new(),
            rows: Err(message),
        };
        let cell = match self.cell(place) {
            Ok(cell) => cell,
            Err(error) => return Some(failed(error.to_string())),
        };
        if let Err(error) = self
            .sweep
            .check_memory(&cell.experiment, rayon::current_num_threads())
        {
            return Some(failed(error.to_string()));
        }
        let rows = match known(cell.id) {
            Some(rows) => Ok(rows),
            None => match self.sweep.compute(&cell, cancelled) {
                Ok(rows) => Ok(rows?),
                Err(error) => Err(error.to_string()),
            },
        };
        Some(Surveyed {
            place,
            settings: cell.settings,
            rows,
        })
    }
}

/// Cells along an axis that one stands for at the coarsest level: the least power of two that leaves eight at most.
fn coarsest(n: usize) -> usize {
    n.div_ceil(COARSEST).next_power_of_two()
}

/// An axis of a sweep file.
fn axis_text(range: &MapRange, n_values: usize) -> String {
    let scale = match range.scale {
        Scale::Log => "log",
        Scale::Linear | Scale::Symlog => "linear",
    };
    format!(
        "[[axis]]\nkey = {:?}\nfrom = {:?}\nto = {:?}\nn = {n_values}\nscale = \"{scale}\"\n",
        range.key, range.from, range.to
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::experiment::InitScheme;

    fn view() -> MapView {
        MapView {
            x: MapRange::log("live.learning_rate", 1e-3, 0.1),
            y: MapRange::linear("network.depth", 1.0, 3.0),
            replicas: 2,
            steps: 40,
            ..MapView::default()
        }
    }

    #[test]
    fn every_cell_comes_once_the_coarse_ones_first() {
        let survey = Survey::new(&Experiment::default(), &view()).unwrap();
        assert_eq!(survey.blocks(), [(8, 1), (4, 1), (2, 1), (1, 1)]);
        let order = survey.order();
        assert_eq!(order.iter().map(Vec::len).collect::<Vec<_>>(), [24, 24, 48, 96]);
        let all: std::collections::HashSet<_> = order.iter().flatten().collect();
        assert_eq!(all.len(), 64 * 3);
        assert!(order[0].iter().all(|(column, _)| column % 8 == 0));
    }

    #[test]
    fn fewer_values_span_the_same_ranges() {
        let survey = Survey::of_size(&Experiment::default(), &view(), 16).unwrap();
        assert_eq!(survey.blocks(), [(2, 1), (1, 1)]);
        let last = |survey: &Survey| survey.cell((survey.shape.0 - 1, 2)).unwrap().settings;
        assert_eq!(survey.shape, (16, 3));
        assert_eq!(
            last(&survey),
            last(&Survey::new(&Experiment::default(), &view()).unwrap())
        );
    }

    #[test]
    fn cells_are_those_of_the_headless_sweep_to_the_bit() {
        let survey = Survey::new(&Experiment::default(), &view()).unwrap();
        let places = &survey.order()[0];
        let found = survey.compute(places, |_| None, &AtomicBool::new(false));
        // The sweep as it would be saved and read by the headless program.
        let saved = Sweep::parse(Path::new(""), &survey.sweep().to_toml()).unwrap();
        assert_eq!(found.len(), places.len());
        for surveyed in found {
            let (column, row) = surveyed.place;
            let cell = saved.cell((column * 3 + row) as u64).unwrap();
            let rows = saved.compute(&cell, &AtomicBool::new(false)).unwrap().unwrap();
            assert_eq!(surveyed.rows.unwrap(), rows);
            assert_eq!(surveyed.settings, cell.settings);
        }
    }

    #[test]
    fn known_cells_are_not_computed_again() {
        let survey = Survey::new(&Experiment::default(), &view()).unwrap();
        let cell = survey.cell((0, 0)).unwrap();
        let rows = CellRows {
            id: cell.id,
            text: "known".to_owned(),
            digest: String::new(),
        };
        let known = |id| (id == rows.id).then(|| rows.clone());
        let found = survey.compute(&[(0, 0)], known, &AtomicBool::new(true));
        assert_eq!(found[0].rows.as_ref().unwrap().text, "known");
        // What is not known was interrupted.
        assert!(
            survey
                .compute(&[(1, 0)], known, &AtomicBool::new(true))
                .is_empty()
        );
    }

    #[test]
    fn surveys_differ_where_their_cells_do() {
        let base = Experiment::default();
        let survey = Survey::new(&base, &view()).unwrap();
        let mut moved = base.clone();
        moved.live.learning_rate *= 2.0;
        // The learning rate is an axis.
        assert!(survey.is_same(&Survey::new(&moved, &view()).unwrap()));
        moved.live.label_noise_std += 0.5;
        assert!(!survey.is_same(&Survey::new(&moved, &view()).unwrap()));
        let mut wider = view();
        wider.x.to = 0.2;
        assert!(!survey.is_same(&Survey::new(&base, &wider).unwrap()));
    }
    #[test]
    fn an_axis_that_changes_nothing_is_refused_in_one_line() {
        let mut base = Experiment::default();
        let mut view = view();
        view.x = MapRange::log("init.strength", 1e-4, 0.1);
        assert!(Survey::new(&base, &view).is_ok());
        base.init.scheme = InitScheme::Gaussian;
        let error = Survey::new(&base, &view).unwrap_err();
        assert_eq!(
            error.to_string(),
            "init.strength changes nothing: Gaussian weights have init.std"
        );
        view.x = MapRange::log("init.std", 1e-3, 0.1);
        assert!(Survey::new(&base, &view).is_ok());
    }
}
