//! A curve ready to be drawn: values on the scale of their axis, gaps where they have no place there, and no more points than
//! the picture has room for.

use std::ops::Range;

use plotters::style::RGBColor;

/// Most pieces into which a curve is cut for drawing, about two a pixel...
const MOST_BUCKETS: usize = 900;
/// ...unless there are many curves: this bounds the size of the picture.
const MOST_BUCKETS_OF_ALL: usize = 5400;
/// Decades of a logarithmic axis: below them is little but rounding and the last of the noise.
const MOST_DECADES: f64 = 12.0;

/// How values are laid on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    /// By their decimal logarithm.
    Log,
}

impl Scale {
    /// Place of a value on the axis, if it has one.
    pub(super) fn place(self, value: f64) -> Option<f64> {
        match self {
            Self::Linear => value.is_finite().then_some(value),
            Self::Log => (value > 0.0 && value.is_finite()).then(|| value.log10()),
        }
    }
}

/// What decides which points of a panel's curves are drawn.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    /// Places of the rows across; NaN where they have none.
    places: &'a [f64],
    x_range: Range<f64>,
    pub(super) scale: Scale,
    /// Least place that is drawn.
    floor: f64,
    /// Curves of one kind in the panel.
    n_alike: usize,
}

impl<'a> Frame<'a> {
    /// A frame for curves of which `n_alike` are of one kind and that take all the `values`.
    pub(super) fn new(
        places: &'a [f64],
        x_range: Range<f64>,
        scale: Scale,
        n_alike: usize,
        values: impl Iterator<Item = f64>,
    ) -> Self {
        let greatest = values
            .filter_map(|value| scale.place(value))
            .fold(f64::NEG_INFINITY, f64::max);
        let floor = match scale {
            Scale::Linear => f64::NEG_INFINITY,
            Scale::Log => greatest - MOST_DECADES,
        };
        Self {
            places,
            x_range,
            scale,
            floor,
            n_alike,
        }
    }
}

/// Length of a line, in widths of the plot, from which on its dashes are cut across the plot and not along the line: a noisy
/// line would be thousands of them.
const LONGEST_DASHED: f64 = 4.0;

/// The stretches as dashes, cut at places that are the same multiples of `dash + gap` for every line. Lengths are in the units
/// of `to_pixels`.
pub(super) fn dashed(
    stretch: &[(f64, f64)],
    dash: f64,
    gap: f64,
    plot_width: f64,
    to_pixels: impl Fn((f64, f64)) -> (f64, f64),
) -> Vec<Vec<(f64, f64)>> {
    let length = |a: (f64, f64), b: (f64, f64)| {
        let (a, b) = (to_pixels(a), to_pixels(b));
        (a.0 - b.0).hypot(a.1 - b.1)
    };
    let total: f64 = stretch.windows(2).map(|ends| length(ends[0], ends[1])).sum();
    let along = total <= LONGEST_DASHED * plot_width;
    let mut dashes = vec![Vec::new()];
    let mut position = 0.0;
    for ends in stretch.windows(2) {
        let (start, end) = (ends[0], ends[1]);
        let step = if along {
            length(start, end)
        } else {
            (to_pixels(end).0 - to_pixels(start).0).abs()
        };
        let mut from = 0.0;
        while from < step || (step <= 0.0 && from <= 0.0) {
            let phase = (position + from) % (dash + gap);
            let drawn = phase < dash;
            let left = if drawn { dash - phase } else { dash + gap - phase };
            // A remainder below a thousandth of a unit would never end.
            let to = (from + left.max(1e-3)).min(step);
            let at = |share: f64| {
                let share = if step > 0.0 { share / step } else { 1.0 };
                (
                    start.0 + share * (end.0 - start.0),
                    start.1 + share * (end.1 - start.1),
                )
            };
            if let Some(last) = dashes.last_mut()
                && drawn
            {
                if last.is_empty() {
                    last.push(at(from));
                }
                last.push(at(to));
            }
            if (!drawn || to < step) && dashes.last().is_some_and(|last| !last.is_empty()) {
                dashes.push(Vec::new());
            }
            if step <= 0.0 {
                break;
            }
            from = to;
        }
        position += step;
    }
    dashes.retain(|dash| dash.len() > 1);
    dashes
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    LongDashes,
    Dashes,
    Dots,
}

/// A curve on the axes of its panel.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    /// Unbroken stretches of points: places across and upwards.
    pub(super) stretches: Vec<Vec<(f64, f64)>>,
    pub(super) colour: RGBColor,
    /// In drawing units.
    pub(super) width: u32,
    pub(super) stroke: Stroke,
}

impl Curve {
    /// The curve of `values`, one a row.
    pub(super) fn new(
        frame: &Frame<'_>,
        values: impl Iterator<Item = f64>,
        colour: RGBColor,
        width: u32,
        stroke: Stroke,
    ) -> Self {
        let points = frame.places.iter().zip(values).map(|(&x, value)| {
            let y = frame.scale.place(value).filter(|y| *y >= frame.floor)?;
            x.is_finite().then_some((x, y))
        });
        let n_buckets = MOST_BUCKETS.min(MOST_BUCKETS_OF_ALL / frame.n_alike.max(1));
        let stretches = stretches(points)
            .into_iter()
            .map(|points| decimated(&points, n_buckets, &frame.x_range));
        Self {
            stretches: stretches.collect(),
            colour,
            width,
            stroke,
        }
    }

    /// A curve through points given by their places, `None` for a gap.
    pub(super) fn through(
        points: impl Iterator<Item = Option<(f64, f64)>>,
        colour: RGBColor,
        width: u32,
        stroke: Stroke,
    ) -> Self {
        Self {
            stretches: stretches(points),
            colour,
            width,
            stroke,
        }
    }
}

/// The points between the gaps.
fn stretches(points: impl Iterator<Item = Option<(f64, f64)>>) -> Vec<Vec<(f64, f64)>> {
    let mut stretches = vec![Vec::new()];
    for point in points {
        match (point, stretches.last_mut()) {
            (Some(point), Some(stretch)) => stretch.push(point),
            (None, Some(stretch)) if !stretch.is_empty() => stretches.push(Vec::new()),
            (None | Some(_), _) => {}
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}

/// At most about two points for each of `n_buckets` equal parts of the range across: the least and the greatest, in the order in
/// which they came; the ends stay.
fn decimated(points: &[(f64, f64)], n_buckets: usize, x_range: &Range<f64>) -> Vec<(f64, f64)> {
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    if points.len() <= 2 * n_buckets {
        return points.to_vec();
    }
    let (start, width) = (x_range.start, x_range.end - x_range.start);
    let bucket_of = |x: f64| ((x - start) / width * n_buckets as f64) as usize;
    let mut kept = vec![first];
    for bucket in points.chunk_by(|a, b| bucket_of(a.0) == bucket_of(b.0)) {
        let mut extremes = [bucket[0]; 2];
        for &point in bucket {
            if point.1 < extremes[0].1 {
                extremes[0] = point;
            }
            if point.1 > extremes[1].1 {
                extremes[1] = point;
            }
        }
        extremes.sort_by(|a, b| a.0.total_cmp(&b.0));
        kept.extend(extremes);
    }
    kept.push(last);
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_logarithm_make_gaps() {
        let times = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let values = [0.0, 10.0, f64::NAN, -1.0, 100.0, 1e-30];
        let frame = Frame::new(&times, 0.0..5.0, Scale::Log, 1, values.into_iter());
        let curve = Curve::new(&frame, values.into_iter(), RGBColor(0, 0, 0), 1, Stroke::Solid);
        assert_eq!(curve.stretches, [vec![(1.0, 1.0)], vec![(4.0, 2.0)]]);
    }

    #[test]
    fn decimation_keeps_ends_and_extremes() {
        let mut points: Vec<(f64, f64)> = (0..100_000)
            .map(|i| (f64::from(i), (f64::from(i) * 0.1).sin()))
            .collect();
        points[54_321].1 = 7.0;
        points[60_000].1 = -9.0;
        let kept = decimated(&points, 500, &(0.0..99_999.0));
        assert!(kept.len() <= 2 * 501 + 2);
        assert!(kept.contains(&(54_321.0, 7.0)) && kept.contains(&(60_000.0, -9.0)));
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        assert!(kept.is_sorted_by(|a, b| a.0 <= b.0));
    }
}
