//! Arithmetic of small matrices on the widest vectors of the processor, without the cost that a general library has for each
//! product. Everything is column-major; three layouts serve three uses:
//!
//! - [`matrix`]: matrices as they are, for what is measured of a network;
//! - [`panel`]: columns padded with zeros to whole vectors, for the steps of the engines ([`tiles`], [`outer_product`],
//!   [`entrywise`]): no product has a remainder to treat apart;
//! - [`lanes`]: every entry a vector, one lane a run, for four small networks that move together.
//!
//! The order of every sum is part of what a seed promises, so the layouts keep products of their own.

mod entrywise;
pub(crate) mod lanes;
mod matrix;
mod outer_product;
mod panel;
mod tiles;

pub(crate) use entrywise::{Squares, add_scaled, scale, sum_of_squares};
pub(crate) use matrix::{
    gram_distance_squared, multiply, multiply_columns, multiply_columns_transposed, multiply_transposed,
};
pub(crate) use outer_product::add_outer_product;
pub(crate) use panel::{Columns, LARGEST_COMMON_STRIDE, Panel, WIDEST, padded_widths};
pub(crate) use tiles::{ProductSizes, product, transposed_product};
