//! Where lessons come from: those that ship with the program, and folders of files.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::parse::LONGEST_LESSON;
use super::{Lesson, LessonError};
use crate::files::{self, Inputs};
use crate::platform::fs;

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../assets/lessons/", $name)))),*]
    };
}

/// The files that ship with the program.
const SHIPPED: [(&str, &str); 24] = shipped![
    "01-stairs.toml",
    "02-noise-peaks-first.toml",
    "03-depth.toml",
    "04-label-noise.toml",
    "05-point-or-cloud.toml",
    "06-one-temperature.toml",
    "07-not-aligned.toml",
    "08-canary.toml",
    "09-rich-to-lazy.toml",
    "10-edge-of-stability.toml",
    "11-trapped.toml",
    "12-enough-data.toml",
    "13-isotropic.toml",
    "14-noise-balance.toml",
    "15-lost-features.toml",
    "16-locked-out.toml",
    "17-momentum.toml",
    "18-cooling.toml",
    "19-blind.toml",
    "20-edges.toml",
    "21-animals.toml",
    "22-sharpening.toml",
    "23-one-ratio.toml",
    "24-too-hot.toml",
];

/// The lessons that ship with the program, by number. A test reads them all, so none is missing.
pub fn builtin() -> Vec<Lesson> {
    let lessons = SHIPPED
        .iter()
        .filter_map(|(name, text)| Lesson::parse(text, name).ok());
    lessons.collect()
}

/// The lesson of this id or number.
pub fn find<'a>(lessons: &'a [Lesson], name: &str) -> Option<&'a Lesson> {
    let number = name.parse().ok();
    lessons
        .iter()
        .find(|lesson| lesson.id == name || Some(lesson.number) == number)
}

/// The lessons of the `.toml` files of a folder, by number; one error for each file that is none. A second lesson of one id or
/// number is an error too. Names are taken in alphabetical order.
pub fn load_folder(folder: &Path) -> (Vec<Lesson>, Vec<LessonError>) {
    let files = match files_of(folder) {
        Ok(files) => files,
        Err(error) => return (Vec::new(), vec![unreadable(folder, &error.to_string())]),
    };
    let (mut lessons, mut errors): (Vec<(String, Lesson)>, Vec<LessonError>) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.display().to_string();
        match read(&path).and_then(|text| Lesson::parse_in(folder, &text, &name)) {
            Err(error) => errors.push(error),
            Ok(lesson) => match duplicate(&lessons, &lesson) {
                Some(message) => errors.push(LessonError {
                    file: name,
                    line: None,
                    message,
                }),
                None => lessons.push((name, lesson)),
            },
        }
    }
    let mut lessons: Vec<Lesson> = lessons.into_iter().map(|(_, lesson)| lesson).collect();
    lessons.sort_by_key(|lesson| lesson.number);
    (lessons, errors)
}

/// The `.toml` files of a folder, in alphabetical order.
fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    Ok(files)
}

/// Counts the files that [`load_folder`] reads as read, and those that the lessons found there take their samples from.
pub fn add_files_to(inputs: &mut Inputs, folder: &Path, lessons: &[Lesson]) {
    for file in files_of(folder).unwrap_or_default() {
        inputs.add("a lesson", &file);
    }
    for lesson in lessons {
        let kept_runs = lesson.kept_runs.iter().map(|kept_run| &kept_run.experiment);
        let checks = lesson.checks.iter().map(|check| &check.experiment);
        for experiment in std::iter::once(&lesson.experiment).chain(kept_runs).chain(checks) {
            experiment.add_files_to(inputs);
        }
    }
}

fn duplicate(lessons: &[(String, Lesson)], lesson: &Lesson) -> Option<String> {
    lessons.iter().find_map(|(file, other)| {
        if other.id == lesson.id {
            Some(format!("id = \"{}\" is taken by {file}", lesson.id))
        } else if other.number == lesson.number {
            Some(format!("number = {} is taken by {file}", lesson.number))
        } else {
            None
        }
    })
}

fn read(path: &Path) -> Result<String, LessonError> {
    files::read_text(path, LONGEST_LESSON as u64).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => unreadable(
            path,
            &format!("too long for a lesson, which has at most {LONGEST_LESSON} bytes"),
        ),
        ErrorKind::InvalidData => unreadable(path, "not a text file in UTF-8"),
        _ => unreadable(path, &error.to_string()),
    })
}

fn unreadable(path: &Path, why: &str) -> LessonError {
    LessonError {
        file: path.display().to_string(),
        line: None,
        message: format!("cannot be read: {why}"),
    }
}
