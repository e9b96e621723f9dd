//! A recording as CSV: one header line, then one line a row. Numbers are in the shortest decimal form that reads back as the
//! same bits; the step is a whole number.

use std::io::{self, Write};

use super::csv_error::io_error;
use super::recording::Recording;
use crate::observables::Schema;

/// Writes the recording as CSV.
///
/// # Errors
/// What `writer` answers.
pub fn write_csv(recording: &Recording, writer: impl Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(recording.column_names()).map_err(io_error)?;
    let mut replica_rows = recording.replica_rows();
    for row in recording.rows() {
        let statistics = replica_rows.next().unwrap_or_default();
        for (column, value) in row.iter().chain(statistics).enumerate() {
            let text = if column == Schema::STEP {
                format!("{}", *value as u64)
            } else {
                format!("{value:?}")
            };
            table.write_field(text).map_err(io_error)?;
        }
        table.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    table.flush()
}
