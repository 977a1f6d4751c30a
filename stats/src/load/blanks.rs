//! Fields that no text stands for: a header may be long and its rows short, and what is not there takes as much memory as what is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many such fields are kept of a table, besides one for every two bytes of its text.
const MOST: u64 = 1 << 19;

/// How many such fields a table has, counted by all threads that read it: a brake, which nothing is told by but that there are too many.
#[derive(Clone, Debug)]
pub(crate) struct Blanks(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    found: AtomicU64,
    most: AtomicU64,
}

impl Default for Blanks {
    fn default() -> Self {
        Self(Arc::new(Counts { found: AtomicU64::new(0), most: AtomicU64::new(u64::MAX) }))
    }
}

impl Blanks {
    /// As many as the text that was read so far may stand for.
    pub(crate) fn allow(&self, bytes: u64) {
        self.0.most.store(MOST + bytes / 2, Ordering::Relaxed);
    }

    /// Counts those of a row.
    pub(crate) fn count(&self, fields: usize) {
        if fields > 0 {
            self.0.found.fetch_add(fields as u64, Ordering::Relaxed);
        }
    }

    /// Whether there are more than may be; then nothing more is kept.
    pub(crate) fn too_many(&self) -> bool {
        self.0.found.load(Ordering::Relaxed) > self.0.most.load(Ordering::Relaxed)
    }
}

/// How far such fields run ahead of the text, row by row. What comes of several pieces does not depend on where the text was cut.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ahead {
    count: u64,
    /// The most by which twice the fields up to a row exceed the bytes before it.
    most: i64,
    /// The line of the first row that lacks a third of its columns.
    line: Option<u64>,
}

impl Ahead {
    /// Counts the fields that a row of so many columns lacks, which begins at a byte of the piece.
    pub(crate) fn count(&mut self, fields: usize, columns: usize, start: u64, line: u64) {
        self.count += fields as u64;
        self.most = self.most.max(2 * self.count as i64 - start as i64);
        if self.line.is_none() && fields * 3 >= columns {
            self.line = Some(line);
        }
    }

    /// Adds those of the next piece, before which so many bytes and lines lie.
    pub(crate) fn join(&mut self, later: Self, bytes: u64, lines: u64) {
        self.most = self.most.max(2 * self.count as i64 + later.most - bytes as i64);
        self.count += later.count;
        self.line = self.line.or(later.line.map(|line| line + lines));
    }

    /// Whether there were more up to some row than the text before it may stand for.
    pub(crate) fn too_many(&self) -> bool {
        self.most > 2 * MOST as i64
    }

    /// The line of the first row that lacks a third of its columns, without which there are never too many.
    pub(crate) fn line(&self) -> Option<u64> {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Rows of (fields that are not there, bytes), in pieces of some rows each, against the definition.
        #[test]
        fn the_cuts_do_not_show(rows in proptest::collection::vec((0_usize..400_000, 0_u64..400_000), 1..12), piece in 1_usize..6) {
            let (mut start, mut count, mut want) = (0, 0, false);
            for (fields, bytes) in &rows {
                count += *fields as u64;
                want |= *fields > 0 && 2 * count > 2 * MOST + start;
                start += bytes;
            }
            let mut all = Ahead::default();
            let mut before = 0;
            for (at, rows) in rows.chunks(piece).enumerate() {
                let (mut own, mut start) = (Ahead::default(), 0);
                for (line, (fields, bytes)) in (1..).zip(rows) {
                    if *fields > 0 {
                        own.count(*fields, 1, start, line);
                    }
                    start += bytes;
                }
                all.join(own, before, (at * piece) as u64);
                before += start;
            }
            prop_assert_eq!(all.too_many(), want);
            let first = rows.iter().position(|(fields, _)| *fields > 0);
            prop_assert_eq!(all.line(), first.map(|row| row as u64 + 1));
        }
    }
}
