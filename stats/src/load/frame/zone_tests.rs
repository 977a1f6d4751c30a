//! Times without a zone in columnar files, against the same times as text and against hours by hand.

#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use polars::prelude as pl;
use polars::prelude::{DataFrame, IntoColumn, IntoSeries, NamedFrom, SerWriter};

use crate::load::{Dataset, LoadOptions, WarningKind, load_bytes};
use crate::progress::Progress;
use crate::time::Timestamp;

const HOUR_MS: i64 = 3_600_000;
const MS: i64 = 1_000_000;

/// Readings of a clock, as milliseconds of the same reading in UTC, beside their number.
fn frame(readings: &[i64], unit: pl::TimeUnit) -> DataFrame {
    let millis =
        pl::Series::new("time".into(), readings).cast(&pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None));
    let times = millis.unwrap().cast(&pl::DataType::Datetime(unit, None)).unwrap();
    let values: Vec<f64> = (0..readings.len()).map(|i| i as f64).collect();
    DataFrame::new(readings.len(), vec![times.into_column(), pl::Series::new("load".into(), values).into_column()])
        .unwrap()
}

fn parquet(frame: &mut DataFrame, rows: usize) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pl::ParquetWriter::new(&mut bytes).with_row_group_size(Some(rows)).finish(frame).unwrap();
    bytes.into_inner()
}

fn arrow(frame: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pl::IpcWriter::new(&mut bytes).finish(frame).unwrap();
    bytes.into_inner()
}

fn options(zone: Option<&str>) -> LoadOptions {
    LoadOptions { tz: zone.map(Into::into), ..LoadOptions::default() }
}

fn read(bytes: &[u8], options: &LoadOptions) -> Dataset {
    load_bytes("x", bytes, options, &Progress::new()).unwrap()
}

fn told<'a>(data: &'a Dataset, what: &str) -> Option<&'a str> {
    data.report.understood.iter().find(|u| u.what == what).map(|u| u.choice.as_str())
}

#[test]
fn times_without_a_zone_are_read_in_the_one_that_is_named() {
    // the first of January and of July at 00:00, and 02:30 where the clocks of Berlin go back and on
    let text = ["2026-01-01T00:00:00", "2026-03-29T02:30:00", "2026-07-01T00:00:00", "2026-10-25T02:30:00"];
    let readings: Vec<i64> = text.iter().map(|t| format!("{t}Z").parse::<Timestamp>().unwrap().0 / MS).collect();
    // by hand: an hour before in winter, two in summer; 02:30 is not there in March, and the earlier in October
    let berlin = ["2025-12-31T23:00:00Z", "2026-03-29T01:30:00Z", "2026-06-30T22:00:00Z", "2026-10-25T00:30:00Z"];
    let berlin: Vec<i64> = berlin.iter().map(|t| t.parse::<Timestamp>().unwrap().0).collect();
    let utc: Vec<i64> = readings.iter().map(|t| t * MS).collect();
    let mut csv = "time,load\n".to_owned();
    for (i, t) in text.iter().enumerate() {
        csv += &format!("{t},{i}\n");
    }
    for unit in [pl::TimeUnit::Milliseconds, pl::TimeUnit::Microseconds, pl::TimeUnit::Nanoseconds] {
        let mut frame = frame(&readings, unit);
        for (zone, want) in [(None, &utc), (Some("Europe/Berlin"), &berlin)] {
            let options = options(zone);
            let mut all: Vec<Dataset> = [parquet(&mut frame, 3), arrow(&mut frame), csv.clone().into_bytes()]
                .iter()
                .map(|bytes| read(bytes, &options))
                .collect();
            all.push(Dataset::from_frame(&frame, &options).unwrap());
            let batch = arrow_array::RecordBatch::try_from_iter([
                ("time", std::sync::Arc::new(arrow_array::TimestampMillisecondArray::from(readings.clone())) as _),
                ("load", std::sync::Arc::new(arrow_array::Float64Array::from(vec![0.0, 1.0, 2.0, 3.0])) as _),
            ]);
            all.push(Dataset::from_record_batch(&batch.unwrap(), &options).unwrap());
            for (i, data) in all.iter().enumerate() {
                assert_eq!(data.items[0].times(), want.as_slice(), "{i}, {zone:?}");
                assert_eq!(told(data, "zone"), Some(zone.unwrap_or("UTC")), "{i}");
                let ambiguous: u64 =
                    data.report.warnings.iter().filter(|w| w.kind == WarningKind::ZoneAmbiguity).map(|w| w.count).sum();
                assert_eq!(ambiguous, if zone.is_some() { 2 } else { 0 }, "{i}");
            }
        }
    }
}

#[test]
fn times_with_a_zone_stay_what_they_are() {
    let text = "time,load\n1970-01-01T00:00:00Z,0\n1970-01-01T01:00:00Z,1\n";
    // what is written here
    let own = read(text.as_bytes(), &options(None));
    let path = std::env::temp_dir().join(format!("sre-stats-zones-{}", std::process::id()));
    let written = |write: &dyn Fn(&std::path::Path) -> crate::Result<()>| {
        write(&path).unwrap();
        let data = read(&std::fs::read(&path).unwrap(), &options(Some("Europe/Berlin")));
        std::fs::remove_file(&path).unwrap();
        assert_eq!((data.items[0].times(), told(&data, "zone")), (&[0, HOUR_MS * MS][..], None));
    };
    written(&|path| own.write_parquet(path));
    written(&|path| own.write_arrow(path));
    for unit in [pl::TimeUnit::Milliseconds, pl::TimeUnit::Microseconds, pl::TimeUnit::Nanoseconds] {
        let mut frame = frame(&[0, HOUR_MS], unit);
        let readings = frame.column("time").unwrap().as_materialized_series().to_physical_repr().i64().unwrap().clone();
        let zoned = readings.into_datetime(unit, Some(pl::TimeZone::UTC)).into_series();
        frame.with_column(zoned.into_column()).unwrap();
        for bytes in [parquet(&mut frame, 10), arrow(&mut frame)] {
            let data = read(&bytes, &options(Some("Europe/Berlin")));
            assert_eq!(data.items[0].times(), [0, HOUR_MS * MS]);
            assert_eq!(told(&data, "zone"), None);
        }
    }
    // by pyarrow, in seconds
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/arrow/seconds.arrow");
    let data = read(&std::fs::read(path).unwrap(), &options(Some("Europe/Berlin")));
    assert_eq!(data.items[0].times(), [1_767_225_600, 1_767_225_601].map(|s: i64| s * 1000 * MS));
    assert_eq!(told(&data, "zone"), None);
}

/// A hundred days of hours in New York, a row group a day: a range is of instants, and of the row groups few are read.
#[test]
fn a_range_is_of_instants_and_leaves_row_groups_out() {
    let first = "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap().0 / MS;
    let readings: Vec<i64> = (0..2400).map(|hour| first + hour * HOUR_MS).collect();
    let bytes = parquet(&mut frame(&readings, pl::TimeUnit::Milliseconds), 24);
    let range = |zone: Option<&str>| LoadOptions {
        from: Some("2026-02-20T00:00:00Z".parse().unwrap()),
        to: Some("2026-02-20T06:00:00Z".parse().unwrap()),
        ..options(zone)
    };
    for (zone, offset) in [(None, 0), (Some("America/New_York"), 5), (Some("Pacific/Kiritimati"), -14)] {
        let data = read(&bytes, &range(zone));
        // hour 456 of February is the twentieth; what is 00:00 in UTC is so much earlier on that clock
        let want: Vec<f64> = (0..6).map(|hour| f64::from(456 - offset + hour)).collect();
        assert_eq!(data.items[0].values(), want, "{zone:?}");
        let groups = told(&data, "row groups").unwrap();
        let read: usize = groups.split(' ').next().unwrap().parse().unwrap();
        assert!((1..=4).contains(&read), "{zone:?}: {groups}");
        assert!(data.report.warnings.iter().all(|w| w.kind != WarningKind::MixedZones));
    }
}

/// The histogram table in every form, with windows that begin where a clock shows so.
#[test]
fn windows_without_a_zone_begin_in_the_one_that_is_named() {
    let first = "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap().0 / MS;
    let readings: Vec<i64> = (0..240).map(|hour| first + hour * HOUR_MS).collect();
    let mut table = frame(&readings, pl::TimeUnit::Milliseconds);
    table.rename("time", "window_start".into()).unwrap();
    let n = readings.len();
    let constants = [
        pl::Series::new("series".into(), vec!["latency"; n]),
        pl::Series::new("width".into(), vec![3600_i64; n]),
        pl::Series::new("schema".into(), vec!["log-linear"; n]),
        pl::Series::new("bin".into(), vec![11_340_i64; n]),
        pl::Series::new("count".into(), (1..=n as i64).collect::<Vec<_>>()),
    ];
    for column in constants {
        table.with_column(column.into_column()).unwrap();
    }
    let mut table = table.drop("load").unwrap();
    let mut csv = "series,window_start,width,schema,bin,count\n".to_owned();
    for (i, reading) in readings.iter().enumerate() {
        let shown = Timestamp(reading * MS).to_string();
        csv += &format!("latency,{},3600,log-linear,11340,{}\n", shown.trim_end_matches('Z'), i + 1);
    }
    let range = LoadOptions {
        from: Some("2026-02-05T00:00:00Z".parse().unwrap()),
        to: Some("2026-02-05T03:00:00Z".parse().unwrap()),
        ..options(Some("America/New_York"))
    };
    // 96 hours after the first: five fewer on that clock
    for bytes in [parquet(&mut table, 24), arrow(&mut table), csv.into_bytes()] {
        let data = read(&bytes, &range);
        assert_eq!(data.items[0].as_histograms().unwrap().counts(), [92.0, 93.0, 94.0]);
        assert_eq!(told(&data, "zone"), Some("America/New_York"));
        let utc = read(&bytes, &options(None));
        assert_eq!(utc.items[0].as_histograms().unwrap().starts()[0], first * MS);
        assert_eq!(told(&utc, "zone"), Some("UTC"));
    }
    // windows that are written here are instants
    let text = "series,window_start,width,schema,bin,count\nlatency,2026-02-01T00:00:00Z,3600,log-linear,11340,1\n";
    let own = crate::load::HistogramTable::from_dataset(&read(text.as_bytes(), &options(None))).unwrap();
    let path = std::env::temp_dir().join(format!("sre-stats-window-zones-{}", std::process::id()));
    for write in [crate::load::HistogramTable::write_parquet, crate::load::HistogramTable::write_arrow] {
        write(&own, &path).unwrap();
        let data = read(&std::fs::read(&path).unwrap(), &options(Some("America/New_York")));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(data.items[0].as_histograms().unwrap().starts()[0], first * MS);
        assert_eq!(told(&data, "zone"), None);
    }
    let whole = Dataset::from_frame(&table, &options(Some("America/New_York"))).unwrap();
    assert_eq!(whole.items[0].as_histograms().unwrap().starts()[0], (first + 5 * HOUR_MS) * MS);
}

/// A table of histograms of which some windows have a zone and others none, as where exports of two programs were joined.
#[test]
fn windows_of_which_some_have_a_zone_are_told() {
    let starts = ["2026-02-01T00:00:00Z", "2026-02-01T01:00:00", "2026-02-01T02:00:00+01:00", "2026-02-01T04:00:00"];
    let mut csv = "series,window_start,width,schema,bin,count\n".to_owned();
    for start in starts {
        csv += &format!("latency,{start},3600,log-linear,11340,1\n");
    }
    let n = starts.len();
    let mut table = DataFrame::new(
        n,
        [
            pl::Series::new("series".into(), vec!["latency"; n]),
            pl::Series::new("window_start".into(), starts.to_vec()),
            pl::Series::new("width".into(), vec![3600_i64; n]),
            pl::Series::new("schema".into(), vec!["log-linear"; n]),
            pl::Series::new("bin".into(), vec![11_340_i64; n]),
            pl::Series::new("count".into(), vec![1_i64; n]),
        ]
        .map(IntoColumn::into_column)
        .to_vec(),
    )
    .unwrap();
    for bytes in [parquet(&mut table, 24), csv.into_bytes()] {
        let data = read(&bytes, &options(None));
        let first = "2026-02-01T00:00:00Z".parse::<Timestamp>().unwrap().0;
        assert_eq!(data.items[0].times(), [0, 1, 4].map(|hour| first + hour * HOUR_MS * MS));
        let understood = data.report.understood.iter().find(|u| u.what == "zone").unwrap();
        assert_eq!(
            (understood.choice.as_str(), understood.why.as_str()),
            ("UTC", "2 of 4 times have no zone; --tz names another")
        );
        let warnings: Vec<_> = data.report.warnings.iter().filter(|w| w.kind == WarningKind::MixedZones).collect();
        let [warning] = warnings.as_slice() else { panic!("{:?}", data.report.warnings) };
        assert_eq!((warning.count, warning.position.column.as_deref()), (2, Some("window_start")));
    }
}
