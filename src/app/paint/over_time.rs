//! The plots over time, one above the other on one time axis, with gutters that line up.

use std::time::Duration;

use eframe::egui::{self, Rect, RichText, Sense, Ui, pos2, vec2};

use super::Caches;
use super::frame::Frame;
use super::ground::Ground;
use super::guess::draw_guess;
use super::line::{Line, draw_straight};
use super::names::{LEVEL_SPACE, draw_level_names, level_font};
use super::panel::{LEFT_GUTTER, Panel, Surroundings, draw_fineness};
use super::pointer;
use super::rows::ROW_HEIGHT;
use crate::app::action::Action;
use crate::app::format::grouped;
use crate::app::state::View;
use crate::app::style;
use crate::chart::{
    self, Dashes, Drawing, Known, MOMENT, Picture, PlotId, Role, Room, lines_of_row, n_rows, pictures,
};

/// Least height of a plot, in points.
const LEAST: f32 = 40.0;
/// Size of the switch of an axis, in points.
const SWITCH: egui::Vec2 = vec2(50.0, 16.0);
/// Points right of the plots where no names stand.
const BARE_GUTTER: f32 = 16.0;

/// Plots over time in the room that is left.
pub(crate) struct Stack<'a> {
    pub(crate) known: &'a Known<'a>,
    pub(crate) view: &'a mut View,
    pub(crate) caches: &'a mut Caches,
    /// Plots from the top.
    pub(crate) plots: &'a [PlotId],
    /// Positions at the ends of the time axis.
    pub(crate) x_range: (f64, f64),
    /// How large letters are and how thick lines: 1 in the normal view.
    pub(crate) letters: f32,
}

/// A plot that has been drawn.
struct Drawn {
    frame: Frame,
    n_rows_per_pixel: u64,
}

/// Draws the plots and lets the pointer change the view; gives what was asked for.
pub(crate) fn stack(ui: &mut Ui, stack: Stack<'_>) -> Option<Action> {
    let Stack {
        known,
        view,
        caches,
        plots,
        x_range,
        letters,
    } = stack;
    let ground = Ground::new(ui.visuals(), letters);
    let gutters = (LEFT_GUTTER * letters, right_gutter(ui, known, letters));
    let heights = heights(plots, ui.available_height(), view, (known, letters));
    let about = |i: usize| Surroundings {
        gutters,
        has_title: true,
        has_y_axis: true,
        has_x_axis: i + 1 == plots.len(),
    };
    let width = (ui.available_width() - gutters.0 - gutters.1).max(1.0);
    view.n_pixels = f64::from(width * ui.ctx().pixels_per_point());
    let options = view.options(x_range);
    let mut asked = None;
    let mut drawn: Vec<Drawn> = Vec::new();
    for (i, (&plot, height)) in plots.iter().zip(heights).enumerate() {
        let size = vec2(ui.available_width(), height);
        let (place, _) = ui.allocate_exact_size(size, Sense::hover());
        let about = about(i);
        let mut drawing = Drawing {
            known,
            options: &options,
            room: room(ui, about.plot(place, letters), letters),
            traces: &mut caches.traces,
        };
        let Some(picture) = pictures(plot, &mut drawing).into_iter().next() else {
            continue;
        };
        let panel = Panel {
            picture: &picture,
            ground: &ground,
            about,
            place,
        };
        let frame = panel.draw(ui.painter(), &mut caches.ribbons);
        if picture.lags {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(MOMENT));
        }
        let names = draw_level_names(ui.painter(), &picture, &frame, &ground);
        for (level, place) in names {
            if let (Role::Teacher, Some(mode)) = (level.pen.role, level.pen.mode) {
                let id = ui.scope_id().with(("name of a mode", mode));
                let response = ui.interact(place, id, Sense::click());
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &level.label));
                let response = response.on_hover_text(
                    "Click to draw this mode alone (keys 1 to 6); with the right button, to see the time in which it is learned.",
                );
                if response.clicked() {
                    asked = Some(Action::Solo(mode));
                } else if response.secondary_clicked() {
                    asked = Some(Action::FrameMode(mode));
                }
            }
        }
        if let Some(mark) = &view.guess {
            draw_guess(ui, mark, known, options.time, (&picture, &frame, &ground));
        }
        draw_cursors(ui, view, &frame, letters);
        let id = ui.scope_id().with(("plot over time", plot));
        let response = ui.interact(frame.rect, id, Sense::click_and_drag());
        pointer::take(ui, &response, &frame, &picture, view);
        pointer::take_box(ui, &response, &frame, plot, &ground, view);
        let title = Rect::from_min_max(
            pos2(frame.rect.left(), place.top()),
            pos2(place.right(), place.top() + about.above(letters)),
        );
        let title = ui.interact(title, id.with("title"), Sense::hover());
        title.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, described(&picture)));
        title.on_hover_text(format!("{}\n{}", plot.tooltip(), described(&picture)));
        if !plot.is_strip() {
            switch(ui, plot, view, place, letters);
        }
        drawn.push(Drawn {
            frame,
            n_rows_per_pixel: picture.n_rows_per_pixel,
        });
        if i + 1 == plots.len() && letters <= 1.0 {
            say_fineness(ui, &drawn, place, &ground);
        }
    }
    // Through all plots, those above the pointer too.
    if let Some(hovered) = &view.hovered {
        for drawn in &drawn {
            draw_upright(ui, &drawn.frame, hovered.x, (ground.grey(), 1.0));
        }
    }
    asked
}

/// What a screen reader is told of a plot: its title and keys.
pub(super) fn described(picture: &Picture) -> String {
    let keys: Vec<&str> = picture.keys.iter().map(|key| key.label.as_str()).collect();
    format!("{}: {}", picture.title, keys.join("; "))
}

/// The room of a plot in this window.
pub(super) fn room(ui: &Ui, plot: Rect, letters: f32) -> Room {
    Room {
        width: f64::from(plot.width()),
        height: f64::from(plot.height()),
        pixels_per_point: f64::from(ui.ctx().pixels_per_point()),
        letters: f64::from(letters),
        clock: ui.input(|input| input.time),
    }
}

/// Points right of the plots: as many as the longest name of a level takes.
fn right_gutter(ui: &Ui, known: &Known<'_>, letters: f32) -> f32 {
    let font = level_font(letters);
    let width = |name: String| {
        let words = ui
            .painter()
            .layout_no_wrap(name, font.clone(), egui::Color32::WHITE);
        words.size().x
    };
    let names = chart::level_names(known);
    names.map(width).fold(BARE_GUTTER, f32::max) + LEVEL_SPACE + 2.0
}

/// Heights of the plots with all that stands about them. Those that are large are twice as high as the others.
fn heights(plots: &[PlotId], available: f32, view: &View, (known, letters): (&Known<'_>, f32)) -> Vec<f32> {
    let about = |i: usize| Surroundings {
        gutters: (0.0, 0.0),
        has_title: true,
        has_y_axis: true,
        has_x_axis: i + 1 == plots.len(),
    };
    let surroundings = |i: usize| about(i).above(letters) + about(i).below(letters);
    let large = &view.settings.large;
    let is_any_large = plots.iter().any(|plot| large.contains(plot) && !plot.is_strip());
    let weight = |plot: PlotId| match (plot.is_strip(), is_any_large) {
        (true, _) => 0.0,
        (false, true) => 1.0 + f32::from(u8::from(large.contains(&plot))),
        (false, false) => plot.weight(),
    };
    let n_lines = n_rows(known.rank()) as f64 * lines_of_row(!known.kept.is_empty());
    let strip = n_lines as f32 * ROW_HEIGHT * letters;
    let has_strip = plots.iter().any(|plot| plot.is_strip());
    let fixed: f32 = (0..plots.len()).map(surroundings).sum::<f32>() + if has_strip { strip } else { 0.0 };
    let total: f32 = plots.iter().map(|&plot| weight(plot)).sum();
    let room = (available - fixed).max(0.0);
    plots
        .iter()
        .enumerate()
        .map(|(i, &plot)| {
            let own = if plot.is_strip() {
                strip
            } else {
                (room * weight(plot) / total.max(1.0)).max(LEAST)
            };
            own + surroundings(i)
        })
        .collect()
}

/// The lines of the cursors and of the moment looked at.
fn draw_cursors(ui: &Ui, view: &View, frame: &Frame, letters: f32) {
    let time = view.settings.time;
    let visuals = ui.visuals();
    let cursors = view.cursors.iter().flatten();
    let amber = cursors.map(|moment| (moment, style::amber(visuals)));
    let scrubbed = { view.scrubbed.iter() }.map(|moment| (moment, visuals.strong_text_color()));
    for (moment, color) in amber.chain(scrubbed) {
        let x = time.place(moment.step, moment.time);
        draw_upright(ui, frame, x, (color, 1.3 * letters));
    }
}

fn draw_upright(ui: &Ui, frame: &Frame, x: f64, (color, width): (egui::Color32, f32)) {
    if !(frame.x.0..=frame.x.1).contains(&x) {
        return;
    }
    let x = frame.across(x) as f32;
    let line = Line {
        color,
        width,
        dashes: Dashes::None,
    };
    let ends = [pos2(x, frame.rect.top()), pos2(x, frame.rect.bottom())];
    draw_straight(ui.painter(), ends, line);
}

/// Says how many rows a pixel stands for, beside the title of the time axis.
fn say_fineness(ui: &Ui, drawn: &[Drawn], place: Rect, ground: &Ground) {
    let most = drawn
        .iter()
        .map(|drawn| drawn.n_rows_per_pixel)
        .max()
        .unwrap_or(1);
    if most > 1 {
        let text = format!("min\u{2013}max of {} rows/px", grouped(most));
        draw_fineness(ui.painter(), &text, place, ground);
    }
}

/// The switch of the axis upwards, left of the plot's title.
fn switch(ui: &mut Ui, plot: PlotId, view: &mut View, place: Rect, letters: f32) {
    let scale = view.settings.scale(plot);
    let at = Rect::from_min_size(place.min + vec2(0.0, 1.0), letters * SWITCH);
    let text = RichText::new(scale.label()).size(10.5 * letters);
    let button = egui::Button::selectable(scale != plot.usual_scale(), text)
        .small()
        .frame_when_inactive(true);
    // A child laid over the plot: it must not take room in the stack of plots.
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(at));
    let response = over.add(button).on_hover_text(format!(
        "Scale of the axis: linear, log, symlog (key L over the plot). {}",
        plot.tooltip()
    ));
    let name = format!("axis of {}: {}", plot.name(), scale.label());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if response.clicked() {
        view.set_scale(plot, scale.next());
    }
}
