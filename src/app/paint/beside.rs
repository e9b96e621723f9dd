//! The plots that are not over time: diffusion against strength, and the histogram of a mode.

use eframe::egui::{Color32, FontId, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::Caches;
use super::frame::Frame;
use super::ground::Ground;
use super::guess::draw_guess;
use super::over_time::room;
use super::panel::{Panel, Surroundings};
use crate::app::action::Action;
use crate::app::format::significant;
use crate::app::state::View;
use crate::chart::{self, Drawing, Known, Mark, Options, Picture, PlotId, Shape, pictures};

/// Points left and right of a plot beside those over time.
const BESIDE_GUTTERS: (f32, f32) = (46.0, 12.0);
/// Distance from the dot of a plane, in points, at which it is grasped.
const GRASP: f32 = 14.0;
/// Points left and right of a histogram, for the labels at its ends.
const HISTOGRAM_GUTTERS: (f32, f32) = (14.0, 14.0);

/// Draws the plot that stands beside those over time; a click is answered with its place.
pub(crate) fn beside_plot(
    ui: &mut Ui,
    known: &Known<'_>,
    view: &View,
    caches: &mut Caches,
    (plot, height, letters): (PlotId, f32, f32),
) -> Option<Action> {
    let ground = Ground::new(ui.visuals(), letters);
    let size = vec2(ui.available_width(), height);
    let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let options = view.options((0.0, 1.0));
    // Of a plot that has a picture for each mode, that of the mode looked at.
    let mode = view.settings.solo.unwrap_or_else(|| mode_of_interest(known));
    let make = |drawing: &mut Drawing<'_>| match plot {
        PlotId::Density => chart::density(drawing, mode),
        plot => pictures(plot, drawing).into_iter().next(),
    };
    let about = Surroundings {
        gutters: gutters(ui, plot, known, letters),
        has_title: true,
        has_y_axis: true,
        has_x_axis: true,
    };
    let drawn = Beside {
        known,
        view,
        options: &options,
        place,
        about,
    };
    let (picture, frame) = drawn.paint(ui, &ground, caches, make)?;
    let title = Rect::from_min_size(place.min, vec2(place.width(), about.above(letters)));
    let title = ui.interact(title, response.id.with("title"), Sense::hover());
    let described = super::over_time::described(&picture);
    title.widget_info(|| WidgetInfo::labeled(Role::Label, true, &described));
    title.on_hover_text(plot.tooltip());
    let pointed = ui
        .input(|input| input.pointer.latest_pos())
        .filter(|_| response.hovered());
    if let Some(pointer) = pointed
        && let Some(text) = what_is_at(known, &options, &picture, &frame, frame.position(pointer))
    {
        response.clone().on_hover_text_at_pointer(text);
    }
    let pointer = response.interact_pointer_pos()?;
    if plot == PlotId::Plane {
        return drop_dot(ui, &response, &picture, &frame, &ground).map(|[x, y]| {
            let value = |mode: usize, place: f64| (mode, picture.x.scale.value(place));
            Action::StartFrom([value(options.pair.0, x), value(options.pair.1, y)])
        });
    }
    let [x, y] = frame.position(pointer);
    { response.clicked() }.then(|| Action::Click(plot, x, picture.y.scale.value(y)))
}

/// Drags the dot of a plane: a ring follows the pointer, and where it is dropped is given.
fn drop_dot(
    ui: &Ui,
    response: &Response,
    picture: &Picture,
    frame: &Frame,
    ground: &Ground,
) -> Option<[f64; 2]> {
    let dot = picture.marks.iter().find(|mark| mark.shape == Shape::Now)?;
    let origin = ui
        .input(|input| input.pointer.press_origin())
        .or_else(|| ui.data(|data| data.get_temp(response.id)))?;
    ui.data_mut(|data| data.insert_temp(response.id, origin));
    if origin.distance(frame.point(dot.at)) > GRASP {
        return None;
    }
    let pointer = response.interact_pointer_pos()?;
    let at = frame.position(pointer);
    if response.dragged() {
        let stroke = Stroke::new(1.5, ground.text(None));
        ui.painter().circle_stroke(pointer, 7.0, stroke);
    }
    (response.drag_stopped() && frame.shows(at)).then_some(at)
}

/// The mode whose noise has peaked and that is not learned yet, or the last learned one, or the first.
fn mode_of_interest(known: &Known<'_>) -> usize {
    let modes = || known.modes.iter().enumerate();
    let learning = { modes() }.find(|(_, events)| events.peak.is_some() && events.learned.is_none());
    let learned = modes().rfind(|(_, events)| events.learned.is_some());
    learning.or(learned).map_or(0, |(mode, _)| mode)
}

/// Points left and right of a plot: more where rows have names.
fn gutters(ui: &Ui, plot: PlotId, known: &Known<'_>, letters: f32) -> (f32, f32) {
    let (left, right) = BESIDE_GUTTERS;
    let names = known
        .experiment
        .data
        .samples
        .as_ref()
        .map(|samples| samples.target_names());
    let widest = names
        .filter(|_| plot == PlotId::Matrix)
        .into_iter()
        .flatten()
        .map(|name| {
            let words: String = name.chars().take(12).collect();
            let font = FontId::proportional(11.5 * letters);
            ui.painter().layout_no_wrap(words, font, Color32::WHITE).size().x
        });
    let widest = widest.fold(0.0, f32::max);
    // Densities have large numbers.
    let has_large_numbers = matches!(plot, PlotId::Density | PlotId::Times);
    let left = left + if has_large_numbers { 14.0 } else { 0.0 };
    ((left * letters).max(widest + 12.0), right * letters)
}

/// What a cell or a mark says, or the law of aligned, balanced weights in a plane.
fn what_is_at(
    known: &Known<'_>,
    options: &Options,
    picture: &Picture,
    frame: &Frame,
    at: [f64; 2],
) -> Option<String> {
    let near = |mark: &&Mark| frame.point(mark.at).distance(frame.point(at)) < 9.0;
    if let Some(mark) = picture.marks.iter().rev().find(near) {
        return Some(mark.name.clone());
    }
    if picture.id == PlotId::Plane {
        return Some(chart::law_in_plane(known, options, at));
    }
    let map = picture.heat_map.as_ref().filter(|map| map.bar.is_some())?;
    let (column, row) = map.cell_at(at)?;
    let value = significant(map.value((column, row)), 5);
    let (_, n_rows) = map.shape();
    Some(format!("row {}, column {}: {value}", n_rows - row, column + 1))
}

/// Draws the histogram of a mode, if it has a value and is in sight; `height` is that of the plot itself.
pub(crate) fn histogram_plot(
    ui: &mut Ui,
    known: &Known<'_>,
    view: &View,
    caches: &mut Caches,
    mode: usize,
    (height, letters): (f32, f32),
) {
    if known.n_settled(mode) == 0 {
        return;
    }
    let (left, right) = HISTOGRAM_GUTTERS;
    let about = Surroundings {
        gutters: (left * letters, right * letters),
        has_title: false,
        has_y_axis: false,
        has_x_axis: true,
    };
    let height = height + about.above(letters) + about.below(letters);
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    if !ui.is_rect_visible(place) {
        return;
    }
    let ground = Ground::new(ui.visuals(), letters);
    let options = view.options((0.0, 1.0));
    let drawn = Beside {
        known,
        view,
        options: &options,
        place,
        about,
    };
    // Nothing where the mode has no histogram.
    let _painted = drawn.paint(ui, &ground, caches, |drawing| chart::histogram(drawing, mode));
}

/// A plot that is not over time, with its place.
struct Beside<'a> {
    known: &'a Known<'a>,
    view: &'a View,
    options: &'a Options,
    place: Rect,
    about: Surroundings,
}

impl Beside<'_> {
    /// Paints the picture that `make` gives, with a guess that belongs to it, and gives it with the place of its plot.
    fn paint(
        &self,
        ui: &Ui,
        ground: &Ground,
        caches: &mut Caches,
        make: impl FnOnce(&mut Drawing<'_>) -> Option<Picture>,
    ) -> Option<(Picture, Frame)> {
        let (options, letters) = (self.options, ground.letters);
        let picture = make(&mut Drawing {
            known: self.known,
            options,
            room: room(ui, self.about.plot(self.place, letters), letters),
            traces: &mut caches.traces,
        })?;
        let panel = Panel {
            picture: &picture,
            ground,
            about: self.about,
            place: self.place,
        };
        let frame = panel.draw(ui.painter(), &mut caches.ribbons);
        if let Some(mark) = &self.view.guess {
            draw_guess(ui, mark, self.known, options.time, (&picture, &frame, ground));
        }
        Some((picture, frame))
    }
}
