//! Files written whole or not at all: into a temporary file beside the target, synced, then renamed over it.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::remains::remove_remains;
use super::staging::Staging;
use super::target::{Target, WriteError};
use crate::platform::fs::{self, File};

/// Checks that `path` can be written, by making a temporary file where [`write_whole`] would, and removing it. Better before
/// a long run than after it. What killed programs have left there is removed too.
///
/// # Errors
/// [`WriteError`] where it cannot.
pub fn check_writable(path: &Path) -> Result<(), WriteError> {
    let target = Target::of(path)?;
    let file = target.open()?;
    // The file just made tells the time.
    if let Ok(now) = file.as_file().metadata().and_then(|metadata| metadata.modified()) {
        remove_remains(target.folder(), now);
    }
    Ok(())
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
    let mut staging = Staging::default();
    staging.add(path, contents)?;
    staging.commit()
}

/// As [`write_whole`], but leaves a file that is there as it is; answers whether there was none.
///
/// # Errors
/// [`WriteError`], with the path and the cause.
pub(crate) fn write_new(
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> Result<bool, WriteError> {
    let target = Target::of(path)?;
    if target.is_there() {
        return Ok(false);
    }
    match target.filled(contents)?.persist_noclobber(target.file()) {
        Ok(_) => {
            target.sync_folder();
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::io::Write as _;

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
    fn what_killed_programs_have_left_is_removed_once_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let now = fs::metadata(folder.path()).unwrap().modified().unwrap();
        for (name, hours) in [("old", 2), ("new", 0)] {
            let time = now - std::time::Duration::from_hours(hours);
            let file = File::create(at(&format!(".saddlescope-{name}.part"))).unwrap();
            file.set_modified(time).unwrap();
            let bundle = at(&format!(".saddlescope-{name}2.part"));
            fs::create_dir(&bundle).unwrap();
            fs::write(bundle.join("run.npz"), "").unwrap();
            File::open(&bundle).unwrap().set_modified(time).unwrap();
        }
        File::create(at("old.part"))
            .unwrap()
            .set_modified(std::time::UNIX_EPOCH)
            .unwrap();
        check_writable(&at("rows.csv")).unwrap();
        assert_eq!(
            entries(folder.path()),
            [".saddlescope-new.part", ".saddlescope-new2.part", "old.part"]
        );
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
        // A link that leads to nothing is followed all the same.
        let nothing = directory.path().join("nothing");
        symlink("made", &nothing).unwrap();
        write_whole(&nothing, |file| file.write_all(b"3")).unwrap();
        assert!(nothing.is_symlink());
        assert_eq!(fs::read_to_string(directory.path().join("made")).unwrap(), "3");
    }
}
