//! The view: its settings, and what passes: where the pointer is, what was zoomed to, which moment is looked at.

use std::collections::BTreeMap;

use eframe::egui::Pos2;

use super::guess::GuessMark;
use super::time::{Span, TimeWindow};
use super::view_settings::{Panels, ViewSettings};
use crate::chart::{Options, PlotId, Scale, TimeScale};
use crate::observables::events::Moment;

/// How the run is looked at. Nothing here reaches the simulation.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) settings: ViewSettings,
    pub(crate) window: TimeWindow,
    /// Width, as positions, of a range that follows the run.
    pub(crate) followed_width: Option<f64>,
    /// Training time that the live view shows from the start.
    pub(crate) horizon: f64,
    /// Vertical ranges chosen by panning or zooming, by plot.
    pub(crate) vertical: BTreeMap<PlotId, (f64, f64)>,
    /// What the pointer is over.
    pub(crate) hovered: Option<Hovered>,
    /// Plot in which a box to zoom to is being drawn, and the corner where it began.
    pub(crate) zoom_box: Option<(PlotId, Pos2)>,
    /// Pixels across of the plots over time.
    pub(crate) n_pixels: f64,
    /// Plot clicked in this frame, with the place: a position across and a value upwards.
    pub(crate) clicked: Option<(PlotId, f64, f64)>,
    /// Moment looked at, chosen by the scrubber; none at the live end.
    pub(crate) scrubbed: Option<Moment>,
    /// The two cursors.
    pub(crate) cursors: [Option<Moment>; 2],
    /// The guess drawn in the plots.
    pub(crate) guess: Option<GuessMark>,
    /// Width of the window in points.
    width: f32,
    /// Panels open while the window is too narrow for all of those in the settings.
    narrow: Option<Panels>,
    /// Height between menus and transport, in points.
    pub(crate) room: f32,
}

/// What the pointer is over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hovered {
    pub(crate) plot: PlotId,
    /// Position across.
    pub(crate) x: f64,
    /// Name of the mark there.
    pub(crate) mark: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            settings: ViewSettings::default(),
            window: TimeWindow::Live,
            followed_width: None,
            horizon: 1.0,
            vertical: BTreeMap::new(),
            hovered: None,
            zoom_box: None,
            n_pixels: 1.0,
            clicked: None,
            scrubbed: None,
            cursors: [None; 2],
            guess: None,
            width: f32::INFINITY,
            narrow: None,
            room: f32::INFINITY,
        }
    }
}

impl View {
    /// Takes over settings that were kept for some run: values that mean nothing for this one are the usual ones.
    pub(crate) fn set_settings(&mut self, settings: ViewSettings, rank: usize) {
        let settings = settings.sound(rank);
        self.set_time(settings.time);
        if settings.scales != self.settings.scales {
            self.vertical.clear();
        }
        self.settings = settings;
    }

    /// What of a run is drawn and how, where these positions are at the ends of the time axis.
    pub(crate) fn options(&self, x_range: (f64, f64)) -> Options {
        let settings = &self.settings;
        let mut scales = settings.scales.clone();
        if settings.log_histograms {
            scales.insert(PlotId::Histogram, Scale::Log);
        }
        Options {
            stack: settings.stack(),
            time: settings.time,
            x_range: Some(x_range),
            scales,
            y_ranges: self.vertical.clone(),
            theory: settings.shown.theory,
            theory_is_a_hint: settings.theory_band,
            singular_values: settings.shown.singular_values,
            perspective: settings.shown.perspective,
            solo: settings.solo,
            smoothing: settings.smoothing * (x_range.1 - x_range.0) / self.n_pixels.max(1.0),
            until: self.scrubbed,
            matrix: settings.beside.matrix,
            pair: settings.beside.pair,
            law_ellipses: settings.beside.law_ellipses,
            passage: settings.beside.passage,
            density: settings.shown.density,
        }
    }

    /// Back to the live end, with every vertical range automatic.
    pub(crate) fn attach(&mut self) {
        self.window = TimeWindow::Live;
        self.scrubbed = None;
        self.vertical.clear();
    }

    /// Whether the view moves with the run.
    pub(crate) fn is_live(&self) -> bool {
        self.window == TimeWindow::Live && self.scrubbed.is_none()
    }

    /// Changes the horizontal axis; a range on the old one means nothing on the new one.
    pub(crate) fn set_time(&mut self, time: TimeScale) {
        if time != self.settings.time {
            self.settings.time = time;
            self.window = TimeWindow::Live;
            self.followed_width = None;
        }
    }

    /// Changes how much the live view shows; `present` is the range in sight, as positions.
    pub(crate) fn set_span(&mut self, span: Span, present: (f64, f64)) {
        self.settings.span = span;
        self.followed_width = (span == Span::Follow).then_some(present.1 - present.0);
        self.window = TimeWindow::Live;
    }

    /// Chooses the scale of a plot's vertical axis; a range on the old one means nothing on the new one.
    pub(crate) fn set_scale(&mut self, plot: PlotId, scale: Scale) {
        self.settings.scales.insert(plot, scale);
        self.vertical.remove(&plot);
    }

    /// Whether a lesson waits for a guess.
    pub(crate) fn awaits_guess(&self) -> bool {
        self.guess.as_ref().is_some_and(|mark| mark.given.is_none())
    }

    /// Which side panels are open.
    pub(crate) fn panels(&self) -> Panels {
        self.narrow.unwrap_or(self.settings.panels)
    }

    /// Opens and closes side panels. In a window too narrow for both that holds until it is wide again.
    pub(crate) fn set_panels(&mut self, panels: Panels) {
        match &mut self.narrow {
            Some(narrow) => *narrow = panels,
            None => self.settings.panels = panels,
        }
    }

    /// Closes the panels for which there is no room in a window of this width, when it becomes narrower than a limit, and opens
    /// them again when it becomes wider.
    pub(crate) fn fit(&mut self, width: f32) {
        let fitting = Panels::that_fit(width);
        if fitting != Panels::that_fit(self.width) {
            let is_narrow = fitting != Panels::default();
            self.narrow = is_narrow.then(|| self.settings.panels.and(fitting));
        }
        self.width = width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_window_hides_panels_and_a_wide_one_has_those_chosen() {
        let (both, left) = (
            Panels::default(),
            Panels {
                controls: true,
                distributions: false,
            },
        );
        let mut view = View::default();
        view.fit(1440.0);
        assert_eq!(view.panels(), both);
        view.fit(800.0);
        assert_eq!(view.panels(), left);
        // A person may open one all the same; the choice for wide windows is as it was.
        view.set_panels(both);
        view.fit(790.0);
        assert_eq!((view.panels(), view.settings.panels), (both, both));
        view.fit(1440.0);
        view.set_panels(left);
        view.fit(800.0);
        view.fit(1440.0);
        assert_eq!(view.panels(), left);
    }
}
