//! What a run leaves behind: a [`Session`], by which it can be done again bit for bit, and a [`Recording`] of its rows and events,
//! written as CSV or NPZ; [`Autosave`] keeps the newest one. [`crate::figure`] draws a recording.
//!
//! Files are written whole or not at all ([`crate::files`]); everything written is decided by the recording alone, so the
//! same run gives the same bytes.

mod autosave;
mod csv;
mod csv_error;
mod density_npz;
mod digest;
mod events;
mod file;
mod kept_weights;
mod link;
mod npz;
mod npz_reader;
mod recorder;
mod recording;
mod stationary_csv;

pub use self::csv::write_csv;
pub use autosave::{Autosave, Damaged, LastSession};
pub use density_npz::{DensityError, DensityTable};
pub use digest::{StateDigest, state_digest};
pub use events::{RecordedEvent, write_events_csv};
pub use file::{
    LONGEST_SESSION, MOST_KEPT_RUNS, SESSION_FORMAT, SavedKeptRun, Session, SessionEnd, SessionError,
};
pub use kept_weights::KeptWeights;
pub use link::{LONGEST_LINK, Link, LinkError, PAGE, Shown, lesson_link, session_link};
pub use npz::write_npz;
pub use npz_reader::{NpzError, read_npz};
pub use recorder::Keeping;
pub use recording::{MAX_RECORDED_NUMBERS, Recording, RecordingError, RunEnd};
pub use stationary_csv::write_stationary_csv;
