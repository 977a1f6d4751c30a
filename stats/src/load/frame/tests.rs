//! Columnar files and frames against the same table as text.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, Float64Array, RecordBatch, types::Int32Type};
use polars::io::parquet::read::FileMetadata;
use polars::prelude as pl;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, SerWriter};
use proptest::prelude::*;

use crate::error::ErrorKind;
use crate::load::{Data, Dataset, Format, Kind, LoadOptions, WarningKind, load, load_bytes};
use crate::progress::Progress;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

const T0: i64 = 1_767_225_600_000_000_000;
const S: i64 = 1_000_000_000;

/// A folder of its own that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sre-stats-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn csv(text: &str) -> Dataset {
    load_bytes("x.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
}

fn requests() -> Dataset {
    let mut text = "time,service,status,latency_ms\n".to_owned();
    for i in 0..500 {
        let service = ["cart", "checkout"][i % 2];
        let status = if i % 50 == 7 { 503 } else { 200 };
        text += &format!("{},{service},{status},{}\n", T0 / 1_000_000 + (i * i % 9973) as i64, i as f64 / 8.0);
    }
    csv(&text)
}

fn read(path: PathBuf) -> crate::Result<Dataset> {
    load(&[path], &LoadOptions::default(), &Progress::new())
}

/// The same series, whatever their report and format.
fn same(a: &Dataset, b: &Dataset) {
    assert_eq!(a.items.len(), b.items.len());
    for (x, y) in a.items.iter().zip(&b.items) {
        assert_eq!((x.title(), x.kind), (y.title(), y.kind));
        assert_eq!((x.times(), x.values()), (y.times(), y.values()));
        if let (Data::Events(x), Data::Events(y)) = (&x.data, &y.data) {
            assert_eq!(x.ok(), y.ok());
        }
    }
}

#[test]
fn what_is_written_is_read_back() {
    let folder = Folder::new("round-trip");
    let data = requests();
    let (parquet, arrow) = (folder.file("a.bin"), folder.file("b.bin"));
    data.write_parquet(&parquet).unwrap();
    data.write_arrow(&arrow).unwrap();
    for (path, format) in [(parquet, Format::Parquet), (arrow, Format::ArrowIpc)] {
        let back = read(path.clone()).unwrap();
        same(&data, &back);
        assert_eq!((back.items[0].format, back.report.rows), (format, 500));
        let memory = load_bytes("m", &std::fs::read(path).unwrap(), &LoadOptions::default(), &Progress::new()).unwrap();
        same(&data, &memory);
    }
    same(&data, &Dataset::try_from(&data.to_frame().unwrap()).unwrap());
    same(&data, &Dataset::try_from(&data.to_record_batch().unwrap()).unwrap());
}

#[test]
fn a_truncated_file_names_the_byte_and_the_way_out() {
    let folder = Folder::new("truncated");
    let path = folder.file("t.parquet");
    requests().write_parquet(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let e = read(path.clone()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Parse);
    assert_eq!(
        e.to_string(),
        format!(
            "{}, byte {}: this parquet file is cut off: its end, with the table of contents, is missing; \
             copy or export it again",
            path.display(),
            bytes.len() / 2
        )
    );
    // an end that looks right over a damaged table of contents
    let mut damaged = bytes[..bytes.len() / 2].to_vec();
    damaged.extend_from_slice(&bytes[bytes.len() - 8..]);
    std::fs::write(&path, &damaged).unwrap();
    let e = read(path).unwrap_err().to_string();
    assert!(e.contains("cannot be read") && e.contains("export it again"), "{e}");
}

#[test]
fn types_tell_what_names_do_not() {
    let n = 40_i64;
    let column = |s: pl::Series| s.into_column();
    let times: Vec<i64> = (0..n).map(|i| (T0 + i * i * S) / 1000).collect();
    let times =
        pl::Series::new("seen".into(), times).cast(&pl::DataType::Datetime(pl::TimeUnit::Microseconds, None)).unwrap();
    let took: Vec<Option<i64>> = (0..n).map(|i| (i != 3).then_some(i * 250)).collect();
    let took = pl::Series::new("took".into(), took).cast(&pl::DataType::Duration(pl::TimeUnit::Milliseconds)).unwrap();
    let ok = pl::Series::new("ok".into(), (0..n).map(|i| i % 4 != 0).collect::<Vec<bool>>());
    let small = pl::Series::new("shard_id".into(), vec![7_i32; n as usize]).cast(&pl::DataType::Int8).unwrap();
    let frame = DataFrame::new(n as usize, vec![column(times), column(took), column(ok), column(small)]).unwrap();
    let d = Dataset::try_from(&frame).unwrap();
    let item = &d.items[0];
    assert_eq!((d.items.len(), item.kind, item.identity.unit.clone()), (1, Kind::Events, Unit::Second));
    assert_eq!((item.times()[1], item.values()[1], item.count()), (T0 + S, 0.25, 39));
    assert_eq!(item.as_events().unwrap().ok().unwrap()[..4], [false, true, true, false]);
    let blank = d.report.warnings.iter().find(|w| w.kind == WarningKind::Blank).unwrap();
    assert_eq!((blank.count, blank.position.line), (1, Some(4)));
}

#[test]
fn record_batches_with_dictionaries_and_nulls() {
    let host: DictionaryArray<Int32Type> = vec![Some("a"), Some("b"), None, Some("a")].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("ts", Arc::new(Float64Array::from(vec![0.5, 0.5, 1.0, 1.5]))),
        ("host", Arc::new(host)),
        ("up", Arc::new(BooleanArray::from(vec![true, false, true, true]))),
        ("load", Arc::new(Float64Array::from(vec![Some(1.0), Some(f64::NAN), Some(2.0), None]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let options = LoadOptions { by: vec!["host".into()], value: Some("load".into()), ..LoadOptions::default() };
    let d = Dataset::from_record_batch(&batch, &options).unwrap();
    let got: Vec<(String, &[i64], &[f64])> = d.items.iter().map(|i| (i.title(), i.times(), i.values())).collect();
    assert_eq!(
        got,
        [
            ("load{host=\"\"}".to_owned(), &[S][..], &[2.0][..]),
            ("load{host=\"a\"}".to_owned(), &[S / 2][..], &[1.0][..]),
        ]
    );
    let kinds: Vec<WarningKind> = d.report.warnings.iter().map(|w| w.kind).collect();
    assert_eq!(kinds, [WarningKind::Nan, WarningKind::Blank, WarningKind::EmptySeries]);
}

/// A field is the same flag or number, or none, whether a type or a text says what it is.
#[test]
fn fields_that_cannot_be_read_are_told_as_in_text() {
    let n = 40_usize;
    let numbers: Vec<f64> = (0..n).map(|i| [1.0, 0.0, 1.0, 0.5, 1.0][i % 5]).collect();
    // 0 to 2 are codes, of which every one says something
    let whole: Vec<i64> = (0..n).map(|i| [1, 0, 1, 2, 1][i % 5]).collect();
    let words: Vec<&str> = (0..n).map(|i| ["yes", "no", "perhaps", "1.0", "0"][i % 5]).collect();
    // numbers, of which one in ten is a word
    let load: Vec<String> = (0..n).map(|i| if i % 10 == 7 { "none".to_owned() } else { i.to_string() }).collect();
    let statuses: Vec<f64> = (0..n).map(|i| [200.0, 503.0, 404.0][i % 3]).collect();
    let statuses = [&[200.0, f64::NAN, f64::INFINITY], &statuses[3..]].concat();
    let times: Vec<i64> = (0..n as i64).map(|i| 1_767_225_600 + i).collect();
    let columns = vec![
        pl::Series::new("time".into(), &times).into_column(),
        pl::Series::new("job".into(), vec!["a"; n]).into_column(),
        pl::Series::new("load".into(), &load).into_column(),
        pl::Series::new("float".into(), &numbers).into_column(),
        pl::Series::new("int".into(), &whole).into_column(),
        pl::Series::new("word".into(), &words).into_column(),
        pl::Series::new("code".into(), &statuses).into_column(),
    ];
    let mut frame = DataFrame::new(n, columns).unwrap();
    let mut text = "time,job,load,float,int,word,code\n".to_owned();
    for i in 0..n {
        let (time, load, float, int, word, code) = (times[i], &load[i], numbers[i], whole[i], words[i], statuses[i]);
        text += &format!("{time},a,{load},{float},{int},{word},{code}\n");
    }
    let mut parquet = std::io::Cursor::new(Vec::new());
    pl::ParquetWriter::new(&mut parquet).finish(&mut frame).unwrap();
    for ok in ["float", "int", "word", "code"] {
        let options = LoadOptions {
            value: Some("load".into()),
            ok: Some(ok.into()),
            by: vec!["job".into()],
            kind: Some(Kind::Events),
            ..LoadOptions::default()
        };
        let read = |bytes: &[u8]| load_bytes("t", bytes, &options, &Progress::new()).unwrap();
        let (typed, written) = (read(parquet.get_ref()), read(text.as_bytes()));
        same(&written, &typed);
        assert_eq!(typed.items[0].dropped_by_reason(), written.items[0].dropped_by_reason(), "{ok}");
        let told = |data: &Dataset| {
            let mut told: Vec<_> = data.report.warnings.iter().map(|w| (w.kind, w.message.clone(), w.count)).collect();
            told.sort_by(|a, b| a.1.cmp(&b.1));
            told
        };
        assert_eq!(told(&typed), told(&written), "{ok}");
        let flags = told(&typed).into_iter().find(|(kind, ..)| *kind == WarningKind::NotAFlag);
        let flags = flags.map(|(_, message, count)| (message.split(['“', '”']).nth(1).map(str::to_owned), count));
        let want = match ok {
            "float" => Some(("0.5", 8)),
            "word" => Some(("perhaps", 8)),
            "code" => Some(("NaN", 2)),
            _ => None,
        };
        assert_eq!(flags, want.map(|(first, count)| (Some(first.to_owned()), count)), "{ok}");
        // by hand: of five the second is bad, and what is no flag
        let good = typed.items[0].as_events().unwrap().ok().unwrap().iter().filter(|ok| **ok).count();
        assert!(good < n, "{ok}");
    }
}

#[test]
fn a_wrong_column_is_answered_as_in_text() {
    let e = Dataset::from_frame(
        &requests().to_frame().unwrap(),
        &LoadOptions { value: Some("valeu".into()), ..LoadOptions::default() },
    )
    .unwrap_err();
    assert!(e.to_string().contains("did you mean “value”?"), "{e}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Damage anywhere gives an error or data, never a panic of ours.
    #[test]
    fn damage_does_not_panic(at in 0.0_f64..1.0, byte in any::<u8>()) {
        let mut out = Vec::new();
        let mut frame = csv("time,v\n0,1\n10,2.5\n20,3\n").to_frame().unwrap();
        pl::ParquetWriter::new(&mut out).finish(&mut frame).unwrap();
        let i = 4 + ((out.len() - 9) as f64 * at) as usize;
        out[i] = byte;
        let _ = load_bytes("x", &out, &LoadOptions::default(), &Progress::new());
        let mut out = Vec::new();
        pl::IpcWriter::new(&mut out).finish(&mut frame).unwrap();
        let i = 8 + ((out.len() - 15) as f64 * at) as usize;
        out[i] = byte;
        let _ = load_bytes("x", &out, &LoadOptions::default(), &Progress::new());
    }
}

/// A table of 40 services over 50 minutes, sorted as it is written.
fn many_histograms() -> crate::load::HistogramTable {
    use crate::histogram::LayoutChoice;
    let mut text = "time,service,status,latency_s\n".to_owned();
    for minute in 0..50 {
        for service in 0..40 {
            for i in 0..30 {
                text += &format!(
                    "{},svc-{service:03},200,{}\n",
                    1_767_225_600 + minute * 60 + i,
                    0.010 + f64::from((i * 37 + service * 11 + minute * 7) % 900) / 1000.0
                );
            }
        }
    }
    let mut data = csv(&text);
    data.make_histograms(LayoutChoice::LogLinear, Span::MINUTE).unwrap();
    crate::load::HistogramTable::from_dataset(&data).unwrap()
}

#[test]
fn the_histogram_table_goes_through_parquet_arrow_frames_and_batches() {
    let folder = Folder::new("histogram-table");
    let table = many_histograms();
    let mut text = Vec::new();
    table.write_csv(&mut text).unwrap();
    let want = load_bytes("t.csv", &text, &LoadOptions::default(), &Progress::new()).unwrap();
    let (parquet, arrow) = (folder.file("t.parquet"), folder.file("t.arrow"));
    table.write_parquet(&parquet).unwrap();
    table.write_arrow(&arrow).unwrap();
    for path in [&parquet, &arrow] {
        same(&read(path.clone()).unwrap(), &want);
        let memory = load_bytes("m", &std::fs::read(path).unwrap(), &LoadOptions::default(), &Progress::new()).unwrap();
        same(&memory, &want);
        for (a, b) in memory.items.iter().zip(&want.items) {
            assert_eq!(a.as_histograms().unwrap().windows(), b.as_histograms().unwrap().windows());
        }
    }
    let frame = table.to_frame().unwrap();
    assert_eq!(frame.height() as u64, table.rows());
    same(&Dataset::try_from(&frame).unwrap(), &want);
    // times and counts in other types, as other engines write them
    let start = frame.column("window_start").unwrap().as_materialized_series();
    let ms = start.cast(&pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None)).unwrap();
    let counts = frame.column("count").unwrap().as_materialized_series().cast(&pl::DataType::UInt32).unwrap();
    let mut other = frame.clone();
    other.with_column(ms.into_column()).unwrap();
    other.with_column(counts.into_column()).unwrap();
    same(&Dataset::try_from(&other).unwrap(), &want);
}

/// Every byte of the row groups that are not asked for is overwritten: what is read all the same was not read.
fn contents(path: &std::path::Path) -> Arc<FileMetadata> {
    let file = std::fs::File::open(path).unwrap();
    super::footer::rows(super::input::Input::File(&file), file.metadata().unwrap().len()).unwrap().1
}

#[test]
fn of_a_histogram_table_only_the_row_groups_asked_for_are_read() {
    use super::footer::Bounds;
    let folder = Folder::new("row-groups");
    let table = many_histograms();
    let path = folder.file("day=2026-01-01");
    std::fs::create_dir_all(&path).unwrap();
    let path = path.join("t.parquet");
    let mut frame = table.to_frame().unwrap();
    pl::ParquetWriter::new(std::fs::File::create(&path).unwrap())
        .with_row_group_size(Some(500))
        .finish(&mut frame)
        .unwrap();
    let contents = contents(&path);
    let all = super::footer::groups(&contents);
    assert!(all.len() > 50, "{} row groups", all.len());
    let options = |filter: &str| LoadOptions {
        filter: Some(filter.into()),
        from: Some(Timestamp(1_767_225_600 * S + 600 * S)),
        to: Some(Timestamp(1_767_225_600 * S + 1200 * S)),
        ..LoadOptions::default()
    };
    let one = options("service == \"svc-017\"");
    let want = load(std::slice::from_ref(&path), &one, &Progress::new()).unwrap();
    assert_eq!((want.items.len(), want.items[0].count()), (1, 10));
    let rows = want.report.rows;
    assert!(rows * 20 < table.rows(), "{rows} of {} rows were read", table.rows());
    // damage all others
    let mut bytes = std::fs::read(&path).unwrap();
    let mut kept = 0;
    for (group, bounds) in contents.row_groups.iter().zip(&all) {
        let range = group.full_byte_range();
        let asked = match (&bounds.bounds["service"], &bounds.bounds["window_start"]) {
            (Bounds::Words(least, greatest), Bounds::Ints(first, last)) => {
                least.as_slice() <= &b"svc-017"[..]
                    && greatest.as_slice() >= &b"svc-017"[..]
                    && *first < 1_767_226_800 * S
                    && *last >= 1_767_226_200 * S
            }
            _ => unreachable!(),
        };
        if asked {
            kept += 1;
        } else {
            bytes[range.start as usize..range.end as usize].fill(0xa5);
        }
    }
    assert!(kept * 20 < all.len() && kept > 0, "{kept}");
    std::fs::write(&path, &bytes).unwrap();
    let got = load(std::slice::from_ref(&path), &one, &Progress::new()).unwrap();
    assert_eq!(got.items[0].as_histograms().unwrap().windows(), want.items[0].as_histograms().unwrap().windows());
    let note = got.report.understood.iter().find(|u| u.what == "row groups").unwrap();
    assert!(note.choice.starts_with(&format!("{kept} of {}", all.len())), "{}", note.choice);
    // the whole is damaged
    assert!(load(std::slice::from_ref(&path), &LoadOptions::default(), &Progress::new()).is_err());
    // a folder's name is a label; what it rules out is not opened further than its end
    let folder_name = folder.0.clone();
    let other = LoadOptions { filter: Some("day == \"2026-01-02\"".into()), ..LoadOptions::default() };
    let none = load(std::slice::from_ref(&folder_name), &other, &Progress::new()).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Empty, "{none}");
    let day = options("service == \"svc-017\" && day == \"2026-01-01\"");
    let of_day = load(std::slice::from_ref(&folder_name), &day, &Progress::new()).unwrap();
    assert_eq!(of_day.items[0].identity.labels.get("day"), Some("2026-01-01"));
}

/// What is counted from Parquet as it is read is what is counted from the rows that are kept.
#[test]
fn parquet_that_is_not_kept_is_counted_as_what_is_kept() {
    use crate::histogram::LayoutChoice;
    let folder = Folder::new("counted");
    let data = requests();
    let (parquet, arrow) = (folder.file("a.parquet"), folder.file("a.arrow"));
    data.write_parquet(&parquet).unwrap();
    data.write_arrow(&arrow).unwrap();
    for path in [parquet, arrow] {
        let mut kept = read(path.clone()).unwrap();
        kept.make_histograms(LayoutChoice::LogLinear, Span::MINUTE).unwrap();
        let table = crate::load::load_histograms(
            &[path],
            &LoadOptions::default(),
            LayoutChoice::LogLinear,
            Span::MINUTE,
            &Progress::new(),
        )
        .unwrap();
        assert_eq!(table.to_dataset().unwrap().items, kept.items);
    }
}

/// Rows of four services, 250 ms apart, with a column of times of some type; without a time where `blank` says so.
fn timed_rows(kind: &str, blank: &dyn Fn(usize) -> bool) -> DataFrame {
    let rows = 12_000;
    let times: Vec<Option<i64>> = (0..rows).map(|i| (!blank(i)).then_some(T0 / 1_000_000 + 250 * i as i64)).collect();
    let times = pl::Series::new("time".into(), times);
    let times = match kind {
        "millis" => times.cast(&pl::DataType::Datetime(pl::TimeUnit::Milliseconds, Some(pl::TimeZone::UTC))).unwrap(),
        "micros" => {
            let finer = times.i64().unwrap() * 1000;
            let unit = pl::DataType::Datetime(pl::TimeUnit::Microseconds, None);
            pl::IntoSeries::into_series(finer).cast(&unit).unwrap()
        }
        _ => times,
    };
    let columns = vec![
        times.into_column(),
        pl::Series::new("service".into(), (0..rows).map(|i| format!("s{}", i % 4)).collect::<Vec<_>>()).into_column(),
        pl::Series::new("latency_ms".into(), (0..rows).map(|i| (i * i % 977) as f64).collect::<Vec<_>>()).into_column(),
    ];
    DataFrame::new(rows, columns).unwrap()
}

#[test]
fn of_rows_only_the_row_groups_in_the_range_of_time_are_read() {
    let folder = Folder::new("rows-in-range");
    let at = |row: i64| Timestamp(T0 + row * 250 * 1_000_000);
    // row groups of a thousand rows: a part of the seventh, the eighth, and the first row of the ninth
    let options = LoadOptions { from: Some(at(6500)), to: Some(at(8001)), ..LoadOptions::default() };
    for kind in ["millis", "micros", "number"] {
        let write = |name: &str, frame: &mut DataFrame| {
            let path = folder.file(name);
            let file = std::fs::File::create(&path).unwrap();
            pl::ParquetWriter::new(file).with_row_group_size(Some(1000)).finish(frame).unwrap();
            path
        };
        let path = write("all.parquet", &mut timed_rows(kind, &|_| false));
        let got = load(std::slice::from_ref(&path), &options, &Progress::new()).unwrap();
        // the same by hand
        assert_eq!(got.items.iter().map(crate::load::Item::count).sum::<u64>(), 1501);
        let of = |service: usize| (6500..8001).filter(move |i| i % 4 == service);
        for (service, item) in got.items.iter().enumerate() {
            let want: Vec<f64> = of(service).map(|i: usize| (i * i % 977) as f64).collect();
            assert_eq!(item.values(), want, "{kind}");
            assert_eq!(item.times()[0], at(of(service).next().unwrap() as i64).0);
        }
        let told = |data: &Dataset, what: &str| {
            data.report.understood.iter().find(|note| note.what == what).map(|note| note.choice.clone())
        };
        assert_eq!(told(&got, "range").unwrap(), "10499 rows outside left out");
        assert_eq!(got.report.rows, 12_000);
        assert!(told(&got, "row groups").unwrap().starts_with("3 of 12 row groups read"));

        // what is not in the range is destroyed, but for the first rows, by which columns are told
        let mut bytes = std::fs::read(&path).unwrap();
        for group in contents(&path).row_groups.iter().enumerate().filter(|(i, _)| ![0, 1, 6, 7, 8].contains(i)) {
            let range = group.1.full_byte_range();
            bytes[range.start as usize..range.end as usize].fill(0xa5);
        }
        std::fs::write(&path, &bytes).unwrap();
        let again = load(std::slice::from_ref(&path), &options, &Progress::new()).unwrap();
        same(&got, &again);
        assert_eq!(got.report.understood, again.report.understood);
        assert!(load(std::slice::from_ref(&path), &LoadOptions::default(), &Progress::new()).is_err());

        // a row group with a row that has no time is read, and that is told
        let path = write("blank.parquet", &mut timed_rows(kind, &|row| row == 3456));
        let blank = load(&[path], &options, &Progress::new()).unwrap();
        same(&got, &blank);
        assert!(told(&blank, "row groups").unwrap().starts_with("4 of 12 row groups read"));
        assert!(blank.report.warnings.iter().any(|w| w.kind == WarningKind::BlankTime && w.count == 1));
        // nothing is left
        let none = LoadOptions { from: Some(at(50_000)), ..LoadOptions::default() };
        let path = write("none.parquet", &mut timed_rows(kind, &|_| false));
        let why = load(&[path], &none, &Progress::new()).unwrap_err();
        assert_eq!(why.kind(), ErrorKind::Empty);
        assert!(why.to_string().contains("none of 12000 rows is left"), "{why}");
    }
}
