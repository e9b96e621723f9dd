//! What the window shows and how: the run, the settings of the view, the lesson, and where the pointer is. Panels read it and
//! answer with an [`Action`](crate::app::action::Action); the window alone changes it.

mod dialog;
mod draft;
mod guess;
mod kept_run;
mod known;
mod map;
mod map_settings;
mod notice;
mod predictions;
mod run_data;
mod sight;
mod speed;
mod time;
mod undoable;
mod view;
mod view_settings;

use std::path::PathBuf;

use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::lessons::Lesson;
use crate::session::MOST_KEPT_RUNS;
use crate::worker::Checkpoint;

pub(crate) use dialog::{Dialog, ExportForm, ExportKind, MapExport, Search};
pub(crate) use draft::{Companions, Draft};
pub(crate) use guess::{GuessMark, GuessValue};
pub(crate) use kept_run::KeptRun;
pub(crate) use known::known;
pub(crate) use map::{MapState, OpenedTable};
pub(crate) use map_settings::{MOST_REPLICAS, MOST_STEPS, MapSettings, presets};
pub(crate) use notice::{Notice, Offer, Progress};
pub(crate) use predictions::{Measured, Predictions};
pub(crate) use run_data::RunData;
pub(crate) use sight::{drawable, horizon, story_of, visible_range};
pub(crate) use speed::SpeedSetting;
pub(crate) use time::{Span, TimeWindow};
pub(crate) use undoable::Undoable;
pub(crate) use view::{Hovered, View};
pub(crate) use view_settings::{Alignment, Beside, MAX_SMOOTHING, Panels, Told, ViewSettings};

/// Files remembered at most.
pub(crate) const MAX_RECENT_FILES: usize = 8;

/// Everything that panels read.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) run: RunData,
    pub(crate) kept_runs: Vec<KeptRun>,
    pub(crate) view: View,
    /// Settings that apply on reset, as they are being edited.
    pub(crate) draft: Draft,
    /// Live parameters as the sliders show them: what was last asked for.
    pub(crate) live: LiveParams,
    /// Why the last value typed for them was not taken.
    pub(crate) refused_live: Option<String>,
    /// Whether the draft differs from the present run, or why it is no experiment.
    pub(crate) draft_status: Result<bool, String>,
    pub(crate) speed: SpeedSetting,
    pub(crate) teaching: Teaching,
    pub(crate) appearance: Appearance,
    pub(crate) dialog: Dialog,
    /// A line over the plots until it is closed.
    pub(crate) notice: Option<Notice>,
    /// The last session of the previous start.
    pub(crate) offer: Option<Offer>,
    /// Files opened and saved of late, the newest first.
    pub(crate) recent_files: Vec<PathBuf>,
    pub(crate) map: MapState,
    /// Background work going on.
    pub(crate) progress: Option<Progress>,
    /// Whether the person is invited to a first move.
    pub(crate) invites: bool,
    /// Frames drawn a second while something changes; none while nothing does.
    pub(crate) frames_per_second: Option<f64>,
}

/// The lessons, and the one that is open.
#[derive(Debug, Default)]
pub(crate) struct Teaching {
    pub(crate) lessons: Vec<Lesson>,
    /// The open one, counted from 0 in the list.
    pub(crate) current: Option<usize>,
}

impl Teaching {
    /// The open lesson.
    pub(crate) fn lesson(&self) -> Option<&Lesson> {
        self.lessons.get(self.current?)
    }
}

/// How the window looks, apart from theme and size, which egui holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Appearance {
    pub(crate) high_contrast: bool,
    pub(crate) reduced_motion: bool,
    /// Whether the lecture view is shown.
    pub(crate) lecture: bool,
    /// Whether only plots and sliders are shown, as part of another page.
    pub(crate) embed: bool,
}

impl State {
    /// A window that has asked for the run of `experiment` and shows it with the usual settings.
    pub(crate) fn new(run: RunData, experiment: Experiment, lessons: Vec<Lesson>) -> Self {
        Self {
            view: View::default(),
            live: experiment.live,
            draft: Draft::new(experiment),
            run,
            kept_runs: Vec::new(),
            refused_live: None,
            draft_status: Ok(false),
            speed: SpeedSetting::default(),
            teaching: Teaching {
                lessons,
                ..Teaching::default()
            },
            appearance: Appearance::default(),
            dialog: Dialog::None,
            notice: None,
            offer: None,
            recent_files: Vec::new(),
            map: MapState::default(),
            progress: None,
            invites: true,
            frames_per_second: None,
        }
    }

    /// Every setting that undo covers, as it is now.
    pub(crate) fn undoable(&self) -> Undoable {
        Undoable {
            draft: self.draft.clone(),
            live: self.live,
            speed: self.speed,
            view: self.view.settings.clone(),
        }
    }

    /// Finds out whether the draft can be read, and whether it differs from the present run in more than live parameters.
    pub(crate) fn check_draft(&mut self) {
        self.draft_status = self.draft.read(self.live).map(|mut experiment| {
            experiment.live = self.run.experiment.live;
            experiment != self.run.experiment
        });
    }

    /// Keeps the present run to compare the next ones with; of too many kept runs the oldest is forgotten.
    pub(crate) fn keep_run(&mut self, label: String) {
        let Some(kept) = KeptRun::of(&self.run, label) else {
            return;
        };
        self.kept_runs.retain(|other| other.id != kept.id);
        if self.kept_runs.len() == MOST_KEPT_RUNS {
            self.kept_runs.remove(0);
        }
        self.kept_runs.push(kept);
    }

    /// The last kept state of the run before its divergence.
    pub(crate) fn last_checkpoint(&self) -> Option<Checkpoint> {
        self.run.checkpoints.last().copied()
    }

    /// Puts a file at the head of those used of late.
    pub(crate) fn remember_file(&mut self, path: PathBuf) {
        let path = std::path::absolute(&path).unwrap_or(path);
        self.recent_files.retain(|other| *other != path);
        self.recent_files.insert(0, path);
        self.recent_files.truncate(MAX_RECENT_FILES);
    }

    /// Whether a lesson asks for a guess now: what comes before it has been shown.
    pub(crate) fn guess_is_due(&self) -> bool {
        let mark = self.view.guess.as_ref();
        mark.is_some_and(|mark| mark.given.is_none() && self.run.step >= mark.after)
    }

    /// Steps until a lesson asks for a guess, if it is going to.
    pub(crate) fn steps_to_guess(&self) -> Option<u64> {
        let mark = self.view.guess.as_ref().filter(|mark| mark.given.is_none())?;
        mark.after.checked_sub(self.run.step).filter(|left| *left > 0)
    }

    /// The step that is looked at.
    pub(crate) fn step_in_view(&self) -> u64 {
        self.view.scrubbed.map_or(self.run.step, |moment| moment.step)
    }
}
