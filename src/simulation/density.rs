//! The law of every mode's strength along a run: the density of its mode equation from the strength at the start, through every change
//! of the parameters.
//!
//! It is the law of the mode equation, which an aligned, balanced network follows on fresh samples; the network departs from it while
//! larger modes are in transition, and once label noise has moved the layers out of balance. States on the way are kept, so that the law
//! at any earlier time is at hand: at most [`MOST_KEPT`] of a mode and [`MOST_KEPT_OF_ALL`] of all modes, some 32 MB.

use crate::experiment::{DataKind, Dynamics, Experiment, LiveParams};
use crate::theory::{Quantiles, Transport};

/// States kept of a mode; beyond that every other one is given up.
const MOST_KEPT: usize = 512;
/// States kept of all modes together, of some 2 kB each: many modes share them evenly.
const MOST_KEPT_OF_ALL: usize = 16_384;
/// Share of the width by which laws kept one after the other differ at first.
const FINEST: f64 = 0.05;
/// Steps of the solver after which a law is given up: far more than the whole course of a mode takes.
const MOST_STEPS: u32 = 4_000_000;

/// Laws of the modes of a run, up to a time.
#[derive(Clone, Debug, Default)]
pub struct Densities {
    modes: Vec<ModeDensity>,
}

/// The law of one mode, up to a time.
#[derive(Clone, Debug)]
pub struct ModeDensity {
    /// Strength at the start, without its sign.
    start: f64,
    /// None where the mode does not move or does not spread.
    transport: Option<Transport>,
    /// Whether it could not be followed to the end.
    is_lost: bool,
    /// Times and laws kept, oldest first.
    kept: Vec<(f64, Quantiles)>,
    /// How many of them there may be.
    most_kept: usize,
    /// By what share of its width a law differs at least from the one kept before.
    grain: f64,
    /// Steps of the solver so far.
    n_steps: u32,
}

impl Densities {
    /// At the start of a run, from the strengths of its modes there. Engines without minibatch noise, or with another one,
    /// and stored sets have none.
    pub fn new(experiment: &Experiment, live: &LiveParams, starts: &[f64]) -> Self {
        let has_noise = matches!(
            experiment.dynamics(),
            Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin
        );
        // A stored set has noise of its own, which may be far from that of fresh samples.
        let has_law = has_noise && experiment.data.kind == DataKind::Online;
        let modes = starts.iter().enumerate().map(|(mode, start)| {
            let law = experiment.mode_law(mode, live);
            let transport = has_law.then(|| Transport::new(&law, start.abs())).flatten();
            let kept =
                { transport.iter() }.map(|transport| (transport.time(), transport.quantiles().clone()));
            ModeDensity {
                start: start.abs(),
                kept: kept.collect(),
                most_kept: MOST_KEPT,
                transport,
                is_lost: false,
                grain: FINEST,
                n_steps: 0,
            }
        });
        let mut modes: Vec<ModeDensity> = modes.collect();
        let n_followed = modes.iter().filter(|mode| mode.transport.is_some()).count();
        let share = MOST_KEPT_OF_ALL / n_followed.max(1);
        for mode in &mut modes {
            mode.most_kept = MOST_KEPT.min(share);
        }
        Self { modes }
    }

    /// The laws of the modes.
    pub fn modes(&self) -> &[ModeDensity] {
        &self.modes
    }

    /// Whether every mode has been followed up to a time, as far as it can be.
    pub fn are_at(&self, time: f64) -> bool {
        self.modes.iter().all(|mode| mode.is_at(time))
    }

    /// Moves every mode on to `time`; `course` gives the parameters in force from each of its times on, in order, the first from the
    /// start. Gives up early when `goes_on` says no, and says whether all are there.
    pub fn advance_to(
        &mut self,
        experiment: &Experiment,
        course: &[(f64, LiveParams)],
        time: f64,
        mut goes_on: impl FnMut() -> bool,
    ) -> bool {
        // The one that is furthest behind goes on, so that all are seen up to about the same time.
        loop {
            let behind = self
                .modes
                .iter()
                .enumerate()
                .filter(|(_, density)| !density.is_at(time));
            let furthest = behind.min_by(|a, b| a.1.time().total_cmp(&b.1.time()));
            let Some(mode) = furthest.map(|(mode, _)| mode) else {
                return true;
            };
            if !goes_on() {
                return false;
            }
            self.modes[mode].advance_once(experiment, mode, course, time);
        }
    }
}

impl ModeDensity {
    /// Time that has been reached.
    pub fn time(&self) -> f64 {
        self.transport.as_ref().map_or(0.0, Transport::time)
    }

    /// Strength at the start, without its sign.
    pub fn start(&self) -> f64 {
        self.start
    }

    /// Times at which laws are kept, with the laws, oldest first; the newest last.
    pub fn course(&self) -> impl Iterator<Item = (f64, &Quantiles)> {
        let newest = self
            .transport
            .as_ref()
            .map(|transport| (transport.time(), transport.quantiles()));
        let newest = newest.filter(|(time, _)| self.kept.last().is_none_or(|(last, _)| last < time));
        self.kept.iter().map(|(time, law)| (*time, law)).chain(newest)
    }

    /// The law at a time up to the one reached, none beyond; before it has a width that can be followed, the first one that has.
    pub fn at(&self, time: f64) -> Option<Quantiles> {
        let transport = self.transport.as_ref()?;
        if time > transport.time() {
            return None;
        }
        let after = self.kept.partition_point(|(kept, _)| *kept <= time);
        let (before, law) = self.kept.get(after.saturating_sub(1))?;
        if *before >= time {
            return Some(law.clone());
        }
        let (later, next) = match self.kept.get(after) {
            Some((later, next)) => (*later, next),
            None => (transport.time(), transport.quantiles()),
        };
        Some(law.between(next, (time - before) / (later - before)))
    }

    fn is_at(&self, time: f64) -> bool {
        let reached = self
            .transport
            .as_ref()
            .is_none_or(|transport| transport.time() >= time);
        reached || self.is_lost
    }

    /// One step of the solver, not beyond `time` or the next change.
    fn advance_once(
        &mut self,
        experiment: &Experiment,
        mode: usize,
        course: &[(f64, LiveParams)],
        time: f64,
    ) {
        let Some(transport) = &mut self.transport else {
            return;
        };
        let next = course.partition_point(|(from, _)| *from <= transport.time());
        if let Some((_, live)) = next.checked_sub(1).and_then(|present| course.get(present)) {
            let law = experiment.mode_law(mode, live);
            if law != *transport.law() {
                transport.set_law(&law);
            }
        }
        let until = course.get(next).map_or(time, |(from, _)| from.min(time));
        self.is_lost = transport.advance_once(until).is_err();
        self.n_steps += 1;
        self.is_lost |= self.n_steps > MOST_STEPS;
        let differs = |(_, last): &(f64, Quantiles)| last.distance(transport.quantiles()) > self.grain;
        if self.kept.last().is_none_or(differs) {
            if self.kept.len() >= self.most_kept {
                let mut i = 0;
                self.kept.retain(|_| {
                    i += 1;
                    i % 2 == 1
                });
                self.grain *= 2.0;
            }
            self.kept.push((transport.time(), transport.quantiles().clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 64 narrow modes move by so many of their widths that every one fills its share; both bounds hold all the way, and both are met.
    #[test]
    fn laws_kept_are_bounded_for_each_mode_and_for_all() {
        for (rank, most_of_one) in [(1, MOST_KEPT), (32, MOST_KEPT), (64, MOST_KEPT_OF_ALL / 64)] {
            let mut experiment = Experiment::default();
            experiment.network.d_in = rank;
            experiment.network.d_out = rank;
            experiment.network.hidden = vec![rank];
            // In falling order, and near one another.
            experiment.teacher.strengths = (0..rank).map(|i| 1.0 - 1e-3 * i as f64).collect();
            experiment.live.learning_rate = 1e-4;
            experiment.live.batch_size = 1000;
            let course = [(0.0, experiment.live)];
            let mut densities = Densities::new(&experiment, &experiment.live, &vec![0.01; rank]);
            let mut most = 0;
            for i in 1..=40 {
                assert!(densities.advance_to(&experiment, &course, 0.1 * f64::from(i), || true));
                let counts = densities.modes().iter().map(|mode| mode.kept.len());
                most = counts.clone().fold(most, usize::max);
                assert!(counts.sum::<usize>() <= MOST_KEPT_OF_ALL, "{rank}");
            }
            assert!(
                most <= most_of_one && 4 * most > 3 * most_of_one,
                "{rank}: {most}"
            );
            // What is left reaches from the start to the end.
            let (first, _) = densities.modes()[0].kept[0];
            let (last, _) = densities.modes()[0].kept[densities.modes()[0].kept.len() - 1];
            assert!(first < 1e-3 && last > 3.5, "{first} {last}");
        }
    }
}
