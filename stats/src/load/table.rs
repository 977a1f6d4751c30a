//! The shared middle of all tabular formats: what is wanted of a table, and typed columns of a piece of it.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use crate::load::blanks::Ahead;
use crate::load::clock::TimeFormat;
use crate::load::guess::FlagRule;
use crate::load::report::WarningKind;

/// The mark of a time that is not there.
pub(crate) const NO_TIME: i64 = i64::MIN;

/// How a wanted column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// Nanoseconds since the epoch.
    Time(TimeFormat),
    /// Numbers.
    Number,
    /// Good or bad.
    Flag(FlagRule),
    /// Words in a dictionary.
    Text,
}

/// A column that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its place in the table, from 0.
    pub(crate) source: usize,
    /// Its name.
    pub(crate) name: String,
    /// How it is read.
    pub(crate) kind: ColumnType,
}

/// The values of a wanted column in a piece of the table.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// Nanoseconds since the epoch, or [`NO_TIME`].
    Time(Vec<i64>),
    /// Numbers, or [`missing`](super::number::missing).
    Number(Vec<f64>),
    /// Whether each row is good; one that cannot be read is counted and is bad.
    Flag(Vec<bool>),
    /// Codes of words, and the words.
    Text(Vec<u32>, Dictionary),
}

/// A piece of a table: the wanted columns, equally long, and what was found wrong in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    /// The columns, in the plan's order.
    pub(crate) columns: Vec<Column>,
    /// The rows.
    pub(crate) rows: usize,
    /// The lines of text, 0 where the format has none.
    pub(crate) lines: u64,
    /// What was found wrong.
    pub(crate) tallies: Tallies,
    /// How many times had no zone.
    pub(crate) zoneless: u64,
    /// The fields that no text stands for.
    pub(crate) ahead: Ahead,
}

/// Words, each with its code in order of first appearance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    words: Vec<Box<[u8]>>,
    index: HashMap<Box<[u8]>, u32, BuildHasherDefault<Fnv>>,
    last: u32,
}

impl Dictionary {
    /// The code of a word, which is added where it is new.
    pub(crate) fn encode(&mut self, word: &[u8]) -> u32 {
        if self.words.get(self.last as usize).is_some_and(|w| **w == *word) {
            return self.last;
        }
        // a handful of short words is compared faster than hashed
        let found = if self.words.len() <= 8 {
            self.words.iter().position(|w| **w == *word).map(|i| i as u32)
        } else {
            self.index.get(word).copied()
        };
        self.last = found.unwrap_or_else(|| {
            let code = self.words.len() as u32;
            self.words.push(word.into());
            self.index.insert(word.into(), code);
            code
        });
        self.last
    }

    /// All words, by code.
    pub(crate) fn words(&self) -> &[Box<[u8]>] {
        &self.words
    }

    /// The word of a code.
    pub(crate) fn word(&self, code: u32) -> &[u8] {
        self.words.get(code as usize).map_or(b"", |w| w)
    }
}

/// The FNV-1a hash: short words need no more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// How often something went wrong in a column, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) kind: WarningKind,
    /// The column's place in the plan; `None` for the row as a whole.
    pub(crate) column: Option<usize>,
    pub(crate) count: u64,
    /// The first line, or row where the format has no lines.
    pub(crate) line: u64,
    /// The text there.
    pub(crate) sample: String,
}

/// All that went wrong, by kind and column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tallies(BTreeMap<(WarningKind, Option<usize>), Tally>);

impl Tallies {
    /// Counts one more; the sample is asked for only the first time.
    #[cold]
    pub(crate) fn note(
        &mut self,
        kind: WarningKind,
        column: Option<usize>,
        line: u64,
        sample: impl FnOnce() -> String,
    ) {
        let fresh = || Tally { kind, column, count: 0, line, sample: sample() };
        self.0.entry((kind, column)).or_insert_with(fresh).count += 1;
    }

    /// Adds those of a later piece, which begins `lines` lines after this one.
    pub(crate) fn absorb(&mut self, later: Self, lines: u64) {
        for (key, t) in later.0 {
            let fresh = || Tally { count: 0, line: t.line + lines, ..t.clone() };
            self.0.entry(key).or_insert_with(fresh).count += t.count;
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Leaves those of some columns.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.0.retain(|(_, column), _| column.is_some_and(&keep));
    }

    /// All of them, by kind and column.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tally> {
        self.0.values()
    }
}
