//! Colours of the modes: the palette of Okabe and Ito, which stays distinct for every kind of colour vision. Colours are
//! `[red, green, blue]`; the window and the pictures take theirs from here.

/// What a drawing stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// Dark, as in a lecture hall.
    Dark,
    /// Light, as on paper.
    Light,
}

/// Bright members of the palette, for a dark background.
const ON_DARK: [[u8; 3]; 6] = [
    [0x56, 0xB4, 0xE9],
    [0xE6, 0x9F, 0x00],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
    [0xD5, 0x5E, 0x00],
    [0xF0, 0xE4, 0x42],
];
/// Strong members, for a light background, on which the bright blue, orange and yellow would fade.
const ON_LIGHT: [[u8; 3]; 4] = [
    [0x00, 0x72, 0xB2],
    [0xD5, 0x5E, 0x00],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
];

/// How a mode is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModeStyle {
    /// Colour as `[red, green, blue]`.
    pub colour: [u8; 3],
    /// How often the colours were used up before this mode: drawn with other dashes from 1 on.
    pub round: usize,
}

impl ModeStyle {
    /// Style of a mode, counted from 0.
    pub fn of(mode: usize, background: Background) -> Self {
        let colours: &[[u8; 3]] = match background {
            Background::Dark => &ON_DARK,
            Background::Light => &ON_LIGHT,
        };
        Self { colour: colours[mode % colours.len()], round: mode / colours.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_modes_look_the_same() {
        for background in [Background::Dark, Background::Light] {
            let styles: Vec<ModeStyle> = (0..12).map(|mode| ModeStyle::of(mode, background)).collect();
            for (mode, style) in styles.iter().enumerate() {
                assert!(!styles[..mode].contains(style));
            }
        }
    }
}
