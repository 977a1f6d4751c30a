//! Which time is bad: intervals at a resolution, from a series, from events, from counts or given.

mod counts;

use super::condition::{Condition, NoData};
use super::intervals::{Ticks, normalised, total, without};
use super::samples::Samples;
use super::scan::Scan;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::events::Events;
use crate::method::Method;
use crate::series::Series;
use crate::time::{Grid, Span, Timestamp, Window};
use crate::unit::Unit;

/// The most ticks in a period: 2⁴⁰ (35 thousand years at 1 s, 18 minutes at 1 ns).
const MAX_TICKS: i64 = 1 << 40;

/// Bad time in a period `[start, end)`, as sorted, disjoint half-open intervals on ticks of a resolution.
///
/// It is kept as intervals and not as points: everything computed from it costs time by the number of incidents.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::window::{BadTime, Condition, SeriesOptions};
/// let minute = 60_000_000_000;
/// let up = Series::new(
///     Identity::new("up", Default::default()),
///     (0..5).map(|i| i * minute).collect(),
///     vec![1.0, 0.0, 0.0, 1.0, 1.0],
///     NanPolicy::Drop,
/// )?;
/// let bad = BadTime::from_series(&up, &Condition::up(), &SeriesOptions::default())?;
/// assert_eq!(bad.total().to_string(), "2m");
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BadTime {
    start: Timestamp,
    resolution: Span,
    ticks: i64,
    bad: Vec<Ticks>,
    excluded: Vec<Ticks>,
    no_data: Vec<Ticks>,
    policy: NoData,
    per_slice: bool,
    samples: Option<Samples>,
    has_values: bool,
    condition: Option<Condition>,
    n: u64,
    caveats: Vec<String>,
}

/// How a series becomes bad time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeriesOptions {
    /// The tick; by default the series' own step.
    pub resolution: Option<Span>,
    /// What gaps count as.
    pub no_data: NoData,
    /// Keep the values, as the rule `mean` needs them (40 bytes a sample).
    pub keep_values: bool,
}

impl BadTime {
    /// Bad time of a series: a sample stands for the time until the next one, or for one step before a gap. For an up/down
    /// series the condition is [`Condition::up`].
    ///
    /// Edges of bad time are moved to the nearest tick. With the default resolution, the series' step, that changes nothing
    /// where samples are regular; where they are not, or the resolution does not divide the step, a caveat says so.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the condition's unit does not convert to the series',
    /// [`Argument`](crate::ErrorKind::Argument) where the resolution is not more than 0 or far too fine.
    pub fn from_series(series: &Series, condition: &Condition, options: &SeriesOptions) -> Result<Self> {
        let condition = condition.converted(&series.identity().unit)?;
        let step = series.step().or(options.resolution).unwrap_or(Span::SECOND);
        let resolution = options.resolution.unwrap_or(step);
        let (times, values) = (series.times(), series.values());
        let (first, last) = (times[0], times[times.len() - 1]);
        let period = Window::new(Timestamp(first), Span(last.saturating_sub(first).saturating_add(step.0)))?;
        let mut out = Self::empty(period, resolution, options.no_data)?;
        let scan = Scan { times, values, step: step.0, hold: options.no_data == NoData::Hold };
        let found = scan.under(&condition);
        let tick = |t: i64| Span(t - first).in_steps(resolution);
        let on_ticks = |list: &[(i64, i64)]| list.iter().map(|&(a, b)| (tick(a), tick(b))).collect::<Vec<_>>();
        // a bad sample that rounding would make vanish keeps one tick
        let mut bad: Vec<Ticks> = on_ticks(&found.bad).into_iter().map(|(a, b)| (a, b.max(a + 1))).collect();
        out.no_data = normalised(on_ticks(&found.gaps));
        match options.no_data {
            NoData::Bad => bad.extend(&out.no_data),
            NoData::Excluded => out.excluded.clone_from(&out.no_data),
            NoData::Good | NoData::Hold => {}
        }
        out.bad = normalised(bad);
        out.excluded = without(&out.excluded, &out.bad);
        out.ticks = out.ticks.max(out.bad.last().map_or(0, |b| b.1));
        out.n = times.len() as u64;
        out.condition = Some(condition.clone());
        if options.keep_values {
            let mut samples = Samples::with_capacity(times.len());
            for (&t, &v) in times.iter().zip(values) {
                // floor and not round, or a late sample would move to the tick of the next one
                samples.push((t - first).div_euclid(resolution.0), !condition.holds(v), v - condition.limit);
            }
            out.samples = Some(samples);
            out.has_values = true;
        }
        if found.irregular {
            out.caveats
                .push(format!("sample times are not all {step} apart; edges were moved to the nearest {resolution}"));
        }
        if step.0 % resolution.0 != 0 {
            out.caveats.push(format!(
                "the resolution of {resolution} does not divide the step of {step}: edges were moved to the nearest {resolution}"
            ));
        }
        out.note_no_data("gap");
        out.note_dropped(series.dropped().total(), "samples");
        Ok(out)
    }

    /// Bad time of events at a resolution, commonly 1 s: **a tick is bad iff at least one bad event lies in it**. An event
    /// is good iff the condition holds for its value and its own good flag, where it has one, says so too: a fast failure
    /// is no success. A caveat counts the events that meet the condition and failed.
    ///
    /// Ticks are aligned to the epoch. The period is `period` or from the first event's tick to the end of the last one's.
    /// Ticks without events are not gaps, as traffic may be thin; `no_data` says what a whole slice without events counts as.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) without condition and flags, or for an unusable resolution;
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the condition's unit does not convert;
    /// [`Empty`](crate::ErrorKind::Empty) where no event lies in the period.
    pub fn from_events(
        events: &Events,
        condition: Option<&Condition>,
        resolution: Span,
        no_data: NoData,
        period: Option<Window>,
    ) -> Result<Self> {
        let condition = condition.map(|c| c.converted(&events.identity().unit)).transpose()?;
        if resolution.0 <= 0 {
            return Err(bad_resolution(resolution));
        }
        let covered = match period {
            Some(period) => period,
            None => events.window(),
        };
        let (first, end) = (covered.start.0.div_euclid(resolution.0) * resolution.0, covered.end().0);
        let mut out =
            Self::empty(Window::new(Timestamp(first), Span(end.saturating_sub(first)))?, resolution, no_data)?;
        let (times, values) = (events.times(), events.values());
        let from = times.partition_point(|&t| t < covered.start.0);
        let to = times.partition_point(|&t| t < end).max(from);
        if from == to {
            return Err(Error::empty("no event lies in the period"));
        }
        let mut samples = Samples::with_capacity((to - from).min(out.ticks.max(0) as usize));
        let ok = events.ok();
        if condition.is_none() && ok.is_none() {
            return Err(Error::argument("nothing says which events are good")
                .hint("give a condition such as < 300ms, or a column of good flags"));
        }
        let mut failed_within = 0_u64;
        let mut one = |i: usize| {
            let flag = ok.is_none_or(|ok| ok[i]);
            let holds = condition.as_ref().is_none_or(|c| c.holds(values[i]));
            failed_within += u64::from(holds && !flag && condition.is_some());
            (!(holds && flag), condition.as_ref().map_or(0.0, |c| values[i] - c.limit))
        };
        for (window, range) in Grid::new(resolution, Span::ZERO)?.runs(&times[from..to]) {
            let tick = window.start.since(Timestamp(first)).0 / resolution.0;
            samples.push_all(tick, (from + range.start..from + range.end).map(&mut one));
        }
        out.no_data = samples.empty_runs(out.ticks);
        out.bad.clone_from(&samples.bad_runs);
        out.per_slice = true;
        out.samples = Some(samples);
        out.condition.clone_from(&condition);
        out.n = (to - from) as u64;
        // flags have counts and no values: the mean rule must not read zeros
        out.has_values = condition.is_some();
        if let Some(condition) = condition.as_ref().filter(|_| failed_within > 0) {
            out.caveats.push(format!(
                "{failed_within} of {} events meet “{condition}” and failed all the same: they count as bad",
                out.n
            ));
        }
        out.note_dropped(events.dropped().total(), "events");
        Ok(out)
    }

    /// Bad time from given intervals, in any order, clipped to the period; `excluded` time counts neither way.
    ///
    /// A tick is bad iff any bad instant lies in it: edges move outward to the resolution, with a caveat where they do. The
    /// period's end moves outward too. Where bad and excluded time overlap, it is bad.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for an unusable resolution.
    pub fn from_intervals(
        period: Window,
        resolution: Span,
        bad: &[(Timestamp, Timestamp)],
        excluded: &[(Timestamp, Timestamp)],
    ) -> Result<Self> {
        let mut out = Self::empty(period, resolution, NoData::Excluded)?;
        let mut moved = false;
        let on_ticks = |list: &[(Timestamp, Timestamp)], moved: &mut bool| {
            let mut ticks = Vec::with_capacity(list.len());
            for &(from, to) in list {
                let (from, to) = (from.max(period.start), to.min(period.end()));
                if from < to {
                    let (a, b) = (from.since(period.start).0, to.since(period.start).0);
                    *moved |= a % resolution.0 != 0 || b % resolution.0 != 0;
                    ticks.push((a / resolution.0, (b + resolution.0 - 1) / resolution.0));
                }
            }
            normalised(ticks)
        };
        out.bad = on_ticks(bad, &mut moved);
        out.no_data = on_ticks(excluded, &mut moved);
        out.excluded = without(&out.no_data, &out.bad);
        out.n = out.ticks as u64;
        if moved {
            out.caveats.push(format!("edges of bad time were moved outward to {resolution}"));
        }
        out.note_no_data("interval");
        Ok(out)
    }

    fn empty(period: Window, resolution: Span, policy: NoData) -> Result<Self> {
        if resolution.0 <= 0 {
            return Err(bad_resolution(resolution));
        }
        let ticks = period.width.0.div_euclid(resolution.0) + i64::from(period.width.0 % resolution.0 != 0);
        if ticks > MAX_TICKS {
            return Err(Error::argument(format!("{} has {ticks} ticks of {resolution}, too many", period.width))
                .hint("give a coarser resolution"));
        }
        Ok(Self {
            start: period.start,
            resolution,
            ticks,
            bad: Vec::new(),
            excluded: Vec::new(),
            no_data: Vec::new(),
            policy,
            per_slice: false,
            samples: None,
            has_values: false,
            condition: None,
            n: 0,
            caveats: Vec::new(),
        })
    }

    fn note_no_data(&mut self, what: &str) {
        if !self.no_data.is_empty() {
            let (count, time) = (self.no_data.len(), self.span(total(&self.no_data)));
            let plural = if count == 1 { "" } else { "s" };
            self.caveats.push(format!("{count} {what}{plural} without data, {time}, counted as {}", self.policy));
        }
    }

    fn note_dropped(&mut self, dropped: u64, what: &str) {
        if dropped > 0 {
            self.caveats.push(format!("{dropped} unusable {what} were left out"));
        }
    }

    /// The period; its width is a whole number of ticks.
    pub fn period(&self) -> Window {
        let width = self.span(self.ticks);
        Window { start: self.start, width, phase: Span(self.start.0.rem_euclid(width.0.max(1))) }
    }

    /// The tick.
    pub fn resolution(&self) -> Span {
        self.resolution
    }

    /// The bad intervals `[from, to)`, in order; each is one incident.
    pub fn intervals(&self) -> Vec<(Timestamp, Timestamp)> {
        self.times_of(&self.bad)
    }

    /// The intervals without data, in order, whatever the policy made of them.
    pub fn no_data(&self) -> Vec<(Timestamp, Timestamp)> {
        self.times_of(&self.no_data)
    }

    /// What missing data count as.
    pub fn policy(&self) -> NoData {
        self.policy
    }

    /// The lengths of the incidents, in order.
    pub fn lengths(&self) -> Vec<Span> {
        self.bad.iter().map(|(a, b)| self.span(b - a)).collect()
    }

    /// All bad time added up.
    pub fn total(&self) -> Span {
        self.span(total(&self.bad))
    }

    /// The time that counts: the period without what is excluded.
    pub fn observed(&self) -> Span {
        self.span(self.ticks - total(&self.excluded))
    }

    /// How many samples, events or ticks it was made from.
    pub fn samples(&self) -> u64 {
        self.n
    }

    /// What a reader must know: gaps and what they counted as, values left out, edges moved.
    pub fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// The bad time as an estimate, exact about the data at their resolution.
    pub fn estimate(&self) -> Estimate {
        let scope = Scope::new(Unit::Second, self.period());
        let mut estimate = Estimate::new(self.total().as_secs_f64(), Method::Sum, self.n, &scope);
        estimate.caveats.clone_from(&self.caveats);
        estimate
    }

    fn times_of(&self, list: &[Ticks]) -> Vec<(Timestamp, Timestamp)> {
        list.iter().map(|&(a, b)| (self.start + self.span(a), self.start + self.span(b))).collect()
    }

    pub(super) fn span(&self, ticks: i64) -> Span {
        Span(ticks.saturating_mul(self.resolution.0))
    }

    /// The number of the period's first tick, counted from the epoch (from `start` modulo the resolution, strictly).
    pub(super) fn first_tick(&self) -> i64 {
        self.start.0.div_euclid(self.resolution.0)
    }

    pub(super) fn ticks(&self) -> i64 {
        self.ticks
    }

    pub(super) fn bad_ticks(&self) -> &[Ticks] {
        &self.bad
    }

    pub(super) fn excluded_ticks(&self) -> &[Ticks] {
        &self.excluded
    }

    pub(super) fn no_data_ticks(&self) -> &[Ticks] {
        &self.no_data
    }

    /// Whether missing data are a matter of whole slices (events) and not of time (series).
    pub(crate) fn is_per_slice(&self) -> bool {
        self.per_slice
    }

    /// The samples by tick, where they were kept.
    pub(super) fn by_tick(&self) -> Option<&Samples> {
        self.samples.as_ref()
    }

    /// Whether the samples have values, and not only flags.
    pub(super) fn has_values(&self) -> bool {
        self.has_values
    }

    /// What makes a value good, in the data's unit; `None` where flags or intervals say what is bad.
    pub fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }
}

fn bad_resolution(resolution: Span) -> Error {
    Error::argument(format!("a resolution needs to be more than 0, not {resolution}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    const NS: i64 = 1_000_000_000;

    fn up(times_ms: &[i64], values: &[f64]) -> Series {
        let times = times_ms.iter().map(|t| t * 1_000_000).collect();
        Series::new(Identity::new("up", Unit::None), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    fn seconds(list: &[(Timestamp, Timestamp)]) -> Vec<(f64, f64)> {
        list.iter().map(|(a, b)| (a.as_secs_f64(), b.as_secs_f64())).collect()
    }

    fn of(series: &Series, no_data: NoData, resolution: Option<Span>) -> BadTime {
        let options = SeriesOptions { no_data, resolution, keep_values: false };
        BadTime::from_series(series, &Condition::up(), &options).unwrap()
    }

    #[test]
    fn gaps_follow_the_policy_and_are_counted() {
        let s = up(&[0, 1000, 2000, 6000, 7000, 10_000], &[1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
        let bad = |policy| seconds(&of(&s, policy, None).intervals());
        assert_eq!(bad(NoData::Good), [(2.0, 3.0)]);
        assert_eq!(bad(NoData::Excluded), [(2.0, 3.0)]);
        assert_eq!(bad(NoData::Hold), [(2.0, 6.0)]);
        assert_eq!(bad(NoData::Bad), [(2.0, 6.0), (8.0, 10.0)]);
        let excluded = of(&s, NoData::Excluded, None);
        assert_eq!(seconds(&excluded.no_data()), [(3.0, 6.0), (8.0, 10.0)]);
        assert_eq!((excluded.observed(), excluded.period().width), (Span::from_secs(6), Span::from_secs(11)));
        assert_eq!(excluded.caveats(), ["2 gaps without data, 5s, counted as excluded"]);
        assert_eq!(of(&s, NoData::Hold, None).observed(), Span::from_secs(11));
    }

    #[test]
    fn late_samples_are_moved_and_said_to_be() {
        let s = up(&[0, 1000, 2010, 3000, 3990, 5000], &[1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
        let bad = of(&s, NoData::Excluded, Some(Span::SECOND));
        assert_eq!(seconds(&bad.intervals()), [(1.0, 3.0), (4.0, 5.0)]);
        assert!(bad.caveats()[0].contains("moved to the nearest"), "{:?}", bad.caveats());
        assert_eq!(bad.estimate().caveats, bad.caveats());
        // a bad sample never vanishes, however coarse the tick
        let coarse = of(&s, NoData::Excluded, Some(Span::from_secs(10)));
        assert_eq!(seconds(&coarse.intervals()), [(0.0, 10.0)]);
    }

    #[test]
    fn a_finer_resolution_keeps_the_bad_time_and_adds_phases() {
        let s = up(&[0, 60_000, 120_000], &[1.0, 0.0, 1.0]);
        let fine = of(&s, NoData::Excluded, Some(Span::SECOND));
        assert_eq!((fine.total(), fine.resolution(), fine.ticks()), (Span::MINUTE, Span::SECOND, 180));
    }

    #[test]
    fn a_resolution_that_does_not_divide_the_step_is_said() {
        let s = up(&[0, 60_000, 120_000], &[1.0, 0.0, 1.0]);
        let odd = of(&s, NoData::Excluded, Some(Span::from_secs(7)));
        // from 60 s and to 120 s: the nearest sevens are 63 and 119
        assert_eq!(seconds(&odd.intervals()), [(63.0, 119.0)]);
        assert!(odd.caveats()[0].contains("does not divide the step of 1m"), "{:?}", odd.caveats());
        for even in [None, Some(Span::SECOND), Some(Span::from_secs(20))] {
            assert!(of(&s, NoData::Excluded, even).caveats().is_empty());
        }
    }

    #[test]
    fn times_off_the_grid_keep_their_slices() {
        // minutes at second 7: slices of phase 0 begin at second 7 too, and hold the samples of the minutes from 00
        let s = up(&[7000, 67_000, 127_000, 187_000], &[1.0, 0.0, 1.0, 1.0]);
        let bad = of(&s, NoData::Excluded, None);
        let windows =
            super::super::bad_windows(&bad, Span::from_secs(120), Span::ZERO, &super::super::Rule::AnyBad).unwrap();
        assert_eq!(windows.len(), 1);
        assert_eq!(windows[0].start, Timestamp(7 * NS));
    }

    #[test]
    fn a_second_is_bad_iff_a_bad_event_lies_in_it() {
        let times = vec![100, 1_999_999_999, 2_000_000_000, 2_000_000_001, 5_000_000_000];
        let id = Identity::new("latency", Unit::Millisecond);
        let events = Events::new(id, times, vec![1.0, 9.0, 1.0, 9.0, 1.0], None, NanPolicy::Refuse).unwrap();
        let limit: Condition = "< 5ms".parse().unwrap();
        let bad = BadTime::from_events(&events, Some(&limit), Span::SECOND, NoData::Good, None).unwrap();
        assert_eq!(seconds(&bad.intervals()), [(1.0, 3.0)]);
        assert_eq!(seconds(&bad.no_data()), [(3.0, 5.0)]);
        assert_eq!(bad.period(), Window::new(Timestamp(0), Span::from_secs(6)).unwrap());
        assert!(BadTime::from_events(&events, None, Span::SECOND, NoData::Good, None).is_err());
        let bytes: Condition = "< 5kB".parse().unwrap();
        assert!(BadTime::from_events(&events, Some(&bytes), Span::SECOND, NoData::Good, None).is_err());
        let elsewhere = Window::new(Timestamp(100 * NS), Span::MINUTE).unwrap();
        assert!(BadTime::from_events(&events, Some(&limit), Span::SECOND, NoData::Good, Some(elsewhere)).is_err());
    }

    #[test]
    fn intervals_are_clipped_joined_and_moved_outward() {
        let at = |ms: i64| Timestamp(ms * 1_000_000);
        let period = Window::new(at(10_000), Span::from_secs(10)).unwrap();
        let list = [(at(15_500), at(16_000)), (at(0), at(11_000)), (at(16_000), at(17_200)), (at(19_000), at(90_000))];
        let bad = BadTime::from_intervals(period, Span::SECOND, &list, &[(at(12_000), at(16_500))]).unwrap();
        assert_eq!(seconds(&bad.intervals()), [(10.0, 11.0), (15.0, 18.0), (19.0, 20.0)]);
        assert_eq!(bad.observed(), Span::from_secs(7));
        assert!(bad.caveats()[0].contains("outward"));
        assert!(BadTime::from_intervals(period, Span::ZERO, &[], &[]).is_err());
        let years = Window::new(at(0), Span(i64::MAX / 2)).unwrap();
        assert!(BadTime::from_intervals(years, Span(1), &[], &[]).unwrap_err().to_string().contains("coarser"));
    }
}
