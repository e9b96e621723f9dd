//! The map's background work: the sweep that is computed, its cells and theory's lines on their way, and cells of before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::chart::MapView;
use crate::experiment::Experiment;
use crate::sweep::map::{Boundaries, MapTable};
use crate::sweep::{CellId, CellRows, Survey, Surveyed};
use crate::worker::Job;

/// Cells that have been computed, by their ids.
#[derive(Debug, Default)]
pub(super) struct KnownCells {
    /// Replicas and steps of their runs.
    pub(super) runs: (usize, u64),
    pub(super) rows: HashMap<CellId, CellRows>,
}

/// The map's part in background work.
#[derive(Debug, Default)]
pub(super) struct MapWork {
    /// What the present cells were asked for.
    pub(super) asked: Option<(Experiment, MapView)>,
    pub(super) survey: Option<Arc<Survey>>,
    pub(super) cells: Option<Job<Surveyed>>,
    pub(super) theory: Option<Job<Boundaries>>,
    /// What theory was asked for.
    pub(super) theory_asked: Option<(Experiment, MapView)>,
    pub(super) known: Arc<Mutex<KnownCells>>,
}

impl MapWork {
    /// The sweep that is computed.
    pub(super) fn survey(&self) -> Option<&Arc<Survey>> {
        self.survey.as_ref()
    }

    /// The rows of the cells that are there, in the order of the grid.
    pub(super) fn rows(&self, table: &MapTable) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let places = (0..table.x.n()).flat_map(|column| (0..table.y.n()).map(move |row| (column, row)));
        let ids = places.filter_map(|place| table.cell(place)?.id);
        ids.filter_map(|id| known.rows.get(&id).map(|rows| rows.text.clone()))
            .collect()
    }

    /// Gives up what is going on.
    pub(super) fn stop(&mut self) {
        self.cells = None;
        self.theory = None;
        self.asked = None;
        self.theory_asked = None;
    }
}
