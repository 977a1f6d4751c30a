//! What is read, and what is told of it.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;
use workspace_tests::{program, root, told};

use super::{MINUTES, REQUESTS, Scratch, estimate, has, json, results};

#[test]
fn inspect_tells_what_is_there() {
    let document = json(&["inspect", MINUTES]);
    let series = &results(&document)[0];
    has(series, &["series", "format", "kind", "unit", "step_s", "first", "last", "count", "gaps", "dropped"]);
    assert_eq!((&series["step_s"], &series["count"], &series["gaps"]), (&60.into(), &43_200.into(), &0.into()));
    assert_eq!(series["first"], "2026-06-01T00:00:00Z");
    let (code, out, err) = told(&["inspect", REQUESTS]);
    assert_eq!(code, 0);
    assert!(out.contains("latency_s{route=\"checkout\"}") && out.contains("events"), "{out}");
    assert!(err.contains("time: "), "guesses belong to standard error: {err}");
}

/// Broken input: exit code 3, and a message that says where and what to do.
#[test]
fn unusable_input_exits_with_three() {
    let file = |name: &str, content: &str| Scratch::new(name, content);
    for (name, content, more, says) in [
        ("empty.csv", "", &[][..], &["empty.csv"][..]),
        ("header.csv", "time,value\n", &[], &["header.csv"]),
        ("column.csv", "time,value\n2026-01-01T00:00:00Z,1\n", &["--value", "latency"], &["latency", "value"]),
        (
            "text.csv",
            "time,value\n2026-01-01T00:00:00Z,fast\n2026-01-01T00:01:00Z,slow\n",
            &["--value", "value"],
            &["text.csv", "line 2", "fast"],
        ),
        (
            "nan.csv",
            "time,value\n2026-01-01T00:00:00Z,NaN\n2026-01-01T00:01:00Z,NaN\n",
            &["--value", "value"],
            &["nan.csv"],
        ),
        ("cut.parquet", "PAR1\u{0}\u{1}half a file", &[], &["cut.parquet"]),
    ] {
        let file = file(name, content);
        let mut arguments = vec!["inspect", file.path()];
        arguments.extend(more);
        let (code, out, err) = told(&arguments);
        assert_eq!((code, &*out), (3, ""), "{name}: {err}");
        for word in says {
            assert!(err.contains(word), "{name}: “{word}” is missing in: {err}");
        }
        assert!(!err.contains("panicked"), "{err}");
    }
    let (code, _, err) = told(&["inspect", "no-such-file.csv"]);
    assert_eq!(code, 3);
    assert!(err.contains("no-such-file.csv") && err.contains("no such file"), "{err}");
    // the window is not tried first
    let (code, _, err) = told(&["no-such-file.csv"]);
    assert_eq!((code, err.as_str()), (3, "sre-stats: no-such-file.csv: no such file; check the name and the folder\n"));
    let (code, _, err) = told(&["slo", MINUTES, "--slo", "99% of requests ok over 30d"]);
    assert_eq!(code, 3);
    assert!(err.contains("“up” (gauge)") && err.contains("--kind events"), "{err}");
}

/// Without a display the window says so, and nothing of where the program was built.
#[cfg(target_os = "linux")]
#[test]
fn a_window_without_a_display_is_refused() {
    let mut command = Command::new(program());
    command.current_dir(root()).arg(MINUTES);
    for display in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(display);
    }
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("the window cannot be opened: ") && err.contains("sub-commands"), "{err}");
    assert!(!err.contains(".rs") && !err.contains('/'), "{err}");
}

/// Bytes of recordings changed so that a decoder panics, on the main thread and on another one: the error is told, and no panic.
#[test]
fn of_damaged_columns_the_error_is_told_alone() {
    for (name, changes) in [
        ("datasets/recorded/arrow/requests.feather", &[(1000, 128), (4678, 126), (5126, 128)][..]),
        ("datasets/recorded/checkout.parquet", &[(318_019, 140)]),
    ] {
        let mut bytes = std::fs::read(root().join(name)).unwrap();
        for (at, byte) in changes {
            bytes[*at] = *byte;
        }
        let damaged = Scratch::new(name.rsplit('/').next().unwrap(), &bytes);
        for threads in ["1", "3"] {
            let output = Command::new(program())
                .args(["inspect", damaged.path()])
                .env("RAYON_NUM_THREADS", threads)
                .env("RUST_BACKTRACE", "1")
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let err = String::from_utf8(output.stderr).unwrap();
            // what was caught
            assert!(err.contains("columns cannot be decoded"), "{name}: {err}");
            assert_eq!((output.status.code(), err.lines().count()), (Some(3), 1), "{name}: {err}");
        }
    }
}

#[test]
fn what_was_dropped_is_told_and_strict_makes_it_an_error() {
    let doubtful = Scratch::new(
        "doubtful.csv",
        "time,value\n2026-01-01T00:02:00Z,3\n2026-01-01T00:01:00Z,2\n2026-01-01T00:01:00Z,4\n2026-01-01T00:03:00Z,inf\n\
         2026-01-01T00:04:00Z,NaN\n2026-01-01T00:05:00Z,5\n",
    );
    let document = json(&["inspect", doubtful.path(), "--value", "value", "--kind", "gauge"]);
    let kinds: Vec<&str> =
        document["warnings"].as_array().unwrap().iter().map(|w| w["kind"].as_str().unwrap()).collect();
    for kind in ["out-of-order", "duplicate", "infinite", "nan"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    for warning in document["warnings"].as_array().unwrap() {
        has(warning, &["kind", "message", "where"]);
    }
    let dropped = &results(&document)[0]["dropped"];
    assert_eq!((&dropped["nan"], &dropped["infinite"], &dropped["duplicate"]), (&1.into(), &1.into(), &1.into()));
    let (code, out, _) = told(&["inspect", doubtful.path(), "--value", "value", "--kind", "gauge", "--strict"]);
    assert_eq!(code, 4);
    assert!(out.contains("value"), "the results are printed all the same: {out}");
    assert_eq!(told(&["inspect", MINUTES, "--strict"]).0, 0);
}

#[test]
fn standard_input_is_read() {
    let mut child = Command::new(program())
        .args(["inspect", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"time,up\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,0\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results(&document)[0]["count"], 2);
}

#[test]
fn answers_of_prometheus_are_read() {
    // 12 scrapes of the backend failed while it was stopped and one at its restart, 5 s each (datasets/recorded/README.md)
    let document = json(&["slo", "datasets/recorded/up.json", "--slo", "99% of time up over 1h"]);
    let shop = results(&document).iter().find(|r| r["series"]["labels"]["job"] == "shop").unwrap();
    assert_eq!((estimate(&shop["budget"]["spent"]), &shop["verdict"]), (65.0, &"violated".into()));
    assert_eq!(shop["incidents"].as_array().unwrap().len(), 2);
    let node = results(&document).iter().find(|r| r["series"]["labels"]["job"] == "node").unwrap();
    assert_eq!(estimate(&node["budget"]["spent"]), 40.0);

    // counters are told by their rate, and what was not scraped is a gap
    let document = json(&["describe", "datasets/recorded/shop_requests_total.json"]);
    assert!(results(&document)[0]["note"].as_str().unwrap().contains("rate"));
    assert_eq!(results(&document)[0]["statistics"]["mean"]["unit"], "count/s");
    let document = json(&["inspect", "datasets/recorded/node_load1.json"]);
    assert_eq!((&results(&document)[0]["gaps"], &results(&document)[0]["step_s"]), (&1.into(), &5.into()));
    let (code, _, err) = told(&["slo", "datasets/recorded/node_load1.json", "--slo", "99% of time up over 1h"]);
    assert_eq!(code, 3);
    assert!(err.contains("not all 0 or 1"), "{err}");
    let cut = Scratch::new("cut.json", &std::fs::read(root().join("datasets/recorded/up.json")).unwrap()[..2000]);
    let (code, _, err) = told(&["inspect", cut.path()]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("cut.json"), "{err}");
}

#[test]
fn packed_deploys_are_read_and_a_header_alone_is_said_so() {
    let rows: Vec<String> = (0..60).map(|i| format!("{},{}\n", i * 60, i % 7 + if i < 30 { 0 } else { 20 })).collect();
    let step = Scratch::new("packed.csv", format!("time,load\n{}", rows.concat()));
    // `printf 'time,version\n1970-01-01T00:20:00Z,v7\n' | gzip -n9`
    let packed: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 201, 204, 77, 213, 41, 75, 45, 42, 206, 204, 207, 227, 50, 180, 52, 55,
        208, 53, 48, 4, 162, 16, 3, 3, 43, 35, 3, 43, 3, 131, 40, 157, 50, 115, 46, 0, 9, 53, 167, 186, 37, 0, 0, 0,
    ];
    let packed = Scratch::new("deploys.csv.gz", packed);
    let found = json(&["changes", step.path(), "--events", packed.path()]);
    assert_eq!(results(&found)[0]["events"][0]["name"], "v7");
    let header = Scratch::new("header.csv", "time,version\n");
    let (code, _, err) = told(&["changes", step.path(), "--events", header.path()]);
    assert!(code == 3 && err.contains("its only row, “time,version”, is a header"), "{code} {err}");
}
