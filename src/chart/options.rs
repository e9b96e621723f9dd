//! What of a run is drawn and how: everything a person chooses about pictures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::matrix_kind::MatrixOptions;
use super::plot_id::PlotId;
use super::scale::Scale;
use super::time_axis::TimeScale;
use crate::observables::events::{ModeEvents, Moment};
use crate::simulation::Passage;

/// Whose features are shown: noise, its events and what is being learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perspective {
    /// The teacher's modes.
    #[default]
    Teacher,
    /// The noise of the student's own pairs, with their events.
    Own,
    /// The same, and all that only the teacher knows is left out.
    Blind,
}

impl Perspective {
    /// Whether noise is that of the student's own pairs.
    pub fn is_own(self) -> bool {
        self != Self::Teacher
    }

    /// The student's own pairs, or the teacher's modes where those were shown already.
    #[must_use]
    pub fn own_or_not(self) -> Self {
        if self.is_own() { Self::Teacher } else { Self::Own }
    }

    /// Without the teacher, or with it where it was hidden already.
    #[must_use]
    pub fn blind_or_not(self) -> Self {
        if self.is_blind() { Self::Own } else { Self::Blind }
    }

    /// Whether the teacher is hidden.
    pub fn is_blind(self) -> bool {
        self == Self::Blind
    }
}

/// What of a run is drawn and how.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "choices of a person that do not depend on one another"
)]
pub struct Options {
    /// Plots over time that are shown one above the other.
    pub stack: Vec<PlotId>,
    /// The time axis.
    pub time: TimeScale,
    /// Positions at the ends of the time axis; `None` for the whole run.
    pub x_range: Option<(f64, f64)>,
    /// Scales of the axes upwards that are not the usual ones.
    pub scales: BTreeMap<PlotId, Scale>,
    /// Ranges of positions upwards that are not found from what is drawn.
    pub y_ranges: BTreeMap<PlotId, (f64, f64)>,
    /// Whether theory is drawn: laws, predicted curves, levels of saddles.
    pub theory: bool,
    /// Whether theory's curves are a hint only, because their assumptions do not hold.
    pub theory_is_a_hint: bool,
    /// Whether the student's singular values are drawn.
    pub singular_values: bool,
    /// Whose features are shown.
    pub perspective: Perspective,
    /// The only mode, counted from 0, that is drawn in full.
    pub solo: Option<usize>,
    /// Distance along the time axis, in positions, over which curves are smoothed; 0 for not at all.
    pub smoothing: f64,
    /// The moment looked at; `None` at the end.
    pub until: Option<Moment>,
    /// Which matrix of the network is drawn.
    pub matrix: MatrixOptions,
    /// Two modes, counted from 0, that are drawn against each other.
    pub pair: (usize, usize),
    /// Whether the plane of two modes has ellipses of the law's noise.
    pub law_ellipses: bool,
    /// Which passages are drawn.
    pub passage: Passage,
    /// Whether the law of every mode is drawn behind its strength.
    pub density: bool,
}

impl Default for Options {
    /// The whole run, every axis as it suits the plot, with theory.
    fn default() -> Self {
        Self {
            stack: PlotId::USUAL.to_vec(),
            time: TimeScale::default(),
            x_range: None,
            scales: BTreeMap::new(),
            y_ranges: BTreeMap::new(),
            theory: true,
            theory_is_a_hint: false,
            singular_values: true,
            perspective: Perspective::default(),
            solo: None,
            smoothing: 0.0,
            until: None,
            matrix: MatrixOptions::default(),
            pair: (0, 1),
            law_ellipses: false,
            passage: Passage::Learned,
            density: false,
        }
    }
}

impl Options {
    /// The run's events as these options show them: of the modes, or of the student's own pairs.
    pub(super) fn events<'a>(&self, known: &'a Known<'_>) -> &'a [ModeEvents] {
        if self.perspective.is_own() {
            known.pairs
        } else {
            known.modes
        }
    }

    /// Scale of the axis upwards of a plot.
    pub fn scale(&self, plot: PlotId) -> Scale {
        self.scales
            .get(&plot)
            .copied()
            .unwrap_or_else(|| plot.usual_scale())
    }
}

/// The room a picture has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Width of the plot itself in points.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Pixels in a point.
    pub pixels_per_point: f64,
    /// How large letters are: 1 for the usual size.
    pub letters: f64,
    /// Seconds of a clock, by which rows may wait for a moment; see [`super::TraceCache`].
    pub clock: f64,
}

/// Points between the ticks of an axis across...
const ACROSS: f64 = 88.0;
/// ...and upwards.
const UPWARDS: f64 = 36.0;
/// Width of a letter on average, in sizes of its font: that of the window makes 0.45 to 0.47 in titles and keys.
const LETTER: f64 = 0.48;

impl Room {
    /// A plot on paper of so many points.
    pub fn on_paper(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            pixels_per_point: 1.0,
            letters: 1.0,
            clock: 0.0,
        }
    }

    /// Pixels across.
    pub(super) fn n_pixels(&self) -> usize {
        (self.width * self.pixels_per_point).max(1.0) as usize
    }

    /// The first of some texts, the longest first, that is no wider than the plot in letters of so many points, beside `taken` points; the
    /// last where all are wider.
    pub(super) fn fitting<const N: usize>(&self, texts: [String; N], size: f64, taken: f64) -> String {
        let most = (self.width / self.letters - taken) / (LETTER * size);
        let mut chosen = String::new();
        for text in texts {
            chosen = text;
            if chosen.chars().count() as f64 <= most {
                break;
            }
        }
        chosen
    }

    /// Ticks that fit across.
    pub(super) fn ticks_across(&self) -> u32 {
        (self.width / (ACROSS * self.letters)).max(2.0) as u32
    }

    /// Ticks that fit upwards.
    pub(super) fn ticks_upwards(&self) -> u32 {
        // Large letters need more room, but there must be some ticks.
        (self.height / (UPWARDS * self.letters.sqrt())).max(2.0) as u32
    }
}
