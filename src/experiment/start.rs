//! How strong the modes are at the start: exactly for aligned weights, by their typical size for random ones.
//!
//! A product of layers with Gaussian entries of standard deviations `q_l` has entries of the size
//! `prod_l q_l * prod_(hidden) sqrt(d_l)`.

use super::{Experiment, InitScheme};

impl Experiment {
    /// Strength of a mode, counted from 0, at the start of aligned weights; of random ones the standard deviation of a mode's strength.
    pub fn start_strength(&self, mode: usize) -> f64 {
        match self.init.scheme {
            InitScheme::Aligned => self
                .init
                .strengths
                .get(mode)
                .copied()
                .unwrap_or(self.init.strength),
            InitScheme::Gaussian => self.typical_strength(|_, _| self.init.std),
            InitScheme::Power => self.typical_strength(|fan_in, fan_out| {
                (fan_in.min(fan_out) as f64).powf(-0.5 * self.init.gamma)
            }),
        }
    }

    fn typical_strength(&self, std: impl Fn(usize, usize) -> f64) -> f64 {
        let widths = self.network.widths();
        let layers: f64 = widths.windows(2).map(|pair| std(pair[0], pair[1])).product();
        let hidden: f64 = { self.network.hidden.iter() }
            .map(|&width| (width as f64).sqrt())
            .product();
        layers * hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_weights_start_at_the_size_of_their_product() {
        let mut experiment = Experiment::default();
        assert!((experiment.start_strength(0) - 1e-3).abs() < 1e-18);
        experiment.init.scheme = InitScheme::Gaussian;
        experiment.init.std = 0.1;
        experiment.network.hidden = vec![9, 4];
        // 0.1^3 sqrt(9 * 4)
        assert!((experiment.start_strength(0) - 6e-3).abs() < 1e-15);
    }
}
