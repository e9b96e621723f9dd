//! What differs between the desktop and a page in a browser, with one side each: the clock, threads, files, the machine's memory and
//! dialogs for files. Everything else is written once, against what is offered here.
//!
//! A page has one thread and no disk. Work that goes on beside the window is therefore a sequence of [`Turn`]s: on the desktop a thread
//! of its own takes them one after the other ([`start`]); in a page they wait for the share of a frame that the window gives them
//! ([`give_time`]). What waits on the desktop, looks and comes back later in a page ([`receive`], [`send`]). Files of a page lie in
//! memory: those under its own folder are kept in the browser's local storage, those written elsewhere are handed to the person
//! as downloads.
//!
//! Rayon needs no side of its own: where no thread can be started, it works in the present one.

#[cfg(feature = "gui")]
mod dialog;
#[cfg(feature = "gui")]
mod frame;
mod turn;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(feature = "gui")]
pub(crate) use dialog::{Answer, Asked};
#[cfg(feature = "gui")]
pub(crate) use frame::Frame;
#[cfg(not(target_arch = "wasm32"))]
use native as side;
#[cfg(target_arch = "wasm32")]
use web as side;

#[cfg(feature = "gui")]
pub(crate) use side::{
    HAS_THREADS, address, ask_file, dropped, give_time, has_dialogs, kept_folder, new_address,
    offer_measurement, publish, show_window,
};
pub(crate) use side::{Thread, machine_memory, process_id, receive, send, start};
pub(crate) use side::{fs, tempfile};
pub(crate) use turn::{Patience, Turn};
/// A clock that only goes forwards: that of the system, or the page's.
pub(crate) use web_time::Instant;
