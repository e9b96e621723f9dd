//! A settled mode measured and predicted: estimates with their standard errors, next to what each law says.
//!
//! Errors come from the effective sample size `n` of the correlated series: `sqrt(v/n)` for the mean, `v sqrt((k-1)/n)` for the
//! variance (`k` the kurtosis), and `sqrt(6/n)` for the skewness of a nearly Gaussian sample. Squares decorrelate faster than
//! the values themselves, so the latter two are on the safe side.

use super::stationary::ModeStatistics;
use crate::dynamics::LiveParams;
use crate::stats::{ks_critical_distance, ks_distance_of_histogram};
use crate::theory::{ModeLaw, StationaryLaw, boltzmann_cumulative, discrete_matrix_variance};

/// Share of samples of a law that the noise level of a distance covers.
const NOISE_LEVEL: f64 = 0.05;

/// A measured number and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its standard error; `None` while the sample is too short to tell.
    pub error: Option<f64>,
}

/// What has been measured of a settled mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimates {
    /// Mean strength.
    pub mean: Estimate,
    /// Variance of the strength.
    pub variance: Estimate,
    /// Skewness of the strength; `None` while all values are equal.
    pub skewness: Option<Estimate>,
    /// Effective sample size; `None` while the series is too short to tell.
    pub n_effective: Option<f64>,
}

impl Estimates {
    /// Of a mode that has been counted at least twice.
    pub fn new(statistics: &ModeStatistics) -> Option<Self> {
        let moments = &statistics.moments;
        let (mean, variance) = (moments.mean()?, moments.variance()?);
        let n_effective = statistics.blocks.effective_sample_size();
        let error = |scale: f64| n_effective.map(|n| scale / n.max(1.0).sqrt());
        let spread = moments
            .kurtosis()
            .map_or(0.0, |kurtosis| (kurtosis - 1.0).max(0.0).sqrt());
        Some(Self {
            mean: Estimate {
                value: mean,
                error: error(variance.sqrt()),
            },
            variance: Estimate {
                value: variance,
                error: error(variance * spread),
            },
            skewness: moments.skewness().map(|value| Estimate {
                value,
                error: error(6.0_f64.sqrt()),
            }),
            n_effective,
        })
    }
}

/// What theory predicts for a settled mode of a network on the online stream.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The law of the mode equation.
    pub law: ModeLaw,
    /// Its exact stationary law.
    pub exact: StationaryLaw,
    /// Variance of discrete SGD of the full matrix about the minimum; `None` where its mean square grows.
    pub discrete_variance: Option<f64>,
}

impl Prediction {
    /// For mode number `mode` of a teacher of these strengths, seen through `d_in` inputs.
    pub fn new(law: ModeLaw, strengths: &[f64], d_in: usize, mode: usize, live: &LiveParams) -> Self {
        let mut padded = strengths.to_vec();
        padded.resize(d_in.max(strengths.len()), 0.0);
        Self {
            exact: StationaryLaw::new(&law),
            discrete_variance: discrete_matrix_variance(
                &padded,
                mode,
                law.depth,
                live.learning_rate,
                usize::try_from(live.batch_size).unwrap_or(usize::MAX),
                live.label_noise_std,
            ),
            law,
        }
    }

    /// Kolmogorov-Smirnov distances of the measured values.
    pub fn distances(&self, statistics: &ModeStatistics) -> Distances {
        let histogram = &statistics.histogram;
        let exact = self
            .exact
            .as_density()
            .map(|density| ks_distance_of_histogram(histogram, |s| density.cumulative(s)));
        let boltzmann = (self.law.temperature() > 0.0)
            .then(|| ks_distance_of_histogram(histogram, |s| boltzmann_cumulative(&self.law, s)));
        let n_effective = statistics.blocks.effective_sample_size();
        Distances {
            exact,
            boltzmann,
            noise_level: n_effective.map(|n| ks_critical_distance(NOISE_LEVEL, n.max(1.0))),
        }
    }
}

/// Kolmogorov-Smirnov distances between what was measured and the laws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// To the exact stationary law, where it has a density.
    pub exact: Option<f64>,
    /// To the Boltzmann law, where its temperature is positive.
    pub boltzmann: Option<f64>,
    /// What a sample of the very law exceeds with probability 5 %, given the effective sample size.
    pub noise_level: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::random::{Purpose, Streams};
    use crate::simulation::StationaryStatistics;
    use rand_distr::{Distribution as _, StandardNormal};

    /// Values drawn from the Boltzmann law itself must lie within the stated errors of it.
    #[test]
    fn draws_of_a_law_agree_with_it_within_their_errors() {
        let live = LiveParams {
            learning_rate: 0.02,
            batch_size: 4,
            label_noise_std: 1.0,
        };
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = vec![1.0];
        experiment.live = live;
        let law = experiment.mode_law(0, &live);
        let mut statistics = StationaryStatistics::new(&experiment);
        let mut generator = Streams::new(7).of(Purpose::Data);
        for i in 0..200_000_u64 {
            let z: f64 = StandardNormal.sample(&mut generator);
            statistics.push(16 * i, &[1.0 + law.temperature().sqrt() * z]);
        }
        let mode = &statistics.modes[0];
        let estimates = Estimates::new(mode).unwrap_or_else(|| unreachable!("counted"));
        // Five standard errors each: a false alarm in 2 million.
        let within = |estimate: Estimate, expected: f64| {
            (estimate.value - expected).abs() < 5.0 * estimate.error.unwrap_or(0.0)
        };
        assert!(within(estimates.mean, 1.0), "{estimates:?}");
        assert!(within(estimates.variance, law.temperature()), "{estimates:?}");
        assert!(estimates.skewness.is_some_and(|skewness| within(skewness, 0.0)));
        let prediction = Prediction::new(law, &[1.0], 1, 0, &live);
        let distances = prediction.distances(mode);
        let (Some(boltzmann), Some(exact), Some(level)) =
            (distances.boltzmann, distances.exact, distances.noise_level)
        else {
            unreachable!("{distances:?}")
        };
        // The probability of twice the 5 % level is 2 exp(-2 (2 * 1.358)^2), below 1e-6; the exact law is another one.
        assert!(boltzmann < 2.0 * level && exact > 2.0 * level, "{distances:?}");
    }
}
