//! Sessions, recordings, samples, lessons and bundles: what is written, read and refused.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod autosave;
mod data_file;
mod earlier;
mod lesson_files;
mod lessons;
mod session_file;
