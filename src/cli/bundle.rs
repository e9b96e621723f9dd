//! `saddlescope bundle`: a session with its data and figures.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::BundleArguments;
use super::error::CliError;
use super::run::{default_stride, told};
use crate::figure::{BundleOptions, FigureOptions, write_bundle};
use crate::session::Session;

/// Parts into which the progress is divided.
const PARTS: f64 = 1000.0;

/// Writes the bundle; Ctrl-C ends it with nothing left behind.
pub(super) fn bundle(arguments: &BundleArguments) -> Result<(), CliError> {
    let session = Session::read(&arguments.session)?;
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    // Without a handler, an interrupt ends the program at once, and a hidden directory may stay behind.
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).ok();
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
        &cancel,
    );
    bar.finish_and_clear();
    let bundle = bundle?;
    if bundle.digest_matches == Some(false) {
        return Err(CliError::BundleMismatch {
            path: arguments.out.clone(),
            version: session.version,
        });
    }
    told(bundle.end)
}
