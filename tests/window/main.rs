//! The window, driven without a screen by the labels of its controls.

#![cfg(feature = "gui")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it did not expect"
)]

#[path = "../support/window.rs"]
mod support;

mod first_frames;
mod instrument;
mod lessons;
mod links;
mod map;
mod opening;
mod pictures;
mod random_actions;
