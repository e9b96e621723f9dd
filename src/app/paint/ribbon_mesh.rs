//! From the edges of a ribbon to triangles, whole or cut into dashes.

use eframe::egui::{Color32, Mesh, pos2};

use crate::chart::{Dashes, Stop};

/// Triangles between the edges: at each stop the upper edge, the lower edge and the height over which each of them fades.
pub(super) fn ribbon_mesh(edges: &[Stop<3>], dashes: Dashes, width: f32, color: Color32) -> Mesh {
    let mut strips = Strips::new(color);
    match dashes {
        Dashes::None => {
            strips.reserve(edges.len());
            for &stop in edges {
                strips.push(stop);
            }
        }
        Dashes::Dashed(dash, gap) => strips.dashes(edges, f64::from(dash), f64::from(gap)),
        Dashes::Dotted(spacing) => {
            // Dots are as long as wide, and never touch.
            let (dot, spacing) = (f64::from(width), f64::from(spacing.max(width + 1.0)));
            strips.dashes(edges, dot, spacing - dot);
        }
    }
    strips.mesh
}

/// Strips of triangles being built from left to right.
struct Strips {
    mesh: Mesh,
    color: Color32,
    /// Whether the next stop goes on with a strip.
    is_open: bool,
}

impl Strips {
    fn new(color: Color32) -> Self {
        Self {
            mesh: Mesh::default(),
            color,
            is_open: false,
        }
    }

    fn reserve(&mut self, n_stops: usize) {
        self.mesh.vertices.reserve_exact(4 * n_stops);
        self.mesh.indices.reserve_exact(18 * n_stops.saturating_sub(1));
    }

    /// Goes on to a stop.
    fn push(&mut self, stop: Stop<3>) {
        let [upper, lower, soft] = stop.ys;
        let (middle, reach) = (0.5 * (upper + lower), 0.5 * (lower - upper));
        let inner = (reach - 0.5 * soft).max(0.0);
        let right = self.mesh.vertices.len() as u32;
        for (y, color) in [
            (upper - 0.5 * soft, Color32::TRANSPARENT),
            (middle - inner, self.color),
            (middle + inner, self.color),
            (lower + 0.5 * soft, Color32::TRANSPARENT),
        ] {
            self.mesh.colored_vertex(pos2(stop.x as f32, y as f32), color);
        }
        if self.is_open {
            let left = right - 4;
            for k in 0..3 {
                let (a, b, c, d) = (left + k, left + k + 1, right + k, right + k + 1);
                self.mesh.indices.extend_from_slice(&[a, b, c, b, d, c]);
            }
        }
        self.is_open = true;
    }

    /// Dashes of one length with gaps of another between them, measured along the middle of the ribbon.
    fn dashes(&mut self, edges: &[Stop<3>], dash: f64, gap: f64) {
        // Without gaps, or with none that could be seen, the line is whole.
        if gap < 0.1 || dash < 0.1 {
            for &stop in edges {
                self.push(stop);
            }
            return;
        }
        let middle = |stop: Stop<3>| 0.5 * (stop.ys[0] + stop.ys[1]);
        let (mut is_dash, mut left) = (true, dash);
        for (i, &end) in edges.iter().enumerate() {
            let start = edges[i.saturating_sub(1)];
            let length = (end.x - start.x).hypot(middle(end) - middle(start));
            let mut passed = 0.0;
            while length - passed > left {
                passed += left;
                self.push(between(start, end, passed / length));
                // A gap begins where a dash ends, and the other way round.
                self.is_open = !is_dash;
                is_dash = !is_dash;
                left = if is_dash { dash } else { gap };
            }
            left -= length - passed;
            if is_dash {
                self.push(end);
            }
        }
    }
}

/// The stop at a share of the way from one to another.
fn between(a: Stop<3>, b: Stop<3>, share: f64) -> Stop<3> {
    let mix = |a: f64, b: f64| a + share * (b - a);
    Stop {
        x: mix(a.x, b.x),
        ys: std::array::from_fn(|k| mix(a.ys[k], b.ys[k])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(x: f64, upper: f64, lower: f64) -> Stop<3> {
        Stop {
            x,
            ys: [upper, lower, 1.0],
        }
    }

    /// Area of a mesh, each corner counting by its opacity.
    fn covered(mesh: &Mesh) -> f32 {
        let triangles = mesh.indices.chunks_exact(3).map(|corners| {
            let [a, b, c] = [0, 1, 2].map(|k| mesh.vertices[corners[k] as usize]);
            let (u, v) = (b.pos - a.pos, c.pos - a.pos);
            let opacity: f32 = [a, b, c]
                .map(|corner| f32::from(corner.color.a()) / 255.0)
                .iter()
                .sum();
            0.5 * (u.x * v.y - u.y * v.x).abs() * opacity / 3.0
        });
        triangles.sum()
    }

    #[test]
    fn a_ribbon_covers_its_area_and_dashes_their_share_of_it() {
        let edges = [
            stop(0.0, 8.0, 12.0),
            stop(300.0, 308.0, 312.0),
            stop(1000.0, 308.0, 312.0),
        ];
        let whole = ribbon_mesh(&edges, Dashes::None, 4.0, Color32::WHITE);
        assert!(whole.is_valid());
        assert_eq!((whole.vertices.len(), whole.indices.len()), (12, 36));
        assert!((covered(&whole) - 4000.0).abs() < 1.0);
        for (dashes, share) in [
            (Dashes::Dashed(10.0, 6.0), 0.625),
            (Dashes::Dotted(16.0), 0.25),
            // Dots of a broad line are moved apart.
            (Dashes::Dotted(2.0), 0.8),
        ] {
            let cut = ribbon_mesh(&edges, dashes, 4.0, Color32::WHITE);
            assert!(cut.is_valid());
            let found = covered(&cut) / 4000.0;
            assert!((found - share).abs() < 0.012, "{dashes:?}: {found} for {share}");
        }
    }

    #[test]
    fn dashes_stand_where_their_length_says() {
        let edges = [stop(0.0, 0.0, 2.0), stop(40.0, 0.0, 2.0)];
        let mesh = ribbon_mesh(&edges, Dashes::Dashed(10.0, 6.0), 2.0, Color32::WHITE);
        let xs: Vec<f32> = mesh.vertices.chunks(4).map(|column| column[0].pos.x).collect();
        let period = 16.0;
        let expected = [0.0, 10.0, period, period + 10.0, 2.0 * period, 40.0];
        assert_eq!(xs.len(), expected.len(), "{xs:?}");
        for (found, expected) in xs.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-3, "{xs:?}");
        }
        // One strip of three quads a dash.
        assert_eq!(mesh.indices.len(), 3 * 18);
    }

    #[test]
    fn nothing_and_one_stop_are_drawn_without_a_fault() {
        for dashes in [Dashes::None, Dashes::Dashed(5.0, 3.0)] {
            assert!(ribbon_mesh(&[], dashes, 2.0, Color32::RED).indices.is_empty());
            assert!(
                ribbon_mesh(&[stop(1.0, 2.0, 3.0)], dashes, 2.0, Color32::RED)
                    .indices
                    .is_empty()
            );
        }
    }
}
