//! Files written whole or not at all: into a temporary file beside the target, synced, then renamed over it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// How the names of temporary files begin...
pub(crate) const PART_PREFIX: &str = ".saddlescope-";
/// ...and end.
pub(crate) const PART_SUFFIX: &str = ".part";

/// Why a file could not be written. Nothing was left behind.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The target is there and is no regular file.
    #[error("{}: is {kind}, not a file that can be replaced", path.display())]
    NotAFile {
        /// The target.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// The target's directory is missing or is no directory.
    #[error("{}: there is no directory {}", path.display(), directory.display())]
    NoDirectory {
        /// The target.
        path: PathBuf,
        /// Where it should be.
        directory: PathBuf,
    },
    /// The system refused.
    #[error("{}: cannot be written: {cause}", path.display())]
    Refused {
        /// The target.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
}

/// Checks that `path` can be written, by making a temporary file where [`write_whole`] would, and removing it. Better before
/// a long run than after it.
///
/// # Errors
/// [`WriteError`] where it cannot.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    Target::of(path)?.open().map(drop)
}

/// Whether writing both paths would leave only the second file: they are the same, links and detours followed.
pub fn is_same_file(first: &Path, second: &Path) -> bool {
    let place = |path: &Path| {
        fs::canonicalize(path).ok().or_else(|| {
            let directory = match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                Some(_) | None => Path::new("."),
            };
            Some(fs::canonicalize(directory).ok()?.join(path.file_name()?))
        })
    };
    match (place(first), place(second)) {
        (Some(first), Some(second)) => first == second,
        (None, Some(_)) | (Some(_) | None, None) => first == second,
    }
}

/// Writes `path` with what `contents` gives, or leaves everything as it was. A symbolic link is followed; the permissions of a
/// file that was there are kept, those of a new one are the usual ones.
///
/// # Errors
/// [`WriteError`], with the path and the cause.
pub fn write_whole(
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<(), WriteError> {
    let target = Target::of(path)?;
    let file = target.filled(contents)?;
    file.persist(&target.file)
        .map_err(|error| target.refused(error.error))?;
    target.sync_directory();
    Ok(())
}

/// As [`write_whole`], but leaves a file that is there as it is; answers whether there was none.
///
/// # Errors
/// [`WriteError`], with the path and the cause.
pub(super) fn write_new(
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<bool, WriteError> {
    let target = Target::of(path)?;
    if target.permissions.is_some() {
        return Ok(false);
    }
    match target.filled(contents)?.persist_noclobber(&target.file) {
        Ok(_) => {
            target.sync_directory();
            Ok(true)
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(target.refused(error.error)),
    }
}

/// Renames a damaged file to a name that is free, so that nothing overwrites it; gives the new name.
pub fn put_aside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let free = (1..=u32::MAX)
        .map(|n| match n {
            1 => path.with_file_name(format!("{name}.damaged")),
            n => path.with_file_name(format!("{name}.{n}.damaged")),
        })
        .find(|aside| fs::symlink_metadata(aside).is_err())?;
    fs::rename(path, &free).ok()?;
    Some(free)
}

/// Where a file goes.
struct Target<'a> {
    path: &'a Path,
    /// The file behind `path`, which may be a symbolic link.
    file: PathBuf,
    directory: PathBuf,
    /// Permissions of the file that is there.
    permissions: Option<fs::Permissions>,
}

impl<'a> Target<'a> {
    fn of(path: &'a Path) -> Result<Self, WriteError> {
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let permissions = match fs::metadata(&file) {
            Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
            Ok(metadata) => {
                let kind = if metadata.is_dir() {
                    "a directory"
                } else {
                    "a device or pipe"
                };
                return Err(WriteError::NotAFile {
                    path: path.to_owned(),
                    kind,
                });
            }
            Err(_) => None,
        };
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        if directory.is_dir() {
            Ok(Self {
                path,
                file,
                directory,
                permissions,
            })
        } else {
            Err(WriteError::NoDirectory {
                path: path.to_owned(),
                directory,
            })
        }
    }

    /// A temporary file beside the target with all its contents, synced.
    fn filled(
        &self,
        contents: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    ) -> Result<NamedTempFile, WriteError> {
        let mut file = self.open()?;
        let mut writer = BufWriter::new(file.as_file_mut());
        contents(&mut writer)
            .and_then(|()| writer.flush())
            .map_err(|cause| self.refused(cause))?;
        drop(writer);
        if let Some(permissions) = &self.permissions {
            file.as_file()
                .set_permissions(permissions.clone())
                .map_err(|cause| self.refused(cause))?;
        }
        file.as_file().sync_all().map_err(|cause| self.refused(cause))?;
        Ok(file)
    }

    /// The rename itself outlasts a power cut only with the directory synced; where directories cannot be, nothing is lost but
    /// that.
    fn sync_directory(&self) {
        if let Ok(directory) = File::open(&self.directory) {
            directory.sync_all().ok();
        }
    }

    fn refused(&self, cause: io::Error) -> WriteError {
        WriteError::Refused {
            path: self.path.to_owned(),
            cause,
        }
    }

    /// An empty temporary file beside the target, removed when dropped.
    fn open(&self) -> Result<NamedTempFile, WriteError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // Less the user's mask, as for any new file; the library's own default would keep it from everybody else.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder
            .tempfile_in(&self.directory)
            // The error as it comes names the temporary file, which says nothing to anybody.
            .map_err(|error| self.refused(error.kind().into()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;

    fn entries(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_failure_half_way_leaves_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.csv");
        fs::write(&path, "old").unwrap();
        let outcome = write_whole(&path, |file| {
            file.write_all(b"new")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains("rows.csv: cannot be written"), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(entries(directory.path()), ["rows.csv"]);
        write_whole(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(entries(directory.path()), ["rows.csv"]);
    }

    #[test]
    fn the_target_must_be_a_file_in_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        let refused = |path: &Path| check_writable(path).unwrap_err().to_string();
        assert!(refused(directory.path()).contains("is a directory"));
        assert!(refused(&file.join("x.csv")).contains("there is no directory"));
        assert!(refused(&directory.path().join("no/x.csv")).contains("there is no directory"));
        check_writable(&directory.path().join("new.csv")).unwrap();
        assert_eq!(entries(directory.path()), ["file"]);
    }

    #[test]
    fn the_same_file_is_known_by_other_names() {
        let directory = tempfile::tempdir().unwrap();
        let (a, b) = (directory.path().join("a.csv"), directory.path().join("b.csv"));
        let detour = directory.path().join(".").join("a.csv");
        for exists in [false, true] {
            assert!(is_same_file(&a, &detour), "{exists}");
            assert!(!is_same_file(&a, &b));
            fs::write(&a, "").unwrap();
        }
        assert!(is_same_file(Path::new("a.csv"), Path::new("./a.csv")));
        assert!(is_same_file(Path::new("/no/a.csv"), Path::new("/no/a.csv")));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_the_usual_ones_and_links_are_followed() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tempfile::tempdir().unwrap();
        let usual = directory.path().join("usual");
        fs::write(&usual, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let written = directory.path().join("written");
        write_whole(&written, |file| file.write_all(b"1")).unwrap();
        assert_eq!(mode(&written), mode(&usual));
        fs::set_permissions(&written, fs::Permissions::from_mode(0o600)).unwrap();
        let link = directory.path().join("link");
        symlink(&written, &link).unwrap();
        write_whole(&link, |file| file.write_all(b"2")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&written).unwrap(), "2");
        assert_eq!(mode(&written), 0o600);
    }
}
