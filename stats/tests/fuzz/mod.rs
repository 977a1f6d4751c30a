//! What the fuzz targets share: counted memory, mutations, and the inputs that once failed.

#![allow(dead_code, reason = "each program of tests takes its part")]

pub(crate) mod memory;
pub(crate) mod mutate;

use std::path::{Path, PathBuf};

/// How long each target shall run; without it a short run of the same cases every time.
pub(crate) fn seconds() -> Option<u64> {
    std::env::var("SRE_STATS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok())
}

/// Where the inputs of a target lie that once failed.
pub(crate) fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_corpus").join(target)
}

/// The inputs of a target that once failed, with their names, in order.
pub(crate) fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(corpus(target)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}
