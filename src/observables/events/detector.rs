//! Turns observed rows into events: one detector a run, whatever the run is driven by.
//!
//! The rows may come at any spacing; what happens between two rows is seen at the second. Memory is bounded: one watch a
//! mode and a log of at most [`EventDetector::CAPACITY`] events.

use std::collections::VecDeque;
use std::sync::Arc;

use super::activity::Activity;
use super::blind::BlindDetector;
use super::headline::Headline;
use super::hold::{Hold, NoisyStart, holds};
use super::mode_watch::{ModeWatch, Sample};
use super::stage::Stage;
use super::{Event, EventKind, ModeEvents, Moment};
use crate::dynamics::{Batching, Decay, LiveParams, Sampling};
use crate::model::{GradientMoments, Risk, Teacher};
use crate::observables::{Quantity, Schema};
use crate::theory::ModeLaw;

/// Detects the events of one run.
#[derive(Clone, Debug)]
pub struct EventDetector {
    teacher: Arc<Teacher>,
    batching: Batching,
    depth: usize,
    /// As they were set, and in force.
    set: LiveParams,
    live: LiveParams,
    decay: Decay,
    /// Laws of the modes under the live parameters.
    laws: Vec<ModeLaw>,
    /// Moments of one sample's gradient along every mode, of a stored set.
    gradients: Option<Vec<GradientMoments>>,
    /// Of a network that noise may keep from learning.
    noisy_start: Option<NoisyStart>,
    /// What keeps each mode from being learned, under the live parameters.
    holds: Vec<Option<Hold>>,
    schema: Schema,
    watches: Vec<ModeWatch>,
    /// Stage of every mode; empty before the first row.
    stages: Vec<Stage>,
    /// Mode strengths of the last row.
    strengths: Vec<f64>,
    /// Number of modes about the minimum at the present plateau, if the run is at one.
    plateau: Option<usize>,
    activity: Option<Activity>,
    /// What is told without the teacher; `None` where nobody asks for it.
    blind: Option<BlindDetector>,
    log: VecDeque<Event>,
    n_dropped: u64,
}

impl EventDetector {
    /// Most events kept in the log; the oldest are dropped first.
    pub const CAPACITY: usize = 4096;

    /// A detector for a run of a network of `depth` weight matrices on `risk`, minibatches visited by `sampling`, that
    /// starts with the given live parameters.
    pub fn new(risk: &Risk, sampling: Sampling, depth: usize, live: LiveParams) -> Self {
        let teacher = Arc::clone(risk.teacher());
        let rank = teacher.strengths().len();
        let batching = Batching::of(risk, sampling);
        let mut detector = Self {
            laws: Vec::new(),
            decay: Decay::Coupled,
            gradients: risk.gradient_moments().map(<[_]>::to_vec),
            noisy_start: None,
            holds: vec![None; rank],
            schema: Schema::new(rank, depth),
            watches: vec![ModeWatch::default(); rank],
            stages: Vec::new(),
            strengths: vec![0.0; rank],
            plateau: None,
            activity: None,
            blind: Some(BlindDetector::new(depth)),
            log: VecDeque::new(),
            n_dropped: 0,
            batching,
            depth,
            set: live,
            live,
            teacher,
        };
        detector.take_laws();
        detector
    }

    /// The same detector for a run whose noise may keep a mode from being learned.
    #[must_use]
    pub fn with_noise(mut self, start: NoisyStart) -> Self {
        self.noisy_start = Some(start);
        self.take_laws();
        self
    }

    /// The same for rows that hold nothing of the student's own pairs, of which nothing is told then.
    #[must_use]
    pub fn without_pairs(mut self) -> Self {
        self.blind = None;
        self
    }

    /// The same for a run whose weights decay in this way.
    #[must_use]
    pub fn with_decay(mut self, decay: Decay) -> Self {
        self.decay = decay;
        self.take_laws();
        self
    }

    /// Laws and holds of the live parameters.
    fn take_laws(&mut self) {
        self.laws = laws(self.teacher.strengths(), self.batching, self.depth, &self.live);
        for law in &mut self.laws {
            *law = self.decay.of_law(*law);
        }
        self.holds = holds(self.noisy_start.as_ref(), &self.laws, &self.live);
    }

    /// Takes in the next observed row, laid out by the [`Schema`] of the run. Rows with a strength or diffusion that is not
    /// finite are passed over.
    pub fn observe(&mut self, row: &[f64]) {
        let (strengths, diffusions, drifts) = (
            &row[self.schema.columns(Quantity::Strength)],
            &row[self.schema.columns(Quantity::Diffusion)],
            &row[self.schema.columns(Quantity::Drift)],
        );
        if self.activity == Some(Activity::Diverged)
            || !strengths.iter().chain(diffusions).all(|value| value.is_finite())
        {
            return;
        }
        let now = Moment {
            step: row[Schema::STEP] as u64,
            time: row[Schema::TIME],
        };
        self.strengths.copy_from_slice(strengths);
        // By schedule other parameters may be in force than were set.
        if let Some(live) = self.schema.read_live(|column| row[column])
            && live != self.live
        {
            self.live = live;
            self.take_laws();
        }
        let noise = (self.batching.noise_scale(&self.live), self.live.label_noise_std);
        if let Some(blind) = &mut self.blind {
            blind.observe_row(self.schema, row, noise);
        }
        let (log, n_dropped) = (&mut self.log, &mut self.n_dropped);
        for (mode, watch) in self.watches.iter_mut().enumerate() {
            let sample = Sample {
                step: now.step,
                time: now.time,
                strength: strengths[mode],
                diffusion: diffusions[mode],
                law: self.laws[mode],
                moments: self
                    .gradients
                    .as_ref()
                    .map(|gradients| gradients[mode].at(self.live.label_noise_std)),
                is_lost: self.holds[mode].is_some_and(Hold::is_loss),
            };
            watch.observe(mode, sample, |kind| push(log, n_dropped, now, kind));
        }
        self.update_stages();
        let watches = &self.watches;
        let learned = |mode: usize| watches[mode].events().learned.is_some();
        self.activity = Some(Activity::of(&self.stages, drifts, learned));
        self.update_plateau(now);
    }

    /// Takes in a change of the live parameters, made when `step` steps were done. A second change at the same step takes the
    /// place of the first.
    pub fn set_live(&mut self, step: u64, time: f64, live: LiveParams) {
        if live == self.set {
            return;
        }
        (self.set, self.live) = (live, live);
        self.take_laws();
        let kind = EventKind::ParameterChanged { live };
        match self.log.back_mut() {
            Some(Event {
                step: last,
                kind: last_kind @ EventKind::ParameterChanged { .. },
                ..
            }) if *last == step => *last_kind = kind,
            Some(_) | None => push(&mut self.log, &mut self.n_dropped, Moment { step, time }, kind),
        }
    }

    /// Takes in that the run diverged; later rows are passed over.
    pub fn diverge(&mut self, step: u64, time: f64) {
        if self.activity != Some(Activity::Diverged) {
            self.activity = Some(Activity::Diverged);
            push(
                &mut self.log,
                &mut self.n_dropped,
                Moment { step, time },
                EventKind::Diverged,
            );
        }
    }

    /// What is known of every mode.
    pub fn modes(&self) -> impl ExactSizeIterator<Item = ModeEvents> + '_ {
        self.watches.iter().map(ModeWatch::events)
    }

    /// The newest events, oldest first, from number `first` on. Events count from 0 over the whole run, those dropped
    /// included.
    pub fn events_from(&self, first: u64) -> impl Iterator<Item = &Event> + '_ {
        let skipped = first.saturating_sub(self.n_dropped);
        self.log
            .iter()
            .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
    }

    /// Number of events so far, those dropped included.
    pub fn n_events(&self) -> u64 {
        self.n_dropped + self.log.len() as u64
    }

    /// Number of events dropped from the log.
    pub fn n_dropped(&self) -> u64 {
        self.n_dropped
    }

    /// What is being learned now; `None` before the first row.
    pub fn activity(&self) -> Option<Activity> {
        self.activity
    }

    /// What is told of the same run without the teacher.
    pub fn blind(&self) -> Option<&BlindDetector> {
        self.blind.as_ref()
    }

    /// What is known of every one of the student's own pairs.
    pub fn pairs(&self) -> Vec<ModeEvents> {
        let pairs = self.blind.iter().flat_map(BlindDetector::pairs);
        pairs.map(|pair| pair.as_mode()).collect()
    }

    /// [`Self::activity`] in words; empty before the first row.
    pub fn headline(&self) -> Headline {
        self.activity.map_or_else(Headline::default, |activity| {
            activity.headline(&self.strengths, &self.laws, &self.holds, self.live.learning_rate)
        })
    }

    fn update_stages(&mut self) {
        let scales = self.laws.iter().map(ModeLaw::scale_strength);
        let fractions = self.strengths.iter().zip(scales).map(|(a, m)| a / m);
        if self.stages.is_empty() {
            self.stages.extend(fractions.map(Stage::at));
        } else {
            for (stage, fraction) in self.stages.iter_mut().zip(fractions) {
                *stage = stage.next(fraction);
            }
        }
        // A mode that is lost waits, wherever noise carries it, unless it had been learned before.
        for ((stage, hold), watch) in self.stages.iter_mut().zip(&self.holds).zip(&self.watches) {
            if hold.is_some_and(Hold::is_loss) && watch.events().learned.is_none() {
                *stage = Stage::Waiting;
            }
        }
    }

    fn update_plateau(&mut self, now: Moment) {
        let at_rest = !self.stages.contains(&Stage::Moving);
        let n_learned = self
            .stages
            .iter()
            .filter(|stage| **stage == Stage::Arrived)
            .count();
        let plateau = at_rest.then_some(n_learned);
        let before = std::mem::replace(&mut self.plateau, plateau);
        if before != plateau {
            let left = before.map(|n_learned| EventKind::PlateauLeft { n_learned });
            let entered = plateau.map(|n_learned| EventKind::PlateauEntered { n_learned });
            for kind in left.into_iter().chain(entered) {
                push(&mut self.log, &mut self.n_dropped, now, kind);
            }
        }
    }
}

fn laws(strengths: &[f64], batching: Batching, depth: usize, live: &LiveParams) -> Vec<ModeLaw> {
    let law = |&teacher_strength: &f64| batching.mode_law(depth, teacher_strength, live);
    strengths.iter().map(law).collect()
}

fn push(log: &mut VecDeque<Event>, n_dropped: &mut u64, now: Moment, kind: EventKind) {
    if log.len() == EventDetector::CAPACITY {
        log.pop_front();
        *n_dropped += 1;
    }
    log.push_back(Event {
        step: now.step,
        time: now.time,
        kind,
    });
}
