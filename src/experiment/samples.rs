//! The samples of `[data] kind = "file"`: read once, then shared by every run of the experiment.
//!
//! `inputs` and `targets` name two CSV tables with as many rows: row `i` of one is the input `x_i`, of the other its target
//! `y_i`. A name that begins with [`BUILTIN`] is a table that ships with the program; any other is a path, relative to the folder
//! of the experiment file.
//!
//! - `one_hot`: the targets are one column of labels, and every class becomes an output.
//! - `center`: the mean of the inputs and that of the targets are subtracted.
//! - `whiten`: the inputs are mapped so that `(1/N) sum x x^T` is the identity on their support. Directions in which they do not vary
//!   (eigenvalues of the second moment below 1e-9 of the largest) are dropped; [`Samples::n_dropped`] tells how many.
//!
//! The teacher of these samples is their least-squares map ([`Teacher::least_squares`]), its strengths those of `[teacher]`.
//! Inputs that are not white couple the modes, as in a stored set that is not whitened: gradient flow then reaches the same map,
//! yet closed forms for single modes do not hold.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use thiserror::Error;

use super::one_hot;
use super::table::{self, LONGEST_TABLE, TableError};
use super::{DataConfig, DataKind, Experiment, MAX_RANK};
use crate::budget::{self, OutOfMemory};
use crate::files::{self, Inputs};
use crate::model::{Dataset, DatasetError, LeastSquaresError, Teacher, whitened_on_support};

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
    /// There is not enough memory for them.
    #[error("data.inputs = {inputs}: learning from it {cause}")]
    Memory {
        /// File of the inputs.
        inputs: String,
        /// Why.
        cause: OutOfMemory,
    },
    /// The samples cannot be whitened.
    #[error("data.inputs = {inputs}: {cause}; set data.whiten = false")]
    Whitening {
        /// File of the inputs.
        inputs: String,
        /// Why.
        cause: DatasetError,
    },
    /// The samples teach nothing, or too much.
    #[error("data.targets = {targets}: {cause}")]
    NoTeacher {
        /// File of the targets.
        targets: String,
        /// Why.
        cause: LeastSquaresError,
    },
}

/// Samples read from files, one a column, with the teacher found in them.
#[derive(Clone, Debug)]
pub struct Samples {
    inputs: DMatrix<f64>,
    targets: DMatrix<f64>,
    teacher: Arc<Teacher>,
    /// Input directions that whitening has dropped.
    n_dropped: usize,
    /// Names and options they were read by.
    read_as: ReadAs,
}

/// What decides how samples are read.
#[derive(Clone, Debug, PartialEq)]
struct ReadAs {
    inputs: String,
    targets: String,
    whiten: bool,
    center: bool,
    one_hot: bool,
}

impl ReadAs {
    fn of(data: &DataConfig) -> Self {
        Self {
            inputs: data.inputs.clone(),
            targets: data.targets.clone(),
            whiten: data.whiten,
            center: data.center,
            one_hot: data.one_hot,
        }
    }
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
        let mut targets = if data.one_hot {
            read_with("targets", &data.targets, |bytes| {
                one_hot::parse(bytes).map(|(targets, _)| targets)
            })?
        } else {
            read_table("targets", &data.targets)?
        };
        if inputs.ncols() != targets.ncols() {
            return Err(SamplesError::Unpaired {
                inputs: data.inputs.clone(),
                n_inputs: inputs.ncols(),
                targets: data.targets.clone(),
                n_targets: targets.ncols(),
            });
        }
        // Beside them stand copies that are scaled and transposed, and what is left of the targets.
        let (d_in, d_out, n) = (inputs.nrows(), targets.nrows(), inputs.ncols());
        let numbers = n * (4 * d_in + 4 * d_out) + 6 * d_in * d_in + 6 * d_in * d_out;
        budget::check((numbers * size_of::<f64>()) as u64).map_err(|cause| SamplesError::Memory {
            inputs: data.inputs.clone(),
            cause,
        })?;
        if data.center {
            center(&mut inputs);
            center(&mut targets);
        }
        let mut n_dropped = 0;
        if data.whiten {
            (inputs, n_dropped) = whitened_on_support(&inputs).map_err(|cause| SamplesError::Whitening {
                inputs: data.inputs.clone(),
                cause,
            })?;
        }
        let teacher =
            Teacher::least_squares(&inputs, &targets, MAX_RANK).map_err(|cause| SamplesError::NoTeacher {
                targets: data.targets.clone(),
                cause,
            })?;
        Ok(Self {
            inputs,
            targets,
            teacher: Arc::new(teacher),
            n_dropped,
            read_as: ReadAs::of(data),
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

    /// Input directions that whitening has dropped, for the inputs do not vary in them.
    pub fn n_dropped(&self) -> usize {
        self.n_dropped
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
        self.read_as == ReadAs::of(data)
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

impl Experiment {
    /// Counts the files that its samples were read from as read.
    pub fn add_files_to(&self, inputs: &mut Inputs) {
        let data = &self.data;
        if data.kind == DataKind::File {
            for (what, name) in [("data.inputs", &data.inputs), ("data.targets", &data.targets)] {
                if !name.starts_with(BUILTIN) {
                    inputs.add(what, Path::new(name));
                }
            }
        }
    }
}

/// Subtracts from every sample, a column, the mean of all.
fn center(samples: &mut DMatrix<f64>) {
    let mean = samples.column_mean();
    for mut sample in samples.column_iter_mut() {
        sample -= &mean;
    }
}

fn read_table(key: &'static str, name: &str) -> Result<DMatrix<f64>, SamplesError> {
    read_with(key, name, table::parse)
}

fn read_with(
    key: &'static str,
    name: &str,
    parse: impl Fn(&[u8]) -> Result<DMatrix<f64>, TableError>,
) -> Result<DMatrix<f64>, SamplesError> {
    let table = if name.starts_with(BUILTIN) {
        let found = TABLES.iter().find(|(known, _)| *known == name);
        found.map_or_else(
            || {
                let known = TABLES.map(|(known, _)| known).join(", ");
                Err(TableError::NotBuiltin { known })
            },
            |(_, text)| parse(text.as_bytes()),
        )
    } else {
        read_bytes(Path::new(name)).and_then(|bytes| parse(&bytes))
    };
    table.map_err(|cause| SamplesError::Table {
        key,
        file: name.to_owned(),
        cause,
    })
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, TableError> {
    files::read(path, LONGEST_TABLE).map_err(|cause| match cause.kind() {
        ErrorKind::FileTooLarge => TableError::TooLong,
        _ => TableError::Read {
            cause: cause.to_string(),
        },
    })
}
