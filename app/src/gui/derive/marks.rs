//! Where a series changed its level, for the series view.

use sre_stats::Result;
use sre_stats::figure::{Axis, Direction, Mark, Role, Shape};
use sre_stats::progress::Progress;
use sre_stats::report::tell;
use sre_stats::trend::{ChangeOptions, Changes, changes_with};

use super::document::Document;
use super::selection::selected;
use super::track::TrackKey;

/// The changes of an item.
#[derive(Debug)]
pub struct ChangeMarks {
    /// What was found.
    pub found: Changes,
}

impl ChangeMarks {
    /// Searches for changes of level.
    ///
    /// # Errors
    /// Where the item has no single values, or on request.
    pub fn new(document: &Document, key: &TrackKey, progress: &Progress) -> Result<Self> {
        progress.stage("searching for changes", 0);
        let item = selected(document.item(key.item)?, key.values)?;
        let (series, _) = tell::subject::as_series(&item)?;
        let bucket = tell::subject::bucket(&item, &series);
        let found = changes_with(&series, &ChangeOptions { bucket, ..ChangeOptions::default() }, progress)?;
        Ok(Self { found })
    }

    /// Where each change can have begun, and where it was seen, as marks on a time axis.
    pub fn marks(&self, x: &Axis) -> Vec<Mark> {
        let mut marks = Vec::new();
        for change in &self.found.changes {
            let (from, to) = (x.position(change.onset.lower), x.position(change.onset.upper));
            let onset = Shape::Region { from, to, direction: Direction::Vertical };
            marks.push(Mark::new("change began in here", Role::Warn, onset));
            let at = Shape::Rule { at: x.position(change.time), direction: Direction::Vertical };
            marks.push(Mark::new("change of level", Role::Warn, at));
        }
        marks
    }

    /// The finding in one sentence.
    pub fn said(&self) -> String {
        tell::changes::finding(&self.found).1
    }
}
