//! Sessions, recordings, samples, lessons and bundles: what is written, read and refused.

mod autosave;
mod data_file;
mod lesson_files;
mod lessons;
mod session_file;
