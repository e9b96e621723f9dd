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
mod tests;
