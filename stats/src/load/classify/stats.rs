//! What a sample of a column holds.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use crate::load::clock::{Clock, DateOrder, TimeFormat, year_last};
use crate::load::number::{self, Field};

/// What a sample of a column holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Stats {
    pub(super) filled: usize,
    pub(super) numbers: usize,
    pub(super) times: usize,
    pub(super) integers: usize,
    pub(super) words: usize,
    pub(super) median: f64,
    /// How many numbers are less than the one before.
    pub(super) descents: usize,
    pub(super) slashed: Slashed,
}

/// Dates with slashes whose year is last, and the rows of the first that tell which of day and month is first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slashed {
    pub(super) count: usize,
    /// The first that may be read in two ways.
    pub(super) either: Option<usize>,
    /// The first whose day and month are the same, so that both orders read it alike.
    pub(super) alike: Option<usize>,
    /// The first that can only have the day first.
    pub(super) day_first: Option<usize>,
    /// The first that can only have the month first.
    pub(super) month_first: Option<usize>,
}

impl Slashed {
    fn add(&mut self, field: &[u8], row: usize) {
        let read = |order| year_last(field, b'/', order);
        let only = match (read(DateOrder::DayFirst), read(DateOrder::MonthFirst)) {
            (None, None) => return,
            (Some(a), Some(b)) if a == b => &mut self.alike,
            (Some(_), Some(_)) => &mut self.either,
            (Some(_), None) => &mut self.day_first,
            (None, Some(_)) => &mut self.month_first,
        };
        only.get_or_insert(row);
        self.count += 1;
    }

    /// The order, and the row that tells it; `None` where none tells it or two contradict each other.
    pub(super) fn order(&self) -> Option<(DateOrder, usize)> {
        match (self.day_first, self.month_first) {
            (Some(row), None) => Some((DateOrder::DayFirst, row)),
            (None, Some(row)) => Some((DateOrder::MonthFirst, row)),
            (None, None) if self.either.is_none() => Some((DateOrder::Either, self.alike?)),
            _ => None,
        }
    }
}

impl Stats {
    pub(super) fn of(name: &str, fields: &[Vec<u8>], zone: Option<&TimeZone>) -> Self {
        let mut s = Self::default();
        let mut clock = Clock::new(TimeFormat::Text, zone.cloned());
        let mut words = HashSet::new();
        let mut values = Vec::new();
        // a field that is its column's name stands in a header again, where files were joined
        let is_name = |f: &[u8]| f.trim_ascii() == name.as_bytes();
        let joined = fields.iter().filter(|f| is_name(f)).count() * 2 < fields.len();
        for (row, f) in fields.iter().enumerate().filter(|(_, f)| !(joined && is_name(f))) {
            match number::parse(f) {
                Field::Blank => continue,
                Field::Number(v) => {
                    s.numbers += 1;
                    if v.is_finite() {
                        s.integers += usize::from(v.fract() == 0.0);
                        values.push(v);
                    }
                }
                Field::Bad if clock.parse(f).is_some() => s.times += 1,
                Field::Bad => s.slashed.add(f, row),
            }
            s.filled += 1;
            words.insert(f.as_slice());
        }
        s.words = words.len();
        s.descents = values.windows(2).filter(|w| matches!(w, [a, b] if b < a)).count();
        values.sort_unstable_by(f64::total_cmp);
        s.median = values.get(values.len() / 2).copied().unwrap_or_default();
        s
    }

    /// Whether it is a column of numbers: three in four of what is filled are, and what is not is told of where it is read.
    pub(super) fn is_number(&self) -> bool {
        self.filled > 0 && self.numbers * 4 >= self.filled * 3
    }

    /// Whether nine in ten of what is filled are `n`.
    pub(super) fn mostly(&self, n: usize) -> bool {
        self.filled > 0 && n * 10 >= self.filled * 9
    }
}
