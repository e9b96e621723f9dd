//! Ranges and ticks of the axes.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::curve::Scale;

/// An axis as the drawing library wants it, on which values are already laid out by their [`Scale`].
#[derive(Clone)]
pub(super) struct Axis {
    range: Range<f64>,
    scale: Scale,
    n_ticks: u32,
}

impl Axis {
    /// An axis over `range` with about `n_ticks` ticks.
    pub(super) fn new(range: Range<f64>, scale: Scale, n_ticks: u32) -> Self {
        Self {
            range,
            scale,
            n_ticks,
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        ticks(&self.range, self.n_ticks, self.scale)
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format(place: &f64) -> String {
        format!("{place}")
    }

    fn format_ext(&self, place: &f64) -> String {
        tick_label(*place, &self.range, self.n_ticks, self.scale)
    }
}

/// A range that shows every place with some air; the zero of a linear axis is always seen.
pub(super) fn value_range(places: impl Iterator<Item = f64>, scale: Scale) -> Range<f64> {
    let (least, greatest) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), place| {
        (least.min(place), greatest.max(place))
    });
    match scale {
        Scale::Linear => {
            let (least, greatest) = (least.min(0.0), greatest.max(0.0));
            let air = if greatest > least {
                0.06 * (greatest - least)
            } else {
                1.0
            };
            let below = if least < 0.0 { least - air } else { 0.0 };
            below..greatest + air
        }
        Scale::Log if least > greatest => -1.0..1.0,
        Scale::Log => {
            let air = 0.06 * (greatest - least).max(1.0);
            // At least one whole decade, so that there is a tick.
            let below = (least - air).min(greatest.floor() - 0.1);
            below..(greatest + air).max(below + 1.2)
        }
    }
}

/// About `n` round numbers inside `range`.
fn ticks(range: &Range<f64>, n: u32, scale: Scale) -> Vec<f64> {
    if n == 0 {
        return Vec::new();
    }
    let step = match scale {
        Scale::Linear => round_step(range, n),
        Scale::Log => ((range.end - range.start) / f64::from(n)).ceil().max(1.0),
    };
    let (first, last) = ((range.start / step).ceil(), (range.end / step).floor());
    (0..=(last - first) as u32)
        .map(|i| (first + f64::from(i)) * step)
        .collect()
}

/// 1, 2 or 5 times a power of ten.
fn round_step(range: &Range<f64>, n: u32) -> f64 {
    let least = (range.end - range.start) / f64::from(n);
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= least)
        .unwrap_or(10.0);
    factor * power
}

/// Text at one of about `n` ticks: a number, or a power of ten.
fn tick_label(place: f64, range: &Range<f64>, n: u32, scale: Scale) -> String {
    match scale {
        Scale::Log => {
            let exponent = format!("{}", place.round() as i64);
            let raised = exponent.chars().map(|digit| match digit.to_digit(10) {
                Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
                None => '⁻',
            });
            format!("10{}", raised.collect::<String>())
        }
        Scale::Linear => {
            let size = range.start.abs().max(range.end.abs());
            if !(1e-4..1e6).contains(&size) {
                return if place.abs() > 0.0 {
                    format!("{place:.1e}")
                } else {
                    "0".to_owned()
                };
            }
            let decimals = (-round_step(range, n).log10().floor()).clamp(0.0, 8.0) as usize;
            let text = format!("{place:.decimals$}");
            if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            } else {
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            ticks(&(0.0..15.0), 8, Scale::Linear),
            [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
        );
        assert_eq!(ticks(&(-9.3..1.2), 6, Scale::Log), [-8.0, -6.0, -4.0, -2.0, 0.0]);
    }

    #[test]
    fn labels_read_well() {
        assert_eq!(tick_label(-12.0, &(-13.0..0.0), 8, Scale::Log), "10⁻¹²");
        assert_eq!(tick_label(0.5, &(0.0..4.0), 8, Scale::Linear), "0.5");
        // As many decimals as the ticks themselves have.
        assert_eq!(tick_label(1.5, &(0.0..4.2), 11, Scale::Linear), "1.5");
        assert_eq!(tick_label(0.0, &(0.0..4.0), 8, Scale::Linear), "0");
        assert_eq!(tick_label(200.0, &(0.0..1500.0), 8, Scale::Linear), "200");
        assert_eq!(tick_label(2e7, &(0.0..1e8), 8, Scale::Linear), "2.0e7");
    }

    #[test]
    fn ranges_are_never_empty() {
        for scale in [Scale::Linear, Scale::Log] {
            for places in [vec![], vec![0.0], vec![3.0], vec![-2.0, 5.0], vec![-3.001, -2.99]] {
                let range = value_range(places.iter().copied(), scale);
                assert!(range.start < range.end, "{range:?}");
                assert!(!ticks(&range, 6, scale).is_empty(), "{range:?}");
                assert!(places.iter().all(|place| range.contains(place)));
            }
        }
    }
}
