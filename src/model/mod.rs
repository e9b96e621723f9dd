//! What is trained: the teacher, the student network, its initial weights, the data it sees and the loss they make.
//!
//! Shapes: `W_l` is `(d_l, d_{l-1})` for `l = 1..L`, `d_0 = d_in`, `d_L = d_out`; matrices are column-major, samples are
//! columns.

mod dataset;
mod gradient_moments;
mod init;
mod least_squares;
mod network;
mod partial_products;
mod risk;
mod rotations;
mod stored_minimum;
mod teacher;

pub use dataset::{Dataset, DatasetError, NEGLIGIBLE_VARIANCE, whitening, whitening_on_support};
pub use gradient_moments::GradientMoments;
pub use init::Init;
pub use least_squares::LeastSquaresError;
pub use network::DeepLinearNetwork;
pub use partial_products::PartialProducts;
pub use risk::{Risk, SecondMoments};
pub(crate) use rotations::orthogonalize;
pub use stored_minimum::ModeAtMinimum;
pub use teacher::{Basis, Teacher, random_frame};
