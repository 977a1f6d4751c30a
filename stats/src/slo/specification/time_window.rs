//! Periods of OpenSLO: a duration that rolls, or one of the calendar from a start in a time zone.

use super::super::period::{Anchor, Period};
use super::super::yaml::Node;
use super::super::zone::Zone;
use crate::error::{Error, Result};
use crate::time::{Span, Timestamp};

/// A period with where it begins.
pub(super) type TimeWindow = (Period, Anchor, Option<Zone>);

/// The period of an SLO; the notes are about what was assumed.
pub(super) fn read(spec: &Node, notes: &mut Vec<(u64, String)>) -> Result<TimeWindow> {
    let windows = spec.list("timeWindow")?;
    let window = match windows {
        [one] => one,
        [] => {
            return Err(spec
                .error("“timeWindow” is missing")
                .hint("for example timeWindow: [{duration: 30d, isRolling: true}]"));
        }
        [_, second, ..] => return Err(second.error("an SLO has one time window")),
    };
    for key in window.unknown(&["duration", "isRolling", "calendar"]) {
        notes.push((key.line, format!("“{}” is not read", key.text)));
    }
    let duration = window.child("duration")?;
    let calendar = window.get("calendar");
    let rolling = window.flag("isRolling")?.unwrap_or(calendar.is_none());
    let period = match period(duration)? {
        Period::Week if rolling => Period::Span(Period::Week.length()),
        period => period,
    };
    match (rolling, calendar) {
        (true, Some(calendar)) => Err(calendar.error("a rolling window has no calendar")),
        (true, None) => {
            if !matches!(period, Period::Span(_)) {
                let text = duration.text().unwrap_or_default();
                notes
                    .push((duration.line, format!("a rolling {text} is read as {}, its mean length", period.length())));
            }
            Ok((period, Anchor::Rolling, None))
        }
        (false, None) => Err(window.error("a window that does not roll needs a “calendar”")),
        (false, Some(calendar)) => {
            let zone = if let Some(zone) = calendar.get("timeZone") {
                zone.text().unwrap_or_default().parse().map_err(|e: Error| zone.error(e.message()))?
            } else {
                notes.push((calendar.line, "no “timeZone”: UTC is assumed".to_owned()));
                Zone::utc()
            };
            begins_with_calendar(calendar, period, &zone)?;
            Ok((period, Anchor::Calendar, Some(zone).filter(|z| *z != Zone::utc())))
        }
    }
}

/// A start that is none of the calendar's would move every period.
fn begins_with_calendar(calendar: &Node, period: Period, zone: &Zone) -> Result<()> {
    let Some(node) = calendar.get("startTime") else { return Ok(()) };
    let text = node.text().unwrap_or_default();
    let bad = || node.error(format!("“{text}” is not a date with a time")).hint("write it like 2026-01-01 00:00:00");
    let civil: jiff::civil::DateTime = text.replace(' ', "T").parse().map_err(|_| bad())?;
    let instant = zone.inner().to_timestamp(civil).map_err(|_| bad())?.as_nanosecond();
    let start = Timestamp(i64::try_from(instant).map_err(|_| bad())?);
    if period.ending_in(start + Span(1), Anchor::Calendar, zone)?.start == start {
        return Ok(());
    }
    let begins = match period {
        Period::Month => "the first of a month",
        Period::Quarter => "the first of January, April, July or October",
        Period::Year => "the first of January",
        Period::Week => "a Monday",
        Period::Span(_) => "a multiple of it from 1970-01-01",
    };
    Err(Error::unsupported(format!("a period that begins at {text} is not one of the calendar's"))
        .at(crate::error::Position::default().at_line(node.line))
        .hint(format!("one that does begins at 00:00 of {begins}")))
}

/// `4w`, `1M`: a whole number and one letter, its case meant.
fn period(node: &Node) -> Result<Period> {
    let text = node.text().unwrap_or_default();
    let bad = || node.error(format!("“{text}” is not a duration")).hint("write it like 30d, 4w, 1M, 1Q or 1Y");
    let letter = text.chars().last().ok_or_else(bad)?;
    let count: i64 = text.strip_suffix(letter).and_then(|n| n.parse().ok()).filter(|n| *n > 0).ok_or_else(bad)?;
    let unit = match letter {
        'm' => Span::MINUTE,
        'h' => Span::HOUR,
        'd' => Span::DAY,
        'w' => Span(7 * Span::DAY.0),
        'M' | 'Q' | 'Y' => {
            return match (count, letter) {
                (1, 'M') => Ok(Period::Month),
                (1, 'Q') | (3, 'M') => Ok(Period::Quarter),
                (1, 'Y') | (12, 'M') | (4, 'Q') => Ok(Period::Year),
                _ => Err(node.error(format!("a period of {text} is not known")).hint("1M, 1Q and 1Y are")),
            };
        }
        _ => return Err(bad()),
    };
    // a week of the calendar begins on Monday, which multiples of seven days from 1970-01-01 do not
    if (count, letter) == (1, 'w') {
        return Ok(Period::Week);
    }
    unit.0.checked_mul(count).map(|ns| Period::Span(Span(ns))).ok_or_else(bad)
}

/// A duration of fixed length.
pub(super) fn fixed(node: &Node) -> Result<Span> {
    match period(node)? {
        Period::Span(span) => Ok(span),
        Period::Week => Ok(Period::Week.length()),
        _ => Err(node.error(format!("{} has no fixed length", node.text().unwrap_or_default()))),
    }
}

/// A width of slices: a duration, or a number of minutes.
pub(super) fn slice_width(node: &Node) -> Result<Span> {
    let text = node.text().unwrap_or_default();
    if let Ok(minutes) = text.parse::<f64>()
        && minutes > 0.0
    {
        return Span::from_secs_f64(minutes * 60.0).map_err(|e| node.error(e.message()));
    }
    fixed(node)
}

/// A duration in OpenSLO's shorthand.
pub(super) fn shorthand(period: Period) -> Result<String> {
    Ok(match period {
        Period::Month => "1M".to_owned(),
        Period::Quarter => "1Q".to_owned(),
        Period::Week => "1w".to_owned(),
        Period::Year => "1Y".to_owned(),
        Period::Span(span) => {
            let units = [(Span::DAY, 'd'), (Span::HOUR, 'h'), (Span::MINUTE, 'm')];
            let Some((unit, letter)) = units.into_iter().find(|(u, _)| span.0 > 0 && span.0 % u.0 == 0) else {
                return Err(Error::unsupported(format!("OpenSLO has no word for {span}"))
                    .hint("choose whole minutes, hours or days"));
            };
            format!("{}{letter}", span.0 / unit.0)
        }
    })
}
