//! The frame of a plot over time: equal gutters, the shared horizontal range, grid, marks of parameter changes, and what the
//! mouse does. Dragging pans, the wheel zooms in time, Ctrl and the wheel zooms both axes, a right drag zooms to a box, a
//! double click goes back to the live view.

use eframe::egui::{self, Align2, Color32, FontId, Ui, Vec2b};
use egui_plot::{AxisHints, FilledArea, HLine, HoverPosition, LineStyle, Plot, PlotPoint, PlotUi, VLine};

use super::changes::{label_changes, visible_changes};
use super::curves::{Band, Curve, Scene};
use super::draw_curve::draw_curve;
use super::end_labels::{EndLabel, draw_end_labels};
use super::marks::{Drop, Mark, draw_drops, draw_marks};
use super::range::drawable;
use super::scale::Scale;
use crate::app::format::grouped;
use crate::app::state::RunData;
use crate::app::state::{Moment, TimeAxis, TimeWindow, View};
use crate::app::style;
use crate::history::Cell;

/// Width of the gutter that holds the tick labels of every stacked plot, in points.
pub(crate) const GUTTER: f32 = 58.0;
/// Distance of ticks, in points, over which their labels appear.
const LABEL_SPACING: egui::Rangef = egui::Rangef { min: 8.0, max: 14.0 };
/// Half of the width of a label of the time axis, in points.
const HALF_LABEL: f32 = 16.0;
/// A horizontal line across a plot, at a position of its axis.
pub(crate) struct Level {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) color: Color32,
}

/// A plot over time.
pub(crate) struct TimePlot<'a> {
    pub(crate) id: &'static str,
    /// Title of the vertical axis: the exact quantity.
    pub(crate) title: &'a str,
    /// One sentence on the quantity, with symbol and unit.
    pub(crate) tooltip: &'a str,
    pub(crate) height: f32,
    pub(crate) scale: Scale,
    pub(crate) curves: Vec<Curve>,
    pub(crate) levels: Vec<Level>,
    pub(crate) bands: Vec<Band>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) drops: Vec<Drop>,
    pub(crate) end_labels: Vec<EndLabel>,
    /// Data values that the automatic range includes.
    pub(crate) include: Vec<f64>,
    /// Whether this plot carries the labels of the shared axis.
    pub(crate) shows_time: bool,
    /// Whether this plot carries the texts of parameter changes.
    pub(crate) shows_changes: bool,
    pub(crate) n_rows_per_pixel: u64,
}

impl TimePlot<'_> {
    /// Draws the plot and lets the mouse change the view.
    pub(crate) fn show(self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let (run, x_range) = (scene.run, scene.x_range);
        let ribbons = scene.traces.ribbons();
        let view = &mut *scene.view;
        let y_range = view
            .vertical
            .get(self.id)
            .copied()
            .unwrap_or_else(|| self.automatic_range(x_range));
        let (scale, time) = (self.scale, view.settings.time);
        let emphasis = scene.emphasis;
        // Every tick that is drawn is meant to be read, so its label does not fade with the distance to the next.
        let time_axis = AxisHints::new_x()
            .label(egui::RichText::new(time.title()).size(12.0 * scene.emphasis))
            .label_spacing(LABEL_SPACING)
            .formatter(move |mark, range| time.scale().mark_label(mark, range));
        let value_axis = AxisHints::new_y()
            .label(egui::RichText::new(self.title).size(12.0 * scene.emphasis))
            .min_thickness(GUTTER * scene.emphasis)
            .label_spacing(LABEL_SPACING)
            .formatter(move |mark, range| scale.mark_label(mark, range));
        let frame_width = (ui.available_width() - GUTTER * emphasis).max(1.0);
        let half_label = f64::from(HALF_LABEL * emphasis / frame_width);
        let plot = Plot::new(self.id)
            .height(self.height)
            .show_axes(Vec2b::new(self.shows_time, true))
            .custom_x_axes(vec![time_axis])
            .custom_y_axes(vec![value_axis])
            .set_margin_fraction(egui::Vec2::ZERO)
            .allow_scroll(false)
            .allow_double_click_reset(false)
            .auto_bounds(false)
            .link_cursor(egui::Id::unique("time"), Vec2b::new(true, false))
            .x_grid_spacer(move |mut input| {
                input.base_step_size *= f64::from(emphasis);
                let mut marks = time.scale().marks(&input);
                // The label of a mark at the very edge would be cut.
                let (low, high) = input.bounds;
                marks.retain(|mark| mark.value < high - half_label * (high - low));
                marks
            })
            .y_grid_spacer(move |mut input| {
                // Large letters need more room.
                input.base_step_size *= f64::from(emphasis).sqrt();
                scale.marks(&input)
            })
            .label_formatter(mark_text);
        let changes = visible_changes(run, time, x_range);
        let uprights = uprights(view, ui.visuals());
        let visuals = &ui.visuals().clone();
        let quiet = style::quiet(ui.visuals());
        let (curves, levels, shows_changes) = (self.curves, self.levels, self.shows_changes);
        let (bands, marks, drops, end_labels) = (self.bands, self.marks, self.drops, self.end_labels);
        let ground = ui.visuals().extreme_bg_color;
        let response = plot.show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(x_range.0..=x_range.1);
            plot_ui.set_plot_bounds_y(y_range.0..=y_range.1);
            for band in bands {
                draw_band(plot_ui, band);
            }
            for level in levels {
                draw_level(plot_ui, level, scale);
            }
            draw_drops(plot_ui, &drops);
            for &(x, _) in &changes {
                let line = VLine::new("parameter change", x)
                    .color(quiet)
                    .width(1.0)
                    .allow_hover(false);
                plot_ui.vline(line.style(LineStyle::Dotted { spacing: 4.0 }));
            }
            for curve in curves {
                draw_curve(plot_ui, &curve, x_range, y_range, &ribbons);
            }
            draw_marks(plot_ui, marks, ground);
            draw_end_labels(plot_ui, end_labels, y_range, emphasis, ground);
            draw_guess(plot_ui, self.id, run, view, scale, visuals);
            for (x, color) in uprights {
                plot_ui.vline(VLine::new("cursor", x).color(color).width(1.3).allow_hover(false));
            }
        });
        let bounds = *response.transform.bounds();
        take_bounds(self.id, view, x_range, y_range, (bounds.min(), bounds.max()));
        if response.response.hovered() {
            let about = response.transform.value_from_position(pointer(ui)).x;
            zoom_in_time(ui, view, x_range, about);
            view.hovered = Some((self.id, about));
        }
        if response.response.double_clicked() {
            view.attach();
        } else if response.response.clicked() {
            let place = response.transform.value_from_position(pointer(ui));
            view.clicked = Some((super::lesson_plot(self.id), place.x, scale.value(place.y)));
        }
        if shows_changes {
            label_changes(
                ui,
                &changes,
                |x| response.transform.position_from_point_x(x),
                response.response.rect,
                emphasis,
            );
        }
        if self.n_rows_per_pixel > 1 && emphasis <= 1.0 {
            let corner = response.response.rect.right_top() + egui::vec2(-6.0, 4.0);
            let text = format!("min\u{2013}max of {} rows/px", grouped(self.n_rows_per_pixel));
            let font = FontId::proportional(10.5);
            let galley = ui.painter().layout_no_wrap(text, font, quiet);
            let place = Align2::RIGHT_TOP.anchor_size(corner, galley.size());
            // Lines of the plot must not make the letters hard to read, nor the letters hide a curve.
            let behind = ground.gamma_multiply(0.6);
            ui.painter()
                .rect_filled(place.expand2(egui::vec2(3.0, 0.0)), 2.0, behind);
            ui.painter().galley(place.min, galley, quiet);
        }
        scale_button(
            ui,
            self.id,
            self.scale,
            view,
            response.response.rect,
            self.tooltip,
            emphasis,
        );
    }

    /// The range of the axis that shows every curve, and what must be included.
    fn automatic_range(&self, x_range: (f64, f64)) -> (f64, f64) {
        let finite = |y: f64, otherwise: f64| if y.is_finite() { y } else { otherwise };
        let extremes = |(low, high): (f64, f64), cell: &Cell| {
            (low.min(finite(cell.min, low)), high.max(finite(cell.max, high)))
        };
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let visible = self.curves.iter().flat_map(|curve| {
            let cells = &curve.trace.cells;
            // Cells stand from left to right; those beyond the edges only lead the curve there.
            let begin = cells.partition_point(|cell| cell.last[0] < x_range.0);
            let end = cells
                .partition_point(|cell| cell.first[0] <= x_range.1)
                .max(begin);
            let (low, high) = cells[begin..end].iter().fold(nothing, extremes);
            [low, high]
        });
        let included = self.include.iter().map(|&value| self.scale.position(value));
        let (mut low, mut high) = nothing;
        for y in visible.chain(included).filter(|y| y.is_finite()) {
            low = low.min(y);
            high = high.max(y);
        }
        if low > high {
            (0.0, 1.0)
        } else {
            self.scale.padded(low, high)
        }
    }
}

fn draw_band(plot_ui: &mut PlotUi<'_>, band: Band) {
    // Both edges have been gathered from the same rows; a shorter one would be a fault of the gathering.
    let n = band.xs.len().min(band.low.len()).min(band.high.len());
    if n > 1 {
        let area = FilledArea::new(band.name, &band.xs[..n], &band.low[..n], &band.high[..n]);
        plot_ui.add(area.fill_color(band.color).allow_hover(false));
    }
}

/// A guess and theory's answer: moments as upright lines, strengths as level ones.
fn draw_guess(
    plot_ui: &mut PlotUi<'_>,
    id: &str,
    run: &RunData,
    view: &View,
    scale: Scale,
    visuals: &egui::Visuals,
) {
    let Some(mark) = &view.guess else { return };
    if mark.plot != super::lesson_plot(id) {
        return;
    }
    for (value, name) in mark.values() {
        let color = if name == "theory" {
            style::mode_color(mark.mode, visuals)
        } else {
            style::amber(visuals)
        };
        let bounds = plot_ui.plot_bounds();
        let line = LineStyle::Dashed { length: 10.0 };
        let place = if mark.is_a_moment() {
            let x = view.settings.time.position(match view.settings.time.axis {
                TimeAxis::Step => value,
                TimeAxis::Time => value * run.experiment.live.learning_rate,
            });
            plot_ui.vline(
                VLine::new(name, x)
                    .color(color)
                    .width(2.0)
                    .style(line)
                    .allow_hover(false),
            );
            let height = if name == "theory" { 0.55 } else { 0.7 };
            [x, bounds.min()[1] + height * bounds.height()]
        } else {
            let y = scale.position(value);
            plot_ui.hline(
                HLine::new(name, y)
                    .color(color)
                    .width(2.0)
                    .style(line)
                    .allow_hover(false),
            );
            [bounds.min()[0] + 0.5 * bounds.width(), y]
        };
        let text = egui::RichText::new(format!(" {name}"));
        let label = egui_plot::Text::new(name, PlotPoint::new(place[0], place[1]), text);
        plot_ui.text(label.color(color).anchor(Align2::LEFT_BOTTOM));
    }
}

/// The lines of the cursors and of the moment looked at.
fn uprights(view: &View, visuals: &egui::Visuals) -> Vec<(f64, Color32)> {
    let place = |moment: Moment| view.settings.time.place(moment.step, moment.time);
    let cursors = view.cursors.iter().flatten();
    let scrubbed = view
        .scrubbed
        .iter()
        .map(|&moment| (place(moment), visuals.strong_text_color()));
    cursors
        .map(|&moment| (place(moment), style::amber(visuals)))
        .chain(scrubbed)
        .collect()
}

fn draw_level(plot_ui: &mut PlotUi<'_>, level: Level, scale: Scale) {
    let line = HLine::new(level.name, scale.position(level.value))
        .color(level.color)
        .width(1.0);
    plot_ui.hline(line.style(LineStyle::Dashed { length: 8.0 }));
}

fn pointer(ui: &Ui) -> egui::Pos2 {
    ui.input(|input| input.pointer.hover_pos()).unwrap_or_default()
}

/// Keeps the bounds that dragging or zooming has left, if they can be drawn.
fn take_bounds(
    id: &'static str,
    view: &mut View,
    x: (f64, f64),
    y: (f64, f64),
    (min, max): ([f64; 2], [f64; 2]),
) {
    let moved = |old: (f64, f64), low: f64, high: f64| {
        let tolerance = 1e-9 * (old.1 - old.0).abs();
        ((low - old.0).abs() > tolerance || (high - old.1).abs() > tolerance) && drawable(low, high)
    };
    if moved(x, min[0], max[0]) {
        view.window = TimeWindow::Detached {
            low: min[0],
            high: max[0],
        };
    }
    if moved(y, min[1], max[1]) {
        view.vertical.insert(id, (min[1], max[1]));
    }
}

/// The wheel over a plot zooms the shared axis about the pointer.
fn zoom_in_time(ui: &Ui, view: &mut View, (low, high): (f64, f64), about: f64) {
    let (scroll, zooms_both) = ui.input(|input| (input.smooth_scroll_delta.y, input.modifiers.command));
    if scroll == 0.0 || zooms_both {
        return;
    }
    let factor = (-f64::from(scroll) / 300.0).exp();
    let (low, high) = (about + (low - about) * factor, about + (high - about) * factor);
    if drawable(low, high) {
        view.window = TimeWindow::Detached { low, high };
    }
}

/// The switch of the vertical axis, in the plot's upper left corner.
fn scale_button(
    ui: &mut Ui,
    id: &'static str,
    scale: Scale,
    view: &mut View,
    frame: egui::Rect,
    tooltip: &str,
    emphasis: f32,
) {
    let size = emphasis * egui::vec2(54.0, 18.0);
    let place = egui::Rect::from_min_size(frame.left_top() + egui::vec2(5.0, 4.0), size);
    let text = egui::RichText::new(scale.label()).size(11.0 * emphasis);
    let button = egui::Button::selectable(scale != Scale::Linear, text)
        .small()
        .frame_when_inactive(true);
    // A child laid over the plot: it must not take room in the stack of plots.
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(place));
    let response = over.add(button).on_hover_text(format!(
        "Scale of the axis: linear, log, symlog (key L over the plot). {tooltip}"
    ));
    let name = format!("axis of {id}: {}", scale.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if response.clicked() {
        view.set_scale(id, scale.next());
    }
}

/// What is said of the mark at the pointer.
fn mark_text(position: &HoverPosition<'_>) -> Option<String> {
    match position {
        HoverPosition::NearDataPoint { plot_name, .. } => Some((*plot_name).to_owned()),
        HoverPosition::Elsewhere { .. } => None,
    }
}
