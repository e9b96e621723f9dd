//! Where a file goes: the place behind all links, and a temporary file beside it that takes its name in the end.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::place::place;
use super::remains::{PART_PREFIX, PART_SUFFIX};
use crate::platform::fs::{self, File};
use crate::platform::tempfile::{self, NamedTempFile, TempPath};

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
    /// The target was read, as `what`.
    #[error("{}: is {what}, which would be overwritten", path.display())]
    IsInput {
        /// The target.
        path: PathBuf,
        /// What it is.
        what: &'static str,
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

/// Where a file goes.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    /// The file behind `path`, which may be a symbolic link, and lead to nothing.
    file: PathBuf,
    folder: PathBuf,
    /// Permissions of the file that is there.
    permissions: Option<fs::Permissions>,
}

impl Target {
    pub(super) fn of(path: &Path) -> Result<Self, WriteError> {
        let file = place(path);
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
        let folder = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        if fs::metadata(&folder).is_ok_and(|kind| kind.is_dir()) {
            Ok(Self {
                path: path.to_owned(),
                file,
                folder,
                permissions,
            })
        } else {
            Err(WriteError::NoDirectory {
                path: path.to_owned(),
                directory: folder,
            })
        }
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether there is a file already.
    pub(super) fn is_there(&self) -> bool {
        self.permissions.is_some()
    }

    /// The file itself.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The file that is there, under a temporary name too; nothing where there is none.
    pub(super) fn copy_of_old(&self) -> io::Result<Option<TempPath>> {
        if self.permissions.is_none() {
            return Ok(None);
        }
        let copy = builder().make_in(&self.folder, |name| {
            // Some disks know no hard links.
            fs::hard_link(&self.file, name).or_else(|_| fs::copy(&self.file, name).map(drop))
        });
        Ok(Some(copy?.into_temp_path()))
    }

    /// A temporary file beside the target with all its contents, synced.
    pub(super) fn filled(
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
    pub(super) fn sync_folder(&self) {
        if let Ok(folder) = File::open(&self.folder) {
            folder.sync_all().ok();
        }
    }

    pub(super) fn refused(&self, cause: io::Error) -> WriteError {
        WriteError::Refused {
            path: self.path.clone(),
            cause,
        }
    }

    /// An empty temporary file beside the target, removed when dropped.
    pub(super) fn open(&self) -> Result<NamedTempFile, WriteError> {
        builder()
            .tempfile_in(&self.folder)
            // The error as it comes names the temporary file, which says nothing to anybody.
            .map_err(|error| self.refused(error.kind().into()))
    }
}

/// Names temporary files and gives them the usual permissions.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART_PREFIX).suffix(PART_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Less the user's mask, as for any new file; the library's own default would keep it from everybody else.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}
