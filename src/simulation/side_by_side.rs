//! Runs of one experiment that take their steps side by side, four at a time, each bit for bit what it is alone.
//!
//! [`Quartet`] drives four simulations at the same step with the same parameters. While nothing is out of the ordinary they move in the
//! lanes of vectors ([`SgdLanes`], [`LangevinLanes`]). Where something may have been, they go back to where they were last known
//! and each goes on alone, so that a divergence is found at its own step; the others are joined again later.

use std::any::Any;

use nalgebra::DMatrix;

use crate::dynamics::{Anisotropic, Engine, LaneNetwork, Langevin, LangevinLanes, LiveParams, Sgd, SgdLanes};
use crate::model::DeepLinearNetwork;
use crate::products::lanes::{self, LANES};

use super::Simulation;

/// Steps after which the members are known anew. Going back costs as many steps of four engines.
const STEPS_BETWEEN_SAVES: u64 = 1024;

/// Fewer steps at once are not worth the way into the lanes.
const FEW_STEPS: u64 = 16;
/// Most weights of a network that moves in lanes: four of more would not stay in the fastest cache, and the engines' own
/// vectors are full.
const MOST_WEIGHTS: usize = 768;

/// Work space of four runs. It may be used for any four that differ in their streams alone, one after the other, with
/// [`Self::begin`] in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quartet {
    lanes: Option<Lanes>,
    saved: Option<Saved>,
    /// Whether the weights in the lanes are those of the members, which may be behind.
    is_ahead: bool,
}

#[derive(Clone, Debug)]
enum Lanes {
    Sgd(Box<SgdLanes>),
    Langevin(Box<LangevinLanes>),
    /// No lanes for these engines, or they were left for good.
    None,
}

/// Engines and weights at a step.
#[derive(Clone, Debug)]
struct Saved {
    step: u64,
    members: Vec<(Box<dyn Engine>, DeepLinearNetwork)>,
}

impl Quartet {
    /// Four other runs like those before.
    pub(crate) fn begin(&mut self) {
        self.saved = None;
        self.is_ahead = false;
        if matches!(self.lanes, Some(Lanes::None)) {
            self.lanes = None;
        }
    }

    /// Takes steps in `members` until `step` have been taken in all.
    pub(crate) fn advance_to(&mut self, members: &mut [&mut Simulation], step: u64) {
        self.advance_ahead(members, step);
        self.bring_back(members);
    }

    /// The same, but the weights may stay in the lanes, for [`Self::weights`] and the next steps: those of the members are undefined
    /// until [`Self::bring_back`]. The way into the lanes and back costs as much as a step or two.
    pub(crate) fn advance_ahead(&mut self, members: &mut [&mut Simulation], step: u64) {
        while let Some((from, step)) = self.common_step(members, step) {
            let is_fresh = self.saved.as_ref().is_some_and(|saved| {
                // A change of parameters since then could not be taken back.
                let changed_at = members.iter().map(|member| member.course.changed_at).max();
                (changed_at.unwrap_or(0)..=from).contains(&saved.step)
                    && from - saved.step < STEPS_BETWEEN_SAVES
            });
            if !is_fresh {
                self.save(members, from);
            }
            let saved_step = self.saved.as_ref().map_or(from, |saved| saved.step);
            let to = step.min(saved_step + STEPS_BETWEEN_SAVES);
            if !self.advance_lanes(members, to - from) {
                self.restore(members);
                self.lanes = Some(Lanes::None);
                break;
            }
            for member in members.iter_mut() {
                member.clock.advance(to - from);
            }
            if members
                .iter()
                .any(|member| !member.experiment.schedule.is_empty())
            {
                // What a schedule waits for is seen in the weights.
                self.bring_back(members);
                for member in members.iter_mut() {
                    member.follow_schedule();
                }
            }
        }
        if members.iter().all(|member| member.step() == step) {
            return;
        }
        self.bring_back(members);
        for member in members {
            // A divergence is kept by the run and counted when asked for.
            let _outcome = member.advance_to(step);
        }
    }

    /// Weights of every layer of the four members in the lanes of vectors, where they are ahead of those of the members.
    pub(crate) fn weights(&self) -> Option<&[Vec<f64>]> {
        let network = self.lanes.as_ref().filter(|_| self.is_ahead)?.network()?;
        Some(network.weights())
    }

    /// Makes the weights of the members the present ones.
    pub(crate) fn bring_back(&mut self, members: &mut [&mut Simulation]) {
        let network = { self.lanes.as_ref().filter(|_| self.is_ahead) }.and_then(Lanes::network);
        let networks = all(members.iter_mut().map(|member| Some(&mut member.network)));
        if let Some((network, networks)) = network.zip(networks) {
            network.store(networks);
        }
        self.is_ahead = false;
    }

    /// The step of all members, if they can go on side by side from there, and how far, on the way to `step`.
    fn common_step(&mut self, members: &[&mut Simulation], step: u64) -> Option<(u64, u64)> {
        let first = members.first().filter(|_| members.len() == LANES)?;
        let from = first.step();
        // Lanes know the gradient's own steps alone; with momentum or decay each goes on by itself until they are off again.
        if from >= step || matches!(self.lanes, Some(Lanes::None)) || !first.course.live.is_plain() {
            return None;
        }
        let alike = members.iter().all(|member| {
            member.step() == from && member.divergence.is_none() && member.course.live == first.course.live
        });
        // Where a schedule changes something every few steps, lanes are not worth the way into them and back.
        let until = members.iter().map(|member| member.steady_until()).min();
        let until = until.unwrap_or(step).min(step);
        if !alike || (until < step && until - from < FEW_STEPS) {
            return None;
        }
        let lanes = self.lanes.get_or_insert_with(|| Lanes::of(members));
        (!matches!(lanes, Lanes::None)).then_some((from, until))
    }

    fn save(&mut self, members: &mut [&mut Simulation], step: u64) {
        self.bring_back(members);
        let state = |member: &&mut Simulation| (member.engine.clone(), member.network.clone());
        self.saved = Some(Saved {
            step,
            members: members.iter().map(state).collect(),
        });
    }

    /// Puts the members back to where they were saved.
    fn restore(&mut self, members: &mut [&mut Simulation]) {
        self.is_ahead = false;
        let Some(saved) = self.saved.take() else { return };
        for (member, (engine, network)) in members.iter_mut().zip(saved.members) {
            member.clock.go_back_to(saved.step);
            member.engine = engine;
            member.network = network;
        }
    }

    fn advance_lanes(&mut self, members: &mut [&mut Simulation], n_steps: u64) -> bool {
        let Some(lanes) = &mut self.lanes else {
            return false;
        };
        let Some(live) = members.first().map(|member| member.course.live) else {
            return false;
        };
        if !self.is_ahead {
            let networks = all(members.iter().map(|member| Some(&member.network)));
            let Some((network, networks)) = lanes.network_mut().zip(networks) else {
                return false;
            };
            network.load(networks);
        }
        let engines = members.iter_mut().map(|member| &mut *member.engine);
        self.is_ahead = match lanes {
            Lanes::Sgd(lanes) => {
                all(engines.map(sgd_mut)).is_some_and(|engines| lanes.advance(engines, &live, n_steps))
            }
            Lanes::Langevin(lanes) => {
                all(engines.map(langevin_mut)).is_some_and(|engines| lanes.advance(engines, &live, n_steps))
            }
            Lanes::None => false,
        };
        self.is_ahead
    }
}

impl Lanes {
    /// Work space for runs like these.
    fn of(members: &[&mut Simulation]) -> Self {
        let Some(first) = members.first() else {
            return Self::None;
        };
        let network = &first.network;
        let widths = network.widths();
        let same = members.iter().all(|member| member.network.widths() == widths);
        let n_weights: usize = network.weights().iter().map(DMatrix::len).sum();
        if !same || n_weights > MOST_WEIGHTS || !lanes::are_there() {
            return Self::None;
        }
        let engines = || members.iter().map(|member| &*member.engine);
        if let Some(engines) = all(engines().map(sgd)) {
            Self::Sgd(Box::new(SgdLanes::new(engines, network)))
        } else if let Some(engines) = all(engines().map(langevin)) {
            Self::Langevin(Box::new(LangevinLanes::new(engines, network)))
        } else {
            Self::None
        }
    }

    fn network(&self) -> Option<&LaneNetwork> {
        match self {
            Self::Sgd(lanes) => Some(lanes.network()),
            Self::Langevin(lanes) => Some(lanes.network()),
            Self::None => None,
        }
    }

    fn network_mut(&mut self) -> Option<&mut LaneNetwork> {
        match self {
            Self::Sgd(lanes) => Some(lanes.network_mut()),
            Self::Langevin(lanes) => Some(lanes.network_mut()),
            Self::None => None,
        }
    }
}

/// Four of a kind, if there are four and all are of it.
fn all<T>(mut each: impl Iterator<Item = Option<T>>) -> Option<[T; LANES]> {
    let four = [each.next()??, each.next()??, each.next()??, each.next()??];
    each.next().is_none().then_some(four)
}

/// SGD whose steps are the gradient's own where there is no momentum and no decay.
fn sgd(engine: &dyn Engine) -> Option<&Sgd> {
    let engine: &Sgd = (engine as &dyn Any).downcast_ref()?;
    engine.is_plain(&LiveParams::default()).then_some(engine)
}

fn sgd_mut(engine: &mut dyn Engine) -> Option<&mut Sgd> {
    (engine as &mut dyn Any).downcast_mut()
}

fn langevin(engine: &dyn Engine) -> Option<&Anisotropic> {
    (engine as &dyn Any).downcast_ref::<Langevin>()?.online()
}

fn langevin_mut(engine: &mut dyn Engine) -> Option<&mut Anisotropic> {
    (engine as &mut dyn Any).downcast_mut::<Langevin>()?.online_mut()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::experiment::{
        Course, CourseKind, DataKind, Engine, Experiment, InitScheme, LiveParams, Sampling,
    };
    use crate::random::Streams;

    /// Four runs that differ in their streams.
    fn members(experiment: &Experiment) -> Vec<Simulation> {
        let simulation = Simulation::new(experiment).unwrap();
        let mut streams = Streams::new(experiment.seed);
        (0..LANES)
            .map(|_| {
                let member = simulation.restarted(&streams);
                streams = streams.next_replica();
                member
            })
            .collect()
    }

    /// Bits of step and weights.
    fn bits(simulation: &Simulation) -> (u64, Vec<u64>) {
        let weights = simulation.network.weights().iter().flatten();
        (
            simulation.step(),
            weights.map(|weight| weight.to_bits()).collect(),
        )
    }

    fn experiment(widths: &[usize], batch_size: u64) -> Experiment {
        let mut experiment = Experiment::default();
        let last = widths.len() - 1;
        experiment.network.d_in = widths[0];
        experiment.network.d_out = widths[last];
        experiment.network.hidden = widths[1..last].to_vec();
        let rank = widths.iter().copied().min().unwrap().min(2);
        experiment.teacher.strengths.truncate(rank);
        experiment.init.scheme = InitScheme::Gaussian;
        experiment.init.std = 0.3;
        experiment.live = LiveParams {
            learning_rate: 0.01,
            batch_size,
            label_noise_std: 0.5,
            ..LiveParams::default()
        };
        experiment
    }

    /// Moves the same four side by side and alone, by the same looks, and compares every bit; and a third time with their weights left in
    /// the lanes to the end.
    fn compare(experiment: &Experiment, changes: &[(u64, LiveParams)], must_have_lanes: bool) {
        let [mut together, mut ahead, mut alone] = [(); 3].map(|()| members(experiment));
        let (mut quartet, mut resident) = (Quartet::default(), Quartet::default());
        for &(step, live) in changes {
            quartet.advance_to(&mut together.iter_mut().collect::<Vec<_>>(), step);
            resident.advance_ahead(&mut ahead.iter_mut().collect::<Vec<_>>(), step);
            for (one, other) in together.iter_mut().zip(&mut alone) {
                let _outcome = other.advance_to(step);
                assert_eq!(bits(one), bits(other), "{step} {experiment:?}");
                assert_eq!(one.divergence(), other.divergence());
                one.set_live(live).unwrap();
            }
            for (lane, (one, other)) in ahead.iter_mut().zip(&mut alone).enumerate() {
                let found: Vec<u64> = match resident.weights() {
                    Some(layers) => {
                        let entries = layers.iter().flat_map(|layer| layer.as_chunks::<LANES>().0);
                        entries.map(|entry| entry[lane].to_bits()).collect()
                    }
                    None => bits(one).1,
                };
                assert_eq!((one.step(), found), bits(other), "{step} {experiment:?}");
                one.set_live(live).unwrap();
                other.set_live(live).unwrap();
            }
        }
        resident.bring_back(&mut ahead.iter_mut().collect::<Vec<_>>());
        for (one, other) in ahead.iter().zip(&alone) {
            assert_eq!(bits(one), bits(other), "{experiment:?}");
        }
        let has_lanes = !matches!(quartet.lanes, Some(Lanes::None) | None);
        assert_eq!(has_lanes, must_have_lanes && lanes::are_there(), "{experiment:?}");
    }

    #[test]
    fn every_run_is_bit_for_bit_what_it_is_alone() {
        let shapes: [&[usize]; 8] = [
            &[4, 4, 4],
            &[4, 10, 10, 10, 4],
            &[3, 5, 2],
            &[1, 1],
            &[5, 3],
            &[2, 13, 7],
            &[6, 4, 9, 5],
            &[1, 3, 1],
        ];
        for widths in shapes {
            for batch_size in [1, 2, 3, 32] {
                let mut experiment = experiment(widths, batch_size);
                let live = experiment.live;
                let noiseless = LiveParams {
                    label_noise_std: 0.0,
                    ..live
                };
                let other = LiveParams {
                    learning_rate: 0.004,
                    batch_size: batch_size + 1,
                    ..live
                };
                let changes = [(3, live), (70, noiseless), (101, other), (140, live)];
                compare(&experiment, &changes, true);
                experiment.engine = Engine::Langevin;
                compare(&experiment, &changes, true);
                experiment.langevin.substeps = 3;
                compare(&experiment, &changes, true);
                experiment.engine = Engine::Sgd;
                experiment.data.kind = DataKind::Dataset;
                experiment.data.n_samples = 9;
                for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
                    experiment.data.sampling = sampling;
                    compare(&experiment, &changes, true);
                }
            }
        }
    }

    #[test]
    fn long_runs_pass_the_points_at_which_they_are_saved() {
        let mut experiment = experiment(&[4, 4, 4], 1);
        let live = experiment.live;
        compare(&experiment, &[(1000, live), (1030, live), (5000, live)], true);
        experiment.engine = Engine::Langevin;
        compare(&experiment, &[(2500, live)], true);
    }

    #[test]
    fn a_divergence_is_found_at_its_own_step() {
        let mut n_diverged = 0;
        for seed in 0..6 {
            let mut experiment = experiment(&[4, 4, 4], 1);
            experiment.seed = seed;
            let live = LiveParams {
                // From stable to hopeless.
                learning_rate: 0.03 + 0.01 * seed as f64,
                ..experiment.live
            };
            experiment.live = live;
            let steps: Vec<_> = (1..40).map(|i| (i * 37, live)).collect();
            let mut runs = members(&experiment);
            let outcomes: Vec<_> = runs.iter_mut().map(|run| run.advance_to(39 * 37)).collect();
            n_diverged += outcomes
                .iter()
                .filter(|outcome| **outcome != crate::simulation::StepOutcome::Advanced)
                .count();
            let none = outcomes
                .iter()
                .all(|outcome| *outcome == crate::simulation::StepOutcome::Advanced);
            compare(&experiment, &steps, none);
        }
        assert!((1..24).contains(&n_diverged), "{n_diverged} of 24 diverged");
    }

    #[test]
    fn momentum_and_decay_go_alone_and_come_back() {
        for (engine, _) in Engine::ALL {
            for substeps in [1, 2] {
                let mut experiment = experiment(&[4, 5, 3], 2);
                experiment.engine = engine;
                experiment.langevin.substeps = substeps;
                let plain = experiment.live;
                let with = |momentum, weight_decay| LiveParams {
                    momentum,
                    weight_decay,
                    ..plain
                };
                // Velocities are forgotten where momentum goes off, also while the four move in lanes, and a run that begins with momentum
                // finds its way into them.
                for start in [with(0.0, 0.0), with(0.9, 0.0), with(0.5, 0.1)] {
                    experiment.live = start;
                    let changes = [
                        (40, with(0.9, 0.0)),
                        (80, plain),
                        (120, with(0.0, 0.1)),
                        (130, with(0.8, 0.1)),
                        (170, plain),
                        (1300, with(0.9, 0.0)),
                        (1340, with(0.0, 0.0)),
                        (1400, with(0.5, 0.2)),
                        (1440, plain),
                        (1480, plain),
                    ];
                    let has_lanes = matches!(engine, Engine::Sgd | Engine::Nesterov | Engine::Langevin);
                    compare(&experiment, &changes, has_lanes);
                }
            }
        }
    }

    /// A mode is learned at a step of each run's own, and the learning rate falls there.
    #[test]
    fn what_a_schedule_waits_for_is_seen_in_the_present_weights() {
        let mut experiment = experiment(&[4, 4, 4], 2);
        experiment.schedule.learning_rate = Some(Course {
            kind: CourseKind::WhenLearned,
            steps: None,
            from: None,
            to: Some(0.002),
            factor: None,
            mode: Some(1),
            points: Vec::new(),
        });
        let live = experiment.live;
        let mut run = members(&experiment).swap_remove(0);
        let _outcome = run.advance_to(800);
        assert_eq!(run.in_force().learning_rate.to_bits(), 0.002_f64.to_bits());
        let changes: Vec<_> = (1..=25).map(|i| (i * 32, live)).collect();
        compare(&experiment, &changes, true);
    }

    #[test]
    fn engines_without_lanes_go_alone() {
        let mut experiment = experiment(&[3, 4, 3], 2);
        let live = experiment.live;
        experiment.engine = Engine::GradientFlow;
        compare(&experiment, &[(10, live)], false);
        experiment.engine = Engine::Langevin;
        experiment.langevin.noise = crate::experiment::LangevinNoise::Isotropic;
        compare(&experiment, &[(10, live)], false);
    }
}
