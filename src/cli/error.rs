//! Everything that can end a command, with its exit code: 2 for what the user can put right, 3 for a run that diverged, 4 for a
//! replay that ended otherwise than its session, 5 for a lesson whose numbers are not as they must be, 6 for a sweep of which cells are
//! missing, 128 and the number of the signal for what was interrupted, 1 for the rest.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::experiment::ParseError;
use crate::figure::{BundleError, FigureError};
use crate::files::WriteError;
use crate::lessons::LessonError;
use crate::session::{DensityError, NpzError, RecordingError, SessionEnd, SessionError};
use crate::simulation::{Divergence, ReplicaDivergence, ReplicasError, SetupError};
use crate::sweep::map::MapError;
use crate::sweep::{CellId, DirectoryError, MergeError, ShardError, SweepError, SweepFileError};

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
    /// The table of settled modes is of no known format.
    #[error("--stationary {}: the name must end in .csv", path.display())]
    StationaryExtension {
        /// The table.
        path: PathBuf,
    },
    /// The caption to be written has a name that says something else.
    #[error("--caption {}: the name must end in .md or .tex", path.display())]
    CaptionExtension {
        /// The file.
        path: PathBuf,
    },
    /// The densities to be written have a name that says something else.
    #[error("--density {}: the name must end in .npz", path.display())]
    DensityExtension {
        /// The file.
        path: PathBuf,
    },
    /// The run has no densities.
    #[error("--density: {0}")]
    Density(DensityError),
    /// Weights along the run have no place in what is written.
    #[error("--weights-every: weights are kept in a .npz file: name one with --out")]
    WeightsNeedNpz,
    /// The session to be written has a name that says something else.
    #[error("--session {}: the name must end in .toml", path.display())]
    SessionExtension {
        /// The session.
        path: PathBuf,
    },
    /// A session cannot be read.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A replay ended otherwise than its session.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
    /// Two outputs would be one file.
    #[error("{first} and {second} are the same file, {}", path.display())]
    SameFile {
        /// One option.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The run is too long to be recorded as asked.
    #[error("--every: {0}")]
    Recording(#[from] RecordingError),
    /// There cannot be so many replicas.
    #[error("--replicas: {0}")]
    Replicas(#[from] ReplicasError),
    /// A recording cannot be read.
    #[error(transparent)]
    Npz(#[from] NpzError),
    /// A time axis was asked for where there is none.
    #[error("--x and --x-log: the panel {panel} has no time axis")]
    NoTimeAxis {
        /// The panel.
        panel: &'static str,
    },
    /// A bundle cannot be made.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A bundle holds another run than its session's.
    #[error("{}: its data are not the session's to the bit: {}", path.display(), why_differs(version))]
    BundleMismatch {
        /// The bundle.
        path: PathBuf,
        /// Version of the program that wrote the session.
        version: String,
    },
    /// A figure cannot be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// An output file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Standard output cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    /// Training diverged; what was recorded has been written.
    #[error("{0}")]
    Diverged(Box<Divergence>),
    /// Training diverged in one of several replicas; what was recorded has been written.
    #[error("{0}; all end with it")]
    ReplicaDiverged(Box<ReplicaDivergence>),
    /// A file is no sweep.
    #[error("{}: {cause}", path.display())]
    SweepFile {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: Box<SweepFileError>,
    },
    /// A cell of a sweep is no experiment.
    #[error(transparent)]
    SweepCell(#[from] SweepFileError),
    /// There is no such shard.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The directory of a sweep cannot be used.
    #[error(transparent)]
    SweepDirectory(#[from] DirectoryError),
    /// A shard cannot go on.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// Tables cannot be merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A table is no map.
    #[error(transparent)]
    Map(#[from] MapError),
    /// A merged table is of no known format.
    #[error("--out {}: the name must end in .csv, .npz or .parquet", path.display())]
    TableExtension {
        /// The table.
        path: PathBuf,
    },
    /// A signal ended the work before its end.
    #[error("interrupted{kept}")]
    Interrupted {
        /// 128 and the number of the signal.
        exit_code: u8,
        /// What is kept of the work.
        kept: Kept,
    },
    /// There is no such cell.
    #[error("the sweep has no cell {id}")]
    NoCell {
        /// The id.
        id: CellId,
    },
    /// The cell is not in the tables.
    #[error("cell {id} has not been computed")]
    NotComputed {
        /// The id.
        id: CellId,
    },
    /// A cell computed again has other numbers.
    #[error("cell {id}: its digest is now {digest}, and its rows differ from those in the tables: {}", why_differs(env!("CARGO_PKG_VERSION")))]
    CellDiffers {
        /// The cell.
        id: CellId,
        /// Its digest now.
        digest: String,
    },
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
    /// A file cannot be opened in the window.
    #[cfg(feature = "gui")]
    #[error(transparent)]
    Open(Box<crate::app::OpenError>),
    /// There is no window to open a file in.
    #[error("{}: {reason}; saddlescope run, replay and plot do without", path.display())]
    NoWindow {
        /// The file.
        path: PathBuf,
        /// Why there is no window.
        reason: String,
    },
    /// The window failed by a mistake of the program.
    #[cfg(feature = "gui")]
    #[error("the window failed: {0}")]
    Window(String),
}

impl CliError {
    /// A file that cannot be read as a text.
    pub(super) fn unread(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        match cause.kind() {
            io::ErrorKind::InvalidData => Self::NotText { path },
            _ => Self::Read { path, cause },
        }
    }

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
            | Self::StationaryExtension { .. }
            | Self::WeightsNeedNpz
            | Self::DensityExtension { .. }
            | Self::CaptionExtension { .. }
            | Self::Density(_)
            | Self::SessionExtension { .. }
            | Self::Session(_)
            | Self::SameFile { .. }
            | Self::Recording(_)
            | Self::Replicas(_)
            | Self::Write(_)
            | Self::Figure(_)
            | Self::Npz(_)
            | Self::NoTimeAxis { .. }
            | Self::Lesson(_)
            | Self::NoLesson { .. }
            | Self::SweepFile { .. }
            | Self::SweepCell(_)
            | Self::Shard(_)
            | Self::SweepDirectory(_)
            | Self::Sweep(_)
            | Self::TableExtension { .. }
            | Self::Map(_)
            | Self::NoCell { .. }
            | Self::NotComputed { .. }
            | Self::NoWindow { .. }
            | Self::Stdout(_) => 2,
            Self::Diverged(_) | Self::ReplicaDiverged(_) => 3,
            Self::Mismatch(_) | Self::BundleMismatch { .. } | Self::CellDiffers { .. } => 4,
            Self::Checks { .. } => 5,
            Self::Interrupted { exit_code, .. } => *exit_code,
            Self::Merge(MergeError::Missing { .. }) => 6,
            Self::Merge(
                MergeError::Directory(_)
                | MergeError::Table(_)
                | MergeError::Cell(_)
                | MergeError::Read { .. }
                | MergeError::Different { .. }
                | MergeError::Doubles { .. }
                | MergeError::Id { .. },
            ) => 2,
            Self::Bundle(BundleError::Cancelled) => 130,
            Self::Bundle(
                BundleError::Setup(_)
                | BundleError::Recording(_)
                | BundleError::Exists { .. }
                | BundleError::Write(_)
                | BundleError::Figure(_),
            ) => 2,
            #[cfg(feature = "gui")]
            Self::Open(_) => 2,
            #[cfg(feature = "gui")]
            Self::Window(_) => 1,
        }
    }
}

/// What is kept of work that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The rows of a run so far, which are written.
    Rows {
        /// How many.
        n_rows: usize,
        /// Steps taken.
        step: u64,
    },
    /// The finished cells of a sweep.
    Cells {
        /// Cells that are left.
        left: u64,
    },
    /// Nothing of a sweep, of which no cell was begun.
    NoCell,
    /// Nothing; nothing was written either.
    Nothing,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { n_rows, step } => {
                write!(f, " after step {step}; the {n_rows} rows so far are written")
            }
            Self::Cells { left } => write!(
                f,
                "; {left} cells are left, and the same command goes on with them"
            ),
            Self::NoCell => f.write_str("; no cell was computed"),
            Self::Nothing => f.write_str("; nothing was written"),
        }
    }
}

/// How a replay differs from its session.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("step {}: {}: {}; what was written is this run", found.step, self.what(), why_differs(version))]
pub struct Mismatch {
    /// How the session ended.
    pub expected: SessionEnd,
    /// How the replay ended.
    pub found: SessionEnd,
    /// Version of the program that wrote the session.
    pub version: String,
}

impl Mismatch {
    fn what(&self) -> String {
        let (expected, found) = (&self.expected, &self.found);
        if (expected.step, expected.diverged) != (found.step, found.diverged) {
            let told = |end: &SessionEnd| {
                let outcome = if end.diverged {
                    "diverges after"
                } else {
                    "goes on after"
                };
                format!("{outcome} step {}", end.step)
            };
            return format!("this run {}, the session {}", told(found), told(expected));
        }
        let digest = |end: &SessionEnd| end.digest.map_or_else(String::new, |digest| digest.to_string());
        format!(
            "digest {}, but the session has {}",
            digest(found),
            digest(expected)
        )
    }
}

/// Why a run may differ from the session it repeats.
fn why_differs(version: &str) -> String {
    let this = env!("CARGO_PKG_VERSION");
    if version == this {
        "the session was saved on another kind of processor, where results agree to rounding only, or changed by hand".to_owned()
    } else {
        format!(
            "the session was saved by version {version}, this is {this}, and bits are promised for one version on one kind of processor"
        )
    }
}
