//! Whole files of delimited text, good and bad, with the messages that they give.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::error::{ErrorKind, Result};
use crate::progress::Progress;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

const T0: i64 = 1_767_225_600_000_000_000;
const S: i64 = 1_000_000_000;

fn read_with(text: &str, options: &LoadOptions) -> Result<Dataset> {
    load_bytes("x.csv", text.as_bytes(), options, &Progress::new())
}

fn read(text: &str) -> Result<Dataset> {
    read_with(text, &LoadOptions::default())
}

fn warned(data: &Dataset, kind: WarningKind) -> &Warning {
    data.report.warnings.iter().find(|w| w.kind == kind).unwrap_or_else(|| panic!("{:?}", data.report.warnings))
}

#[test]
fn requests_become_events_by_service() {
    let d = read(
        "time,service,status,latency_ms\n\
         2026-01-01T00:00:00Z,cart,200,12\n\
         2026-01-01T00:00:00.5Z,checkout,503,80.5\n\
         2026-01-01T00:00:00.5Z,cart,404,13\n",
    )
    .unwrap();
    assert_eq!(d.items.len(), 2);
    let cart = d.items[0].as_events().unwrap();
    assert_eq!(d.items[0].title(), "latency_ms{service=\"cart\"}");
    assert_eq!(cart.times(), [T0, T0 + S / 2]);
    assert_eq!(cart.values(), [12.0, 13.0]);
    assert_eq!(cart.ok().unwrap(), [true, true]);
    assert_eq!(d.items[1].as_events().unwrap().ok().unwrap(), [false]);
    assert_eq!(d.items[1].identity.unit, Unit::Millisecond);
    let understood: Vec<&str> = d.report.understood.iter().map(|u| u.what.as_str()).collect();
    for what in ["delimiter", "time", "ok", "value", "by", "unit", "kind"] {
        assert!(understood.contains(&what), "{what} in {understood:?}");
    }
    assert_eq!(d.report.rows, 3);
    assert!(d.report.warnings.is_empty());
}

#[test]
fn a_wide_table_is_a_series_a_column() {
    let mut text = "Time;cpu;requests_total\r\n".to_owned();
    for i in 0..20 {
        text += &format!("{};{};{}\r\n", 1_767_225_600_000_i64 + i * 15_000, 0.5 + 0.01 * (i % 3) as f64, i * 7);
    }
    let d = read(&text).unwrap();
    assert_eq!(
        d.items.iter().map(|i| (i.title(), i.kind)).collect::<Vec<_>>(),
        [("cpu".to_owned(), Kind::Gauge), ("requests_total".to_owned(), Kind::Counter)]
    );
    assert_eq!(d.items[0].step(), Some(Span::from_secs(15)));
    assert_eq!((d.items[0].first(), d.items[0].count()), (Timestamp(T0), 20));
}

#[test]
fn a_name_column_names_the_series() {
    let d = read("ts,metric,host,value\n0,up,a,1\n0,load_ratio,a,0.5\n15,up,a,0\n15,load_ratio,a,0.25\n").unwrap();
    let titles: Vec<String> = d.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["load_ratio{host=\"a\"}", "up{host=\"a\"}"]);
    assert_eq!(d.items[0].identity.unit, Unit::Ratio);
    assert_eq!(d.items[1].values(), [1.0, 0.0]);
}

#[test]
fn counts_of_all_and_of_bad_ones_keep_their_role() {
    let options = LoadOptions { total: Some("n".into()), bad: Some("errors".into()), ..LoadOptions::default() };
    let d = read_with("time,n,errors\n60,100,1\n120,90,0\n180,110,5\n", &options).unwrap();
    let got: Vec<(&str, Role, Kind)> = d.items.iter().map(|i| (i.identity.name.as_str(), i.role, i.kind)).collect();
    assert_eq!(got, [("errors", Role::Bad, Kind::Delta), ("n", Role::Total, Kind::Delta)]);
}

#[test]
fn rows_without_time_are_a_step_apart() {
    let options = LoadOptions { step: Some(Span::SECOND), ..LoadOptions::default() };
    let d = read_with("up\n1\n\n0\n1\n", &options).unwrap();
    assert_eq!(d.items[0].times(), [0, S, 2 * S]);
    assert_eq!(d.items[0].kind, Kind::Gauge);
}

#[test]
fn rows_are_chosen_by_range_and_condition() {
    let options = LoadOptions {
        filter: Some("service == cart && v > 1".into()),
        from: Some(Timestamp(10 * S)),
        to: Some(Timestamp(40 * S)),
        ..LoadOptions::default()
    };
    let d = read_with("t,service,v\n0,cart,5\n10,cart,1\n20,cart,2\n30,shop,3\n40,cart,4\n", &options).unwrap();
    assert_eq!((d.items.len(), d.items[0].times(), d.items[0].values()), (1, &[20 * S][..], &[2.0][..]));
    let none = LoadOptions { filter: Some("v > 9".into()), ..LoadOptions::default() };
    let e = read_with("t,v\n0,5\n", &none).unwrap_err();
    assert_eq!(e.to_string(), "x.csv: none of 1 row is left; widen --from and --to, or change --where");
}

/// Two times with offsets, one with Z and one without a zone: the one is told.
#[test]
fn some_times_without_a_zone_are_told_from_all() {
    let text = "time,value\n2026-01-01T00:02:00Z,1\n2026-01-01T00:01:00+05:00,2\n2026-01-01T00:00:00-03:00,3\n\
                2026-01-01 00:00:00,4\n";
    let mixed = |d: &Dataset| -> Vec<String> {
        d.report.warnings.iter().filter(|w| w.kind == WarningKind::MixedZones).map(ToString::to_string).collect()
    };
    let read = |text: &str, tz: Option<&str>| {
        let options = LoadOptions { tz: tz.map(Into::into), ..LoadOptions::default() };
        load_bytes("z.csv", text.as_bytes(), &options, &Progress::new()).unwrap()
    };
    let d = read(text, None);
    let told = "z.csv, column time: 1 of 4 times has no zone, and was read as UTC; --tz names another";
    assert_eq!(mixed(&d), [told]);
    let zone = d.report.understood.iter().find(|u| u.what == "zone").unwrap();
    assert_eq!((zone.choice.as_str(), zone.why.as_str()), ("UTC", "1 of 4 times has no zone; --tz names another"));
    assert!(!d.report.has_losses());
    assert_eq!(mixed(&read(text, Some("Asia/Tokyo"))), [told.replace("UTC", "Asia/Tokyo")]);
    let none = read("time,value\n2026-01-01 00:00:00,4\n,5\n2026-01-01 00:01:00,4\n", None);
    assert!(mixed(&none).is_empty(), "{:?}", mixed(&none));
}

#[test]
fn a_zone_is_taken_from_the_caller() {
    let options = LoadOptions { tz: Some("Europe/Berlin".into()), ..LoadOptions::default() };
    let d = read_with("time,v\n2026-01-01 01:00:00,5\n2026-01-01 01:00:10,6\n", &options).unwrap();
    assert_eq!(d.items[0].times(), [T0, T0 + 10 * S]);
    assert!(d.report.understood.iter().any(|u| u.what == "zone" && u.choice == "Europe/Berlin"));
    let d = read_with("time,v\n2026-10-25 01:30:00,5\n2026-10-25 02:30:00,6\n", &options).unwrap();
    assert_eq!((warned(&d, WarningKind::ZoneAmbiguity).position.line, d.items[0].step()), (Some(3), Some(Span::HOUR)));
}

#[test]
fn an_empty_file_is_an_error() {
    for text in ["", "\n\n", "\u{feff}"] {
        let e = read(text).unwrap_err();
        assert_eq!(
            (e.kind(), e.to_string().as_str()),
            (ErrorKind::Empty, "x.csv: the file is empty; was the export finished?")
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let e = load(&["no/such/file.csv".into()], &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Io);
    assert_eq!(e.to_string(), "no/such/file.csv: no such file; check the name and the folder");
}

#[test]
fn a_wrong_column_is_answered_with_the_right_one() {
    let options = LoadOptions { value: Some("latncy".into()), ..LoadOptions::default() };
    let e = read_with("time,latency\n1,2\n", &options).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Argument);
    assert_eq!(
        e.to_string(),
        "x.csv: there is no column “latncy”; the columns are time, latency; did you mean “latency”?"
    );
    let e = read("name,city\nann,rome\nbob,oslo\n").unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv: no column of times among name, city; name it with --time, or give the distance of rows with --step 1s; \
         times are ISO 8601 (2026-03-13T13:05:00Z), seconds, ms, µs or ns since 1970, 13.03.2026 13:05 or 13/03/2026 13:05"
    );
}

#[test]
fn text_in_a_number_column_is_an_error_where_it_is_common() {
    let options = LoadOptions { value: Some("service".into()), ..LoadOptions::default() };
    let e = read_with("time,service\n1,a\n2,b\n", &options).unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv, line 2, column service: “a” is not a number; choose a column of numbers with --value"
    );
    let e = read_with("time,v\n1,5\n2,abc\n3,6\n", &LoadOptions { value: Some("v".into()), ..LoadOptions::default() });
    assert_eq!(
        e.unwrap_err().to_string(),
        "x.csv, line 3, column v: “abc” is not a number; \
         choose another column with --value, or leave those rows out with --where"
    );
}

/// Three rows of numbers and one that a spreadsheet or a hand spoilt.
#[test]
fn a_column_with_an_odd_field_is_one_of_numbers() {
    for odd in ["#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!", "--", "---", "n/a", "abc"] {
        let d = read(&format!("time,latency_ms\n0,1.5\n10,2.5\n20,{odd}\n30,4.5\n")).unwrap();
        assert_eq!((d.items.len(), d.items[0].identity.name.as_str()), (1, "latency_ms"), "{odd}");
        assert_eq!(
            (d.items[0].times(), d.items[0].values()),
            (&[0, 10 * S, 30 * S][..], &[1.5, 2.5, 4.5][..]),
            "{odd}"
        );
        let kind = if odd == "abc" { WarningKind::NotANumber } else { WarningKind::Blank };
        let w = warned(&d, kind);
        assert_eq!((w.position.line, w.count), (Some(4), 1), "{w}");
    }
    // the same beside another column, and with decimal commas
    let d = read("time;cpu;mem\n0;1,5;8\n10;2,5;7\n20;abc;9\n30;4,5;8\n").unwrap();
    let got: Vec<_> = d.items.iter().map(|i| (i.identity.name.as_str(), i.values().to_vec())).collect();
    assert_eq!(got, [("cpu", vec![1.5, 2.5, 4.5]), ("mem", vec![8.0, 7.0, 9.0, 8.0])]);
    // a code that is a word now and then splits as before
    let d = read("time,status,v\n0,200,1\n10,timeout,2\n20,200,3\n30,abort,4\n40,503,5\n").unwrap();
    assert_eq!(d.items.iter().map(|i| i.identity.name.as_str()).collect::<Vec<_>>(), ["v"; 4]);
}

#[test]
fn columns_that_are_nearly_numbers_are_named() {
    let e = read("time,latency_ms,host\n0,1.5,a\n10,2.5,b\n20,lost,a\n30,gone,b\n").unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv: no column of numbers among time, latency_ms, host; in latency_ms 2 of the first 4 fields are numbers, \
         “lost” in line 4 is not; name one with --value"
    );
}

/// An export of a German spreadsheet: byte order mark, semicolons, decimal commas, dots in dates.
#[test]
fn german_tables_are_read() {
    let text = "\u{feff}Zeitpunkt;Antwortzeit (ms);Dienst\r\n01.03.2026 00:00:00;90,64;suche\r\n01.03.2026 00:00:30;1.111,99;kasse\r\n";
    let d = read(text).unwrap();
    let got: Vec<_> = d.items.iter().map(|i| (i.times()[0], i.values()[0])).collect();
    // 2026-03-01T00:00:00Z, and half a minute later
    assert_eq!(got, [(1_772_323_230 * S, 1111.99), (1_772_323_200 * S, 90.64)]);
    let d = read("Zeit;Bytes\n01.03.2026 00:00;900,00\n01.03.2026 00:01;1.903,37\n").unwrap();
    assert_eq!((d.items[0].times()[1], d.items[0].values()), (1_772_323_260 * S, &[900.0, 1903.37][..]));
}

#[test]
fn slashes_are_read_where_a_field_tells_their_order() {
    let told = |d: &Dataset| d.report.understood.iter().find(|u| u.what == "time").map(|u| u.choice.clone());
    let d = read("Date,latency_ms\n3/12/2026 13:05,100\n3/13/2026 13:06,110\n").unwrap();
    assert_eq!(told(&d).unwrap(), "Date, date and time, month before day, as in 3/13/2026 13:06");
    // 2026-03-12T13:05:00Z and a day and a minute later
    assert_eq!(d.items[0].times(), [1_773_320_700 * S, 1_773_407_160 * S]);
    let d = read("Date,latency_ms\n12/03/2026 01:05:30 PM,100\n13/03/2026 01:06:30 PM,110\n").unwrap();
    assert_eq!(told(&d).unwrap(), "Date, date and time, day before month, as in 13/03/2026 01:06:30 PM");
    assert_eq!(d.items[0].times(), [1_773_320_730 * S, 1_773_407_190 * S]);
    let e = read("Date,latency_ms\n3/1/2026 13:05,100\n3/1/2026 13:06,110\n").unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv, line 2, column Date: “3/1/2026 13:05” is 3 January 2026 with the day before the month and 1 March 2026 with the \
         month before the day, and no field of the first 2 rows is above 12 to tell which; \
         write the times as ISO 8601, such as 2026-03-13T13:05:00Z"
    );
    let e = read("Date,latency_ms\n3/13/2026 13:05,100\n13/3/2026 13:06,110\n").unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv, line 3, column Date: “13/3/2026 13:06” has its day before its month, and “3/13/2026 13:05” in line 2 its month \
         before its day; write the times as ISO 8601, such as 2026-03-13T13:05:00Z"
    );
    let options = LoadOptions { time: Some("when".into()), ..LoadOptions::default() };
    let e = read_with("when,v\nsoon,1\nlater,2\n", &options).unwrap_err();
    assert!(e.to_string().contains("“soon” is not a time") && e.to_string().contains("13.03.2026 13:05"), "{e}");
}

#[test]
fn headers_of_joined_files_are_told_once() {
    let part = |from: i64| {
        let rows = (from..from + 5).map(|i| format!("{i},cart,200,{i}.5\n"));
        format!("time,service,status,latency_ms\n{}", rows.collect::<String>())
    };
    let text = format!("{}{}{}", part(0), part(5), part(10));
    let data = load_bytes("joined.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    assert_eq!(data.items[0].count(), 15);
    let told: Vec<_> = data.report.warnings.iter().map(|w| (w.kind, w.count, w.position.line)).collect();
    assert_eq!(told, [(WarningKind::RepeatedHeader, 2, Some(7))]);
    assert!(!data.report.has_losses() && data.items[0].dropped_by_reason().is_empty());
    // the same word in a row that is no header is a loss
    let text = format!("{text}20,cart,200,latency_ms\n");
    let data = load_bytes("joined.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let told: Vec<_> = data.report.warnings.iter().map(|w| (w.kind, w.count)).collect();
    assert_eq!(told, [(WarningKind::NotANumber, 1), (WarningKind::RepeatedHeader, 2)]);
}

#[test]
fn a_few_odd_fields_are_dropped_and_told() {
    let mut text = "time,v\n".to_owned();
    for i in 0..100 {
        let v = match i {
            5 => "abc",
            6 => "NaN",
            7 => "+Inf",
            8 => "",
            9 | 10 => "-",
            _ => "1.5",
        };
        text += &format!("{},{v}\n", i * 10);
    }
    text += "soon,1\n,1\n2000\n2010,1,7\n";
    let d = read(&text).unwrap();
    assert_eq!(d.items[0].count(), 95);
    for (kind, line, count) in [
        (WarningKind::NotANumber, 7, 1),
        (WarningKind::Nan, 8, 1),
        (WarningKind::Infinite, 9, 1),
        // the last is one that its row lacks
        (WarningKind::Blank, 10, 4),
        (WarningKind::NotATime, 102, 1),
        (WarningKind::BlankTime, 103, 1),
        (WarningKind::Ragged, 104, 2),
    ] {
        let w = warned(&d, kind);
        assert_eq!((w.position.line, w.count), (Some(line), count), "{w}");
    }
    let w = warned(&d, WarningKind::NotANumber);
    assert_eq!(w.to_string(), "x.csv, line 7, column v: 1 field is not a number, first “abc”, and was left out");
    assert_eq!(w.sample.as_deref(), Some("abc"));
    assert!(d.report.has_losses());
}

#[test]
fn disorder_and_duplicates_are_mended_and_told() {
    let mut text = "time,cpu\n".to_owned();
    for i in [0, 10, 20, 20, 50, 40, 30, 60, 70, 80, 90, 100, 110, 120] {
        text += &format!("{i},{}.5\n", i % 7);
    }
    let d = read(&text).unwrap();
    assert_eq!((d.items[0].kind, d.items[0].count()), (Kind::Gauge, 13));
    let w = warned(&d, WarningKind::OutOfOrder);
    assert_eq!(w.to_string(), "x.csv, column cpu: 2 rows of “cpu” were earlier than the row before; sorted");
    let w = warned(&d, WarningKind::Duplicate);
    assert_eq!(w.message, "1 sample of “cpu” at a time that had one; the last of each time was kept");
}

#[test]
fn an_open_quote_is_told_with_its_line() {
    let d = read("time,service,v\n1,a,2\n2,a,3\n3,\"a,4\n4,a,5\n").unwrap();
    assert_eq!(warned(&d, WarningKind::Truncated).position.line, Some(4));
}

#[test]
fn cancelling_stops() {
    let progress = Progress::new();
    progress.cancel();
    let e = load_bytes("x", b"t,v\n1,2\n", &LoadOptions::default(), &progress).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Cancelled);
}

#[test]
fn several_files_are_one_data_set() {
    let mut a = read("time,service,v\n0,x,1\n10,x,2\n").unwrap();
    let b = read("time,service,v\n20,x,3\n20,y,4\n").unwrap();
    a.absorb(b).unwrap();
    assert_eq!(a.items.len(), 2);
    assert_eq!(a.items[0].values(), [1.0, 2.0, 3.0]);
    assert_eq!((a.report.files.len(), a.report.rows), (2, 4));
}

#[test]
fn what_two_files_both_hold_is_told() {
    let gauge = LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() };
    let mut a = read_with("time,cpu\n0,1.5\n10,2.5\n10,2.5\n20,0.5\n30,1.5\n40,1.25\n", &gauge).unwrap();
    let b = read_with("time,cpu\n30,9.5\n40,8.5\n50,7.5\n60,6.5\n70,NaN\n", &gauge).unwrap();
    a.absorb(b).unwrap();
    let item = &a.items[0];
    assert_eq!((item.values(), item.count()), (&[1.5, 2.5, 0.5, 9.5, 8.5, 7.5, 6.5][..], 7));
    // one within the first file, two that both have, one that is no number
    assert_eq!((item.dropped().duplicate, item.dropped().nan), (3, 1));
    let told: Vec<&str> =
        a.report.warnings.iter().filter(|w| w.kind == WarningKind::Duplicate).map(|w| w.message.as_str()).collect();
    assert_eq!(
        told[1], "2 samples of “cpu” at times that an earlier file has too; those of the later file were kept",
        "{told:?}"
    );
}

#[test]
fn rows_without_times_go_on_in_the_next_file_and_end_where_asked() {
    let folder = std::env::temp_dir().join(format!("sre-stats-steps-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files = ["a.csv", "b.csv"].map(|name| folder.join(name));
    std::fs::write(&files[0], "service,v\nx,1.5\nx,2.5\ny,3.5\n").unwrap();
    std::fs::write(&files[1], "service,v\nx,4.5\ny,5.5\nx,6.5\n").unwrap();
    let options = LoadOptions {
        step: Some(Span(10 * S)),
        from: Some(Timestamp(T0)),
        to: Some(Timestamp(T0 + 50 * S)),
        kind: Some(Kind::Gauge),
        ..LoadOptions::default()
    };
    let d = load(&files, &options, &Progress::new()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(d.items[0].values(), [1.5, 2.5, 4.5]);
    assert_eq!(d.items[0].times(), [T0, T0 + 10 * S, T0 + 30 * S]);
    assert_eq!((d.items[1].values(), d.items[1].times()), (&[3.5, 5.5][..], &[T0 + 20 * S, T0 + 40 * S][..]));
    assert!(d.report.understood.iter().any(|u| u.what == "range" && u.choice == "1 row outside left out"));
}

#[test]
fn a_file_of_many_batches_is_read_as_one() {
    let mut text = "time,service,note,latency\n".to_owned();
    for i in 0..60_000_i64 {
        let note = if i % 1000 == 7 { "\"a\n\"\"b\"\"\"" } else { "plain" };
        text += &format!("{},{},{note},{}\n", T0 / S + i / 3, ["cart", "shop"][i as usize % 2], i % 977);
    }
    text += "soon,cart,plain,1\n";
    assert!(text.len() > (1 << 20) + (1 << 18));
    let options = |chunk_bytes| LoadOptions { chunk_bytes, by: vec!["service".into()], ..LoadOptions::default() };
    let whole = read_with(&text, &options(64 << 20)).unwrap();
    let cut = read_with(&text, &options(3000)).unwrap();
    assert_eq!(whole, cut);
    assert_eq!(whole.items.iter().map(Item::count).collect::<Vec<_>>(), [30_000, 30_000]);
    // 60 notes have a line of their own within quotes
    assert_eq!(warned(&whole, WarningKind::NotATime).position.line, Some(60_002 + 60));
}

#[test]
fn what_is_written_as_text_is_read_back() {
    let data = read("time,service,ok,latency_ms\n0,\"a,b\",true,1.5\n0,\"a,b\",false,2\n7,c,true,0.1\n").unwrap();
    let mut out = Vec::new();
    data.write_csv(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().nth(1), Some("1970-01-01T00:00:00Z,latency_ms,\"a,b\",1.5,true"));
    assert_eq!(read(&text).unwrap().items, data.items);
}

#[test]
fn decimal_commas_and_grouped_digits_are_read_as_meant() {
    let d = read("Time;last;cpu\n2026-01-01T00:00:00Z;1,5;1.234\n2026-01-01T00:01:00Z;-2,25;12.345,5\n2026-01-01T00:02:00Z;7;1\n").unwrap();
    let values: Vec<(&str, &[f64])> = d.items.iter().map(|i| (i.identity.name.as_str(), i.values())).collect();
    assert_eq!(values, [("cpu", &[1234.0, 12345.5, 1.0][..]), ("last", &[1.5, -2.25, 7.0][..])]);
    assert!(d.report.understood.iter().any(|u| u.what == "numbers" && u.choice == "decimal comma"));
    let d = read("time,bytes\n0,\"1,234\"\n10,\"12,345,678.5\"\n20,999\n").unwrap();
    assert_eq!(d.items[0].values(), [1234.0, 12_345_678.5, 999.0]);
}

/// The header is what Grafana's “Series joined by time” writes for series without a legend.
#[test]
fn labels_in_the_titles_of_columns_are_labels() {
    let text = "\"Time\",\"http_requests_total{code=\"\"200\"\", job=\"\"a\"\"}\",\"{job=\"\"b\"\"}\"\n\
                1767225600000,1,0.5\n1767225615000,2,0.25\n1767225630000,,0.75\n";
    let d = read(text).unwrap();
    let titles: Vec<String> = d.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["http_requests_total{code=\"200\", job=\"a\"}", "value{job=\"b\"}"]);
    assert_eq!((d.items[0].kind, d.items[0].values()), (Kind::Counter, &[1.0, 2.0][..]));
    assert_eq!(d.items[0].dropped_by_reason(), [("blank", 1)]);
}

#[test]
fn open_metrics_is_read_back_as_written() {
    let mut d = read("time,cpu seconds,requests_total\n0,0.5,1\n1.25,0.25,2\n2.5,0.1,4\n").unwrap();
    let mut out = Vec::new();
    d.write_openmetrics(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("# TYPE \"cpu seconds\" gauge\n{\"cpu seconds\"} 0.5 0.000000000\n"), "{text}");
    assert!(
        text.contains("# TYPE requests counter\nrequests_total 1 0.000000000\n") && text.ends_with("# EOF\n"),
        "{text}"
    );
    let back = read(&text).unwrap();
    d.items.iter_mut().for_each(|i| i.format = Format::Exposition);
    let of = |d: &Dataset| {
        d.items.iter().map(|i| (i.title(), i.kind, i.times().to_vec(), i.values().to_vec())).collect::<Vec<_>>()
    };
    assert_eq!(of(&back), of(&d));
    let events = read("time,status,latency_ms\n0,200,1\n0,200,2\n").unwrap();
    assert!(events.write_openmetrics(&mut Vec::new()).unwrap_err().to_string().contains("events"));
}

/// A table of every kind of field, some of them odd.
fn table() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        9 => (0_i64..5000).prop_map(|s| Timestamp(T0 + s * S / 4).to_string()),
        1 => prop_oneof![Just(String::new()), Just("soon".to_owned())]
    ];
    let service = prop_oneof![Just("cart"), Just("\"a, \"\"b\"\"\n\""), Just("checkout"), Just("")];
    let value = prop_oneof![
        20 => (0.0_f64..10.0).prop_map(|v| v.to_string()),
        1 => prop_oneof![Just(String::new()), Just("x".into()), Just("NaN".into()), Just("Inf".into())]
    ];
    let status = prop_oneof![Just("200"), Just("500"), Just("-")];
    let end = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just(",more\n"), 1 => Just("\n\n")];
    proptest::collection::vec((time, service, status, value, end), 1..60).prop_map(|rows| {
        let row = |(t, s, c, v, e): (String, &str, &str, String, &str)| format!("{t},{s},{c},{v}{e}");
        format!("time,service,status,latency\n{}", rows.into_iter().map(row).collect::<String>())
    })
}

proptest! {
    #[test]
    fn the_cuts_do_not_show(text in table(), chunk in 1_usize..200, threads in 1_usize..4) {
        let whole = read(&text);
        let options = LoadOptions { chunk_bytes: chunk, ..LoadOptions::default() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let cut = pool.install(|| read_with(&text, &options));
        match (whole, cut) {
            (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
            (a, b) => prop_assert_eq!(a.unwrap_err().to_string(), b.unwrap_err().to_string()),
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), head in prop_oneof![Just(""), Just("time,v\n1,")]) {
        let bytes = [head.as_bytes(), &bytes].concat();
        for format in [None, Some(Format::Csv)] {
            let options = LoadOptions { format, chunk_bytes: 16, ..LoadOptions::default() };
            let _ = load_bytes("x", &bytes, &options, &Progress::new());
        }
    }
}
