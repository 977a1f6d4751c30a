//! Counts from what was exported: events, 0/1 series, ratios, rows of totals and bad ones, or whatever an objective looks at.

use super::tally::{MAX_TICKS, Tally, too_many};
use crate::error::{Error, Result};
use crate::events::Events;
use crate::series::Series;
use crate::slo::evaluate::{Members, counted_events, good_ones, lasting};
use crate::slo::{Counts, Criterion, Objective, Options, Population, SloInput};
use crate::time::{Grid, Span, Timestamp};
use crate::window::{BadTime, Condition, NoData, Rule, SeriesOptions, bad_windows};

/// Ticks for events, from the finest: the first one at which the data have at most [`MAX_TICKS`] ticks is taken.
const TICKS_S: [i64; 6] = [1, 5, 10, 30, 60, 300];

/// A ratio is counted in so many parts.
const PARTS: f64 = 1e6;

impl Tally {
    /// Counts of single events: `good[i]` says of event i. Ticks are aligned to the epoch.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, [`Argument`](crate::ErrorKind::Argument) where the events
    /// span too many ticks.
    pub fn from_events(events: &Events, good: &[bool], tick: Span) -> Result<Self> {
        if good.len() != events.len() {
            return Err(Error::mismatch(format!("{} flags for {} events", good.len(), events.len())));
        }
        let (start, n) = grid_of(events.times(), 1, tick)?;
        let (mut bad, mut total) = (vec![0_u64; n], vec![0_u64; n]);
        for (window, range) in Grid::new(tick, Span::ZERO)?.runs(events.times()) {
            let i = (window.start.since(Timestamp(start)).0 / tick.0) as usize;
            if let (Some(bad), Some(total), Some(good)) = (bad.get_mut(i), total.get_mut(i), good.get(range)) {
                *bad += good.iter().filter(|good| !**good).count() as u64;
                *total += good.len() as u64;
            }
        }
        Self::new(Timestamp(start), tick, &bad, &total, Population::Requests)
    }

    /// Counts of rows of time, such as the deltas of two counters: how many members each row had and how many of them were bad. A row
    /// begins at its time and lasts one `step`; times are in nanoseconds since the epoch, increasing. Ticks begin with the first row, and a
    /// row that comes a little early or late belongs to the nearest one.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, [`Argument`](crate::ErrorKind::Argument) where more are bad
    /// than there are, times do not increase, or there are too many steps; [`Empty`](crate::ErrorKind::Empty) without a member.
    pub fn from_rows(times: &[i64], step: Span, bad: &[u64], total: &[u64]) -> Result<Self> {
        if times.len() != bad.len() || times.len() != total.len() {
            return Err(Error::mismatch(format!(
                "{} times, {} counts of bad ones and {} of all",
                times.len(),
                bad.len(),
                total.len()
            )));
        }
        if step.0 <= 0 || !times.is_sorted_by(|a, b| a < b) {
            return Err(Error::argument("rows of counts need increasing times and a step of more than 0"));
        }
        Self::at_times(times, step, |i| (bad[i], total[i]), Population::Requests)
    }

    /// Counts from a series of error ratios, 0 to 1, or of success ratios where `of_good` says so. Nothing says how many members
    /// stand behind a ratio: every sample weighs the same, as a million parts.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where a value is not in [0, 1].
    pub fn from_ratios(ratios: &Series, of_good: bool) -> Result<Self> {
        if let Some(i) = ratios.values().iter().position(|v| !(0.0..=1.0).contains(v)) {
            let (t, v) = (Timestamp(ratios.times()[i]), ratios.values()[i]);
            return Err(Error::argument(format!("{v} at {t} is no ratio from 0 to 1")));
        }
        let tick = ratios.step().unwrap_or(Span::MINUTE);
        let part = |i: usize| {
            let ratio = ratios.values()[i];
            let parts = ((if of_good { 1.0 - ratio } else { ratio }) * PARTS).round() as u64;
            (parts, PARTS as u64)
        };
        let mut out = Self::at_times(ratios.times(), tick, part, Population::Time)?;
        out.caveats.push("ratios without counts: a quiet interval weighs as much as a busy one".into());
        Ok(out)
    }

    /// Counts from bad time: each tick is one member, good or bad; excluded time has none.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where there are too many ticks; [`Empty`](crate::ErrorKind::Empty) where all time
    /// is excluded.
    pub fn from_bad_time(time: &BadTime) -> Result<Self> {
        let (period, tick) = (time.period(), time.resolution());
        let n = period.width.0 / tick.0;
        if n > MAX_TICKS as i64 {
            return Err(too_many(n, tick));
        }
        let index = |t: Timestamp| (t.since(period.start).0 / tick.0).clamp(0, n) as usize;
        let (mut bad, mut total) = (vec![0_u64; n as usize], vec![1_u64; n as usize]);
        if time.policy() == NoData::Excluded {
            for (from, to) in time.no_data() {
                total[index(from)..index(to)].fill(0);
            }
        }
        // bad time counts also where no data were seen
        for (from, to) in time.intervals() {
            bad[index(from)..index(to)].fill(1);
            total[index(from)..index(to)].fill(1);
        }
        let mut out = Self::new(period.start, tick, &bad, &total, Population::Time)?;
        out.caveats.extend_from_slice(time.caveats());
        Ok(out)
    }

    /// Counts of slices: each slice of `width` is one member, bad under the rule or good; a slice wholly in excluded time has none.
    ///
    /// # Errors
    /// As [`bad_windows`].
    pub fn from_slices(time: &BadTime, width: Span, rule: &Rule) -> Result<Self> {
        let windows = bad_windows(time, width, Span::ZERO, rule)?;
        let grid = Grid::new(width, Span::ZERO)?;
        let period = time.period();
        // slices of phase 0 are shifted by the period's remainder of a tick, as in the accounting by windows
        let shift = Span(period.start.0.rem_euclid(time.resolution().0));
        let index = |t: Timestamp| grid.index(t - shift);
        let first = index(period.start);
        let n = index(period.end() - Span(1)) - first + 1;
        if n > MAX_TICKS as i64 {
            return Err(too_many(n, width));
        }
        let place = |slice: i64| (slice - first).clamp(0, n) as usize;
        let (mut bad, mut total) = (vec![0_u64; n as usize], vec![1_u64; n as usize]);
        if time.policy() == NoData::Excluded {
            for (from, to) in time.no_data() {
                let (a, b) = (index(from - Span(1)) + 1, index(to));
                total[place(a)..place(b).max(place(a))].fill(0);
            }
        }
        for window in windows {
            let i = place(index(window.start));
            if let (Some(bad), Some(total)) = (bad.get_mut(i), total.get_mut(i)) {
                (*bad, *total) = (1, 1);
            }
        }
        let start = grid.window(first).start + shift;
        let mut out = Self::new(start, width, &bad, &total, Population::Slices(width))?;
        out.caveats.extend_from_slice(time.caveats());
        Ok(out)
    }

    /// Counts at the times of samples, each in the nearest tick from the first one on.
    fn at_times(
        times: &[i64],
        tick: Span,
        count: impl Fn(usize) -> (u64, u64),
        population: Population,
    ) -> Result<Self> {
        let first = times.first().copied().unwrap_or_default();
        let last = times.last().copied().unwrap_or_default();
        let place = |t: i64| Span(t.saturating_sub(first)).in_steps(tick);
        let n = place(last).saturating_add(1);
        if n > MAX_TICKS as i64 {
            return Err(too_many(n, tick));
        }
        let (mut bad, mut total) = (vec![0_u64; n as usize], vec![0_u64; n as usize]);
        for (i, t) in times.iter().enumerate() {
            let at = place(*t) as usize;
            let (b, all) = count(i);
            bad[at] = bad[at].saturating_add(b);
            total[at] = total[at].saturating_add(all);
        }
        Self::new(Timestamp(first), tick, &bad, &total, population)
    }
}

/// The epoch-aligned start of the ticks that hold all times (each `width` ns long), and how many there are.
fn grid_of(times: &[i64], width: i64, tick: Span) -> Result<(i64, usize)> {
    if tick.0 <= 0 {
        return Err(Error::argument(format!("a tick needs to be more than 0, not {tick}")));
    }
    let (first, last) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    let start = first.div_euclid(tick.0) * tick.0;
    let n = last.saturating_add(width - 1).saturating_sub(start) / tick.0 + 1;
    if n > MAX_TICKS as i64 {
        return Err(too_many(n, tick));
    }
    Ok((start, n as usize))
}

/// The counts that an objective looks at in all the data that there are, not only in its last period.
///
/// A member is good as [`evaluate`](crate::slo::evaluate) has it: requests by condition and flag, time by the second (or the
/// options' resolution), slices by the objective's rule. Events are counted at 1 s, or at the finest of 5, 10, 30, 60 and 300 s
/// that a very long span allows.
///
/// What the first samples of [counters that began late](Counts::from_outcomes) show may be from before the data, and an alert on a rate
/// sees none of it: it is left out, with a caveat. Where what is [in doubt](Counts::in_doubt) would change how often pages fire,
/// [`assess`](super::assess) says from how often to how often.
///
/// # Errors
/// As [`evaluate`](crate::slo::evaluate) where the objective does not fit the data, and where they have too many ticks;
/// [`Empty`](crate::ErrorKind::Empty) where they are of one instant.
pub fn tally_of(objective: &Objective, input: SloInput<'_>, options: &Options) -> Result<Tally> {
    match input {
        SloInput::Events(events) => of_events(objective, events, options),
        SloInput::Series(series) => of_series(objective, series, options),
        SloInput::Counts(counts) => of_counts(objective, counts),
    }
}

fn of_counts(objective: &Objective, counts: &Counts) -> Result<Tally> {
    if objective.population != Population::Requests {
        return Err(Error::unsupported("alerts on counts are replayed for requests")
            .hint("write the objective as “of requests ok”"));
    }
    counts.criterion_of(objective)?;
    lasting(counts.window(), Members::Totals)?;
    let rows = |of: &Counts| Tally::from_rows(of.times(), of.step(), of.bad(), of.total());
    let known = counts.without_late();
    let known = known.as_ref().unwrap_or(counts);
    let mut out = rows(known)?;
    out.caveats.extend_from_slice(known.notes());
    // the same two ends that bound the service level
    if let Some(best) = counts.at_best() {
        out.ends = Some(Box::new((rows(&best)?, rows(counts)?)));
    }
    Ok(out)
}

fn of_events(objective: &Objective, events: &Events, options: &Options) -> Result<Tally> {
    let mut notes = Vec::new();
    let (condition, whole) = counted_events(objective, events, options, &mut notes)?;
    let events = whole.as_ref().unwrap_or(events);
    lasting(events.window(), Members::Single)?;
    let fits = |tick: &Span| grid_of(events.times(), 1, *tick).is_ok();
    let resolution = options.resolution.or_else(|| TICKS_S.map(Span::from_secs).into_iter().find(fits));
    let resolution = resolution.unwrap_or(Span::from_secs(TICKS_S[TICKS_S.len() - 1]));
    if objective.population == Population::Requests {
        if condition.is_none() && events.ok().is_none() {
            return Err(Error::argument("nothing says which events are good")
                .hint("give a condition such as < 300ms, or a column of good flags"));
        }
        let good = good_ones(events, condition.as_ref());
        let mut out = Tally::from_events(events, &good, resolution)?;
        out.caveats.append(&mut notes);
        return Ok(out);
    }
    let time = BadTime::from_events(events, condition.as_ref(), resolution, options.no_data, None)?;
    let mut out = if let Population::Slices(width) = objective.population {
        Tally::from_slices(&time, width, &objective.rule().unwrap_or(options.rule))?
    } else {
        let mut out = Tally::from_bad_time(&without_silence(&time)?)?;
        out.caveats.extend_from_slice(time.caveats());
        out
    };
    out.caveats.append(&mut notes);
    Ok(out)
}

/// Seconds without events are good where time is counted, as [`evaluate`](crate::slo::evaluate) has it: traffic may be thin.
fn without_silence(time: &BadTime) -> Result<BadTime> {
    BadTime::from_intervals(time.period(), time.resolution(), &time.intervals(), &[])
}

fn of_series(objective: &Objective, series: &Series, options: &Options) -> Result<Tally> {
    if objective.population == Population::Requests {
        return Err(Error::argument("a series has samples of time, and no single requests")
            .hint("say “of time” or “of 1m slices”, or load the requests as events"));
    }
    lasting(series.window(), Members::Single)?;
    let condition = objective.condition().unwrap_or_else(Condition::up).converted(&series.identity().unit)?;
    let keep_values = matches!(objective.effective_criterion(), Criterion::Mean(_)) || options.rule == Rule::Mean;
    let how = SeriesOptions { resolution: options.resolution, no_data: options.no_data, keep_values };
    let time = BadTime::from_series(series, &condition, &how)?;
    match objective.population {
        Population::Slices(width) => Tally::from_slices(&time, width, &objective.rule().unwrap_or(options.rule)),
        _ => Tally::from_bad_time(&time),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::counter::Counter;
    use crate::estimate::Bound;
    use crate::series::{Identity, NanPolicy};
    use crate::slo::alert::{AssessOptions, assess};
    use crate::slo::evaluate;
    use crate::unit::Unit;

    const NS: i64 = 1_000_000_000;

    fn series(step_s: i64, values: &[f64]) -> Series {
        let times = (0..values.len() as i64).map(|i| i * step_s * NS).collect();
        Series::new(Identity::new("x", Unit::None), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    fn per_tick(counts: &Tally) -> Vec<(u64, u64)> {
        (0..counts.ticks()).map(|i| counts.of(i, i + 1)).collect()
    }

    #[test]
    fn rows_lie_at_their_times_and_gaps_are_empty() {
        let times = [0, 60 * NS, 180 * NS];
        let counts = Tally::from_rows(&times, Span::MINUTE, &[2, 0, 3], &[10, 20, 30]).unwrap();
        assert_eq!(per_tick(&counts), [(2, 10), (0, 20), (0, 0), (3, 30)]);
        let more = Tally::from_rows(&times, Span::MINUTE, &[0, 2, 0], &[1, 1, 1]).unwrap_err().to_string();
        assert!(more.contains("2 bad ones of 1 at 1970-01-01T00:01:00Z"), "{more}");
        assert!(Tally::from_rows(&[0, 0], Span::MINUTE, &[0, 0], &[1, 1]).is_err());
        assert!(Tally::from_rows(&[0], Span::MINUTE, &[0, 0], &[1]).is_err());
    }

    #[test]
    fn ratios_weigh_the_same() {
        let counts = Tally::from_ratios(&series(60, &[1.0, 0.75]), true).unwrap();
        assert_eq!(per_tick(&counts), [(0, 1_000_000), (250_000, 1_000_000)]);
        assert!(Tally::from_ratios(&series(60, &[1.5]), true).is_err());
    }

    #[test]
    fn gaps_of_a_series_have_no_members_and_silence_of_events_is_good() {
        let id = Identity::new("up", Unit::None);
        let up = Series::new(id, [0, 1, 2, 6].map(|s| s * NS).to_vec(), vec![1.0, 0.0, 1.0, 1.0], NanPolicy::Refuse)
            .unwrap();
        let objective: Objective = "99% of time up over 1h".parse().unwrap();
        let counts = tally_of(&objective, SloInput::Series(&up), &Options::default()).unwrap();
        assert_eq!(per_tick(&counts), [(0, 1), (1, 1), (0, 1), (0, 0), (0, 0), (0, 0), (0, 1)]);
        let id = Identity::new("latency", Unit::Second);
        let ok = Some(vec![true, false, true]);
        let events = Events::new(id, vec![0, NS, 4 * NS], vec![0.1; 3], ok, NanPolicy::Refuse).unwrap();
        let counts = tally_of(&objective, SloInput::Events(&events), &Options::default()).unwrap();
        assert_eq!(per_tick(&counts), [(0, 1), (1, 1), (0, 1), (0, 1), (0, 1)]);
    }

    /// An old counter of errors of which the first hour is missing: what its first sample shows is no page, and it is said what it would be.
    #[test]
    fn what_a_late_counter_shows_first_is_not_replayed_as_bad() {
        let counter = |from: i64, value: fn(i64) -> i64| {
            let times: Vec<i64> = (from..=720).map(|i| i * 15 * NS).collect();
            let values = (from..=720).map(|i| value(i) as f64).collect();
            Counter::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap()
        };
        let good = counter(0, |i| 1_000_000 + 100 * i);
        // one more error an hour, at whole hours
        let bad = counter(240, |i| 20_000 + i / 240);
        let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)]).unwrap();
        assert_eq!(counts.bad().iter().sum::<u64>(), 20_001 + 2);
        let objective: Objective = "99.9% of requests ok over 30d".parse().unwrap();
        let tally = tally_of(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
        // by hand: 720 × 100 good ones, and an error each at 2 h and 3 h
        assert_eq!(tally.sums(), (2, 72_002));
        let told = |caveat: &String| caveat.contains("20001 bad events and 0 good ones are not replayed");
        assert!(tally.caveats().iter().any(told), "{:?}", tally.caveats());
        let rules = ["14.4x over 1h and 5m page".parse().unwrap()];
        let assessed = |tally: &Tally| {
            let options = AssessOptions::default();
            assess(tally, &rules, objective.target, objective.period.length(), &options).unwrap()
        };
        let alerts = assessed(&tally);
        assert!(alerts.pages.unwrap().firings.is_empty() && alerts.truth.incidents.iter().all(|i| !i.significant));
        let ends = |caveats: &[String]| caveats.iter().filter(|c| c.contains("what is in doubt decides")).count();
        assert!(
            alerts.caveats.iter().any(|c| c.contains("0 times where all of it is good, 1 time where all of it is bad")),
            "{:?}",
            alerts.caveats
        );
        assert_eq!(ends(&assessed(&tally.coarsened(Span::MINUTE, Span::ZERO).unwrap()).caveats), 1);
        // the evaluation knows both ends too
        let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
        assert_eq!(report.budget.spent.bound, Bound::Guaranteed { lower: 2.0, upper: 20_003.0 });
        // a counter that began with all others has nothing in doubt
        let both =
            Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &counter(0, |i| i / 240))]).unwrap();
        let tally = tally_of(&objective, SloInput::Counts(&both), &Options::default()).unwrap();
        assert_eq!((tally.sums(), tally.caveats().len(), ends(&assessed(&tally).caveats)), ((3, 72_003), 0, 0));
    }

    /// Whatever the objective counts, the sums are those of the evaluation.
    #[test]
    fn sums_agree_with_the_evaluation() {
        let list: Vec<(i64, f64, bool)> =
            (0..4000).map(|i| (i * 2 + i % 3, if i % 50 < 3 { 0.9 } else { 0.1 }, i % 97 != 0)).collect();
        let events = Events::new(
            Identity::new("latency", Unit::Second),
            list.iter().map(|e| e.0 * NS).collect(),
            list.iter().map(|e| e.1).collect(),
            Some(list.iter().map(|e| e.2).collect()),
            NanPolicy::Refuse,
        )
        .unwrap();
        let up: Vec<f64> = (0..5000).map(|i| f64::from(u8::from(i % 61 > 2))).collect();
        let up = series(1, &up);
        let check = |text: &str, input: SloInput<'_>, width: f64| {
            let objective: Objective = text.parse().unwrap();
            let report = evaluate(&objective, input, &Options::default()).unwrap();
            let (bad, total) = tally_of(&objective, input, &Options::default()).unwrap().sums();
            assert_eq!(report.budget.spent.value, bad as f64 * width, "{text}");
            let methods = report.methods;
            let n = if width > 1.0 { methods.time_slices.unwrap().n } else { methods.occurrences.unwrap().n };
            assert_eq!(n, total, "{text}");
        };
        for (text, width) in [
            ("99% of requests < 300ms over 1d", 1.0),
            ("99% of requests ok over 1d", 1.0),
            ("99% of time < 300ms over 1d", 1.0),
            ("99% of 1m slices have p95 < 300ms over 1d", 60.0),
            ("99% of 5m slices have ratio >= 99% over 1d", 300.0),
            ("99% of 1m slices have mean < 130ms over 1d", 60.0),
        ] {
            check(text, SloInput::Events(&events), width);
        }
        check("99% of time up over 1d", SloInput::Series(&up), 1.0);
        check("99% of 1m slices up over 1d", SloInput::Series(&up), 60.0);
    }
}
