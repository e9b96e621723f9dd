//! What the program remembers from one start to the next, and the file it stands in: TOML, written whole or not at all. Of two
//! windows open at once the last one to write is remembered, whole; a file that cannot be read is renamed and reported.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui;
use serde::{Deserialize, Serialize};

use crate::app::state::{MAX_RECENT_FILES, SpeedSetting, ViewSettings};
use crate::files::{WriteError, put_aside, read_text, write_whole};
use crate::platform::Instant;
use crate::worker::{Job, JobState};

/// Time between two looks at whether something is to be written.
const PERIOD: Duration = Duration::from_secs(5);
/// Longest file of settings; what is longer is something else.
const LONGEST: u64 = 1 << 20;
/// Sizes of the letters, as a multiple of the usual one.
const SCALES: (f32, f32) = (0.5, 4.0);
/// Widths and heights, in points, that a window can have had.
const SIZES: (f32, f32) = (64.0, 16_384.0);

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub(crate) struct Kept {
    /// Whether the program has been used before.
    pub(crate) is_known: bool,
    pub(crate) high_contrast: bool,
    pub(crate) reduced_motion: bool,
    /// Folder of the file last named.
    pub(crate) folder: String,
    /// Files opened and saved of late, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) recent_files: Vec<PathBuf>,
    pub(crate) theme: Theme,
    /// Size of everything in the window, as a multiple of the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale: Option<f32>,
    /// Whether the window filled the screen.
    pub(crate) maximized: bool,
    /// Width and height of the window while it did not, in points of the usual size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<[f32; 2]>,
    pub(crate) speed: SpeedSetting,
    /// How runs are looked at.
    pub(crate) view: ViewSettings,
}

/// What was found of settings kept before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) kept: Kept,
    /// What is to be reported.
    pub(crate) trouble: Option<String>,
    /// Whether nothing is lost by writing to the file.
    pub(crate) may_be_written: bool,
}

/// Which theme a person has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Theme {
    Dark,
    Light,
    #[default]
    System,
}

impl From<egui::ThemePreference> for Theme {
    fn from(theme: egui::ThemePreference) -> Self {
        match theme {
            egui::ThemePreference::Dark => Self::Dark,
            egui::ThemePreference::Light => Self::Light,
            egui::ThemePreference::System => Self::System,
        }
    }
}

impl From<Theme> for egui::ThemePreference {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
            Theme::System => Self::System,
        }
    }
}

impl Kept {
    /// What stands in a file; a file that is not there says nothing.
    pub(crate) fn read(path: &Path) -> Found {
        let usual = |trouble: Option<String>, may_be_written: bool| Found {
            kept: Self::default(),
            trouble,
            may_be_written,
        };
        let damaged = |what: &str| {
            // Nothing is written over what could not be put aside.
            let aside = put_aside(path);
            let told = aside
                .as_ref()
                .map_or_else(String::new, |aside| format!(" (kept as {})", aside.display()));
            let trouble = format!(
                "the settings are the usual ones: {}: {what}{told}",
                path.display()
            );
            usual(Some(trouble), aside.is_some())
        };
        let text = match read_text(path, LONGEST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return usual(None, true),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return damaged("it is no text"),
            Err(error) => {
                let trouble = format!("the settings are not kept: {}: {error}", path.display());
                return usual(Some(trouble), false);
            }
        };
        match Self::parse(&text) {
            Ok(kept) => Found {
                kept,
                trouble: None,
                may_be_written: true,
            },
            Err(error) => {
                let line = error
                    .span()
                    .map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
                let place = line.map_or_else(String::new, |line| format!("line {line}: "));
                damaged(&format!("{place}{}", error.message()))
            }
        }
    }

    /// What a text says. Version 0.1.0 wrote settings of the view beside the others, and those under `view` instead are newer.
    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut kept = toml::from_str::<Self>(text)?;
        if !toml::from_str::<toml::Table>(text)?.contains_key("view") {
            kept.view = toml::from_str(text)?;
        }
        Ok(kept.sound())
    }

    /// Without sizes that no window can have.
    fn sound(mut self) -> Self {
        self.scale = self.scale.filter(|scale| (SCALES.0..=SCALES.1).contains(scale));
        self.size = self
            .size
            .filter(|size| size.iter().all(|side| (SIZES.0..=SIZES.1).contains(side)));
        self.recent_files.truncate(MAX_RECENT_FILES);
        self
    }

    fn write(&self, path: &Path) -> Result<(), WriteError> {
        write_whole(path, |file| {
            let text = toml::to_string(self).map_err(io::Error::other)?;
            file.write_all(text.as_bytes())
        })
    }
}

/// Width and height of the last window, and whether it filled the screen, where a file holds them; the file is only read.
pub(crate) fn last_size(path: &Path) -> Option<([f32; 2], bool)> {
    let text = read_text(path, LONGEST).ok()?;
    let kept = Kept::parse(&text).ok()?;
    Some((kept.size?, kept.maximized))
}

/// What is wrong with settings kept before, if anything; a damaged file is renamed.
pub(crate) fn trouble_of_settings(path: &Path) -> Option<String> {
    Kept::read(path).trouble
}

/// The file that a window keeps its settings in.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// The window's, which holds theme, scale and size.
    context: egui::Context,
    path: PathBuf,
    /// What was last given to be written; none where that failed.
    written: Option<Kept>,
    /// The last failure that was reported; it is not reported twice.
    reported: Option<String>,
    looked_at: Instant,
    writing: Option<Job<Result<(), WriteError>>>,
}

impl SettingsFile {
    /// For a file that says this much now.
    pub(super) fn new(context: egui::Context, path: PathBuf, written: Kept) -> Self {
        Self {
            context,
            path,
            written: Some(written),
            reported: None,
            looked_at: Instant::now(),
            writing: None,
        }
    }

    pub(super) fn context(&self) -> &egui::Context {
        &self.context
    }

    /// Size of the window when it was last written.
    pub(super) fn size(&self) -> Option<[f32; 2]> {
        self.written.as_ref().and_then(|written| written.size)
    }

    /// Whether it is time to look for changes.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.looked_at.elapsed() > PERIOD;
        if is_due {
            self.looked_at = Instant::now();
        }
        is_due
    }

    /// Writes what has changed, in the background; says what went wrong the time before.
    pub(super) fn keep(&mut self, kept: &Kept) -> Option<String> {
        let state = self.writing.as_mut().map_or(JobState::Ended, Job::poll);
        if matches!(state, JobState::Working) {
            return None;
        }
        let trouble = self
            .take(state)
            .filter(|trouble| self.reported.as_ref() != Some(trouble));
        if trouble.is_some() {
            self.reported.clone_from(&trouble);
        }
        if self.written.as_ref() != Some(kept) {
            let (now, path) = (kept.clone(), self.path.clone());
            let job = Job::spawn(
                "settings",
                1,
                || (),
                move |task| {
                    task.send(now.write(&path));
                },
            );
            self.writing = job.ok();
            self.written = self.writing.is_some().then(|| kept.clone());
        }
        trouble
    }

    /// Writes at once; called when the window closes.
    pub(super) fn keep_at_last(&mut self, kept: &Kept) {
        self.settle();
        if self.written.as_ref() != Some(kept) {
            // Nobody is left to be told.
            let _written = kept.write(&self.path);
        }
    }

    /// Waits for what is being written, and says how it failed.
    fn settle(&mut self) -> Option<String> {
        let state = self.writing.as_mut()?.wait();
        self.take(state)
    }

    fn take(&mut self, state: JobState<Result<(), WriteError>>) -> Option<String> {
        self.writing = None;
        let text = match state {
            JobState::Result(Ok(())) | JobState::Working | JobState::Ended => return None,
            JobState::Result(Err(error)) => error.to_string(),
            JobState::Panicked(message) => message,
        };
        self.written = None;
        Some(text)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::fs;

    use super::*;

    fn some() -> Kept {
        Kept {
            is_known: true,
            folder: "/a \"b\"/\u{e9}".to_owned(),
            theme: Theme::Light,
            scale: Some(1.5),
            size: Some([800.0, 600.0]),
            ..Kept::default()
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_is_the_usual() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("settings.toml");
        let found = |kept: Kept| Found {
            kept,
            trouble: None,
            may_be_written: true,
        };
        assert_eq!(Kept::read(&path), found(Kept::default()));
        for kept in [some(), Kept::default()] {
            kept.write(&path).unwrap();
            assert_eq!(Kept::read(&path), found(kept));
        }
        fs::write(&path, "scale = 1e30\nsize = [nan, 5.0]\nunknown = 3\n").unwrap();
        assert_eq!(Kept::read(&path), found(Kept::default()));
    }

    #[test]
    fn a_damaged_file_is_renamed_and_reported() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("settings.toml");
        for (i, bytes) in [
            &b"is_known = true\nscale = \"big\"\n"[..],
            b"[[[",
            b"\xff\xfe\x00",
        ]
        .iter()
        .enumerate()
        {
            fs::write(&path, bytes).unwrap();
            let found = Kept::read(&path);
            assert_eq!(found.kept, Kept::default());
            assert!(found.may_be_written);
            let told = found.trouble.unwrap();
            assert!(
                told.contains("settings.toml: ") && told.contains(".damaged"),
                "{told}"
            );
            assert_eq!(told.contains("line 2"), i == 0, "{told}");
            assert!(!path.exists());
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
    }

    #[test]
    fn an_earlier_file_is_read_with_its_settings_of_the_view() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/earlier/settings_0.1.0.toml");
        let found = Kept::read(&path);
        assert_eq!(found.trouble, None);
        assert!(found.kept.is_known && found.kept.maximized);
        let view = &found.kept.view;
        assert!(view.time.log && !view.shown.theory && view.shown.singular_values);
        assert!(view.panels.controls && view.panels.distributions);
    }

    #[test]
    fn windows_that_write_at_once_leave_a_whole_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("settings.toml");
        let long = |c: &str| Kept {
            folder: c.repeat(20_000),
            ..some()
        };
        let both = [long("a"), long("b")];
        std::thread::scope(|scope| {
            for kept in &both {
                scope.spawn(|| {
                    let mut file = SettingsFile::new(egui::Context::default(), path.clone(), Kept::default());
                    for i in 0..40_u8 {
                        let size = Some([640.0 + f32::from(i), 480.0]);
                        file.keep(&Kept { size, ..kept.clone() });
                        assert!(file.settle().is_none());
                    }
                });
            }
            for _ in 0..200 {
                let found = Kept::read(&path);
                assert_eq!(found.trouble, None);
                assert!(found.kept.folder.len().is_multiple_of(20_000));
            }
        });
        let found = Kept::read(&path);
        assert_eq!(found.trouble, None);
        assert!(both.iter().any(|one| one.folder == found.kept.folder));
    }

    #[test]
    fn a_failure_is_reported_once_and_tried_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("no").join("settings.toml");
        let mut file = SettingsFile::new(egui::Context::default(), path.clone(), Kept::default());
        let mut told = Vec::new();
        for _ in 0..3 {
            told.extend(file.keep(&some()));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("there is no directory"), "{told:?}");
        fs::create_dir(directory.path().join("no")).unwrap();
        file.keep_at_last(&some());
        assert_eq!(Kept::read(&path).kept, some());
    }

    #[test]
    fn what_cannot_be_read_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        // A directory is no file, and reading it is an error of the system.
        let found = Kept::read(directory.path());
        assert!(!found.may_be_written && found.trouble.is_some(), "{found:?}");
        // A device has no end.
        #[cfg(unix)]
        {
            let link = directory.path().join("settings.toml");
            std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
            let found = Kept::read(&link);
            assert!(!found.may_be_written && found.trouble.unwrap().contains("not a regular file"));
        }
    }
}
