//! Gradient flow as an engine: each step of the learning rate moves the weights along the flow by as much time.

use super::LiveParams;
use super::blowup::Blowup;
use super::clock::Clock;
use super::engine::Engine;
use super::gradient_flow::GradientFlow;
use crate::memory::HeapBytes as _;
use crate::model::{DeepLinearNetwork, Risk};
use crate::random::Streams;

/// The engine of gradient flow.
#[derive(Clone, Debug)]
pub struct FlowEngine {
    flow: GradientFlow,
    /// Time along the flow.
    clock: Clock,
}

impl FlowEngine {
    /// Gradient flow on `risk` from the weights of `network` at time 0.
    pub fn new(network: &DeepLinearNetwork, risk: Risk, live: &LiveParams) -> Self {
        Self {
            flow: GradientFlow::new(network, risk, live.label_noise_std, 0.0),
            clock: Clock::new(live.learning_rate),
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
        Box::new(Self::new(network, self.flow.risk().clone(), live))
    }

    fn set_live(&mut self, network: &DeepLinearNetwork, live: &LiveParams) -> Option<Box<dyn Engine>> {
        let before = self.boxed();
        self.clock.set_learning_rate(live.learning_rate);
        self.flow
            .set_label_noise_std(network, live.label_noise_std, self.clock.time());
        Some(before)
    }

    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.flow.heap_bytes()
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
