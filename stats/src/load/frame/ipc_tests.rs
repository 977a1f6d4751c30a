//! Arrow files of another writer, and files that lie about their lengths or shrink.

#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::path::{Path, PathBuf};

use super::footer;
use super::input::Input;
use super::ipc::{Arrow, Pieces};
use super::row_groups::RowGroups;
use super::typed::Typed;
use crate::error::ErrorKind;
use crate::load::{LoadOptions, load, load_bytes};
use crate::progress::Progress;

const ROWS: i64 = 1000;
const FILES: [&str; 3] = ["plain.arrow", "lz4.arrow", "zstd.arrow"];

fn of_another_writer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/arrow").join(name)
}

/// A field by the formulas of `tests/reference/arrow/generate.py`, as text.
fn expected(name: &str, i: i64) -> String {
    match name {
        "time" => crate::time::Timestamp((1_767_225_600_000 + 250 * i) * 1_000_000).to_string(),
        "latency_ms" if i % 5 == 0 => String::new(),
        "latency_ms" => (i as f64 / 8.0).to_string(),
        "status" => if i % 50 == 7 { "503" } else { "200" }.to_owned(),
        "service" | "view" | "plain" if i % 19 == 2 => String::new(),
        "service" | "view" | "plain" => format!("svc-{}", i * i % 17),
        "lists" | "nothing" => String::new(),
        other => panic!("{other}"),
    }
}

fn shown(column: &Typed) -> Vec<String> {
    column.texts().iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

#[test]
fn batches_of_another_writer_hold_what_was_written() {
    for name in FILES {
        let bytes = std::fs::read(of_another_writer(name)).unwrap();
        let file = File::open(of_another_writer(name)).unwrap();
        for input in [Input::Memory(&bytes), Input::File(&file)] {
            let arrow = Arrow::open(input, bytes.len() as u64).unwrap();
            assert_eq!((arrow.rows(), arrow.head(450).unwrap().height()), (1000, 450), "{name}");
            assert_eq!(arrow.head(9_999).unwrap().height(), 1000);
            // in another order than the file's, one of them twice
            let names = ["view", "latency_ms", "time", "status", "service", "latency_ms", "plain", "lists", "nothing"];
            let pieces = Pieces::new(&arrow, &names).unwrap();
            assert_eq!(pieces.pieces(), 4);
            let mut first = 0;
            for piece in 0..4 {
                let rows = pieces.rows_of(piece) as i64;
                let read = pieces.read(piece, &[0, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
                for (column, of) in names.iter().zip(&read) {
                    let want: Vec<String> = (first..first + rows).map(|i| expected(column, i)).collect();
                    assert_eq!(shown(of), want, "{name}, {column}");
                }
                first += rows;
            }
            assert_eq!(first, ROWS);
        }
        let data = load(&[of_another_writer(name)], &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.report.rows, 1000);
        let blank = data.items.iter().map(crate::load::Item::count).sum::<u64>();
        assert_eq!(blank, (0..ROWS).filter(|i| i % 5 != 0).count() as u64, "{name}");
    }
}

/// Lengths in the table of contents, in the heads of batches and before packed columns, each one too large.
#[test]
fn lengths_that_lie_are_not_believed() {
    for name in FILES {
        let whole = std::fs::read(of_another_writer(name)).unwrap();
        let rows = |bytes: &[u8]| {
            let arrow = Arrow::open(Input::Memory(bytes), bytes.len() as u64)?;
            let pieces = Pieces::new(&arrow, &["time", "latency_ms", "plain"])?;
            (0..pieces.pieces())
                .map(|i| pieces.read(i, &[0, 1, 2]).map(|read| read[1].len()))
                .sum::<crate::Result<usize>>()
        };
        assert_eq!(rows(&whole).unwrap(), 1000);
        let mut refused = 0;
        // everywhere in the first batch's head and the table of contents, here and there between them
        let (head, foot) = (900, whole.len() - 2000);
        let places = (0..head).step_by(8).chain((head..foot).step_by(512)).chain((foot..whole.len() - 8).step_by(8));
        for at in places {
            for lie in [1_i64 << 40, -1] {
                let mut bytes = whole.clone();
                bytes[at..at + 8].copy_from_slice(&lie.to_le_bytes());
                // a panic of the decoder is an error to those who call it
                let read = std::panic::catch_unwind(|| rows(&bytes));
                match read {
                    Ok(Ok(rows)) => assert!(rows <= 1000, "{name}, byte {at}: {rows} rows"),
                    Ok(Err(_)) | Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > 100, "{name}: {refused}");
    }
    // what a packed column says that it unpacks to
    let bytes = std::fs::read(of_another_writer("lz4.arrow")).unwrap();
    let size = (300_i64 * 8).to_le_bytes();
    let at = bytes.windows(8).position(|window| window == size).unwrap();
    let mut lying = bytes.clone();
    lying[at..at + 8].copy_from_slice(&(1_i64 << 33).to_le_bytes());
    let e = load_bytes("lying", &lying, &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert!(e.kind() == ErrorKind::Unsupported && e.to_string().contains("200 times its size"), "{e}");
}

/// Another program cuts a file off after it was opened: an error that says so, for both formats.
#[test]
fn a_file_that_shrinks_is_told() {
    for name in ["plain.arrow", "zstd.arrow", "../parquet/v2.parquet"] {
        let path = std::env::temp_dir().join(format!("sre-stats-shrinks-{}", std::process::id()));
        std::fs::copy(of_another_writer(name), &path).unwrap();
        let file = File::open(&path).unwrap();
        let size = file.metadata().unwrap().len();
        let input = Input::File(&file);
        let cut = || File::options().write(true).open(&path).unwrap().set_len(size / 8).unwrap();
        let failed = if name.ends_with("arrow") {
            let arrow = Arrow::open(input, size).unwrap();
            let pieces = Pieces::new(&arrow, &["latency_ms"]).unwrap();
            cut();
            (0..pieces.pieces()).all(|piece| piece == 0 || pieces.read(piece, &[0]).is_err())
        } else {
            let (_, contents) = footer::rows(input, size).unwrap();
            let columns = vec![("real".to_owned(), polars::prelude::DataType::Float64)];
            let groups = RowGroups::new(input, contents, columns);
            cut();
            (0..groups.pieces()).all(|piece| piece == 0 || groups.read(piece, &[0]).is_err())
        };
        assert!(failed, "{name}");
        let told = input.shortened(size).unwrap();
        assert!(told.kind() == ErrorKind::Io && told.to_string().contains("shorter while it was read"), "{told}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn encrypted_columns_are_named() {
    let e = load(&[of_another_writer("encrypted.parquet")], &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Unsupported);
    assert!(e.to_string().contains("encrypted.parquet: its columns are encrypted"), "{e}");
}

/// The name of a folder is a column of the files in it, in Parquet and in Arrow, from a file and not beside the file's own.
#[test]
fn folders_with_names_of_labels_are_columns() {
    let top = std::env::temp_dir().join(format!("sre-stats-folders-{}", std::process::id()));
    let copied = |name: &str, from: &str| {
        let named = top.join(name);
        let folder = named.join("region=eu%2Dwest").join("service=other");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(of_another_writer(from), folder.join(from.rsplit('/').next().unwrap())).unwrap();
        named
    };
    let (arrow, parquet) = (copied("arrow", "zstd.arrow"), copied("parquet", "../parquet/v1.parquet"));
    let options = LoadOptions { by: vec!["region".into(), "service".into()], ..LoadOptions::default() };
    let data = load(&[arrow], &options, &Progress::new()).unwrap();
    assert!(data.items.len() > 5 && data.items.iter().all(|i| i.identity.labels.get("region") == Some("eu-west")));
    assert!(data.items.iter().all(|i| i.identity.labels.get("service") != Some("other")), "the file's own words");
    let options = LoadOptions { value: Some("real".into()), ..options };
    let data = load(std::slice::from_ref(&parquet), &options, &Progress::new()).unwrap();
    let labels = &data.items[0].identity.labels;
    assert_eq!((labels.get("region"), labels.get("service")), (Some("eu-west"), Some("other")));
    let where_other = LoadOptions { filter: Some("service == \"another\"".into()), ..options };
    assert!(load(&[parquet], &where_other, &Progress::new()).is_err());
    std::fs::remove_dir_all(&top).unwrap();
}
