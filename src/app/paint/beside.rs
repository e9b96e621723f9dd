//! The plots that are not over time: diffusion against strength, and the histogram of a mode.

use eframe::egui::{Rect, Sense, Ui, vec2};

use super::Caches;
use super::frame::Frame;
use super::ground::Ground;
use super::guess::draw_guess;
use super::over_time::room;
use super::panel::{Panel, Surroundings};
use crate::app::action::Action;
use crate::app::state::View;
use crate::chart::{self, Drawing, Known, Picture, PlotId};

/// Points left and right of the law.
const LAW_GUTTERS: (f32, f32) = (46.0, 12.0);
/// Points left and right of a histogram, for the labels at its ends.
const HISTOGRAM_GUTTERS: (f32, f32) = (14.0, 14.0);

/// Draws the diffusion against the strength; a click is answered with its place.
pub(crate) fn law_plot(
    ui: &mut Ui,
    known: &Known<'_>,
    view: &View,
    caches: &mut Caches,
    (height, letters): (f32, f32),
) -> Option<Action> {
    let ground = Ground::new(ui.visuals(), letters);
    let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let (left, right) = LAW_GUTTERS;
    let about = Surroundings {
        gutters: (left * letters, right * letters),
        has_title: true,
        has_y_axis: true,
        has_x_axis: true,
    };
    let drawn = Beside {
        known,
        view,
        place,
        about,
    };
    let (picture, frame) = drawn.paint(ui, &ground, caches, |drawing| Some(chart::law(drawing)))?;
    let pointer = response.interact_pointer_pos().filter(|_| response.clicked());
    let title = Rect::from_min_size(place.min, vec2(place.width(), about.above(letters)));
    ui.interact(title, response.id.with("title"), Sense::hover())
        .on_hover_text(PlotId::Law.tooltip());
    pointer.map(|pointer| {
        let [x, y] = frame.position(pointer);
        Action::Click(PlotId::Law, x, picture.y.scale.value(y))
    })
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
    let drawn = Beside {
        known,
        view,
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
        let options = self.view.options((0.0, 1.0));
        let letters = ground.letters;
        let picture = make(&mut Drawing {
            known: self.known,
            options: &options,
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
