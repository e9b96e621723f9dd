//! How the run is looked at: time axis, what is visible of it, which curves. Nothing here reaches the simulation.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::lesson_panel::GuessMark;
use super::plots::Scale;
use crate::history::Spacing;
use crate::lessons;
use crate::observables::Schema;

/// What the shared horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum TimeAxis {
    /// Training time `t`, the sum of the learning rates.
    #[default]
    Time,
    /// Steps.
    Step,
}

impl TimeAxis {
    /// The column of a row that holds it.
    pub(super) fn column(self) -> usize {
        match self {
            Self::Time => Schema::TIME,
            Self::Step => Schema::STEP,
        }
    }
}

/// The shared horizontal axis: what it counts, and whether evenly or in powers of ten. Plots are laid out by positions along
/// it, which are logarithms on a logarithmic axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct TimeScale {
    pub(super) axis: TimeAxis,
    pub(super) log: bool,
}

impl TimeScale {
    /// Place of a moment.
    pub(super) fn place(self, step: u64, time: f64) -> f64 {
        self.position(match self.axis {
            TimeAxis::Time => time,
            TimeAxis::Step => step as f64,
        })
    }

    /// Position of a number of steps or a training time; the start of a run lies far to the left of a logarithmic axis.
    pub(super) fn position(self, x: f64) -> f64 {
        if self.log { x.max(1e-30).log10() } else { x }
    }

    /// Number of steps or training time at a position.
    pub(super) fn value(self, position: f64) -> f64 {
        if self.log { 10_f64.powf(position) } else { position }
    }

    /// Scale of the axis.
    pub(super) fn scale(self) -> Scale {
        if self.log { Scale::Log } else { Scale::Linear }
    }

    /// How pixels are laid out along it.
    pub(super) fn spacing(self) -> Spacing {
        if self.log {
            Spacing::Logarithmic
        } else {
            Spacing::Linear
        }
    }

    /// Its axis title.
    pub(super) fn title(self) -> &'static str {
        match self.axis {
            TimeAxis::Time => "training time t (sum of learning rates)",
            TimeAxis::Step => "step",
        }
    }
}

/// How much of the run the live view shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) enum Span {
    /// All of it, growing with the run.
    #[default]
    All,
    /// The last so many steps.
    Last(u64),
    /// A range as wide as it was when it was asked for, that moves with the end of the run.
    Follow,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) step: u64,
    pub(super) time: f64,
}

/// At which common moment kept runs are laid over the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Alignment {
    /// At their starts.
    #[default]
    Start,
    /// Where the diffusion of a mode, counted from 0, is largest.
    Peak(usize),
}

/// Which part of the run is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum TimeWindow {
    /// What the [`Span`] says, moving with the run.
    #[default]
    Live,
    /// A range chosen by panning or zooming.
    Detached {
        /// Left end.
        low: f64,
        /// Right end.
        high: f64,
    },
}

/// What the curves of plot A show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Shown {
    /// Student singular values under the mode strengths.
    pub(super) singular_values: bool,
    /// Theory: the diffusion law, saddle levels, Boltzmann curves.
    pub(super) theory: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            singular_values: true,
            theory: true,
        }
    }
}

/// Which side panels are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Panels {
    /// The left rail.
    pub(super) controls: bool,
    /// The right panel.
    pub(super) distributions: bool,
}

impl Panels {
    /// Those for which a window of so many points has room beside the plots.
    pub(super) fn that_fit(width: f32) -> Self {
        Self {
            controls: width >= 600.0,
            distributions: width >= 940.0,
        }
    }
}

/// How the run is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) time: TimeScale,
    pub(super) window: TimeWindow,
    pub(super) span: Span,
    /// Width, as positions, of a range that follows the run.
    pub(super) followed_width: Option<f64>,
    pub(super) shown: Shown,
    /// The only mode, counted from 0, that is drawn in full.
    pub(super) solo: Option<usize>,
    /// Pixels over which curves are smoothed; 0 for not at all.
    pub(super) smoothing: f64,
    /// Whether the densities of the histograms are drawn on a logarithmic axis.
    pub(super) log_histograms: bool,
    /// Whether the right panel shows events rather than histograms.
    pub(super) events_listed: bool,
    /// Vertical ranges chosen by panning or zooming, by plot.
    pub(super) vertical: HashMap<&'static str, (f64, f64)>,
    /// Scales of vertical axes that are not the usual ones, by plot.
    pub(super) scales: HashMap<&'static str, Scale>,
    /// Plot under the pointer, and the position it points at.
    pub(super) hovered: Option<(&'static str, f64)>,
    /// Moment looked at, chosen by the scrubber; none at the live end.
    pub(super) scrubbed: Option<Moment>,
    /// The two cursors.
    pub(super) cursors: [Option<Moment>; 2],
    /// How kept runs are laid over the present one.
    pub(super) alignment: Alignment,
    /// Whether theory's curves are a grey band, because they do not hold exactly.
    pub(super) theory_band: bool,
    /// Plots that a lesson wants large.
    pub(super) large: Vec<lessons::Plot>,
    /// A guess that a lesson asks for.
    pub(super) guess: Option<GuessMark>,
    /// Plot clicked in this picture, with the place: a position across and a value upwards.
    pub(super) clicked: Option<(lessons::Plot, f64, f64)>,
}

impl View {
    /// Back to the live end, with every vertical range automatic.
    pub(super) fn attach(&mut self) {
        self.window = TimeWindow::Live;
        self.scrubbed = None;
        self.vertical.clear();
    }

    /// Whether the view moves with the run.
    pub(super) fn is_live(&self) -> bool {
        self.window == TimeWindow::Live && self.scrubbed.is_none()
    }

    /// Changes the horizontal axis; a range on the old one means nothing on the new one.
    pub(super) fn set_time(&mut self, time: TimeScale) {
        if time != self.time {
            self.time = time;
            self.window = TimeWindow::Live;
            self.followed_width = None;
        }
    }

    /// Changes how much the live view shows; `present` is the range in sight, as positions.
    pub(super) fn set_span(&mut self, span: Span, present: (f64, f64)) {
        self.span = span;
        self.followed_width = (span == Span::Follow).then_some(present.1 - present.0);
        self.window = TimeWindow::Live;
    }

    /// Scale of a plot's vertical axis.
    pub(super) fn scale(&self, id: &'static str, usual: Scale) -> Scale {
        self.scales.get(id).copied().unwrap_or(usual)
    }

    /// Chooses the scale of a plot's vertical axis; a range on the old one means nothing on the new one.
    pub(super) fn set_scale(&mut self, id: &'static str, scale: Scale) {
        self.scales.insert(id, scale);
        self.vertical.remove(id);
    }

    /// Draws a mode alone, or all of them again.
    pub(super) fn toggle_solo(&mut self, mode: usize) {
        self.solo = if self.solo == Some(mode) { None } else { Some(mode) };
    }

    /// Share of a mode's colour that is drawn.
    pub(super) fn opacity(&self, mode: usize) -> f32 {
        match self.solo {
            Some(solo) if solo != mode => 0.1,
            Some(_) | None => 1.0,
        }
    }
}
