//! The way of a run through a plane, in few points.

/// Points of a trail are at least so far apart, in units of the plane, a long one's further.
const NEAR: f64 = 0.004;
/// Most points of a trail.
const MOST_POINTS: usize = 1000;

/// Points so far apart that they can be told from one another, of which there are never many.
#[derive(Debug)]
pub(super) struct Trail {
    points: Vec<[f64; 2]>,
    /// Units of the plane, across and upwards.
    units: [f64; 2],
    near: f64,
    newest: Option<[f64; 2]>,
}

impl Trail {
    /// Without points, in a plane whose positions are seen in these units.
    pub(super) fn new(units: [f64; 2]) -> Self {
        Self {
            points: Vec::new(),
            units,
            near: NEAR,
            newest: None,
        }
    }

    /// Goes on to a position; what is no number is a gap.
    pub(super) fn push(&mut self, point: [f64; 2]) {
        self.newest = Some(point);
        if self.points.len() == MOST_POINTS {
            // Noise has made it long: every second point is enough, and what follows is taken less closely too.
            let mut is_kept = false;
            self.points.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            self.near *= 2.0;
        }
        let has_moved = |last: &[f64; 2]| match (last[1].is_nan(), point[1].is_nan()) {
            (true, true) => false,
            (true, false) | (false, true) => true,
            (false, false) => {
                let away = |i: usize| (point[i] - last[i]).abs() / self.units[i];
                away(0).max(away(1)) > self.near
            }
        };
        if self.points.last().is_none_or(has_moved) {
            self.points.push(point);
        }
    }

    /// Its points, the newest last.
    pub(super) fn finish(mut self) -> Vec<[f64; 2]> {
        self.points.extend(self.newest);
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_is_short_and_ends_where_the_run_is() {
        let mut trail = Trail::new([1.0, 1.0]);
        for i in 0..100_000_u32 {
            let x = f64::from(i) * 1e-3;
            trail.push([x.sin(), if i % 50_000 == 7 { f64::NAN } else { x.cos() }]);
        }
        let last = [99.999_f64.sin(), 99.999_f64.cos()];
        let points = trail.finish();
        assert!(points.len() <= MOST_POINTS + 1);
        assert_eq!(points.last(), Some(&last));
    }
}
