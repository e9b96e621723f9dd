//! What a dialog for files is asked, and answers.

use std::path::PathBuf;

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// One to be opened.
    Open,
    /// Where to save the session.
    Save,
}

/// What came of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is still open.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(dead_code, reason = "a thread waits until there is an answer")
    )]
    Waiting,
    /// This file.
    Chosen(PathBuf),
    /// None.
    Cancelled,
    /// There was no dialog.
    NoDialog,
}
