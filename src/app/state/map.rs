//! The map's cells as they come, the lines of theory over them, and a merged table that was opened.

use std::time::Duration;

use super::MapSettings;
use crate::chart::MapRange;
use crate::experiment::Experiment;
use crate::platform::Instant;
use crate::sweep::map::{Boundaries, MapAxis, MapTable};
use crate::sweep::{CellRows, Stop};

/// A merged table that was opened.
#[derive(Clone, Debug)]
pub(crate) struct OpenedTable {
    pub(crate) name: String,
    pub(crate) table: MapTable,
    /// Its axes as ranges.
    pub(crate) ranges: (MapRange, MapRange),
    /// The experiment that its cells vary, where the table says it.
    pub(crate) base: Option<Experiment>,
    /// Where its runs stop, where the table says it.
    pub(crate) stop: Option<Stop>,
}

impl OpenedTable {
    pub(crate) fn new(name: String, table: MapTable) -> Self {
        let range = |axis: &MapAxis| {
            let ends = axis
                .numbers()
                .and_then(|numbers| Some((*numbers.first()?, *numbers.last()?)));
            let (from, to) = ends.unwrap_or((0.0, 1.0));
            MapRange {
                key: axis.key.clone(),
                from,
                to,
                scale: axis.scale(),
            }
        };
        let sweep = table.sweep();
        Self {
            ranges: (range(&table.x), range(&table.y)),
            stop: sweep.as_ref().map(|sweep| sweep.stop),
            base: sweep.map(|sweep| sweep.base().clone()),
            name,
            table,
        }
    }
}

/// The map as it comes.
#[derive(Debug, Default)]
pub(crate) struct MapState {
    /// Cells that are being computed.
    table: Option<MapTable>,
    /// What was shown before, until the first level of the new cells is there.
    old: Option<MapTable>,
    /// Cells of the first level that are missing.
    n_awaited: usize,
    /// Cells done and cells in all, and since when they are computed.
    n_done: usize,
    n_cells: usize,
    since: Option<Instant>,
    /// How long the whole map took.
    took: Option<Duration>,
    theory: Option<Boundaries>,
    opened: Option<OpenedTable>,
    /// Changes so far of what a picture of it shows.
    n_changes: u64,
    /// Why there are no cells.
    pub(crate) trouble: Option<String>,
    /// The cell that was loaded last.
    pub(crate) loaded: Option<(usize, usize)>,
    /// A seed of the lab that is that of a cell, and the seed that the cells' experiments have.
    pub(crate) seeds: Option<(u64, u64)>,
}

impl MapState {
    /// Begins with other cells, none of which is there: `n_cells` of them, the first level `n_first`. Those of before are shown until
    /// that level is there; what theory says of them is not.
    pub(crate) fn begin(&mut self, table: MapTable, n_first: usize, n_cells: usize) {
        if let Some(before) = self.table.take().filter(|table| table.n_cells() > 0) {
            self.old = Some(before);
        }
        self.table = Some(table);
        self.n_awaited = n_first;
        self.n_done = 0;
        self.n_cells = n_cells;
        self.since = Some(Instant::now());
        self.took = None;
        self.loaded = None;
        self.set_theory(None);
    }

    /// Takes in a cell that is done.
    pub(crate) fn take(
        &mut self,
        place: (usize, usize),
        settings: Vec<String>,
        rows: Result<&CellRows, String>,
    ) {
        self.n_done += 1;
        self.n_awaited = self.n_awaited.saturating_sub(1);
        match (&mut self.table, rows) {
            (Some(table), Ok(rows)) => table.put(place, settings, rows),
            (_, Err(trouble)) => self.trouble = Some(trouble),
            (None, Ok(_)) => {}
        }
        if self.n_awaited == 0 {
            self.old = None;
        }
        if self.is_whole() {
            self.took = self.since.map(|since| since.elapsed());
        }
        self.n_changes += 1;
    }

    /// Sets what theory says of the cells.
    pub(crate) fn set_theory(&mut self, theory: Option<Boundaries>) {
        self.theory = theory;
        self.n_changes += 1;
    }

    /// Keeps a merged table, to be shown while its own axes are.
    pub(crate) fn open(&mut self, opened: OpenedTable) {
        self.opened = Some(opened);
        self.set_theory(None);
    }

    /// The opened table, if the axes shown are its own.
    pub(crate) fn opened_of(&self, settings: &MapSettings) -> Option<&OpenedTable> {
        let view = &settings.view;
        self.opened
            .as_ref()
            .filter(|opened| opened.ranges.0 == view.x && opened.ranges.1 == view.y)
    }

    /// The cells to be shown, and whether they are those of before.
    pub(crate) fn shown(&self, settings: &MapSettings) -> Option<(&MapTable, bool)> {
        if let Some(opened) = self.opened_of(settings) {
            return Some((&opened.table, false));
        }
        match (&self.old, &self.table) {
            (Some(old), _) => Some((old, true)),
            (None, Some(table)) => Some((table, false)),
            (None, None) => None,
        }
    }

    /// Cells that are being computed.
    pub(crate) fn table(&self) -> Option<&MapTable> {
        self.table.as_ref()
    }

    /// Whether the cells of before are still shown in place of those that are being computed.
    pub(crate) fn has_old(&self) -> bool {
        self.old.is_some()
    }

    /// What theory says of the cells, once it is found.
    pub(crate) fn theory(&self) -> Option<&Boundaries> {
        self.theory.as_ref()
    }

    /// Cells done and cells in all.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.n_done, self.n_cells)
    }

    /// Whether all cells are done.
    pub(crate) fn is_whole(&self) -> bool {
        self.n_cells > 0 && self.n_done == self.n_cells
    }

    /// How long the whole map took.
    pub(crate) fn took(&self) -> Option<Duration> {
        self.took
    }

    /// A number that is another one whenever cells or lines have changed.
    pub(crate) fn n_changes(&self) -> u64 {
        self.n_changes
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::chart::MapView;
    use crate::sweep::Survey;

    #[test]
    fn every_change_of_what_is_shown_is_counted_and_old_cells_go_with_the_first_level() {
        let view = MapView {
            replicas: 1,
            steps: 1,
            ..MapView::default()
        };
        let base = Experiment::default();
        let survey = Survey::new(&base, &view).unwrap();
        let settings = MapSettings::default();
        let mut state = MapState::default();
        let mut seen = state.n_changes();
        let mut has_changed = |state: &MapState| {
            let before = std::mem::replace(&mut seen, state.n_changes());
            before != state.n_changes()
        };
        let cell = survey.cell((0, 0)).unwrap();
        let rows = { survey.sweep().compute(&cell, &AtomicBool::new(false)) }
            .unwrap()
            .unwrap();
        state.begin(survey.table(), 1, 2);
        assert!(has_changed(&state) && !has_changed(&state));
        state.take((0, 0), cell.settings.clone(), Ok(&rows));
        assert!(has_changed(&state) && !state.is_whole() && state.took().is_none());
        let theory = Boundaries::of(&survey.table(), &base, Some(survey.sweep().stop), 0);
        state.set_theory(Some(theory));
        assert!(has_changed(&state) && state.theory().is_some());
        // Other cells: those of before are shown until one of the new is there; lines of theory are not theirs.
        state.begin(survey.table(), 1, 1);
        assert!(has_changed(&state) && state.theory().is_none());
        assert!(
            state
                .shown(&settings)
                .is_some_and(|(table, is_old)| is_old && table.n_cells() == 1)
        );
        state.take((0, 0), cell.settings, Err("no cell".to_owned()));
        assert!(has_changed(&state) && !state.has_old() && state.is_whole());
        assert_eq!(state.trouble.as_deref(), Some("no cell"));
        state.open(OpenedTable::new("t.csv".to_owned(), survey.table()));
        assert!(has_changed(&state));
        let opened = OpenedTable::new("t.csv".to_owned(), survey.table());
        assert_eq!(opened.stop, Some(Stop::Steps(1)));
    }
}
