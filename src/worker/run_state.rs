//! What the worker is doing.

/// What the worker is doing, as it confirms it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Nothing is loaded.
    #[default]
    Empty,
    /// Waiting.
    Paused,
    /// Taking steps.
    Running,
    /// The first trajectory diverged; no further step will be taken.
    Diverged,
}
