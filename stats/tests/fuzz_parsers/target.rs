//! What a target reads, and with which options.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use sre_stats::load::{Format, Kind, LoadOptions};
use sre_stats::time::{Span, Timestamp};

/// What an input may take beyond four times its size.
pub(crate) const FREE: usize = 64 << 20;

pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) format: Format,
    pub(crate) seeds: Vec<Vec<u8>>,
    pub(crate) tokens: &'static [&'static str],
    pub(crate) options: Vec<LoadOptions>,
    /// What may be held at most for an input of some length.
    pub(crate) bound: fn(usize) -> usize,
    /// Whether rows are counted without keeping them too.
    pub(crate) counted: bool,
}

/// A target of a format, with seeds that must be read.
pub(crate) fn target(
    name: &'static str,
    format: Format,
    seeds: Vec<Vec<u8>>,
    tokens: &'static [&'static str],
) -> Target {
    let plain = LoadOptions::default();
    let forced = LoadOptions { format: Some(format), ..plain.clone() };
    let range = LoadOptions {
        from: Some(Timestamp(1_700_000_000_000_000_000)),
        to: Some(Timestamp(1_800_000_000_000_000_000)),
        unit: Some("ms".parse().unwrap()),
        ..forced.clone()
    };
    let bound = |length: usize| 4 * length + FREE;
    Target { name, format, seeds, tokens, options: vec![plain, forced, range], bound, counted: false }
}

/// The same of rows with columns, which take more options and may be counted.
pub(crate) fn table(
    name: &'static str,
    format: Format,
    seeds: Vec<Vec<u8>>,
    tokens: &'static [&'static str],
) -> Target {
    let mut target = target(name, format, seeds, tokens);
    let forced = LoadOptions { format: Some(format), ..LoadOptions::default() };
    target.options.extend([
        LoadOptions { chunk_bytes: 64, ..forced.clone() },
        LoadOptions { kind: Some(Kind::Events), tz: Some("America/New_York".into()), ..forced.clone() },
        LoadOptions { kind: Some(Kind::Counter), filter: Some("1 >= 0 && 2 ~ a".into()), ..forced.clone() },
        LoadOptions { time: Some("1".into()), value: Some("2".into()), by: vec!["3".into()], ..forced.clone() },
        LoadOptions { step: Some(Span::SECOND), ok: Some("2".into()), total: Some("3".into()), ..forced },
    ]);
    target.counted = true;
    target
}

/// What `path` under `datasets/recorded` holds, cut after a line to about `most` bytes.
pub(crate) fn recorded(path: &str, most: usize) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut bytes = std::fs::read(root.join("datasets/recorded").join(path)).unwrap();
    if bytes.len() > most {
        let end = bytes[most..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| most + i + 1);
        bytes.truncate(end);
    }
    bytes
}

pub(crate) fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The folder of this run's files.
pub(crate) fn folder(target: &str) -> PathBuf {
    let folder = std::env::temp_dir().join("sre-stats-fuzz").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Keeps an input where it can be found.
pub(crate) fn save(target: &str, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder(target).join(format!("{:016x}", hasher.finish()));
    std::fs::write(&path, input).unwrap();
    path
}
