//! What every action does.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use eframe::egui::{self, Event as InputEvent, Key};

use super::Window;
use super::files::Purpose;
use super::system_dialog::{self, Wanted};
use crate::app::action::{Action, FileAction, MapAction, Zoom};
use crate::app::commands::ALL;
use crate::app::state::{
    Dialog, ExportForm, ExportKind, Search, SpeedSetting, TimeWindow, Undoable, story_of, visible_range,
};
use crate::app::style;
use crate::chart::{PlotId, TimeScale};
use crate::dynamics::LiveParams;
use crate::observables::events::Moment;
use crate::worker::{Command, RunState};

/// Least size of everything, step between sizes, and largest, as multiples of the usual size.
const SIZES: (f32, f32, f32) = (0.75, 0.25, 2.5);

impl Window {
    /// Performs what is asked for by keys, unless a text is being typed.
    pub(super) fn keys(&mut self, ctx: &egui::Context) {
        if ctx.text_edit_focused() || !matches!(self.state.dialog, Dialog::None | Dialog::Glossary) {
            return;
        }
        let is_focused = ctx.egui_wants_keyboard_input();
        // Digits are a guess where a lesson asks for one.
        let is_guessing = !is_focused && self.state.guess_is_due();
        for info in ALL {
            let is_pressed = ctx.input(|input| {
                let mut keys = info
                    .keys
                    .iter()
                    .filter(|key| !(is_focused && is_for_focus(**key) || is_guessing && is_digit(**key)));
                keys.any(|key| is_pressed(input, *key))
            });
            if is_pressed {
                let is_map = self.state.view.settings.map.shown;
                let action = match &info.action {
                    // One key goes back, on the map or along the run.
                    Action::RewindHere if is_map => Action::Map(MapAction::Back),
                    action => action.clone(),
                };
                self.perform(ctx, action);
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

    /// Performs an action.
    pub(super) fn perform(&mut self, ctx: &egui::Context, action: Action) {
        let state = &mut self.state;
        let view = &mut state.view;
        match action {
            Action::PlayPause => self.play_or_pause(),
            Action::Step(n_steps) => self.step(n_steps),
            Action::SetSpeed(speed) => self.set_speed(speed),
            Action::SetLive(live) => self.set_live(live),
            Action::EditDraft(draft) => state.draft = *draft,
            Action::Reset => self.reset(),
            Action::NewSeed => self.new_seed(),
            Action::StartFrom(modes) => self.start_from(modes),
            Action::ResetWithRate(learning_rate) => {
                state.live.learning_rate = learning_rate;
                self.reset();
            }
            Action::UndoAndReset => {
                if self.undo() {
                    self.reset();
                }
            }
            Action::RestartStatistics(factor) => self.send(Command::RestartStatistics(factor)),

            Action::Scrub(moment) => view.scrubbed = moment,
            Action::LookBack(n_rows) => self.look_back(n_rows),
            Action::ToStart => view.scrubbed = Some(Moment { step: 0, time: 0.0 }),
            Action::ToLiveEnd => view.attach(),
            Action::RewindHere => match view.scrubbed {
                Some(moment) => self.rewind_to(moment.step),
                None => {
                    self.inform(
                        "Look at an earlier moment first: drag the scrubber, or press the left arrow.",
                    );
                }
            },
            Action::RewindTo(step) => self.rewind_to(step),

            Action::KeepRun => self.keep_run(),
            Action::ShowKeptRun(id, is_shown) => {
                if let Some(kept) = state.kept_runs.iter_mut().find(|kept| kept.id == id) {
                    kept.is_shown = is_shown;
                }
            }
            Action::ForgetKeptRun(id) => state.kept_runs.retain(|kept| kept.id != id),
            Action::ForgetKeptRuns => state.kept_runs.clear(),

            Action::Look(settings) => view.set_settings(*settings, state.run.rank()),
            Action::SetSpan(span) => {
                let present = visible_range(&state.run, view, view.horizon);
                view.set_span(span, present);
            }
            Action::SetPanels(panels) => view.set_panels(panels),
            Action::NextScale => {
                let hovered = view.hovered.as_ref().map(|hovered| hovered.plot);
                let plot = hovered
                    .filter(|plot| !plot.is_strip())
                    .unwrap_or(PlotId::Strengths);
                view.set_scale(plot, view.settings.scale(plot).next());
            }
            Action::HaltWhenSettled => view.settings.halt.settled = !view.settings.halt.settled,
            Action::LogTime => {
                let TimeScale { axis, log } = view.settings.time;
                view.set_time(TimeScale { axis, log: !log });
            }
            Action::ToggleTheory => view.settings.shown.theory = !view.settings.shown.theory,
            Action::ToggleOwnNoise => {
                view.settings.shown.perspective = view.settings.shown.perspective.own_or_not();
            }
            Action::ToggleTeacher => {
                view.settings.shown.perspective = view.settings.shown.perspective.blind_or_not();
            }
            Action::ToggleSingularValues => {
                view.settings.shown.singular_values = !view.settings.shown.singular_values;
            }
            Action::Solo(mode) => {
                if mode < state.run.rank() {
                    view.settings.toggle_solo(mode);
                }
            }
            Action::FrameMode(mode) => self.frame_mode(mode),
            Action::PlaceCursor(cursor) => self.place_cursor(cursor),
            Action::Click(plot, x, y) => view.clicked = Some((plot, x, y)),
            Action::ClearCursors => view.cursors = [None; 2],

            Action::Undo => {
                self.undo();
            }
            Action::Redo => {
                let after = self.undo.redo(&self.state.undoable()).cloned();
                if let Some(settings) = after {
                    self.restore(settings);
                }
            }

            Action::Show(dialog) => state.dialog = dialog,
            Action::File(file) => self.perform_on_file(ctx, file),
            Action::Map(map) => self.perform_on_map(map),
            Action::CloseNotice => state.notice = None,

            Action::OpenLesson(index) => self.open_lesson(index),
            Action::NextLesson => self.turn_to_lesson(true),
            Action::PreviousLesson => self.turn_to_lesson(false),
            Action::OpenInLab => self.leave_lesson(),
            Action::Guess(given) => self.take_guess(given),

            Action::LectureView => state.appearance.lecture = !state.appearance.lecture,
            Action::Palette => state.dialog = Dialog::Palette(Search::default()),
            Action::Glossary => {
                state.dialog = match state.dialog {
                    Dialog::Glossary => Dialog::None,
                    Dialog::None
                    | Dialog::Palette(_)
                    | Dialog::Save(_)
                    | Dialog::Open(_)
                    | Dialog::Export(_) => Dialog::Glossary,
                };
            }
            Action::Theme(theme) => ctx.set_theme(theme),
            Action::HighContrast => {
                state.appearance.high_contrast = !state.appearance.high_contrast;
                self.restyle(ctx);
            }
            Action::ReducedMotion => {
                state.appearance.reduced_motion = !state.appearance.reduced_motion;
                self.restyle(ctx);
            }
            Action::Zoom(zoom) => {
                let times = match zoom {
                    Zoom::Larger => ctx.zoom_factor() + SIZES.1,
                    Zoom::Smaller => ctx.zoom_factor() - SIZES.1,
                    Zoom::Usual => 1.0,
                    Zoom::Times(times) => times,
                };
                ctx.set_zoom_factor(times.clamp(SIZES.0, SIZES.2));
            }
        }
    }

    fn perform_on_file(&mut self, ctx: &egui::Context, action: FileAction) {
        match action {
            FileAction::AskSave => self.ask_file(ctx, Wanted::Save),
            FileAction::AskOpen => self.ask_file(ctx, Wanted::Open),
            FileAction::AskExport => {
                self.state.dialog = Dialog::Export(self.files.export_form(self.state.run.step));
            }
            FileAction::AskMapExport(export) => {
                let kind = ExportKind::Map(export);
                let form = self.files.export_form(self.state.run.step);
                let path = Path::new(&form.path)
                    .with_extension(kind.extension())
                    .display()
                    .to_string();
                self.state.dialog = Dialog::Export(ExportForm { kind, path, ..form });
            }
            FileAction::SaveTo(path) => self.save_to(self.files.in_folder(&path)),
            FileAction::Open(path) => self.open_file(&path),
            FileAction::Export(form) => self.begin_export(form),
            FileAction::CopyLink => self.copy_link(ctx),
            FileAction::CopySession => self.ask_snapshot(Purpose::Copy),
            FileAction::PasteSession => ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
            FileAction::AnswerOffer(is_accepted) => self.answer_offer(is_accepted),
            FileAction::CancelJob => self.background.cancel(),
        }
    }

    /// Begins an export: of what is drawn at once, else of a copy of the run.
    fn begin_export(&mut self, mut form: ExportForm) {
        let path = self.files.in_folder(Path::new(form.path.trim()));
        form.path = path.display().to_string();
        match form.kind {
            ExportKind::Figure(panel) if self.has_what_is_drawn(panel) => self.export_figure(panel, &form),
            ExportKind::Map(export) => self.export_map(export, &form),
            ExportKind::Figure(_) | ExportKind::Csv | ExportKind::Npz | ExportKind::Bundle => {
                self.ask_snapshot(Purpose::Export(form));
            }
        }
    }

    /// Asks for a file: in a dialog of the system, or where there is none by a path that is typed.
    fn ask_file(&mut self, ctx: &egui::Context, wanted: Wanted) {
        if self.background.awaits_choice() {
            return;
        }
        let suggestion = PathBuf::from(match wanted {
            Wanted::Open => self.files.folder.clone(),
            Wanted::Save => self.files.suggestion("toml"),
        });
        let asked = self
            .has_system_dialogs
            .then(|| system_dialog::ask(wanted, &suggestion, system_dialog::waker(ctx)));
        match asked {
            Some(Ok(job)) => self.background.expect_choice(job),
            Some(Err(_)) | None => self.state.dialog = self.typed_path(wanted),
        }
    }

    /// Makes contrast and motion as the settings say.
    pub(super) fn restyle(&self, ctx: &egui::Context) {
        let appearance = self.state.appearance;
        self.is_calm.store(appearance.reduced_motion, Ordering::Relaxed);
        style::apply(ctx, appearance.high_contrast, appearance.reduced_motion);
    }

    /// Takes back the last change of a setting; says whether there was one.
    fn undo(&mut self) -> bool {
        let before = self.undo.undo(&self.state.undoable()).cloned();
        let is_undone = before.is_some();
        if let Some(settings) = before {
            self.restore(settings);
        }
        is_undone
    }

    /// Takes over settings as they were or will be again.
    fn restore(&mut self, settings: Undoable) {
        if settings.live != self.state.live {
            self.set_live(settings.live);
        }
        if settings.speed != self.state.speed {
            self.set_speed(settings.speed);
        }
        self.state.draft = settings.draft;
        let rank = self.state.run.rank();
        self.state.view.set_settings(settings.view, rank);
        self.state.view.vertical.clear();
    }

    /// Changes the live parameters, unless they are not allowed.
    fn set_live(&mut self, live: LiveParams) {
        match live.validate() {
            Ok(()) => {
                self.state.refused_live = None;
                self.state.live = live;
                self.state.invites = false;
                self.send(Command::SetLive(live));
            }
            Err(error) => self.state.refused_live = Some(error.to_string()),
        }
    }

    fn set_speed(&mut self, speed: SpeedSetting) {
        self.state.speed = speed;
        self.send(Command::SetSpeed(speed.speed()));
    }

    /// Shows the time in which a mode is learned.
    fn frame_mode(&mut self, mode: usize) {
        let (run, view) = (&self.state.run, &mut self.state.view);
        match story_of(run, view.settings.time, mode) {
            Some((low, high)) => view.window = TimeWindow::Detached { low, high },
            None => self.inform(format!("mode {} is not learned yet", mode + 1)),
        }
    }

    fn play_or_pause(&mut self) {
        if self.state.guess_is_due() {
            self.take_guess(None);
            return;
        }
        let command = match (self.state.run.state, self.state.steps_to_guess()) {
            (RunState::Running, _) => Command::Pause,
            (_, Some(n_steps)) => Command::Step(n_steps),
            (_, None) => Command::Resume,
        };
        self.send(command);
    }

    /// Takes steps; at a moment looked at in the past, looks at the next rows instead.
    fn step(&mut self, n_steps: u64) {
        let (run, view) = (&self.state.run, &mut self.state.view);
        match view.scrubbed {
            Some(moment) => {
                let next = run.moment_beside(moment, n_steps as i64);
                view.scrubbed = next.filter(|next| next.step < run.step);
            }
            None => self.send(Command::Step(n_steps)),
        }
    }

    fn look_back(&mut self, n_rows: u32) {
        let (run, view) = (&self.state.run, &mut self.state.view);
        let from = view.scrubbed.unwrap_or(Moment {
            step: run.step,
            time: run.time,
        });
        view.scrubbed = run.moment_beside(from, -i64::from(n_rows));
    }

    /// Takes the run back to a step; what came after stays as a kept run.
    fn rewind_to(&mut self, step: u64) {
        self.newest_run += 1;
        let run = self.newest_run;
        self.send(Command::Rewind { run, step });
    }

    fn place_cursor(&mut self, cursor: usize) {
        let (run, view) = (&self.state.run, &mut self.state.view);
        let pointed = view
            .hovered
            .as_ref()
            .and_then(|hovered| run.moment_at(view.settings.time, hovered.x));
        let present = Moment {
            step: run.step,
            time: run.time,
        };
        view.cursors[cursor] = Some(pointed.or(view.scrubbed).unwrap_or(present));
    }

    fn new_seed(&mut self) {
        // Any fixed walk through the seeds will do; the point is that it is another one and that it is shown.
        let seed = &mut self.state.draft.experiment.seed;
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040)
            >> 44;
        self.reset();
    }
}

/// Whether a key belongs to the control that has the focus, where one has: it is pressed by Space or Enter, a slider is moved by
/// the arrows, and Escape gives the focus up.
fn is_for_focus(shortcut: egui::KeyboardShortcut) -> bool {
    let of_controls = [
        Key::Space,
        Key::Enter,
        Key::Escape,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
    ];
    shortcut.modifiers.is_none() && of_controls.contains(&shortcut.logical_key)
}

/// Whether a key is a digit alone.
fn is_digit(shortcut: egui::KeyboardShortcut) -> bool {
    let is_one = |name: &str| name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit());
    shortcut.modifiers.is_none() && is_one(shortcut.logical_key.name())
}

/// Whether a key was pressed with exactly its modifiers: Shift and a letter is another key than the letter. The modifiers are those of
/// the moment it was pressed, which may be over when the frame is drawn.
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
