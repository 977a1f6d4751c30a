//! The table as comma-separated text.

use std::io::Write;

use super::table::HistogramTable;
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;
use crate::load::histogram_table::COLUMNS;

impl HistogramTable {
    /// Writes the columns `series, window_start, width, schema, bin, count`, then a column a label and `unit`, as comma-separated text:
    /// a row a bin that holds something, by series, window and bin. Widths are in seconds; bins are numbered as
    /// [`from_coded_bins`](crate::histogram::AnySketch::from_coded_bins) says.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Empty`](crate::ErrorKind::Empty) without histograms,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a label has the name of a column.
    pub fn write_csv(&self, out: &mut dyn Write) -> Result<()> {
        let failed = |e: csv::Error| match e.into_kind() {
            csv::ErrorKind::Io(e) => Error::io(e, "the output"),
            other => Error::io(std::io::Error::other(format!("{other:?}")), "the output"),
        };
        if self.stored.is_empty() {
            return Err(Error::empty("there is no histogram to write"));
        }
        let keys = self.label_keys()?;
        let mut writer = csv::Writer::from_writer(out);
        writer
            .write_record(COLUMNS.into_iter().chain(keys.iter().map(String::as_str)).chain(["unit"]))
            .map_err(failed)?;
        for stored in self.stored.values() {
            let identity = &stored.identity;
            let unit = identity.unit.symbol();
            for (slot, packed) in &stored.windows {
                let (start, width) = (slot.window().start.to_string(), slot.window().width.as_secs_f64().to_string());
                let schema = self.schema_name(slot.schema);
                for (bin, count) in packed.bins() {
                    let (bin, count) = (bin.to_string(), count.to_string());
                    let fixed = [identity.name.as_str(), &start, &width, schema, &bin, &count];
                    let labels = keys.iter().map(|key| identity.labels.get(key).unwrap_or_default());
                    writer.write_record(fixed.into_iter().chain(labels).chain([unit.as_str()])).map_err(failed)?;
                }
            }
        }
        writer.flush().map_err(|e| Error::io(e, "the output"))
    }

    /// The names of all labels.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where one is that of a column of the table, in any case of its letters.
    pub(crate) fn label_keys(&self) -> Result<Vec<String>> {
        let names = self.stored.values().flat_map(|s| s.identity.labels.iter().map(|(k, _)| k.clone()));
        let mut keys: Vec<String> = names.collect();
        keys.sort();
        keys.dedup();
        let is_column = |key: &&String| COLUMNS.iter().chain(&["unit"]).any(|column| column.eq_ignore_ascii_case(key));
        match keys.iter().find(is_column) {
            None => Ok(keys),
            Some(key) => Err(Error::unsupported(format!("a label “{key}” would take the place of a column"))
                .hint("rename it, or leave it out with --by")),
        }
    }
}

impl Dataset {
    /// Writes the histograms as the table `series, window_start, width, schema, bin, count`, then a column a label and `unit`, as
    /// comma-separated text; see [`HistogramTable::write_csv`].
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Mismatch`](crate::ErrorKind::Mismatch) where an item holds no
    /// histograms, [`Unsupported`](crate::ErrorKind::Unsupported) for a layout whose bins have no numbers or a label that has the
    /// name of a column, [`Empty`](crate::ErrorKind::Empty) without histograms.
    pub fn write_histogram_table(&self, out: &mut dyn Write) -> Result<()> {
        HistogramTable::from_dataset(self)?.write_csv(out)
    }
}
