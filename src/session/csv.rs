//! A recording as CSV: one header line, then one line a row. Numbers are in the shortest decimal form that reads back as the
//! same bits; the step is a whole number.

use std::io::{self, Write};

use super::recording::Recording;
use crate::observables::Schema;

/// Writes the recording as CSV.
///
/// # Errors
/// What `writer` answers.
pub fn write_csv(recording: &Recording, writer: impl Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(recording.schema().names())?;
    for row in recording.rows() {
        for (column, value) in row.iter().enumerate() {
            let text = if column == Schema::STEP {
                format!("{}", *value as u64)
            } else {
                format!("{value:?}")
            };
            table.write_field(text)?;
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}
