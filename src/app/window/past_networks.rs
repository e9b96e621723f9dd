//! The network at an earlier moment, while it is found.

use crate::simulation::NetworkState;
use crate::worker::Job;

/// The network at an earlier moment, while it is found.
#[derive(Debug, Default)]
pub(super) struct PastNetworks {
    /// Run and step that were asked for last.
    pub(super) asked: Option<(u64, u64)>,
    pub(super) job: Option<Job<NetworkState>>,
}
