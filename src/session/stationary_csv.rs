//! What was measured of the settled modes, as CSV: one line per mode, empty cells where there is nothing to say.

use std::io::{self, Write};

use super::csv_error::io_error;
use crate::simulation::StationaryTable;

/// Writes the table.
///
/// # Errors
/// What `writer` answers.
pub fn write_stationary_csv(table: &StationaryTable, writer: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record(StationaryTable::COLUMNS).map_err(io_error)?;
    for row in &table.rows {
        let fields = StationaryTable::COLUMNS.iter().zip(row).map(|(name, value)| {
            if value.is_nan() {
                String::new()
            } else if *name == "drifting" {
                (*value > 0.0).to_string()
            } else if StationaryTable::WHOLE.contains(name) {
                format!("{}", *value as u64)
            } else {
                format!("{value:?}")
            }
        });
        csv.write_record(fields).map_err(io_error)?;
    }
    csv.flush()
}
