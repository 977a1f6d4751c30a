//! Which files names stand for: files, folders with all that is in them, and patterns; and the labels that folders give.
//!
//! A folder `service=cart` is a label of what lies in it, as Hive and Spark write tables, where it is below what was named: below a folder,
//! and in a pattern from the first part with a wildcard on. What stands above says where the data are kept and nothing of them. Of files that are
//! named one by one, as a shell does with a pattern of its own, those folders count that are not above all of them: none of a file alone.

use std::path::{Component, Path, PathBuf};

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
    /// What its folders say of it.
    pub(crate) folders: Vec<(String, String)>,
}

impl Named {
    /// One that the caller named.
    pub(crate) fn alone(path: PathBuf) -> Self {
        Self { path, asked_for: true, folders: Vec::new() }
    }

    /// One that was found at a place below what the caller named.
    pub(crate) fn found(path: PathBuf, below: &Path) -> Self {
        Self { path, asked_for: false, folders: partition(below) }
    }
}

/// The files that names stand for, those of a folder or pattern in the order of their names; `in_bucket` knows it of names in S3.
pub(crate) fn expand(names: &[PathBuf], in_bucket: &dyn Fn(&str) -> Result<Vec<Named>>) -> Result<Vec<Named>> {
    let mut files = Vec::new();
    for name in names {
        let text = name.to_string_lossy();
        if bucket_and_key(&text).is_some() {
            files.extend(in_bucket(&text)?);
        } else if is_server(&text) {
            files.push(Named::alone(name.clone()));
        } else if name.is_dir() {
            let before = files.len();
            folder(name, Path::new(""), 0, &mut files)?;
            if files.len() == before {
                return Err(Error::empty("there is no file in this folder").in_file(&text).hint("name another one"));
            }
        } else if text != "-" && !name.exists() && text.contains(['*', '?', '[']) {
            let before = files.len();
            let bad = |e: &dyn std::fmt::Display| Error::argument(format!("not a pattern: {e}")).in_file(&text);
            for found in glob::glob(&text).map_err(|e| bad(&e))? {
                let path = found.map_err(|e| bad(&e))?;
                if path.is_file() {
                    let below = below(&path, before_wildcard(&text));
                    files.push(Named::found(path, &below));
                }
            }
            if files.len() == before {
                return Err(Error::empty("no file fits this pattern")
                    .in_file(&text)
                    .hint("check the name and the folder"));
            }
        } else {
            files.push(Named::alone(name.clone()));
        }
        if files.len() > MOST_FILES {
            return Err(Error::argument(format!("more than {MOST_FILES} files")).in_file(&text).hint("name fewer"));
        }
    }
    label_those_alone(&mut files);
    Ok(files)
}

/// Gives files that were named one by one the labels of the folders below the last one that all of them lie in.
fn label_those_alone(files: &mut [Named]) {
    let (far, near): (Vec<&mut Named>, Vec<&mut Named>) = files
        .iter_mut()
        .filter(|file| file.asked_for && file.path.as_os_str() != "-")
        .filter(|file| {
            bucket_and_key(&file.path.to_string_lossy()).is_some() || !is_server(&file.path.to_string_lossy())
        })
        .partition(|file| bucket_and_key(&file.path.to_string_lossy()).is_some());
    for mut group in [far, near] {
        let folders = |file: &Named| whole(&file.path).parent().map(Path::to_path_buf).unwrap_or_default();
        let Some(mut above) = group.first().map(|file| folders(file)) else { continue };
        for file in &group {
            let own = folders(file);
            above = above.components().zip(own.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
        }
        for file in &mut group {
            file.folders = partition(whole(&file.path).strip_prefix(&above).unwrap_or(Path::new("")));
        }
    }
}

/// A path from the root on, and a name in S3 as it is.
fn whole(path: &Path) -> PathBuf {
    if bucket_and_key(&path.to_string_lossy()).is_some() {
        return path.to_path_buf();
    }
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A path as it goes on from a folder; nothing where it does not lie in it.
fn below(path: &Path, folder: &str) -> PathBuf {
    let folder = whole(Path::new(if folder.is_empty() { "." } else { folder }));
    whole(path).strip_prefix(folder).map(Path::to_path_buf).unwrap_or_default()
}

/// What stands before the first part of a pattern that has a wildcard.
pub(crate) fn before_wildcard(pattern: &str) -> &str {
    let fixed = pattern.find(['*', '?', '[']).and_then(|at| pattern.get(..at)).unwrap_or(pattern);
    let end = fixed.rfind(std::path::is_separator).map_or(0, |at| at + 1);
    fixed.get(..end).unwrap_or_default()
}

/// The labels that the folders of a path give: `service=cart/day=2026-01-01/part-0.parquet`.
fn partition(path: &Path) -> Vec<(String, String)> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let named = folders.filter_map(|folder| {
        let Component::Normal(text) = folder else { return None };
        let text = text.to_str()?;
        let (key, word) = text.split_once('=').filter(|(key, _)| !key.is_empty())?;
        let word = if word == "__HIVE_DEFAULT_PARTITION__" { String::new() } else { unescaped(word) };
        Some((unescaped(key), word))
    });
    named.collect()
}

/// A name with its `%3A` as the characters that they stand for.
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
fn folder(path: &Path, below: &Path, depth: usize, files: &mut Vec<Named>) -> Result<()> {
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
        let below = below.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            if depth < DEEPEST {
                folder(&entry, &below, depth + 1, files)?;
            }
        } else {
            files.push(Named::found(entry, &below));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The folders of each file that names stand for, as `key=value` joined by commas.
    fn labels(names: &[&str]) -> Vec<String> {
        let names: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        let in_bucket = |name: &str| Ok(vec![Named::alone(name.into())]);
        let all = expand(&names, &in_bucket).unwrap();
        let told = |n: Named| n.folders.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",");
        all.into_iter().map(told).collect()
    }

    #[test]
    fn only_folders_below_what_was_named_are_labels() {
        let folder = std::env::temp_dir().join(format!("sre-stats-above=below-{}", std::process::id()));
        let top = folder.join("run=7/lake");
        for place in ["service=cart/day=1", "service=cart/day=2", "service=pay%3A80/day=1", "plain"] {
            std::fs::create_dir_all(top.join(place)).unwrap();
            std::fs::write(top.join(place).join("p.csv"), "").unwrap();
        }
        let at = |rest: &str| format!("{}{rest}", top.display());
        let three = ["service=cart,day=1", "service=cart,day=2", "service=pay:80,day=1"];
        assert_eq!(labels(&[&at("")]), [&[""], &three[..]].concat());
        assert_eq!(labels(&[&at("/")])[1..], three);
        assert_eq!(labels(&[&at("/./service=cart/")]), ["day=1", "day=2"]);
        assert_eq!(labels(&[&at("/service=cart/day=1")]), [""]);
        assert_eq!(labels(&[&at("/*/*/p.csv")]), three);
        assert_eq!(labels(&[&at("/**/p.csv")]), [&[""], &three[..]].concat());
        assert_eq!(labels(&[&at("/service=*/day=1/*.csv")]), ["service=cart,day=1", "service=pay:80,day=1"]);
        assert_eq!(labels(&[&at("//service=cart/./day=?/p.csv")]), ["day=1", "day=2"]);
        assert_eq!(labels(&[&at("/service=cart/day=1/p.c*")]), [""]);
        // of files by name what tells them apart, as where a shell fills the pattern in
        let (one, two, other) =
            (at("/service=cart/day=1/p.csv"), at("/service=cart/day=2/p.csv"), at("/service=pay%3A80/day=1/p.csv"));
        assert_eq!(labels(&[&one]), [""]);
        assert_eq!(labels(&[&one, &two]), ["day=1", "day=2"]);
        assert_eq!(labels(&[&one, &other, "-", "prometheus+http://a/?query=up"])[..2], [three[0], three[2]]);
        assert_eq!(labels(&[&one, "s3://lake/service=cart/p.csv"]), ["", ""]);
        let far = ["s3://lake/a=b/service=cart/p.csv", "s3://lake/a=b/service=pay/p.csv"];
        assert_eq!(labels(&far), ["service=cart", "service=pay"]);
        // a folder beside them is what it is
        assert_eq!(labels(&[&one, &at("/service=cart")]), ["", "day=1", "day=2"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn labels_of_folders_are_those_that_hive_and_spark_write() {
        let labels = |key: &str| Named::found("s3://lake/part".into(), Path::new(key)).folders;
        let pairs = |all: &[(&str, &str)]| {
            all.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect::<Vec<(String, String)>>()
        };
        let key = "endpoint=a%3A80/path=\\x|%41/plain/=7/a=b=c/zone=__HIVE_DEFAULT_PARTITION__/file=no.parquet";
        assert_eq!(labels(key), pairs(&[("endpoint", "a:80"), ("path", "\\x|A"), ("a", "b=c"), ("zone", "")]));
        assert_eq!(labels(&format!("a={}/part", "x".repeat(300))).len(), 1);
        assert_eq!(before_wildcard("a=1/b=*/c/*.csv"), "a=1/");
        assert_eq!(before_wildcard("*.csv"), "");
    }
}
