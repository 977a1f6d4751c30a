//! Rules that would have done better on the history: a search over a grid, honest about having looked.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::replay::{fired, judged};
use super::rule::{BurnRateRule, Severity};
use super::scan::{Firing, united};
use super::tally::Tally;
use super::truth::{Truth, TruthOptions};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::quantile::Quantile;
use crate::time::{Span, Timestamp, Window};
use crate::words::counted;

/// What is searched, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchOptions {
    /// Long windows.
    pub longs: Vec<Span>,
    /// Short windows, as divisors of the long one.
    pub divisors: Vec<u32>,
    /// Burn rates.
    pub factors: Vec<f64>,
    /// How often rules are evaluated.
    pub interval: Span,
    /// How incidents are found.
    pub truth: TruthOptions,
    /// The share of the history on which rules are chosen; they are checked on the rest.
    pub split: f64,
}

impl Default for SearchOptions {
    /// 10 long windows from 15 min to 3 d, short ones of a twelfth and a quarter, 10 burn rates from 1 to 50; chosen on half.
    fn default() -> Self {
        const MINUTES: [i64; 10] = [15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320];
        Self {
            longs: MINUTES.map(|m| Span::from_secs(m * 60)).to_vec(),
            divisors: vec![12, 4],
            factors: vec![1.0, 2.0, 3.0, 6.0, 8.0, 10.0, 14.4, 20.0, 30.0, 50.0],
            interval: Span::from_secs(30),
            truth: TruthOptions::default(),
            split: 0.5,
        }
    }
}

/// What a set of rules did on one part of a history.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// Significant incidents that began in this part.
    pub incidents: u64,
    /// Those that were missed.
    pub missed: u64,
    /// The median delay, a missed incident counting as longer than any; `None` where that is the median.
    #[serde(rename = "delay_median_s")]
    pub delay_median: Option<Span>,
    /// The longest delay of those found.
    #[serde(rename = "delay_worst_s")]
    pub delay_worst: Option<Span>,
    /// The greatest share of the budget spent at detection, of those found.
    pub budget_worst: Option<f64>,
    /// Firings about nothing that mattered.
    pub false_pages: u64,
    /// Firings a week.
    pub per_week: f64,
}

/// A set of rules that no other one beats on the first part of the history, with what it did on both parts.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Candidate {
    /// What it is best at, or its place.
    pub name: String,
    /// The rules; together they are one page.
    #[serde(serialize_with = "as_text")]
    pub rules: Vec<BurnRateRule>,
    /// On the part that it was chosen on: these numbers flatter it.
    pub chosen_on: Score,
    /// On the part that it had not seen.
    pub checked_on: Score,
}

fn as_text<S: serde::Serializer>(rules: &[BurnRateRule], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(rules.iter().map(ToString::to_string))
}

/// The outcome of a search.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Search {
    /// The part of the history on which rules were chosen.
    pub chosen_on: Window,
    /// The part on which they were checked.
    pub checked_on: Window,
    /// How many sets of rules were tried.
    pub tried: u64,
    /// The Pareto front on the first part, from the fewest false pages to the shortest delay.
    pub front: Vec<Candidate>,
    /// The workbook's paging rules, for comparison, where the period has any.
    pub workbook: Option<Candidate>,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// So many single rules at most are combined into pairs.
const COMBINED: usize = 40;

/// What a set did to each incident of the first part, and its false pages there.
struct Tried {
    rules: Vec<BurnRateRule>,
    firings: Vec<Firing>,
    delays: Vec<Option<Span>>,
    score: Score,
}

/// Tries every rule of the grid, and pairs of those that no other rule beats, on the first part of a history; returns the Pareto
/// front of missed incidents, median and longest delay and budget spent at detection against false pages, each checked on the
/// second part.
///
/// The search is deterministic, costs one pass over the evaluations a rule (in parallel through rayon), and can be cancelled.
/// Choosing the best of many on one history finds what fits that history; only the second part says what it is worth.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where the first part has no significant incident to choose by, or no rule of the grid can be
/// used; [`Argument`](crate::ErrorKind::Argument) for options out of range; [`Cancelled`](crate::ErrorKind::Cancelled).
pub fn search(
    counts: &Tally,
    target: Quantile,
    period: Span,
    options: &SearchOptions,
    progress: &Progress,
) -> Result<Search> {
    if !(options.split > 0.0 && options.split < 1.0) {
        return Err(Error::argument(format!("a share of {} leaves nothing to check on", options.split))
            .hint("give one between 0 and 1, such as 0.5"));
    }
    let truth = Truth::measured(counts, target, period, &options.truth)?;
    let all = counts.window();
    let at = Timestamp(all.start.0 + (all.width.0 as f64 * options.split) as i64);
    let parts = Parts { counts, truth: &truth, at };
    let seen = parts.incidents(true);
    if seen == 0 {
        return Err(Error::empty(format!("no significant incident before {at}: there is nothing to choose rules by"))
            .hint("give a longer history"));
    }
    let (grid, off_ticks) = grid(options, target, period, counts);
    if grid.is_empty() {
        return Err(Error::empty("no rule of the grid can be used with this objective and these data").hint(format!(
            "the data come every {}: only windows that are multiples of that can be replayed; judge rules of your own with --alert",
            counts.tick()
        )));
    }
    progress.stage("searching for rules", grid.len() as u64);
    let singles: Vec<Tried> = grid
        .par_iter()
        .map(|rule| {
            progress.check()?;
            let found = fired(counts, rule, target, options.interval)?;
            progress.advance(1);
            Ok(parts.tried(vec![*rule], found))
        })
        .collect::<Result<_>>()?;
    let mut tried = singles.len() as u64;
    let mut best = unbeaten(singles);
    let pairs: Vec<(usize, usize)> = (0..best.len()).flat_map(|i| (i + 1..best.len()).map(move |j| (i, j))).collect();
    tried += pairs.len() as u64;
    progress.stage("combining rules", pairs.len() as u64);
    let pairs: Vec<Tried> = pairs
        .par_iter()
        .map(|&(i, j)| {
            progress.check()?;
            progress.advance(1);
            let (a, b) = (&best[i], &best[j]);
            Ok(parts.tried(vec![a.rules[0], b.rules[0]], united(&[&a.firings, &b.firings])))
        })
        .collect::<Result<_>>()?;
    best.extend(pairs);
    let front = named(&front(best), &parts);
    let pages: Vec<BurnRateRule> =
        BurnRateRule::workbook(period).into_iter().filter(|r| r.severity == Severity::Page).collect();
    let lists: Result<Vec<Vec<Firing>>> = pages.iter().map(|r| fired(counts, r, target, options.interval)).collect();
    let workbook = lists.ok().filter(|l| !l.is_empty()).map(|lists| {
        let lists: Vec<&[Firing]> = lists.iter().map(Vec::as_slice).collect();
        parts.candidate("workbook".to_owned(), &parts.tried(pages, united(&lists)))
    });
    let shorts = front.iter().flat_map(|c: &Candidate| &c.rules).map(|r| r.short);
    let narrow =
        shorts.min().filter(|short| short.0 < FEW_SAMPLES * counts.tick().0).map(|short| (short, counts.tick()));
    Ok(Search {
        chosen_on: Window::new(all.start, at.since(all.start))?,
        checked_on: Window::new(at, all.end().since(at))?,
        tried,
        caveats: caveats(tried, (seen, parts.incidents(false)), narrow).into_iter().chain(off_ticks).collect(),
        front,
        workbook,
    })
}

fn caveats(tried: u64, (seen, unseen): (usize, usize), narrow: Option<(Span, Span)>) -> Vec<String> {
    let mut out = vec![format!(
        "{tried} sets were tried on one history: the numbers of the first part flatter whatever was chosen there; judge by the \
         second part"
    )];
    if seen < FEW || unseen < FEW {
        out.push(format!(
            "{} to choose by and {unseen} to check on: fewer than {FEW} in a part say little",
            counted(seen as u64, "significant incident")
        ));
    }
    if let Some((short, tick)) = narrow {
        out.push(format!(
            "a window of {short} holds {} samples that are {tick} apart: a rate in Prometheus over so few misses some, or all",
            short.0 / tick.0.max(1)
        ));
    }
    out
}

const FEW: usize = 5;
/// A rate over fewer samples than this is unreliable where scrapes are late or missing.
const FEW_SAMPLES: i64 = 4;

/// Every rule of the grid that can fire, fits the data and the period; and which windows were left out for the data's tick, in words.
fn grid(
    options: &SearchOptions,
    target: Quantile,
    period: Span,
    counts: &Tally,
) -> (Vec<BurnRateRule>, Option<String>) {
    let mut out = Vec::new();
    let mut off = Vec::new();
    for &long in &options.longs {
        for &divisor in &options.divisors {
            let short = Span(long.0 / i64::from(divisor.max(1)));
            let fits = long <= period && long <= counts.window().width;
            // a window that is no multiple of the tick would be replayed as another one
            let whole = |window: Span| window.0 > 0 && window.0 % counts.tick().0.max(1) == 0;
            if fits && !(whole(short) && whole(long)) {
                off.push(format!("{} and {}", long.compact(), short.compact()));
                continue;
            }
            for &factor in &options.factors {
                if let Ok(rule) = BurnRateRule::new(factor, long, short, Severity::Page)
                    && fits
                    && rule.threshold(target).is_ok()
                {
                    out.push(rule);
                }
            }
        }
    }
    let told = || {
        let (tick, pairs) = (counts.tick(), crate::words::counted(off.len() as u64, "pair"));
        format!(
            "the data come every {tick}: {pairs} of windows that are no multiples of that were not tried ({})",
            off.join("; ")
        )
    };
    let told = (!off.is_empty()).then(told);
    (out, told)
}

/// A history in two parts.
struct Parts<'a> {
    counts: &'a Tally,
    truth: &'a Truth,
    at: Timestamp,
}

impl Parts<'_> {
    fn is_in(&self, t: Timestamp, first: bool) -> bool {
        (t < self.at) == first
    }

    fn incidents(&self, first: bool) -> usize {
        self.truth.incidents.iter().filter(|i| i.significant && self.is_in(i.start, first)).count()
    }

    fn tried(&self, rules: Vec<BurnRateRule>, firings: Vec<Firing>) -> Tried {
        let (score, delays) = self.score(&firings, true);
        Tried { rules, firings, delays, score }
    }

    /// The score of one part and the delay of each of its incidents.
    fn score(&self, firings: &[Firing], first: bool) -> (Score, Vec<Option<Span>>) {
        let replay = judged(self.counts, self.truth, firings);
        let mine: Vec<_> =
            replay.detections.iter().filter(|d| self.is_in(self.truth.incidents[d.incident].start, first)).collect();
        let delays: Vec<Option<Span>> = mine.iter().map(|d| d.delay).collect();
        let mut found: Vec<Span> = delays.iter().copied().flatten().collect();
        found.sort_unstable();
        let fired = || replay.firings.iter().filter(|f| self.is_in(f.firing.start, first));
        let (from, to) = if first { (self.counts.start(), self.at) } else { (self.at, self.counts.end()) };
        let weeks = to.since(from).as_secs_f64() / (7.0 * 86_400.0);
        let score = Score {
            incidents: delays.len() as u64,
            missed: (delays.len() - found.len()) as u64,
            // the lower of the middle two, so that half of the incidents are found by then
            delay_median: delays.len().checked_sub(1).and_then(|n| found.get(n / 2).copied()),
            delay_worst: found.last().copied(),
            budget_worst: mine.iter().filter_map(|d| d.budget_at_detection).reduce(f64::max),
            false_pages: fired().filter(|f| f.kind == super::replay::FiringKind::False).count() as u64,
            per_week: fired().count() as f64 / weeks,
        };
        (score, delays)
    }

    fn candidate(&self, name: String, tried: &Tried) -> Candidate {
        let (checked_on, _) = self.score(&tried.firings, false);
        Candidate { name, rules: tried.rules.clone(), chosen_on: tried.score, checked_on }
    }
}

/// What is missing is worse than anything.
fn late(delay: Option<Span>) -> i64 {
    delay.map_or(i64::MAX, |d| d.0)
}

/// Single rules that no other one beats at every incident and in false pages, at most [`COMBINED`].
fn unbeaten(all: Vec<Tried>) -> Vec<Tried> {
    let beats = |a: &Tried, b: &Tried| {
        let no_worse = a.score.false_pages <= b.score.false_pages
            && a.delays.iter().zip(&b.delays).all(|(x, y)| late(*x) <= late(*y));
        let better = a.score.false_pages < b.score.false_pages
            || a.delays.iter().zip(&b.delays).any(|(x, y)| late(*x) < late(*y));
        no_worse && better
    };
    let same = |a: &Tried, b: &Tried| a.score.false_pages == b.score.false_pages && a.delays == b.delays;
    let keep: Vec<bool> = (0..all.len())
        .map(|i| {
            let finds = all[i].delays.iter().any(Option::is_some);
            finds && !all.iter().any(|b| beats(b, &all[i])) && !all[..i].iter().any(|b| same(b, &all[i]))
        })
        .collect();
    let mut out: Vec<Tried> = all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(t, _)| t).collect();
    out.sort_by_key(|t| (t.score.false_pages, t.score.missed, late(t.score.delay_median), late(t.score.delay_worst)));
    out.truncate(COMBINED);
    out
}

/// What a front is about, each the smaller the better.
fn goals(s: &Score) -> [f64; 5] {
    let seconds = |d: Option<Span>| d.map_or(f64::INFINITY, Span::as_secs_f64);
    [
        s.missed as f64,
        seconds(s.delay_median),
        seconds(s.delay_worst),
        s.budget_worst.unwrap_or(f64::INFINITY),
        s.false_pages as f64,
    ]
}

/// The sets whose goals no other set's beat; of equal ones the first. From the fewest false pages to the shortest delay.
fn front(all: Vec<Tried>) -> Vec<Tried> {
    let goals: Vec<[f64; 5]> = all.iter().map(|t| goals(&t.score)).collect();
    let beats = |a: &[f64; 5], b: &[f64; 5]| a.iter().zip(b).all(|(x, y)| x <= y) && a != b;
    let keep: Vec<bool> =
        (0..all.len()).map(|i| !goals.iter().any(|g| beats(g, &goals[i])) && !goals[..i].contains(&goals[i])).collect();
    let mut out: Vec<Tried> = all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(t, _)| t).collect();
    out.sort_by(|a, b| {
        let key =
            |t: &Tried| (t.score.false_pages, t.score.missed, late(t.score.delay_median), late(t.score.delay_worst));
        key(a).cmp(&key(b)).then(a.rules.len().cmp(&b.rules.len()))
    });
    out
}

/// Names for what stands out: quietest, fastest, balanced; the others by their place.
fn named(front: &[Tried], parts: &Parts<'_>) -> Vec<Candidate> {
    let by = |key: &dyn Fn(&Tried) -> Vec<f64>| {
        let order = |a: &(usize, Vec<f64>), b: &(usize, Vec<f64>)| {
            a.1.iter().zip(&b.1).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        };
        front.iter().map(key).enumerate().min_by(order).map(|(i, _)| i)
    };
    let quietest = by(&|t| {
        let [missed, median, worst, _, false_pages] = goals(&t.score);
        vec![false_pages, missed, median, worst]
    });
    let fastest = by(&|t| {
        let [missed, median, worst, _, false_pages] = goals(&t.score);
        vec![missed, median, worst, false_pages]
    });
    // nearest to the best of each goal, each scaled by its range over the front
    let columns: Vec<[f64; 5]> = front.iter().map(|t| goals(&t.score)).collect();
    let range = |g: usize| {
        let finite = columns.iter().map(|c| c[g]).filter(|v| v.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
    };
    let ranges: Vec<(f64, f64)> = (0..5).map(range).collect();
    let balanced = by(&|t| {
        let scaled = |(g, v): (usize, &f64)| match ranges[g] {
            (low, high) if v.is_finite() && high > low => ((v - low) / (high - low)).powi(2),
            _ if v.is_finite() => 0.0,
            // nothing found at all is twice as far as the worst that was
            _ => 4.0,
        };
        vec![goals(&t.score).iter().enumerate().map(scaled).sum()]
    });
    front
        .iter()
        .enumerate()
        .map(|(i, tried)| {
            let names: Vec<&str> = [(quietest, "quietest"), (balanced, "balanced"), (fastest, "fastest")]
                .into_iter()
                .filter(|(at, _)| *at == Some(i))
                .map(|(_, name)| name)
                .collect();
            let name = if names.is_empty() { format!("set {}", i + 1) } else { names.join(", ") };
            parts.candidate(name, tried)
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::Population;

    /// A week of ten requests every 7 s, with an outage of 7 minutes a day: 3600 s and 300 s are no multiples of 7 s.
    #[test]
    fn windows_off_the_tick_are_told() {
        let n = 7 * 86_400 / 7;
        let bad: Vec<u64> = (0..n).map(|i| if i % (n / 7) < 60 { 10 } else { 0 }).collect();
        let options = |longs: &[i64]| SearchOptions {
            longs: longs.iter().map(|s| Span::from_secs(*s)).collect(),
            factors: vec![2.0, 6.0],
            ..SearchOptions::default()
        };
        let tally = |tick: i64| {
            Tally::new(Timestamp(0), Span::from_secs(tick), &bad, &vec![10; n], Population::Requests).unwrap()
        };
        let found = |tick: i64, longs: &[i64]| {
            let (target, period) = ("99.9%".parse().unwrap(), "30d".parse().unwrap());
            let found = search(&tally(tick), target, period, &options(longs), &Progress::new()).unwrap();
            (found.tried, found.caveats.into_iter().find(|c| c.contains("were not tried")))
        };
        // 4200 s = 600 ticks with 350 s = 50 and 1050 s = 150 of them; a quarter of 84 min are 180 ticks, a twelfth 60
        let (tried, told) = found(7, &[3600, 4200, 5040]);
        let told = told.unwrap();
        assert!(told.contains("every 7s: 2 pairs of windows") && told.ends_with("(1h and 5m; 1h and 15m)"), "{told}");
        assert_eq!((tried, None), found(7, &[4200, 5040]));
        // what is wider than the data is left out for that alone
        assert_eq!(found(7, &[4200, 8 * 86_400 + 1]).1, None);
        assert_eq!(found(1, &[3600, 4200]).1, None);
    }
}
