//! A data set as Parquet or Arrow IPC.

use std::fs::File;
use std::path::Path;

use polars::prelude::{IpcWriter, ParquetWriter, SerWriter};

use super::polars::failed;
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;

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
