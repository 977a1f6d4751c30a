//! The truth behind data that are bucketed already.

use super::budget::Budget;
use super::rule::Rule;
use super::verdict::Verdict;
use crate::error::{Error, Result};
use crate::series::Series;
use crate::time::Span;

/// An interval of bad time in seconds. JSON has its ends as `lower` and `upper`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct TimeInterval {
    /// The lower end, in seconds.
    pub lower: f64,
    /// The upper end, in seconds.
    pub upper: f64,
    /// Whether the lower end itself is excluded.
    pub lower_open: bool,
    /// Whether the upper end itself is excluded.
    pub upper_open: bool,
}

impl TimeInterval {
    /// What every value of the interval says of a budget: [`Verdict::Undecidable`] where they differ.
    pub fn verdict(&self, allowed: Span) -> Verdict {
        let allowed = allowed.as_secs_f64();
        if self.upper <= allowed {
            Verdict::Met
        } else if self.lower > allowed || (self.lower_open && self.lower >= allowed) {
            Verdict::Violated
        } else {
            Verdict::Undecidable
        }
    }

    /// Whether a value lies in the interval.
    pub fn contains(&self, seconds: f64) -> bool {
        (seconds > self.lower || (seconds == self.lower && !self.lower_open))
            && (seconds < self.upper || (seconds == self.upper && !self.upper_open))
    }
}

/// What buckets allow to be said of the bad time behind them.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Inverse {
    /// The width of the buckets.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// The rule by which they were bad.
    pub rule: Rule,
    /// How many buckets there are.
    pub buckets: u64,
    /// How many of them are bad.
    pub bad_buckets: u64,
    /// How many runs of neighbouring bad buckets there are.
    pub runs: u64,
    /// Buckets without data: each holds any bad time from none to all.
    pub unknown_buckets: u64,
    /// The true bad time, whatever lies in the buckets.
    #[serde(rename = "true_bad_s")]
    pub any: TimeInterval,
    /// The true bad time if each run holds exactly one incident and there is no other.
    #[serde(rename = "true_bad_one_incident_s")]
    pub one_incident: TimeInterval,
    /// What follows without an assumption.
    pub verdict: Option<Verdict>,
    /// What follows if each run holds one incident.
    pub verdict_one_incident: Option<Verdict>,
}

/// The true bad time behind buckets that are only known to be bad (`true`) or good.
///
/// Without an assumption a bad bucket holds from θ·w to w of bad time and a good one less than θ·w (none under any-bad). If
/// each run of m bad buckets holds one incident, it fills the m − 2 inner ones and θ·w of both ends at least, and spills at
/// most less than θ·w into the good bucket on either side. With a single run that is the interval of
/// d: θ = 0: ((m−2)⁺w, mw]; m = 0: [0, 2θw); m = 1: [θw, w + 2θw); m ≥ 2: [(m−2)w + 2θw, mw + 2θw). A good bucket between
/// two runs is shared, and none is beyond the ends of the data, where time is not asked about.
///
/// ```
/// use sre_stats::window::{Rule, invert};
/// let inverse = invert(&[false, true, true, true, false], "5m".parse()?, &Rule::AnyBad, None)?;
/// assert_eq!((inverse.one_incident.lower, inverse.one_incident.upper), (300.0, 900.0));
/// assert_eq!((inverse.any.lower, inverse.any.upper), (0.0, 900.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without buckets; [`Argument`](crate::ErrorKind::Argument) where the width is not more
/// than 0 or the rule has no share of time (`mean`).
pub fn invert(bad: &[bool], width: Span, rule: &Rule, budget: Option<&Budget>) -> Result<Inverse> {
    let states: Vec<Option<bool>> = bad.iter().copied().map(Some).collect();
    of_states(&states, width, rule, budget)
}

/// As [`invert`], for a series of 0 (bad) and other values (good), one a bucket; its step is the width. Buckets that are
/// missing between samples are unknown: they hold any bad time from none to all, and a run ends before them.
///
/// # Errors
/// As [`invert`], and where the samples do not lie on one grid of their step.
pub fn invert_series(buckets: &Series, rule: &Rule, budget: Option<&Budget>) -> Result<Inverse> {
    let width = buckets
        .step()
        .ok_or_else(|| Error::argument("one bucket has no width of its own").hint("give the width with --width"))?;
    let first = buckets.times()[0];
    let mut states: Vec<Option<bool>> = Vec::with_capacity(buckets.len());
    for (&t, &v) in buckets.times().iter().zip(buckets.values()) {
        if (t - first) % width.0 != 0 {
            return Err(Error::argument(format!(
                "the bucket at {} is not on the grid of {width}",
                crate::time::Timestamp(t)
            ))
            .hint("buckets must all have one width"));
        }
        let index = (t - first) / width.0;
        if index > 1 << 32 {
            return Err(Error::argument("the buckets are too far apart"));
        }
        states.resize(index as usize, None);
        states.push(Some(v == 0.0));
    }
    of_states(&states, width, rule, budget)
}

fn of_states(states: &[Option<bool>], width: Span, rule: &Rule, budget: Option<&Budget>) -> Result<Inverse> {
    if states.is_empty() {
        return Err(Error::empty("there are no buckets"));
    }
    if width.0 <= 0 {
        return Err(Error::argument(format!("a bucket needs a width of more than 0, not {width}")));
    }
    rule.validate()?;
    let theta = rule.theta().ok_or_else(|| {
        Error::argument(format!("the rule “{rule}” does not bound how much of a bucket is bad"))
            .hint("use any-bad, share:…, majority, all-bad or a percentile")
    })?;
    let w = width.as_secs_f64();
    let (mut bad, mut unknown, mut runs) = (0_u64, 0_u64, 0_u64);
    let (mut inner, mut single) = (0_u64, 0_u64);
    for run in states.chunk_by(|a, b| a == b) {
        let m = run.len() as u64;
        match run[0] {
            Some(true) => {
                bad += m;
                runs += 1;
                inner += m.saturating_sub(2);
                single += u64::from(m == 1);
            }
            None => unknown += m,
            Some(false) => {}
        }
    }
    let is = |i: Option<usize>, what: bool| i.and_then(|i| states.get(i)).is_some_and(|s| *s == Some(what));
    let good = states.iter().filter(|s| **s == Some(false)).count() as u64;
    let beside = (0..states.len())
        .filter(|&i| is(Some(i), false) && (is(i.checked_sub(1), true) || is(Some(i + 1), true)))
        .count() as u64;
    let share = theta * w;
    let strict = rule.is_strict();
    let spill_open = !strict && theta > 0.0;
    // no run: one incident may still hide on the edge of two good buckets, or in the only one
    let spilled = if runs > 0 { beside } else { good.min(2) };
    let any_good = if theta > 0.0 { good as f64 * share } else { 0.0 };
    let unknown_s = unknown as f64 * w;
    let ends = (2 * runs - single) as f64;
    let any = TimeInterval {
        lower: bad as f64 * share,
        upper: bad as f64 * w + any_good + unknown_s,
        lower_open: strict && bad > 0,
        upper_open: spill_open && good > 0,
    };
    let one_incident = TimeInterval {
        lower: inner as f64 * w + ends * share,
        upper: bad as f64 * w + spilled as f64 * share + unknown_s,
        lower_open: strict && bad > 0,
        upper_open: spill_open && spilled > 0,
    };
    Ok(Inverse {
        width,
        rule: *rule,
        buckets: states.len() as u64,
        bad_buckets: bad,
        runs,
        unknown_buckets: unknown,
        verdict: budget.map(|b| any.verdict(b.allowed())),
        verdict_one_incident: budget.map(|b| one_incident.verdict(b.allowed())),
        any,
        one_incident,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::Quantile;
    use crate::series::{Identity, NanPolicy};
    use crate::time::Timestamp;
    use crate::unit::Unit;
    use crate::window::{BadTime, bad_windows};

    fn one(bad: &[u8], rule: &Rule) -> Inverse {
        let bad: Vec<bool> = bad.iter().map(|b| *b == 1).collect();
        invert(&bad, Span::from_secs(100), rule, None).unwrap()
    }

    #[test]
    fn a_run_of_m_buckets_bounds_its_incident() {
        let ends = |bad: &[u8], rule: &Rule| {
            let i = one(bad, rule).one_incident;
            (i.lower, i.upper, i.lower_open, i.upper_open)
        };
        let any = Rule::AnyBad;
        assert_eq!(ends(&[0, 1, 0], &any), (0.0, 100.0, true, false));
        assert_eq!(ends(&[0, 1, 1, 0], &any), (0.0, 200.0, true, false));
        assert_eq!(ends(&[0, 1, 1, 1, 0], &any), (100.0, 300.0, true, false));
        assert_eq!(ends(&[0, 0, 0], &any), (0.0, 0.0, false, false));
        let share = Rule::Share(0.25);
        assert_eq!(ends(&[0, 0, 0], &share), (0.0, 50.0, false, true));
        assert_eq!(ends(&[0, 1, 0], &share), (25.0, 150.0, false, true));
        assert_eq!(ends(&[0, 1, 1, 1, 0], &share), (150.0, 350.0, false, true));
        // no neighbour beyond the data, and one neighbour shared by two runs
        assert_eq!(ends(&[1, 1], &share), (50.0, 200.0, false, false));
        assert_eq!(ends(&[1, 0, 1], &share), (50.0, 225.0, false, true));
    }

    #[test]
    fn the_truth_lies_in_the_interval_and_the_interval_is_tight() {
        // every incident of whole ticks in 6 buckets of 8 ticks
        let (w, n) = (8, 48);
        let at = |t: i64| Timestamp(t * 1_000_000_000);
        let period = crate::time::Window::new(at(0), Span::from_secs(n)).unwrap();
        let rules =
            [Rule::AnyBad, Rule::Share(0.25), Rule::Majority, Rule::AllBad, Rule::Ratio(Quantile::new(0.75).unwrap())];
        for rule in rules {
            let mut seen: std::collections::BTreeMap<Vec<bool>, (f64, f64)> = std::collections::BTreeMap::new();
            for a in 0..n {
                for b in a + 1..=n {
                    let bad = BadTime::from_intervals(period, Span::SECOND, &[(at(a), at(b))], &[]).unwrap();
                    let mut flags = vec![false; 6];
                    for window in bad_windows(&bad, Span::from_secs(w), Span::ZERO, &rule).unwrap() {
                        flags[(window.start.0 / 1_000_000_000 / w) as usize] = true;
                    }
                    let d = (b - a) as f64;
                    let inverse = invert(&flags, Span::from_secs(w), &rule, None).unwrap();
                    assert!(inverse.one_incident.contains(d), "{rule} {flags:?} {d} {inverse:?}");
                    assert!(inverse.any.contains(d), "{rule} {flags:?} {d} {inverse:?}");
                    let ends = seen.entry(flags).or_insert((d, d));
                    *ends = (ends.0.min(d), ends.1.max(d));
                }
            }
            for (flags, (least, most)) in seen {
                let i = invert(&flags, Span::from_secs(w), &rule, None).unwrap().one_incident;
                // open ends are missed by one tick at each edge of the incident at most
                assert!(least - i.lower <= 2.0 && i.upper - most <= 2.0, "{rule} {flags:?}: {least} {most} {i:?}");
            }
        }
    }

    #[test]
    fn random_incidents_never_leave_the_interval_without_assumption() {
        let mut state = 7_u64;
        let mut random = move |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let at = |t: u64| Timestamp(t as i64 * 1_000_000_000);
        let period = crate::time::Window::new(at(0), Span::from_secs(600)).unwrap();
        for _ in 0..2000 {
            let list: Vec<_> =
                (0..random(6)).map(|_| (random(600), random(40))).map(|(a, d)| (at(a), at(a + d))).collect();
            let bad = BadTime::from_intervals(period, Span::SECOND, &list, &[]).unwrap();
            for rule in [Rule::AnyBad, Rule::Share(0.1), Rule::Majority, Rule::Ratio(Quantile::P90)] {
                let mut flags = vec![false; 30];
                for window in bad_windows(&bad, Span::from_secs(20), Span::ZERO, &rule).unwrap() {
                    flags[(window.start.0 / 20_000_000_000) as usize] = true;
                }
                let inverse = invert(&flags, Span::from_secs(20), &rule, None).unwrap();
                assert!(inverse.any.contains(bad.total().as_secs_f64()), "{rule} {list:?} {inverse:?}");
            }
        }
    }

    #[test]
    fn the_budget_may_be_undecidable() {
        let verdict = |bad: usize, share: &str| {
            let flags: Vec<bool> = (0..100).map(|i| (10..10 + bad).contains(&i)).collect();
            let budget = Budget::new(share.parse().unwrap(), Span::from_secs(10_000));
            let i = invert(&flags, Span::from_secs(100), &Rule::AnyBad, Some(&budget)).unwrap();
            (i.verdict.unwrap(), i.verdict_one_incident.unwrap())
        };
        assert_eq!(verdict(5, "95%"), (Verdict::Met, Verdict::Met));
        assert_eq!(verdict(6, "95%"), (Verdict::Undecidable, Verdict::Undecidable));
        // one incident of more than 500 s: seven bad buckets have five inside
        assert_eq!(verdict(7, "95%"), (Verdict::Undecidable, Verdict::Violated));
    }

    #[test]
    fn missing_buckets_are_unknown() {
        let series = |times: &[i64], values: &[f64]| {
            let times = times.iter().map(|t| t * 1_000_000_000).collect();
            Series::new(Identity::new("up", Unit::None), times, values.to_vec(), NanPolicy::Refuse).unwrap()
        };
        let i =
            invert_series(&series(&[0, 60, 120, 300, 360], &[1.0, 0.0, 0.0, 1.0, 1.0]), &Rule::AnyBad, None).unwrap();
        assert_eq!((i.buckets, i.bad_buckets, i.unknown_buckets, i.runs), (7, 2, 2, 1));
        assert_eq!((i.any.lower, i.any.upper), (0.0, 240.0));
        assert!(invert_series(&series(&[0, 60, 120, 200], &[1.0; 4]), &Rule::AnyBad, None).is_err());
        assert!(invert(&[], Span::SECOND, &Rule::AnyBad, None).is_err());
        assert!(invert(&[true], Span::SECOND, &Rule::Mean, None).is_err());
    }
}
