//! The lesson in hand: title, caption, question, action and guess, above the plots.

use eframe::egui::{RichText, Ui};
use egui_plot::{Line, Plot, PlotPoints};

use crate::app::action::Action;
use crate::app::format::significant;
use crate::app::state::{GuessMark, State};
use crate::app::style;
use crate::lessons::{self, Lesson};
use crate::worker::RunState;

/// Height, in points, of everything between menus and transport below which there is room for one thing at a time only.
const VERY_LOW: f32 = 380.0;

/// Draws the panel of the open lesson, if there is one.
pub(crate) fn lesson_panel(ui: &mut Ui, state: &State, emphasis: f32) -> Option<Action> {
    let lesson = state.teaching.lesson()?;
    let panel = LessonPanel {
        lesson,
        state,
        has_ended: state.run.step >= lesson.end_step || state.run.state == RunState::Diverged,
        emphasis,
        is_low: state.view.room < VERY_LOW,
    };
    let asked = panel.ui(ui);
    ui.separator();
    asked
}

/// What the panel shows of a lesson.
struct LessonPanel<'a> {
    lesson: &'a Lesson,
    state: &'a State,
    has_ended: bool,
    emphasis: f32,
    /// Whether there is room for one thing at a time only.
    is_low: bool,
}

impl LessonPanel<'_> {
    fn ui(&self, ui: &mut Ui) -> Option<Action> {
        let mut asked = None;
        let (lesson, size) = (self.lesson, self.emphasis);
        ui.horizontal_wrapped(|ui| {
            let title = format!(
                "Lesson {} of {}: {}",
                lesson.number,
                self.state.teaching.lessons.len(),
                lesson.title
            );
            let title = ui.label(RichText::new(title).size(15.0 * size).strong());
            if let Some(caption) = self.caption().filter(|_| self.is_low) {
                title.on_hover_text(&caption.text);
            }
            if lesson.beyond_the_paper {
                let text = RichText::new("beyond the paper")
                    .size(11.5 * size)
                    .color(style::amber(ui.visuals()));
                ui.label(text)
                    .on_hover_text("The paper does not claim what this lesson shows.");
            }
            let again = Action::OpenLesson(self.state.teaching.current.unwrap_or(0));
            for (text, hint, request) in [
                (
                    "Previous",
                    "The lesson before this one (Page Up).",
                    Action::PreviousLesson,
                ),
                ("Next", "The next lesson (Page Down).", Action::NextLesson),
                ("Again", "Start the lesson again.", again),
                (
                    "Open in the lab",
                    "Close the lesson and go on with its run.",
                    Action::OpenInLab,
                ),
            ] {
                if ui.small_button(text).on_hover_text(hint).clicked() {
                    asked = Some(request);
                }
            }
        });
        if let Some(mark) = &self.state.view.guess
            && mark.given.is_none()
        {
            asked = self.prompt(ui, mark).or(asked);
            return asked;
        }
        // In a low window question and action take its place at the end; it is told by the title then.
        if let Some(caption) = self.caption()
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
        if let Some(mark) = &self.state.view.guess
            && self.has_ended
        {
            self.verdict(ui, mark);
        }
        asked
    }

    /// The caption of the step that is looked at.
    fn caption(&self) -> Option<&lessons::Caption> {
        let caption = self
            .lesson
            .caption_at(self.state.step_in_view(), &self.state.run.events.log)?;
        self.lesson.captions.get(caption)
    }

    /// Asks for the guess.
    fn prompt(&self, ui: &mut Ui, mark: &GuessMark) -> Option<Action> {
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
                asked = Some(Action::Guess(None));
            }
        });
        // There is no histogram before the run: its width is chosen on an empty one.
        if mark.plot == lessons::Plot::Stationary {
            asked = width_plot(ui, mark.answer)
                .map(|given| Action::Guess(Some(given)))
                .or(asked);
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
