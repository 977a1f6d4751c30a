//! What queries over windows make of a counter, beside what it counted.

use super::account::Skipped;
use super::isolated::{IsolatedEvent, isolated_event};
use super::ladder::Ladder;
use super::prometheus::{Dialect, RangeEnds, RangeFunction, RangeQuery};
use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::time::{Span, Timestamp, Window};

/// How a counter is queried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterOptions {
    /// The release of Prometheus that is spoken.
    pub dialect: Dialect,
    /// How far `anchored` and `smoothed` look beyond the range.
    pub lookback: Span,
}

impl Default for CounterOptions {
    fn default() -> Self {
        Self { dialect: Dialect::default(), lookback: Span(5 * Span::MINUTE.0) }
    }
}

/// What one function reads over all windows of a width. Amounts are in the counter's unit.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CounterReading {
    /// The query, such as `increase(x[5m])`; `rate` and `irate` are multiplied by the width.
    pub query: String,
    /// The function.
    pub function: RangeFunction,
    /// What the range does at its ends.
    pub ends: RangeEnds,
    /// Windows with an answer.
    pub answered: u64,
    /// Windows without one: fewer than two samples lie in them.
    pub unanswered: u64,
    /// The sum of the answers.
    pub total: f64,
    /// The sum minus what was counted: more than 0 where the query reads too much.
    pub error: f64,
    /// The error as a share of what was counted; `None` where that is 0.
    pub relative: Option<f64>,
    /// The most that a window's answer is above what was counted in it, as an even spread between samples has it; 0 where none
    /// is above.
    pub most_above: f64,
    /// The most that a window's answer is below it; a window without an answer counts as 0.
    pub most_below: f64,
}

/// A counter over windows of one width.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CounterRow {
    /// The width of the windows, at phase 0, each evaluated at its end.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// How many windows lie wholly between the first and the last sample.
    pub windows: u64,
    /// What was counted in them.
    pub counted: Estimate,
    /// What each function reads.
    pub readings: Vec<CounterReading>,
    /// What becomes of one event alone at this width; `None` where a window does not hold two scrapes.
    pub isolated: Option<IsolatedEvent>,
}

/// A counter over windows of many widths.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CounterReadings {
    /// The typical distance of the samples.
    #[serde(rename = "scrape_interval_s")]
    pub interval: Span,
    /// Resets that show in the samples.
    pub resets: u64,
    /// Stretches of more than 1.5 intervals without a sample.
    pub gaps: u64,
    /// Samples that were left out on the way in.
    pub dropped: u64,
    /// The release of Prometheus that was spoken.
    pub dialect: String,
    /// One row a width.
    pub rows: Vec<CounterRow>,
    /// Widths without a row, with the reason.
    pub skipped: Vec<Skipped>,
}

/// A width with more windows than this is skipped: each window is read by every query.
const MOST_WINDOWS: i64 = 1 << 22;
/// The queries that are asked: `rate` is `increase` per second, and told by it.
const ASKED: [(RangeFunction, RangeEnds); 5] = [
    (RangeFunction::Increase, RangeEnds::Extrapolated),
    (RangeFunction::Irate, RangeEnds::Extrapolated),
    (RangeFunction::Delta, RangeEnds::Extrapolated),
    (RangeFunction::Increase, RangeEnds::Anchored),
    (RangeFunction::Increase, RangeEnds::Smoothed),
];

/// What `increase` (and so `rate`), `irate` and `delta` of Prometheus read over windows that follow each other, as a panel or a
/// recording rule whose step is its range asks them, beside what the counter counted. `anchored` and `smoothed` ranges are asked
/// where the dialect has them.
///
/// What was counted is [`Counter::increase_in`]: it knows of resets and missing samples, and its windows add up. `delta` is meant
/// for gauges: on a counter it shows what resets do to a query that does not know of them. The time is proportional to the
/// samples and windows of each width.
///
/// ```
/// use sre_stats::counter::Counter;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::window::{CounterOptions, counter_readings};
/// let s = 1_000_000_000;
/// // one request a second, scraped every 15 s, with a restart in the sixth minute
/// let times: Vec<i64> = (0..40).map(|i| (7 + 15 * i) * s).collect();
/// let values = (0..40).map(|i| f64::from(if i < 22 { 15 * i } else { 15 * (i - 22) })).collect();
/// let counter = Counter::new(Identity::default(), times, values, NanPolicy::Drop)?;
/// let minute = &counter_readings(&counter, &"1m".parse()?, &CounterOptions::default())?.rows[0];
/// let delta = minute.readings.iter().find(|r| r.query.starts_with("delta")).expect("it is asked");
/// assert!(delta.error < -300.0); // the restart takes away what was counted before
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) with fewer than two samples, or where no width has a window between them.
pub fn counter_readings(counter: &Counter, ladder: &Ladder, options: &CounterOptions) -> Result<CounterReadings> {
    let samples = counter.samples();
    let (Some(interval), Some(&first), Some(&last)) = (samples.step(), samples.times().first(), samples.times().last())
    else {
        return Err(Error::empty(format!("“{}” has one sample; an increase needs two", counter.identity().title())));
    };
    let mut out = CounterReadings {
        interval,
        resets: counter.resets().len() as u64,
        gaps: samples.gaps().len() as u64,
        dropped: counter.dropped().total(),
        dialect: options.dialect.to_string(),
        rows: Vec::new(),
        skipped: Vec::new(),
    };
    for &width in ladder.widths() {
        // windows from number `from` up to `to` lie between the samples
        let (from, to) =
            (first.div_euclid(width.0) + i64::from(first.rem_euclid(width.0) > 0), last.div_euclid(width.0));
        let why = if width < interval {
            format!("narrower than the scrape interval of {interval}")
        } else if to.saturating_sub(from) > MOST_WINDOWS {
            format!("{} windows of this width are more than are looked at", to.saturating_sub(from))
        } else if from >= to {
            format!("no whole window lies between samples over {}", Span(last.saturating_sub(first)).about())
        } else {
            out.rows.push(row(counter, width, from..to, interval, options)?);
            continue;
        };
        out.skipped.push(Skipped { width, why });
    }
    if out.rows.is_empty() {
        return Err(Error::empty(format!(
            "no width has a window between the samples of “{}”, every {interval}",
            counter.identity().title()
        )));
    }
    Ok(out)
}

fn row(
    counter: &Counter,
    width: Span,
    windows: std::ops::Range<i64>,
    interval: Span,
    options: &CounterOptions,
) -> Result<CounterRow> {
    let grid = crate::time::Grid::new(width, Span::ZERO)?;
    let whole = Window::new(Timestamp(windows.start * width.0), Span((windows.end - windows.start) * width.0))?;
    let counted = counter.increase_in(whole).ok_or_else(|| Error::empty("no sample reaches into the windows"))?;
    let in_each: Vec<f64> = counter
        .increase_per_window(grid)?
        .iter()
        .filter(|e| e.window.is_some_and(|w| w.start >= whole.start && w.end() <= whole.end()))
        .map(|e| e.value)
        .collect();
    let mut readings = Vec::new();
    for (function, ends) in ASKED {
        if ends == RangeEnds::Extrapolated || options.dialect == Dialect::V3 {
            let query = RangeQuery::new(function, width, ends, options.dialect)?.with_lookback(options.lookback);
            readings.push(reading(counter, &query, ends, windows.clone(), &in_each, counted.value));
        }
    }
    Ok(CounterRow {
        width,
        windows: (windows.end - windows.start) as u64,
        counted,
        readings,
        isolated: isolated_event(width, interval).ok(),
    })
}

fn reading(
    counter: &Counter,
    query: &RangeQuery,
    ends: RangeEnds,
    windows: std::ops::Range<i64>,
    in_each: &[f64],
    counted: f64,
) -> CounterReading {
    let width = query.range();
    let times = if query.function() == RangeFunction::Irate { width.as_secs_f64() } else { 1.0 };
    let (mut answered, mut unanswered, mut total) = (0, 0, 0.0);
    let (mut most_above, mut most_below) = (0.0_f64, 0.0_f64);
    for (window, truth) in windows.zip(in_each) {
        let end = Timestamp((window + 1).saturating_mul(width.0));
        let read = query.read(counter.samples(), end).map(|v| v * times);
        if read.is_some() {
            answered += 1;
        } else {
            unanswered += 1;
        }
        let read = read.unwrap_or(0.0);
        total += read;
        most_above = most_above.max(read - truth);
        most_below = most_below.max(truth - read);
    }
    let error = total - counted;
    CounterReading {
        query: query.to_string(),
        function: query.function(),
        ends,
        answered,
        unanswered,
        total,
        error,
        relative: (counted != 0.0).then(|| error / counted.abs()),
        most_above,
        most_below,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    const S: i64 = 1_000_000_000;

    fn counter(samples: &[(i64, f64)]) -> Counter {
        let times = samples.iter().map(|s| s.0 * S).collect();
        Counter::new(Identity::default(), times, samples.iter().map(|s| s.1).collect(), NanPolicy::Refuse).unwrap()
    }

    fn of<'a>(row: &'a CounterRow, query: &str) -> &'a CounterReading {
        row.readings.iter().find(|r| r.query == query).unwrap()
    }

    #[test]
    fn a_steady_counter_is_read_right_and_a_burst_between_windows_is_lost() {
        // ten a scrape every 15 s, and a burst of 1000 between the scrapes at 595 s and 610 s, over the edge of a minute
        let samples: Vec<(i64, f64)> = (0..81)
            .map(|i| (10 + i * 15, f64::from(500 + 10 * i as i32) + if 10 + i * 15 > 600 { 1000.0 } else { 0.0 }))
            .collect();
        let readings =
            counter_readings(&counter(&samples), &"15s,1m,5m".parse().unwrap(), &CounterOptions::default()).unwrap();
        assert_eq!((readings.interval, readings.resets, readings.gaps), (Span::from_secs(15), 0, 0));
        let minute = &readings.rows[1];
        // minutes 1 to 19 lie between the samples: 1140 s at 10 in 15 s, and the burst
        assert_eq!((minute.windows, minute.counted.value.round()), (19, 1760.0));
        let increase = of(minute, "increase(x[1m])");
        assert!((increase.total - 760.0).abs() < 1e-6, "the burst is lost: {increase:?}");
        assert!((increase.error + 1000.0).abs() < 1e-6 && increase.unanswered == 0);
        // two thirds of the stretch 595 to 610 lie after the edge
        assert!((increase.most_below - 1000.0 * 2.0 / 3.0).abs() < 1e-6, "{increase:?}");
        assert!((of(minute, "increase(x[1m] smoothed)").error).abs() < 1e-6);
        // anchored windows begin and end with samples and so miss nothing between the first and the last
        let anchored = of(minute, "increase(x[1m] anchored)");
        assert_eq!((anchored.total, anchored.total.fract()), (1760.0, 0.0));
        assert_eq!(minute.isolated.as_ref().unwrap().scrapes, 4.0);
        // one sample a window answers nothing
        let narrow = &readings.rows[0];
        assert_eq!((of(narrow, "increase(x[15s])").answered, narrow.isolated.is_none()), (0, true));
    }

    #[test]
    fn irate_and_delta_read_something_else() {
        // 1 a second, and 100 more in the last stretch of every minute
        let samples: Vec<(i64, f64)> =
            (0..61).map(|i| (i * 15 + 1, f64::from((i * 15) as i32) + 100.0 * (i as f64 / 4.0).floor())).collect();
        let row =
            &counter_readings(&counter(&samples), &"1m".parse().unwrap(), &CounterOptions::default()).unwrap().rows[0];
        // the last two scrapes of a minute never see the jump
        assert!((of(row, "irate(x[1m])").total - 60.0 * row.windows as f64).abs() < 1e-6);
        let resets: Vec<(i64, f64)> = (0..61).map(|i| (i * 15 + 1, f64::from((i * 15 % 450) as i32))).collect();
        let readings = counter_readings(&counter(&resets), &"5m".parse().unwrap(), &CounterOptions::default()).unwrap();
        assert_eq!(readings.resets, 2);
        let row = &readings.rows[0];
        assert!(of(row, "delta(x[5m])").total < 0.5 * row.counted.value);
        let old = CounterOptions { dialect: Dialect::V2_53, ..CounterOptions::default() };
        assert_eq!(
            counter_readings(&counter(&resets), &"5m".parse().unwrap(), &old).unwrap().rows[0].readings.len(),
            3
        );
    }

    #[test]
    fn widths_without_a_window_are_skipped_with_the_reason() {
        let samples: Vec<(i64, f64)> = (0..20).map(|i| (i * 15, i as f64)).collect();
        let c = counter(&samples);
        let found = counter_readings(&c, &"1s,1m,1h".parse().unwrap(), &CounterOptions::default()).unwrap();
        let why: Vec<&str> = found.skipped.iter().map(|s| &*s.why).collect();
        assert!(why[0].contains("narrower") && why[1].contains("no whole window"), "{why:?}");
        assert!(counter_readings(&c, &"1h".parse().unwrap(), &CounterOptions::default()).is_err());
        assert!(counter_readings(&counter(&[(0, 1.0)]), &Ladder::default(), &CounterOptions::default()).is_err());
        let json = serde_json::to_value(&found.rows[0]).unwrap();
        assert_eq!((&json["width_s"], &json["readings"][3]["ends"]), (&60.into(), &"anchored".into()));
    }
}
