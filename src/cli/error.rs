//! Everything that can end a command, with its exit code: 2 for what the user can put right, 3 for a run that diverged, 4 for
//! a lesson whose numbers are not as they must be, 1 for the rest.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::experiment::ParseError;
use crate::lessons::LessonError;
use crate::session::{RecordingError, WriteError};
use crate::simulation::{Divergence, ReplicaDivergence, ReplicasError, SetupError};

/// Why a command failed.
#[derive(Debug, Error)]
pub enum CliError {
    /// The arguments are not understood.
    #[error("{0}")]
    Usage(String),
    /// An experiment file cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file is too long to be an experiment.
    #[error("{}: too long for an experiment, which has at most {most} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes an experiment may have.
        most: u64,
    },
    /// A file is not text.
    #[error("{}: not a text file in UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// A file is not an experiment.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: ParseError,
    },
    /// The settings do not make an experiment.
    #[error(transparent)]
    Settings(#[from] ParseError),
    /// The experiment cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The output is of no known format.
    #[error("--out {}: the name must end in .csv or .npz", path.display())]
    Extension {
        /// The output.
        path: PathBuf,
    },
    /// The table of events is of no known format.
    #[error("--events {}: the name must end in .csv", path.display())]
    EventsExtension {
        /// The table.
        path: PathBuf,
    },
    /// Two outputs would be one file.
    #[error("--out and --events are the same file, {}", path.display())]
    SameFile {
        /// The file.
        path: PathBuf,
    },
    /// The run is too long to be recorded as asked.
    #[error("--every: {0}")]
    Recording(#[from] RecordingError),
    /// There cannot be so many replicas.
    #[error("--replicas: {0}")]
    Replicas(#[from] ReplicasError),
    /// An output file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Standard output cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    /// Training diverged; what was recorded has been written.
    #[error("{0}")]
    Diverged(Divergence),
    /// Training diverged in one of several replicas; what was recorded has been written.
    #[error("{0}; all end with it")]
    ReplicaDiverged(ReplicaDivergence),
    /// A file of the folder is no lesson; others have been told before.
    #[error(transparent)]
    Lesson(#[from] LessonError),
    /// There is no such lesson.
    #[error("--lesson {name}: there is none; there are {known}")]
    NoLesson {
        /// Id or number as given.
        name: String,
        /// Ids of those there are.
        known: String,
    },
    /// A lesson's numbers are not as they must be.
    #[error("lesson {id}: {n_failed} of {n_checks} checks failed")]
    Checks {
        /// The lesson.
        id: String,
        /// Checks that failed.
        n_failed: usize,
        /// Checks made.
        n_checks: usize,
    },
    /// The window failed by a mistake of the program.
    #[cfg(feature = "gui")]
    #[error("the window failed: {0}")]
    Window(String),
}

impl CliError {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_)
            | Self::Read { .. }
            | Self::TooLong { .. }
            | Self::NotText { .. }
            | Self::File { .. }
            | Self::Settings(_)
            | Self::Setup(_)
            | Self::Extension { .. }
            | Self::EventsExtension { .. }
            | Self::SameFile { .. }
            | Self::Recording(_)
            | Self::Replicas(_)
            | Self::Write(_)
            | Self::Lesson(_)
            | Self::NoLesson { .. }
            | Self::Stdout(_) => 2,
            Self::Diverged(_) | Self::ReplicaDiverged(_) => 3,
            Self::Checks { .. } => 4,
            #[cfg(feature = "gui")]
            Self::Window(_) => 1,
        }
    }
}
