//! Reads a file of any kind that the window can show, sessions, experiments, lessons, recordings, bundles and merged tables of sweeps, and links. What a file is, is
//! told by what stands in it, not by its name.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::experiment::{Experiment, ParseError};
use crate::files;
use crate::lessons::{self, Lesson, LessonError};
use crate::platform::fs::{self, File};
use crate::session::{LONGEST_SESSION, Link, LinkError, NpzError, Session, SessionError, Shown, read_npz};
use crate::sweep::map::{MapError, MapTable, Wanted, is_table};

/// Name of the session in a bundle.
const SESSION: &str = "session.toml";

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub enum Opened {
    /// A session, alone or in a bundle.
    Session(Box<Session>),
    /// A recording; its run is done again from the session in it.
    Recording(Box<Session>),
    /// An experiment.
    Experiment(Box<Experiment>),
    /// A lesson.
    Lesson(Box<Lesson>),
    /// A merged table of a sweep, with its name.
    Table(String, Box<MapTable>),
}

/// Why a file cannot be opened. Each message is one line that names the file.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is nothing that the window shows.
    #[error("{}: {what}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What it is taken for, and what can be done with it.
        what: &'static str,
    },
    /// A session with a mistake.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A recording with a mistake.
    #[error(transparent)]
    Recording(#[from] NpzError),
    /// An experiment with a mistake.
    #[error("{}: {cause}", path.display())]
    Experiment {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: ParseError,
    },
    /// A lesson with a mistake.
    #[error(transparent)]
    Lesson(#[from] LessonError),
    /// A link that cannot be followed.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A link to a lesson that there is not.
    #[error("the link: there is no lesson {id}")]
    NoLesson {
        /// What it is called.
        id: String,
    },
    /// A table that is no map.
    #[error(transparent)]
    Table(#[from] MapError),
}

/// What a link shows, where it shows anything but the program; a text that is no link shows nothing.
///
/// # Errors
/// [`OpenError`]: one line.
pub fn open_link(text: &str) -> Result<Option<Opened>, OpenError> {
    if !Link::is_meant(text) {
        return Ok(None);
    }
    shown(Link::parse(text)?.shown)
}

/// What a link shows, where it shows anything but the program.
///
/// # Errors
/// [`OpenError::NoLesson`].
pub(super) fn shown(shown: Shown) -> Result<Option<Opened>, OpenError> {
    match shown {
        Shown::Nothing => Ok(None),
        Shown::Session(session) => Ok(Some(Opened::Session(session))),
        Shown::Lesson(id) => match lessons::builtin().into_iter().find(|lesson| lesson.id == id) {
            Some(lesson) => Ok(Some(Opened::Lesson(Box::new(lesson)))),
            None => Err(OpenError::NoLesson { id }),
        },
    }
}

/// Reads a file of any kind that the window can show, or the directory of a bundle; in place of a path there may be a link.
///
/// # Errors
/// [`OpenError`]: one line that names the file and what is wrong.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    if let Some(text) = path.to_str()
        && let Some(opened) = open_link(text)?
    {
        return Ok(opened);
    }
    let refused = |cause| OpenError::Read {
        path: path.to_owned(),
        cause,
    };
    let unknown = |what| OpenError::Unknown {
        path: path.to_owned(),
        what,
    };
    let kind = fs::metadata(path).map_err(refused)?;
    if kind.is_dir() {
        let session = path.join(SESSION);
        return if fs::metadata(&session).is_ok_and(|kind| kind.is_file()) {
            Ok(Opened::Session(Box::new(Session::read(&session)?)))
        } else {
            Err(unknown(
                "a folder without session.toml; the folder of a bundle has one",
            ))
        };
    }
    if !kind.is_file() {
        return Err(unknown("not a regular file"));
    }
    if is_table(path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Ok(Opened::Table(
            name.into_owned(),
            Box::new(MapTable::read(path, Wanted::All)?),
        ));
    }
    let (mut file, length) = files::open(path).map_err(refused)?;
    let mut start = [0; 4];
    let n_read = match length {
        0 => 0,
        _ => read_start(&mut file, &mut start).map_err(refused)?,
    };
    match &start[..n_read] {
        b"PK\x03\x04" | b"PK\x05\x06" => open_archive(path, file),
        _ => open_text(path, &read_text(path)?),
    }
}

fn read_start(file: &mut File, start: &mut [u8; 4]) -> io::Result<usize> {
    let mut n_read = 0;
    while n_read < start.len() {
        match file.read(&mut start[n_read..])? {
            0 => break,
            n => n_read += n,
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(n_read)
}

fn read_text(path: &Path) -> Result<String, OpenError> {
    let unknown = |what| OpenError::Unknown {
        path: path.to_owned(),
        what,
    };
    files::read_text(path, LONGEST_SESSION).map_err(|cause| match cause.kind() {
        io::ErrorKind::FileTooLarge => unknown("too long for a session, an experiment or a lesson"),
        io::ErrorKind::InvalidData => unknown(
            "neither text nor an archive; sessions, experiments, lessons, recordings (.npz) and bundles can be opened",
        ),
        _ => OpenError::Read {
            path: path.to_owned(),
            cause,
        },
    })
}

/// A bundle or a recording.
fn open_archive(path: &Path, file: File) -> Result<Opened, OpenError> {
    let session = ZipArchive::new(io::BufReader::new(file)).and_then(|mut archive| {
        let is_session = |name: &str| name == SESSION || name.ends_with(&format!("/{SESSION}"));
        let Some(name) = archive
            .file_names()
            .filter_map(Result::ok)
            .find(|name| is_session(name))
            .map(String::from)
        else {
            return Ok(None);
        };
        let mut text = String::new();
        archive
            .by_name(&name)?
            .take(LONGEST_SESSION + 1)
            .read_to_string(&mut text)?;
        Ok(Some((text, name)))
    });
    match session {
        Ok(Some((text, name))) => {
            let session = Session::parse(&text, &format!("{}: {name}", path.display()))?;
            Ok(Opened::Session(Box::new(session)))
        }
        Ok(None) => Ok(Opened::Recording(Box::new(read_npz(path)?.session().clone()))),
        Err(ZipError::Io(cause)) => Err(OpenError::Read {
            path: path.to_owned(),
            cause,
        }),
        Err(_) => Err(OpenError::Unknown {
            path: path.to_owned(),
            what: "a damaged archive",
        }),
    }
}

/// A session, a lesson or an experiment, told apart by keys that only one of them has.
fn open_text(path: &Path, text: &str) -> Result<Opened, OpenError> {
    let unknown = |what| OpenError::Unknown {
        path: path.to_owned(),
        what,
    };
    let name = path.display().to_string();
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let first_line = text.lines().next().unwrap_or_default();
    if !first_line.contains('=') && !first_line.starts_with(['[', '#']) && first_line.contains(',') {
        return Err(unknown(
            "a table; an experiment with data.kind = \"file\" names tables of samples",
        ));
    }
    // A text that is no TOML is an experiment with a mistake in the line that the reader of experiments names.
    let table: toml::Table = text.parse().unwrap_or_default();
    let has = |key: &str| table.contains_key(key);
    if has("axis") {
        return Err(unknown("a sweep; saddlescope sweep FILE --out DIR computes it"));
    }
    if has("format") {
        return Ok(Opened::Session(Box::new(Session::parse(text, &name)?)));
    }
    if has("end_step") || has("caption") || has("check") {
        return Ok(Opened::Lesson(Box::new(Lesson::parse_in(folder, text, &name)?)));
    }
    Experiment::parse_in(folder, text, &[])
        .map(|experiment| Opened::Experiment(Box::new(experiment)))
        .map_err(|cause| OpenError::Experiment {
            path: path.to_owned(),
            cause,
        })
}
