//! Running moments of a stream: mean, variance, skewness, kurtosis, in one pass and mergeable.
//!
//! With `M_p = sum (x - mean)^p`, one more value or another stream updates `M_2, M_3, M_4` by the formulas of
//! Pébay (SAND2008-6212), which reduce to Welford's for the variance and never subtract large sums of powers.
//!
//! Conventions: [`variance`](Moments::variance) divides by `n - 1` (sample), the standardised moments
//! `skewness = (M_3/n) / (M_2/n)^(3/2)` and `kurtosis = (M_4/n) / (M_2/n)^2` by `n` (population); the
//! kurtosis of a Gaussian is 3.

/// Running moments of the finite values pushed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    n_rejected: u64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

impl Moments {
    /// Adds one value. A value that is not finite is only counted, in [`n_rejected`](Self::n_rejected).
    pub fn push(&mut self, value: f64) {
        if value.is_finite() {
            self.merge(&Self {
                count: 1,
                mean: value,
                ..Self::default()
            });
        } else {
            self.n_rejected += 1;
        }
    }

    /// Adds all values of another stream, as if they had been pushed here.
    pub fn merge(&mut self, other: &Self) {
        self.n_rejected += other.n_rejected;
        if other.count == 0 {
            return;
        }
        let (n_a, n_b) = (self.count as f64, other.count as f64);
        let n = n_a + n_b;
        let delta = other.mean - self.mean;
        // Shares rather than products of counts: exact for long streams, and a first value lands in the mean
        // as it is.
        let (share_a, share_b) = (n_a / n, n_b / n);
        let between = delta * delta * n_a * share_b;
        self.m4 += other.m4
            + between * delta * delta * (share_a * share_a - share_a * share_b + share_b * share_b)
            + 6.0 * delta * delta * (share_a * share_a * other.m2 + share_b * share_b * self.m2)
            + 4.0 * delta * (share_a * other.m3 - share_b * self.m3);
        self.m3 += other.m3
            + between * delta * (share_a - share_b)
            + 3.0 * delta * (share_a * other.m2 - share_b * self.m2);
        self.m2 += other.m2 + between;
        self.mean += delta * share_b;
        self.count += other.count;
    }

    /// Number of finite values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Number of values that were not finite and left out.
    pub fn n_rejected(&self) -> u64 {
        self.n_rejected
    }

    /// Mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Sample variance, `M_2 / (n - 1)`; `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.m2 / (self.count - 1) as f64)
    }

    /// Population variance, `M_2 / n`; `None` without values.
    pub fn population_variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.m2 / self.count as f64)
    }

    /// Sample standard deviation; `None` below two values.
    pub fn std(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// Skewness (population); `None` while all values are equal.
    pub fn skewness(&self) -> Option<f64> {
        let variance = self.population_variance().filter(|variance| *variance > 0.0)?;
        Some(self.m3 / self.count as f64 / variance.powf(1.5))
    }

    /// Kurtosis (population; 3 for a Gaussian); `None` while all values are equal.
    pub fn kurtosis(&self) -> Option<f64> {
        let variance = self.population_variance().filter(|variance| *variance > 0.0)?;
        Some(self.m4 / self.count as f64 / (variance * variance))
    }
}

impl Extend<f64> for Moments {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        for value in values {
            self.push(value);
        }
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut moments = Self::default();
        moments.extend(values);
        moments
    }
}
