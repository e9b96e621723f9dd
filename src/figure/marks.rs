//! Marks at points: each has a rim in the paper's colour, which sets it off from the curve it lies on.

use super::svg::Svg;
use crate::chart::{Dashes, Look, Pen, Presence, Shape, Stroke};

/// Draws a mark of a pen about a point.
pub(super) fn draw_shape(svg: &mut Svg, shape: Shape, at: [f64; 2], pen: Pen, look: &Look) {
    let colour = look.mark(pen);
    let opacity = match pen.presence {
        Presence::Full | Presence::UnderSmoothed | Presence::Faded => 1.0,
        Presence::Faint => 0.1,
    };
    match shape {
        Shape::Peak => {
            svg.polygon(&diamond(at, 9.0), look.paper, opacity);
            svg.polygon(&diamond(at, 7.0), colour, opacity);
        }
        Shape::PeakSoFar => {
            svg.polygon(&diamond(at, 9.0), look.paper, opacity);
            svg.outline(&diamond(at, 6.0), 1.6, colour);
        }
        Shape::Learned | Shape::Now => {
            svg.disc(at, 6.0, look.paper, opacity);
            svg.disc(at, 4.5, colour, opacity);
        }
        Shape::HalfTime => svg.ring(at, 3.5, 1.2, colour),
        Shape::Saddle => {
            let [x, y] = at;
            for side in [1.0, -1.0] {
                let stroke = Stroke {
                    colour,
                    opacity,
                    width: 2.0,
                    dashes: Dashes::None,
                };
                svg.line(&[[x - 4.5, y - 4.5 * side], [x + 4.5, y + 4.5 * side]], stroke);
            }
        }
        Shape::Minimum => {
            svg.ring(at, 5.5, 1.8, colour);
            svg.disc(at, 2.0, colour, opacity);
        }
    }
}

/// Corners of a diamond so many pixels from its middle.
fn diamond([x, y]: [f64; 2], size: f64) -> [[f64; 2]; 4] {
    [[x, y - size], [x + size, y], [x, y + size], [x - size, y]]
}
