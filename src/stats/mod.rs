//! Statistics of streams and samples: plain numbers in, plain numbers out.
//!
//! - [`Moments`]: running mean, variance, skewness and kurtosis, mergeable.
//! - [`Histogram`]: a histogram of bounded size that widens by itself.
//! - [`quantile`]: quantiles by selection; [`Summary`]: mean, spread and two quantiles of a sample.
//! - [`integrated_autocorrelation_time`], [`BlockAverages`]: how many independent samples a correlated series
//!   is worth.
//! - [`ks_distance`] and its relatives: how far a sample is from a law.
//!
//! Nothing here panics on a NaN: values that are not finite are counted apart.

mod autocorrelation;
mod goodness_of_fit;
mod histogram;
mod moments;
mod quantiles;
mod summary;

pub use autocorrelation::{BlockAverages, effective_sample_size, integrated_autocorrelation_time};
pub use goodness_of_fit::{
    kolmogorov_survival, ks_critical_distance, ks_distance, ks_distance_of_histogram, ks_p_value,
};
pub use histogram::{Bars, Histogram};
pub use moments::Moments;
pub use quantiles::quantile;
pub use summary::{Summary, mean_and_variance};
