//! Steps that keep a part of those before, about a minimum: roots, limits of stability and fluctuations.
//!
//! An entry `e` of the error relaxes at the rate `c`; with `h = eta c` and the noise `n` of a minibatch, `E n^2 = N / B`, linearised:
//!
//! ```text
//! heavy ball   v <- mu v - h (e + n)            e <- e + v
//! Nesterov     v <- mu v - h (e + mu v + n)     e <- e + v
//! ```
//!
//! **Roots.** With `alpha = mu` for the heavy ball and `mu (1 - h)` for Nesterov, `z^2 - (1 + alpha - h) z + alpha = 0`. Real roots only
//! rescale time, in the end by `1 / (1 - mu)`; complex ones oscillate:
//!
//! ```text
//!              rescales while                       stable while
//! heavy ball   mu <= (1 - sqrt h)^2                 h < 2 (1 + mu)
//! Nesterov     mu <= (1 - sqrt h) / (1 + sqrt h)    h < 2 (1 + mu) / (1 + 2 mu)
//! ```
//!
//! **Fluctuations.** The second moments `P = E e^2`, `R = E e v`, `Q = E v^2` of a stationary state solve
//!
//! ```text
//! Q = alpha^2 Q + h^2 P - 2 alpha h R + h^2 N/B,   R = alpha R - h P + Q,   0 = 2 (alpha R - h P) + Q
//! ```
//!
//! whose solution is `R = Q/2`, `P = Q (1 + alpha) / (2h)`, `Q = h^2 (N/B) / [(1 - alpha)(1 + alpha - h/2)]`; without momentum
//! `P = h (N/B) / (2 - h)`. The noise sees the row of the error at which the gradient is taken, `N_b = sum_k y_k + y_b + sigma^2` with
//! `y = P` for the heavy ball and `y = P + 2 mu R + mu^2 Q` for Nesterov, so with `y = Y N`, `P = G N`, all of one row,
//!
//! ```text
//! S = sum_b y_b = sigma^2 F / (1 - F),   F = sum_b Y_b / (1 - Y_b),   P_b = G_b (S + sigma^2) / (1 - Y_b)
//! ```
//!
//! (exact for white Gaussian inputs, linearised about the minimum). To leading order `P = tau sigma^2 c / (2 (1 - mu))`.
//!
//! Beyond the paper (arXiv 2604.06366). Roots: Polyak (1964), Goh, "Why Momentum Really Works" (Distill, 2017).

use super::Steps;

/// Where the gradient is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentumRule {
    /// At the weights.
    HeavyBall,
    /// Where the momentum leads.
    Nesterov,
}

/// What momentum does to a mode of a given rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// Two real roots: the path is that of gradient descent in another time.
    Rescales,
    /// Two complex roots: it overshoots and swings.
    Oscillates,
    /// A root outside the unit circle.
    Diverges,
}

/// A rule with its momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// Where the gradient is taken.
    pub rule: MomentumRule,
    /// `mu`, from 0 to below 1.
    pub momentum: f64,
}

impl Momentum {
    /// `eta / (1 - mu)`: the learning rate of plain descent along the same path, in the limit of small steps.
    pub fn effective_learning_rate(&self, learning_rate: f64) -> f64 {
        learning_rate / (1.0 - self.momentum)
    }

    /// Largest stable learning rate at curvature `c > 0`.
    pub fn largest_stable_learning_rate(&self, curvature: f64) -> f64 {
        let mu = self.momentum;
        match self.rule {
            MomentumRule::HeavyBall => 2.0 * (1.0 + mu) / curvature,
            MomentumRule::Nesterov => 2.0 * (1.0 + mu) / (1.0 + 2.0 * mu) / curvature,
        }
    }

    /// Largest momentum of a given rule that only rescales time at `h = eta c`; zero for `h >= 1`.
    pub fn critical_momentum(rule: MomentumRule, step: f64) -> f64 {
        let rest = (1.0 - step.sqrt()).max(0.0);
        match rule {
            MomentumRule::HeavyBall => rest * rest,
            MomentumRule::Nesterov => rest / (1.0 + step.sqrt()),
        }
    }

    /// What happens to a mode of `h = eta c`.
    pub fn regime(&self, step: f64) -> Regime {
        let (alpha, sum) = self.polynomial(step);
        if self.largest_root(step) >= 1.0 {
            Regime::Diverges
        } else if sum * sum < 4.0 * alpha {
            Regime::Oscillates
        } else {
            Regime::Rescales
        }
    }

    /// Size of the larger root of the characteristic polynomial at `h = eta c`: what is left of the error after a step, in the end.
    pub fn largest_root(&self, step: f64) -> f64 {
        let (alpha, sum) = self.polynomial(step);
        let discriminant = sum * sum - 4.0 * alpha;
        if discriminant < 0.0 {
            alpha.sqrt()
        } else {
            0.5 * (sum.abs() + discriminant.sqrt())
        }
    }

    /// `-ln z / eta`: rate per training time at which a mode of curvature `c` relaxes in the end.
    pub fn relaxation_rate(&self, learning_rate: f64, curvature: f64) -> f64 {
        -self.largest_root(learning_rate * curvature).ln() / learning_rate
    }

    /// Stationary variance of one entry of a row of the error, the entries of which relax at `rates`, the entry itself at `own_rate`; as
    /// [`row_variance`](super::row_variance), of which it is the generalisation. `steps` are those of the learning rate.
    ///
    /// `None` when the mean square of the row grows.
    pub fn row_variance(
        &self,
        rates: impl IntoIterator<Item = f64>,
        own_rate: f64,
        steps: &Steps,
        label_noise_std: f64,
    ) -> Option<f64> {
        let mut total = 0.0;
        for rate in rates {
            let (_, seen) = self.gains(rate, steps)?;
            total += seen / (1.0 - seen);
        }
        let (own, seen) = self.gains(own_rate, steps)?;
        let label_noise_variance = label_noise_std * label_noise_std;
        (total < 1.0).then(|| own / (1.0 - seen) * (label_noise_variance / (1.0 - total)))
    }

    /// `G` and `Y` of an entry; `None` where its mean square grows by itself.
    fn gains(&self, rate: f64, steps: &Steps) -> Option<(f64, f64)> {
        if rate <= 0.0 {
            return Some((0.0, 0.0));
        }
        let (step, mu) = (steps.length * rate, self.momentum);
        if steps.length >= self.largest_stable_learning_rate(rate) {
            return None;
        }
        let (alpha, _) = self.polynomial(step);
        // h^2 / B over h: the noise of a step, its square root of the learning rate taken out.
        let noise = rate * steps.noise_scale;
        let velocity = step * noise / ((1.0 - alpha) * (1.0 + alpha - 0.5 * step));
        let own = 0.5 * (1.0 + alpha) / step * velocity;
        let seen = match self.rule {
            MomentumRule::HeavyBall => own,
            MomentumRule::Nesterov => own + (mu + mu * mu) * velocity,
        };
        (seen < 1.0).then_some((own, seen))
    }

    /// `alpha` and `1 + alpha - h`.
    fn polynomial(&self, step: f64) -> (f64, f64) {
        let alpha = match self.rule {
            MomentumRule::HeavyBall => self.momentum,
            MomentumRule::Nesterov => self.momentum * (1.0 - step),
        };
        (alpha, 1.0 + alpha - step)
    }
}
