//! What columns of whole texts are taken for, and what is left to the caller.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::Result;
use crate::progress::Progress;

fn read_with(text: &str, options: &LoadOptions) -> Result<Dataset> {
    load_bytes("x.csv", text.as_bytes(), options, &Progress::new())
}

fn read(text: &str) -> Dataset {
    read_with(text, &LoadOptions::default()).unwrap()
}

/// What was understood of something, with the reason.
fn told<'a>(data: &'a Dataset, what: &str) -> Vec<(&'a str, &'a str)> {
    let notes = data.report.understood.iter().filter(|u| u.what == what);
    notes.map(|u| (u.choice.as_str(), u.why.as_str())).collect()
}

fn warned(data: &Dataset) -> Vec<String> {
    data.report.warnings.iter().map(ToString::to_string).collect()
}

/// Rows a second apart: `header`, then what `row` makes of each number.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows = (0..rows).map(|i| format!("{},{}\n", 1_767_225_600 + i, row(i)));
    format!("{header}\n{}", rows.collect::<String>())
}

/// How many rows of the only series are good, of how many.
fn good(data: &Dataset) -> (usize, usize) {
    let ok = data.items[0].as_events().unwrap().ok().unwrap();
    (ok.iter().filter(|ok| **ok).count(), ok.len())
}

#[test]
fn nought_is_success_among_codes_of_grpc_and_of_exits() {
    let grpc = table("time,latency_ms,code", 200, |i| format!("5,{}", if i % 50 == 0 { 14 } else { 0 }));
    let d = read(&grpc);
    assert_eq!((good(&d), told(&d, "ok")[0].0), ((196, 200), "code: a code, 0 is good"));
    let exits =
        |name: &str| table(&format!("time,duration_ms,{name}"), 100, |i| format!("5,{}", u8::from(i % 10 == 0)));
    let d = read(&exits("exit_code"));
    assert_eq!(good(&d), (90, 100));
    // nothing shows what 0 is here
    for name in ["status", "result", "code"] {
        let d = read(&exits(name));
        assert!(d.items[0].as_events().is_none_or(|e| e.ok().is_none()), "{name}");
        let why = format!(
            "the numbers of {name} are no HTTP statuses, and 0 may be good or bad; --ok {name} takes 1 for good where there are but 0 \
             and 1, else 0"
        );
        assert_eq!(told(&d, "ok"), [("none", why.as_str())]);
        let d = read_with(&exits(name), &LoadOptions { ok: Some(name.into()), ..LoadOptions::default() }).unwrap();
        assert_eq!(good(&d), (10, 100), "{name}");
    }
    let states = table("time,duration_ms,status", 100, |i| format!("5,{}", if i % 10 == 0 { 137 } else { 0 }));
    assert_eq!(told(&read(&states), "ok")[0].0, "none");
    let d = read_with(&states, &LoadOptions { ok: Some("status".into()), ..LoadOptions::default() }).unwrap();
    assert_eq!(good(&d), (90, 100));
}

#[test]
fn nought_is_no_answer_among_statuses_of_http() {
    let d = read(&table("time,latency_ms,status", 10, |i| format!("5,{}", [200, 0, 404, 503, 200][i % 5])));
    assert_eq!((good(&d), told(&d, "ok")[0].0), ((6, 10), "status: an HTTP status, 500 and above and 0 are bad"));
    // words and flags are read as before
    let d = read(&table("time,latency_ms,status", 10, |i| format!("5,{}", ["ok", "error"][i % 2])));
    assert_eq!(good(&d), (5, 10));
    let d = read(&table("time,latency_ms,ok", 10, |i| format!("5,{}", i % 2)));
    assert_eq!(good(&d), (5, 10));
}
