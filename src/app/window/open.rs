//! Takes over what was opened, by a path, a dialog of the system, a text or at the start, and asks where to save.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::Window;
use super::background::Done;
use super::files::Purpose;
use super::system_dialog::{Choice, Wanted};
use crate::app::format;
use crate::app::opening::{self, OpenError, Opened};
use crate::app::state::{Companions, Dialog, Draft, ViewSettings};
use crate::experiment::Experiment;
use crate::platform;
use crate::session::{Link, PAGE, Session, lesson_link};
use crate::worker::RunSpec;

impl Window {
    /// Opens a file in the background; in place of its path there may be a link.
    pub(super) fn open_file(&mut self, path: &Path) {
        if let Some(text) = path.to_str().filter(|text| Link::is_meant(text)) {
            self.open_link(text);
            return;
        }
        let path = self.files.in_folder(path);
        self.files.remember_folder(&path);
        self.start(
            format!("opening {}", path.display()),
            move |_| match opening::open(&path) {
                Ok(opened) => Ok(Done::Read(path, opened)),
                Err(error) => Err(error.to_string()),
            },
        );
    }

    /// Shows what a file holds.
    pub fn show_opened(&mut self, opened: Opened) {
        match opened {
            Opened::Session(session) => self.open_session(&session),
            Opened::Recording(session) => {
                self.open_session(&session);
                self.inform(format!(
                    "the run of the recording is done again: seed {}, {} steps",
                    session.experiment.seed,
                    format::grouped(session.end.step)
                ));
            }
            Opened::Experiment(experiment) => self.open_experiment(*experiment),
            Opened::Table(name, table) => self.open_table(name, *table),
            Opened::Lesson(lesson) => {
                let lessons = &mut self.state.teaching.lessons;
                let place = lessons.iter().position(|other| other.id == lesson.id);
                let index = place.unwrap_or(lessons.len());
                match lessons.get_mut(index) {
                    Some(other) => *other = *lesson,
                    None => lessons.push(*lesson),
                }
                self.open_lesson(index);
            }
        }
    }

    /// Does what was chosen in a dialog of the system.
    pub(super) fn take_choice(&mut self) {
        match self.background.next_choice() {
            None | Some(Choice::Cancelled) => {}
            Some(Choice::Chosen(Wanted::Open, path)) => self.open_file(&path),
            Some(Choice::Chosen(Wanted::Save, path)) => self.save_to(path),
            Some(Choice::NoDialog(wanted)) => {
                self.has_system_dialogs = false;
                self.state.dialog = self.typed_path(wanted);
            }
        }
    }

    /// Asks for a path to be typed.
    pub(super) fn typed_path(&self, wanted: Wanted) -> Dialog {
        match wanted {
            Wanted::Open => Dialog::Open(self.files.folder_with_slash()),
            Wanted::Save => Dialog::Save(self.files.suggestion("toml")),
        }
    }

    /// Saves the session; a name without an ending gets the usual one.
    pub(super) fn save_to(&mut self, mut path: PathBuf) {
        if path.extension().is_none() {
            path.set_extension("toml");
        }
        self.files.remember_folder(&path);
        self.ask_snapshot(Purpose::Save(path));
    }

    /// Follows a link; one that shows nothing leaves all as it is.
    pub fn open_link(&mut self, link: &str) {
        if !Link::is_meant(link) {
            return;
        }
        let followed = Link::parse(link).map_err(OpenError::from).and_then(|link| {
            let opened = opening::shown(link.shown)?;
            Ok((opened, link.embed, link.check))
        });
        match followed {
            Ok((opened, embed, check)) => {
                self.state.appearance.embed = embed;
                if let Some(opened) = opened {
                    self.show_opened(opened);
                }
                if let (true, Some(lesson)) = (check, self.state.teaching.lesson()) {
                    self.check_lesson(lesson.clone());
                }
            }
            Err(error) => self.complain(error.to_string()),
        }
    }

    /// Puts a link to what is shown on the clipboard: to the open lesson, or to the run as it is.
    pub(super) fn copy_link(&mut self, ctx: &egui::Context) {
        match self.state.teaching.lesson().map(|lesson| lesson_link(&lesson.id)) {
            Some(link) => self.give_link(ctx, &link),
            None => self.ask_snapshot(Purpose::CopyLink),
        }
    }

    /// Puts on the clipboard what stands after `#`, with the address of this page or else of the published one before it.
    pub(super) fn give_link(&mut self, ctx: &egui::Context, link: &str) {
        let address = platform::address().unwrap_or_else(|| PAGE.to_owned());
        let link = format!("{address}{link}");
        self.inform(format!(
            "the link is on the clipboard, {} characters long",
            link.len()
        ));
        ctx.copy_text(link);
    }

    /// Opens a session, or what a link shows, from a text.
    pub(super) fn open_text(&mut self, text: &str, name: &str) {
        if Link::is_meant(text) {
            self.open_link(text);
            return;
        }
        match Session::parse(text, name) {
            Ok(session) => self.open_session(&session),
            Err(error) => self.complain(error.to_string()),
        }
    }

    pub(super) fn open_experiment(&mut self, experiment: Experiment) {
        self.leave_lesson();
        self.take_experiment(experiment);
        self.reset();
    }

    /// Puts an experiment in the lab's settings; what runs beside it stays.
    pub(super) fn take_experiment(&mut self, experiment: Experiment) {
        let companions = self.state.draft.companions;
        self.state.live = experiment.live;
        self.state.draft = Draft::new(experiment);
        self.state.draft.companions = companions;
    }

    /// Takes over a session: its run is done again up to its end, and halts there.
    pub(super) fn open_session(&mut self, session: &Session) {
        self.leave_lesson();
        self.decline_offer();
        let state = &mut self.state;
        state.draft = Draft::new(session.experiment.clone());
        state.draft.companions = Companions::of(&session.companions);
        let last = session.script.changes().last();
        state.live = last.map_or(session.experiment.live, |change| change.live);
        let rank = session.experiment.teacher.strengths.len();
        let view = session.view.clone().try_into::<ViewSettings>();
        let is_viewed = view.is_ok();
        if let Ok(settings) = view {
            state.view.set_settings(settings, rank);
        }
        let companions = state.draft.companions;
        if !session.kept.is_empty() {
            state.kept_runs.clear();
            self.compute_kept_runs(session.kept.clone());
        }
        self.load(RunSpec {
            companions: companions.dynamics_other_than(session.experiment.dynamics()),
            ensembles: companions.ensembles(),
            script: session.script.clone(),
            catch_up_to: session.end.step,
            ..RunSpec::new(session.experiment.clone())
        });
        self.files.expected = session.end.digest.map(|digest| (session.end.step, digest));
        let view = if is_viewed {
            ""
        } else {
            "; its [view] cannot be read and the present one is kept"
        };
        self.inform(format!(
            "session of version {}: seed {}, {} changes, {} steps{view}",
            session.version,
            session.experiment.seed,
            session.script.changes().len(),
            session.end.step
        ));
    }
}
