//! The window of the system, and where the program keeps its files.

use std::path::PathBuf;

use eframe::egui::ViewportBuilder;

pub(crate) use eframe::storage_dir as kept_folder;

use crate::platform::Answer;
use crate::platform::Frame;

/// Shows a window until it is closed.
///
/// # Errors
/// Where the system gives none, or takes it away.
pub(crate) fn show_window(frame: &Frame, make: eframe::AppCreator<'static>) -> eframe::Result {
    let viewport = ViewportBuilder::default()
        .with_app_id(frame.name)
        .with_inner_size(frame.size)
        .with_maximized(frame.is_maximized)
        .with_min_inner_size(frame.least_size);
    let options = eframe::NativeOptions {
        viewport,
        persist_window: false,
        ..Default::default()
    };
    eframe::run_native(frame.name, options, make)
}

/// Address of the page; a window has none.
pub(crate) fn address() -> Option<String> {
    None
}

/// What the page is asked to show by its address.
pub(crate) fn new_address() -> Option<String> {
    None
}

/// What a page lets others see of itself.
pub(crate) fn publish(_text: impl FnOnce() -> String) {}

/// Nobody measures a program of the desktop from outside: it has benches.
pub(crate) fn offer_measurement(_measure: fn(f64) -> f64) {}

/// The file that was dropped.
pub(crate) fn dropped(path: PathBuf) -> impl FnMut() -> Answer + Send + 'static {
    move || Answer::Chosen(path.clone())
}
