//! Where label noise takes a whole network: the noise balance, in closed form for any depth and widths.
//!
//! Averaged over the fast fluctuations about `W = M`, online SGD descends
//!
//! ```text
//! 1/2 |W - M|^2 + (tau sigma^2 / 4) sum_l T_l,   T_l = |A_l|^2 |B_l|^2
//! ```
//!
//! (`A_l`, `B_l` the products of the layers above and below layer `l`; `sum_l T_l` is the trace of the Hessian). Among all
//! weights with the same product `W`, the sum of the `T_l` is least where all are equal to
//! `T = (d_in d_out)^(1/L) N^(2-2/L)`, `N` the sum of the singular values of `W`. There
//!
//! ```text
//! layer weights  w_1k^2 = d_in (N/T) s_k,  w_Lk^2 = d_out (N/T) s_k,  w_lk^2 = N^2/T between them
//! strengths      s_k = max(m_k - theta, 0),  theta = (tau sigma^2 / 2) (L-1) (d_in d_out)^(1/L) N^(1-2/L)
//! rates          c_ab = (d_in d_out)^(1/L) N^(1-2/L) [s_a/d_in + s_b/d_out + (L-2) s_a s_b / N]
//! variance       tau sigma^2 c_kk / 2
//! ```
//!
//! so every mode loses the same amount `theta` and one weaker than that is lost. `c_ab` is the rate at which entry `(a, b)` of
//! `W - M` (row: output, column: input) relaxes; a direction of no mode has `s = 0`.
//!
//! Domain: online Gaussian data, every width at least the number of modes, SGD or Langevin dynamics with its noise, steps with
//! `eta c (1 + 2/B) << 1`, and `theta << m_k`. Means are right to 1 % of `m_k` for `theta < 0.2 m_k`, variances to 3 % for
//! `theta < 0.1 m_k`: [`NoiseBalance::mean_holds`] and [`NoiseBalance::variance_holds`] tell.
//!
//! Beyond the paper (arXiv 2604.06366). Related: Gatmiry et al., arXiv 2306.13239 (flat minima and the nuclear norm).

use super::discrete_variance::{Steps, row_variance};

/// A mean is predicted where the shrinkage is below this share of the teacher's strength.
const LARGEST_SHRINKAGE_OF_MEAN: f64 = 0.2;
/// The same for a variance.
const LARGEST_SHRINKAGE_OF_VARIANCE: f64 = 0.1;

/// What the noise balance depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyNetwork {
    /// Number of weight matrices `L`, at least 1.
    pub depth: usize,
    /// Input dimension, at least the number of modes.
    pub d_in: usize,
    /// Output dimension, at least the number of modes.
    pub d_out: usize,
    /// Teacher strengths, each at least 0.
    pub teacher_strengths: Vec<f64>,
    /// Standard deviation `sigma` of the noise on each label, at least 0.
    pub label_noise_std: f64,
    /// Learning rate over batch size, `tau`, at least 0.
    pub noise_scale: f64,
}

impl NoisyNetwork {
    /// `tau sigma^2`.
    pub fn label_noise(&self) -> f64 {
        self.noise_scale * self.label_noise_std * self.label_noise_std
    }

    /// `(d_in d_out)^(1/L)`.
    fn widths_mean(&self) -> f64 {
        (self.d_in as f64 * self.d_out as f64).powf((self.depth as f64).recip())
    }
}

/// The noise-balanced point of a network: as made, to first order in the learning rate; see also [`to_second_order`](super::to_second_order).
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseBalance {
    network: NoisyNetwork,
    shrinkage: f64,
    strengths: Vec<f64>,
    nuclear_norm: f64,
    /// `w_lk^2` at index `k L + l`, zero for lost modes.
    squared_weights: Vec<f64>,
}

impl NoiseBalance {
    /// The noise balance of `network`.
    pub fn new(network: NoisyNetwork) -> Self {
        let shrinkage_at = |nuclear_norm: f64| -> f64 {
            let depth = network.depth as f64;
            // A single layer has no balance and loses nothing; two layers lose the same whatever the other modes do.
            let power = if network.depth <= 2 {
                1.0
            } else {
                nuclear_norm.powf(1.0 - 2.0 / depth)
            };
            0.5 * network.label_noise() * (depth - 1.0) * network.widths_mean() * power
        };
        let remaining = |shrinkage: f64| -> f64 {
            let strengths = network.teacher_strengths.iter();
            strengths.map(|m| (m - shrinkage).max(0.0)).sum()
        };
        // The sum of what is left falls as the sum that sets the shrinkage rises: one crossing.
        let (mut low, mut high) = (0.0, remaining(0.0));
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if remaining(shrinkage_at(middle)) > middle {
                low = middle;
            } else {
                high = middle;
            }
        }
        let nuclear_norm = f64::midpoint(low, high);
        let shrinkage = shrinkage_at(nuclear_norm);
        let strengths: Vec<f64> = network
            .teacher_strengths
            .iter()
            .map(|m| (m - shrinkage).max(0.0))
            .collect();
        let nuclear_norm: f64 = strengths.iter().sum();
        // `T / N`.
        let unit = network.widths_mean() * nuclear_norm.powf(1.0 - 2.0 / network.depth as f64);
        let mut squared_weights = Vec::with_capacity(network.depth * strengths.len());
        for &strength in &strengths {
            for layer in 0..network.depth {
                squared_weights.push(match layer {
                    _ if strength <= 0.0 => 0.0,
                    _ if network.depth == 1 => strength * strength,
                    0 => network.d_in as f64 * strength / unit,
                    _ if layer + 1 == network.depth => network.d_out as f64 * strength / unit,
                    _ => nuclear_norm / unit,
                });
            }
        }
        Self {
            network,
            shrinkage,
            strengths,
            nuclear_norm,
            squared_weights,
        }
    }

    /// The same network with other squared weights, at index `k L + l`.
    pub(super) fn with_squared_weights(&self, squared_weights: Vec<f64>) -> Self {
        let of_modes = squared_weights.chunks_exact(self.network.depth);
        let strengths: Vec<f64> = of_modes
            .map(|layers| layers.iter().product::<f64>().sqrt())
            .collect();
        Self {
            nuclear_norm: strengths.iter().sum(),
            strengths,
            squared_weights,
            ..self.clone()
        }
    }

    /// What it belongs to.
    pub fn network(&self) -> &NoisyNetwork {
        &self.network
    }

    /// `theta`: what every mode loses, and the strength below which a mode is lost.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// Mean strengths `s_k`; zero for a lost mode.
    pub fn strengths(&self) -> &[f64] {
        &self.strengths
    }

    /// Whether mode number `mode` is lost at equilibrium.
    pub fn is_lost(&self, mode: usize) -> bool {
        self.strengths.get(mode).is_some_and(|strength| *strength <= 0.0)
    }

    /// `N`, the sum of the strengths.
    pub fn nuclear_norm(&self) -> f64 {
        self.nuclear_norm
    }

    /// `T`, the common value of all `T_l = |A_l|^2 |B_l|^2`.
    pub fn layer_trace(&self) -> f64 {
        if self.network.depth <= 1 {
            return self.network.widths_mean();
        }
        let power = 2.0 - 2.0 / self.network.depth as f64;
        self.network.widths_mean() * self.nuclear_norm.powf(power)
    }

    /// Squared weight `w_lk^2` that layer number `layer` (from 0) gives to mode number `mode`; zero for a lost mode, `None` where
    /// there is no such layer or mode.
    pub fn squared_weight(&self, layer: usize, mode: usize) -> Option<f64> {
        let depth = self.network.depth;
        let index = (layer < depth).then_some(mode * depth + layer)?;
        self.squared_weights.get(index).copied()
    }

    /// `|w_(l+1)k| / |w_lk|`: ratio of neighbouring layers' weights, `layer` (from 0) the lower one; `None` for a lost mode.
    pub fn weight_ratio(&self, layer: usize, mode: usize) -> Option<f64> {
        let (above, below) = (
            self.squared_weight(layer + 1, mode)?,
            self.squared_weight(layer, mode)?,
        );
        (below > 0.0).then(|| (above / below).sqrt())
    }

    /// `c_ab`, the rate at which an entry of the error relaxes, for a row and a column that belong to a mode or to none: from the
    /// layers' weights, `sum_l prod_(j>l) w_ja^2 prod_(j<l) w_jb^2`.
    pub fn rate(&self, row: Option<usize>, column: Option<usize>) -> f64 {
        let depth = self.network.depth;
        let product = |mode: Option<usize>, layers: std::ops::Range<usize>| -> f64 {
            let weight = |layer| {
                mode.and_then(|mode| self.squared_weight(layer, mode))
                    .unwrap_or(0.0)
            };
            layers.map(weight).product()
        };
        (0..depth)
            .map(|layer| product(row, layer + 1..depth) * product(column, 0..layer))
            .sum()
    }

    /// `lambda_k = c_kk`: curvature of the loss along mode number `mode`; zero for a lost mode.
    pub fn curvature(&self, mode: usize) -> Option<f64> {
        (mode < self.strengths.len()).then(|| self.rate(Some(mode), Some(mode)))
    }

    /// Variance `tau sigma^2 lambda_k / 2` with short steps; `None` for a lost mode.
    pub fn variance(&self, mode: usize) -> Option<f64> {
        let curvature = self.curvature(mode).filter(|_| !self.is_lost(mode))?;
        Some(0.5 * self.network.label_noise() * curvature)
    }

    /// Variance with steps of finite length; `None` for a lost mode, or where the mean square of its row grows.
    pub fn discrete_variance(&self, mode: usize, steps: &Steps) -> Option<f64> {
        let n_modes = self.strengths.len();
        if mode >= n_modes || self.is_lost(mode) {
            return None;
        }
        let padding = self.network.d_in.saturating_sub(n_modes);
        let outside = self.rate(Some(mode), None);
        let rates = (0..n_modes).map(|column| self.rate(Some(mode), Some(column)));
        row_variance(
            rates.chain(std::iter::repeat_n(outside, padding)),
            self.rate(Some(mode), Some(mode)),
            steps,
            self.network.label_noise_std,
        )
    }

    /// Whether the mean of mode number `mode` is near enough to the teacher's strength for the formulas: `theta < 0.2 m_k`.
    pub fn mean_holds(&self, mode: usize) -> bool {
        self.shrinks_less_than(LARGEST_SHRINKAGE_OF_MEAN, mode)
    }

    /// The same for its variance: `theta < 0.1 m_k`.
    pub fn variance_holds(&self, mode: usize) -> bool {
        self.shrinks_less_than(LARGEST_SHRINKAGE_OF_VARIANCE, mode)
    }

    fn shrinks_less_than(&self, share: f64, mode: usize) -> bool {
        let teacher = self.network.teacher_strengths.get(mode);
        teacher.is_some_and(|teacher| self.shrinkage < share * teacher)
    }
}
