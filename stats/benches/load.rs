//! How fast input is read: `cargo bench -p sre-stats --bench load`.
//!
//! The text is made here, from a seed; files named in `SRE_STATS_BENCH_FILES`, separated by colons, are read too. At the end stands a table
//! of what each parser of text reads in a second, on one core and on all.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{LoadOptions, load, load_bytes, load_histograms};
use sre_stats::progress::Progress;
use sre_stats::time::{Span, Timestamp};

/// A table of requests: time, service, status, latency.
fn requests(rows: i64, iso: bool) -> String {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut text = String::from("time,service,status,latency\n");
    for i in 0..rows {
        let ns = 1_767_225_600_000_000_000 + i * 518_400_000;
        let service = ["checkout", "cart", "search", "payment", "catalog"][rng.random_range(0..5)];
        let status = if rng.random_bool(0.001) { 503 } else { 200 };
        let latency = (rng.random_range(-4.0..-1.0_f64)).exp();
        if iso {
            writeln!(text, "{},{service},{status},{latency:.4}", Timestamp(ns)).unwrap();
        } else {
            writeln!(text, "{},{service},{status},{latency:.4}", ns / 1_000_000).unwrap();
        }
    }
    text
}

fn csv(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    group.sample_size(10);
    for (name, text) in [("csv iso", requests(500_000, true)), ("csv epoch", requests(500_000, false))] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| load_bytes("x", black_box(text.as_bytes()), &LoadOptions::default(), &Progress::new()).unwrap());
        });
    }
    for path in std::env::var("SRE_STATS_BENCH_FILES").unwrap_or_default().split(':').filter(|p| !p.is_empty()) {
        let paths = [PathBuf::from(path)];
        group.throughput(Throughput::Bytes(std::fs::metadata(path).unwrap().len()));
        group.bench_function(paths[0].file_name().unwrap().to_str().unwrap(), |b| {
            b.iter(|| load(black_box(&paths), &LoadOptions::default(), &Progress::new()).unwrap());
        });
    }
    group.finish();
}

/// Counting events without keeping them, beside keeping them and counting then.
fn counting(c: &mut Criterion) {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("sre-stats-bench-{}.csv", std::process::id()));
    let text = requests(500_000, true);
    std::fs::write(&path, &text).unwrap();
    let paths = [path.clone()];
    let mut group = c.benchmark_group("count");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let options = LoadOptions::default();
    group.bench_function("not kept", |b| {
        b.iter(|| load_histograms(&paths, &options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new()).unwrap());
    });
    group.bench_function("kept", |b| {
        b.iter(|| {
            let mut data = load(&paths, &options, &Progress::new()).unwrap();
            data.make_histograms(LayoutChoice::LogLinear, Span::MINUTE).unwrap();
            data
        });
    });
    group.finish();
    std::fs::remove_file(path).unwrap();
}

/// Lines of a record each, by a function of its number, time in milliseconds, service, status and latency in seconds.
fn lines(rows: i64, line: impl Fn(i64, &str, u16, f64) -> String) -> String {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut text = String::new();
    for i in 0..rows {
        let service = ["checkout", "cart", "search", "payment", "catalog"][rng.random_range(0..5)];
        let status = if rng.random_bool(0.001) { 503 } else { 200 };
        let latency = (rng.random_range(-4.0..-1.0_f64)).exp();
        text.push_str(&line(1_767_225_600_000 + i * 518, service, status, latency));
        text.push('\n');
    }
    text
}

/// An answer of `query_range`: series of samples 15 s apart.
fn prometheus(series: i64, samples: i64) -> String {
    let mut text = String::from("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for s in 0..series {
        let comma = if s > 0 { "," } else { "" };
        write!(
            text,
            "{comma}{{\"metric\":{{\"__name__\":\"node_load1\",\"instance\":\"host-{s}:9100\",\"job\":\"node\"}},\"values\":["
        )
        .unwrap();
        for i in 0..samples {
            let comma = if i > 0 { "," } else { "" };
            let value = 0.25 + ((i * 7919 + s * 104_729) % 100_003) as f64 / 30_000.0;
            write!(text, "{comma}[{}.{:03},\"{value:.6}\"]", 1_767_225_600 + i * 15, (i * 37) % 1000).unwrap();
        }
        text.push_str("]}");
    }
    text.push_str("]}}\n");
    text
}

/// The histogram table of many requests, as text.
fn histogram_table() -> String {
    let mut data =
        load_bytes("x", requests(300_000, false).as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    data.make_histograms(LayoutChoice::LogLinear, Span::MINUTE).unwrap();
    let mut text = Vec::new();
    data.write_histogram_table(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// What each parser of text reads in a second.
fn table(_: &mut Criterion) {
    const ROWS: i64 = 200_000;
    let open_metrics = {
        let mut text = String::from("# TYPE node_load1 gauge\n");
        for i in 0..ROWS {
            let value = 0.25 + (i * 7919 % 100_003) as f64 / 30_000.0;
            writeln!(
                text,
                "node_load1{{instance=\"host-{}:9100\",job=\"node\"}} {value:.6} {}",
                i % 50,
                1_767_225_600_000 + i / 50 * 15_000
            )
            .unwrap();
        }
        text
    };
    let stamp = |ms: i64| Timestamp(ms * 1_000_000);
    let texts: Vec<(&str, String)> = vec![
        ("CSV, ISO times", requests(ROWS, true)),
        ("CSV, epoch times", requests(ROWS, false)),
        (
            "CSV, quoted",
            requests(ROWS, true).lines().fold(String::new(), |mut text, line| {
                let fields: Vec<String> = line.split(',').map(|f| format!("\"{f}\"")).collect();
                writeln!(text, "{}", fields.join(",")).unwrap();
                text
            }),
        ),
        (
            "JSON lines",
            lines(ROWS, |t, service, status, latency| {
                format!(
                    "{{\"time\":\"{}\",\"service\":\"{service}\",\"status\":{status},\"latency\":{latency:.4}}}",
                    stamp(t)
                )
            }),
        ),
        (
            "logfmt",
            lines(ROWS, |t, service, status, latency| {
                format!("time={} level=info service={service} status={status} duration={latency:.4}s", stamp(t))
            }),
        ),
        (
            "access log",
            lines(ROWS, |t, service, status, latency| {
                let (s, m) = (t / 1000 % 60, t / 60_000 % 60);
                format!(
                    "10.0.0.7 - - [01/Jan/2026:{:02}:{m:02}:{s:02} +0000] \"GET /{service} HTTP/1.1\" {status} 512 \"-\" \"curl/8\" {latency:.3}",
                    t / 3_600_000 % 24
                )
            }),
        ),
        ("Prometheus JSON", prometheus(50, ROWS / 50)),
        ("OpenMetrics text", open_metrics),
        (
            "tsdb dump",
            lines(ROWS, |t, service, _, latency| {
                format!("{{__name__=\"latency\", job=\"{service}\"}} {latency:.4} {t}")
            }),
        ),
        ("histogram table", histogram_table()),
    ];
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    println!("\n{:<20}{:>8}{:>14}{:>14}", "text", "MB", "MB/s, 1 core", "MB/s, all");
    for (name, text) in texts {
        let run = || {
            let started = Instant::now();
            black_box(load_bytes("x", black_box(text.as_bytes()), &LoadOptions::default(), &Progress::new()))
                .unwrap_or_else(|e| panic!("{name}: {e}"));
            started.elapsed().as_secs_f64()
        };
        let best = |run: &dyn Fn() -> f64| (0..5).map(|_| run()).fold(f64::INFINITY, f64::min);
        let (one, all) = (best(&|| alone.install(run)), best(&run));
        let megabytes = text.len() as f64 / 1e6;
        println!("{name:<20}{megabytes:>8.1}{:>14.0}{:>14.0}", megabytes / one, megabytes / all);
    }
}

criterion_group!(benches, csv, counting, table);
criterion_main!(benches);
