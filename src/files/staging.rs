//! Several files that belong together: all are written, or none.
//!
//! Each is written whole beside its target first. Only when all are on the disk do they take their names; where the system refuses one
//! of them its name, those before it are given back what they were.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::target::{Target, WriteError};
use crate::platform::fs::{self, File};
use crate::platform::tempfile::{NamedTempFile, TempPath};

/// Files that are ready to take their names. Dropping it removes them.
#[derive(Debug, Default)]
pub struct Staging {
    files: Vec<(Target, NamedTempFile)>,
}

impl Staging {
    /// Writes a file beside `path` with what `contents` gives. A symbolic link is followed; the permissions of a file that is there
    /// are kept, those of a new one are the usual ones.
    ///
    /// # Errors
    /// [`WriteError`], with the path and the cause.
    pub fn add(
        &mut self,
        path: &Path,
        contents: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let target = Target::of(path)?;
        let file = target.filled(contents)?;
        self.files.push((target, file));
        Ok(())
    }

    /// Gives every file its name.
    ///
    /// # Errors
    /// [`WriteError`]; everything is as it was before then.
    pub fn commit(self) -> Result<(), WriteError> {
        let is_alone = self.files.len() == 1;
        let mut done: Vec<Done> = Vec::new();
        for (target, file) in self.files {
            let named = if is_alone { Ok(None) } else { target.copy_of_old() };
            let named = named.and_then(|old| match file.persist(target.file()) {
                Ok(_) => Ok(old),
                Err(error) => Err(error.error),
            });
            match named {
                Ok(old) => done.push(Done {
                    path: target.file().to_owned(),
                    old,
                }),
                Err(cause) => {
                    done.into_iter().for_each(Done::undo);
                    return Err(target.refused(cause));
                }
            }
            target.sync_folder();
        }
        Ok(())
    }
}

/// A file that has its name.
struct Done {
    path: PathBuf,
    /// What had the name before.
    old: Option<TempPath>,
}

impl Done {
    fn undo(self) {
        match self.old {
            // Nothing more can be done where that fails.
            Some(old) => drop(old.persist(&self.path)),
            None => drop(fs::remove_file(&self.path)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn add(staging: &mut Staging, path: &Path, text: &str) -> Result<(), WriteError> {
        staging.add(path, |file| file.write_all(text.as_bytes()))
    }

    #[test]
    fn all_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let [old, new, third] = ["old", "new", "third"].map(|name| folder.path().join(name));
        fs::write(&old, "1").unwrap();
        let mut staging = Staging::default();
        add(&mut staging, &old, "2").unwrap();
        let refused = staging.add(&new, |_| Err(io::ErrorKind::StorageFull.into()));
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("new: cannot be written")
        );
        drop(staging);
        assert_eq!(
            (fs::read_to_string(&old).unwrap().as_str(), names(folder.path())),
            ("1", vec!["old".to_owned()])
        );

        // A folder comes in the way between writing and naming.
        let mut staging = Staging::default();
        for path in [&old, &new, &third] {
            add(&mut staging, path, "2").unwrap();
        }
        fs::create_dir(&third).unwrap();
        fs::write(third.join("file"), "").unwrap();
        assert!(
            staging
                .commit()
                .unwrap_err()
                .to_string()
                .contains("third: cannot be written")
        );
        assert_eq!(
            (fs::read_to_string(&old).unwrap().as_str(), names(folder.path())),
            ("1", vec!["old".to_owned(), "third".to_owned()])
        );

        let mut staging = Staging::default();
        for path in [&old, &new] {
            add(&mut staging, path, "2").unwrap();
        }
        staging.commit().unwrap();
        assert_eq!(names(folder.path()), ["new", "old", "third"]);
        assert_eq!(
            fs::read_to_string(&old).unwrap() + &fs::read_to_string(&new).unwrap(),
            "22"
        );
    }
}
