//! Linear, logarithmic and symmetric logarithmic axes. egui_plot has linear axes only, so the others plot a function of the
//! value, `log10 x` or `asinh(x / 2c) / ln 10`, and label their ticks `10^k`. The last is nearly `log10(|x| / c)` with the sign
//! of `x` beyond the threshold `c`, and linear below it.

use std::ops::RangeInclusive;

use egui_plot::{GridInput, GridMark};

use crate::app::format;

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scale {
    Linear,
    Log,
    Symlog,
}

/// Size up to which a symmetric logarithmic axis is linear.
pub(crate) const SYMLOG_THRESHOLD: f64 = 1e-4;

/// Values at or below this cannot be placed on a logarithmic axis; they are drawn at its lower edge.
pub(crate) const LOG_FLOOR: f64 = 1e-30;
/// A logarithmic axis that chooses its own range shows at most so many decades.
const MAX_DECADES: f64 = 12.0;

impl Scale {
    /// What the switch of an axis changes to.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Linear => Self::Log,
            Self::Log => Self::Symlog,
            Self::Symlog => Self::Linear,
        }
    }

    /// Its name on the switch.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Log => "log",
            Self::Symlog => "symlog",
        }
    }

    /// Position of a data value on the axis; always finite for a finite value.
    pub(crate) fn position(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            // `log10` takes this logarithm too, and more, and a picture has tens of thousands of values.
            Self::Log => value.max(LOG_FLOOR).ln() * std::f64::consts::LOG10_E,
            Self::Symlog => (value / (2.0 * SYMLOG_THRESHOLD)).asinh() / std::f64::consts::LN_10,
        }
    }

    /// Data value at a position of the axis.
    pub(crate) fn value(self, position: f64) -> f64 {
        match self {
            Self::Linear => position,
            Self::Log => 10_f64.powf(position),
            Self::Symlog => 2.0 * SYMLOG_THRESHOLD * (position * std::f64::consts::LN_10).sinh(),
        }
    }

    /// A range with room around the least and greatest positions that are to be seen.
    pub(crate) fn padded(self, low: f64, high: f64) -> (f64, f64) {
        match self {
            Self::Linear | Self::Symlog => {
                let margin = 0.04 * (high - low).max(1e-12 * high.abs()).max(1e-300);
                (low - margin, high + margin)
            }
            Self::Log => {
                let low = low.max(high - MAX_DECADES);
                (
                    (low - 0.15).floor(),
                    (high + 0.05 * (high - low) + 0.1).max(low + 1.0),
                )
            }
        }
    }

    /// Grid lines inside the bounds.
    pub(crate) fn marks(self, input: &GridInput) -> Vec<GridMark> {
        let (low, high) = input.bounds;
        if !(high - low).is_finite() || high <= low {
            return Vec::new();
        }
        match self {
            Self::Linear => linear_marks(low, high, input.base_step_size),
            Self::Log => log_marks(low, high, input.base_step_size),
            Self::Symlog => symlog_marks(low, high, input.base_step_size),
        }
    }

    /// Label of a grid line.
    pub(crate) fn mark_label(self, mark: GridMark, range: &RangeInclusive<f64>) -> String {
        match self {
            Self::Linear => linear_label(mark, range),
            Self::Log => log_label(mark, range.end() - range.start()),
            Self::Symlog => symlog_label(mark),
        }
    }
}

/// Steps of 1, 2 or 5 times a power of ten, far enough apart for their labels.
fn linear_marks(low: f64, high: f64, base_step: f64) -> Vec<GridMark> {
    let rough = (base_step * 7.0).max((high - low) / 200.0);
    let decade = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * decade)
        .into_iter()
        .find(|&step| step >= rough);
    let step = step.unwrap_or(10.0 * decade);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    // Only what fits between the edges: labels are not clipped.
    (first..=last.min(first + 400))
        .map(|i| GridMark {
            value: i as f64 * step,
            step_size: step,
        })
        .collect()
}

fn linear_label(mark: GridMark, range: &RangeInclusive<f64>) -> String {
    let largest = range.start().abs().max(range.end().abs());
    let n_decimals = (-mark.step_size.log10()).ceil().clamp(0.0, 12.0) as usize;
    if (1e-4..1e7).contains(&largest) {
        format!("{:.n_decimals$}", mark.value)
    } else if mark.value == 0.0 {
        "0".to_owned()
    } else {
        format::brief(mark.value, 4)
    }
}

/// Every so many decades that their labels have room, and where the span is short the digits between them.
fn log_marks(low: f64, high: f64, base_step: f64) -> Vec<GridMark> {
    let span = high - low;
    let stride = (base_step * 2.8).max(span / 12.0).ceil().max(1.0);
    let mut marks = Vec::new();
    let mut decade = (low / stride).ceil() * stride;
    while decade <= high {
        marks.push(GridMark {
            value: decade,
            step_size: stride,
        });
        decade += stride;
    }
    if span < 3.0 {
        for decade in low.floor() as i32..=high.ceil() as i32 {
            for digit in 2..10 {
                let value = f64::from(decade) + f64::from(digit).log10();
                if (low..=high).contains(&value) {
                    marks.push(GridMark {
                        value,
                        step_size: if matches!(digit, 2 | 5) { 0.3 } else { 0.05 },
                    });
                }
            }
        }
    }
    marks
}

/// Zero and powers of ten of both signs, from the threshold on, so many decades apart that their labels have room.
fn symlog_marks(low: f64, high: f64, base_step: f64) -> Vec<GridMark> {
    let stride = (base_step * 2.8).max((high - low) / 24.0).ceil().max(1.0);
    let threshold = SYMLOG_THRESHOLD.log10().round();
    let largest = low.abs().max(high.abs());
    let mut marks = vec![GridMark {
        value: 0.0,
        step_size: stride,
    }];
    let mut distance = stride;
    while distance <= largest + 1.0 {
        for sign in [1.0, -1.0] {
            marks.push(GridMark {
                value: Scale::Symlog.position(sign * 10_f64.powf(threshold + distance)),
                step_size: stride,
            });
        }
        distance += stride;
    }
    marks.retain(|mark| (low..=high).contains(&mark.value));
    marks
}

fn symlog_label(mark: GridMark) -> String {
    if mark.value == 0.0 {
        return "0".to_owned();
    }
    let power = Scale::Symlog.value(mark.value.abs()).log10().round() as i32;
    let sign = if mark.value < 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{}", format::power_of_ten(power))
}

fn log_label(mark: GridMark, span: f64) -> String {
    let rounded = mark.value.round();
    if (mark.value - rounded).abs() < 1e-9 {
        format::power_of_ten(rounded as i32)
    } else if span < 1.5 {
        format::brief(10_f64.powf(mark.value), 2)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_value_has_a_finite_place() {
        for value in [-1.0, 0.0, 1e-320, 1e300] {
            assert!(Scale::Log.position(value).is_finite());
        }
        assert!((Scale::Log.value(Scale::Log.position(3.5)) - 3.5).abs() < 1e-14);
        for value in [0.0, 1e-9, -3.5, 1e12, -1e-4, -1e300] {
            let position = Scale::Symlog.position(value);
            assert!(position.is_finite());
            assert!((Scale::Symlog.value(position) - value).abs() <= 1e-11 * value.abs());
        }
    }

    #[test]
    fn marks_lie_inside_the_bounds_and_are_few() {
        for (low, high) in [(0.0, 1.0), (-3.0, 1e6), (1e-9, 2e-9), (-30.0, 12.0)] {
            for scale in [Scale::Linear, Scale::Log, Scale::Symlog] {
                let marks = scale.marks(&GridInput {
                    bounds: (low, high),
                    base_step_size: (high - low) / 40.0,
                });
                assert!(marks.len() < 60);
                assert!(
                    marks.iter().all(|mark| (low..=high).contains(&mark.value)),
                    "{low} {high} {scale:?}"
                );
            }
        }
        assert!(
            Scale::Log
                .marks(&GridInput {
                    bounds: (1.0, 1.0),
                    base_step_size: 0.1
                })
                .is_empty()
        );
        assert!(
            Scale::Linear
                .marks(&GridInput {
                    bounds: (f64::NAN, 1.0),
                    base_step_size: 0.1
                })
                .is_empty()
        );
    }

    #[test]
    fn decades_are_labelled_as_powers() {
        let mark = GridMark {
            value: -3.0,
            step_size: 1.0,
        };
        assert_eq!(Scale::Log.mark_label(mark, &(-5.0..=1.0)), "10\u{207b}\u{b3}");
        let below_zero = GridMark {
            value: Scale::Symlog.position(-1e-3),
            step_size: 1.0,
        };
        assert_eq!(symlog_label(below_zero), "\u{2212}10\u{207b}\u{b3}");
    }
}
