//! The system's own dialogs for files; on Linux through the desktop portal.
//!
//! Where the system has none, or none answers, a path is typed instead.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui;

use crate::worker::Job;

/// An answer that comes sooner is no person's: there was no dialog.
const SOONEST_ANSWER: Duration = Duration::from_millis(250);

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One to be opened.
    Open,
    /// Where to save the session.
    Save,
}

/// What a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Chosen(Wanted, PathBuf),
    Cancelled,
    /// No dialog was shown.
    NoDialog(Wanted),
}

/// Whether the system shows such dialogs at all.
pub(super) fn are_available() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let bus = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("bus"));
    is_set("DBUS_SESSION_BUS_ADDRESS") || bus.is_some_and(|bus| bus.exists())
}

/// Asks for a file in a dialog of the system; `suggestion` is a folder to open from, or a name to save under.
///
/// # Errors
/// The system's error where no thread can be started.
pub(super) fn ask(
    wanted: Wanted,
    suggestion: &Path,
    wake: impl Fn() + Send + 'static,
) -> std::io::Result<Job<Choice>> {
    let dialog = rfd::AsyncFileDialog::new();
    // The dialog is begun here, for some systems want that in the thread of the window.
    let answer: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match wanted {
        Wanted::Open => Box::pin(
            dialog
                .set_title("Open")
                .set_directory(suggestion)
                .add_filter(
                    "sessions, experiments, lessons, recordings, bundles",
                    &["toml", "npz", "zip"],
                )
                .add_filter("all files", &["*"])
                .pick_file(),
        ),
        Wanted::Save => Box::pin(
            dialog
                .set_title("Save session")
                .set_directory(suggestion.parent().unwrap_or(suggestion))
                .set_file_name(suggestion.file_name().unwrap_or_default().to_string_lossy())
                .add_filter("sessions", &["toml"])
                .save_file(),
        ),
    };
    Job::spawn("file dialog", 1, wake, move |task| {
        let begin = Instant::now();
        let choice = match pollster::block_on(answer) {
            Some(file) => Choice::Chosen(wanted, file.path().to_owned()),
            None if begin.elapsed() < SOONEST_ANSWER => Choice::NoDialog(wanted),
            None => Choice::Cancelled,
        };
        task.send(choice);
    })
}

/// What wakes the window of a context.
pub(super) fn waker(ctx: &egui::Context) -> impl Fn() + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}
