//! Gradient flow as an engine: each step of the learning rate moves the weights along the flow by as much time.
//!
//! With momentum it is the limit of the heavy ball for small steps: the same path, passed through `1 / (1 - mu)` times as fast. Weight
//! decay is part of what flows down; the decoupled one, which momentum does not speed up, is weaker by `1 - mu` along that path.

use super::LiveParams;
use super::blowup::Blowup;
use super::clock::Clock;
use super::engine::Engine;
use super::gradient_flow::GradientFlow;
use super::optimizer::Decay;
use crate::memory::HeapBytes as _;
use crate::model::{DeepLinearNetwork, Risk};
use crate::random::Streams;

/// The engine of gradient flow.
#[derive(Clone, Debug)]
pub struct FlowEngine {
    flow: GradientFlow,
    /// Time along the flow.
    clock: Clock,
    decay: Decay,
}

/// Time along the flow of one step.
fn time_step(live: &LiveParams) -> f64 {
    if live.has_momentum() {
        live.learning_rate * live.momentum_gain()
    } else {
        live.learning_rate
    }
}

/// Decay per unit of that time.
fn decay_rate(live: &LiveParams, decay: Decay) -> f64 {
    match decay {
        Decay::Coupled => live.weight_decay,
        Decay::Decoupled => live.weight_decay * (1.0 - live.momentum),
    }
}

impl FlowEngine {
    /// Gradient flow on `risk` from the weights of `network` at time 0.
    pub fn new(network: &DeepLinearNetwork, risk: Risk, live: &LiveParams, decay: Decay) -> Self {
        let mut flow = GradientFlow::new(network, risk, live.label_noise_std, 0.0);
        flow.set_weight_decay(network, decay_rate(live, decay), 0.0);
        Self {
            flow,
            clock: Clock::new(time_step(live)),
            decay,
        }
    }
}

impl Engine for FlowEngine {
    fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        _live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>) {
        for step in 0..n_steps {
            let end = self.clock.time_after(1);
            if !self.flow.reaches(end) {
                // Step by step, so that the flow fails, if it does, at the same step however it is observed, and with the
                // weights of that step.
                let here = self.flow.advance_to(network, self.clock.time());
                if let Err(blowup) = here.and_then(|()| self.flow.advance_to(network, end)) {
                    return (step, Err(blowup));
                }
            }
            self.clock.advance(1);
        }
        (n_steps, self.flow.advance_to(network, self.clock.time()))
    }

    fn restarted(
        &self,
        network: &DeepLinearNetwork,
        live: &LiveParams,
        _streams: &Streams,
    ) -> Box<dyn Engine> {
        Box::new(Self::new(network, self.flow.risk().clone(), live, self.decay))
    }

    fn set_live(&mut self, network: &DeepLinearNetwork, live: &LiveParams) {
        self.clock.set_learning_rate(time_step(live));
        let time = self.clock.time();
        self.flow.set_label_noise_std(network, live.label_noise_std, time);
        self.flow
            .set_weight_decay(network, decay_rate(live, self.decay), time);
    }

    fn is_changed_by(&self, _live: &LiveParams) -> bool {
        true
    }

    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.flow.heap_bytes()
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
