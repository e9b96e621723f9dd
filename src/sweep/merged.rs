//! Writes a merged table as CSV, NPZ or Parquet.
//!
//! CSV: the rows as they stand in the shards' tables. NPZ: an array a column, named like it; text as bytes (`|S`), counts as int64,
//! numbers as float64 with NaN where a field is empty; `sweep` and `version` as bytes. Parquet: see there.

use std::io::{self, Seek, Write};

use npyz::WriterBuilder as _;
use zip::ZipWriter;

use super::cell::csv_line;
use super::{Column, ColumnKind, Sweep};
use crate::budget;
use crate::files::{stored_as_is, write_archive};

/// Bytes of memory for a byte of a table, most of whose fields are empty or a few characters long.
const MEMORY_PER_BYTE: u64 = 16;

/// The rows of a table that is written.
pub trait TableRows {
    /// The sweep whose cells they are.
    fn sweep(&self) -> &Sweep;

    /// Columns of the table.
    fn columns(&self) -> Vec<Column> {
        self.sweep().columns()
    }

    /// Bytes of all rows.
    fn n_bytes(&self) -> u64;

    /// Tells the rows of every cell, as CSV lines, in the order of the grid.
    ///
    /// # Errors
    /// What reading them or `tell` answers.
    fn for_each_cell(&self, tell: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()>;
}

/// Cells in memory.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The sweep whose cells they are.
    pub sweep: Sweep,
    /// The rows of each cell, in the order of the grid.
    pub rows: Vec<String>,
}

impl TableRows for Collected {
    fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    fn n_bytes(&self) -> u64 {
        self.rows.iter().map(|rows| rows.len() as u64).sum()
    }

    fn for_each_cell(&self, tell: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        self.rows.iter().try_for_each(|rows| tell(rows))
    }
}

/// Format of a merged table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated text.
    Csv,
    /// Arrays that `numpy.load` reads.
    Npz,
    /// Columns that pandas, polars and DuckDB read.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl TableFormat {
    /// The format that a file extension in small letters stands for.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "csv" => Some(Self::Csv),
            "npz" => Some(Self::Npz),
            #[cfg(feature = "parquet")]
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Writes the table.
///
/// # Errors
/// What reading the tables or `writer` answers.
pub fn write_table(
    merged: &dyn TableRows,
    format: TableFormat,
    writer: impl Write + Seek + Send,
) -> io::Result<()> {
    match format {
        TableFormat::Csv => write_csv(merged, writer),
        TableFormat::Npz => write_npz(merged, writer),
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => super::parquet::write(merged, writer),
    }
}

fn write_csv(merged: &dyn TableRows, mut writer: impl Write) -> io::Result<()> {
    let names = merged.columns().into_iter().map(|column| column.name);
    writer.write_all(csv_line(names).as_bytes())?;
    merged.for_each_cell(&mut |rows| writer.write_all(rows.as_bytes()))?;
    writer.flush()
}

/// The values of one column.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Text(Vec<String>),
    Count(Vec<i64>),
    Number(Vec<f64>),
}

impl Values {
    pub(super) fn of(column: &Column) -> Self {
        match column.kind {
            ColumnKind::Text => Self::Text(Vec::new()),
            ColumnKind::Count => Self::Count(Vec::new()),
            ColumnKind::Number => Self::Number(Vec::new()),
        }
    }

    pub(super) fn push(&mut self, field: &str) {
        match self {
            Self::Text(values) => values.push(field.to_owned()),
            Self::Count(values) => values.push(field.parse().unwrap_or(-1)),
            Self::Number(values) => values.push(field.parse().unwrap_or(f64::NAN)),
        }
    }
}

/// Appends the rows of a cell, CSV lines, to the columns; gives their number.
pub(super) fn push_rows(rows: &str, columns: &mut [Values]) -> io::Result<usize> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(rows.as_bytes());
    let mut n = 0;
    for record in reader.records() {
        let record = record.map_err(io::Error::other)?;
        for (values, field) in columns.iter_mut().zip(record.iter()) {
            values.push(field);
        }
        n += 1;
    }
    Ok(n)
}

fn write_npz(merged: &dyn TableRows, writer: impl Write + Seek) -> io::Result<()> {
    let columns = merged.columns();
    // A column is an array, so the whole table is in memory.
    let text = merged.n_bytes();
    budget::check(MEMORY_PER_BYTE * text).map_err(io::Error::other)?;
    let mut values: Vec<Values> = columns.iter().map(Values::of).collect();
    merged.for_each_cell(&mut |rows| push_rows(rows, &mut values).map(drop))?;
    write_archive(writer, |zip| {
        for (column, values) in columns.iter().zip(values) {
            match values {
                Values::Text(values) => write_text(zip, &column.name, &values)?,
                Values::Count(values) => write_array(zip, &column.name, values)?,
                Values::Number(values) => write_array(zip, &column.name, values)?,
            }
        }
        write_array(zip, "sweep", merged.sweep().to_toml().into_bytes())?;
        write_array(zip, "version", env!("CARGO_PKG_VERSION").as_bytes().to_vec())
    })
}

fn write_array<W: Write + Seek, T: npyz::AutoSerialize>(
    zip: &mut ZipWriter<W>,
    name: &str,
    values: Vec<T>,
) -> io::Result<()> {
    zip.start_file(format!("{name}.npy"), stored_as_is())?;
    let mut buffer = io::BufWriter::new(zip);
    let mut array = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[values.len() as u64])
        .writer(&mut buffer)
        .begin_nd()?;
    array.extend(values)?;
    array.finish()?;
    buffer.flush()
}

fn write_text<W: Write + Seek>(zip: &mut ZipWriter<W>, name: &str, values: &[String]) -> io::Result<()> {
    let widest = values.iter().map(String::len).max().unwrap_or(0).max(1);
    let kind = format!("|S{widest}").parse().map_err(io::Error::other)?;
    zip.start_file(format!("{name}.npy"), stored_as_is())?;
    let mut buffer = io::BufWriter::new(zip);
    let mut array = npyz::WriteOptions::new()
        .dtype(npyz::DType::Plain(kind))
        .shape(&[values.len() as u64])
        .writer(&mut buffer)
        .begin_nd()?;
    array.extend(values.iter().map(String::as_bytes))?;
    array.finish()?;
    buffer.flush()
}
