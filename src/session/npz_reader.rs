//! Reads a recording back from the NPZ that [`write_npz`](super::write_npz) made of it.
//!
//! The session in the archive says what was run; teacher and data set are made anew from it. Rows and weights are read to the
//! bit, events are found in the rows once more.
//!
//! A file of another version may know other observables: one that is missing is absent, NaN in every row, and an array that this
//! version does not know is passed over. What no recording can do without are `step`, `time`, `session` and the weights.

use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use nalgebra::DMatrix;
use npyz::{NpyFile, Order};
use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use super::file::{LONGEST_SESSION, Session, SessionError};
use super::recording::{Recording, most_recorded_numbers};
use crate::dynamics::Scheduled;
use crate::files::{self, npy_header};
use crate::model::DeepLinearNetwork;
use crate::observables::Schema;
use crate::platform::fs::File;
use crate::simulation::{Passage, Passages, Replicas, SetupError};

/// Why a file is no recording.
#[derive(Debug, Error)]
pub enum NpzError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is no archive, or a damaged one.
    #[error("{}: no NPZ archive, or a damaged one: {message}; plots need the file of saddlescope run --out FILE.npz", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        message: String,
    },
    /// An array is missing or is not what it should be.
    #[error("{}: array {array}: {message}; plots need the file of saddlescope run --out FILE.npz", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// The array.
        array: String,
        /// What is wrong with it.
        message: String,
    },
    /// The session in the archive cannot be read.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The session's experiment cannot be set up.
    #[error("{}: {cause}", path.display())]
    Setup {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: SetupError,
    },
}

/// Reads a recording.
///
/// # Errors
/// [`NpzError`], one line that names the file and, where it is one array's fault, the array.
pub fn read_npz(path: &Path) -> Result<Recording, NpzError> {
    let mut archive = Archive::open(path)?;
    let session = archive.session()?;
    let schema = session.experiment.schema();
    let rank = schema.rank();
    let n_rows = archive.n_rows(schema)?;
    let mut rows = vec![0.0; n_rows * schema.n_columns()];
    for (name, column) in [("step", Schema::STEP), ("time", Schema::TIME)] {
        let values = archive.numbers(name, &[n_rows])?;
        // Of two rows with a tiny learning rate between them, the times may be the same to the last bit.
        if column == Schema::TIME && (!values.is_sorted() || values[0] < 0.0) {
            return Err(archive.wrong(name, "must not fall from row to row, nor begin below 0"));
        }
        spread(&values, 1, &mut rows, schema.n_columns(), column);
    }
    for quantity in schema.quantities() {
        let mut shape = vec![n_rows];
        shape.extend(schema.shape(quantity));
        let values = archive.observable(quantity.name(), &shape)?;
        let columns = schema.columns(quantity);
        spread(
            &values,
            columns.len(),
            &mut rows,
            schema.n_columns(),
            columns.start,
        );
    }
    for (i, which) in Scheduled::ALL.into_iter().enumerate() {
        let values = archive.observable(which.name(), &[n_rows])?;
        spread(&values, 1, &mut rows, schema.n_columns(), schema.live() + i);
    }
    // What was in force was not recorded before there were schedules; the session says it.
    if Scheduled::ALL.iter().all(|which| !archive.holds(which.name())) {
        for row in rows.chunks_exact_mut(schema.n_columns()) {
            let step = row[Schema::STEP];
            let changes = session.script.changes().iter();
            let last = changes.take_while(|change| (change.step as f64) < step).last();
            let live = last.map_or(session.experiment.live, |change| change.live);
            schema.write_live(&live, row);
        }
    }
    let mut replica_rows = Vec::new();
    if archive.holds("strength_mean") {
        let n_columns = Replicas::STATISTICS.len() * rank;
        replica_rows.resize(n_rows * n_columns, 0.0);
        for (block, statistic) in Replicas::STATISTICS.into_iter().enumerate() {
            let values = archive.numbers(&format!("strength_{statistic}"), &[n_rows, rank])?;
            spread(&values, rank, &mut replica_rows, n_columns, block * rank);
        }
    }
    let n_members = session.companions.replicas;
    let has_passages = n_members > 0 && Passage::ALL.iter().all(|passage| archive.holds(passage.name()));
    let passages = if has_passages {
        let mut times = Passage::ALL.map(|_| Vec::new());
        for (times, passage) in times.iter_mut().zip(Passage::ALL) {
            *times = archive.times(passage.name(), &[n_members, rank])?;
        }
        Some(Passages::of_times(&session.experiment, n_members, times))
    } else {
        None
    };
    let widths = session.experiment.network.widths();
    let initial = archive.network("initial", &widths)?;
    let last = archive.network("final", &widths)?;
    let recording = Recording::of_file(session, rows, replica_rows, initial, last);
    recording
        .map(|recording| recording.with_passages(passages))
        .map_err(|cause| NpzError::Setup {
            path: path.to_owned(),
            cause,
        })
}

/// Lays the columns of a table of `n` columns into those of a wider one, from column `first` on.
fn spread(values: &[f64], n: usize, rows: &mut [f64], n_columns: usize, first: usize) {
    for (row, values) in rows.chunks_exact_mut(n_columns).zip(values.chunks_exact(n)) {
        row[first..first + n].copy_from_slice(values);
    }
}

struct Archive<'a> {
    path: &'a Path,
    zip: ZipArchive<BufReader<File>>,
    /// Bytes of the file.
    length: u64,
}

impl<'a> Archive<'a> {
    fn open(path: &'a Path) -> Result<Self, NpzError> {
        let read = |cause| NpzError::Read {
            path: path.to_owned(),
            cause,
        };
        let (file, length) = files::open(path).map_err(read)?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
            ZipError::Io(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => read(cause),
            error => NpzError::Archive {
                path: path.to_owned(),
                message: error.to_string(),
            },
        })?;
        Ok(Self { path, zip, length })
    }

    fn holds(&self, name: &str) -> bool {
        self.zip.index_for_name(&format!("{name}.npy")).is_some()
    }

    fn wrong(&self, array: &str, message: impl Into<String>) -> NpzError {
        NpzError::Array {
            path: self.path.to_owned(),
            array: array.to_owned(),
            message: message.into(),
        }
    }

    /// An array with its shape, which `is_right` judges before anything is read.
    fn read<T: npyz::Deserialize>(
        &mut self,
        name: &str,
        is_right: impl Fn(&[u64]) -> Result<(), String>,
    ) -> Result<Vec<T>, NpzError> {
        let path = self.path;
        let wrong = |message: String| NpzError::Array {
            path: path.to_owned(),
            array: name.to_owned(),
            message,
        };
        let mut entry = self
            .zip
            .by_name(&format!("{name}.npy"))
            .map_err(|error| match error {
                ZipError::FileNotFound => wrong("is missing".to_owned()),
                error => wrong(error.to_string()),
            })?;
        let length = entry.size();
        let header = npy_header::read(&mut entry).map_err(|error| wrong(error.to_string()))?;
        let array = NpyFile::new(header.chain(&mut entry)).map_err(|error| wrong(error.to_string()))?;
        is_right(array.shape()).map_err(wrong)?;
        if array.order() != Order::C && array.shape().len() > 1 {
            return Err(wrong("must be in C order".to_owned()));
        }
        // A shape that promises more than the entry holds would ask for the memory first.
        if array.shape().iter().product::<u64>() > length / size_of::<T>() as u64 {
            return Err(wrong("is cut short".to_owned()));
        }
        let values = array.into_vec().map_err(|error| wrong(error.to_string()))?;
        // The checksum is compared at the end of the entry.
        io::copy(&mut entry, &mut io::sink()).map_err(|error| wrong(error.to_string()))?;
        Ok(values)
    }

    /// Numbers of this shape.
    fn shaped(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>, NpzError> {
        self.read(name, |found| {
            if found.iter().map(|&n| n as usize).eq(shape.iter().copied()) {
                Ok(())
            } else {
                Err(format!("has shape {found:?}, not {shape:?}"))
            }
        })
    }

    /// Finite numbers.
    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>, NpzError> {
        let values = self.shaped(name, shape)?;
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(place) => {
                let row = 1 + place / shape.iter().skip(1).product::<usize>().max(1);
                let value = values[place];
                Err(self.wrong(
                    name,
                    format!("row {row}: {value} cannot be drawn; all numbers must be finite"),
                ))
            }
        }
    }

    /// Times from 0 on; NaN for what has not happened.
    fn times(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>, NpzError> {
        let values = self.shaped(name, shape)?;
        if values
            .iter()
            .all(|time| time.is_nan() || (0.0..f64::INFINITY).contains(time))
        {
            Ok(values)
        } else {
            Err(self.wrong(name, "must hold times from 0 on, or NaN"))
        }
    }

    /// The numbers of an observable; NaN where the file was made without it.
    fn observable(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f64>, NpzError> {
        if self.holds(name) {
            self.numbers(name, shape)
        } else {
            Ok(vec![f64::NAN; shape.iter().product()])
        }
    }

    fn session(&mut self) -> Result<Session, NpzError> {
        const NAME: &str = "session";
        let bytes: Vec<u8> = self.read(NAME, |shape| match shape {
            [length] if *length <= LONGEST_SESSION => Ok(()),
            _ => Err(format!(
                "has shape {shape:?}; a session has at most {LONGEST_SESSION} bytes"
            )),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| self.wrong(NAME, "is no text in UTF-8"))?;
        Ok(Session::parse(
            &text,
            &format!("{}: {NAME}", self.path.display()),
        )?)
    }

    /// Number of rows, at least one and not too many.
    fn n_rows(&mut self, schema: Schema) -> Result<usize, NpzError> {
        let most = most_recorded_numbers() / schema.n_columns() as u64;
        let steps: Vec<f64> = self.read("step", |shape| match shape {
            [n_rows] if (1..=most).contains(n_rows) => Ok(()),
            _ => Err(format!("has shape {shape:?}, not from 1 to {most} rows")),
        })?;
        if !steps.is_sorted_by(|a, b| a < b) || steps[0] < 0.0 {
            return Err(self.wrong("step", "must rise from row to row, from 0 or above"));
        }
        // Arrays are stored as they are, so a file that is shorter than those it has does not hold all of their rows.
        let held = schema.quantities().filter(|quantity| self.holds(quantity.name()));
        let n_held: usize = held.map(|quantity| schema.n_of(quantity)).sum();
        if (steps.len() * (1 + n_held) * size_of::<f64>()) as u64 > self.length {
            let message = format!("promises {} rows, more than the file can hold", steps.len());
            return Err(self.wrong("step", message));
        }
        Ok(steps.len())
    }

    fn network(&mut self, name: &str, widths: &[usize]) -> Result<DeepLinearNetwork, NpzError> {
        let layers: Vec<DMatrix<f64>> = widths
            .windows(2)
            .enumerate()
            .map(|(layer, ends)| {
                let (d_in, d_out) = (ends[0], ends[1]);
                let values = self.numbers(&format!("{name}_w{}", layer + 1), &[d_out, d_in])?;
                Ok(DMatrix::from_row_slice(d_out, d_in, &values))
            })
            .collect::<Result<_, NpzError>>()?;
        DeepLinearNetwork::from_weights(layers)
            .ok_or_else(|| self.wrong(name, "its layers do not fit together"))
    }
}
