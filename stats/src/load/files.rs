//! Which files names stand for: files, folders with all that is in them, and patterns.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::load::server::{bucket_and_key, is_server};

/// More files than this are no data set that anybody meant.
pub(crate) const MOST_FILES: usize = 100_000;
/// Folders nested deeper than this are followed no further: a link may lead back.
const DEEPEST: usize = 16;

/// A file to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: PathBuf,
    /// Whether the caller named it, and not a folder or pattern that it fits.
    pub(crate) asked_for: bool,
}

/// The files that names stand for, those of a folder or pattern in the order of their names; `in_bucket` knows it of names in S3.
pub(crate) fn expand(names: &[PathBuf], in_bucket: &dyn Fn(&str) -> Result<Vec<Named>>) -> Result<Vec<Named>> {
    let mut files = Vec::new();
    for name in names {
        let text = name.to_string_lossy();
        if bucket_and_key(&text).is_some() {
            files.extend(in_bucket(&text)?);
        } else if is_server(&text) {
            files.push(Named { path: name.clone(), asked_for: true });
        } else if name.is_dir() {
            let before = files.len();
            folder(name, 0, &mut files)?;
            if files.len() == before {
                return Err(Error::empty("there is no file in this folder").in_file(&text).hint("name another one"));
            }
        } else if text != "-" && !name.exists() && text.contains(['*', '?', '[']) {
            let before = files.len();
            let bad = |e: &dyn std::fmt::Display| Error::argument(format!("not a pattern: {e}")).in_file(&text);
            for found in glob::glob(&text).map_err(|e| bad(&e))? {
                let path = found.map_err(|e| bad(&e))?;
                if path.is_file() {
                    files.push(Named { path, asked_for: false });
                }
            }
            if files.len() == before {
                return Err(Error::empty("no file fits this pattern")
                    .in_file(&text)
                    .hint("check the name and the folder"));
            }
        } else {
            files.push(Named { path: name.clone(), asked_for: true });
        }
        if files.len() > MOST_FILES {
            return Err(Error::argument(format!("more than {MOST_FILES} files")).in_file(&text).hint("name fewer"));
        }
    }
    Ok(files)
}

/// The labels that the folders of a path give, as Hive and Spark write them: `service=cart/day=2026-01-01/part-0.parquet`.
#[cfg(feature = "frame")]
pub(crate) fn partition(path: &Path) -> Vec<(String, String)> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let named = folders.filter_map(|folder| {
        let text = folder.as_os_str().to_str()?;
        let (key, word) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
        let word = if word == "__HIVE_DEFAULT_PARTITION__" { String::new() } else { unescaped(word) };
        Some((unescaped(key), word))
    });
    named.collect()
}

/// A name with its `%3A` as the characters that they stand for.
#[cfg(feature = "frame")]
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let escaped = code.filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The files below a folder but for hidden ones, and those that a writer has not finished or keeps for itself (`_SUCCESS`).
fn folder(path: &Path, depth: usize, files: &mut Vec<Named>) -> Result<()> {
    let name = path.display().to_string();
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(e, &name))? {
        entries.push(entry.map_err(|e| Error::io(e, &name))?.path());
    }
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_none_or(|n| n.to_string_lossy().starts_with(['.', '_']));
        if hidden || files.len() > MOST_FILES {
            continue;
        }
        if entry.is_dir() {
            if depth < DEEPEST {
                folder(&entry, depth + 1, files)?;
            }
        } else {
            files.push(Named { path: entry, asked_for: false });
        }
    }
    Ok(())
}
