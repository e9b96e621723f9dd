//! Sessions and files: what a copy of the run was asked for, the folder last used, and saving the newest session automatically.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::state::{ExportForm, ExportKind};
use crate::figure::{FigurePanel, Paper};
use crate::files::WriteError;
use crate::platform::{Instant, fs};
use crate::session::{Autosave, Session, StateDigest};
use crate::worker::{Job, JobState};

/// Time between two sessions saved automatically.
const AUTOSAVE_PERIOD: Duration = Duration::from_secs(5);
/// Rows of an export, unless asked otherwise.
const USUAL_ROWS: u64 = 20_000;

/// What a copy of the run was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Purpose {
    Save(PathBuf),
    Copy,
    /// As a link.
    CopyLink,
    Autosave,
    Export(ExportForm),
    /// Comparing the end of a replay with what the session says of it.
    Verify(StateDigest),
}

/// The window's part in files: what copies were asked for, and what is saved automatically.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) folder: String,
    /// What copies of the run have been asked for, oldest first.
    pub(super) asked: VecDeque<Purpose>,
    /// A session from the last time the program was used.
    pub(super) offered: Option<Box<Session>>,
    /// Digest that a replay shall end with, and at which step.
    pub(super) expected: Option<(u64, StateDigest)>,
    pub(super) autosaving: Autosaving,
}

impl Files {
    pub(super) fn new() -> Self {
        let folder =
            std::env::current_dir().map_or_else(|_| String::new(), |path| path.display().to_string());
        Self {
            folder,
            asked: VecDeque::new(),
            offered: None,
            expected: None,
            autosaving: Autosaving::default(),
        }
    }

    /// The folder last used, ready for a name.
    pub(super) fn folder_with_slash(&self) -> String {
        let mut path = PathBuf::from(&self.folder);
        path.push("");
        path.display().to_string()
    }

    /// A path as it was typed: a name alone is one in that folder, and not in the one that the program was started from.
    pub(super) fn in_folder(&self, path: &Path) -> PathBuf {
        Path::new(&self.folder).join(path)
    }

    /// A name in that folder that no file has yet.
    pub(super) fn suggestion(&self, extension: &str) -> String {
        let folder = Path::new(&self.folder);
        let name = |i: u32| folder.join(format!("saddlescope-{i}.{extension}"));
        let free = (1..10_000).map(name).find(|path| fs::metadata(path).is_err());
        free.unwrap_or_else(|| name(0)).display().to_string()
    }

    /// The usual export of a run of so many steps.
    pub(super) fn export_form(&self, n_steps: u64) -> ExportForm {
        ExportForm {
            kind: ExportKind::Figure(FigurePanel::All),
            path: self.suggestion("svg"),
            every: (n_steps / USUAL_ROWS).max(1),
            dark: false,
            paper: Paper::default(),
        }
    }

    /// Remembers the folder of a file that was named.
    pub(super) fn remember_folder(&mut self, path: &Path) {
        if let Some(folder) = path
            .parent()
            .filter(|folder| fs::metadata(folder).is_ok_and(|kind| kind.is_dir()))
        {
            self.folder = folder.display().to_string();
        }
    }
}

/// Saving the newest session automatically.
#[derive(Debug, Default)]
pub(super) struct Autosaving {
    /// What saves, while it does not.
    saver: Option<Autosave>,
    job: Option<Job<(Autosave, Result<(), WriteError>)>>,
    last: Option<Instant>,
    /// Run, step and number of changes of the last session saved.
    saved: (u64, u64, usize),
}

impl Autosaving {
    /// Saves with `saver` from now on.
    pub(super) fn begin(&mut self, saver: Autosave) {
        self.saver = Some(saver);
        self.last = Some(Instant::now());
    }

    /// Whether sessions are saved at all.
    pub(super) fn is_on(&self) -> bool {
        self.saver.is_some() || self.job.is_some()
    }

    /// Whether it is time to save a run, given by its number, step and number of changes.
    pub(super) fn is_due(&mut self, now: (u64, u64, usize)) -> bool {
        let is_time = self.last.is_none_or(|last| last.elapsed() > AUTOSAVE_PERIOD);
        let is_due = self.saver.is_some() && is_time && now != self.saved;
        if is_due {
            self.last = Some(Instant::now());
            self.saved = now;
        }
        is_due
    }

    /// Saves a session in the background; while another is being saved, this one waits for the next time.
    pub(super) fn save(&mut self, session: Session, wake: impl Fn() + Send + 'static) {
        let Some(mut saver) = self.saver.take() else {
            return;
        };
        let job = Job::spawn("autosave", 1, wake, move |task| {
            let result = saver.save(&session);
            task.send((saver, result));
        });
        self.job = job.ok();
    }

    /// Why the last session could not be saved, told once.
    pub(super) fn trouble(&mut self) -> Option<String> {
        let state = self.job.as_mut()?.poll();
        self.take(state)
    }

    /// Saves a session now, after the one being saved.
    pub(super) fn save_last(&mut self, session: &Session) {
        if let Some(mut job) = self.job.take() {
            let state = job.wait();
            // Nobody is left to be told.
            let _told = self.take(state);
        }
        if let Some(saver) = &mut self.saver {
            let _saved = saver.save(session);
        }
    }

    fn take(&mut self, state: JobState<(Autosave, Result<(), WriteError>)>) -> Option<String> {
        match state {
            JobState::Working => return None,
            JobState::Result((saver, result)) => {
                self.job = None;
                self.saver = Some(saver);
                return result.err().map(|error| error.to_string());
            }
            JobState::Ended => self.job = None,
            JobState::Panicked(message) => {
                self.job = None;
                return Some(format!("saving panicked: {message}"));
            }
        }
        None
    }
}
