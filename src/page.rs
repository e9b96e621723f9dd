//! The program in a page: the window alone. Compiled for a browser, it is what `assets/page` loads.

use std::process::ExitCode;

fn main() -> ExitCode {
    match saddlescope::app::run(None) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
