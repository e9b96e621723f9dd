//! What is seen of a replica on its way, and what was measured of it in the end.

use super::measure::ModeOutcome;
use super::{Stop, Sweep};
use crate::experiment::LiveParams;
use crate::observables::events::{EventDetector, LEARNED_FRACTION, Moment};
use crate::observables::{LaneModes, Quantity, Schema, with_decay};
use crate::session::{StateDigest, state_digest};
use crate::simulation::{Phase, STATISTICS_STRIDE, Simulation, StationaryStatistics};
use crate::stats::Moments;
use crate::theory::{ModeLaw, StrengthCurve};

/// Fraction of the teacher's strength that tells a mode that is there from one that is not.
const HALF: f64 = 0.5;
/// How many times the time of gradient flow a mode has before it counts as trapped.
const PATIENCE: f64 = 3.0;
/// The smallest start, relative to the teacher's strength, that this time is computed from.
const SMALLEST_START: f64 = 1e-6;

/// What was measured of one mode.
#[derive(Clone, Debug)]
pub(super) struct ModeMeasured {
    pub(super) outcome: ModeOutcome,
    /// First row at half of the teacher's strength or above.
    pub(super) half: Option<Moment>,
    /// First row at 95 % or above.
    pub(super) learned: Option<Moment>,
    /// Step of the confirmed peak of the diffusion, and the steps from there to 95 %.
    pub(super) peak: Option<u64>,
    pub(super) lead: Option<u64>,
    /// Of the strength since the mode settled.
    pub(super) moments: Option<Moments>,
    pub(super) alignment: f64,
}

/// What was measured of one replica.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) modes: Vec<ModeMeasured>,
    pub(super) diverged: bool,
    pub(super) steps: u64,
    pub(super) excess_loss: f64,
    pub(super) imbalance: f64,
    pub(super) digest: StateDigest,
}

/// What is known of a mode on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Where the mode ends: the teacher's strength, less with weight decay.
    teacher_strength: f64,
    start: f64,
    last: f64,
    half: Option<Moment>,
    learned: Option<Moment>,
}

impl Watch {
    fn look(&mut self, now: Moment, strength: f64) {
        self.last = strength;
        if strength >= HALF * self.teacher_strength {
            self.half.get_or_insert(now);
        }
        if strength >= LEARNED_FRACTION * self.teacher_strength {
            self.learned.get_or_insert(now);
        }
    }

    fn outcome(&self, law: &ModeLaw, time: f64, diverged: bool) -> ModeOutcome {
        let is_there = self.last >= HALF * self.teacher_strength;
        match (diverged, self.half, self.learned) {
            (true, _, _) => ModeOutcome::Diverged,
            (false, _, Some(_)) if is_there => ModeOutcome::Learned,
            (false, Some(_), _) if !is_there => ModeOutcome::Lost,
            (false, None, _) if time > self.patience(law) => ModeOutcome::Trapped,
            (false, Some(_) | None, Some(_) | None) => ModeOutcome::Unfinished,
        }
    }

    /// Training time after which a mode that is not there has stayed away.
    fn patience(&self, law: &ModeLaw) -> f64 {
        let start = self.start.abs().max(SMALLEST_START * self.teacher_strength);
        let curve = StrengthCurve::of(law, start);
        PATIENCE * curve.time_to_reach(LEARNED_FRACTION * curve.end()).unwrap_or(0.0)
    }
}

/// A replica on its way.
pub(super) struct Way {
    depth: usize,
    schema: Schema,
    every: u64,
    watches: Vec<Watch>,
    detector: Option<EventDetector>,
    statistics: Option<StationaryStatistics>,
    row: Vec<f64>,
    strengths: Vec<f64>,
}

impl Way {
    pub(super) fn new(sweep: &Sweep, simulation: &Simulation, every: u64) -> Self {
        let experiment = simulation.experiment();
        let watch = |mode| Watch {
            teacher_strength: experiment.mode_law(mode, &experiment.live).scale_strength(),
            ..Watch::default()
        };
        Self {
            depth: simulation.experiment().network.depth(),
            schema: simulation.schema(),
            every,
            watches: (0..simulation.schema().rank()).map(watch).collect(),
            detector: sweep
                .measures
                .peak
                .then(|| simulation.event_detector().without_pairs()),
            statistics: sweep
                .measures
                .settled
                .then(|| StationaryStatistics::new(simulation.experiment())),
            row: Vec::new(),
            strengths: Vec::new(),
        }
    }

    /// The next step that is looked at.
    pub(super) fn next_after(&self, step: u64) -> u64 {
        let after = |stride: u64| (step / stride + 1).saturating_mul(stride);
        let row = after(self.every);
        if self.statistics.is_some() {
            row.min(after(STATISTICS_STRIDE))
        } else {
            row
        }
    }

    fn is_row(&self, step: u64, last_step: u64) -> bool {
        step.is_multiple_of(self.every) || step >= last_step
    }

    /// Whether the diffusion is looked at after `step` steps. Once every mode is learned there is no peak left to be found, and the
    /// strengths alone cost a fraction of a row.
    pub(super) fn searches(&self, step: u64, last_step: u64) -> bool {
        let not_learned = || self.watches.iter().any(|watch| watch.learned.is_none());
        self.detector.is_some() && self.is_row(step, last_step) && not_learned()
    }

    /// Looks at the present weights, or at the modes `seen` in one of the lanes.
    pub(super) fn look(
        &mut self,
        simulation: &mut Simulation,
        last_step: u64,
        seen: Option<(&LaneModes, usize)>,
    ) {
        let now = Moment {
            step: simulation.step(),
            time: simulation.time(),
        };
        if simulation.divergence().is_some() {
            return;
        }
        let searches = self.searches(now.step, last_step);
        self.strengths.clear();
        if let Some((modes, lane)) = seen {
            self.strengths
                .extend(modes.strength.iter().map(|lanes| lanes[lane]));
            if searches {
                self.fill_row(now, simulation.in_force(), modes, lane);
            }
        } else if searches {
            self.row.clear();
            simulation.observe_modes(&mut self.row);
            self.strengths
                .extend_from_slice(&self.row[self.schema.columns(Quantity::Strength)]);
        } else {
            simulation.observe_strengths(&mut self.strengths);
        }
        if let Some(detector) = &mut self.detector
            && searches
        {
            detector.observe(&self.row);
        }
        if self.is_row(now.step, last_step) {
            for (watch, &strength) in self.watches.iter_mut().zip(&self.strengths) {
                if now.step == 0 {
                    watch.start = strength;
                }
                watch.look(now, strength);
            }
        }
        if let Some(statistics) = &mut self.statistics {
            statistics.follow(now.step, simulation.in_force());
            statistics.push(now.step, &self.strengths, &[]);
        }
    }

    /// The row that a detector reads.
    fn fill_row(&mut self, now: Moment, live: &LiveParams, modes: &LaneModes, lane: usize) {
        let schema = self.schema;
        self.row.resize(schema.n_columns(), 0.0);
        self.row[Schema::STEP] = now.step as f64;
        self.row[Schema::TIME] = now.time;
        for mode in 0..schema.rank() {
            self.row[schema.column(Quantity::Strength, mode)] = modes.strength[mode][lane];
            let (drift, strength) = (modes.drift[mode][lane], modes.strength[mode][lane]);
            self.row[schema.column(Quantity::Drift, mode)] = with_decay(drift, strength, self.depth, live);
            self.row[schema.column(Quantity::Diffusion, mode)] =
                live.noise_scale() * modes.diffusion_over_tau[mode][lane];
        }
        schema.write_live(live, &mut self.row);
    }

    /// Whether every mode has been counted as often as the sweep asks for.
    pub(super) fn is_settled(&self, stop: Stop) -> bool {
        let Stop::Settled { counts, .. } = stop else {
            return false;
        };
        let modes = self.statistics.iter().flat_map(|statistics| &statistics.modes);
        self.statistics.is_some() && modes.clone().all(|mode| mode.moments.count() >= counts)
    }

    pub(super) fn measured(&self, simulation: &mut Simulation) -> Measured {
        let diverged = simulation.divergence().is_some();
        let mut row = Vec::new();
        simulation.observe(&mut row);
        let (schema, time) = (self.schema, simulation.time());
        let experiment = simulation.experiment();
        let in_force = *simulation.in_force();
        let law = |mode| experiment.mode_law(mode, &in_force);
        let laws: Vec<ModeLaw> = (0..schema.rank()).map(law).collect();
        let events: Vec<_> = self
            .detector
            .as_ref()
            .map(|detector| detector.modes().collect())
            .unwrap_or_default();
        let mode = |(mode, watch): (usize, &Watch)| {
            let events = events.get(mode);
            let statistics = self.statistics.as_ref().map(|statistics| &statistics.modes[mode]);
            let settled = statistics.filter(|statistics| {
                matches!(statistics.phase, Phase::Counting { .. }) && statistics.moments.count() > 0
            });
            ModeMeasured {
                outcome: watch.outcome(&laws[mode], time, diverged),
                half: watch.half,
                learned: watch.learned,
                peak: events.and_then(|events| Some(events.peak.filter(|peak| peak.confirmed)?.step)),
                lead: events.and_then(|events| Some(events.lead()?.steps)),
                moments: settled.map(|statistics| statistics.moments),
                alignment: row[schema.column(Quantity::Alignment, mode)],
            }
        };
        Measured {
            modes: self.watches.iter().enumerate().map(mode).collect(),
            diverged,
            steps: simulation.step(),
            excess_loss: row[Schema::EXCESS_LOSS],
            imbalance: row[schema.imbalance()],
            digest: state_digest(simulation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(strengths: &[f64], time: f64) -> ModeOutcome {
        let mut watch = Watch {
            teacher_strength: 1.0,
            start: 1e-3,
            ..Watch::default()
        };
        for (step, &strength) in (0..).zip(strengths) {
            watch.look(
                Moment {
                    step,
                    time: step as f64,
                },
                strength,
            );
        }
        let law = ModeLaw {
            depth: 2,
            teacher_strength: 1.0,
            ..ModeLaw::default()
        };
        watch.outcome(&law, time, false)
    }

    #[test]
    fn outcomes_are_as_defined() {
        // From 1e-3 gradient flow takes (ln 999 + ln 19) / 2 = 4.93 to 95 %.
        assert_eq!(outcome(&[1e-3, 0.96, 0.5], 100.0), ModeOutcome::Learned);
        assert_eq!(outcome(&[1e-3, 0.96, 0.49], 100.0), ModeOutcome::Lost);
        assert_eq!(outcome(&[1e-3, 0.6, 0.1], 1.0), ModeOutcome::Lost);
        assert_eq!(outcome(&[1e-3, 0.49, 0.1], 14.7), ModeOutcome::Unfinished);
        assert_eq!(outcome(&[1e-3, 0.49, 0.1], 14.9), ModeOutcome::Trapped);
        assert_eq!(outcome(&[1e-3, 0.9], 100.0), ModeOutcome::Unfinished);
    }
}
