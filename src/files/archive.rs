//! Zip archives, written so that a failure is reported once.
//!
//! An archive that is dropped half written tries to end itself, and prints what hinders it. So it never hears of a failure: what comes
//! after one goes nowhere, and the error is kept until the end.

use std::io::{self, ErrorKind, Seek, SeekFrom, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Writes an archive with what `contents` puts into it.
///
/// # Errors
/// The first error of `writer` or of `contents`.
pub fn write_archive<W: Write + Seek>(
    writer: W,
    contents: impl FnOnce(&mut ZipWriter<&mut Unfailing<W>>) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = Unfailing {
        inner: writer,
        position: 0,
        length: 0,
        error: None,
    };
    let mut zip = ZipWriter::new(&mut writer);
    let written = contents(&mut zip).and_then(|()| zip.finish()?.flush());
    writer.error.map_or(written, Err)
}

/// How entries are kept: as they are, so that the same contents give the same bytes in every build of the libraries.
pub fn stored_as_is() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

/// A writer that goes on after an error as if there were none, and keeps it.
#[derive(Debug)]
pub struct Unfailing<W> {
    inner: W,
    /// Where the next byte goes, and how many there are, from where the writer was at first.
    position: u64,
    length: u64,
    error: Option<io::Error>,
}

impl<W> Unfailing<W> {
    /// Does something with the writer, unless that has failed before.
    fn attempt(&mut self, task: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.error.is_none() {
            self.error = task(&mut self.inner).err();
        }
    }

    fn move_to(&mut self, position: u64) {
        self.position = position;
        self.length = self.length.max(position);
    }
}

impl<W: Write> Write for Unfailing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(|writer| writer.write_all(bytes));
        self.move_to(self.position + bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt(W::flush);
        Ok(())
    }
}

impl<W: Seek> Seek for Unfailing<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
        };
        let target = target.ok_or(ErrorKind::InvalidInput)?;
        self.attempt(|writer| writer.seek(SeekFrom::Start(target)).map(drop));
        self.move_to(target);
        Ok(target)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    /// A disk with room for so many bytes.
    struct Disk(io::Cursor<Vec<u8>>, usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0.position() as usize + bytes.len() > self.1 {
                return Err(ErrorKind::StorageFull.into());
            }
            self.0.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Seek for Disk {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn a_full_disk_at_any_place_is_the_one_error() {
        let fill = |room: usize| {
            let mut disk = Disk(io::Cursor::new(Vec::new()), room);
            let written = write_archive(&mut disk, |zip| {
                for name in ["one", "two"] {
                    zip.start_file(name, stored_as_is())?;
                    zip.write_all(&[7; 100])?;
                }
                Ok(())
            });
            (written, disk.0.into_inner().len())
        };
        let (written, length) = fill(10_000);
        written.unwrap();
        for room in 0..length {
            let error = fill(room).0.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{room}");
        }
    }
}
