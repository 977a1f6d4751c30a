//! Every format that `load` reads, on input that is cut, flipped, spliced, that lies about its lengths or is packed several times over: no
//! panic, no hang, an error that names the file, and no more memory than 4 × the input + 64 MB; what packs or claims lengths of its own
//! (containers, Arrow) has a bound that stands at its target.
//!
//! Each target is a test of its own with a few hundred mutations, the same ones every time;
//! `SRE_STATS_FUZZ_SECONDS=600 cargo test -p sre-stats --test fuzz_parsers csv` runs one for ten minutes, from another seed each time. Input
//! that once failed is kept in `fuzz_corpus/TARGET/`, and read first under every option of its target.
//!
//! Seeds are recordings (`datasets/recorded`) and forms that are in none of them. Targets run one after the other, since what all threads
//! allocate is counted.
#![allow(unsafe_code, clippy::unwrap_used)]

mod fuzz;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use cpu_time::ProcessTime;
use fuzz::memory::peak_of_all;
use fuzz::mutate::mutated_file;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sre_stats::ErrorKind;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, Format, Item, Kind, LoadOptions, lint_names, load_bytes, load_histograms};
use sre_stats::progress::Progress;
use sre_stats::time::{Span, Timestamp};

/// Mutations of a run without `SRE_STATS_FUZZ_SECONDS`.
const MUTATIONS: u32 = 120;
/// What an input may take beyond four times its size.
const FREE: usize = 64 << 20;
/// What one input may take of all processors: a hundred times what the slowest of them needs on a slow machine.
const MOST_WORK: Duration = Duration::from_secs(20);
/// After this long an input hangs, whatever else the machine does.
const HANGS: Duration = Duration::from_mins(5);
/// So many ways to fail are collected before a target ends.
const MOST_FAILURES: usize = 12;

/// One target runs at a time.
static ONE: Mutex<()> = Mutex::new(());
/// Whether a panic now is one of the parser.
static INSIDE: AtomicBool = AtomicBool::new(false);
/// Where the last panic inside was.
static PANIC: Mutex<String> = Mutex::new(String::new());
/// The input that is read now, since when.
static NOW: Mutex<Option<(Instant, String, Vec<u8>)>> = Mutex::new(None);

struct Target {
    name: &'static str,
    format: Format,
    seeds: Vec<Vec<u8>>,
    tokens: &'static [&'static str],
    options: Vec<LoadOptions>,
    /// What may be held at most for an input of some length.
    bound: fn(usize) -> usize,
    /// Whether rows are counted without keeping them too.
    counted: bool,
}

/// A target of a format, with seeds that must be read.
fn target(name: &'static str, format: Format, seeds: Vec<Vec<u8>>, tokens: &'static [&'static str]) -> Target {
    let plain = LoadOptions::default();
    let forced = LoadOptions { format: Some(format), ..plain.clone() };
    let range = LoadOptions {
        from: Some(Timestamp(1_700_000_000_000_000_000)),
        to: Some(Timestamp(1_800_000_000_000_000_000)),
        unit: Some("ms".parse().unwrap()),
        ..forced.clone()
    };
    let bound = |length: usize| 4 * length + FREE;
    Target { name, format, seeds, tokens, options: vec![plain, forced, range], bound, counted: false }
}

/// The same of rows with columns, which take more options and may be counted.
fn table(name: &'static str, format: Format, seeds: Vec<Vec<u8>>, tokens: &'static [&'static str]) -> Target {
    let mut target = target(name, format, seeds, tokens);
    let forced = LoadOptions { format: Some(format), ..LoadOptions::default() };
    target.options.extend([
        LoadOptions { chunk_bytes: 64, ..forced.clone() },
        LoadOptions { kind: Some(Kind::Events), tz: Some("America/New_York".into()), ..forced.clone() },
        LoadOptions { kind: Some(Kind::Counter), filter: Some("1 >= 0 && 2 ~ a".into()), ..forced.clone() },
        LoadOptions { time: Some("1".into()), value: Some("2".into()), by: vec!["3".into()], ..forced.clone() },
        LoadOptions { step: Some(Span::SECOND), ok: Some("2".into()), total: Some("3".into()), ..forced },
    ]);
    target.counted = true;
    target
}

/// What `path` under `datasets/recorded` holds, cut after a line to about `most` bytes.
fn recorded(path: &str, most: usize) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut bytes = std::fs::read(root.join("datasets/recorded").join(path)).unwrap();
    if bytes.len() > most {
        let end = bytes[most..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| most + i + 1);
        bytes.truncate(end);
    }
    bytes
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The folder of this run's files.
fn folder(target: &str) -> PathBuf {
    let folder = std::env::temp_dir().join("sre-stats-fuzz").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Keeps an input where it can be found.
fn save(target: &str, input: &[u8]) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder(target).join(format!("{:016x}", hasher.finish()));
    std::fs::write(&path, input).unwrap();
    path
}

/// Catches where a parser panics, and ends the program where one hangs.
fn watch() {
    static START: Once = Once::new();
    START.call_once(|| {
        let other = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if INSIDE.load(Ordering::Relaxed) {
                *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
            } else {
                other(info);
            }
        }));
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((_, target, input)) = now.as_ref().filter(|(since, ..)| since.elapsed() > HANGS) {
                    eprintln!("{target} hangs on {}", save(target, input).display());
                    std::process::abort();
                }
            }
        });
    });
}

/// What one input does: whether it is read, and what it took.
struct Run {
    read: bool,
    peak: usize,
    work: Duration,
}

/// Asks what a caller would.
fn ask(data: &Dataset) {
    assert!(!data.items.is_empty());
    for item in &data.items {
        assert!(item.first() <= item.last(), "{}", item.title());
        let _ = (item.count(), item.step(), item.gaps(), item.dropped_by_reason());
    }
    for warning in &data.report.warnings {
        assert!(!warning.to_string().is_empty());
    }
    let _ = lint_names(data);
    // a table has a column for each name of a label
    let labels: BTreeSet<&str> =
        data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(k, _)| k.as_str())).collect();
    if labels.len() as u64 * data.items.iter().map(Item::count).sum::<u64>() < 1_000_000 {
        let (mut csv, mut text) = (Vec::new(), Vec::new());
        let _ = (data.write_csv(&mut csv), data.write_openmetrics(&mut text));
    }
}

/// Reads one input; what is wrong with that is the error.
fn once(target: &Target, input: &[u8], options: &LoadOptions, count: bool) -> Result<Run, String> {
    let path = count.then(|| {
        let path = folder(target.name).join(format!("now-{}", std::process::id()));
        std::fs::write(&path, input).unwrap();
        path
    });
    let name = path.as_ref().map_or("input", |_| "sre-stats-fuzz");
    *NOW.lock().unwrap_or_else(PoisonError::into_inner) =
        Some((Instant::now(), target.name.to_owned(), input.to_vec()));
    INSIDE.store(true, Ordering::Relaxed);
    let start = ProcessTime::now();
    let caught = std::panic::catch_unwind(|| {
        let (result, peak) = peak_of_all(|| match &path {
            Some(path) => {
                let files = std::slice::from_ref(path);
                let table = load_histograms(files, options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new());
                table.map(|table| (None, table.count()))
            }
            None => load_bytes(name, input, options, &Progress::new()).map(|data| (Some(data), 0)),
        });
        let result = result.map(|(data, _)| {
            if let Some(data) = &data {
                ask(data);
            }
        });
        (result, peak)
    });
    let work = start.elapsed();
    INSIDE.store(false, Ordering::Relaxed);
    *NOW.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if let Some(path) = &path {
        std::fs::remove_file(path).unwrap();
    }
    let Ok((result, peak)) = caught else {
        return Err(format!("a panic: {}", PANIC.lock().unwrap_or_else(PoisonError::into_inner)));
    };
    if peak > (target.bound)(input.len()) {
        return Err(format!("{} MB for an input of {} bytes", peak >> 20, input.len()));
    }
    if work > MOST_WORK {
        return Err(format!("{work:?} of work for an input of {} bytes", input.len()));
    }
    match result {
        // an option that does not fit is the caller's, and so is counting what is no event; everything else is about the file
        Err(e) if !matches!(e.kind(), ErrorKind::Argument | ErrorKind::Mismatch) && !e.to_string().contains(name) => {
            Err(format!("no file in “{e}”"))
        }
        Err(e) if e.kind() == ErrorKind::Cancelled => Err(format!("nobody cancelled: {e}")),
        result => Ok(Run { read: result.is_ok(), peak, work }),
    }
}

/// What makes two failures the same: the words, not the numbers.
fn kind(failure: &str) -> String {
    let shown = failure.get(..failure.len().min(160)).unwrap_or(failure);
    if failure.starts_with("a panic") {
        return shown.to_owned();
    }
    shown.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Runs a target.
fn run(target: &Target) {
    let alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    watch();
    let name = target.name;
    let seconds = fuzz::seconds();
    let seed = seconds.map_or(1, |_| SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut failures: Vec<(String, String)> = Vec::new();
    let mut fail = |what: String, input: &[u8], options: &LoadOptions| {
        let kind = kind(&what);
        if !failures.iter().any(|(known, _)| *known == kind) {
            failures.push((kind, format!("{what}\n  input {}, options {options:?}", save(name, input).display())));
        }
        failures.len()
    };
    for seed in &target.seeds {
        for options in &target.options[..2] {
            match once(target, seed, options, false) {
                Ok(run) => assert!(run.read, "{name}: a seed is not read: {}", String::from_utf8_lossy(seed)),
                Err(e) => drop(fail(e, seed, options)),
            }
        }
    }
    for (file, input) in fuzz::kept(name) {
        for options in &target.options {
            for count in [false, true] {
                if let Err(e) = once(target, &input, options, count && target.counted) {
                    fail(format!("{file}: {e}"), &input, options);
                }
            }
        }
    }
    let start = Instant::now();
    let (mut runs, mut read, mut most, mut slowest) = (0_u64, 0_u64, 0, Duration::ZERO);
    loop {
        let more = match seconds {
            Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
            None => runs < u64::from(MUTATIONS),
        };
        if !more {
            break;
        }
        let input = mutated_file(&target.seeds, target.tokens, &mut rng);
        let options = &target.options[rng.random_range(0..target.options.len())];
        let count = target.counted && rng.random_ratio(1, 4);
        match once(target, &input, options, count) {
            Ok(run) => {
                read += u64::from(run.read);
                most = most.max(run.peak.saturating_sub(4 * input.len()));
                slowest = slowest.max(run.work);
            }
            Err(e) => {
                if fail(e, &input, options) >= MOST_FAILURES {
                    break;
                }
            }
        }
        runs += 1;
    }
    let (mb, format) = (most >> 20, target.format);
    println!(
        "{name} ({format}): {runs} inputs in {:.1} s, {read} read, {mb} MB beyond 4 × the input, the slowest {slowest:?}",
        start.elapsed().as_secs_f64()
    );
    let told: Vec<&str> = failures.iter().map(|(_, told)| told.as_str()).collect();
    drop(alone);
    assert!(told.is_empty(), "{name}, seed {seed}:\n{}", told.join("\n"));
}

const CSV: &[&str] = &[
    "time",
    "timestamp",
    "latency_ms",
    "value",
    ",,,,",
    "\"\"",
    "\"a\nb\"",
    "2026-10-25T02:30:00",
    "2026-03-08 02:30:00",
    "1767225600000",
    "1767225600",
    "1.234.567,89",
    "1,234,567.89",
    "NaN",
    "+Inf",
    "null",
    "N/A",
    "12ms",
    "3 s",
    "true",
    "200",
    "503",
    "\u{feff}",
    ";;",
    "\t\t",
    "||",
    "http_requests_total{code=\"200\"}",
    "count",
    "le=\"+Inf\"",
    "synthetic",
];

#[test]
fn csv() {
    let mut seeds = vec![recorded("requests.csv", 2000)];
    seeds.extend(texts(&[
        "time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01Z,cart,503,80\n",
        "time;Dauer (ms);Dienst\n2026-10-25 02:30:00;1.234,5;a\n2026-10-25 02:30:01;99,25;\"b;c\"\n",
        "\"Time\",\"cpu{host=\"\"a\"\"}\",\"cpu{host=\"\"b\"\"}\"\n1767225600000,0.5,\n1767225615000,0.75,NaN\n",
        "ts\tname\tvalue\n1767225600\tcpu\t1\n1767225600\tmem\t2e9\n1767225660\tcpu\t\"3\"\n",
        "time,total,bad\n2026-01-01T00:00:00+02:00,100,3\n2026-01-01T00:01:00+02:00,\"1,000\",0\n",
        "\u{feff}time|value\r\n1|2\r\n2|3\r\n",
    ]));
    let mut csv = table("csv", Format::Csv, seeds, CSV);
    csv.options.push(LoadOptions { bad: Some("3".into()), total: Some("2".into()), ..LoadOptions::default() });
    run(&csv);
}

/// Expressions and names of the caller, not of the file.
#[test]
fn options() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = b"time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01Z,cart,503,80\n";
    let seeds = texts(&["service == \"cart\" && status < 500", "latency_ms>=1e3&&time ~ 2026", "1 != 'a b'", "status"]);
    let tokens = &["==", "!=", "<=", ">=", "<", ">", "~", "&&", "\"", "'", "1e400", "service", " "];
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..600 {
        let word = String::from_utf8_lossy(&mutated_file(&seeds, tokens, &mut rng)).into_owned();
        for options in [
            LoadOptions { filter: Some(word.clone()), ..LoadOptions::default() },
            LoadOptions { value: Some(word.clone()), by: vec![word.clone()], ..LoadOptions::default() },
            LoadOptions { tz: Some(word.clone()), time: Some(word.clone()), ..LoadOptions::default() },
        ] {
            if let Ok(data) = load_bytes("input", text, &options, &Progress::new()) {
                ask(&data);
            }
        }
    }
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[",
    "{\"a\":",
    "\"status\":\"success\"",
    "\"data\":",
    "\"resultType\":\"matrix\"",
    "\"result\":[",
    "\"metric\":{",
    "\"values\":[[",
    "\"value\":[0,\"1\"]",
    "\"histogram\":[1767225600,{\"count\":\"3\",\"sum\":\"1\",\"buckets\":[[0,\"0.5\",\"1\",\"3\"]]}]",
    "\"NaN\"",
    "\"+Inf\"",
    "null",
    "true",
    "-0",
    "1e999",
    "\\ud800",
    "\\u0000",
    "\"__name__\":",
    "\"le\":\"+Inf\"",
    "\"warnings\":[\"w\"]",
    "\"error\":\"e\"",
    "\"infos\":[]",
];

#[test]
fn prometheus_json() {
    let mut seeds = vec![
        recorded("shop_requests_now.json", usize::MAX),
        recorded("node_load1.json", usize::MAX),
        recorded("shop_requests_samples.json", usize::MAX),
    ];
    seeds.extend(texts(&[
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":\"h\"},\"histograms\":[[1767225600,{\"count\":\"3\",\"sum\":\"1.5\",\"buckets\":[[0,\"0.5\",\"1\",\"3\"]]}],[1767225660,{\"count\":\"5\",\"sum\":\"2.5\",\"buckets\":[[0,\"0.5\",\"1\",\"5\"]]}]]}]},\"warnings\":[\"w\"]}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1767225600.5,\"2\"]}}",
        "{\n \"data\": {\"resultType\": \"vector\", \"result\": [{\"metric\": {\"a\": \"b\"}, \"value\": [1767225600, \"NaN\"]}, {\"metric\": {}, \"value\": [1767225600, \"7\"]}]}\n}",
    ]));
    run(&target("prometheus-json", Format::PrometheusJson, seeds, JSON));
}

#[test]
fn exposition() {
    let mut seeds = vec![recorded("shop_metrics.prom", usize::MAX)];
    seeds.extend(texts(&[
        "# HELP rpc_seconds \"a\\nb\"\n# TYPE rpc_seconds histogram\n# UNIT rpc_seconds seconds\nrpc_seconds_bucket{le=\"0.5\"} 1 # {trace_id=\"x\"} 0.3 1.5\nrpc_seconds_bucket{le=\"+Inf\"} 2\nrpc_seconds_count 2\nrpc_seconds_sum 1.5\nrpc_seconds_created 1767225600\n# EOF\n",
        "# TYPE q summary\nq{quantile=\"0.5\"} 1 1767225600000\nq{quantile=\"0.99\"} 7 1767225600000\nq_sum 8\nq_count 2\n",
        "up{job=\"a \\\"b\\\" \\\\\"} 1 1767225600000\nup{job=\"c\"} NaN 1767225615000\nx_total +Inf\n",
    ]));
    let tokens = &[
        "# TYPE a histogram\n",
        "# TYPE a counter\n",
        "# UNIT a seconds\n",
        "# HELP a b\n",
        "# EOF\n",
        "{",
        "}",
        "le=\"0.1\"",
        "le=\"NaN\"",
        "quantile=\"2\"",
        "_bucket",
        "_total",
        "_sum",
        "_count",
        "_created",
        " # {trace_id=\"a\"} 1 2",
        "\\\"",
        "a=\"b\",",
        "NaN",
        "+Inf",
        "1e400",
        "# TYPE a gaugehistogram\n",
        "# TYPE a stateset\n",
        "# TYPE a info\n",
    ];
    run(&target("exposition", Format::Exposition, seeds, tokens));
}

#[test]
fn tsdb_dump() {
    let seeds = vec![recorded("promtool/dump.txt", usize::MAX)];
    let tokens = &[
        "{__name__=\"a\"}",
        " 1 1767225600000\n",
        "\\\"",
        "NaN",
        "{count:2, sum:1, [0.5,1]:2}",
        "{",
        "}",
        "=",
        "\"\"",
    ];
    run(&target("tsdb-dump", Format::TsdbDump, seeds, tokens));
}

const RECORDS: &[&str] = &[
    "{\"time\":\"2026-01-01T00:00:00Z\",\"latency_ms\":1}\n",
    "\"a\":{\"b\":{\"c\":1}}",
    "[1,2]",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\"\"",
    "null",
    "true",
    "1e309",
    "{",
    "}",
    "\n",
    "level=info ",
    "duration=12.5ms",
    "ts=2026-01-01T00:00:00.5+01:00",
    "msg=\"a \\\" b\"",
    "=",
    "\"GET / HTTP/1.1\"",
    "[25/Nov/2026:13:57:20 +0000]",
    "\"-\"",
    "01JDJ0000000000000000000AB",
    "0.004",
];

#[test]
fn json_lines() {
    let mut seeds = vec![recorded("nginx/json.log", 1500)];
    seeds.extend(texts(&[
        "{\"ts\":1767225600.5,\"a\":{\"service\":\"x\"},\"duration\":\"12ms\",\"ok\":true}\n{\"ts\":1767225601,\"a\":{\"service\":\"y\"},\"duration\":\"1.5s\",\"ok\":false,\"more\":[1,{\"b\":2}]}\n",
    ]));
    run(&table("json-lines", Format::JsonLines, seeds, RECORDS));
}

#[test]
fn access_log() {
    let seeds =
        vec![recorded("nginx/combined.log", 1200), recorded("nginx/timed.log", 1200), recorded("access.log", 1200)];
    run(&table("access-log", Format::AccessLog, seeds, RECORDS));
}

#[test]
fn logfmt() {
    run(&table("logfmt", Format::Logfmt, vec![recorded("nginx/logfmt.log", 1500)], RECORDS));
}

#[test]
fn ulid_log() {
    run(&table("ulid-log", Format::UlidLog, vec![recorded("ulid/service.log", 1500)], RECORDS));
}

const TESTERS: &[&str] = &[
    "metric_name",
    "http_req_duration",
    "{\"type\":\"Point\",\"metric\":\"vus\",\"data\":{\"time\":\"2026-01-01T00:00:00Z\",\"value\":1,\"tags\":{\"a\":\"b\"}}}\n",
    "{\"type\":\"Metric\",\"data\":{\"name\":\"m\",\"type\":\"trend\",\"contains\":\"time\",\"thresholds\":[]},\"metric\":\"m\"}\n",
    "1767225600000000000",
    "latency",
    "response-time",
    "offset",
    "timeStamp",
    "elapsed",
    "starttime",
    "ttime",
    "User Count",
    "Aggregated",
    "N/A",
    "true",
    "-1",
    "\"\"",
    "\n",
    ",",
    "\t",
];

#[test]
fn k6_json() {
    run(&table("k6-json", Format::K6Json, vec![recorded("k6/results.json", 4000)], TESTERS));
}

#[test]
fn k6_csv() {
    run(&table("k6-csv", Format::K6Csv, vec![recorded("k6/results.csv", 2000)], TESTERS));
}

#[test]
fn vegeta_json() {
    run(&table("vegeta-json", Format::VegetaJson, vec![recorded("vegeta/results.json", usize::MAX)], TESTERS));
}

#[test]
fn vegeta_csv() {
    run(&table("vegeta-csv", Format::VegetaCsv, vec![recorded("vegeta/results.csv", usize::MAX)], TESTERS));
}

#[test]
fn hey() {
    run(&table("hey", Format::Hey, vec![recorded("hey/hey.csv", 1500)], TESTERS));
}

#[test]
fn oha() {
    run(&table("oha", Format::Oha, vec![recorded("oha/oha.csv", 1500)], TESTERS));
}

#[test]
fn jmeter() {
    run(&table("jmeter", Format::Jmeter, vec![recorded("jmeter/results.jtl", 2000)], TESTERS));
}

#[test]
fn ab() {
    run(&table("ab", Format::Ab, vec![recorded("ab/gnuplot.tsv", 1500)], TESTERS));
}

#[test]
fn locust() {
    run(&table("locust", Format::Locust, vec![recorded("locust/stats_history.csv", 2000)], TESTERS));
}

#[test]
fn summary() {
    let files = [
        "wrk/wrk.txt",
        "wrk/wrk2.txt",
        "ab/ab.txt",
        "hey/hey.txt",
        "vegeta/report.txt",
        "vegeta/report.json",
        "locust/stats.csv",
        "oha/report.txt",
        "oha/report.json",
    ];
    let seeds = files.iter().map(|file| recorded(file, usize::MAX)).collect();
    let tokens = &[
        "50%",
        "99.9%",
        "12.5ms",
        "1.20s",
        "3us",
        "Latency",
        "Requests/sec:",
        "Running 3s test @ http://a",
        "Percentage of the requests served within a certain time (ms)",
        "Latency distribution:",
        "in 0.1 secs",
        "µs",
        "-nan",
        "100.000%",
        "\"latencies\":{",
        "\"99th\":1",
        "[total, mean, 50, 90, 95, 99, max]",
        "Aggregated",
        "+Inf",
        "1h2m3s",
    ];
    run(&target("tester-summary", Format::Summary, seeds, tokens));
}

const SYSTEM: &[&str] = &[
    "Linux 6.1.0 (host) \t11/25/26 \t_x86_64_\t(2 CPU)\n",
    "12:00:01 AM",
    "13:00:01",
    "CPU",
    "%user",
    "all",
    "Average:",
    "LINUX-RESTART",
    "RESTART",
    "procs -----------memory----------",
    " r  b   swpd",
    "UTC",
    "2026-11-25 13:00:01",
    "Device",
    "sda",
    "# hostname;interval;timestamp;CPU;%user\n",
    ";",
    "\n\n",
    "-nan",
    "1,5",
    "99999999999999999999",
    "==> /proc/stat <==\n",
    "==> /proc/meminfo <==\n",
    "cpu  1 2 3",
    "kB",
    "2026-01-01T00:00:00Z\n",
];

#[test]
fn sysstat() {
    let files = ["sar.txt", "sar-qr.txt", "sadf.csv", "sadf-cpu.csv", "iostat.txt", "iostat-x.txt"];
    let seeds = files.iter().map(|file| recorded(&format!("sysstat/{file}"), usize::MAX)).collect();
    run(&target("sysstat", Format::Sysstat, seeds, SYSTEM));
}

#[test]
fn vmstat() {
    let seeds = vec![recorded("procps/vmstat.txt", usize::MAX), recorded("procps/vmstat-t.txt", usize::MAX)];
    run(&target("vmstat", Format::Vmstat, seeds, SYSTEM));
}

#[test]
fn proc_snapshots() {
    run(&target("proc-snapshots", Format::ProcSnapshots, vec![recorded("proc/snapshots.txt", usize::MAX)], SYSTEM));
}

#[test]
fn sadf_json() {
    let tokens = &[
        "\"statistics\":[",
        "\"timestamp\":{\"date\":\"2026-01-01\",\"time\":\"00:00:00\",\"utc\":1,\"interval\":1}",
        "\"cpu-load\":[{\"cpu\":\"all\",\"user\":1}]",
        "{",
        "}",
        "[",
        "]",
        "null",
        "1e999",
        "\"\"",
        ",",
    ];
    run(&target("sadf-json", Format::SadfJson, vec![recorded("sysstat/sadf.json", usize::MAX)], tokens));
}

const OTLP: &[&str] = &[
    "\"resourceMetrics\":[",
    "\"gauge\":{\"dataPoints\":[",
    "\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[",
    "\"bucketCounts\":[\"1\",\"2\"]",
    "\"explicitBounds\":[1,0.5]",
    "\"scale\":-11",
    "\"scale\":20",
    "\"positive\":{\"offset\":2147483647,\"bucketCounts\":[\"1\"]}",
    "\"timeUnixNano\":\"18446744073709551615\"",
    "\"asInt\":\"-1\"",
    "\"asDouble\":\"NaN\"",
    "\"quantileValues\":[{\"quantile\":2,\"value\":1}]",
    "\"arrayValue\":{\"values\":[",
    "{",
    "}",
    "]",
];

#[test]
fn otlp_json() {
    let seeds = vec![recorded("otlp/metrics.jsonl", 3000), recorded("otlp/protobuf.jsonl", 3000)];
    run(&target("otlp-json", Format::OtlpJson, seeds, OTLP));
}

#[test]
fn otlp_protobuf() {
    let seeds =
        ["request.pb", "delimited.pb", "collector.pb"].map(|file| recorded(&format!("otlp/{file}"), usize::MAX));
    let tokens = &[
        "\x0a",
        "\x12",
        "\x1a\x7f",
        "\x0a\x00",
        "\x2a\x02\x0a\x00",
        "\x39",
        "\x41",
        "\x7f\x7f\x7f\x7f",
        "\x00\x00\x00\x01",
    ];
    run(&target("otlp-protobuf", Format::OtlpProtobuf, seeds.to_vec(), tokens));
}

const CLOUD: &[&str] = &[
    "\"MetricDataResults\":[",
    "\"Datapoints\":[",
    "\"Timestamps\":[",
    "\"Values\":[",
    "\"Timestamp\":\"2026-01-01T00:00:00Z\"",
    "\"Unit\":\"Seconds\"",
    "\"ExtendedStatistics\":{\"p99\":1}",
    "\"series\":[{\"pointlist\":[[1767225600000,1]]}]",
    "\"interval\":0",
    "\"timeSeries\":[",
    "\"metricKind\":\"DELTA\"",
    "\"distributionValue\":{\"count\":\"3\",\"bucketCounts\":[\"1\",\"2\"]}",
    "\"exponentialBuckets\":{\"numFiniteBuckets\":64,\"growthFactor\":2,\"scale\":1}",
    "\"linearBuckets\":{\"numFiniteBuckets\":2147483647,\"width\":1,\"offset\":0}",
    "\"explicitBuckets\":{\"bounds\":[0,1]}",
    "\"nrql\":{\"results\":[",
    "\"beginTimeSeconds\":1767225600",
    "\"percentile.duration\":{\"99\":1}",
    "{",
    "}",
    "[",
    "]",
    "null",
    "1e999",
    "TimeSeries ID,a\n",
    "label,b\n",
    "Id,m1\n",
    "Full label,",
];

/// A target of a provider's download.
fn cloud(name: &'static str, format: Format, files: &[&str]) {
    run(&target(
        name,
        format,
        files.iter().map(|file| recorded(&format!("cloud/{file}"), usize::MAX)).collect(),
        CLOUD,
    ));
}

#[test]
fn cloudwatch_json() {
    cloud("cloudwatch-json", Format::CloudWatchJson, &["get-metric-data.json", "get-metric-statistics.json"]);
}

#[test]
fn cloudwatch_csv() {
    let seeds = texts(&[
        "Full label,Errors,Latency p99\nLabel,Errors,Latency\nUnit,Count,Milliseconds\nRegion,eu-west-1,eu-west-1\n2026-01-01T00:00:00Z,1,0.5\nMon Mar 30 2026 13:00:00 GMT+0000 (Coordinated Universal Time),2,\n",
    ]);
    run(&target("cloudwatch-csv", Format::CloudWatchCsv, seeds, CLOUD));
}

#[test]
fn datadog_json() {
    cloud("datadog-json", Format::DatadogJson, &["datadog-query.json"]);
}

#[test]
fn gcp_json() {
    cloud("gcp-json", Format::GcpJson, &["google-time-series.json"]);
}

#[test]
fn gcp_csv() {
    cloud("gcp-csv", Format::GcpCsv, &["google-metrics-explorer.csv"]);
}

#[test]
fn newrelic_json() {
    cloud("newrelic-json", Format::NewRelicJson, &["newrelic-nrql.json", "newrelic-events.json"]);
}

#[test]
fn hdr_log() {
    let seeds = vec![
        recorded("hdr/python.hlog", usize::MAX),
        recorded("hdr/js.base64", usize::MAX),
        recorded("hdr/python.base64", usize::MAX),
    ];
    let tokens = &[
        "#[StartTime: 1441812279.474 (seconds since epoch)]\n",
        "#[BaseTime: 0]\n",
        "Tag=a,",
        "HISTFAAAA",
        "AAAA",
        "//8=",
        "0.127,1.007,2.769,",
        "\"StartTimestamp\",\"Interval_Length\"\n",
        "1e300,",
        "-1,",
        "\n",
    ];
    run(&target("hdr-log", Format::HdrLog, seeds, tokens));
}

#[test]
fn hdr_percentiles() {
    let seeds = texts(&[
        "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.023 0.000000000000          1           1.00\n       2.047 0.500000000000         50           2.00\n       8.191 1.000000000000        100            inf\n#[Mean    =        1.500, StdDeviation   =        0.500]\n#[Max     =        8.191, Total count    =          100]\n#[Buckets =            6, SubBuckets     =         2048]\n",
    ]);
    let tokens = &[
        "0.5",
        "1.000000000000",
        "inf",
        "#[Mean    =",
        "#[Max     =",
        "#[Buckets =",
        "99999999999999999999",
        "-1",
        "\n",
    ];
    run(&target("hdr-percentiles", Format::HdrPercentiles, seeds, tokens));
}

#[test]
fn openhistogram() {
    let seeds = vec![recorded("openhistogram/lines.json", usize::MAX), recorded("openhistogram/lines.b64", usize::MAX)];
    let tokens = &[
        "\"+12e-003\":1",
        "{\"-10e+127\":18446744073709551615}",
        "\"1.2e-2\":",
        "{",
        "}",
        "AAAA",
        "//8=",
        "AAMK",
        "\n",
    ];
    run(&target("openhistogram", Format::OpenHistogram, seeds, tokens));
}

#[test]
fn bpftrace() {
    let tokens = &[
        "@a:\n",
        "@usecs[1, read]:\n",
        "[1K, 2K)               10 |@@@@|\n",
        "[8E, 16E)",
        "(..., 0)",
        "[0]",
        "[100, ...)",
        "|",
        "-1",
        "\n\n",
    ];
    run(&target("bpftrace", Format::Bpftrace, vec![recorded("bpftrace/reads.txt", usize::MAX)], tokens));
}

#[test]
fn dtrace() {
    let seeds = texts(&[
        "  read\n           value  ------------- Distribution ------------- count\n              -1 |                                         0\n               0 |@@@@                                     10\n               1 |@@@@@@@@                                 20\n               2 |                                         0\n",
    ]);
    let tokens = &[
        "value  ------------- Distribution ------------- count\n",
        " < 0 |",
        " >= 100 |",
        "9223372036854775807 |@ 1\n",
        "-1 | 1\n",
        "\n\n",
        "|",
        "  write\n",
    ];
    run(&target("dtrace", Format::Dtrace, seeds, tokens));
}

#[test]
fn histogram_table() {
    let mut data =
        load_bytes("seed", &recorded("requests.csv", 3000), &LoadOptions::default(), &Progress::new()).unwrap();
    let mut seeds = texts(&[
        "width,series,window_start,schema,bin,count,service\n60,a,1767225600,log-linear,1290,2,x\n60,\"a\",1767225660,log-linear,0,7,\n",
    ]);
    data.make_histograms("exp:5".parse().unwrap(), Span::MINUTE).unwrap();
    let mut text = Vec::new();
    data.write_histogram_table(&mut text).unwrap();
    seeds.push(text);
    let mut table = target(
        "histogram-table",
        Format::HistogramTable,
        seeds,
        &[
            "log-linear",
            "exp:5",
            "exp:20",
            "exp:-4",
            "hdr:3",
            "ddsketch:0.01",
            "explicit:0.1,0.5",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "2026-01-01T00:00:00Z",
            "unit",
            "1e9",
            "0.000000001",
            "\"\"",
        ],
    );
    table.counted = true;
    run(&table);
}

/// One frame of Zstandard that stands for `blocks` × 128 KB of one byte (RFC 8878, blocks of type 1).
fn zstd_of_one_byte(byte: u8, blocks: usize) -> Vec<u8> {
    // no content size, a window of 2 MB
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
    for i in 0..blocks {
        let header = (131_072_u32 << 3) | (1 << 1) | u32::from(i + 1 == blocks);
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.push(byte);
    }
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// What unpacks may take four times what it unpacks to at most: 64 MB and 200 times its size.
#[test]
fn container() {
    let csv = recorded("requests.csv", 3000);
    let json = recorded("nginx/json.log", 3000);
    let raw =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x58][..], &(((csv.len() as u32) << 3) | 1).to_le_bytes()[..3], &csv].concat();
    let seeds = vec![gzip(&csv), gzip(&gzip(&json)), [gzip(&csv[..400]), gzip(&csv[400..])].concat(), gzip(&raw), raw];
    let mut target = table("container", Format::Csv, seeds, &["\x1f", "\x1f\u{8b}\x08", "\x28", "\x00\x00", "\x01"]);
    target.options.retain(|o| o.format.is_none());
    target.options.push(LoadOptions { chunk_bytes: 64, ..LoadOptions::default() });
    target.bound = |length| 4 * ((64 << 20) + 200 * length) + FREE;
    run(&target);
}

/// Bombs of every kind of content: each ends at the limit, with a word about it.
#[test]
fn bombs() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let many = |byte: u8| gzip(&vec![byte; 1 << 20]).repeat(if fuzz::seconds().is_some() { 300 } else { 90 });
    let bombs = [
        ("spaces", many(b' ')),
        ("brackets", [gzip(b"{\"resourceMetrics\":["), many(b'[')].concat()),
        ("Prometheus", [gzip(b"{\"status\":\"success\",\"data\":{"), many(b' ')].concat()),
        ("in Zstandard", [zstd_of_one_byte(b' ', 2400)].concat()),
        ("twice", gzip(&many(b' '))),
        ("gzip of Zstandard", gzip(&zstd_of_one_byte(b'\n', 2400))),
        ("one field", [gzip(b"time,value\n1,"), many(b'1')].concat()),
        ("one quote", [gzip(b"time,value\n1,\""), many(b'a')].concat()),
    ];
    for (name, bomb) in bombs {
        let bound = 4 * ((64 << 20) + 200 * bomb.len()) + FREE;
        let (result, peak) = peak_of_all(|| load_bytes("bomb", &bomb, &LoadOptions::default(), &Progress::new()));
        assert!(peak <= bound, "{name}: {} MB for {} KB", peak >> 20, bomb.len() >> 10);
        let e = result.map(|data| data.report.rows).unwrap_err().to_string();
        assert!(e.starts_with("bomb"), "{name}: {e}");
    }
}

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
    for (name, input) in [("columns", wide), ("series", text), ("series", dump)] {
        let (result, peak) =
            peak_of_all(|| load_bytes("input", input.as_bytes(), &LoadOptions::default(), &Progress::new()));
        let e = result.map(|data| data.items.len()).unwrap_err().to_string();
        assert!(e.starts_with("input") && e.contains(name) && e.contains("--value"), "{e}");
        assert!(peak <= 4 * input.len() + FREE, "{e}: {} MB for {} MB", peak >> 20, input.len() >> 20);
    }
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

#[cfg(feature = "sqlite")]
#[test]
fn sqlite() {
    let tokens = &[
        "CREATE TABLE requests(time,route)",
        "SQLite format 3\0",
        "sqlite_master",
        "CREATE VIEW v AS SELECT",
        "table",
        "\0\0\0\x01",
    ];
    let mut target = table("sqlite", Format::Sqlite, vec![recorded("sqlite/requests.db", usize::MAX)], tokens);
    target.options.push(LoadOptions { table: Some("requests".into()), ..LoadOptions::default() });
    run(&target);
}

#[cfg(feature = "frame")]
mod frame {
    use super::{CSV, Format, LoadOptions, Progress, folder, load_bytes, recorded, run, table};

    /// A small data set in a columnar form.
    fn written(format: Format) -> Vec<Vec<u8>> {
        let metrics = b"# TYPE up gauge\nup{job=\"a\"} 1 1767225600000\nup{job=\"b\"} 0 1767225600000\nup{job=\"a\"} 1 1767225615000\n";
        let texts = [recorded("requests.csv", 1500), metrics.to_vec()];
        let write = |(i, text): (usize, &Vec<u8>)| {
            let data = load_bytes("seed", text, &LoadOptions::default(), &Progress::new()).unwrap();
            let path = folder("seeds").join(format!("{i}-{format}-{}", std::process::id()));
            if format == Format::Parquet { data.write_parquet(&path) } else { data.write_arrow(&path) }.unwrap();
            let bytes = std::fs::read(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            bytes
        };
        texts.iter().enumerate().map(write).collect()
    }

    #[test]
    fn parquet() {
        run(&table("parquet", Format::Parquet, written(Format::Parquet), CSV));
    }

    #[test]
    fn arrow() {
        let mut target = table("arrow", Format::ArrowIpc, written(Format::ArrowIpc), CSV);
        // polars believes the lengths in the head of a batch of rows before it sees them
        target.bound = |length| 4 * length + (4 << 30);
        run(&target);
    }
}
