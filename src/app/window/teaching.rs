//! Lessons in the window: opening one, its kept runs computed in the background, and guesses.

use std::ops::ControlFlow;
use std::path::Path;

use super::Window;
use super::background::Done;
use crate::app::state::{Companions, Draft, GuessMark, KeptRun, SpeedSetting, ViewSettings};
use crate::chart::{Perspective, TimeAxis};
use crate::lessons::{self, GuessQuantity, Lesson, TheoryLayer};
use crate::platform::Turn;
use crate::session::{Recording, SavedKeptRun};
use crate::simulation::{Schedule, Script, Simulation};
use crate::worker::{Command, Job, RunSpec, RunState, Task};

/// Seconds that the animation of a lesson takes.
const DURATION_SECS: f64 = 18.0;

impl Window {
    /// Opens a lesson, counted from 0 in the list.
    pub(super) fn open_lesson(&mut self, index: usize) {
        let Some(lesson) = self.state.teaching.lessons.get(index).cloned() else {
            return;
        };
        self.decline_offer();
        // A blind lesson that was left before its end has closed the panels, not the user.
        let left = self.state.teaching.lesson();
        let is_veiled = left.is_some_and(|left| left.view.blind) && !self.unveiled;
        let panels = match &self.lab {
            Some((settings, _)) if is_veiled => settings.panels,
            _ => self.state.view.settings.panels,
        };
        self.unveiled = false;
        let state = &mut self.state;
        if self.lab.is_none() {
            self.lab = Some((state.view.settings.clone(), state.speed));
        }
        state.teaching.current = Some(index);
        state.invites = false;
        state.notice = None;
        state.kept_runs.clear();
        state.draft = Draft::new(lesson.experiment.clone());
        state.draft.companions = Companions::of(&lesson.companions);
        state.live = lesson.experiment.live;
        state.speed = SpeedSetting {
            steps_per_second: (lesson.end_step as f64 / DURATION_SECS).clamp(1.0, 1e6),
            unlimited: false,
        };
        let mut settings = ViewSettings::of_lesson(&lesson.view, panels);
        state.view.guess = GuessMark::of(&lesson);
        // Theory would give the answer away.
        settings.shown.theory &= state.view.guess.is_none();
        let rank = lesson.experiment.teacher.strengths.len();
        state.view.set_settings(settings, rank);
        self.load(RunSpec {
            companions: lesson
                .companions
                .dynamics_other_than(lesson.experiment.dynamics()),
            ensembles: lesson.companions.ensembles(),
            script: Script::new(lesson.changes.clone()).unwrap_or_default(),
            ..RunSpec::new(lesson.experiment.clone())
        });
        let eta = lesson.experiment.live.learning_rate;
        let view = &mut self.state.view;
        view.horizon = view.horizon.min(1.03 * lesson.end_step as f64 * eta);
        // What comes before a guess plays by itself.
        let n_steps = match &view.guess {
            None => lesson.end_step,
            Some(mark) => mark.after,
        };
        if n_steps > 0 {
            self.send(Command::Step(n_steps));
        }
        let kept_runs = lesson.kept_runs.iter().map(|kept_run| SavedKeptRun {
            label: kept_run.label.clone(),
            experiment: kept_run.experiment.clone(),
            script: Script::default(),
            n_steps: lesson.end_step,
        });
        self.compute_kept_runs(kept_runs.collect());
    }

    /// Computes kept runs again in the background; what was asked for before is given up.
    pub(super) fn compute_kept_runs(&mut self, kept_runs: Vec<SavedKeptRun>) {
        let job = kept_runs_of(kept_runs, self.background.wake());
        self.background.expect_kept_runs(job);
    }

    /// Takes in kept runs that are ready, and guesses that were clicked.
    pub(super) fn look_after_lesson(&mut self) {
        // They would give the answer away.
        while !self.state.view.awaits_guess()
            && let Some(kept_run) = self.background.next_kept_run()
        {
            self.state.kept_runs.push(kept_run);
        }
        let clicked = self.state.view.clicked.take();
        let Some(lesson) = self.state.teaching.lesson() else {
            return;
        };
        if lesson.view.blind && self.state.run.step >= lesson.end_step && !self.unveiled {
            // Once: who hides the teacher again may.
            self.unveiled = true;
            self.state.view.settings.shown.perspective = Perspective::Own;
            if let Some((settings, _)) = &self.lab {
                self.state.view.settings.panels = settings.panels;
            }
        }
        let view = &self.state.view;
        if let (Some(mark), Some((plot, x, y))) = (&view.guess, clicked)
            && self.state.guess_is_due()
            && mark.plot == plot
        {
            let given = match mark.quantity {
                GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => {
                    let value = view.settings.time.value(x);
                    match view.settings.time.axis {
                        TimeAxis::Steps => value,
                        TimeAxis::Time => value / self.state.run.experiment.live.learning_rate,
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
        let state = &mut self.state;
        match (&mut state.view.guess, given) {
            (Some(mark), Some(given)) => mark.given = Some(given),
            (mark, _) => *mark = None,
        }
        let Some(lesson) = state.teaching.lesson() else {
            return;
        };
        state.view.settings.shown.theory = lesson.view.theory != TheoryLayer::Off;
        let n_left = lesson.end_step.saturating_sub(state.run.step);
        if state.run.state == RunState::Paused && n_left > 0 {
            self.send(Command::Step(n_left));
        }
    }

    /// The next lesson, or the one before; the first where none is open.
    pub(super) fn turn_to_lesson(&mut self, forwards: bool) {
        let teaching = &self.state.teaching;
        let last = teaching.lessons.len().saturating_sub(1);
        let index = match (teaching.current, forwards) {
            (None, _) => 0,
            (Some(current), true) => (current + 1).min(last),
            (Some(current), false) => current.saturating_sub(1),
        };
        self.open_lesson(index);
    }

    /// Makes every check of a lesson in the background, and says whether they hold.
    pub(super) fn check_lesson(&mut self, lesson: Lesson) {
        self.start(format!("checking lesson {}", lesson.number), move |_| {
            let outcomes = lessons::run_checks(&lesson).map_err(|error| error.to_string())?;
            let failed: Vec<String> = outcomes
                .iter()
                .filter(|outcome| !outcome.passed)
                .map(ToString::to_string)
                .collect();
            let (number, n_checks) = (lesson.number, outcomes.len());
            if failed.is_empty() {
                return Ok(Done::Written(format!(
                    "lesson {number}: all {n_checks} checks hold"
                )));
            }
            Err(format!(
                "lesson {number}: of {n_checks} checks these do not hold: {}",
                failed.join("; ")
            ))
        });
    }

    /// Closes the lesson, if one is open; its run goes on as any other, and is looked at as the lab was.
    pub(super) fn leave_lesson(&mut self) {
        self.state.teaching.current = None;
        self.state.view.guess = None;
        if let Some((settings, speed)) = self.lab.take() {
            let rank = self.state.run.rank();
            self.state.view.set_settings(settings, rank);
            self.state.speed = speed;
            self.send(Command::SetSpeed(speed.speed()));
        }
    }

    /// Reads the lessons of a folder in place of those that ship with the program; files that are no lessons are reported.
    pub fn load_lessons(&mut self, folder: &Path) {
        let (found, errors) = lessons::load_folder(folder);
        if let Some(error) = errors.first() {
            let more = match errors.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            self.complain(format!("{error}{more}"));
        }
        if !found.is_empty() {
            self.state.teaching.current = None;
            self.state.teaching.lessons = found;
        }
    }
}

/// Computes kept runs; nothing where there are none.
fn kept_runs_of(kept_runs: Vec<SavedKeptRun>, wake: impl Fn() + Send + 'static) -> Option<Job<KeptRun>> {
    if kept_runs.is_empty() {
        return None;
    }
    let n_kept = kept_runs.len();
    let mut kept_runs = kept_runs.into_iter();
    let job = Job::in_parts("kept runs", n_kept, wake, move |task| {
        let Some(kept_run) = kept_runs.next() else {
            return Turn::End;
        };
        match record(&kept_run, task) {
            Some(recording) if !task.send(KeptRun::of_recording(&recording, kept_run)) => Turn::End,
            Some(_) | None => Turn::Again,
        }
    });
    job.ok()
}

/// Records a run to its end, unless its experiment cannot be set up or nobody waits for it any longer.
fn record<T>(kept_run: &SavedKeptRun, task: &Task<T>) -> Option<Recording> {
    let mut simulation = Simulation::new(&kept_run.experiment).ok()?;
    let (schedule, script, end) = (Schedule::DenseFirst, &kept_run.script, kept_run.n_steps);
    let (recording, _) = Recording::run_script(&mut simulation, script, schedule, end, |_| {
        if task.is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    (!task.is_cancelled()).then_some(recording)
}
