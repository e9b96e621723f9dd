//! The window's memory of a run: bounded, at every zoom level fine enough to draw.
//!
//! A [`History`] keeps buckets of neighbouring rows, each with first, last, least and greatest value of every column.
//! [`Pixels`] says which buckets stand in which pixel, and turns the visible part of a column into at most one cell a pixel. Neither knows where rows come from.

mod level;
mod store;
mod trace;

pub use level::{Bucket, Level};
pub use store::History;
pub use trace::{Cell, Pixels, Sight, Spacing, Trace};
