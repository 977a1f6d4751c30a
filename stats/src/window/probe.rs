//! What synthetic checks see of outages, and what their silence proves.

use super::advise::IncidentPattern;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::time::Span;
use crate::unit::Unit;

/// A check that runs at a steady interval and takes no time itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    interval: Span,
    fails: f64,
    in_a_row: u32,
}

/// What a probe makes of outages, over its uniform phase. Times are in seconds.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ProbeError {
    /// The distance of the checks.
    #[serde(rename = "interval_s")]
    pub interval: Span,
    /// How many outages there are.
    pub outages: u64,
    /// The true bad time.
    pub true_bad_s: f64,
    /// The mean of what is measured: failed checks times the interval.
    pub mean_s: f64,
    /// The standard deviation of what is measured, the phase of each outage independent of the others'.
    pub sd_s: f64,
    /// The mean distance between what is measured of a single outage and its length, averaged over the outages.
    pub mean_error_s: f64,
    /// The least that can be measured in all.
    pub least_s: f64,
    /// The most that can be measured in all.
    pub most_s: f64,
    /// The mean number of outages that no check sees.
    pub unseen: f64,
    /// The probability that the shortest outage is missed: no check fails in it.
    pub miss_probability: f64,
    /// The mean number of outages without so many failures in a row as raise an alert.
    pub unalerted: f64,
    /// From the start of an outage that is long enough to its alert: at least, on average, at most, where each check in an
    /// outage fails; `None` where one may pass.
    pub alert_after_s: Option<(f64, f64, f64)>,
}

impl Probe {
    /// A check every `interval`, which fails whenever it meets an outage; one failure raises an alert.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the interval is not more than 0.
    pub fn every(interval: Span) -> Result<Self> {
        if interval.0 <= 0 {
            return Err(Error::argument(format!("checks need an interval of more than 0, not {interval}")));
        }
        Ok(Self { interval, fails: 1.0, in_a_row: 1 })
    }

    /// The same check in outages of which only a share fails: each check in them fails with this probability.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) outside (0, 1].
    pub fn with_error_ratio(self, ratio: f64) -> Result<Self> {
        if ratio > 0.0 && ratio <= 1.0 {
            Ok(Self { fails: ratio, ..self })
        } else {
            Err(Error::argument(format!("an error ratio of {ratio} is not in (0, 1]")))
        }
    }

    /// The same check, with an alert after so many failures in a row; at least 1.
    #[must_use]
    pub fn with_failures_in_a_row(self, n: u32) -> Self {
        Self { in_a_row: n.max(1), ..self }
    }

    /// The distance of the checks.
    pub fn interval(self) -> Span {
        self.interval
    }

    /// What the checks make of outages whose phase against them is uniform.
    ///
    /// An outage of length d meets ⌊d/Δ⌋ checks, and one more with probability f = frac(d/Δ): Δ times the failed ones is right
    /// on average where every check in it fails, with deviation Δ√(f(1−f)) and mean distance 2Δf(1−f), and an outage shorter than
    /// Δ is missed with probability 1 − d/Δ. Where a check fails with probability e only, the mean is e·d.
    ///
    /// ```
    /// use sre_stats::{time::Span, window::{IncidentPattern, Probe}};
    /// let minutely = Probe::every(Span::MINUTE)?;
    /// let blip = minutely.error(&IncidentPattern::Equal { length: Span::from_secs(15), count: 1 });
    /// assert_eq!((blip.miss_probability, blip.mean_s, blip.most_s), (0.75, 15.0, 60.0));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn error(&self, outages: &IncidentPattern) -> ProbeError {
        let step = self.interval.as_secs_f64();
        let e = self.fails;
        let mut out = ProbeError {
            interval: self.interval,
            outages: 0,
            true_bad_s: 0.0,
            mean_s: 0.0,
            sd_s: 0.0,
            mean_error_s: 0.0,
            least_s: 0.0,
            most_s: 0.0,
            unseen: 0.0,
            miss_probability: 0.0,
            unalerted: 0.0,
            alert_after_s: (e >= 1.0).then(|| {
                let last = f64::from(self.in_a_row) * step;
                (last - step, last - step / 2.0, last)
            }),
        };
        let mut variance = 0.0;
        for (i, (length, count)) in outages.lengths().into_iter().enumerate() {
            let d = Span(length).as_secs_f64();
            let whole = length.div_euclid(self.interval.0);
            let f = length.rem_euclid(self.interval.0) as f64 / self.interval.0 as f64;
            let n = count as f64;
            // K checks in the outage: `whole`, or one more with probability f
            let over = |of: &dyn Fn(i64) -> f64| (1.0 - f) * of(whole) + if f > 0.0 { f * of(whole + 1) } else { 0.0 };
            out.outages += count;
            out.true_bad_s += n * d;
            out.mean_s += n * e * d;
            // failures of K checks are binomial: the variance within, and that of K
            variance += n * step * step * (e * (1.0 - e) * over(&|k| k as f64) + e * e * f * (1.0 - f));
            out.mean_error_s += n * over(&|k| mean_distance(k, e, step, d));
            out.least_s += if e < 1.0 { 0.0 } else { n * whole as f64 * step };
            out.most_s += n * over_most(whole, f) as f64 * step;
            let missed = over(&|k| (1.0 - e).powf(k as f64));
            out.unseen += n * missed;
            out.unalerted += n * over(&|k| 1.0 - run_probability(k, e, self.in_a_row));
            if i == 0 {
                out.miss_probability = missed;
            }
        }
        out.sd_s = variance.sqrt();
        out.mean_error_s /= (out.outages as f64).max(1.0);
        out
    }

    /// What checks without any failure prove: the failure ratio as 0, with its one-sided upper bound at `level`, exactly
    /// 1 − (1 − level)^(1/n); at 95 % about 3/n, the rule of three.
    ///
    /// Checks must be independent: minutely checks in an outage of an hour are one draw and not sixty. Source: J. A. Hanley and
    /// A. Lippman-Hand, “If nothing goes wrong, is everything all right?”, JAMA 249 (1983).
    ///
    /// ```
    /// use sre_stats::window::Probe;
    /// let day = Probe::all_good(1440, 0.95)?;
    /// let bound = day.confidence.expect("it has an interval");
    /// assert!((bound.upper - 3.0 / 1440.0).abs() < 1e-5);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a check, [`Argument`](crate::ErrorKind::Argument) for a level outside (0, 1).
    pub fn all_good(checks: u64, level: f64) -> Result<Estimate> {
        if checks == 0 {
            return Err(Error::empty("no check proves nothing"));
        }
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::argument(format!("a confidence level of {level} is not between 0 and 1")));
        }
        let upper = -((-level).ln_1p() / checks as f64).exp_m1();
        let method = Method::Named("no failure in n checks");
        let mut estimate = Estimate::new(0.0, method, checks, &Scope::untimed(Unit::Ratio))
            .with_confidence(Confidence { lower: 0.0, upper, level })
            .with_caveat("the checks are taken as independent");
        estimate.bound = Bound::Exact;
        Ok(estimate)
    }

    /// How long checks without a failure must go on to prove an availability at a level of confidence; `None` where no time is
    /// enough.
    ///
    /// ```
    /// use sre_stats::{time::Span, window::Probe};
    /// let minutely = Probe::every(Span::MINUTE)?;
    /// // 2995 checks for three nines
    /// assert_eq!(minutely.time_to_prove("99.9%".parse()?, 0.95).unwrap().to_string(), "2d 1h 55m");
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn time_to_prove(self, availability: Quantile, level: f64) -> Option<Span> {
        let checks = i64::try_from(crate::quantile::samples_needed(availability, level)?).ok()?;
        checks.checked_mul(self.interval.0).map(Span)
    }
}

/// The most checks that an outage can meet.
fn over_most(whole: i64, f: f64) -> i64 {
    whole + i64::from(f > 0.0)
}

/// The mean of |X·step − d| for X failures of k checks.
fn mean_distance(k: i64, e: f64, step: f64, d: f64) -> f64 {
    if e >= 1.0 {
        return (k as f64 * step - d).abs();
    }
    // binomial weights, one from the other; beyond a few thousand checks the normal approximation's mean distance
    if k > 4096 {
        let (mean, sd) = (k as f64 * e * step, (k as f64 * e * (1.0 - e)).sqrt() * step);
        return folded(mean - d, sd);
    }
    let mut ln_weight = k as f64 * (-e).ln_1p();
    let ln_odds = e.ln() - (-e).ln_1p();
    let mut sum = 0.0;
    for x in 0..=k {
        sum += ln_weight.exp() * (x as f64 * step - d).abs();
        ln_weight += ((k - x) as f64 / (x + 1) as f64).ln() + ln_odds;
    }
    sum
}

/// The mean of |N(mean, sd)|.
fn folded(mean: f64, sd: f64) -> f64 {
    let z = mean / sd;
    let density = (-z * z / 2.0).exp() * (2.0 / std::f64::consts::PI).sqrt();
    sd * density + mean * statrs::function::erf::erf(z / std::f64::consts::SQRT_2)
}

/// The probability that k checks, each failing with probability e, hold `run` failures in a row.
fn run_probability(k: i64, e: f64, run: u32) -> f64 {
    let run = i64::from(run);
    if k < run {
        return 0.0;
    }
    if e >= 1.0 {
        return 1.0;
    }
    // the state is the number of failures in a row so far, short of `run`
    let mut state = vec![0.0; run as usize];
    if let Some(first) = state.first_mut() {
        *first = 1.0;
    }
    let mut found = 0.0;
    for _ in 0..k {
        let all: f64 = state.iter().sum();
        found += state.last().map_or(0.0, |last| last * e);
        for i in (1..state.len()).rev() {
            state[i] = state[i - 1] * e;
        }
        if let Some(first) = state.first_mut() {
            *first = all * (1.0 - e);
        }
        if all < 1e-15 {
            break;
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn equal(seconds: f64, count: u64) -> IncidentPattern {
        IncidentPattern::Equal { length: Span::from_secs_f64(seconds).unwrap(), count }
    }

    /// Checks laid down at random phases, each failing by a coin.
    #[test]
    fn the_formulas_agree_with_a_simulation() {
        let mut random = ChaCha8Rng::seed_from_u64(20_261_125);
        for (d, ratio, run) in
            [(15.0, 1.0, 1), (60.0, 1.0, 1), (150.0, 1.0, 3), (150.0, 0.3, 2), (20.0, 0.5, 1), (61.0, 1.0, 2)]
        {
            let probe =
                Probe::every(Span::MINUTE).unwrap().with_error_ratio(ratio).unwrap().with_failures_in_a_row(run);
            let form = probe.error(&equal(d, 1));
            let tries = 40_000;
            let (mut sum, mut squares, mut distance, mut unseen, mut unalerted) = (0.0, 0.0, 0.0, 0.0, 0.0);
            let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
            for _ in 0..tries {
                let mut at: f64 = random.random_range(0.0..60.0);
                let (mut failed, mut in_a_row, mut alerted) = (0.0, 0, false);
                while at < d {
                    if random.random_range(0.0..1.0) < ratio {
                        failed += 1.0;
                        in_a_row += 1;
                        alerted |= in_a_row >= run;
                    } else {
                        in_a_row = 0;
                    }
                    at += 60.0;
                }
                let measured = failed * 60.0;
                sum += measured;
                squares += measured * measured;
                distance += (measured - d).abs();
                unseen += f64::from(u8::from(failed == 0.0));
                unalerted += f64::from(u8::from(!alerted));
                (least, most) = (least.min(measured), most.max(measured));
            }
            let n = f64::from(tries);
            let mean = sum / n;
            let sd = (squares / n - mean * mean).max(0.0).sqrt();
            let case = format!("d {d}, e {ratio}, {run} in a row: {form:?}");
            let noise = 5.0 * 60.0 / n.sqrt();
            assert!((form.mean_s - mean).abs() < noise, "{case} mean {mean}");
            assert!((form.sd_s - sd).abs() < noise, "{case} sd {sd}");
            assert!((form.mean_error_s - distance / n).abs() < noise, "{case} distance {}", distance / n);
            assert!((form.miss_probability - unseen / n).abs() < 5.0 * 0.5 / n.sqrt(), "{case} unseen {unseen}");
            assert!((form.unalerted - unalerted / n).abs() < 5.0 * 0.5 / n.sqrt(), "{case} unalerted {unalerted}");
            assert_eq!((form.least_s, form.most_s), (least, most), "{case}");
        }
    }

    #[test]
    fn several_outages_add_up() {
        let probe = Probe::every(Span::MINUTE).unwrap();
        let one = probe.error(&equal(15.0, 1));
        let ten = probe.error(&equal(15.0, 10));
        assert_eq!((ten.mean_s, ten.unseen, ten.outages), (150.0, 7.5, 10));
        assert!((ten.sd_s - one.sd_s * 10.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!((ten.mean_error_s, ten.miss_probability), (one.mean_error_s, one.miss_probability));
        // 2Δf(1−f)
        assert_eq!(one.mean_error_s, 2.0 * 60.0 * 0.25 * 0.75);
        let mixed = probe.error(&IncidentPattern::Measured(vec![Span::from_secs(15), Span::from_secs(600)]));
        assert_eq!((mixed.miss_probability, mixed.unseen, mixed.true_bad_s), (0.75, 0.75, 615.0));
        let none = probe.error(&IncidentPattern::Measured(Vec::new()));
        assert_eq!((none.outages, none.mean_s, none.mean_error_s), (0, 0.0, 0.0));
        assert_eq!(one.alert_after_s, Some((0.0, 30.0, 60.0)));
    }

    #[test]
    fn many_partial_checks_go_over_into_the_normal_law() {
        // the sum and the approximation agree where they meet
        let exact = mean_distance(4096, 0.3, 1.0, 1200.0);
        let near = folded(4096.0 * 0.3 - 1200.0, (4096.0_f64 * 0.21).sqrt());
        assert!((exact - near).abs() < 0.01 * exact, "{exact} {near}");
        assert!(mean_distance(5000, 0.3, 1.0, 1500.0) > 0.0);
    }

    #[test]
    fn silence_proves_what_the_rule_of_three_says() {
        // published: Hanley and Lippman-Hand, table 1 (0 of n, 95 % upper limit in percent): 10 → 26, 20 → 14, 100 → 3.0
        for (n, percent) in [(10, 26.0), (20, 14.0), (100, 3.0)] {
            let upper = Probe::all_good(n, 0.95).unwrap().confidence.unwrap().upper;
            assert!((upper * 100.0 - percent).abs() < 0.6, "{n}: {upper}");
            // the bound itself: with this failure ratio n checks are all good in 5 % of cases
            assert!(((1.0 - upper).powi(n as i32) - 0.05).abs() < 1e-12);
        }
        assert!(Probe::all_good(0, 0.95).is_err() && Probe::all_good(1, 1.0).is_err());
        let probe = Probe::every(Span::MINUTE).unwrap();
        assert_eq!(probe.time_to_prove(Quantile::P99, 0.95), Some(Span::from_secs(299 * 60)));
        assert_eq!(probe.time_to_prove("100%".parse().unwrap(), 0.95), None);
        assert!(Probe::every(Span::ZERO).is_err() && probe.with_error_ratio(0.0).is_err());
    }
}
