//! What is trained: the teacher, the student network, its initial weights, the data it sees and the loss they make.
//!
//! Shapes: `W_l` is `(d_l, d_{l-1})` for `l = 1..L`, `d_0 = d_in`, `d_L = d_out`; matrices are column-major, samples are
//! columns.

mod dataset;
mod init;
mod least_squares;
mod network;
mod partial_products;
mod products;
mod risk;
mod teacher;

pub use dataset::{Dataset, DatasetError, whitened};
pub use init::Init;
pub use network::DeepLinearNetwork;
pub use partial_products::PartialProducts;
pub use products::{gram_distance_squared, multiply, multiply_transposed};
pub(crate) use products::{multiply_columns, multiply_columns_transposed};
pub use risk::{Risk, SecondMoments};
pub use teacher::{Basis, Teacher, random_frame};
