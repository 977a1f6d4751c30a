//! A file that is watched while it is read: one that another program cuts short must not pass for a whole one.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Position, Result};
use crate::load::dataset::Dataset;
use crate::load::report::WarningKind;

/// A file, and how many bytes it had when it was opened.
pub(crate) struct Watched {
    file: File,
    size: u64,
    read: u64,
    /// Where the file ended, once that was seen.
    end: Arc<AtomicU64>,
}

/// What tells, after the file was read, whether it was whole.
pub(crate) struct End {
    size: u64,
    end: Arc<AtomicU64>,
}

impl Watched {
    /// Of a file at its start.
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size, read: 0, end: Arc::new(AtomicU64::new(u64::MAX)) })
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn end(&self) -> End {
        End { size: self.size, end: Arc::clone(&self.end) }
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read += n as u64;
        if n == 0 && !buffer.is_empty() {
            self.end.store(self.read, Ordering::Relaxed);
        }
        Ok(n)
    }
}

impl End {
    /// Adds to what was read, or to what went wrong, that the file had become shorter.
    pub(crate) fn tell(&self, result: Result<Dataset>, name: &str) -> Result<Dataset> {
        let end = self.end.load(Ordering::Relaxed);
        if end >= self.size {
            return result;
        }
        match result {
            Ok(mut data) => {
                let message = format!("{}; what came before is kept", message(end, self.size));
                data.report.warn(WarningKind::Truncated, message, Position::in_file(name).at_byte(end), 1);
                Ok(data)
            }
            Err(e)
                if matches!(e.kind(), ErrorKind::Parse | ErrorKind::Empty | ErrorKind::Io | ErrorKind::Unsupported) =>
            {
                Err(shorter(end, self.size).in_file(name))
            }
            other => other,
        }
    }
}

fn message(now: u64, size: u64) -> String {
    format!("it became shorter while it was read: {now} of {size} bytes are left")
}

/// The error for a file that cannot be read, since it has become shorter.
pub(crate) fn shorter(now: u64, size: u64) -> Error {
    Error::new(ErrorKind::Io, message(now, size)).hint("read it again when what writes it is done")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::report::LoadReport;

    fn read_all(watched: &mut Watched) {
        let mut all = Vec::new();
        watched.read_to_end(&mut all).unwrap();
    }

    #[test]
    fn only_a_file_that_ends_early_is_told() {
        let path = std::env::temp_dir().join(format!("sre-stats-watched-{}", std::process::id()));
        let data = || Ok(Dataset { items: Vec::new(), report: LoadReport::default() });
        let told = |end: &End| end.tell(data(), "x").unwrap().report.warnings.len();
        std::fs::write(&path, [7; 100]).unwrap();
        let mut watched = Watched::new(File::open(&path).unwrap()).unwrap();
        let end = watched.end();
        watched.read_exact(&mut [0; 10]).unwrap();
        // it is not yet known how it ends
        assert_eq!((told(&end), watched.size()), (0, 100));
        // one that grows is not told
        std::fs::write(&path, [7; 200]).unwrap();
        read_all(&mut watched);
        assert_eq!(told(&end), 0);
        let mut watched = Watched::new(File::open(&path).unwrap()).unwrap();
        let end = watched.end();
        watched.read_exact(&mut [0; 10]).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(60).unwrap();
        read_all(&mut watched);
        let warned = end.tell(data(), "x").unwrap().report.warnings;
        assert_eq!((warned.len(), warned[0].kind, warned[0].position.byte), (1, WarningKind::Truncated, Some(60)));
        let e = end.tell(Err(Error::parse("a list is not closed")), "x").unwrap_err();
        assert!(e.to_string().starts_with("x: it became shorter while it was read: 60 of 200 bytes are left; "), "{e}");
        let e = end.tell(Err(Error::argument("no such column")), "x").unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Argument);
        std::fs::remove_file(&path).unwrap();
    }
}
