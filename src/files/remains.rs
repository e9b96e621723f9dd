//! What programs that were killed have left: temporary files and folders beside their targets.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::platform::fs::{self, DirEntry};

/// How the names of temporary files begin...
pub(crate) const PART_PREFIX: &str = ".saddlescope-";
/// ...and end.
pub(crate) const PART_SUFFIX: &str = ".part";
/// Age at which a temporary file belongs to no program that still writes.
const OLD: Duration = Duration::from_hours(1);

/// Removes from `folder` the temporary files and folders that nobody has written into for an hour before `now`, the time at which
/// some file has just been written. What cannot be removed stays.
pub(crate) fn remove_remains(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !is_part(&entry) {
            continue;
        }
        // Of a link, its own age and kind.
        let Ok(metadata) = entry.metadata() else { continue };
        let age = metadata
            .modified()
            .ok()
            .and_then(|time| now.duration_since(time).ok());
        if age.is_none_or(|age| age <= OLD) {
            continue;
        }
        if metadata.is_dir() {
            fs::remove_dir_all(entry.path()).ok();
        } else {
            fs::remove_file(entry.path()).ok();
        }
    }
}

fn is_part(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX)
}
