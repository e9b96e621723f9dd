//! What every engine can do. A run holds its engine as a `Box<dyn Engine>`, so a new one is a type that implements this trait and
//! a line where runs are set up (`simulation/engines.rs`).

use std::any::Any;
use std::fmt::Debug;

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

    /// Takes note of other live parameters from the present weights on. Gives the engine as it was, by which the change can be
    /// undone, if it holds anything that depends on them; most read them anew in every [`Self::advance`].
    fn set_live(&mut self, _network: &DeepLinearNetwork, _live: &LiveParams) -> Option<Box<dyn Engine>> {
        None
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
