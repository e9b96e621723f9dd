//! The lesson in hand: title, caption, question, action and guess, above the plots.

use eframe::egui::{self, Key, RichText, Ui};

use crate::app::action::Action;
use crate::app::format::significant;
use crate::app::paint::{Caches, width_plot};
use crate::app::state::{GuessMark, State};
use crate::app::style;
use crate::chart::PlotId;
use crate::lessons::{self, GuessQuantity, Lesson};
use crate::worker::RunState;

/// Height, in points, of everything between menus and transport below which there is room for one thing at a time only.
const VERY_LOW: f32 = 380.0;
/// Width of the field of a guess, in points.
const WIDTH_OF_GUESS: f32 = 72.0;

/// Draws the panel of the open lesson, if there is one.
pub(crate) fn lesson_panel(ui: &mut Ui, state: &State, caches: &mut Caches, emphasis: f32) -> Option<Action> {
    let lesson = state.teaching.lesson()?;
    let panel = LessonPanel {
        lesson,
        state,
        has_ended: state.run.step >= lesson.end_step || state.run.state == RunState::Diverged,
        emphasis,
        is_low: state.view.room < VERY_LOW,
    };
    let asked = panel.ui(ui, caches);
    ui.separator();
    asked
}

/// A guess typed instead of clicked: a field with its unit, taken by Enter or by a button. Digits typed while nothing has the focus go
/// there too.
fn typed_guess(ui: &mut Ui, mark: &GuessMark, lesson: u32, emphasis: f32) -> Option<Action> {
    let id = ui.scope_id().with(("typed guess", lesson));
    let field = id.with("field");
    let mut typed = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    if !ui.ctx().egui_wants_keyboard_input() && digits_were_typed(ui) {
        ui.memory_mut(|memory| memory.request_focus(field));
    }
    let edit = egui::TextEdit::singleline(&mut typed).id(field);
    let edit = edit
        .desired_width(WIDTH_OF_GUESS * emphasis)
        .hint_text("or type it");
    let response = ui.add(edit);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "your guess"));
    let unit = match mark.quantity {
        GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => "steps",
        GuessQuantity::PeakFraction => "of m",
        GuessQuantity::Strength | GuessQuantity::Variance => "",
    };
    if !unit.is_empty() {
        ui.label(unit);
    }
    ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    let is_guess = |value: &f64| value.is_finite() && *value > 0.0;
    let number = typed.trim().replace(',', ".");
    let value = number.parse::<f64>().ok().filter(is_guess);
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let button = ui
        .add_enabled(value.is_some(), egui::Button::new("Guess"))
        .on_disabled_hover_text("Type a number above zero.");
    let value = value.filter(|_| is_entered || button.clicked())?;
    ui.data_mut(|data| data.remove::<String>(id));
    Some(Action::Guess(Some(value)))
}

/// Whether a digit or a point was typed since the last frame.
fn digits_were_typed(ui: &Ui) -> bool {
    let is_of_a_number = |text: &str| {
        text.chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
    };
    ui.input(|input| {
        let mut events = input.events.iter();
        events.any(|event| matches!(event, egui::Event::Text(text) if is_of_a_number(text)))
    })
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
    fn ui(&self, ui: &mut Ui, caches: &mut Caches) -> Option<Action> {
        let mut asked = None;
        let (lesson, size) = (self.lesson, self.emphasis);
        ui.horizontal_wrapped(|ui| {
            let title = format!(
                "Lesson {} of {}: {}",
                lesson.number,
                self.state.teaching.lessons.len(),
                lesson.title
            );
            let title = ui.label(style::strong(title).size(style::TITLE * size));
            if let Some(caption) = self.caption().filter(|_| self.is_low) {
                title.on_hover_text(&caption.text);
            }
            if lesson.beyond_the_paper {
                let text = RichText::new("beyond the paper")
                    .size(style::SMALL * size)
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
            && self.state.guess_is_due()
        {
            asked = self.prompt(ui, mark, caches).or(asked);
            return asked;
        }
        // In a low window question and action take its place at the end; it is told by the title then.
        if let Some(caption) = self.caption()
            && !(self.is_low && self.has_ended)
        {
            ui.label(RichText::new(&caption.text).size(style::PROSE * size.max(style::BODY / style::PROSE)));
        }
        // A hall reads one thing at a time; before a guess nobody is to read the question for its answer.
        if self.state.steps_to_guess().is_some() || (self.is_low || self.emphasis > 1.0) && !self.has_ended {
            return asked;
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&lesson.question).size(style::BODY * size).italics());
            ui.label(RichText::new(&lesson.action).size(style::BODY * size).strong());
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
    fn prompt(&self, ui: &mut Ui, mark: &GuessMark, caches: &mut Caches) -> Option<Action> {
        let mut asked = None;
        let prompt = self
            .lesson
            .guess
            .as_ref()
            .map_or("", |guess| guess.prompt.as_str());
        ui.horizontal_wrapped(|ui| {
            let text = RichText::new(prompt).size(style::PROSE * self.emphasis);
            ui.label(text.strong().color(style::amber(ui.visuals())));
            asked = typed_guess(ui, mark, self.lesson.number, self.emphasis).or(asked.take());
            if ui
                .button("Go on without a guess")
                .on_hover_text("Space.")
                .clicked()
            {
                asked = Some(Action::Guess(None));
            }
        });
        // There is no histogram before the run: its width is chosen on an empty one.
        if mark.plot == PlotId::Histogram {
            asked = width_plot(ui, caches, mark.answer, self.emphasis)
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
        ui.label(RichText::new(text).size(style::BODY * self.emphasis));
    }
}
