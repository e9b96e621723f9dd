//! Noise in a plane of two modes: ellipses of the law's diffusion on a grid, and of the covariance of the present weights.

use super::Plane;
use crate::chart::pen::{Pen, Role};
use crate::chart::picture::{Curve, Sign};
use crate::chart::scale::Scale;

/// Share of a plot's width that an ellipse has whose variance is the law's largest.
const ELLIPSE: f64 = 0.10;
/// Ellipses of the law along each axis.
const N_ELLIPSES: u32 = 5;
/// Points of an ellipse.
const N_ROUND: u32 = 72;

impl Plane<'_> {
    /// Ellipses of the law's noise on a grid, where they are asked for.
    pub(super) fn law_noise(&mut self) {
        if !self.options.law_ellipses {
            return;
        }
        for row in 0..N_ELLIPSES {
            for column in 0..N_ELLIPSES {
                let share = |i: u32| (f64::from(i) + 0.5) / f64::from(N_ELLIPSES);
                let strengths = self.strengths([share(column), share(row)]);
                let [first, second] = [0, 1].map(|i| self.laws[i].diffusion(strengths[i]));
                // Aligned modes share no noise.
                self.ellipse(Pen::of(Role::LawNoise), strengths, [first, 0.0, second]);
            }
        }
        let pen = Pen::of(Role::LawNoise);
        self.picture.explain("noise of the law", pen, Sign::Line);
    }

    /// An ellipse about strengths whose noise has these variances and covariance.
    pub(super) fn ellipse(&mut self, pen: Pen, strengths: [f64; 2], [first, cross, second]: [f64; 3]) {
        let reference = self.laws.iter().filter_map(|law| {
            let peak = law.diffusion_peak().unwrap_or_else(|| law.scale_strength());
            let height = law.diffusion(peak) / law.scale_strength().powi(2);
            (height > 0.0 && height.is_finite()).then_some(height)
        });
        let reference = reference.fold(0.0, f64::max);
        let Some(middle) = self.place(strengths).filter(|_| reference > 0.0) else {
            return;
        };
        let ends = self.ends();
        // The root of the covariance, in units of where the modes end: (C + sqrt(det) 1) / sqrt(tr + 2 sqrt(det)).
        let [a, c, b] = [
            first / (ends[0] * ends[0]),
            cross / (ends[0] * ends[1]),
            second / (ends[1] * ends[1]),
        ]
        .map(|entry| entry / reference);
        let det = (a * b - c * c).max(0.0).sqrt();
        let trace = (a + b + 2.0 * det).sqrt();
        if !(trace > 0.0 && trace.is_finite()) {
            return;
        }
        let root = [(a + det) / trace, c / trace, (b + det) / trace];
        let widths = [self.picture.x.range, self.picture.y.range].map(|(low, high)| high - low);
        let points = (0..=N_ROUND).map(|i| {
            let (sine, cosine) = (std::f64::consts::TAU * f64::from(i) / f64::from(N_ROUND)).sin_cos();
            let away = [
                root[0] * cosine + root[1] * sine,
                root[1] * cosine + root[2] * sine,
            ];
            // Where strengths are laid out by their logarithm, noise counts relative to them.
            [0, 1].map(|i| {
                let relative = match self.scale {
                    Scale::Linear | Scale::Symlog => 1.0,
                    Scale::Log => (ends[i] / strengths[i]).min(1e3),
                };
                ELLIPSE.mul_add(widths[i] * away[i] * relative, middle[i])
            })
        });
        let name = "noise".to_owned();
        self.picture
            .curves
            .push(Curve::through(points.collect(), name, pen));
    }
}
