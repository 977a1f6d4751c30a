//! Containers around any of them.

use std::sync::PoisonError;

use sre_stats::load::{Format, LoadOptions, load_bytes};
use sre_stats::progress::Progress;

use crate::fuzz;
use crate::fuzz::memory::peak_of_all;
use crate::run::{ONE, run};
use crate::target::{FREE, recorded, table};

/// One frame of Zstandard that stands for `blocks` × 128 KB of one byte (RFC 8878, blocks of type 1).
pub(crate) fn zstd_of_one_byte(byte: u8, blocks: usize) -> Vec<u8> {
    // no content size, a window of 2 MB
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
    for i in 0..blocks {
        let header = (131_072_u32 << 3) | (1 << 1) | u32::from(i + 1 == blocks);
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.push(byte);
    }
    out
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// What unpacks may take four times what it unpacks to at most: 64 MB and 200 times its size.
#[test]
fn container() {
    let csv = recorded("requests.csv", 3000);
    let json = recorded("nginx/json.log", 3000);
    let raw =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x58][..], &(((csv.len() as u32) << 3) | 1).to_le_bytes()[..3], &csv].concat();
    let seeds = vec![gzip(&csv), gzip(&gzip(&json)), [gzip(&csv[..400]), gzip(&csv[400..])].concat(), gzip(&raw), raw];
    let mut target = table("container", Format::Csv, seeds, &["\x1f", "\x1f\u{8b}\x08", "\x28", "\x00\x00", "\x01"]);
    target.options.retain(|o| o.format.is_none());
    target.options.push(LoadOptions { chunk_bytes: 64, ..LoadOptions::default() });
    target.bound = |length| 4 * ((64 << 20) + 200 * length) + FREE;
    run(&target);
}

/// Bombs of every kind of content: each ends at the limit, with a word about it.
#[test]
fn bombs() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let many = |byte: u8| gzip(&vec![byte; 1 << 20]).repeat(if fuzz::seconds().is_some() { 300 } else { 90 });
    let bombs = [
        ("spaces", many(b' ')),
        ("brackets", [gzip(b"{\"resourceMetrics\":["), many(b'[')].concat()),
        ("Prometheus", [gzip(b"{\"status\":\"success\",\"data\":{"), many(b' ')].concat()),
        ("in Zstandard", [zstd_of_one_byte(b' ', 2400)].concat()),
        ("twice", gzip(&many(b' '))),
        ("gzip of Zstandard", gzip(&zstd_of_one_byte(b'\n', 2400))),
        ("one field", [gzip(b"time,value\n1,"), many(b'1')].concat()),
        ("one quote", [gzip(b"time,value\n1,\""), many(b'a')].concat()),
    ];
    for (name, bomb) in bombs {
        let bound = 4 * ((64 << 20) + 200 * bomb.len()) + FREE;
        let (result, peak) = peak_of_all(|| load_bytes("bomb", &bomb, &LoadOptions::default(), &Progress::new()));
        assert!(peak <= bound, "{name}: {} MB for {} KB", peak >> 20, bomb.len() >> 10);
        let e = result.map(|data| data.report.rows).unwrap_err().to_string();
        assert!(e.starts_with("bomb"), "{name}: {e}");
    }
}
