//! The views of the window, driven by role and label: what they show, what is taken away, how they stand together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod keeping;
mod looking;
mod scale;
mod slo;
mod verdicts;
#[path = "../window/mod.rs"]
mod window;

use std::path::PathBuf;

use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;
use sre_stats_app::gui::dispatch::Message;

use window::{NS, Window, csv, send, window};

/// Two hours of requests, 40 a minute: slow and failing from minute 60 to 70.
fn requests() -> PathBuf {
    let mut text = String::from("time,latency_ms,ok\n");
    for i in 0..4800_u32 {
        let (minute, millis) = (i / 40, 1_767_225_600_000_u64 + u64::from(i) * 1500);
        let bad = (60..70).contains(&minute);
        let latency = 40 + (i * 37) % 101 + if bad { 900 } else { 0 };
        let ok = !(bad && i % 2 == 0);
        text.push_str(&format!("{}.{:03},{latency},{ok}\n", millis / 1000, millis % 1000));
    }
    csv("requests.csv", &text)
}

fn on_requests() -> Window {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![requests()]));
    assert!(window.state().state().notices.is_empty(), "{:?}", window.state().state().notices);
    window
}

fn up_and_down() -> Dataset {
    let times: Vec<i64> = (0..7200).map(|i| i * NS).collect();
    let values =
        (0..7200).map(|i| if (3000..3060).contains(&i) || (5000..5010).contains(&i) { 0.0 } else { 1.0 }).collect();
    let up = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Drop).unwrap();
    Dataset { items: vec![Item::new(Kind::Gauge, Data::Gauge(up), Format::Csv)], ..Dataset::default() }
}
