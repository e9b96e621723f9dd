//! A guess that a lesson asks for, and theory's answer: moments as upright lines, strengths as level ones, a variance as two lines
//! about the teacher's strength.

use eframe::egui::{Align2, Color32, Sense, Ui, pos2, vec2};

use super::Caches;
use super::frame::Frame;
use super::ground::Ground;
use super::line::{Line, draw_straight};
use super::names::text_over;
use super::panel::{Panel, Surroundings};
use crate::app::state::{GuessMark, GuessValue};
use crate::app::style;
use crate::chart::{Axis, Curve, Dashes, Known, Pen, Picture, PlotId, Role, Scale, TimeAxis, TimeScale};
use crate::lessons::GuessQuantity;

/// Height of the plot on which a width is guessed.
const WIDTH_PLOT: f32 = 120.0;
/// Shares of a plot's height at which the names of a guessed and a predicted moment stand.
const NAMES: [f32; 2] = [0.3, 0.45];
const SIZE: f32 = 12.0;

/// Where the values of a guess lie in a picture.
struct Places<'a> {
    known: &'a Known<'a>,
    time: TimeScale,
    picture: &'a Picture,
}

/// Draws a guess and theory's answer in a plot, if they belong there.
pub(super) fn draw_guess(
    ui: &Ui,
    mark: &GuessMark,
    known: &Known<'_>,
    time: TimeScale,
    (picture, frame, ground): (&Picture, &Frame, &Ground),
) {
    let is_here = mark.plot == picture.id && picture.mode.is_none_or(|mode| mode == mark.mode);
    if !is_here {
        return;
    }
    let places = Places { known, time, picture };
    let painter = ui.painter().with_clip_rect(frame.rect);
    for (i, value) in mark.values().iter().enumerate() {
        let color = color_of(value, mark.mode, ground);
        let line = Line {
            color,
            width: 2.0 * ground.letters.sqrt(),
            dashes: Dashes::Dashed(9.0, 6.0),
        };
        let rect = frame.rect;
        for x in places.uprights(mark.quantity, value.value) {
            let x = frame.point([x, frame.y.0]).x;
            draw_straight(&painter, [pos2(x, rect.top()), pos2(x, rect.bottom())], line);
            let height = rect.top() + NAMES[i.min(1)] * rect.height();
            let place = (pos2(x + 4.0, height), Align2::LEFT_CENTER);
            text_over(&painter, value.name, place, (SIZE, color), ground);
        }
        if mark.quantity == GuessQuantity::Strength {
            let y = frame.point([frame.x.0, picture.y.scale.position(value.value)]).y;
            draw_straight(&painter, [pos2(rect.left(), y), pos2(rect.right(), y)], line);
            let place = (pos2(rect.center().x, y - 2.0), Align2::LEFT_BOTTOM);
            text_over(&painter, value.name, place, (SIZE, color), ground);
        }
    }
}

impl Places<'_> {
    /// Positions across of a value.
    fn uprights(&self, quantity: GuessQuantity, value: f64) -> Vec<f64> {
        match quantity {
            GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => {
                vec![self.time.position(match self.time.axis {
                    TimeAxis::Steps => value,
                    TimeAxis::Time => value * self.known.experiment.live.learning_rate,
                })]
            }
            GuessQuantity::PeakFraction => vec![value],
            GuessQuantity::Variance => {
                let uprights = self.picture.uprights.iter();
                let teacher = { uprights }.find(|upright| upright.pen.role == Role::Learned);
                let width = value.max(0.0).sqrt();
                teacher.map_or_else(Vec::new, |teacher| vec![teacher.x - width, teacher.x + width])
            }
            GuessQuantity::Strength => Vec::new(),
        }
    }
}

fn color_of(value: &GuessValue, mode: usize, ground: &Ground) -> Color32 {
    if value.is_theory {
        ground.text(Some(mode))
    } else {
        style::amber(ground.visuals())
    }
}

/// A plot of distances from the teacher's strength on which a click says how wide the histogram will be; gives the variance.
pub(crate) fn width_plot(ui: &mut Ui, caches: &mut Caches, answer: f64, letters: f32) -> Option<f64> {
    let ground = Ground::new(ui.visuals(), letters);
    // Wide enough not to give the answer away.
    let half = 10_f64.powf((8.0 * answer.sqrt()).log10().ceil());
    let size = vec2(ui.available_width(), WIDTH_PLOT * letters);
    let (place, response) = ui.allocate_exact_size(size, Sense::click());
    let x = Axis::new(
        "distance from the teacher's strength, a \u{2212} m",
        Scale::Linear,
        (-half, half),
        9,
    );
    let mut picture = Picture::new(PlotId::Histogram, x, Axis::new("", Scale::Linear, (0.0, 1.1), 0));
    let about = Surroundings {
        gutters: (16.0, 16.0),
        has_title: false,
        has_y_axis: false,
        has_x_axis: true,
    };
    let plot = about.plot(place, letters);
    let frame = Frame::new(&picture, plot);
    let pointed = response.hover_pos().map(|pointer| frame.position(pointer)[0]);
    if let Some(pointed) = pointed {
        let width = pointed.abs().max(1e-3 * half);
        let bell = (0..=200).map(|i| {
            let x = half * (f64::from(i) / 100.0 - 1.0);
            [x, (-0.5 * (x / width).powi(2)).exp()]
        });
        let pen = Pen::of(Role::ExactDensity);
        let curve = Curve::through(bell.collect(), "your guess".to_owned(), pen);
        picture.curves.push(curve);
    }
    let panel = Panel {
        picture: &picture,
        ground: &ground,
        about,
        place,
    };
    panel.draw(ui.painter(), &mut caches.ribbons);
    let clicked = response
        .interact_pointer_pos()
        .filter(|_| response.clicked())
        .map(|pointer| frame.position(pointer)[0]);
    clicked.map(|distance| distance.powi(2))
}
