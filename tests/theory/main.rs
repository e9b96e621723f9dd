//! Closed forms and statistics against independent numbers.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod close;
mod discrete_variance;
mod extremes;
mod goodness_of_fit;
mod histogram;
mod mean_square;
mod mode_law;
mod moments_of_values;
mod momentum;
mod noise_balance;
mod series;
mod stationary_law;
mod strength_curve;
mod transport;
mod weight_decay;
