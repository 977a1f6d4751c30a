//! Which values do not fit what a series does otherwise, for the series view.

use sre_stats::Result;
use sre_stats::figure::{Axis, Mark, Role, Shape};
use sre_stats::forecast::{Anomalies, AnomalyOptions, anomalies_with};
use sre_stats::progress::Progress;
use sre_stats::report::{Table, tell};

use super::document::Document;
use super::selection::selected;
use super::track::TrackKey;

/// The anomalies of an item.
#[derive(Debug)]
pub struct AnomalyMarks {
    /// What was found.
    pub found: Anomalies,
}

impl AnomalyMarks {
    /// Looks for values that do not fit.
    ///
    /// # Errors
    /// Where the item has no single values, too few of them, or on request.
    pub fn new(document: &Document, key: &TrackKey, progress: &Progress) -> Result<Self> {
        progress.stage("looking for anomalies", 0);
        let item = selected(document.item(key.item)?, key.values)?;
        let (series, _) = tell::subject::as_series(&item)?;
        let found = anomalies_with(&series, &AnomalyOptions::default(), progress)?;
        Ok(Self { found })
    }

    /// The marks between two places of a time axis; those outside would stretch the picture.
    pub fn marks(&self, x: &Axis, range: (f64, f64)) -> Option<Mark> {
        let places = self.found.marks.iter().map(|m| (x.position(m.time), m.value));
        let points: Vec<(f64, f64)> = places.filter(|p| p.0 >= range.0 && p.0 <= range.1).collect();
        (!points.is_empty()).then(|| Mark::new("anomaly", Role::Bad, Shape::Points { points }))
    }

    /// One row a mark.
    pub fn table(&self) -> Table {
        tell::forecast_parts::anomalies_table(&self.found)
    }

    /// The finding in one sentence.
    pub fn said(&self) -> String {
        tell::forecast_parts::anomalies_finding(&self.found).1
    }
}
