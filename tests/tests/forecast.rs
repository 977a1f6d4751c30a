//! Forecasts end to end: the built program on generated data whose future is known, and on data that allow no answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use workspace_tests::{json, told};

/// A file with this content that goes away with the guard.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sre-stats-forecast-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content).unwrap();
        Self(folder.join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn results(document: &Value) -> &Vec<Value> {
    document["results"].as_array().unwrap()
}

/// Noise in [−1, 1) from the generator of Knuth's MMIX.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Hours of a disk that fills by 0.05 points an hour, with a daily season; 20 days.
fn disk() -> String {
    let mut noise = noise(7);
    let mut text = String::from("time,used_percent\n");
    for h in 0..480 {
        let season = 2.0 * (f64::from(h) / 24.0 * std::f64::consts::TAU).sin();
        let value = 40.0 + 0.05 * f64::from(h) + season + 0.5 * noise();
        text.push_str(&format!("{},{value:.4}\n", 1_767_225_600 + h * 3600));
    }
    text
}

#[test]
fn a_disk_that_fills_has_a_date() {
    let file = Scratch::new("disk.csv", &disk());
    let document = json(&["forecast", file.path(), "--until", "70%", "--horizon", "14d"]);
    let all = results(&document);
    let points: Vec<&Value> = all.iter().filter(|r| r.get("time").is_some()).collect();
    assert_eq!(points.len(), 14 * 24);
    for point in &points {
        for key in ["series", "time", "value", "unit", "method", "n", "window", "bound", "caveats"] {
            assert!(point.get(key).is_some(), "{key} is missing in {point}");
        }
        assert_eq!(point["bound"]["kind"], "confidence");
    }
    // the truth goes on: 64 % and the season at the end of day 20 + h hours
    let inside = points.iter().enumerate().filter(|(i, point)| {
        let h = 480.0 + *i as f64;
        let truth = 40.0 + 0.05 * h + 2.0 * (h / 24.0 * std::f64::consts::TAU).sin();
        point["bound"]["lower"].as_f64().unwrap() <= truth && truth <= point["bound"]["upper"].as_f64().unwrap()
    });
    assert!(inside.count() * 10 >= points.len() * 9);
    let verdict = all.last().unwrap();
    for key in ["method", "reason", "seasons_s", "step_s", "crossing", "backtest", "candidates", "caveats", "verdict"] {
        assert!(verdict.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(verdict["seasons_s"], serde_json::json!([86_400.0]));
    let crossing = &verdict["crossing"];
    assert_eq!(crossing["verdict"], "crosses");
    // 40 + 0.05 h + 2 sin = 70 is first reached at a crest: h between 560 and 600, day 23 to 25 of January 2026
    let day = |key: &str| crossing[key].as_str().unwrap()[..10].to_owned();
    assert!(day("earliest") >= "2026-01-22".into() && day("earliest") <= day("expected"), "{crossing}");
    assert!(day("expected") >= "2026-01-23".into() && day("expected") <= "2026-01-26".into(), "{crossing}");
    let test = &verdict["backtest"];
    assert!(test["coverage"]["value"].as_f64().unwrap() > 0.7 && test["baseline_mase"].as_f64().unwrap() > 0.0);
    assert!(test["mase"].as_f64().unwrap() < test["baseline_mase"].as_f64().unwrap(), "{test}");
}

#[test]
fn every_method_and_every_end_is_told() {
    let file = Scratch::new("disk.csv", &disk());
    for method in ["holt-winters", "ets", "stl-ets", "linear", "predict-linear", "seasonal-naive"] {
        let document = json(&["forecast", file.path(), "--method", method, "--horizon", "1d"]);
        assert_eq!(results(&document).len(), 25, "{method}");
    }
    let far = json(&["forecast", file.path(), "--until", "500%", "--horizon", "5d"]);
    assert_eq!(results(&far).last().unwrap()["crossing"]["verdict"], "not-within-horizon");
    let (code, out, _) = told(&["forecast", file.path(), "--until", "500%", "--horizon", "5d"]);
    assert!(
        code == 0 && out.contains("does not rise to 500 % within the horizon") && out.contains("baseline"),
        "{out}"
    );
    let again = |seed: &str| told(&["forecast", file.path(), "--until", "70", "--seed", seed, "--json"]).1;
    let (first, second) = (again("3"), again("3"));
    assert!(!first.is_empty() && first == second);
}

#[test]
fn pictures_and_columns_are_written() {
    let file = Scratch::new("disk.csv", &disk());
    // where nothing is marked, a sentence is all that there is
    for (command, ending, least) in
        [("forecast", "svg", 500), ("forecast", "html", 500), ("decompose", "csv", 500), ("anomalies", "md", 50)]
    {
        let out = file.0.with_file_name(format!("{command}.{ending}"));
        let (code, _, err) = told(&[command, file.path(), "--out", out.to_str().unwrap()]);
        assert_eq!(code, 0, "{command}: {err}");
        assert!(std::fs::metadata(&out).unwrap().len() > least, "{command}.{ending}");
    }
    let columns = std::fs::read_to_string(file.0.with_file_name("decompose.csv")).unwrap();
    assert_eq!(columns.lines().count(), 481);
    assert!(columns.starts_with("time,observed"), "{}", &columns[..200]);
}

#[test]
fn parts_and_marks_are_told() {
    let mut lines: Vec<String> = disk().lines().map(str::to_owned).collect();
    // one hour at noon of the tenth day that would be normal a week later
    lines[1 + 9 * 24 + 12] = format!("{},66.0", 1_767_225_600 + (9 * 24 + 12) * 3600);
    let file = Scratch::new("disk.csv", &lines.join("\n"));
    let parts = json(&["decompose", file.path(), "--season", "24h", "--robust"]);
    let part = &results(&parts)[0];
    for key in ["trend", "seasonal", "remainder", "observed", "time", "trend_strength", "seasons"] {
        assert!(part.get(key).is_some(), "{key} is missing");
    }
    for i in 0..480 {
        let of = |key: &str| part[key][i].as_f64().unwrap();
        let whole = of("trend") + of("remainder") + part["seasonal"][0][i].as_f64().unwrap();
        assert!((whole - of("observed")).abs() < 1e-9, "{i}");
    }
    let marked = json(&["anomalies", file.path()]);
    let marks = results(&marked)[0]["marks"].as_array().unwrap();
    assert!(marks.iter().any(|m| m["value"] == 66.0), "{marks:?}");
    assert!(marks.len() <= 5, "{marks:?}");
}

#[test]
fn data_that_allow_no_answer_say_why() {
    let cases = [
        ("constant.csv", "time,x\n0,5\n60,5\n120,5\n180,5\n", "equal"),
        ("two.csv", "time,x\n0,5\n60,6\n", "too few"),
        ("few.csv", "time,x\n0,5\n60,6\n120,5\n180,8\n", "too few"),
    ];
    for (name, content, why) in cases {
        let file = Scratch::new(name, content);
        let document = json(&["forecast", file.path(), "--until", "10"]);
        let verdict = results(&document).last().unwrap();
        assert_eq!(verdict["verdict"], "no-verdict", "{name}");
        assert!(verdict["why"].as_str().unwrap().contains(why), "{verdict}");
        assert_eq!(verdict["crossing"]["verdict"], "no-verdict", "{name}");
    }
    let nothing = Scratch::new("nan.csv", "time,x\n0,NaN\n60,NaN\n120,NaN\n");
    let (code, _, err) = told(&["forecast", nothing.path()]);
    assert!(code == 3 && !err.is_empty(), "{code} {err}");
    let file = Scratch::new("disk.csv", &disk());
    for wrong in [&["--until", "full"][..], &["--level", "2"], &["--method", "magic"], &["--season", "often"]] {
        let (code, _, err) = told(&[&["forecast", file.path()], wrong].concat());
        assert!(code == 2 && !err.is_empty(), "{wrong:?}: {code} {err}");
    }
    // a limit in a unit that is not that of the series is an input that cannot be used
    let (code, _, err) = told(&["forecast", file.path(), "--until", "300ms"]);
    assert!(code == 3 && err.contains("convert"), "{code} {err}");
}
