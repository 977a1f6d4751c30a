//! One piece of delimited text to typed columns.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use crate::load::blanks::{Ahead, Blanks};
use crate::load::classify::{Plan, TimeSource};
use crate::load::clock::Clock;
use crate::load::csv::records::records;
use crate::load::csv::split::LineCounter;
use crate::load::filter::Clause;
use crate::load::guess::FlagRule;
use crate::load::number::{self, Field, Style, missing, show};
use crate::load::report::{WarningKind, counted};
use crate::load::table::{Chunk, Column, ColumnType, Dictionary, NO_TIME, Tallies};

/// Parses a piece that begins and ends at record boundaries. Lines are counted from 1 at its start.
pub(crate) fn parse(text: &[u8], delimiter: u8, plan: &Plan) -> Chunk {
    let mut rows = Rows::new(plan, text.len());
    let plain = memchr(b'"', text).is_none() && memchr_iter(b'\r', text).all(|i| text.get(i + 1) == Some(&b'\n'));
    let lines = if plain { rows.plain(text, delimiter) } else { rows.quoted(text, delimiter) };
    rows.finish(lines)
}

/// The columns being built.
pub(crate) struct Rows {
    columns: Vec<Builder>,
    /// Places in the row and in the plan, in the order of the row.
    order: Vec<(usize, usize)>,
    width: usize,
    count: usize,
    pub(crate) tallies: Tallies,
    /// The names of the columns, and how many fields of each are its name, with the line of the first.
    names: Vec<(String, u64, u64)>,
    /// The column of times, whose name in it makes a row a header.
    time: Option<usize>,
    /// The fields of rows that are shorter than the table, as all pieces have them and as this one does.
    blanks: Blanks,
    ahead: Ahead,
    /// Where the row begins.
    start: u64,
    /// What is wrong in the row, where it may be none that is wanted.
    pending: Option<Tallies>,
    /// Which rows are wanted.
    filter: Vec<(usize, Clause)>,
    range: (i64, i64),
}

/// A wanted column being built.
enum Builder {
    Time(Clock, Vec<i64>),
    Number(Style, Vec<f64>),
    Flag(FlagRule, Memo, Vec<bool>),
    Text(Dictionary, Vec<u32>),
}

/// The last field and what it was read as: flags repeat.
#[derive(Clone, Copy, Default)]
struct Memo {
    field: [u8; 8],
    length: usize,
    good: bool,
}

impl Rows {
    pub(crate) fn new(plan: &Plan, bytes: usize) -> Self {
        // a guess of the rows, to grow seldom
        let rows = bytes / (plan.width * 8).max(16);
        let builder = |kind, source: usize| match kind {
            ColumnType::Time(format) => Builder::Time(Clock::new(format, plan.zone.clone()), Vec::with_capacity(rows)),
            ColumnType::Number => {
                let style = plan.styles.get(source).copied().unwrap_or_default();
                Builder::Number(style, Vec::with_capacity(rows))
            }
            ColumnType::Flag(rule) => Builder::Flag(rule, Memo::default(), Vec::with_capacity(rows)),
            ColumnType::Text => Builder::Text(Dictionary::default(), Vec::with_capacity(rows)),
        };
        let mut order: Vec<(usize, usize)> = plan.wanted.iter().enumerate().map(|(i, w)| (w.source, i)).collect();
        order.sort_unstable();
        Self {
            columns: plan.wanted.iter().map(|w| builder(w.kind, w.source)).collect(),
            order,
            width: plan.width,
            count: 0,
            tallies: Tallies::default(),
            names: plan.wanted.iter().map(|w| (w.name.clone(), 0, 0)).collect(),
            time: if let TimeSource::Column(place) = plan.time { Some(place) } else { None },
            blanks: plan.blanks.clone(),
            ahead: Ahead::default(),
            start: 0,
            pending: plan.leaves_rows_out().then(Tallies::default),
            filter: plan.filter.clone(),
            range: plan.range,
        }
    }

    /// Whether a field is its own column's name, as in a header; it is counted.
    #[cold]
    fn is_name(names: &mut [(String, u64, u64)], place: usize, field: &[u8], line: u64) -> bool {
        let Some((_, count, first)) = names.get_mut(place).filter(|(name, ..)| name.as_bytes() == field.trim_ascii())
        else {
            return false;
        };
        if *count == 0 {
            *first = line;
        }
        *count += 1;
        true
    }

    /// Tells of headers among the rows, and of names in columns that stand in no header.
    fn tell_names(&mut self) {
        let headers = self.time.and_then(|place| self.names.get(place)).map_or(0, |(_, count, _)| *count);
        for (place, (name, count, line)) in self.names.iter().enumerate() {
            let (kind, column, times) = if self.time == Some(place) {
                (WarningKind::RepeatedHeader, None, *count)
            } else {
                let flag = matches!(self.columns.get(place), Some(Builder::Flag(..)));
                let kind = if flag { WarningKind::NotAFlag } else { WarningKind::NotANumber };
                (kind, Some(place), count.saturating_sub(headers))
            };
            for _ in 0..times {
                self.tallies.note(kind, column, *line, || name.clone());
            }
        }
    }

    /// Text without quotes, whose records end in `\n` or `\r\n`.
    fn plain(&mut self, text: &[u8], delimiter: u8) -> u64 {
        let order = std::mem::take(&mut self.order);
        let mut rest = text;
        let mut line = 0;
        while !rest.is_empty() && !self.blanks.too_many() {
            line += 1;
            self.start = (text.len() - rest.len()) as u64;
            let (record, tail) = match memchr(b'\n', rest).and_then(|i| rest.split_at_checked(i)) {
                Some((record, tail)) => (record, tail.get(1..).unwrap_or_default()),
                None => (rest, &[][..]),
            };
            rest = tail;
            let record = record.strip_suffix(b"\r").unwrap_or(record);
            if record.is_empty() {
                continue;
            }
            let mut wanted = order.iter();
            let mut next = wanted.next();
            let mut fields = 0;
            let mut remaining = record;
            loop {
                let end = find(remaining, delimiter);
                let (field, tail) = remaining.split_at_checked(end).unwrap_or((remaining, &[]));
                while let Some(&(source, place)) = next
                    && source == fields
                {
                    self.push(place, field, line);
                    next = wanted.next();
                }
                fields += 1;
                match tail.split_first() {
                    Some((_, after)) => remaining = after,
                    None => break,
                }
            }
            self.end_row(fields, next.into_iter().chain(wanted), line);
        }
        line
    }

    /// Any text, by the `csv` crate.
    fn quoted(&mut self, text: &[u8], delimiter: u8) -> u64 {
        let order = std::mem::take(&mut self.order);
        let mut reader = records(text, delimiter);
        let mut record = csv::ByteRecord::new();
        let mut lines = LineCounter::new();
        // reading from memory and with any number of fields, the reader has no error to give
        while !self.blanks.too_many() && reader.read_byte_record(&mut record).unwrap_or(false) {
            let line = lines.line_of(text, record.position().map_or(0, csv::Position::byte));
            self.start = lines.start();
            let there = order.partition_point(|(source, _)| *source < record.len());
            let (present, absent) = order.split_at_checked(there).unwrap_or((&order, &[]));
            for &(source, place) in present {
                self.push(place, record.get(source).unwrap_or_default(), line);
            }
            self.end_row(record.len(), absent.iter(), line);
        }
        memchr_iter(b'\n', text).count() as u64
    }

    /// Whether a record holds a value or a flag; `fields` by their place in the table.
    pub(crate) fn says_something(fields: &[Option<Cow<'_, [u8]>>], plan: &Plan) -> bool {
        let columns = plan.values.iter().map(|v| v.column).chain(plan.ok);
        let mut sources = columns.filter_map(|place| plan.wanted.get(place));
        sources.any(|w| matches!(fields.get(w.source), Some(Some(_))))
    }

    /// Where the next record begins.
    pub(crate) fn begin(&mut self, start: u64) {
        self.start = start;
    }

    /// Adds a record whose fields are at their places in the table; one that is not there is blank.
    pub(crate) fn record(&mut self, fields: &[Option<Cow<'_, [u8]>>], line: u64) {
        if self.blanks.too_many() {
            return;
        }
        let order = std::mem::take(&mut self.order);
        let mut blanks = 0;
        for &(source, place) in &order {
            let field = fields.get(source).and_then(Option::as_deref);
            blanks += usize::from(field.is_none());
            self.push(place, field.unwrap_or_default(), line);
        }
        self.order = order;
        self.end(blanks, line);
    }

    #[inline]
    fn push(&mut self, place: usize, field: &[u8], line: u64) {
        let tallies = self.pending.as_mut().unwrap_or(&mut self.tallies);
        match self.columns.get_mut(place) {
            Some(Builder::Number(style, out)) => {
                let plain = if *style == Style::Plain { None } else { style.plain(field) };
                let value = match number::parse(plain.as_deref().unwrap_or(field)) {
                    // larger whole numbers are looked at, and so is what is not finite
                    Field::Number(v) if v.abs() < number::MOST_EXACT => v,
                    Field::Bad if Self::is_name(&mut self.names, place, field, line) => number::unreadable(),
                    odd => odd_number(odd, field, place, line, tallies),
                };
                out.push(value);
            }
            Some(Builder::Time(clock, out)) => {
                let ambiguous = clock.ambiguous;
                out.push(clock.parse(field).unwrap_or_else(|| {
                    if Self::is_name(&mut self.names, place, field, line) {
                        return NO_TIME;
                    }
                    let kind = if number::is_blank(field) { WarningKind::BlankTime } else { WarningKind::NotATime };
                    tallies.note(kind, Some(place), line, || show(field));
                    NO_TIME
                }));
                if clock.ambiguous > ambiguous {
                    tallies.note(WarningKind::ZoneAmbiguity, Some(place), line, || show(field));
                }
            }
            Some(Builder::Flag(rule, memo, out)) => {
                if memo.length == field.len() && memo.field.get(..field.len()) == Some(field) && !field.is_empty() {
                    out.push(memo.good);
                    return;
                }
                let good = match rule.read(field) {
                    Field::Number(v) => v > 0.5,
                    Field::Bad if Self::is_name(&mut self.names, place, field, line) => {
                        out.push(false);
                        return;
                    }
                    Field::Blank | Field::Bad => {
                        tallies.note(WarningKind::NotAFlag, Some(place), line, || show(field));
                        out.push(false);
                        return;
                    }
                };
                if let Some(room) = memo.field.get_mut(..field.len()) {
                    room.copy_from_slice(field);
                    (memo.length, memo.good) = (field.len(), good);
                }
                out.push(good);
            }
            Some(Builder::Text(dictionary, out)) => out.push(dictionary.encode(field)),
            None => {}
        }
    }

    /// Fills up a short row and counts it, or a long one.
    fn end_row<'a>(&mut self, fields: usize, absent: impl Iterator<Item = &'a (usize, usize)>, line: u64) {
        if fields != self.width {
            let width = self.width;
            let sample = || format!("{} instead of {width}", counted(fields as u64, "field"));
            self.tallies.note(WarningKind::Ragged, None, line, sample);
        }
        let mut blanks = 0;
        for &(_, place) in absent {
            blanks += 1;
            // told as one that is there and empty
            self.push(place, b"", line);
        }
        self.end(blanks, line);
    }

    /// Ends a row that lacks some fields.
    #[inline]
    fn end(&mut self, blanks: usize, line: u64) {
        self.count += 1;
        if blanks > 0 {
            self.blanks.count(blanks);
            self.ahead.count(blanks, self.columns.len(), self.start, line);
        }
        if self.pending.as_ref().is_some_and(|pending| !pending.is_empty()) {
            self.settle();
        }
    }

    /// Tells what is wrong in the row if it is wanted; of another what its conditions cannot read, since they leave it out for that.
    #[cold]
    fn settle(&mut self) {
        let is_wanted = self.is_wanted();
        let Some(pending) = &mut self.pending else { return };
        let mut row = std::mem::take(pending);
        if !is_wanted {
            row.retain(|column| self.filter.iter().any(|(place, _)| *place == column));
        }
        self.tallies.absorb(row, 0);
    }

    /// Whether the row that ends is wanted, as far as it is known.
    fn is_wanted(&self) -> bool {
        let passes = |(place, clause): &(usize, Clause)| match self.columns.get(*place) {
            Some(Builder::Number(_, out)) => out.last().is_some_and(|v| clause.keeps_number(*v)),
            Some(Builder::Text(dictionary, out)) => {
                out.last().is_some_and(|code| clause.keeps_word(dictionary.word(*code)))
            }
            _ => true,
        };
        let time = match self.time.and_then(|place| self.columns.get(place)) {
            Some(Builder::Time(_, out)) => out.last().copied(),
            _ => None,
        };
        let (from, to) = self.range;
        time.is_none_or(|t| t == NO_TIME || (from..to).contains(&t)) && self.filter.iter().all(passes)
    }

    /// The columns of `lines` lines.
    pub(crate) fn finish(mut self, lines: u64) -> Chunk {
        self.tell_names();
        let mut zoneless = 0;
        let mut columns = Vec::with_capacity(self.columns.len());
        for builder in self.columns {
            columns.push(match builder {
                Builder::Time(clock, out) => {
                    zoneless += clock.zoneless;
                    Column::Time(out)
                }
                Builder::Number(_, out) => Column::Number(out),
                Builder::Flag(_, _, out) => Column::Flag(out),
                Builder::Text(dictionary, out) => Column::Text(out, dictionary),
            });
        }
        Chunk { columns, rows: self.count, lines, tallies: self.tallies, zoneless, ahead: self.ahead }
    }
}

/// A field of a number column that is no finite number: counted, and kept as the mark of what it is.
#[cold]
fn odd_number(odd: Field, field: &[u8], place: usize, line: u64, tallies: &mut Tallies) -> f64 {
    let (kind, value) = match odd {
        Field::Number(v) if v.is_nan() => (WarningKind::Nan, v),
        Field::Number(v) if v.is_finite() && !number::is_rounded(field, v) => return v,
        Field::Number(v) if v.is_finite() => (WarningKind::Rounded, v),
        Field::Number(v) => (WarningKind::Infinite, v),
        Field::Blank => (WarningKind::Blank, missing()),
        Field::Bad => (WarningKind::NotANumber, number::unreadable()),
    };
    tallies.note(kind, Some(place), line, || show(field));
    value
}

/// The place of the first `needle`, or the length: eight bytes at a time, as fields are short.
#[inline]
fn find(text: &[u8], needle: u8) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let pattern = LOW * u64::from(needle);
    let (words, tail) = text.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        // a byte of `x` is 0 where the needle is; the lowest such byte is marked exactly
        let x = u64::from_le_bytes(*word) ^ pattern;
        let hit = x.wrapping_sub(LOW) & !x & HIGH;
        if hit != 0 {
            return i * 8 + (hit.trailing_zeros() / 8) as usize;
        }
    }
    words.len() * 8 + tail.iter().position(|&b| b == needle).unwrap_or(tail.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::classify::Value;
    use crate::load::dataset::Role;
    use crate::load::table::Wanted;
    use crate::time::Span;
    use crate::unit::Unit;
    use proptest::prelude::*;

    fn plan(width: usize, kind: ColumnType) -> Plan {
        let wanted = (0..width).map(|source| Wanted { source, name: source.to_string(), kind }).collect();
        Plan {
            wanted,
            time: TimeSource::Step(Span::SECOND, 0),
            zone: None,
            values: vec![Value { column: 0, name: "0".into(), role: Role::Value, unit: Unit::None }],
            labels: Vec::new(),
            name: None,
            unit: None,
            ok: None,
            flagged: None,
            filter: Vec::new(),
            range: (i64::MIN + 1, i64::MAX),
            kind: None,
            named: std::collections::BTreeMap::new(),
            styles: Vec::new(),
            per_request: false,
            width,
            blanks: Blanks::default(),
        }
    }

    /// Rows of `width` fields, cut or filled up with nothing.
    fn words(chunk: &Chunk) -> Vec<Vec<Vec<u8>>> {
        let word = |c: &Column, row: usize| match c {
            Column::Text(codes, dictionary) => dictionary.word(codes[row]).to_vec(),
            _ => unreachable!(),
        };
        (0..chunk.rows).map(|row| chunk.columns.iter().map(|c| word(c, row)).collect()).collect()
    }

    proptest! {
        #[test]
        fn the_fields_are_those_of_the_csv_crate(text in "[ab\u{e9}, \"\n\r]{0,120}") {
            let chunk = parse(text.as_bytes(), b',', &plan(3, ColumnType::Text));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let want: Vec<Vec<Vec<u8>>> = reader
                .byte_records()
                .map(|r| r.unwrap())
                .map(|r| (0..3).map(|i| r.get(i).unwrap_or_default().to_vec()).collect())
                .collect();
            prop_assert_eq!(words(&chunk), want);
        }

        #[test]
        fn plain_text_is_split_as_the_csv_crate_does(text in "[ab, ]{0,9}(\r?\n[ab,]{0,12}){0,9}(\r?\n)?") {
            let plan = plan(4, ColumnType::Text);
            let (mut fast, mut slow) = (Rows::new(&plan, 100), Rows::new(&plan, 100));
            let lines = (fast.plain(text.as_bytes(), b','), slow.quoted(text.as_bytes(), b','));
            let (fast, slow) = (fast.finish(lines.0), slow.finish(lines.1));
            prop_assert_eq!(words(&fast), words(&slow));
            prop_assert_eq!(fast.tallies, slow.tallies);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for kind in [ColumnType::Number, ColumnType::Text, ColumnType::Flag(FlagRule::Good)] {
                parse(&bytes, b';', &plan(2, kind));
            }
        }

        #[test]
        fn find_is_position(bytes in proptest::collection::vec(40_u8..50, 0..40)) {
            let want = bytes.iter().position(|&b| b == b',').unwrap_or(bytes.len());
            prop_assert_eq!(find(&bytes, b','), want);
        }
    }
}
