//! What happened just before? Events, such as deploys, by their distance to an onset.

use super::Onset;
use crate::error::{Error, Result};
use crate::time::{Span, Timestamp};

/// Something that may have caused a change: a deploy, a flag, a migration.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Event {
    /// When it happened.
    pub time: Timestamp,
    /// What it was.
    pub name: String,
}

/// An event that came before a change.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Cause {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// From the event to the beginning of the onset's interval, in seconds; 0 inside the interval.
    #[serde(rename = "before_s")]
    pub before: f64,
    /// Whether it lies in the onset's interval, where its order with the change is not known.
    pub within_onset: bool,
}

/// The events that can have caused a change, nearest first: those no later than the end of the onset's interval and at most
/// `reach` before its beginning.
///
/// What came after the interval cannot be a cause and is left out. Inside the interval all are at distance 0, the latest first. Nearness
/// is no proof: an event in every hour is near every change.
///
/// ```
/// use sre_stats::time::{Span, Timestamp};
/// use sre_stats::trend::{Event, Onset, rank_causes};
/// let at = |s: i64| Timestamp(s * 1_000_000_000);
/// let events = [("old", 10), ("deploy", 95), ("after", 130)].map(|(name, s)| Event { time: at(s), name: name.into() });
/// let onset = Onset { lower: at(100), upper: at(120) };
/// let causes = rank_causes(onset, &events, Span::HOUR);
/// assert_eq!(causes.iter().map(|c| c.event.name.as_str()).collect::<Vec<_>>(), ["deploy", "old"]);
/// assert_eq!(causes[0].before, 5.0);
/// ```
pub fn rank_causes(onset: Onset, events: &[Event], reach: Span) -> Vec<Cause> {
    let cause = |event: &Event| {
        let before = onset.lower.since(event.time);
        (event.time <= onset.upper && before <= reach).then(|| Cause {
            event: event.clone(),
            before: before.as_secs_f64().max(0.0),
            within_onset: event.time > onset.lower,
        })
    };
    let mut causes: Vec<Cause> = events.iter().filter_map(cause).collect();
    causes.sort_by(|a, b| b.event.time.cmp(&a.event.time).then_with(|| a.event.name.cmp(&b.event.name)));
    causes
}

/// Events from delimited text: a column of times, and the other columns as the name.
///
/// The first row may be a header. The column of times is the first one in which the last row holds a time: RFC 3339, the same without a zone (taken as UTC), or a number since the epoch in
/// s, ms, µs or ns by its size. Empty rows are passed over.
///
/// ```
/// use sre_stats::trend::read_events;
/// let events = read_events("version,time\nv1.2,2026-01-01T10:00:00Z\nv1.3,2026-01-01T12:30:00Z\n")?;
/// assert_eq!((events.len(), events[1].name.as_str()), (2, "v1.3"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where there is no event, no column of times, or a row whose time cannot be read; the row is named.
pub fn read_events(text: &str) -> Result<Vec<Event>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (row, number) in reader.records().zip(1..) {
        let row = row.map_err(|e| Error::parse(format!("row {number}: {e}")))?;
        if row.iter().any(|cell| !cell.is_empty()) {
            rows.push((number, row));
        }
    }
    let Some((_, last)) = rows.last() else {
        return Err(Error::empty("no events").hint("give a CSV with a column of times and one of names"));
    };
    let Some(column) = last.iter().position(|cell| time_of(cell).is_some()) else {
        if rows.len() == 1 {
            let cells: Vec<&str> = last.iter().collect();
            return Err(Error::empty(format!("no events: its only row, “{}”, is a header", cells.join(",")))
                .hint("add a row for each event, such as 2026-01-31T12:00:00Z,deploy"));
        }
        return Err(Error::parse("no column holds times")
            .hint("write them like 2026-01-31T12:00:00Z, or in seconds since the epoch"));
    };
    let first = rows.first().map_or(0, |r| r.0);
    let mut events = Vec::new();
    for (number, row) in &rows {
        let cell = row.get(column).unwrap_or_default();
        match time_of(cell) {
            Some(time) => {
                let name: Vec<&str> =
                    row.iter().enumerate().filter(|(i, c)| *i != column && !c.is_empty()).map(|(_, c)| c).collect();
                events.push(Event { time, name: name.join(" ") });
            }
            // the header
            None if *number == first && rows.len() > 1 => {}
            None => return Err(Error::parse(format!("row {number}: “{cell}” is not a time"))),
        }
    }
    Ok(events)
}

/// A time as people write it.
fn time_of(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if let Ok(number) = text.parse::<f64>() {
        // seconds reach 1e11 in the year 5138
        let scale = match number.abs() {
            a if a < 1e11 => 1.0,
            a if a < 1e14 => 1e3,
            a if a < 1e17 => 1e6,
            _ => 1e9,
        };
        // a bare small number is a version or a count, not a time
        return if number.abs() >= 1e8 { Timestamp::from_secs_f64(number / scale).ok() } else { None };
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let instant = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    i64::try_from(instant.as_nanosecond()).ok().map(Timestamp)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let text = "when,what,by\n2026-01-01 00:00:00,deploy,ann\n\n1767225601,flag,\n1767225602000,migration,bob\n";
        let events = read_events(text).unwrap();
        let told: Vec<(i64, &str)> =
            events.iter().map(|e| (e.time.0 / 1_000_000_000 - 1_767_225_600, e.name.as_str())).collect();
        assert_eq!(told, [(0, "deploy ann"), (1, "flag"), (2, "migration bob")]);
        for bad in ["", "a,b\n1,2\n", "time\n2026-01-01T00:00:00Z\nsoon\n2026-01-01T00:00:00Z\n"] {
            assert!(read_events(bad).is_err(), "{bad}");
        }
        let alone = read_events("time,version\n").unwrap_err();
        assert_eq!(alone.kind(), crate::ErrorKind::Empty);
        assert!(alone.to_string().contains("its only row, “time,version”, is a header"), "{alone}");
    }

    #[test]
    fn what_came_after_is_no_cause() {
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        let events: Vec<Event> =
            [5, 100, 101, 120, 121, -4000].into_iter().map(|s| Event { time: at(s), name: s.to_string() }).collect();
        let found = rank_causes(Onset { lower: at(100), upper: at(120) }, &events, Span::HOUR);
        let told: Vec<(&str, f64, bool)> =
            found.iter().map(|c| (c.event.name.as_str(), c.before, c.within_onset)).collect();
        assert_eq!(told, [("120", 0.0, true), ("101", 0.0, true), ("100", 0.0, false), ("5", 95.0, false)]);
    }
}
