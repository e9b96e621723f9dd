//! The settings of the view, in one struct: undo, sessions, the settings file, lessons and the lab each hold it whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::MapSettings;
use super::time::Span;
use crate::chart::{MatrixOptions, Perspective, PlotId, Scale, TimeScale};
use crate::lessons::{ControlGroup, TheoryLayer, View as LessonView};
use crate::simulation::Passage;
use crate::worker::HaltRule;

/// Most pixels over which curves are smoothed.
pub(crate) const MAX_SMOOTHING: f64 = 200.0;

/// How a run is looked at, as far as it is worth keeping. Keys that a file lacks have their usual values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ViewSettings {
    pub(crate) span: Span,
    /// The only mode, counted from 0, that is drawn in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solo: Option<usize>,
    /// Pixels over which curves are smoothed; 0 for not at all.
    pub(crate) smoothing: f64,
    /// Whether the densities of the histograms are drawn on a logarithmic axis.
    pub(crate) log_histograms: bool,
    /// What the right panel tells in numbers.
    pub(crate) told: Told,
    /// How kept runs are laid over the present one.
    pub(crate) alignment: Alignment,
    /// Whether theory's curves are a grey band, because they do not hold exactly.
    pub(crate) theory_band: bool,
    /// Plots over time that are shown; the usual ones where there are none.
    #[serde(deserialize_with = "known_plots", skip_serializing_if = "Vec::is_empty")]
    pub(crate) plots: Vec<PlotId>,
    /// Plots that are large.
    #[serde(deserialize_with = "known_plots")]
    pub(crate) large: Vec<PlotId>,
    pub(crate) time: TimeScale,
    pub(crate) shown: Shown,
    pub(crate) panels: Panels,
    /// Scales of axes upwards that are not the usual ones.
    #[serde(deserialize_with = "known_scales")]
    pub(crate) scales: BTreeMap<PlotId, Scale>,
    /// When runs halt by themselves.
    pub(crate) halt: HaltRule,
    /// What stands beside the plots over time.
    pub(crate) beside: Beside,
    /// The map.
    pub(crate) map: MapSettings,
    /// Groups of controls that are left out, as for a class.
    #[serde(deserialize_with = "known_groups", skip_serializing_if = "Vec::is_empty")]
    pub(crate) hidden: Vec<ControlGroup>,
}

/// What stands beside the plots over time, and how.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Beside {
    /// The plot, one of [`PlotId::BESIDE`].
    pub(crate) plot: PlotId,
    /// The matrix of the network that is shown.
    pub(crate) matrix: MatrixOptions,
    /// Two modes, counted from 0, that are drawn against each other.
    pub(crate) pair: (usize, usize),
    /// Whether these have ellipses of the law's noise.
    pub(crate) law_ellipses: bool,
    /// Which times of passage are shown.
    pub(crate) passage: Passage,
}

impl Default for Beside {
    fn default() -> Self {
        Self {
            plot: PlotId::Law,
            matrix: MatrixOptions::default(),
            pair: (0, 1),
            law_ellipses: false,
            passage: Passage::Learned,
        }
    }
}

/// What the right panel tells in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// Distributions of the settled modes.
    #[default]
    Stationary,
    /// What happened to the modes.
    Events,
    /// The equations of a mode.
    Equations,
    /// Kept runs beside the present one.
    Comparison,
}

/// At which common moment kept runs are laid over the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Alignment {
    /// At their starts.
    #[default]
    Start,
    /// At the diffusion peak of a mode, counted from 0.
    Peak(usize),
}

/// What the curves of the plot of strengths show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Shown {
    /// Student singular values under the mode strengths.
    pub(crate) singular_values: bool,
    /// Theory: the diffusion law, saddle levels, Boltzmann curves.
    pub(crate) theory: bool,
    /// Whose features.
    pub(crate) perspective: Perspective,
    /// The law of every mode behind its strength.
    pub(crate) density: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            singular_values: true,
            theory: true,
            perspective: Perspective::Teacher,
            density: false,
        }
    }
}

/// Which side panels are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Panels {
    /// The left rail.
    pub(crate) controls: bool,
    /// The right panel.
    pub(crate) distributions: bool,
}

impl Default for Panels {
    fn default() -> Self {
        Self::that_fit(f32::INFINITY)
    }
}

impl Panels {
    /// Those for which a window of so many points has room beside the plots.
    pub(crate) fn that_fit(width: f32) -> Self {
        Self {
            controls: width >= 600.0,
            distributions: width >= 940.0,
        }
    }

    /// Those that are open in both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            controls: self.controls && other.controls,
            distributions: self.distributions && other.distributions,
        }
    }
}

impl ViewSettings {
    /// Whether a group of controls is there.
    pub(crate) fn shows(&self, group: ControlGroup) -> bool {
        !self.hidden.contains(&group)
    }

    /// Those that a file holds, for a run of `rank` modes: values that mean nothing here are the usual ones.
    pub(crate) fn sound(mut self, rank: usize) -> Self {
        self.solo = self.solo.filter(|&mode| mode < rank);
        if let Alignment::Peak(mode) = self.alignment
            && mode >= rank
        {
            self.alignment = Alignment::Start;
        }
        let halt = &mut self.halt;
        halt.peak = halt.peak.filter(|&mode| mode < rank);
        halt.learned = halt.learned.filter(|&mode| mode < rank);
        halt.time = halt.time.filter(|time| time.is_finite());
        if !PlotId::BESIDE.contains(&self.beside.plot) {
            self.beside.plot = PlotId::Law;
        }
        let last = rank.saturating_sub(1);
        let (one, other) = self.beside.pair;
        self.beside.pair = (one.min(last), other.min(last));
        self.map = self.map.sound(rank);
        self.smoothing = if self.smoothing.is_finite() {
            self.smoothing.clamp(0.0, MAX_SMOOTHING)
        } else {
            0.0
        };
        self
    }

    /// Those of a lesson: its own, in the panels that are open.
    pub(crate) fn of_lesson(lesson: &LessonView, panels: Panels) -> Self {
        Self {
            told: if lesson.large.contains(&PlotId::Events) {
                Told::Events
            } else {
                Told::Stationary
            },
            theory_band: lesson.theory == TheoryLayer::Band,
            hidden: lesson.hidden.clone(),
            large: lesson.large.clone(),
            time: TimeScale {
                axis: lesson.axis,
                log: false,
            },
            shown: Shown {
                theory: lesson.theory != TheoryLayer::Off,
                perspective: if lesson.blind {
                    Perspective::Blind
                } else {
                    Perspective::Teacher
                },
                density: lesson.density,
                ..Shown::default()
            },
            // The panels tell the teacher's strengths.
            panels: if lesson.blind {
                Panels {
                    controls: false,
                    distributions: false,
                }
            } else {
                panels
            },
            beside: Beside {
                plot: { lesson.large.iter().copied() }
                    .find(|plot| PlotId::BESIDE.contains(plot))
                    .unwrap_or(PlotId::Law),
                matrix: lesson.matrix,
                pair: lesson.pair,
                ..Beside::default()
            },
            // A lesson ends at a step of its own.
            halt: HaltRule::NEVER,
            map: lesson
                .map
                .clone()
                .map_or_else(MapSettings::default, |view| MapSettings {
                    shown: true,
                    view,
                    zooms: Vec::new(),
                }),
            ..Self::default()
        }
    }

    /// Scale of a plot's axis upwards.
    pub(crate) fn scale(&self, plot: PlotId) -> Scale {
        self.scales
            .get(&plot)
            .copied()
            .unwrap_or_else(|| plot.usual_scale())
    }

    /// Plots over time that are shown, from the top; large ones are always among them.
    pub(crate) fn stack(&self) -> Vec<PlotId> {
        let chosen: &[PlotId] = if self.plots.is_empty() {
            &PlotId::USUAL
        } else {
            &self.plots
        };
        let mut stack = PlotId::ALL.to_vec();
        stack.retain(|plot| plot.is_over_time() && (chosen.contains(plot) || self.large.contains(plot)));
        stack
    }

    /// Shows a plot over time or hides it; the last one stays.
    pub(crate) fn toggle_plot(&mut self, plot: PlotId) {
        let mut stack = self.stack();
        if stack.contains(&plot) {
            stack.retain(|&shown| shown != plot);
            self.large.retain(|&large| large != plot);
        } else {
            stack.push(plot);
        }
        if !stack.is_empty() {
            self.plots = stack;
        }
    }

    /// Draws a mode alone, or all of them again.
    pub(crate) fn toggle_solo(&mut self, mode: usize) {
        self.solo = if self.solo == Some(mode) { None } else { Some(mode) };
    }
}

/// The plot of a name in a file.
fn named(name: &str) -> Option<PlotId> {
    match name {
        // Names in sessions of version 0.1.0.
        "mode strengths" => Some(PlotId::Strengths),
        "excess loss" => Some(PlotId::Loss),
        "stationary" => Some(PlotId::Histogram),
        name => PlotId::from_name(name),
    }
}

/// The plots that there are; others, which another version may know, are left out.
fn known_plots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PlotId>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names.iter().filter_map(|name| named(name)).collect())
}

/// Groups of controls that there are.
fn known_groups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ControlGroup>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    Ok(names
        .iter()
        .filter_map(|name| ControlGroup::named(name))
        .collect())
}

/// Scales of the plots that there are.
fn known_scales<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<PlotId, Scale>, D::Error> {
    let scales = BTreeMap::<String, Scale>::deserialize(deserializer)?;
    let known = |(name, scale): (String, Scale)| named(&name).map(|plot| (plot, scale));
    Ok(scales.into_iter().filter_map(known).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::chart::{MapRange, MapView, MatrixKind};

    /// Every setting other than usual.
    fn unusual() -> ViewSettings {
        ViewSettings {
            span: Span::Last(1000),
            solo: Some(1),
            smoothing: 3.0,
            log_histograms: true,
            told: Told::Events,
            alignment: Alignment::Peak(1),
            theory_band: true,
            plots: vec![PlotId::Strengths, PlotId::Loss],
            large: vec![PlotId::Law, PlotId::Events],
            time: TimeScale {
                axis: crate::chart::TimeAxis::Steps,
                log: true,
            },
            shown: Shown {
                singular_values: false,
                theory: false,
                perspective: Perspective::Blind,
                density: true,
            },
            hidden: vec![ControlGroup::Data, ControlGroup::Schedule],
            panels: Panels {
                controls: false,
                distributions: false,
            },
            scales: BTreeMap::from([(PlotId::Diffusion, Scale::Symlog)]),
            halt: HaltRule {
                settled: false,
                step: Some(1000),
                time: Some(2.5),
                peak: Some(0),
                learned: Some(1),
            },
            beside: Beside {
                plot: PlotId::Plane,
                matrix: MatrixOptions {
                    kind: MatrixKind::Layer(1),
                    own_scale: true,
                },
                pair: (2, 1),
                law_ellipses: true,
                passage: Passage::Half,
            },
            map: MapSettings {
                shown: true,
                view: MapView {
                    x: MapRange::linear("network.depth", 1.0, 4.0),
                    measure: "variance".to_owned(),
                    mode: 2,
                    ..MapView::default()
                },
                zooms: vec![(MapView::default().x, MapView::default().y)],
            },
        }
    }

    #[test]
    fn every_setting_is_written_and_read() {
        for settings in [ViewSettings::default(), unusual()] {
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(toml::from_str::<ViewSettings>(&text).unwrap(), settings, "{text}");
            assert_eq!(settings.clone().sound(4), settings);
        }
    }

    #[test]
    fn the_view_of_an_earlier_session_is_read() {
        let text = include_str!("../../../tests/data/earlier/window_session_0.1.0.toml");
        let session = crate::session::Session::parse(text, "window-session.toml").unwrap();
        let settings: ViewSettings = session.view.try_into().unwrap();
        let usual = ViewSettings::default();
        assert_eq!(settings.solo, Some(1));
        assert_eq!(settings.scale(PlotId::Strengths), Scale::Log);
        assert!(settings.time.log && !settings.shown.theory && settings.shown.singular_values);
        assert_eq!(
            (settings.panels, settings.alignment),
            (usual.panels, usual.alignment)
        );
    }

    #[test]
    fn plots_are_shown_and_hidden_and_one_stays() {
        let mut settings = ViewSettings::default();
        assert_eq!(settings.stack(), PlotId::USUAL);
        for plot in PlotId::USUAL {
            settings.toggle_plot(plot);
        }
        assert_eq!(settings.stack(), [PlotId::Loss]);
        settings.toggle_plot(PlotId::Strengths);
        // In the usual order, whatever came first.
        assert_eq!(settings.stack(), [PlotId::Strengths, PlotId::Loss]);
        settings.large = vec![PlotId::Diffusion, PlotId::Law];
        assert_eq!(
            settings.stack(),
            [PlotId::Strengths, PlotId::Diffusion, PlotId::Loss]
        );
    }

    #[test]
    fn values_that_mean_nothing_are_the_usual_ones() {
        let mut settings = unusual();
        settings.smoothing = f64::NAN;
        let sound = settings.sound(1);
        assert_eq!((sound.solo, sound.alignment), (None, Alignment::Start));
        assert_eq!(sound.smoothing.to_bits(), 0.0_f64.to_bits());
    }
}
