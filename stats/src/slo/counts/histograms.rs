//! Counts from stored histograms: how many of the values of each window keep a limit.

use std::borrow::Cow;
use std::iter::Peekable;

use super::Counts;
use crate::error::{Error, Result};
use crate::histogram::{AnySketch, Sketch};
use crate::series::{Identity, most_frequent};
use crate::slo::{Criterion, Objective};
use crate::time::{Span, Window};
use crate::window::{Comparison, Condition};

/// Histograms one after the other, each with its window, in the order of the windows' starts.
pub(crate) type EachWindow<'a> = Box<dyn Iterator<Item = Result<(Window, Cow<'a, AnySketch>)>> + 'a>;

impl Counts {
    /// Counts of the values in histograms, one a window: those that do not keep a limit are bad.
    ///
    /// Where the limit is an edge of the bins, the counts are those of the values themselves. Else the values in the bin that holds the limit
    /// may be on either side of it: they count as bad here, [`in_doubt`](Self::in_doubt) says how many they are, and
    /// [`evaluate`](crate::slo::evaluate) gives its numbers with both as their bounds. So choose limits that are edges: two-digit
    /// decimals for [`LogLinear`](crate::histogram::LogLinear), the `le` of classic buckets.
    ///
    /// A row lasts as long as most of the windows do; what a longer one holds is counted at its beginning, and a shorter one is a whole row.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear};
    /// use sre_stats::series::Identity;
    /// use sre_stats::slo::{Counts, Options, SloInput, evaluate};
    /// use sre_stats::time::{Span, Timestamp, Window};
    /// use sre_stats::unit::Unit;
    /// let minute = Window::new(Timestamp(0), Span::MINUTE)?;
    /// let histogram = AnySketch::LogLinear(LogLinear::from_values(&[0.120, 0.290, 0.300, 0.310]));
    /// let latency = Identity::new("latency", Unit::Second);
    /// let counts = Counts::from_histograms(latency, &[(minute, histogram)], &"< 300ms".parse()?)?;
    /// assert_eq!((counts.total(), counts.bad(), counts.in_doubt()), (&[4][..], &[2][..], &[0][..]));
    /// let objective = "99% of requests < 300ms over 1m".parse()?;
    /// let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default())?;
    /// assert_eq!(report.methods.occurrences.unwrap().value, 0.5);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the limit's unit does not convert to that of the values,
    /// [`Argument`](crate::ErrorKind::Argument) for an equality, which no histogram can tell, and for KLL and REQ sketches,
    /// [`Empty`](crate::ErrorKind::Empty) without a histogram.
    pub fn from_histograms(
        identity: Identity,
        histograms: &[(Window, AnySketch)],
        condition: &Condition,
    ) -> Result<Self> {
        Self::from_histograms_by_outcome(identity, &[(false, histograms)], condition)
    }

    /// The same from the histograms of one metric that differ in how their events went, such as `request_seconds` by `code`: all of them
    /// together are the total; those marked `true` are of failures, each of which is bad however fast it was.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear};
    /// use sre_stats::series::Identity;
    /// use sre_stats::slo::Counts;
    /// use sre_stats::time::{Span, Timestamp, Window};
    /// use sre_stats::unit::Unit;
    /// let minute = Window::new(Timestamp(0), Span::MINUTE)?;
    /// let of = |values: &[f64]| [(minute, AnySketch::LogLinear(LogLinear::from_values(values)))];
    /// let (answers, failures) = (of(&[0.120, 0.290, 0.310]), of(&[0.001, 0.002]));
    /// let latency = Identity::new("latency", Unit::Second);
    /// let parts = [(false, &answers[..]), (true, &failures[..])];
    /// let counts = Counts::from_histograms_by_outcome(latency, &parts, &"< 300ms".parse()?)?;
    /// assert_eq!((counts.total(), counts.bad()), (&[5][..], &[3][..]));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_histograms`](Self::from_histograms).
    pub fn from_histograms_by_outcome(
        identity: Identity,
        parts: &[(bool, &[(Window, AnySketch)])],
        condition: &Condition,
    ) -> Result<Self> {
        let widths = parts.iter().flat_map(|(_, histograms)| histograms.iter().map(|(w, _)| w.width.0)).collect();
        let parts = parts.iter().map(|(failed, histograms)| (*failed, by_start(histograms))).collect();
        Self::from_each_histogram(identity, widths, parts, condition)
    }

    /// The same of histograms that are made one after the other, part by part in the order of their windows’ starts, and let go as they are
    /// counted; the widths of all windows, in nanoseconds, are known before.
    pub(crate) fn from_each_histogram(
        identity: Identity,
        widths: Vec<i64>,
        parts: Vec<(bool, EachWindow<'_>)>,
        condition: &Condition,
    ) -> Result<Self> {
        let own = own(&identity, condition)?;
        let mut counting = Counting::new(identity, widths, condition, own)?;
        let mut parts: Vec<(bool, Peekable<EachWindow<'_>>)> =
            parts.into_iter().map(|(failed, windows)| (failed, windows.peekable())).collect();
        loop {
            // what cannot be made comes first, and ends it
            let start = |next: &Result<_>| next.as_ref().map_or(i64::MIN, |(window, _): &(Window, _)| window.start.0);
            let heads =
                parts.iter_mut().filter_map(|(failed, windows)| Some((start(windows.peek()?), *failed, windows)));
            let Some((_, failed, windows)) = heads.min_by_key(|(start, ..)| *start) else { break };
            if let Some(one) = windows.next() {
                let (window, histogram) = one?;
                counting.add(window, &histogram, failed)?;
            }
        }
        Ok(counting.finish())
    }

    /// What the bad ones do not keep, where they are from histograms.
    pub fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }

    /// How many of the bad ones may be good, row by row: the values in the bin that holds the limit; or may be from before the data, where
    /// [counters began late](Self::from_outcomes). None are where events were counted one by one.
    pub fn in_doubt(&self) -> &[u64] {
        &self.in_doubt
    }

    /// The same counts with all that is in doubt as good, or as not there where it would be bad; `None` where nothing is.
    pub(in crate::slo) fn at_best(&self) -> Option<Self> {
        let known = self.without_late();
        if known.is_none() && self.in_doubt.iter().all(|n| *n == 0) {
            return None;
        }
        let known = known.unwrap_or_else(|| self.clone());
        let bad = known.bad.iter().zip(&known.in_doubt).map(|(bad, doubt)| bad - doubt).collect();
        let total = match &self.late {
            None => known.total.clone(),
            Some(late) => known.total.iter().zip(&late.good).map(|(n, good)| n.saturating_add(*good)).collect(),
        };
        Some(Self { total, bad, in_doubt: vec![0; self.times.len()], ..known })
    }

    /// Whether anything of some rows is in doubt.
    pub(in crate::slo) fn are_in_doubt(&self, rows: std::ops::Range<usize>) -> bool {
        let (fewer, more) = self.late_in(rows.clone());
        fewer + more > 0.0 || self.in_doubt.get(rows).unwrap_or_default().iter().any(|n| *n > 0)
    }

    /// By how much fewer events there may be in some rows than are counted, and by how much more.
    pub(in crate::slo) fn late_in(&self, rows: std::ops::Range<usize>) -> (f64, f64) {
        let sum = |column: &[u64]| column.iter().map(|n| *n as f64).sum();
        self.late_rows(rows).map_or((0.0, 0.0), |(bad, good)| (sum(bad), sum(good)))
    }

    /// How many of the bad events of some rows may not be there, and how many good ones may be that are not counted; `None` where none are late.
    pub(in crate::slo) fn late_rows(&self, rows: std::ops::Range<usize>) -> Option<(&[u64], &[u64])> {
        let late = self.late.as_ref()?;
        Some((late.bad.get(rows.clone()).unwrap_or_default(), late.good.get(rows).unwrap_or_default()))
    }

    /// What an objective asks of the counts: a limit that is the counts' own is a matter of good and bad.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where it asks for values that counts do not have.
    pub(in crate::slo) fn criterion_of(&self, objective: &Objective) -> Result<Criterion> {
        let own = |c: &Condition| self.condition.as_ref() == Some(c);
        match (objective.effective_criterion(), &self.condition) {
            (Criterion::Value(c), _) if own(&c) => Ok(Criterion::Ok),
            // the nearest-rank percentile keeps an upper limit iff enough values do: so much is known of each row
            (Criterion::Percentile(q, c), _) if own(&c) && c.comparison.is_upper() => Ok(Criterion::Percentile(q, c)),
            (Criterion::Value(_) | Criterion::Percentile(..) | Criterion::Mean(_), None) => {
                Err(Error::argument("counts of good and bad events have no values to compare")
                    .hint("say “ok”, or “have ratio >= 99.5%” of slices"))
            }
            (Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c), Some(own)) => Err(
                Error::argument(format!("the values were counted by “{own}”, and not by “{c}” as it is asked here"))
                    .hint("upper limits of values and of percentiles can be read from histograms, means cannot"),
            ),
            (Criterion::Ok | Criterion::Up | Criterion::Ratio(_), Some(_)) => {
                Err(Error::argument("histograms hold values without good flags")
                    .hint("give a limit, such as “of requests < 300ms”"))
            }
            (criterion, None) => Ok(criterion),
        }
    }
}

/// Histograms in the order of their windows' starts.
fn by_start(histograms: &[(Window, AnySketch)]) -> EachWindow<'_> {
    let mut sorted: Vec<&(Window, AnySketch)> = histograms.iter().collect();
    sorted.sort_by_key(|(window, _)| window.start);
    Box::new(sorted.into_iter().map(|(window, histogram)| Ok((*window, Cow::Borrowed(histogram)))))
}

/// The limit in the unit of the values.
fn own(identity: &Identity, condition: &Condition) -> Result<Condition> {
    let own = condition.converted(&identity.unit)?;
    if !own.comparison.is_ordered() {
        return Err(Error::argument(format!("histograms cannot tell which values are “{condition}”"))
            .hint("use one of < <= > >="));
    }
    Ok(own)
}

/// How many values of a histogram keep a limit: at least the first, at most the second number.
fn kept(histogram: &AnySketch, condition: &Condition) -> (u64, u64) {
    let n = histogram.count();
    let rest = |(least, most): (u64, u64)| (n - most.min(n), n - least.min(n));
    let (least, most) = match condition.comparison {
        Comparison::Less => histogram.count_below(condition.limit),
        Comparison::LessOrEqual => histogram.count_at_most(condition.limit),
        Comparison::Greater => rest(histogram.count_at_most(condition.limit)),
        _ => rest(histogram.count_below(condition.limit)),
    };
    (least.min(n), most.clamp(least.min(n), n))
}

/// Histograms being counted, of which none is kept.
struct Counting {
    counts: Counts,
    /// The limit in the unit of the values.
    own: Condition,
    /// The limit that holds the other side of its edge.
    other: Condition,
    windows: usize,
    longer: usize,
    shorter: usize,
    nan: u64,
    infinite: u64,
    /// Whether the other limit is an edge of all.
    other_is_exact: bool,
}

impl Counting {
    fn new(identity: Identity, widths: Vec<i64>, condition: &Condition, own: Condition) -> Result<Self> {
        let widths = widths.into_iter().map(|width| width.max(1)).collect();
        let step = most_frequent(widths).map(Span).ok_or_else(|| Error::empty("there is no histogram to count in"))?;
        let counts = Counts {
            identity,
            times: Vec::new(),
            total: Vec::new(),
            bad: Vec::new(),
            in_doubt: Vec::new(),
            late: None,
            step,
            condition: Some(condition.clone()),
            notes: Vec::new(),
        };
        let other = Condition { comparison: own.comparison.with_equality_turned(), ..own.clone() };
        let (windows, longer, shorter, nan, infinite) = (0, 0, 0, 0, 0);
        Ok(Self { counts, own, other, windows, longer, shorter, nan, infinite, other_is_exact: true })
    }

    /// Counts the values of one more window, which begins no earlier than the last one; of failures all are bad.
    fn add(&mut self, window: Window, histogram: &AnySketch, failed: bool) -> Result<()> {
        if matches!(histogram, AnySketch::Kll(_) | AnySketch::Req(_)) {
            return Err(Error::argument(
                "KLL and REQ sketches have no bins: how many values keep a limit is bounded at a confidence only",
            )
            .hint("ask `quantile` of them"));
        }
        let step = self.counts.step;
        let out = &mut self.counts;
        self.windows += 1;
        self.longer += usize::from(window.width.0 / 3 > step.0 / 2);
        self.shorter += usize::from(window.width.0 < step.0 / 3 * 2);
        let dropped = histogram.dropped();
        self.nan = self.nan.saturating_add(dropped.nan);
        self.infinite = self.infinite.saturating_add(dropped.infinite);
        let n = histogram.count();
        let (least, most) = if failed { (0, 0) } else { kept(histogram, &self.own) };
        if self.other_is_exact && !failed {
            let (least, most) = kept(histogram, &self.other);
            self.other_is_exact = least == most;
        }
        let (bad, doubt) = (n - least, most - least);
        if out.times.last() == Some(&window.start.0) {
            for (column, more) in [(&mut out.total, n), (&mut out.bad, bad), (&mut out.in_doubt, doubt)] {
                if let Some(last) = column.last_mut() {
                    *last = last.saturating_add(more);
                }
            }
            return Ok(());
        }
        out.times.push(window.start.0);
        out.total.push(n);
        out.bad.push(bad);
        out.in_doubt.push(doubt);
        Ok(())
    }

    fn finish(mut self) -> Counts {
        self.counts.notes = self.notes();
        self.counts
    }

    fn notes(&self) -> Vec<String> {
        let (mut notes, step) = (Vec::new(), self.counts.step);
        if self.longer > 0 {
            notes.push(format!(
                "{} of {} histograms are of more than {step}: what they hold is counted at their beginning",
                self.longer, self.windows
            ));
        }
        if self.shorter > 0 {
            notes.push(format!(
                "{} of {} histograms are of less than {step}: each counts as a whole row of time",
                self.shorter, self.windows
            ));
        }
        if self.nan > 0 || self.infinite > 0 {
            notes.push(format!("left out of the histograms: {} NaN, {} infinite values", self.nan, self.infinite));
        }
        let sum = |column: &[u64]| column.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
        let doubt = sum(&self.counts.in_doubt);
        if doubt > 0 {
            let total = sum(&self.counts.total);
            let limit = self.own.unit.show(self.own.limit);
            let (why, way_out) = if self.other_is_exact {
                ("is an edge that its bin holds", format!("; “{} {limit}” would be exact", self.other.comparison))
            } else {
                ("is no edge of the bins", String::new())
            };
            notes.push(format!(
                "{limit} {why}: {doubt} of {total} values may be on either side of it. They count as bad, and the bounds say what that \
                 does{way_out}"
            ));
        }
        notes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
