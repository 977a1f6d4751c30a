//! Which width to use: no wider than the budget bears, no narrower than the traffic fills.

use super::budget::Budget;
use super::closed_form::Ends;
use super::rule::Rule;
use crate::error::{Error, Result};
use crate::quantile::{Quantile, samples_needed, snapped};
use crate::time::Span;

/// At most this many candidate widths are looked at; beyond it the simple safe bound is given.
const MAX_PIECES: usize = 1_000_000;

/// The incidents that a width has to bear in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentPattern {
    /// Incidents of known lengths, such as [`BadTime::lengths`](super::BadTime::lengths).
    Measured(Vec<Span>),
    /// Equal incidents.
    Equal {
        /// The length of each.
        length: Span,
        /// How many of them.
        count: u64,
    },
}

impl IncidentPattern {
    /// Distinct lengths with how often each occurs.
    pub(super) fn lengths(&self) -> Vec<(i64, u64)> {
        match self {
            Self::Equal { length, count } if length.0 > 0 && *count > 0 => vec![(length.0, *count)],
            Self::Equal { .. } => Vec::new(),
            Self::Measured(all) => {
                let mut sorted: Vec<i64> = all.iter().map(|d| d.0).filter(|d| *d > 0).collect();
                sorted.sort_unstable();
                sorted.chunk_by(|a, b| a == b).map(|c| (c[0], c.len() as u64)).collect()
            }
        }
    }
}

/// What [`advise`] needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct AdvisorInput {
    /// The objective and its period.
    pub budget: Budget,
    /// The incidents in one period.
    pub incidents: IncidentPattern,
    /// When a slice is bad. A percentile is taken as one under an upper limit; for a lower one give what
    /// [`Rule::under`] makes of it.
    pub rule: Rule,
    /// The traffic, in samples per second, where it is known.
    pub rate_per_s: Option<f64>,
    /// The percentile that every window is to show, where one is wanted.
    pub quantile: Option<Quantile>,
    /// The confidence that a window's percentile has a finite upper bound, such as 0.95.
    pub level: f64,
}

/// The band of widths that are neither too wide for the budget nor too narrow for the percentile.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Advice {
    /// The narrowest width whose windows hold enough samples on average; `None` where traffic or percentile are not given.
    #[serde(rename = "narrowest_s", serialize_with = "seconds")]
    pub narrowest: Option<f64>,
    /// The samples that such a window holds.
    pub samples_needed: Option<u64>,
    /// The widest width at which the objective is met at every phase, and every incident is still seen; `None` where no width is.
    #[serde(rename = "widest_s", serialize_with = "seconds")]
    pub widest: Option<f64>,
    /// The width below which every narrower one is safe too; between it and `widest` there are widths that are not.
    #[serde(rename = "all_safe_below_s", serialize_with = "seconds")]
    pub all_safe_below: Option<f64>,
    /// The widest width at which the mean charge over the phases keeps the objective.
    #[serde(rename = "widest_expected_s", serialize_with = "seconds")]
    pub widest_expected: Option<f64>,
    /// The objective that slices of the widest safe width enforce in truth, 1 − ⌊B/w⌋·w/P.
    pub quantised_objective: Option<f64>,
    /// Whether no width is both wide and narrow enough.
    pub empty: bool,
    /// What keeps the widest width from being wider; `None` where no width is safe.
    pub limited_by: Option<WidthLimit>,
    /// What would open the band, where it is empty.
    pub openings: Vec<Opening>,
    /// The reasons, and what would help.
    pub why: Vec<String>,
}

/// What keeps a safe width from being wider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WidthLimit {
    /// Some phase of a wider one would charge more than the budget.
    Budget,
    /// Wider slices no longer see the shortest incident: it would fill too small a share of them.
    Blindness,
    /// The period itself: nothing in it is charged too much.
    Period,
}

/// One way to make room between a width that is too narrow and one that is too wide. Each alone is enough.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Opening {
    /// Ask for a lower percentile: the highest common one that windows of the widest safe width can bound.
    Percentile {
        /// The percentile.
        q: Quantile,
        /// The samples that it needs.
        samples: u64,
    },
    /// Keep a histogram a window, and read the percentile from so many of them merged.
    MergedHistograms {
        /// The number of windows.
        windows: u64,
    },
    /// More traffic: samples a second.
    Traffic {
        /// The rate.
        rate_per_s: f64,
    },
    /// A lower objective, that bears the narrowest width whose windows hold enough samples.
    Objective {
        /// The share of good time.
        objective: f64,
    },
}

#[allow(clippy::ref_option)] // the signature that serde calls
/// Whole numbers as such, so that JSON reads `129.6` and `60`.
fn seconds<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match value {
        Some(s) if s.fract() == 0.0 && s.abs() < 9e15 => serializer.serialize_some(&(*s as i64)),
        other => serializer.serialize_some(other),
    }
}

/// The band of widths for an objective, an incident pattern and a traffic.
///
/// With budget B and incidents dᵢ at least one width apart, slices of width w charge in the worst phase
/// Σ w⌈dᵢ/w + 1 − 2θ⌉, for any-bad Σ w(⌈dᵢ/w⌉ + 1), which must not exceed B; under rules that take exactly θ·w as bad (a share, a
/// majority), Σ w(⌊dᵢ/w + 1 − 2θ⌋ + 1). That sum jumps down at every w = dᵢ/k, so the safe widths need not be one interval: `widest` is the greatest safe width, `all_safe_below` the end of the interval that
/// begins at 0. On average the charge is D + M·w(1 − 2θ). A width of more than dᵢ/θ does not see incident i at all: it would be
/// “safe” by blindness, and is not counted as safe. Below, windows need samples: the smallest number whose one-sided upper
/// confidence bound of the percentile is finite, over the rate.
///
/// ```
/// use sre_stats::{time::Span, window::{AdvisorInput, Budget, IncidentPattern, Rule, advise}};
/// let advice = advise(&AdvisorInput {
///     budget: Budget::new("99.99%".parse()?, "30d".parse()?),
///     incidents: IncidentPattern::Equal { length: Span::MINUTE, count: 1 },
///     rule: Rule::AnyBad,
///     rate_per_s: Some(10.0),
///     quantile: Some("p99".parse()?),
///     level: 0.95,
/// })?;
/// assert_eq!((advice.narrowest, advice.widest), (Some(29.9), Some(129.6)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for a rule without a share of time (`mean`), a rate that is not more than 0, or a
/// level outside (0, 1).
pub fn advise(input: &AdvisorInput) -> Result<Advice> {
    input.rule.validate()?;
    let theta = input.rule.theta().ok_or_else(|| {
        Error::argument(format!("the rule “{}” has no closed form to advise by", input.rule))
            .hint("use any-bad, share:…, majority, all-bad or a percentile")
    })?;
    if input.rate_per_s.is_some_and(|r| !(r > 0.0 && r.is_finite())) {
        return Err(Error::argument("the traffic must be more than 0 samples per second"));
    }
    if !(input.level > 0.0 && input.level < 1.0) {
        return Err(Error::argument(format!("a confidence level of {} is not between 0 and 1", input.level)));
    }
    let mut why = Vec::new();
    let charge = Charge { lengths: input.incidents.lengths(), theta, ends: ends(&input.rule) };
    let limits = widest(input, &charge, &mut why);
    let (narrowest, samples_needed) = narrowest(input, &mut why)?;
    let empty = match (narrowest, limits.widest) {
        (_, None) => true,
        (Some(low), Some(high)) => low > high,
        (None, Some(_)) => false,
    };
    let openings = if empty { openings(input, &charge, narrowest, limits.widest, samples_needed) } else { Vec::new() };
    if let (true, Some(low), Some(high)) = (empty, narrowest, limits.widest) {
        why.push(format!(
            "no width is honest and safe: {} is needed for the percentile and {} {}; {}",
            shown(low),
            shown(high),
            match limits.by {
                Some(WidthLimit::Period) => "is the whole period",
                Some(WidthLimit::Blindness) => "is the most at which every incident is seen",
                _ => "is the most the budget bears",
            },
            openings.iter().map(ToString::to_string).collect::<Vec<_>>().join(", or "),
        ));
    } else if let ([opening], None) = (openings.as_slice(), limits.widest) {
        why.push(format!("it would take {opening}"));
    }
    Ok(Advice {
        narrowest,
        samples_needed,
        widest: limits.widest,
        all_safe_below: limits.all_below,
        widest_expected: limits.expected,
        quantised_objective: limits.widest.and_then(|w| Span::from_secs_f64(w).ok()).map(|w| input.budget.quantised(w)),
        empty,
        limited_by: limits.widest.and(limits.by),
        openings,
        why,
    })
}

/// Common percentiles, from the highest down.
const PERCENTILES: [Quantile; 6] =
    [Quantile::P9999, Quantile::P999, Quantile::P99, Quantile::P95, Quantile::P90, Quantile::MEDIAN];

/// What would make room for a width.
fn openings(
    input: &AdvisorInput,
    charge: &Charge,
    narrowest: Option<f64>,
    widest: Option<f64>,
    samples: Option<u64>,
) -> Vec<Opening> {
    let mut out = Vec::new();
    if let (Some(low), Some(high), Some(rate), Some(q)) = (narrowest, widest, input.rate_per_s, input.quantile) {
        let held = rate * high;
        let lower = PERCENTILES.into_iter().filter(|p| p.p() < q.p());
        let mut bounded = lower.filter_map(|p| samples_needed(p, input.level).map(|n| (p, n)));
        if let Some((q, samples)) = bounded.find(|(_, n)| *n as f64 <= held) {
            out.push(Opening::Percentile { q, samples });
        }
        out.push(Opening::MergedHistograms { windows: snapped(low / high).ceil() as u64 });
        out.extend(samples.map(|n| Opening::Traffic { rate_per_s: n as f64 / high }));
    }
    if let Some(low) = narrowest {
        let (width, period) = (low * 1e9, input.budget.period().0 as f64);
        let needed = charge.worst(width) / period;
        // an objective that is looser than the present one opens a width that the period holds at all
        if width <= period && needed > 0.0 && needed < 1.0 && charge.sees_all(width) {
            out.push(Opening::Objective { objective: 1.0 - needed });
        }
    }
    out
}

impl std::fmt::Display for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percentile { q, samples } => write!(f, "{q} instead, which needs {samples} samples"),
            Self::MergedHistograms { windows } => write!(f, "histograms a window, {windows} of them merged"),
            Self::Traffic { rate_per_s } => write!(f, "{} samples/s", crate::unit::significant(*rate_per_s)),
            Self::Objective { objective } => {
                write!(f, "an objective of {} or less", crate::unit::Unit::Ratio.show(*objective))
            }
        }
    }
}

/// Whether a slice with exactly θ·w of bad time is bad.
fn ends(rule: &Rule) -> Ends {
    if rule.is_strict() { Ends::Outside } else { Ends::Inside }
}

/// What incidents are charged, each at least a width from the next and in its own worst phase.
struct Charge {
    /// Distinct lengths in ns, increasing, with how often each occurs.
    lengths: Vec<(i64, u64)>,
    theta: f64,
    ends: Ends,
}

impl Charge {
    /// Slices of width w that are bad in the worst phase.
    fn slices(&self, w: f64) -> f64 {
        let c = 1.0 - 2.0 * self.theta;
        let most = |d: i64| self.ends.slices(snapped(d as f64 / w + c)).1.max(0.0);
        self.lengths.iter().map(|&(d, n)| n as f64 * most(d)).sum()
    }

    /// The worst charge of slices of width w, in ns.
    fn worst(&self, w: f64) -> f64 {
        w * self.slices(w)
    }

    /// The greatest width at which every incident is seen, in ns; infinite where any bad time is.
    fn sight(&self) -> f64 {
        let Some(&(shortest, _)) = self.lengths.first() else { return f64::INFINITY };
        if self.theta <= 0.0 {
            return f64::INFINITY;
        }
        let reach = shortest as f64 / self.theta;
        // a strict rule does not see an incident that fills exactly its share
        if self.ends == Ends::Inside { reach } else { reach - 1.0 }
    }

    fn sees_all(&self, w: f64) -> bool {
        w <= self.sight()
    }
}

fn shown(seconds: f64) -> String {
    Span::from_secs_f64(seconds).map_or_else(|_| format!("{seconds} s"), Span::about)
}

#[derive(Default)]
struct Limits {
    widest: Option<f64>,
    all_below: Option<f64>,
    expected: Option<f64>,
    by: Option<WidthLimit>,
}

fn narrowest(input: &AdvisorInput, why: &mut Vec<String>) -> Result<(Option<f64>, Option<u64>)> {
    let Some(q) = input.quantile else { return Ok((None, None)) };
    let Some(n) = samples_needed(q, input.level) else {
        return Err(Error::argument(format!("no number of samples bounds {q}")).hint("ask for one such as p99"));
    };
    let Some(rate) = input.rate_per_s else {
        why.push(format!("{q} needs {n} samples a window at {} confidence; the traffic is not given", input.level));
        return Ok((None, Some(n)));
    };
    let w = n as f64 / rate;
    why.push(format!(
        "{q} needs {n} samples a window at {} confidence: {} at {} samples/s on average",
        input.level,
        shown(w),
        crate::unit::significant(rate)
    ));
    Ok((Some(w), Some(n)))
}

/// The widest widths, in seconds.
fn widest(input: &AdvisorInput, charge: &Charge, why: &mut Vec<String>) -> Limits {
    let (period, allowed) = (input.budget.period().0 as f64, input.budget.allowed().0 as f64);
    let lengths = &charge.lengths;
    let m: u64 = lengths.iter().map(|l| l.1).sum();
    let d: f64 = lengths.iter().map(|l| l.0 as f64 * l.1 as f64).sum();
    if lengths.is_empty() {
        why.push("there is no incident to charge: every width up to the period is safe".into());
        let all = Some(period / 1e9);
        return Limits { widest: all, all_below: all, expected: all, by: Some(WidthLimit::Period) };
    }
    if d > allowed {
        why.push(format!(
            "the incidents alone last {} of the {} allowed: the objective is missed at any width that tells the truth",
            shown(d / 1e9),
            shown(allowed / 1e9)
        ));
        return Limits::default();
    }
    let sight = charge.sight();
    let most = sight.min(period);
    let (safe, all_below) = safe_widths(charge, allowed, most, why);
    let grows = 1.0 - 2.0 * charge.theta;
    let expected = if grows > 0.0 { ((allowed - d) / (m as f64 * grows)).min(most) } else { most };
    let by = match safe {
        s if s < most => WidthLimit::Budget,
        _ if sight < period => WidthLimit::Blindness,
        _ => WidthLimit::Period,
    };
    let of = if m == 1 { String::new() } else { format!("{m} incidents, ") } + &shown(d / 1e9) + " of bad time";
    match by {
        _ if safe <= 0.0 => why.push("the incidents spend the whole budget: only a vanishing width would be safe".into()),
        WidthLimit::Budget => why.push(format!(
            "{of}: at {} slices charge no more than {} in the worst phase, at {} on average",
            shown(safe / 1e9),
            shown(allowed / 1e9),
            shown(expected / 1e9)
        )),
        WidthLimit::Blindness => why.push(format!(
            "{of}: every width whose slices see it keeps the budget; beyond {} the shortest incident fills too little of a \
             slice to be seen",
            shown(sight / 1e9)
        )),
        WidthLimit::Period => why.push(format!("{of}: every width up to the period keeps the budget")),
    }
    if grows < 0.0 {
        why.push(format!(
            "slices that are bad from {} of their width on charge less than the truth on average, the less the wider they are",
            crate::unit::Unit::Ratio.show(charge.theta)
        ));
    } else if grows == 0.0 {
        why.push(
            "on average slices that are bad from half of their width on charge what there was, at any width".into(),
        );
    }
    if m > 1 {
        why.push("incidents are taken to be at least one width apart, each in its own worst phase".into());
    }
    let positive = |w: f64| (w > 0.0).then_some(w / 1e9);
    Limits { widest: positive(safe), all_below: positive(all_below), expected: positive(expected), by: Some(by) }
}

/// The greatest w ≤ `most` with a worst charge of no more than the budget, and the w up to which all are; both in ns.
///
/// On each piece between neighbouring jumps the charge is K·w with a constant K that falls with w. K·w lies between
/// D + M·w(1 − 2θ) and that plus M·w, which brackets both answers. Where the ends of bad starts count, the jump at w belongs to
/// the piece on its left, else to the one on its right.
fn safe_widths(charge: &Charge, budget: f64, most: f64, why: &mut Vec<String>) -> (f64, f64) {
    let c = 1.0 - 2.0 * charge.theta;
    let lengths = &charge.lengths;
    let m = lengths.iter().map(|l| l.1 as f64).sum::<f64>();
    let d = lengths.iter().map(|l| l.0 as f64 * l.1 as f64).sum::<f64>();
    let low = ((budget - d) / (m * (c + 1.0)).max(f64::MIN_POSITIVE)).min(most);
    let high = if c > 0.0 { ((budget - d) / (m * c)).min(most) } else { most };
    if low <= 0.0 {
        return (0.0, 0.0);
    }
    // jumps at ⌈d/w + c⌉: where d/w + c is a whole number
    let mut jumps = vec![low, high];
    for &(d, _) in lengths {
        let (first, last) = ((d as f64 / high + c).ceil() as i64, (d as f64 / low + c).floor() as i64);
        if (last - first).max(0) as usize + jumps.len() > MAX_PIECES {
            why.push("the incidents are long against the safe width: the simple bound is given".into());
            return (low, low);
        }
        jumps.extend((first..=last).map(|k| d as f64 / (k as f64 - c)).filter(|w| *w > low && *w < high));
    }
    jumps.sort_unstable_by(f64::total_cmp);
    jumps.dedup();
    let safe_at = |w: f64| charge.worst(w) <= budget * (1.0 + 4.0 * f64::EPSILON);
    let holds = |left: f64, end: f64| if charge.ends == Ends::Inside { end > left } else { end >= left };
    let mut widest = if safe_at(high) { high } else { low };
    if widest < high {
        for pair in jumps.windows(2).rev() {
            // a piece has the count of its middle throughout
            let (left, right) = (pair[0], pair[1]);
            let end = (budget / charge.slices(left.midpoint(right))).min(right);
            if holds(left, end) {
                widest = end;
                break;
            }
        }
    }
    let mut all_below = widest;
    for pair in jumps.windows(2) {
        let end = budget / charge.slices(pair[0].midpoint(pair[1]));
        if pair[0] >= widest || end < pair[1] {
            all_below = all_below.min(end.max(pair[0]));
            break;
        }
    }
    (widest, all_below)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn input(share: &str, period: &str, incidents: IncidentPattern, rule: Rule) -> AdvisorInput {
        AdvisorInput {
            budget: Budget::new(share.parse().unwrap(), period.parse().unwrap()),
            incidents,
            rule,
            rate_per_s: None,
            quantile: None,
            level: 0.95,
        }
    }

    fn secs(list: &[i64]) -> IncidentPattern {
        IncidentPattern::Measured(list.iter().map(|s| Span::from_secs(*s)).collect())
    }

    #[test]
    fn one_minute_against_four_nines() {
        let a = advise(&input("99.99%", "30d", secs(&[60]), Rule::AnyBad)).unwrap();
        assert_eq!(a.widest, Some(129.6));
        assert_eq!(a.all_safe_below, Some(129.6));
        // 60 + w ≤ 259.2
        assert!((a.widest_expected.unwrap() - 199.2).abs() < 1e-9);
        // one bucket of 129.6 s fits twice: nothing is lost
        assert!((a.quantised_objective.unwrap() - 0.9999).abs() < 1e-12);
        assert!(!a.empty);
    }

    /// The worst charge at a width, straight from the formula; a share is bad at exactly θ already.
    fn worst(list: &[i64], theta: f64, w: f64) -> f64 {
        let near = |x: f64| if (x - x.round()).abs() < 1e-12 * x.abs().max(1.0) { x.round() } else { x };
        let slices = |d: i64| {
            let length = near(d as f64 / w + 1.0 - 2.0 * theta);
            if theta == 0.0 { length.ceil() } else { length.floor() + 1.0 }
        };
        list.iter().map(|d| w * slices(*d)).sum()
    }

    #[test]
    fn the_widest_safe_width_is_the_last_one_and_all_narrower_hold_as_far_as_it_says() {
        let mut gaps = 0;
        for (list, share) in [
            (vec![60], "99.99%"),
            (vec![200], "99.99%"),
            (vec![250], "99.99%"),
            (vec![1000, 1000], "99.9%"),
            (vec![600, 700, 1100], "99.9%"),
            (vec![2000, 1, 1, 1], "99.9%"),
            (vec![2500, 30], "99.9%"),
        ] {
            for theta in [0.0, 0.1, 0.3] {
                let rule = if theta == 0.0 { Rule::AnyBad } else { Rule::Share(theta) };
                let a = advise(&input(share, "30d", secs(&list), rule)).unwrap();
                let budget = Budget::new(share.parse().unwrap(), "30d".parse().unwrap()).allowed().as_secs_f64();
                let (widest, all) = (a.widest.unwrap(), a.all_safe_below.unwrap());
                let case = format!("{list:?} {share} θ {theta}: {widest} {all} of {budget}");
                assert!(worst(&list, theta, widest) <= budget * (1.0 + 1e-9), "{case}");
                let blind = if theta > 0.0 { *list.iter().min().unwrap() as f64 / theta } else { f64::INFINITY };
                // a fine walk over the widths finds none safe beyond, none unsafe below
                let mut w = 0.25;
                while w < blind.min(10_000.0) {
                    let safe = worst(&list, theta, w) <= budget;
                    assert!(!safe || w <= widest * (1.0 + 1e-9), "{case}: {w} is safe");
                    assert!(safe || w > all * (1.0 - 1e-9), "{case}: {w} is not safe");
                    w *= 1.0009;
                }
                if all < widest {
                    gaps += 1;
                    // just beyond it is one that is not safe, unless a jump down follows at once
                    assert!(worst(&list, theta, all * (1.0 + 1e-7)) > budget, "{case}");
                }
            }
        }
        assert!(gaps > 0, "no case has a gap between safe widths");
    }

    #[test]
    fn budgets_that_bear_nothing_or_everything() {
        let over = advise(&input("99.99%", "30d", secs(&[260]), Rule::AnyBad)).unwrap();
        assert_eq!((over.widest, over.widest_expected, over.empty), (None, None, true));
        assert!(over.why[0].contains("missed at any width"));
        let exact = advise(&input("99%", "100s", secs(&[1]), Rule::AnyBad)).unwrap();
        assert_eq!((exact.widest, exact.empty), (None, true));
        let none = advise(&input("99.9%", "30d", secs(&[]), Rule::AnyBad)).unwrap();
        assert_eq!(none.widest, Some(2_592_000.0));
        // under a share rule, an incident that is no longer seen is no success
        let blind = advise(&input("99%", "30d", secs(&[60]), Rule::Share(0.5))).unwrap();
        assert_eq!(blind.widest, Some(120.0));
        assert!(blind.why.iter().any(|w| w.contains("too little")));
        assert_eq!(blind.limited_by, Some(WidthLimit::Blindness));
        // a strict rule misses an outage of exactly its share, so the widest width is short of that
        let strict = advise(&input("99%", "30d", secs(&[60]), Rule::Ratio(Quantile::MEDIAN))).unwrap();
        assert!(strict.widest.unwrap() < 120.0 && strict.widest.unwrap() > 119.999_999);
    }

    #[test]
    fn a_share_at_exactly_its_boundary_counts_one_slice_more() {
        // 60 s in slices of 60 s, bad from half on: an outage that begins in the middle fills half of two slices
        let (d, w) = (60, 60);
        let bad = {
            use crate::time::{Timestamp, Window};
            let at = |s: i64| Timestamp(s * 1_000_000_000);
            let hour = Window::new(at(0), Span::HOUR).unwrap();
            super::super::BadTime::from_intervals(hour, Span::SECOND, &[(at(630), at(690))], &[]).unwrap()
        };
        let row = &super::super::account(&bad, &"1m".parse().unwrap(), &Rule::Majority, None).unwrap().rows[0];
        assert_eq!(row.charged.max.value, 120.0);
        assert_eq!(worst(&[d], 0.5, w as f64), 120.0);
        // a budget of 100 s bears one such slice and not two
        let a = advise(&input("99%", "10000s", secs(&[d]), Rule::Majority)).unwrap();
        assert!(a.widest.unwrap() != 60.0 && worst(&[d], 0.5, a.widest.unwrap()) <= 100.0 * (1.0 + 1e-12), "{a:?}");
        // half a second wider than 60 there is one slice at most, up to what 60 s can fill half of
        assert_eq!(a.widest, Some(100.0));
        assert!(a.all_safe_below.unwrap() <= 50.0);
    }

    #[test]
    fn rules_of_half_a_slice_and_more_are_told_without_a_budget_they_do_not_meet() {
        for (rule, word) in [(Rule::Majority, "what there was"), (Rule::Share(0.8), "less than the truth on average")] {
            let a = advise(&input("99%", "30d", secs(&[60]), rule)).unwrap();
            assert_eq!(a.limited_by, Some(WidthLimit::Blindness));
            assert!(a.why.iter().any(|w| w.contains(word)), "{:?}", a.why);
            assert!(!a.why.iter().any(|w| w.contains("in the worst phase, at")), "{:?}", a.why);
        }
    }

    #[test]
    fn a_percentile_above_a_lower_limit_is_a_share() {
        // p10 > 50: a slice is bad from a tenth of bad samples on; taken as p10 < 50 it would need nine tenths
        let lower = Rule::Percentile(Quantile::new(0.1).unwrap()).under(Some(&"> 50".parse().unwrap())).unwrap();
        assert_eq!(lower, Rule::Share(0.1));
        let upper = Rule::Percentile(Quantile::new(0.1).unwrap());
        let widest = |rule| advise(&input("99%", "1d", secs(&[60]), rule)).unwrap().widest.unwrap();
        assert!(widest(lower) > 300.0 && widest(upper) < 67.0);
    }

    #[test]
    fn traffic_bounds_the_width_from_below() {
        let mut i = input("99.99%", "30d", IncidentPattern::Equal { length: Span::MINUTE, count: 1 }, Rule::AnyBad);
        i.quantile = Some(Quantile::P99);
        i.rate_per_s = Some(1.0);
        let a = advise(&i).unwrap();
        assert_eq!((a.samples_needed, a.narrowest, a.widest, a.empty), (Some(299), Some(299.0), Some(129.6), true));
        assert!(a.why.iter().any(|w| w.contains("no width is honest and safe")), "{:?}", a.why);
        // 129 samples bound p95 and not p99; three windows of 129.6 s hold 299; 299/129.6 samples a second; and an objective that
        // bears two slices of 299 s
        let opened: Vec<Opening> = a.openings.clone();
        assert_eq!(opened[0], Opening::Percentile { q: Quantile::P95, samples: 59 });
        assert_eq!(opened[1], Opening::MergedHistograms { windows: 3 });
        assert_eq!(opened[2], Opening::Traffic { rate_per_s: 299.0 / 129.6 });
        assert_eq!(opened[3], Opening::Objective { objective: 1.0 - 598.0 / 2_592_000.0 });
        // each of them does open it
        let mut with = i.clone();
        with.rate_per_s = Some(299.0 / 129.6 + 1e-9);
        assert!(!advise(&with).unwrap().empty);
        let mut with = i.clone();
        with.quantile = Some(Quantile::P95);
        assert!(!advise(&with).unwrap().empty);
        let mut with = i.clone();
        with.budget = Budget::new(Quantile::new(1.0 - 598.0 / 2_592_000.0 - 1e-12).unwrap(), "30d".parse().unwrap());
        assert!(!advise(&with).unwrap().empty);
        for (q, n) in [(Quantile::P95, 59), (Quantile::P999, 2995), (Quantile::P9999, 29_956)] {
            i.quantile = Some(q);
            assert_eq!(advise(&i).unwrap().samples_needed, Some(n));
        }
        let json = serde_json::to_value(&a).unwrap();
        assert_eq!(
            (json["narrowest_s"].clone(), json["widest_s"].clone()),
            (serde_json::json!(299), serde_json::json!(129.6))
        );
        i.rate_per_s = Some(0.0);
        assert!(advise(&i).is_err());
    }
}
