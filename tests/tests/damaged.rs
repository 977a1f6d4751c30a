//! Recordings with bytes changed or cut off, through the public loader, in a process of its own so that its memory can be read.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;
use sre_stats::load::{LoadOptions, load_bytes};
use sre_stats::progress::Progress;

/// Every recorded file, text cut to its first part.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(workspace_tests::recordings);

fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> sre_stats::Result<sre_stats::load::Dataset> {
    load_bytes(name, bytes, options, &Progress::new())
}

/// The most memory that this process has held, in megabytes.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// A change of a file: bytes at places (as shares of its length) changed, and perhaps its end cut off.
fn change() -> impl Strategy<Value = (Vec<(f64, u8)>, Option<f64>)> {
    // half of the changes are near the start, where headers are
    let place = prop_oneof![0.0..1.0_f64, 0.0..0.02_f64];
    let byte =
        prop_oneof![any::<u8>(), prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'{'), Just(b'9'), Just(0xff)]];
    (proptest::collection::vec((place, byte), 0..4), proptest::option::weighted(0.3, 0.0..1.0_f64))
}

fn changed(bytes: &[u8], changes: &[(f64, u8)], cut: Option<f64>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (place, byte) in changes {
        let at = (place * bytes.len() as f64) as usize;
        if let Some(b) = bytes.get_mut(at) {
            *b = *byte;
        }
    }
    if let Some(cut) = cut {
        bytes.truncate((cut * bytes.len() as f64) as usize);
    }
    bytes
}

#[test]
fn damaged_recordings_are_refused_or_read_with_bounded_memory() {
    for (name, bytes) in FILES.iter() {
        let _ = read(name, bytes, &LoadOptions::default());
    }
    let before = peak_mb();
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(file in 0..FILES.len(), (changes, cut) in change())| {
        let (name, bytes) = &FILES[file];
        let bytes = changed(bytes, &changes, cut);
        match read(name, &bytes, &LoadOptions::default()) {
            // an error names the file
            Err(e) => prop_assert!(e.to_string().contains(name.as_str()), "{}", e),
            Ok(data) => prop_assert!(!data.items.is_empty()),
        }
    });
    let largest = FILES.iter().map(|(_, b)| b.len()).max().unwrap() as u64 >> 20;
    let grown = peak_mb() - before;
    assert!(grown <= 64 + 4 * largest, "{grown} MB more for files of at most {largest} MB");
}
