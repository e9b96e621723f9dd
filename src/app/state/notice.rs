//! What stands above the plots for a while: a notice, an offer, background work.

/// A line above the plots until it is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    pub(crate) is_trouble: bool,
}

/// A session from the previous start that may be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) seed: u64,
    pub(crate) n_steps: u64,
    pub(crate) n_changes: usize,
}

/// How far background work has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    pub(crate) name: String,
    /// From 0 to 1.
    pub(crate) share: f64,
}
