//! An object as a file of which only parts are here: a file as long as the object, with holes where nothing was fetched.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::JoinSet;

use super::client::{Answer, Client, Part, Wanted};
use crate::error::{Error, Result};
use crate::load::parts::Parts;
use crate::progress::Progress;

/// So much of the end is fetched first: the table of contents of most columnar files.
const TAIL: u64 = 64 << 10;
/// Two parts with less than this between them are fetched as one, which is faster than another request.
const GAP: u64 = 256 << 10;
/// The most of one request.
const PIECE: u64 = 4 << 20;
/// So many requests at once.
const AT_ONCE: usize = 6;
/// What a Parquet file begins and ends with.
const PARQUET: &[u8] = b"PAR1";

/// An object that is being read.
pub(super) struct Object {
    client: Arc<Client>,
    wanted: Wanted,
    size: u64,
    folder: Folder,
    here: RefCell<Vec<Range<u64>>>,
    progress: Progress,
    /// Whether it is read in parts.
    pub(super) in_parts: bool,
}

impl Object {
    /// Fetches the end of an object; `None` where there is none.
    pub(super) fn open(client: &Arc<Client>, bucket: &str, key: &str, progress: &Progress) -> Result<Option<Self>> {
        let of = Wanted { bucket: bucket.to_owned(), key: key.to_owned(), ..Wanted::default() };
        let Some(tail) = client.get(&Wanted { part: Some(Part::Last(TAIL)), ..of.clone() }, progress)? else {
            return Ok(None);
        };
        let Answer { body, etag, range } = tail;
        let (bytes, size) = range.unwrap_or_default();
        let folder = Folder::new()?;
        let wanted = Wanted { etag, ..of };
        let here = RefCell::new(Vec::new());
        let in_parts = body.ends_with(PARQUET) && size > 12;
        let object =
            Self { client: Arc::clone(client), wanted, size, folder, here, progress: progress.clone(), in_parts };
        let file = File::create(object.path()).map_err(|e| object.failed(e))?;
        file.set_len(size).map_err(|e| object.failed(e))?;
        object.put(&bytes, &body)?;
        if in_parts {
            object.contents(&body)?;
        }
        Ok(Some(object))
    }

    /// Fetches the rest of Parquet's table of contents, whose length stands before the last word.
    fn contents(&self, tail: &[u8]) -> Result<()> {
        let at = tail.len().saturating_sub(8);
        let length: Option<[u8; 4]> = tail.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        let length = length.map_or(0, u32::from_le_bytes);
        let start = self.size.saturating_sub(8 + u64::from(length));
        self.want(std::slice::from_ref(&(start..self.size)))?;
        // every Parquet file begins so; what is no such file is found out by its table of contents
        self.write(0, PARQUET)
    }

    /// Fetches all of it.
    pub(super) fn whole(&self) -> Result<()> {
        self.want(std::slice::from_ref(&(0..self.size)))
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The file with what was fetched.
    pub(super) fn path(&self) -> &Path {
        &self.folder.file
    }

    fn failed(&self, e: std::io::Error) -> Error {
        Error::io(e, &self.path().display().to_string())
            .hint("what is fetched is kept there for a while; TMPDIR names another place")
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let write = || {
            let mut file = File::options().write(true).open(self.path())?;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(bytes)
        };
        write().map_err(|e| self.failed(e))
    }

    /// Keeps a part that was fetched.
    fn put(&self, bytes: &Range<u64>, body: &[u8]) -> Result<()> {
        self.write(bytes.start, body)?;
        let mut here = self.here.borrow_mut();
        here.push(bytes.clone());
        *here = joined(std::mem::take(&mut here), 0);
        Ok(())
    }

    /// Fetches parts, several at once.
    fn fetch(&self, parts: Vec<Range<u64>>) -> Result<()> {
        let total = parts.iter().map(|part| part.end - part.start).sum();
        self.progress.stage("fetching", total);
        let (asker, progress, of) = (&self.client.asker, &self.progress, &self.wanted);
        let (sender, received) = std::sync::mpsc::channel();
        let work = move || async move {
            let mut left = parts.into_iter();
            let mut going = JoinSet::new();
            loop {
                while going.len() < AT_ONCE {
                    let Some(part) = left.next() else { break };
                    let wanted = Wanted { part: Some(Part::Of(part.clone())), ..of.clone() };
                    let (asker, progress) = (asker.clone(), progress.clone());
                    going.spawn_local(async move { (part, asker.get(&wanted, &progress).await) });
                }
                let Some(done) = going.join_next().await else { return Ok(()) };
                let (part, answer) = done.map_err(|_| Error::unsupported("the request broke"))?;
                let answer =
                    answer?.ok_or_else(|| Error::empty("the object is gone").hint("was it deleted meanwhile?"))?;
                progress.advance(part.end - part.start);
                // what is not kept, which the writer tells, needs no more
                if sender.send((part, answer)).is_err() {
                    return Ok(());
                }
            }
        };
        std::thread::scope(|scope| {
            // what came is written while the rest is still coming
            let path = self.path();
            let client = &self.client;
            let writer = scope.spawn(move || -> std::io::Result<Vec<Range<u64>>> {
                let mut file = File::options().write(true).open(path)?;
                let mut parts = Vec::new();
                for (part, answer) in received {
                    client.count(Some(&answer));
                    file.seek(SeekFrom::Start(part.start))?;
                    file.write_all(&answer.body)?;
                    parts.push(part);
                }
                Ok(parts)
            });
            let asked = self.client.run(work);
            let parts = writer.join().unwrap_or_else(|_| Ok(Vec::new())).map_err(|e| self.failed(e));
            asked?;
            let mut here = self.here.borrow_mut();
            here.extend(parts?);
            *here = joined(std::mem::take(&mut here), 0);
            Ok(())
        })
    }
}

impl Parts for Object {
    fn want(&self, bytes: &[Range<u64>]) -> Result<()> {
        if bytes.iter().any(|part| part.end > self.size) {
            return Err(
                Error::parse("a part beyond the end is spoken of").hint("the object may be damaged: export it again")
            );
        }
        let missing = without(&joined(bytes.to_vec(), GAP), &self.here.borrow());
        let parts = missing.into_iter().flat_map(pieces).collect::<Vec<_>>();
        if parts.is_empty() { Ok(()) } else { self.fetch(parts) }
    }
}

/// Ranges in order, those with at most `gap` between them as one.
fn joined(mut ranges: Vec<Range<u64>>, gap: u64) -> Vec<Range<u64>> {
    ranges.retain(|range| range.start < range.end);
    ranges.sort_by_key(|range| range.start);
    let mut all: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// What of ranges in order is in none of others in order.
fn without(ranges: &[Range<u64>], others: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut left = Vec::new();
    for range in ranges {
        let mut start = range.start;
        for other in others.iter().filter(|other| other.end > range.start && other.start < range.end) {
            if other.start > start {
                left.push(start..other.start);
            }
            start = start.max(other.end);
        }
        if start < range.end {
            left.push(start..range.end);
        }
    }
    left
}

fn pieces(range: Range<u64>) -> Vec<Range<u64>> {
    let starts = (0..(range.end - range.start).div_ceil(PIECE)).map(|i| range.start + i * PIECE);
    starts.map(|start| start..(start + PIECE).min(range.end)).collect()
}

/// A folder that goes away with what is in it, for one file.
struct Folder {
    top: PathBuf,
    file: PathBuf,
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

impl Folder {
    fn new() -> Result<Self> {
        let place = std::env::temp_dir();
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let top = place.join(format!("sre-stats-s3-{}-{number}", std::process::id()));
            match private(&top) {
                // it goes away from here on
                Ok(()) => return Ok(Self { file: top.join("object"), top }),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => {
                    return Err(Error::io(e, &place.display().to_string())
                        .hint("what is fetched is kept there for a while; TMPDIR names another place"));
                }
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.top);
    }
}

/// Makes a folder that nobody else looks into, where there is none yet.
fn private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covered(ranges: &[Range<u64>]) -> Vec<bool> {
        (0..64).map(|byte| ranges.iter().any(|range| range.contains(&byte))).collect()
    }

    proptest! {
        #[test]
        fn what_is_missing_is_fetched_once(
            wanted in proptest::collection::vec((0_u64..60, 0_u64..9), 0..6),
            here in proptest::collection::vec((0_u64..60, 0_u64..9), 0..6),
        ) {
            let ranges = |pairs: Vec<(u64, u64)>| pairs.into_iter().map(|(start, length)| start..(start + length).min(64)).collect::<Vec<_>>();
            let (wanted, here) = (ranges(wanted), joined(ranges(here), 0));
            let left = without(&joined(wanted.clone(), 0), &here);
            let expected: Vec<bool> = covered(&wanted).iter().zip(covered(&here)).map(|(wanted, here)| *wanted && !here).collect();
            prop_assert_eq!(covered(&left), expected);
            prop_assert!(left.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }

    #[test]
    fn near_parts_are_one_and_long_ones_several() {
        assert_eq!(joined(vec![10..20, 0..5, 24..30], 5), [0..30]);
        assert_eq!(joined(vec![10..20, 0..5, 26..30], 5), [0..20, 26..30]);
        assert_eq!(
            pieces(7..7 + 2 * PIECE + 1),
            [7..7 + PIECE, 7 + PIECE..7 + 2 * PIECE, 7 + 2 * PIECE..8 + 2 * PIECE]
        );
    }

    #[test]
    fn the_file_stands_in_a_folder_that_goes_away() {
        let (folder, other) = (Folder::new(), Folder::new());
        let (folder, other) = (folder.unwrap_or_else(|e| panic!("{e}")), other.unwrap_or_else(|e| panic!("{e}")));
        assert!(folder.top != other.top && folder.file.parent() == Some(folder.top.as_path()));
        let top = folder.top.clone();
        assert!(top.is_dir());
        drop(folder);
        assert!(!top.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn where_nothing_can_be_kept_no_more_is_fetched() {
        use std::io::{BufRead, BufReader};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap_or_else(|e| panic!("{e}"));
        let url = listener.local_addr().map(|own| format!("http://{own}")).unwrap_or_default();
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    let mut range = String::new();
                    for line in
                        BufReader::new(&stream).lines().map_while(std::result::Result::ok).take_while(|l| !l.is_empty())
                    {
                        range = line.to_ascii_lowercase().strip_prefix("range: bytes=").map_or(range, str::to_owned);
                    }
                    // the later ones are slow, as on a network
                    std::thread::sleep(std::time::Duration::from_millis(20 * number.min(9)));
                    let head = format!(
                        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {range}/{}\r\nContent-Length: {PIECE}\r\nConnection: close\r\n\r\n",
                        40 * PIECE
                    );
                    let _ = stream.write_all(head.as_bytes());
                    let _ = stream.write_all(&vec![0; PIECE as usize]);
                });
            }
        });
        let endpoint = reqwest::Url::parse(&url).ok();
        let setting =
            super::super::setting::Setting { keys: None, looked: false, region: "us-east-1".into(), endpoint };
        let client = Client::with(setting, &crate::load::ServerOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        let mut folder = Folder::new().unwrap_or_else(|e| panic!("{e}"));
        // a device that is always full
        folder.file = "/dev/full".into();
        let object = Object {
            client: Arc::new(client),
            wanted: Wanted { bucket: "lake".into(), key: "full".into(), ..Wanted::default() },
            size: 40 * PIECE,
            folder,
            here: RefCell::default(),
            progress: Progress::new(),
            in_parts: false,
        };
        let e = object.whole().err().map(|e| e.to_string()).unwrap_or_default();
        assert!(e.contains("/dev/full") && e.contains("TMPDIR"), "{e}");
        let asked = asked.load(Ordering::SeqCst);
        assert!(asked < 30, "{asked} of 40 parts");
    }
}
