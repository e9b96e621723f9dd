//! How strong the modes are at the start: exactly for aligned weights, by their typical size for random ones.
//!
//! A product of layers with Gaussian entries of standard deviations `q_l` has entries of the size
//! `prod_l q_l * prod_(hidden) sqrt(d_l)`.

use super::{DataKind, Experiment, InitScheme};

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

    /// Why a key changes nothing of this experiment's runs; `None` where it does, or is none of those that a choice of another key may
    /// switch off.
    pub fn ignores(&self, key: &str) -> Option<&'static str> {
        let scheme = self.init.scheme;
        match (key, scheme) {
            ("init.strength" | "init.strengths" | "init.std", InitScheme::Power) => {
                Some("random weights of a power law have init.gamma")
            }
            ("init.strength" | "init.strengths" | "init.gamma", InitScheme::Gaussian) => {
                Some("Gaussian weights have init.std")
            }
            ("init.std" | "init.gamma", InitScheme::Aligned) => Some("aligned weights have init.strength"),
            ("init.strength", InitScheme::Aligned) if !self.init.strengths.is_empty() => {
                Some("init.strengths gives each mode its own")
            }
            ("data.n_samples", _) if self.data.kind == DataKind::Online => {
                Some("fresh samples are not stored")
            }
            _ => None,
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
    #[test]
    fn a_start_has_one_key_and_the_others_change_nothing() {
        let keys = ["init.strength", "init.std", "init.gamma"];
        let mut experiment = Experiment::default();
        for (scheme, own) in [
            (InitScheme::Aligned, "init.strength"),
            (InitScheme::Gaussian, "init.std"),
            (InitScheme::Power, "init.gamma"),
        ] {
            experiment.init.scheme = scheme;
            let read: Vec<&str> = keys
                .into_iter()
                .filter(|key| experiment.ignores(key).is_none())
                .collect();
            assert_eq!(read, [own]);
            // The strength that theory starts from depends on that key alone.
            for key in keys {
                let mut other = experiment.clone();
                match key {
                    "init.strength" => other.init.strength *= 2.0,
                    "init.std" => other.init.std *= 2.0,
                    _ => other.init.gamma *= 2.0,
                }
                let is_same = other.start_strength(0).to_bits() == experiment.start_strength(0).to_bits();
                assert_eq!(is_same, key != own, "{key}");
            }
        }
        assert!(experiment.ignores("data.n_samples").is_some() && experiment.ignores("seed").is_none());
    }
}
