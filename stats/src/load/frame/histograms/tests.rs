//! What is read of a Parquet file when a part of it is asked for: all else is destroyed, and the answer is the same.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};

use polars::prelude as pl;
use polars::prelude::{IntoColumn, NamedFrom};
use polars_buffer::Buffer;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::read::PageReader;

use super::super::footer;
use super::super::input::Input;
use crate::load::{Data, Dataset, LoadOptions, load};
use crate::progress::Progress;
use crate::time::Timestamp;

const S: i64 = 1_000_000_000;
const T0: i64 = 1_767_225_600;
const SERVICES: usize = 4;
const WINDOWS: usize = 120;
const BINS: usize = 10;

/// A row: service, window, bin, count.
type Row = (usize, usize, i64, i64);

/// By service and window, as tables are written, or by window and service.
fn rows(by_window: bool) -> Vec<Row> {
    // of 10 to 19 ms, by the formula of the layout: power of ten biased by 128, and two digits
    let bins: Vec<i64> = (10..10 + BINS as i64).map(|digits| (128 - 2) * 90 + digits - 9).collect();
    let mut rows = Vec::new();
    for service in 0..SERVICES {
        for window in 0..WINDOWS {
            for (i, bin) in bins.iter().enumerate() {
                rows.push((service, window, *bin, (1 + (service * 7 + window * 3 + i) % 11) as i64));
            }
        }
    }
    if by_window {
        rows.sort_by_key(|(service, window, ..)| (*window, *service));
    }
    rows
}

/// A file of two row groups, in pages of some 64 rows.
fn written(name: &str, rows: &[Row], as_instants: bool) -> PathBuf {
    let path = std::env::temp_dir().join(format!("sre-stats-narrow-{name}-{}.parquet", std::process::id()));
    let column =
        |name: &str, of: &dyn Fn(&Row) -> i64| pl::Series::new(name.into(), rows.iter().map(of).collect::<Vec<i64>>());
    let words = |name: &str, of: &dyn Fn(&Row) -> String| {
        pl::Series::new(name.into(), rows.iter().map(of).collect::<Vec<String>>()).into_column()
    };
    let millis = pl::DataType::Datetime(pl::TimeUnit::Milliseconds, Some(pl::TimeZone::UTC));
    let starts = if as_instants {
        column("window_start", &|row| (T0 + row.1 as i64 * 60) * 1000).cast(&millis).unwrap()
    } else {
        column("window_start", &|row| T0 + row.1 as i64 * 60)
    };
    let columns = vec![
        words("series", &|_| "latency".into()),
        starts.into_column(),
        column("width", &|_| 60).into_column(),
        words("schema", &|_| "log-linear".into()),
        column("bin", &|row| row.2).into_column(),
        column("count", &|row| row.3).into_column(),
        words("service", &|row| format!("service-{}", row.0)),
    ];
    let mut table = pl::DataFrame::new(rows.len(), columns).unwrap();
    pl::ParquetWriter::new(std::fs::File::create(&path).unwrap())
        .with_compression(pl::ParquetCompression::Zstd(None))
        .with_data_page_size(Some(512))
        .with_row_group_size(Some(rows.len() / 2))
        .finish(&mut table)
        .unwrap();
    path
}

fn read(path: &Path, filter: Option<&str>, windows: &Range<usize>) -> crate::Result<Dataset> {
    let at = |window: usize| Timestamp((T0 + window as i64 * 60) * S);
    let options = LoadOptions {
        filter: filter.map(str::to_owned),
        from: Some(at(windows.start)),
        to: Some(at(windows.end)),
        ..LoadOptions::default()
    };
    load(&[path.to_path_buf()], &options, &Progress::new())
}

/// Counts by service, window and bin.
type Counts = BTreeMap<(String, i64), Vec<(i64, u64)>>;

fn counts(data: &Dataset) -> Counts {
    let mut found = Counts::new();
    for item in &data.items {
        let Data::Histograms(histograms) = &item.data else { panic!("no histograms") };
        let service = item.identity.labels.get("service").unwrap().to_owned();
        for (window, sketch) in histograms.windows() {
            found.insert((service.clone(), window.start.0), sketch.coded_bins().unwrap());
        }
    }
    found
}

/// The same by hand.
fn expected(rows: &[Row], service: Option<usize>, windows: &Range<usize>) -> Counts {
    let mut found = Counts::new();
    for (of, window, bin, count) in rows {
        if service.is_none_or(|service| service == *of) && windows.contains(window) {
            let key = (format!("service-{of}"), (T0 + *window as i64 * 60) * S);
            found.entry(key).or_default().push((*bin, *count as u64));
        }
    }
    for bins in found.values_mut() {
        bins.sort_unstable();
    }
    found
}

/// Destroys every page of values in which `needed` says no row of the column is needed; how many pages these are, and how many there are.
fn destroy(path: &Path, needed: &dyn Fn(&str, Range<usize>) -> bool) -> (usize, usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let (_, contents) = footer::rows(Input::Memory(&bytes), bytes.len() as u64).unwrap();
    let (mut gone, mut all, mut first) = (0, 0, 0);
    for group in &contents.row_groups {
        for chunk in group.parquet_columns() {
            let name = chunk.descriptor().path_in_schema[0].to_string();
            let place = chunk.byte_range();
            let place = place.start as usize..place.end as usize;
            let own = bytes[place.clone()].to_vec();
            let mut reader = PageReader::new(Cursor::new(Buffer::from(own.clone())), chunk, Vec::new(), usize::MAX);
            let (mut row, mut from) = (first, 0);
            for page in &mut reader {
                let CompressedPage::Data(mut page) = page.unwrap() else { continue };
                let body = page.slice_mut().to_vec();
                let at = from + memchr::memmem::find(&own[from..], &body).unwrap();
                from = at + body.len();
                let rows = row..row + page.num_values();
                row = rows.end;
                all += 1;
                if !needed(&name, rows) {
                    gone += 1;
                    bytes[place.start + at..place.start + from].fill(0xA5);
                }
            }
        }
        first += group.num_rows();
    }
    std::fs::write(path, bytes).unwrap();
    (gone, all)
}

#[test]
fn pages_without_a_wanted_row_are_not_unpacked() {
    let windows = 30..36;
    for (name, by_window, as_instants) in
        [("sorted", false, true), ("by-window", true, true), ("numbers", false, false)]
    {
        let rows = rows(by_window);
        let path = written(name, &rows, as_instants);
        for (filter, service) in [(Some("service == service-2"), Some(2)), (None, None)] {
            let whole = written(name, &rows, as_instants);
            let want = expected(&rows, service, &windows);
            assert_eq!(counts(&read(&whole, filter, &windows).unwrap()), want, "{name}");
            let in_time = |row: &Row| windows.contains(&row.1);
            let wanted = |row: &Row| in_time(row) && service.is_none_or(|service| service == row.0);
            let (gone, all) = destroy(&path, &|column, page| match column {
                // the first are looked through; of the labels those rows that are in the range of time
                "window_start" => true,
                "series" | "service" => rows[page].iter().any(in_time),
                _ => rows[page].iter().any(wanted),
            });
            assert!(gone * 2 > all, "{name}: {gone} of {all} pages");
            let found = read(&path, filter, &windows).unwrap();
            assert_eq!(counts(&found), want, "{name}");
            // what was passed over is counted
            let told =
                |what: &str| found.report.understood.iter().find(|note| note.what == what).unwrap().choice.clone();
            assert_eq!(found.report.rows as usize, read_rows(&rows, by_window, as_instants, service), "{name}");
            assert!(told("range").contains("outside left out"));
            // a page that is gone cannot be read
            assert!(read(&path, None, &(0..WINDOWS)).is_err(), "{name}");
            written(name, &rows, as_instants);
        }
        std::fs::remove_file(path).unwrap();
    }
}

/// The rows of those row groups that can hold what is asked for.
fn read_rows(rows: &[Row], by_window: bool, as_instants: bool, service: Option<usize>) -> usize {
    let (first, second) = rows.split_at(rows.len() / 2);
    let may = |group: &[Row]| {
        let times = !as_instants || !by_window || group.iter().any(|row| (30..36).contains(&row.1));
        let labels = by_window || service.is_none_or(|service| group.iter().any(|row| row.0 == service));
        times && labels
    };
    [first, second].into_iter().filter(|group| may(group)).map(<[Row]>::len).sum()
}

/// 200 rows of which the table of contents says that they are 4 000 000 000, by `tests/reference/parquet/claims.py`.
#[test]
fn rows_that_are_claimed_and_not_there_take_no_memory() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/parquet/claims.parquet");
    let e = load(&[path], &LoadOptions::default(), &Progress::new()).unwrap_err();
    let text = e.to_string();
    assert!(text.contains("claims.parquet") && text.contains("this parquet file cannot be read: "), "{text}");
    assert!(text.contains("hold 200 values, and their column claims 4000000000; it may be damaged"), "{text}");
}

/// What is wrong with a page has the sentence and the way out of any damaged file; what is wrong with a value has its place.
#[test]
fn a_damaged_table_of_histograms_is_answered_as_other_files_are() {
    let rows = rows(false);
    let path = written("damaged", &rows, true);
    destroy(&path, &|column, _| column == "window_start");
    let text = read(&path, None, &(0..WINDOWS)).unwrap_err().to_string();
    assert!(text.contains("this parquet file cannot be read: ") && text.contains("export it again"), "{text}");
    let mut rows = rows;
    rows[7].3 = -1;
    let path = written("damaged", &rows, true);
    let text = read(&path, None, &(0..WINDOWS)).unwrap_err().to_string();
    assert!(text.contains("line 8, column count: this is not a count"), "{text}");
    std::fs::remove_file(path).unwrap();
}
