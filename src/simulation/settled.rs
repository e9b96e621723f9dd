//! A settled mode measured and predicted: estimates with their errors ([`crate::stats::Series`]), next to what each law says.
//!
//! Four predictions, each with what it assumes:
//! - Boltzmann: one mode alone, layers balanced for ever, small steps;
//! - discrete: the full matrix about its minimum, layers balanced for ever, steps of finite length;
//! - present weights: the curvature of the weights as they are, `tau sigma^2 lambda_k / 2` with the correction for finite steps;
//! - noise balance: the weights at which the noise has stopped moving the balance of the layers ([`NoiseBalance`]).
//!
//! The last two are those of a network; they are given only where they hold: online data, SGD or Langevin dynamics with its noise,
//! and little shrinkage. The stationary law of the mode equation is exact for that equation alone.

use std::sync::Arc;

use super::stationary::ModeStatistics;
use crate::dynamics::LiveParams;
use crate::experiment::{DataKind, Dynamics, Engine, Experiment};
use crate::stats::{Measured, SeriesEstimates, ks_distance_of_histogram, ks_noise_level};
use crate::theory::{
    ModeLaw, Momentum, MomentumRule, NoiseBalance, NoisyNetwork, StationaryLaw, Steps,
    balance_relaxation_time, boltzmann_cumulative, discrete_matrix_variance, relaxation_rate, row_variance,
    to_second_order,
};

/// Probability, under a settled law, of what is called a drift.
const DRIFT_LEVEL: f64 = 0.01;
/// Relaxation times of the balance after which it counts as reached.
const RELAXATION_TIMES: f64 = 3.0;
/// Relative difference of the curvatures below which it does not matter whether the balance is reached.
const SAME_CURVATURE: f64 = 0.05;

/// What has been measured of a settled mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimates {
    /// Mean strength.
    pub mean: f64,
    /// Variance of the strength, divisor `n - 1`.
    pub variance: f64,
    /// Skewness of the strength; `None` while all values are equal.
    pub skewness: Option<f64>,
    /// The same with errors; `None` below 16 effective samples.
    pub with_errors: Option<SeriesEstimates>,
    /// Whether the second half of the values differs from the first, in mean or in spread, as it does once in fifty samples of a
    /// settled law.
    pub halves_differ: bool,
}

impl Estimates {
    /// Of a mode that has been counted at least twice.
    pub fn new(statistics: &ModeStatistics) -> Option<Self> {
        let moments = &statistics.moments;
        let drift = statistics.series.drift();
        Some(Self {
            mean: moments.mean()?,
            variance: moments.variance()?,
            skewness: moments.skewness(),
            with_errors: statistics.series.estimates(),
            halves_differ: drift.is_some_and(|drift| drift.is_found(DRIFT_LEVEL)),
        })
    }
}

/// The law of a whole network under label noise, where it is known.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkLaw {
    /// The noise balance, to second order in the learning rate where that can be had.
    pub balance: NoiseBalance,
    /// Time in which the balance is approached.
    relaxation_time: Option<f64>,
    steps: Steps,
}

impl NetworkLaw {
    /// Of an experiment under the given parameters; `None` for stored sets, for dynamics without the noise of SGD, without
    /// label noise, and where a hidden layer has fewer units than there are modes.
    pub fn new(experiment: &Experiment, live: &LiveParams) -> Option<Self> {
        let substeps = match experiment.dynamics() {
            Dynamics::Sgd | Dynamics::Nesterov => 1,
            Dynamics::Langevin => experiment.langevin.substeps.max(1),
            Dynamics::IsotropicLangevin | Dynamics::GradientFlow | Dynamics::Adam | Dynamics::RmsProp => {
                return None;
            }
        };
        let network = &experiment.network;
        if experiment.data.kind != DataKind::Online || live.label_noise_std <= 0.0 || !live.is_plain() {
            return None;
        }
        // Below a bottleneck what cannot be learned makes noise of its own.
        let rank = experiment.teacher.strengths.len();
        if network.hidden.iter().any(|width| *width < rank) {
            return None;
        }
        let steps = Steps {
            length: live.learning_rate / f64::from(substeps),
            noise_scale: live.noise_scale(),
        };
        let balance = NoiseBalance::new(NoisyNetwork {
            depth: network.depth(),
            d_in: network.d_in,
            d_out: network.d_out,
            teacher_strengths: experiment.teacher.strengths.clone(),
            label_noise_std: live.label_noise_std,
            noise_scale: live.noise_scale(),
        });
        Some(Self {
            relaxation_time: balance_relaxation_time(&balance),
            balance: to_second_order(&balance, &steps).unwrap_or(balance),
            steps,
        })
    }

    /// Mean strength of a mode at the noise balance, where the formula holds; zero for a lost mode.
    pub fn mean(&self, mode: usize) -> Option<f64> {
        if self.balance.is_lost(mode) {
            return Some(0.0);
        }
        { self.balance.strengths().get(mode).copied() }.filter(|_| self.balance.mean_holds(mode))
    }

    /// Variance of a mode at the noise balance with steps of finite length, where the formula holds.
    pub fn variance(&self, mode: usize) -> Option<f64> {
        let variance = self.balance.discrete_variance(mode, &self.steps);
        variance.filter(|_| self.balance.variance_holds(mode))
    }

    /// Variance of a mode at weights of curvature `lambda_k` along it, whose row relaxes at rates of the given sum; where the
    /// formula holds.
    pub fn present_variance(&self, mode: usize, curvature: f64, row_rate: Option<f64>) -> Option<f64> {
        let network = self.balance.network();
        let n_others = network.d_in.saturating_sub(1);
        let others = row_rate.map_or(0.0, |sum| (sum - curvature).max(0.0) / n_others.max(1) as f64);
        let rates = std::iter::once(curvature).chain(std::iter::repeat_n(others, n_others));
        let variance = row_variance(rates, curvature, &self.steps, network.label_noise_std);
        variance.filter(|_| self.balance.variance_holds(mode))
    }

    /// Time in which the layers approach the noise balance.
    pub fn relaxation_time(&self) -> Option<f64> {
        self.relaxation_time
    }

    /// Whether the weights can still be on their way to the noise balance after `time` of training: the clock has not run out, and
    /// the curvature is not that of the balance.
    pub fn is_on_its_way(&self, mode: usize, curvature: Option<f64>, time: f64) -> bool {
        let clock_runs = self
            .relaxation_time
            .is_some_and(|relaxation| time < RELAXATION_TIMES * relaxation);
        let differs = match (curvature, self.balance.curvature(mode)) {
            (Some(present), Some(balanced)) if balanced > 0.0 => {
                (present / balanced).ln().abs() > SAME_CURVATURE
            }
            _ => true,
        };
        clock_runs && differs
    }
}

/// Variance of mode number `mode` of a network at rest, of steps of finite length, linearised about the balanced minimum: of SGD, with
/// the momentum of `engine`. `columns` has a strength for every input direction. `None` where the mean square grows, and with weight decay.
pub fn discrete_variance_of(
    engine: Engine,
    columns: &[f64],
    mode: usize,
    depth: usize,
    live: &LiveParams,
) -> Option<f64> {
    let (eta, sigma) = (live.learning_rate, live.label_noise_std);
    let batch_size = usize::try_from(live.batch_size).unwrap_or(usize::MAX);
    if live.has_decay() {
        return None;
    }
    if !live.has_momentum() {
        return discrete_matrix_variance(columns, mode, depth, eta, batch_size, sigma);
    }
    let momentum = Momentum {
        rule: if engine == Engine::Nesterov {
            MomentumRule::Nesterov
        } else {
            MomentumRule::HeavyBall
        },
        momentum: live.momentum,
    };
    let own = *columns.get(mode)?;
    let rates = columns.iter().map(|&column| relaxation_rate(own, column, depth));
    let steps = Steps::of_sgd(eta, batch_size);
    momentum.row_variance(rates, relaxation_rate(own, own, depth), &steps, sigma)
}

/// What theory predicts for a settled mode of a network on the online stream.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The law of the mode equation.
    pub law: ModeLaw,
    /// Its stationary law, exact for the mode equation.
    pub exact: StationaryLaw,
    /// Variance of discrete SGD of the full matrix about the balanced minimum; `None` where its mean square grows, and for other
    /// dynamics.
    pub discrete_variance: Option<f64>,
    /// The law of the network, where it is known.
    pub network: Option<Arc<NetworkLaw>>,
    mode: usize,
}

impl Prediction {
    /// For mode number `mode` of an experiment under the given parameters, of law `law`; `None` for a stored set and for dynamics
    /// without the noise of SGD, which no stationary law of this program covers. `network` is shared by all modes.
    pub fn new(
        experiment: &Experiment,
        law: ModeLaw,
        network: Option<Arc<NetworkLaw>>,
        mode: usize,
        live: &LiveParams,
    ) -> Option<Self> {
        let dynamics = experiment.dynamics();
        if experiment.data.kind != DataKind::Online
            || !matches!(dynamics, Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin)
        {
            return None;
        }
        let strengths = &experiment.teacher.strengths;
        let mut padded = strengths.clone();
        padded.resize(experiment.network.d_in.max(strengths.len()), 0.0);
        let discrete_variance = discrete_variance_of(experiment.engine, &padded, mode, law.depth, live);
        Some(Self {
            exact: StationaryLaw::new(&law),
            discrete_variance: discrete_variance.filter(|_| dynamics != Dynamics::Langevin),
            law,
            network,
            mode,
        })
    }

    /// Mean at the noise balance.
    pub fn balanced_mean(&self) -> Option<f64> {
        self.network.as_ref()?.mean(self.mode)
    }

    /// Variance at the noise balance.
    pub fn balanced_variance(&self) -> Option<f64> {
        self.network.as_ref()?.variance(self.mode)
    }

    /// Variance at the present weights, by the mean curvature over the counted values.
    pub fn present_variance(&self, statistics: &ModeStatistics) -> Option<f64> {
        let curvature = statistics.mean_curvature()?;
        let network = self.network.as_ref()?;
        network.present_variance(self.mode, curvature, statistics.row_rate)
    }

    /// The predicted variances by name, as far as there are any: each assumes something else, see the crate's table of claims.
    pub fn variances(&self, statistics: &ModeStatistics) -> Vec<(&'static str, f64)> {
        let named = [
            ("Boltzmann", Some(self.law.temperature())),
            ("discrete", self.discrete_variance),
            ("present weights", self.present_variance(statistics)),
            ("noise balance", self.balanced_variance()),
        ];
        let known = named
            .into_iter()
            .filter_map(|(name, variance)| Some((name, variance?)));
        known.collect()
    }

    /// The prediction that lies nearest to the measured variance, and inside its 95 % interval; `None` where none does.
    pub fn agreeing(&self, statistics: &ModeStatistics, variance: &Measured) -> Option<&'static str> {
        let distance = |predicted: f64| (predicted - variance.value).abs();
        { self.variances(statistics).into_iter() }
            .filter(|(_, predicted)| (variance.low..=variance.high).contains(predicted))
            .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)))
            .map(|(name, _)| name)
    }

    /// Kolmogorov-Smirnov distances of the measured values.
    pub fn distances(&self, statistics: &ModeStatistics, estimates: &Estimates) -> Distances {
        let histogram = &statistics.histogram;
        let exact = self
            .exact
            .as_density()
            .map(|density| ks_distance_of_histogram(histogram, |s| density.cumulative(s)));
        let boltzmann = (self.law.temperature() > 0.0)
            .then(|| ks_distance_of_histogram(histogram, |s| boltzmann_cumulative(&self.law, s)));
        Distances {
            exact,
            boltzmann,
            noise_level: estimates
                .with_errors
                .map(|found| ks_noise_level(found.n_effective_of_share, found.autocorrelation_time)),
        }
    }

    /// Whether what is measured still moves after `time` of training: by the values themselves, or by the clock of the balance.
    pub fn is_drifting(&self, statistics: &ModeStatistics, estimates: &Estimates, time: f64) -> bool {
        let by_clock =
            |network: &Arc<NetworkLaw>| network.is_on_its_way(self.mode, statistics.mean_curvature(), time);
        estimates.halves_differ || self.network.as_ref().is_some_and(by_clock)
    }
}

/// Kolmogorov-Smirnov distances between what was measured and the laws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// To the exact stationary law of the mode equation, where it has a density.
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
            ..LiveParams::default()
        };
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = vec![1.0];
        (experiment.network.d_in, experiment.network.d_out) = (1, 1);
        experiment.live = live;
        let law = experiment.mode_law(0, &live);
        let mut statistics = StationaryStatistics::new(&experiment);
        let mut generator = Streams::new(7).of(Purpose::Data);
        for i in 0..200_000_u64 {
            let z: f64 = StandardNormal.sample(&mut generator);
            statistics.push(16 * i, &[1.0 + law.temperature().sqrt() * z], &[2.0]);
        }
        let mode = &statistics.modes[0];
        let estimates = Estimates::new(mode).unwrap_or_else(|| unreachable!("counted"));
        // Five standard errors each: a false alarm in 2 million.
        let within = |value: f64, expected: f64, error: f64| (value - expected).abs() < 5.0 * error;
        let Some(found) = estimates.with_errors else {
            unreachable!("{estimates:?}")
        };
        assert!(within(found.mean.value, 1.0, found.mean.error), "{estimates:?}");
        let variance = found.variance;
        assert!(
            within(variance.value, law.temperature(), variance.error),
            "{estimates:?}"
        );
        assert!(
            found
                .skewness
                .is_some_and(|(skewness, error)| within(skewness, 0.0, error))
        );
        let network = NetworkLaw::new(&experiment, &live).map(Arc::new);
        let Some(prediction) = Prediction::new(&experiment, law, network, 0, &live) else {
            unreachable!("online")
        };
        let distances = prediction.distances(mode, &estimates);
        let (Some(boltzmann), Some(exact), Some(level)) =
            (distances.boltzmann, distances.exact, distances.noise_level)
        else {
            unreachable!("{distances:?}")
        };
        // The probability of twice the 5 % level is 2 exp(-2 (2 * 1.358)^2), below 1e-6; the exact law is another one.
        assert!(boltzmann < 2.0 * level && exact > 2.0 * level, "{distances:?}");
        // One input and one output: balance is kept, and the discrete law of the present weights is the known one.
        let present = prediction.present_variance(mode);
        let ratio = present.zip(prediction.discrete_variance).map(|(a, b)| a / b);
        assert!(
            ratio.is_some_and(|ratio| (ratio - 1.0).abs() < 1e-12),
            "{prediction:?}"
        );
        // Of four predictions that nearly coincide one is named; of a variance that is twice as large, none.
        assert!(prediction.agreeing(mode, &variance).is_some());
        let twice = Measured {
            value: 2.0 * variance.value,
            low: 2.0 * variance.low,
            high: 2.0 * variance.high,
            ..variance
        };
        assert_eq!(prediction.agreeing(mode, &twice), None);
        assert!(!prediction.is_drifting(mode, &estimates, 1e-3 * 200_000.0));
    }
}
