//! Linear and logarithmic vertical axes. egui_plot has linear axes only, so a logarithmic one plots `log10` and labels its
//! ticks `10^k`.

use std::ops::RangeInclusive;

use egui_plot::{GridInput, GridMark};

use crate::app::format;

/// How values are laid out along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// Values at or below this cannot be placed on a logarithmic axis; they are drawn at its lower edge.
pub(crate) const LOG_FLOOR: f64 = 1e-30;
/// A logarithmic axis that chooses its own range shows at most so many decades.
const MAX_DECADES: f64 = 12.0;

impl Scale {
    /// What the switch of an axis changes to.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Linear => Self::Log,
            Self::Log => Self::Linear,
        }
    }

    /// Position of a data value on the axis; always finite for a finite value.
    pub(crate) fn position(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.max(LOG_FLOOR).log10(),
        }
    }

    /// Data value at a position of the axis.
    pub(crate) fn value(self, position: f64) -> f64 {
        match self {
            Self::Linear => position,
            Self::Log => 10_f64.powf(position),
        }
    }

    /// A range with room around the least and greatest positions that are to be seen.
    pub(crate) fn padded(self, low: f64, high: f64) -> (f64, f64) {
        match self {
            Self::Linear => {
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
        }
    }

    /// Label of a grid line.
    pub(crate) fn label(self, mark: GridMark, range: &RangeInclusive<f64>) -> String {
        match self {
            Self::Linear => linear_label(mark, range),
            Self::Log => log_label(mark, range.end() - range.start()),
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
    }

    #[test]
    fn marks_lie_inside_the_bounds_and_are_few() {
        for (low, high) in [(0.0, 1.0), (-3.0, 1e6), (1e-9, 2e-9), (-30.0, 12.0)] {
            for scale in [Scale::Linear, Scale::Log] {
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
        assert_eq!(Scale::Log.label(mark, &(-5.0..=1.0)), "10\u{207b}\u{b3}");
    }
}
