//! Coloured cells: a matrix, or a quantity over two parameters; with the colours that values have.
//!
//! Colours are chosen for eyes of every kind of colour vision: viridis for what has a beginning (van der Walt and Smith, 2015), blue
//! and orange about the ground for what has a sign. A diverging map gives 0 the colour of the ground, so that what is not there is
//! not seen.

use super::axis::Axis;
use super::look::{Look, mixed};
use crate::palette::{Ground, Rgb};

/// Cells in rows and columns, each in the colour of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Positions of the edges of columns, one more than there are columns, from left to right.
    pub across: Vec<f64>,
    /// Positions of the edges of rows, one more than there are rows, from the bottom.
    pub upwards: Vec<f64>,
    /// What the cells hold, row after row from the bottom, as positions on the scale of the colour bar; no number where a cell holds
    /// nothing.
    pub values: Vec<f64>,
    /// Colours of the values.
    pub colours: ColourMap,
    /// Positions at the ends of the colours.
    pub range: (f64, f64),
    /// Lines over cells; empty, or one for each.
    pub hatches: Vec<Option<Hatch>>,
    /// The colour bar, right of the plot; its range is [`Self::range`].
    pub bar: Option<Axis>,
}

/// Which colours values have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourMap {
    /// From blue through the ground to orange, for values about a middle.
    Diverging,
    /// Viridis, for values from least to greatest.
    Sequential,
    /// From the ground to a grey, to lie under curves.
    Shade,
}

/// Lines over a cell, for what its colour cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hatch {
    /// Lines that rise to the right.
    Rising,
    /// Lines that fall to the right.
    Falling,
    /// Both.
    Crossed,
    /// Level lines.
    Level,
    /// Dots.
    Dotted,
}

/// Ends of the diverging colours on a light and on a dark ground.
const ON_LIGHT: [Rgb; 2] = [[0x1f, 0x5f, 0xa8], [0xc2, 0x4e, 0x00]];
const ON_DARK: [Rgb; 2] = [[0x5a, 0xa9, 0xf5], [0xff, 0x9a, 0x3d]];
/// Share of grey at the dark end of a shade.
const SHADE: f64 = 0.45;

impl HeatMap {
    /// Number of columns and rows.
    pub fn shape(&self) -> (usize, usize) {
        (
            self.across.len().saturating_sub(1),
            self.upwards.len().saturating_sub(1),
        )
    }

    /// Share of the way along the colours of a value, from 0 to 1; `None` of what is no number.
    pub fn share(&self, value: f64) -> Option<f64> {
        let (low, high) = self.range;
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        (!value.is_nan()).then(|| share.clamp(0.0, 1.0))
    }

    /// Column and row of a position, if a cell is there.
    pub fn cell_at(&self, [x, y]: [f64; 2]) -> Option<(usize, usize)> {
        let find = |edges: &[f64], place: f64| {
            let n_below = edges.partition_point(|edge| *edge <= place);
            (n_below > 0 && n_below < edges.len()).then(|| n_below - 1)
        };
        Some((find(&self.across, x)?, find(&self.upwards, y)?))
    }

    /// What a cell holds, in column and row.
    pub fn value(&self, (column, row): (usize, usize)) -> f64 {
        let place = row * self.shape().0 + column;
        self.values.get(place).copied().unwrap_or(f64::NAN)
    }
}

impl ColourMap {
    /// The colour so far along, from 0 to 1.
    pub fn colour(self, share: f64, look: &Look) -> Rgb {
        match self {
            Self::Sequential => {
                let colorous::Color { r, g, b } = colorous::VIRIDIS.eval_continuous(share);
                [r, g, b]
            }
            Self::Diverging => {
                let ends = match look.ground {
                    Ground::Light => ON_LIGHT,
                    Ground::Dark => ON_DARK,
                };
                let signed = 2.0 * share - 1.0;
                mixed(ends[usize::from(signed > 0.0)], look.paper, signed.abs())
            }
            Self::Shade => mixed(look.grey, look.paper, SHADE * share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brightness(colour: Rgb) -> f64 {
        let [r, g, b] = colour.map(f64::from);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn diverging_colours_begin_at_the_ground_and_move_away_from_it_on_both_sides() {
        for ground in [Ground::Light, Ground::Dark] {
            let look = Look::on_paper(ground);
            assert_eq!(ColourMap::Diverging.colour(0.5, &look), look.paper);
            for sign in [-1.0, 1.0] {
                let along = |i: u32| ColourMap::Diverging.colour(0.5 + sign * f64::from(i) / 40.0, &look);
                let away = |i: u32| (brightness(along(i)) - brightness(look.paper)).abs();
                assert!((1..=20).all(|i| away(i) > away(i - 1)), "{ground:?} {sign}");
            }
        }
    }

    #[test]
    fn a_position_is_found_in_its_cell() {
        let map = HeatMap {
            across: vec![0.0, 1.0, 3.0],
            upwards: vec![-1.0, 0.0, 1.0, 2.0],
            values: vec![0.0, 1.0, 2.0, 3.0, 4.0, f64::NAN],
            colours: ColourMap::Sequential,
            range: (0.0, 4.0),
            hatches: Vec::new(),
            bar: None,
        };
        assert_eq!(map.shape(), (2, 3));
        assert_eq!(map.cell_at([2.0, 0.5]), Some((1, 1)));
        assert_eq!(map.cell_at([3.5, 0.5]), None);
        assert_eq!(map.cell_at([0.5, -1.5]), None);
        assert!((map.value((1, 1)) - 3.0).abs() < 1e-15);
        assert_eq!(map.share(1.0), Some(0.25));
        assert_eq!(map.share(map.value((1, 2))), None);
    }
}
