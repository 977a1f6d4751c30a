//! More of something than is kept is refused before memory is taken for it.

use std::sync::PoisonError;

use sre_stats::ErrorKind;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{LoadOptions, load_bytes, load_histograms, load_packed};
use sre_stats::progress::Progress;
use sre_stats::report::tell::fit::fitting_packed;
use sre_stats::slo::SloInput;
use sre_stats::time::Span;

use crate::fuzz::memory::peak_of_all;
use crate::run::ONE;
use crate::target::{FREE, folder};

fn many(one: impl Fn(u32) -> String) -> String {
    let mut all = String::new();
    (0..1_000_000).for_each(|i| all += &one(i));
    all
}

/// A million columns or series are refused before memory is taken for them.
#[test]
fn a_million_of_anything_is_refused_early() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let columns = many(|i| format!(",c{i}"));
    let wide = format!("time{columns}\n0{}\n", ",1".repeat(1_000_000));
    let text = many(|i| format!("m{{id=\"{i}\"}} 1 1767225600000\n"));
    let dump = many(|i| format!("{{__name__=\"m\", id=\"{i}\"}} 1 1767225600000\n"));
    let answer = many(|i| format!("{{\"metric\":{{\"a\":\"{i}\"}},\"value\":[0,\"1\"]}},"));
    let answer = format!("{{\"data\":{{\"result\":[{}]}}}}", answer.trim_end_matches(','));
    for (name, input) in [("columns", wide), ("series", text), ("series", dump), ("series", answer)] {
        let (result, peak) =
            peak_of_all(|| load_bytes("input", input.as_bytes(), &LoadOptions::default(), &Progress::new()));
        let e = result.map(|data| data.items.len()).unwrap_err().to_string();
        assert!(e.starts_with("input") && e.contains(name) && e.contains("--value"), "{e}");
        assert!(peak <= 4 * input.len() + FREE, "{e}: {} MB for {} MB", peak >> 20, input.len() >> 20);
    }
}

/// Rows of millions of empty fields, which are a byte each as text: no record of them is held.
#[test]
fn rows_of_millions_of_fields_are_not_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    // just above a power of two, where what holds their places has grown to twice as much
    let wide = |fields: usize, delimiter: &str| delimiter.repeat(fields);
    let tabs = format!("\n{}", wide(1_140_264, "\u{b}\t"));
    let header = format!("{}\n1,2\n", wide((1 << 22) + 9, ","));
    let below = format!("time,value\n0,1\n60,2\n{}\n120,3\n", wide((1 << 22) + 9, ","));
    for (input, said) in [(tabs, Err("columns")), (header, Err("columns")), (below, Ok(3))] {
        let options = LoadOptions::default();
        let (result, peak) = peak_of_all(|| load_bytes("input", input.as_bytes(), &options, &Progress::new()));
        assert!(peak <= 4 * input.len() + FREE, "{} MB for {} MB", peak >> 20, input.len() >> 20);
        match (result.map(|data| data.items[0].count()).map_err(|e| e.to_string()), said) {
            (Ok(rows), Ok(wanted)) => assert_eq!(rows, wanted),
            (Err(e), Err(word)) => assert!(e.starts_with("input: there are") && e.contains(word), "{e}"),
            (found, _) => panic!("{found:?}"),
        }
    }
}

/// Many series of which some are chosen, by name or by label: those left out are not held, and what is asked for in vain is told.
#[test]
fn of_many_series_the_chosen_are_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let many = |one: &dyn Fn(u32) -> String| (0..120_000).map(one).collect::<String>();
    let text = many(&|i| format!("m{i}{{id=\"{i}\"}} 7 1767225600000\n"));
    let dump = many(&|i| format!("{{__name__=\"m{i}\", id=\"{i}\"}} 7 1767225600000\n"));
    let answer =
        many(&|i| format!("{{\"metric\":{{\"__name__\":\"m{i}\",\"id\":\"{i}\"}},\"values\":[[0,\"7\"],[9,\"7\"]]}},"));
    let answer = format!("{{\"data\":{{\"result\":[{}]}}}}", answer.trim_end_matches(','));
    let value = |v: &str| LoadOptions { value: Some(v.into()), ..LoadOptions::default() };
    let filter = |f: &str| LoadOptions { filter: Some(f.into()), ..LoadOptions::default() };
    let counts = LoadOptions { total: Some("m5".into()), bad: Some("m119999".into()), ..LoadOptions::default() };
    let chosen = [
        (value("m0, m119999"), Ok(2)),
        (counts, Ok(2)),
        (filter("id < 1000 && __name__ ~ 99"), Ok(19)),
        (filter("id < 100000"), Ok(100_000)),
    ];
    let in_vain = [
        (value("n7"), Err("no series is called “n7”; there are m0, m1, m10,")),
        (filter("di == 7"), Err("no label is called “di”; there are id, __name__; choose one of them with --where")),
        (filter("id >= 0"), Err("--value and --where leave more than 100000 series; choose fewer")),
        (filter("id > 1000000"), Err("no series passes --value and --where")),
    ];
    let line_by_line = [&chosen[..2], &in_vain[2..]].concat();
    let all = [&chosen[..], &in_vain].concat();
    for (input, asked) in [(text, &line_by_line), (dump, &line_by_line), (answer, &all)] {
        for (options, wanted) in asked {
            let (result, peak) = peak_of_all(|| load_bytes("input", input.as_bytes(), options, &Progress::new()));
            let told = format!("{:?} {:?}", options.value, options.filter);
            // the text as it grows, the hashes of lines, and next to nothing of a series that is not chosen
            let bound = match wanted {
                Ok(100_000) | Err("--value and --where leave more than 100000 series; choose fewer") => {
                    4 * input.len() + FREE
                }
                _ => 3 * input.len() + (8 << 20),
            };
            assert!(peak <= bound, "{told}: {} MB for {} MB", peak >> 20, input.len() >> 20);
            match (result.map_err(|e| e.to_string()), wanted) {
                (Ok(data), Ok(series)) => {
                    assert_eq!(data.items.len(), *series, "{told}");
                    assert!(data.items.iter().all(|item| item.values().iter().all(|v| *v == 7.0)), "{told}");
                    let said = data.report.understood.iter().find(|u| u.what == "where").unwrap();
                    assert_eq!(said.choice, format!("{series} of 120000 series"));
                }
                (Err(e), Err(words)) => assert!(e.starts_with("input: ") && e.contains(words), "{e}"),
                (result, _) => panic!("{told}: {:?}", result.map(|data| data.items.len())),
            }
        }
    }
}

/// As many series as are read, in the shortest lines that there are.
#[test]
fn as_many_series_as_are_read_fit() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let many = |one: &dyn Fn(u32) -> String| (0..100_000).map(one).collect::<String>();
    let text = many(&|i| format!("m{i} 7 0\n"));
    let dump = many(&|i| format!("{{__name__=\"m{i}\"}} 7 0\n"));
    let answer = many(&|i| format!("{{\"metric\":{{\"a\":\"{i}\"}},\"value\":[0,\"7\"]}},"));
    let answer = format!("{{\"data\":{{\"result\":[{}]}}}}", answer.trim_end_matches(','));
    for input in [text, dump, answer] {
        let options = LoadOptions::default();
        let (result, peak) = peak_of_all(|| load_bytes("input", input.as_bytes(), &options, &Progress::new()));
        assert_eq!(result.unwrap().items.len(), 100_000);
        assert!(peak <= 4 * input.len() + FREE, "{} MB for {} MB", peak >> 20, input.len() >> 20);
    }
}

/// A long header over short rows, records that lack most fields, and traces of many small histograms: what is not there takes no memory.
#[test]
fn what_no_text_stands_for_is_not_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let repeated = |times: usize, line: &dyn Fn(usize) -> String| (0..times).map(line).collect::<Vec<_>>().concat();
    let header = repeated(9_900, &|i| format!(",{i}"));
    let short = format!("t{header}\n0{}\n{}", ",7".repeat(9_900), "1,2\n".repeat(30_000));
    let first = repeated(1_900, &|i| format!(",\"v{i}\":1"));
    let record = "{\"t\":1,\"v1\":2}\n";
    let sparse = format!("{{\"t\":0{first}}}\n{}", record.repeat(30_000));
    let heading = "  value  ------------- Distribution ------------- count\n 0 | 1\n\n";
    let dtrace = repeated(200_000, &|i| format!("x{i}\n{heading}"));
    let bpftrace = repeated(200_000, &|i| format!("@a[{i}]:\n[1] 1 |@|\n[2, 4) 1 |@|\n\n"));
    for (text, line, told) in [
        (short, "line ", "lack many of the"),
        (sparse, "line ", "lack many of the"),
        (dtrace, "line ", "more than 20000 histograms"),
        (bpftrace, "line ", "more than 20000 histograms"),
    ] {
        let options = LoadOptions::default();
        let (result, peak) = peak_of_all(|| load_bytes("input", text.as_bytes(), &options, &Progress::new()));
        let e = result.map(|data| data.items.len()).unwrap_err().to_string();
        assert!(e.starts_with("input, ") && e.contains(line) && e.contains(told), "{e}");
        assert!(peak <= 4 * text.len() + FREE, "{e}: {} MB for {} MB", peak >> 20, text.len() >> 20);
    }
    // as many traces as are read
    let trace = repeated(20_000, &|i| format!("x{i}\n{heading}"));
    let (result, peak) =
        peak_of_all(|| load_bytes("input", trace.as_bytes(), &LoadOptions::default(), &Progress::new()));
    assert_eq!(result.unwrap().items.len(), 20_000);
    assert!(peak <= 4 * trace.len() + FREE, "{} MB for {} MB", peak >> 20, trace.len() >> 20);
}

/// A histogram table is read row by row: what is held does not grow with the text.
#[test]
fn a_histogram_table_is_not_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder("stream").join(format!("table-{}.csv", std::process::id()));
    let mut text = "series,window_start,width,schema,bin,count,service\n".to_owned();
    // the same bins of 50 windows over and over, as of many files
    for i in 0..400_000 {
        text += &format!("latency_seconds,2026-01-01T00:{:02}:00Z,60,log-linear,{},1,checkout\n", i % 50, 1000 + i % 7);
    }
    std::fs::write(&path, &text).unwrap();
    let files = std::slice::from_ref(&path);
    let options = LoadOptions::default();
    let load = || load_histograms(files, &options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new());
    let (table, peak) = peak_of_all(|| load().unwrap());
    std::fs::remove_file(&path).unwrap();
    assert_eq!((table.count(), table.windows(), table.rows()), (400_000, 50, 350));
    assert!(text.len() > 25 << 20 && peak < 6 << 20, "{peak} bytes for {}", text.len());
    // a quote that is never closed is not held either
    let mut endless = b"series,window_start,width,schema,bin,count\na,0,60,log-linear,1,2\n\"".to_vec();
    endless.resize(40 << 20, b'a');
    let (result, peak) = peak_of_all(|| load_bytes("input", &endless, &options, &Progress::new()));
    let e = result.unwrap_err().to_string();
    assert!(e.starts_with("input, line 3: a row is longer than 16 MB") && peak < 64 << 20, "{peak}: {e}");
    let cancelled = Progress::new();
    cancelled.cancel();
    let e = load_bytes("input", &text.as_bytes()[..1000], &options, &cancelled).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Cancelled);
}

/// A histogram of two far values is a few bytes of text and as wide as what lies between them.
#[test]
fn histograms_of_one_time_are_held_together() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = "{\"+10e-120\":1,\"+11e+120\":1}\n".repeat(3000);
    let (data, peak) =
        peak_of_all(|| load_bytes("input", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap());
    // an item of histograms counts its windows
    assert_eq!((data.report.rows, data.items[0].count()), (3000, 1));
    assert!(peak < 4 << 20, "{peak} bytes for {}", text.len());
}

/// Every series carries every label, so that a row of as many words as numbers would be held as its square.
#[test]
fn labels_times_series_are_not_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut text = "time".to_owned();
    (0..3000).for_each(|i| text += &format!(",word{i},number{i}"));
    text += "\n2026-01-01T00:00:00Z";
    (0..3000).for_each(|i| text += &format!(",w,{i}"));
    let (data, peak) =
        peak_of_all(|| load_bytes("input", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap());
    assert_eq!((data.items.len(), data.items[0].identity.labels.iter().count()), (3000, 32));
    assert!(data.report.understood.iter().any(|u| u.what == "not read" && u.choice == "word32 and 2967 more"));
    assert!(peak < 64 << 20, "{} MB for {} KB", peak >> 20, text.len() >> 10);
}

/// A line of separators alone names no columns.
#[test]
fn columns_without_a_word_are_not_held() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = format!(
        "Full label,Errors\nLabel,Errors\nUnit,Count{}\n2026-01-01T00:00:00Z,5\n2026-01-01T00:01:00Z,7\n",
        ",".repeat(400_000)
    );
    let (data, peak) =
        peak_of_all(|| load_bytes("input", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap());
    assert_eq!((data.items.len(), data.items[0].count()), (1, 2));
    assert!(peak < 16 << 20, "{} MB for {} KB", peak >> 20, text.len() >> 10);
}

/// An objective is held against the windows of a table one by one: unpacked, each takes thousands of bytes.
#[test]
fn windows_of_a_table_are_counted_one_by_one() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder("stream").join(format!("packed-{}.csv", std::process::id()));
    let mut text = "series,window_start,width,schema,bin,count,service\n".to_owned();
    // 1 ms, 100 ms, 300 ms and 1 s
    for i in 0..40_000 {
        let (window, bin) = (i / 4, [11_251, 11_431, 11_451, 11_521][i % 4]);
        text += &format!("latency_seconds,{},60,log-linear,{bin},1,s{}\n", window / 4 * 60, window % 4);
    }
    std::fs::write(&path, &text).unwrap();
    let (files, options) = (std::slice::from_ref(&path), LoadOptions::default());
    let objective = "99% of requests < 300ms over 30d".parse().unwrap();
    let (counts, peak) = peak_of_all(|| {
        let (data, packed) = load_packed(files, &options, &Progress::new()).unwrap();
        let fits = fitting_packed(&data, &packed, &objective).unwrap().fits;
        let sums = fits.iter().map(|fit| match fit.input() {
            SloInput::Counts(counts) => (counts.total().iter().sum::<u64>(), counts.bad().iter().sum::<u64>()),
            _ => panic!("not counts"),
        });
        sums.collect::<Vec<_>>()
    });
    std::fs::remove_file(&path).unwrap();
    assert_eq!(counts, [(10_000, 5_000); 4]);
    assert!(peak < 8 << 20, "{peak} bytes for 10000 windows");
}
