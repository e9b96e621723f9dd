//! Files kept from one visit to the next, in the browser's local storage: each as one text, which is written whole or not at all.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use web_sys::Storage;

use super::browser;

/// Their folder; its name is the beginning of their keys.
pub(super) const FOLDER: &str = "/saddlescope";

fn storage() -> Option<Storage> {
    browser::window()?.local_storage().ok()?
}

/// Whether a file is kept. Temporary files are not.
pub(super) fn is_kept(path: &Path) -> bool {
    path.starts_with(FOLDER)
}

/// All files that were kept.
pub(super) fn all() -> Vec<(PathBuf, Vec<u8>)> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let n_keys = storage.length().unwrap_or(0);
    (0..n_keys)
        .filter_map(|i| storage.key(i).ok().flatten())
        .filter(|key| is_kept(Path::new(key)))
        .filter_map(|key| {
            let text = storage.get_item(&key).ok().flatten()?;
            Some((PathBuf::from(key), text.into_bytes()))
        })
        .collect()
}

/// Keeps a file in place of the one of that name.
///
/// # Errors
/// That it is no text, or that the browser keeps nothing more.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let text = std::str::from_utf8(bytes).map_err(|_| ErrorKind::InvalidData)?;
    let refused = || {
        io::Error::new(
            ErrorKind::StorageFull,
            "the browser keeps nothing more for this page",
        )
    };
    let storage = storage().ok_or_else(refused)?;
    storage
        .set_item(&path.to_string_lossy(), text)
        .map_err(|_| refused())
}

/// No longer keeps a file.
pub(super) fn forget(path: &Path) {
    if let (true, Some(storage)) = (is_kept(path), storage()) {
        storage.remove_item(&path.to_string_lossy()).ok();
    }
}
