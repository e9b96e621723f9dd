//! saddlescope: see how stochastic gradient descent learns in deep linear networks.

#[cfg(feature = "gui")]
pub mod app;
pub mod cli;
pub mod dynamics;
pub mod experiment;
pub mod history;
pub mod model;
pub mod observables;
pub mod palette;
pub mod random;
pub mod session;
pub mod simulation;
pub mod stats;
pub mod theory;
mod whole_number;
pub mod worker;
