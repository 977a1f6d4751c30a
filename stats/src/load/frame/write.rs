//! A data set as one long table, and that as CSV, Parquet or Arrow IPC.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use polars::prelude::{IpcWriter, ParquetWriter, SerWriter};

use super::polars::failed;
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;

/// The columns of the long table.
pub(super) struct LongTable<'a> {
    pub(super) times: Vec<i64>,
    /// The name and the labels.
    pub(super) texts: Vec<(String, Vec<Option<&'a str>>)>,
    pub(super) values: Vec<f64>,
    pub(super) ok: Option<Vec<Option<bool>>>,
}

impl<'a> LongTable<'a> {
    pub(super) fn of(data: &'a Dataset) -> Result<Self> {
        if data.items.is_empty() {
            return Err(Error::empty("there is no series to write"));
        }
        let rows = data.items.iter().map(|i| i.times().len()).sum();
        let keys: BTreeSet<&str> =
            data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(k, _)| k.as_str())).collect();
        let flagged = data.items.iter().any(|i| i.as_events().is_some_and(|e| e.ok().is_some()));
        let mut long = Self {
            times: Vec::with_capacity(rows),
            texts: Vec::new(),
            values: Vec::with_capacity(rows),
            ok: flagged.then(|| Vec::with_capacity(rows)),
        };
        for item in &data.items {
            long.times.extend_from_slice(item.times());
            long.values.extend_from_slice(item.values());
            if let Some(all) = &mut long.ok {
                match item.as_events().and_then(|e| e.ok()) {
                    Some(ok) => all.extend(ok.iter().map(|b| Some(*b))),
                    None => all.extend(std::iter::repeat_n(None, item.times().len())),
                }
            }
        }
        let repeated = |word: &dyn Fn(&'a crate::load::Item) -> Option<&'a str>| {
            data.items.iter().flat_map(|i| std::iter::repeat_n(word(i), i.times().len())).collect()
        };
        long.texts.push(("name".into(), repeated(&|i| Some(&i.identity.name))));
        for key in keys {
            // a label with the name of one of our columns would collide with it
            let column = if matches!(key, "time" | "name" | "value" | "ok") { format!("{key}_label") } else { key.into() };
            long.texts.push((column, repeated(&|i| i.identity.labels.get(key))));
        }
        Ok(long)
    }
}

impl Dataset {
    /// Writes [`to_frame`](Self::to_frame) as Parquet.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the file cannot be written, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_parquet(&self, path: &Path) -> Result<()> {
        let mut frame = self.to_frame()?;
        let name = path.display().to_string();
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        ParquetWriter::new(file).finish(&mut frame).map_err(|e| failed(&e).in_file(&name))?;
        Ok(())
    }

    /// Writes [`to_frame`](Self::to_frame) as an Arrow IPC file.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the file cannot be written, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_arrow(&self, path: &Path) -> Result<()> {
        let mut frame = self.to_frame()?;
        let name = path.display().to_string();
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        IpcWriter::new(file).finish(&mut frame).map_err(|e| failed(&e).in_file(&name))
    }
}
