//! Temporary files of a page, with as much of the interface of the library of that name as the program uses.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::fs::{self, File};

/// Names temporary files.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Builder<'a, 'b> {
    prefix: &'a str,
    suffix: &'b str,
}

impl<'a, 'b> Builder<'a, 'b> {
    /// With names that say nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// How names begin.
    pub(crate) fn prefix(&mut self, prefix: &'a str) -> &mut Self {
        self.prefix = prefix;
        self
    }

    /// How names end.
    pub(crate) fn suffix(&mut self, suffix: &'b str) -> &mut Self {
        self.suffix = suffix;
        self
    }

    fn name(&self, folder: &Path) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        folder.join(format!("{}{n}{}", self.prefix, self.suffix))
    }

    /// An empty file.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn tempfile_in(&self, folder: impl AsRef<Path>) -> io::Result<NamedTempFile> {
        self.make_in(folder, |path| File::create_new(path))
    }

    /// A file made by `make`.
    ///
    /// # Errors
    /// Those of `make`.
    pub(crate) fn make_in<F>(
        &self,
        folder: impl AsRef<Path>,
        make: impl FnOnce(&Path) -> io::Result<F>,
    ) -> io::Result<NamedTempFile<F>> {
        let path = self.name(folder.as_ref());
        let file = make(&path)?;
        Ok(NamedTempFile {
            file,
            path: TempPath { path: Some(path) },
        })
    }

    /// An empty folder.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn tempdir_in(&self, folder: impl AsRef<Path>) -> io::Result<TempDir> {
        let path = self.name(folder.as_ref());
        fs::create_dir_all(&path)?;
        Ok(TempDir { path, is_kept: false })
    }
}

/// A temporary file, removed when dropped.
#[derive(Debug)]
pub(crate) struct NamedTempFile<F = File> {
    file: F,
    path: TempPath,
}

impl<F> NamedTempFile<F> {
    /// The file.
    pub(crate) fn as_file(&self) -> &F {
        &self.file
    }

    /// The file.
    pub(crate) fn as_file_mut(&mut self) -> &mut F {
        &mut self.file
    }

    /// Its path alone.
    pub(crate) fn into_temp_path(self) -> TempPath {
        self.path
    }

    /// Gives it its name, in place of what had it before.
    ///
    /// # Errors
    /// Those of [`fs::rename`].
    pub(crate) fn persist(self, path: impl AsRef<Path>) -> Result<F, PersistError> {
        self.path.persist(path)?;
        Ok(self.file)
    }

    /// Gives it its name, if nothing has it.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`].
    pub(crate) fn persist_noclobber(self, path: impl AsRef<Path>) -> Result<F, PersistError> {
        if fs::metadata(path.as_ref()).is_ok() {
            let error = io::ErrorKind::AlreadyExists.into();
            return Err(PersistError { error });
        }
        self.persist(path)
    }
}

/// Why a temporary file has not got its name.
#[derive(Debug)]
pub(crate) struct PersistError {
    /// The cause.
    pub error: io::Error,
}

/// Path of a temporary file, which is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct TempPath {
    path: Option<PathBuf>,
}

impl TempPath {
    /// Gives it its name.
    ///
    /// # Errors
    /// Those of [`fs::rename`].
    pub(crate) fn persist(mut self, path: impl AsRef<Path>) -> Result<(), PersistError> {
        let Some(from) = self.path.take() else {
            return Ok(());
        };
        fs::rename(from, path).map_err(|error| PersistError { error })
    }
}

impl Drop for TempPath {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            fs::remove_file(path).ok();
        }
    }
}

/// A temporary folder, removed when dropped.
#[derive(Debug)]
pub(crate) struct TempDir {
    path: PathBuf,
    is_kept: bool,
}

impl TempDir {
    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Does not remove it.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.is_kept = true;
        self.path.clone()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        if !self.is_kept {
            fs::remove_dir_all(&self.path).ok();
        }
    }
}
