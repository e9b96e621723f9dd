//! What pictures stand on in the present theme: the colours of every role, and how large letters and lines are.

use eframe::egui::{Color32, Visuals};

use super::line::Line;
use super::marks::MarkStyle;
use crate::app::style;
use crate::chart::{Dashes, Look, Pen, Presence};
use crate::palette::Rgb;

/// Share of a colour that is left of a text or mark while another mode is looked at.
const FAINT: f32 = 0.35;
/// Thickest line of a key: broader ones are shown as that.
const BROADEST_KEY: f32 = 6.0;

/// The theme as pictures see it.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    look: Look,
    visuals: Visuals,
    /// How large letters are and how thick lines: 1 for the usual size.
    pub(super) letters: f32,
}

impl Ground {
    /// In the theme of these visuals.
    pub(super) fn new(visuals: &Visuals, letters: f32) -> Self {
        Self {
            look: style::look(visuals),
            visuals: visuals.clone(),
            letters,
        }
    }

    /// Colours of everything but the modes.
    pub(super) fn look(&self) -> &Look {
        &self.look
    }

    /// Colour of what everything stands on.
    pub(super) fn paper(&self) -> Color32 {
        color(self.look.paper)
    }

    /// Colour of axes and of what is said beside the data.
    pub(super) fn grey(&self) -> Color32 {
        color(self.look.grey)
    }

    /// Colour of grid lines.
    pub(super) fn grid(&self) -> Color32 {
        color(self.look.grid)
    }

    /// Colour of letters that belong to a mode, or to none; always readable.
    pub(super) fn text(&self, mode: Option<usize>) -> Color32 {
        mode.map_or_else(
            || color(self.look.ink),
            |mode| style::mode_text_color(mode, &self.visuals),
        )
    }

    /// Colour of the name of what a pen draws.
    pub(super) fn name(&self, pen: Pen) -> Color32 {
        let letters = match pen.mode {
            Some(mode) => self.text(Some(mode)),
            None => self.grey(),
        };
        match pen.presence {
            Presence::Full | Presence::UnderSmoothed | Presence::Faded => letters,
            Presence::Faint => letters.gamma_multiply(FAINT),
        }
    }

    /// How a line of a pen is drawn.
    pub(super) fn line(&self, pen: Pen) -> Line {
        let stroke = self.look.stroke(pen);
        let times = |length: f32| length * self.letters;
        Line {
            color: color(stroke.colour).gamma_multiply(stroke.opacity),
            width: times(stroke.width),
            dashes: match stroke.dashes {
                Dashes::None => Dashes::None,
                Dashes::Dashed(dash, gap) => Dashes::Dashed(times(dash), times(gap)),
                Dashes::Dotted(spacing) => Dashes::Dotted(times(spacing)),
            },
        }
    }

    /// How a line of a pen is drawn beside its words.
    pub(super) fn line_of_key(&self, pen: Pen) -> Line {
        let line = self.line(pen);
        Line {
            width: line.width.min(BROADEST_KEY * self.letters),
            ..line
        }
    }

    /// Colour of an area of a pen.
    pub(super) fn fill(&self, pen: Pen) -> Color32 {
        let (colour, opacity) = self.look.fill(pen);
        color(colour).gamma_multiply(opacity)
    }

    /// How a mark of a pen is drawn.
    pub(super) fn mark(&self, pen: Pen) -> MarkStyle {
        let whole = color(self.look.mark(pen));
        MarkStyle {
            color: match pen.presence {
                Presence::Full | Presence::UnderSmoothed | Presence::Faded => whole,
                Presence::Faint => whole.gamma_multiply(FAINT),
            },
            ground: self.paper(),
            size: self.letters.sqrt(),
        }
    }

    /// The theme itself.
    pub(super) fn visuals(&self) -> &Visuals {
        &self.visuals
    }
}

fn color([red, green, blue]: Rgb) -> Color32 {
    Color32::from_rgb(red, green, blue)
}
