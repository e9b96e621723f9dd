//! Reads a merged table, .csv, .parquet or .npz, row by row: the names of its columns, its rows as text, and the sweep in it.

use crate::platform::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use npyz::{DType, NpyFile, TypeChar};
use zip::ZipArchive;

use crate::budget;
use crate::files::{self, npy_header};

/// Longest line of a table, in bytes.
const LONGEST_LINE: usize = 1 << 20;
/// Bytes of memory for a byte of an archive: every number becomes a text.
const MEMORY_PER_BYTE: u64 = 16;
/// First bytes of a Parquet file and of an archive.
const PARQUET: &[u8] = b"PAR1";
const ARCHIVE: &[u8] = b"PK";
/// First column of a table.
const CSV: [u8; 5] = *b"cell,";

/// A table as it is read.
pub(super) struct TableReader {
    pub(super) names: Vec<String>,
    pub(super) rows: Box<dyn Iterator<Item = io::Result<Vec<String>>>>,
    /// The sweep as TOML; tables in CSV do not hold it.
    pub(super) sweep: Option<String>,
}

/// Whether a file is a merged table of a sweep, as its beginning or, of an archive, the names in it tell.
pub fn is_table(path: &Path) -> bool {
    let Ok((mut file, length)) = files::open(path) else {
        return false;
    };
    let mut start = [0; CSV.len()];
    if length < start.len() as u64 || file.read_exact(&mut start).is_err() {
        return false;
    }
    if start.starts_with(ARCHIVE) {
        let archive = files::open(path)
            .ok()
            .map(|(file, _)| ZipArchive::new(io::BufReader::new(file)));
        return archive
            .is_some_and(|archive| archive.is_ok_and(|zip| zip.index_for_name("cell.npy").is_some()));
    }
    start.starts_with(PARQUET) || start == CSV
}

/// Opens a table, which is told by what stands in it.
///
/// # Errors
/// Those of the system, and that it is no such file.
pub(super) fn open(path: &Path) -> io::Result<TableReader> {
    let (mut file, length) = files::open(path)?;
    let mut start = [0; 4];
    if length >= 4 {
        file.read_exact(&mut start)?;
    }
    // The file is opened again, for readers begin at its start.
    let (file, _) = files::open(path)?;
    if start.starts_with(PARQUET) {
        parquet_rows(file)
    } else if start.starts_with(ARCHIVE) {
        budget::check(length.saturating_mul(MEMORY_PER_BYTE)).map_err(io::Error::other)?;
        npz_rows(file)
    } else {
        csv_rows(file)
    }
}

fn csv_rows(file: File) -> io::Result<TableReader> {
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
    Ok(TableReader {
        names,
        rows: Box::new(rows),
        sweep: None,
    })
}

#[cfg(feature = "parquet")]
fn parquet_rows(file: File) -> io::Result<TableReader> {
    let (names, rows, sweep) = super::super::parquet::read(file)?;
    Ok(TableReader {
        names,
        rows: Box::new(rows),
        sweep,
    })
}

#[cfg(not(feature = "parquet"))]
fn parquet_rows(_file: File) -> io::Result<TableReader> {
    Err(io::Error::other("this program was built without Parquet"))
}

/// The arrays of an archive side by side.
fn npz_rows(file: File) -> io::Result<TableReader> {
    let mut zip = ZipArchive::new(io::BufReader::new(file)).map_err(io::Error::other)?;
    let (mut names, mut columns, mut sweep) = (Vec::new(), Vec::new(), None);
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(io::Error::other)?;
        let name = entry
            .name()
            .unwrap_or_default()
            .trim_end_matches(".npy")
            .to_owned();
        let length = entry.size();
        let header = npy_header::read(&mut entry)?;
        let array = NpyFile::new(header.chain(&mut entry))?;
        if name == "sweep" || name == "version" {
            let bytes: Vec<u8> = bounded(array, length)?;
            if name == "sweep" {
                sweep = String::from_utf8(bytes).ok();
            }
            continue;
        }
        columns.push(texts(array, length)?);
        names.push(name);
    }
    let n_rows = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != n_rows) {
        return Err(io::Error::other("its arrays have different lengths"));
    }
    let rows = (0..n_rows).map(move |row| {
        let fields = columns.iter_mut().map(|column| std::mem::take(&mut column[row]));
        Ok(fields.collect())
    });
    Ok(TableReader {
        names,
        rows: Box::new(rows),
        sweep,
    })
}

/// The values of a column as they stand in a table of text.
fn texts(array: NpyFile<impl io::Read>, length: u64) -> io::Result<Vec<String>> {
    let DType::Plain(kind) = array.dtype() else {
        return Err(io::Error::other("an array of records"));
    };
    match kind.type_char() {
        TypeChar::ByteStr => {
            let bytes: Vec<Vec<u8>> = bounded(array, length)?;
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned();
            Ok(bytes.into_iter().map(text).collect())
        }
        TypeChar::Int | TypeChar::Uint => {
            let counts: Vec<i64> = bounded(array, length)?;
            Ok(counts.iter().map(ToString::to_string).collect())
        }
        _ => {
            let numbers: Vec<f64> = bounded(array, length)?;
            let text = |number: &f64| {
                if number.is_nan() {
                    String::new()
                } else {
                    format!("{number:?}")
                }
            };
            Ok(numbers.iter().map(text).collect())
        }
    }
}

/// All values of an array of one dimension that is no longer than its entry.
fn bounded<T: npyz::Deserialize>(array: NpyFile<impl io::Read>, length: u64) -> io::Result<Vec<T>> {
    let [n] = array.shape() else {
        return Err(io::Error::other("an array of more than one dimension"));
    };
    if *n > length {
        return Err(io::Error::other("an array that is cut short"));
    }
    array.into_vec()
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
