//! Paints [`Picture`](crate::chart::Picture)s in the window, and lets the pointer move them. What is drawn is decided by
//! [`crate::chart`], as for an exported figure; here are the screen's own concerns: ribbons kept from frame to frame, gutters that
//! line up, panning, zooming, cursors and guesses.

mod beside;
mod curve;
mod frame;
mod ground;
mod guess;
mod heat;
mod keys;
mod line;
mod map;
mod marks;
mod names;
mod over_time;
mod panel;
mod pointer;
mod ribbon;
mod ribbon_mesh;
mod rows;

use self::ribbon::Ribbons;
use crate::chart::TraceCache;

pub(super) use beside::{beside_plot, histogram_plot};
pub(super) use guess::width_plot;
pub(super) use map::map_plot;
pub(super) use over_time::{Stack, stack};

/// What is kept from frame to frame, so that a picture in which nothing moves is not made again.
#[derive(Debug, Default)]
pub(super) struct Caches {
    traces: TraceCache,
    ribbons: Ribbons,
    map: map::MapCache,
}

impl Caches {
    /// Begins a frame: what the last one did not draw is forgotten.
    pub(super) fn begin_frame(&mut self) {
        self.traces.begin_frame();
        self.ribbons.begin_frame();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod framing;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod on_screen_and_paper;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod runs;
