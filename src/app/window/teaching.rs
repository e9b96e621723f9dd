//! Lessons in the window: opening one, its kept runs computed in the background, and guesses.

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Ui;

use super::Window;
use crate::app::draft::{Companions, Draft};
use crate::app::kept_runs::KeptRun;
use crate::app::lesson_panel::{GuessMark, LessonPanel, Request};
use crate::app::transport::SpeedSetting;
use crate::app::view::{Shown, TimeAxis, TimeScale};
use crate::lessons::{self, GuessQuantity, Lesson, TheoryLayer};
use crate::simulation::{Schedule, Script};
use crate::worker::{Command, RunSpec, RunState};

/// Seconds that the animation of a lesson takes.
const DURATION_SECS: f64 = 18.0;

/// What the window knows of lessons.
#[derive(Debug)]
pub(super) struct Teaching {
    pub(super) lessons: Vec<Lesson>,
    /// The one in hand.
    pub(super) current: Option<usize>,
    /// How the lab was looked at before the first lesson.
    lab: Option<Lab>,
    /// Kept runs of the lesson being computed.
    coming: Option<Receiver<KeptRun>>,
}

/// Settings that a lesson replaces for its time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lab {
    pub(super) shown: Shown,
    pub(super) time: TimeScale,
    pub(super) speed: SpeedSetting,
}

impl Teaching {
    pub(super) fn new(lessons: Vec<Lesson>) -> Self {
        Self {
            lessons,
            current: None,
            lab: None,
            coming: None,
        }
    }
}

impl Window {
    /// Opens a lesson, counted from 0 in the list.
    pub(in crate::app) fn open_lesson(&mut self, index: usize) {
        let Some(lesson) = self.teaching.lessons.get(index).cloned() else {
            return;
        };
        if self.teaching.lab.is_none() {
            self.teaching.lab = Some(self.lab());
        }
        self.teaching.current = Some(index);
        self.files.offered = None;
        self.invites = false;
        self.notice = None;
        self.kept_runs.clear();
        self.draft = Draft::new(lesson.experiment.clone());
        self.draft.companions = Companions::of(&lesson.companions);
        self.live = lesson.experiment.live;
        self.speed = SpeedSetting {
            steps_per_second: (lesson.end_step as f64 / DURATION_SECS).clamp(1.0, 1e6),
            unlimited: false,
        };
        let axis = match lesson.view.axis {
            lessons::TimeAxis::Steps => TimeAxis::Step,
            lessons::TimeAxis::Time => TimeAxis::Time,
        };
        self.view.set_time(TimeScale { axis, log: false });
        self.view.solo = None;
        self.view.smoothing = 0.0;
        self.view.scales.clear();
        self.view.theory_band = lesson.view.theory == TheoryLayer::Band;
        self.view.large.clone_from(&lesson.view.large);
        self.view.events_listed = lesson.view.large.contains(&lessons::Plot::Events);
        self.view.guess = lesson.guess.as_ref().map(|guess| GuessMark {
            plot: guess.plot,
            quantity: guess.quantity,
            mode: guess.mode,
            given: None,
            answer: guess.answer,
        });
        // Theory would give the answer away.
        self.view.shown.theory = lesson.view.theory != TheoryLayer::Off && self.view.guess.is_none();
        self.load(RunSpec {
            run: 0,
            companions: lesson
                .companions
                .dynamics_other_than(lesson.experiment.dynamics()),
            ensembles: lesson.companions.ensembles(),
            experiment: lesson.experiment.clone(),
            schedule: Schedule::DenseFirst,
            script: Script::new(lesson.changes.clone()).unwrap_or_default(),
            catch_up_to: 0,
            start: false,
        });
        let eta = lesson.experiment.live.learning_rate;
        self.horizon = self.horizon.min(1.03 * lesson.end_step as f64 * eta);
        if self.view.guess.is_none() {
            self.send(Command::Step(lesson.end_step));
        }
        self.compute_kept_runs(&lesson);
    }

    /// Computes the kept runs of a lesson on a thread of its own.
    fn compute_kept_runs(&mut self, lesson: &Lesson) {
        self.teaching.coming = None;
        if lesson.kept_runs.is_empty() {
            return;
        }
        let (sender, coming) = bounded(lesson.kept_runs.len());
        let (kept_runs, end_step) = (lesson.kept_runs.clone(), lesson.end_step);
        let thread = std::thread::Builder::new().name("kept runs".to_owned());
        let spawned = thread.spawn(move || {
            for kept_run in kept_runs {
                let Some(computed) = KeptRun::compute(&kept_run.experiment, kept_run.label, end_step) else {
                    continue;
                };
                // Nobody waits for them once another lesson is open.
                if sender.send(computed).is_err() {
                    return;
                }
            }
        });
        self.teaching.coming = spawned.is_ok().then_some(coming);
    }

    /// Takes in kept runs that are ready, and guesses that were clicked.
    pub(super) fn look_after_lesson(&mut self) {
        if let Some(coming) = &self.teaching.coming {
            self.kept_runs.extend(coming.try_iter());
        }
        if self.teaching.current.is_none() {
            return;
        }
        let clicked = self.view.clicked.take();
        if let (Some(mark), Some((plot, x, y))) = (&self.view.guess, clicked)
            && mark.given.is_none()
            && mark.plot == plot
        {
            let given = match mark.quantity {
                GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => {
                    let value = self.view.time.value(x);
                    match self.view.time.axis {
                        TimeAxis::Step => value,
                        TimeAxis::Time => value / self.run.experiment.live.learning_rate,
                    }
                }
                GuessQuantity::PeakFraction => x,
                GuessQuantity::Strength => y,
                GuessQuantity::Variance => x * x,
            };
            self.take_guess(Some(given));
        }
    }

    /// Goes on with the lesson, with a guess or without.
    pub(super) fn take_guess(&mut self, given: Option<f64>) {
        match (&mut self.view.guess, given) {
            (Some(mark), Some(given)) => mark.given = Some(given),
            (mark, _) => *mark = None,
        }
        let Some(lesson) = self.teaching.current.and_then(|i| self.teaching.lessons.get(i)) else {
            return;
        };
        self.view.shown.theory = lesson.view.theory != TheoryLayer::Off;
        let end_step = lesson.end_step;
        if self.run.state == RunState::Paused && self.run.step < end_step {
            self.send(Command::Step(end_step - self.run.step));
        }
    }

    /// The next lesson, or the one before; the first where none is open.
    pub(super) fn turn_to_lesson(&mut self, forwards: bool) {
        let last = self.teaching.lessons.len().saturating_sub(1);
        let index = match (self.teaching.current, forwards) {
            (None, _) => 0,
            (Some(current), true) => (current + 1).min(last),
            (Some(current), false) => current.saturating_sub(1),
        };
        self.open_lesson(index);
    }

    /// Closes the lesson; its run goes on as any other.
    pub(super) fn open_in_lab(&mut self) {
        self.teaching.current = None;
        self.view.large.clear();
        self.view.theory_band = false;
        self.view.guess = None;
        if let Some(lab) = self.teaching.lab.take() {
            self.view.shown = lab.shown;
            self.view.set_time(lab.time);
        }
    }

    /// How the lab is looked at, or was before the first lesson.
    pub(super) fn lab(&self) -> Lab {
        self.teaching.lab.unwrap_or(Lab {
            shown: self.view.shown,
            time: self.view.time,
            speed: self.speed,
        })
    }

    /// Draws the panel of the lesson in hand.
    pub(super) fn lesson_panel(&mut self, ui: &mut Ui, emphasis: f32) {
        let Some(lesson) = self.teaching.current.and_then(|i| self.teaching.lessons.get(i)) else {
            return;
        };
        let panel = LessonPanel {
            lesson,
            n_lessons: self.teaching.lessons.len(),
            step: self.view.scrubbed.map_or(self.run.step, |moment| moment.step),
            has_ended: self.run.step >= lesson.end_step || self.run.state == RunState::Diverged,
            guess: self.view.guess.as_ref(),
            emphasis,
            is_low: self.room < super::layout::VERY_LOW,
        };
        match panel.ui(ui, self.run.events.log.make_contiguous()) {
            Some(Request::Next) => self.turn_to_lesson(true),
            Some(Request::Previous) => self.turn_to_lesson(false),
            Some(Request::Restart) => {
                if let Some(index) = self.teaching.current {
                    self.open_lesson(index);
                }
            }
            Some(Request::OpenInLab) => self.open_in_lab(),
            Some(Request::Skip) => self.take_guess(None),
            Some(Request::Guess(given)) => self.take_guess(Some(given)),
            None => {}
        }
        ui.separator();
    }

    /// Reads the lessons of a folder in place of those that ship with the program; files that are no lessons are told.
    pub fn load_lessons(&mut self, folder: &std::path::Path) {
        let (found, errors) = lessons::load_folder(folder);
        if let Some(error) = errors.first() {
            let more = match errors.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            self.complain(format!("{error}{more}"));
        }
        if !found.is_empty() {
            self.teaching.current = None;
            self.teaching.lessons = found;
        }
    }

    /// Number of the lesson in hand.
    pub fn lesson_number(&self) -> Option<u32> {
        let lesson = self.teaching.lessons.get(self.teaching.current?)?;
        Some(lesson.number)
    }
}

/// Shares of the height that strengths, diffusion and loss take; those of a lesson that are large are twice as high.
pub(super) fn shares(large: &[lessons::Plot], n_plots: usize) -> [f32; 3] {
    match n_plots {
        0 | 1 => return [1.0, 0.0, 0.0],
        2 => return [0.55, 0.45, 0.0],
        _ => {}
    }
    let kinds = [
        lessons::Plot::Strengths,
        lessons::Plot::Diffusion,
        lessons::Plot::Loss,
    ];
    if !large.iter().any(|plot| kinds.contains(plot)) {
        return [0.42, 0.28, 0.30];
    }
    let weights = kinds.map(|kind| if large.contains(&kind) { 2.0 } else { 1.0 });
    let total: f32 = weights.iter().sum();
    weights.map(|weight| weight / total)
}
