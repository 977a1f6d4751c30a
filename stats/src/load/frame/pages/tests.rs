//! Pages of this and of another writer, against what was written and against polars.

#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NamedFrom};
use proptest::prelude::*;

use super::super::chunks::frame;
use super::super::footer;
use super::super::input::Input;
use super::super::row_groups::RowGroups;
use super::*;

const MILLI: i64 = 1_000_000;

/// Fields of any type, as text.
fn shown(column: &Typed) -> Vec<String> {
    column.texts().iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

fn expected(name: &str, i: i64) -> String {
    let text = |there: bool, text: String| if there { text } else { String::new() };
    let time = |ns: i64| crate::time::Timestamp(ns).to_string();
    match name {
        "time" => text(i % 7 != 3, time((1_700_000_000_000 + 250 * i) * MILLI)),
        "micros" => time((1_700_000_000_000_000 + i) * 1000),
        "long" => text(i % 11 != 5, (i * i - 1000).to_string()),
        "int" => (i % 13 - 6).to_string(),
        "real" => text(i % 5 != 0, (i as f64 / 8.0).to_string()),
        "single" => text(!(300..600).contains(&i), (i as f64 / 4.0).to_string()),
        "flag" => text(i % 4 != 1, (i % 3 == 0).to_string()),
        "word" => text(i % 19 != 2, format!("svc-{}", i * i % 17)),
        "many" => format!("request {i}"),
        other => panic!("{other}"),
    }
}

fn of_another_writer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/parquet").join(name)
}

/// Reads rows of a column in every row group; nothing where polars is asked.
fn every_group(path: &Path, name: &str, rows: &Range<usize>) -> Vec<(usize, Option<Typed>)> {
    let file = File::open(path).unwrap();
    let input = Input::File(&file);
    let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
    let head = frame(input, &contents, &(0..1), None).unwrap();
    let dtype = head.column(name).unwrap().dtype().clone();
    let mut before = 0;
    let mut read = Vec::new();
    for group in &contents.row_groups {
        let chunk = group.columns_under_root_iter(name).unwrap().next().unwrap();
        let rows = rows.start.min(group.num_rows())..rows.end.min(group.num_rows());
        read.push((
            before + rows.start,
            column(|| bytes_of(input, chunk), chunk, &dtype, std::slice::from_ref(&rows)).unwrap(),
        ));
        before += group.num_rows();
    }
    read
}

#[test]
fn pages_of_another_writer_hold_what_was_written() {
    for (file, by_polars) in
        [("v1.parquet", &[][..]), ("v2.parquet", &[]), ("encodings.parquet", &["long", "real", "many"])]
    {
        for name in ["time", "micros", "long", "int", "real", "single", "flag", "word", "many"] {
            for rows in [0..300, 0..1, 299..300, 17..170, 60..60, 31..33] {
                for (first, column) in every_group(&of_another_writer(file), name, &rows) {
                    let Some(column) = column else {
                        assert!(by_polars.contains(&name), "{file}, {name}");
                        continue;
                    };
                    let want: Vec<String> = (0..rows.len()).map(|i| expected(name, (first + i) as i64)).collect();
                    assert_eq!(shown(&column), want, "{file}, {name}, rows {rows:?} from {first}");
                }
            }
        }
        // a type that is not read here
        assert!(every_group(&of_another_writer(file), "small", &(0..300)).iter().all(|(_, c)| c.is_none()));
    }
}

/// By `tests/reference/parquet/pages.py`: ten million rows of one value in a page, and 24 MB of zeros in another.
#[test]
fn a_row_group_in_one_page_is_read() {
    for rows in [0..3, 4_000_000..4_000_002, 9_999_990..10_000_000] {
        for (name, want) in [("time", "2026-01-01T00:00:00Z"), ("value", "1.5"), ("service", "a")] {
            let read = every_group(&of_another_writer("large_page.parquet"), name, &rows);
            assert_eq!(shown(read[0].1.as_ref().unwrap()), vec![want; rows.len()], "{name}");
        }
    }
    let read = every_group(&of_another_writer("wide_page.parquet"), "value", &(2_999_997..3_000_000));
    assert_eq!(shown(read[0].1.as_ref().unwrap()), ["0"; 3]);
}

/// Codes from the first wanted one on are those of all.
#[test]
fn codes_of_a_piece_are_those_of_the_page() {
    // by hand: five times 3, then eight packed codes of two bits, then four times 1
    let packed = [10, 3, 3, 0b11_10_01_00, 0b00_01_10_11, 8, 1];
    let all = [3, 3, 3, 3, 3, 0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 1, 1];
    for from in 0..all.len() {
        for to in from..=all.len() {
            let run = Run { range: from..to, present: None };
            let wanted = Wanted { encoding: Encoding::RleDictionary, values: &packed, there: to, runs: vec![run] };
            let codes = Codes::unpack(&packed, 2, &wanted).unwrap();
            assert_eq!(codes.run(&wanted.runs[0]).unwrap(), &all[from..to], "{from}..{to}");
        }
    }
    let beyond = Run { range: 3..18, present: None };
    let wanted = Wanted { encoding: Encoding::RleDictionary, values: &packed, there: 18, runs: vec![beyond] };
    assert!(Codes::unpack(&packed, 2, &wanted).is_err());
}

#[test]
fn what_is_not_read_here_polars_reads() {
    let path = of_another_writer("encodings.parquet");
    let file = File::open(path).unwrap();
    let input = Input::File(&file);
    let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
    let head = frame(input, &contents, &(0..1), None).unwrap();
    let names = ["real", "many", "small", "int"];
    let columns = names.iter().map(|n| ((*n).to_owned(), head.column(n).unwrap().dtype().clone())).collect();
    let groups = RowGroups::new(input, Arc::clone(&contents), columns);
    assert_eq!(groups.pieces(), 3);
    for piece in 0..3 {
        // one of them twice
        let read = groups.read(piece, &[1, 0, 1, 3]).unwrap();
        for (name, column) in ["many", "real", "many", "int"].iter().zip(&read) {
            let want: Vec<String> = (0..300).map(|i| expected(name, 300 * piece as i64 + i)).collect();
            assert_eq!(shown(column), want, "{name}");
        }
        let small: Vec<String> = (0..300).map(|i| ((300 * piece + i) % 100).to_string()).collect();
        assert_eq!(shown(&groups.read(piece, &[2]).unwrap()[0]), small);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn pages_of_polars_are_what_polars_reads(
        fields in prop::collection::vec((any::<i64>(), any::<f64>(), prop::option::of(0..9_u8)), 1..400),
        (from, to) in (0..400_usize, 0..400_usize),
        codec in 0..4_usize,
        page in 64..4000_usize,
    ) {
        let path = std::env::temp_dir().join(format!("sre-stats-pages-{}-{codec}-{page}.parquet", std::process::id()));
        let some = |i: usize| fields[i].2.is_some_and(|k| k > 2);
        let all = || 0..fields.len();
        let longs: Vec<Option<i64>> = all().map(|i| some(i).then_some(fields[i].0)).collect();
        let times: Vec<i64> = all().map(|i| fields[i].0 / 2_000_000).collect();
        let words: Vec<Option<String>> = all().map(|i| fields[i].2.map(|k| "w".repeat(usize::from(k)))).collect();
        let flags: Vec<bool> = all().map(|i| fields[i].0 % 2 == 0).collect();
        let unit = pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None);
        let columns = vec![
            pl::Series::new("longs".into(), longs).into_column(),
            pl::Series::new("times".into(), times).cast(&unit).unwrap().into_column(),
            pl::Series::new("reals".into(), all().map(|i| fields[i].1).collect::<Vec<f64>>()).into_column(),
            pl::Series::new("words".into(), words).into_column(),
            pl::Series::new("flags".into(), flags).into_column(),
        ];
        let mut table = pl::DataFrame::new(fields.len(), columns).unwrap();
        let codecs = [
            pl::ParquetCompression::Uncompressed,
            pl::ParquetCompression::Snappy,
            pl::ParquetCompression::Zstd(None),
            pl::ParquetCompression::Gzip(None),
        ];
        pl::ParquetWriter::new(File::create(&path).unwrap())
            .with_compression(codecs[codec])
            .with_data_page_size(Some(page))
            .finish(&mut table)
            .unwrap();
        let rows = from.min(fields.len() - 1)..to.max(from + 1).min(fields.len());
        for name in ["longs", "times", "reals", "words", "flags"] {
            let read = every_group(&path, name, &rows);
            let series = table.column(name).unwrap().as_materialized_series();
            let want = super::super::polars::typed(&series.slice(rows.start as i64, rows.len())).unwrap();
            prop_assert_eq!(shown(read[0].1.as_ref().unwrap()), shown(&want), "{}", name);
        }
        std::fs::remove_file(path).unwrap();
    }
}
