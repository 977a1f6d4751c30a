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
