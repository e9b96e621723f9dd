//! Gradient flow of a mode of an aligned, balanced start, as points fit to be drawn.

use crate::theory::{ModeLaw, StrengthCurve};

/// Points along the curve.
const N_POINTS: u32 = 240;
/// Share of the teacher's strength, short of one, at which the rise ends.
const REST: f64 = 1e-6;

/// What theory predicts for one mode.
#[derive(Clone, Debug, PartialEq)]
pub struct TheoryCurve {
    /// Gradient flow of the mode.
    pub curve: StrengthCurve,
    /// `[time, strength]` along it.
    pub points: Vec<[f64; 2]>,
    /// Training time at which the mode is half learned.
    pub half_time: Option<f64>,
}

impl TheoryCurve {
    /// For a mode of this law that starts at this strength: its size counts, for an aligned, balanced mode has no sign.
    pub fn new(law: &ModeLaw, start: f64) -> Self {
        let start = start.abs();
        let curve = StrengthCurve::of(law, start);
        let teacher_strength = curve.end();
        let logit = |fraction: f64| (fraction / (1.0 - fraction)).ln();
        let fraction = start / teacher_strength;
        // Evenly along the sigmoid where it is one, else evenly in time.
        let (low, high) = (logit(fraction), logit(1.0 - REST));
        let along = (0..=N_POINTS).map(|i| f64::from(i) / f64::from(N_POINTS));
        let points = if low.is_finite() && low < high {
            let strength = |x: f64| teacher_strength / (1.0 + (-(low + x * (high - low))).exp());
            let point = |x: f64| curve.time_to_reach(strength(x)).map(|time| [time, strength(x)]);
            std::iter::once([0.0, start])
                .chain(along.skip(1).filter_map(point))
                .collect()
        } else {
            let span = 14.0 * law.relaxation_time();
            along.map(|x| [x * span, curve.at(x * span)]).collect()
        };
        Self {
            points,
            half_time: curve.half_time(),
            curve,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_on_the_curve_from_the_start_to_the_teacher() {
        for depth in [1, 2, 3] {
            for start in [1e-3, -1e-3, 0.5, 3.0] {
                let law = ModeLaw {
                    depth,
                    teacher_strength: 2.0,
                    ..ModeLaw::default()
                };
                let theory = TheoryCurve::new(&law, start);
                assert!((theory.points[0][1] - start.abs()).abs() < 1e-12);
                for [time, strength] in &theory.points {
                    assert!(
                        (theory.curve.at(*time) - strength).abs() < 1e-6,
                        "{depth} {start}"
                    );
                }
                let end = theory.points[theory.points.len() - 1][1];
                assert!((end - 2.0).abs() < 1e-3, "{depth} {start}: {end}");
            }
        }
    }
}
