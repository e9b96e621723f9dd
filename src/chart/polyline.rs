//! From points to the fewest that draw the same lines: what is left out lies within a quarter of a pixel, measured upright, of
//! what is drawn.
//!
//! One pass with a swinging door: from the last point kept, the directions that pass close enough by every later point form
//! a wedge; a point outside the wedge ends the segment at the point before it. Lines that share their horizontal places, as
//! the two edges of a ribbon do, are thinned together: a place is left out where every one of them allows it.

/// Largest upright distance, in pixels, of a point left out from the line.
const TOLERANCE: f64 = 0.25;

/// Heights of `N` lines at one horizontal place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop<const N: usize> {
    /// Place across.
    pub x: f64,
    /// Heights.
    pub ys: [f64; N],
}

/// Draws lines through stops, in the order of `x`, where a pixel is `pixel_height` units of `y` high.
pub fn thinned<const N: usize>(stops: impl Iterator<Item = Stop<N>>, pixel_height: f64) -> Vec<Stop<N>> {
    let tolerance = TOLERANCE * pixel_height;
    let mut kept: Vec<Stop<N>> = Vec::with_capacity(stops.size_hint().0);
    let mut held: Option<Stop<N>> = None;
    let mut wedge = Wedge::ALL;
    for stop in stops {
        if let Some(&anchor) = kept.last()
            && let Some(narrower) = wedge.narrowed(anchor, stop, tolerance)
        {
            (wedge, held) = (narrower, Some(stop));
            continue;
        }
        // The segment ends at the stop before, where the next one begins.
        wedge = Wedge::ALL;
        if let Some(last) = held.take() {
            kept.push(last);
            if let Some(first) = wedge.narrowed(last, stop, tolerance) {
                (wedge, held) = (first, Some(stop));
                continue;
            }
        }
        kept.push(stop);
    }
    kept.extend(held);
    kept
}

/// For each line, slopes from the anchor that pass close enough by every stop so far.
#[derive(Clone, Copy)]
struct Wedge<const N: usize> {
    lowest: [f64; N],
    highest: [f64; N],
}

impl<const N: usize> Wedge<N> {
    const ALL: Self = Self {
        lowest: [f64::NEG_INFINITY; N],
        highest: [f64::INFINITY; N],
    };

    /// The slopes that also pass close by `stop`, if the lines to `stop` itself are some that passed by all before.
    fn narrowed(mut self, anchor: Stop<N>, stop: Stop<N>, tolerance: f64) -> Option<Self> {
        let dx = stop.x - anchor.x;
        if dx <= 0.0 {
            let is_near = |k: usize| (stop.ys[k] - anchor.ys[k]).abs() <= tolerance;
            return (0..N).all(is_near).then_some(self);
        }
        let (per_dx, either_way) = (1.0 / dx, tolerance / dx);
        for k in 0..N {
            let slope = (stop.ys[k] - anchor.ys[k]) * per_dx;
            if !(self.lowest[k] <= slope && slope <= self.highest[k]) {
                return None;
            }
            self.lowest[k] = self.lowest[k].max(slope - either_way);
            self.highest[k] = self.highest[k].min(slope + either_way);
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(points: &[[f64; 2]]) -> impl Iterator<Item = Stop<1>> {
        points.iter().map(|&[x, y]| Stop { x, ys: [y] })
    }

    /// Largest upright distance of line `k` of the stops from the polyline through those kept.
    fn largest_distance<const N: usize>(stops: &[Stop<N>], kept: &[Stop<N>], k: usize) -> f64 {
        let height = |x: f64| {
            let right = kept.iter().position(|stop| stop.x >= x).unwrap_or(0);
            let (a, b) = (kept[right.saturating_sub(1)], kept[right]);
            if b.x > a.x {
                a.ys[k] + (b.ys[k] - a.ys[k]) * (x - a.x) / (b.x - a.x)
            } else {
                b.ys[k]
            }
        };
        stops
            .iter()
            .map(|stop| (stop.ys[k] - height(stop.x)).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn what_is_left_out_lies_on_every_line() {
        let smooth = |i: u32| 300.0 * (f64::from(i) / 200.0).sin();
        let rough = |i: u32| f64::from(i * i % 7) * 0.2;
        let one: Vec<Stop<2>> = (0..2000)
            .map(|i| Stop {
                x: f64::from(i),
                ys: [smooth(i), smooth(i) + 5.0],
            })
            .collect();
        let other: Vec<Stop<2>> = (0..2000)
            .map(|i| Stop {
                x: f64::from(i),
                ys: [0.1 * rough(i), 0.3 * smooth(i)],
            })
            .collect();
        for stops in [one, other] {
            let kept = thinned(stops.iter().copied(), 1.0);
            assert!(2 * kept.len() < stops.len(), "{}", kept.len());
            for line in 0..2 {
                assert!(largest_distance(&stops, &kept, line) <= TOLERANCE + 1e-9);
            }
            assert_eq!((kept.first(), kept.last()), (stops.first(), stops.last()));
        }
    }

    #[test]
    fn a_flat_line_takes_two_points_and_a_spike_is_kept_whole() {
        let flat: Vec<_> = (0..1000).map(|i| [f64::from(i), 5.0]).collect();
        assert_eq!(thinned(stops(&flat), 1.0).len(), 2);
        // Upright steps at one x.
        let spike = [
            [0.0, 0.0],
            [1.0, 0.0],
            [1.0, 9.0],
            [1.0, -9.0],
            [1.0, 0.0],
            [2.0, 0.0],
        ];
        assert_eq!(thinned(stops(&spike), 1.0).len(), 6);
        assert!(thinned(stops(&[]), 1.0).is_empty());
    }
}
