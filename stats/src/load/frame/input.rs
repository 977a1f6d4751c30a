//! The bytes of a columnar file, read where they are wanted. Nothing is mapped into memory: a mapped file that another program cuts
//! short would end this one, and mapping takes address space for the whole file.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::error::{Error, Result};
use crate::load::watched::shorter;

/// Where the bytes are. A file stays the one that was opened, whatever happens to its name meanwhile.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    File(&'a File),
    Memory(&'a [u8]),
}

impl<'a> Input<'a> {
    /// A reader of its own, at the start.
    pub(super) fn reader(self) -> Reader<'a> {
        match self {
            Self::File(file) => Reader::File(file, 0),
            Self::Memory(bytes) => Reader::Memory(Cursor::new(bytes)),
        }
    }

    /// The bytes at a place, which must be known to lie in the file.
    pub(super) fn bytes(self, place: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (place.end.saturating_sub(place.start)) as usize];
        let mut reader = self.reader();
        reader.seek(SeekFrom::Start(place.start))?;
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Why reading failed, where the cause is that the file has become shorter than it was.
    pub(super) fn shortened(self, size: u64) -> Option<Error> {
        let Self::File(file) = self else { return None };
        let now = file.metadata().ok()?.len();
        (now < size).then(|| shorter(now, size))
    }
}

/// Reads from a place of its own, so that threads can share a file.
pub(super) enum Reader<'a> {
    /// The file, and where the next byte is.
    File(&'a File, u64),
    Memory(Cursor<&'a [u8]>),
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file, at) => {
                let n = read_at(file, buffer, *at)?;
                *at += n as u64;
                Ok(n)
            }
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file, at) => {
                let place = match to {
                    SeekFrom::Start(place) => Some(place),
                    SeekFrom::End(by) => file.metadata()?.len().checked_add_signed(by),
                    SeekFrom::Current(by) => at.checked_add_signed(by),
                };
                *at = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                Ok(*at)
            }
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// The failure of a read as one of this crate; the file's name is added where it is known.
pub(super) fn unreadable(e: &io::Error) -> Error {
    Error::parse(format!("a part of it cannot be read: {e}"))
}

/// As the library's results.
pub(super) fn bytes(input: Input<'_>, place: Range<u64>) -> Result<Vec<u8>> {
    input.bytes(place).map_err(|e| unreadable(&e))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A file and memory are read alike, by several readers at once, at any place.
    #[test]
    fn a_file_is_read_as_memory_is() {
        let path = std::env::temp_dir().join(format!("sre-stats-input-{}", std::process::id()));
        let text: Vec<u8> = (0..100).collect();
        File::create(&path).unwrap().write_all(&text).unwrap();
        let file = File::open(&path).unwrap();
        for input in [Input::File(&file), Input::Memory(&text)] {
            assert_eq!(input.bytes(10..20).unwrap(), &text[10..20]);
            let (mut a, mut b) = (input.reader(), input.reader());
            assert_eq!((a.seek(SeekFrom::End(-4)).unwrap(), b.seek(SeekFrom::Start(7)).unwrap()), (96, 7));
            let mut byte = [0];
            b.read_exact(&mut byte).unwrap();
            assert_eq!((byte, b.seek(SeekFrom::Current(-3)).unwrap()), ([7], 5));
            let mut rest = Vec::new();
            a.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, [96, 97, 98, 99]);
            assert!(a.seek(SeekFrom::Current(-101)).is_err() && input.bytes(95..101).is_err());
            assert!(input.shortened(100).is_none());
        }
        // a name that is given to another file changes nothing
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Input::File(&file).bytes(0..2).unwrap(), [0, 1]);
        let told = Input::File(&file).shortened(101).unwrap().to_string();
        assert!(told.starts_with("it became shorter while it was read: 100 of 101 bytes"), "{told}");
    }
}
