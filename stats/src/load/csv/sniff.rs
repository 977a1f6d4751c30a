//! The delimiter, the header and the first rows of a delimited text.

use std::collections::HashSet;

use crate::error::{Error, Position, Result};
use crate::load::classify::Sample;
use crate::load::clock::{Clock, DateOrder, TimeFormat, year_last};
use crate::load::csv::records::{records, widths};
use crate::load::csv::split::LineCounter;
use crate::load::number::{self, Field, Style};
use crate::load::report::{LoadReport, WarningKind};
use crate::load::shown::Shown;

const SAMPLE_ROWS: usize = 2000;
/// More fields than these are not looked at: of a wide table fewer rows, though never fewer than four.
const SAMPLE_FIELDS: usize = 1 << 19;
/// A table with more columns than this is not looked at before some are chosen, and no sample has a row that is wider than its first and this.
const MOST_COLUMNS: usize = 100_000;

/// What the first part of the text shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    pub(crate) sample: Sample,
    /// Where the rows begin.
    pub(crate) data_byte: usize,
    /// How many lines lie before the rows.
    pub(crate) data_line: u64,
}

/// Looks at the first part of a text; `whole` where that is all of it, `chosen` where it is said which columns are wanted.
pub(crate) fn sniff(text: &[u8], whole: bool, chosen: bool, file: &str, report: &mut LoadReport) -> Result<Layout> {
    let Some((said, line)) = delimiter_line(text) else {
        let delimited = Delimited { by: delimiter(text), why: "the first rows agree on it", above: 0 };
        return below(text, &delimited, whole, chosen, file, report);
    };
    let head = text.get(line..).unwrap_or_default();
    let delimited = Delimited { by: said, why: "its first line says so", above: 1 };
    let mut layout = below(head, &delimited, whole, chosen, file, report)?;
    layout.data_byte += line;
    layout.data_line += 1;
    Ok(layout)
}

/// A delimiter, and how it is known.
struct Delimited {
    by: u8,
    why: &'static str,
    /// The lines above, which say so.
    above: u64,
}

/// The delimiter that a first line `sep=,` gives, as spreadsheets take it, and where the next line begins.
fn delimiter_line(text: &[u8]) -> Option<(u8, usize)> {
    let end = memchr::memchr(b'\n', text)?;
    let line = text.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_mark = |b: u8| b == b'\t' || (b.is_ascii_punctuation() && b != b'"');
    match line {
        [key @ .., delimiter] if key.eq_ignore_ascii_case(b"sep=") && is_mark(*delimiter) => {
            Some((*delimiter, end + 1))
        }
        _ => None,
    }
}

/// The same of a text whose delimiter is known.
fn below(
    head: &[u8],
    delimited: &Delimited,
    whole: bool,
    chosen: bool,
    file: &str,
    report: &mut LoadReport,
) -> Result<Layout> {
    let delimiter = delimited.by;
    // counted before any is held
    let widths = widths(head, delimiter, SAMPLE_ROWS + 1);
    let first = widths.first().copied().unwrap_or(0);
    if first > MOST_COLUMNS && !chosen {
        return Err(Error::argument(format!("there are {first} columns"))
            .in_file(file)
            .hint("name those that are wanted with --value"));
    }
    let sampled = widths.iter().take_while(|width| **width <= first.max(MOST_COLUMNS)).count();
    let mut reader = records(head, delimiter);
    let mut rows: Vec<(u64, csv::ByteRecord)> = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut after_first = (0, 0);
    let mut lines = LineCounter::new();
    while rows.len() < sampled && reader.read_byte_record(&mut record).unwrap_or(false) {
        if rows.is_empty() {
            let end = reader.position().byte() as usize;
            after_first = (end, memchr::memchr_iter(b'\n', head.get(..end).unwrap_or_default()).count() as u64);
        }
        // a clone would have the size of the longest record before it
        let own: csv::ByteRecord = record.iter().collect();
        let line = lines.line_of(head, record.position().map_or(0, csv::Position::byte));
        rows.push((delimited.above + line, own));
    }
    if !whole && rows.len() <= SAMPLE_ROWS && rows.len() > 1 {
        rows.pop();
    }
    let Some((line, first)) = rows.first().cloned() else {
        return Err(Error::empty("the file holds no rows").in_file(file).hint("was the export finished?"));
    };
    let header = has_header(&first, rows.get(1..).unwrap_or_default());
    if header {
        rows.remove(0);
        if rows.is_empty() {
            return Err(Error::empty("the file has a header and no rows")
                .in_file(file)
                .hint("was the export finished?"));
        }
    }
    let width = if header { first.len() } else { rows.iter().map(|(_, r)| r.len()).max().unwrap_or(0) };
    // a short row takes as much as a long one
    rows.truncate((SAMPLE_FIELDS / width.max(1)).max(4));
    let names =
        if header { names(&first, line, file, report) } else { (1..=width).map(|i| format!("column {i}")).collect() };
    if !header {
        report.understand("header", "none", "the first row holds values; columns are numbered from 1");
    }
    report.understand("delimiter", show_delimiter(delimiter), delimited.why);
    let column = |i: usize| rows.iter().map(|(_, r)| r.get(i).unwrap_or_default().to_vec()).collect();
    let mut columns: Vec<Vec<Vec<u8>>> = (0..width).map(column).collect();
    let styles = styles(&mut columns, delimiter == b',', is_grafanas(&names), report);
    let unit = |style: &Style| if let Style::Shown(shown) = style { shown.unit() } else { None };
    let units = styles.iter().map(unit).collect();
    let sample = Sample {
        names,
        columns,
        styles,
        lines: rows.iter().map(|(line, _)| *line).collect(),
        hints: Vec::new(),
        units,
        preset: crate::load::preset::Preset::default(),
    };
    let (data_byte, data_line) = if header { after_first } else { (0, 0) };
    Ok(Layout { delimiter, sample, data_byte, data_line })
}

/// How the columns write their numbers, which become plain in the sample.
fn styles(columns: &mut [Vec<Vec<u8>>], comma_delimited: bool, grafanas: bool, report: &mut LoadReport) -> Vec<Style> {
    let mut styles: Vec<Style> = columns.iter().map(|c| Style::of(c, comma_delimited)).collect();
    if grafanas {
        let mut any = false;
        for (style, column) in styles.iter_mut().zip(columns.iter()).filter(|(style, _)| **style == Style::Plain) {
            if let Some(shown) = Shown::of(column) {
                (*style, any) = (Style::Shown(shown), true);
            }
        }
        if any {
            let choice =
                "with units and rounded, as displayed; Grafana writes all digits where “Formatted data” is off";
            report.understand("numbers", choice, "their fields");
        }
    }
    let other = |style: &Style| matches!(style, Style::DecimalComma | Style::GroupedComma);
    if styles.iter().all(|s| *s == Style::Plain) {
        return Vec::new();
    }
    if !styles.iter().any(other) {
        // told above
    } else if styles.contains(&Style::DecimalComma) {
        // where one column has decimal commas, dots group the digits of others that have some
        let plain = styles.iter_mut().zip(columns.iter()).filter(|(style, _)| **style == Style::Plain);
        plain
            .filter(|(_, column)| Style::may_group_by_dots(column))
            .for_each(|(style, _)| *style = Style::DecimalComma);
        report.understand("numbers", "decimal comma", "their fields");
    } else {
        report.understand("numbers", "commas between groups of three digits", "their fields");
    }
    for (column, style) in columns.iter_mut().zip(&styles) {
        for field in column {
            if let Some(plain) = style.plain(field) {
                *field = plain;
            }
        }
    }
    styles
}

/// Whether the header is that of Grafana's panel inspector, whose quotes other programs take off when they save it again.
fn is_grafanas(names: &[String]) -> bool {
    names.first().is_some_and(|name| name == "Time") && names.len() > 1
}

fn show_delimiter(delimiter: u8) -> &'static str {
    match delimiter {
        b';' => "semicolon",
        b'\t' => "tab",
        b'|' => "bar",
        _ => "comma",
    }
}

/// The delimiter by which the first rows have the same number of fields, and the most of them.
fn delimiter(head: &[u8]) -> u8 {
    let score = |d: u8| {
        let widths = widths(head, d, 20);
        // the last row may be cut off
        let widths = widths.get(..widths.len().saturating_sub(1).max(1)).unwrap_or(&widths);
        let first = widths.first().copied().unwrap_or(1);
        let same = widths.iter().filter(|w| **w == first).count();
        if first > 1 { (same * 100 / widths.len().max(1), first) } else { (0, 0) }
    };
    // at equal scores the earlier wins
    [b',', b'\t', b';', b'|'].into_iter().rev().max_by_key(|&d| score(d)).unwrap_or(b',')
}

/// Whether a field is a number or a time.
fn is_value(field: &[u8]) -> bool {
    match number::parse(field) {
        Field::Number(_) => true,
        Field::Blank => false,
        Field::Bad if Style::DecimalComma.reads(field) || Style::GroupedComma.reads(field) => true,
        Field::Bad => {
            let slashed = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| year_last(field, b'/', order));
            slashed.iter().any(Option::is_some) || Clock::new(TimeFormat::Text, None).parse(field).is_some()
        }
    }
}

/// A first row is a header where it is a word over values, or where no column repeats its word.
fn has_header(first: &csv::ByteRecord, rest: &[(u64, csv::ByteRecord)]) -> bool {
    let rest = rest.get(..rest.len().min(200)).unwrap_or(rest);
    let over_values = first.iter().enumerate().any(|(i, name)| {
        let filled = rest.iter().filter_map(|(_, r)| r.get(i)).filter(|f| !number::is_blank(f));
        let (mut n, mut values) = (0, 0);
        for f in filled {
            n += 1;
            values += usize::from(is_value(f));
        }
        !number::is_blank(name) && !is_value(name) && values * 2 > n
    });
    let words_alone = first.iter().all(|name| !is_value(name))
        && first.iter().enumerate().all(|(i, name)| rest.iter().all(|(_, r)| r.get(i) != Some(name)));
    over_values || words_alone
}

/// The names in the header on a line, each once and none empty.
fn names(first: &csv::ByteRecord, line: u64, file: &str, report: &mut LoadReport) -> Vec<String> {
    let own: Vec<String> = first.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
    let mut taken: HashSet<String> = own.iter().cloned().collect();
    let mut seen = HashSet::new();
    let mut names = Vec::with_capacity(own.len());
    for (i, name) in own.into_iter().enumerate() {
        if !name.is_empty() && seen.insert(name.clone()) {
            names.push(name);
            continue;
        }
        let number = format!("column {}", i + 1);
        let mut renamed = if name.is_empty() { number.clone() } else { format!("{name} ({number})") };
        while !taken.insert(renamed.clone()) {
            renamed += &format!(" ({number})");
        }
        if !name.is_empty() {
            let position = Position::in_file(file).at_line(line).at_column(name.clone());
            let message = format!("two columns are named “{name}”; the second is read as “{renamed}”");
            report.warn(WarningKind::DuplicateColumn, message, position, 1);
        }
        names.push(renamed);
    }
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn look(text: &str) -> Layout {
        sniff(text.as_bytes(), true, false, "x.csv", &mut LoadReport::default()).unwrap()
    }

    #[test]
    fn delimiter_and_header_are_found() {
        let l = look("time;a;b\n1;2,5;3\n2;2,6;4\n");
        assert_eq!((l.delimiter, l.sample.names.len(), l.data_byte, l.data_line), (b';', 3, 9, 1));
        assert_eq!(look("1\t2\n3\t4\n").sample.names, ["column 1", "column 2"]);
        assert_eq!(look("time,ok\n2026-01-01,true\n").sample.names, ["time", "ok"]);
        assert_eq!(look("2026-01-01,true\n2026-01-02,false\n").data_line, 0);
        assert_eq!(look("a,t\r\n\r\n1,2\r\n").sample.lines, [3]);
        assert_eq!(look("\"a\nb\",t\n1,2\n").data_line, 2);
        let l = look("sep=;\na;b\n1;2,5\n3;4,5\n");
        assert_eq!((l.delimiter, l.data_byte, l.data_line, l.sample.lines), (b';', 10, 2, vec![3, 4]));
        assert_eq!(l.sample.names, ["a", "b"]);
        assert_eq!(look("sep=;\r\na;b\r\n1;2,5\r\n").sample.lines, [3]);
        assert_eq!(look("SEP=|\n1|2,5\n3|4,5\n").delimiter, b'|');
        assert_eq!(look("sep=,b\n1,2\n3,4\n").sample.names, ["sep=", "b"]);
        let mut report = LoadReport::default();
        let l = sniff(b"x,x,\n1,2,3\n", true, false, "f", &mut report).unwrap();
        assert_eq!(l.sample.names, ["x", "x (column 2)", "column 3"]);
        assert_eq!(report.warnings[0].kind, WarningKind::DuplicateColumn);
        assert_eq!(report.warnings[0].position.line, Some(1));
        for (text, names, line) in [
            ("sep=;\na;v;v\n1;2;3\n4;5;6\n", &["a", "v", "v (column 3)"][..], 2),
            ("\n\na,v,v\n1,2,3\n", &["a", "v", "v (column 3)"], 3),
            ("a,x (column 4),x,x\n1,2,3,4\n", &["a", "x (column 4)", "x", "x (column 4) (column 4)"], 1),
            ("x,x,x (column 2)\n1,2,3\n", &["x", "x (column 2) (column 2)", "x (column 2)"], 1),
            ("x,,column 2,x\n1,2,3,4\n", &["x", "column 2 (column 2)", "column 2", "x (column 4)"], 1),
        ] {
            let mut report = LoadReport::default();
            assert_eq!(sniff(text.as_bytes(), true, false, "f", &mut report).unwrap().sample.names, names);
            let told: Vec<_> = report.warnings.iter().map(|w| w.position.line).collect();
            assert_eq!(told, [Some(line)], "{text}");
        }
        // a comma in a name makes no number of it
        assert_eq!(
            look("Zeit, UTC;Latenz, ms\n2026-01-01;150\n2026-01-02;151\n").sample.names,
            ["Zeit, UTC", "Latenz, ms"]
        );
        assert!(is_value(b"1,5") && is_value(b"1.234,5") && !is_value(b"Zeit, UTC") && !is_value(b"1,5 ms"));
        let e = sniff(b"time,value\n", true, false, "f.csv", &mut report).unwrap_err();
        assert_eq!(e.to_string(), "f.csv: the file has a header and no rows; was the export finished?");
    }
}
