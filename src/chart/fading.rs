//! Where the curves of modes fade: their story is told there.

use super::known::{Known, KnownKeptRun};
use super::options::Options;
use super::trace_cache::Source;

/// Positions from which the curves of each mode fade, if they do: of the run with its companions, and of every kept run.
#[derive(Debug, Default)]
pub(super) struct Fading {
    run: Vec<Option<f64>>,
    kept: Vec<Vec<Option<f64>>>,
}

impl Fading {
    /// From where each mode is learned on.
    pub(super) fn of_learned(known: &Known<'_>, options: &Options) -> Self {
        let time = options.time;
        let of_run = options.events(known).iter().map(|events| {
            let learned = events.learned?;
            Some(time.place(learned.step, learned.time))
        });
        let of_kept = |kept: &KnownKeptRun<'_>| {
            let places = { kept.modes.iter() }.map(|events| Some(kept.place(time, events.learned?)));
            places.collect()
        };
        Self {
            run: of_run.collect(),
            kept: known.kept.iter().map(of_kept).collect(),
        }
    }

    /// Of a mode of what a curve is drawn from.
    pub(super) fn of(&self, source: Source, mode: usize) -> Option<f64> {
        let modes = match source {
            Source::KeptRun(i) => self.kept.get(i)?,
            Source::Trajectory(_) | Source::Ensemble(_) => &self.run,
        };
        *modes.get(mode)?
    }
}
