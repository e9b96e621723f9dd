//! The window's settings, from one start of the program to the next.

use std::path::Path;

use eframe::egui;

use super::settings_file::{Found, Kept, SettingsFile};
use super::{Window, new_undo};
use crate::app::state::SpeedSetting;
use crate::platform::fs;
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
        let state = &mut self.state;
        state.appearance.high_contrast = kept.high_contrast;
        state.appearance.reduced_motion = kept.reduced_motion;
        state.invites = !kept.is_known;
        // A start is watched: at full speed it would be over before the first look.
        state.speed = SpeedSetting {
            unlimited: false,
            ..kept.speed
        };
        state.view.set_settings(kept.view.clone(), state.run.rank());
        self.restyle(ctx);
        ctx.set_theme(egui::ThemePreference::from(kept.theme));
        if let Some(scale) = kept.scale {
            ctx.set_zoom_factor(scale);
        }
        if fs::metadata(&kept.folder).is_ok_and(|kind| kind.is_dir()) {
            self.files.folder.clone_from(&kept.folder);
        }
        self.state.recent_files.clone_from(&kept.recent_files);
        self.send(Command::SetSpeed(self.state.speed.speed()));
        self.undo = new_undo();
        self.settings_file = may_be_written.then(|| SettingsFile::new(ctx.clone(), path.to_owned(), kept));
    }

    /// What is remembered of the window as it is now; of the lab where a lesson is open.
    fn to_keep(&self, ctx: &egui::Context) -> Kept {
        let state = &self.state;
        let (view, speed) = self
            .lab
            .clone()
            .unwrap_or_else(|| (state.view.settings.clone(), state.speed));
        let scale = ctx.zoom_factor();
        let viewport = ctx.input(|input| input.viewport().clone());
        let is = |state: Option<bool>| state == Some(true);
        let is_maximized = is(viewport.maximized);
        // A window that fills the screen, or is hidden, keeps the size that it had before.
        let size = if is_maximized || is(viewport.fullscreen) || is(viewport.minimized) {
            self.settings_file.as_ref().and_then(SettingsFile::size)
        } else {
            let size = scale * ctx.content_rect().size();
            Some([size.x.round(), size.y.round()])
        };
        Kept {
            is_known: true,
            high_contrast: state.appearance.high_contrast,
            reduced_motion: state.appearance.reduced_motion,
            folder: self.files.folder.clone(),
            recent_files: state.recent_files.clone(),
            theme: ctx.options(|options| options.theme_preference).into(),
            scale: Some(scale),
            maximized: is_maximized,
            size,
            speed,
            view,
        }
    }

    /// Keeps the settings, now and then.
    pub(super) fn look_after_settings(&mut self) {
        if !self.settings_file.as_mut().is_some_and(SettingsFile::is_due) {
            return;
        }
        if let Some(Some(trouble)) = self.with_file(SettingsFile::keep) {
            self.complain(format!("the settings are not kept: {trouble}"));
        }
    }

    /// Keeps the settings as they are now; called when the window closes.
    pub(super) fn keep_last_settings(&mut self) {
        self.with_file(SettingsFile::keep_at_last);
    }

    /// Gives the present settings to the file they are kept in, if there is one.
    fn with_file<T>(&mut self, task: impl FnOnce(&mut SettingsFile, &Kept) -> T) -> Option<T> {
        let now = self.to_keep(self.settings_file.as_ref()?.context());
        Some(task(self.settings_file.as_mut()?, &now))
    }
}
