//! Background work of the window: file work that a person asked for, kept runs of a lesson, and the newest session.

use std::path::PathBuf;
use std::time::Duration;

use eframe::egui;

use super::system_dialog::Choice;
use crate::app::opening::Opened;
use crate::app::state::{KeptRun, Progress};
use crate::platform::Instant;
use crate::worker::{Job, JobState, Task};

/// Work that takes less than this is not shown.
const SOON: Duration = Duration::from_millis(300);

/// What came of file work.
#[derive(Debug)]
pub(super) enum Done {
    /// A line for the person.
    Written(String),
    /// A session was saved there.
    Saved(PathBuf),
    /// A file that was read.
    Read(PathBuf, Opened),
}

/// File work as the window waits for it.
#[derive(Debug)]
struct Work {
    name: String,
    since: Instant,
    job: Job<Result<Done, String>>,
}

/// What goes on in the background.
#[derive(Debug)]
pub(super) struct Background {
    context: egui::Context,
    works: Vec<Work>,
    /// Kept runs of the open lesson.
    coming: Option<Job<KeptRun>>,
    /// The system's dialog that is open.
    dialog: Option<Job<Choice>>,
}

impl Background {
    /// Nothing, for the window of this context.
    pub(super) fn new(context: egui::Context) -> Self {
        Self {
            context,
            works: Vec::new(),
            coming: None,
            dialog: None,
        }
    }

    /// What wakes the window.
    pub(super) fn wake(&self) -> impl Fn() + Send + 'static {
        let context = self.context.clone();
        move || context.request_repaint()
    }

    /// Starts file work; `name` says what it does.
    ///
    /// # Errors
    /// The system's error where no thread can be started.
    pub(super) fn start(
        &mut self,
        name: String,
        work: impl FnOnce(&Task<Result<Done, String>>) -> Result<Done, String> + Send + 'static,
    ) -> std::io::Result<()> {
        let job = Job::spawn("file work", 1, self.wake(), move |task| {
            let done = work(task);
            task.send(done);
        })?;
        let since = Instant::now();
        self.works.push(Work { name, since, job });
        Ok(())
    }

    /// What has come of file work since the last look.
    pub(super) fn finished(&mut self) -> Vec<Result<Done, String>> {
        let mut finished = Vec::new();
        self.works.retain_mut(|work| match work.job.poll() {
            JobState::Working => true,
            JobState::Result(done) => {
                finished.push(done);
                false
            }
            JobState::Ended => false,
            JobState::Panicked(message) => {
                finished.push(Err(format!("{} panicked: {message}", work.name)));
                false
            }
        });
        finished
    }

    /// How far the oldest file work is, once it has taken a while.
    pub(super) fn progress(&self) -> Option<Progress> {
        let work = self.works.first()?;
        let age = work.since.elapsed();
        if age < SOON {
            self.context.request_repaint_after(SOON.saturating_sub(age));
            return None;
        }
        Some(Progress {
            name: work.name.clone(),
            share: work.job.share(),
        })
    }

    /// Cancels the file work whose progress is shown.
    pub(super) fn cancel(&self) {
        if let Some(work) = self.works.first() {
            work.job.cancel();
        }
    }

    /// Expects these kept runs from now on, and no others.
    pub(super) fn expect_kept_runs(&mut self, job: Option<Job<KeptRun>>) {
        self.coming = job;
    }

    /// A kept run that is ready.
    pub(super) fn next_kept_run(&mut self) -> Option<KeptRun> {
        match self.coming.as_mut()?.poll() {
            JobState::Result(kept_run) => Some(kept_run),
            JobState::Working => None,
            JobState::Ended | JobState::Panicked(_) => {
                self.coming = None;
                None
            }
        }
    }

    /// Waits for the answer to a dialog of the system, and to no earlier one.
    pub(super) fn expect_choice(&mut self, job: Job<Choice>) {
        self.dialog = Some(job);
    }

    /// Whether a dialog of the system is open.
    pub(super) fn awaits_choice(&self) -> bool {
        self.dialog.is_some()
    }

    /// What a person chose in a dialog of the system.
    pub(super) fn next_choice(&mut self) -> Option<Choice> {
        let choice = match self.dialog.as_mut()?.poll() {
            JobState::Working => return None,
            JobState::Result(choice) => Some(choice),
            JobState::Ended | JobState::Panicked(_) => None,
        };
        self.dialog = None;
        choice
    }

    /// Cancels everything and waits until no file is being written.
    pub(super) fn end(&mut self) {
        self.coming = None;
        for work in &self.works {
            work.job.cancel();
        }
        for mut work in self.works.drain(..) {
            while matches!(work.job.wait(), JobState::Result(_)) {}
        }
    }
}
