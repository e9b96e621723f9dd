//! The map: its cells computed in the background from coarse to fine, and what is done with them.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use eframe::egui;

use super::Window;
use crate::app::action::MapAction;
use crate::app::state::{Draft, OpenedTable, PRESETS};
use crate::chart::MapView;
use crate::experiment::Experiment;
use crate::platform::{HAS_THREADS, Instant, Turn};
use crate::sweep::Survey;
use crate::sweep::map::{Boundaries, MapTable};
use crate::worker::{Job, JobState};

/// Cells that wait to be taken in.
const CAPACITY: usize = 256;
/// Cells that a thread computes from one look at whether they are wanted to the next; in a page they take time from the window.
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
        // Thousands of networks on the one thread of a page would leave nothing for the window.
        if !HAS_THREADS && self.state.view.settings.map.shown {
            self.state.view.settings.map.shown = false;
            self.inform("The map needs the threads of the desktop program; a page has one.");
        }
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

    fn ask_for_map(&mut self) {
        let settings = &self.state.view.settings.map;
        let view = settings.view.clone();
        let is_opened = self.state.map.opened_of(settings).is_some();
        let base = match self.base_of_map() {
            Ok(base) => base,
            Err(trouble) => {
                self.state.map.trouble = Some(trouble);
                return;
            }
        };
        // What is shown of the cells changes none of them.
        let asked = (
            base.clone(),
            MapView {
                measure: String::new(),
                mode: 1,
                ..view.clone()
            },
        );
        if is_opened {
            self.map.cells = None;
            self.map.asked = None;
        } else if self.map.asked.as_ref() != Some(&asked) {
            self.map.asked = Some(asked);
            self.begin_survey(&base, &view);
        }
        self.ask_for_theory(base, view);
    }

    fn begin_survey(&mut self, base: &Experiment, view: &MapView) {
        let state = &mut self.state.map;
        let survey = match Survey::new(base, view) {
            Ok(survey) => Arc::new(survey),
            Err(error) => {
                state.trouble = Some(error.to_string());
                self.map.cells = None;
                return;
            }
        };
        state.trouble = None;
        let is_same = self
            .map
            .survey
            .as_ref()
            .is_some_and(|before| before.is_same(&survey));
        let is_whole = is_same && state.n_done == state.n_cells && state.n_cells > 0;
        self.map.survey = Some(Arc::clone(&survey));
        if is_whole || (is_same && self.map.cells.is_some()) {
            return;
        }
        let order = survey.order();
        if let Some(before) = state.table.take().filter(|table| table.n_cells() > 0) {
            state.old = Some(before);
        }
        state.table = Some(survey.table());
        state.n_awaited = order.first().map_or(0, Vec::len);
        state.n_done = 0;
        state.n_cells = order.iter().map(Vec::len).sum();
        state.since = Some(Instant::now());
        state.took = None;
        state.loaded = None;
        {
            let mut known = self.map.known.lock().unwrap_or_else(PoisonError::into_inner);
            let runs = (view.replicas, view.steps);
            if known.runs != runs || known.rows.len() > MOST_KNOWN {
                known.rows.clear();
            }
            known.runs = runs;
        }
        let known = Arc::clone(&self.map.known);
        let mut places: VecDeque<(usize, usize)> = order.into_iter().flatten().collect();
        // Where no threads can be started the cells are computed in the one that there is.
        let n_threads = threads_of_map();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .thread_name(|i| format!("map {i}"))
            .build();
        let mut pool = pool.ok();
        let job = Job::in_parts("map", CAPACITY, self.background.wake(), move |task| {
            let n = places.len().min((CELLS_OF_A_TURN * n_threads).min(CAPACITY));
            if !HAS_THREADS && !task.has_room(n) {
                return Turn::Rest(Duration::ZERO);
            }
            let turn: Vec<(usize, usize)> = places.drain(..n).collect();
            let found = |id| {
                let known = known.lock().unwrap_or_else(PoisonError::into_inner);
                known.rows.get(&id).cloned()
            };
            let flag = task.cancel_flag();
            let compute = || survey.compute(&turn, found, flag);
            let cells = match &mut pool {
                Some(pool) => pool.install(compute),
                None => compute(),
            };
            let is_wanted = !task.is_cancelled() && cells.into_iter().all(|cell| task.send(cell));
            if is_wanted && !places.is_empty() {
                Turn::Again
            } else {
                Turn::End
            }
        });
        match job {
            Ok(job) => self.map.cells = Some(job),
            Err(error) => state.trouble = Some(format!("no thread can be started: {error}")),
        }
    }

    fn ask_for_theory(&mut self, base: Experiment, view: MapView) {
        let Some((table, _)) = self.state.map.shown(&self.state.view.settings.map) else {
            return;
        };
        let asked = (
            base,
            MapView {
                measure: String::new(),
                ..view
            },
        );
        if self.map.theory_asked.as_ref() == Some(&asked) || self.state.map.old.is_some() {
            return;
        }
        let (mut base, mut view) = asked.clone();
        // The axes are all that theory needs of a table.
        let axes = table.without_cells();
        if let Some(opened) = self.state.map.opened_of(&self.state.view.settings.map) {
            view.steps = opened.n_steps;
            if let Some(own) = &opened.base {
                base = own.clone();
            }
        }
        let job = Job::spawn("map theory", 1, self.background.wake(), move |task| {
            task.send(Boundaries::of(
                &axes,
                &base,
                view.steps,
                view.mode.saturating_sub(1),
            ));
        });
        self.state.map.theory = None;
        self.map.theory = job.ok();
        self.map.theory_asked = Some(asked);
    }

    fn take_theory(&mut self) {
        let Some(job) = &mut self.map.theory else { return };
        match job.poll() {
            JobState::Result(theory) => self.state.map.theory = Some(theory),
            JobState::Working => {}
            JobState::Ended | JobState::Panicked(_) => self.map.theory = None,
        }
    }

    fn take_cells(&mut self) {
        let Some(job) = &mut self.map.cells else { return };
        let state = &mut self.state.map;
        for _ in 0..CAPACITY {
            match job.poll() {
                JobState::Result(surveyed) => {
                    state.n_done += 1;
                    state.n_awaited = state.n_awaited.saturating_sub(1);
                    match (&mut state.table, surveyed.rows) {
                        (Some(table), Ok(rows)) => {
                            table.put(surveyed.place, surveyed.settings, &rows);
                            let mut known = self.map.known.lock().unwrap_or_else(PoisonError::into_inner);
                            known.rows.insert(rows.id, rows);
                        }
                        (_, Err(trouble)) => state.trouble = Some(trouble),
                        (None, Ok(_)) => {}
                    }
                    if state.n_awaited == 0 {
                        state.old = None;
                    }
                    if state.n_done == state.n_cells {
                        state.took = state.since.map(|since| since.elapsed());
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
                if let Some((_, x, y)) = PRESETS.get(number) {
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
            (None, Some(survey)) if self.state.map.old.is_none() => survey.replay(place),
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
        let companions = self.state.draft.companions;
        self.state.live = experiment.live;
        self.state.draft = Draft::new(experiment);
        self.state.draft.companions = companions;
        self.state.invites = false;
        self.reset();
    }

    /// Shows a merged table as a map.
    pub(super) fn open_table(&mut self, name: String, table: MapTable) {
        self.leave_lesson();
        let opened = OpenedTable::new(name, table);
        if let Some(base) = opened.base.clone() {
            let companions = self.state.draft.companions;
            self.state.live = base.live;
            self.state.draft = Draft::new(base);
            self.state.draft.companions = companions;
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
        self.state.map.opened = Some(opened);
        self.map.theory_asked = None;
        self.reset();
    }
}
