//! The samples of `[data] kind = "file"`: read once, then shared by every run of the experiment.
//!
//! `inputs` and `targets` name two CSV tables with as many rows: row `i` of one is the input `x_i`, of the other its target
//! `y_i`. A name that begins with [`BUILTIN`] is a table that ships with the program; any other is a path, relative to the folder
//! of the experiment file. With `whiten` the inputs are mapped so that `(1/N) sum x x^T` is the identity.
//!
//! The teacher of these samples is their least-squares map ([`Teacher::least_squares`]), its strengths those of `[teacher]`.
//! Inputs that are not white couple the modes, as in a stored set that is not whitened: gradient flow then reaches the same map,
//! yet closed forms for single modes do not hold.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use thiserror::Error;

use super::table::{self, LONGEST_TABLE, TableError};
use super::{DataConfig, DataKind, Experiment};
use crate::model::{Dataset, DatasetError, Teacher, whitened};

/// How names of tables begin that ship with the program.
pub const BUILTIN: &str = "builtin:";

/// The tables that ship with the program.
const TABLES: [(&str, &str); 2] = [
    (
        "builtin:semantic_items.csv",
        include_str!("../../assets/data/semantic_items.csv"),
    ),
    (
        "builtin:semantic_properties.csv",
        include_str!("../../assets/data/semantic_properties.csv"),
    ),
];

/// Why the samples of an experiment cannot be had. Each message names the file.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SamplesError {
    /// A file is not named.
    #[error("data.{key} is missing: kind = \"file\" needs inputs and targets, the names of two CSV files")]
    Unnamed {
        /// `inputs` or `targets`.
        key: &'static str,
    },
    /// A file is no table of numbers.
    #[error("data.{key} = {file}: {cause}")]
    Table {
        /// `inputs` or `targets`.
        key: &'static str,
        /// The file.
        file: String,
        /// Why.
        cause: TableError,
    },
    /// The files hold different numbers of samples.
    #[error("data.inputs = {inputs} has {n_inputs} samples, but data.targets = {targets} has {n_targets}")]
    Unpaired {
        /// File of the inputs.
        inputs: String,
        /// Its samples.
        n_inputs: usize,
        /// File of the targets.
        targets: String,
        /// Its samples.
        n_targets: usize,
    },
    /// The samples cannot be whitened.
    #[error("data.inputs = {inputs}: {cause}; set data.whiten = false")]
    Whitening {
        /// File of the inputs.
        inputs: String,
        /// Why.
        cause: DatasetError,
    },
    /// No linear map from inputs to targets is left to be learned.
    #[error("data.targets = {targets}: nothing to learn, for the least-squares map from the inputs is zero")]
    NoTeacher {
        /// File of the targets.
        targets: String,
    },
}

/// Samples read from files, one a column, with the teacher found in them.
#[derive(Clone, Debug)]
pub struct Samples {
    inputs: DMatrix<f64>,
    targets: DMatrix<f64>,
    teacher: Arc<Teacher>,
    /// Names and option they were read by.
    read_as: (String, String, bool),
}

impl PartialEq for Samples {
    /// Shared samples are equal at a glance.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || self.read_as == other.read_as && self.inputs == other.inputs && self.targets == other.targets
    }
}

impl Samples {
    fn read(data: &DataConfig) -> Result<Self, SamplesError> {
        let mut inputs = read_table("inputs", &data.inputs)?;
        let targets = read_table("targets", &data.targets)?;
        if inputs.ncols() != targets.ncols() {
            return Err(SamplesError::Unpaired {
                inputs: data.inputs.clone(),
                n_inputs: inputs.ncols(),
                targets: data.targets.clone(),
                n_targets: targets.ncols(),
            });
        }
        if data.whiten {
            inputs = whitened(&inputs).map_err(|cause| SamplesError::Whitening {
                inputs: data.inputs.clone(),
                cause,
            })?;
        }
        let teacher = Teacher::least_squares(&inputs, &targets).ok_or_else(|| SamplesError::NoTeacher {
            targets: data.targets.clone(),
        })?;
        Ok(Self {
            inputs,
            targets,
            teacher: Arc::new(teacher),
            read_as: (data.inputs.clone(), data.targets.clone(), data.whiten),
        })
    }

    /// Number of samples `N`.
    pub fn n_samples(&self) -> usize {
        self.inputs.ncols()
    }

    /// Dimension of an input.
    pub fn d_in(&self) -> usize {
        self.inputs.nrows()
    }

    /// Dimension of a target.
    pub fn d_out(&self) -> usize {
        self.targets.nrows()
    }

    /// The least-squares map.
    pub fn teacher(&self) -> &Arc<Teacher> {
        &self.teacher
    }

    /// Every number: the shape of the inputs and of the targets, then both, one sample after the other.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        let shapes = [self.d_in(), self.d_out(), self.n_samples()].map(|n| n as f64);
        let samples = self.inputs.iter().chain(self.targets.iter());
        shapes.into_iter().chain(samples.copied())
    }

    /// Whether these are the samples that `data` speaks of.
    pub(super) fn are_those_of(&self, data: &DataConfig) -> bool {
        let (inputs, targets, whiten) = &self.read_as;
        (inputs, targets, *whiten) == (&data.inputs, &data.targets, data.whiten)
    }

    /// The stored set of these samples, with label noise of unit variance beside it, shape `(d_out, N)`.
    ///
    /// # Errors
    /// [`DatasetError::Unpaired`] where the noise has another number of columns.
    pub fn dataset(&self, noise: DMatrix<f64>) -> Result<Dataset, DatasetError> {
        Dataset::from_samples(self.inputs.clone(), self.targets.clone(), noise)
    }
}

impl Experiment {
    /// Reads the samples of `kind = "file"` and takes over their number and the strengths of their teacher; any other experiment
    /// is left as it is. Relative paths start at `directory` and become absolute, so that the experiment can be written and read again
    /// from any other. Samples that are there already are not read again.
    ///
    /// # Errors
    /// [`SamplesError`], which names the file; the experiment is then as it was.
    pub fn load_samples(&mut self, directory: &Path) -> Result<(), SamplesError> {
        match self.data.kind {
            DataKind::Online | DataKind::Dataset => return Ok(()),
            DataKind::File => {}
        }
        let loaded = self.data.samples.as_ref();
        if !loaded.is_some_and(|samples| samples.are_those_of(&self.data)) {
            let mut data = self.data.clone();
            for (key, name) in [("inputs", &mut data.inputs), ("targets", &mut data.targets)] {
                if name.is_empty() {
                    return Err(SamplesError::Unnamed { key });
                }
                if !name.starts_with(BUILTIN) {
                    let path = directory.join(&*name);
                    let path = std::path::absolute(&path).unwrap_or(path);
                    *name = path.to_string_lossy().into_owned();
                }
            }
            data.samples = Some(Arc::new(Samples::read(&data)?));
            self.data = data;
        }
        if let Some(samples) = &self.data.samples {
            self.data.n_samples = samples.n_samples();
            self.teacher.strengths = samples.teacher().strengths().to_vec();
        }
        Ok(())
    }
}

fn read_table(key: &'static str, name: &str) -> Result<DMatrix<f64>, SamplesError> {
    let table = if name.starts_with(BUILTIN) {
        let found = TABLES.iter().find(|(known, _)| *known == name);
        found.map_or_else(
            || {
                let known = TABLES.map(|(known, _)| known).join(", ");
                Err(TableError::NotBuiltin { known })
            },
            |(_, text)| table::parse(text.as_bytes()),
        )
    } else {
        read_bytes(Path::new(name)).and_then(|bytes| table::parse(&bytes))
    };
    table.map_err(|cause| SamplesError::Table {
        key,
        file: name.to_owned(),
        cause,
    })
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, TableError> {
    let refused = |error: std::io::Error| TableError::Read {
        cause: error.to_string(),
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(LONGEST_TABLE + 1)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    if bytes.len() as u64 > LONGEST_TABLE {
        return Err(TableError::TooLong);
    }
    Ok(bytes)
}
