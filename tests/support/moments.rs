//! Means of many draws with their standard errors.

/// Mean, variance and the standard errors of both, of a list of draws.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    pub(crate) mean_error: f64,
    pub(crate) variance: f64,
    pub(crate) variance_error: f64,
}

impl Moments {
    /// Moments of `draws`; the error of the variance comes from their own fourth moment.
    pub(crate) fn of(draws: &[f64]) -> Self {
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let central = |power| draws.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
        let (second, fourth) = (central(2), central(4));
        Self {
            mean,
            mean_error: (second / n).sqrt(),
            variance: second * n / (n - 1.0),
            variance_error: ((fourth - second * second) / n).sqrt(),
        }
    }
}
