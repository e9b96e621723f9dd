//! Files as inputs and as outputs, for every command and for the window alike.
//!
//! An input is a regular file of bounded length ([`read`], [`open`]): no pipe that waits for ever, no device that never ends. An output is
//! written whole or not at all ([`write_whole`]), several together all or none ([`Staging`]), and never over a file that was read
//! ([`Inputs`]), whatever the two are called.

mod archive;
mod identity;
pub(crate) mod npy_header;
mod place;
mod read;
mod remains;
mod staging;
mod target;
mod whole;

pub use archive::{stored_as_is, write_archive};
pub use identity::{Identity, Inputs};
pub use read::{open, read, read_text};
pub(crate) use remains::{PART_PREFIX, PART_SUFFIX, remove_remains};
pub use staging::Staging;
pub use target::WriteError;
pub(crate) use whole::write_new;
pub use whole::{check_writable, put_aside, write_whole};
