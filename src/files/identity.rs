//! Which file a path leads to, whatever it is called: links and detours are followed, also to a file that is not there yet.

use std::path::{Path, PathBuf};

use super::place::place;
use super::target::WriteError;
#[cfg(unix)]
use crate::platform::fs;

/// A file. Two are equal where writing one would change the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// A file that is there: hard links share its number.
    #[cfg(unix)]
    Number { device: u64, inode: u64 },
    /// Where a file would be made; elsewhere than on Unix, also where one is.
    Place(PathBuf),
}

impl Identity {
    /// The file that `path` leads to.
    pub fn of(path: &Path) -> Self {
        #[cfg(unix)]
        if let Ok(metadata) = fs::metadata(path) {
            use std::os::unix::fs::MetadataExt as _;
            return Self(Kind::Number {
                device: metadata.dev(),
                inode: metadata.ino(),
            });
        }
        Self(Kind::Place(place(path)))
    }
}

/// Files that have been read, each with what it is, so that none of them is written over.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    files: Vec<(&'static str, Identity)>,
}

impl Inputs {
    /// Counts a file as read; `what` says in messages what it is.
    pub fn add(&mut self, what: &'static str, path: &Path) {
        self.files.push((what, Identity::of(path)));
    }

    /// Checks that writing `path` would change none of them.
    ///
    /// # Errors
    /// [`WriteError::IsInput`].
    pub fn check(&self, path: &Path) -> Result<(), WriteError> {
        let written = Identity::of(path);
        match self.files.iter().find(|(_, file)| *file == written) {
            None => Ok(()),
            Some((what, _)) => Err(WriteError::IsInput {
                path: path.to_owned(),
                what,
            }),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_other_names() {
        let directory = tempfile::tempdir().unwrap();
        let (a, b) = (directory.path().join("a.csv"), directory.path().join("b.csv"));
        let detour = directory.path().join(".").join("a.csv");
        for exists in [false, true] {
            assert_eq!(Identity::of(&a), Identity::of(&detour), "{exists}");
            assert_ne!(Identity::of(&a), Identity::of(&b));
            fs::write(&a, "").unwrap();
        }
        assert_eq!(
            Identity::of(Path::new("a.csv")),
            Identity::of(Path::new("./a.csv"))
        );
        assert_eq!(
            Identity::of(Path::new("/no/a.csv")),
            Identity::of(Path::new("/no/a.csv"))
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_their_file_also_where_there_is_none() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        symlink("two", at("one")).unwrap();
        symlink(at("file"), at("two")).unwrap();
        let mut inputs = Inputs::default();
        inputs.add("the file", &at("file"));
        assert!(
            inputs
                .check(&at("one"))
                .unwrap_err()
                .to_string()
                .ends_with("one: is the file, which would be overwritten")
        );
        fs::write(at("file"), "").unwrap();
        fs::hard_link(at("file"), at("hard")).unwrap();
        let mut inputs = Inputs::default();
        inputs.add("the file", &at("file"));
        for name in ["one", "two", "hard"] {
            assert!(inputs.check(&at(name)).is_err(), "{name}");
        }
        inputs.check(&at("other")).unwrap();
        // Links in a circle lead nowhere.
        symlink("round", at("round")).unwrap();
        assert_ne!(Identity::of(&at("round")), Identity::of(&at("file")));
    }
}
