//! What is measured of a network: loss, mode strengths, exact drift and diffusion, alignment, imbalance.
//!
//! An [`Observer`] turns the present weights into one row of numbers; a [`Schema`] says which number stands where. The same
//! row goes to the window's history and to CSV and NPZ files. [`events`] reads the rows one by one and tells what happened.

mod balance;
mod decay;
mod diffusion;
pub mod events;
mod following;
mod gradient;
mod ito;
mod lanes;
mod observer;
mod own_noise;
mod probe;
mod sample_variance;
mod schema;
mod singular_pairs;

pub use balance::pair_imbalances;
pub use decay::with_decay;
pub use diffusion::{ModeDynamics, ito_drift};
pub use following::{MOST_FOLLOWED, PairFollower};
pub(crate) use lanes::{LaneModes, LaneObserver};
pub use observer::{Observer, PairDynamics};
pub use probe::{Probe, ProbeEstimate};
pub use schema::{Quantity, Schema};
pub use singular_pairs::SingularPairs;
