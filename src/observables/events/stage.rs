//! Where a mode stands on its way from the saddle to the minimum, told from `a / m` alone.
//!
//! Forward at 0.2 and 0.8, back only at 0.15 and 0.7: a strength that fluctuates about a threshold does not flicker. Where the
//! strengths of two modes differ by a factor of 2 and all start at a thousandth, these thresholds leave a plateau between their
//! transitions; 0.1 and 0.9 would not. A mode with a clearly negative strength is on the way. Modes of equal teacher strength
//! are judged one by one like all others.

/// Fraction of the teacher's strength at which a mode leaves the saddle.
const LEFT_FRACTION: f64 = 0.2;
/// Fraction below which it is back there.
const BACK_FRACTION: f64 = 0.15;
/// Fraction at which it arrives at the minimum.
pub(super) const ARRIVED_FRACTION: f64 = 0.8;
/// Fraction below which it is away from there again.
pub(super) const LOST_FRACTION: f64 = 0.7;

/// Stage of one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Near zero.
    Waiting,
    /// Between the saddle and the minimum.
    Moving,
    /// About the minimum.
    Arrived,
}

impl Stage {
    /// Stage of a mode that was not seen before.
    pub(super) fn at(fraction: f64) -> Self {
        if fraction >= ARRIVED_FRACTION {
            Self::Arrived
        } else if fraction.abs() < LEFT_FRACTION {
            Self::Waiting
        } else {
            Self::Moving
        }
    }

    /// Stage after moving to `fraction`.
    pub(super) fn next(self, fraction: f64) -> Self {
        match self {
            Self::Arrived if fraction >= LOST_FRACTION => Self::Arrived,
            Self::Moving if fraction.abs() >= BACK_FRACTION && fraction < ARRIVED_FRACTION => Self::Moving,
            Self::Waiting | Self::Moving | Self::Arrived => Self::at(fraction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_have_slack_on_the_way_back() {
        let path = [
            (0.0, Stage::Waiting),
            (0.19, Stage::Waiting),
            (0.21, Stage::Moving),
            (0.16, Stage::Moving),
            (0.14, Stage::Waiting),
            (-0.3, Stage::Moving),
            (0.79, Stage::Moving),
            (0.80, Stage::Arrived),
            (0.71, Stage::Arrived),
            (1.3, Stage::Arrived),
            (0.69, Stage::Moving),
        ];
        let mut stage = Stage::at(0.0);
        for (fraction, expected) in path {
            stage = stage.next(fraction);
            assert_eq!(stage, expected, "at {fraction}");
        }
        assert_eq!(Stage::Arrived.next(0.0), Stage::Waiting);
        assert_eq!(Stage::Waiting.next(1.0), Stage::Arrived);
    }
}
