//! Runs that a check looks at, followed step by step and kept as a few numbers each.

use rayon::prelude::*;

use super::check_kind::Check;
use crate::model::DeepLinearNetwork;
use crate::observables::events::{EventDetector, ModeEvents};
use crate::observables::{Quantity, Schema};
use crate::simulation::{SetupError, Simulation, StepOutcome};
use crate::stats::Moments;

/// Alignment from which on a mode counts as aligned.
const ALIGNED: f64 = 0.9;

/// What is kept of a run.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) modes: Vec<ModeTrack>,
    /// What is told of the student's own pairs.
    pub(super) pairs: Vec<ModeEvents>,
    pub(super) diverged: bool,
    /// At the last row.
    pub(super) time: f64,
    pub(super) loss: f64,
    pub(super) excess_loss: f64,
    /// Loss on fresh white inputs with fresh label noise.
    pub(super) population_loss: f64,
    pub(super) weight_change: f64,
}

/// What is kept of a mode.
#[derive(Clone, Debug)]
pub(super) struct ModeTrack {
    pub(super) teacher_strength: f64,
    pub(super) events: ModeEvents,
    /// Strength in the first and in the last row.
    pub(super) first: f64,
    pub(super) last: f64,
    /// Steps until half the teacher's strength, interpolated.
    pub(super) half_step: Option<f64>,
    /// Steps until half the first distance from it, interpolated.
    pub(super) half_error_step: Option<f64>,
    pub(super) aligned_step: Option<u64>,
    /// Strengths from `from_step` on.
    pub(super) settled: Moments,
}

/// The runs of a check, one a seed, on all cores.
pub(super) fn tracks(check: &Check) -> Result<Vec<Track>, SetupError> {
    (0..check.n_seeds)
        .into_par_iter()
        .map(|i| track(check, i))
        .collect()
}

fn track(check: &Check, seed: u64) -> Result<Track, SetupError> {
    let mut experiment = check.experiment.clone();
    experiment.seed = experiment.seed.saturating_add(seed);
    let mut simulation = Simulation::new(&experiment)?;
    let schema = simulation.schema();
    let mut detector = simulation.event_detector();
    let mut row = Vec::with_capacity(schema.n_columns());
    simulation.observe(&mut row);
    detector.observe(&row);
    let mut modes: Vec<ModeTrack> = (0..schema.rank())
        .map(|mode| ModeTrack::new(experiment.teacher.strengths[mode], mode, schema, &row))
        .collect();
    let mut changes = check.changes.iter().peekable();
    while simulation.step() < check.end_step && simulation.divergence().is_none() {
        let mut next = (simulation.step() / check.every + 1) * check.every;
        next = next.min(check.end_step);
        if let Some(change) = changes.peek() {
            next = next.min(change.step.max(simulation.step() + 1));
        }
        if let StepOutcome::Diverged(divergence) = simulation.advance_to(next) {
            detector.diverge(divergence.step, divergence.time);
        }
        let before = row.clone();
        row.clear();
        simulation.observe(&mut row);
        detector.observe(&row);
        for (mode, track) in modes.iter_mut().enumerate() {
            track.follow(mode, schema, &before, &row);
            if row[Schema::STEP] >= check.from_step as f64 {
                track.settled.push(track.last);
            }
        }
        while let Some(change) = changes.next_if(|change| change.step <= simulation.step()) {
            simulation.set_live(change.live)?;
            detector.set_live(simulation.step(), simulation.time(), change.live);
        }
    }
    Ok(finish(&simulation, &detector, modes, &row))
}

fn finish(
    simulation: &Simulation,
    detector: &EventDetector,
    mut modes: Vec<ModeTrack>,
    row: &[f64],
) -> Track {
    for (track, events) in modes.iter_mut().zip(detector.modes()) {
        track.events = events;
    }
    let sigma = simulation.in_force().label_noise_std;
    let d_out = simulation.experiment().network.d_out as f64;
    Track {
        modes,
        pairs: detector.pairs(),
        diverged: simulation.divergence().is_some(),
        time: row[Schema::TIME],
        loss: row[Schema::LOSS],
        excess_loss: row[Schema::EXCESS_LOSS],
        population_loss: row[Schema::EXCESS_LOSS] + 0.5 * sigma.powi(2) * d_out,
        weight_change: weight_change(simulation.initial_network(), simulation.network()),
    }
}

impl ModeTrack {
    fn new(teacher_strength: f64, mode: usize, schema: Schema, row: &[f64]) -> Self {
        let first = row[schema.column(Quantity::Strength, mode)];
        Self {
            teacher_strength,
            events: ModeEvents::default(),
            first,
            last: first,
            half_step: None,
            half_error_step: None,
            aligned_step: (row[schema.column(Quantity::Alignment, mode)] >= ALIGNED).then_some(0),
            settled: Moments::default(),
        }
    }

    fn follow(&mut self, mode: usize, schema: Schema, before: &[f64], row: &[f64]) {
        let column = schema.column(Quantity::Strength, mode);
        let (earlier, now) = (before[column], row[column]);
        self.last = now;
        let crossed = |level: f64| {
            let fraction = (level - earlier) / (now - earlier);
            let steps = row[Schema::STEP] - before[Schema::STEP];
            (0.0..=1.0)
                .contains(&fraction)
                .then(|| before[Schema::STEP] + fraction * steps)
        };
        let half = 0.5 * self.teacher_strength;
        if self.half_step.is_none() && earlier < half {
            self.half_step = crossed(half);
        }
        if self.half_error_step.is_none() {
            self.half_error_step = crossed(0.5 * (self.first + self.teacher_strength));
        }
        if self.aligned_step.is_none() && row[schema.column(Quantity::Alignment, mode)] >= ALIGNED {
            self.aligned_step = Some(row[Schema::STEP] as u64);
        }
    }
}

/// `|theta - theta_0| / |theta_0|` over all weights.
fn weight_change(start: &DeepLinearNetwork, end: &DeepLinearNetwork) -> f64 {
    let (mut change, mut norm) = (0.0, 0.0);
    for (start, end) in start.weights().iter().zip(end.weights()) {
        change += (end - start).norm_squared();
        norm += start.norm_squared();
    }
    (change / norm).sqrt()
}
