//! Reading: only regular files, and no more of them than the reader can use.
//!
//! A pipe may wait for ever and a device may never end, so what is no regular file is refused before it is opened. A file of length 0 is empty, and
//! nothing is read of it: under `/proc` there are such files that never end.

use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use crate::platform::fs::{self, File};

/// Opens a regular file; gives its length too. Of a file of length 0 nothing is to be read.
///
/// # Errors
/// Those of the system, and that it is no regular file.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    let kind = |metadata: &fs::Metadata| {
        if metadata.is_file() {
            Ok(metadata.len())
        } else if metadata.is_dir() {
            Err(ErrorKind::IsADirectory.into())
        } else {
            Err(io::Error::other("is a pipe or a device, not a regular file"))
        }
    };
    // Merely opening a pipe waits for somebody to write into it.
    kind(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    let length = kind(&file.metadata()?)?;
    Ok((file, length))
}

/// The contents of a regular file of at most `longest` bytes; of one that is longer, nothing is read.
///
/// # Errors
/// Those of [`open`], and [`ErrorKind::FileTooLarge`].
pub fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let too_long = || {
        let message = format!("is longer than the {longest} bytes that are read");
        io::Error::new(ErrorKind::FileTooLarge, message)
    };
    let (file, length) = open(path)?;
    if length > longest {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(length as usize);
    if length > 0 {
        // It may be growing.
        file.take(longest + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > longest {
        return Err(too_long());
    }
    Ok(bytes)
}

/// The same as text in UTF-8.
///
/// # Errors
/// Those of [`read`], and [`ErrorKind::InvalidData`].
pub fn read_text(path: &Path, longest: u64) -> io::Result<String> {
    let not_text = |_| io::Error::new(ErrorKind::InvalidData, "is not a text in UTF-8");
    String::from_utf8(read(path, longest)?).map_err(not_text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_up_to_a_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "abc").unwrap();
        assert_eq!(read(&path, 3).unwrap(), b"abc");
        assert_eq!(read(&path, 2).unwrap_err().kind(), ErrorKind::FileTooLarge);
        fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_text(&path, 3).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(
            read(directory.path(), 3).unwrap_err().kind(),
            ErrorKind::IsADirectory
        );
        assert_eq!(
            read(&directory.path().join("no"), 3).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_never_ends_is_not_begun() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [&pipe, &link, Path::new("/dev/stdin")] {
            assert!(read(path, 1 << 40).is_err(), "{}", path.display());
        }
        // Reading it waits for the kernel's next message.
        assert!(read(Path::new("/proc/kmsg"), 1 << 40).map_or(0, |bytes| bytes.len()) == 0);
    }
}
