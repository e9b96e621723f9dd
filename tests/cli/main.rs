//! The command line: what each command prints, writes and refuses.

#[path = "../support/command.rs"]
mod command;
#[path = "../support/npz.rs"]
mod npz;

mod bad_input;
mod bundle;
mod events;
mod lessons;
mod plot;
mod replay;
mod replicas;
mod run;
