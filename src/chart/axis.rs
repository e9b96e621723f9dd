//! An axis of a picture: what it shows, how values are laid out along it, and its ticks.

use super::scale::Scale;
use super::ticks::{Tick, ticks};

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Quantity, symbol and unit.
    pub title: String,
    /// How values are laid out.
    pub scale: Scale,
    /// Positions at its ends.
    pub range: (f64, f64),
    /// Ticks inside the range, in order.
    pub ticks: Vec<Tick>,
    /// What is added to a position to give its value, on a linear axis whose values lie closer together than the digits of a
    /// position could tell.
    pub offset: f64,
}

impl Axis {
    /// An axis over a range with about `n_ticks` ticks.
    pub fn new(title: impl Into<String>, scale: Scale, range: (f64, f64), n_ticks: u32) -> Self {
        Self::with_offset(title, scale, range, n_ticks, 0.0)
    }

    /// An axis whose values are its positions and `offset`.
    pub fn with_offset(
        title: impl Into<String>,
        scale: Scale,
        range: (f64, f64),
        n_ticks: u32,
        offset: f64,
    ) -> Self {
        Self {
            title: title.into(),
            scale,
            range,
            ticks: ticks(scale, range, n_ticks, offset),
            offset,
        }
    }
}
