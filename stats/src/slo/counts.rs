//! How many events there were and how many of them were bad, row by row: what counters, tables of counts and stored histograms say.

mod histograms;
mod outcomes;

pub(crate) use histograms::EachWindow;

use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::series::{Identity, Series};
use crate::time::{Span, Timestamp, Window};
use crate::window::Condition;
use crate::words::counted;

/// Events that may be from before the data, row by row.
#[derive(Clone, Debug, PartialEq)]
struct Late {
    /// Of the bad ones that are counted.
    bad: Vec<u64>,
    /// Good ones, which are not counted.
    good: Vec<u64>,
    /// How many counters they are of.
    counters: u64,
}

/// Counts of all and of bad events by rows of time. A row is half-open, begins at its time and lasts one step.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::slo::{Counts, Options, SloInput, evaluate};
/// let minute = 60_000_000_000;
/// let column = |name: &str, values: Vec<f64>| {
///     let times = (0..values.len() as i64).map(|i| i * minute).collect();
///     Series::new(Identity::new(name, Default::default()), times, values, NanPolicy::Refuse)
/// };
/// let counts = Counts::from_deltas(&column("requests", vec![100.0, 900.0])?, &column("errors", vec![0.0, 9.0])?)?;
/// let report = evaluate(&"99% of requests ok over 2m".parse()?, SloInput::Counts(&counts), &Options::default())?;
/// assert_eq!(report.methods.occurrences.unwrap().value, 0.991);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    identity: Identity,
    times: Vec<i64>,
    total: Vec<u64>,
    bad: Vec<u64>,
    /// How many of the bad ones may be good, or not be at all.
    in_doubt: Vec<u64>,
    /// Where some may not be of this time.
    late: Option<Late>,
    step: Span,
    /// What the bad ones do not keep, where they were told from good ones here.
    condition: Option<Condition>,
    notes: Vec<String>,
}

impl Counts {
    /// Counts from two columns of increments, each row's own: a row without its sibling is left out, with a note.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) on a negative count, [`Mismatch`](crate::ErrorKind::Mismatch) where more are
    /// bad than there are, [`Empty`](crate::ErrorKind::Empty) where no row has both.
    pub fn from_deltas(total: &Series, bad: &Series) -> Result<Self> {
        let step = total.step().or_else(|| bad.step()).unwrap_or(Span::MINUTE);
        Self::paired(total, bad, step, Vec::new())
    }

    /// Counts from two cumulative counters, by the increase from each sample to the next, reset by reset. It is counted in
    /// the time between them, from the earlier sample on.
    ///
    /// # Errors
    /// As [`from_deltas`](Self::from_deltas), and [`Empty`](crate::ErrorKind::Empty) where a counter has one sample.
    pub fn from_counters(total: &Counter, bad: &Counter) -> Result<Self> {
        let mut notes = Vec::new();
        let mut increases = Vec::new();
        let (total, passed) = at_times_of(total, bad)?;
        let (bad, more_passed) = at_times_of(bad, &total)?;
        if passed + more_passed > 0 {
            notes.push(format!(
                "{} have no sample of the other counter and were passed over",
                counted(passed + more_passed, "sample")
            ));
        }
        for counter in [&total, &bad] {
            let resets = counter.resets().len();
            if resets > 0 {
                notes.push(format!(
                    "“{}” was reset {}: what it counted before each is lost",
                    counter.identity().title(),
                    counted(resets as u64, "time")
                ));
            }
            let increase = counter.increases()?;
            let starts = counter.samples().times();
            let earlier = starts.get(..increase.len()).unwrap_or(starts).to_vec();
            let values = increase.values().to_vec();
            increases.push(Series::new(
                increase.identity().clone(),
                earlier,
                values,
                crate::series::NanPolicy::Refuse,
            )?);
        }
        let [total_rows, bad_rows] = increases.as_slice() else {
            return Err(Error::empty("there are no two counters"));
        };
        let step = total.samples().step().unwrap_or(Span::MINUTE);
        let gaps = total.samples().gaps().len();
        if gaps > 0 {
            notes.push(format!(
                "samples are missing in {}: what was counted there is put at each one's beginning",
                counted(gaps as u64, "place")
            ));
        }
        Self::paired(total_rows, bad_rows, step, notes)
    }

    fn paired(total: &Series, bad: &Series, step: Span, mut notes: Vec<String>) -> Result<Self> {
        let title = total.identity().title();
        let mut out = Self {
            identity: total.identity().clone(),
            times: Vec::new(),
            total: Vec::new(),
            bad: Vec::new(),
            in_doubt: Vec::new(),
            late: None,
            step: Span(step.0.max(1)),
            condition: None,
            notes: Vec::new(),
        };
        let (mut lonely, mut broken) = (0_u64, 0_u64);
        let mut others = bad.times().iter().zip(bad.values()).peekable();
        for (&t, &n) in total.times().iter().zip(total.values()) {
            while others.next_if(|(other, _)| **other < t).is_some() {
                lonely += 1;
            }
            let Some((_, &b)) = others.next_if(|(other, _)| **other == t) else {
                lonely += 1;
                continue;
            };
            for (v, series) in [(n, total), (b, bad)] {
                if !(0.0..9e15).contains(&v) {
                    return Err(Error::argument(format!(
                        "“{}” counts {v} at {}",
                        series.identity().title(),
                        Timestamp(t)
                    ))
                    .hint("a count is 0 or more; read a cumulative one with --kind counter"));
                }
            }
            broken += u64::from(n.fract() != 0.0 || b.fract() != 0.0);
            let (n, b) = (n.round() as u64, b.round() as u64);
            if b > n {
                return Err(Error::mismatch(format!("{b} of {n} are bad at {}", Timestamp(t)))
                    .hint(format!("choose the columns with --total and --bad; “{title}” is read as the total")));
            }
            out.times.push(t);
            out.total.push(n);
            out.bad.push(b);
            out.in_doubt.push(0);
        }
        lonely += others.count() as u64;
        if out.times.is_empty() {
            return Err(Error::empty(format!("no row has both “{title}” and “{}”", bad.identity().title())));
        }
        if lonely > 0 {
            notes.push(format!("{lonely} rows have one of the two counts and were left out"));
        }
        if broken > 0 {
            notes.push(format!("{broken} rows have fractions, rounded to whole counts"));
        }
        out.notes = notes;
        Ok(out)
    }

    /// The total's name and labels.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The first instants of the rows, in nanoseconds since the epoch, strictly increasing.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// How many there were in each row.
    pub fn total(&self) -> &[u64] {
        &self.total
    }

    /// How many of them were bad.
    pub fn bad(&self) -> &[u64] {
        &self.bad
    }

    /// How long a row lasts.
    pub fn step(&self) -> Span {
        self.step
    }

    /// What a reader must know.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The window from the first row's beginning to the last one's end.
    pub fn window(&self) -> Window {
        crate::series::covering(&self.times, Some(self.step))
    }

    /// The rows that begin in `[from, to)`.
    pub(super) fn range(&self, from: Timestamp, to: Timestamp) -> std::ops::Range<usize> {
        let a = self.times.partition_point(|&t| t < from.0);
        a..self.times.partition_point(|&t| t < to.0).max(a)
    }
}

/// The samples of a counter at whose times the other one has a sample too, so that both count over the same stretches, and how
/// many others there are.
fn at_times_of(counter: &Counter, other: &Counter) -> Result<(Counter, u64)> {
    let (samples, shared) = (counter.samples(), other.samples().times());
    let kept = samples.times().iter().zip(samples.values()).filter(|(t, _)| shared.binary_search(t).is_ok());
    let (times, values): (Vec<i64>, Vec<f64>) = kept.map(|(t, v)| (*t, *v)).unzip();
    let passed = (samples.len() - times.len()) as u64;
    let kept = Counter::new(counter.identity().clone(), times, values, crate::series::NanPolicy::Refuse)?;
    Ok((kept, passed))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::NanPolicy;

    fn series(times: &[i64], values: &[f64]) -> Series {
        Series::new(Identity::default(), times.to_vec(), values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn rows_are_paired_by_time() {
        let counts = Counts::from_deltas(
            &series(&[0, 10, 20, 40], &[5.0, 6.0, 7.0, 8.0]),
            &series(&[0, 20, 30, 40], &[1.0, 2.0, 9.0, 3.0]),
        );
        let counts = counts.unwrap();
        assert_eq!((counts.times(), counts.total(), counts.bad()), (&[0, 20, 40][..], &[5, 7, 8][..], &[1, 2, 3][..]));
        assert_eq!((counts.step(), counts.notes().len()), (Span(10), 1));
        assert!(counts.notes()[0].starts_with("2 rows"));
        let refused = |n: &[f64], b: &[f64]| {
            Counts::from_deltas(&series(&[0, 1], n), &series(&[0, 1], b)).unwrap_err().to_string()
        };
        assert!(refused(&[1.0, 1.0], &[0.0, 2.0]).contains("2 of 1 are bad"));
        assert!(refused(&[1.0, -1.0], &[0.0, 0.0]).contains("counts -1"));
    }

    #[test]
    fn counters_count_from_sample_to_sample() {
        let counter = |values: &[f64]| Counter::from_series(series(&[0, 10, 20, 30], values)).unwrap();
        let counts =
            Counts::from_counters(&counter(&[100.0, 150.0, 30.0, 60.0]), &counter(&[3.0, 4.0, 1.0, 1.0])).unwrap();
        assert_eq!(
            (counts.times(), counts.total(), counts.bad()),
            (&[0, 10, 20][..], &[50, 30, 30][..], &[1, 1, 0][..])
        );
        assert!(counts.notes().iter().any(|n| n.contains("reset 1 time")));
        assert_eq!(counts.window().end(), Timestamp(30));
    }
}
