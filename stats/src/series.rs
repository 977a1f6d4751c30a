//! A gauge over time: sorted, owned columns in which a gap is a gap and never a zero.

use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::labels::Labels;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// What identifies a series: its name, its labels and the unit of its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The metric's or column's name.
    pub name: String,
    /// The labels.
    pub labels: Labels,
    /// The unit of the values.
    pub unit: Unit,
}

impl Identity {
    /// A name and a unit, without labels.
    pub fn new(name: impl Into<String>, unit: Unit) -> Self {
        Self { name: name.into(), labels: Labels::new(), unit }
    }

    /// The name with its labels, as a legend shows it.
    pub fn title(&self) -> String {
        if self.labels.is_empty() { self.name.clone() } else { format!("{}{}", self.name, self.labels) }
    }
}

/// What was left out of a column on the way in, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Dropped {
    /// Values that were not numbers.
    pub nan: u64,
    /// Values that were +∞ or −∞.
    pub infinite: u64,
    /// Samples at a time that had one already; the last one in the input is kept.
    pub duplicate: u64,
}

impl Dropped {
    /// How many were dropped in all.
    pub fn total(self) -> u64 {
        self.nan + self.infinite + self.duplicate
    }

    /// What was left out of two parts together.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            nan: self.nan + other.nan,
            infinite: self.infinite + other.infinite,
            duplicate: self.duplicate + other.duplicate,
        }
    }
}

/// What to do with NaN and ±∞ in input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NanPolicy {
    /// Leave them out, and count them.
    #[default]
    Drop,
    /// Refuse the input.
    Refuse,
}

/// One value at each of several times, strictly increasing, all finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    identity: Identity,
    times: Vec<i64>,
    values: Vec<f64>,
    dropped: Dropped,
}

impl Series {
    /// A series from columns of equal length: times in nanoseconds since the epoch, in any order, and values.
    ///
    /// Samples are sorted by time; of several at one time the last in the input stays. NaN and infinities follow `policy`.
    ///
    /// ```
    /// use sre_stats::series::{Identity, NanPolicy, Series};
    /// use sre_stats::unit::Unit;
    /// let series = Series::new(Identity::new("up", Unit::None), vec![2, 1], vec![0.0, 1.0], NanPolicy::Drop)?;
    /// assert_eq!(series.values(), [1.0, 0.0]);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, [`Empty`](crate::ErrorKind::Empty) where no
    /// sample is left, [`Argument`](crate::ErrorKind::Argument) on a value that the policy refuses.
    pub fn new(identity: Identity, times: Vec<i64>, values: Vec<f64>, policy: NanPolicy) -> Result<Self> {
        if times.len() != values.len() {
            return Err(Error::mismatch(format!("{} times and {} values", times.len(), values.len())));
        }
        let (mut times, mut values) = (times, values);
        let mut dropped = drop_unusable(&mut times, &mut values, policy)?;
        if !times.is_sorted_by(|a, b| a < b) {
            let mut order: Vec<usize> = (0..times.len()).collect();
            order.sort_by_key(|&i| times[i]);
            let (old_times, old_values) = (times, values);
            times = Vec::with_capacity(old_times.len());
            values = Vec::with_capacity(old_times.len());
            for i in order {
                if times.last() == Some(&old_times[i]) {
                    dropped.duplicate += 1;
                    times.pop();
                    values.pop();
                }
                times.push(old_times[i]);
                values.push(old_values[i]);
            }
        }
        if times.is_empty() {
            return Err(Error::empty(format!("no usable sample in “{}”", identity.title())));
        }
        Ok(Self { identity, times, values, dropped })
    }

    /// Name, labels and unit.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Name, labels and unit, to be changed.
    pub(crate) fn identity_mut(&mut self) -> &mut Identity {
        &mut self.identity
    }

    /// Times in nanoseconds since the epoch, strictly increasing.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The values, all finite.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The number of samples, at least 1.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Never true; here because clippy and readers expect it beside `len`.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// What was left out on the way in.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Why these may be several series mixed, if they may: more than a tenth of the samples shared their time with another.
    pub(crate) fn mixed(&self) -> Option<String> {
        let duplicate = self.dropped().duplicate;
        let many = duplicate as f64 > 0.1 * (self.len() as f64 + duplicate as f64);
        many.then(|| {
            format!(
                "{duplicate} samples share their time with another: several series may be mixed, tell them apart first"
            )
        })
    }

    /// The same series, of which more was left out before.
    #[must_use]
    pub(crate) fn with_dropped(self, before: Dropped) -> Self {
        Self { dropped: self.dropped.plus(before), ..self }
    }

    /// The usual distance of neighbouring samples; `None` with a single sample.
    ///
    /// It is the most frequent one where a quarter of them are equal. Otherwise, where nine in ten are whole multiples of their median but
    /// for jitter, it is the whole time over the number of steps in it, and a usual step (15 s, 1 min, …) where that fits the times as well;
    /// else the median.
    pub fn step(&self) -> Option<Span> {
        most_frequent_step(&self.times)
    }

    /// The window from the first sample to one step after the last.
    pub fn window(&self) -> Window {
        covering(&self.times, self.step())
    }

    /// Unit and window, for the estimates made from this series.
    pub fn scope(&self) -> Scope {
        Scope::new(self.identity.unit.clone(), self.window())
    }

    /// Gaps: half-open `[last sample + step, next sample)` wherever neighbours are more than 1.5 steps apart.
    pub fn gaps(&self) -> Vec<(Timestamp, Timestamp)> {
        gaps(&self.times, self.step())
    }

    /// The part with times in `[from, to)`; `None` where no sample lies there. What was dropped stays that of the whole.
    pub fn slice(&self, from: Timestamp, to: Timestamp) -> Option<Self> {
        let a = self.times.partition_point(|&t| t < from.0);
        let b = self.times.partition_point(|&t| t < to.0).max(a);
        (a < b).then(|| Self {
            identity: self.identity.clone(),
            times: self.times[a..b].to_vec(),
            values: self.values[a..b].to_vec(),
            dropped: self.dropped,
        })
    }
}

/// Removes NaN and infinities in place, as the policy says, and counts them.
pub(crate) fn drop_unusable(times: &mut Vec<i64>, values: &mut Vec<f64>, policy: NanPolicy) -> Result<Dropped> {
    let mut dropped = Dropped::default();
    if values.iter().all(|v| v.is_finite()) {
        return Ok(dropped);
    }
    let mut keep = 0;
    for i in 0..values.len() {
        if values[i].is_finite() {
            values[keep] = values[i];
            times[keep] = times[i];
            keep += 1;
        } else if policy == NanPolicy::Refuse {
            return Err(Error::argument(format!("the value at {} is {}", Timestamp(times[i]), values[i]))
                .hint("drop such values with NanPolicy::Drop"));
        } else if values[i].is_nan() {
            dropped.nan += 1;
        } else {
            dropped.infinite += 1;
        }
    }
    values.truncate(keep);
    times.truncate(keep);
    Ok(dropped)
}

/// The most frequent distance of neighbours, the smaller one on a tie; where none is frequent, the step beneath their jitter if there is one.
pub(crate) fn most_frequent_step(times: &[i64]) -> Option<Span> {
    step_of(times.windows(2).map(|w| w[1].saturating_sub(w[0])).collect())
}

/// The step behind the distances of neighbours, as [`most_frequent_step`] has it.
pub(crate) fn step_of(mut distances: Vec<i64>) -> Option<Span> {
    distances.retain(|d| *d > 0);
    let frequent = most_frequent(distances.clone())?;
    let exact = distances.iter().filter(|d| **d == frequent).count() * 4 >= distances.len();
    Some(Span(if exact { frequent } else { step_beneath_jitter(&distances, frequent).unwrap_or(frequent) }))
}

/// Steps that people choose, up to a minute in milliseconds and from there on in minutes.
const USUAL_MS: [i64; 22] = [
    1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 10_000, 12_000, 15_000,
    20_000, 30_000,
];
const USUAL_MIN: [i64; 20] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440, 10_080];

/// Fewer distances tell no step apart from chance.
const FEWEST_JITTERED: usize = 8;

/// The step of times that lie near a lattice, from a first guess: the whole time over the number of steps, so that a lattice of it does
/// not drift; a usual step where it ends as near. `None` where more than a tenth of the distances are no multiples of a step.
fn step_beneath_jitter(distances: &[i64], guess: i64) -> Option<i64> {
    let whole: i64 = distances.iter().fold(0, |sum, d| sum.saturating_add(*d));
    let multiple = |d: i64, step: f64| (d as f64 / step).round().max(1.0);
    let mut step = guess as f64;
    for _ in 0..3 {
        step = whole as f64 / distances.iter().map(|d| multiple(*d, step)).sum::<f64>();
    }
    let mut off: Vec<f64> = distances.iter().map(|d| (*d as f64 - step * multiple(*d, step)).abs()).collect();
    let near = off.iter().filter(|o| **o <= 0.25 * step).count();
    if off.len() < FEWEST_JITTERED || near * 10 < off.len() * 9 {
        return None;
    }
    off.sort_unstable_by(f64::total_cmp);
    // the first and the last time jitter as all others do
    let jitter = 4.0 * off[off.len() / 2];
    let steps: f64 = distances.iter().map(|d| multiple(*d, step)).sum();
    let mut usual = USUAL_MS.iter().map(|ms| ms * 1_000_000).chain(USUAL_MIN.iter().map(|min| min * 60_000_000_000));
    let fits = |s: &i64| (whole as f64 - *s as f64 * steps).abs() <= jitter;
    Some(usual.find(fits).unwrap_or(step.round() as i64).max(1))
}

/// The most frequent of some distances, of several the shortest; their median where none is frequent.
pub(crate) fn most_frequent(mut all: Vec<i64>) -> Option<i64> {
    let first = *all.first()?;
    if all.iter().all(|s| *s == first) {
        return Some(first);
    }
    all.sort_unstable();
    let (mut best, mut best_count) = (first, 0);
    for run in all.chunk_by(|a, b| a == b) {
        if run.len() > best_count {
            (best, best_count) = (run[0], run.len());
        }
    }
    // irregular times have no mode worth the name: their median distance stands in
    Some(if best_count * 4 >= all.len() { best } else { all[all.len() / 2] })
}

/// The window from the first time to one step (1 ns without a step) after the last.
pub(crate) fn covering(times: &[i64], step: Option<Span>) -> Window {
    let first = times.first().copied().unwrap_or_default();
    let last = times.last().copied().unwrap_or_default();
    let width = Span((last.saturating_sub(first)).saturating_add(step.map_or(1, |s| s.0)).max(1));
    Window { start: Timestamp(first), width, phase: Span(first.rem_euclid(width.0)) }
}

/// Half-open gaps wherever neighbours are more than 1.5 steps apart.
pub(crate) fn gaps(times: &[i64], step: Option<Span>) -> Vec<(Timestamp, Timestamp)> {
    let Some(step) = step else { return Vec::new() };
    times
        .windows(2)
        .filter(|w| w[1].saturating_sub(w[0]) as f64 > 1.5 * step.0 as f64)
        .map(|w| (Timestamp(w[0]) + step, Timestamp(w[1])))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn series(times: &[i64], values: &[f64]) -> Result<Series> {
        Series::new(Identity::new("x", Unit::None), times.to_vec(), values.to_vec(), NanPolicy::Drop)
    }

    #[test]
    fn input_is_sorted_and_the_last_duplicate_stays() {
        let s = series(&[3, 1, 3, 2], &[30.0, 10.0, 31.0, 20.0]).unwrap();
        assert_eq!(s.times(), [1, 2, 3]);
        assert_eq!(s.values(), [10.0, 20.0, 31.0]);
        assert_eq!(s.dropped().duplicate, 1);
    }

    #[test]
    fn unusable_values_are_counted_or_refused() {
        let s = series(&[1, 2, 3, 4], &[f64::NAN, 1.0, f64::INFINITY, 2.0]).unwrap();
        assert_eq!((s.len(), s.dropped().nan, s.dropped().infinite), (2, 1, 1));
        assert!(series(&[1], &[f64::NAN]).is_err());
        let refused = Series::new(Identity::default(), vec![1, 2], vec![1.0, f64::NAN], NanPolicy::Refuse).unwrap_err();
        assert!(refused.to_string().contains("NaN"));
    }

    /// Times `step` apart with a jitter of up to `jitter` to either side, without those that `keep` refuses.
    fn jittered(n: i64, step: i64, jitter: i64, seed: u64, keep: impl Fn(i64) -> bool) -> Vec<i64> {
        // SplitMix64, as published
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)) as f64 / u64::MAX as f64
        };
        let at = |i: i64| 1_767_225_600_000_000_000 + i * step + ((2.0 * next() - 1.0) * jitter as f64) as i64;
        (0..n).map(at).collect::<Vec<i64>>().into_iter().zip(0..).filter(|(_, i)| keep(*i)).map(|(t, _)| t).collect()
    }

    #[test]
    fn the_step_beneath_jitter_is_the_one_that_was_meant() {
        let ms = 1_000_000;
        for seed in 0..20 {
            for (step, jitter) in
                [(15_000, 50), (15_000, 5), (900_000, 400), (60_000, 7_000), (100, 7), (86_400_000, 60_000)]
            {
                for n in [40, 3000] {
                    let times = jittered(n, step * ms, jitter * ms, seed, |_| true);
                    assert_eq!(most_frequent_step(&times), Some(Span(step * ms)), "{step} ± {jitter} ms, {n}, {seed}");
                    let gaps = jittered(n, step * ms, jitter * ms, seed, |i| i % 7 != 3 && !(20..31).contains(&i));
                    assert_eq!(most_frequent_step(&gaps), Some(Span(step * ms)), "{step} ± {jitter} ms, gaps, {seed}");
                }
            }
            // a step that nobody would choose is not bent to one: the last of 3000 lies 3 s off a lattice of 15 s
            let odd = jittered(3000, 15_001 * ms, 50 * ms, seed, |_| true);
            let found = most_frequent_step(&odd).unwrap().0;
            assert!((found - 15_001 * ms).abs() * 2999 <= 200 * ms, "{found}");
        }
    }

    #[test]
    fn times_on_no_lattice_keep_their_median_distance() {
        let squares: Vec<i64> = (0..101).map(|i| i * i * 1000).collect();
        assert_eq!(most_frequent_step(&squares), Some(Span(101_000)));
        assert_eq!(most_frequent_step(&[0, 7, 15]), Some(Span(7)));
    }

    #[test]
    fn a_gap_is_found_and_is_not_a_zero() {
        let s = series(&[0, 10, 20, 60, 70], &[1.0; 5]).unwrap();
        assert_eq!(s.step(), Some(Span(10)));
        assert_eq!(s.gaps(), [(Timestamp(30), Timestamp(60))]);
        assert_eq!(s.window().width, Span(80));
    }
}
