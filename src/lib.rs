//! saddlescope: see how stochastic gradient descent learns in deep linear networks.

pub mod dynamics;
pub mod experiment;
pub mod model;
pub mod observables;
pub mod random;
pub mod simulation;
pub mod theory;
mod whole_number;
