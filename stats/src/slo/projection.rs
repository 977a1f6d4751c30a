//! When the budget will be spent, if the rest of the time is like what was seen.

use super::blocks::Blocks;
use super::bootstrap::deviations;
use super::evaluate::Options;
use super::units::Units;
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::block_length;
use crate::quantile::random::SplitMix64;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// Fewer units of time than this are no history to project from.
const FEWEST_UNITS: usize = 20;
/// The time ahead is drawn in no more blocks than this.
const MOST_BLOCKS: usize = 2048;

/// What a projection says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The budget is spent already.
    Exhausted,
    /// It will more likely than not be spent before the horizon.
    Within,
    /// It will more likely than not outlast the horizon.
    NotWithin,
    /// The period is over: nothing is left to project.
    PeriodOver,
    /// The data do not say, for the stated reason.
    Unknown,
}

/// The projected end of an error budget.
///
/// The time to come is drawn from the time that was seen: circular blocks of neighbouring units, so that outages stay
/// outages, many times over with a fixed seed. In a rolling period old bad time leaves the window as it goes. **It assumes
/// that the future resembles what was seen**: it knows no trend and no deploy. Times to come are exact to a unit.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Projection {
    /// What it says.
    pub outcome: Outcome,
    /// When the budget was spent, where it is: the instant within the bad time at which what was bad passed what is allowed, the end of the
    /// slice that passed it, the time of the event that did, or the end of the row that counts it.
    /// Where what is [in doubt](crate::slo::Counts::in_doubt) decides when, it is the earliest that it may be.
    pub exhausted: Option<Timestamp>,
    /// The latest that it may be, where that is another instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhausted_at_latest: Option<Timestamp>,
    /// The lower end of the interval of the date; `None` beyond the horizon.
    pub earliest: Option<Timestamp>,
    /// The median date; `None` beyond the horizon.
    pub expected: Option<Timestamp>,
    /// The upper end of the interval; `None` beyond the horizon.
    pub latest: Option<Timestamp>,
    /// The level of the interval.
    pub level: f64,
    /// How likely the budget is spent before the horizon.
    pub probability: Option<Estimate>,
    /// Until when was looked: the end of a calendar period, or one period ahead of a rolling one.
    pub horizon: Timestamp,
    /// The units of time, and the precision of the dates.
    #[serde(rename = "unit_s")]
    pub unit: Span,
    /// Units a block.
    pub block: u64,
    /// Why nothing is said, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What may be bad, in members of the units.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowed {
    /// So many.
    Fixed(f64),
    /// A share of all members of the period, those to come included.
    Share(f64),
}

pub(super) struct Asked<'a> {
    pub(super) units: &'a Units,
    pub(super) allowed: Allowed,
    pub(super) period: Window,
    pub(super) rolling: bool,
    /// Whether more was spent than is allowed.
    pub(super) violated: bool,
    /// When, where that is known more finely than by units.
    pub(super) spent_at: Option<Timestamp>,
}

/// The last instant seen, and until when is looked.
fn from_to(asked: &Asked<'_>) -> (Timestamp, Timestamp) {
    let now = asked.units.end().min(asked.period.end());
    (now, if asked.rolling { now + asked.period.width } else { asked.period.end() })
}

/// Nothing is said, for a reason.
pub(super) fn unknown(asked: &Asked<'_>, options: &Options, why: &str) -> Projection {
    Projection { why: Some(why.to_owned()), ..nothing(asked, options) }
}

fn nothing(asked: &Asked<'_>, options: &Options) -> Projection {
    Projection {
        outcome: Outcome::Unknown,
        exhausted: None,
        exhausted_at_latest: None,
        earliest: None,
        expected: None,
        latest: None,
        level: options.level,
        probability: None,
        horizon: from_to(asked).1,
        unit: asked.units.width,
        block: 1,
        why: None,
    }
}

pub(super) fn project(asked: &Asked<'_>, options: &Options) -> Projection {
    let units = asked.units;
    let (now, horizon) = from_to(asked);
    let mut out = nothing(asked, options);
    if asked.violated {
        (out.outcome, out.exhausted) = (Outcome::Exhausted, asked.spent_at.or_else(|| spent_at(asked)));
        return out;
    }
    let ahead = horizon.since(now).0.div_euclid(units.width.0.max(1)) as usize;
    if ahead == 0 {
        out.outcome = Outcome::PeriodOver;
        return out;
    }
    if units.len() < FEWEST_UNITS || ahead > 200 * units.len() {
        out.why = Some(format!(
            "{} of data are too little to project {} from",
            span(units.width, units.len()),
            span(units.width, ahead)
        ));
        return out;
    }
    if options.replicates < 100 {
        out.why = Some(format!("{} replicates are too few", options.replicates));
        return out;
    }
    // a longer block than the errors ask for keeps neighbours together too, and a far horizon in few drawings
    let block =
        (block_length(&deviations(units)).round() as usize).max(ahead.div_ceil(MOST_BLOCKS)).clamp(1, units.len());
    out.block = block as u64;
    let mut random = SplitMix64::new(options.seed);
    let futures = Futures::new(asked, ahead, block);
    let mut ends: Vec<Option<usize>> = (0..options.replicates).map(|_| futures.one(&mut random)).collect();
    // what outlasts the horizon comes last
    ends.sort_by_key(|e| e.unwrap_or(usize::MAX));
    let date = |share: f64| {
        let rank = ((share * ends.len() as f64).ceil() as usize).clamp(1, ends.len());
        let unit = (*ends.get(rank - 1)?)?;
        Some((now + Span(units.width.0.saturating_mul(unit as i64 + 1))).min(horizon))
    };
    let tail = (1.0 - options.level) / 2.0;
    (out.earliest, out.expected, out.latest) = (date(tail), date(0.5), date(1.0 - tail));
    out.outcome = if out.expected.is_some() { Outcome::Within } else { Outcome::NotWithin };
    let exhausted = ends.iter().filter(|e| e.is_some()).count() as f64 / ends.len() as f64;
    let method = Method::Described(format!("circular block bootstrap, blocks of {}", span(units.width, block)));
    let scope = Scope { unit: Unit::Ratio, window: Some(asked.period) };
    let why = "it holds if the time to come resembles the time seen".to_owned();
    out.probability =
        Some(Estimate::new(exhausted, method, ends.len() as u64, &scope).with_bound(Bound::Unknown { why }));
    out
}

fn span(width: Span, count: usize) -> String {
    Span(width.0.saturating_mul(count as i64)).about()
}

/// The instant within bad time at which more of it has passed than is allowed; `intervals` are sorted and disjoint.
pub(super) fn passed_in_time(intervals: &[(Timestamp, Timestamp)], allowed: Span) -> Option<Timestamp> {
    let mut left = allowed.0;
    for &(from, to) in intervals {
        let length = to.since(from).0;
        if length > left {
            return Some(from + Span(left.max(0)));
        }
        left -= length;
    }
    None
}

/// The end of the unit in which the budget was spent.
fn spent_at(asked: &Asked<'_>) -> Option<Timestamp> {
    let units = asked.units;
    let allowed = match asked.allowed {
        Allowed::Fixed(n) => n,
        Allowed::Share(share) => share * units.total.iter().sum::<f64>(),
    };
    let mut spent = 0.0;
    let at = units.bad.iter().position(|b| {
        spent += b;
        over(spent, allowed)
    })?;
    Some((units.start + Span(units.width.0.saturating_mul(at as i64 + 1))).min(units.end()))
}

/// Rounding of sums, and of differences of running sums, is no violation.
fn over(spent: f64, allowed: f64) -> bool {
    spent > allowed * (1.0 + 1e-10)
}

/// Draws futures from what was seen.
struct Futures<'a> {
    asked: &'a Asked<'a>,
    ahead: usize,
    blocks: Blocks,
    /// How many units the window holds before it lets the first one go.
    held: usize,
    /// What leaves a rolling window while it takes in each block ahead.
    leaving: Vec<[f64; 2]>,
}

/// A stretch of units that were drawn together.
#[derive(Clone, Copy)]
struct Drawn {
    /// The first unit ahead.
    step: usize,
    /// The first unit drawn.
    from: usize,
    length: usize,
    /// The sums before it.
    bad: f64,
    total: f64,
}

impl<'a> Futures<'a> {
    fn new(asked: &'a Asked<'a>, ahead: usize, block: usize) -> Self {
        let units = asked.units;
        let held = ((asked.period.width.0 as u64).div_ceil(units.width.0.max(1) as u64) as usize).max(units.len());
        let blocks = Blocks::new(units, block);
        let mut futures = Self { asked, ahead, blocks, held, leaving: Vec::new() };
        futures.leaving = futures.steps().map(|(step, length)| futures.gone(step, length)).collect();
        futures
    }

    /// The first unit ahead of each block, and how many units it has.
    fn steps(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (ahead, block) = (self.ahead, self.blocks.length());
        (0..ahead).step_by(block).map(move |step| (step, block.min(ahead - step)))
    }

    /// The unit ahead in which the budget is spent in one future; `None` where it lasts.
    fn one(&self, random: &mut SplitMix64) -> Option<usize> {
        let n = self.asked.units.len();
        let [mut bad, mut total] = self.blocks.sum(0, n);
        let mut path = Vec::new();
        for ((step, length), gone) in self.steps().zip(&self.leaving) {
            let drawn = Drawn { step, from: random.below(n), length, bad, total };
            let [more_bad, more] = self.blocks.block(drawn.from, length);
            // whole blocks are looked into only where they may hold the end: if all that is bad came first, and all that leaves had left
            match self.asked.allowed {
                Allowed::Share(_) if !self.asked.rolling => path.push(drawn),
                allowed => {
                    let most = match allowed {
                        Allowed::Fixed(most) => most,
                        Allowed::Share(share) => share * (total - gone[1]),
                    };
                    if over(bad + more_bad, most)
                        && let Some(end) = self.end(drawn, allowed, None)
                    {
                        return Some(end);
                    }
                }
            }
            bad += more_bad - gone[0];
            total += more - gone[1];
        }
        // a share of a calendar period is known when all of its traffic is
        let all = Some(total);
        path.iter().find_map(|drawn| self.end(*drawn, self.asked.allowed, all))
    }

    /// What leaves a rolling window while it takes in the units ahead numbered `[step, step + length)`.
    fn gone(&self, step: usize, length: usize) -> [f64; 2] {
        if !self.asked.rolling {
            return [0.0; 2];
        }
        let n = self.asked.units.len();
        let (from, to) = ((n + step).saturating_sub(self.held), (n + step + length).saturating_sub(self.held));
        self.blocks.sum(from.min(n), to.min(n) - from.min(n))
    }

    /// The unit of a block in which the budget is spent; `all` is the traffic that a share is taken of, where it is known.
    fn end(&self, drawn: Drawn, allowed: Allowed, all: Option<f64>) -> Option<usize> {
        (1..=drawn.length).find_map(|length| {
            let ([bad, total], gone) = (self.blocks.sum(drawn.from, length), self.gone(drawn.step, length));
            let bad = drawn.bad + bad - gone[0];
            let allowed = match allowed {
                Allowed::Fixed(allowed) => allowed,
                Allowed::Share(share) => share * all.unwrap_or_else(|| drawn.total + total - gone[1]),
            };
            over(bad, allowed).then_some(drawn.step + length - 1)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HOUR: i64 = Span::HOUR.0;

    fn asked(units: &Units, allowed: Allowed, hours: i64, rolling: bool) -> Projection {
        let start = if rolling { units.end() - Span(hours * HOUR) } else { units.start };
        let period = Window::new(start, Span(hours * HOUR)).unwrap();
        let spent: f64 = units.bad.iter().sum();
        let violated = match allowed {
            Allowed::Fixed(n) => spent > n,
            Allowed::Share(s) => spent > s * units.total.iter().sum::<f64>(),
        };
        project(&Asked { units, allowed, period, rolling, violated, spent_at: None }, &Options::default())
    }

    fn units(bad: Vec<f64>, total: f64) -> Units {
        Units { start: Timestamp(0), width: Span::HOUR, total: vec![total; bad.len()], bad }
    }

    #[test]
    fn even_spending_ends_when_the_line_says() {
        // one an hour since hour 0; after 100 hours 150 are allowed in 720: hour 151 is over
        let even = units(vec![1.0; 100], 60.0);
        let found = asked(&even, Allowed::Fixed(150.0), 720, false);
        let end = Some(Timestamp(151 * HOUR));
        assert_eq!((found.outcome, found.earliest, found.expected, found.latest), (Outcome::Within, end, end, end));
        assert_eq!(found.probability.unwrap().value, 1.0);
        // 720 are allowed: never more
        let never = asked(&even, Allowed::Fixed(720.0), 720, false);
        assert_eq!((never.outcome, never.expected), (Outcome::NotWithin, None));
        // a share of requests: 1 of 60 fails, so 2 % last and 1 % is over when 0.01 · 720 · 60 = 432 have failed
        let share = asked(&units(vec![1.0; 100], 60.0), Allowed::Share(0.02), 720, false);
        assert_eq!(share.outcome, Outcome::NotWithin);
        let over = asked(&even, Allowed::Fixed(99.0), 720, false);
        assert_eq!((over.outcome, over.exhausted), (Outcome::Exhausted, Some(Timestamp(100 * HOUR))));
        assert_eq!(asked(&even, Allowed::Fixed(150.0), 100, false).outcome, Outcome::PeriodOver);
        assert!(asked(&units(vec![1.0; 5], 60.0), Allowed::Fixed(150.0), 720, false).why.is_some());
    }

    #[test]
    fn a_rolling_window_forgets() {
        // 100 hours seen, one bad an hour, in a window of 100 hours: what comes equals what goes
        let even = units(vec![1.0; 100], 60.0);
        assert_eq!(asked(&even, Allowed::Fixed(100.0), 100, true).outcome, Outcome::NotWithin);
        assert_eq!(asked(&even, Allowed::Share(0.02), 100, true).outcome, Outcome::NotWithin);
        // in a window of 200 hours nothing goes for the first 100
        let growing = asked(&even, Allowed::Fixed(150.0), 200, true);
        assert_eq!(growing.expected, Some(Timestamp(151 * HOUR)));
    }

    /// Unit by unit, with the same drawings: the sums, what leaves and the end are those of the definition.
    #[test]
    fn blocks_are_skipped_only_where_nothing_ends() {
        let mut random = SplitMix64::new(11);
        for case in 0..300_u64 {
            let n = 30 + random.below(60);
            let bad: Vec<f64> =
                (0..n).map(|_| if random.below(5) == 0 { random.below(4) as f64 } else { 0.0 }).collect();
            let total: Vec<f64> = bad.iter().map(|b| b + random.below(40) as f64).collect();
            let units = Units { start: Timestamp(0), width: Span::HOUR, bad, total };
            let (seen, all): (f64, f64) = (units.bad.iter().sum(), units.total.iter().sum());
            let rolling = case % 2 == 0;
            let hours = n + random.below(2 * n);
            let allowed = if case % 4 < 2 {
                Allowed::Fixed(seen + random.below(20) as f64)
            } else {
                Allowed::Share((seen + random.below(20) as f64) / all)
            };
            let start = if rolling { units.end() - Span(hours as i64 * HOUR) } else { units.start };
            let period = Window::new(start, Span(hours as i64 * HOUR)).unwrap();
            let asked = Asked { units: &units, allowed, period, rolling, violated: false, spent_at: None };
            let (ahead, block) = (if rolling { hours } else { hours - n }, 1 + random.below(9));
            let futures = Futures::new(&asked, ahead, block);
            for seed in 0..10 {
                let found = futures.one(&mut SplitMix64::new(seed));
                assert_eq!(found, unit_by_unit(&asked, ahead, block, seed), "case {case}, seed {seed}");
            }
        }
    }

    fn unit_by_unit(asked: &Asked<'_>, ahead: usize, block: usize, seed: u64) -> Option<usize> {
        let mut random = SplitMix64::new(seed);
        let n = asked.units.len();
        let held = (asked.period.width.0 / HOUR) as usize;
        // all units ever in the window, old ones first
        let mut line: Vec<usize> = (0..n).collect();
        while line.len() < n + ahead {
            let from = random.below(n);
            line.extend((0..block).map(|i| (from + i) % n));
        }
        let sums = |window: &[usize]| {
            let sum = |column: &[f64]| window.iter().map(|i| column[*i]).sum::<f64>();
            (sum(&asked.units.bad), sum(&asked.units.total))
        };
        let traffic = sums(&line[..n + ahead]).1;
        (0..ahead).find(|step| {
            let end = n + step + 1;
            let window = if asked.rolling { &line[end.saturating_sub(held)..end] } else { &line[..end] };
            let (bad, total) = sums(window);
            let allowed = match asked.allowed {
                Allowed::Fixed(n) => n,
                Allowed::Share(share) => share * if asked.rolling { total } else { traffic },
            };
            over(bad, allowed)
        })
    }

    /// Independent hours, each bad with chance p: the hour in which the k-th bad one comes has mean k/p (negative binomial)
    /// and standard deviation √(k(1 − p))/p.
    #[test]
    fn rare_errors_spread_as_theory_has_it() {
        let mut random = SplitMix64::new(4);
        // exactly one in ten of a thousand hours, at shuffled places
        let mut bad = vec![0.0; 1000];
        let mut placed = 0;
        while placed < 100 {
            let at = random.below(1000);
            if bad[at] == 0.0 {
                bad[at] = 1.0;
                placed += 1;
            }
        }
        let u = units(bad, 1.0);
        let more = 50.0;
        let found = asked(&u, Allowed::Fixed(100.0 + more - 1.0), 20_000, false);
        let mean = more / 0.1;
        let sd = (more * 0.9).sqrt() / 0.1;
        let hours = |t: Option<Timestamp>| (t.unwrap().0 / HOUR - 1000) as f64;
        assert!((hours(found.expected) - mean).abs() < 0.35 * sd, "{}", hours(found.expected));
        assert!((hours(found.earliest) - (mean - 1.96 * sd)).abs() < 0.6 * sd, "{}", hours(found.earliest));
        assert!((hours(found.latest) - (mean + 1.96 * sd)).abs() < 0.6 * sd, "{}", hours(found.latest));
    }
}
