//! Antiderivative `F_a` of `x^(a-1) / (1 - x)` on (0, 1), and its inverse: the clock of gradient flow.
//!
//! An argument `v` is given by its logit `X = ln(v / (1-v))`, which keeps every digit of both `v` and
//! `1 - v`. Two series, each used where its terms shrink by at least half:
//!
//! ```text
//! v <= 1/2   F = sum_{k>=0} v^(a+k) / (a+k),   its second term less the constant 1/(a+1) when a < 0
//! v >  1/2   F = C - ln(1-v) + v^a sum_{n>=1} (a)_n / n! (1-v)^n h_n,   h_n = sum_{j<n} [1/(j+1) - 1/(j+a)]
//! ```
//!
//! The second is the expansion of the hypergeometric function 2F1(a, 1; a+1; v) about `v = 1` (DLMF 15.8.10);
//! the constant `C` is fixed by equality at `v = 1/2`. The slope is `dF/dX = v^a`.
//!
//! Beyond the paper (it integrates the flow numerically).

/// Terms of either series beyond this number are below rounding: each is at most half of the one before.
const MAX_TERMS: usize = 80;

/// The antiderivative for one exponent `a` with `-1 < a < 2`, `a != 0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LogisticIntegral {
    exponent: f64,
    constant: f64,
}

impl LogisticIntegral {
    pub(super) fn new(exponent: f64) -> Self {
        let without_constant = Self {
            exponent,
            constant: 0.0,
        };
        let constant = without_constant.series_at_zero(0.0) - without_constant.series_at_one(0.0);
        Self { exponent, constant }
    }

    /// `F_a` at the given logit.
    pub(super) fn value(&self, logit: f64) -> f64 {
        if logit <= 0.0 {
            self.series_at_zero(logit)
        } else {
            self.series_at_one(logit)
        }
    }

    /// Logit at which `F_a` exceeds its value at `start` by `increment >= 0`.
    ///
    /// Newton's method inside a bracket that always holds the root.
    pub(super) fn advance(&self, start: f64, increment: f64) -> f64 {
        let target = self.value(start) + increment;
        // dF/dX = v^a is at least 1 for a < 0; for a > 0 it is below 1, and above 1/4 once X > 0.
        let (mut low, mut high) = if self.exponent < 0.0 {
            (start, start + increment)
        } else {
            (start, start.max(0.0) + 4.0 * increment)
        };
        let mut logit = self.guess(target).clamp(low, high);
        for _ in 0..100 {
            let excess = self.value(logit) - target;
            if excess > 0.0 {
                high = logit;
            } else {
                low = logit;
            }
            let newton = logit - excess / self.slope(logit);
            let next = if newton > low && newton < high {
                newton
            } else {
                f64::midpoint(low, high)
            };
            if (next - logit).abs() <= 4.0 * f64::EPSILON * logit.abs().max(f64::MIN_POSITIVE) {
                return next;
            }
            logit = next;
        }
        logit
    }

    /// Leading behaviour inverted: the pure power before the middle, the logarithm after it.
    fn guess(&self, target: f64) -> f64 {
        if target > self.value(0.0) {
            return target - self.constant;
        }
        let scaled = self.exponent * target;
        if scaled > 0.0 {
            (scaled.ln() / self.exponent).min(0.0)
        } else {
            0.0
        }
    }

    fn slope(&self, logit: f64) -> f64 {
        (self.exponent * ln_logistic(logit)).exp()
    }

    fn series_at_zero(&self, logit: f64) -> f64 {
        let a = self.exponent;
        let ln_v = ln_logistic(logit);
        let v = ln_v.exp();
        let leading = (a * ln_v).exp();
        // For deep networks a + 1 = 2/L is small and the second term close to a logarithm, which expm1 keeps
        // exact.
        let second = if a < 0.0 {
            ((a + 1.0) * ln_v).exp_m1()
        } else {
            leading * v
        };
        let mut sum = leading / a + second / (a + 1.0);
        let mut power = leading * v;
        for k in 2..MAX_TERMS {
            power *= v;
            let term = power / (a + k as f64);
            sum += term;
            if term <= 1e-17 * sum.abs() {
                break;
            }
        }
        sum
    }

    fn series_at_one(&self, logit: f64) -> f64 {
        let a = self.exponent;
        let complement = ln_logistic(-logit).exp();
        let (mut weight, mut harmonic, mut sum) = (1.0, 0.0, 0.0);
        for n in 0..MAX_TERMS {
            let j = n as f64;
            weight *= (a + j) / (j + 1.0) * complement;
            harmonic += (j + 1.0).recip() - (j + a).recip();
            let term = weight * harmonic;
            sum += term;
            if term.abs() <= 1e-17 * sum.abs() {
                break;
            }
        }
        self.constant - ln_logistic(-logit) + self.slope(logit) * sum
    }
}

/// `ln(1 / (1 + e^-X))` without overflow or cancellation.
fn ln_logistic(logit: f64) -> f64 {
    if logit > 0.0 {
        -(-logit).exp().ln_1p()
    } else {
        logit - logit.exp().ln_1p()
    }
}
