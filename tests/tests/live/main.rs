//! A live server as a source: a real Prometheus on the loopback interface, and one that misbehaves as it is told.
//!
//! What is read from the real one is compared with what was put into it, with the answer that `curl` would save, and with an evaluation
//! of its rule for instants by brute force. Debian's package `prometheus` has the server; `tests/run` installs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod fake;
mod histograms;
mod kinds;
mod remote_write;
mod secrets;
mod trouble;

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use sre_stats::load::{
    Dataset, Item, Kind, LoadOptions, PrometheusQuery, ServerOptions, When, fetch, load, load_bytes,
};
use sre_stats::progress::Progress;
use sre_stats::time::{Span, Timestamp};
use workspace_tests::prometheus::{Prometheus, Setup};

/// 2026-02-01T00:00:00Z
const BASE_S: i64 = 1_769_904_000;
/// Four hours at a step of 1 s are more points than Prometheus gives at once.
const HOURS: i64 = 4;
/// How long a sample stands for the instants after it.
const LOOKBACK_S: i64 = 300;

fn at(seconds: i64) -> Timestamp {
    Timestamp((BASE_S + seconds) * 1_000_000_000)
}

/// What is asked over so many seconds from the base on.
fn over(url: &str, query: &str, from_s: i64, until_s: i64, step_s: i64) -> PrometheusQuery {
    PrometheusQuery::new(url, query).over(at(from_s), at(until_s), Span::from_secs(step_s))
}

/// Options with pages of so many points.
fn paged(points: u64) -> LoadOptions {
    let server = ServerOptions { page_points: points, pause: Span(1_000_000), ..ServerOptions::default() };
    LoadOptions { server, ..LoadOptions::default() }
}

fn ask(query: &PrometheusQuery, options: &LoadOptions) -> sre_stats::Result<Dataset> {
    fetch(query, options, &Progress::new())
}

/// Runs the program with an environment of its own: exit code, standard output and standard error.
fn told(environment: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(workspace_tests::program());
    command.args(arguments).current_dir(workspace_tests::root()).stdin(Stdio::null());
    command.env_remove("SRE_STATS_PROMETHEUS_TOKEN").env_remove("SSL_CERT_FILE").envs(environment.iter().copied());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Samples in seconds after the base, every 15 s but for gaps: a gauge, and a counter that restarts.
fn samples() -> [(&'static str, Vec<(i64, f64)>); 3] {
    let times = |gap: i64| (0..HOURS * 240).map(|i| i * 15).filter(move |t| !(5_000..5_000 + gap).contains(t));
    let wave = |t: i64| (t, ((t * 7919) % 1009) as f64 / 8.0 - 20.0);
    let rising = |t: i64| (t, (t % 7_000 * 3) as f64);
    [
        ("level{i=\"a\"}", times(40).map(wave).collect()),
        ("level{i=\"b\"}", times(900).map(wave).collect()),
        ("done_total{i=\"a\"}", times(0).map(rising).collect()),
    ]
}

fn exposition(all: &[(&str, Vec<(i64, f64)>)]) -> String {
    let mut text = String::from("# TYPE level gauge\n");
    for (title, samples) in all {
        if title.starts_with("done") {
            text.push_str("# TYPE done counter\n");
        }
        for (t, v) in samples {
            writeln!(text, "{title} {v:?} {}", BASE_S + t).unwrap();
        }
    }
    text + "# EOF\n"
}

/// The sample that stands for an instant: the last one of the five minutes before it, which before release 3 begin with their left end.
fn stands_for(samples: &[(i64, f64)], t: i64, is_closed: bool) -> Option<f64> {
    let known = samples.partition_point(|(s, _)| *s <= t);
    let last = samples[..known].last();
    last.filter(|(s, _)| *s > t - LOOKBACK_S || (is_closed && *s == t - LOOKBACK_S)).map(|(_, v)| *v)
}

/// Whether the server is of a release before 3.
fn is_before_3() -> bool {
    let output = Command::new("prometheus").arg("--version").output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let release: sre_stats::window::Dialect =
        text.split("version ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    release.is_closed()
}

#[test]
fn a_range_is_read_whole_however_it_is_cut_into_pages() {
    let all = samples();
    let text = exposition(&all);
    let server = Prometheus::start(&Setup { name: "range", samples: Some(&text), prefix: "/prom", ..Setup::default() });
    let url = server.url();

    // more points than one answer has: Prometheus refuses, the pages are joined, and each point is what the rule says
    let (status, refusal) = server.saved("level", BASE_S, BASE_S + HOURS * 3600 - 1, 1);
    assert!(status == 400 && String::from_utf8_lossy(&refusal).contains("11,000 points"));
    let asked = over(&url, r#"{__name__=~"level|done_total"}"#, 0, HOURS * 3600, 1);
    let whole = ask(&asked, &LoadOptions::default()).unwrap();
    let titles: Vec<String> = whole.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["done_total{i=\"a\"}", "level{i=\"a\"}", "level{i=\"b\"}"]);
    assert_eq!(whole.items.iter().map(|i| i.kind).collect::<Vec<_>>(), [Kind::Counter, Kind::Gauge, Kind::Gauge]);
    let is_closed = is_before_3();
    for (title, put_in) in &all {
        let item = whole.find(title)[0];
        let expected: (Vec<i64>, Vec<f64>) =
            (0..HOURS * 3600).filter_map(|t| Some((at(t).0, stands_for(put_in, t, is_closed)?))).unzip();
        assert!(expected.0.len() > 13_000);
        assert_eq!(item.times(), expected.0, "{title}");
        assert_eq!(item.values(), expected.1, "{title}");
    }
    for points in [777, 11_000] {
        let cut = ask(&asked, &paged(points)).unwrap();
        assert_eq!(cut.items, whole.items, "pages of {points}");
        let range = cut.report.understood.iter().find(|u| u.what == "range").unwrap();
        assert!(range.choice.ends_with(&format!("in {} pages", ((HOURS * 3600) as u64).div_ceil(points))), "{range:?}");
    }

    // as many points as one answer has: what a file with the answer gives, in one page and in many
    let (status, bytes) = server.saved("level", BASE_S + 7, BASE_S + 7 + 10_999, 1);
    assert_eq!(status, 200);
    let file = load_bytes("q.json", &bytes, &LoadOptions::default(), &Progress::new()).unwrap();
    let asked = over(&url, "level", 7, 7 + 11_000, 1);
    for points in [11_000, 10_999, 100] {
        assert_eq!(ask(&asked, &paged(points)).unwrap().items, file.items, "pages of {points}");
    }
    // what has no name is called by its query, and its values are the same
    let (_, bytes) = server.saved("sum(rate(done_total[1m]))", BASE_S + 60, BASE_S + 3_600, 60);
    let file = load_bytes("q.json", &bytes, &LoadOptions::default(), &Progress::new()).unwrap();
    let rate = ask(&over(&url, "sum(rate(done_total[1m]))", 60, 3_660, 60), &paged(7)).unwrap();
    assert_eq!(rate.items[0].title(), "sum(rate(done_total[1m]))");
    assert_eq!((rate.items[0].times(), rate.items[0].values()), (file.items[0].times(), file.items[0].values()));

    // an instant with a range selector is the samples as they were put in
    let mut asked = PrometheusQuery::new(&url, format!("level[{HOURS}h]"));
    asked.when = When::Instant(Some(at(HOURS * 3600 - 1)));
    let raw = ask(&asked, &LoadOptions::default()).unwrap();
    for (title, put_in) in &all[..2] {
        let (times, values): (Vec<i64>, Vec<f64>) = put_in.iter().map(|(t, v)| (at(*t).0, *v)).unzip();
        let item = raw.find(title)[0];
        assert_eq!((item.times(), item.values()), (&times[..], &values[..]));
    }

    // as a name in the place of a file, beside a file, with the range of the options
    let options = LoadOptions {
        from: Some(at(0)),
        to: Some(at(3_600)),
        step: Some(Span::from_secs(30)),
        ..LoadOptions::default()
    };
    let name = |query: &str| PrometheusQuery::new(&url, query).to_string().into();
    let both = load(&[name("level"), name("done_total")], &options, &Progress::new()).unwrap();
    assert_eq!(both.items.iter().map(Item::count).collect::<Vec<_>>(), [120, 120, 120]);
    assert_eq!((both.report.files.len(), both.items[2].step()), (2, Some(Span::from_secs(30))));

    the_command_line_asks(&server);
    errors_tell_the_way_out(&server);
}

fn the_command_line_asks(server: &Prometheus) {
    let url = server.url();
    let range = ["--from", "2026-02-01T00:00:00Z", "--to", "2026-02-01T01:00:00Z", "--step", "15s"];
    let words = |more: &[&'static str]| -> Vec<String> {
        more.iter().map(|w| w.replace("URL", &url)).chain(range.iter().map(|w| (*w).to_owned())).collect()
    };
    let run = |words: &[String]| told(&[], &words.iter().map(String::as_str).collect::<Vec<_>>());
    let (code, out, err) = run(&words(&["inspect", "--url", "URL", "--query", "level", "--json"]));
    assert_eq!(code, 0, "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["results"].as_array().unwrap().len(), 2);
    assert_eq!(document["results"][0]["count"], 240);
    // the name in the report asks the same again
    let name = document["input"]["files"][0]["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("prometheus+http://127.0.0.1:") && name.contains("until=2026-02-01T01:00:00Z"), "{name}");
    let (code, again, _) = told(&[], &["inspect", "--json", &name]);
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!((code, &again["results"]), (0, &document["results"]));
    // what it answers is kept by convert, whose last time has another word
    let file = std::env::temp_dir().join(format!("sre-stats-live-kept-{}.parquet", std::process::id()));
    let kept = file.to_str().unwrap().to_owned();
    let mut convert = words(&["convert", "--url", "URL", "--query", "level"]);
    convert.iter_mut().filter(|w| *w == "--to").for_each(|w| "--until".clone_into(w));
    convert.extend(["--to", "parquet", "--out", &kept].map(str::to_owned));
    let (code, _, err) = run(&convert);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = told(&[], &["inspect", "--json", &kept]);
    std::fs::remove_file(&file).unwrap();
    let file: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &file["results"][1]["count"]), (0, &document["results"][1]["count"]), "{err}");
    // two questions in the place of two files
    let two = words(&["compare", "--url", "URL", "--query", r#"level{i="a"}"#, "--query", r#"level{i="b"}"#]);
    let (code, out, err) = run(&two);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("n = 240 and 240"), "{out}");
    let (code, _, err) = told(&[], &["inspect", "--url", &url]);
    assert!(code == 2 && err.contains("--query"), "{code} {err}");
    let (code, _, err) = told(&[], &["inspect", "--url", "localhost:9090", "--query", "up"]);
    assert!(code == 2 && err.contains("begins with http://"), "{code} {err}");
    // the present, by the clocks of the server and of this machine: nothing is there
    for more in [&[][..], &["--last", "1h", "--step", "1m"]] {
        let words = [&["inspect", "--url", &url, "--query", "level"], more].concat();
        let (code, _, err) = told(&[], &words);
        assert!(code == 3 && err.contains("nothing answers to the query"), "{code} {err}");
    }
}

fn errors_tell_the_way_out(server: &Prometheus) {
    let url = server.url();
    let wrong = |asked: &PrometheusQuery, options: &LoadOptions, says: &[&str]| {
        let e = ask(asked, options).unwrap_err().to_string();
        let place = e.starts_with(asked.url.as_str());
        assert!(place && says.iter().all(|word| e.contains(word)), "{e}");
    };
    let plain = LoadOptions::default();
    wrong(
        &over(&url, "sum(rate(level[5m])", 0, 60, 15),
        &plain,
        &["400 Bad Request", "parse error: unclosed left parenthesis", "correct the query"],
    );
    wrong(&over(&url, "level", 0, 20_000, 1), &paged(20_000), &["maximum resolution of 11,000", "--page-points"]);
    wrong(&over(&url, "no_such_metric", 0, 60, 15), &plain, &["nothing answers", "check the name"]);
    let root = url.strip_suffix("/prom").unwrap();
    wrong(&over(root, "level", 0, 60, 15), &plain, &["404", "a path before /api/v1"]);
    let few = ServerOptions { max_series: 1, ..ServerOptions::default() };
    let few = LoadOptions { server: few, ..LoadOptions::default() };
    wrong(&over(&url, "level", 0, 60, 15), &few, &["2 series answer, more than 1", "sum by"]);
    let odd = LoadOptions { ok: Some("code".into()), ..LoadOptions::default() };
    wrong(&over(&url, "level", 0, 60, 15), &odd, &["--ok is about the columns of a table"]);
    // nobody listens there
    let gone = "http://127.0.0.1:9";
    wrong(
        &over(gone, "level", 0, 60, 15),
        &paged(10),
        &["cannot be reached: Connection refused", "4 times", "running"],
    );
}
