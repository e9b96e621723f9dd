//! Where a table of samples comes from: one that ships with the program, a CSV file, or an array as numpy writes it.
//!
//! What a file is, is told by what stands in it. An array has one sample a row, shape `(N, columns)` or `(N)`, of numbers of any plain
//! type. Of an NPZ archive that array is read whose name follows a `#`, `x.npz#images`; without one `inputs` or `targets`, as the key
//! is called. Archives are those of `numpy.savez`; compressed ones are not read.

use std::io::{Cursor, ErrorKind, Read};
use std::path::Path;

use nalgebra::DMatrix;
use npyz::{NpyFile, Order};
use zip::ZipArchive;

use super::table::{self, LONGEST_TABLE, MOST_NUMBERS, Table, TableError};
use super::{MAX_SCALE, MAX_WIDTH};
use crate::budget;
use crate::files::{self, npy_header};

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

/// The path of a table and, after a `#`, the array that is meant.
pub(super) fn path_and_array(name: &str) -> (&Path, Option<&str>) {
    match name.rsplit_once('#') {
        Some((path, array)) if is_archive(path) => (Path::new(path), Some(array)),
        _ => (Path::new(name), None),
    }
}

fn is_archive(path: &str) -> bool {
    let extension = Path::new(path).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("npz"))
}

/// The table of key `key` called `name`.
///
/// # Errors
/// [`TableError`].
pub(super) fn read(key: &str, name: &str) -> Result<Table, TableError> {
    let bytes = contents(name)?;
    match bytes.as_slice() {
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => array(Cursor::new(bytes)),
        [b'P', b'K', ..] => array_of_archive(&bytes, path_and_array(name).1, key),
        _ => table::parse(&bytes),
    }
}

/// The labels of key `key` in the file called `name`, one for each sample: a CSV file of one column, or an array.
///
/// # Errors
/// [`TableError`].
pub(super) fn read_labels(key: &str, name: &str) -> Result<Vec<String>, TableError> {
    let bytes = contents(name)?;
    if !matches!(bytes.as_slice(), [0x93, ..] | [b'P', b'K', ..]) {
        return table::labels(&bytes);
    }
    let numbers = read(key, name)?.numbers;
    match numbers.nrows() {
        1 => Ok(numbers.iter().map(f64::to_string).collect()),
        found => Err(TableError::NotOneColumn { line: 1, found }),
    }
}

fn contents(name: &str) -> Result<Vec<u8>, TableError> {
    if name.starts_with(BUILTIN) {
        let found = TABLES.iter().find(|(known, _)| *known == name);
        return found.map_or_else(
            || {
                let known = TABLES.map(|(known, _)| known).join(", ");
                Err(TableError::NotBuiltin { known })
            },
            |(_, text)| Ok(text.as_bytes().to_vec()),
        );
    }
    files::read(path_and_array(name).0, LONGEST_TABLE).map_err(|cause| match cause.kind() {
        ErrorKind::FileTooLarge => TableError::TooLong,
        _ => TableError::Read {
            cause: cause.to_string(),
        },
    })
}

/// An array of an archive: the one that is asked for, or the one called as the key is.
fn array_of_archive(bytes: &[u8], asked: Option<&str>, key: &str) -> Result<Table, TableError> {
    let wrong = |cause: String| TableError::Array { cause };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(error.to_string()))?;
    let name = asked.unwrap_or_else(|| key.trim_start_matches("held_out_"));
    let Some(index) = archive.index_for_name(&format!("{name}.npy")) else {
        let names = archive.file_names().filter_map(Result::ok);
        let held = names.filter_map(|name| name.strip_suffix(".npy").map(str::to_owned));
        let held: Vec<String> = held.take(8).collect();
        return Err(wrong(format!(
            "no array {name} in it; write FILE.npz#NAME for one of {}",
            held.join(", ")
        )));
    };
    let entry = archive
        .by_index(index)
        .map_err(|error| wrong(error.to_string()))?;
    array(entry)
}

/// Numbers of an array in the NPY format.
fn array(mut reader: impl Read) -> Result<Table, TableError> {
    let wrong = |cause: String| TableError::Array { cause };
    let header = npy_header::read(&mut reader).map_err(|error| wrong(error.to_string()))?;
    let array = NpyFile::new(header.chain(reader)).map_err(|error| wrong(error.to_string()))?;
    let (n_samples, width) = match *array.shape() {
        [n] => (n as usize, 1),
        [n, width] => (n as usize, width as usize),
        _ => {
            return Err(wrong(format!(
                "an array of shape {:?}, not (samples, columns)",
                array.shape()
            )));
        }
    };
    if width > MAX_WIDTH {
        return Err(TableError::TooWide { found: width });
    }
    if n_samples * width > MOST_NUMBERS {
        return Err(TableError::TooLong);
    }
    if n_samples * width == 0 {
        return Err(TableError::Empty {
            line: 1,
            missing: "a sample",
        });
    }
    budget::check((2 * n_samples * width * size_of::<f64>()) as u64)?;
    let is_by_column = array.order() == Order::Fortran;
    let numbers = numbers(array).map_err(wrong)?;
    if numbers.len() != n_samples * width {
        return Err(wrong("an array that is cut short".to_owned()));
    }
    // Samples are columns: those of an array in C order lie one after the other.
    let numbers = if is_by_column {
        DMatrix::from_vec(n_samples, width, numbers).transpose()
    } else {
        DMatrix::from_vec(width, n_samples, numbers)
    };
    let is_moderate = |number: &f64| number.abs() <= MAX_SCALE;
    if let Some(place) = numbers.iter().position(|number| !is_moderate(number)) {
        return Err(wrong(format!(
            "row {}, column {}: {} is not a number from -1e6 to 1e6",
            place / width + 1,
            place % width + 1,
            numbers[place]
        )));
    }
    Ok(Table {
        names: (1..=width).map(|column| column.to_string()).collect(),
        numbers,
    })
}

/// The numbers of an array of any plain type.
fn numbers<R: Read>(array: NpyFile<R>) -> Result<Vec<f64>, String> {
    macro_rules! first_that_fits {
        ($array:ident, $($kind:ty: $to_f64:expr),*) => {$(
            let $array = match $array.try_data::<$kind>() {
                Ok(values) => {
                    let values = values.map(|value| value.map($to_f64));
                    return values.collect::<Result<_, _>>().map_err(|error| error.to_string());
                }
                Err(array) => array,
            };
        )*};
    }
    first_that_fits!(
        array,
        f64: |x: f64| x,
        f32: f64::from,
        i64: |x: i64| x as f64,
        i32: f64::from,
        i16: f64::from,
        i8: f64::from,
        u64: |x: u64| x as f64,
        u32: f64::from,
        u16: f64::from,
        u8: f64::from
    );
    Err(format!(
        "an array of type {}, not of numbers",
        array.dtype().descr()
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use npyz::WriterBuilder as _;

    fn written<T: npyz::AutoSerialize + Clone>(shape: &[u64], order: Order, values: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = npyz::WriteOptions::new()
            .default_dtype()
            .shape(shape)
            .order(order);
        let mut array = options.writer(&mut bytes).begin_nd().unwrap();
        array.extend(values.iter().cloned()).unwrap();
        array.finish().unwrap();
        bytes
    }

    #[test]
    fn arrays_of_any_type_and_order_are_samples_by_column() {
        let expected = DMatrix::from_vec(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let by_row = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for bytes in [
            written(&[3, 2], Order::C, &by_row),
            written(&[3, 2], Order::C, &by_row.map(|x| x as f32)),
            written(&[3, 2], Order::C, &by_row.map(|x| x as u8)),
            written(&[3, 2], Order::C, &by_row.map(|x| x as i64)),
            written(&[3, 2], Order::Fortran, &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0]),
        ] {
            assert_eq!(array(&bytes[..]).unwrap().numbers, expected);
        }
        let column = array(&written(&[3], Order::C, &[1_i32, 2, 3])[..]).unwrap();
        assert_eq!(column.numbers.shape(), (1, 3));
    }

    #[test]
    fn other_arrays_are_refused() {
        for bytes in [
            written(&[1, 2], Order::C, &[1.0, f64::NAN]),
            written(&[1, 2], Order::C, &[1.0, 1e7]),
            written(&[0, 2], Order::C, &[0.0; 0]),
            written(&[1, 2000], Order::C, &[0.0; 2000]),
            written(&[3, 2], Order::C, &[1.0; 6])[..140].to_vec(),
        ] {
            assert!(array(&bytes[..]).is_err());
        }
    }

    #[test]
    fn the_name_after_a_number_sign_is_that_of_an_array() {
        assert_eq!(
            path_and_array("a#b.npz#images"),
            (Path::new("a#b.npz"), Some("images"))
        );
        assert_eq!(path_and_array("a#b.csv"), (Path::new("a#b.csv"), None));
    }
}
