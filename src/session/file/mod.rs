//! A session as a file people can read: a run, told so that it can be done again bit for bit.
//!
//! ```toml
//! format = 1
//! version = "0.1.0"            # of the program that wrote it
//!
//! [experiment]                 # as in an experiment file
//! seed = 1
//! # ...
//!
//! [companions]                 # what ran beside it, from the same start
//! dynamics = ["gradient_flow"]
//! trajectories = 0             # solutions of each mode equation; 0 for none
//! replicas = 0                 # full networks; 0 for none
//!
//! [[intervention]]             # a change of the live parameters, once so many steps were done
//! step = 500
//! learning_rate = 0.01
//! batch_size = 32
//! label_noise_std = 0.0
//!
//! [end]
//! step = 3000
//! digest = "3f6c..."           # of the state there; may be left out
//!
//! [[kept]]                     # a run that it was compared with
//! label = "L = 3"
//! steps = 3000
//! experiment = { seed = 1 }    # and interventions, as above
//!
//! [view]                       # whatever the window wants to remember
//! ```
//!
//! `companions`, `kept` and `view` may be missing, and so may keys of the experiment, which then have their defaults; every other key must be
//! there, and no other one may. Numbers are written in the shortest form that reads back as the same bits.

mod intervention;
mod kept;
mod limits;
mod parse;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Table;

use super::digest::{StateDigest, state_digest};
use crate::experiment::Experiment;
use crate::files::{self, WriteError, write_whole};
use crate::simulation::{Companions, Replicas, Script, SetupError, Simulation, StepOutcome};

pub use self::kept::{MOST_KEPT_RUNS, SavedKeptRun};

/// Version of the format that is written, and the only one that is read.
pub const SESSION_FORMAT: u64 = 1;
/// Longest session file in bytes; what is longer is something else.
pub const LONGEST_SESSION: u64 = 16 << 20;

/// A run and how it was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Version of the program that made it.
    pub version: String,
    /// The experiment as it was started.
    pub experiment: Experiment,
    /// What ran beside it.
    pub companions: Companions,
    /// What was done to it; no change comes after the end.
    pub script: Script,
    /// Where it stood when the session was saved.
    pub end: SessionEnd,
    /// Runs that it is compared with.
    pub kept: Vec<SavedKeptRun>,
    /// What the window wants to remember; numbers are finite, depth and size bounded.
    pub view: Table,
}

/// The state at the end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionEnd {
    /// Number of steps taken.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub step: u64,
    /// Whether training diverged in the step after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub diverged: bool,
    /// Digest of the state; `None` where it was taken out of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<StateDigest>,
}

/// Why there is no session. Each message is one line that names the file.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The text is longer than [`LONGEST_SESSION`].
    #[error("{name}: too long for a session, which has at most {LONGEST_SESSION} bytes")]
    TooLong {
        /// Where the text is from.
        name: String,
    },
    /// The file is not text.
    #[error("{}: not a text file in UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// The session is of another format.
    #[error("{name}: line {line}: format = {format}: this program reads format {SESSION_FORMAT}{}", written_by(version.as_deref()))]
    Format {
        /// Where the text is from.
        name: String,
        /// Line of the key, from 1.
        line: usize,
        /// Its format.
        format: u64,
        /// Version of the program that wrote it.
        version: Option<String>,
    },
    /// Something in the text is wrong.
    #[error("{name}: line {line}: {message}")]
    Text {
        /// Where the text is from.
        name: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong, with key and value.
        message: String,
    },
}

impl Session {
    /// What has been done to `simulation` so far, without anything beside it and with an empty view.
    pub fn of(simulation: &Simulation) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            experiment: simulation.experiment().clone(),
            companions: Companions::default(),
            script: Script::of(simulation),
            end: SessionEnd {
                step: simulation.step(),
                diverged: simulation.divergence().is_some(),
                digest: Some(state_digest(simulation)),
            },
            kept: Vec::new(),
            view: Table::new(),
        }
    }

    /// The same for replicas, whose first one is the plain run.
    pub fn of_replicas(replicas: &Replicas) -> Self {
        let mut session = Self::of(replicas.replica(0));
        session.companions.replicas = replicas.n_replicas();
        session
    }

    /// Whether it is the default run, to which nothing was done.
    pub(super) fn is_default_run(&self) -> bool {
        self.script.changes().is_empty() && self.experiment == Experiment::default()
    }

    /// Does the run again, up to its end or to where it diverges now.
    ///
    /// # Errors
    /// [`SetupError`] where the experiment cannot be set up.
    pub fn replay(&self) -> Result<Simulation, SetupError> {
        let mut simulation = Simulation::new(&self.experiment)?;
        loop {
            let step = simulation.step();
            if let Some(live) = self.script.at(step) {
                simulation.set_live(live)?;
            }
            if step >= self.end.step {
                return Ok(simulation);
            }
            let next = self
                .script
                .next_after(step)
                .map_or(self.end.step, |next| next.min(self.end.step));
            match simulation.advance_to(next) {
                StepOutcome::Advanced => {}
                StepOutcome::Diverged(_) => return Ok(simulation),
            }
        }
    }

    /// Reads a session; `name` says in messages where the text is from.
    ///
    /// # Errors
    /// [`SessionError`], with line and key.
    pub fn parse(text: &str, name: &str) -> Result<Self, SessionError> {
        parse::parse(text, name)
    }

    /// The session as TOML, which [`Self::parse`] reads as an equal session, floating-point numbers to the last bit.
    pub fn to_toml(&self) -> String {
        parse::to_toml(self)
    }

    /// Reads a session file. Of a file that is too long, nothing is read.
    ///
    /// # Errors
    /// [`SessionError`], with path, line and key.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let name = path.display().to_string();
        let text = files::read_text(path, LONGEST_SESSION).map_err(|cause| match cause.kind() {
            io::ErrorKind::FileTooLarge => SessionError::TooLong { name: name.clone() },
            io::ErrorKind::InvalidData => SessionError::NotText {
                path: path.to_owned(),
            },
            _ => SessionError::Read {
                path: path.to_owned(),
                cause,
            },
        })?;
        Self::parse(&text, &name)
    }

    /// Writes a session file, whole or not at all.
    ///
    /// # Errors
    /// [`WriteError`], also for a session longer than can be read again.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        write_whole(path, |file| self.write_to(file))
    }

    /// # Errors
    /// What `writer` answers, or that the session is longer than can be read again.
    pub(crate) fn write_to(&self, mut writer: impl io::Write) -> io::Result<()> {
        let text = self.to_toml();
        if text.len() as u64 <= LONGEST_SESSION {
            return writer.write_all(text.as_bytes());
        }
        let message = format!(
            "the session has {} bytes, more than the {LONGEST_SESSION} that can be read again",
            text.len()
        );
        Err(io::Error::other(message))
    }
}

fn written_by(version: Option<&str>) -> String {
    version.map_or_else(String::new, |version| {
        format!("; the file was written by version {version}")
    })
}
