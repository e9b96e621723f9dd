//! What is measured of a network: loss, mode strengths, exact drift and diffusion, alignment, imbalance.
//!
//! An [`Observer`] turns the present weights into one row of numbers; a [`Schema`] says which number stands where. The same
//! row goes to the window's history and to CSV and NPZ files. [`events`] reads the rows one by one and tells what happened.

mod balance;
mod diffusion;
pub mod events;
mod lanes;
mod observer;
mod sample_variance;
mod schema;
mod singular_values;

pub use balance::pair_imbalances;
pub use diffusion::{ModeDynamics, ito_drift};
pub(crate) use lanes::{LaneModes, LaneObserver};
pub use observer::{Observer, with_decay};
pub use schema::{Quantity, Schema};
