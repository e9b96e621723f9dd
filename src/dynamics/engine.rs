//! What every engine can do. A run holds its engine as a `Box<dyn Engine>`, so a new one is a type that implements this trait and
//! a line where runs are set up (`simulation/engines.rs`).

use std::any::Any;
use std::fmt::Debug;

use nalgebra::DMatrix;

use super::LiveParams;
use super::blowup::Blowup;
use crate::model::DeepLinearNetwork;
use crate::random::Streams;

/// What moves the weights of a run.
pub trait Engine: Any + Debug + Send + Sync {
    /// Takes up to `n_steps` steps; gives how many were taken, bit for bit those of as many calls with one step.
    ///
    /// # Errors
    /// The [`Blowup`] of the first step that failed; the network is left as that step found it.
    fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>);

    /// The engine at the start of another run from `network` on the same data with the same options, its noise drawn from
    /// `streams`. What never changes is shared with this one rather than copied.
    fn restarted(&self, network: &DeepLinearNetwork, live: &LiveParams, streams: &Streams)
    -> Box<dyn Engine>;

    /// Takes note of other live parameters from the present weights on, if it holds anything that depends on them; most read them
    /// anew in every [`Self::advance`].
    fn set_live(&mut self, _network: &DeepLinearNetwork, _live: &LiveParams) {}

    /// Whether [`Self::set_live`] would change anything in it, so that a copy is needed to undo that.
    fn is_changed_by(&self, _live: &LiveParams) -> bool {
        false
    }

    /// What the run carries from step to step beside its weights, by name, one matrix of the shape of the weights for every layer:
    /// the velocity of momentum, the mean gradients of adaptive steps. Only what there is.
    fn carried(&self) -> Vec<(&'static str, Vec<DMatrix<f64>>)> {
        Vec::new()
    }

    /// Bytes that this engine holds at most, at any batch size it may be given, beside what it shares with others.
    fn n_bytes(&self) -> usize;

    /// A copy of this engine with its whole state.
    fn boxed(&self) -> Box<dyn Engine>;

    /// One step.
    ///
    /// # Errors
    /// [`Blowup`] where it cannot be taken; the network is then untouched.
    fn step(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        self.advance(network, live, 1).1
    }
}

impl Clone for Box<dyn Engine> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}
