//! Files of other writers in which some columns are of types that are not read.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use crate::error::ErrorKind;
use crate::load::{Dataset, LoadOptions, WarningKind, load, load_bytes};
use crate::progress::Progress;

const ROWS: i64 = 100;

fn of_another_writer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/arrow").join(name)
}

fn read(name: &str, options: &LoadOptions) -> crate::Result<Dataset> {
    load(&[of_another_writer(name)], options, &Progress::new())
}

/// The columns that are read hold what `tests/reference/arrow/foreign.py` wrote, and the others are named.
#[test]
fn a_column_that_is_not_read_leaves_the_others_readable() {
    let arrow = [
        "half",
        "views",
        "large_views",
        "runs",
        "sparse",
        "dense",
        "intervals",
        "decimals",
        "lists",
        "of_size",
        "maps",
    ];
    for (name, foreign) in [
        ("foreign-plain.arrow", &arrow[..]),
        ("foreign-zstd.arrow", &arrow),
        ("foreign.parquet", &["half", "views"]),
        ("interval.parquet", &["x"]),
    ] {
        let options = LoadOptions {
            value: Some("value".into()),
            by: vec!["service".into()],
            time: Some("time".into()),
            ..LoadOptions::default()
        };
        let data = read(name, &options).unwrap();
        assert_eq!(data.items.len(), 3, "{name}");
        for (k, item) in data.items.iter().enumerate() {
            assert_eq!(item.identity.labels.get("service"), Some(format!("svc-{k}").as_str()), "{name}");
            let rows: Vec<i64> = (0..ROWS).filter(|i| i % 3 == k as i64).collect();
            let times: Vec<i64> = rows.iter().map(|i| (1_767_225_600_000 + 250 * i) * 1_000_000).collect();
            let values: Vec<f64> = rows.iter().map(|i| *i as f64 / 8.0).collect();
            assert_eq!((item.times(), item.values()), (&times[..], &values[..]), "{name}");
        }
        let told: Vec<_> = data.report.warnings.iter().filter(|w| w.kind == WarningKind::Skipped).collect();
        let [told] = told.as_slice() else { panic!("{name}: {:?}", data.report.warnings) };
        assert_eq!(told.count as usize, foreign.len(), "{name}: {}", told.message);
        for column in foreign.iter().take(5) {
            assert!(told.message.contains(&format!("“{column}”")), "{name}: {}", told.message);
        }
        // without a word on the columns too
        let guessed = read(name, &LoadOptions { value: Some("value".into()), ..LoadOptions::default() }).unwrap();
        assert_eq!(guessed.report.rows, ROWS as u64, "{name}");
        // what is asked for and not read is refused by name
        for column in foreign {
            let asked = LoadOptions { value: Some((*column).into()), ..LoadOptions::default() };
            let e = read(name, &asked).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Unsupported, "{name}: {e}");
            let text = e.to_string();
            assert!(text.contains(&format!("“{column}” is a column of ")) && text.contains("choose another"), "{text}");
        }
    }
}

/// Views in another column's type, as of an extension, are read as what they are stored as.
#[test]
fn an_extension_is_read_as_it_is_stored() {
    for name in ["foreign-plain.arrow", "foreign.parquet"] {
        let options = LoadOptions {
            value: Some("value".into()),
            filter: Some("service == \"svc-1\"".into()),
            ..LoadOptions::default()
        };
        let data = read(name, &options).unwrap();
        assert_eq!(data.items.iter().map(|item| item.times().len()).sum::<usize>(), 33, "{name}");
    }
}

/// Damage anywhere in such a file gives an error or data.
#[test]
fn damage_does_not_panic() {
    let whole = std::fs::read(of_another_writer("foreign-zstd.arrow")).unwrap();
    let footer = whole.len() - 10 - 4096.min(whole.len() - 20);
    for at in (footer..whole.len() - 10).step_by(13) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let _ = load_bytes("x", &bytes, &LoadOptions::default(), &Progress::new());
    }
}
