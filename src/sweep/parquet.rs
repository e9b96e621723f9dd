//! A merged table as Parquet: one row a cell and mode, not compressed, read by pandas, polars and DuckDB.
//!
//! Text is UTF-8, counts are 64-bit integers, numbers are doubles and null where a field is empty. The file's metadata hold
//! `saddlescope.version` and `saddlescope.sweep`, the sweep as TOML with its experiment written out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::merged::{TableRows, Values, push_rows};
use super::{Column, ColumnKind};

/// Rows that are gathered before they are written.
const ROWS_OF_A_GROUP: usize = 1 << 16;
/// Key of the sweep in the metadata.
const SWEEP: &str = "saddlescope.sweep";

/// Writes the table.
///
/// # Errors
/// What reading the tables or `writer` answers.
pub(super) fn write(merged: &dyn TableRows, writer: impl Write + Send) -> io::Result<()> {
    let columns = merged.columns();
    let mut file = open(merged, &columns, writer).map_err(io::Error::other)?;
    let empty: Vec<Values> = columns.iter().map(Values::of).collect();
    let (mut values, mut n_rows) = (empty.clone(), 0);
    let mut write_group = |values: &[Values]| -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        for values in values {
            write_column(&mut group, values)?;
        }
        group.close().map(drop)
    };
    merged.for_each_cell(&mut |rows| {
        n_rows += push_rows(rows, &mut values)?;
        if n_rows >= ROWS_OF_A_GROUP {
            write_group(&values).map_err(io::Error::other)?;
            values.clone_from(&empty);
            n_rows = 0;
        }
        io::Result::Ok(())
    })?;
    if n_rows > 0 {
        write_group(&values).map_err(io::Error::other)?;
    }
    file.close().map(drop).map_err(io::Error::other)
}

fn open<W: Write + Send>(
    merged: &dyn TableRows,
    columns: &[Column],
    writer: W,
) -> Result<SerializedFileWriter<W>, ParquetError> {
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("sweep").with_fields(fields).build()?;
    let metadata = [
        ("saddlescope.version", env!("CARGO_PKG_VERSION").to_owned()),
        (SWEEP, merged.sweep().to_toml()),
    ];
    let metadata = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(metadata.to_vec()))
        .build();
    SerializedFileWriter::new(writer, Arc::new(schema), Arc::new(properties))
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, repetition, logical) = match column.kind {
        ColumnKind::Text => (
            Physical::BYTE_ARRAY,
            Repetition::REQUIRED,
            Some(LogicalType::String),
        ),
        ColumnKind::Count => (Physical::INT64, Repetition::REQUIRED, None),
        ColumnKind::Number => (Physical::DOUBLE, Repetition::OPTIONAL, None),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .build()
        .map(Arc::new)
}

fn write_column<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &Values,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General(
            "more columns than the schema has".to_owned(),
        ));
    };
    match values {
        Values::Text(values) => {
            let bytes: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(text.as_str())).collect();
            column.typed::<ByteArrayType>().write_batch(&bytes, None, None)?;
        }
        Values::Count(values) => {
            column.typed::<Int64Type>().write_batch(values, None, None)?;
        }
        Values::Number(values) => {
            let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            let levels: Vec<i16> = values.iter().map(|value| i16::from(!value.is_nan())).collect();
            column
                .typed::<DoubleType>()
                .write_batch(&present, Some(&levels), None)?;
        }
    }
    column.close()
}

/// Names of columns, rows and the sweep of a table.
type TableRead<R> = (Vec<String>, R, Option<String>);

/// A file whose end is an error for whoever reads on. The parser of a damaged header would otherwise go on asking for bytes that never
/// come, as often as a number in that header says.
struct Ended(File);

impl Length for Ended {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Ended {
    type T = UntilEnd<<File as ChunkReader>::T>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        self.0.get_read(start).map(UntilEnd)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

struct UntilEnd<R>(R);

impl<R: Read> Read for UntilEnd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            n_read => Ok(n_read),
        }
    }
}

/// What is told of an error while reading: that a file ends too early is told of the file, not of the library.
fn refusal(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(_) => io::Error::other("a damaged Parquet file"),
        error => io::Error::other(error),
    }
}

/// The names of the columns, the rows of a table, every field as text, and the sweep in its metadata.
pub(super) fn read(file: File) -> io::Result<TableRead<impl Iterator<Item = io::Result<Vec<String>>>>> {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    use parquet::record::reader::RowIter;
    let reader = SerializedFileReader::new(Ended(file)).map_err(refusal)?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let names = fields.iter().map(|field| field.name().to_owned()).collect();
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let sweep = { metadata.into_iter().flatten() }
        .find(|entry| entry.key == SWEEP)
        .and_then(|entry| entry.value.clone());
    let rows = RowIter::from_file_into(Box::new(reader)).map(|row| {
        let row = row.map_err(refusal)?;
        let text = |field: &Field| match field {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Double(number) => format!("{number:?}"),
            other => other.to_string(),
        };
        Ok(row.get_column_iter().map(|(_, field)| text(field)).collect())
    });
    Ok((names, rows, sweep))
}
