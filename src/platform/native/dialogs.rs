//! The system's own dialogs for files; on Linux through the desktop portal.

use std::path::Path;
use std::time::Duration;

use crate::platform::{Answer, Asked, Instant};

/// An answer that comes sooner is no person's: there was no dialog.
const SOONEST_ANSWER: Duration = Duration::from_millis(250);

/// Whether the system shows such dialogs at all.
pub(crate) fn has_dialogs() -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let bus = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| Path::new(&folder).join("bus"));
    is_set("DBUS_SESSION_BUS_ADDRESS") || bus.is_some_and(|bus| bus.exists())
}

/// Opens a dialog; `suggestion` is a folder to open from, or a name to save under. What is given back waits for the answer, which is
/// to happen in a thread of its own.
pub(crate) fn ask_file(asked: Asked, suggestion: &Path) -> impl FnMut() -> Answer + Send + 'static {
    let dialog = rfd::AsyncFileDialog::new();
    // The dialog is begun here, for some systems want that in the thread of the window.
    let answer: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match asked {
        Asked::Open => Box::pin(
            dialog
                .set_title("Open")
                .set_directory(suggestion)
                .add_filter(
                    "sessions, experiments, lessons, recordings, bundles, tables of sweeps",
                    &["toml", "npz", "zip", "csv", "parquet"],
                )
                .add_filter("all files", &["*"])
                .pick_file(),
        ),
        Asked::Save => Box::pin(
            dialog
                .set_title("Save session")
                .set_directory(suggestion.parent().unwrap_or(suggestion))
                .set_file_name(suggestion.file_name().unwrap_or_default().to_string_lossy())
                .add_filter("sessions", &["toml"])
                .save_file(),
        ),
    };
    let mut answer = Some(answer);
    move || {
        let begin = Instant::now();
        match answer.take().map(pollster::block_on) {
            Some(Some(file)) => Answer::Chosen(file.path().to_owned()),
            Some(None) if begin.elapsed() < SOONEST_ANSWER => Answer::NoDialog,
            Some(None) | None => Answer::Cancelled,
        }
    }
}
