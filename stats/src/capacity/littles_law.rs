//! Little's law: L = λ W.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// The three numbers of Little's law.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Little {
    /// λ: arrivals per second.
    pub arrival_per_s: Estimate,
    /// W: the mean time in the system, in seconds.
    pub time_s: Estimate,
    /// L: the mean number in the system.
    pub in_system: Estimate,
}

fn law(arrival: f64, time: f64, in_system: f64, n: u64, window: Option<Window>) -> Little {
    let of = |value: f64, unit: Unit| Estimate::new(value, Method::Named("Little's law"), n, &Scope { unit, window });
    Little {
        arrival_per_s: of(arrival, Unit::PerSecond(Box::new(Unit::None))),
        time_s: of(time, Unit::Second),
        in_system: of(in_system, Unit::None),
    }
}

/// The third number from two of them: rate of arrivals, mean time in the system, mean number in it.
///
/// Holds for every system in which arrivals equal departures in the long run, whatever the distributions and the order of service. Not for
/// a system that fills up.
///
/// Source: J. D. C. Little, Operations Research 9 (1961).
///
/// ```
/// use sre_stats::capacity::little;
/// // 200 requests a second of 50 ms: ten at a time
/// assert_eq!(little(Some(200.0), Some(0.05), None)?.in_system.value, 10.0);
/// assert_eq!(little(Some(200.0), None, Some(10.0))?.time_s.value, 0.05);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where not exactly two are given, or one is not above 0.
pub fn little(arrival_per_s: Option<f64>, time_s: Option<f64>, in_system: Option<f64>) -> Result<Little> {
    if let Some(bad) = [arrival_per_s, time_s, in_system].into_iter().flatten().find(|v| !(*v > 0.0 && v.is_finite())) {
        return Err(Error::argument(format!("{bad} is not above 0")));
    }
    match (arrival_per_s, time_s, in_system) {
        (Some(a), Some(t), None) => Ok(law(a, t, a * t, 0, None)),
        (Some(a), None, Some(l)) => Ok(law(a, l / a, l, 0, None)),
        (None, Some(t), Some(l)) => Ok(law(l / t, t, l, 0, None)),
        _ => Err(Error::argument("Little's law gives one number from the other two")
            .hint("give two of arrival rate, time in the system and number in the system")),
    }
}

/// Little's law of requests that were seen: their starts in nanoseconds since the epoch, their durations in seconds, and the
/// window that both belong to.
///
/// λ and W are those of the requests, L their product: the mean number in the system, but for what requests do beyond the end of the
/// window. A caveat says how much of the time that is where it is more than 1 %.
///
/// ```
/// use sre_stats::capacity::little_of;
/// use sre_stats::time::{Span, Timestamp, Window};
/// let window = Window::new(Timestamp(0), Span::from_secs(10))?;
/// let starts: Vec<i64> = (0..20).map(|i| i * 500_000_000).collect();
/// let seen = little_of(&starts, &[0.25; 20], window)?;
/// assert_eq!((seen.arrival_per_s.value, seen.in_system.value), (2.0, 0.5));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without requests, [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ,
/// [`Argument`](crate::ErrorKind::Argument) where a start is outside the window or a duration is negative or not finite.
pub fn little_of(starts_ns: &[i64], durations_s: &[f64], window: Window) -> Result<Little> {
    if starts_ns.len() != durations_s.len() {
        return Err(Error::mismatch(format!("{} starts and {} durations", starts_ns.len(), durations_s.len())));
    }
    if starts_ns.is_empty() {
        return Err(Error::empty("there is no request in the window"));
    }
    if let Some(t) = starts_ns.iter().find(|t| !window.contains(Timestamp(**t))) {
        return Err(Error::argument(format!("a request starts outside the window, at {}", Timestamp(*t))));
    }
    if let Some(d) = durations_s.iter().find(|d| !(**d >= 0.0 && d.is_finite())) {
        return Err(Error::argument(format!("{d} s is not a duration")));
    }
    let n = starts_ns.len();
    let width = window.width.as_secs_f64();
    let total: f64 = durations_s.iter().sum();
    let after = |(t, d): (&i64, &f64)| (d - Span(window.end().0 - t).as_secs_f64()).max(0.0);
    let beyond: f64 = starts_ns.iter().zip(durations_s).map(after).sum();
    let mut found = law(n as f64 / width, total / n as f64, total / width, n as u64, Some(window));
    if beyond > 0.01 * total {
        let share = Unit::Ratio.show(beyond / total);
        let text = format!("{share} of the requests' time lies beyond the window: the number in it at a time was less");
        found.in_system.caveats.push(text);
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The mean number in the system, counted instant by instant.
    #[test]
    fn the_product_is_the_count_at_every_instant() {
        let second = 1_000_000_000;
        let starts: Vec<i64> = vec![0, second, second, 4 * second, 7 * second];
        let durations = [2.0, 3.0, 1.0, 0.5, 2.5];
        let window = Window::new(Timestamp(0), Span::from_secs(10)).unwrap();
        let found = little_of(&starts, &durations, window).unwrap();
        let at = |ms: i64| {
            let t = ms * 1_000_000;
            starts.iter().zip(&durations).filter(|(s, d)| **s <= t && t < **s + (**d * 1e9) as i64).count()
        };
        let counted = (0..10_000).map(at).sum::<usize>() as f64 / 10_000.0;
        assert!((found.in_system.value - counted).abs() < 1e-9, "{counted}");
        assert!(found.in_system.caveats.is_empty());
        let late = little_of(&[9 * second], &[5.0], window).unwrap();
        assert!(late.in_system.caveats[0].starts_with("80 %"), "{late:?}");
        assert!(little_of(&[10 * second], &[1.0], window).is_err());
        assert!(little(Some(1.0), None, None).is_err());
        assert!(little(Some(1.0), Some(0.0), None).is_err());
    }
}
