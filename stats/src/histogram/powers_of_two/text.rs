//! The text that `bpftrace` and `dtrace` print, read and written.

use super::PowersOfTwo;
use super::buckets::TracerBuckets;
use crate::error::{Error, Position, Result};

/// The width of a full bar of `bpftrace`.
const BPFTRACE_BAR: usize = 52;
/// The width of all bars of `dtrace` together.
const DTRACE_BAR: usize = 40;
/// The binary prefixes that `bpftrace` writes.
const PREFIXES: &str = "KMGTPE";

/// A histogram of a tracer's output with the name above it: the map and its key, or the aggregation's key.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedHistogram {
    /// As it was printed, without the colon; empty where there is none.
    pub name: String,
    /// The counts.
    pub histogram: PowersOfTwo,
}

/// A line of a histogram: its ends, its count, and where it stood.
struct Row {
    /// `None` where it is open.
    lower: Option<i128>,
    /// `None` where it is open; as `lower` for a single number.
    upper: Option<i128>,
    count: u64,
    line: u64,
}

/// Reads every histogram in the text output of `bpftrace`: `hist()` and `lhist()`, with its binary prefixes (1K is 1024). Other lines
/// are passed over.
///
/// `lhist()` prints the buckets from the first to the last that holds something, so the range of the result is what was printed, not
/// what the program asked for. It allocates no more than the lines and 66 counts for each histogram.
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with the line where a line with a bucket cannot be read, or buckets of one histogram are
/// neither powers of two nor equal steps; [`Unsupported`](crate::ErrorKind::Unsupported) for the joint bucket `[0, 1]` of
/// `bpftrace` before 0.9.
pub fn parse_bpftrace(text: &str) -> Result<Vec<NamedHistogram>> {
    let mut found = Vec::new();
    let mut name = String::new();
    let mut rows: Vec<Row> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('[') || line.starts_with('(') && line.contains("...") {
            rows.push(bpftrace_row(line, number)?);
            continue;
        }
        if !rows.is_empty() {
            let name = std::mem::take(&mut name);
            found.push(NamedHistogram { name, histogram: from_bpftrace_rows(&rows)? });
            rows.clear();
        }
        let heading = line.strip_suffix(':').filter(|name| name.starts_with('@'));
        name = heading.map(str::to_owned).unwrap_or_default();
    }
    if !rows.is_empty() {
        found.push(NamedHistogram { name, histogram: from_bpftrace_rows(&rows)? });
    }
    Ok(found)
}

fn bpftrace_row(line: &str, number: u64) -> Result<Row> {
    let fail = |what: &str| at_line(number, format!("{what} in “{}”", shortened(line)));
    let end = line.find([')', ']']).ok_or_else(|| fail("a bucket without its end"))?;
    let (label, rest) = line.split_at(end);
    let mut ends = label.get(1..).unwrap_or_default().split(',').map(str::trim);
    let number_of = |text: &str| match text {
        "..." => Ok(None),
        text => with_prefix(text).map(Some).ok_or_else(|| fail("an end that is not a number")),
    };
    let lower = number_of(ends.next().unwrap_or_default())?;
    let upper = ends.next().map(number_of).transpose()?;
    if ends.next().is_some() {
        return Err(fail("a bucket of more than two ends"));
    }
    if upper.is_some() && rest.starts_with(']') {
        let message = format!("the bucket “{label}]” of a bpftrace before 0.9, which counted 0 and 1 together");
        return Err(Error::unsupported(message).at(Position::default().at_line(number)));
    }
    let mut parts = rest.get(1..).unwrap_or_default().split('|');
    let count = parts.next().unwrap_or_default().trim();
    let count = count.parse().map_err(|_| fail("a count that is not a number"))?;
    if parts.next().is_none() {
        return Err(fail("a line without its bar"));
    }
    Ok(Row { lower, upper: upper.unwrap_or(lower), count, line: number })
}

/// A whole number with a binary prefix.
fn with_prefix(text: &str) -> Option<i128> {
    let (digits, power) = match text.char_indices().last() {
        Some((at, prefix)) if PREFIXES.contains(prefix) => (text.get(..at)?, PREFIXES.find(prefix)? as u32 + 1),
        _ => (text, 0),
    };
    // at most 2⁶³ · 2⁶⁰
    digits.parse::<i64>().ok().map(|number| i128::from(number) << (10 * power))
}

fn from_bpftrace_rows(rows: &[Row]) -> Result<PowersOfTwo> {
    let first = rows.first().map_or(1, |row| row.line);
    let too_many = || at_line(first, "the counts add up to more than 2⁶⁴ − 1");
    let indices: Option<Vec<usize>> = rows.iter().map(hist_index).collect();
    if let Some(indices) = indices {
        let mut counts = vec![0; TracerBuckets::Hist.len()];
        fill(&mut counts, &indices, rows)?;
        return PowersOfTwo::from_counts(TracerBuckets::Hist, counts).ok_or_else(too_many);
    }
    let buckets = linear(rows)?;
    let below = rows.first().is_some_and(|row| row.lower.is_none());
    let indices: Vec<usize> = (usize::from(!below)..).take(rows.len()).collect();
    let mut counts = vec![0; buckets.len()];
    fill(&mut counts, &indices, rows)?;
    PowersOfTwo::from_counts(buckets, counts).ok_or_else(too_many)
}

/// Puts the counts of rows into their places, which must ascend.
fn fill(counts: &mut [u64], indices: &[usize], rows: &[Row]) -> Result<()> {
    let mut next = 0;
    for (index, row) in indices.iter().zip(rows) {
        match counts.get_mut(*index) {
            Some(count) if *index >= next => *count = row.count,
            _ => return Err(at_line(row.line, "a bucket that does not follow the one above it")),
        }
        next = index + 1;
    }
    Ok(())
}

/// The bucket of `hist()` that a line is.
fn hist_index(row: &Row) -> Option<usize> {
    match (row.lower, row.upper) {
        (None, Some(0)) => Some(0),
        (Some(0), Some(0)) => Some(1),
        (Some(1), Some(1)) => Some(2),
        (Some(lower), Some(upper)) if upper == 2 * lower => power_of(lower).filter(|i| *i > 0).map(|i| i + 2),
        _ => None,
    }
}

/// The exponent of a power of two that has a bucket.
fn power_of(value: i128) -> Option<usize> {
    (value > 0 && value.count_ones() == 1 && value < 1 << 64).then(|| value.trailing_zeros() as usize)
}

/// The equal steps that lines are.
fn linear(rows: &[Row]) -> Result<TracerBuckets> {
    let closed: Vec<(i128, i128, u64)> =
        rows.iter().filter_map(|row| Some((row.lower?, row.upper?, row.line))).collect();
    let step = closed.first().map_or(1, |(lower, upper, _)| upper - lower);
    let mut next: Option<i128> = None;
    for (at, row) in rows.iter().enumerate() {
        let open_inside = row.lower.is_none() && at > 0
            || row.upper.is_none() && at + 1 < rows.len()
            || row.lower.or(row.upper).is_none();
        let width = row.upper.zip(row.lower).map_or(step, |(upper, lower)| upper - lower);
        let joined = next.is_none() || row.lower == next;
        if open_inside || width != step || step < 1 || !joined {
            return Err(at_line(row.line, "a bucket that is neither a power of two nor the next of equal steps")
                .hint("hist(x, k) with k above 0 is not read"));
        }
        next = row.upper;
    }
    let first = rows.first().and_then(|row| row.lower.or(row.upper)).unwrap_or(0);
    let last = rows.last().and_then(|row| row.upper.or(row.lower)).unwrap_or(0);
    let line = rows.first().map_or(1, |row| row.line);
    let narrow = |value: i128| i64::try_from(value).map_err(|_| at_line(line, format!("{value} is too large")));
    let buckets = TracerBuckets::Linear { min: narrow(first)?, max: narrow(last)?, step: narrow(step)? };
    buckets.check().map_err(|e| at_line(line, e.message().to_owned()))?;
    Ok(buckets)
}

/// Reads every `quantize()` in the text output of `dtrace`; the line above the heading is its name. Other lines are passed over.
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with the line where a line below a heading cannot be read or is not a power of two;
/// [`Unsupported`](crate::ErrorKind::Unsupported) for `lquantize()`.
pub fn parse_dtrace(text: &str) -> Result<Vec<NamedHistogram>> {
    let mut found = Vec::new();
    let mut above = "";
    let mut lines = (1_u64..).zip(text.lines()).peekable();
    while let Some((heading, line)) = lines.next() {
        if !(line.contains("- Distribution -") && line.trim_end().ends_with("count")) {
            above = if line.trim().is_empty() { above } else { line.trim() };
            continue;
        }
        let mut counts = vec![0; TracerBuckets::Quantize.len()];
        let mut next = 0;
        while let Some((number, line)) = lines.next_if(|(_, line)| line.contains('|')) {
            let (index, count) = dtrace_row(line, number)?;
            match counts.get_mut(index) {
                Some(counter) if index >= next => *counter = count,
                _ => return Err(at_line(number, "a bucket that does not follow the one above it")),
            }
            next = index + 1;
        }
        // a heading alone holds nothing
        if next == 0 {
            continue;
        }
        let histogram = PowersOfTwo::from_counts(TracerBuckets::Quantize, counts)
            .ok_or_else(|| at_line(heading, "the counts add up to more than 2⁶⁴ − 1"))?;
        found.push(NamedHistogram { name: std::mem::take(&mut above).to_owned(), histogram });
    }
    Ok(found)
}

fn dtrace_row(line: &str, number: u64) -> Result<(usize, u64)> {
    let fail = |what: &str| at_line(number, format!("{what} in “{}”", shortened(line)));
    let (value, bar) = line.split_once('|').ok_or_else(|| fail("no bar"))?;
    let value = value.trim();
    if value.starts_with(['<', '>']) {
        let message = format!("the bucket “{}” of lquantize()", shortened(value));
        return Err(Error::unsupported(message)
            .at(Position::default().at_line(number))
            .hint("aggregate with quantize()"));
    }
    let value: i128 = value.parse().map_err(|_| fail("a value that is not a number"))?;
    let count = bar.trim_start_matches(['@', '-', ' ']).trim_end();
    let count: u64 = count.parse().map_err(|_| fail("a count that is not a number"))?;
    let zero = TracerBuckets::Quantize.index(0.0);
    let index = match value {
        0 => Some(zero),
        1.. => power_of(value).map(|i| zero + 1 + i),
        _ => value.checked_neg().and_then(power_of).map(|i| zero - 1 - i),
    };
    Ok((index.ok_or_else(|| fail("a value that is not a power of two"))?, count))
}

fn at_line(line: u64, message: impl Into<String>) -> Error {
    Error::parse(message).at(Position::default().at_line(line))
}

/// The beginning of what may be long.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

impl PowersOfTwo {
    /// The text that the tracer prints for these counts: the lines of `bpftrace` from the first to the last bucket that holds
    /// something, or `dtrace`'s table with an empty bucket on either side. Empty without values.
    ///
    /// ```
    /// use sre_stats::histogram::{TracerBuckets, PowersOfTwo};
    /// let histogram = PowersOfTwo::from_values(&[3.0, 2.0, 5.0], TracerBuckets::Hist)?;
    /// assert!(histogram.to_text().starts_with("[2, 4)                 2 |@@@"));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_text(&self) -> String {
        let filled = || self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, _)| index);
        let (Some(first), Some(last)) = (filled().next(), filled().next_back()) else { return String::new() };
        if self.buckets == TracerBuckets::Quantize {
            self.dtrace_text(first, last)
        } else {
            self.bpftrace_text(first, last)
        }
    }

    fn bpftrace_text(&self, first: usize, last: usize) -> String {
        let most = self.counts.iter().copied().max().unwrap_or(1) as f64;
        let mut text = String::new();
        for (index, count) in self.counts.iter().enumerate().take(last + 1).skip(first) {
            let bar = "@".repeat((*count as f64 / most * BPFTRACE_BAR as f64) as usize);
            text.push_str(&format!("{:<16}{count:>8} |{bar:<BPFTRACE_BAR$}|\n", self.label(index)));
        }
        text
    }

    fn label(&self, index: usize) -> String {
        let (lower, upper, _) = self.buckets.interval(index);
        let steps = match self.buckets {
            // plain numbers unless the step itself is a multiple of 1024
            TracerBuckets::Linear { step, .. } => step % 1024 == 0,
            _ => true,
        };
        let number = |value: f64| if steps { prefixed(value as i128) } else { format!("{value}") };
        match self.buckets {
            TracerBuckets::Hist if index == 1 => "[0]".into(),
            TracerBuckets::Hist if index == 2 => "[1]".into(),
            _ if lower == f64::NEG_INFINITY => format!("(..., {})", number(upper)),
            _ if upper == f64::INFINITY => format!("[{}, ...)", number(lower)),
            _ => format!("[{}, {})", number(lower), number(upper)),
        }
    }

    fn dtrace_text(&self, first: usize, last: usize) -> String {
        let (first, last) = (first.saturating_sub(1), (last + 1).min(self.counts.len() - 1));
        let heading = "------------- Distribution -------------";
        let mut text = format!("{:>16} {heading:>41} {:<9}\n", "value", "count");
        let zero = TracerBuckets::Quantize.index(0.0);
        for (index, count) in self.counts.iter().enumerate().take(last + 1).skip(first) {
            let power = |i: usize| 1_i128 << i;
            let value = match index {
                _ if index == zero => 0,
                _ if index < zero => -power(zero - 1 - index),
                _ => power(index - zero - 1),
            };
            let ats = (*count as f64 * DTRACE_BAR as f64 / self.total as f64 + 0.5) as usize;
            let bar = "@".repeat(ats);
            text.push_str(&format!("{value:>16} |{bar:<DTRACE_BAR$} {count:<9}\n"));
        }
        text
    }
}

/// A whole number with the largest binary prefix that divides it.
fn prefixed(value: i128) -> String {
    let (mut rest, mut prefix) = (value, None);
    for letter in PREFIXES.chars() {
        if rest == 0 || rest % 1024 != 0 {
            break;
        }
        (rest, prefix) = (rest / 1024, Some(letter));
    }
    format!("{rest}{}", prefix.map(String::from).unwrap_or_default())
}
