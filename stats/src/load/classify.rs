//! Which column of a table is what: by the caller's word, by its name, or by what a sample of its rows holds.

use std::collections::{BTreeMap, HashSet};

use jiff::tz::TimeZone;

use crate::error::{Error, Position, Result};
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Role;
use crate::load::filter::{self, Clause, Literal};
use crate::load::guess::{self, FlagRule};
use crate::load::number::{self, Field, Style, show};
use crate::load::options::{Kind, LoadOptions};
use crate::load::preset::Preset;
use crate::load::report::{LoadReport, WarningKind};
use crate::load::table::{ColumnType, Wanted};
use crate::time::Span;
use crate::unit::Unit;

/// More series than this are not made by a guess; `--by` makes them.
const MOST_GUESSED_SERIES: usize = 200;
/// More columns than this are not all taken for series by a guess.
const MOST_GUESSED_VALUES: usize = 10_000;
/// A text column with more words than this in the sample is not a label by a guess.
const MOST_GUESSED_WORDS: usize = 100;

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
    pub(crate) ok: Option<usize>,
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
}

/// What a sample of a column holds.
#[derive(Clone, Debug, Default)]
struct Stats {
    filled: usize,
    numbers: usize,
    times: usize,
    integers: usize,
    statuses: usize,
    words: usize,
    median: f64,
}

impl Stats {
    fn of(fields: &[Vec<u8>], zone: Option<&TimeZone>) -> Self {
        let mut s = Self::default();
        let mut clock = Clock::new(TimeFormat::Text, zone.cloned());
        let mut words = HashSet::new();
        let mut values = Vec::new();
        for f in fields {
            match number::parse(f) {
                Field::Blank => continue,
                Field::Number(v) => {
                    s.numbers += 1;
                    if v.is_finite() {
                        s.integers += usize::from(v.fract() == 0.0);
                        s.statuses += usize::from(v.fract() == 0.0 && (v == 0.0 || (100.0..600.0).contains(&v)));
                        values.push(v);
                    }
                }
                Field::Bad => s.times += usize::from(clock.parse(f).is_some()),
            }
            s.filled += 1;
            words.insert(f.as_slice());
        }
        s.words = words.len();
        values.sort_unstable_by(f64::total_cmp);
        s.median = values.get(values.len() / 2).copied().unwrap_or_default();
        s
    }

    /// Whether nine in ten of what is filled are `n`.
    fn mostly(&self, n: usize) -> bool {
        self.filled > 0 && n * 10 >= self.filled * 9
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
    let stats: Vec<Stats> = sample.columns.iter().map(|c| Stats::of(c, zone.as_ref())).collect();
    let plan = Plan {
        wanted: Vec::new(),
        time: TimeSource::Step(Span::SECOND, 0),
        zone,
        values: Vec::new(),
        labels: Vec::new(),
        name: None,
        ok: None,
        filter: Vec::new(),
        range: (options.from.map_or(i64::MIN + 1, |t| t.0), options.to.map_or(i64::MAX, |t| t.0)),
        kind: options.kind.map(|k| (k, "--kind")).or(sample.preset.kind.map(|k| (k, sample.preset.why))),
        named: if options.kind.is_some() { BTreeMap::new() } else { sample.preset.named.clone() },
        styles: sample.styles.clone(),
        per_request: false,
        width: sample.names.len(),
    };
    let used = vec![false; sample.names.len()];
    let mut c = Classifier { sample, options, report, file, stats, used, plan };
    c.time()?;
    c.flag()?;
    c.filter()?;
    c.explicit_labels()?;
    c.values()?;
    c.guessed_labels();
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

    /// The error for a column that the caller chose and that holds something else.
    fn wrong(&self, column: usize, what: &str, way_out: &str, fits: impl Fn(&[u8]) -> bool) -> Error {
        let fields = self.sample.columns.get(column);
        let bad = fields.and_then(|f| f.iter().position(|f| !number::is_blank(f) && !fits(f)));
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
            Hint::Untyped => self.stats.get(i).is_some_and(|s| s.mostly(s.numbers)),
            Hint::Time | Hint::Text => false,
        }
    }

    fn is_text_time(&self, i: usize) -> bool {
        self.hint(i) == Hint::Time
            || self.stats.get(i).is_some_and(|s| self.hint(i) != Hint::Number && s.mostly(s.times))
    }

    /// The format of a column's times.
    fn time_format(&self, i: usize) -> Option<TimeFormat> {
        if self.is_text_time(i) {
            Some(TimeFormat::Text)
        } else {
            self.is_number(i).then(|| TimeFormat::epoch_of(self.stat(i).median))
        }
    }

    fn time(&mut self) -> Result<()> {
        if let (Some(step), None) = (self.options.step, &self.options.time) {
            if step.0 <= 0 {
                return Err(Error::argument("a step is more than 0").hint("write it like --step 1s"));
            }
            let first = self.options.from.unwrap_or_default();
            self.plan.time = TimeSource::Step(step, first.0);
            self.report.understand("time", format!("rows {step} apart from {first}"), "--step");
            return Ok(());
        }
        let n = self.sample.names.len();
        let (column, why) = if let Some(name) = &self.options.time {
            (self.find(name, "--time")?, "--time")
        } else if let Some(i) = self.known(self.sample.preset.time) {
            (i, self.sample.preset.why)
        } else if let Some(i) = (0..n).find(|&i| guess::is_time(self.name(i)) && self.time_format(i).is_some()) {
            (i, "its name")
        } else if let Some(i) = (0..n).find(|&i| self.is_text_time(i)) {
            (i, "its values are times")
        } else if let Some(i) = (0..n).find(|&i| self.is_number(i) && self.looks_like_epoch(i)) {
            (i, "its numbers are epoch times of this century")
        } else {
            return Err(Error::parse(format!("no column of times among {}", self.sample.names.join(", ")))
                .in_file(self.file)
                .hint("name it with --time, or give the distance of rows with --step 1s"));
        };
        let Some(format) = self.time_format(column) else {
            let zone = self.plan.zone.clone();
            let fits = |f: &[u8]| Clock::new(TimeFormat::Text, zone.clone()).parse(f).is_some();
            return Err(self.wrong(column, "a time", "choose another column with --time, or --step", fits));
        };
        self.mark(column);
        self.report.understand("time", format!("{}, {}", self.name(column), format.describe()), why);
        self.plan.time = TimeSource::Column(self.want(column, ColumnType::Time(format)));
        Ok(())
    }

    /// Numbers in order that are times since 2001 in some unit.
    fn looks_like_epoch(&self, i: usize) -> bool {
        let TimeFormat::Epoch(unit) = TimeFormat::epoch_of(self.stat(i).median) else { return false };
        let seconds = self.stat(i).median * unit as f64 / 1e9;
        (1e9..4e9).contains(&seconds)
    }

    fn flag(&mut self) -> Result<()> {
        let (column, rule, why) = if let Some(name) = self.options.ok.clone() {
            let i = self.find(&name, "--ok")?;
            let rule = self.flag_rule(i);
            let readable = |f: &[u8]| matches!(rule.read(f), Field::Number(_));
            let column = self.sample.columns.get(i);
            let filled = column.map_or(0, |c| c.iter().filter(|f| !number::is_blank(f)).count());
            if column.is_some_and(|c| c.iter().filter(|f| readable(f)).count() * 2 < filled) {
                return Err(self.wrong(i, "a flag or an HTTP status", "choose another column with --ok", readable));
            }
            (i, rule, "--ok")
        } else if self.options.total.is_some() || self.options.bad.is_some() {
            return Ok(());
        } else if let Some((name, rule)) = self.sample.preset.ok {
            let Some(i) = self.known(Some(name)) else { return Ok(()) };
            (i, rule, self.sample.preset.why)
        } else if self.sample.preset.name.is_some() {
            // series of many metrics: a flag of some of them is none of all
            return Ok(());
        } else {
            // a flag knows more than a status: an answer that never came has none, or 0
            let (statuses, flags): (Vec<usize>, Vec<usize>) =
                self.unused().into_iter().partition(|&i| guess::is_status(self.name(i)));
            let Some((i, rule)) = flags.into_iter().chain(statuses).find_map(|i| Some((i, self.guess_flag(i)?))) else {
                return Ok(());
            };
            (i, rule, "its name and values")
        };
        self.mark(column);
        self.report.understand("ok", format!("{}: {}", self.name(column), rule.describe()), why);
        self.plan.ok = Some(self.want(column, ColumnType::Flag(rule)));
        self.plan.per_request = true;
        Ok(())
    }

    fn flag_rule(&self, i: usize) -> FlagRule {
        let s = self.stat(i);
        if s.mostly(s.statuses) && s.median >= 100.0 {
            return FlagRule::HttpStatus;
        }
        guess::flag(self.name(i)).unwrap_or(FlagRule::Good)
    }

    fn guess_flag(&self, i: usize) -> Option<FlagRule> {
        let s = self.stat(i);
        let rule = if guess::is_status(self.name(i)) { self.flag_rule(i) } else { guess::flag(self.name(i))? };
        let readable = self.sample.columns.get(i)?.iter().filter(|f| matches!(rule.read(f), Field::Number(_))).count();
        (readable > 0 && s.mostly(readable)).then_some(rule)
    }

    fn filter(&mut self) -> Result<()> {
        let Some(text) = &self.options.filter else { return Ok(()) };
        for clause in filter::parse(text)? {
            let i = self.find(&clause.column, "--where")?;
            let kind = match clause.literal {
                Literal::Number(_) => ColumnType::Number,
                Literal::Text(_) => ColumnType::Text,
            };
            let wanted = self.want(i, kind);
            self.plan.filter.push((wanted, clause));
        }
        self.report.understand("where", text.clone(), "--where");
        Ok(())
    }

    fn explicit_labels(&mut self) -> Result<()> {
        for name in &self.options.by {
            let i = self.find(name, "--by")?;
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
        }
        if !self.options.by.is_empty() {
            self.report.understand("by", self.options.by.join(", "), "--by");
        }
        Ok(())
    }

    fn add_value(&mut self, column: usize, role: Role) {
        self.mark(column);
        let name = self.name(column).to_owned();
        let wanted = self.want(column, ColumnType::Number);
        self.plan.values.push(Value { column: wanted, name, role, unit: Unit::None });
    }

    /// A column that the caller chose for numbers.
    fn chosen_value(&mut self, name: &str, flag: &str, role: Role) -> Result<()> {
        let i = self.find(name, flag)?;
        let s = self.stat(i);
        if s.numbers * 2 < s.filled || (self.hint(i) == Hint::Time) {
            let fits = |f: &[u8]| matches!(number::parse(f), Field::Number(_));
            return Err(self.wrong(i, "a number", &format!("choose a column of numbers with {flag}"), fits));
        }
        self.add_value(i, role);
        Ok(())
    }

    fn values(&mut self) -> Result<()> {
        let options = self.options;
        if options.total.is_some() || options.bad.is_some() {
            if let Some(total) = &options.total {
                self.chosen_value(total, "--total", Role::Total)?;
            }
            if let Some(bad) = &options.bad {
                self.chosen_value(bad, "--bad", Role::Bad)?;
            }
            let names: Vec<&str> = self.plan.values.iter().map(|v| v.name.as_str()).collect();
            self.report.understand("value", names.join(" and "), "--total and --bad: counts of each row's period");
            return Ok(());
        }
        if let Some(value) = &options.value {
            if self.sample.names.contains(value) || !value.contains(',') {
                self.chosen_value(value, "--value", Role::Value)?;
            } else {
                for name in value.split(',') {
                    self.chosen_value(name.trim(), "--value", Role::Value)?;
                }
            }
            self.report.understand("value", value.clone(), "--value");
            self.plan.per_request |= value_is_latency(&self.plan.values);
            return Ok(());
        }
        if let Some(i) = self.known(self.sample.preset.value) {
            self.add_value(i, Role::Value);
            self.report.understand("value", self.name(i).to_owned(), self.sample.preset.why);
            self.plan.per_request |= self.plan.ok.is_some();
            return Ok(());
        }
        if self.sample.preset.flag_alone && self.plan.ok.is_some() {
            return self.flag_as_value();
        }
        self.guess_values()
    }

    fn guess_values(&mut self) -> Result<()> {
        let numbers: Vec<usize> = self.unused().into_iter().filter(|&i| self.is_number(i)).collect();
        let by = |test: fn(&str) -> bool| -> Vec<usize> {
            numbers.iter().copied().filter(|&i| test(self.name(i))).collect()
        };
        let (latencies, latency_like, plain) = (by(guess::is_latency), by(guess::ends_in_latency), by(guess::is_value));
        let measures = by(|n| !guess::is_identifier(n));
        let (chosen, why) = if let Some(&i) = latencies.first() {
            (vec![i], "named like a latency")
        } else if let [i] = latency_like.as_slice()
            && self.plan.ok.is_some()
        {
            (vec![*i], "named like a latency")
        } else if let Some(&i) = plain.first() {
            (vec![i], "named like a value")
        } else if !measures.is_empty() {
            (measures, "a column of numbers is a series")
        } else {
            (numbers.clone(), "a column of numbers is a series")
        };
        if chosen.is_empty() {
            return self.flag_as_value();
        }
        if chosen.len() > MOST_GUESSED_VALUES {
            let message = format!("{} columns of numbers, each a series", chosen.len());
            return Err(Error::argument(message).in_file(self.file).hint("name those that are wanted with --value"));
        }
        for &i in &chosen {
            self.add_value(i, Role::Value);
        }
        self.plan.per_request |= value_is_latency(&self.plan.values);
        let names: Vec<&str> = chosen.iter().map(|&i| self.name(i)).collect();
        let choice = if names.len() <= 8 { names.join(", ") } else { format!("{} columns", names.len()) };
        let left: Vec<String> =
            numbers.iter().filter(|i| !chosen.contains(i)).map(|&i| self.name(i).to_owned()).collect();
        self.report.understand("value", choice, why);
        if !left.is_empty() {
            self.report.understand("not read", left.join(", "), "numbers beside the value; --value chooses them");
        }
        Ok(())
    }

    /// A table of times and flags: the flag is the value, 1 for good.
    fn flag_as_value(&mut self) -> Result<()> {
        let flag = self.plan.ok.and_then(|ok| self.plan.wanted.get(ok).cloned().map(|w| (ok, w)));
        let Some((column, wanted)) = flag else {
            return Err(Error::parse(format!("no column of numbers among {}", self.sample.names.join(", ")))
                .in_file(self.file)
                .hint("name one with --value"));
        };
        self.report.understand("value", format!("{}, 1 where good", wanted.name), "there is no other value");
        self.plan.values.push(Value { column, name: wanted.name, role: Role::Value, unit: Unit::None });
        Ok(())
    }

    fn guessed_labels(&mut self) {
        if !self.options.by.is_empty() {
            return;
        }
        if self.known_labels() {
            return;
        }
        let rows = self.sample.lines.len();
        let mut labels = Vec::new();
        for i in self.unused() {
            let s = self.stat(i);
            let few = s.words <= 10 || (s.words <= MOST_GUESSED_WORDS && s.words * 2 <= rows);
            if self.is_number(i) || self.is_text_time(i) || s.words == 0 {
                continue;
            }
            if self.plan.ok.is_some() && guess::flag(self.name(i)).is_some() {
                // split by whether they were good, series would be all good or all bad
                self.report.understand(
                    "not read",
                    self.name(i).to_owned(),
                    "another flag; --ok chooses it, --by splits by it",
                );
                continue;
            }
            if few {
                labels.push(i);
            } else {
                let name = self.name(i).to_owned();
                self.report.understand("not read", name, "text with many values; --by splits by it");
            }
        }
        self.leave_out_labels(&mut labels);
        let single = self.plan.values.len() == 1 && self.plan.values.iter().all(|v| guess::is_value(&v.name));
        if single && let Some(at) = labels.iter().position(|&i| guess::is_series_name(self.name(i))) {
            let i = labels.remove(at);
            self.plan.name = Some(self.want(i, ColumnType::Text));
            self.report.understand("name", self.name(i).to_owned(), "its words name the series");
        }
        if !labels.is_empty() {
            let names: Vec<&str> = labels.iter().map(|&i| self.name(i)).collect();
            self.report.understand("by", names.join(", "), "text with few values");
        }
        for i in labels {
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
        }
    }

    /// Takes out the labels with the most words until the sample falls into few enough series.
    fn leave_out_labels(&mut self, labels: &mut Vec<usize>) {
        while labels.len() > 1 && self.combinations(labels) > MOST_GUESSED_SERIES {
            let Some(at) = (0..labels.len()).max_by_key(|&k| labels.get(k).map_or(0, |&i| self.stat(i).words)) else {
                break;
            };
            let i = labels.remove(at);
            let message = format!(
                "rows are not split by “{}”, which would make more than {MOST_GUESSED_SERIES} series; --by {} splits by it",
                self.name(i),
                self.name(i)
            );
            let position = Position::in_file(self.file).at_column(self.name(i));
            self.report.warn(WarningKind::TooManySeries, message, position, 1);
        }
    }

    /// The column of a name that the format has, where it is there.
    fn known(&self, name: Option<&str>) -> Option<usize> {
        let name = name?;
        self.sample.names.iter().position(|n| n == name)
    }

    /// Takes the labels that the format names; false where it leaves them to the guesses.
    fn known_labels(&mut self) -> bool {
        let preset = self.sample.preset.clone();
        if let Some(i) = self.known(preset.name) {
            self.mark(i);
            self.plan.name = Some(self.want(i, ColumnType::Text));
            self.report.understand("name", self.name(i).to_owned(), preset.why);
        }
        let Some(by) = preset.by else { return preset.name.is_some() };
        let mut labels: Vec<usize> = by.iter().filter_map(|name| self.known(Some(name))).collect();
        labels.retain(|&i| self.stat(i).words > 0);
        self.leave_out_labels(&mut labels);
        if !labels.is_empty() {
            let names: Vec<&str> = labels.iter().map(|&i| self.name(i)).collect();
            self.report.understand("by", names.join(", "), preset.why);
        }
        for i in labels {
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
        }
        true
    }

    /// How many combinations of words the sample has in these columns.
    fn combinations(&self, columns: &[usize]) -> usize {
        let rows = 0..self.sample.lines.len();
        let key = |row: usize| -> Vec<&[u8]> {
            let field =
                |&i: &usize| self.sample.columns.get(i).and_then(|c| c.get(row)).map_or(&b""[..], Vec::as_slice);
            columns.iter().map(field).collect()
        };
        rows.map(key).collect::<HashSet<_>>().len()
    }

    fn units(&mut self) {
        let mut values = std::mem::take(&mut self.plan.values);
        for v in &mut values {
            let source = self.plan.wanted.get(v.column).map_or(0, |w| w.source);
            let s = self.stat(source);
            let typed = self.sample.units.get(source).cloned().flatten();
            let (unit, why) = match (&self.options.unit, Unit::from_name(&v.name)) {
                (Some(unit), _) => (unit.clone(), "--unit"),
                _ if v.role != Role::Value => (Unit::Count, "counts of events"),
                _ if typed.is_some() => (typed.unwrap_or_default(), "its type is a duration"),
                _ if self.options.value.is_none() && self.sample.preset.unit.is_some() => {
                    (self.sample.preset.unit.clone().unwrap_or_default(), self.sample.preset.why)
                }
                (None, Some(unit)) => (unit, "its name's end"),
                (None, None) if guess::is_latency(&v.name) => {
                    if s.median >= 10.0 || (s.integers == s.numbers && s.median >= 1.0) {
                        (Unit::Millisecond, "a latency of this size; --unit says otherwise")
                    } else {
                        (Unit::Second, "a latency of this size; --unit says otherwise")
                    }
                }
                _ => continue,
            };
            self.report.understand("unit", format!("{} in {}", v.name, unit.name()), why);
            v.unit = unit;
        }
        self.plan.values = values;
    }
}

fn value_is_latency(values: &[Value]) -> bool {
    matches!(values, [v] if guess::is_latency(&v.name) || guess::ends_in_latency(&v.name))
}
