//! Files of a page, in memory, with as much of the interface of `std::fs` as the program uses.
//!
//! Those in the folder of [`kept`](super::kept) are kept in the browser's local storage as well; any other file that is written is
//! handed to the person as a download, once it has its name. From then on it is theirs: the page holds its bytes no longer.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{browser, kept};

/// All files and folders.
static NODES: Mutex<BTreeMap<PathBuf, Node>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Debug)]
enum Node {
    Folder,
    File(Contents),
}

type Contents = Arc<Mutex<Stored>>;

#[derive(Debug)]
struct Stored {
    bytes: Vec<u8>,
    modified: SystemTime,
}

fn nodes() -> MutexGuard<'static, BTreeMap<PathBuf, Node>> {
    NODES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stored(contents: &Contents) -> MutexGuard<'_, Stored> {
    contents.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(browser::milliseconds())
}

fn new_contents(bytes: Vec<u8>) -> Contents {
    Arc::new(Mutex::new(Stored {
        bytes,
        modified: now(),
    }))
}

/// The path without its detours.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}

fn is_root(path: &Path) -> bool {
    path.as_os_str().is_empty() || path == Path::new("/")
}

fn node(path: &Path) -> io::Result<Node> {
    let path = plain(path);
    if is_root(&path) || path == Path::new(kept::FOLDER) {
        return Ok(Node::Folder);
    }
    nodes()
        .get(&path)
        .cloned()
        .ok_or_else(|| ErrorKind::NotFound.into())
}

/// Puts a file in memory without telling anybody.
pub(super) fn put(path: &Path, bytes: Vec<u8>) {
    nodes().insert(plain(path), Node::File(new_contents(bytes)));
}

/// Permissions, which a page does not have.
#[derive(Clone, Copy, Debug)]
pub struct Permissions(());

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    length: Option<u64>,
    modified: SystemTime,
}

impl Metadata {
    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.length.is_some()
    }

    /// Whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.length.is_none()
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.length.unwrap_or(0)
    }

    /// There are none.
    pub fn permissions(&self) -> Permissions {
        Permissions(())
    }

    /// When it was last written.
    ///
    /// # Errors
    /// Never.
    pub fn modified(&self) -> io::Result<SystemTime> {
        Ok(self.modified)
    }
}

impl Node {
    fn metadata(&self) -> Metadata {
        match self {
            Self::Folder => Metadata {
                length: None,
                modified: UNIX_EPOCH,
            },
            Self::File(contents) => {
                let stored = stored(contents);
                Metadata {
                    length: Some(stored.bytes.len() as u64),
                    modified: stored.modified,
                }
            }
        }
    }
}

/// An open file.
#[derive(Debug)]
pub struct File {
    contents: Contents,
    position: u64,
}

impl File {
    /// Opens a file to be read.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::IsADirectory`].
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        match node(path.as_ref())? {
            Node::File(contents) => Ok(Self {
                contents,
                position: 0,
            }),
            Node::Folder => Err(ErrorKind::IsADirectory.into()),
        }
    }

    /// Makes a file of a name that is free.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`].
    pub fn create_new(path: impl AsRef<Path>) -> io::Result<Self> {
        if node(path.as_ref()).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        put(path.as_ref(), Vec::new());
        Self::open(path)
    }

    /// What the file is.
    ///
    /// # Errors
    /// Never.
    pub fn metadata(&self) -> io::Result<Metadata> {
        Ok(Node::File(Arc::clone(&self.contents)).metadata())
    }

    /// Nothing is to be done.
    ///
    /// # Errors
    /// Never.
    pub fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }

    /// Nothing is to be done.
    ///
    /// # Errors
    /// Never.
    pub fn set_permissions(&self, _permissions: Permissions) -> io::Result<()> {
        Ok(())
    }
}

impl Read for File {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let stored = stored(&self.contents);
        let start = (self.position as usize).min(stored.bytes.len());
        let n = buffer.len().min(stored.bytes.len() - start);
        buffer[..n].copy_from_slice(&stored.bytes[start..start + n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Write for File {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut stored = stored(&self.contents);
        let start = self.position as usize;
        let end = start + buffer.len();
        if stored.bytes.len() < end {
            stored.bytes.resize(end, 0);
        }
        stored.bytes[start..end].copy_from_slice(buffer);
        stored.modified = now();
        self.position = end as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let length = stored(&self.contents).bytes.len() as u64;
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub(crate) struct DirEntry {
    path: PathBuf,
    metadata: Metadata,
}

impl DirEntry {
    /// Its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Its name.
    pub(crate) fn file_name(&self) -> OsString {
        self.path.file_name().unwrap_or_default().to_owned()
    }

    /// What it is.
    ///
    /// # Errors
    /// Never.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        Ok(self.metadata)
    }
}

/// What a path leads to.
///
/// # Errors
/// [`ErrorKind::NotFound`].
pub(crate) fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    node(path.as_ref()).map(|node| node.metadata())
}

/// The same, for there are no links.
///
/// # Errors
/// [`ErrorKind::NotFound`].
pub(crate) fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    metadata(path)
}

/// The entries of a folder.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::NotADirectory`].
pub(crate) fn read_dir(path: impl AsRef<Path>) -> io::Result<impl Iterator<Item = io::Result<DirEntry>>> {
    let folder = plain(path.as_ref());
    if !metadata(&folder)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    let entries: Vec<_> = nodes()
        .iter()
        .filter(|(path, _)| path.parent() == Some(&folder))
        .map(|(path, node)| {
            Ok(DirEntry {
                path: path.clone(),
                metadata: node.metadata(),
            })
        })
        .collect();
    Ok(entries.into_iter())
}

/// The path without its detours.
///
/// # Errors
/// [`ErrorKind::NotFound`].
pub(crate) fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    node(path.as_ref()).map(|_| plain(path.as_ref()))
}

/// There are no links.
///
/// # Errors
/// Always.
pub(crate) fn read_link(_path: impl AsRef<Path>) -> io::Result<PathBuf> {
    Err(ErrorKind::InvalidInput.into())
}

/// There are no links.
///
/// # Errors
/// Always.
pub(crate) fn hard_link(_original: impl AsRef<Path>, _link: impl AsRef<Path>) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Makes a folder, and those it lies in.
///
/// # Errors
/// Where a file has its name.
pub(crate) fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let path = plain(path.as_ref());
    for folder in path.ancestors().filter(|folder| !is_root(folder)) {
        match node(folder) {
            Ok(Node::File(_)) => return Err(ErrorKind::NotADirectory.into()),
            Ok(Node::Folder) => {}
            Err(_) => drop(nodes().insert(folder.to_owned(), Node::Folder)),
        }
    }
    Ok(())
}

/// Copies a file.
///
/// # Errors
/// Those of [`File::open`].
pub(crate) fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    let file = File::open(from)?;
    let bytes = stored(&file.contents).bytes.clone();
    let length = bytes.len() as u64;
    put(to.as_ref(), bytes);
    Ok(length)
}

/// Gives a file or a folder another name; a file is kept or handed out under it, and what is handed out is no longer here.
///
/// # Errors
/// [`ErrorKind::NotFound`], and that the browser keeps nothing more.
pub(crate) fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    let (from, to) = (plain(from.as_ref()), plain(to.as_ref()));
    let moved = node(&from)?;
    if let Node::File(contents) = &moved {
        let bytes = &stored(contents).bytes;
        if kept::is_kept(&to) {
            kept::keep(&to, bytes)?;
        } else {
            browser::hand_out(&to, bytes)?;
            kept::forget(&from);
            // The download takes the place of a file that was opened under this name.
            let mut nodes = nodes();
            nodes.remove(&from);
            nodes.remove(&to);
            return Ok(());
        }
    }
    kept::forget(&from);
    let mut nodes = nodes();
    nodes.remove(&from);
    let within: Vec<PathBuf> = nodes
        .keys()
        .filter(|path| path.starts_with(&from))
        .cloned()
        .collect();
    for path in within {
        if let (Some(node), Ok(rest)) = (nodes.remove(&path), path.strip_prefix(&from)) {
            nodes.insert(to.join(rest), node);
        }
    }
    nodes.insert(to, moved);
    Ok(())
}

/// Removes a file.
///
/// # Errors
/// [`ErrorKind::NotFound`].
pub(crate) fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    let path = plain(path.as_ref());
    kept::forget(&path);
    nodes()
        .remove(&path)
        .map(drop)
        .ok_or_else(|| ErrorKind::NotFound.into())
}

/// Removes a folder and what is in it.
///
/// # Errors
/// Never.
pub(crate) fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    let folder = plain(path.as_ref());
    nodes().retain(|path, _| {
        let is_within = path.starts_with(&folder);
        if is_within {
            kept::forget(path);
        }
        !is_within
    });
    Ok(())
}
