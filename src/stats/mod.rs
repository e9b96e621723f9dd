//! Statistics of streams and samples: plain numbers in, plain numbers out.
//!
//! - [`Moments`]: running mean, variance, skewness and kurtosis, mergeable.
//! - [`Histogram`]: a histogram of bounded size that widens by itself.
//! - [`ValueBars`]: a histogram of a sample at hand.
//! - [`quantile`]: quantiles by selection; [`Summary`]: mean, spread and two quantiles of a sample.
//! - [`Series`]: a correlated series in bounded memory: means and variances with honest intervals, effective sample sizes, drift.
//! - [`ks_distance`] and its relatives: how far a sample is from a law.
//!
//! Nothing here panics on a NaN: values that are not finite are counted apart.

mod bars;
mod goodness_of_fit;
mod histogram;
mod long_run;
mod moments;
mod quantiles;
mod series;
mod student;
mod summary;

pub use bars::ValueBars;
pub use goodness_of_fit::{
    kolmogorov_survival, ks_critical_distance, ks_distance, ks_distance_of_histogram, ks_noise_level,
    ks_p_value,
};
pub use histogram::{Bars, Histogram};
pub use long_run::LongRun;
pub use moments::Moments;
pub use quantiles::quantile;
pub use series::{Drift, Measured, Series, SeriesEstimates};
pub use summary::{Summary, mean_and_variance};
