//! Counts from counters that a label tells apart by how the events went.

use super::{Counts, Late};
use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::series::{Identity, most_frequent_step, step_of};
use crate::time::Span;
use crate::words::counted;

impl Counts {
    /// Counts from the counters of one metric that differ in how their events went, such as `requests_total` by `code`: all of them
    /// together are the total, those marked `true` the bad ones.
    ///
    /// They are taken to be scraped together: samples of different counters within half a step are of one scrape. A counter that falls was
    /// reset; one that is gone for a while and comes back higher was not.
    ///
    /// What the first sample of a counter shows that began after the others may have come since their sample before, as where a client makes
    /// it with its first event, or long ago, where only its earlier samples are missing. Where all the others were reset there, it was counted
    /// since. Else it is not known: what a counter of bad events shows counts as bad and is [`in_doubt`](Self::in_doubt), what one of good
    /// events shows is not counted, and [`evaluate`](crate::slo::evaluate) gives its numbers with both ends as their bounds. (Prometheus'
    /// `increase` sees none in a first sample.)
    ///
    /// ```
    /// use sre_stats::counter::Counter;
    /// use sre_stats::series::{Identity, NanPolicy};
    /// use sre_stats::slo::Counts;
    /// let second = 1_000_000_000;
    /// let counter = |times: &[i64], values: &[f64]| {
    ///     let times = times.iter().map(|t| t * second).collect();
    ///     Counter::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse)
    /// };
    /// let good = counter(&[0, 15, 30, 45], &[100.0, 110.0, 125.0, 130.0])?;
    /// let bad = counter(&[30, 45], &[2.0, 3.0])?;
    /// let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)])?;
    /// assert_eq!((counts.total(), counts.bad()), (&[10, 17, 6][..], &[0, 2, 1][..]));
    /// assert_eq!(counts.in_doubt(), [0, 2, 0]);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where all of them together have fewer than two times.
    pub fn from_outcomes(identity: Identity, counters: &[(bool, &Counter)]) -> Result<Self> {
        let scrapes = Scrapes::of(counters);
        let rows = scrapes.starts.len().saturating_sub(1);
        if rows == 0 {
            return Err(Error::empty(format!(
                "“{}” has one time only, and nothing is counted between",
                identity.title()
            )));
        }
        let (mut times, step) = (scrapes.starts, scrapes.step);
        let first = times.first().copied().unwrap_or_default();
        let gaps = times.windows(2).filter(|w| matches!(w, [a, b] if b.saturating_sub(*a) > step.0 / 2 * 3)).count();
        let mut sums = [vec![0.0_f64; rows], vec![0.0_f64; rows]];
        // what first samples show that may be from before
        let mut doubtful = [vec![0.0_f64; rows], vec![0.0_f64; rows]];
        let begun_anew = begun_anew(counters, &scrapes.of_samples, rows);
        let (mut resets, mut late, mut anew) = (0_u64, 0_u64, 0_u64);
        for ((bad, counter), scrape_of) in counters.iter().zip(&scrapes.of_samples) {
            let mut before: Option<f64> = None;
            let samples = counter.samples();
            for ((value, time), scrape) in samples.values().iter().zip(samples.times()).zip(scrape_of) {
                let row = scrape.saturating_sub(1);
                let (to, increase) = match before {
                    Some(before) if *value >= before => (&mut sums, value - before),
                    Some(_) => {
                        resets += 1;
                        (&mut sums, *value)
                    }
                    // less than a step after the first of all it can have had none before it: targets are scraped at offsets
                    None if *scrape == 0 || time.saturating_sub(first) < step.0 / 10 * 9 => (&mut sums, 0.0),
                    None if begun_anew.get(row) == Some(&true) => {
                        anew += u64::from(*value > 0.0);
                        (&mut sums, *value)
                    }
                    None => {
                        late += u64::from(*value > 0.0);
                        (&mut doubtful, *value)
                    }
                };
                before = Some(*value);
                if let Some(sum) = to[usize::from(*bad)].get_mut(row) {
                    *sum += increase;
                }
            }
        }
        let [good, bad] = sums;
        let [late_good, late_bad] = doubtful;
        let mut notes = Vec::new();
        if resets > 0 {
            notes.push(format!(
                "the counters were reset {}: what they counted before each is lost",
                counted(resets, "time")
            ));
        }
        if anew > 0 {
            notes.push(format!(
                "{} began where the others were reset: what its first sample shows is counted there",
                counted(anew, "counter")
            ));
        }
        let (in_doubt, unseen) = (whole(&late_bad), whole(&late_good));
        let late = (late > 0).then(|| Late { bad: in_doubt.clone(), good: unseen, counters: late });
        notes.extend(late.as_ref().map(Late::as_bad));
        if gaps > 0 {
            notes.push(format!(
                "samples are missing in {}: what was counted there is put at each one’s beginning",
                counted(gaps as u64, "place")
            ));
        }
        let parts = good.iter().chain(&bad).chain(&late_good).chain(&late_bad).filter(|v| v.fract() != 0.0).count();
        if parts > 0 {
            notes.push(format!(
                "{} not whole: what is left of one is counted with the next, so that all together are right to within one",
                if parts == 1 { "one increase is".to_owned() } else { format!("{parts} increases are") }
            ));
        }
        let plus =
            |a: Vec<u64>, b: &[u64]| -> Vec<u64> { a.into_iter().zip(b).map(|(a, b)| a.saturating_add(*b)).collect() };
        let bad = plus(whole(&bad), &in_doubt);
        times.truncate(rows);
        Ok(Self {
            identity,
            times,
            total: plus(whole(&good), &bad),
            bad,
            step: Span(step.0.max(1)),
            condition: None,
            late,
            in_doubt,
            notes,
        })
    }

    /// The same counts without what may be from before the data, as a rule on `increase` or `rate` sees them; `None` where nothing is late.
    pub(in crate::slo) fn without_late(&self) -> Option<Self> {
        let late = self.late.as_ref()?;
        let minus = |column: &[u64]| column.iter().zip(&late.bad).map(|(n, late)| n.saturating_sub(*late)).collect();
        let as_bad = late.as_bad();
        let told = |note: &String| if *note == as_bad { late.as_unseen() } else { note.clone() };
        Some(Self {
            total: minus(&self.total),
            bad: minus(&self.bad),
            in_doubt: minus(&self.in_doubt),
            late: None,
            notes: self.notes.iter().map(told).collect(),
            ..self.clone()
        })
    }
}

impl Late {
    /// How it is where the bad ones count.
    fn as_bad(&self) -> String {
        let (began, bad, good) = self.told();
        format!(
            "{began}: {bad} bad events that may not be of this time count as bad, {good} good ones do not count, and the bounds say what \
             that does"
        )
    }

    /// How it is where none of them counts.
    fn as_unseen(&self) -> String {
        let (began, bad, good) = self.told();
        format!(
            "{began}: {bad} bad events and {good} good ones are not replayed, as a rate or an increase sees none of them"
        )
    }

    fn told(&self) -> (String, u64, u64) {
        let sum = |column: &[u64]| column.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
        let began = format!(
            "{} began after the others, and what its first sample shows may be from before",
            counted(self.counters, "counter")
        );
        (began, sum(&self.bad), sum(&self.good))
    }
}

/// When counters were scraped.
struct Scrapes {
    /// The first time of each scrape.
    starts: Vec<i64>,
    /// For each counter the scrape of each of its samples.
    of_samples: Vec<Vec<usize>>,
    step: Span,
}

impl Scrapes {
    /// Times of different counters within half a step are of one scrape: targets are scraped at times of their own.
    fn of(counters: &[(bool, &Counter)]) -> Self {
        let own = counters.iter().flat_map(|(_, c)| c.samples().times().windows(2));
        let distances = own.filter_map(|w| if let [a, b] = w { Some(b.saturating_sub(*a)) } else { None }).collect();
        let mut all: Vec<(i64, usize)> = Vec::new();
        for (number, (_, counter)) in counters.iter().enumerate() {
            all.extend(counter.samples().times().iter().map(|time| (*time, number)));
        }
        all.sort_unstable();
        // each counter may have one sample
        let of_all = || most_frequent_step(&all.iter().map(|(time, _)| *time).collect::<Vec<_>>());
        let step = step_of(distances).or_else(of_all).unwrap_or(Span::MINUTE).0;
        let mut starts: Vec<i64> = Vec::new();
        let mut of_samples = vec![Vec::new(); counters.len()];
        for (time, number) in all {
            let Some(of_counter) = of_samples.get_mut(number) else { continue };
            let here = starts.len().checked_sub(1);
            // a counter is in a scrape once
            let joins = starts.last().is_some_and(|start| time.saturating_sub(*start) < (step / 2).max(1))
                && of_counter.last() != here.as_ref();
            if !joins {
                starts.push(time);
            }
            of_counter.push(starts.len() - 1);
        }
        Self { starts, of_samples, step: Span(step) }
    }
}

/// For each row, whether at its end the counters that were above 0 all had fallen, at least one.
fn begun_anew(counters: &[(bool, &Counter)], of_samples: &[Vec<usize>], rows: usize) -> Vec<bool> {
    let mut fell = vec![None; rows];
    for ((_, counter), scrapes) in counters.iter().zip(of_samples) {
        for (values, scrape) in counter.samples().values().windows(2).zip(scrapes.iter().skip(1)) {
            if let ([before, now], Some(all)) = (values, fell.get_mut(scrape.saturating_sub(1)))
                && *before > 0.0
            {
                *all = Some(all.unwrap_or(true) && now < before);
            }
        }
    }
    fell.into_iter().map(|fell| fell == Some(true)).collect()
}

/// The running sum of increases, rounded, as what is added in each row: no row is rounded on its own, or many small ones would be lost.
fn whole(increases: &[f64]) -> Vec<u64> {
    let mut left = 0.0_f64;
    let round = |increase: &f64| {
        let exact = increase + left;
        let rounded = (exact + 0.5).floor();
        left = exact - rounded;
        rounded as u64
    };
    increases.iter().map(round).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::Bound;
    use crate::series::NanPolicy;
    use crate::slo::{Options, SloInput, evaluate};
    use crate::window::Verdict;

    fn counter(times: &[i64], values: &[f64]) -> Counter {
        let times = times.iter().map(|t| t * 1_000_000_000).collect();
        Counter::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn fractions_add_up() {
        // by hand: 1000 steps of 2/5 are 400, and of each five two
        let times: Vec<i64> = (0..=1000).map(|i| i * 15).collect();
        let good = counter(&times, &(0..=1000).map(|i| f64::from(i) * 0.4).collect::<Vec<_>>());
        let bad = counter(&times, &(0..=1000).map(|i| f64::from(i) * 0.25).collect::<Vec<_>>());
        let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)]).unwrap();
        let sum = |counts: &[u64]| counts.iter().sum::<u64>();
        assert_eq!((sum(counts.total()), sum(counts.bad())), (650, 250));
        assert!(counts.bad().chunks(4).all(|four| sum(four) == 1));
        assert!(
            counts.notes().iter().any(|note| note.contains("2000 increases are not whole")),
            "{:?}",
            counts.notes()
        );
    }

    #[test]
    fn resets_late_counters_and_gaps_by_hand() {
        let good = counter(&[0, 10, 20, 30, 60], &[5.0, 9.0, 3.0, 4.0, 10.0]);
        let errors = counter(&[10, 30, 60], &[1.0, 2.0, 2.0]);
        let timeouts = counter(&[20, 60], &[4.0, 1.0]);
        let counts =
            Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &errors), (true, &timeouts)]).unwrap();
        // good: +4, reset to 3, +1, +6; errors: 1 at its first sample, nothing seen, +1, 0; timeouts: -, 4, -, reset to 1
        assert_eq!(counts.bad(), [1, 4, 1, 1]);
        assert_eq!(counts.total(), [5, 7, 2, 7]);
        assert_eq!(counts.times(), [0, 10, 20, 30].map(|t| t * 1_000_000_000_i64));
        assert_eq!(counts.notes().len(), 4, "{:?}", counts.notes());
        let report =
            evaluate(&"99% of requests ok over 1h".parse().unwrap(), SloInput::Counts(&counts), &Options::default())
                .unwrap();
        // the timeouts began with the reset; the first error may be from before: of 21 events 7 are bad, or of 20 six
        assert_eq!(counts.in_doubt(), [1, 0, 0, 0]);
        let level = report.methods.occurrences.unwrap();
        assert_eq!(
            (level.value, level.bound),
            (14.0 / 21.0, Bound::Guaranteed { lower: 14.0 / 21.0, upper: 14.0 / 20.0 })
        );
        assert!(Counts::from_outcomes(Identity::default(), &[(false, &counter(&[5], &[1.0]))]).is_err());
    }
    /// An old counter of which the first scrape is missing, that of good or of bad events, beside 200 scrapes of 50 events each.
    #[test]
    fn a_late_first_sample_is_not_charged_as_if_it_were_of_this_time() {
        let times: Vec<i64> = (0..200).map(|i| 15 * i).collect();
        let steady = counter(&times, &(0..200).map(|i| 1e6 + 50.0 * f64::from(i)).collect::<Vec<_>>());
        let old = counter(&times[1..], &vec![20_000.0; 199]);
        let judged = |bad_is_old: bool| {
            let both = [(!bad_is_old, &steady), (bad_is_old, &old)];
            let counts = Counts::from_outcomes(Identity::default(), &both).unwrap();
            let objective = "50% of requests ok over 1h".parse().unwrap();
            let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
            assert!(report.caveats.iter().any(|c| c.contains("may be from before")), "{:?}", report.caveats);
            report
        };
        let bounds = |of: &crate::estimate::Estimate| match of.bound {
            Bound::Guaranteed { lower, upper } => (lower, upper),
            ref other => panic!("{other:?}"),
        };
        // by hand: 199 × 50 = 9950 events came of the steady one, and none or 20 000 of the old one
        let report = judged(true);
        assert_eq!(bounds(report.methods.occurrences.as_ref().unwrap()), (9950.0 / 29_950.0, 1.0));
        assert_eq!(bounds(&report.budget.spent), (0.0, 20_000.0));
        assert_eq!(bounds(&report.budget.allowed), (4975.0, 14_975.0));
        assert_eq!(report.verdict, Verdict::Undecidable);
        let report = judged(false);
        assert_eq!(bounds(report.methods.occurrences.as_ref().unwrap()), (0.0, 20_000.0 / 29_950.0));
        assert_eq!(bounds(&report.budget.spent), (9950.0, 9950.0));
        // where both kinds are late, the fewest events are without either and the most with both
        let more = [(false, &steady), (false, &old), (true, &old)];
        let counts = Counts::from_outcomes(Identity::default(), &more).unwrap();
        let objective = "50% of requests ok over 1h".parse().unwrap();
        let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
        assert_eq!(bounds(&report.budget.allowed), (4975.0, 24_975.0));
        assert_eq!(bounds(&report.budget.left), (4975.0 - 10_000.0, 14_975.0));
    }

    /// Where all others fall at once, the process began anew, and so did a counter that is new there.
    #[test]
    fn a_first_sample_at_a_reset_of_all_is_counted() {
        let good = counter(&[0, 10, 20], &[50.0, 7.0, 9.0]);
        let bad = counter(&[10, 20], &[3.0, 4.0]);
        let counts = |others: &[(bool, &Counter)]| Counts::from_outcomes(Identity::default(), others).unwrap();
        let alone = counts(&[(false, &good), (true, &bad)]);
        assert_eq!((alone.total(), alone.bad(), alone.in_doubt()), (&[10, 3][..], &[3, 1][..], &[0, 0][..]));
        // another process goes on
        let other = counter(&[0, 10, 20], &[5.0, 5.0, 5.0]);
        assert_eq!(counts(&[(false, &good), (true, &bad), (false, &other)]).in_doubt(), [3, 0]);
    }

    /// Two targets, scraped every 15 s, one 4 ms after the other: the rows are of 15 s, as if both were scraped at once.
    #[test]
    fn scrapes_a_few_milliseconds_apart_are_one() {
        let milliseconds = |late: i64, values: &[f64]| {
            let times = (0..values.len() as i64).map(|i| (15_000 * i + late) * 1_000_000).collect();
            Counter::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse).unwrap()
        };
        let values: Vec<f64> = (0..100).map(|i| 1000.0 + 50.0 * f64::from(i)).collect();
        let errors: Vec<f64> = (0..100).map(|i| 10.0 + f64::from(i / 11)).collect();
        let of = |late: i64| {
            let (good, bad) = (milliseconds(0, &values), milliseconds(late, &errors));
            Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)]).unwrap()
        };
        for late in [4, -4, 7000] {
            let counts = of(late);
            assert_eq!((counts.step(), counts.times().len()), (Span::from_secs(15), 99), "{late}");
            assert_eq!((counts.total(), counts.bad()), (of(0).total(), of(0).bad()), "{late}");
            // 0, 9 × 11 = 99: nine errors came
            assert_eq!(counts.bad().iter().sum::<u64>(), 9);
            assert_eq!((counts.notes(), counts.in_doubt().iter().sum::<u64>()), (&[][..], 0), "{late}");
        }
        // targets that are scraped at offsets of half a step and more: nothing came before the first sample of either
        for late in [8000, 12_000] {
            let counts = of(late);
            assert_eq!((counts.bad().iter().sum::<u64>(), counts.in_doubt().iter().sum::<u64>()), (9, 0), "{late}");
            assert_eq!(counts.total().iter().sum::<u64>(), of(0).total().iter().sum::<u64>());
        }
    }
}
