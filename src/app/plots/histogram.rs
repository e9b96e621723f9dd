//! Plot E: distribution of every settled mode strength, over it the exact stationary density (solid) and the Boltzmann curve
//! (dashed: the paper's Gaussian of variance `T = tau sigma^2 L m^(2-2/L) / 2` about `m`), or the point mass.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::{self, Color32, Ui, Vec2b};
use egui_plot::{AxisHints, Bar, BarChart, Line, LineStyle, Plot, PlotPoints, VLine};

use super::scale::Scale;
use crate::app::state::GuessMark;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style;
use crate::dynamics::LiveParams;
use crate::experiment::DataKind;
use crate::lessons;
use crate::simulation::{Distances, ModeStatistics, Prediction};
use crate::stats::Bars;
use crate::theory::{ModeLaw, boltzmann_density};
use crate::worker::RunState;

/// Most bars of a histogram.
const MAX_BARS: usize = 48;
/// Below this width, relative to the teacher's strength, the axis shows distances from the teacher's strength.
const NARROW: f64 = 2e-3;
/// Points of a theory curve.
const N_CURVE: u32 = 160;
/// Decades that a logarithmic vertical axis shows below the highest density.
const DECADES: f64 = 5.0;

/// Predictions of the modes, kept until a parameter changes.
#[derive(Debug, Default)]
pub(crate) struct Predictions {
    modes: Vec<Option<(Basis, Arc<Prediction>)>>,
    /// Distances of the measured values from the laws, by mode, and of how many values.
    distances: HashMap<usize, (Basis, u64, Distances)>,
}

/// What a prediction was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    law: ModeLaw,
    live: LiveParams,
    run: u64,
}

impl Predictions {
    /// The prediction for one mode at the present parameters; `None` for a stored set, which the laws do not cover.
    pub(crate) fn of(&mut self, run: &RunData, mode: usize) -> Option<Arc<Prediction>> {
        if run.experiment.data.kind != DataKind::Online {
            return None;
        }
        self.modes.resize(run.rank().max(self.modes.len()), None);
        let basis = Basis {
            law: run.mode_law(mode),
            live: run.live,
            run: run.run,
        };
        if let Some((made_of, prediction)) = &self.modes[mode]
            && *made_of == basis
        {
            return Some(Arc::clone(prediction));
        }
        let strengths = &run.experiment.teacher.strengths;
        let d_in = run.experiment.network.d_in;
        let prediction = Arc::new(Prediction::new(basis.law, strengths, d_in, mode, &run.live));
        self.modes[mode] = Some((basis, Arc::clone(&prediction)));
        Some(prediction)
    }

    /// Distances of what was measured from the laws; while the run goes on taken anew only once there are 2 % more values, for
    /// the eye sees no faster.
    pub(crate) fn distances(
        &mut self,
        run: &RunData,
        prediction: &Prediction,
        mode: usize,
        statistics: &ModeStatistics,
    ) -> Distances {
        let count = statistics.moments.count();
        let basis = self
            .modes
            .get(mode)
            .and_then(|known| known.as_ref().map(|(basis, _)| *basis));
        let n_more = |n: u64| match run.state {
            RunState::Running => n / 50,
            RunState::Empty | RunState::Paused | RunState::Diverged => 0,
        };
        if let Some((made_of, n, distances)) = self.distances.get(&mode)
            && Some(*made_of) == basis
            && (*n..=n + n_more(*n)).contains(&count)
        {
            return *distances;
        }
        let distances = prediction.distances(statistics);
        if let Some(basis) = basis {
            self.distances.insert(mode, (basis, count, distances));
        }
        distances
    }
}

/// What a histogram is drawn from.
pub(crate) struct Histogram<'a> {
    pub(crate) mode: usize,
    pub(crate) statistics: &'a ModeStatistics,
    /// The mode equations' distribution of the same mode.
    pub(crate) ensemble: Option<&'a ModeStatistics>,
    pub(crate) prediction: Option<&'a Prediction>,
    pub(crate) height: f32,
}

/// Where a value lies on the axes of a histogram.
#[derive(Clone, Copy)]
struct Frame {
    /// Strength at the middle of the plot; positions are relative to it, so that a spike far narrower than its place can
    /// still be drawn.
    middle: f64,
    half: f64,
    /// What is added to a position for its label.
    offset: f64,
    scale: Scale,
    top: f64,
}

impl Frame {
    fn height(&self, density: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Symlog => density,
            Scale::Log => density.max(0.0).log10().max(self.floor()),
        }
    }

    fn floor(&self) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Symlog => 0.0,
            Scale::Log => self.top.log10() - DECADES,
        }
    }

    fn ceiling(&self) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Symlog => 1.12 * self.top,
            Scale::Log => self.top.log10() + 0.3,
        }
    }
}

impl Histogram<'_> {
    /// Draws it; says whether the axis shows distances from the teacher's strength.
    pub(crate) fn show(&self, ui: &mut Ui, run: &RunData, view: &View) -> bool {
        let Some(bars) = self.statistics.histogram.rebinned(MAX_BARS) else {
            return false;
        };
        let teacher = run.experiment.teacher.strengths[self.mode];
        let theory = self.prediction.filter(|_| view.settings.shown.theory);
        let (frame, relative) = layout(&bars, teacher, theory, view);
        let size = egui::vec2(ui.available_width(), self.height);
        if !ui.is_rect_visible(egui::Rect::from_min_size(ui.cursor().min, size)) {
            // Scrolled out of sight.
            ui.allocate_space(size);
            return relative;
        }
        let color = style::mode_color(self.mode, ui.visuals());
        let ink = ui.visuals().strong_text_color();
        let curves = theory.map(|prediction| theory_curves(prediction, frame, ink));
        let ensemble = self
            .ensemble
            .and_then(|ensemble| ensemble.histogram.rebinned(MAX_BARS))
            .map(|bars| outline(&bars, frame, color));
        // A single value has no width of its own.
        let spike = (bars.counts.len() == 1).then_some(bars.lower + 0.5 * bars.width - frame.middle);
        let charted = chart(&bars, frame, color.gamma_multiply(0.5));
        let quiet = style::quiet(ui.visuals());
        let guess_color = style::amber(ui.visuals());
        let teacher_strength = teacher;
        let of_this = view
            .guess
            .iter()
            .filter(|mark| mark.plot == lessons::Plot::Stationary && mark.mode == self.mode);
        let guesses: Vec<_> = of_this.flat_map(GuessMark::values).collect();
        let axis = AxisHints::new_x()
            .label_spacing(egui::Rangef::new(8.0, 14.0))
            .formatter(move |mark, range| label(mark, range, frame.offset));
        Plot::new(("histogram", self.mode))
            .height(self.height)
            .show_axes(Vec2b::new(true, false))
            .show_grid(Vec2b::new(true, false))
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .auto_bounds(false)
            .x_grid_spacer(move |input| marks(&input, frame.offset))
            .custom_x_axes(vec![axis])
            .label_formatter(|_| None)
            .show(ui, |plot_ui| {
                plot_ui.set_plot_bounds_x(-frame.half..=frame.half);
                plot_ui.set_plot_bounds_y(frame.floor()..=frame.ceiling());
                plot_ui.bar_chart(BarChart::new("run", charted).allow_hover(false));
                let teacher = VLine::new("teacher", teacher - frame.middle)
                    .color(quiet)
                    .width(1.0);
                plot_ui.vline(teacher.style(LineStyle::Dashed { length: 6.0 }));
                for (value, name) in &guesses {
                    let color = if *name == "theory" { ink } else { guess_color };
                    let width = value.max(0.0).sqrt();
                    for side in [-width, width] {
                        let line = VLine::new(*name, teacher_strength + side - frame.middle)
                            .color(color)
                            .width(1.5);
                        plot_ui.vline(line.style(LineStyle::Dashed { length: 5.0 }));
                    }
                }
                if let Some(spike) = spike {
                    plot_ui.vline(VLine::new("run", spike).color(color).width(3.0));
                }
                for line in ensemble.into_iter().chain(curves.into_iter().flatten()) {
                    plot_ui.line(line);
                }
            });
        relative
    }
}

fn layout(bars: &Bars, teacher: f64, theory: Option<&Prediction>, view: &View) -> (Frame, bool) {
    let n_bars = bars.counts.len();
    let (mut low, mut high) = (bars.lower, bars.lower + bars.width * n_bars as f64);
    let mut top = (0..n_bars).map(|i| bars.density(i)).fold(0.0_f64, f64::max);
    if let Some(density) = theory.and_then(|theory| theory.exact.as_density()) {
        // The law's own width is in sight from the first values on.
        low = low.min(density.quantile(1e-3));
        high = high.max(density.quantile(1.0 - 1e-3));
        top = top.max(density.density(density.quantile(0.5)));
    }
    let relative = high - low < NARROW * teacher;
    let middle = 0.5 * (low + high);
    let frame = Frame {
        middle,
        half: 0.54 * (high - low).max(1e-12 * middle.abs()).max(1e-200),
        offset: if relative { middle - teacher } else { middle },
        scale: if view.settings.log_histograms {
            Scale::Log
        } else {
            Scale::Linear
        },
        top: top.max(1e-290),
    };
    (frame, relative)
}

fn chart(bars: &Bars, frame: Frame, color: Color32) -> Vec<Bar> {
    (0..bars.counts.len())
        .filter(|&i| bars.counts[i] > 0)
        .map(|i| {
            let centre = bars.lower + (i as f64 + 0.5) * bars.width - frame.middle;
            Bar::new(centre, frame.height(bars.density(i)) - frame.floor())
                .base_offset(frame.floor())
                .width(bars.width)
                .fill(color)
                .stroke(egui::Stroke::NONE)
        })
        .collect()
}

/// A histogram as a stepped line.
fn outline(bars: &Bars, frame: Frame, color: Color32) -> Line<'static> {
    let mut points = Vec::with_capacity(2 * bars.counts.len() + 2);
    let edge = |i: usize| bars.lower + i as f64 * bars.width - frame.middle;
    points.push([edge(0), frame.floor()]);
    for i in 0..bars.counts.len() {
        let height = frame.height(bars.density(i));
        points.extend([[edge(i), height], [edge(i + 1), height]]);
    }
    points.push([edge(bars.counts.len()), frame.floor()]);
    Line::new("mode equations", PlotPoints::from(points))
        .allow_band(false)
        .color(color)
        .width(1.4)
        .allow_hover(false)
}

fn theory_curves(prediction: &Prediction, frame: Frame, color: Color32) -> Vec<Line<'static>> {
    let line = |name: &str, density: &dyn Fn(f64) -> f64| {
        let points: Vec<[f64; 2]> = (0..=N_CURVE)
            .map(|i| frame.half * (2.0 * f64::from(i) / f64::from(N_CURVE) - 1.0))
            .map(|x| [x, frame.height(density(frame.middle + x))])
            .filter(|point| point[1].is_finite())
            .collect();
        Line::new(name, PlotPoints::from(points))
            .color(color)
            .width(1.2)
            .allow_hover(false)
    };
    let mut lines = Vec::new();
    if let Some(density) = prediction.exact.as_density() {
        lines.push(line("exact density", &|s| density.density(s)));
    }
    if prediction.law.temperature() > 0.0 {
        let boltzmann = line("Boltzmann", &|s| boltzmann_density(&prediction.law, s));
        lines.push(boltzmann.style(LineStyle::Dashed { length: 6.0 }));
    }
    lines
}

/// Grid lines at round values, three or so: of the strength itself or, for a spike too narrow for that, of its distance from
/// the teacher's.
fn marks(input: &egui_plot::GridInput, offset: f64) -> Vec<egui_plot::GridMark> {
    let (low, high) = input.bounds;
    let margin = 0.07 * (high - low);
    let shifted = egui_plot::GridInput {
        bounds: (low + offset, high + offset),
        base_step_size: input.base_step_size * 0.8,
    };
    let marks = Scale::Linear.marks(&shifted);
    marks
        .into_iter()
        // A label near an edge would be cut: the plot fills the width of its panel.
        .filter(|mark| (low + margin..=high - margin).contains(&(mark.value - offset)))
        .map(|mark| egui_plot::GridMark {
            value: mark.value - offset,
            ..mark
        })
        .collect()
}

fn label(mark: egui_plot::GridMark, range: &std::ops::RangeInclusive<f64>, offset: f64) -> String {
    let shifted = egui_plot::GridMark {
        value: mark.value + offset,
        ..mark
    };
    Scale::Linear.mark_label(shifted, &(range.start() + offset..=range.end() + offset))
}
