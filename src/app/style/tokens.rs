//! Sizes and tones of the window, each once: one step of space, four sizes of letters, two weights, one accent.

use eframe::egui::Color32;

/// The step of space: every margin and gap is a multiple of it, in points.
pub(in crate::app) const STEP: f32 = 4.0;
/// Height of a control, in points.
pub(in crate::app) const CONTROL: f32 = 22.0;
/// Height of a slider, in points.
pub(in crate::app) const SLIDER: f32 = 16.0;
/// Radius of the corners of controls, in points.
pub(super) const CORNER: u8 = 4;

/// Size of small letters: read-outs, hints, axes.
pub(in crate::app) const SMALL: f32 = 11.5;
/// Size of usual letters.
pub(in crate::app) const BODY: f32 = 12.5;
/// Size of sentences that are read as a text: what a lesson says.
pub(in crate::app) const PROSE: f32 = 14.0;
/// Size of what is read first: the headline, the title of a lesson.
pub(in crate::app) const TITLE: f32 = 16.0;

/// Tones of a theme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tones {
    /// What everything stands on.
    pub(super) ground: Color32,
    /// Fields that are typed into, and rails of sliders.
    pub(super) well: Color32,
    /// Controls at rest, under the pointer, and pressed.
    pub(super) control: [Color32; 3],
    /// Lines between panels.
    pub(super) line: Color32,
    /// Letters, strong letters, weak letters.
    pub(super) letters: [Color32; 3],
    /// What is chosen, and what can be moved.
    pub(super) accent: Color32,
    /// The ground of what is chosen.
    pub(super) chosen: Color32,
    /// What lies over the window: menus, dialogs, tips.
    pub(super) over: Color32,
}

pub(super) const DARK: Tones = Tones {
    ground: Color32::from_rgb(0x17, 0x19, 0x1c),
    well: Color32::from_rgb(0x0e, 0x10, 0x12),
    control: [
        Color32::from_rgb(0x26, 0x29, 0x2e),
        Color32::from_rgb(0x31, 0x35, 0x3b),
        Color32::from_rgb(0x3a, 0x3f, 0x46),
    ],
    line: Color32::from_rgb(0x2a, 0x2d, 0x32),
    letters: [
        Color32::from_rgb(0xcb, 0xce, 0xd3),
        Color32::from_rgb(0xf2, 0xf4, 0xf7),
        Color32::from_rgb(0x94, 0x99, 0xa1),
    ],
    accent: Color32::from_rgb(0xa5, 0x9c, 0xff),
    chosen: Color32::from_rgb(0x31, 0x2f, 0x4b),
    over: Color32::from_rgb(0x1f, 0x22, 0x26),
};

pub(super) const LIGHT: Tones = Tones {
    ground: Color32::from_rgb(0xfd, 0xfd, 0xfd),
    well: Color32::from_rgb(0xf0, 0xf1, 0xf3),
    control: [
        Color32::from_rgb(0xed, 0xee, 0xf1),
        Color32::from_rgb(0xe2, 0xe4, 0xe8),
        Color32::from_rgb(0xd6, 0xd9, 0xde),
    ],
    line: Color32::from_rgb(0xe0, 0xe2, 0xe6),
    letters: [
        Color32::from_rgb(0x2b, 0x2e, 0x33),
        Color32::from_rgb(0x0d, 0x0f, 0x12),
        Color32::from_rgb(0x61, 0x66, 0x6e),
    ],
    accent: Color32::from_rgb(0x56, 0x48, 0xd8),
    chosen: Color32::from_rgb(0xe1, 0xde, 0xfb),
    over: Color32::from_rgb(0xff, 0xff, 0xff),
};
