//! The lesson in hand: title, caption, question, action and guess, above the plots.

use eframe::egui::{RichText, Ui};
use egui_plot::{Line, Plot, PlotPoints};

use super::format::significant;
use super::style;
use crate::lessons::{self, GuessQuantity, Lesson};
use crate::observables::events::Event;

/// A guess that a person has made, or is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GuessMark {
    pub(super) plot: lessons::Plot,
    pub(super) quantity: GuessQuantity,
    /// Mode, from 0.
    pub(super) mode: usize,
    /// What was clicked, in the units of the answer; none yet.
    pub(super) given: Option<f64>,
    /// What theory says.
    pub(super) answer: f64,
}

impl GuessMark {
    /// Values to be drawn with their names, once the guess is made.
    pub(crate) fn values(&self) -> Vec<(f64, &'static str)> {
        let given = self.given.iter();
        given
            .flat_map(|&given| [(given, "your guess"), (self.answer, "theory")])
            .collect()
    }

    /// Whether it is a place along the shared time axis.
    pub(crate) fn is_a_moment(&self) -> bool {
        match self.quantity {
            GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => true,
            GuessQuantity::PeakFraction | GuessQuantity::Strength | GuessQuantity::Variance => false,
        }
    }
}

/// What the panel asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Request {
    Next,
    Previous,
    Restart,
    OpenInLab,
    /// Go on without a guess.
    Skip,
    /// A guess made in the panel itself.
    Guess(f64),
}

/// What the panel shows of a lesson.
pub(super) struct LessonPanel<'a> {
    pub(super) lesson: &'a Lesson,
    pub(super) n_lessons: usize,
    /// Step that is looked at.
    pub(super) step: u64,
    pub(super) has_ended: bool,
    pub(super) guess: Option<&'a GuessMark>,
    pub(super) emphasis: f32,
    /// Whether there is room for one thing at a time only.
    pub(super) is_low: bool,
}

impl LessonPanel<'_> {
    /// Draws it.
    pub(super) fn ui(&self, ui: &mut Ui, events: &[Event]) -> Option<Request> {
        let mut asked = None;
        let (lesson, size) = (self.lesson, self.emphasis);
        ui.horizontal_wrapped(|ui| {
            let title = format!("Lesson {} of {}: {}", lesson.number, self.n_lessons, lesson.title);
            let title = ui.label(RichText::new(title).size(15.0 * size).strong());
            if let Some(caption) = self.caption(events).filter(|_| self.is_low) {
                title.on_hover_text(&caption.text);
            }
            if lesson.beyond_the_paper {
                let text = RichText::new("beyond the paper")
                    .size(11.5 * size)
                    .color(style::amber(ui.visuals()));
                ui.label(text)
                    .on_hover_text("The paper does not claim what this lesson shows.");
            }
            for (text, hint, request) in [
                (
                    "Previous",
                    "The lesson before this one (Page Up).",
                    Request::Previous,
                ),
                ("Next", "The next lesson (Page Down).", Request::Next),
                ("Again", "Start the lesson again.", Request::Restart),
                (
                    "Open in the lab",
                    "Close the lesson and go on with its run.",
                    Request::OpenInLab,
                ),
            ] {
                if ui.small_button(text).on_hover_text(hint).clicked() {
                    asked = Some(request);
                }
            }
        });
        if let Some(mark) = self.guess
            && mark.given.is_none()
        {
            asked = self.prompt(ui, mark).or(asked);
            return asked;
        }
        // In a low window question and action take its place at the end; it is told by the title then.
        if let Some(caption) = self.caption(events)
            && !(self.is_low && self.has_ended)
        {
            ui.label(RichText::new(&caption.text).size(14.0 * size.max(12.0 / 14.0)));
        }
        // A hall reads one thing at a time.
        if (self.is_low || self.emphasis > 1.0) && !self.has_ended {
            return asked;
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&lesson.question).size(12.5 * size).italics());
            ui.label(RichText::new(&lesson.action).size(12.5 * size).strong());
        });
        if let Some(mark) = self.guess
            && self.has_ended
        {
            self.verdict(ui, mark);
        }
        asked
    }

    /// The caption of the step that is looked at.
    fn caption(&self, events: &[Event]) -> Option<&lessons::Caption> {
        let caption = self.lesson.caption_at(self.step, events)?;
        self.lesson.captions.get(caption)
    }

    /// Asks for the guess.
    fn prompt(&self, ui: &mut Ui, mark: &GuessMark) -> Option<Request> {
        let mut asked = None;
        let prompt = self
            .lesson
            .guess
            .as_ref()
            .map_or("", |guess| guess.prompt.as_str());
        ui.horizontal_wrapped(|ui| {
            let text = RichText::new(prompt).size(14.0 * self.emphasis);
            ui.label(text.strong().color(style::amber(ui.visuals())));
            if ui
                .button("Go on without a guess")
                .on_hover_text("Space.")
                .clicked()
            {
                asked = Some(Request::Skip);
            }
        });
        // There is no histogram before the run: its width is chosen on an empty one.
        if mark.plot == lessons::Plot::Stationary {
            asked = width_plot(ui, mark.answer).map(Request::Guess).or(asked);
        }
        asked
    }

    fn verdict(&self, ui: &mut Ui, mark: &GuessMark) {
        let (Some(given), Some(guess)) = (mark.given, &self.lesson.guess) else {
            return;
        };
        let is_near = (given - guess.answer).abs() <= guess.tolerance;
        let word = if is_near {
            "a good guess"
        } else {
            "look again at the curves"
        };
        let text = format!(
            "Your guess was {}, theory says {}: {word}.",
            significant(given, 3),
            significant(guess.answer, 4)
        );
        ui.label(RichText::new(text).size(12.5 * self.emphasis));
    }
}

/// A plot of distances from the teacher's strength on which a click says how wide the cloud will be; gives the variance.
fn width_plot(ui: &mut Ui, answer: f64) -> Option<f64> {
    // Wide enough not to give the answer away.
    let half = 10_f64.powf((8.0 * answer.sqrt()).log10().ceil());
    let response = Plot::new("width of the cloud")
        .height(90.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .show_axes([true, false])
        .auto_bounds(false)
        .label_formatter(|_| None)
        .show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(-half..=half);
            plot_ui.set_plot_bounds_y(0.0..=1.1);
            let is_pointed_at = plot_ui.response().hovered();
            if let Some(pointer) = plot_ui.pointer_coordinate().filter(|_| is_pointed_at) {
                let width = pointer.x.abs().max(1e-3 * half);
                let bell = (0..=200).map(|i| {
                    let x = half * (f64::from(i) / 100.0 - 1.0);
                    [x, (-0.5 * (x / width).powi(2)).exp()]
                });
                plot_ui.line(Line::new("your guess", bell.collect::<PlotPoints<'_>>()).width(2.0));
            }
            plot_ui.pointer_coordinate()
        });
    let place = response.inner?;
    response.response.clicked().then(|| place.x.powi(2))
}
