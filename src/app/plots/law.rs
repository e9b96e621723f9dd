//! Plot F: diffusion against strength, every mode on its own scale: `a/m` across, `D` over the height of the law's hill
//! upwards. The law `D(s)` is thin and dashed with a tick at its peak `s*`; the run is a dot with its trail. The dot goes over
//! the hill before it reaches 1: the noise is largest before the feature is learned.

use eframe::egui::{self, Color32, Ui, Vec2b};
use egui_plot::{AxisHints, Line, MarkerShape, Plot, PlotPoint, PlotPoints, Points, VLine};

use super::scale::Scale;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style;
use crate::lessons;
use crate::observables::{Quantity, Schema};
use crate::theory::ModeLaw;

/// Points of a law.
const N_CURVE: u32 = 90;
/// Horizontal range, in units of the teacher's strength.
const RANGE: (f64, f64) = (-0.06, 1.16);
/// Most points of a trail.
const MAX_TRAIL: usize = 400;
/// Points of a trail are at least so far apart, a long one's further.
const NEAR: f64 = 0.008;
/// Buckets of the history beyond which a coarser level is read.
const MAX_BUCKETS: usize = 4000;

/// Draws plot F; gives the place that was clicked, as fractions of strength and of diffusion.
pub(crate) fn law_plot(ui: &mut Ui, run: &RunData, view: &View, height: f32) -> Option<(f64, f64)> {
    let curves: Vec<ModeCurves> = (0..run.rank())
        .filter_map(|mode| ModeCurves::new(run, view, mode, style::mode_color(mode, ui.visuals())))
        .collect();
    let top = curves
        .iter()
        .flat_map(|curve| curve.trail.iter())
        .map(|point| point.y)
        .fold(1.0, f64::max);
    let ground = ui.visuals().extreme_bg_color;
    let (theory, quiet) = (view.settings.shown.theory, style::quiet(ui.visuals()));
    let size = 0.92 * egui::TextStyle::Body.resolve(ui.style()).size;
    let text = |text: &str| egui::RichText::new(text).size(size);
    let x_axis = AxisHints::new_x()
        .label(text("strength a / m"))
        .label_spacing(egui::Rangef::new(8.0, 14.0))
        .formatter(|mark, range| Scale::Linear.mark_label(mark, range));
    let y_axis = AxisHints::new_y()
        .label(text("D / peak of the law"))
        .label_spacing(egui::Rangef::new(8.0, 14.0))
        .formatter(|mark, range| Scale::Linear.mark_label(mark, range));
    let guess = view.guess.clone().filter(|mark| mark.plot == lessons::Plot::Law);
    let visuals = ui.visuals().clone();
    let response = Plot::new("diffusion against strength")
        .height(height)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .show_grid(Vec2b::new(true, true))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .auto_bounds(false)
        .x_grid_spacer(|input| Scale::Linear.marks(&input))
        .y_grid_spacer(|input| {
            let mut marks = Scale::Linear.marks(&input);
            // The label of a mark at the very edge would be cut.
            let (low, high) = input.bounds;
            marks.retain(|mark| mark.value < high - 0.05 * (high - low));
            marks
        })
        .label_formatter(|_| None)
        .show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(RANGE.0..=RANGE.1);
            plot_ui.set_plot_bounds_y(-0.03 * top..=1.1 * top.min(3.0));
            let learned = VLine::new("teacher", 1.0).color(quiet).width(1.0);
            plot_ui.vline(learned.style(egui_plot::LineStyle::Dashed { length: 6.0 }));
            for curve in curves {
                curve.draw(plot_ui, theory, ground);
            }
            let values = guess
                .iter()
                .flat_map(|mark| mark.values().into_iter().map(|value| (mark.mode, value)));
            for (mode, (value, name)) in values {
                let color = if name == "theory" {
                    style::mode_color(mode, &visuals)
                } else {
                    style::amber(&visuals)
                };
                let line = egui_plot::LineStyle::Dashed { length: 8.0 };
                plot_ui.vline(VLine::new(name, value).color(color).width(2.0).style(line));
            }
        });
    let pointer = ui.input(|input| input.pointer.interact_pos())?;
    response.response.clicked().then(|| {
        let place = response.transform.value_from_position(pointer);
        (place.x, place.y)
    })
}

/// One mode's law, trail and dot.
struct ModeCurves {
    color: Color32,
    law: Vec<[f64; 2]>,
    /// Place of the law's peak, if it has one before the mode is learned.
    peak: Option<f64>,
    trail: Vec<PlotPoint>,
}

impl ModeCurves {
    /// `None` while there is no diffusion to measure by.
    fn new(run: &RunData, view: &View, mode: usize, color: Color32) -> Option<Self> {
        let law = run.mode_law(mode);
        let teacher = law.teacher_strength;
        let strength = |i: u32| RANGE.1 * f64::from(i) / f64::from(N_CURVE);
        let height = hill(&law, (0..=N_CURVE).map(strength));
        if !(height > 0.0 && height.is_finite()) {
            return None;
        }
        let points = (0..=N_CURVE).map(strength);
        let trail = trail(run, view, mode, teacher, height);
        Some(Self {
            color: color.gamma_multiply(view.settings.opacity(mode)),
            law: points.map(|x| [x, law.diffusion(x * teacher) / height]).collect(),
            peak: law.diffusion_peak().map(|strength| strength / teacher),
            trail,
        })
    }

    fn draw(self, plot_ui: &mut egui_plot::PlotUi<'_>, theory: bool, ground: Color32) {
        if theory {
            let line = Line::new("law", PlotPoints::from(self.law));
            let style = style::THEORY;
            plot_ui.line(line.color(self.color).width(style.width).style(style.line));
            if let Some(peak) = self.peak {
                let tick = Line::new("peak of the law", vec![[peak, 0.0], [peak, 1.0]]);
                plot_ui.line(tick.color(self.color.gamma_multiply(0.7)).width(1.0));
            }
        }
        let Some(&now) = self.trail.last() else { return };
        let trail = Line::new("run", PlotPoints::Owned(self.trail))
            .width(1.5)
            .allow_band(false);
        plot_ui.line(trail.color(self.color.gamma_multiply(0.55)));
        let dot = |radius: f32, color: Color32| {
            Points::new("run", vec![[now.x, now.y]])
                .radius(radius)
                .shape(MarkerShape::Circle)
                .filled(true)
                .color(color)
        };
        plot_ui.points(dot(6.0, ground));
        plot_ui.points(dot(4.5, self.color));
    }
}

/// Height of the law's peak or, where it has none, of the law where the mode is learned.
fn hill(law: &ModeLaw, strengths: impl Iterator<Item = f64>) -> f64 {
    law.diffusion_peak().map_or_else(
        || {
            strengths
                .filter(|&x| x <= 1.0)
                .map(|x| law.diffusion(x * law.teacher_strength))
                .fold(0.0, f64::max)
        },
        |strength| law.diffusion(strength),
    )
}

/// Strength and diffusion of the run since the last change of a parameter, up to the moment looked at, in the units of the plot.
fn trail(run: &RunData, view: &View, mode: usize, teacher: f64, height: f64) -> Vec<PlotPoint> {
    let Some(trajectory) = run.trajectories.first() else {
        return Vec::new();
    };
    let until = view.scrubbed.map_or(u64::MAX, |moment| moment.step);
    let before = run.interventions.iter().rev().find(|change| change.step <= until);
    let since = before.map_or(0.0, |change| change.step as f64);
    let levels = trajectory.history.levels();
    let level = match levels {
        [fine, coarser, ..] if fine.n_buckets() > MAX_BUCKETS => coarser,
        [fine, ..] => fine,
        [] => return Vec::new(),
    };
    let steps = level.column(Schema::STEP);
    let first = steps.partition_point(|bucket| bucket.last < since);
    let end = steps
        .partition_point(|bucket| bucket.first <= until as f64)
        .max(first);
    let strengths = level.column(run.schema.column(Quantity::Strength, mode));
    let diffusions = level.column(run.schema.column(Quantity::Diffusion, mode));
    let points = strengths[first..end]
        .iter()
        .zip(&diffusions[first..end])
        .map(|(strength, diffusion)| PlotPoint::new(strength.last / teacher, diffusion.last / height));
    let newest = points.clone().next_back();
    let mut trail: Vec<PlotPoint> = Vec::with_capacity(MAX_TRAIL + 1);
    let mut near = NEAR;
    for point in points {
        if trail.len() == MAX_TRAIL {
            // Noise has made it long: every second point is enough, and what follows is taken less closely too.
            let mut is_kept = false;
            trail.retain(|_| {
                is_kept = !is_kept;
                is_kept
            });
            near *= 2.0;
        }
        let moved = |last: &PlotPoint| (point.x - last.x).abs().max((point.y - last.y).abs()) > near;
        if trail.last().is_none_or(moved) {
            trail.push(point);
        }
    }
    trail.extend(newest);
    trail
}
