//! `saddlescope bundle`: a session with its data and figures.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _};

use super::BundleArguments;
use super::command_files::CommandFiles;
use super::error::{CliError, Kept};
use super::interruption::Interruption;
use super::run::{default_stride, diverged};
use crate::figure::{BundleError, BundleOptions, FigureOptions, write_bundle};
use crate::session::Session;

/// Parts into which the progress is divided.
const PARTS: f64 = 1000.0;

/// Writes the bundle; Ctrl-C ends it with nothing left behind.
pub(super) fn bundle(arguments: &BundleArguments) -> Result<(), CliError> {
    let session = Session::read(&arguments.session)?;
    let mut files = CommandFiles::default();
    files.read("the session", &arguments.session);
    session.experiment.add_files_to(&mut files.inputs);
    files.may_change("--out", &arguments.out)?;
    let interruption = Interruption::listen();
    let bar = if io::stderr().is_terminal() {
        ProgressBar::new(PARTS as u64)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent} %, {msg}, {eta} left") {
        bar.set_style(style);
    }
    let options = BundleOptions {
        every: default_stride(arguments.every, session.end.step),
        figures: FigureOptions {
            ground: arguments.theme.into(),
            ..FigureOptions::default()
        },
    };
    let bundle = write_bundle(
        &session,
        &arguments.out,
        &options,
        |progress| {
            bar.set_position((PARTS * progress.share) as u64);
            bar.set_message(progress.doing);
        },
        interruption.flag(),
    );
    interruption.end();
    bar.finish_and_clear();
    let bundle = match bundle {
        Err(BundleError::Cancelled) => {
            return Err(CliError::Interrupted {
                exit_code: Interruption::exit_code(),
                kept: Kept::Nothing,
            });
        }
        bundle => bundle?,
    };
    if bundle.digest_matches == Some(false) {
        return Err(CliError::BundleMismatch {
            path: arguments.out.clone(),
            version: session.version,
        });
    }
    diverged(bundle.end)
}
