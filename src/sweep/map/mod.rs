//! A merged table as a map: one measure of one mode over two axes.
//!
//! An axis is a column between `cell` and `mode` whose values are not settled by those of an axis before it; so of axes that are tied to each
//! other the first one counts. Cells stand side by side in the order of their values, whatever the spacing. Nothing is
//! interpolated.

mod svg;

use std::fs::File;
use std::io;
use std::path::Path;

use thiserror::Error;

use crate::files;
use crate::panics::caught;

pub use svg::draw;

/// Longest line of a table, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// Why a table is no map. Each message is one line.
#[derive(Debug, Error)]
pub enum MapError {
    /// The table cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The table.
        path: std::path::PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is no table of a sweep.
    #[error("{}: no merged table of a sweep: column {column} is missing", path.display())]
    NoSweep {
        /// The table.
        path: std::path::PathBuf,
        /// The column.
        column: &'static str,
    },
    /// There is no such measure.
    #[error("--measure {measure}: no column of numbers; there are {known}")]
    NoMeasure {
        /// The measure.
        measure: String,
        /// Columns there are.
        known: String,
    },
    /// There is no such mode.
    #[error("--mode {mode}: the table has none")]
    NoMode {
        /// The mode, from 1.
        mode: u64,
    },
    /// A map has two axes at most.
    #[error("a map has one or two axes, but {axes} vary: sweep over two of them")]
    Axes {
        /// Keys that vary.
        axes: String,
    },
}

/// One cell of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapCell {
    /// Column and row, from 0.
    pub place: (usize, usize),
    /// What most of its replicas are.
    pub status: String,
    /// The measure, if it has one.
    pub value: Option<f64>,
}

/// An axis of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapAxis {
    /// Its key.
    pub key: String,
    /// Its values in order.
    pub values: Vec<String>,
}

/// A measure over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Name of the measure.
    pub measure: String,
    /// The mode, from 1.
    pub mode: u64,
    /// To the right.
    pub x: MapAxis,
    /// Upwards; one value without a key where the table has one axis.
    pub y: MapAxis,
    /// Cells that are there.
    pub cells: Vec<MapCell>,
}

impl Map {
    /// Reads a measure of a mode (from 1) from a merged table, .csv or .parquet.
    ///
    /// # Errors
    /// [`MapError`], one line.
    pub fn read(path: &Path, measure: &str, mode: u64) -> Result<Self, MapError> {
        let is_parquet = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
        if !is_parquet {
            return Self::read_table(path, measure, mode, false);
        }
        // The library for it panics at some damaged files.
        caught(|| Self::read_table(path, measure, mode, true)).unwrap_or_else(|_| {
            Err(MapError::Read {
                path: path.to_owned(),
                cause: io::Error::other("a damaged Parquet file"),
            })
        })
    }

    fn read_table(path: &Path, measure: &str, mode: u64, is_parquet: bool) -> Result<Self, MapError> {
        let refused = |cause| MapError::Read {
            path: path.to_owned(),
            cause,
        };
        let (file, _) = files::open(path).map_err(refused)?;
        let table = if is_parquet {
            parquet_rows(file)
        } else {
            csv_rows(file)
        };
        let (names, rows) = table.map_err(refused)?;
        let place = |column: &'static str| {
            let found = names.iter().position(|name| name == column);
            found.ok_or_else(|| MapError::NoSweep {
                path: path.to_owned(),
                column,
            })
        };
        let (mode_column, status_column) = (place("mode")?, place("status")?);
        let measures = &names[mode_column..];
        let Some(measure_column) = measures.iter().position(|name| name == measure) else {
            let known = measures
                .iter()
                .filter(|name| !["status", "digest"].contains(&name.as_str()));
            return Err(MapError::NoMeasure {
                measure: measure.to_owned(),
                known: known.cloned().collect::<Vec<_>>().join(", "),
            });
        };
        let measure_column = mode_column + measure_column;
        let wanted = mode.to_string();
        // Of the whole table, what the map is made of: the axes, the status and the measure of one mode.
        let mut kept: Vec<Vec<String>> = Vec::new();
        for row in rows {
            let mut row = row.map_err(refused)?;
            let has_all = row.len() == names.len();
            if !has_all {
                return Err(refused(io::Error::other(
                    "a row has another number of columns than the first",
                )));
            }
            if row[mode_column] == wanted {
                let (status, value) = (
                    std::mem::take(&mut row[status_column]),
                    std::mem::take(&mut row[measure_column]),
                );
                row.truncate(mode_column);
                row.extend([status, value]);
                kept.push(row);
            }
        }
        let rows = kept;
        let (status_column, measure_column) = (mode_column, mode_column + 1);
        if rows.is_empty() {
            return Err(MapError::NoMode { mode });
        }
        let axes = free_axes(&rows, mode_column);
        if axes.len() > 2 {
            let axes = axes.iter().map(|&axis| names[axis].as_str());
            return Err(MapError::Axes {
                axes: axes.collect::<Vec<_>>().join(", "),
            });
        }
        let axis = |column: Option<&usize>| {
            column.map_or_else(
                || MapAxis {
                    key: String::new(),
                    values: vec![String::new()],
                },
                |&column| MapAxis {
                    key: names[column].clone(),
                    values: values_of(&rows, column),
                },
            )
        };
        let (x, y) = (axis(axes.first()), axis(axes.get(1)));
        let place_of = |axis: &MapAxis, column: Option<&usize>, row: &[String]| {
            let value = column.map_or("", |&column| row[column].as_str());
            axis.values.iter().position(|known| known == value).unwrap_or(0)
        };
        let cells = rows.iter().map(|row| MapCell {
            place: (place_of(&x, axes.first(), row), place_of(&y, axes.get(1), row)),
            status: row[status_column].clone(),
            value: row[measure_column]
                .parse()
                .ok()
                .filter(|value: &f64| value.is_finite()),
        });
        Ok(Self {
            measure: measure.to_owned(),
            mode,
            cells: cells.collect(),
            x,
            y,
        })
    }
}

/// Columns of axes that vary by themselves; where none does, the first.
fn free_axes(rows: &[Vec<String>], mode_column: usize) -> Vec<usize> {
    let mut free: Vec<usize> = Vec::new();
    for column in 1..mode_column {
        let varies = rows.iter().any(|row| row[column] != rows[0][column]);
        // Tied: each value of an earlier axis goes with one value of this one.
        let is_tied = free.iter().any(|&earlier| {
            let mut pairs = std::collections::HashMap::new();
            rows.iter()
                .all(|row| *pairs.entry(&row[earlier]).or_insert(&row[column]) == &row[column])
        });
        if varies && !is_tied {
            free.push(column);
        }
    }
    if free.is_empty() && mode_column > 1 {
        free.push(1);
    }
    free
}

/// The values of a column, numbers by size, others as they come.
fn values_of(rows: &[Vec<String>], column: usize) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut values: Vec<String> = rows
        .iter()
        .filter(|row| seen.insert(row[column].as_str()))
        .map(|row| row[column].clone())
        .collect();
    let numbers: Option<Vec<f64>> = values.iter().map(|value| value.parse().ok()).collect();
    if let Some(numbers) = numbers {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        values = order.into_iter().map(|i| values[i].clone()).collect();
    }
    values
}

/// Names of the columns, and the rows as they are read.
type Rows = (Vec<String>, Box<dyn Iterator<Item = io::Result<Vec<String>>>>);

fn csv_rows(file: File) -> io::Result<Rows> {
    let mut reader = csv::Reader::from_reader(ShortLines {
        file: io::BufReader::new(file),
        length: 0,
    });
    let names = reader.headers().map_err(io::Error::other)?;
    let names = names.iter().map(str::to_owned).collect();
    let rows = reader.into_records().map(|record| {
        let record = record.map_err(io::Error::other)?;
        Ok(record.iter().map(str::to_owned).collect())
    });
    Ok((names, Box::new(rows)))
}

#[cfg(feature = "parquet")]
fn parquet_rows(file: File) -> io::Result<Rows> {
    let (names, rows) = super::parquet::read(file)?;
    Ok((names, Box::new(rows)))
}

#[cfg(not(feature = "parquet"))]
fn parquet_rows(_file: File) -> io::Result<Rows> {
    Err(io::Error::other("this program was built without Parquet"))
}

/// A file of lines that are not too long to be kept in memory.
struct ShortLines {
    file: io::BufReader<File>,
    /// Bytes since the last end of a line.
    length: usize,
}

impl io::Read for ShortLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.length = match buffer[..n].iter().rposition(|&byte| byte == b'\n') {
            Some(place) => n - place,
            None => self.length + n,
        };
        if self.length > LONGEST_LINE {
            return Err(io::Error::other("a line is too long for a table of a sweep"));
        }
        Ok(n)
    }
}
