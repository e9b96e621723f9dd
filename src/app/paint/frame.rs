//! Where a plot stands in the window, and which positions it shows.

use eframe::egui::{Pos2, Rect, pos2};

use crate::chart::Picture;

/// How far beyond a plot, in points, something is drawn at most: what lies further out is not seen.
pub(super) const BEYOND: f64 = 64.0;

/// The points of a plot and the positions at its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    /// The plot itself, without its axes.
    pub(super) rect: Rect,
    /// Positions at its left and right edge.
    pub(super) x: (f64, f64),
    /// Positions at its lower and upper edge.
    pub(super) y: (f64, f64),
}

impl Frame {
    /// The plot of a picture.
    pub(super) fn new(picture: &Picture, rect: Rect) -> Self {
        Self {
            rect,
            x: picture.x.range,
            y: picture.y.range,
        }
    }

    /// Points across of a position.
    pub(super) fn across(&self, x: f64) -> f64 {
        f64::from(self.rect.left()) + (x - self.x.0) * f64::from(self.rect.width()) / (self.x.1 - self.x.0)
    }

    /// Points downwards of a position.
    pub(super) fn upwards(&self, y: f64) -> f64 {
        f64::from(self.rect.bottom()) - (y - self.y.0) * f64::from(self.rect.height()) / (self.y.1 - self.y.0)
    }

    /// The point of a position, not far outside the plot.
    pub(super) fn point(&self, [x, y]: [f64; 2]) -> Pos2 {
        let (x, y) = (self.across(x), self.upwards(y));
        let near = |place: f64, low: f32, high: f32| {
            place.clamp(f64::from(low) - BEYOND, f64::from(high) + BEYOND) as f32
        };
        let rect = self.rect;
        pos2(
            near(x, rect.left(), rect.right()),
            near(y, rect.top(), rect.bottom()),
        )
    }

    /// Position of a point.
    pub(super) fn position(&self, point: Pos2) -> [f64; 2] {
        let share_x = f64::from((point.x - self.rect.left()) / self.rect.width().max(1.0));
        let share_y = f64::from((self.rect.bottom() - point.y) / self.rect.height().max(1.0));
        [
            self.x.0 + share_x * (self.x.1 - self.x.0),
            self.y.0 + share_y * (self.y.1 - self.y.0),
        ]
    }

    /// Whether a position lies in the plot.
    pub(super) fn shows(&self, [x, y]: [f64; 2]) -> bool {
        (self.x.0..=self.x.1).contains(&x) && (self.y.0..=self.y.1).contains(&y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_positions_belong_to_each_other() {
        let frame = Frame {
            rect: Rect::from_min_max(pos2(50.0, 20.0), pos2(250.0, 120.0)),
            x: (-1.0, 3.0),
            y: (-6.0, 2.0),
        };
        assert_eq!(frame.point([-1.0, -6.0]), pos2(50.0, 120.0));
        assert_eq!(frame.point([3.0, 2.0]), pos2(250.0, 20.0));
        let there = frame.position(frame.point([0.5, 1.25]));
        assert!((there[0] - 0.5).abs() < 1e-6 && (there[1] - 1.25).abs() < 1e-6);
        assert!(frame.shows([0.0, 0.0]) && !frame.shows([3.1, 0.0]));
        // What lies far outside has a finite place all the same.
        assert_eq!(
            frame.point([1e300, -1e300]),
            pos2(250.0 + BEYOND as f32, 120.0 + BEYOND as f32)
        );
    }
}
