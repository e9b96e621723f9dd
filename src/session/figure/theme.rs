//! Colours of a figure on light or dark paper.

use plotters::style::RGBColor;

use crate::palette::{Ground, Rgb, mode_style};

/// Everything but the curves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    ground: Ground,
    pub(super) paper: RGBColor,
    pub(super) ink: RGBColor,
    pub(super) grey: RGBColor,
    pub(super) grid: RGBColor,
}

impl Theme {
    pub(super) fn new(ground: Ground) -> Self {
        let [paper, ink, grey, grid] = match ground {
            Ground::Light => [0xff_ff_ff, 0x22_22_22, 0x70_70_70, 0xe4_e4_e4],
            Ground::Dark => [0x17_19_1c, 0xe6_e6_e6, 0x9c_9c_9c, 0x34_37_3b],
        }
        .map(|hex: u32| rgb([(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]));
        Self {
            ground,
            paper,
            ink,
            grey,
            grid,
        }
    }

    /// Colour of a mode, counted from 0.
    pub(super) fn mode(&self, mode: usize) -> RGBColor {
        rgb(mode_style(mode, self.ground).color)
    }

    /// Whether an earlier mode has the same colour, so that this one is told apart by dashes.
    pub(super) fn is_dashed(&self, mode: usize) -> bool {
        mode_style(mode, self.ground).dashed
    }

    /// Colour of what theory says of a mode: its own hue, nearer to the ink, so that it is seen on top of the mode's curve.
    pub(super) fn theory(&self, mode: usize) -> RGBColor {
        mixed(self.mode(mode), self.ink, 0.35)
    }

    /// A colour thinned out on the paper.
    pub(super) fn faint(&self, colour: RGBColor, share: f64) -> RGBColor {
        mixed(colour, self.paper, share)
    }
}

fn rgb([red, green, blue]: Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// So large a share of one colour with the rest of another.
fn mixed(one: RGBColor, other: RGBColor, share: f64) -> RGBColor {
    let mix = |a: u8, b: u8| (share * f64::from(a) + (1.0 - share) * f64::from(b)).round() as u8;
    RGBColor(mix(one.0, other.0), mix(one.1, other.1), mix(one.2, other.2))
}
