//! The code cells of the notebooks compile and run as Rust: `build.rs` takes them out of the notebooks, there is no copy. They are
//! read as the kernel reads them, one after the other; pictures and tables are made and not drawn here.
//!
//! `tests/notebooks/execute.py` runs the same cells in the kernel and compares what they show.

#![allow(warnings, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::expect_used)]

use sre_stats::prelude::*;

/// What a cell's `?` needs; the paths in the notebooks hold here too, as this folder lies beside theirs.
type Checked = std::result::Result<(), Box<dyn std::error::Error>>;

include!(concat!(env!("OUT_DIR"), "/cells.rs"));

#[test]
fn no_cell_is_left_out() {
    let folder = workspace_tests::root().join("notebooks");
    let books = std::fs::read_dir(&folder).unwrap().filter(|e| {
        let path = e.as_ref().unwrap().path();
        path.extension().is_some_and(|e| e == "ipynb")
    });
    assert_eq!(books.count(), CELLS.len());
    for (stem, cells) in CELLS {
        let text = std::fs::read_to_string(folder.join(format!("{stem}.ipynb"))).unwrap();
        let book: serde_json::Value = serde_json::from_str(&text).unwrap();
        let source = |cell: &serde_json::Value| -> String {
            cell["source"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect()
        };
        let code: Vec<String> =
            book["cells"].as_array().unwrap().iter().filter(|c| c["cell_type"] == "code").map(source).collect();
        assert_eq!(code, *cells, "{stem}");
    }
}

/// The notebooks with their cells.
fn books() -> Vec<(String, Vec<serde_json::Value>)> {
    let folder = workspace_tests::root().join("notebooks");
    let read = |stem: &&str| {
        let text = std::fs::read_to_string(folder.join(format!("{stem}.ipynb"))).unwrap();
        let book: serde_json::Value = serde_json::from_str(&text).unwrap();
        ((*stem).to_owned(), book["cells"].as_array().unwrap().clone())
    };
    CELLS.iter().map(|(stem, _)| read(stem)).collect()
}

/// Text as nbformat keeps it, in lines.
fn joined(lines: &serde_json::Value) -> String {
    lines.as_array().into_iter().flatten().filter_map(|line| line.as_str()).collect()
}

/// Fewer than two minutes of reading, the table of the capstone's questions included.
const WORDS: usize = 260;

#[test]
fn cells_are_short() {
    for (stem, cells) in books() {
        for cell in &cells {
            let source = joined(&cell["source"]);
            match cell["cell_type"].as_str() {
                Some("code") => assert!(source.lines().count() <= 15, "{stem}: {source}"),
                _ => {
                    // what is remembered and read later closes a chapter
                    let prose = source.split("## What to remember").next().unwrap();
                    assert!(prose.split_whitespace().count() <= WORDS, "{stem}: {source}");
                }
            }
        }
    }
}

/// The checkers that a cell calls, such as `chapter_7::recap`.
fn checkers(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices("chapter_") {
        let name: String =
            source[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')).collect();
        let called = source[at + name.len()..].starts_with('(');
        if called && name.contains("::") {
            found.push(name);
        }
    }
    found
}

#[test]
fn every_exercise_holds_a_wrong_answer_and_has_a_right_solution() {
    let (mut asked, mut solved) = (Vec::new(), Vec::new());
    for (stem, cells) in books() {
        let solutions = stem.ends_with("solutions");
        for cell in cells.iter().filter(|cell| cell["cell_type"] == "code") {
            let shown: String =
                cell["outputs"].as_array().unwrap().iter().map(|o| joined(&o["data"]["text/plain"])).collect();
            for name in checkers(&joined(&cell["source"])) {
                assert!(shown.starts_with(if solutions { '✓' } else { '✗' }), "{stem}, {name}: {shown}");
                if solutions { &mut solved } else { &mut asked }.push(name);
            }
        }
    }
    asked.sort();
    solved.sort();
    solved.dedup();
    assert_eq!(asked, solved);
    assert!(asked.len() > 50, "{asked:?}");
}

#[test]
fn polars_is_in_one_notebook_alone() {
    let of_frames = |cells: &[&str]| cells[0].contains("\"frame\"");
    let found: Vec<&str> = CELLS.iter().filter(|(_, cells)| of_frames(cells)).map(|(stem, _)| *stem).collect();
    assert_eq!(found, ["13-polars-and-arrow"]);
}
