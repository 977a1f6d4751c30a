//! Which column of a table is what: by the caller's word, by its name, or by what a sample of its rows holds.

mod flag;
mod labels;
mod long;
mod stats;
#[cfg(test)]
mod tests;
mod time;
mod units;
mod values;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use stats::Stats;

use crate::error::{Error, Position, Result};
use crate::load::blanks::Blanks;
use crate::load::clock;
use crate::load::dataset::Role;
use crate::load::filter::Clause;
use crate::load::guess;
use crate::load::number::{self, Style, show};
use crate::load::options::{Kind, LoadOptions};
use crate::load::preset::Preset;
use crate::load::report::LoadReport;
use crate::load::table::{ColumnType, Wanted};
use crate::time::Span;
use crate::unit::Unit;

/// The first rows of a table, as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// The columns' names.
    pub(crate) names: Vec<String>,
    /// Fields, by column.
    pub(crate) columns: Vec<Vec<Vec<u8>>>,
    /// The lines of the rows, or their numbers.
    pub(crate) lines: Vec<u64>,
    /// What the format itself says of the columns.
    pub(crate) hints: Vec<Hint>,
    /// The units that the format's types imply.
    pub(crate) units: Vec<Option<Unit>>,
    /// What the format says of its columns.
    pub(crate) preset: Preset,
    /// How the numbers of the columns are written; the fields above are plain.
    pub(crate) styles: Vec<Style>,
}

/// What a typed format says of a column.
#[cfg_attr(not(feature = "frame"), allow(dead_code, reason = "text says nothing of its columns"))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Nothing: it is text in the input.
    #[default]
    Untyped,
    /// It is a time.
    Time,
    /// It is a number.
    Number,
    /// It is text or a flag.
    Text,
}

/// Where the times of rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeSource {
    /// A wanted column.
    Column(usize),
    /// The row's number times a step, after a first time in nanoseconds.
    Step(Span, i64),
}

/// A column of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    /// Its place among the wanted.
    pub(crate) column: usize,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) unit: Unit,
}

/// What to read of a table and what to make of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) time: TimeSource,
    pub(crate) zone: Option<TimeZone>,
    pub(crate) values: Vec<Value>,
    pub(crate) labels: Vec<usize>,
    /// The column whose words name the series.
    pub(crate) name: Option<usize>,
    /// The label whose words are the units of the series, in a table whose column names them.
    pub(crate) unit: Option<usize>,
    pub(crate) ok: Option<usize>,
    /// The name of the series that the flag is about, where there are others.
    pub(crate) flagged: Option<&'static str>,
    pub(crate) filter: Vec<(usize, Clause)>,
    /// Half-open, in nanoseconds.
    pub(crate) range: (i64, i64),
    /// What the caller says the values are, or the format, and who says so.
    pub(crate) kind: Option<(Kind, &'static str)>,
    /// Kinds and units of series that a column names.
    pub(crate) named: BTreeMap<String, (Kind, Unit)>,
    /// How the numbers of the table's columns are written; empty: all plain.
    pub(crate) styles: Vec<Style>,
    /// Whether a row looks like one request.
    pub(crate) per_request: bool,
    /// The number of columns of the table.
    pub(crate) width: usize,
    /// The fields of rows that are shorter than the table.
    pub(crate) blanks: Blanks,
}

impl Plan {
    /// Whether some rows may not be wanted.
    pub(crate) fn leaves_rows_out(&self) -> bool {
        !self.filter.is_empty() || self.range.0 > i64::MIN + 1 || self.range.1 < i64::MAX
    }
}

/// The work of classifying one table.
struct Classifier<'a> {
    sample: &'a Sample,
    options: &'a LoadOptions,
    report: &'a mut LoadReport,
    file: &'a str,
    stats: Vec<Stats>,
    used: Vec<bool>,
    /// The column that names metrics, in a table of many of them.
    metrics: Option<usize>,
    /// Which rows of the sample pass the filter; empty: all.
    passing: Vec<bool>,
    plan: Plan,
}

/// Decides what each column is, and reports the decisions.
pub(crate) fn classify(sample: &Sample, options: &LoadOptions, file: &str, report: &mut LoadReport) -> Result<Plan> {
    if options.kind == Some(Kind::Histogram) {
        return Err(Error::unsupported("histograms are not read from tables")
            .in_file(file)
            .hint("choose another --kind"));
    }
    let zone = clock::zone(options.tz.as_deref())?;
    let named = sample.columns.iter().zip(sample.names.iter().map(String::as_str).chain(std::iter::repeat("")));
    let stats: Vec<Stats> = named.map(|(c, name)| Stats::of(name, c, zone.as_ref())).collect();
    let plan = Plan {
        wanted: Vec::new(),
        time: TimeSource::Step(Span::SECOND, 0),
        zone,
        values: Vec::new(),
        labels: Vec::new(),
        name: None,
        unit: None,
        ok: None,
        flagged: sample.preset.flagged.filter(|_| options.ok.is_none()),
        filter: Vec::new(),
        range: (options.from.map_or(i64::MIN + 1, |t| t.0), options.to.map_or(i64::MAX, |t| t.0)),
        kind: options.kind.map(|k| (k, "--kind")).or(sample.preset.kind.map(|k| (k, sample.preset.why))),
        named: if options.kind.is_some() { BTreeMap::new() } else { sample.preset.named.clone() },
        styles: sample.styles.clone(),
        per_request: false,
        width: sample.names.len(),
        blanks: Blanks::default(),
    };
    let used = vec![false; sample.names.len()];
    let mut c = Classifier { sample, options, report, file, stats, used, metrics: None, passing: Vec::new(), plan };
    c.time()?;
    c.metrics();
    c.flag()?;
    c.filter()?;
    c.explicit_labels()?;
    c.values()?;
    c.guessed_labels();
    c.tell_pooling();
    c.units();
    Ok(c.plan)
}

impl Classifier<'_> {
    fn name(&self, column: usize) -> &str {
        self.sample.names.get(column).map_or("", String::as_str)
    }

    fn stat(&self, column: usize) -> Stats {
        self.stats.get(column).cloned().unwrap_or_default()
    }

    fn hint(&self, column: usize) -> Hint {
        self.sample.hints.get(column).copied().unwrap_or_default()
    }

    /// A column by its name, or by its number from 1.
    fn find(&self, wanted: &str, flag: &str) -> Result<usize> {
        let names = &self.sample.names;
        let found = names.iter().position(|n| n == wanted).or_else(|| {
            let mut same = names.iter().enumerate().filter(|(_, n)| n.trim().eq_ignore_ascii_case(wanted.trim()));
            same.next().map(|(i, _)| i).filter(|_| same.next().is_none())
        });
        if let Some(i) = found.or_else(|| wanted.parse::<usize>().ok()?.checked_sub(1).filter(|i| *i < names.len())) {
            return Ok(i);
        }
        let near = guess::nearest(wanted, names.iter().map(String::as_str));
        let shown: Vec<&str> = names.iter().take(20).map(String::as_str).collect();
        let more = if names.len() > 20 { format!(" and {} more", names.len() - 20) } else { String::new() };
        let way_out =
            near.map_or_else(|| format!("choose one of them with {flag}"), |n| format!("did you mean “{n}”?"));
        Err(Error::argument(format!("there is no column “{wanted}”; the columns are {}{more}", shown.join(", ")))
            .in_file(self.file)
            .hint(way_out))
    }

    /// The place of a column among the wanted, which it joins where it is new.
    fn want(&mut self, column: usize, kind: ColumnType) -> usize {
        if let Some(i) = self.plan.wanted.iter().position(|w| w.source == column && w.kind == kind) {
            return i;
        }
        let name = self.name(column).to_owned();
        self.plan.wanted.push(Wanted { source: column, name, kind });
        self.plan.wanted.len() - 1
    }

    fn mark(&mut self, column: usize) {
        if let Some(u) = self.used.get_mut(column) {
            *u = true;
        }
    }

    fn unused(&self) -> Vec<usize> {
        (0..self.used.len()).filter(|&i| !self.used.get(i).copied().unwrap_or(true)).collect()
    }

    /// Whether a row of the sample passes the filter.
    fn passes(&self, row: usize) -> bool {
        self.passing.get(row).copied().unwrap_or(true)
    }

    /// The error for a column that the caller chose and that holds something else.
    fn wrong(&self, column: usize, what: &str, way_out: &str, fits: impl Fn(&[u8]) -> bool) -> Error {
        let fields = self.sample.columns.get(column);
        let is_bad = |(row, f): (usize, &Vec<u8>)| self.passes(row) && !number::is_blank(f) && !fits(f);
        let bad = fields.and_then(|f| f.iter().enumerate().position(is_bad));
        let at = bad.and_then(|row| Some((self.sample.lines.get(row)?, fields?.get(row)?)));
        let mut position = Position::in_file(self.file).at_column(self.name(column));
        let message = match at {
            Some((line, text)) => {
                position = position.at_line(*line);
                format!("“{}” is not {what}", show(text))
            }
            None => format!("the column holds nothing that is {what}"),
        };
        Error::parse(message).at(position).hint(way_out)
    }

    fn is_number(&self, i: usize) -> bool {
        match self.hint(i) {
            Hint::Number => true,
            Hint::Untyped => {
                let name = self.name(i);
                // a code or a flag that is a word now and then is no number
                let is_code =
                    || guess::may_hold_codes(name) || guess::is_identifier(name) || guess::flag(name).is_some();
                self.stats.get(i).is_some_and(|s| s.mostly(s.numbers) || (s.is_number() && !is_code()))
            }
            Hint::Time | Hint::Text => false,
        }
    }

    /// The column of a name that the format has, where it is there.
    fn known(&self, name: Option<&str>) -> Option<usize> {
        let name = name?;
        self.sample.names.iter().position(|n| n == name)
    }
}
