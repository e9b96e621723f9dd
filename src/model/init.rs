//! Initial weights of the student.
//!
//! - aligned and balanced: `W_l = R_l diag(w) R_{l-1}^T` on the teacher's `r` modes, `R_0 = V`, `R_L = U`, every `w_a =
//!   s0^(1/L)`, so each mode starts at strength `s0` (Saxe et al., arXiv 1312.6120); where a hidden layer is narrower than `r`, the
//!   strongest modes it has room for, and the others at zero for ever;
//! - Gaussian: iid entries of a given standard deviation;
//! - power law: iid Gaussian entries of variance `min(fan_in, fan_out)^-gamma` (Jacot et al., arXiv 2106.15933; the
//!   paper's experiments). `gamma` above 1 starts near the saddle at zero.

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};

use super::network::DeepLinearNetwork;
use super::teacher::{Basis, Teacher, random_frame};
use crate::random::Generator;

/// How the initial weights are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// Aligned with the teacher and balanced; `basis` is that of the hidden layers.
    Aligned {
        /// Strength `s0 >= 0` of each mode of the teacher at the start.
        strengths: Vec<f64>,
        /// Hidden frames: random, or the coordinate axes.
        basis: Basis,
    },
    /// Independent Gaussian entries.
    Gaussian {
        /// Standard deviation of an entry.
        std: f64,
    },
    /// Independent Gaussian entries of variance `min(fan_in, fan_out)^-gamma`.
    Power {
        /// The exponent.
        gamma: f64,
    },
}

impl Init {
    /// Draws a network of the given widths `d_0 .. d_L`; the teacher has shape `(d_L, d_0)`.
    pub fn draw(self, widths: &[usize], teacher: &Teacher, generator: &mut Generator) -> DeepLinearNetwork {
        let depth = widths.len() - 1;
        let weights = match self {
            Self::Aligned { strengths, basis } => {
                let layer_strengths: Vec<f64> = { strengths.iter() }
                    .map(|strength| strength.powf(1.0 / depth as f64))
                    .collect();
                let narrowest = widths.iter().copied().min().unwrap_or(0);
                let rank = teacher.rank().min(narrowest);
                let mut frames = vec![teacher.right().columns(0, rank).into_owned()];
                for &width in &widths[1..depth] {
                    frames.push(match basis {
                        Basis::Random => random_frame(width, rank, generator),
                        Basis::Identity => DMatrix::identity(width, rank),
                    });
                }
                frames.push(teacher.left().columns(0, rank).into_owned());
                frames
                    .windows(2)
                    .map(|pair| {
                        let mut above = pair[1].clone();
                        for (mut column, layer_strength) in above.column_iter_mut().zip(&layer_strengths) {
                            column *= *layer_strength;
                        }
                        above * pair[0].transpose()
                    })
                    .collect()
            }
            Self::Gaussian { std } => gaussian_layers(widths, |_, _| std, generator),
            Self::Power { gamma } => gaussian_layers(
                widths,
                |fan_in, fan_out| (fan_in.min(fan_out) as f64).powf(-0.5 * gamma),
                generator,
            ),
        };
        DeepLinearNetwork::from_weights(weights)
            .unwrap_or_else(|| unreachable!("widths chain by construction"))
    }
}

fn gaussian_layers(
    widths: &[usize],
    std: impl Fn(usize, usize) -> f64,
    generator: &mut Generator,
) -> Vec<DMatrix<f64>> {
    widths
        .windows(2)
        .map(|pair| {
            let std = std(pair[0], pair[1]);
            DMatrix::from_fn(pair[1], pair[0], |_, _| {
                let normal: f64 = StandardNormal.sample(generator);
                std * normal
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    fn teacher(d_out: usize, d_in: usize) -> Teacher {
        Teacher::new(
            d_out,
            d_in,
            &[2.0, 1.0],
            Basis::Random,
            &mut stream(1, Purpose::Teacher),
        )
    }

    #[test]
    fn aligned_weights_are_balanced_and_start_at_the_given_strength() {
        let teacher = teacher(4, 3);
        let init = Init::Aligned {
            strengths: vec![0.01, 0.01],
            basis: Basis::Random,
        };
        let network = init.draw(&[3, 5, 6, 4], &teacher, &mut stream(1, Purpose::Init));
        let modes = teacher.left().transpose() * network.end_to_end_map() * teacher.right();
        assert!((modes - 0.01 * DMatrix::<f64>::identity(2, 2)).norm() < 1e-15);
        for pair in network.weights().windows(2) {
            let imbalance = pair[1].transpose() * &pair[1] - &pair[0] * pair[0].transpose();
            assert!(imbalance.norm() < 1e-15);
        }
    }

    #[test]
    fn aligned_modes_may_start_at_strengths_of_their_own() {
        let teacher = teacher(4, 3);
        let init = Init::Aligned {
            strengths: vec![0.3, 0.0],
            basis: Basis::Random,
        };
        let network = init.draw(&[3, 5, 4], &teacher, &mut stream(1, Purpose::Init));
        let modes = teacher.left().transpose() * network.end_to_end_map() * teacher.right();
        let expected = DMatrix::from_row_slice(2, 2, &[0.3, 0.0, 0.0, 0.0]);
        assert!((modes - expected).norm() < 1e-15);
    }

    #[test]
    fn power_law_variance_follows_the_smaller_fan() {
        let teacher = teacher(40, 50);
        let network =
            Init::Power { gamma: 1.5 }.draw(&[50, 200, 40], &teacher, &mut stream(2, Purpose::Init));
        for (layer, fan) in network.weights().iter().zip([50.0_f64, 40.0]) {
            let n = layer.len() as f64;
            let ratio = layer.norm_squared() / n / fan.powf(-1.5);
            // chi^2 with n degrees of freedom: 5 standard deviations, false alarm 6e-7.
            assert!((ratio - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "ratio {ratio}");
        }
    }
}
