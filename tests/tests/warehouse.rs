//! The query that `sre-stats sql` prints, run by two warehouses: every bin is the one that the crate chooses. `stats/engines/check` runs it on the
//! others too, on more rows.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::process::Command;

use sre_stats::histogram::{Exponential, LayoutChoice};
use sre_stats::load::{Kind, LoadOptions, load};
use sre_stats::progress::Progress;
use workspace_tests::python;

/// Values at, just below and just above edges, and the odd ones: NULL as `None`.
fn values() -> Vec<Option<f64>> {
    let mut values = vec![
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(f64::NEG_INFINITY),
        Some(0.0),
        Some(-0.0),
        Some(f64::MIN_POSITIVE),
        Some(5e-324),
        Some(f64::MAX),
        Some(f64::MIN),
        Some(1e-128),
        Some(1e128),
        Some(1e-128_f64.next_down()),
        Some(1e128_f64.next_down()),
        Some(Exponential::ZERO_THRESHOLD),
        Some(Exponential::ZERO_THRESHOLD.next_up()),
    ];
    // edges of the decimal bins, over all their range and densely about 1
    for exponent in (-128..128).step_by(17).chain(-4..4) {
        for digits in 10..100 {
            let edge: f64 = format!("{digits}e{}", exponent - 1).parse().unwrap();
            values.extend([edge, edge.next_up(), edge.next_down(), -edge, -edge.next_up()].map(Some));
        }
    }
    // edges of the exponential buckets
    for schema in [0, 3, 5, 8] {
        for bucket in (-40..40).chain((-126 << schema)..(-125 << schema)).chain((1000 << schema)..(1001 << schema)) {
            let edge = Exponential::upper_edge(schema, bucket);
            values.extend([edge, edge.next_up(), edge.next_down(), -edge].map(Some));
        }
    }
    // and what lies between
    let mut state = 99_u64;
    for _ in 0..3000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        values.push(Some((state >> 40) as f64 * 1e-5));
    }
    values
}

/// By route, window in seconds and bin, how many.
type Counts = BTreeMap<(String, i64, i64), u64>;

#[test]
fn every_bin_of_duckdb_and_datafusion_is_ours() {
    let folder = std::env::temp_dir().join(format!("sre-stats-warehouse-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let root = workspace_tests::root();
    let mut rows: Vec<(Option<i64>, &str, Option<f64>)> = Vec::new();
    for (i, value) in values().into_iter().enumerate() {
        // a microsecond before and at the edges of windows, before and after the epoch; now and then no time at all
        let us = (i as i64 % 7 - 3) * 60_000_000 - i64::from(i % 3 == 0);
        rows.push(((i % 101 != 100).then_some(us), ["/cart", "/it's, \"home\""][i % 2], value));
    }
    let show = |v: &Option<f64>| v.map_or(String::new(), |v| format!("{v:e}"));
    let mut text = "us,route,v\n".to_owned();
    for (us, route, value) in &rows {
        let us = us.map_or(String::new(), |us| us.to_string());
        text += &format!("{us},\"{}\",{}\n", route.replace('"', "\"\""), show(value));
    }
    let data = folder.join("data.csv");
    std::fs::write(&data, text).unwrap();
    for layout in ["log-linear", "exp:0", "exp:5", "exp:8", "exp:-2"] {
        let choice: LayoutChoice = layout.parse().unwrap();
        let mut want = Counts::new();
        for (us, route, value) in &rows {
            let (Some(us), Some(value)) = (us, value.filter(|v| v.is_finite())) else { continue };
            let bin = choice.build(&[value]).unwrap().coded_bins().unwrap()[0].0;
            *want.entry(((*route).to_owned(), us.div_euclid(60_000_000) * 60, bin)).or_default() += 1;
        }
        for engine in ["duckdb", "datafusion"] {
            let query = folder.join(format!("{engine}.sql"));
            let out = folder.join(format!("{engine}.csv"));
            let printed = workspace_tests::run(&[
                "sql",
                "--dialect",
                engine,
                "--layout",
                layout,
                "--table",
                "requests",
                "--time",
                "time",
                "--value",
                "v",
                "--by",
                "route",
                "--every",
                "60s",
                "--series",
                "latency",
            ]);
            assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
            std::fs::write(&query, &printed.stdout).unwrap();
            let run = Command::new(python())
                .arg(root.join("stats/engines/sql/engines.py"))
                .args([engine.as_ref(), data.as_os_str(), query.as_os_str(), out.as_os_str()])
                .output()
                .unwrap_or_else(|e| {
                    panic!("{}: {e}; tests/run makes it, SRE_STATS_PYTHON names another", python().display())
                });
            assert!(
                run.status.success(),
                "{engine} {layout}: {}\nPyPI's duckdb, datafusion and pyarrow are needed",
                String::from_utf8_lossy(&run.stderr)
            );
            let read = load(&[out], &LoadOptions::default(), &Progress::new()).unwrap();
            let mut got = Counts::new();
            for item in &read.items {
                assert_eq!((item.kind, item.identity.name.as_str()), (Kind::Histogram, "latency"));
                for (window, sketch) in item.as_histograms().unwrap().windows() {
                    assert_eq!(window.width.0, 60_000_000_000);
                    let route = item.identity.labels.get("route").unwrap().to_owned();
                    for (bin, count) in sketch.coded_bins().unwrap() {
                        *got.entry((route.clone(), window.start.0 / 1_000_000_000, bin)).or_default() += count;
                    }
                }
            }
            let wrong: Vec<_> = want.iter().filter(|(k, n)| got.get(*k) != Some(n)).take(5).collect();
            assert!(
                wrong.is_empty() && got.len() == want.len(),
                "{engine} {layout}: {wrong:?} of {} / {}",
                got.len(),
                want.len()
            );
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_table_of_histograms_is_written_and_read_back() {
    let folder = std::env::temp_dir().join(format!("sre-stats-table-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for layout in ["log-linear", "exp:5"] {
        let table = folder.join("table.csv");
        let (code, _, err) = workspace_tests::told(&[
            "convert",
            "datasets/recorded/requests.csv",
            "--by",
            "route",
            "--to",
            "histogram-table",
            "--layout",
            layout,
            "--every",
            "5m",
            "--out",
            table.to_str().unwrap(),
        ]);
        assert_eq!(code, 0, "{err}");
        let text = std::fs::read_to_string(&table).unwrap();
        assert_eq!(text.lines().next(), Some("series,window_start,width,schema,bin,count,route,unit"));
        let read = load(&[table], &LoadOptions::default(), &Progress::new()).unwrap();
        let rows = std::fs::read_to_string(workspace_tests::root().join("datasets/recorded/requests.csv")).unwrap();
        for route in ["cart", "checkout", "search"] {
            let item = read.items.iter().find(|i| i.identity.labels.get("route") == Some(route)).unwrap();
            let want = rows.lines().filter(|l| l.split(',').nth(1) == Some(route)).count();
            assert_eq!(item.values().iter().sum::<f64>(), want as f64, "{route}");
            assert_eq!(item.identity.unit, sre_stats::unit::Unit::Second);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
