//! Arguments in, window or headless command, errors to exit codes.

use std::panic;
use std::process::ExitCode;

use saddlescope::cli;

fn main() -> ExitCode {
    match panic::catch_unwind(|| cli::execute(std::env::args_os())) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            cli::report(&error);
            ExitCode::from(error.exit_code())
        }
        // A mistake of the program, already told on standard error.
        Err(_) => ExitCode::FAILURE,
    }
}
