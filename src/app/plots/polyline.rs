//! From points to the fewest that draw the same line: every point left out lies within a quarter of a pixel, measured
//! upright, of the line that is drawn.
//!
//! One pass with a swinging door: from the last point kept, the directions that pass close enough by every later point form
//! a wedge; a point outside the wedge ends the segment at the point before it.

use egui_plot::PlotPoint;

/// Largest upright distance, in pixels, of a point left out from the line.
const TOLERANCE: f64 = 0.25;

/// Draws points `[x, y]`, in the order of `x`, where a pixel is `pixel_height` units of `y` high.
pub(super) fn thinned(points: impl Iterator<Item = [f64; 2]>, pixel_height: f64) -> Vec<PlotPoint> {
    let tolerance = TOLERANCE * pixel_height;
    let mut kept: Vec<PlotPoint> = Vec::new();
    let mut held: Option<PlotPoint> = None;
    let mut wedge = Wedge::ALL;
    for [x, y] in points {
        let point = PlotPoint::new(x, y);
        if let Some(&anchor) = kept.last()
            && let Some(narrower) = wedge.narrowed(anchor, point, tolerance)
        {
            (wedge, held) = (narrower, Some(point));
            continue;
        }
        // The segment ends at the point before, where the next one begins.
        wedge = Wedge::ALL;
        if let Some(last) = held.take() {
            kept.push(last);
            if let Some(first) = wedge.narrowed(last, point, tolerance) {
                (wedge, held) = (first, Some(point));
                continue;
            }
        }
        kept.push(point);
    }
    kept.extend(held);
    kept
}

/// Slopes of lines from the anchor that pass close enough by every point so far.
#[derive(Clone, Copy)]
struct Wedge {
    lowest: f64,
    highest: f64,
}

impl Wedge {
    const ALL: Self = Self {
        lowest: f64::NEG_INFINITY,
        highest: f64::INFINITY,
    };

    /// The slopes that also pass close by `point`, if the line to `point` itself is one that passed by all before.
    fn narrowed(self, anchor: PlotPoint, point: PlotPoint, tolerance: f64) -> Option<Self> {
        let (dx, dy) = (point.x - anchor.x, point.y - anchor.y);
        if dx <= 0.0 {
            return (dy.abs() <= tolerance).then_some(self);
        }
        let slope = dy / dx;
        (self.lowest <= slope && slope <= self.highest).then(|| Self {
            lowest: self.lowest.max((dy - tolerance) / dx),
            highest: self.highest.min((dy + tolerance) / dx),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest upright distance of the points from the polyline through `kept`.
    fn largest_distance(points: &[[f64; 2]], kept: &[PlotPoint]) -> f64 {
        let height = |x: f64| {
            let right = kept.iter().position(|point| point.x >= x).unwrap_or(0);
            let (a, b) = (kept[right.saturating_sub(1)], kept[right]);
            if b.x > a.x {
                a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)
            } else {
                b.y
            }
        };
        points
            .iter()
            .map(|&[x, y]| (y - height(x)).abs())
            .fold(0.0, f64::max)
    }

    #[test]
    fn what_is_left_out_lies_on_the_line() {
        let smooth: Vec<_> = (0..2000)
            .map(|i| [f64::from(i), 300.0 * (f64::from(i) / 200.0).sin()])
            .collect();
        let rough: Vec<_> = (0..2000)
            .map(|i| [f64::from(i), f64::from(i * i % 7) * 0.2])
            .collect();
        for points in [smooth, rough] {
            let kept = thinned(points.iter().copied(), 1.0);
            assert!(kept.len() < points.len());
            assert!(largest_distance(&points, &kept) <= TOLERANCE + 1e-9);
            for (kept, point) in [(kept.first(), points.first()), (kept.last(), points.last())] {
                let bits = |[x, y]: [f64; 2]| [x.to_bits(), y.to_bits()];
                let kept = kept.map(|kept| bits([kept.x, kept.y]));
                assert_eq!(kept, point.copied().map(bits));
            }
        }
    }

    #[test]
    fn a_flat_line_takes_two_points_and_a_spike_is_kept_whole() {
        let flat = (0..1000).map(|i| [f64::from(i), 5.0]);
        assert_eq!(thinned(flat, 1.0).len(), 2);
        // Upright steps at one x.
        let spike = [
            [0.0, 0.0],
            [1.0, 0.0],
            [1.0, 9.0],
            [1.0, -9.0],
            [1.0, 0.0],
            [2.0, 0.0],
        ];
        assert_eq!(thinned(spike.into_iter(), 1.0).len(), 6);
        assert!(thinned(std::iter::empty(), 1.0).is_empty());
    }
}
