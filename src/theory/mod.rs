//! Closed forms: what the theory of stochastic gradient descent in deep linear networks predicts.
//!
//! Plain numbers in, plain numbers out; this room knows no network. One symbol has one meaning throughout:
//!
//! | symbol | name in code | meaning |
//! |---|---|---|
//! | `L` | `depth` | number of weight matrices |
//! | `m` | `teacher_strength` | singular value of the teacher |
//! | `s` | `strength` | strength of the student's mode in the teacher's basis |
//! | `sigma` | `label_noise_std` | standard deviation of the noise on each label |
//! | `eta`, `B` | `learning_rate`, `batch_size` | |
//! | `tau = eta/B` | `noise_scale` | |
//! | `t` | `time` | sum of learning rates over steps |
//! | `D` | `diffusion` | growth of the variance of `s` per unit time (no factor 1/2) |
//!
//! - [`ModeLaw`]: drift, diffusion and its peak, temperature, relaxation.
//! - [`StrengthCurve`], [`peak_lead`]: gradient flow of one mode, and how early the peak warns.
//! - [`plateau_levels`], [`rest_levels`]: the saddles' loss levels, without and with weight decay.
//! - [`largest_stable_learning_rate`] and its mean-square form; [`largest_decayed_curvature`]: what limits it with weight decay.
//! - [`Transport`]: the law of a mode's strength over time, from a point on.
//! - [`StationaryLaw`]: where a mode settles under label noise; [`boltzmann_density`] and
//!   [`discrete_matrix_variance`] are two approximations of it.
//! - [`NoiseBalance`]: where label noise takes a whole network; [`to_second_order`], [`slowest_balance_rate`].
//! - [`stored_variance`]: the variance of a mode trained on a stored set, drawn with replacement.
//! - [`Momentum`]: limits, roots and fluctuations of steps that keep a part of those before; [`weight_decay`]: where a mode ends then.
//! - [`growth_rate_near_zero`], [`fates`]: whether noise holds a mode at the saddle, or locks it out.
//!
//! Source: arXiv 2604.06366; what goes beyond the paper says so in its own file.

mod aligned_layers;
mod boltzmann;
mod decayed_curvature;
mod decayed_curve;
mod discrete_variance;
mod lock_out;
mod logistic_integral;
mod mode_law;
mod momentum;
mod near_zero;
mod noise_balance;
mod quantiles;
mod saddles;
mod stability;
mod stationary;
mod stored_law;
mod stored_variance;
mod strength_curve;
mod transport;
pub mod weight_decay;

pub use aligned_layers::{balance_relaxation_time, slowest_balance_rate, to_second_order};
pub use boltzmann::{boltzmann_cumulative, boltzmann_density, shifted_mean};
pub use decayed_curvature::{decayed_curvature, largest_decayed_curvature};
pub use discrete_variance::{
    Steps, discrete_matrix_variance, discrete_variance, relaxation_rate, row_variance,
};
pub use lock_out::{Fate, fates, least_learnable_weight, outer_damping};
pub use mode_law::ModeLaw;
pub use momentum::{Momentum, MomentumRule, Regime};
pub use near_zero::{growth_rate_near_zero, growth_rate_of_last_mode};
pub use noise_balance::{NoiseBalance, NoisyNetwork};
pub use quantiles::Quantiles;
pub use saddles::{plateau_level, plateau_levels, rest_levels};
pub use stability::{
    curvature, largest_mean_square_stable_learning_rate, largest_mean_square_stable_learning_rate_of_row,
    largest_stable_learning_rate,
};
pub use stationary::{StationaryDensity, StationaryLaw, trapping_number};
pub use stored_law::{ResidualMoments, StoredLaw};
pub use stored_variance::stored_variance;
pub use strength_curve::{StrengthCurve, peak_lead};
pub use transport::{Transport, Unresolved};
