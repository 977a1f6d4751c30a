//! Takes the code cells out of the notebooks, so that they compile with the tests: one test function a notebook, its cells one
//! after the other. `tests/notebooks.rs` includes what is written here, and checks it against the notebooks.
//!
//! No JSON crate: one here would have the crates of the program's build built once more with other features.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = Path::new("../notebooks");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut books: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    books.retain(|path| path.extension().is_some_and(|e| e == "ipynb"));
    books.sort();
    let (mut tests, mut table) = (String::new(), String::new());
    for book in &books {
        println!("cargo:rerun-if-changed={}", book.display());
        let cells = code_cells(&fs::read_to_string(book).unwrap());
        assert!(!cells.is_empty(), "{}: no code cell found; write it with nbformat", book.display());
        let stem = book.file_stem().unwrap().to_str().unwrap();
        let body: String = cells.iter().map(|cell| statements(cell)).collect();
        let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        writeln!(tests, "#[test]\nfn chapter_{name}() -> Checked {{\n{body}Ok(())\n}}\n").unwrap();
        writeln!(table, "    ({stem:?}, &{cells:?}),").unwrap();
    }
    let text =
        format!("{tests}/// Every notebook with its code cells.\nconst CELLS: &[(&str, &[&str])] = &[\n{table}];\n");
    fs::write(Path::new(&env::var("OUT_DIR").unwrap()).join("cells.rs"), text).unwrap();
}

/// The sources of the code cells of a notebook as nbformat writes it: one member a line, one line of source a line.
fn code_cells(notebook: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let (mut code, mut source) = (false, None::<String>);
    for line in notebook.lines().map(str::trim) {
        match (&mut source, line) {
            (None, "\"cell_type\": \"code\",") => code = true,
            (None, "\"cell_type\": \"markdown\",") => code = false,
            (None, "\"source\": [") if code => source = Some(String::new()),
            (Some(_), "]") => cells.extend(source.take()),
            (Some(text), line) => text.push_str(&unescaped(line)),
            _ => {}
        }
    }
    cells
}

/// The text of a JSON string, with a comma after it or not.
fn unescaped(line: &str) -> String {
    let inner = line.strip_suffix(',').unwrap_or(line);
    let inner = inner.strip_prefix('"').and_then(|l| l.strip_suffix('"')).expect("a line of source is a string");
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next().unwrap() {
                'n' => '\n',
                't' => '\t',
                c @ ('"' | '\\' | '/') => c,
                c => panic!("escape \\{c} in a notebook"),
            },
            c => c,
        });
    }
    text
}

/// A cell as statements: the kernel's own lines left out, a last expression looked at instead of shown.
fn statements(cell: &str) -> String {
    let mut rust = String::new();
    for line in cell.lines().filter(|line| !line.starts_with(':')) {
        rust.push_str(line);
        rust.push('\n');
    }
    let (head, tail) = rust.split_at(last_boundary(&rust));
    let tail = tail.trim();
    if tail.is_empty() { format!("{head}\n") } else { format!("{head}\n_ = &({tail}\n);\n") }
}

/// Where the last expression begins: behind the last `;` or `}` outside all brackets, texts and comments.
fn last_boundary(rust: &str) -> usize {
    let bytes = rust.as_bytes();
    let (mut at, mut depth, mut boundary) = (0, 0_i32, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += rust[at..].find('\n').unwrap_or(rust.len() - at);
                if rust[boundary..at].trim_start().starts_with("//") {
                    boundary = at;
                }
            }
            b'"' => {
                let raw = rust[..at].trim_end_matches('#');
                if raw.ends_with('r') {
                    let end = format!("\"{}", "#".repeat(at - raw.len()));
                    at += 1 + rust[at + 1..].find(&end).unwrap() + end.len() - 1;
                } else {
                    at += 1;
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                }
            }
            b'\'' if bytes.get(at + 1) == Some(&b'\\') => at += 2 + rust[at + 2..].find('\'').unwrap(),
            b'\'' => {
                let c = rust[at + 1..].chars().next().unwrap();
                if bytes.get(at + 1 + c.len_utf8()) == Some(&b'\'') {
                    at += 1 + c.len_utf8();
                }
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth -= 1,
            b'}' => {
                depth -= 1;
                let rest = rust[at + 1..].trim_start();
                if depth == 0 && !rest.starts_with(['.', '?']) && !rest.starts_with("else") {
                    boundary = at + 1;
                }
            }
            b';' if depth == 0 => boundary = at + 1,
            _ => {}
        }
        at += 1;
    }
    boundary
}
