//! Colours of the modes: the same in every plot, text and exported figure, and used for nothing else.
//!
//! From the palette of Okabe and Ito ("Color Universal Design", 2008), which people with any common kind of colour vision
//! can tell apart; on each ground those entries that stand out from it. When the colours are used up they come again
//! dashed, so colour and dash together name a mode.

/// What a figure is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Light lines on a dark ground.
    Dark,
    /// Dark lines on a light ground.
    Light,
}

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// How a mode is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeStyle {
    /// Its colour.
    pub color: Rgb,
    /// Whether its lines are dashed, because an earlier mode has the same colour.
    pub dashed: bool,
}

const ON_DARK: [Rgb; 6] = [
    [0x56, 0xb4, 0xe9],
    [0xe6, 0x9f, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
    [0xd5, 0x5e, 0x00],
    [0xf0, 0xe4, 0x42],
];
const ON_LIGHT: [Rgb; 4] = [
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
    [0x00, 0x9e, 0x73],
    [0xcc, 0x79, 0xa7],
];

/// Style of a mode, counted from 0.
pub fn mode_style(mode: usize, ground: Ground) -> ModeStyle {
    let colors: &[Rgb] = match ground {
        Ground::Dark => &ON_DARK,
        Ground::Light => &ON_LIGHT,
    };
    ModeStyle {
        color: colors[mode % colors.len()],
        dashed: (mode / colors.len()) % 2 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_modes_are_told_apart_by_colour_and_dash() {
        for (ground, n_distinct) in [(Ground::Dark, 12), (Ground::Light, 8)] {
            let styles: Vec<ModeStyle> = (0..n_distinct).map(|mode| mode_style(mode, ground)).collect();
            for (i, style) in styles.iter().enumerate() {
                assert!(!styles[..i].contains(style), "mode {i} looks like an earlier one");
            }
        }
    }
}
