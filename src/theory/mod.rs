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
//! - [`plateau_levels`]: the saddles' loss levels.
//! - [`largest_stable_learning_rate`] and its mean-square form.
//! - [`StationaryLaw`]: where a mode settles under label noise; [`boltzmann_density`] and
//!   [`discrete_matrix_variance`] are two approximations of it.
//!
//! Source: arXiv 2604.06366; what goes beyond the paper says so in its own file.

mod boltzmann;
mod discrete_variance;
mod logistic_integral;
mod mode_law;
mod saddles;
mod stability;
mod stationary;
mod strength_curve;

pub use boltzmann::{boltzmann_cumulative, boltzmann_density, shifted_mean};
pub use discrete_variance::{discrete_matrix_variance, discrete_variance, relaxation_rate};
pub use mode_law::ModeLaw;
pub use saddles::{plateau_level, plateau_levels};
pub use stability::{curvature, largest_mean_square_stable_learning_rate, largest_stable_learning_rate};
pub use stationary::{StationaryDensity, StationaryLaw, trapping_number};
pub use strength_curve::{StrengthCurve, peak_lead};
