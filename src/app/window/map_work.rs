//! The map's background work: the sweep that is computed, its cells and theory's lines on their way, and cells of before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::state::{Draft, State};
use crate::chart::MapView;
use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::sweep::map::{Boundaries, MapTable};
use crate::sweep::{CellId, CellRows, Stop, Survey, Surveyed};
use crate::worker::Job;

/// Cells that have been computed, by their ids.
#[derive(Debug, Default)]
pub(super) struct KnownCells {
    /// Replicas and steps of their runs.
    pub(super) runs: (usize, u64),
    pub(super) rows: HashMap<CellId, CellRows>,
}

/// Everything that decides which cells and lines the map has.
#[derive(Debug)]
pub(super) struct Seen {
    draft: Draft,
    live: LiveParams,
    seeds: Option<(u64, u64)>,
    view: MapView,
    is_opened: bool,
}

impl Seen {
    /// As it is now.
    pub(super) fn of(state: &State) -> Self {
        let settings = &state.view.settings.map;
        Self {
            draft: state.draft.clone(),
            live: state.live,
            seeds: state.map.seeds,
            view: settings.view.clone(),
            is_opened: state.map.opened_of(settings).is_some(),
        }
    }

    /// Whether it still is so. Nothing is copied for that, for it is asked in every frame.
    pub(super) fn is_of(&self, state: &State) -> bool {
        let settings = &state.view.settings.map;
        self.live == state.live
            && self.seeds == state.map.seeds
            && self.view == settings.view
            && self.is_opened == state.map.opened_of(settings).is_some()
            && self.draft == state.draft
    }
}

/// What theory is asked: the experiment that the cells vary, the axes and the mode, and where runs stop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TheoryAsked {
    pub(super) base: Experiment,
    pub(super) view: MapView,
    pub(super) stop: Option<Stop>,
}

/// The map's part in background work.
#[derive(Debug, Default)]
pub(super) struct MapWork {
    /// What was there when the map was last looked at; nothing before that.
    pub(super) seen: Option<Seen>,
    /// What the present cells were asked for.
    pub(super) asked: Option<(Experiment, MapView)>,
    pub(super) survey: Option<Arc<Survey>>,
    pub(super) cells: Option<Job<Surveyed>>,
    pub(super) theory: Option<Job<Boundaries>>,
    /// What theory was asked last, and what it is to be asked once the cells that it is about are shown.
    pub(super) theory_asked: Option<TheoryAsked>,
    pub(super) theory_due: Option<TheoryAsked>,
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
        self.asked = None;
        self.seen = None;
        self.forget_theory();
    }

    /// Gives up what theory was asked.
    pub(super) fn forget_theory(&mut self) {
        self.theory = None;
        self.theory_asked = None;
        self.theory_due = None;
    }
}
