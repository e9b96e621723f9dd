//! The page's side: turns in the time between frames, files in memory and in the browser's storage, its dialogs and its address.

mod browser;
mod dialogs;
pub(crate) mod fs;
mod kept;
pub(crate) mod tempfile;
mod turns;
mod window;

use std::path::PathBuf;

pub(crate) use browser::{address, new_address, offer_measurement, publish};
pub(crate) use dialogs::{ask_file, dropped, has_dialogs};
pub(crate) use turns::{Thread, give_time, receive, send, start};
pub(crate) use window::show_window;

/// Whether work goes on beside the window, or takes time from it.
pub(crate) const HAS_THREADS: bool = false;
/// Memory that a page may be taken to have: a browser allows it up to four times as much.
const MEMORY: u64 = 1 << 30;

/// Bytes of memory.
pub(crate) fn machine_memory() -> Option<u64> {
    Some(MEMORY)
}

/// Number of this process; a page has none.
pub(crate) fn process_id() -> u32 {
    1
}

/// Folder for what is kept from one visit to the next; what was kept is read, and files that are dropped are from now on.
pub(crate) fn kept_folder(_name: &str) -> Option<PathBuf> {
    for (path, bytes) in kept::all() {
        if let Some(folder) = path.parent() {
            // A folder can always be made.
            fs::create_dir_all(folder).ok();
        }
        fs::put(&path, bytes);
    }
    dialogs::listen();
    Some(PathBuf::from(kept::FOLDER))
}
