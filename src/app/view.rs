//! How the run is looked at: time axis, what is visible of it, which curves. Nothing here reaches the simulation.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

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

    /// Place of a moment along it.
    pub(super) fn place(self, step: u64, time: f64) -> f64 {
        match self {
            Self::Time => time,
            Self::Step => step as f64,
        }
    }

    /// Its axis title.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Time => "training time t (sum of learning rates)",
            Self::Step => "step",
        }
    }
}

/// Which part of the run is in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum TimeWindow {
    /// All of it, growing with the run.
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
    pub(super) axis: TimeAxis,
    pub(super) window: TimeWindow,
    pub(super) shown: Shown,
    /// Whether the densities of the histograms are drawn on a logarithmic axis.
    pub(super) log_histograms: bool,
    /// Whether the right panel shows events rather than histograms.
    pub(super) events_listed: bool,
    /// Vertical ranges chosen by panning or zooming, by plot.
    pub(super) vertical: HashMap<&'static str, (f64, f64)>,
    /// Vertical axes switched from their usual scale, by plot.
    pub(super) toggled_scale: HashMap<&'static str, bool>,
}

impl View {
    /// Back to the live end, with every vertical range automatic.
    pub(super) fn attach(&mut self) {
        self.window = TimeWindow::Live;
        self.vertical.clear();
    }

    /// Whether the view moves with the run.
    pub(super) fn is_live(&self) -> bool {
        self.window == TimeWindow::Live
    }

    /// Changes what the horizontal axis counts; a range in the old unit means nothing in the new one.
    pub(super) fn set_axis(&mut self, axis: TimeAxis) {
        if axis != self.axis {
            self.axis = axis;
            self.window = TimeWindow::Live;
        }
    }
}
