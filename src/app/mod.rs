//! The window: the only room that knows egui.
//!
//! [`Window`] owns the state: what is shown (`RunData`, filled from the worker's events) and how (`View`). Each panel is a function
//! of the state that draws itself and answers with an `Action`; the window performs it. What concerns the run goes to the
//! worker as a command, and the window shows what the worker confirms.
//!
//! ```text
//! worker -- Event --> Window { State } -- &State --> panels, paint -- Action --> Window -- Command --> worker
//! ```

mod action;
mod commands;
mod opening;
mod paint;
mod panels;
mod state;
mod style;
mod window;

use thiserror::Error;

use crate::experiment::Experiment;
use crate::format;
use crate::platform;

pub use opening::{OpenError, Opened, open, open_link};
pub use window::Window;

/// Name under which the system knows the program, for settings and for window managers.
pub const APP_ID: &str = "saddlescope";

/// Width and height, in points, of the very first window: with its title bar and a panel of the desktop it fits a screen of
/// 1440 by 900.
const FIRST_SIZE: [f32; 2] = [1360.0, 800.0];

/// Why no window could be shown.
#[derive(Debug, Error)]
pub enum AppError {
    /// The system gave no window, or took it away.
    #[error("no window: {0}")]
    Window(#[from] eframe::Error),
}

/// What is wrong with a file of settings, as a window that opens would report it, if anything; a damaged file is renamed then.
pub fn trouble_of_settings(path: &std::path::Path) -> Option<String> {
    window::trouble_of_settings(path)
}

/// Opens the window on what a file holds, or on the default experiment, and returns when it is closed. In a page the window is the
/// canvas that has the program's name, and goes on after this has returned.
///
/// # Errors
/// [`AppError`] where the system gives no window.
pub fn run(first: Option<Opened>) -> Result<(), AppError> {
    let directory = platform::kept_folder(APP_ID);
    let settings = directory
        .as_ref()
        .map(|directory| directory.join("settings.toml"));
    let last = settings.as_ref().and_then(|path| window::last_size(path));
    let (size, is_maximized) = last.unwrap_or((FIRST_SIZE, false));
    let frame = platform::Frame {
        name: APP_ID,
        size,
        is_maximized,
        least_size: [640.0, 420.0],
    };
    platform::offer_measurement(window::steps_per_second);
    platform::show_window(
        &frame,
        Box::new(|cc| {
            let mut window = Window::new(&cc.egui_ctx, Experiment::default())?;
            window.use_system_dialogs();
            if let (Some(directory), Some(settings)) = (directory, settings) {
                window.keep_sessions_in(&directory.join("sessions"));
                window.keep_settings_in(&cc.egui_ctx, &settings);
            }
            if let Some(first) = first {
                window.show_opened(first);
            }
            Ok(Box::new(window))
        }),
    )?;
    Ok(())
}
