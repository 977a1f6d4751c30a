//! Ticks of a time axis at round times in UTC, with the date where it changes.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::Tick;
use crate::time::Timestamp;

const NS: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * NS;

/// The distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Whole nanoseconds, counted from a Monday at 00:00.
    Fixed(i64),
    /// Calendar months, counted from January.
    Months(i32),
}

/// Fixed steps in nanoseconds from a millisecond on.
const FIXED: [i64; 31] = [
    NS / 1000,
    NS / 500,
    NS / 200,
    NS / 100,
    NS / 50,
    NS / 20,
    NS / 10,
    NS / 5,
    NS / 2,
    NS,
    2 * NS,
    5 * NS,
    10 * NS,
    15 * NS,
    30 * NS,
    60 * NS,
    120 * NS,
    300 * NS,
    600 * NS,
    900 * NS,
    1800 * NS,
    3600 * NS,
    2 * 3600 * NS,
    3 * 3600 * NS,
    6 * 3600 * NS,
    12 * 3600 * NS,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
];

/// Ticks between two positions, in seconds since `origin`: at most `target` and one, more where that would be fewer than two.
pub(crate) fn clock(origin: Timestamp, range: (f64, f64), target: usize) -> Vec<Tick> {
    let mut ticks = at_most(origin, range, target);
    for denser in [2, 3] {
        if ticks.len() >= 2 {
            break;
        }
        ticks = at_most(origin, range, target * denser);
    }
    ticks
}

fn at_most(origin: Timestamp, (from, to): (f64, f64), target: usize) -> Vec<Tick> {
    let at = |position: f64| origin.0.saturating_add((position * 1e9).round() as i64);
    let (first, last) = (at(from), at(to));
    if last <= first {
        return Vec::new();
    }
    let rough = last.saturating_sub(first) as f64 / target as f64;
    let step = step(rough);
    let times = match step {
        Step::Fixed(step) => fixed(first, last, step),
        Step::Months(months) => calendar(first, last, months),
    };
    label(&times, step)
        .into_iter()
        .zip(times)
        .map(|(label, t)| Tick::major(t.saturating_sub(origin.0) as f64 / NS as f64, label))
        .collect()
}

/// The smallest step that gives no more ticks than asked for.
fn step(rough: f64) -> Step {
    if rough <= FIXED[0] as f64 {
        let power = 10_f64.powf(rough.log10().floor()).max(1.0);
        let nice = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough);
        return Step::Fixed(nice.unwrap_or(power * 10.0) as i64);
    }
    // more than two weeks apart, the first of a month reads better
    if let Some(step) = FIXED.into_iter().take(30).find(|s| *s as f64 >= rough) {
        return Step::Fixed(step);
    }
    let month = 30.44 * DAY as f64;
    let months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].into_iter().find(|m| f64::from(*m) * month >= rough);
    Step::Months(months.unwrap_or(1200))
}

/// Multiples of the step in the range, counted from Monday 1969-12-29.
fn fixed(first: i64, last: i64, step: i64) -> Vec<i64> {
    let monday = -3 * DAY;
    let (first, last, step, monday) = (i128::from(first), i128::from(last), i128::from(step), i128::from(monday));
    let mut t = monday + (first - monday).div_euclid(step) * step;
    if t < first {
        t += step;
    }
    let mut times = Vec::new();
    while t <= last && times.len() < 200 {
        if let Ok(t) = i64::try_from(t) {
            times.push(t);
        }
        t += step;
    }
    times
}

/// First days of every so many months in the range.
fn calendar(first: i64, last: i64, months: i32) -> Vec<i64> {
    let Some(date) = date(first) else { return Vec::new() };
    let mut index = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
    index = index.div_euclid(months) * months;
    let mut times = Vec::new();
    while times.len() < 200 {
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let start = i16::try_from(year).ok().zip(i8::try_from(month).ok()).and_then(|(y, m)| Date::new(y, m, 1).ok());
        let start = start.and_then(|d| Offset::UTC.to_timestamp(d.at(0, 0, 0, 0)).ok());
        let Some(t) = start.and_then(|t| i64::try_from(t.as_nanosecond()).ok()) else { break };
        if t > last {
            break;
        }
        if t >= first {
            times.push(t);
        }
        index += months;
    }
    times
}

/// The date in UTC.
fn date(t: i64) -> Option<Date> {
    jiff::Timestamp::from_nanosecond(i128::from(t)).ok().map(|t| Offset::UTC.to_datetime(t).date())
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// One label a tick: what the step resolves, and under it the date or year at the first tick and wherever it changes.
fn label(times: &[i64], step: Step) -> Vec<String> {
    let mut above: Option<String> = None;
    times
        .iter()
        .map(|t| {
            let Some(date) = date(*t) else { return String::new() };
            let month = MONTHS[usize::from(date.month().unsigned_abs()).saturating_sub(1).min(11)];
            let (fine, coarse) = match step {
                Step::Months(m) if m >= 12 => return date.year().to_string(),
                Step::Months(_) => (month.to_owned(), date.year().to_string()),
                Step::Fixed(ns) if ns >= DAY => (format!("{} {month}", date.day()), date.year().to_string()),
                Step::Fixed(ns) => {
                    (time_of_day(t.rem_euclid(DAY), ns), format!("{} {month} {}", date.day(), date.year()))
                }
            };
            if above.as_ref() == Some(&coarse) {
                return fine;
            }
            let text = format!("{fine}\n{coarse}");
            above = Some(coarse);
            text
        })
        .collect()
}

/// The time of day with as many places as the step needs.
fn time_of_day(ns: i64, step: i64) -> String {
    let (h, m, s) = (ns / (3600 * NS), ns / (60 * NS) % 60, ns / NS % 60);
    if step % (60 * NS) == 0 {
        return format!("{h:02}:{m:02}");
    }
    let places = (1..=9).find(|p| step % (NS / 10_i64.pow(*p)) == 0).unwrap_or(9);
    if step % NS == 0 {
        return format!("{h:02}:{m:02}:{s:02}");
    }
    let fraction = ns % NS / (NS / 10_i64.pow(places));
    format!("{h:02}:{m:02}:{s:02}.{fraction:0width$}", width = places as usize)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str, target: usize) -> Vec<String> {
        let (from, to): (Timestamp, Timestamp) = (from.parse().unwrap(), to.parse().unwrap());
        clock(from, (0.0, to.since(from).as_secs_f64()), target).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn the_date_stands_where_it_changes() {
        assert_eq!(
            labels("2026-01-01T20:00:00Z", "2026-01-02T04:00:00Z", 4),
            ["20:00\n1 Jan 2026", "22:00", "00:00\n2 Jan 2026", "02:00", "04:00"]
        );
    }

    #[test]
    fn steps_are_human_at_every_scale() {
        assert_eq!(labels("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 4)[1], "00:00:00.5");
        assert_eq!(labels("2026-01-01T00:00:00Z", "2026-01-01T00:20:00Z", 4)[1], "00:05");
        assert_eq!(
            labels("2026-01-01T00:00:00Z", "2026-01-29T00:00:00Z", 4),
            ["5 Jan\n2026", "12 Jan", "19 Jan", "26 Jan"]
        );
        assert_eq!(labels("2025-11-15T00:00:00Z", "2026-03-15T00:00:00Z", 5), ["Dec\n2025", "Jan\n2026", "Feb", "Mar"]);
        assert_eq!(
            labels("1999-06-01T00:00:00Z", "2026-01-01T00:00:00Z", 6),
            ["2000", "2005", "2010", "2015", "2020", "2025"]
        );
    }

    #[test]
    fn ticks_are_sorted_inside_and_about_as_many_as_asked() {
        let origin = Timestamp(1_767_225_600_123_456_789);
        let mut length = 1e-8;
        while length < 5e9 {
            for target in [4, 8] {
                let ticks = clock(origin, (0.0, length), target);
                assert!((1..=target * 2 + 2).contains(&ticks.len()), "{length} s: {}", ticks.len());
                assert!(ticks.windows(2).all(|w| w[0].value < w[1].value));
                assert!(ticks.iter().all(|t| t.value >= 0.0 && t.value <= length * (1.0 + 1e-12)));
            }
            length *= 1.7;
        }
    }

    #[test]
    fn before_the_epoch_the_clock_runs_forward() {
        assert_eq!(
            labels("1969-12-31T22:00:00Z", "1970-01-01T00:00:00Z", 2),
            ["22:00\n31 Dec 1969", "23:00", "00:00\n1 Jan 1970"]
        );
    }
}
