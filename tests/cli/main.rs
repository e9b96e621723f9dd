//! The command line: what each command prints, writes and refuses.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "../support/command.rs"]
mod command;
#[path = "../support/npz.rs"]
mod npz;

mod bad_input;
mod bundle;
mod density;
mod events;
mod inputs_kept;
mod interruption;
mod lessons;
mod map;
mod plot;
mod replay;
mod replicas;
mod rest_points;
mod run;
mod special_files;
mod stationary;
mod sweep;
mod weights;
