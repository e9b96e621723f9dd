//! Opens the window, and says in words why it could not be.

use std::path::Path;

use super::error::CliError;
use super::system_libraries::{self, Display};
use crate::app;
use crate::panics::caught;
use crate::session::Link;

/// Words by which a panic of the windowing libraries is told from a mistake of the program.
const DISPLAY_WORDS: [&str; 8] = ["display", "x11", "xlib", "xcb", "xkb", "wayland", "opengl", "egl"];

/// Shows the window on a file until it is closed; or says why there is none.
///
/// # Errors
/// [`CliError::Open`] where the file cannot be opened, [`CliError::Window`] where the window was there and then failed.
pub(super) fn open(file: Option<&Path>) -> Result<Option<String>, CliError> {
    // A file with a mistake is told about before there is a window.
    let first = file.map(read).transpose()?;
    let display =
        Display::of_environment(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if display == Display::NONE && !cfg!(any(windows, target_os = "macos")) {
        return Ok(Some(
            "no display: neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned(),
        ));
    }
    let message = match caught(|| app::run(first)) {
        Ok(Ok(())) => return Ok(None),
        Ok(Err(error)) => error.to_string(),
        Err(message) if is_about_the_display(&message) => message,
        Err(message) => return Err(CliError::Window(message)),
    };
    let packages =
        system_libraries::missing_packages(&message, system_libraries::loader_cache().as_deref(), display);
    let remedy = if packages.is_empty() {
        String::new()
    } else {
        format!("; install the Debian package {}", packages.join(" "))
    };
    Ok(Some(format!(
        "the window cannot be opened: {}{remedy}",
        without_source_places(&crate::format::one_line(&message)).trim_start_matches("no window: ")
    )))
}

fn read(path: &Path) -> Result<app::Opened, CliError> {
    // A word that is neither a command nor a file is taken for a mistyped command.
    let is_word = path.extension().is_none() && path.components().count() == 1;
    let is_link = path.to_str().is_some_and(Link::is_meant);
    if is_word && !is_link && !path.exists() {
        return Err(CliError::Usage(format!(
            "{}: neither a command nor a file; see saddlescope --help",
            path.display()
        )));
    }
    app::open(path).map_err(|cause| CliError::Open(Box::new(cause)))
}

/// The message without the places in source files that the windowing libraries put into theirs.
fn without_source_places(message: &str) -> String {
    message
        .split(": ")
        .filter(|part| !part.contains(".rs:"))
        .collect::<Vec<_>>()
        .join(": ")
}

fn is_about_the_display(message: &str) -> bool {
    let message = message.to_lowercase();
    DISPLAY_WORDS.iter().any(|word| message.contains(word)) || message.contains(".so")
}

#[cfg(test)]
#[expect(clippy::panic, reason = "a panic is what is tested")]
mod tests {
    use super::*;

    #[test]
    fn places_in_source_files_are_left_out() {
        let message = "no window: os error at /home/a/winit/src/mod.rs:788: Failed to open connection";
        assert_eq!(
            without_source_places(message),
            "no window: Failed to open connection"
        );
    }

    #[test]
    fn panics_become_messages() {
        let outcome = caught(|| -> u8 { panic!("Library libxkbcommon-x11.so could not be loaded.") });
        assert!(
            outcome.is_err_and(|message| is_about_the_display(&message) && message.contains("libxkbcommon"))
        );
        assert_eq!(caught(|| 1), Ok(1));
        assert!(!is_about_the_display(
            "index out of bounds: the len is 3 but the index is 3"
        ));
    }
}
