//! A data set as Parquet or Arrow IPC, and plain columns as Parquet.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use polars::prelude::{Column, DataFrame, IntoColumn, IpcWriter, NamedFrom, ParquetWriter, SerWriter, Series};

use super::polars::{failed, in_utc};
use crate::error::{Error, Result};
use crate::load::columns::Values;
use crate::load::dataset::Dataset;

impl Dataset {
    /// Writes [`to_frame`](Self::to_frame) as Parquet, with times that are instants.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the file cannot be written, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_parquet(&self, path: &Path) -> Result<()> {
        let mut frame = in_utc(self.to_frame()?, "time")?;
        let name = path.display().to_string();
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        ParquetWriter::new(file).finish(&mut frame).map_err(|e| failed(&e).in_file(&name))?;
        Ok(())
    }

    /// Writes [`to_frame`](Self::to_frame) as an Arrow IPC file, with times that are instants.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the file cannot be written, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_arrow(&self, path: &Path) -> Result<()> {
        let mut frame = in_utc(self.to_frame()?, "time")?;
        let name = path.display().to_string();
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        IpcWriter::new(file).finish(&mut frame).map_err(|e| failed(&e).in_file(&name))
    }
}

/// A Parquet file of equally long columns; those whose name was taken get a number behind it.
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) where polars cannot write them.
pub(crate) fn parquet_of(columns: Vec<(String, Values)>) -> Result<Vec<u8>> {
    let height = columns.first().map_or(0, |(_, values)| values.len());
    let mut taken = BTreeSet::new();
    let mut unique = |name: String| -> String {
        let mut free = name.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{name} {number}");
            number += 1;
        }
        free
    };
    let columns: Vec<Column> = columns
        .into_iter()
        .map(|(name, values)| {
            let name = unique(name).into();
            match values {
                Values::Numbers(numbers) => Series::new(name, numbers).into_column(),
                Values::Words(words) => Series::new(name, words).into_column(),
            }
        })
        .collect();
    let mut frame = DataFrame::new(height, columns).map_err(|e| failed(&e))?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(|e| failed(&e))?;
    Ok(bytes)
}
