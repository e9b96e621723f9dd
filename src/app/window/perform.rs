//! What every action does.

use std::sync::atomic::Ordering;

use eframe::egui::{self, Event as InputEvent};

use super::files::Purpose;
use super::{Dialog, Window};
use crate::app::action::{ALL, Action};
use crate::app::command_list::CommandList;
use crate::app::plots::Scale;
use crate::app::style;
use crate::app::view::{Moment, TimeScale};
use crate::worker::{Command, RunState};

/// Sizes of everything, in percent.
const SIZES: (f32, f32, f32) = (0.75, 0.25, 2.5);

impl Window {
    /// Performs what is asked for by keys, unless a text is being typed.
    pub(super) fn keys(&mut self, ctx: &egui::Context) {
        if ctx.egui_wants_keyboard_input() || !matches!(self.dialog, Dialog::None | Dialog::Glossary) {
            return;
        }
        for info in ALL {
            let is_pressed = ctx.input(|input| info.keys.iter().any(|key| is_pressed(input, *key)));
            if is_pressed {
                self.perform(ctx, info.action);
            }
        }
        let pasted = ctx.input(|input| {
            input.events.iter().find_map(|event| match event {
                InputEvent::Paste(text) => Some(text.clone()),
                _ => None,
            })
        });
        if let Some(text) = pasted {
            self.open_text(&text, "the clipboard");
        }
    }

    pub(in crate::app) fn perform(&mut self, ctx: &egui::Context, action: Action) {
        match action {
            Action::PlayPause => self.play_or_pause(),
            Action::Step(n_steps) => self.step(n_steps),
            Action::ScrubBack(n_rows) => self.scrub_back(n_rows),
            Action::ToStart => self.view.scrubbed = Some(Moment { step: 0, time: 0.0 }),
            Action::ToLiveEnd => self.view.attach(),
            Action::RewindHere => self.rewind_here(),
            Action::Reset => self.reset(),
            Action::NewSeed => self.new_seed(),
            Action::KeepRun => self.keep_run(),
            Action::ForgetKeptRuns => self.kept_runs.clear(),
            Action::NextScale => {
                let (id, usual) = match self.view.hovered {
                    Some((id, _)) => (id, crate::app::plots::usual_scale(id)),
                    None => ("mode strengths", Scale::Linear),
                };
                let scale = self.view.scale(id, usual);
                self.view.set_scale(id, scale.next());
            }
            Action::LogTime => {
                let time = self.view.time;
                self.view.set_time(TimeScale {
                    log: !time.log,
                    ..time
                });
            }
            Action::ToggleTheory => self.view.shown.theory = !self.view.shown.theory,
            Action::ToggleSingularValues => {
                self.view.shown.singular_values = !self.view.shown.singular_values;
            }
            Action::Solo(mode) => {
                if mode < self.run.rank() {
                    self.view.toggle_solo(mode);
                }
            }
            Action::CursorA => self.place_cursor(0),
            Action::CursorB => self.place_cursor(1),
            Action::ClearCursors => self.view.cursors = [None; 2],
            Action::Undo => {
                if let Some(settings) = self.undo.undo() {
                    self.restore(settings);
                }
            }
            Action::Redo => {
                if let Some(settings) = self.undo.redo() {
                    self.restore(settings);
                }
            }
            Action::SaveSession => self.dialog = Dialog::Save(self.files.suggestion("toml")),
            Action::OpenSession => self.dialog = Dialog::Open(self.files.folder_with_slash()),
            Action::CopySession => self.ask_snapshot(Purpose::Copy),
            Action::PasteSession => ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
            Action::Export => self.dialog = Dialog::Export(self.files.export_form(self.run.step)),
            Action::NextLesson => self.turn_to_lesson(true),
            Action::PreviousLesson => self.turn_to_lesson(false),
            Action::OpenInLab => self.open_in_lab(),
            Action::LectureView => self.lecture = !self.lecture,
            Action::Palette => self.dialog = Dialog::Palette(CommandList::default()),
            Action::Glossary => {
                self.dialog = match self.dialog {
                    Dialog::Glossary => Dialog::None,
                    _ => Dialog::Glossary,
                };
            }
            Action::Dark => ctx.set_theme(egui::ThemePreference::Dark),
            Action::Light => ctx.set_theme(egui::ThemePreference::Light),
            Action::HighContrast => {
                self.high_contrast = !self.high_contrast;
                self.restyle(ctx);
            }
            Action::ReducedMotion => {
                self.reduced_motion.fetch_xor(true, Ordering::Relaxed);
                self.restyle(ctx);
            }
            Action::Larger => resize(ctx, SIZES.1),
            Action::Smaller => resize(ctx, -SIZES.1),
            Action::UsualSize => ctx.set_zoom_factor(1.0),
        }
    }

    fn restyle(&self, ctx: &egui::Context) {
        style::apply(
            ctx,
            self.high_contrast,
            self.reduced_motion.load(Ordering::Relaxed),
        );
    }

    pub(super) fn play_or_pause(&mut self) {
        if self.view.guess.as_ref().is_some_and(|mark| mark.given.is_none()) {
            self.take_guess(None);
            return;
        }
        let command = if self.run.state == RunState::Running {
            Command::Pause
        } else {
            Command::Resume
        };
        self.send(command);
    }

    /// Takes steps; at a moment looked at in the past, looks at the next rows instead.
    pub(super) fn step(&mut self, n_steps: u64) {
        match self.view.scrubbed {
            Some(moment) => {
                let next = self.run.moment_beside(moment, n_steps as i64);
                self.view.scrubbed = next.filter(|next| next.step < self.run.step);
            }
            None => self.send(Command::Step(n_steps)),
        }
    }

    fn scrub_back(&mut self, n_rows: u32) {
        let from = self.view.scrubbed.unwrap_or(Moment {
            step: self.run.step,
            time: self.run.time,
        });
        self.view.scrubbed = self.run.moment_beside(from, -i64::from(n_rows));
    }

    /// Takes the run back to the last kept state at or before the moment looked at.
    pub(super) fn rewind_here(&mut self) {
        let Some(moment) = self.view.scrubbed else {
            self.tell("Look at an earlier moment first: drag the scrubber, or press the left arrow.");
            return;
        };
        self.newest_run += 1;
        self.send(Command::Rewind {
            run: self.newest_run,
            step: moment.step,
        });
    }

    fn place_cursor(&mut self, cursor: usize) {
        let pointed = self
            .view
            .hovered
            .and_then(|(_, x)| self.run.moment_at(self.view.time, x));
        let present = Moment {
            step: self.run.step,
            time: self.run.time,
        };
        self.view.cursors[cursor] = Some(pointed.or(self.view.scrubbed).unwrap_or(present));
    }

    pub(super) fn new_seed(&mut self) {
        // Any fixed walk through the seeds will do; the point is that it is another one and that it is shown.
        let seed = self.draft.experiment.seed;
        self.draft.experiment.seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040)
            >> 44;
        self.reset();
    }
}

/// Whether a key was pressed with exactly its modifiers: Shift and a letter is another key than the letter. The modifiers are those of
/// the moment it was pressed, which may be over when the picture is drawn.
fn is_pressed(input: &egui::InputState, shortcut: egui::KeyboardShortcut) -> bool {
    input.events.iter().any(|event| match event {
        InputEvent::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } => *key == shortcut.logical_key && modifiers.matches_exact(shortcut.modifiers),
        _ => false,
    })
}

fn resize(ctx: &egui::Context, by: f32) {
    ctx.set_zoom_factor((ctx.zoom_factor() + by).clamp(SIZES.0, SIZES.2));
}
