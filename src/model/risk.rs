//! What training minimises: the population loss of the online stream, or the mean loss over a stored set.
//!
//! Both are quadratic in the end-to-end map `W`, so the gradient needs one matrix, the mean error statistic
//! `E[Q] = E[(W x - y) x^T]`, shape `(d_out, d_in)`:
//! - online, white Gaussian inputs: `E[Q] = W - M`, loss `1/2 ||W - M||_F^2 + 1/2 sigma^2 d_out`;
//! - stored: `E[Q] = W S_xx - S_yx` with the second moments of the set.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::dataset::Dataset;
use super::gradient_moments::GradientMoments;
use super::teacher::Teacher;

/// The expected loss, over the population or over a stored set.
#[derive(Clone, Debug)]
pub struct Risk {
    teacher: Arc<Teacher>,
    stored: Option<Arc<Moments>>,
    /// Samples that training does not see.
    held_out: Option<Arc<Dataset>>,
}

/// Second moments of a stored set, to be read.
#[derive(Clone, Copy, Debug)]
pub struct SecondMoments<'a> {
    /// `(1/N) sum x x^T`, shape `(d_in, d_in)`.
    pub inputs: &'a DMatrix<f64>,
    /// `(1/N) sum y x^T` of the clean targets, shape `(d_out, d_in)`.
    pub clean_targets: &'a DMatrix<f64>,
    /// `(1/N) sum xi x^T`, shape `(d_out, d_in)`.
    pub noise: &'a DMatrix<f64>,
}

/// A stored set with its second moments.
#[derive(Debug)]
struct Moments {
    dataset: Arc<Dataset>,
    /// `(1/N) sum x x^T`, shape `(d_in, d_in)`.
    inputs: DMatrix<f64>,
    /// `(1/N) sum y x^T` of the clean targets, shape `(d_out, d_in)`.
    clean: DMatrix<f64>,
    /// `(1/N) sum xi x^T`, shape `(d_out, d_in)`.
    noise: DMatrix<f64>,
    /// Moments of one sample's gradient along every mode.
    gradients: Vec<GradientMoments>,
}

impl Risk {
    /// The population loss of fresh samples labelled by the teacher.
    pub fn online(teacher: Arc<Teacher>) -> Self {
        Self {
            teacher,
            stored: None,
            held_out: None,
        }
    }

    /// The mean loss over a stored set.
    pub fn stored(teacher: Arc<Teacher>, dataset: Arc<Dataset>) -> Self {
        let n = dataset.n_samples() as f64;
        let transposed = dataset.inputs().transpose() / n;
        let moments = Moments {
            inputs: dataset.inputs() * &transposed,
            clean: dataset.clean_targets() * &transposed,
            noise: dataset.noise() * &transposed,
            gradients: GradientMoments::of(&dataset, &teacher),
            dataset,
        };
        Self {
            teacher,
            stored: Some(Arc::new(moments)),
            held_out: None,
        }
    }

    /// The same with samples that training does not see.
    #[must_use]
    pub fn with_held_out(self, held_out: Arc<Dataset>) -> Self {
        Self {
            held_out: Some(held_out),
            ..self
        }
    }

    /// Samples that training does not see, if there are any.
    pub fn held_out(&self) -> Option<&Arc<Dataset>> {
        self.held_out.as_ref()
    }

    /// The teacher.
    pub fn teacher(&self) -> &Arc<Teacher> {
        &self.teacher
    }

    /// The stored set, if there is one.
    pub fn dataset(&self) -> Option<&Arc<Dataset>> {
        self.stored.as_ref().map(|moments| &moments.dataset)
    }

    /// The second moments of the stored set, if there is one.
    pub fn second_moments(&self) -> Option<SecondMoments<'_>> {
        self.stored.as_ref().map(|moments| SecondMoments {
            inputs: &moments.inputs,
            clean_targets: &moments.clean,
            noise: &moments.noise,
        })
    }

    /// Moments of one sample's gradient along every mode of the stored set, if there is one.
    pub fn gradient_moments(&self) -> Option<&[GradientMoments]> {
        self.stored.as_ref().map(|moments| moments.gradients.as_slice())
    }

    /// Writes `E[Q]`, shape `(d_out, d_in)`, for the end-to-end map `map`.
    pub fn mean_statistic(&self, map: &DMatrix<f64>, label_noise_std: f64, statistic: &mut DMatrix<f64>) {
        match &self.stored {
            None => map.sub_to(self.teacher.map(), statistic),
            Some(moments) => {
                statistic.gemm(1.0, map, &moments.inputs, 0.0);
                *statistic -= &moments.clean;
                if label_noise_std != 0.0 {
                    for (entry, noise) in statistic.iter_mut().zip(moments.noise.iter()) {
                        *entry -= label_noise_std * noise;
                    }
                }
            }
        }
    }

    /// The expected loss `1/2 E|y - W x|^2` for the end-to-end map `map`.
    pub fn loss(&self, map: &DMatrix<f64>, label_noise_std: f64) -> f64 {
        match &self.stored {
            None => self.excess_loss(map) + 0.5 * label_noise_std.powi(2) * map.nrows() as f64,
            Some(moments) => moments.dataset.loss(map, label_noise_std),
        }
    }

    /// Excess loss `1/2 ||W - M||_F^2`: the population loss for white inputs without the part no map can remove.
    pub fn excess_loss(&self, map: &DMatrix<f64>) -> f64 {
        let squared: f64 = map
            .iter()
            .zip(self.teacher.map().iter())
            .map(|(w, m)| (w - m).powi(2))
            .sum();
        0.5 * squared
    }

    /// The mean squared target plus that of the map's own output: the scale against which divergence is judged.
    pub fn scale(&self, map: &DMatrix<f64>, label_noise_std: f64) -> f64 {
        let noise = label_noise_std.powi(2) * map.nrows() as f64;
        self.teacher.map().norm_squared() + map.norm_squared() + noise
    }
}
