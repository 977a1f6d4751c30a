//! Which series the caller wants: by name with `--value`, `--total` and `--bad`, by label with `--where`.
//!
//! It is decided series by series while they are read, so that those left out are never held.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::assemble::MOST_SERIES;
use crate::load::dataset::Role;
use crate::load::filter::{self, Clause, Literal};
use crate::load::guess;
use crate::load::number::{self, Field};
use crate::load::options::LoadOptions;
use crate::load::report::{LoadReport, counted};
use crate::load::samples::Samples;

/// So many names are kept to tell them where one is missing.
const MOST_NAMES: usize = 10_000;
/// So many series that are not wanted are told from each other, at some 20 bytes each.
const MOST_LEFT_ASIDE: usize = 1_000_000;

/// What is wanted, and what was seen of it so far.
pub(crate) struct Choice {
    /// Whether anything is chosen at all.
    chooses: bool,
    /// `--value` as one name, which may have commas in it, and whether there is such a series.
    whole: Option<(String, bool)>,
    /// The names in `--value`, or those of `--total` and `--bad`; none where all are wanted.
    wanted: Vec<String>,
    clauses: Vec<Clause>,
    /// Names that no series had so far, with their flags.
    missing: Vec<(String, &'static str)>,
    /// Labels of conditions that no series had so far.
    unknown: Vec<String>,
    names: Seen,
    labels: Seen,
    found: usize,
}

/// Words that were seen, as many as are told.
#[derive(Default)]
struct Seen {
    words: BTreeSet<String>,
    more: bool,
}

impl Seen {
    fn add(&mut self, word: &str) {
        if self.words.len() >= MOST_NAMES {
            self.more = self.more || !self.words.contains(word);
        } else if !self.words.contains(word) {
            self.words.insert(word.to_owned());
        }
    }
}

impl Choice {
    /// What the options want.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a condition that cannot be read.
    pub(crate) fn new(options: &LoadOptions) -> Result<Self> {
        let clauses = options.filter.as_deref().map(filter::parse).transpose()?.unwrap_or_default();
        let counts = options.total.is_some() || options.bad.is_some();
        let names = |flag, given: &Option<String>| given.iter().map(|n| (n.clone(), flag)).collect::<Vec<_>>();
        let by_value = options.value.iter().flat_map(|v| v.split(',')).map(|n| (n.trim().to_owned(), "--value"));
        let mut missing: Vec<(String, &str)> = by_value.collect();
        let wanted = missing.iter().map(|(n, _)| n.clone()).collect();
        let by_count = [names("--total", &options.total), names("--bad", &options.bad)].concat();
        let wanted = if counts { by_count.iter().map(|(n, _)| n.clone()).collect() } else { wanted };
        missing.extend(by_count);
        let mut unknown: Vec<String> = clauses.iter().map(|c| c.column.clone()).collect();
        unknown.retain(|label| label != "__name__");
        Ok(Self {
            chooses: options.value.is_some() || options.filter.is_some() || counts,
            whole: options.value.clone().filter(|_| !counts).map(|value| (value, false)),
            wanted,
            clauses,
            missing,
            unknown,
            names: Seen::default(),
            labels: Seen::default(),
            found: 0,
        })
    }

    /// Whether a series is wanted; each is asked about once.
    pub(crate) fn keeps(&mut self, name: &str, labels: &Labels) -> bool {
        self.found += 1;
        if !self.chooses {
            return true;
        }
        self.note(name, labels);
        self.passes(name, labels)
    }

    /// Whether a series of which [`keeps`](Self::keeps) was asked is wanted.
    pub(crate) fn passes(&self, name: &str, labels: &Labels) -> bool {
        self.named(name) && self.clauses.iter().all(|c| holds(c, name, labels))
    }

    /// Whether a name is wanted, that of a histogram's buckets by the histogram's.
    fn named(&self, name: &str) -> bool {
        if self.wanted.is_empty() {
            return true;
        }
        let is = |wanted: &str| wanted == name || Some(wanted) == name.strip_suffix("_bucket");
        match &self.whole {
            Some((whole, true)) => is(whole),
            Some((whole, false)) => is(whole) || self.wanted.iter().any(|w| is(w)),
            // totals and bad ones are counts by name
            None => self.wanted.iter().any(|w| w == name),
        }
    }

    /// Takes note of the names of a series, for as long as something that was asked for has not been seen.
    fn note(&mut self, name: &str, labels: &Labels) {
        let base = name.strip_suffix("_bucket");
        if let Some((whole, seen)) = &mut self.whole {
            *seen = *seen || whole == name;
        }
        if !self.missing.is_empty() {
            self.missing.retain(|(n, flag)| n != name && !(*flag == "--value" && Some(n.as_str()) == base));
            std::iter::once(name).chain(base).for_each(|n| self.names.add(n));
        }
        if !self.unknown.is_empty() {
            self.unknown.retain(|label| labels.get(label).is_none());
            labels.iter().for_each(|(label, _)| self.labels.add(label));
        }
    }

    /// Leaves what is wanted of the series that were kept, and tells how many that are of all.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where there is no series, [`Argument`](crate::ErrorKind::Argument) for names and labels that no
    /// series has, for a choice that leaves none, and for more series than a data set has.
    pub(crate) fn finish(&self, kept: &mut Vec<Samples>, file: &str, report: &mut LoadReport) -> Result<()> {
        if self.found == 0 {
            return Err(nothing(file));
        }
        if self.whole.as_ref().is_some_and(|(_, seen)| *seen) {
            // what was kept before it was clear that `--value` is one name
            kept.retain(|s| self.named(&s.name));
        }
        self.check(kept.len(), file)?;
        self.refuse_too_many(kept.len(), file)?;
        kept.shrink_to_fit();
        if kept.len() < self.found {
            let of = format!("{} of {}", kept.len(), counted(self.found as u64, "series"));
            report.understand("where", of, "--value and --where");
        }
        Ok(())
    }

    /// Refuses names and labels that no series has, and a choice that leaves none.
    fn check(&self, kept: usize, file: &str) -> Result<()> {
        if let Some(label) = self.unknown.first() {
            let mut labels: Vec<&str> = self.labels.words.iter().map(String::as_str).collect();
            labels.push("__name__");
            return Err(no_such("label", label, &labels, self.labels.more, "--where", file));
        }
        let whole = self.whole.as_ref().is_some_and(|(_, seen)| *seen);
        if let Some((name, flag)) = self.missing.iter().find(|(_, flag)| *flag != "--value" || !whole) {
            let names: Vec<&str> = self.names.words.iter().map(String::as_str).collect();
            return Err(no_such("series", name, &names, self.names.more, flag, file));
        }
        if kept == 0 {
            return Err(Error::argument("no series passes --value and --where")
                .in_file(file)
                .hint("ask for less with --where"));
        }
        Ok(())
    }

    /// Refuses more series than a data set has.
    pub(crate) fn refuse_too_many(&self, kept: usize, file: &str) -> Result<()> {
        if kept <= MOST_SERIES {
            return Ok(());
        }
        let (message, way_out) = if self.chooses {
            (format!("--value and --where leave more than {MOST_SERIES} series"), "choose fewer")
        } else {
            (
                format!("there are more than {MOST_SERIES} series"),
                "choose some with --value and --where, or ask for less",
            )
        };
        Err(Error::argument(message).in_file(file).hint(way_out))
    }
}

/// The series of lines that are not wanted, by their hashes: all that is held of them.
#[derive(Default)]
pub(crate) struct LeftAside(HashSet<u64>);

impl LeftAside {
    /// Whether a series is one of them.
    pub(crate) fn has(&self, series: &(impl Hash + ?Sized)) -> bool {
        !self.0.is_empty() && self.0.contains(&hash(series))
    }

    /// Adds one, or refuses more of them than are looked at.
    pub(crate) fn add(&mut self, series: &(impl Hash + ?Sized), file: &str) -> Result<()> {
        self.0.insert(hash(series));
        if self.0.len() <= MOST_LEFT_ASIDE {
            return Ok(());
        }
        let message = format!("--value and --where leave out more than {MOST_LEFT_ASIDE} series");
        Err(Error::argument(message).in_file(file).hint("write fewer of them into the file"))
    }
}

/// The same number for the same series in every run.
fn hash(series: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    series.hash(&mut hasher);
    hasher.finish()
}

/// The error for an answer without series.
pub(crate) fn nothing(file: &str) -> Error {
    Error::empty("the answer holds no series").in_file(file).hint("check the query and its range")
}

/// What a metric was chosen as.
pub(crate) fn role(name: &str, options: &LoadOptions) -> Role {
    let is = |chosen: &Option<String>| chosen.as_deref() == Some(name);
    match (is(&options.total), is(&options.bad)) {
        (true, _) => Role::Total,
        (_, true) => Role::Bad,
        _ => Role::Value,
    }
}

/// Whether a condition holds for a series; a label that it lacks is empty.
fn holds(clause: &Clause, name: &str, labels: &Labels) -> bool {
    let word = if clause.column == "__name__" { name } else { labels.get(&clause.column).unwrap_or_default() };
    match (&clause.literal, number::parse(word.as_bytes())) {
        (Literal::Number(_), Field::Number(v)) => clause.keeps_number(v),
        (Literal::Number(_), _) => false,
        (Literal::Text(_), _) => clause.keeps_word(word.as_bytes()),
    }
}

fn no_such(what: &str, word: &str, there: &[&str], more: bool, flag: &str, file: &str) -> Error {
    let shown = there.get(..20).unwrap_or(there);
    let left = match there.len() - shown.len() {
        _ if more => format!(" and more than {} more", MOST_NAMES - shown.len()),
        0 => String::new(),
        left => format!(" and {left} more"),
    };
    let near = guess::nearest(word, there.iter().copied());
    Error::argument(format!("no {what} is called “{word}”; there are {}{left}", shown.join(", ")))
        .in_file(file)
        .hint(near.map_or_else(|| format!("choose one of them with {flag}"), |n| format!("did you mean “{n}”?")))
}
