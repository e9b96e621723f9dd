//! How values are laid out along an axis: evenly, by their decimal logarithm, or by `asinh(x / 2c) / ln 10`, which is nearly
//! `log10(|x| / c)` with the sign of `x` beyond the threshold `c` and linear below it.
//!
//! A picture is laid out by positions, which are values on a linear axis and logarithms on a logarithmic one.

use serde::{Deserialize, Serialize};

/// Size up to which a symmetric logarithmic axis is linear.
pub(super) const SYMLOG_THRESHOLD: f64 = 1e-4;
/// Values at or below this have no place on a logarithmic axis.
const LOG_FLOOR: f64 = 1e-30;
/// Decades that a logarithmic axis shows at most unless asked: below them is little but rounding and the last of the noise.
const MOST_DECADES: f64 = 12.0;
/// Room above the greatest value of a linear axis, as a share of the range.
const AIR: f64 = 0.06;

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Evenly.
    #[default]
    Linear,
    /// By their decimal logarithm.
    Log,
    /// By their logarithm with a sign, and evenly about zero.
    Symlog,
}

impl Scale {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linear, Self::Log, Self::Symlog];

    /// What the switch of an axis changes to.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Linear => Self::Log,
            Self::Log => Self::Symlog,
            Self::Symlog => Self::Linear,
        }
    }

    /// Its name on the switch and in commands.
    pub fn label(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Symlog => "symlog",
        }
    }

    /// Position of a value; always finite for a finite value. What has no place on a logarithmic axis lies far below it.
    pub fn position(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            // `log10` takes this logarithm too, and more, and a picture has tens of thousands of values.
            Self::Log => value.max(LOG_FLOOR).ln() * std::f64::consts::LOG10_E,
            Self::Symlog => (value / (2.0 * SYMLOG_THRESHOLD)).asinh() / std::f64::consts::LN_10,
        }
    }

    /// Position of a value that has one.
    pub fn place(self, value: f64) -> Option<f64> {
        let has_place = match self {
            Self::Linear | Self::Symlog => value.is_finite(),
            Self::Log => value.is_finite() && value > LOG_FLOOR,
        };
        has_place.then(|| self.position(value))
    }

    /// Value at a position.
    pub fn value(self, position: f64) -> f64 {
        match self {
            Self::Linear => position,
            Self::Log => 10_f64.powf(position),
            Self::Symlog => 2.0 * SYMLOG_THRESHOLD * (position * std::f64::consts::LN_10).sinh(),
        }
    }

    /// A range of positions that shows all of the given ones with some air. The zero of an axis that has one is always seen;
    /// a logarithmic axis begins at a whole decade and has at least one of them, and at most twelve.
    pub fn range_of(self, positions: impl Iterator<Item = f64>) -> (f64, f64) {
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let (least, greatest) = positions
            .filter(|position| position.is_finite())
            .fold(nothing, |(least, greatest), position| {
                (least.min(position), greatest.max(position))
            });
        match self {
            Self::Linear | Self::Symlog => {
                let (least, greatest) = (least.min(0.0), greatest.max(0.0));
                let air = if greatest > least {
                    AIR * (greatest - least)
                } else {
                    1.0
                };
                let below = if least < 0.0 { least - air } else { 0.0 };
                let above = if greatest > 0.0 || least >= 0.0 {
                    greatest + air
                } else {
                    0.0
                };
                (below, above)
            }
            Self::Log if least > greatest => (-1.0, 1.0),
            Self::Log => {
                let least = least.max(greatest - MOST_DECADES);
                let low = (least - 0.15).floor();
                (low, (greatest + 0.05 * (greatest - least) + 0.1).max(low + 1.0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_value_has_a_finite_position() {
        for value in [-1.0, 0.0, 1e-320, 1e300] {
            assert!(Scale::Log.position(value).is_finite());
        }
        assert_eq!(Scale::Log.place(0.0), None);
        assert!((Scale::Log.value(Scale::Log.position(3.5)) - 3.5).abs() < 1e-14);
        for value in [0.0, 1e-9, -3.5, 1e12, -1e-4, -1e300] {
            let position = Scale::Symlog.position(value);
            assert!(position.is_finite());
            assert!((Scale::Symlog.value(position) - value).abs() <= 1e-11 * value.abs());
        }
    }

    #[test]
    fn ranges_are_never_empty_and_show_everything() {
        for scale in Scale::ALL {
            for positions in [
                vec![],
                vec![0.0],
                vec![3.0],
                vec![-2.0],
                vec![-2.0, 5.0],
                vec![-3.001, -2.99],
                vec![f64::NAN, 1.0],
            ] {
                let (low, high) = scale.range_of(positions.iter().copied());
                assert!(low < high, "{low} {high}");
                let finite = positions.iter().filter(|position| position.is_finite());
                assert!(finite.into_iter().all(|&place| low <= place && place <= high));
            }
        }
        let (low, _) = Scale::Log.range_of([-25.0, 0.0].into_iter());
        assert!((-13.0..-12.0).contains(&low), "{low}");
    }
}
