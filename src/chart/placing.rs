//! Where texts stand so that they touch neither one another nor what they name: the same on the screen and on paper. Lengths
//! are pixels, heights grow downwards; the painters measure the texts.

use std::ops::Range;

use super::picture::Side;

/// Where a text beside a bracket stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// It begins there.
    Right(f64),
    /// It ends there.
    Left(f64),
    /// Its middle is there.
    On(f64),
}

/// Keys of a panel laid out in lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLines {
    /// Whether the only line is that of the title.
    pub begins_at_title: bool,
    /// The keys of each line.
    pub lines: Vec<Range<usize>>,
}

impl KeyLines {
    /// Lays out keys of these widths: beside a title that leaves `beside` pixels if they all have room there, else in lines of
    /// their own, each `width` pixels at most.
    pub fn new(widths: &[f64], beside: f64, width: f64) -> Self {
        if widths.is_empty() || widths.iter().sum::<f64>() <= beside {
            return Self {
                begins_at_title: true,
                lines: std::iter::once(0..widths.len()).collect(),
            };
        }
        let mut lines = Vec::new();
        let (mut start, mut left) = (0, width);
        for (i, &key) in widths.iter().enumerate() {
            if left < key && i > start {
                lines.push(start..i);
                (start, left) = (i, width);
            }
            left -= key;
        }
        lines.push(start..widths.len());
        Self {
            begins_at_title: false,
            lines,
        }
    }

    /// Lines needed below the title.
    pub fn n_below(&self) -> usize {
        if self.begins_at_title { 0 } else { self.lines.len() }
    }
}

/// A name beside a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Name {
    /// The point.
    pub at: [f64; 2],
    /// Width and height of the words.
    pub size: [f64; 2],
    /// Where they stand if there is room.
    pub side: Side,
}

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedName {
    /// Its upper left corner.
    pub corner: [f64; 2],
    /// Where a line from the point to the name ends, if it stands apart from it.
    pub leader: Option<[f64; 2]>,
}

/// Pixels from a point to its name.
const SPACE_OF_NAME: f64 = 3.0;
/// Lines that a name is moved at most.
const MOST_LINES: i32 = 8;

/// Places names between `[left, top]` and `[right, bottom]` so that none covers one before it: beside its point, left or right, or a
/// few lines further up or down with a line that leads to it. A name for which there is no room stands where it belongs.
pub fn place_names(names: &[Name], [left, top]: [f64; 2], [right, bottom]: [f64; 2]) -> Vec<PlacedName> {
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let place = |name: &Name| {
        let ([x, y], [width, height]) = (name.at, name.size);
        let up = match name.side {
            Side::Above => -1.0,
            Side::Below(_) => 1.0,
        };
        let lines = (0..=MOST_LINES).flat_map(|n| [up * f64::from(n), -up * f64::from(n)]);
        let corners = lines.flat_map(|n| {
            let upper = if n * up >= 0.0 { up } else { -up };
            let beside = if upper < 0.0 {
                y - height - SPACE_OF_NAME
            } else {
                y + SPACE_OF_NAME
            };
            let y = beside + n * height;
            [[x - SPACE_OF_NAME - width, y], [x + 2.0 * SPACE_OF_NAME, y]]
        });
        let is_free = |[l, t]: &[f64; 2]| {
            let inside = *l >= left && l + width <= right && *t >= top && t + height <= bottom;
            let touches = |[other_l, other_t, other_r, other_b]: &[f64; 4]| {
                *l < *other_r && l + width > *other_l && *t < *other_b && t + height > *other_t
            };
            inside && !taken.iter().any(touches)
        };
        let usual = [x - SPACE_OF_NAME - width, y - height - SPACE_OF_NAME];
        let [l, t] = { corners }.find(is_free).unwrap_or(usual);
        taken.push([l, t, l + width, t + height]);
        // To the corner that is nearest.
        let distance = if t > y { t - y } else { y - (t + height) };
        let end = [
            if l > x { l } else { l + width },
            if t > y { t } else { t + height },
        ];
        PlacedName {
            corner: [l, t],
            leader: (distance > 1.5 * height).then_some(end),
        }
    };
    names.iter().map(place).collect()
}

/// Moves sorted heights down to at least `gap` apart; those that would land more than `gap` from their place make no room.
pub fn stack(heights: &mut [f64], gap: f64) {
    let mut least = f64::NEG_INFINITY;
    for height in heights {
        let place = height.max(least);
        if place - *height <= gap {
            least = place + gap;
        }
        *height = place;
    }
}

/// Moves sorted heights apart to at least `gap`, within bounds where there is room.
pub fn spread(heights: &mut [f64], gap: f64, top: f64, bottom: f64) {
    let mut least = top;
    for height in heights.iter_mut() {
        *height = height.max(least);
        least = *height + gap;
    }
    let mut greatest = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(greatest);
        greatest = *height - gap;
    }
}

/// Which text of a bracket is taken, and where it stands, given the widths of the texts from the longest to the shortest, the ends of
/// the bracket, the edges of the plot and the space that the marks at the ends need: right of the bracket, where there is no room
/// for it left of it, and on it where there is none there either; it is as long as it can be.
pub fn beside_bracket<const N: usize>(
    widths: [f64; N],
    bracket: (f64, f64),
    edges: (f64, f64),
    space: f64,
) -> (usize, Place) {
    let (after, before) = (bracket.1 + space, bracket.0 - space);
    let room = bracket.1 - bracket.0 - 2.0 * space;
    let middle = f64::midpoint(bracket.0, bracket.1);
    for (text, width) in widths.into_iter().enumerate() {
        if after + width <= edges.1 {
            return (text, Place::Right(after));
        }
        if before - width >= edges.0 {
            return (text, Place::Left(before));
        }
        if width <= room {
            return (text, Place::On(middle));
        }
    }
    let shortest = N.saturating_sub(1);
    let half = 0.5 * widths.last().copied().unwrap_or(0.0);
    // Inside the plot, whatever there is no room for.
    let (least, greatest) = (edges.0 + half, edges.1 - half);
    (shortest, Place::On(middle.min(greatest).max(least)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: f64 = 13.0;

    #[test]
    fn labels_are_moved_apart_only_where_they_touch() {
        let whole = |heights: &[f64]| heights.iter().map(|height| *height as i32).collect::<Vec<_>>();
        let mut heights = [10.0, 100.0, 104.0, 199.0];
        spread(&mut heights, 16.0, 0.0, 200.0);
        assert_eq!(whole(&heights), [10, 100, 116, 199]);
        let mut crowded = [190.0, 195.0, 200.0];
        spread(&mut crowded, 16.0, 0.0, 200.0);
        assert_eq!(whole(&crowded), [168, 184, 200]);
        let mut lines = [10.0, 12.0, 14.0, 60.0];
        stack(&mut lines, 16.0);
        assert_eq!(whole(&lines), [10, 26, 42, 60]);
    }

    #[test]
    fn names_stand_beside_their_points_and_never_on_each_other() {
        let name = |x: f64, y: f64| Name {
            at: [x, y],
            size: [40.0, 10.0],
            side: Side::Above,
        };
        let (least, most) = ([0.0, 0.0], [400.0, 200.0]);
        let alone = place_names(&[name(200.0, 100.0)], least, most);
        assert_eq!((alone[0].corner, alone[0].leader), ([157.0, 87.0], None));
        // At the left edge it stands at the right of its point.
        assert!(place_names(&[name(20.0, 100.0)], least, most)[0].corner[0] > 20.0);
        // Many at one point.
        let many = vec![name(200.0, 100.0); 9];
        let placed = place_names(&many, least, most);
        for (i, a) in placed.iter().enumerate() {
            let [l, t] = a.corner;
            assert!(
                l >= 0.0 && t >= 0.0 && l + 40.0 <= 400.0 && t + 10.0 <= 200.0,
                "{a:?}"
            );
            for b in &placed[..i] {
                let apart = [(l - b.corner[0]).abs() >= 40.0, (t - b.corner[1]).abs() >= 10.0];
                assert!(apart.contains(&true), "{a:?} {b:?}");
            }
        }
        assert!(placed.iter().any(|placed| placed.leader.is_some()));
    }

    #[test]
    fn keys_stand_beside_the_title_or_in_lines_that_are_full() {
        let widths = [100.0, 100.0, 100.0, 100.0];
        let all = KeyLines::new(&widths, 400.0, 500.0);
        assert!(all.begins_at_title && all.lines.len() == 1 && all.n_below() == 0);
        let two = KeyLines::new(&widths, 399.0, 350.0);
        assert_eq!((two.n_below(), two.lines.clone()), (2, vec![0..3, 3..4]));
        // A key too long for any line has one of its own.
        assert_eq!(KeyLines::new(&[900.0, 10.0], 0.0, 100.0).lines, [0..1, 1..2]);
    }

    #[test]
    fn texts_stand_where_there_is_room() {
        let edges = (100.0, 900.0);
        let placed = |bracket| beside_bracket([300.0, 150.0], bracket, edges, SPACE);
        assert_eq!(placed((150.0, 300.0)), (0, Place::Right(300.0 + SPACE)));
        assert_eq!(placed((500.0, 700.0)), (0, Place::Left(500.0 - SPACE)));
        // Neither side has room for the long text, nor the bracket, the right one for the short one.
        assert_eq!(placed((390.0, 700.0)), (1, Place::Right(700.0 + SPACE)));
        assert_eq!(placed((300.0, 800.0)), (0, Place::On(550.0)));
        assert_eq!(placed((150.0, 900.0)), (0, Place::On(525.0)));
        // Where there is room for none it is the shortest, inside the plot.
        assert_eq!(
            beside_bracket([300.0, 150.0], (40.0, 60.0), (0.0, 120.0), SPACE),
            (1, Place::On(75.0))
        );
    }

    #[test]
    fn texts_never_leave_the_plot_nor_cover_the_ends_of_a_bracket() {
        // A plot wide enough for both texts beside a bracket of no length, as every figure's is.
        let (widths, edges) = ([370.0, 260.0], (108.0, 946.0));
        for start in (108..946).step_by(6) {
            for end in (start..=946).step_by(6) {
                let (start, end) = (f64::from(start), f64::from(end));
                let (text, place) = beside_bracket(widths, (start, end), edges, SPACE);
                let width = widths[text];
                let (left, right) = match place {
                    Place::Right(x) => (x, x + width),
                    Place::Left(x) => (x - width, x),
                    Place::On(x) => (x - 0.5 * width, x + 0.5 * width),
                };
                assert!(left >= edges.0 && right <= edges.1, "{start} {end}: {place:?}");
                let is_clear = |mark: f64| mark + 10.0 < left || mark - 10.0 > right;
                assert!(is_clear(start) && is_clear(end), "{start} {end}: {place:?}");
            }
        }
    }
}
