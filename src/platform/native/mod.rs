//! The desktop's side: the system's threads, files, memory and dialogs.

#[cfg(feature = "gui")]
mod dialogs;
mod memory;
mod threads;
#[cfg(feature = "gui")]
mod window;

pub(crate) use std::fs;

#[cfg(feature = "gui")]
pub(crate) use dialogs::{ask_file, has_dialogs};
pub(crate) use memory::machine_memory;
#[cfg(feature = "gui")]
pub(crate) use threads::give_time;
pub(crate) use threads::{Thread, receive, send, start};
#[cfg(feature = "gui")]
pub(crate) use window::{
    address, dropped, kept_folder, new_address, offer_measurement, publish, show_window,
};

/// Temporary files.
pub(crate) mod tempfile {
    pub(crate) use ::tempfile::{Builder, NamedTempFile, TempDir, TempPath};
}

/// Whether work goes on beside the window, or takes time from it.
#[cfg(feature = "gui")]
pub(crate) const HAS_THREADS: bool = true;

/// Number of this process.
pub(crate) fn process_id() -> u32 {
    std::process::id()
}
