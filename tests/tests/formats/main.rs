//! Recordings of real programs, loaded, and held against what their text says when read by hand.

#![allow(clippy::unwrap_used)]

mod cloud;
mod exposition;
mod grafana;
mod histograms;
mod logs;
mod system;
mod telemetry;
mod testers;

use std::path::{Path, PathBuf};

use sre_stats::ErrorKind;
use sre_stats::load::{Dataset, Format, Item, Kind, LoadOptions, WarningKind, load, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::time::Timestamp;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("datasets/recorded").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(recorded(name)).unwrap()
}

fn read_with(name: &str, options: &LoadOptions) -> Dataset {
    load(&[recorded(name)], options, &Progress::new()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn read(name: &str) -> Dataset {
    read_with(name, &LoadOptions::default())
}

fn one(data: &Dataset) -> &Item {
    let [item] = data.items.as_slice() else { panic!("{:?}", data.items.iter().map(Item::title).collect::<Vec<_>>()) };
    item
}

fn find<'a>(data: &'a Dataset, title: &str) -> &'a Item {
    let titles = || data.items.iter().map(Item::title).collect::<Vec<_>>();
    data.items.iter().find(|i| i.title() == title).unwrap_or_else(|| panic!("{title}: {:?}", titles()))
}

fn has(data: &Dataset, kind: WarningKind) -> bool {
    data.report.warnings.iter().any(|w| w.kind == kind)
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn number(word: &str) -> f64 {
    word.parse().unwrap_or_else(|_| panic!("{word}"))
}

fn at(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().0
}

#[cfg(unix)]
#[test]
fn a_table_of_sqlite_is_its_csv() {
    let data = read("sqlite/requests.db");
    let csv = text("requests.csv").lines().take(241).collect::<Vec<_>>().join("\n") + "\n";
    let want = load_bytes("requests.csv", csv.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let told =
        |d: &Dataset| -> Vec<_> { d.items.iter().map(|i| (i.identity.clone(), i.kind, i.data.clone())).collect() };
    assert_eq!(told(&data), told(&want));
    assert!(data.items.iter().all(|i| i.format == Format::Sqlite) && data.report.warnings.is_empty());
    // as a stream, and within gzip
    let bytes = std::fs::read(recorded("sqlite/requests.db")).unwrap();
    assert_eq!(load_bytes("-", &bytes, &LoadOptions::default(), &Progress::new()).unwrap().items, data.items);
    // a page that is not there: what came before it is kept
    let cut = load_bytes("cut.db", &bytes[..bytes.len() / 2], &LoadOptions::default(), &Progress::new());
    match cut {
        Ok(data) => assert!(has(&data, WarningKind::Truncated) && data.report.rows < 240),
        Err(e) => assert!(e.to_string().starts_with("cut.db"), "{e}"),
    }
}

/// Arrow's own implementation wrote the first rows of the CSV, packed with a dictionary and plain in several batches.
#[test]
fn arrow_files_are_their_csv() {
    let csv = text("requests.csv");
    let lines: Vec<&str> = csv.lines().take(241).collect();
    let want = load_bytes("x", lines.join("\n").as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    for name in ["arrow/requests.feather", "arrow/requests.arrow"] {
        let data = read(name);
        assert_eq!(data.report.rows, 240);
        let rows = |data: &Dataset| -> Vec<(String, Vec<i64>, Vec<f64>)> {
            data.items.iter().map(|i| (i.title(), i.times().to_vec(), i.values().to_vec())).collect()
        };
        assert_eq!(rows(&data), rows(&want), "{name}");
        assert!(data.items.iter().all(|i| i.format == Format::ArrowIpc && i.kind == Kind::Events));
    }
}

#[test]
fn packed_files_are_what_is_in_them() {
    use std::io::Write;
    let folder = std::env::temp_dir().join(format!("sre-stats-formats-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("2026/11")).unwrap();
    let plain = read("nginx/timed.log");
    let bytes = std::fs::read(recorded("nginx/timed.log")).unwrap();
    for (program, ending) in [("gzip", "gz"), ("zstd", "zst")] {
        let path = folder.join(format!("log.{ending}"));
        let mut child = std::process::Command::new(program)
            .args(["-c"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::fs::File::create(&path).unwrap())
            .spawn()
            .unwrap_or_else(|e| panic!("{program} is needed: {e}"));
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        assert!(child.wait().unwrap().success());
        let data = load(std::slice::from_ref(&path), &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.items, plain.items, "{ending}");
        assert!(data.report.understood.iter().any(|u| u.what == "container"));
        // two members or frames in a row are one file
        let packed = std::fs::read(&path).unwrap();
        let twice =
            load_bytes("x", &[packed.clone(), packed.clone()].concat(), &LoadOptions::default(), &Progress::new())
                .unwrap();
        assert_eq!(twice.report.rows, 2 * plain.report.rows);
        // a cut or changed file is told, and never half of it taken for the whole
        let cut = load_bytes("x", &packed[..packed.len() - 3], &LoadOptions::default(), &Progress::new()).unwrap_err();
        assert!(cut.to_string().contains("cannot be unpacked"), "{cut}");
        let mut changed = packed.clone();
        let at = changed.len() - 2;
        changed[at] ^= 0x55;
        let e = load_bytes("x", &changed, &LoadOptions::default(), &Progress::new()).unwrap_err();
        assert!(e.to_string().contains("cannot be unpacked"), "{e}");
    }
    // a folder and a pattern are one data set; what is none of a format is told
    std::fs::write(folder.join("2026/11/a.csv"), "time,v\n0,1.5\n10,2.5\n").unwrap();
    std::fs::write(folder.join("2026/11/b.csv"), "time,v\n20,3.5\n").unwrap();
    std::fs::write(folder.join("2026/11/_SUCCESS"), "").unwrap();
    std::fs::write(folder.join("2026/notes.bin"), b"\x7fELF\0\0").unwrap();
    let gauge = LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() };
    let data = load(&[folder.join("2026")], &gauge, &Progress::new()).unwrap();
    assert_eq!(one(&data).values(), [1.5, 2.5, 3.5]);
    let skipped: Vec<String> =
        data.report.warnings.iter().filter(|w| w.kind == WarningKind::Skipped).map(ToString::to_string).collect();
    assert!(skipped.len() == 1 && skipped[0].contains("notes.bin"), "{skipped:?}");
    let data = load(&[folder.join("2026/11/*.csv")], &gauge, &Progress::new()).unwrap();
    assert_eq!(one(&data).count(), 3);
    let none = load(&[folder.join("2026/*.parquet")], &gauge, &Progress::new()).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Empty);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Names, traffic and tables, as the program tells them.
#[test]
fn inspect_tells_names_traffic_and_tables() {
    let folder = std::env::temp_dir().join(format!("sre-stats-inspect-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("metrics.prom");
    let text = "# TYPE request_latency_ms gauge\nrequest_latency_ms{job=\"cart\"} 12 1767225600000\n\
        # TYPE requests counter\nrequests{job=\"blackbox\"} 7 1767225600000\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let (code, out, err) = workspace_tests::told(&["inspect", file, "--json"]);
    assert_eq!(code, 0, "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names: Vec<(&str, &str, &str)> = document["names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["name"].as_str().unwrap(), n["rule"].as_str().unwrap(), n["suggestion"].as_str().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            ("request_latency_ms", "non-base-unit", "request_latency_seconds"),
            ("requests", "total-missing", "requests_total")
        ]
    );
    let traffic: Vec<&serde_json::Value> =
        document["results"].as_array().unwrap().iter().map(|r| &r["traffic"]).collect();
    assert_eq!(traffic, [&serde_json::Value::Null, &"synthetic".into()]);
    assert!(document["warnings"].as_array().unwrap().iter().any(|w| w["kind"] == "mixed-traffic"), "{out}");
    let (_, out, _) = workspace_tests::told(&["inspect", file, "--traffic", "real"]);
    assert!(out.contains("traffic=\"real\"") && out.contains("non-base-unit"), "{out}");
    let (code, _, err) = workspace_tests::told(&["inspect", file, "--table", "x"]);
    assert!(code == 2 || code == 3, "{code}");
    assert!(err.contains("--table"), "{err}");
    let database = recorded("sqlite/requests.db");
    let (code, out, err) =
        workspace_tests::told(&["quantile", database.to_str().unwrap(), "-q", "0.5", "--table", "requests", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("latency_s"), "{out}");
    let (code, _, err) = workspace_tests::told(&["inspect", database.to_str().unwrap(), "--table", "request"]);
    assert!((code == 2 || code == 3) && err.contains("did you mean “requests”"), "{code} {err}");
    std::fs::remove_dir_all(&folder).unwrap();
}
