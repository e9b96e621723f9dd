//! A law of strengths by its quantiles: where each of many points of a standard normal variable is carried.
//!
//! `z = Q(x)` rises; with `z = ln(s / unit)` for two layers and more, `z = s` for one. The probability between two points is that of
//! the normal law, so that all of it is always there; the density of `z` is `phi(x) / Q'(x)`. Between points `x` runs straight with
//! `z`, beyond the outermost it goes on so: a Gaussian tail.

/// Points of the standard normal variable, and how far the outermost lie.
pub(super) const N_POINTS: usize = 241;
const OUTERMOST: f64 = 6.0;
pub(super) const SPACING: f64 = 2.0 * OUTERMOST / (N_POINTS - 1) as f64;

/// A law of strengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantiles {
    /// Strength whose logarithm is the origin of `z`; none where `z` is the strength itself.
    unit: Option<f64>,
    /// Where the points stand, rising.
    pub(super) places: Vec<f64>,
}

impl Quantiles {
    pub(super) fn new(unit: Option<f64>, places: Vec<f64>) -> Self {
        Self { unit, places }
    }

    /// The law a share of the way from this one to another of the same mode, quantile by quantile.
    #[must_use]
    pub fn between(&self, other: &Self, share: f64) -> Self {
        let places = self.places.iter().zip(&other.places);
        Self {
            unit: self.unit,
            places: places.map(|(a, b)| share.mul_add(b - a, *a)).collect(),
        }
    }

    /// How far another law of the same mode is: the larger of the shift of the middle in units of the width, and the relative change of
    /// the width.
    pub fn distance(&self, other: &Self) -> f64 {
        let width = self.width().max(f64::MIN_POSITIVE);
        let shift = (other.places[N_POINTS / 2] - self.places[N_POINTS / 2]).abs() / width;
        shift.max((other.width() / width - 1.0).abs())
    }

    /// Strength below which a share of all lies that a standard normal variable has below this value.
    pub fn at(&self, normal: f64) -> f64 {
        let place = normal / SPACING + 0.5 * (N_POINTS - 1) as f64;
        let below = (place.floor().max(0.0) as usize).min(N_POINTS - 2);
        let (low, high) = (self.places[below], self.places[below + 1]);
        self.strength((place - below as f64).mul_add(high - low, low))
    }

    /// Probability that the strength lies below.
    pub fn share_below(&self, strength: f64) -> f64 {
        if self.unit.is_some() && strength <= 0.0 {
            return 0.0;
        }
        cumulative(self.normal_at(self.place(strength)).0)
    }

    /// Probability density of the strength, per unit of strength.
    pub fn density(&self, strength: f64) -> f64 {
        if self.unit.is_some() && strength <= 0.0 {
            return 0.0;
        }
        let (normal, slope) = self.normal_at(self.place(strength));
        let per_place = (-0.5 * normal * normal).exp() / (std::f64::consts::TAU.sqrt() * slope);
        per_place / self.unit.map_or(1.0, |_| strength)
    }

    /// Probabilities between neighbouring edges, which rise; what lies below the first and above the last is in none.
    pub fn masses(&self, edges: &[f64]) -> Vec<f64> {
        let below: Vec<f64> = edges.iter().map(|&edge| self.share_below(edge)).collect();
        below.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Mean and standard deviation of the strength.
    pub fn moments(&self) -> (f64, f64) {
        let weights = (0..N_POINTS).map(|i| (-0.5 * abscissa(i).powi(2)).exp());
        let total: f64 = weights.clone().sum();
        // About the middle, so that small differences keep their digits.
        let middle = self.places[N_POINTS / 2];
        let away = |place: &f64| match self.unit {
            Some(unit) => unit * middle.exp() * (place - middle).exp_m1(),
            None => place - middle,
        };
        let sum = |power: i32| -> f64 {
            let terms = self.places.iter().map(away).zip(weights.clone());
            terms.map(|(away, weight)| weight * away.powi(power)).sum()
        };
        let (first, second) = (sum(1) / total, sum(2) / total);
        let std = (second - first * first).max(0.0).sqrt();
        (self.strength(middle) + first, std)
    }

    /// `z` of a strength.
    pub(super) fn place(&self, strength: f64) -> f64 {
        self.unit.map_or(strength, |unit| (strength / unit).ln())
    }

    /// Strength at `z`.
    pub(super) fn strength(&self, place: f64) -> f64 {
        self.unit.map_or(place, |unit| unit * place.exp())
    }

    /// Half the distance, in `z`, between the quantiles of one standard deviation.
    pub(super) fn width(&self) -> f64 {
        let one = (1.0 / SPACING).round() as usize;
        let middle = N_POINTS / 2;
        0.5 * (self.places[middle + one] - self.places[middle - one])
    }

    /// The standard normal variable whose quantile stands at `z`, and `dQ/dx` there.
    fn normal_at(&self, place: f64) -> (f64, f64) {
        let above = self.places.partition_point(|known| *known <= place);
        let below = above.saturating_sub(1).min(N_POINTS - 2);
        let (low, high) = (self.places[below], self.places[below + 1]);
        let share = (place - low) / (high - low);
        // Slopes at the two points, between which they are mixed.
        let slope = |i: usize| {
            let (before, after) = (i.saturating_sub(1), (i + 1).min(N_POINTS - 1));
            (self.places[after] - self.places[before]) / ((after - before) as f64 * SPACING)
        };
        let mixed = share.clamp(0.0, 1.0);
        let normal = abscissa(below) + SPACING * share;
        (normal, (1.0 - mixed) * slope(below) + mixed * slope(below + 1))
    }
}

/// The standard normal variable of a point.
pub(super) fn abscissa(i: usize) -> f64 {
    SPACING * (i as f64 - 0.5 * (N_POINTS - 1) as f64)
}

/// Distribution function of the standard normal law.
fn cumulative(normal: f64) -> f64 {
    0.5 * libm::erfc(-normal * std::f64::consts::FRAC_1_SQRT_2)
}
