//! The menus, and how the shared time axis is looked at.

use eframe::egui::{self, RichText, Ui};

use super::action::Action;
use super::view::{Span, TimeAxis, TimeScale, View};

/// What the bar asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Request {
    Action(Action),
    Span(Span),
}

/// Steps of the views of the end of a run.
const LASTS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Width, in points, below which the time axis is chosen in a row of its own.
const NARROW: f32 = 690.0;

/// Draws the bar; gives what was asked for.
pub(super) fn menus(ui: &mut Ui, view: &mut View, rank: usize) -> Option<Request> {
    let mut asked = None;
    let is_narrow = ui.available_width() < NARROW;
    egui::MenuBar::new().ui(ui, |ui| {
        for (title, actions) in MENUS {
            ui.menu_button(*title, |ui| {
                for action in *actions {
                    if let Action::Solo(mode) = action
                        && *mode >= rank
                    {
                        continue;
                    }
                    if item(ui, *action) {
                        asked = Some(Request::Action(*action));
                    }
                }
            });
        }
        if !is_narrow {
            ui.separator();
            asked = time_controls(ui, view).map(Request::Span).or(asked.take());
        }
    });
    if is_narrow {
        ui.horizontal_wrapped(|ui| {
            asked = time_controls(ui, view).map(Request::Span).or(asked.take());
        });
    }
    asked
}

const MENUS: &[(&str, &[Action])] = &[
    (
        "File",
        &[
            Action::OpenSession,
            Action::SaveSession,
            Action::CopySession,
            Action::PasteSession,
            Action::Export,
        ],
    ),
    ("Edit", &[Action::Undo, Action::Redo]),
    (
        "Run",
        &[
            Action::PlayPause,
            Action::Step(1),
            Action::Step(10),
            Action::Step(100),
            Action::RewindHere,
            Action::Reset,
            Action::NewSeed,
            Action::KeepRun,
            Action::ForgetKeptRuns,
        ],
    ),
    (
        "View",
        &[
            Action::LectureView,
            Action::ToggleTheory,
            Action::ToggleSingularValues,
            Action::LogTime,
            Action::NextScale,
            Action::CursorA,
            Action::CursorB,
            Action::ClearCursors,
            Action::HighContrast,
            Action::ReducedMotion,
            Action::Larger,
            Action::Smaller,
            Action::UsualSize,
        ],
    ),
    (
        "Lessons",
        &[Action::NextLesson, Action::PreviousLesson, Action::OpenInLab],
    ),
    ("Help", &[Action::Palette, Action::Glossary]),
];

fn item(ui: &mut Ui, action: Action) -> bool {
    let Some(info) = action.info() else { return false };
    let keys = info.keys.first().map(|key| ui.ctx().format_shortcut(key));
    let button = egui::Button::new(info.name).shortcut_text(keys.unwrap_or_default());
    ui.add(button).on_hover_text(info.hint).clicked()
}

/// What the time axis counts and shows, and smoothing.
fn time_controls(ui: &mut Ui, view: &mut View) -> Option<Span> {
    let mut asked = None;
    let name = |span| match span {
        Span::All => "all of the run".to_owned(),
        Span::Last(n_steps) => format!("last {} steps", super::format::grouped(n_steps)),
        Span::Follow => "follow at this width".to_owned(),
    };
    let label = ui.label(RichText::new("show").size(12.5));
    egui::ComboBox::from_id_salt("span")
        .selected_text(name(view.span))
        .width(142.0)
        .show_ui(ui, |ui| {
            let lasts = LASTS.map(Span::Last);
            for span in std::iter::once(Span::All).chain(lasts).chain([Span::Follow]) {
                if ui.selectable_label(view.span == span, name(span)).clicked() {
                    asked = Some(span);
                }
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text("How much of the run the live view shows.");
    ui.label(RichText::new("against").size(12.5));
    let mut time = view.time;
    ui.selectable_value(&mut time.axis, TimeAxis::Time, "t")
        .on_hover_text("Training time, the sum of the learning rates.");
    ui.selectable_value(&mut time.axis, TimeAxis::Step, "steps")
        .on_hover_text("Number of steps.");
    ui.toggle_value(&mut time.log, "log time")
        .on_hover_text("Logarithmic time axis (Shift+L).");
    view.set_time(TimeScale { ..time });
    let label = ui.label(RichText::new("smooth").size(12.5));
    ui.add(
        egui::DragValue::new(&mut view.smoothing)
            .range(0.0..=200.0)
            .speed(0.5)
            .fixed_decimals(0)
            .suffix(" px"),
    )
    .labelled_by(label.id)
    .on_hover_text(
        "Pixels over which curves are averaged; the raw curve stays visible under the smooth one.",
    );
    asked
}
