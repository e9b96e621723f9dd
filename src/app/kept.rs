//! What the program remembers from one start to the next, and the file it stands in: TOML, written whole or not at all. Of two
//! windows open at once the last one to write is remembered, whole; a file that cannot be read is put aside and told.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use eframe::egui;
use serde::{Deserialize, Serialize};

use super::transport::SpeedSetting;
use super::view::{Shown, TimeScale};
use crate::session::{WriteError, put_aside, write_whole};

/// Time between two looks at whether something is to be written.
const PERIOD: Duration = Duration::from_secs(5);
/// Sizes of the letters, as a multiple of the usual one.
const SCALES: (f32, f32) = (0.5, 4.0);
/// Widths and heights, in points, that a window can have had.
const SIZES: (f32, f32) = (64.0, 16_384.0);

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    /// Whether the program has been used before.
    pub(crate) is_known: bool,
    pub(crate) high_contrast: bool,
    pub(crate) reduced_motion: bool,
    /// Folder of the file last named.
    pub(crate) folder: String,
    pub(crate) theme: Theme,
    /// Size of everything in the window, as a multiple of the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale: Option<f32>,
    /// Width and height of the window, in points of the usual size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<[f32; 2]>,
    pub(crate) shown: Shown,
    pub(crate) time: TimeScale,
    pub(crate) speed: SpeedSetting,
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
    /// What stands in a file, and what is to be told of it; a file that is not there says nothing.
    pub(crate) fn read(path: &Path) -> (Self, Option<String>) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return (Self::default(), None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return (Self::default(), Some(damaged(path, "it is no text")));
            }
            Err(error) => {
                let told = format!("the settings are the usual ones: {}: {error}", path.display());
                return (Self::default(), Some(told));
            }
        };
        match toml::from_str::<Self>(&text) {
            Ok(kept) => (kept.sound(), None),
            Err(error) => {
                let line = error
                    .span()
                    .map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
                let place = line.map_or_else(String::new, |line| format!("line {line}: "));
                let what = format!("{place}{}", error.message());
                (Self::default(), Some(damaged(path, &what)))
            }
        }
    }

    /// Without sizes that no window can have.
    fn sound(mut self) -> Self {
        self.scale = self.scale.filter(|scale| (SCALES.0..=SCALES.1).contains(scale));
        self.size = self
            .size
            .filter(|size| size.iter().all(|side| (SIZES.0..=SIZES.1).contains(side)));
        self
    }

    fn write(&self, path: &Path) -> Result<(), WriteError> {
        write_whole(path, |file| {
            let text = toml::to_string(self).map_err(io::Error::other)?;
            file.write_all(text.as_bytes())
        })
    }
}

/// Width and height of the last window, where a file tells them; it is left as it is, whatever stands in it.
pub(super) fn last_size(path: &Path) -> Option<[f32; 2]> {
    let text = fs::read_to_string(path).ok()?;
    toml::from_str::<Kept>(&text).ok()?.sound().size
}

/// Puts a file aside, so that it is not overwritten, and says so.
fn damaged(path: &Path, what: &str) -> String {
    let aside = put_aside(path).map_or_else(String::new, |aside| format!(" (kept as {})", aside.display()));
    format!(
        "the settings are the usual ones: {}: {what}{aside}",
        path.display()
    )
}

/// The file that a window keeps its settings in.
#[derive(Debug)]
pub(super) struct KeptFile {
    /// The window's, asked for what it remembers by itself.
    context: egui::Context,
    path: PathBuf,
    written: Kept,
    looked_at: Instant,
    writing: Option<JoinHandle<Result<(), WriteError>>>,
}

impl KeptFile {
    /// For a file that says this much now.
    pub(super) fn new(context: egui::Context, path: PathBuf, written: Kept) -> Self {
        Self {
            context,
            path,
            written,
            looked_at: Instant::now(),
            writing: None,
        }
    }

    pub(super) fn context(&self) -> &egui::Context {
        &self.context
    }

    /// Whether it is time to look for changes.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.looked_at.elapsed() > PERIOD;
        if is_due {
            self.looked_at = Instant::now();
        }
        is_due
    }

    /// Writes what has changed, in the background; gives the trouble of the time before.
    pub(super) fn keep(&mut self, kept: &Kept) -> Option<WriteError> {
        if *kept == self.written
            || self
                .writing
                .as_ref()
                .is_some_and(|writing| !writing.is_finished())
        {
            return None;
        }
        let trouble = self.settle();
        self.written = kept.clone();
        let (kept, path) = (kept.clone(), self.path.clone());
        let thread = std::thread::Builder::new().name("settings".to_owned());
        self.writing = thread.spawn(move || kept.write(&path)).ok();
        trouble
    }

    /// Writes at once; called when the window closes.
    pub(super) fn keep_at_last(&mut self, kept: &Kept) {
        self.settle();
        if *kept != self.written {
            // Nobody is left to be told.
            let _written = kept.write(&self.path);
        }
    }

    /// Waits for what is being written.
    fn settle(&mut self) -> Option<WriteError> {
        self.writing.take()?.join().ok()?.err()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
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
        assert_eq!(Kept::read(&path), (Kept::default(), None));
        for kept in [some(), Kept::default()] {
            kept.write(&path).unwrap();
            assert_eq!(Kept::read(&path), (kept, None));
        }
        fs::write(&path, "scale = 1e30\nsize = [nan, 5.0]\nunknown = 3\n").unwrap();
        assert_eq!(Kept::read(&path), (Kept::default(), None));
    }

    #[test]
    fn a_damaged_file_is_told_and_put_aside() {
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
            let (kept, told) = Kept::read(&path);
            assert_eq!(kept, Kept::default());
            let told = told.unwrap();
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
                    let mut file = KeptFile::new(egui::Context::default(), path.clone(), Kept::default());
                    for i in 0..40_u8 {
                        let size = Some([640.0 + f32::from(i), 480.0]);
                        file.keep(&Kept { size, ..kept.clone() });
                        assert!(file.settle().is_none());
                    }
                });
            }
            for _ in 0..200 {
                let (kept, told) = Kept::read(&path);
                assert_eq!(told, None);
                assert!(kept.folder.len() % 20_000 == 0);
            }
        });
        let (kept, told) = Kept::read(&path);
        assert_eq!(told, None);
        assert!(both.iter().any(|one| one.folder == kept.folder));
    }
}
