//! Arguments in, window or headless command, errors to exit codes.

use std::process::ExitCode;

use saddlescope::cli;

fn main() -> ExitCode {
    match cli::execute(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
