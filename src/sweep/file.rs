//! A sweep as a file: the base experiment, the axes, the replicas, where a run stops and what is measured.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};
use xxhash_rust::xxh3::Xxh3;

use super::axis::{Axis, AxisError, AxisText, axes};
use super::id;
use super::measure::Measures;
use crate::budget::OutOfMemory;
use crate::experiment::{Experiment, LONGEST_EXPERIMENT, ParseError, from_text};
use crate::files::{Inputs, read_text};

/// An example with every key explained: what `saddlescope sweep --example` prints.
pub const EXAMPLE: &str = include_str!("../../assets/sweep.toml");

/// Most replicas of a cell.
const MOST_REPLICAS: usize = 1_000_000;
/// Most steps of a run; beyond, they would not be exact as floating-point numbers.
const MOST_STEPS: u64 = 1 << 53;
/// Most cells of a grid.
const MOST_CELLS: u64 = 1_000_000_000;
/// Replicas where the file gives no number.
const REPLICAS: usize = 8;
/// Rows of a run where the file does not say how many.
const ROWS: u64 = 1000;
/// The first line of a sweep kept in its directory.
const KEPT_FORMAT: &str = "saddlescope sweep";

/// Why a text is no sweep. Each message is one line.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SweepFileError {
    /// The text is not TOML, or a key is unknown or of the wrong type.
    #[error(transparent)]
    Toml(ParseError),
    /// The base experiment is none.
    #[error("experiment: {0}")]
    Experiment(ParseError),
    /// The file of the base experiment cannot be read.
    #[error("experiment = \"{file}\": cannot be read: {cause}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        cause: String,
    },
    /// The experiment is neither a table nor the name of a file.
    #[error("experiment: write a table [experiment], or the name of an experiment file")]
    ExperimentKind,
    /// An axis has no values.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// There is no axis.
    #[error("a sweep needs an axis: [[axis]] with key and values")]
    NoAxis,
    /// A value is outside what is allowed.
    #[error("{key} = {value}: must be {allowed}")]
    Value {
        /// Key of the value.
        key: &'static str,
        /// The value.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// Nothing says where a run stops, or two keys do.
    #[error("a run stops after steps = N, or at time = T, or when settled = N, with steps = N for the most")]
    Stop,
    /// The grid is too large.
    #[error("the axes make {n} cells; at most {MOST_CELLS}")]
    TooMany {
        /// How many.
        n: u128,
    },
    /// There is not enough memory.
    #[error("{what} {cause}")]
    Memory {
        /// What takes it.
        what: String,
        /// How much.
        cause: OutOfMemory,
    },
    /// An axis changes nothing.
    #[error("{key} changes nothing: {because}")]
    Ignored {
        /// Key of the axis.
        key: String,
        /// Why.
        because: &'static str,
    },
    /// A cell is no experiment.
    #[error("the cell with {settings}: {message}")]
    Cell {
        /// Keys and values of its axes.
        settings: String,
        /// What is wrong.
        message: String,
    },
}

/// Where a run stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// After so many steps.
    Steps(u64),
    /// At the first step at which this training time is reached.
    Time(f64),
    /// Once every mode has been counted so many times after it settled.
    Settled {
        /// Counts, one every 16 steps.
        counts: u64,
        /// Most steps.
        most_steps: u64,
    },
}

impl Stop {
    /// Most steps of a run at this learning rate.
    pub fn most_steps(self, learning_rate: f64) -> u64 {
        match self {
            Self::Steps(steps)
            | Self::Settled {
                most_steps: steps, ..
            } => steps,
            // A time that is a whole number of steps but for rounding is that number of steps.
            Self::Time(time) => ((time / learning_rate) * (1.0 - 1e-12))
                .ceil()
                .min(MOST_STEPS as f64) as u64,
        }
    }
}

/// The keys of a sweep file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default = "replicas", deserialize_with = "crate::whole_number::deserialize")]
    replicas: usize,
    #[serde(default, deserialize_with = "whole")]
    steps: Option<u64>,
    time: Option<f64>,
    #[serde(default, deserialize_with = "whole")]
    settled: Option<u64>,
    #[serde(default, deserialize_with = "whole")]
    every: Option<u64>,
    measures: Option<Vec<super::measure::Group>>,
    #[serde(default)]
    axis: Vec<AxisText>,
    experiment: Option<Value>,
}

fn replicas() -> usize {
    REPLICAS
}

fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    crate::whole_number::deserialize(deserializer).map(Some)
}

/// A sweep as kept in its directory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: String,
    version: String,
    settings: String,
    sweep: Text,
}

/// A grid of experiments and what is measured of them.
#[derive(Clone, Debug)]
pub struct Sweep {
    pub(super) base: Experiment,
    /// Where the base experiment was read from, if from a file of its own.
    base_file: Option<PathBuf>,
    pub(super) axes: Vec<Axis>,
    /// Networks of every cell.
    pub replicas: usize,
    /// Where a run stops.
    pub stop: Stop,
    /// Steps between rows, where the file says.
    every: Option<u64>,
    /// What is measured.
    pub measures: Measures,
    /// The text it was read from, with the experiment written out.
    text: Table,
}

impl Sweep {
    /// Reads a sweep; files it names are looked for from `directory`. Cells are judged when they are made ([`Self::cell`]).
    ///
    /// # Errors
    /// [`SweepFileError`], one line.
    pub fn parse(directory: &Path, text: &str) -> Result<Self, SweepFileError> {
        let table: Table = from_text(text).map_err(SweepFileError::Toml)?;
        let text: Text = from_text(text).map_err(SweepFileError::Toml)?;
        Self::of(directory, &text, table)
    }

    /// A sweep over `base`, by a text without an experiment.
    ///
    /// # Errors
    /// [`SweepFileError`], one line.
    pub fn over(base: Experiment, text: &str) -> Result<Self, SweepFileError> {
        let table: Table = from_text(text).map_err(SweepFileError::Toml)?;
        let text: Text = from_text(text).map_err(SweepFileError::Toml)?;
        Self::with_base(base, None, &text, table)
    }

    /// Reads a sweep as kept in its directory; gives the version and the settings' digest that stand there too.
    pub(super) fn parse_kept(text: &str) -> Result<(String, String, Option<Self>), SweepFileError> {
        /// What can be told of a file of any version.
        #[derive(Deserialize)]
        struct Head {
            version: String,
            settings: String,
        }
        let head: Head = from_text(text).map_err(SweepFileError::Toml)?;
        if head.version != env!("CARGO_PKG_VERSION") {
            return Ok((head.version, head.settings, None));
        }
        let kept: Kept = from_text(text).map_err(SweepFileError::Toml)?;
        if kept.format != KEPT_FORMAT {
            return Err(SweepFileError::Value {
                key: "format",
                value: kept.format,
                allowed: "that of a sweep's directory",
            });
        }
        let table: Table = from_text(text).map_err(SweepFileError::Toml)?;
        let inner = match table.get("sweep") {
            Some(Value::Table(inner)) => inner.clone(),
            Some(_) | None => Table::new(),
        };
        let sweep = Self::of(Path::new(""), &kept.sweep, inner)?;
        Ok((kept.version, kept.settings, Some(sweep)))
    }

    fn of(directory: &Path, text: &Text, table: Table) -> Result<Self, SweepFileError> {
        let (base, base_file) = base_of(directory, text.experiment.as_ref())?;
        Self::with_base(base, base_file, text, table)
    }

    fn with_base(
        base: Experiment,
        base_file: Option<PathBuf>,
        text: &Text,
        mut table: Table,
    ) -> Result<Self, SweepFileError> {
        let range = |holds: bool, key: &'static str, value: &dyn std::fmt::Display, allowed: &'static str| {
            if holds {
                Ok(())
            } else {
                Err(SweepFileError::Value {
                    key,
                    value: value.to_string(),
                    allowed,
                })
            }
        };
        let most = "from 1 to 2^53";
        let in_range = |n: Option<u64>| n.is_none_or(|n| (1..=MOST_STEPS).contains(&n));
        let written = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
        range(
            (1..=MOST_REPLICAS).contains(&text.replicas),
            "replicas",
            &text.replicas,
            "from 1 to 1000000",
        )?;
        range(in_range(text.steps), "steps", &written(text.steps), most)?;
        range(in_range(text.settled), "settled", &written(text.settled), most)?;
        range(in_range(text.every), "every", &written(text.every), most)?;
        let stop = match (text.steps, text.time, text.settled) {
            (Some(steps), None, None) => Stop::Steps(steps),
            (None, Some(time), None) => {
                let allowed = "above 0 and finite";
                range(time.is_finite() && time > 0.0, "time", &time, allowed)?;
                Stop::Time(time)
            }
            (Some(most_steps), None, Some(counts)) => Stop::Settled { counts, most_steps },
            (Some(_) | None, Some(_) | None, Some(_) | None) => return Err(SweepFileError::Stop),
        };
        let mut measures = text.measures.as_deref().map_or_else(Measures::all, Measures::of);
        if matches!(stop, Stop::Settled { .. }) {
            measures.settled = true;
        }
        if text.axis.is_empty() {
            return Err(SweepFileError::NoAxis);
        }
        let keys = base.all_keys().as_table().cloned().unwrap_or_default();
        let axes = axes(&keys, &text.axis)?;
        table.insert("experiment".to_owned(), Value::Table(keys));
        let sweep = Self {
            base,
            base_file,
            axes,
            replicas: text.replicas,
            stop,
            every: text.every,
            measures,
            text: table,
        };
        let n = sweep.n_cells_exact();
        if n > u128::from(MOST_CELLS) {
            return Err(SweepFileError::TooMany { n });
        }
        Ok(sweep)
    }

    /// The sweep as TOML with the experiment written out, to be read from anywhere.
    pub fn to_toml(&self) -> String {
        toml::to_string(&self.text).unwrap_or_default()
    }

    /// The sweep as it is kept in its directory.
    pub(super) fn to_kept(&self) -> String {
        let mut kept = Table::new();
        let mut insert = |key: &str, value: Value| kept.insert(key.to_owned(), value);
        insert("format", Value::String(KEPT_FORMAT.to_owned()));
        insert("version", Value::String(env!("CARGO_PKG_VERSION").to_owned()));
        insert("settings", Value::String(self.settings_digest()));
        insert("sweep", Value::Table(self.text.clone()));
        toml::to_string(&kept).unwrap_or_default()
    }

    /// Digest of everything but the values of the axes: sweeps that share it may share a directory, as a grid and the one that it
    /// has grown into.
    pub(super) fn settings_digest(&self) -> String {
        let mut hasher = Xxh3::with_seed(1);
        id::update(&mut hasher, &self.base);
        let mut rest = format!(
            "{} {:?} {:?} {:?}",
            self.replicas, self.stop, self.every, self.measures
        );
        for axis in &self.axes {
            rest.push('\n');
            rest.push_str(&axis.key);
        }
        hasher.update(rest.as_bytes());
        format!("{:032x}", hasher.digest128())
    }

    /// Counts the files that the base experiment was read from as read.
    pub fn add_files_to(&self, inputs: &mut Inputs) {
        if let Some(file) = &self.base_file {
            inputs.add("the experiment of the sweep", file);
        }
        self.base.add_files_to(inputs);
    }

    /// The experiment that its cells are variations of.
    pub fn base(&self) -> &Experiment {
        &self.base
    }

    /// Keys of the axes, in the order of the file.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.axes.iter().map(|axis| axis.key.as_str())
    }

    /// Steps between the rows of a run of so many steps.
    pub(super) fn stride(&self, n_steps: u64) -> u64 {
        self.every.unwrap_or(n_steps / ROWS).max(1)
    }
}

/// The base experiment, complete with its samples, and the file that it was read from.
fn base_of(directory: &Path, value: Option<&Value>) -> Result<(Experiment, Option<PathBuf>), SweepFileError> {
    let (directory, text, file) = match value {
        None => (directory.to_owned(), String::new(), None),
        Some(Value::Table(table)) => (
            directory.to_owned(),
            toml::to_string(table).unwrap_or_default(),
            None,
        ),
        Some(Value::String(file)) => {
            let path = directory.join(file);
            let text = read_text(&path, LONGEST_EXPERIMENT).map_err(|cause| SweepFileError::Read {
                file: file.clone(),
                cause: cause.to_string(),
            })?;
            let folder = path.parent().unwrap_or_else(|| Path::new("")).to_owned();
            (folder, text, Some(path))
        }
        Some(
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_),
        ) => {
            return Err(SweepFileError::ExperimentKind);
        }
    };
    // An axis may put right what the base alone has wrong, as a teacher of more modes than a layer is wide: cells are judged.
    let experiment = Experiment::parse_in(&directory, &text, &[]).map_err(SweepFileError::Experiment)?;
    Ok((experiment, file))
}
