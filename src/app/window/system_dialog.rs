//! Dialogs for files, those of the system or of the browser.
//!
//! Where there are none, or none answers, a path is typed instead.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui;

use crate::platform::{self, Answer, Turn};
pub(super) use crate::platform::{Asked as Wanted, has_dialogs as are_available};
use crate::worker::Job;

/// Time between two looks for an answer, where it cannot be waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Chosen(Wanted, PathBuf),
    Cancelled,
    /// No dialog was shown.
    NoDialog(Wanted),
}

/// Asks for a file in a dialog; `suggestion` is a folder to open from, or a name to save under.
///
/// # Errors
/// The system's error where no thread can be started.
pub(super) fn ask(
    wanted: Wanted,
    suggestion: &Path,
    wake: impl Fn() + Send + 'static,
) -> std::io::Result<Job<Choice>> {
    wait_for(wanted, platform::ask_file(wanted, suggestion), wake)
}

/// Waits for an answer.
///
/// # Errors
/// The system's error where no thread can be started.
pub(super) fn wait_for(
    wanted: Wanted,
    mut answer: impl FnMut() -> Answer + Send + 'static,
    wake: impl Fn() + Send + 'static,
) -> std::io::Result<Job<Choice>> {
    Job::in_parts("file dialog", 1, wake, move |task| {
        let choice = match answer() {
            Answer::Waiting => return Turn::Rest(LOOK_AGAIN),
            Answer::Chosen(path) => Choice::Chosen(wanted, path),
            Answer::Cancelled => Choice::Cancelled,
            Answer::NoDialog => Choice::NoDialog(wanted),
        };
        task.send(choice);
        Turn::End
    })
}

/// What wakes the window of a context.
pub(super) fn waker(ctx: &egui::Context) -> impl Fn() + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}
