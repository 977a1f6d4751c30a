//! Rows that are counted and not kept, against the same rows that are kept, and against counting by hand.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;
use crate::histogram::{LayoutChoice, Sketch};
use crate::load::{Kind, LoadOptions, Traffic, WarningKind, load, load_bytes};
use crate::progress::Progress;
use crate::time::{Span, Timestamp};

/// A file that goes away.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> Self {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sre-stats-store-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn events() -> LoadOptions {
    LoadOptions { kind: Some(Kind::Events), ..LoadOptions::default() }
}

fn counted(paths: &[PathBuf], options: &LoadOptions, layout: LayoutChoice) -> crate::Result<HistogramTable> {
    load_histograms(paths, options, layout, Span::MINUTE, &Progress::new())
}

/// Times in seconds, services, latencies as they are written.
fn rows() -> impl Strategy<Value = Vec<(i64, u8, String)>> {
    let value = prop_oneof![
        8 => (1..99_999_u32).prop_map(|ms| format!("{}.{:03}", ms / 1000, ms % 1000)),
        1 => prop_oneof![Just(""), Just("NaN"), Just("inf"), Just("-3"), Just("0"), Just("x")].prop_map(str::to_owned),
    ];
    // some out of order
    let time = prop_oneof![6 => 0..400_i64, 1 => -200..4000_i64];
    proptest::collection::vec((time, 0..4_u8, value), 20..200).prop_map(|mut rows| {
        rows.sort_by_key(|(time, service, _)| if *service == 3 { 0 } else { *time });
        rows
    })
}

fn text_of(rows: &[(i64, u8, String)]) -> String {
    let mut text = "time,service,status,latency_s\n".to_owned();
    for (time, service, value) in rows {
        text += &format!("{},svc{service},200,{value}\n", Timestamp((1_767_225_600 + time) * 1_000_000_000));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_is_not_kept_is_counted_as_what_is_kept(rows in rows(), flagged in any::<bool>(), piece in 200..4000_usize, exponential in any::<bool>()) {
        let file = File::new(&text_of(&rows));
        let layout = if exponential { LayoutChoice::Exponential { schema: 3 } } else { LayoutChoice::LogLinear };
        let options = LoadOptions { ok: flagged.then(|| "status".to_owned()), by: vec!["service".into()], value: Some("latency_s".into()), ..events() };
        let paths = [file.0.clone()];
        let kept = load(&paths, &options, &Progress::new()).and_then(|mut data| {
            data.make_histograms(layout, Span::MINUTE)?;
            Ok(data)
        });
        let (Ok(kept), Ok(table)) = (kept, counted(&paths, &options, layout)) else {
            // both refuse, such as where too many fields are no numbers
            let kept = load(&paths, &options, &Progress::new()).is_err();
            prop_assert!(kept && counted(&paths, &options, layout).is_err());
            return Ok(());
        };
        let got = table.to_dataset().unwrap();
        prop_assert_eq!(got.items.len(), kept.items.len());
        for (a, b) in got.items.iter().zip(&kept.items) {
            prop_assert_eq!((&a.identity, a.left_out), (&b.identity, b.left_out));
            for ((window, a), (same, b)) in a.as_histograms().unwrap().windows().iter().zip(b.as_histograms().unwrap().windows()) {
                // all but the sum, which bins do not hold
                prop_assert_eq!((window, a.coded_bins(), a.min(), a.max(), a.dropped()), (same, b.coded_bins(), b.min(), b.max(), b.dropped()));
            }
            prop_assert_eq!(a.times(), b.times());
        }
        let losses = |report: &crate::load::LoadReport| report.warnings.iter().filter(|w| w.kind.is_loss()).cloned().collect::<Vec<_>>();
        prop_assert_eq!(losses(table.report()), losses(&kept.report));
        // any pieces, any number of threads
        let small = LoadOptions { chunk_bytes: piece, ..options };
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let other = pool.install(|| counted(&paths, &small, layout)).unwrap();
            prop_assert_eq!(&other.stored, &table.stored);
        }
    }
}

/// Values of two decimals in the sense of their two leading digits, counted by their text.
#[test]
fn bins_are_those_of_counting_by_hand() {
    let mut text = "time,service,latency_s\n".to_owned();
    let mut want: BTreeMap<(String, i64, i64), u64> = BTreeMap::new();
    let mut state = 5_u64;
    for i in 0..6000_i64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let digits = 10 + (state >> 33) % 90;
        let exponent = (state >> 20) % 3;
        let value = format!("{digits}e-{exponent}");
        let service = ["cart", "pay"][(state >> 50) as usize % 2];
        text += &format!("{},{service},{value}\n", 1_767_225_600 + i);
        // d · 10^(e−1) has bin (e + 128) · 90 + d − 9, and here e − 1 = −exponent
        let bin = (1 - exponent as i64 + 128) * 90 + digits as i64 - 9;
        *want.entry((service.to_owned(), i / 60, bin)).or_default() += 1;
    }
    let file = File::new(&text);
    let table = counted(std::slice::from_ref(&file.0), &events(), LayoutChoice::LogLinear).unwrap();
    let mut got = BTreeMap::new();
    for stored in table.stored.values() {
        for (slot, packed) in &stored.windows {
            for (bin, count) in packed.bins() {
                let minute = (slot.start / 1_000_000_000 - 1_767_225_600) / 60;
                got.insert((stored.identity.labels.get("service").unwrap().to_owned(), minute, bin), count);
            }
        }
    }
    assert_eq!(got, want);
    assert_eq!((table.series(), table.windows(), table.count()), (2, 200, 6000));
    // so many bytes a window do not depend on how many rows fell into it
    assert!(table.memory_bytes() < 200 * 1000, "{}", table.memory_bytes());
    let whole = table.whole().unwrap();
    let all: Vec<f64> = whole.iter().map(|h| h.counts()[0]).collect();
    let of = |service: &str| want.iter().filter(|((s, ..), _)| s == service).map(|(_, n)| *n as f64).sum::<f64>();
    assert_eq!(all, [of("cart"), of("pay")]);
    let once = load(std::slice::from_ref(&file.0), &events(), &Progress::new()).unwrap();
    for (whole, item) in whole.iter().zip(&once.items) {
        let all = LayoutChoice::LogLinear.build(item.values()).unwrap();
        assert_eq!(whole.windows()[0].1, all);
    }
}

#[test]
fn files_add_up_and_what_is_no_event_is_refused() {
    let (a, b) = (
        File::new("time,status,latency_ms\n0,200,12\n1,200,15\n70,503,80\n"),
        File::new("time,status,latency_ms\n2,200,12\n"),
    );
    let both = counted(&[a.0.clone(), b.0.clone()], &LoadOptions::default(), LayoutChoice::LogLinear).unwrap();
    let counts: Vec<u64> = both.stored.values().flat_map(|s| s.windows.values()).map(Packed::count).collect();
    assert_eq!((counts, both.report().rows, both.report().files.len()), (vec![3, 1], 4, 2));
    let mut gauge = "time,temperature\n".to_owned();
    for i in 0..300 {
        gauge += &format!("{},{}\n", i * 15, 20.5 + f64::from(i % 7));
    }
    let gauge = File::new(&gauge);
    let refused =
        counted(std::slice::from_ref(&gauge.0), &LoadOptions::default(), LayoutChoice::LogLinear).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Mismatch);
    assert!(
        refused.to_string().contains("is a gauge, not events; choose events with --value, or say --kind events"),
        "{refused}"
    );
    assert_eq!(counted(std::slice::from_ref(&gauge.0), &events(), LayoutChoice::LogLinear).unwrap().count(), 300);
    let sketch = LayoutChoice::Kll { k: 200 };
    assert_eq!(counted(std::slice::from_ref(&a.0), &events(), sketch).unwrap_err().kind(), ErrorKind::Unsupported);
    let cancelled = Progress::new();
    cancelled.cancel();
    let stopped =
        load_histograms(std::slice::from_ref(&a.0), &events(), LayoutChoice::LogLinear, Span::MINUTE, &cancelled);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
}

/// A bin does not tell rows that failed from the others: their number is told, and a label keeps them apart.
#[test]
fn a_flag_that_is_not_kept_is_told() {
    let file = File::new("time,ok,latency_ms\n0,true,12\n1,false,15\n2,true,\n70,false,80\n71,false,\n");
    let paths = [file.0.clone()];
    let told = |report: &crate::load::LoadReport| {
        let kept = report.warnings.iter().filter(|w| w.kind == WarningKind::FlagNotKept);
        kept.map(|w| (w.count, w.message.clone())).collect::<Vec<_>>()
    };
    let table = counted(&paths, &events(), LayoutChoice::LogLinear).unwrap();
    let [(count, message)] = &told(table.report())[..] else { panic!("{:?}", table.report().warnings) };
    assert!(*count == 3 && message.contains("“ok”") && message.ends_with("--by ok keeps them apart"), "{message}");
    assert!(table.report().understood.iter().all(|note| note.what != "ok"), "a guess that is not used is not told");
    // the same of rows that were kept first
    let mut kept = load(&paths, &events(), &Progress::new()).unwrap();
    kept.make_histograms(LayoutChoice::LogLinear, Span::MINUTE).unwrap();
    assert_eq!(told(&kept.report).iter().map(|(count, _)| *count).collect::<Vec<_>>(), [3]);
    let by = LoadOptions { by: vec!["ok".into()], ..events() };
    let split = counted(&paths, &by, LayoutChoice::LogLinear).unwrap();
    assert_eq!((split.series(), told(split.report()).len()), (2, 0));
    let good = File::new("time,ok,latency_ms\n0,true,12\n1,true,15\n");
    let none = counted(std::slice::from_ref(&good.0), &events(), LayoutChoice::LogLinear).unwrap();
    assert_eq!(told(none.report()), []);
}

#[test]
fn the_table_is_read_back_and_chosen_from() {
    let mut text = "time,service,zone,latency_s\n".to_owned();
    for i in 0..900 {
        text += &format!("{},{},{},0.{}\n", 1_767_225_600 + i, ["cart", "pay"][i % 2], i % 3, 100 + i % 800);
    }
    let file = File::new(&text);
    let options = LoadOptions { by: vec!["service".into(), "zone".into()], ..events() };
    let table = counted(std::slice::from_ref(&file.0), &options, LayoutChoice::LogLinear).unwrap();
    let mut written = Vec::new();
    table.write_csv(&mut written).unwrap();
    let read = |options: &LoadOptions| load_bytes("t.csv", &written, options, &Progress::new());
    let back = read(&LoadOptions::default()).unwrap();
    let mut again = Vec::new();
    HistogramTable::from_dataset(&back).unwrap().write_csv(&mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(written.clone()).unwrap());
    // rows in any order are the same histograms
    let mut lines: Vec<&str> = std::str::from_utf8(&written).unwrap().lines().collect();
    lines[1..].sort_by_key(|line| line.bytes().rev().collect::<Vec<_>>());
    let shuffled = lines.join("\n");
    assert_eq!(
        load_bytes("t.csv", shuffled.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap().items,
        back.items
    );
    let chosen = |filter: &str| read(&LoadOptions { filter: Some(filter.into()), ..LoadOptions::default() });
    assert_eq!(chosen("service == \"cart\"").unwrap().items.len(), 3);
    assert_eq!(chosen("service == \"cart\" && zone > 0").unwrap().items.len(), 2);
    assert_eq!(chosen("series ~ \"latency\"").unwrap().items.len(), 6);
    assert_eq!(chosen("service == \"none\"").unwrap_err().kind(), ErrorKind::Empty);
    let wrong = chosen("count > 3").unwrap_err();
    assert!(wrong.to_string().contains("--where knows series, service, zone, unit"), "{wrong}");
    let minute = |m: i64| Some(Timestamp((1_767_225_600 + m * 60) * 1_000_000_000));
    let part = read(&LoadOptions { from: minute(2), to: minute(5), ..LoadOptions::default() }).unwrap();
    assert!(part.items.iter().all(|i| i.count() == 3 && i.first() == minute(2).unwrap()));
    assert!(!part.report.warnings.iter().any(|w| w.kind == WarningKind::EmptySeries));
    assert_eq!(
        read(&LoadOptions { value: Some("other".into()), ..LoadOptions::default() }).unwrap_err().kind(),
        ErrorKind::Empty
    );
}

#[test]
fn a_number_that_is_no_bin_names_its_line() {
    let text = b"series,window_start,width,schema,bin,count\na,0,60,log-linear,1,2\na,0,60,exp:5,7,2\n";
    let e = load_bytes("t.csv", text, &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert_eq!(e.to_string(), "t.csv, line 3: 7 is no bin of exp:5");
}

#[test]
fn a_tag_adds_up_and_loses_nothing() {
    let file = File::new("time,status,latency_ms\n0,200,12\n1,200,15\n70,503,80\n");
    let mut table = counted(std::slice::from_ref(&file.0), &LoadOptions::default(), LayoutChoice::LogLinear).unwrap();
    let stored = table.stored.values().next().unwrap().clone();
    let mut blank = stored.identity.clone();
    blank.labels.set("traffic", "");
    table.add(&blank, stored.format, stored.left_out, stored.windows).unwrap();
    assert_eq!((table.series(), table.count()), (2, 6));
    table.tag(Traffic::Real).unwrap();
    assert_eq!((table.series(), table.count()), (1, 6));
    assert_eq!(table.identities()[0].labels.get("traffic"), Some("real"));
}

#[test]
fn a_label_does_not_take_the_place_of_a_column() {
    let file = File::new("time,Schema,status,latency_ms\n0,a,200,12\n1,b,200,15\n");
    let options = LoadOptions { by: vec!["Schema".into()], ..LoadOptions::default() };
    let table = counted(std::slice::from_ref(&file.0), &options, LayoutChoice::LogLinear).unwrap();
    let e = table.write_csv(&mut Vec::new()).unwrap_err();
    assert!(e.kind() == ErrorKind::Unsupported && e.to_string().contains("“Schema”"), "{e}");
}

/// The first pieces hold no row that is wanted: those after them decide.
#[test]
fn rows_that_are_not_wanted_do_not_decide() {
    let (mut events, mut gauge) = ("time,latency_ms\n".to_owned(), "time,temperature\n".to_owned());
    for i in 0..3000 {
        events += &format!("{},{}\n", i / 3, 10 + i % 90);
        gauge += &format!("{},{}\n", i * 15, 20.5 + f64::from(i % 7));
    }
    let (events, gauge) = (File::new(&events), File::new(&gauge));
    let from =
        |s: i64| LoadOptions { from: Some(Timestamp(s * 1_000_000_000)), chunk_bytes: 500, ..LoadOptions::default() };
    let table = counted(std::slice::from_ref(&events.0), &from(600), LayoutChoice::LogLinear).unwrap();
    assert_eq!(table.count(), 1200);
    let refused = counted(std::slice::from_ref(&gauge.0), &from(30_000), LayoutChoice::LogLinear).unwrap_err();
    assert!(refused.to_string().contains("is a gauge, not events"), "{refused}");
}

#[test]
fn traffic_of_both_kinds_is_told_of_what_is_counted() {
    let file = File::new(
        "time,service,synthetic,status,latency_ms\n0,cart,0,200,12\n1,cart,1,200,3\n2,cart,0,503,80\n3,cart,1,200,2\n",
    );
    let table = counted(std::slice::from_ref(&file.0), &LoadOptions::default(), LayoutChoice::LogLinear).unwrap();
    let told = table.report().warnings.iter().any(|w| w.kind == WarningKind::MixedTraffic);
    assert!(table.series() == 2 && told, "{:?}", table.report().warnings);
}
