//! Where the lines over a cell run: at fixed distances in the whole plot, so that they go on from cell to cell.

use super::heat_map::Hatch;

/// Pixels or points between the lines.
const SPACING: f64 = 6.0;
/// Length of a dot.
const DOT: f64 = 1.2;

/// Lines of a hatch over the rectangle from `[left, top]` to `[right, bottom]`, in pixels or points downwards.
pub fn hatch_lines(hatch: Hatch, from: [f64; 2], to: [f64; 2]) -> Vec<[[f64; 2]; 2]> {
    match hatch {
        Hatch::Rising => slanted(from, to, 1.0),
        Hatch::Falling => slanted(from, to, -1.0),
        Hatch::Crossed => {
            let mut lines = slanted(from, to, 1.0);
            lines.extend(slanted(from, to, -1.0));
            lines
        }
        Hatch::Level => {
            let level = |y: f64| [[from[0], y], [to[0], y]];
            multiples(from[1], to[1]).map(level).collect()
        }
        Hatch::Dotted => {
            let dots = multiples(from[1], to[1])
                .flat_map(|y| multiples(from[0], to[0]).map(move |x| [[x, y], [x + DOT, y]]));
            dots.collect()
        }
    }
}

/// Multiples of the spacing from `low` to below `high`.
fn multiples(low: f64, high: f64) -> impl Iterator<Item = f64> + Clone {
    let first = (low / SPACING).ceil();
    let n = ((high / SPACING).ceil() - first).clamp(0.0, 1e4) as u32;
    (0..n).map(move |i| SPACING * (first + f64::from(i)))
}

/// Lines `y + slope x = k` times the spacing, inside the rectangle.
fn slanted([left, top]: [f64; 2], [right, bottom]: [f64; 2], slope: f64) -> Vec<[[f64; 2]; 2]> {
    let ends = [top + slope * left, top + slope * right];
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]) + bottom - top);
    // One diagonal step of the spacing apart.
    let lines = multiples(low, high).filter_map(|sum| {
        let x_at = |y: f64| (sum - y) / slope;
        let (a, b) = (x_at(top), x_at(bottom));
        let (from, to) = (a.min(b).max(left), a.max(b).min(right));
        (from < to).then_some([[from, sum - slope * from], [to, sum - slope * to]])
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_inside_and_go_on_in_the_next_cell() {
        let all = [
            Hatch::Rising,
            Hatch::Falling,
            Hatch::Crossed,
            Hatch::Level,
            Hatch::Dotted,
        ];
        for hatch in all {
            let lines = hatch_lines(hatch, [10.0, 20.0], [40.0, 37.0]);
            assert!(lines.len() >= 2, "{hatch:?}");
            for [x, y] in lines.iter().flatten() {
                assert!((10.0..=40.0 + DOT).contains(x) && (20.0 - 1e-9..=37.0 + 1e-9).contains(y));
            }
        }
        // Where a line leaves a cell at its right edge, it enters the next one.
        let edge = |lines: Vec<[[f64; 2]; 2]>| -> Vec<f64> {
            let is_at_edge = |[x, y]: &[f64; 2]| (x - 40.0).abs() < 1e-9 && (20.5..36.5).contains(y);
            let ends = lines.into_iter().flatten().filter(is_at_edge);
            ends.map(|[_, y]| y).collect()
        };
        let left = edge(hatch_lines(Hatch::Rising, [10.0, 20.0], [40.0, 37.0]));
        let right = edge(hatch_lines(Hatch::Rising, [40.0, 20.0], [70.0, 37.0]));
        assert!(!left.is_empty() && left.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
