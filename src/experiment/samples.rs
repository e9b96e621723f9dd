//! The samples of `[data] kind = "file"`: read once, then shared by every run of the experiment.
//!
//! `inputs` and `targets` name two tables with as many rows: row `i` of one is the input `x_i`, of the other its target
//! `y_i`. They are CSV files or arrays of numpy ([`super::table_file`]). A name that begins with [`BUILTIN`] is a table that ships with
//! the program; any other is a path, relative to the folder of the experiment file.
//!
//! - `one_hot`: the targets are one column of labels, and every class becomes an output.
//! - `held_out`: this fraction of the samples, evenly spread over the rows, is kept from training; or `held_out_inputs` and
//!   `held_out_targets` name tables of their own. What follows is found in the samples trained on and done to both.
//! - `center`: the mean of the inputs and that of the targets are subtracted.
//! - `whiten`: the inputs are mapped so that `(1/N) sum x x^T` is the identity on their support. Directions in which they do not vary
//!   (eigenvalues of the second moment below 1e-9 of the largest) are dropped; [`Samples::n_dropped`] tells how many.
//!
//! The teacher of these samples is their least-squares map `M`, its strengths those of `[teacher]`. Its modes are by `modes` its own
//! singular vectors ([`Teacher::least_squares`]) or those of the input-output correlation ([`Teacher::of_correlation`]). For white
//! inputs the two are the same. Inputs that are not white couple the modes: gradient flow then reaches the same map, yet
//! closed forms for single modes do not hold. From a small start the modes of the correlation are what is learned one after the other
//! (Saxe et al., arXiv 1312.6120).

use std::path::Path;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::table::{Table, TableError};
use super::table_file::BUILTIN;
use super::{DataConfig, DataKind, Experiment, MAX_RANK, Modes, one_hot, table_file};
use crate::budget::{self, OutOfMemory};
use crate::dynamics::Sampling;
use crate::files::Inputs;
use crate::model::{Dataset, DatasetError, LeastSquaresError, Teacher, whitening_on_support};

/// Why the samples of an experiment cannot be had. Each message names the file.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SamplesError {
    /// A file is not named.
    #[error("data.{key} is missing: kind = \"file\" needs the names of two files, of inputs and of targets")]
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
    #[error(
        "data.{inputs_key} = {inputs} has {n_inputs} samples, but data.{targets_key} = {targets} has {n_targets}"
    )]
    Unpaired {
        /// Key of the inputs.
        inputs_key: &'static str,
        /// File of the inputs.
        inputs: String,
        /// Its samples.
        n_inputs: usize,
        /// Key of the targets.
        targets_key: &'static str,
        /// File of the targets.
        targets: String,
        /// Its samples.
        n_targets: usize,
    },
    /// Samples held out have other dimensions.
    #[error("data.{key} = {file} has {found} columns, but the samples trained on have {expected}")]
    OtherShape {
        /// `held_out_inputs` or `held_out_targets`.
        key: &'static str,
        /// The file.
        file: String,
        /// Its columns.
        found: usize,
        /// Columns of those trained on.
        expected: usize,
    },
    /// A fraction is held out that leaves nothing on one side.
    #[error("data.held_out = {fraction}: of {n_samples} samples that leaves none {on}")]
    NoneLeft {
        /// The fraction.
        fraction: f64,
        /// All samples.
        n_samples: usize,
        /// On which side.
        on: &'static str,
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
    trained_on: Pairs,
    held_out: Option<Pairs>,
    teacher: Arc<Teacher>,
    /// Names of the columns of inputs and targets, or of the classes.
    names: [Vec<String>; 2],
    /// Input directions that whitening has dropped.
    n_dropped: usize,
    /// Names and options they were read by.
    read_as: DataConfig,
}

/// Inputs with their targets, one a column.
#[derive(Clone, Debug, PartialEq)]
struct Pairs {
    inputs: DMatrix<f64>,
    targets: DMatrix<f64>,
}

/// What decides how samples are read.
fn read_as(data: &DataConfig) -> DataConfig {
    DataConfig {
        samples: None,
        n_samples: 0,
        sampling: Sampling::default(),
        ..data.clone()
    }
}

impl PartialEq for Samples {
    /// Shared samples are equal at a glance.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || self.read_as == other.read_as
                && self.trained_on == other.trained_on
                && self.held_out == other.held_out
    }
}

impl Pairs {
    /// Inputs `inputs` of key `keys[0]` with targets of key `keys[1]`.
    fn new(
        keys: [&'static str; 2],
        names: [&str; 2],
        inputs: DMatrix<f64>,
        targets: DMatrix<f64>,
    ) -> Result<Self, SamplesError> {
        if inputs.ncols() == targets.ncols() {
            return Ok(Self { inputs, targets });
        }
        let [inputs_key, targets_key] = keys;
        Err(SamplesError::Unpaired {
            inputs_key,
            inputs: names[0].to_owned(),
            n_inputs: inputs.ncols(),
            targets_key,
            targets: names[1].to_owned(),
            n_targets: targets.ncols(),
        })
    }

    /// Keeps the samples of the given numbers.
    fn only(&self, samples: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select_columns(samples),
            targets: self.targets.select_columns(samples),
        }
    }

    fn n_numbers(&self) -> usize {
        self.inputs.len() + self.targets.len()
    }
}

/// The samples of `of` numbers that are trained on, and those held out: whenever the fraction adds up to a whole sample.
fn split(of: usize, fraction: f64) -> (Vec<usize>, Vec<usize>) {
    // A fraction of a fifth, which is no binary number, holds out the fifth sample.
    let whole = |n: usize| (n as f64 * fraction + 1e-9).floor();
    (0..of).partition(|&i| whole(i + 1) <= whole(i))
}

impl Samples {
    fn read(data: &DataConfig) -> Result<Self, SamplesError> {
        let inputs = read_table("inputs", &data.inputs)?;
        let (targets, target_names) = if data.one_hot {
            let labels = read_labels("targets", &data.targets)?;
            let encoded = one_hot::classes(&labels)
                .and_then(|classes| Ok((one_hot::encode(&labels, &classes)?, classes)));
            encoded.map_err(|cause| table_error("targets", &data.targets, cause))?
        } else {
            let table = read_table("targets", &data.targets)?;
            (table.numbers, table.names)
        };
        let keys = ["inputs", "targets"];
        let mut trained_on = Pairs::new(keys, [&data.inputs, &data.targets], inputs.numbers, targets)?;
        // Beside them stand copies that are scaled and transposed, and what is left of the targets.
        let (d_in, d_out) = (trained_on.inputs.nrows(), trained_on.targets.nrows());
        let numbers = 4 * trained_on.n_numbers() + 6 * d_in * d_in + 6 * d_in * d_out;
        budget::check((numbers * size_of::<f64>()) as u64).map_err(|cause| SamplesError::Memory {
            inputs: data.inputs.clone(),
            cause,
        })?;
        let mut held_out = Self::read_held_out(data, &trained_on, &target_names)?;
        if data.held_out > 0.0 {
            let n_samples = trained_on.inputs.ncols();
            let (kept, out) = split(n_samples, data.held_out);
            let none_left = |on| SamplesError::NoneLeft {
                fraction: data.held_out,
                n_samples,
                on,
            };
            if kept.is_empty() || out.is_empty() {
                return Err(none_left(if kept.is_empty() {
                    "to train on"
                } else {
                    "held out"
                }));
            }
            held_out = Some(trained_on.only(&out));
            trained_on = trained_on.only(&kept);
        }
        if data.center {
            let means = (trained_on.inputs.column_mean(), trained_on.targets.column_mean());
            for pairs in std::iter::once(&mut trained_on).chain(&mut held_out) {
                subtract(&means.0, &mut pairs.inputs);
                subtract(&means.1, &mut pairs.targets);
            }
        }
        let mut n_dropped = 0;
        if data.whiten {
            let (map, dropped) =
                whitening_on_support(&trained_on.inputs).map_err(|cause| SamplesError::Whitening {
                    inputs: data.inputs.clone(),
                    cause,
                })?;
            n_dropped = dropped;
            for pairs in std::iter::once(&mut trained_on).chain(&mut held_out) {
                pairs.inputs = &map * &pairs.inputs;
            }
        }
        let find_teacher = match data.modes {
            Modes::Map => Teacher::least_squares,
            Modes::Correlation => Teacher::of_correlation,
        };
        let teacher = find_teacher(&trained_on.inputs, &trained_on.targets, MAX_RANK).map_err(|cause| {
            SamplesError::NoTeacher {
                targets: data.targets.clone(),
                cause,
            }
        })?;
        Ok(Self {
            trained_on,
            held_out,
            teacher: Arc::new(teacher),
            names: [inputs.names, target_names],
            n_dropped,
            read_as: read_as(data),
        })
    }

    /// The samples of files of their own that are held out.
    fn read_held_out(
        data: &DataConfig,
        trained_on: &Pairs,
        classes: &[String],
    ) -> Result<Option<Pairs>, SamplesError> {
        let keys = ["held_out_inputs", "held_out_targets"];
        let names = [data.held_out_inputs.as_str(), &data.held_out_targets];
        match names {
            ["", ""] => return Ok(None),
            ["", _] => return Err(SamplesError::Unnamed { key: keys[0] }),
            [_, ""] => return Err(SamplesError::Unnamed { key: keys[1] }),
            [_, _] => {}
        }
        let inputs = read_table(keys[0], names[0])?.numbers;
        let targets = if data.one_hot {
            let labels = read_labels(keys[1], names[1])?;
            one_hot::encode(&labels, classes).map_err(|cause| table_error(keys[1], names[1], cause))?
        } else {
            read_table(keys[1], names[1])?.numbers
        };
        for (i, (found, expected)) in [
            (inputs.nrows(), trained_on.inputs.nrows()),
            (targets.nrows(), trained_on.targets.nrows()),
        ]
        .into_iter()
        .enumerate()
        {
            if found != expected {
                return Err(SamplesError::OtherShape {
                    key: keys[i],
                    file: names[i].to_owned(),
                    found,
                    expected,
                });
            }
        }
        Pairs::new(keys, names, inputs, targets).map(Some)
    }

    /// Number of samples held out.
    pub fn n_held_out(&self) -> usize {
        self.held_out.as_ref().map_or(0, |pairs| pairs.inputs.ncols())
    }

    /// Names of the inputs: the columns of their table.
    pub fn input_names(&self) -> &[String] {
        &self.names[0]
    }

    /// Names of the outputs: the columns of the table of targets, or the classes.
    pub fn target_names(&self) -> &[String] {
        &self.names[1]
    }

    /// Number of samples `N`.
    pub fn n_samples(&self) -> usize {
        self.trained_on.inputs.ncols()
    }

    /// Dimension of an input.
    pub fn d_in(&self) -> usize {
        self.trained_on.inputs.nrows()
    }

    /// Input directions that whitening has dropped, for the inputs do not vary in them.
    pub fn n_dropped(&self) -> usize {
        self.n_dropped
    }

    /// Dimension of a target.
    pub fn d_out(&self) -> usize {
        self.trained_on.targets.nrows()
    }

    /// The least-squares map.
    pub fn teacher(&self) -> &Arc<Teacher> {
        &self.teacher
    }

    /// Every number: the shape of the inputs and of the targets, then both, one sample after the other.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        let shapes = [self.d_in(), self.d_out(), self.n_samples()].map(|n| n as f64);
        let all = std::iter::once(&self.trained_on).chain(&self.held_out);
        let samples = all.flat_map(|pairs| pairs.inputs.iter().chain(pairs.targets.iter()));
        shapes.into_iter().chain(samples.copied())
    }

    /// Whether these are the samples that `data` speaks of.
    pub(super) fn are_those_of(&self, data: &DataConfig) -> bool {
        self.read_as == read_as(data)
    }

    /// The stored set of these samples, with label noise of unit variance beside it, shape `(d_out, N)`, drawn by `noise` from the number
    /// of rows and columns; and the same of the samples held out.
    ///
    /// # Errors
    /// [`DatasetError::Unpaired`] where the noise has another number of columns.
    pub fn datasets(
        &self,
        mut noise: impl FnMut(usize, usize) -> DMatrix<f64>,
    ) -> Result<(Dataset, Option<Dataset>), DatasetError> {
        let mut dataset = |pairs: &Pairs| {
            let (d_out, n_samples) = pairs.targets.shape();
            Dataset::from_samples(
                pairs.inputs.clone(),
                pairs.targets.clone(),
                noise(d_out, n_samples),
            )
        };
        let trained_on = dataset(&self.trained_on)?;
        Ok((trained_on, self.held_out.as_ref().map(dataset).transpose()?))
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
            for (key, name) in [("inputs", &data.inputs), ("targets", &data.targets)] {
                if name.is_empty() {
                    return Err(SamplesError::Unnamed { key });
                }
            }
            for name in [
                &mut data.inputs,
                &mut data.targets,
                &mut data.held_out_inputs,
                &mut data.held_out_targets,
            ] {
                if !name.is_empty() && !name.starts_with(BUILTIN) {
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
            for (what, name) in [
                ("data.inputs", &data.inputs),
                ("data.targets", &data.targets),
                ("data.held_out_inputs", &data.held_out_inputs),
                ("data.held_out_targets", &data.held_out_targets),
            ] {
                if !name.is_empty() && !name.starts_with(BUILTIN) {
                    inputs.add(what, table_file::path_and_array(name).0);
                }
            }
        }
    }
}

/// Subtracts a mean from every sample, a column.
fn subtract(mean: &DVector<f64>, samples: &mut DMatrix<f64>) {
    for mut sample in samples.column_iter_mut() {
        sample -= mean;
    }
}

fn read_table(key: &'static str, name: &str) -> Result<Table, SamplesError> {
    table_file::read(key, name).map_err(|cause| table_error(key, name, cause))
}

fn read_labels(key: &'static str, name: &str) -> Result<Vec<String>, SamplesError> {
    table_file::read_labels(key, name).map_err(|cause| table_error(key, name, cause))
}

fn table_error(key: &'static str, name: &str, cause: TableError) -> SamplesError {
    SamplesError::Table {
        key,
        file: name.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_held_out_are_spread_evenly() {
        assert_eq!(split(10, 0.2), (vec![0, 1, 2, 3, 5, 6, 7, 8], vec![4, 9]));
        assert_eq!(split(20, 0.2).1.len(), 4);
        assert_eq!(split(150, 0.1).1.len(), 15);
        assert_eq!(split(3, 0.5), (vec![0, 2], vec![1]));
        assert_eq!(split(4, 0.1).1, Vec::<usize>::new());
    }
}
