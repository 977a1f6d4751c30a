//! Data larger than memory: rows that are counted and not kept, the table that is written, and what it answers when it is read back.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;
use workspace_tests::{Folder, json, program, told};

/// Two services over an hour; one has a slow quarter of an hour.
fn requests() -> String {
    let mut text = "time,service,status,latency_s\n".to_owned();
    for i in 0..7200_i64 {
        let service = ["cart", "pay"][(i % 2) as usize];
        let slow = service == "pay" && (1800..2700).contains(&(i / 2));
        let latency = 0.1 + (i * 37 % 100) as f64 / 1000.0 + if slow { 0.4 } else { 0.0 };
        writeln!(text, "{},{service},200,{latency:.4}", 1_767_225_600_000 + i * 500).unwrap();
    }
    text
}

#[test]
fn one_command_counts_tells_and_writes() {
    let folder = Folder::new("one-command");
    let (csv, parquet, text) = (folder.path("r.csv"), folder.path("t.parquet"), folder.path("t.csv"));
    std::fs::write(&csv, requests()).unwrap();
    let counted = json(&["histogram", &csv, "--every", "1m", "--table-out", &parquet]);
    let results = counted["results"].as_array().unwrap();
    let file = results.last().unwrap();
    assert_eq!((file["windows"].as_u64(), file["count"].as_u64()), (Some(120), Some(7200)), "{file}");
    // three quantiles of two series, each as the histogram of the kept rows has it
    assert_eq!(results.len(), 7);
    let kept = json(&["quantile", &csv, "-q", "0.5,0.99,0.999", "--layout", "log-linear"]);
    for (a, b) in results.iter().zip(kept["results"].as_array().unwrap()) {
        assert_eq!((&a["series"], &a["q"]), (&b["series"], &b["q"]));
        for key in ["value", "bound", "n", "unit", "method"] {
            assert_eq!(a["estimate"][key], b["estimate"][key], "{key}");
        }
    }
    // the same bytes at any number of threads, from a pipe, and by way of convert
    let bytes = std::fs::read(&parquet).unwrap();
    for threads in ["1", "3"] {
        let again = folder.path("again.parquet");
        let status = Command::new(program())
            .args(["histogram", "-", "--table-out", &again])
            .env("RAYON_NUM_THREADS", threads)
            .stdin(Stdio::from(std::fs::File::open(&csv).unwrap()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(std::fs::read(&again).unwrap(), bytes);
    }
    let (code, out, err) = told(&["convert", &csv, "--to", "histogram-table"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(told(&["histogram", &csv, "--table-out", &text]).0, 0);
    assert_eq!(std::fs::read_to_string(&text).unwrap(), out);
    // the columns of Parquet are counted too
    let columns = folder.path("r.parquet");
    assert_eq!(told(&["convert", &csv, "--to", "parquet", "--out", &columns]).0, 0);
    let of_columns = json(&["histogram", &columns, "-q", "p99", "--kind", "events"]);
    assert_eq!(of_columns["results"].as_array().unwrap().len(), 2);
    let (code, _, err) = told(&["histogram", &csv, "--table-out", &folder.path("t.xlsx")]);
    assert!(code == 2 && err.contains(".parquet, .arrow or .csv"), "{err}");
}

#[test]
fn a_folder_of_tables_answers_what_the_requests_answer() {
    let folder = Folder::new("way-back");
    let csv = folder.path("r.csv");
    std::fs::write(&csv, requests()).unwrap();
    let tables = folder.path("tables");
    std::fs::create_dir_all(&tables).unwrap();
    // two files of half an hour each
    for (name, flags) in [("a", ["--to", "2026-01-01T00:30:00Z"]), ("b", ["--from", "2026-01-01T00:30:00Z"])] {
        let table = format!("{tables}/{name}.parquet");
        let (code, _, err) = told(&["histogram", &csv, "--table-out", &table, flags[0], flags[1]]);
        assert_eq!(code, 0, "{err}");
    }
    let pay = "service == \"pay\"";
    let back = json(&["quantile", &tables, "-q", "0.99", "--every", "5m", "--where", pay]);
    let kept = json(&["quantile", &csv, "-q", "0.99", "--every", "5m", "--where", pay, "--layout", "log-linear"]);
    let (back, kept) = (back["results"].as_array().unwrap(), kept["results"].as_array().unwrap());
    assert_eq!((back.len(), kept.len()), (12, 12));
    for (a, b) in back.iter().zip(kept) {
        assert_eq!((&a["window"], &a["estimate"]["n"]), (&b["window"], &b["estimate"]["n"]));
        // the table does not know the extremes, so its interval is the whole bin, which holds the other one
        let ends = |e: &Value| (e["bound"]["lower"].as_f64().unwrap(), e["bound"]["upper"].as_f64().unwrap());
        let (wide, narrow) = (ends(&a["estimate"]), ends(&b["estimate"]));
        assert!(wide.0 <= narrow.0 && wide.1 >= narrow.1 && wide.1 / wide.0 < 1.11, "{wide:?} {narrow:?}");
    }
    let (code, _, err) = told(&["quantile", &tables, "--every", "30s"]);
    assert!(code == 3 && err.contains("choose a multiple of their width"), "{code} {err}");

    // an objective at an edge of a bin is exact: 0.3 s is one
    let objective = "99% of requests < 300ms over 1h";
    let exact = json(&["slo", &csv, "--slo", objective, "--where", pay]);
    let table = json(&["slo", &tables, "--slo", objective, "--where", pay]);
    let sli = |v: &Value| v["results"][0]["methods"]["occurrences"].clone();
    assert_eq!(sli(&exact)["value"], sli(&table)["value"], "{table:#}");
    assert_eq!(table["results"].as_array().unwrap().len(), 1);
    assert_eq!(exact["results"][0]["verdict"], table["results"][0]["verdict"]);
    // between two edges it is bounded, and the truth lies between
    let objective = "99% of requests < 153ms over 1h";
    let exact = json(&["slo", &csv, "--slo", objective, "--where", pay]);
    let table = json(&["slo", &tables, "--slo", objective, "--where", pay]);
    let told = sli(&table);
    let ends = (told["bound"]["lower"].as_f64().unwrap(), told["bound"]["upper"].as_f64().unwrap());
    let truth = sli(&exact)["value"].as_f64().unwrap();
    assert!(ends.0 < truth && truth < ends.1, "{ends:?} {truth}");

    // windows: minutes are the ticks
    let windows =
        json(&["windows", &tables, "--slo", "99% of requests < 300ms over 1h", "--widths", "1m,5m", "--where", pay]);
    let minute = &windows["results"][0];
    assert_eq!(
        (minute["width_s"].as_f64(), minute["true_bad_s"]["value"].as_f64()),
        (Some(60.0), Some(900.0)),
        "{minute:#}"
    );

    // trend and compare of a percentile of the windows
    let trend = json(&["trend", &tables, "--where", pay]);
    assert!(trend["results"][0]["note"].as_str().unwrap().contains("told by the"), "{trend:#}");
    let compared = json(&["compare", &format!("{tables}/a.parquet"), &format!("{tables}/b.parquet"), "--where", pay]);
    assert!(compared["results"][0]["note"].as_str().unwrap().contains("per"), "{compared:#}");
    let bins = json(&["histogram", &tables, "--where", pay]);
    let counted: u64 =
        bins["results"][0]["bins"].as_array().unwrap().iter().map(|b| b["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 3600);
}
