//! Reads a table of numbers from CSV text: a header row, then one sample a row.

use nalgebra::DMatrix;
use thiserror::Error;

use super::MAX_WIDTH;
use crate::budget::{self, OutOfMemory};

/// Longest file of samples, in bytes.
pub const LONGEST_TABLE: u64 = 1 << 26;
/// Most numbers in a table.
pub(super) const MOST_NUMBERS: usize = 1 << 24;
/// Most characters of a field that a message quotes.
const QUOTED: usize = 40;

/// Why a file is no table of numbers. Lines and columns count from 1; the header is line 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("cannot be read: {cause}")]
    Read {
        /// Why.
        cause: String,
    },
    /// No such table ships with the program.
    #[error("no such table ships with the program; there are {known}")]
    NotBuiltin {
        /// Those there are.
        known: String,
    },
    /// The file is too long.
    #[error(
        "too long for a table of samples, which has at most {LONGEST_TABLE} bytes and {MOST_NUMBERS} numbers"
    )]
    TooLong,
    /// There is no header or no sample.
    #[error("line {line}: {missing} expected, but the file ends")]
    Empty {
        /// The line after the last.
        line: u64,
        /// What is not there.
        missing: &'static str,
    },
    /// The first row holds numbers.
    #[error("line 1: names of columns expected, but all are numbers: a header row comes first")]
    NoHeader,
    /// There are more columns than an input or output may have dimensions.
    #[error("line 1: {found} columns; at most {MAX_WIDTH}")]
    TooWide {
        /// Columns there are.
        found: usize,
    },
    /// There is not enough memory for it.
    #[error("the table {0}")]
    Memory(#[from] OutOfMemory),
    /// A row has more or fewer fields than the header.
    #[error("line {line}: {found} columns, but the header has {expected}")]
    Ragged {
        /// Where.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A field is not a finite number of moderate size.
    #[error("line {line}, column {column} ({name}): \"{field}\" is not a number from -1e6 to 1e6")]
    NotANumber {
        /// Where.
        line: u64,
        /// Which field, from 1.
        column: usize,
        /// Its name in the header.
        name: String,
        /// What stands there.
        field: String,
    },
    /// Labels stand in one column.
    #[error("line {line}: {found} columns, but data.one_hot makes targets from one column of labels")]
    NotOneColumn {
        /// Where.
        line: u64,
        /// Columns there are.
        found: usize,
    },
    /// The file holds no array that can be read.
    #[error("{cause}")]
    Array {
        /// Why.
        cause: String,
    },
    /// A label of the samples held out that no other sample has.
    #[error("\"{label}\" is no label of the samples trained on")]
    UnknownClass {
        /// The label.
        label: String,
    },
    /// There are more classes than an output may have dimensions.
    #[error("{found} different labels; at most {}", super::MAX_WIDTH)]
    TooManyClasses {
        /// How many.
        found: usize,
    },
    /// The text is not CSV in UTF-8.
    #[error("line {line}: {cause}")]
    NotCsv {
        /// Where.
        line: u64,
        /// Why.
        cause: &'static str,
    },
}

/// A table of numbers.
#[derive(Debug)]
pub(super) struct Table {
    /// The samples, one a column: shape `(columns of the file, rows below the header)`.
    pub(super) numbers: DMatrix<f64>,
    /// Names of the columns of the file.
    pub(super) names: Vec<String>,
}

/// Reads a table of numbers.
///
/// # Errors
/// [`TableError`] with line and column.
pub(super) fn parse(bytes: &[u8]) -> Result<Table, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut names: Vec<String> = Vec::new();
    let mut numbers = Vec::new();
    while read(&mut reader, &mut record)? {
        let line = record.position().map_or(1, csv::Position::line);
        if names.is_empty() {
            if record.iter().all(|field| field.trim().parse::<f64>().is_ok()) {
                return Err(TableError::NoHeader);
            }
            if record.len() > MAX_WIDTH {
                return Err(TableError::TooWide { found: record.len() });
            }
            names.extend(record.iter().map(quoted));
            // All at once: a list that grows takes three times as much for a moment.
            let n_lines = bytes.split(|&byte| byte == b'\n').count();
            let most = (names.len() * n_lines).min(bytes.len() / 2 + 1).min(MOST_NUMBERS);
            budget::check((bytes.len() + most * size_of::<f64>()) as u64)?;
            numbers.reserve_exact(most);
            continue;
        }
        if record.len() != names.len() {
            return Err(TableError::Ragged {
                line,
                found: record.len(),
                expected: names.len(),
            });
        }
        if numbers.len() + names.len() > MOST_NUMBERS {
            return Err(TableError::TooLong);
        }
        for (i, field) in record.iter().enumerate() {
            let number = field
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.abs() <= super::MAX_SCALE);
            numbers.push(number.ok_or_else(|| TableError::NotANumber {
                line,
                column: i + 1,
                name: names[i].clone(),
                field: quoted(field),
            })?);
        }
    }
    let line = reader.position().line();
    let missing = if names.is_empty() {
        "a header row"
    } else {
        "a sample"
    };
    if numbers.is_empty() {
        return Err(TableError::Empty { line, missing });
    }
    let n_samples = numbers.len() / names.len();
    Ok(Table {
        numbers: DMatrix::from_vec(names.len(), n_samples, numbers),
        names,
    })
}

/// Reads a table of one column: its fields below the header, whatever that is.
///
/// # Errors
/// [`TableError`] with line.
pub(super) fn labels(bytes: &[u8]) -> Result<Vec<String>, TableError> {
    let mut labels = Vec::new();
    let mut is_header = true;
    rows_of(bytes, |line, fields| {
        if fields.len() != 1 {
            let found = fields.len();
            return Err(TableError::NotOneColumn { line, found });
        }
        if !std::mem::take(&mut is_header) {
            labels.push(fields.get(0).unwrap_or("").trim().to_owned());
        }
        Ok(())
    })?;
    if labels.is_empty() {
        return Err(TableError::Empty {
            line: 1,
            missing: "a sample",
        });
    }
    Ok(labels)
}

/// Hands every row that is not blank, the header among them, with its line to `take`.
///
/// # Errors
/// What `take` answers, and [`TableError::NotCsv`].
fn rows_of(
    bytes: &[u8],
    mut take: impl FnMut(u64, &csv::StringRecord) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut record = csv::StringRecord::new();
    while read(&mut reader, &mut record)? {
        take(record.position().map_or(1, csv::Position::line), &record)?;
    }
    Ok(())
}

/// The next row, without those that are blank; `false` at the end.
fn read(reader: &mut csv::Reader<&[u8]>, record: &mut csv::StringRecord) -> Result<bool, TableError> {
    let line = reader.position().line();
    reader.read_record(record).map_err(|error| TableError::NotCsv {
        line: error.position().map_or(line, csv::Position::line),
        cause: match error.kind() {
            csv::ErrorKind::Utf8 { .. } => "not text in UTF-8",
            _ => "not CSV",
        },
    })
}

/// The start of a field.
fn quoted(field: &str) -> String {
    let field = field.trim();
    let start: String = field.chars().take(QUOTED).collect();
    if start.len() < field.len() {
        start + "…"
    } else {
        start
    }
}
