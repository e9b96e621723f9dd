//! Where a function of two axes is zero, as lines.
//!
//! Its sign is looked at on a net of points; along one of the axes, the one that cuts the zeros more often, every change of sign is
//! closed in upon by the false position (Illinois) to the last digits. An axis of whole numbers, as depths, is not cut between
//! them: the other axis is, at each of them, and the line is a stair.

/// Points of the net along an axis that is continuous.
const N: usize = 65;
/// Steps of the false position.
const MOST_STEPS: usize = 60;

/// An axis that lines are found over, in positions.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extent {
    /// From one position to another.
    Continuous(f64, f64),
    /// At these positions only; with the edges of their cells, one more.
    Whole(Vec<f64>, Vec<f64>),
}

impl Extent {
    fn points(&self) -> Vec<f64> {
        match self {
            Self::Continuous(low, high) => (0..N)
                .map(|i| low + (high - low) * i as f64 / (N - 1) as f64)
                .collect(),
            Self::Whole(points, _) => points.clone(),
        }
    }

    fn is_continuous(&self) -> bool {
        matches!(self, Self::Continuous(..))
    }
}

/// Lines at which `value` of a position across and one upwards is zero. Where it is no number there is no line.
pub(super) fn zeros(x: &Extent, y: &Extent, value: impl Fn(f64, f64) -> f64) -> Vec<Vec<[f64; 2]>> {
    let (xs, ys) = (x.points(), y.points());
    let net: Vec<Vec<f64>> = ys
        .iter()
        .map(|&y| xs.iter().map(|&x| value(x, y)).collect())
        .collect();
    let n_across = |row: &[f64]| row.windows(2).filter(|pair| changes(pair[0], pair[1])).count();
    let n_in_rows: usize = { net.iter() }.map(|row| usize::from(n_across(row) > 0)).sum();
    let column = |i: usize| -> Vec<f64> { net.iter().map(|row| row[i]).collect() };
    let n_in_columns: usize = (0..xs.len()).map(|i| usize::from(n_across(&column(i)) > 0)).sum();
    let along_x = match (x.is_continuous(), y.is_continuous()) {
        (true, false) => true,
        (false, true) => false,
        (false, false) => return Vec::new(),
        (true, true) => n_in_rows >= n_in_columns,
    };
    if along_x {
        let cuts = ys
            .iter()
            .zip(&net)
            .map(|(&y, row)| roots(&xs, row, |x| value(x, y)));
        let lines = joined(y, &cuts.collect::<Vec<_>>());
        { lines.into_iter() }
            .map(|line| line.into_iter().map(|[y, x]| [x, y]).collect())
            .collect()
    } else {
        let cuts = xs
            .iter()
            .enumerate()
            .map(|(i, &x)| roots(&ys, &column(i), |y| value(x, y)));
        joined(x, &cuts.collect::<Vec<_>>())
    }
}

fn changes(a: f64, b: f64) -> bool {
    a.is_finite() && b.is_finite() && (a < 0.0) != (b < 0.0)
}

/// Zeros of a function whose values at `points` are known.
fn roots(points: &[f64], values: &[f64], function: impl Fn(f64) -> f64) -> Vec<f64> {
    let pairs = points.windows(2).zip(values.windows(2));
    { pairs }
        .filter(|(_, values)| changes(values[0], values[1]))
        .map(|(points, values)| root((points[0], points[1]), (values[0], values[1]), &function))
        .collect()
}

/// The zero between two points at which the function has different signs.
fn root((mut a, mut b): (f64, f64), (mut at_a, mut at_b): (f64, f64), function: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..MOST_STEPS {
        let next = (a * at_b - b * at_a) / (at_b - at_a);
        if !(next > a.min(b) && next < a.max(b)) {
            break;
        }
        let value = function(next);
        if value == 0.0 || !value.is_finite() {
            return next;
        }
        if (value < 0.0) == (at_b < 0.0) {
            // The end that stays counts half, so that it moves too.
            at_a *= 0.5;
        } else {
            (a, at_a) = (b, at_b);
        }
        (b, at_b) = (next, value);
    }
    if at_a.abs() < at_b.abs() { a } else { b }
}

/// Lines through the cuts at every point of an axis: the first of each, the second of each. A line ends where there is none.
fn joined(axis: &Extent, cuts: &[Vec<f64>]) -> Vec<Vec<[f64; 2]>> {
    let most = cuts.iter().map(Vec::len).max().unwrap_or(0);
    let points = axis.points();
    let mut lines = Vec::new();
    for branch in 0..most {
        let mut line: Vec<[f64; 2]> = Vec::new();
        for (i, cuts) in cuts.iter().enumerate() {
            match (cuts.get(branch), axis) {
                (Some(&cut), Extent::Continuous(..)) => line.push([points[i], cut]),
                (Some(&cut), Extent::Whole(_, edges)) => line.extend([[edges[i], cut], [edges[i + 1], cut]]),
                (None, _) => lines.push(std::mem::take(&mut line)),
            }
        }
        lines.push(line);
    }
    lines.retain(|line| line.len() > 1);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Extent = Extent::Continuous(0.0, 1.0);

    #[test]
    fn lines_lie_where_the_function_is_zero() {
        // Steep, flat, slanted.
        for (slope, offset) in [(40.0, -20.0), (0.01, 0.3), (1.0, 0.0)] {
            let lines = zeros(&UNIT, &UNIT, |x, y| y - (slope * x + offset));
            assert_eq!(lines.len(), 1);
            assert!(lines[0].len() > 60, "{}", lines[0].len());
            for [x, y] in &lines[0] {
                assert!((y - (slope * x + offset)).abs() < 1e-12, "{x} {y}");
            }
        }
    }

    #[test]
    fn two_branches_are_two_lines_and_a_gap_ends_one() {
        let lines = zeros(&UNIT, &UNIT, |x, y| {
            if (0.4..0.6).contains(&x) {
                f64::NAN
            } else {
                (y - 0.3) * (y - 0.8) - 1e-3 * x
            }
        });
        assert_eq!(lines.len(), 4);
        assert!(zeros(&UNIT, &UNIT, |_, _| 1.0).is_empty());
    }

    #[test]
    fn whole_numbers_make_a_stair() {
        let depths = Extent::Whole(vec![1.0, 2.0, 3.0], vec![0.5, 1.5, 2.5, 3.5]);
        let lines = zeros(&UNIT, &depths, |x, y| x - 0.2 * y);
        let expected = [
            [0.2, 0.5],
            [0.2, 1.5],
            [0.4, 1.5],
            [0.4, 2.5],
            [0.6, 2.5],
            [0.6, 3.5],
        ];
        assert_eq!(lines.len(), 1);
        for (found, expected) in lines[0].iter().zip(expected) {
            assert!(
                (found[0] - expected[0]).abs() < 1e-12 && found[1].to_bits() == f64::to_bits(expected[1])
            );
        }
    }
}
