//! Errors of CSV tables as errors of input and output.

use std::io;

/// The writer's own error: the table's wraps it and hides its kind, by which a closed pipe is known.
pub(super) fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
