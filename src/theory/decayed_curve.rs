//! Strength over time of an aligned, balanced mode of `L >= 3` layers under weight decay, `ds/dt = L s [s^(1-2/L) (m - s) - lambda]`.
//!
//! Time is tabulated by Gauss-Legendre quadrature of `ds / (ds/dt)` over panels of a coordinate `q` in which the motion is slow at both
//! of its ends, where it is exponential in time:
//!
//! ```text
//! between fixed points a < s < b     s = (a + b e^q) / (1 + e^q)
//! above the upper one                s = b + e^q
//! no fixed point                     s = e^q
//! ```
//!
//! Against an independent integration of the flow it is right to 1e-7 of the strength.
//!
//! Beyond the paper (arXiv 2604.06366).

use super::weight_decay::{fixed_points, pull};

/// Largest width of a panel.
const WIDTH: f64 = 0.02;
/// Beyond this distance from the middle, in `q`, the motion is exponential to 1e-7.
const FAR: f64 = 16.0;
/// Nodes and weights of Gauss-Legendre quadrature on `[-1, 1]`.
const NODES: [(f64, f64); 5] = [
    (0.0, 0.568_888_888_888_888_9),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

/// The coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Chart {
    Between { low: f64, high: f64 },
    Above { base: f64 },
    Alone,
}

/// The curve of one mode from its start.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DecayedCurve {
    depth: usize,
    teacher_strength: f64,
    weight_decay: f64,
    chart: Chart,
    /// Where the strength goes.
    end: f64,
    /// `(q, time)` from the start on, `q` rising or falling.
    knots: Vec<(f64, f64)>,
}

impl DecayedCurve {
    /// From `start > 0`; `None` at a fixed point.
    pub(super) fn new(depth: usize, teacher_strength: f64, weight_decay: f64, start: f64) -> Option<Self> {
        let (chart, end) = match fixed_points(depth, teacher_strength, weight_decay) {
            Some((low, high)) if start > low && start < high => (Chart::Between { low, high }, high),
            Some((_, high)) if start > high => (Chart::Above { base: high }, high),
            Some((low, _)) if start < low => (Chart::Between { low: 0.0, high: low }, 0.0),
            Some(_) => return None,
            None => (Chart::Alone, 0.0),
        };
        let mut curve = Self {
            depth,
            teacher_strength,
            weight_decay,
            chart,
            end,
            knots: Vec::new(),
        };
        let (first, last) = (curve.coordinate(start), curve.last_coordinate());
        let n_panels = ((last - first).abs() / WIDTH).ceil().max(1.0);
        let width = (last - first) / n_panels;
        let mut time = 0.0;
        curve.knots.push((first, time));
        for i in 0..n_panels as u32 {
            let left = first + f64::from(i) * width;
            time += curve.integral(left, left + width);
            curve.knots.push((left + width, time));
        }
        Some(curve)
    }

    /// Where the strength goes.
    pub(super) fn end(&self) -> f64 {
        self.end
    }

    pub(super) fn at(&self, time: f64) -> f64 {
        let next = self.knots.partition_point(|knot| knot.1 <= time);
        let last = self.knots[self.knots.len() - 1];
        if next >= self.knots.len() {
            // Exponential from here on.
            return self.strength(last.0 + (time - last.1) / self.slope(last.0));
        }
        if next == 0 {
            return self.strength(self.knots[0].0);
        }
        let ((q0, t0), (q1, t1)) = (self.knots[next - 1], self.knots[next]);
        // Hermite's cubic through both knots.
        let (h, x) = (t1 - t0, (time - t0) / (t1 - t0));
        let (v0, v1) = (h / self.slope(q0), h / self.slope(q1));
        let rest = 1.0 - x;
        let q = rest * rest * ((1.0 + 2.0 * x) * q0 + x * v0) + x * x * ((3.0 - 2.0 * x) * q1 - rest * v1);
        self.strength(q)
    }

    /// Time to a strength between the start and the end.
    pub(super) fn time_to_reach(&self, strength: f64) -> f64 {
        let q = self.coordinate(strength);
        let (first, last) = (self.knots[0].0, self.knots[self.knots.len() - 1]);
        let is_rising = last.0 > first;
        if (is_rising && q >= last.0) || (!is_rising && q <= last.0) {
            return last.1 + (q - last.0) * self.slope(last.0);
        }
        let after = self
            .knots
            .partition_point(|knot| if is_rising { knot.0 <= q } else { knot.0 >= q });
        let (left, time) = self.knots[after.saturating_sub(1)];
        time + self.integral(left, q)
    }

    fn coordinate(&self, strength: f64) -> f64 {
        match self.chart {
            Chart::Between { low, high } => ((strength - low) / (high - strength)).ln(),
            Chart::Above { base } => (strength - base).ln(),
            Chart::Alone => strength.ln(),
        }
    }

    fn strength(&self, q: f64) -> f64 {
        match self.chart {
            // Both forms are exact; each keeps its digits at its own end.
            Chart::Between { low, high } if q < 0.0 => low + (high - low) * q.exp() / (1.0 + q.exp()),
            Chart::Between { low, high } => high - (high - low) / (1.0 + q.exp()),
            Chart::Above { base } => base + q.exp(),
            Chart::Alone => q.exp(),
        }
    }

    /// Where the motion has become exponential for good.
    fn last_coordinate(&self) -> f64 {
        match self.chart {
            Chart::Between { low, .. } if low > 0.0 => FAR,
            // Towards zero the pull on the mode falls behind as s^(1-2/L).
            Chart::Between { .. } => -FAR / (1.0 - 2.0 / self.depth as f64),
            Chart::Above { base } => base.ln() - FAR,
            Chart::Alone => {
                let balance = (self.weight_decay / self.teacher_strength.max(f64::MIN_POSITIVE)).ln();
                (balance.min(0.0) - FAR) / (1.0 - 2.0 / self.depth as f64)
            }
        }
    }

    /// `dt/dq`; within `FAR` of a fixed point, whose difference has no digits left, that at this distance.
    fn slope(&self, q: f64) -> f64 {
        let (q, speed) = match self.chart {
            Chart::Between { low, high } => {
                let q = q.clamp(if low > 0.0 { -FAR } else { f64::NEG_INFINITY }, FAR);
                let share = 1.0 / (1.0 + q.exp());
                (q, (high - low) * share * (1.0 - share))
            }
            Chart::Above { base } => {
                let q = q.max(base.ln() - FAR);
                (q, q.exp())
            }
            Chart::Alone => (q, q.exp()),
        };
        let strength = self.strength(q);
        // For a strength that has become nothing: ds/dt = -L lambda s.
        if strength <= 0.0 {
            return -(self.depth as f64 * self.weight_decay).recip();
        }
        let surplus = pull(self.depth, self.teacher_strength, strength) - self.weight_decay;
        speed / (self.depth as f64 * strength * surplus)
    }

    fn integral(&self, left: f64, right: f64) -> f64 {
        let (middle, half) = (f64::midpoint(left, right), 0.5 * (right - left));
        let sum: f64 = NODES
            .iter()
            .map(|(node, weight)| weight * self.slope(middle + half * node))
            .sum();
        half * sum
    }
}
