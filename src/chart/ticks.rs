//! Ticks of an axis: where they are and what stands beside them.

use super::scale::{SYMLOG_THRESHOLD, Scale};
use crate::format::{brief, decimal, power_of_ten};

/// Ticks at most, whatever is asked for.
const MOST: u32 = 60;
/// Decades below which the digits between the powers of ten have ticks.
const FEW_DECADES: f64 = 7.0;
/// Decades below which two and five have labels too.
const NAMED_DIGITS: f64 = 1.5;
/// Decades below which a logarithmic axis has the round numbers of a linear one.
const NEARLY_LINEAR: f64 = 0.5;
/// Sizes of the largest value between which a linear axis is labelled with plain decimals.
const PLAIN: std::ops::Range<f64> = 1e-4..1e6;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Position along the axis.
    pub position: f64,
    /// Text beside it; empty for a minor tick, which has no grid line either.
    pub label: String,
}

/// About `n` ticks in a range of positions, from the least to the greatest. `offset` is added to a position to give its value on
/// a linear axis.
pub(super) fn ticks(scale: Scale, range: (f64, f64), n: u32, offset: f64) -> Vec<Tick> {
    let (low, high) = range;
    if n == 0 || !(high - low).is_finite() || high <= low {
        return Vec::new();
    }
    let n = n.min(MOST);
    match scale {
        Scale::Linear => linear((low + offset, high + offset), n)
            .into_iter()
            .map(|tick| Tick {
                position: tick.position - offset,
                ..tick
            })
            .collect(),
        Scale::Log if high - low < NEARLY_LINEAR => linear((scale.value(low), scale.value(high)), n)
            .into_iter()
            .filter(|tick| tick.position > 0.0)
            .map(|tick| Tick {
                position: scale.position(tick.position),
                ..tick
            })
            .collect(),
        Scale::Log => logarithmic(low, high, n),
        Scale::Symlog => symlog(low, high, n),
    }
}

/// Steps of 1, 2 or 5 times a power of ten.
fn linear((low, high): (f64, f64), n: u32) -> Vec<Tick> {
    let rough = (high - low) / f64::from(n);
    let power = 10_f64.powf(rough.log10().floor());
    // A round number at an edge stays in spite of rounding.
    let ends = |step: f64| ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    let steps = [10.0, 5.0, 2.0, 1.0, 0.5, 0.2].map(|factor| factor * power);
    let fitting = steps
        .into_iter()
        .rev()
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power);
    // The widest steps of which there are two ticks at least: one alone says nothing of the scale.
    let has_two = |step: &f64| ends(*step).1 > ends(*step).0;
    let step = { steps.into_iter() }
        .filter(|step| *step <= fitting)
        .find(has_two)
        .unwrap_or(fitting);
    let (first, last) = ends(step);
    if !(first.is_finite() && last.is_finite()) || last - first > f64::from(2 * MOST) {
        return Vec::new();
    }
    let n_decimals = (-step.log10().floor()).clamp(0.0, 17.0) as usize;
    let is_plain = PLAIN.contains(&low.abs().max(high.abs()));
    // Digits that tell neighbouring ticks apart.
    let n_digits = ((low.abs().max(high.abs()) / step).log10().floor().max(0.0) as usize + 1).min(15);
    (0..=(last - first).max(-1.0) as i64)
        .map(|i| {
            let value = (first + i as f64) * step;
            Tick {
                position: value.clamp(low, high),
                label: match () {
                    () if is_plain => decimal(value, n_decimals),
                    () if value == 0.0 => "0".to_owned(),
                    () => brief(value, n_digits),
                },
            }
        })
        .collect()
}

/// Powers of ten so many decades apart that there are about `n` and, where there are few, the digits between them.
fn logarithmic(low: f64, high: f64, n: u32) -> Vec<Tick> {
    let stride = ((high - low) / f64::from(n)).ceil().max(1.0);
    let span = high - low;
    let mut ticks = Vec::new();
    let mut decade = (low / stride).ceil() * stride;
    while decade <= high {
        ticks.push(Tick {
            position: decade,
            label: power_of_ten(decade.round() as i32),
        });
        decade += stride;
    }
    if stride > 1.0 && span < f64::from(MOST) {
        // Decades without a label.
        let all = low.ceil() as i64..=high.floor() as i64;
        let is_named = |decade: &i64| decade % stride as i64 == 0;
        ticks.extend(all.filter(|decade| !is_named(decade)).map(|decade| Tick {
            position: decade as f64,
            label: String::new(),
        }));
    } else if stride <= 1.0 && span < FEW_DECADES {
        for decade in low.floor() as i32..=high.ceil() as i32 {
            for digit in 2..10_u8 {
                let position = f64::from(decade) + f64::from(digit).log10();
                let is_named = span < NAMED_DIGITS && matches!(digit, 2 | 5);
                let value = f64::from(digit) * 10_f64.powi(decade);
                ticks.push(Tick {
                    position,
                    label: if is_named { brief(value, 1) } else { String::new() },
                });
            }
        }
    }
    ticks.retain(|tick| (low..=high).contains(&tick.position));
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position));
    ticks
}

/// Zero and powers of ten of both signs, from the threshold on.
fn symlog(low: f64, high: f64, n: u32) -> Vec<Tick> {
    let stride = ((high - low) / f64::from(n)).ceil().max(1.0);
    let threshold = SYMLOG_THRESHOLD.log10().round();
    let largest = low.abs().max(high.abs());
    let mut ticks = vec![Tick {
        position: 0.0,
        label: "0".to_owned(),
    }];
    let mut distance = stride;
    while distance <= largest + 1.0 {
        let power = threshold + distance;
        for (sign, text) in [(1.0, ""), (-1.0, "\u{2212}")] {
            ticks.push(Tick {
                position: Scale::Symlog.position(sign * 10_f64.powf(power)),
                label: format!("{text}{}", power_of_ten(power.round() as i32)),
            });
        }
        distance += stride;
    }
    ticks.retain(|tick| (low..=high).contains(&tick.position));
    ticks.sort_by(|a, b| a.position.total_cmp(&b.position));
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, range: (f64, f64), n: u32) -> Vec<String> {
        let ticks = ticks(scale, range, n, 0.0).into_iter();
        ticks
            .map(|tick| tick.label)
            .filter(|label| !label.is_empty())
            .collect()
    }

    #[test]
    fn ticks_are_round_inside_and_few() {
        for (low, high) in [(0.0, 1.0), (-3.0, 1e6), (1e-9, 2e-9), (-30.0, 12.0)] {
            for scale in Scale::ALL {
                let ticks = ticks(scale, (low, high), 6, 0.0);
                assert!(ticks.len() < 60, "{scale:?} {low} {high}: {}", ticks.len());
                assert!(ticks.iter().all(|tick| (low..=high).contains(&tick.position)));
                assert!(ticks.is_sorted_by(|a, b| a.position < b.position));
            }
        }
        for range in [(1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(ticks(Scale::Linear, range, 6, 0.0).is_empty());
        }
        assert!(ticks(Scale::Linear, (0.0, 1.0), 0, 0.0).is_empty());
    }

    #[test]
    fn labels_read_well() {
        assert_eq!(
            labels(Scale::Linear, (0.0, 15.0), 8),
            ["0", "2", "4", "6", "8", "10", "12", "14"]
        );
        // As many decimals as the ticks themselves have.
        assert_eq!(
            labels(Scale::Linear, (0.0, 2.1), 5),
            ["0", "0.5", "1", "1.5", "2"]
        );
        // Two ticks at least, however low the plot.
        assert_eq!(labels(Scale::Linear, (0.0, 4.24), 2), ["0", "2", "4"]);
        assert_eq!(
            labels(Scale::Linear, (0.0, 1e8), 2),
            ["0", "5\u{b7}10\u{2077}", "1\u{b7}10\u{2078}"]
        );
        assert_eq!(
            labels(Scale::Log, (-12.2, -3.0), 3),
            [
                "10\u{207b}\u{b9}\u{b2}",
                "10\u{207b}\u{2078}",
                "10\u{207b}\u{2074}"
            ]
        );
        assert_eq!(
            labels(Scale::Log, (-0.1, 1.1), 4),
            ["10\u{2070}", "2", "5", "10\u{b9}"]
        );
        assert_eq!(labels(Scale::Log, (0.0, 0.2), 3), ["1", "1.2", "1.4"]);
        assert_eq!(
            labels(Scale::Symlog, (-1.2, 1.2), 3),
            ["\u{2212}10\u{207b}\u{b3}", "0", "10\u{207b}\u{b3}"]
        );
    }

    #[test]
    fn an_offset_gives_round_values_and_not_round_positions() {
        let ticks = ticks(Scale::Linear, (-0.01, 0.01), 4, 1.0);
        let labels: Vec<_> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["0.99", "0.995", "1", "1.005", "1.01"]);
        assert!(ticks[2].position.abs() < 1e-12);
    }
}
