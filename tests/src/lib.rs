//! Helpers shared by the tests of the whole workspace.

#![allow(clippy::unwrap_used)]

mod folder;
pub mod prometheus;

pub use folder::Folder;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program, built beside the tests.
///
/// # Panics
/// Where it is not there.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join(format!("sre-stats{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is missing: build it first with `cargo build -p sre-stats-app`", program.display());
    program
}

/// The top of the repository.
///
/// # Panics
/// Never: the tests lie one folder below it.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The Python of the tests' environment, which `tests/run` makes.
pub fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("SRE_STATS_PYTHON") {
        return named.into();
    }
    let cache = std::env::var_os("SRE_STATS_CACHE").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("XDG_CACHE_HOME").map(|c| PathBuf::from(c).join("sre-stats")));
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".cache/sre-stats")));
    cache.map_or_else(|| "python3".into(), |c| c.join("venv/bin/python"))
}

/// Runs the program at the top of the repository, without input.
///
/// # Panics
/// Where it cannot be started.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).current_dir(root()).stdin(Stdio::null()).output().unwrap()
}

/// Exit code, standard output and standard error of the program.
///
/// # Panics
/// Where it cannot be started, is killed or prints what is not UTF-8.
pub fn told(arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The JSON document of a command that must succeed and have results, its frame checked.
///
/// # Panics
/// Where it fails, or prints something else.
pub fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = told(&[arguments, &["--json"]].concat());
    assert_eq!(code, 0, "{arguments:?}: {err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["schema"], "sre-stats/1");
    assert_eq!(document["command"], arguments[0]);
    assert!(document["input"].is_object() && document["warnings"].is_array(), "{out}");
    assert!(document["results"].as_array().is_some_and(|all| !all.is_empty()), "{arguments:?}");
    document
}

/// The results of a command, from its [`json`].
///
/// # Panics
/// As [`json`].
pub fn results(arguments: &[&str]) -> Vec<Value> {
    json(arguments)["results"].as_array().unwrap().clone()
}

/// Text beyond this is cut: what a parser does wrong it does in the first lines too.
const LONGEST_TEXT: usize = 30_000;

/// The name and the bytes of every recorded file, in order; text is cut to its first part.
///
/// # Panics
/// Where one cannot be read.
pub fn recordings() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    collect(&root().join("datasets/recorded"), &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let mut bytes = std::fs::read(&path).unwrap();
        if !bytes.starts_with(b"PAR1") {
            bytes.truncate(LONGEST_TEXT);
        }
        (path.display().to_string(), bytes)
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
