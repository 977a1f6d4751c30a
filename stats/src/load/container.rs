//! gzip and Zstandard around a file of any format, unpacked as it is read.
//!
//! What is unpacked may be at most [`FREE`] bytes and [`RATIO`] times the packed bytes read so far; a file that goes beyond is taken for
//! one that was made to fill memory, and refused. gzip's checksum and Zstandard's, where it is there, are checked.
//!
//! Formats: RFC 1952 (gzip), RFC 8878 (Zstandard); several members or frames in a row are one file, as both say.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Bytes that may come out whatever went in.
const FREE: u64 = 64 << 20;
/// Bytes that may come out for each that went in: deflate's greatest ratio is 1032.
const RATIO: u64 = 200;
/// The largest window of Zstandard that is kept: what `zstd --ultra --long=27` makes.
const WINDOW: u64 = 128 << 20;

/// How the message about a file that unpacks to too much begins.
pub(crate) const TOO_MUCH: &str = "it unpacks to more than";

/// What a file is packed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Gzip,
    Zstandard,
}

impl Container {
    /// The container that an input's first bytes tell.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstandard),
            _ => None,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstandard => "Zstandard",
        }
    }

    /// Unpacks what is read from `source`.
    pub(crate) fn unpack<'a>(self, source: Box<dyn Read + Send + 'a>) -> Box<dyn Read + Send + 'a> {
        let read = Arc::new(AtomicU64::new(0));
        let counted = BufReader::with_capacity(1 << 16, Counted { source, read: Arc::clone(&read) });
        let unpacked: Box<dyn Read + Send + 'a> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Self::Zstandard => Box::new(Frames { source: counted, decoder: None }),
        };
        Box::new(Limited { source: unpacked, read, written: 0 })
    }
}

/// Counts the bytes read from a source.
struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Stops what unpacks to too much.
struct Limited<R> {
    source: R,
    read: Arc<AtomicU64>,
    written: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buffer)?;
        self.written += n as u64;
        if self.written > FREE + RATIO * self.read.load(Ordering::Relaxed) {
            let message =
                format!("{TOO_MUCH} {} MB and {RATIO} times its size; if that is meant, unpack it first", FREE >> 20);
            return Err(io::Error::other(message));
        }
        Ok(n)
    }
}

/// The frames of Zstandard, one after the other.
struct Frames<R> {
    source: R,
    decoder: Option<FrameDecoder>,
}

impl<R: BufRead> Frames<R> {
    /// Begins the next frame; false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            let mut decoder = self.decoder.take().unwrap_or_default();
            decoder.set_max_window_size(WINDOW);
            match decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.decoder = Some(decoder);
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let skipped = io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.decoder = Some(decoder);
                }
                Err(e) => return Err(io::Error::other(e)),
            }
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = self.decoder.as_mut().filter(|d| !d.is_finished() || d.can_collect() > 0) else {
                if !self.next_frame()? {
                    return Ok(0);
                }
                continue;
            };
            if decoder.can_collect() == 0 {
                decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(io::Error::other)?;
            }
            let n = decoder.read(buffer)?;
            if decoder.is_finished() && decoder.can_collect() == 0 {
                let stored = decoder.get_checksum_from_data();
                if stored.is_some() && stored != decoder.get_calculated_checksum() {
                    return Err(io::Error::other("its checksum does not fit its content"));
                }
            }
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
        }
    }
}
