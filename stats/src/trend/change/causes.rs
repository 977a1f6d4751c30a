//! What happened just before? Events, such as deploys, by their distance to an onset.

use super::Onset;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_after_is_no_cause() {
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        let events: Vec<Event> = [5, 100, 101, 120, 121, -4000]
            .into_iter()
            .map(|s| Event { time: at(s), name: s.to_string() })
            .collect();
        let found = rank_causes(Onset { lower: at(100), upper: at(120) }, &events, Span::HOUR);
        let told: Vec<(&str, f64, bool)> = found.iter().map(|c| (c.event.name.as_str(), c.before, c.within_onset)).collect();
        assert_eq!(told, [("120", 0.0, true), ("101", 0.0, true), ("100", 0.0, false), ("5", 95.0, false)]);
    }
}
