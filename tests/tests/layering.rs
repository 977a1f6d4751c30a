//! Data goes one way: no module of `stats` imports from a layer above its own, and what belongs to one place stays there.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};

/// The layers of `stats/src` from the ground up. Within a row a module may import those to its left where the flag says so.
const LAYERS: &[(&[&str], bool)] = &[
    (&["words", "error", "unit", "time", "progress"], true),
    (&["labels", "method", "estimate", "series", "events", "counter"], true),
    (&["quantile", "histogram"], true),
    (&["window", "trend", "forecast", "correlate", "compare", "capacity", "describe", "slo"], false),
    (&["load"], false),
    (&["figure"], false),
    (&["report", "notebook", "prelude"], true),
];

/// The exceptions among the analyses: an SLO is counted in windows, correlation takes out the season that
/// trend finds, and comparison asks the noise models of trend.
const ALLOWED_SIDEWAYS: &[(&str, &str)] = &[("slo", "window"), ("correlate", "trend"), ("compare", "trend")];

fn place(module: &str) -> Option<(usize, usize)> {
    LAYERS
        .iter()
        .enumerate()
        .find_map(|(layer, (modules, _))| modules.iter().position(|m| *m == module).map(|position| (layer, position)))
}

fn allowed(from: &str, to: &str) -> bool {
    if from == to || ALLOWED_SIDEWAYS.contains(&(from, to)) {
        return true;
    }
    match (place(from), place(to)) {
        (Some((layer, position)), Some((other_layer, other_position))) => {
            other_layer < layer || (other_layer == layer && LAYERS[layer].1 && other_position < position)
        }
        _ => false,
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All Rust files below a folder.
fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The code of a file by line: comments cut off, imports of several lines as one, items for tests alone left out.
fn code_lines(path: &Path) -> Vec<(usize, String)> {
    code_of(&std::fs::read_to_string(path).unwrap())
}

fn code_of(text: &str) -> Vec<(usize, String)> {
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.split("//").next().unwrap_or_default()));
    let mut code = Vec::new();
    while let Some((number, line)) = lines.next() {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        if words.starts_with("#[cfg(test)]") {
            // the formatter puts the end of an item below its beginning
            let end = format!("{indent}}}");
            let mut opened = false;
            for (_, line) in lines.by_ref() {
                opened |= line.trim_end().ends_with('{');
                if line.trim_end() == end || (!opened && line.trim_end().ends_with(';')) {
                    break;
                }
            }
            continue;
        }
        let mut statement = line.to_owned();
        if words.starts_with("use ") || words.starts_with("pub use ") || words.starts_with("pub(") {
            while words.contains("use ") && !statement.contains(';') {
                let Some((_, more)) = lines.next() else { break };
                statement.push_str(more.trim_start());
            }
        }
        code.push((number, statement));
    }
    code
}

/// The modules named after `crate::` in a line, braces opened.
fn imported(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0_i32;
            let mut part = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut part)),
                    c if depth == 0 => part.push(c),
                    _ => {}
                }
            }
            found.push(part);
        } else {
            found.push(rest.to_owned());
        }
    }
    found
        .iter()
        .map(|f| f.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .filter(|f| !f.is_empty())
        .collect()
}

fn violations(from: &str, line: &str) -> Vec<String> {
    imported(line)
        .into_iter()
        // the crate's root re-exports the ground: Error, ErrorKind, Position, Result
        .map(|m| if m.starts_with(char::is_uppercase) { "error".to_owned() } else { m })
        .filter(|to| !allowed(from, to))
        .collect()
}

#[test]
fn no_import_climbs() {
    let src = root().join("stats/src");
    let mut bad = Vec::new();
    let mut seen = 0;
    for path in rust_files(&src) {
        let relative = path.strip_prefix(&src).unwrap();
        let module =
            relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        assert!(place(&module).is_some(), "{} is in no layer: add it to LAYERS and ARCHITECTURE.md", path.display());
        for (number, line) in code_lines(&path) {
            seen += imported(&line).len();
            for to in violations(&module, &line) {
                bad.push(format!("{}:{number}: {module} imports {to}", relative.display()));
            }
        }
    }
    assert!(seen > 50, "only {seen} imports were read: the test does not see the code");
    assert!(bad.is_empty(), "imports that climb or go sideways:\n{}", bad.join("\n"));
}

#[test]
fn the_check_catches_what_it_should() {
    assert_eq!(violations("series", "use crate::figure::Figure;"), ["figure"]);
    assert_eq!(violations("window", "use crate::{time::Span, slo::Objective};"), ["slo"]);
    assert_eq!(violations("trend", "    let x = crate::describe::mean(v);"), ["describe"]);
    assert!(violations("slo", "use crate::window::BadTime;").is_empty());
    assert!(violations("time", "use crate::{Error, Result};").is_empty());
    // an import of several lines, after a module for tests in the middle of the file
    let text = "#[cfg(test)]\nmod brute_force;\n#[cfg(test)]\nmod tests {\n    use crate::report::x;\n}\n\
        pub(crate) use crate::{\n    time::Span, // a length\n    slo::{Objective,\n        Period},\n};\nfn f() {}\n";
    let code = code_of(text);
    assert_eq!(code.iter().map(|c| c.0).collect::<Vec<_>>(), [7, 12]);
    assert_eq!(code.iter().flat_map(|c| violations("window", &c.1)).collect::<Vec<_>>(), ["slo"]);
}

/// Every place below `dir` whose code names one of `needles`, but for paths that start with one of `except`.
fn naming(dir: &str, needles: &[&str], except: &[&str]) -> Vec<String> {
    let root = root();
    let mut found = Vec::new();
    for path in rust_files(&root.join(dir)) {
        let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        // tests read what was recorded
        let of_tests = relative.ends_with("/tests.rs") || relative.contains("/tests/");
        if of_tests || except.iter().any(|e| relative.starts_with(e)) {
            continue;
        }
        for (number, line) in code_lines(&path) {
            for needle in needles.iter().filter(|n| line.contains(**n)) {
                found.push(format!("{relative}:{number} names {needle}"));
            }
        }
    }
    found
}

#[test]
fn each_outside_thing_has_its_one_place() {
    let mut found = naming("stats/src", &["egui"], &[]);
    found.extend(naming("stats/src", &["plotters"], &["stats/src/figure/draw"]));
    // a notebook shows data frames, and uses the very crates that made them
    let framed = ["stats/src/load", "stats/src/notebook/frame.rs", "stats/src/lib.rs"];
    found.extend(naming("stats/src", &["polars", "arrow_array", "arrow_schema"], &framed));
    // the statistics read no file, no clock and start no thread
    found.extend(naming(
        "stats/src",
        &[
            "std::fs",
            "File::",
            "std::net",
            "SystemTime",
            "Instant::now",
            "Zoned::now",
            "Timestamp::now",
            "thread::spawn",
        ],
        // the capstone is graded by the truth beside its data; what takes long in a notebook says so after a while
        &["stats/src/load", "stats/src/notebook/exercise/capstone.rs", "stats/src/notebook/watched.rs"],
    ));
    found.extend(naming("app/src", &["thread::spawn", "thread::Builder"], &["app/src/gui/jobs.rs"]));
    assert!(found.is_empty(), "in the wrong house:\n{}", found.join("\n"));
}
