//! What a figure is laid out for: a screen, a column or two of a journal, or a slide.
//!
//! Letters have one size in pixels of the layout; how many pixels a width has decides how large they are in print.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Width of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperWidth {
    /// 1120 pixels.
    #[default]
    Screen,
    /// One column of a journal, 86 mm; letters of 6 to 7.5 points.
    Single,
    /// Two columns, 178 mm; letters of 6 to 7.5 points.
    Double,
    /// A slide, 254 mm; letters of 9 to 12 points.
    Slide,
}

/// What a figure is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its width.
    pub width: PaperWidth,
    /// Whether what was run stands above it.
    pub has_title: bool,
}

impl Default for Paper {
    /// For a screen, with a title.
    fn default() -> Self {
        Self {
            width: PaperWidth::Screen,
            has_title: true,
        }
    }
}

/// Points in a millimetre.
const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// Pixels of a PNG to an inch of paper.
const RESOLUTION: f64 = 600.0;
/// Pixels of a PNG for a pixel of a screen.
const PIXELS_ON_SCREEN: f64 = 2.0;

impl PaperWidth {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Screen, Self::Single, Self::Double, Self::Slide];

    /// Its name in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Single => "single",
            Self::Double => "double",
            Self::Slide => "slide",
        }
    }

    /// Pixels of the layout across.
    pub(super) fn pixels(self) -> f64 {
        match self {
            Self::Screen => 1120.0,
            Self::Single => 500.0,
            Self::Double => 1030.0,
            Self::Slide => 920.0,
        }
    }

    /// Width in millimetres; none on a screen.
    fn millimetres(self) -> Option<f64> {
        match self {
            Self::Screen => None,
            Self::Single => Some(86.0),
            Self::Double => Some(178.0),
            Self::Slide => Some(254.0),
        }
    }

    /// How high plots are, as a share of those on a screen.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Screen => 1.0,
            Self::Single => 0.6,
            Self::Double => 0.8,
            Self::Slide => 0.85,
        }
    }

    /// Points of the page for a pixel of the layout.
    pub(super) fn points_per_pixel(self) -> f64 {
        { self.millimetres() }.map_or(1.0, |width| width * POINTS_PER_MM / self.pixels())
    }

    /// Pixels of a PNG for a pixel of the layout.
    pub(super) fn resolution(self) -> f64 {
        match self.millimetres() {
            None => PIXELS_ON_SCREEN,
            Some(_) => self.points_per_pixel() / 72.0 * RESOLUTION,
        }
    }

    /// A length of the layout as SVG writes it.
    pub(super) fn length(self, pixels: f64) -> String {
        match self.millimetres() {
            None => format!("{pixels}"),
            Some(width) => format!("{:.2}mm", pixels * width / self.pixels()),
        }
    }
}

impl fmt::Display for PaperWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.millimetres() {
            None => write!(f, "screen"),
            Some(width) => write!(f, "{}, {width} mm", self.name()),
        }
    }
}
