//! A bundle: a session with all that was made of it, so that a figure can be checked and made again.
//!
//! ```text
//! session.toml   the session
//! run.npz        every recorded row, weights, teacher, events
//! rows.csv       the rows once more
//! events.csv     what happened
//! *.svg, *.png   each figure
//! ```
//!
//! The session is replayed, everything is written into a hidden directory beside the target, and that takes the target's name
//! in the end, as a directory or as one `.zip`: the bundle is there whole or not at all.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

use super::{Figure, FigureError, FigureOptions, FigurePanel};
use crate::chart::{PlotId, RecordedRun};
use crate::files::{
    PART_PREFIX, PART_SUFFIX, WriteError, check_writable, stored_as_is, write_archive, write_whole,
};
use crate::platform::fs::{self, File};
use crate::platform::tempfile::{self, TempDir};
use crate::session::{Recording, RecordingError, RunEnd, Session, write_csv, write_events_csv, write_npz};
use crate::simulation::{Schedule, SetupError, Simulation};

/// Share of the work that the run itself is taken to be.
const RUN_SHARE: f64 = 0.7;

/// How a bundle is made.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleOptions {
    /// Steps between rows, at least 1.
    pub every: u64,
    /// How figures are drawn; every panel is.
    pub figures: FigureOptions,
}

/// How far a bundle is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BundleProgress {
    /// From 0 to 1.
    pub share: f64,
    /// What is being done, in a few words.
    pub doing: &'static str,
}

/// What became of a bundle that was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bundle {
    /// How the replay ended.
    pub end: RunEnd,
    /// Whether it ended with the session's digest; `None` where that holds none.
    pub digest_matches: Option<bool>,
}

/// Why there is no bundle. Nothing was left behind.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The session's experiment cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The run is too long to be recorded as asked.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The target is there already.
    #[error("{}: is already there; a bundle replaces nothing but an empty directory", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A figure cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The flag was raised.
    #[error("cancelled; nothing was written")]
    Cancelled,
}

/// Replays `session` and writes the bundle to `target`: one archive if its name ends in `.zip`, else a directory. `progress` is
/// told how far it is, often; raising `cancel` ends it soon.
///
/// # Errors
/// [`BundleError`]; nothing is left behind then.
pub fn write_bundle(
    session: &Session,
    target: &Path,
    options: &BundleOptions,
    mut progress: impl FnMut(BundleProgress),
    cancel: &AtomicBool,
) -> Result<Bundle, BundleError> {
    let is_zip = target
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    check_target(target, is_zip)?;
    let mut simulation = Simulation::new(&session.experiment)?;
    let n_steps = session.end.step + u64::from(session.end.diverged);
    Recording::check_length(simulation.schema(), false, n_steps, options.every)?;
    let schedule = Schedule::Every(options.every);
    let (recording, end) =
        Recording::run_script(&mut simulation, &session.script, schedule, n_steps, |step| {
            progress(BundleProgress {
                share: RUN_SHARE * step as f64 / n_steps.max(1) as f64,
                doing: "replaying",
            });
            if cancel.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
    if end == RunEnd::Cancelled {
        return Err(BundleError::Cancelled);
    }
    let folder = Folder::beside(target, cancel)?;
    let written = folder.fill(session, &recording, options, &mut progress);
    let finished = written.and_then(|()| {
        if is_zip {
            folder.zip_to(target)
        } else {
            folder.rename_to(target)
        }
    });
    // A write that was broken off by the flag fails like any other.
    if cancel.load(Ordering::Relaxed) && finished.is_err() {
        return Err(BundleError::Cancelled);
    }
    finished?;
    let replayed = recording.session().end;
    Ok(Bundle {
        end,
        digest_matches: session.end.digest.map(|_| session.end == replayed),
    })
}

/// Refuses a target before the run.
fn check_target(target: &Path, is_zip: bool) -> Result<(), BundleError> {
    if is_zip {
        return Ok(check_writable(target)?);
    }
    let is_empty = |path: &Path| fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    if fs::symlink_metadata(target).is_ok() && !is_empty(target) {
        return Err(BundleError::Exists {
            path: target.to_owned(),
        });
    }
    // As for a file of a name nobody else has.
    let probe = target.with_file_name(".saddlescope-probe");
    match check_writable(&probe) {
        Ok(()) => Ok(()),
        Err(WriteError::Refused { cause, .. }) => Err(refused(target, cause)),
        Err(WriteError::NoDirectory { directory, .. }) => Err(BundleError::Write(WriteError::NoDirectory {
            path: target.to_owned(),
            directory,
        })),
        Err(error @ (WriteError::NotAFile { .. } | WriteError::IsInput { .. })) => Err(error.into()),
    }
}

fn refused(path: &Path, cause: io::Error) -> BundleError {
    BundleError::Write(WriteError::Refused {
        path: path.to_owned(),
        cause,
    })
}

/// The directory in which a bundle comes together; removed when dropped.
struct Folder<'a> {
    directory: TempDir,
    target: &'a Path,
    cancel: &'a AtomicBool,
}

impl<'a> Folder<'a> {
    fn beside(target: &'a Path, cancel: &'a AtomicBool) -> Result<Self, BundleError> {
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Less the user's mask, as for any new directory.
            builder.permissions(fs::Permissions::from_mode(0o777));
        }
        let directory = builder
            .tempdir_in(parent)
            .map_err(|error| refused(target, error.kind().into()))?;
        Ok(Self {
            directory,
            target,
            cancel,
        })
    }

    fn fill(
        &self,
        session: &Session,
        recording: &Recording,
        options: &BundleOptions,
        progress: &mut impl FnMut(BundleProgress),
    ) -> Result<(), BundleError> {
        let mut report = |done: f64, doing| {
            progress(BundleProgress {
                share: RUN_SHARE + (1.0 - RUN_SHARE) * done,
                doing,
            });
            if self.cancel.load(Ordering::Relaxed) {
                Err(BundleError::Cancelled)
            } else {
                Ok(())
            }
        };
        report(0.0, "writing data")?;
        self.write("session.toml", |file| session.write_to(file))?;
        self.write("run.npz", |file| write_npz(recording, file))?;
        report(0.2, "writing data")?;
        self.write("rows.csv", |file| write_csv(recording, file))?;
        self.write("events.csv", |file| write_events_csv(recording.events(), file))?;
        let run = RecordedRun::new(recording).prepared(&PlotId::ALL, &options.figures.chart);
        let n_panels = FigurePanel::all().count() as f64;
        for (i, panel) in FigurePanel::all().enumerate() {
            report(0.4 + 0.6 * i as f64 / n_panels, "drawing figures")?;
            let figure = match Figure::draw_run(
                &run,
                &FigureOptions {
                    panel,
                    ..options.figures.clone()
                },
            ) {
                // A run that has not settled has no histogram to show, and one alone no times of passage.
                Err(FigureError::TooFewRows { .. } | FigureError::Nothing { .. }) => continue,
                figure => figure?,
            };
            let (svg, png) = (figure.svg(), figure.png()?);
            let name = panel.name();
            self.write(&format!("{name}.svg"), |file| file.write_all(svg.as_bytes()))?;
            self.write(&format!("{name}.png"), |file| file.write_all(&png))?;
        }
        report(1.0, "finishing")
    }

    /// One file, synced.
    fn write(
        &self,
        name: &str,
        contents: impl FnOnce(&mut Cancellable<'_>) -> io::Result<()>,
    ) -> Result<(), BundleError> {
        let written = || {
            let mut file = Cancellable {
                inner: BufWriter::new(File::create_new(self.directory.path().join(name))?),
                cancel: self.cancel,
            };
            contents(&mut file)?;
            file.flush()?;
            file.inner.get_ref().sync_all()
        };
        written().map_err(|cause| refused(&self.target.join(name), cause))
    }

    fn rename_to(self, target: &Path) -> Result<(), BundleError> {
        // Fails where the target has been filled in the meantime.
        fs::rename(self.directory.path(), target).map_err(|cause| refused(target, cause))?;
        // It is no longer there to be removed.
        let _renamed = self.directory.keep();
        Ok(())
    }

    fn zip_to(self, target: &Path) -> Result<(), BundleError> {
        let mut names: Vec<String> = fs::read_dir(self.directory.path())
            .map_err(|cause| refused(target, cause))?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let root = folder_name(target);
        write_whole(target, |file| {
            let file = Cancellable {
                inner: file,
                cancel: self.cancel,
            };
            write_archive(file, |zip| {
                for name in &names {
                    let options = stored_as_is().large_file(true);
                    zip.start_file(format!("{root}/{name}"), options)?;
                    io::copy(&mut File::open(self.directory.path().join(name))?, zip)?;
                }
                Ok(())
            })
        })?;
        Ok(())
    }
}

/// Name of the folder inside an archive: the archive's own, unless that would lead elsewhere where it is unpacked.
fn folder_name(target: &Path) -> String {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem
        .chars()
        .map(|c| {
            if c.is_control() || "\\/:".contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    if name.trim_matches(['.', ' ']).is_empty() {
        "bundle".to_owned()
    } else {
        name
    }
}

/// A writer that fails once the flag is raised.
struct Cancellable<'a, W = BufWriter<File>> {
    inner: W,
    cancel: &'a AtomicBool,
}

impl<W: Write> Write for Cancellable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(io::Error::other("cancelled"));
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Seek> Seek for Cancellable<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
