//! The map: its cells computed in the background from coarse to fine, and what is done with them.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, PoisonError};

use eframe::egui;

use super::Window;
use super::map_work::{Seen, TheoryAsked};
use crate::app::action::MapAction;
use crate::app::state::{OpenedTable, presets};
use crate::chart::MapView;
use crate::experiment::Experiment;
use crate::platform::{HAS_THREADS, Turn};
use crate::sweep::map::{Boundaries, MapTable};
use crate::sweep::{Stop, Survey, Surveyed};
use crate::worker::{Job, JobState};

/// Values of an axis at the finest level: fewer where one thread has to compute everything.
const VALUES: usize = if HAS_THREADS { 64 } else { 16 };
/// Cells that wait to be taken in: in a page, which cannot wait until there is room, all of them.
const CAPACITY: usize = if HAS_THREADS { 256 } else { VALUES * VALUES };
/// Cells that a thread computes from one look at whether they are wanted to the next. In a page the window waits for it.
const CELLS_OF_A_TURN: usize = if HAS_THREADS { 8 } else { 1 };
/// Most cells that are kept to be shown again.
const MOST_KNOWN: usize = 1 << 14;

/// All cores but one, for the run itself; at least one.
fn threads_of_map() -> usize {
    let n_cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    n_cores.saturating_sub(1).max(1)
}

impl Window {
    /// Begins what the map needs, and takes in what has come.
    pub(super) fn look_after_map(&mut self, ctx: &egui::Context) {
        if !self.state.view.settings.map.shown {
            self.map.stop();
            return;
        }
        // While a slider is held its values pass.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.ask_for_map();
        }
        self.take_cells();
        self.take_theory();
    }

    /// What the cells vary: the lab's settings, with the seed that the map had when a cell's own seed was taken over.
    fn base_of_map(&mut self) -> Result<Experiment, String> {
        let mut base = self.state.draft.read(self.state.live)?;
        if let Some((lab, map)) = self.state.map.seeds
            && base.seed == lab
        {
            base.seed = map;
        }
        Ok(base)
    }

    /// Asks for cells and theory where what they depend on has changed.
    fn ask_for_map(&mut self) {
        let is_seen = self.map.seen.as_ref().is_some_and(|seen| seen.is_of(&self.state));
        if !is_seen {
            self.read_map();
            // After that, for reading the draft may load its samples.
            self.map.seen = Some(Seen::of(&self.state));
        }
        self.begin_theory();
    }

    fn read_map(&mut self) {
        let lab = match self.base_of_map() {
            Ok(lab) => lab,
            Err(trouble) => {
                self.state.map.trouble = Some(trouble);
                self.map.asked = None;
                return;
            }
        };
        let settings = &self.state.view.settings.map;
        let view = settings.view.clone();
        // What is shown of the cells changes none of them.
        let unmeasured = MapView {
            measure: String::new(),
            ..view.clone()
        };
        let asked = if let Some(opened) = self.state.map.opened_of(settings) {
            let (base, stop) = (opened.base.clone().unwrap_or(lab), opened.stop);
            self.map.cells = None;
            self.map.asked = None;
            self.state.map.trouble = None;
            TheoryAsked {
                base,
                view: unmeasured,
                stop,
            }
        } else {
            let cells = (
                lab.clone(),
                MapView {
                    mode: 1,
                    ..unmeasured.clone()
                },
            );
            if self.map.asked.as_ref() != Some(&cells) {
                self.map.asked = Some(cells);
                if !self.begin_survey(&lab, &view) {
                    return;
                }
            }
            TheoryAsked {
                base: lab,
                stop: Some(Stop::Steps(view.steps)),
                view: unmeasured,
            }
        };
        if self.map.theory_asked.as_ref() != Some(&asked) {
            self.map.forget_theory();
            self.state.map.set_theory(None);
            self.map.theory_due = Some(asked);
        }
    }

    /// Begins the cells, where those that are there or on their way are not the same; says whether there are such cells.
    fn begin_survey(&mut self, base: &Experiment, view: &MapView) -> bool {
        let state = &mut self.state.map;
        let survey = match Survey::of_size(base, view, VALUES) {
            Ok(survey) => Arc::new(survey),
            Err(error) => {
                state.trouble = Some(error.to_string());
                state.set_theory(None);
                self.map.cells = None;
                self.map.forget_theory();
                return false;
            }
        };
        state.trouble = None;
        let is_same = { self.map.survey.as_ref() }.is_some_and(|before| before.is_same(&survey));
        self.map.survey = Some(Arc::clone(&survey));
        if is_same && (state.is_whole() || self.map.cells.is_some()) {
            return true;
        }
        let order = survey.order();
        let n_cells = order.iter().map(Vec::len).sum();
        state.begin(survey.table(), order.first().map_or(0, Vec::len), n_cells);
        self.map.forget_theory();
        {
            let mut known = self.map.known.lock().unwrap_or_else(PoisonError::into_inner);
            let runs = (view.replicas, view.steps);
            if known.runs != runs || known.rows.len() > MOST_KNOWN {
                known.rows.clear();
            }
            known.runs = runs;
        }
        match self.compute(survey, order.into_iter().flatten().collect()) {
            Ok(job) => self.map.cells = Some(job),
            Err(error) => {
                self.map.cells = None;
                self.state.map.trouble = Some(format!("no thread can be started: {error}"));
            }
        }
        true
    }

    /// Computes cells in the background, in this order.
    fn compute(
        &self,
        survey: Arc<Survey>,
        mut places: VecDeque<(usize, usize)>,
    ) -> io::Result<Job<Surveyed>> {
        let known = Arc::clone(&self.map.known);
        let n_threads = threads_of_map();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .thread_name(|i| format!("map {i}"))
            .build();
        // Where no such threads can be started those that all parts of the program share compute the cells.
        let pool = pool.ok();
        Job::in_parts("map", CAPACITY, self.background.wake(), move |task| {
            if places.is_empty() || task.is_cancelled() {
                return Turn::End;
            }
            let found = |id| {
                let known = known.lock().unwrap_or_else(PoisonError::into_inner);
                known.rows.get(&id).cloned()
            };
            let n = places.len().min(CELLS_OF_A_TURN * n_threads);
            let turn: Vec<(usize, usize)> = places.drain(..n).collect();
            let flag = task.cancel_flag();
            let compute = || survey.compute(&turn, found, flag);
            let cells = match &pool {
                Some(pool) => pool.install(compute),
                None => compute(),
            };
            if cells.into_iter().all(|cell| task.send(cell)) {
                Turn::Again
            } else {
                Turn::End
            }
        })
    }

    /// Asks for the lines of theory that are due, once the cells that they are about are shown.
    fn begin_theory(&mut self) {
        if self.map.theory_due.is_none() {
            return;
        }
        // The axes are all that theory needs of a table.
        let axes = match self.state.map.shown(&self.state.view.settings.map) {
            Some((table, false)) => table.without_cells(),
            Some((_, true)) | None => return,
        };
        let Some(asked) = self.map.theory_due.take() else {
            return;
        };
        self.map.theory_asked = Some(asked.clone());
        let job = Job::spawn("map theory", 1, self.background.wake(), move |task| {
            let mode = asked.view.mode.saturating_sub(1);
            task.send(Boundaries::of(&axes, &asked.base, asked.stop, mode));
        });
        match job {
            Ok(job) => self.map.theory = Some(job),
            Err(error) => self.state.map.trouble = Some(format!("no thread can be started: {error}")),
        }
    }

    fn take_theory(&mut self) {
        let Some(job) = &mut self.map.theory else { return };
        match job.poll() {
            JobState::Result(theory) => self.state.map.set_theory(Some(theory)),
            JobState::Working => {}
            JobState::Ended => self.map.theory = None,
            JobState::Panicked(message) => {
                self.map.theory = None;
                self.state.map.set_theory(None);
                self.complain(format!("finding theory's lines over the map panicked: {message}"));
            }
        }
    }

    fn take_cells(&mut self) {
        let Some(job) = &mut self.map.cells else { return };
        for _ in 0..CAPACITY {
            match job.poll() {
                JobState::Result(Surveyed {
                    place,
                    settings,
                    rows,
                }) => {
                    self.state
                        .map
                        .take(place, settings, rows.as_ref().map_err(Clone::clone));
                    if let Ok(rows) = rows {
                        let mut known = self.map.known.lock().unwrap_or_else(PoisonError::into_inner);
                        known.rows.insert(rows.id, rows);
                    }
                }
                JobState::Working => return,
                JobState::Ended => {
                    self.map.cells = None;
                    return;
                }
                JobState::Panicked(message) => {
                    self.map.cells = None;
                    self.complain(format!("computing the map panicked: {message}"));
                    return;
                }
            }
        }
    }

    /// Does what was asked for on the map.
    pub(super) fn perform_on_map(&mut self, action: MapAction) {
        let settings = &mut self.state.view.settings.map;
        match action {
            MapAction::Toggle => settings.shown = !settings.shown,
            MapAction::Preset(number) => {
                let scheme = self.state.draft.experiment.init.scheme;
                if let Some((_, x, y)) = presets(scheme).get(number) {
                    settings.set_axes(x, y);
                    settings.shown = true;
                }
            }
            MapAction::ZoomTo(x, y) => settings.zoom_to(x, y),
            MapAction::Back => {
                if !settings.go_back() {
                    self.inform(
                        "This is the whole map; a rectangle drawn with the right button shows a part of it.",
                    );
                }
            }
            MapAction::Load { place, with_seed } => self.load_cell(place, with_seed),
        }
    }

    /// Takes the settings of a cell over into the lab and runs them; with the seed of its first replica too, it is that very run.
    fn load_cell(&mut self, place: (usize, usize), with_seed: bool) {
        let lab = match self.base_of_map() {
            Ok(lab) => lab,
            Err(trouble) => return self.complain(trouble),
        };
        let settings = &self.state.view.settings.map;
        let opened = self.state.map.opened_of(settings);
        let is_opened = opened.is_some();
        let found = match (opened, &self.map.survey) {
            (Some(opened), _) => {
                let Some(cell) = opened.table.cell(place) else {
                    return;
                };
                opened.table.replay(cell, &lab)
            }
            // Cells of before have other settings than those shown on the left.
            (None, Some(survey)) if !self.state.map.has_old() => survey.replay(place),
            (None, Some(_) | None) => return,
        };
        let replay = match found {
            Ok(replay) => replay,
            Err(error) => return self.complain(error.to_string()),
        };
        let mut experiment = replay.experiment;
        self.state.map.loaded = Some(place);
        let seed_of_cells = experiment.seed;
        if with_seed {
            experiment.seed = replay.seed;
            self.state.map.seeds = Some((replay.seed, seed_of_cells));
            if !replay.is_exact {
                self.inform("The table does not hold its sweep, and the lab's other settings are not those of its cells: this is another run.");
            }
        } else if !is_opened {
            experiment.seed = self.state.draft.experiment.seed;
        }
        self.take_experiment(experiment);
        self.state.invites = false;
        self.reset();
    }

    /// Shows a merged table as a map.
    pub(super) fn open_table(&mut self, name: String, table: MapTable) {
        self.leave_lesson();
        let opened = OpenedTable::new(name, table);
        if let Some(base) = opened.base.clone() {
            self.take_experiment(base);
        }
        let settings = &mut self.state.view.settings.map;
        settings.shown = true;
        settings.zooms.clear();
        (settings.view.x, settings.view.y) = opened.ranges.clone();
        if !opened.table.has_measure(&settings.view.measure)
            && let Some(measure) = opened.table.measures().first()
        {
            settings.view.measure.clone_from(measure);
        }
        settings.view.mode = settings.view.mode.min(opened.table.n_modes().max(1));
        self.state.map.open(opened);
        // Another table may have the same axes.
        self.map.stop();
        self.reset();
    }
}
