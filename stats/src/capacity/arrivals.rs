//! Do arrivals, or incidents, come at random, in clusters, or regularly?

use std::fmt;

use super::law::{chi_squared, chi_squared_quantile};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// What the times of arrivals say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecurrenceVerdict {
    /// They come in bursts, or at a rate that changes.
    Clustered,
    /// They keep a distance.
    Regular,
    /// Nothing speaks against a Poisson process of constant rate, which is no proof of one.
    PoissonNotRejected,
    /// Nothing can be said, for this reason.
    NoVerdict {
        /// Why.
        why: String,
    },
}

impl RecurrenceVerdict {
    /// `clustered`, `regular`, `poisson-not-rejected`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Clustered => "clustered",
            Self::Regular => "regular",
            Self::PoissonNotRejected => "poisson-not-rejected",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for RecurrenceVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for RecurrenceVerdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Arrivals held against a Poisson process.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Recurrence {
    /// The rate per second with its exact 95 % interval for a Poisson process.
    pub rate_per_s: Estimate,
    /// The variance of counts per window over their mean: 1 for a Poisson process, more in clusters. `None` below 25 arrivals.
    pub dispersion: Option<Estimate>,
    /// The p-value of the dispersion, two-sided.
    pub dispersion_p: Option<f64>,
    /// The squared coefficient of variation of the intervals: 1 for a Poisson process. `None` below 5 arrivals.
    pub interval_cv2: Option<Estimate>,
    /// The p-value of the interval test, two-sided; `None` where arrivals share an instant, since their times are rounded.
    pub interval_p: Option<f64>,
    /// Both p-values together, by Holm.
    pub p_value: Option<f64>,
    /// The verdict at the level asked.
    pub verdict: RecurrenceVerdict,
}

/// The window that arrivals stand for where nothing else says how long they were watched: from the first, to one mean interval after the
/// last.
///
/// A window that ends with the last arrival holds n arrivals in n − 1 intervals, and a rate over it is too high by n/(n − 1).
///
/// ```
/// use sre_stats::capacity::{arrival_window, recurrence};
/// // six arrivals, one a minute
/// let times: Vec<i64> = (0..6).map(|i| i * 60_000_000_000).collect();
/// let window = arrival_window(&times)?;
/// assert_eq!(window.width.to_string(), "6m");
/// assert_eq!(recurrence(&times, window, 0.95)?.rate_per_s.value, 1.0 / 60.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without arrivals, [`Argument`](crate::ErrorKind::Argument) where they are not sorted or all at one
/// instant.
pub fn arrival_window(times_ns: &[i64]) -> Result<Window> {
    if !times_ns.is_sorted() {
        return Err(Error::argument("the times are not sorted"));
    }
    let (Some(first), Some(last)) = (times_ns.first(), times_ns.last()) else {
        return Err(Error::empty("no arrival"));
    };
    let length = i128::from(*last) - i128::from(*first);
    if length == 0 {
        return Err(Error::argument("events at one instant have no rate").hint("give --arrival and --service"));
    }
    let intervals = times_ns.len() as i128 - 1;
    // the mean interval, to the nearest nanosecond, and at least one so that the last arrival is inside
    let mean = ((length * 2 + intervals) / (2 * intervals)).max(1);
    let width = i64::try_from(length + mean).map_err(|_| Error::argument("the arrivals span more than 292 years"))?;
    Window::new(Timestamp(*first), Span(width))
}

/// Windows of counts hold so many arrivals on average, or more.
const PER_WINDOW: usize = 5;
/// At most so many windows.
const WINDOWS: usize = 200;

/// Holds the times of arrivals, in nanoseconds since the epoch and sorted, against a Poisson process of constant rate over `window`.
///
/// Two tests, corrected by Holm: the *dispersion* of counts in equal windows (Fisher's index, χ²), which sees a rate that changes slowly;
/// and Bartlett's test of the *intervals* for exponential ones against gamma-shaped ones (Moran), which sees bursts and regularity from one
/// arrival to the next. For requests it says whether the queueing formulas apply; for incidents, whether one makes the next more likely
/// (clustered) or they merely happen. A daily season is clustered: take one hour of the day. Rounded times make the interval test impossible
/// where arrivals coincide. With 5 incidents only gross clusters show.
///
/// Sources: R. A. Fisher, “Statistical Methods for Research Workers” (1925), 16; M. S. Bartlett, Proc. R. Soc. A 160 (1937); P. A. P. Moran,
/// J. R. Stat. Soc. B 13 (1951); D. R. Cox and P. A. W. Lewis, “The Statistical Analysis of Series of Events” (1966), chapter 6; rate
/// interval: F. Garwood, Biometrika 28 (1936).
///
/// ```
/// use sre_stats::capacity::{RecurrenceVerdict, recurrence};
/// use sre_stats::time::{Span, Timestamp, Window};
/// let hour = 3_600_000_000_000;
/// // three nights of five incidents each within minutes
/// let times: Vec<i64> = [10, 200, 500].iter().flat_map(|h| (0..5).map(move |i| h * hour + i * hour / 10 + i * i * 7)).collect();
/// let month = Window::new(Timestamp(0), Span::from_secs(30 * 86_400))?;
/// assert_eq!(recurrence(&times, month, 0.95)?.verdict, RecurrenceVerdict::Clustered);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where times are not sorted or outside the window, or the level is outside (0, 1).
pub fn recurrence(times_ns: &[i64], window: Window, level: f64) -> Result<Recurrence> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"));
    }
    if !times_ns.is_sorted() {
        return Err(Error::argument("the times are not sorted"));
    }
    if let Some(t) = times_ns.iter().find(|t| !window.contains(Timestamp(**t))) {
        return Err(Error::argument(format!("an arrival at {} is outside the window", Timestamp(*t))));
    }
    let n = times_ns.len();
    let alpha = 1.0 - level;
    let of =
        |value: f64, unit: Unit, name| Estimate::new(value, Method::Named(name), n as u64, &Scope::new(unit, window));
    let width = window.width.as_secs_f64();
    // Garwood: χ² quantiles of 2n and 2n + 2 degrees
    let count = n as f64;
    let lower = if n == 0 { 0.0 } else { chi_squared_quantile(alpha / 2.0, 2.0 * count) / 2.0 };
    let upper = chi_squared_quantile(1.0 - alpha / 2.0, 2.0 * count + 2.0) / 2.0;
    let bound = Bound::Confidence { lower: lower / width, upper: upper / width, level };
    let rate = of(count / width, Unit::PerSecond(Box::new(Unit::None)), "count over time, Garwood").with_bound(bound);
    let mut found = Recurrence {
        rate_per_s: rate,
        dispersion: None,
        dispersion_p: None,
        interval_cv2: None,
        interval_p: None,
        p_value: None,
        verdict: RecurrenceVerdict::PoissonNotRejected,
    };
    if n < 5 {
        let why = format!("{n} arrivals are too few: 5 are needed");
        found.verdict = RecurrenceVerdict::NoVerdict { why };
        return Ok(found);
    }
    let mut sides: Vec<(f64, bool)> = Vec::new();
    let two_sided = |(below, above): (f64, f64)| ((2.0 * below.min(above)).min(1.0), above < below);
    if let Some((index, windows)) = dispersion(times_ns, window) {
        let side = two_sided(chi_squared(index * (windows - 1) as f64, (windows - 1) as f64));
        sides.push(side);
        found.dispersion_p = Some(side.0);
        found.dispersion = Some(of(index, Unit::None, "variance of counts over their mean"));
    }
    let intervals: Vec<f64> = times_ns.windows(2).map(|w| (i128::from(w[1]) - i128::from(w[0])) as f64 / 1e9).collect();
    let k = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / k;
    if mean > 0.0 {
        let square = intervals.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (k - 1.0);
        found.interval_cv2 =
            Some(of(square / (mean * mean), Unit::None, "squared coefficient of variation of intervals"));
    }
    if intervals.iter().all(|x| *x > 0.0) {
        let spread = intervals.iter().map(|x| (mean / x).ln()).sum::<f64>();
        let statistic = 2.0 * spread / (1.0 + (k + 1.0) / (6.0 * k));
        let side = two_sided(chi_squared(statistic, k - 1.0));
        sides.push(side);
        found.interval_p = Some(side.0);
    }
    sides.sort_by(|a, b| a.0.total_cmp(&b.0));
    match sides.first() {
        None => {
            let why = "arrivals share their instants and are too few for counts".to_owned();
            found.verdict = RecurrenceVerdict::NoVerdict { why };
        }
        Some((p, clustered)) => {
            let p = (p * sides.len() as f64).min(1.0);
            found.p_value = Some(p);
            if p <= alpha {
                found.verdict = if *clustered { RecurrenceVerdict::Clustered } else { RecurrenceVerdict::Regular };
            }
        }
    }
    Ok(found)
}

/// Variance over mean of counts in equal windows, and how many windows; `None` with too few arrivals for five of them.
fn dispersion(times_ns: &[i64], window: Window) -> Option<(f64, usize)> {
    let n = times_ns.len();
    let windows = (n / PER_WINDOW).min(WINDOWS);
    if windows < 5 {
        return None;
    }
    let mut counts = vec![0.0; windows];
    for t in times_ns {
        let share = (i128::from(*t) - i128::from(window.start.0)) * windows as i128 / i128::from(window.width.0.max(1));
        counts[(share.max(0) as usize).min(windows - 1)] += 1.0;
    }
    let mean = n as f64 / windows as f64;
    let square: f64 = counts.iter().map(|c| (c - mean) * (c - mean)).sum();
    Some((square / (windows - 1) as f64 / mean, windows))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn uniform(n: usize, random: &mut ChaCha8Rng) -> Vec<i64> {
        let mut times: Vec<i64> = (0..n).map(|_| random.random_range(0..3_600_000_000_000i64)).collect();
        times.sort_unstable();
        times
    }

    fn hour() -> Window {
        Window::new(Timestamp(0), Span::HOUR).unwrap()
    }

    #[test]
    fn a_poisson_process_is_rejected_at_the_stated_rate() {
        for n in [6, 40, 500] {
            let mut random = ChaCha8Rng::seed_from_u64(n as u64);
            let rejected = (0..1000)
                .filter(|_| {
                    let found = recurrence(&uniform(n, &mut random), hour(), 0.95).unwrap();
                    found.verdict != RecurrenceVerdict::PoissonNotRejected
                })
                .count();
            assert!(rejected <= 75, "n = {n}: {rejected} of 1000 at 5 %");
        }
    }

    #[test]
    fn bursts_and_clockwork_are_seen() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (mut clustered, mut regular) = (0, 0);
        for _ in 0..100 {
            let mut times: Vec<i64> = uniform(20, &mut random)
                .into_iter()
                .flat_map(|t| (0..3).map(move |i| t + i * 100_000_007))
                .filter(|t| *t < 3_600_000_000_000)
                .collect();
            times.sort_unstable();
            clustered += usize::from(recurrence(&times, hour(), 0.95).unwrap().verdict == RecurrenceVerdict::Clustered);
            let clock: Vec<i64> =
                (0..60).map(|i| i * 60_000_000_000 + random.random_range(0..20_000_000_000i64)).collect();
            regular += usize::from(recurrence(&clock, hour(), 0.95).unwrap().verdict == RecurrenceVerdict::Regular);
        }
        assert!(clustered >= 95 && regular >= 95, "{clustered} {regular}");
    }

    #[test]
    fn garwoods_interval_and_the_limits_of_the_data() {
        // Garwood (1936): 10 events: 4.795 to 18.390
        let times: Vec<i64> = (0..10).map(|i| i * 1_000_000_000 + i * i).collect();
        let found = recurrence(&times, hour(), 0.95).unwrap();
        let (lower, upper) = found.rate_per_s.interval().unwrap();
        assert!((lower * 3600.0 - 4.795).abs() < 1e-3 && (upper * 3600.0 - 18.390).abs() < 1e-3);
        let few = recurrence(&times[..4], hour(), 0.95).unwrap();
        assert!(matches!(few.verdict, RecurrenceVerdict::NoVerdict { .. }));
        let same = recurrence(&[5; 10], hour(), 0.95).unwrap();
        assert!(matches!(same.verdict, RecurrenceVerdict::NoVerdict { .. }) && same.interval_p.is_none(), "{same:?}");
        assert!(recurrence(&[2, 1], hour(), 0.95).is_err());
        assert!(recurrence(&[-1], hour(), 0.95).is_err());
        assert_eq!(recurrence(&[], hour(), 0.95).unwrap().rate_per_s.value, 0.0);
    }
}
