//! What extrapolation makes of one event alone.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::time::Span;
use crate::unit::Unit;

/// How a single event shows in Prometheus' `increase` over windows that follow each other.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct IsolatedEvent {
    /// Scrapes a window, N = window / interval.
    pub scrapes: f64,
    /// The probability that no window shows the event: 1/N.
    pub lost: Estimate,
    /// What the window that shows it reads at least: N / (⌈N⌉ − 1).
    pub reads_least: f64,
    /// What it reads at most: N / (⌊N⌋ − 1); the same where N is whole.
    pub reads_most: f64,
}

/// How one event of a counter shows in `increase` over windows that follow each other, scraped at a steady interval.
///
/// Of the N intervals between scrapes that begin in a window, one reaches over its end: an event in it happens between the last
/// scrape of one window and the first of the next, and neither reads it. An event in one of the others is stretched with the
/// samples to the whole window. On average the two cancel out: the mean reading is 1. It holds where the phase of the scrapes is
/// uniform and the counter is well above 0; near its zero the reading is smaller.
///
/// ```
/// use sre_stats::{time::Span, window::isolated_event};
/// let minute = isolated_event(Span::MINUTE, Span::from_secs(15))?;
/// assert_eq!((minute.lost.value, minute.reads_most), (0.25, 4.0 / 3.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the window does not hold two scrapes: it never reads anything.
pub fn isolated_event(window: Span, interval: Span) -> Result<IsolatedEvent> {
    if interval.0 <= 0 || window.0 / interval.0.max(1) < 2 {
        return Err(Error::argument(format!("a window of {window} does not hold two scrapes every {interval}"))
            .hint("make the window at least twice as long as the scrape interval, better four times"));
    }
    let n = window.0 as f64 / interval.0 as f64;
    let method = Method::Named("one of N scrape intervals");
    Ok(IsolatedEvent {
        scrapes: n,
        lost: Estimate::new(1.0 / n, method, n.round() as u64, &Scope::untimed(Unit::Ratio)),
        reads_least: n / (n.ceil() - 1.0),
        reads_most: n / (n.floor() - 1.0),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::time::Timestamp;
    use crate::window::{Dialect, RangeEnds, RangeFunction, RangeQuery};

    /// Every phase of the scrapes and every place of the event, on milliseconds, read by `increase` itself.
    #[test]
    fn the_formulas_agree_with_prometheus_own_reading() {
        const MS: i64 = 1_000_000;
        for (window, interval) in [(60_000_i64, 15_000_i64), (50_000, 15_000), (40_000, 20_000), (45_000, 20_000)] {
            let form = isolated_event(Span(window * MS), Span(interval * MS)).unwrap();
            let query =
                RangeQuery::new(RangeFunction::Increase, Span(window * MS), RangeEnds::Extrapolated, Dialect::V3)
                    .unwrap();
            let (mut lost, mut sum, mut tries) = (0, 0.0, 0);
            let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
            for phase in (117..interval).step_by(733) {
                for event in (window * 5..window * 6).step_by(997) {
                    let times: Vec<i64> = (0..12 * window / interval).map(|i| phase + i * interval).collect();
                    let values = times.iter().map(|t| 1000.0 + f64::from(u8::from(*t >= event))).collect();
                    let times = times.iter().map(|t| t * MS).collect();
                    let s = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
                    let seen: f64 =
                        (3..10).filter_map(|k| query.read(&s, Timestamp(k * window * MS))).filter(|v| *v > 0.0).sum();
                    (tries, sum) = (tries + 1, sum + seen);
                    if seen == 0.0 {
                        lost += 1;
                    } else {
                        (least, most) = (least.min(seen), most.max(seen));
                    }
                }
            }
            let share = f64::from(lost) / f64::from(tries);
            assert!((share - form.lost.value).abs() < 0.02, "{window}/{interval}: {share} {form:?}");
            assert!((sum / f64::from(tries) - 1.0).abs() < 0.02, "{window}/{interval}: mean {sum}/{tries}");
            assert!((least - form.reads_least).abs() < 1e-9 && (most - form.reads_most).abs() < 1e-9, "{least} {most}");
        }
        assert!(isolated_event(Span::MINUTE, Span::from_secs(31)).is_err());
        assert!(isolated_event(Span::MINUTE, Span::ZERO).is_err());
    }
}
