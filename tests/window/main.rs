//! The window, driven without a screen by the labels of its controls.

#![cfg(feature = "gui")]

#[path = "../support/window.rs"]
mod support;

mod first_frames;
mod instrument;
mod lessons;
