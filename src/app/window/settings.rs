//! The window's settings, from one start of the program to the next.

use std::path::Path;
use std::sync::atomic::Ordering;

use eframe::egui;

use super::Window;
use super::undoable::Undoable;
use crate::app::settings_file::{Found, Kept, KeptFile};
use crate::app::style;
use crate::app::undo::Undo;
use crate::worker::Command;

impl Window {
    /// Takes over the settings that stand in a file, and keeps them there from now on.
    pub fn keep_settings_in(&mut self, ctx: &egui::Context, path: &Path) {
        let Found {
            kept,
            trouble,
            may_be_written,
        } = Kept::read(path);
        if let Some(trouble) = trouble {
            self.complain(trouble);
        }
        self.high_contrast = kept.high_contrast;
        self.reduced_motion.store(kept.reduced_motion, Ordering::Relaxed);
        style::apply(ctx, kept.high_contrast, kept.reduced_motion);
        ctx.set_theme(egui::ThemePreference::from(kept.theme));
        if let Some(scale) = kept.scale {
            ctx.set_zoom_factor(scale);
        }
        self.invites = !kept.is_known;
        if Path::new(&kept.folder).is_dir() {
            self.files.folder.clone_from(&kept.folder);
        }
        self.view.shown = kept.shown;
        self.view.set_time(kept.time);
        self.speed = kept.speed;
        self.send(Command::SetSpeed(self.speed.speed()));
        self.undo = Undo::new(Undoable::new(&self.draft, self.live, self.speed, &self.view));
        self.kept = may_be_written.then(|| KeptFile::new(ctx.clone(), path.to_owned(), kept));
    }

    /// What is remembered of the window as it is now.
    fn to_keep(&self, ctx: &egui::Context) -> Kept {
        let lab = self.lab();
        let scale = ctx.zoom_factor();
        let viewport = ctx.input(|input| input.viewport().clone());
        let is = |state: Option<bool>| state == Some(true);
        let is_maximized = is(viewport.maximized);
        // A window that fills the screen, or is hidden, keeps the size that it had before.
        let size = if is_maximized || is(viewport.fullscreen) || is(viewport.minimized) {
            self.kept.as_ref().and_then(KeptFile::size)
        } else {
            let size = scale * ctx.content_rect().size();
            Some([size.x.round(), size.y.round()])
        };
        Kept {
            is_known: true,
            high_contrast: self.high_contrast,
            reduced_motion: self.reduced_motion.load(Ordering::Relaxed),
            folder: self.files.folder.clone(),
            theme: ctx.options(|options| options.theme_preference).into(),
            scale: Some(scale),
            maximized: is_maximized,
            size,
            shown: lab.shown,
            time: lab.time,
            speed: lab.speed,
        }
    }

    /// Keeps the settings, now and then.
    pub(super) fn look_after_settings(&mut self) {
        if !self.kept.as_mut().is_some_and(KeptFile::is_due) {
            return;
        }
        if let Some(Some(trouble)) = self.with_kept(KeptFile::keep) {
            self.complain(format!("the settings are not kept: {trouble}"));
        }
    }

    /// Keeps the settings as they are now; called when the window closes.
    pub(super) fn keep_last_settings(&mut self) {
        self.with_kept(KeptFile::keep_at_last);
    }

    /// Gives the present settings to the file they are kept in, if there is one.
    fn with_kept<T>(&mut self, task: impl FnOnce(&mut KeptFile, &Kept) -> T) -> Option<T> {
        let now = self.to_keep(self.kept.as_ref()?.context());
        Some(task(self.kept.as_mut()?, &now))
    }
}
