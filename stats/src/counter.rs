//! Cumulative counters. A counter stays a counter until an increase or a rate is asked for.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::series::{Dropped, Identity, NanPolicy, Series};
use crate::time::{Grid, Span, Timestamp, Window};
use crate::unit::Unit;
use crate::words::agreeing;

/// The most windows that [`Counter::increase_per_window`] makes.
const MAX_WINDOWS: i64 = 1 << 26;

/// A cumulative counter: samples that only rise, but for resets to a lower value.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    samples: Series,
}

/// What became of samples that were taken in the order of their arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ingested {
    /// Samples that were kept.
    pub accepted: u64,
    /// Samples that repeat the last time and value: no news, and no harm.
    pub repeated: u64,
    /// Samples at the last time with another value: the first one stays.
    pub conflicting: u64,
    /// Samples older than the newest one.
    pub out_of_order: u64,
    /// Values that are NaN or infinite.
    pub unusable: u64,
}

impl Ingested {
    /// How many samples were lost: all but those accepted and the repetitions.
    pub fn lost(self) -> u64 {
        self.conflicting + self.out_of_order + self.unusable
    }
}

impl Counter {
    /// A counter from columns of equal length: times in nanoseconds since the epoch and cumulative values.
    ///
    /// # Errors
    /// As [`Series::new`], and [`Argument`](crate::ErrorKind::Argument) on a negative value.
    pub fn new(identity: Identity, times: Vec<i64>, values: Vec<f64>, policy: NanPolicy) -> Result<Self> {
        Self::from_series(Series::new(identity, times, values, policy)?)
    }

    /// Takes a series as the samples of a counter.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) on a negative value: a counter never is.
    pub fn from_series(samples: Series) -> Result<Self> {
        match samples.values().iter().position(|v| *v < 0.0) {
            Some(i) => Err(Error::argument(format!(
                "a counter is never negative, but reads {} at {}",
                samples.values()[i],
                Timestamp(samples.times()[i])
            ))
            .hint("read it as a gauge")),
            None => Ok(Self { samples }),
        }
    }

    /// A counter as Prometheus would have stored it (without an out-of-order window): samples are taken in the order of
    /// arrival, one that is older than the newest is refused, and of several at one time the first stays. What was refused is
    /// counted.
    ///
    /// [`Counter::new`] sorts instead, and keeps the last of several: compare the two to see what was lost.
    ///
    /// ```
    /// use sre_stats::counter::Counter;
    /// use sre_stats::series::Identity;
    /// let (counter, what) = Counter::as_ingested(Identity::default(), &[10, 30, 20, 30], &[1.0, 3.0, 2.0, 4.0])?;
    /// assert_eq!(counter.samples().values(), [1.0, 3.0]);
    /// assert_eq!((what.accepted, what.out_of_order, what.conflicting), (2, 1, 1));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Counter::new`].
    pub fn as_ingested(identity: Identity, times: &[i64], values: &[f64]) -> Result<(Self, Ingested)> {
        if times.len() != values.len() {
            return Err(Error::mismatch(format!("{} times and {} values", times.len(), values.len())));
        }
        let mut what = Ingested::default();
        let (mut kept_times, mut kept_values) = (Vec::with_capacity(times.len()), Vec::with_capacity(times.len()));
        let mut newest: Option<(i64, f64)> = None;
        for (&t, &v) in times.iter().zip(values) {
            match newest {
                _ if !v.is_finite() => what.unusable += 1,
                Some((last, _)) if t < last => what.out_of_order += 1,
                Some((last, value)) if t == last && v == value => what.repeated += 1,
                Some((last, _)) if t == last => what.conflicting += 1,
                _ => {
                    newest = Some((t, v));
                    kept_times.push(t);
                    kept_values.push(v);
                }
            }
        }
        what.accepted = kept_times.len() as u64;
        Ok((Self::new(identity, kept_times, kept_values, NanPolicy::Refuse)?, what))
    }

    /// The raw cumulative samples.
    pub fn samples(&self) -> &Series {
        &self.samples
    }

    /// Name, labels and unit.
    pub fn identity(&self) -> &Identity {
        self.samples.identity()
    }

    /// Name, labels and unit, to be changed.
    pub(crate) fn identity_mut(&mut self) -> &mut Identity {
        self.samples.identity_mut()
    }

    /// What was left out on the way in.
    pub fn dropped(&self) -> Dropped {
        self.samples.dropped()
    }

    /// The same counter, of which more was left out before.
    #[must_use]
    pub(crate) fn with_dropped(self, before: Dropped) -> Self {
        Self { samples: self.samples.with_dropped(before) }
    }

    /// The window from the first sample to one step after the last.
    pub fn window(&self) -> Window {
        self.samples.window()
    }

    /// The times of the first sample after each reset.
    pub fn resets(&self) -> Vec<Timestamp> {
        let values = self.samples.values();
        (1..values.len()).filter(|&i| values[i] < values[i - 1]).map(|i| Timestamp(self.samples.times()[i])).collect()
    }

    /// How much was counted between each sample and the one before it, at the time of the later one.
    ///
    /// After a reset the counter began at 0 again: the increase is the new value, a lower bound of what was counted.
    /// Where a scrape is missing the increase belongs to the whole gap.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) with fewer than two samples.
    pub fn increases(&self) -> Result<Series> {
        let (times, values) = (self.samples.times(), self.samples.values());
        if times.len() < 2 {
            return Err(Error::empty(format!("“{}” has one sample; an increase needs two", self.identity().title())));
        }
        let delta = (1..values.len())
            .map(|i| if values[i] < values[i - 1] { values[i] } else { values[i] - values[i - 1] })
            .collect();
        Series::new(self.identity().clone(), times[1..].to_vec(), delta, NanPolicy::Refuse)
    }

    /// How much was counted in a window, as far as the samples tell; `None` where they do not reach into it.
    ///
    /// What was counted between two samples is known, when between them is not: where such a stretch reaches over an edge of
    /// the window, the value takes the share of its time that lies inside, so that the increases of neighbouring windows add
    /// up to that of both. The bound takes none and all of it. A reset loses what was counted since the last sample before
    /// it: the increase of that stretch is the new value, at least, and the bound is open above. `n` is the number of
    /// stretches that reach into the window. A reset that the counter outgrew before the next sample leaves no trace.
    ///
    /// Nothing is extrapolated beyond the first and the last sample; a caveat says how much of the window they cover.
    ///
    /// ```
    /// use sre_stats::counter::Counter;
    /// use sre_stats::series::{Identity, NanPolicy};
    /// use sre_stats::time::{Span, Timestamp, Window};
    /// let s = 1_000_000_000;
    /// let times = vec![0, 20 * s, 40 * s, 60 * s, 80 * s];
    /// let counter = Counter::new(Identity::default(), times, vec![0.0, 4.0, 4.0, 8.0, 9.0], NanPolicy::Drop)?;
    /// let increase = counter.increase_in(Window::new(Timestamp(10 * s), Span::MINUTE)?).expect("samples reach into it");
    /// assert_eq!(increase.value, 2.0 + 0.0 + 4.0 + 0.5);
    /// assert_eq!(increase.interval(), Some((4.0, 9.0)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn increase_in(&self, window: Window) -> Option<Estimate> {
        self.increase_with(window, self.longest_typical())
    }

    /// A stretch longer than this misses a sample.
    fn longest_typical(&self) -> i64 {
        self.samples.step().map_or(i64::MAX, |s| s.0.saturating_add(s.0 / 2))
    }

    fn increase_with(&self, window: Window, typical: i64) -> Option<Estimate> {
        let (times, values) = (self.samples.times(), self.samples.values());
        let (from, to) = (window.start.0, window.end().0);
        // stretch i lies between samples i and i + 1
        let first = times.partition_point(|t| *t <= from).saturating_sub(1);
        let mut sum = Stretches::default();
        for (t, v) in times.windows(2).zip(values.windows(2)).skip(first) {
            if t[0] >= to {
                break;
            }
            sum.add((t[0], t[1]), (v[0], v[1]), (from, to), typical);
        }
        sum.told(window, &self.identity().unit)
    }

    /// [`increase_in`](Self::increase_in) for every window of a grid that the samples reach into, in order.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) with fewer than two samples, [`Argument`](crate::ErrorKind::Argument) where the
    /// windows would be more than 2²⁶.
    pub fn increase_per_window(&self, grid: Grid) -> Result<Vec<Estimate>> {
        let times = self.samples.times();
        let (Some(&first), Some(&last)) = (times.first(), times.last().filter(|_| times.len() > 1)) else {
            return Err(Error::empty(format!("“{}” has one sample; an increase needs two", self.identity().title())));
        };
        let (a, b) = (grid.index(Timestamp(first)), grid.index(Timestamp(last.saturating_sub(1))));
        if b - a >= MAX_WINDOWS {
            return Err(Error::argument(format!("{} windows of {} are too many", b - a + 1, grid.width()))
                .hint("choose a greater width"));
        }
        let typical = self.longest_typical();
        Ok((a..=b).filter_map(|i| self.increase_with(grid.window(i), typical)).collect())
    }

    /// The rate per second between neighbouring samples, at the time of the later one; nothing across a gap of more than
    /// `max_gap`, which is not known to be covered evenly.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where no two samples are near enough.
    pub fn rate(&self, max_gap: Span) -> Result<Series> {
        let increases = self.increases()?;
        let times = self.samples.times();
        let mut out = (Vec::new(), Vec::new());
        for (i, (&t, &v)) in increases.times().iter().zip(increases.values()).enumerate() {
            let dt = t.saturating_sub(times[i]);
            if dt <= max_gap.0 {
                out.0.push(t);
                out.1.push(v / Span(dt).as_secs_f64());
            }
        }
        let mut identity = self.identity().clone();
        identity.unit = Unit::PerSecond(Box::new(identity.unit));
        Series::new(identity, out.0, out.1, NanPolicy::Refuse)
    }
}

/// What the stretches between neighbouring samples add up to in a window.
#[derive(Default)]
struct Stretches {
    n: u64,
    value: f64,
    lower: f64,
    upper: f64,
    resets: u64,
    bridged: u64,
    covered: i64,
}

impl Stretches {
    fn add(&mut self, time: (i64, i64), value: (f64, f64), window: (i64, i64), typical: i64) {
        let overlap = time.1.min(window.1).saturating_sub(time.0.max(window.0));
        let length = time.1.saturating_sub(time.0);
        if overlap <= 0 {
            return;
        }
        let reset = value.1 < value.0;
        let grown = if reset { value.1 } else { value.1 - value.0 };
        self.n += 1;
        self.covered = self.covered.saturating_add(overlap);
        self.resets += u64::from(reset);
        self.bridged += u64::from(length > typical);
        if overlap == length {
            self.value += grown;
            self.lower += grown;
        } else {
            self.value += grown * (overlap as f64 / length as f64);
        }
        self.upper += if reset { f64::INFINITY } else { grown };
    }

    fn told(&self, window: Window, unit: &Unit) -> Option<Estimate> {
        if self.n == 0 {
            return None;
        }
        let scope = Scope::new(unit.clone(), window);
        let method = Method::Named("increase between samples");
        let mut out = Estimate::new(self.value, method, self.n, &scope);
        if self.lower < self.upper {
            out.bound = Bound::Guaranteed { lower: self.lower, upper: self.upper };
        }
        if self.resets > 0 {
            out.caveats.push(format!("{} what was counted before", agreeing(self.resets, "reset", "loses", "lose")));
        }
        if self.bridged > 0 {
            out.caveats.push(format!("{} taken as even: no samples", agreeing(self.bridged, "gap", "is", "are")));
        }
        if self.covered < window.width.0 {
            let covered = Span(self.covered).about();
            out.caveats.push(format!("the samples cover {covered} of {}", window.width.about()));
            if let Bound::Exact = out.bound {
                out.bound = Bound::Guaranteed { lower: self.lower, upper: f64::INFINITY };
            } else if let Bound::Guaranteed { upper, .. } = &mut out.bound {
                *upper = f64::INFINITY;
            }
        }
        Some(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: i64 = 1_000_000_000;

    fn counter(times_s: &[i64], values: &[f64]) -> Counter {
        let times = times_s.iter().map(|t| t * S).collect();
        Counter::new(Identity::new("requests_total", Unit::Count), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    fn window(from_s: i64, width_s: i64) -> Window {
        Window::new(Timestamp(from_s * S), Span::from_secs(width_s)).unwrap()
    }

    #[test]
    fn a_reset_and_missing_samples_open_the_bound_and_are_said() {
        let c = counter(&[0, 10, 20, 30, 80, 90], &[5.0, 7.0, 9.0, 4.0, 14.0, 15.0]);
        let all = c.increase_in(window(0, 90)).unwrap();
        assert_eq!((all.value, all.n), (2.0 + 2.0 + 4.0 + 10.0 + 1.0, 5));
        assert_eq!(all.interval(), Some((19.0, f64::INFINITY)));
        assert!(all.caveats[0].starts_with("1 reset") && all.caveats[1].starts_with("1 gap"), "{:?}", all.caveats);
        // half of the gap lies inside
        let part = c.increase_in(window(30, 25)).unwrap();
        assert_eq!((part.value, part.interval()), (5.0, Some((0.0, 10.0))));
        let exact = c.increase_in(window(0, 20)).unwrap();
        assert_eq!((exact.value, exact.bound.clone()), (4.0, Bound::Exact));
        let beyond = c.increase_in(window(80, 100)).unwrap();
        assert_eq!(beyond.interval(), Some((1.0, f64::INFINITY)));
        assert_eq!(beyond.caveats, ["the samples cover 10s of 1m 40s"]);
        assert!(c.increase_in(window(90, 10)).is_none() && c.increase_in(window(-10, 10)).is_none());
        assert!(counter(&[0], &[1.0]).increase_per_window(Grid::new(Span::MINUTE, Span::ZERO).unwrap()).is_err());
    }

    proptest! {
        /// Unit events at random times, a scraper that reads their number at random times: the truth is inside every bound,
        /// and windows add up.
        #[test]
        fn the_truth_is_in_the_bound_and_windows_add_up(
            events in prop::collection::vec(0_i64..2000, 0..80),
            scrapes in prop::collection::btree_set(0_i64..2000, 2..60),
            width in 1_i64..500,
            phase in 0_i64..500,
            restart in prop::option::of(0_i64..2000),
        ) {
            let times: Vec<i64> = scrapes.into_iter().collect();
            // what a process shows that restarted once: events since the restart
            let read = |t: i64| {
                let since = restart.filter(|r| *r <= t).unwrap_or(i64::MIN);
                events.iter().filter(|e| **e > since && **e <= t).count() as f64
            };
            let c = counter(&times, &times.iter().map(|t| read(*t)).collect::<Vec<_>>());
            // a restart that the next sample outgrew cannot be seen by anyone
            prop_assume!(restart.is_none_or(|r| {
                let nothing_lost = |t: i64| read(t) == 0.0 && !events.iter().any(|e| *e > t && *e <= r);
                times.windows(2).all(|t| r <= t[0] || r > t[1] || read(t[1]) < read(t[0]) || nothing_lost(t[0]))
            }));
            let grid = Grid::new(Span::from_secs(width), Span::from_secs(phase)).unwrap();
            let (first, last) = (times[0], times[times.len() - 1]);
            let per_window = c.increase_per_window(grid).unwrap();
            for e in &per_window {
                let w = e.window.unwrap();
                let (a, b) = ((w.start.0 / S).max(first), (w.end().0 / S).min(last));
                let truth = events.iter().filter(|e| **e > a && **e <= b).count() as f64;
                let (lower, upper) = e.interval().unwrap();
                prop_assert!(lower <= truth && truth <= upper, "{w:?}: {truth} in {lower} {upper}");
                prop_assert!(lower <= e.value && e.value <= upper + 1e-9);
            }
            let sum: f64 = per_window.iter().map(|e| e.value).sum();
            let whole: f64 = c.increases().unwrap().values().iter().sum();
            prop_assert!((sum - whole).abs() < 1e-9 * whole.max(1.0), "{sum} {whole}");
        }
    }

    #[test]
    fn arrival_decides_what_is_stored() {
        let times = [10, 20, 20, 20, 15, 30, 40];
        let values = [1.0, 2.0, 2.0, 9.0, 1.5, f64::NAN, 3.0];
        let (c, what) = Counter::as_ingested(Identity::default(), &times, &values).unwrap();
        assert_eq!((c.samples().times(), c.samples().values()), (&[10, 20, 40][..], &[1.0, 2.0, 3.0][..]));
        let expected = Ingested { accepted: 3, repeated: 1, conflicting: 1, out_of_order: 1, unusable: 1 };
        assert_eq!((what, what.lost()), (expected, 3));
        assert!(Counter::as_ingested(Identity::default(), &[1], &[]).is_err());
    }

    #[test]
    fn a_reset_counts_from_zero_and_a_gap_has_no_rate() {
        let s = 1_000_000_000;
        let c = Counter::new(
            Identity::new("requests_total", Unit::Count),
            vec![0, s, 2 * s, 10 * s],
            vec![5.0, 8.0, 2.0, 4.0],
            NanPolicy::Drop,
        )
        .unwrap();
        assert_eq!(c.increases().unwrap().values(), [3.0, 2.0, 2.0]);
        assert_eq!(c.resets(), [Timestamp(2 * s)]);
        assert_eq!(c.rate(Span::from_secs(2)).unwrap().values(), [3.0, 2.0]);
    }
}
