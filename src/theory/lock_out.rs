//! Three layers and more: a late, weak feature that the noise of learned modes keeps from ever being learned.
//!
//! While a mode is weak, learned modes damp its two outer weights, linearly:
//!
//! ```text
//! dw_1/dt = m prod_(j>1) w_j - kappa_1 w_1,   dw_L/dt = m prod_(j<L) w_j - kappa_L w_L,   dw_l/dt = m prod_(j!=l) w_j
//! kappa_1 = tau sigma^2 |A_2|^2 / 2,   kappa_L = tau sigma^2 |B_(L-1)|^2 / 2      (L = 3: |W_3|^2, |W_1|^2)
//! ```
//!
//! Equal weights `w_0` and equal `kappa` leave `d(w_1^2)/d(w_2^2) = 1 - kappa/(m w_2^n)`, `n = L - 2`, which ends at zero unless
//!
//! ```text
//! w_0 > (n/2)^(1/(2-n)) (kappa/m)^(1/n)       L = 3: kappa/(2m);  L = 4: sqrt(kappa/(e m));  L = 5: (2/3) (kappa/m)^(1/3)
//! ```
//!
//! Below this the outer weights die out before the inner ones have grown: the mode is locked out for ever, however far `m` is
//! above the threshold `theta` of [`NoiseBalance`]. What happens from aligned, balanced initial weights, while the stronger
//! modes are still being learned, is found by integrating `dw/dt = -dF/dw` of the averaged objective over the weights of all
//! modes ([`fates`]).
//!
//! Beyond the paper (arXiv 2604.06366).

use super::{NoiseBalance, NoisyNetwork};

/// Most steps of the integration.
const MOST_STEPS: usize = 100_000;
/// Share of its equilibrium at which a mode counts as learned.
const LEARNED: f64 = 0.5;
/// Fall of the product of the outer weights at which a mode counts as locked out.
const LOCKED: f64 = 1e-3;

/// What becomes of a mode from small aligned weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is learned.
    Learned,
    /// It is weaker than the threshold of the noise balance.
    Lost,
    /// It is stronger than the threshold and yet never learned.
    LockedOut,
    /// Not found out within the steps allowed.
    Undecided,
}

/// Least common weight from which a mode of strength `m > 0` is learned while learned modes damp both its outer weights at the
/// rate `kappa`; `None` below three layers, where nothing locks a mode out.
pub fn least_learnable_weight(depth: usize, teacher_strength: f64, kappa: f64) -> Option<f64> {
    let n = depth.checked_sub(2).filter(|n| *n > 0)? as f64;
    let factor = if depth == 4 {
        (-0.5_f64).exp()
    } else {
        (n / 2.0).powf((2.0 - n).recip())
    };
    Some(factor * (kappa / teacher_strength).powf(n.recip()))
}

/// Damping of the two outer weights of a weak mode while the stronger modes, and they alone, are at their noise balance: the
/// geometric mean of `kappa_1` and `kappa_L`. Zero below three layers.
pub fn outer_damping(network: &NoisyNetwork, mode: usize) -> f64 {
    let depth = network.depth;
    let Some(&own) = network.teacher_strengths.get(mode).filter(|_| depth >= 3) else {
        return 0.0;
    };
    let strengths = network.teacher_strengths.iter().copied();
    let stronger: Vec<f64> = strengths.filter(|strength| *strength > own).collect();
    let balance = NoiseBalance::new(NoisyNetwork {
        teacher_strengths: stronger.clone(),
        ..network.clone()
    });
    // Layers 3..L above the first two, layers 1..L-2 below the last two.
    let product = |layers: std::ops::Range<usize>| -> f64 {
        let of_mode = |other: usize| -> f64 {
            let weights = layers.clone();
            weights
                .map(|layer| balance.squared_weight(layer, other).unwrap_or(0.0))
                .product()
        };
        (0..stronger.len()).map(of_mode).sum()
    };
    0.5 * network.label_noise() * (product(2..depth) * product(0..depth - 2)).sqrt()
}

/// What becomes of every mode of a network that starts aligned and balanced with every mode at `start_strength`.
pub fn fates(balance: &NoiseBalance, start_strength: f64) -> Vec<Fate> {
    let network = balance.network();
    let n_modes = network.teacher_strengths.len();
    let of_equilibrium = |mode: usize| {
        if balance.is_lost(mode) {
            Fate::Lost
        } else {
            Fate::Learned
        }
    };
    let mut fates: Vec<Fate> = (0..n_modes).map(of_equilibrium).collect();
    if network.depth < 3 || network.label_noise() == 0.0 || start_strength <= 0.0 {
        return fates;
    }
    let mut is_open: Vec<bool> = fates.iter().map(|fate| *fate == Fate::Learned).collect();
    let mut flow = Flow::new(balance, start_strength);
    let start = start_strength.powf(2.0 / network.depth as f64);
    for _ in 0..MOST_STEPS {
        if !is_open.contains(&true) {
            return fates;
        }
        flow.step();
        for mode in 0..n_modes {
            if !is_open[mode] {
                continue;
            }
            if flow.strength(mode) >= LEARNED * balance.strengths()[mode] {
                is_open[mode] = false;
            } else if flow.outer_product(mode) < LOCKED * start && flow.is_damped(mode) {
                is_open[mode] = false;
                fates[mode] = Fate::LockedOut;
            }
        }
    }
    for (fate, is_open) in fates.iter_mut().zip(is_open) {
        if is_open {
            *fate = Fate::Undecided;
        }
    }
    fates
}

/// Descent of the averaged objective in the weights `w_lk >= 0`, at index `k L + l`.
struct Flow {
    depth: usize,
    teacher: Vec<f64>,
    half_label_noise: f64,
    /// Directions of no mode on the output side and on the input side.
    empty: (f64, f64),
    weights: Vec<f64>,
}

impl Flow {
    fn new(balance: &NoiseBalance, start_strength: f64) -> Self {
        let network = balance.network();
        let n_modes = network.teacher_strengths.len();
        Self {
            depth: network.depth,
            teacher: network.teacher_strengths.clone(),
            half_label_noise: 0.5 * network.label_noise(),
            empty: (
                network.d_out.saturating_sub(n_modes) as f64,
                network.d_in.saturating_sub(n_modes) as f64,
            ),
            weights: vec![start_strength.powf((network.depth as f64).recip()); network.depth * n_modes],
        }
    }

    fn of_mode<'a>(&self, weights: &'a [f64], mode: usize) -> &'a [f64] {
        &weights[mode * self.depth..(mode + 1) * self.depth]
    }

    fn strength(&self, mode: usize) -> f64 {
        self.of_mode(&self.weights, mode).iter().product()
    }

    fn outer_product(&self, mode: usize) -> f64 {
        let weights = self.of_mode(&self.weights, mode);
        weights[0] * weights[self.depth - 1]
    }

    /// Whether both outer weights of a weak mode die out at the present inner ones.
    fn is_damped(&self, mode: usize) -> bool {
        let inner: f64 = self.of_mode(&self.weights, mode)[1..self.depth - 1]
            .iter()
            .product();
        let (above, below) = self.sums(&self.weights);
        let kappa = self.half_label_noise * (above[1] * below[self.depth - 2]).sqrt();
        self.teacher[mode] * inner < kappa
    }

    /// `|A_l|^2` and `|B_l|^2` of every layer.
    fn sums(&self, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let depth = self.depth;
        let (mut above, mut below) = (vec![0.0; depth], vec![0.0; depth]);
        (above[depth - 1], below[0]) = self.empty;
        for mode in 0..self.teacher.len() {
            let of_mode = self.of_mode(weights, mode);
            let (mut product, mut product_below) = (1.0, 1.0);
            for layer in 0..depth {
                above[depth - 1 - layer] += product;
                below[layer] += product_below;
                product *= of_mode[depth - 1 - layer].powi(2);
                product_below *= of_mode[layer].powi(2);
            }
        }
        (above, below)
    }

    /// `dw/dt`.
    fn velocity(&self, weights: &[f64]) -> Vec<f64> {
        let depth = self.depth;
        let (above, below) = self.sums(weights);
        let mut velocity = vec![0.0; weights.len()];
        for (mode, &teacher) in self.teacher.iter().enumerate() {
            let of_mode = self.of_mode(weights, mode);
            let velocity = &mut velocity[mode * depth..(mode + 1) * depth];
            let strength: f64 = of_mode.iter().product();
            // Terms of the penalty that contain layer j: those of the layers below it, through their products above, and of
            // those above it, through their products below.
            let mut total = 0.0;
            for j in (0..depth).rev() {
                velocity[j] += total;
                total += above[j] * product_of_squares(&of_mode[..j]);
            }
            total = 0.0;
            for j in 0..depth {
                velocity[j] += total;
                total += below[j] * product_of_squares(&of_mode[j + 1..]);
            }
            for (rate, &weight) in velocity.iter_mut().zip(of_mode) {
                *rate = ((teacher - strength) * strength - self.half_label_noise * *rate) / weight;
            }
        }
        velocity
    }

    /// One step of the classical Runge-Kutta method, short against the fastest relaxation and the relative change of any weight.
    fn step(&mut self) {
        let first = self.velocity(&self.weights);
        let mut fastest: f64 = 0.0;
        for mode in 0..self.teacher.len() {
            let weights = self.of_mode(&self.weights, mode);
            let strength: f64 = weights.iter().product();
            let curvature: f64 = weights.iter().map(|weight| (strength / weight).powi(2)).sum();
            fastest = fastest.max(curvature);
        }
        for (rate, weight) in first.iter().zip(&self.weights) {
            fastest = fastest.max(4.0 * (rate / weight).abs());
        }
        let dt = 0.5 / fastest.max(1e-100);
        let moved = |by: &[f64], dt: f64| -> Vec<f64> {
            let pairs = self.weights.iter().zip(by);
            pairs.map(|(weight, rate)| weight + dt * rate).collect()
        };
        let second = self.velocity(&moved(&first, 0.5 * dt));
        let third = self.velocity(&moved(&second, 0.5 * dt));
        let fourth = self.velocity(&moved(&third, dt));
        for (i, weight) in self.weights.iter_mut().enumerate() {
            *weight += dt / 6.0 * (first[i] + 2.0 * (second[i] + third[i]) + fourth[i]);
        }
    }
}

fn product_of_squares(weights: &[f64]) -> f64 {
    weights.iter().map(|weight| weight * weight).product()
}
