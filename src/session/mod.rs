//! What a run leaves behind: a [`Recording`] of its rows and events, written as CSV, NPZ or a picture.
//!
//! Files are written whole or not at all ([`write_whole`]); everything written is decided by the recording alone, so the
//! same run gives the same bytes.

mod atomic;
mod autosave;
mod csv;
mod digest;
mod events;
mod figure;
mod file;
mod npz;
mod recorder;
mod recording;

pub use self::csv::write_csv;
pub use atomic::{WriteError, check_writable, is_same_file, write_whole};
pub use autosave::{Autosave, Damaged, LastSession};
pub use digest::{StateDigest, state_digest};
pub use events::{RecordedEvent, write_events_csv};
pub use figure::{Figure, FigureError, FigureOptions, FigurePanel, TimeAxis};
pub use file::{Beside, LONGEST_SESSION, SESSION_FORMAT, Session, SessionEnd, SessionError};
pub use npz::write_npz;
pub use recording::{MAX_RECORDED_NUMBERS, Recording, RecordingError, RunEnd};
