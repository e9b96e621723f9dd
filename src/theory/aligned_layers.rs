//! Aligned layers that need not be balanced: the averaged objective of [`NoiseBalance`](super::NoiseBalance) as a function of
//! every layer's weight `w_lk` of every mode.
//!
//! ```text
//! F(w) = 1/2 sum_k (s_k - m_k)^2 + 1/2 sum_ab f_ab c_ab(w),   s_k = prod_l w_lk
//! c_ab(w) = sum_l prod_(j>l) w_ja^2 prod_(j<l) w_jb^2         (empty product 1, a direction of no mode 0)
//! ```
//!
//! `f_ab = tau sigma^2 / 2` to first order in the learning rate. In `y_lk = ln w_lk^2` every term of the second sum is the
//! exponential of a sum of coordinates, so derivatives are sums over terms and the sum is convex. From it follow
//! - the means to second order: `f_ab = x_ab / c_ab`, with `x_ab` the variance of the entry under steps of finite length, is
//!   renewed between steps of Newton's method ([`to_second_order`]);
//! - the slowest rate at which aligned layers approach the noise balance ([`slowest_balance_rate`], [`balance_relaxation_time`]):
//!   `dw/dt = -dF/dw` with the products `s_k`, which relax fast, held fixed.
//!
//! Beyond the paper (arXiv 2604.06366).

use nalgebra::{Cholesky, DMatrix, DVector};

use super::NoiseBalance;
use super::discrete_variance::{Steps, row_variance};

/// Most weights `L r` that a matrix over all of them is made for.
const MOST_WEIGHTS: usize = 160;
/// Steps of Newton's method; each gains a factor of about `eta lambda`.
const NEWTON_STEPS: usize = 12;
/// Change of the strengths, relative to the largest, at which they are found.
const FOUND: f64 = 1e-13;

/// The modes that are left at the noise balance, with their layers' weights.
struct Layers {
    depth: usize,
    /// Number of each mode in the teacher.
    numbers: Vec<usize>,
    teacher: Vec<f64>,
    /// `y_lk = ln w_lk^2` at index `k * depth + l`.
    y: DVector<f64>,
    /// Output directions of no mode, input directions of no mode.
    empty_rows: f64,
    empty_columns: f64,
}

/// Coefficients `f` of the penalty: one per pair of modes, then those summed over the directions of no mode.
struct Penalty {
    pairs: DMatrix<f64>,
    /// Row of each mode with all columns of no mode.
    rows: Vec<f64>,
    /// Column of each mode with all rows of no mode.
    columns: Vec<f64>,
}

impl Layers {
    /// At the noise balance; `None` where no mode is left or there are too many weights.
    fn at(balance: &NoiseBalance) -> Option<Self> {
        let network = balance.network();
        let depth = network.depth;
        let numbers: Vec<usize> = (0..network.teacher_strengths.len())
            .filter(|&mode| !balance.is_lost(mode))
            .collect();
        let n_weights = depth * numbers.len();
        if depth < 2 || n_weights == 0 || n_weights > MOST_WEIGHTS {
            return None;
        }
        let mut y = Vec::with_capacity(n_weights);
        for &mode in &numbers {
            for layer in 0..depth {
                y.push(balance.squared_weight(layer, mode)?.ln());
            }
        }
        Some(Self {
            depth,
            teacher: numbers
                .iter()
                .map(|&mode| network.teacher_strengths[mode])
                .collect(),
            y: DVector::from_vec(y),
            empty_rows: network.d_out.saturating_sub(numbers.len()) as f64,
            empty_columns: network.d_in.saturating_sub(numbers.len()) as f64,
            numbers,
        })
    }

    fn strength(&self, mode: usize) -> f64 {
        (0.5 * self.y.rows(mode * self.depth, self.depth).sum()).exp()
    }

    /// `prod_(j>l) w_ja^2` for `l` from 0.
    fn above(&self, mode: usize, layer: usize) -> f64 {
        let first = mode * self.depth;
        self.y.rows(first + layer + 1, self.depth - layer - 1).sum().exp()
    }

    /// `prod_(j<l) w_jb^2` for `l` from 0.
    fn below(&self, mode: usize, layer: usize) -> f64 {
        self.y.rows(mode * self.depth, layer).sum().exp()
    }

    /// `c_ab` of two modes.
    fn rate(&self, row: usize, column: usize) -> f64 {
        (0..self.depth)
            .map(|layer| self.above(row, layer) * self.below(column, layer))
            .sum()
    }

    /// Rates of a mode with a direction of no mode: as the row, and as the column.
    fn rate_of_row(&self, mode: usize) -> f64 {
        self.above(mode, 0)
    }

    fn rate_of_column(&self, mode: usize) -> f64 {
        self.below(mode, self.depth - 1)
    }

    /// Every `f_ab = 1`.
    fn uniform_penalty(&self) -> Penalty {
        let n = self.numbers.len();
        Penalty {
            pairs: DMatrix::from_element(n, n, 1.0),
            rows: vec![self.empty_columns; n],
            columns: vec![self.empty_rows; n],
        }
    }

    /// `f_ab = x_ab / c_ab`; `None` where a mean square grows.
    fn penalty(&self, steps: &Steps, label_noise_std: f64) -> Option<Penalty> {
        let n = self.numbers.len();
        let mut pairs = DMatrix::zeros(n, n);
        let mut rows = vec![0.0; n];
        let mut columns = vec![0.0; n];
        let empty_columns = self.empty_columns as usize;
        for a in 0..n {
            let rates: Vec<f64> = (0..n).map(|b| self.rate(a, b)).collect();
            let outside = self.rate_of_row(a);
            let all = || {
                let rates = rates.iter().copied();
                rates.chain(std::iter::repeat_n(outside, empty_columns))
            };
            for b in 0..n {
                pairs[(a, b)] = row_variance(all(), rates[b], steps, label_noise_std)? / rates[b];
            }
            rows[a] = self.empty_columns * row_variance(all(), outside, steps, label_noise_std)? / outside;
        }
        // Every row of no mode is the same: the columns of the modes relax, the others stay.
        let outside: Vec<f64> = (0..n).map(|b| self.rate_of_column(b)).collect();
        for b in 0..n {
            let variance = row_variance(outside.iter().copied(), outside[b], steps, label_noise_std)?;
            columns[b] = self.empty_rows * variance / outside[b];
        }
        Some(Penalty { pairs, rows, columns })
    }

    /// Gradient and Hessian in `y` of `1/2 sum_ab f_ab c_ab`.
    fn penalty_derivatives(&self, penalty: &Penalty) -> (DVector<f64>, DMatrix<f64>) {
        let n = self.y.len();
        let (mut gradient, mut hessian) = (DVector::zeros(n), DMatrix::zeros(n, n));
        let mut add = |value: f64, indices: &[usize]| {
            for &i in indices {
                gradient[i] += 0.5 * value;
                for &j in indices {
                    hessian[(i, j)] += 0.5 * value;
                }
            }
        };
        let (depth, n_modes) = (self.depth, self.numbers.len());
        let above = |mode: usize, layer: usize| mode * depth + layer + 1..(mode + 1) * depth;
        let below = |mode: usize, layer: usize| mode * depth..mode * depth + layer;
        for a in 0..n_modes {
            for b in 0..n_modes {
                for layer in 0..depth {
                    let indices: Vec<usize> = above(a, layer).chain(below(b, layer)).collect();
                    let value = penalty.pairs[(a, b)] * self.above(a, layer) * self.below(b, layer);
                    add(value, &indices);
                }
            }
            let indices: Vec<usize> = above(a, 0).collect();
            add(penalty.rows[a] * self.rate_of_row(a), &indices);
            let indices: Vec<usize> = below(a, depth - 1).collect();
            add(penalty.columns[a] * self.rate_of_column(a), &indices);
        }
        (gradient, hessian)
    }

    /// One step of Newton's method towards the minimum of `F`; `None` where `F` is not convex.
    fn newton_step(&mut self, penalty: &Penalty) -> Option<()> {
        let (mut gradient, mut hessian) = self.penalty_derivatives(penalty);
        for (mode, &teacher) in self.teacher.iter().enumerate() {
            let strength = self.strength(mode);
            let range = mode * self.depth..(mode + 1) * self.depth;
            for i in range.clone() {
                gradient[i] += 0.5 * strength * (strength - teacher);
                for j in range.clone() {
                    hessian[(i, j)] += 0.25 * strength * (2.0 * strength - teacher);
                }
            }
        }
        self.y -= Cholesky::new(hessian)?.solve(&gradient);
        Some(())
    }
}

/// The noise balance with its layers' weights, and with them its mean strengths and rates, to second order in the learning rate.
///
/// `None` where a mode left there has lost half its strength or more, where the mean square of a row grows, or where the
/// network is too large (`L` times the number of modes above 160).
pub fn to_second_order(balance: &NoiseBalance, steps: &Steps) -> Option<NoiseBalance> {
    let network = balance.network();
    if network.depth == 1 || network.label_noise() == 0.0 {
        return Some(balance.clone());
    }
    let mut layers = Layers::at(balance)?;
    let n_modes = layers.numbers.len();
    let mut strengths: Vec<f64> = (0..n_modes).map(|mode| layers.strength(mode)).collect();
    for _ in 0..NEWTON_STEPS {
        let penalty = layers.penalty(steps, network.label_noise_std)?;
        layers.newton_step(&penalty)?;
        let mut change: f64 = 0.0;
        for (mode, strength) in strengths.iter_mut().enumerate() {
            let next = layers.strength(mode);
            change = change.max((next - *strength).abs());
            *strength = next;
        }
        if change <= FOUND * layers.teacher[0] {
            break;
        }
    }
    let mut squared_weights = vec![0.0; network.depth * network.teacher_strengths.len()];
    for (mode, &number) in layers.numbers.iter().enumerate() {
        for layer in 0..network.depth {
            squared_weights[number * network.depth + layer] = layers.y[mode * network.depth + layer].exp();
        }
    }
    let is_finite = squared_weights.iter().all(|weight| weight.is_finite());
    is_finite.then(|| balance.with_squared_weights(squared_weights))
}

/// Slowest rate, per unit of training time, at which aligned layers approach the noise balance, if it is not too large to say
/// (`L` times the number of modes above 160).
///
/// With `D = diag(w^2)` and `H` the Hessian in `y` of `sum_ab c_ab`: the least eigenvalue of `tau sigma^2 D^(-1/2) H D^(-1/2)`
/// among the directions that leave every product `s_k` as it is.
pub fn slowest_balance_rate(balance: &NoiseBalance) -> Option<f64> {
    let layers = Layers::at(balance)?;
    let (_, half_hessian) = layers.penalty_derivatives(&layers.uniform_penalty());
    let scale = layers.y.map(|y| (-0.5 * y).exp());
    let diagonal = DMatrix::from_diagonal(&scale);
    let mut matrix = 2.0 * balance.network().label_noise() * &diagonal * half_hessian * &diagonal;
    // Directions that change a product, taken out by projection: they become the zeros among the eigenvalues.
    for mode in 0..layers.numbers.len() {
        let mut direction = DVector::zeros(scale.len());
        for i in mode * layers.depth..(mode + 1) * layers.depth {
            direction[i] = scale[i];
        }
        direction.normalize_mut();
        let projector = DMatrix::identity(scale.len(), scale.len()) - &direction * direction.transpose();
        matrix = &projector * matrix * &projector;
    }
    let mut rates: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
    rates.sort_by(f64::total_cmp);
    rates
        .get(layers.numbers.len())
        .copied()
        .filter(|rate| *rate > 0.0)
}

/// Time in which the layers approach the noise balance, `1/t` the slowest rate of aligned layers; a network has arrived after
/// about three of them. `None` without label noise, for a single layer, or where no mode is left.
///
/// Two layers: `(1/d_in + 1/d_out) / (2 tau sigma^2)`, the same for all modes. One mode of strength `s`: with `S = d_in + d_out`,
/// `P = d_in d_out`, `k = tau sigma^2 s^(2-4/L) P^(2/L)`, the least root `1/t` of
/// `r^2 [(L-2) P + S] - r k [(L-1) S + 2] + L k^2 = 0`. Several modes in deeper networks: weak ones arrive last
/// ([`slowest_balance_rate`]); where the network is too large for that, the time of the weakest mode alone, which is longer.
pub fn balance_relaxation_time(balance: &NoiseBalance) -> Option<f64> {
    let network = balance.network();
    let label_noise = network.label_noise();
    if label_noise <= 0.0 || network.depth == 1 || balance.nuclear_norm() <= 0.0 {
        return None;
    }
    let (d_in, d_out, depth) = (network.d_in as f64, network.d_out as f64, network.depth as f64);
    if network.depth == 2 {
        return Some((d_in.recip() + d_out.recip()) / (2.0 * label_noise));
    }
    let left = || {
        balance
            .strengths()
            .iter()
            .copied()
            .filter(|strength| *strength > 0.0)
    };
    if left().count() > 1
        && let Some(rate) = slowest_balance_rate(balance)
    {
        return Some(rate.recip());
    }
    let weakest = left().fold(f64::INFINITY, f64::min);
    let (sum, product) = (d_in + d_out, d_in * d_out);
    let k = label_noise * weakest.powf(2.0 - 4.0 / depth) * product.powf(2.0 / depth);
    let (a, b, c) = (
        (depth - 2.0) * product + sum,
        k * ((depth - 1.0) * sum + 2.0),
        depth * k * k,
    );
    // The least root in the form without cancellation; both are real.
    let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
    Some((b + root) / (2.0 * c))
}
