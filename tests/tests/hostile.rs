//! Files that are damaged, cut, of another kind or made to harm: an error that names the place, or what could be read with a warning;
//! never a panic, and never more memory than in proportion to the file.

#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use sre_stats::ErrorKind;
use sre_stats::load::{Format, LoadOptions, WarningKind, load, load_bytes};
use sre_stats::progress::Progress;

/// Every recorded file, text cut to its first part.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(workspace_tests::recordings);

fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> sre_stats::Result<sre_stats::load::Dataset> {
    load_bytes(name, bytes, options, &Progress::new())
}

/// Any format forced upon any recording: the parsers must bear text that is not theirs.
#[test]
fn every_parser_bears_every_recording() {
    for (name, bytes) in FILES.iter() {
        for format in Format::all() {
            if matches!(format, Format::Parquet | Format::ArrowIpc) && bytes.starts_with(b"PAR1") {
                continue;
            }
            let options = LoadOptions { format: Some(format), ..LoadOptions::default() };
            if let Err(e) = read(name, bytes, &options) {
                assert_ne!(e.kind(), ErrorKind::Cancelled, "{name} as {format}: {e}");
            }
        }
    }
}

/// Every byte of a Parquet file's footer, and many before it, turned over.
#[test]
fn a_parquet_file_may_lie_anywhere() {
    let (name, bytes) = FILES.iter().find(|(n, _)| n.ends_with("checkout.parquet")).unwrap();
    let whole = read(name, bytes, &LoadOptions::default()).unwrap();
    let length = bytes.len();
    let footer = u32::from_le_bytes(bytes[length - 8..length - 4].try_into().unwrap()) as usize;
    let start = length - 8 - footer;
    let step = (footer / 150).max(1);
    let places = (start..length).step_by(step).chain((length - 8)..length).chain((0..start).step_by(start / 60));
    for at in places {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x41;
        match read(name, &bytes, &LoadOptions::default()) {
            Err(e) => assert!(e.to_string().contains("checkout.parquet"), "{e}"),
            Ok(data) => assert!(data.report.rows <= whole.report.rows, "byte {at}: {} rows", data.report.rows),
        }
    }
    for cut in [4, 8, 100, start, length / 2, length - 1] {
        let e = read(name, &bytes[..cut], &LoadOptions::default()).unwrap_err();
        assert!(e.to_string().contains("checkout.parquet"), "{cut}: {e}");
    }
}

/// Binary forms and answers with one byte turned over, or cut: refused with the file's name, or read with no more than there was.
#[test]
fn databases_exports_and_answers_may_lie_anywhere() {
    for ending in [
        "sqlite/requests.db",
        "otlp/request.pb",
        "otlp/delimited.pb",
        "otlp/collector.pb",
        "cloud/google-time-series.json",
        "cloud/get-metric-data.json",
        "cloud/get-metric-statistics.json",
        "cloud/datadog-query.json",
        "cloud/newrelic-nrql.json",
        "cloud/google-metrics-explorer.csv",
        "sysstat/sadf.json",
        "proc/snapshots.txt",
    ] {
        let (name, bytes) = FILES.iter().find(|(n, _)| n.ends_with(ending)).unwrap_or_else(|| panic!("{ending}"));
        let look = |bytes: &[u8], what: &str| match read(name, bytes, &LoadOptions::default()) {
            Err(e) => assert!(e.to_string().contains(ending), "{what}: {e}"),
            // a count of rows that the file itself could not hold is none that was read
            Ok(data) => assert!(data.report.rows as usize <= bytes.len() && !data.items.is_empty(), "{ending}, {what}"),
        };
        let step = (bytes.len() / 20).max(1);
        for at in (0..bytes.len()).step_by(step).chain(0..20.min(bytes.len())) {
            for mask in [0x01, 0x80] {
                let mut bytes = bytes.clone();
                bytes[at] ^= mask;
                look(&bytes, &format!("byte {at} with {mask:#x}"));
            }
            look(&bytes[..at], &format!("cut at {at}"));
        }
    }
}

/// What claims to be large takes no memory for it.
#[test]
fn claims_of_size_are_not_believed() {
    // a bare request whose resource claims 2⁶² bytes; buckets without end; lists within lists
    let claims: [&[u8]; 4] = [
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x3f\x12\x02\x0a\x00",
        b"\xff\xff\xff\xff\x0f\x0a\x04\x12\x02\x12\x00",
        b"\x00\xff\xff\xff\x0a\x04\x12\x02\x12\x00",
        br#"{"timeSeries":[{"metric":{"type":"m"},"points":[{"value":{"distributionValue":{"bucketOptions":{"linearBuckets":{"numFiniteBuckets":9000000000}}}}}]}]}"#,
    ];
    for bytes in claims {
        let e = read("claim", bytes, &LoadOptions::default()).unwrap_err().to_string();
        assert!(e.starts_with("claim"), "{e}");
    }
    let mut nested = vec![0x2a_u8, 0];
    for _ in 0..20_000 {
        // an array in an array, each one message longer
        let mut outer = vec![0x2a];
        let inner = [&[0x0a][..], &varint(nested.len()), &nested].concat();
        outer.extend(varint(inner.len()));
        outer.extend(inner);
        nested = outer;
        if nested.len() > 30_000 {
            break;
        }
    }
    let wrap = |field: u8, inner: &[u8]| [&[field][..], &varint(inner.len()), inner].concat();
    let pair = [wrap(0x0a, b"k"), wrap(0x12, &nested)].concat();
    let point = [wrap(0x3a, &pair), vec![0x19, 1, 0, 0, 0, 0, 0, 0, 16, 0x21, 0, 0, 0, 0, 0, 0, 0, 64]].concat();
    let metric = [wrap(0x0a, b"m"), wrap(0x2a, &wrap(0x0a, &point))].concat();
    let request = wrap(0x0a, &wrap(0x12, &wrap(0x12, &metric)));
    let data = read("nested", &request, &LoadOptions::default()).unwrap();
    assert_eq!((data.items[0].values(), data.items[0].format), (&[2.0][..], Format::OtlpProtobuf));
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

#[test]
fn files_of_other_kinds_are_named_with_a_way_out() {
    for (bytes, word) in [
        (&b"\x7fELF\x02\x01\x01\0\0\0\0\0"[..], "binary"),
        (b"", "empty"),
        (b"   \n\n", "empty"),
        (b"SQLite format 3\0", "SQLite"),
        (b"SQLite format 3\0\x10\0\x02\x02\0\x40\x20\x20\xff\xff\xff\xff", "SQLite"),
        // an export of traces begins as one of metrics does, and holds none
        (b"\x0a\x08\x12\x06\x12\x04\x0a\x02ab", "no point"),
        (b"{\"timeSeries\": [{\"points\": [", "ends in the middle"),
        (b"{\"MetricDataResults\": [5]}", "no answer"),
        (b"2026-01-01T00:00:00Z\n==> /proc/stat <==\n", "no figure"),
        (b"{\"sysstat\": {\"hosts\": [{\"statistics\": [{", "middle"),
        (b"TimeSeries ID,a\nlabel,b\n", "no row begins with a time"),
        (b"PAREPARE", "encrypted"),
        (b"\xff\xfea\0,\0", "UTF-16"),
        (b"[{\"a\":1},{\"a\":2}]", "JSON list"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"\x1f\x8b\x08\x00garbage", "unpacked"),
        (b"\x28\xb5\x2f\xfdgarbage", "unpacked"),
    ] {
        let e = read("given", bytes, &LoadOptions::default()).unwrap_err().to_string();
        assert!(e.starts_with("given") && e.contains(word), "{word}: {e}");
    }
    let empty = std::env::temp_dir().join(format!("sre-stats-empty-{}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    let e = load(std::slice::from_ref(&empty), &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Empty, "{e}");
    std::fs::remove_dir_all(&empty).unwrap();
}

#[test]
fn a_million_columns_and_too_many_series_are_refused_or_chosen_from() {
    let columns = 1_000_000;
    let mut text = String::with_capacity(columns * 9);
    text.push_str("time");
    (0..columns).for_each(|i| text.push_str(&format!(",c{i}")));
    for row in 0..2 {
        text.push_str(&format!("\n{}", row * 10));
        (0..columns).for_each(|_| text.push_str(",1"));
    }
    text.push('\n');
    let e = read("wide.csv", text.as_bytes(), &LoadOptions::default()).unwrap_err();
    assert!(e.to_string().contains("wide.csv") && e.to_string().contains("--value"), "{e}");
    let options = LoadOptions { value: Some("c999999".into()), ..LoadOptions::default() };
    let data = read("wide.csv", text.as_bytes(), &options).unwrap();
    assert_eq!(data.items[0].values(), [1.0, 1.0]);

    let mut text = "time,id,v\n".to_owned();
    (0..200_000).for_each(|i| text.push_str(&format!("{i},s{i},1\n")));
    let options = LoadOptions { by: vec!["id".into()], ..LoadOptions::default() };
    let e = read("tall.csv", text.as_bytes(), &options).unwrap_err();
    assert!(e.to_string().contains("series") && e.to_string().contains("--by"), "{e}");
}

#[test]
fn what_unpacks_without_end_stops_at_the_limit() {
    use std::io::Write;
    // 300 MB of spaces, which gzip makes a thousandth of and Zstandard less
    for (program, wanted) in [("gzip", "unpacks to more"), ("zstd", "unpacks to more")] {
        let mut child = std::process::Command::new(program)
            .arg("-c")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{program} is needed: {e}"));
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            stdin.write_all(b"{\"resourceMetrics\":[").unwrap();
            let spaces = vec![b' '; 1 << 20];
            (0..300).for_each(|_| stdin.write_all(&spaces).unwrap());
        });
        let packed = child.wait_with_output().unwrap().stdout;
        writer.join().unwrap();
        let e = read("bomb", &packed, &LoadOptions::default()).unwrap_err().to_string();
        assert!(e.starts_with("bomb: ") && e.contains(wanted), "{program}: {e}");
    }
}

#[test]
fn other_encodings_and_ragged_rows_are_told() {
    let latin = b"time,caf\xe9,v\n0,na\xefve,1.5\n10,x,2.5\n20,x,3.5,4\n30,x\n";
    let data = read("latin.csv", latin, &LoadOptions::default()).unwrap();
    let warned =
        |kind: WarningKind| data.report.warnings.iter().find(|w| w.kind == kind).unwrap_or_else(|| panic!("{kind}"));
    assert!(warned(WarningKind::Encoding).count >= 1);
    assert_eq!((warned(WarningKind::Ragged).count, warned(WarningKind::Ragged).position.line), (2, Some(4)));
    let log = b"ts=2026-01-01T00:00:00Z user=\"caf\xe9\" duration=5ms\nts=2026-01-01T00:00:01Z user=x duration=7ms\nnothing here\n";
    let data = read("app.log", log, &LoadOptions::default()).unwrap();
    let kinds: Vec<WarningKind> = data.report.warnings.iter().map(|w| w.kind).collect();
    assert!(kinds.contains(&WarningKind::Encoding) && kinds.contains(&WarningKind::OtherRecord), "{kinds:?}");
    let deep = format!("{{\"a\":{}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read("deep.json", deep.as_bytes(), &LoadOptions::default()).is_err());
    let otlp = format!("{{\"resourceMetrics\":{}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read("deep.json", otlp.as_bytes(), &LoadOptions::default()).is_err());
}
