//! The file behind all links.

use std::path::{Path, PathBuf};

use crate::platform::fs;

/// Links that are followed one after the other, at most.
const MOST_LINKS: usize = 40;

/// The file behind all links, which need not be there: its real folder and its name.
pub(super) fn place(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        if let Ok(place) = fs::canonicalize(&path) {
            return place;
        }
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        // A link that leads to nothing.
        if let Ok(target) = fs::read_link(&path) {
            path = folder.join(target);
            continue;
        }
        return match (fs::canonicalize(folder), path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            (Ok(_) | Err(_), _) => path,
        };
    }
    path
}
