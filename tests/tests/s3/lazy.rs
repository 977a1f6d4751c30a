//! What is read is that of the same files on disk, and no more of it is fetched than is looked at.

use crate::relay::{Manner, Relay};
use crate::{json, local, size, through, understood};

fn both(relay: &Relay, command: &str, name: &str, flags: &[&str]) -> (serde_json::Value, serde_json::Value) {
    let ask = |place: &str| {
        [&[command, place][..], flags, &["--json"]].concat().iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()
    };
    let run = |words: Vec<String>| json(through(relay, &words.iter().map(String::as_str).collect::<Vec<_>>()));
    (run(ask(&format!("s3://lake/{name}"))), run(ask(&local(name))))
}

#[test]
fn rows_of_parquet_are_those_of_the_file_and_a_column_of_no_use_stays_there() {
    let relay = Relay::new(Manner::Plain);
    let flags = ["--value", "latency", "--by", "service", "-q", "0.5,0.99", "--kind", "events"];
    let (far, near) = both(&relay, "quantile", "rows.parquet", &flags);
    assert_eq!(far["results"], near["results"]);
    assert_eq!(near["results"].as_array().unwrap().len(), 8);
    let (fetched, whole) = (relay.bytes(), size("rows.parquet"));
    // the traces are three quarters of the file; of all but the first row groups they are not fetched
    assert!(fetched < whole / 2, "{fetched} of {whole}");
    assert_eq!(understood(&far, "authorisation"), "signed requests");
    assert!(far["input"]["files"][0]["name"] == "s3://lake/rows.parquet", "{}", far["input"]["files"]);
}

#[test]
fn of_rows_only_the_row_groups_in_the_range_of_time_are_fetched() {
    let relay = Relay::new(Manner::Plain);
    // ten row groups of 1000 s each: the last of the sixth and half of the seventh
    let flags = ["--value", "latency", "--by", "service", "-q", "0.5,0.99", "--kind", "events"];
    let range = ["--from", "2026-01-01T01:39:50Z", "--to", "2026-01-01T01:48:20Z"];
    let (far, near) = both(&relay, "quantile", "rows.parquet", &[&flags[..], &range].concat());
    assert_eq!(far["results"], near["results"]);
    assert_eq!(understood(&far, "range"), understood(&near, "range"));
    assert!(understood(&far, "row groups").starts_with("2 of 10 row groups read, "), "{far}");
    let (fetched, whole) = (relay.bytes(), size("rows.parquet"));
    // all columns of the first row group, and three of four of two: the traces, three quarters of all, are left there
    assert!(fetched < whole / 4, "{fetched} of {whole}");
    let wanted = Relay::new(Manner::Plain);
    let (all, _) = both(&wanted, "quantile", "rows.parquet", &flags);
    assert!(all["input"]["understood"].as_array().unwrap().iter().all(|note| note["what"] != "row groups"));
    assert!(fetched < wanted.bytes(), "{fetched} of {}", wanted.bytes());
}

#[test]
fn folders_of_rows_are_labels() {
    let relay = Relay::new(Manner::Plain);
    let of = |flags: &[&str]| {
        let (far, near) =
            both(&relay, "quantile", "labelled/", &[&["--value", "latency", "-q", "0.5"][..], flags].concat());
        assert_eq!(far["results"], near["results"], "{flags:?}");
        near["results"].as_array().unwrap().len()
    };
    // 1 to 1000, and a tenth of that: two series, and not one
    assert_eq!(of(&["--by", "service", "--kind", "events"]), 2);
    assert_eq!(of(&["--by", "service,day", "--kind", "events"]), 2);
    assert_eq!(of(&["--kind", "events", "--where", "service=cart"]), 1);
    of(&["--kind", "events"]);
}

/// What is named says where to look; what is found below it, or from the first wildcard on, is a label.
#[test]
fn folders_above_what_was_named_are_no_labels() {
    let relay = Relay::new(Manner::Plain);
    let flags = ["--value", "latency", "-q", "0.5", "--kind", "events", "--by"];
    for (name, by, labels) in [
        ("labelled/*/day=1/*.parquet", "service,day", serde_json::json!({"service": "cart", "day": "1"})),
        ("labelled/service=cart/", "day", serde_json::json!({"day": "1"})),
        ("labelled/service=cart/day=?/p.parquet", "day", serde_json::json!({"day": "1"})),
    ] {
        let (far, near) = both(&relay, "quantile", name, &[&flags[..], &[by]].concat());
        assert_eq!(far["results"], near["results"], "{name}");
        assert_eq!(far["results"][0]["series"]["labels"], labels, "{name}");
    }
    for (name, above) in [("labelled/service=cart/", "service"), ("labelled/service=cart/day=1/p.parquet", "day")] {
        for place in [format!("s3://lake/{name}"), local(name)] {
            let (code, _, err) = through(&relay, &[&["quantile", &place][..], &flags, &[above]].concat());
            assert!(code == 3 && err.contains(&format!("“{above}”")), "{place}: {err}");
        }
    }
}

#[test]
fn of_a_folder_of_histograms_only_what_is_asked_for_is_fetched() {
    let relay = Relay::new(Manner::Plain);
    let day = ["--from", "2026-01-02T00:00:00Z", "--to", "2026-01-03T00:00:00Z", "--where", "service=service-07"];
    let (far, near) = both(&relay, "quantile", "histograms/", &[&day[..], &["-q", "0.99"]].concat());
    assert_eq!(far["results"], near["results"]);
    let whole: u64 = (0..3).map(|day| size(&format!("histograms/day={day}/part-0.parquet"))).sum();
    let fetched = relay.bytes();
    // one row group of sixty, and three tables of contents
    assert!(whole > 3_000_000 && fetched < whole / 6, "{fetched} of {whole}");
    assert!(understood(&far, "row groups").starts_with("1 of 60 row groups read, "), "{far}");
    let told = understood(&far, "fetched");
    let number = |word: &str| word.parse::<f64>().unwrap();
    let words: Vec<&str> = told.split(' ').collect();
    let (own, all) = (number(words[0]), number(words[2]));
    // what it says is what went over the wire, but for heads and lists
    assert!(
        (own * 1e6 - fetched as f64).abs() < 10_000.0 && (all * 1e6 - whole as f64).abs() < 1e3,
        "{told}: {fetched} of {whole}"
    );

    let slo = ["--slo", "99% of requests < 50ms over 1d"];
    let (far, near) = both(&relay, "slo", "histograms", &[&day[..], &slo].concat());
    assert_eq!(far["results"], near["results"]);
    let (far, near) = both(&relay, "histogram", "histograms/day=1/part-0.parquet", &["--where", "service=service-19"]);
    assert_eq!(far["results"], near["results"]);
}

#[test]
fn text_below_a_prefix_and_by_a_pattern_is_read_whole() {
    let relay = Relay::new(Manner::Plain);
    let (far, near) = both(&relay, "describe", "text/", &[]);
    assert_eq!(far["results"], near["results"]);
    // the empty file is told and left out in both
    assert_eq!(far["warnings"].as_array().unwrap().len(), near["warnings"].as_array().unwrap().len());
    let (far, _) = both(&relay, "inspect", "text/part*.csv", &[]);
    assert_eq!(far["input"]["files"].as_array().unwrap().len(), 2, "{}", far["input"]["files"]);
    assert_eq!(far["results"][0]["count"], 3);
}
