//! Exact drift and diffusion of every mode strength, for any weights (no alignment, no balance).
//!
//! With `p_l = A_l A_l^T u_k` and `q_l = B_l^T B_l v_k`, one SGD step changes `a_k = u_k^T W v_k` by
//! `-eta sum_l p_l^T Qbar q_l` to first order. Hence, online with white Gaussian inputs, `E = W - M`, `e_l = E^T p_l`:
//! - drift `mu_k = -sum_l p_l^T E q_l`;
//! - diffusion `D_k = tau sum_{l,j} [(e_l.e_j)(q_l.q_j) + (e_l.q_j)(e_j.q_l) + sigma^2 (p_l.p_j)(q_l.q_j)]`,
//!   the variance of one sample's change (Gaussian fourth moments) times `tau = eta / B`.
//!
//! For a stored set the drift has the set's own `E[Q]` and `D_k = tau Var_i(sum_l (p_l.e_i)(x_i.q_l))`, `e_i = W x_i - y_i`,
//! the population variance over its samples.
//!
//! - curvature `lambda_k = sum_l |A_l^T u_k|^2 |B_l v_k|^2`: second derivative of `1/2 |W - M|^2` along the mode, at which the mode
//!   relaxes near `W = M`; the sum over all entries of its row, `sum_l |A_l^T u_k|^2 |B_l|^2`, is the trace of that row.
//!
//! (Corlouer et al., arXiv 2604.06366, of which this is the form without the assumption of aligned and balanced weights.)

use nalgebra::DMatrix;

use super::sample_variance::SampleVariance;
use crate::dynamics::{Batching, LiveParams, Sampling};
use crate::memory::HeapBytes;
use crate::model::{PartialProducts, Risk};
use crate::products::{multiply, multiply_transposed};

/// Drift and diffusion of every mode, with the work space to compute them.
#[derive(Clone, Debug)]
pub struct ModeDynamics {
    /// `p_l`, one mode a column, `(d_out, r)` for every layer.
    left: Vec<DMatrix<f64>>,
    /// `q_l`, one mode a column, `(d_in, r)` for every layer.
    right: Vec<DMatrix<f64>>,
    /// `e_l`, one mode a column, `(d_in, r)` for every layer.
    error: Vec<DMatrix<f64>>,
    /// `A_l^T U` and `B_l V`, `(d_l, r)` and `(d_{l-1}, r)`.
    pulled_left: Vec<DMatrix<f64>>,
    pushed_right: Vec<DMatrix<f64>>,
    /// `E[Q]`, shape `(d_out, d_in)`.
    mean: DMatrix<f64>,
    drift: Vec<f64>,
    diffusion: Vec<f64>,
    curvature: Vec<f64>,
    /// For a stored set.
    samples: Option<SampleVariance>,
}

impl ModeDynamics {
    /// Work space for the modes of the teacher in networks with the given partial products.
    pub fn new(products: &PartialProducts, risk: &Risk) -> Self {
        Self::of_pairs(products, risk, risk.teacher().rank())
    }

    /// Work space for `rank` pairs of directions: see [`Self::update_along`].
    pub fn of_pairs(products: &PartialProducts, risk: &Risk, rank: usize) -> Self {
        let (d_out, d_in) = products.map().shape();
        let depth = products.above().len();
        let repeated = |rows: usize| vec![DMatrix::zeros(rows, rank); depth];
        Self {
            left: repeated(d_out),
            right: repeated(d_in),
            error: repeated(d_in),
            pulled_left: products
                .above()
                .iter()
                .map(|a| DMatrix::zeros(a.ncols(), rank))
                .collect(),
            pushed_right: products
                .below()
                .iter()
                .map(|b| DMatrix::zeros(b.nrows(), rank))
                .collect(),
            mean: DMatrix::zeros(d_out, d_in),
            drift: vec![0.0; rank],
            diffusion: vec![0.0; rank],
            curvature: vec![0.0; rank],
            samples: risk
                .dataset()
                .map(|dataset| SampleVariance::new(dataset, d_out, rank)),
        }
    }

    /// Drift `mu_k` of every mode, per unit time.
    pub fn drift(&self) -> &[f64] {
        &self.drift
    }

    /// Diffusion `D_k` of every mode, variance per unit time.
    pub fn diffusion(&self) -> &[f64] {
        &self.diffusion
    }

    /// `p_l`, `(d_out, r)`, of every layer.
    pub(super) fn left(&self) -> &[DMatrix<f64>] {
        &self.left
    }

    /// `q_l`, `(d_in, r)`, of every layer.
    pub(super) fn right(&self) -> &[DMatrix<f64>] {
        &self.right
    }

    /// `E[Q]^T p_l`, `(d_in, r)`, of every layer.
    pub(super) fn error(&self) -> &[DMatrix<f64>] {
        &self.error
    }

    /// `E[Q]`, shape `(d_out, d_in)`.
    pub(super) fn mean(&self) -> &DMatrix<f64> {
        &self.mean
    }

    /// Curvature `lambda_k` of every mode.
    pub fn curvature(&self) -> &[f64] {
        &self.curvature
    }

    /// Recomputes the curvatures alone, to the bit as [`Self::update`] does.
    pub fn update_curvature(&mut self, products: &PartialProducts, risk: &Risk) {
        let teacher = risk.teacher();
        for (l, (above, below)) in products.above().iter().zip(products.below()).enumerate() {
            multiply_transposed(above, teacher.left(), &mut self.pulled_left[l]);
            multiply(below, teacher.right(), &mut self.pushed_right[l]);
        }
        self.sum_curvature();
    }

    /// `sum_l |A_l^T u_k|^2 |B_l|^2` of every mode: the sum of the rates at which the entries of its row of `W - M` relax.
    pub fn row_rates(&self, products: &PartialProducts) -> Vec<f64> {
        let below: Vec<f64> = products.below().iter().map(DMatrix::norm_squared).collect();
        let rate = |mode: usize| {
            let layers = self.pulled_left.iter().zip(&below);
            layers
                .map(|(pulled, below)| pulled.column(mode).norm_squared() * below)
                .sum()
        };
        (0..self.curvature.len()).map(rate).collect()
    }

    /// Writes `(|A_l^T u_k| |B_l v_k|) / (|A_{l+1}^T u_k| |B_{l+1} v_k|)` of every pair of neighbouring layers and mode: how many times
    /// larger an aligned mode is in layer `l + 1` than in layer `l`. It is 1 where neither layer has any of the mode, and at most
    /// 1e12.
    pub fn write_balance_ratios(&self, ratios: &mut [f64]) {
        const LARGEST: f64 = 1e12;
        let rank = self.curvature.len();
        let side = |l: usize, mode: usize| {
            self.pulled_left[l].column(mode).norm() * self.pushed_right[l].column(mode).norm()
        };
        for (place, ratio) in ratios.iter_mut().enumerate() {
            let (pair, mode) = (place / rank, place % rank);
            let (below, above) = (side(pair, mode), side(pair + 1, mode));
            let is_empty = below.max(above) <= 0.0;
            *ratio = if is_empty {
                1.0
            } else {
                (below / above).clamp(LARGEST.recip(), LARGEST)
            };
        }
    }

    fn sum_curvature(&mut self) {
        for (mode, curvature) in self.curvature.iter_mut().enumerate() {
            let layers = self.pulled_left.iter().zip(&self.pushed_right);
            *curvature = layers
                .map(|(left, right)| left.column(mode).norm_squared() * right.column(mode).norm_squared())
                .sum();
        }
    }

    /// Recomputes everything for the weights behind `products`.
    pub fn update(&mut self, products: &PartialProducts, risk: &Risk, sampling: Sampling, live: &LiveParams) {
        let teacher = risk.teacher();
        self.update_along(products, risk, (teacher.left(), teacher.right()), sampling, live);
    }

    /// Drift, diffusion and curvature of `u_k^T W v_k` along other pairs of directions, held fixed: `lefts` `(d_out, r)` and `rights`
    /// `(d_in, r)`, a pair a column.
    pub fn update_along(
        &mut self,
        products: &PartialProducts,
        risk: &Risk,
        (lefts, rights): (&DMatrix<f64>, &DMatrix<f64>),
        sampling: Sampling,
        live: &LiveParams,
    ) {
        let sigma = live.label_noise_std;
        risk.mean_statistic(products.map(), sigma, &mut self.mean);
        for (l, (above, below)) in products.above().iter().zip(products.below()).enumerate() {
            multiply_transposed(above, lefts, &mut self.pulled_left[l]);
            multiply(above, &self.pulled_left[l], &mut self.left[l]);
            multiply(below, rights, &mut self.pushed_right[l]);
            multiply_transposed(below, &self.pushed_right[l], &mut self.right[l]);
            multiply_transposed(&self.mean, &self.left[l], &mut self.error[l]);
        }
        self.sum_curvature();
        let rank = self.drift.len();
        for mode in 0..rank {
            let layers = self.error.iter().zip(&self.right);
            self.drift[mode] = -layers
                .map(|(error, right)| error.column(mode).dot(&right.column(mode)))
                .sum::<f64>();
        }
        let tau = Batching::of(risk, sampling).noise_scale(live);
        if let Some((samples, dataset)) = self.samples.as_mut().zip(risk.dataset()) {
            let factors = (self.left.as_slice(), self.right.as_slice());
            samples.write(products.map(), dataset, sigma, factors, &mut self.diffusion);
        } else {
            self.online_variance(sigma);
        }
        for diffusion in &mut self.diffusion {
            *diffusion *= tau;
        }
    }

    /// Covariance per unit time of the strengths of two modes, for the weights last given to [`Self::update`] with the same arguments:
    /// online `tau sum_{l,k} [(e_l.e'_k)(q_l.q'_k) + (e_l.q'_k)(e'_k.q_l) + sigma^2 (p_l.p'_k)(q_l.q'_k)]`, the prime for the second
    /// mode, all pairs of layers; of a stored set the covariance of one sample's changes times `tau`. Of a mode with itself it is its
    /// diffusion.
    pub fn covariance(
        &mut self,
        products: &PartialProducts,
        risk: &Risk,
        sampling: Sampling,
        live: &LiveParams,
        (one, other): (usize, usize),
    ) -> f64 {
        let sigma = live.label_noise_std;
        let tau = Batching::of(risk, sampling).noise_scale(live);
        if let Some((samples, dataset)) = self.samples.as_mut().zip(risk.dataset()) {
            let factors = (self.left.as_slice(), self.right.as_slice());
            return tau * samples.covariance(products.map(), dataset, sigma, factors, (one, other));
        }
        let dot = |a: &DMatrix<f64>, b: &DMatrix<f64>| a.column(one).dot(&b.column(other));
        let mut sum = 0.0;
        for l in 0..self.left.len() {
            for k in 0..self.left.len() {
                let rights = dot(&self.right[l], &self.right[k]);
                sum += dot(&self.error[l], &self.error[k]) * rights
                    + dot(&self.error[l], &self.right[k]) * dot(&self.right[l], &self.error[k])
                    + sigma * sigma * dot(&self.left[l], &self.left[k]) * rights;
            }
        }
        tau * sum
    }

    /// Variance of one fresh sample's first-order change of every mode.
    fn online_variance(&mut self, sigma: f64) {
        let depth = self.left.len();
        for (mode, variance) in self.diffusion.iter_mut().enumerate() {
            let column = |vectors: &'_ [DMatrix<f64>], l: usize, v: &[DMatrix<f64>], k: usize| {
                vectors[l].column(mode).dot(&v[k].column(mode))
            };
            let mut sum = 0.0;
            for l in 0..depth {
                for k in 0..=l {
                    let rights = column(&self.right, l, &self.right, k);
                    let term = column(&self.error, l, &self.error, k) * rights
                        + column(&self.error, l, &self.right, k) * column(&self.error, k, &self.right, l)
                        + sigma.powi(2) * column(&self.left, l, &self.left, k) * rights;
                    sum += if l == k { term } else { 2.0 * term };
                }
            }
            *variance = sum.max(0.0);
        }
    }
}

/// Second-order (Ito) part of the drift of every mode, per unit time, for the online stream:
/// `tau sum_{l<k} p_k^T [E (tr(X E) I + (X E)^T) + sigma^2 X^T] q_l` with `X = B_k^T (W_{k-1} ... W_{l+1}) A_l^T`,
/// shape `(d_in, d_out)`. It is what the noise adds to the mean change of a step beyond `eta mu_k`; a step of finite size has
/// besides, noise or not, `eta^2 sum_{l<k} p_k^T E X E q_l` from the curvature along the mean gradient.
pub fn ito_drift(
    weights: &[DMatrix<f64>],
    products: &PartialProducts,
    teacher: &crate::model::Teacher,
    live: &LiveParams,
) -> Vec<f64> {
    let error = products.map() - teacher.map();
    let sigma_squared = live.label_noise_std.powi(2);
    let d_in = error.ncols();
    let (above, below) = (products.above(), products.below());
    let lefts: Vec<_> = above.iter().map(|a| a * a.tr_mul(teacher.left())).collect();
    let rights: Vec<_> = below.iter().map(|b| b.tr_mul(&(b * teacher.right()))).collect();
    let mut drift = vec![0.0; teacher.rank()];
    for l in 0..weights.len() {
        let mut between = DMatrix::identity(weights[l].nrows(), weights[l].nrows());
        for k in l + 1..weights.len() {
            // `between` is W_{k-1} ... W_{l+1}, counted from 1: the layers strictly between l and k.
            let x = below[k].tr_mul(&(&between * above[l].transpose()));
            let pulled = &x * &error;
            let bracket = &error * (DMatrix::identity(d_in, d_in) * pulled.trace() + pulled.transpose())
                + sigma_squared * x.transpose();
            for (mode, drift) in drift.iter_mut().enumerate() {
                *drift += lefts[k].column(mode).dot(&(&bracket * rights[l].column(mode)));
            }
            between = &weights[k] * between;
        }
    }
    for drift in &mut drift {
        *drift *= live.noise_scale();
    }
    drift
}

impl HeapBytes for ModeDynamics {
    fn heap_bytes(&self) -> usize {
        let vectors = self.left.heap_bytes() + self.right.heap_bytes() + self.error.heap_bytes();
        let halves = self.pulled_left.heap_bytes() + self.pushed_right.heap_bytes();
        let results = self.mean.heap_bytes() + self.drift.heap_bytes() + self.diffusion.heap_bytes();
        vectors + halves + results + self.samples.heap_bytes()
    }
}
