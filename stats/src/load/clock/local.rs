//! The zone of times that have none, and how long each of its offsets holds.

use jiff::tz::{AmbiguousOffset, TimeZone};

use super::NS;
use crate::error::{Error, Result};

/// The zone of an IANA name; `None` where none is named, which is UTC too.
pub(crate) fn zone(name: Option<&str>) -> Result<Option<TimeZone>> {
    match name {
        None | Some("") => Ok(None),
        Some("UTC" | "utc" | "Z") => Ok(Some(TimeZone::UTC)),
        Some(name) => TimeZone::get(name).map(Some).map_err(|e| {
            Error::argument(format!("“{name}” is not a time zone"))
                .hint("name one like Europe/Berlin or UTC")
                .caused_by(e)
        }),
    }
}

/// Whether the readings of a zone's clocks are other than UTC.
#[cfg(feature = "frame")]
pub(crate) fn is_elsewhere(zone: Option<&TimeZone>) -> bool {
    zone.is_some_and(|zone| *zone != TimeZone::UTC)
}

/// A zone whose clocks are read; it remembers how long each offset holds that it has met.
#[derive(Clone, Debug)]
pub(super) struct Local {
    zone: TimeZone,
    /// The readings around the last one.
    held: Held,
    /// Those that were met, by their beginnings.
    met: Vec<Held>,
}

impl Local {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, held: Held::default(), met: Vec::new() }
    }

    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The instant of a reading that is given as nanoseconds of the same reading in UTC, and whether the reading is there twice or not at all.
    pub(super) fn instant(&mut self, reading: i64) -> Option<(i64, bool)> {
        if !self.held.has(reading) {
            self.turn(reading)?;
        }
        Some((reading.checked_sub(self.held.offset)?, self.held.ambiguous))
    }

    #[cold]
    fn turn(&mut self, reading: i64) -> Option<()> {
        let after = self.met.partition_point(|held| held.span.0 <= reading);
        let met = after.checked_sub(1).and_then(|at| self.met.get(at)).filter(|held| held.has(reading));
        self.held = if let Some(held) = met {
            *held
        } else {
            let new = Held::at(&self.zone, reading)?;
            self.met.insert(after, new);
            new
        };
        Some(())
    }
}

/// The readings of a zone's clocks, as nanoseconds of the same readings in UTC, from which the same offset leads to the instant: those between
/// two changes of the clocks that are there once, or those around one change that are there twice or not at all.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// The first of them, and the one after the last.
    span: (i64, i64),
    offset: i64,
    ambiguous: bool,
}

impl Held {
    /// Those around a reading. Of one that is there twice the earlier instant is meant; one that is not there counts on from the clocks before.
    fn at(zone: &TimeZone, reading: i64) -> Option<Self> {
        let instant = |ns: i128| jiff::Timestamp::from_nanosecond(ns).ok();
        let ns = |offset: jiff::tz::Offset| i128::from(offset.seconds()) * i128::from(NS);
        let wide = i128::from(reading);
        let found = zone.to_ambiguous_timestamp(TimeZone::UTC.to_datetime(instant(wide)?)).offset();
        let (offset, ambiguous, first, end) = match found {
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                let (before, after) = (ns(before), ns(after));
                let change = zone.following(instant(wide - before.max(after))?).next()?.timestamp().as_nanosecond();
                (before, true, change + before.min(after), change + before.max(after))
            }
            AmbiguousOffset::Unambiguous { offset } => {
                let offset = ns(offset);
                let now = instant(wide - offset)?;
                let last = zone.preceding(instant(wide - offset + 1)?).next().map(|change| {
                    let at = change.timestamp().as_nanosecond();
                    at + instant(at - 1).map_or(offset, |before| ns(zone.to_offset(before))).max(offset)
                });
                let next = zone.following(now).next().map(|change| {
                    let at = change.timestamp().as_nanosecond();
                    at + ns(change.offset()).min(offset)
                });
                (offset, false, last.unwrap_or(i128::MIN), next.unwrap_or(i128::MAX))
            }
        };
        let narrow = |ns: i128| ns.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Some(Self { span: (narrow(first), narrow(end)), offset: narrow(offset), ambiguous })
    }

    fn has(&self, reading: i64) -> bool {
        self.span.0 <= reading && reading < self.span.1
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::clock::{Clock, TimeFormat};

    fn text(zone_name: Option<&str>, s: &str) -> Option<i64> {
        Clock::new(TimeFormat::Text, zone(zone_name).unwrap()).parse(s.as_bytes())
    }

    #[test]
    fn a_zone_fills_in_and_its_ambiguities_are_counted() {
        let mut clock = Clock::new(TimeFormat::Text, zone(Some("Europe/Berlin")).unwrap());
        assert_eq!(clock.parse(b"2026-01-01 01:00:00"), Some(1_767_225_600 * NS));
        assert_eq!(clock.parse(b"2026-07-01 02:00:00"), text(None, "2026-07-01T00:00:00Z"));
        assert_eq!(clock.parse(b"2026-07-01T00:00:00Z"), text(None, "2026-07-01T00:00:00Z"));
        assert_eq!((clock.zoneless, clock.ambiguous), (2, 0));
        // clocks go back at 03:00 on 25 October: 02:30 exists twice
        assert_eq!(clock.parse(b"2026-10-25 02:30:00"), text(None, "2026-10-25T00:30:00Z"));
        assert_eq!(clock.ambiguous, 1);
        assert!(zone(Some("Mars/Olympus")).unwrap_err().to_string().contains("Europe/Berlin"));
    }

    /// The clocks of Newfoundland went back at 00:01 until 2011, which is no quarter of an hour.
    #[test]
    fn clocks_change_at_any_minute() {
        let hours = [
            // 23:01 to 00:01 was there twice: 00:00:30 first at −2:30, then at −3:30; from 00:01 on at −3:30 alone
            ("2010-11-06 23:00:59", "2010-11-07T01:30:59Z", 0),
            ("2010-11-06 23:01:00", "2010-11-07T01:31:00Z", 1),
            ("2010-11-07 00:00:30", "2010-11-07T02:30:30Z", 1),
            ("2010-11-07 00:01:00", "2010-11-07T03:31:00Z", 0),
            ("2010-11-07 00:05:00", "2010-11-07T03:35:00Z", 0),
            ("2010-11-07 00:14:00", "2010-11-07T03:44:00Z", 0),
            ("2010-11-07 00:16:00", "2010-11-07T03:46:00Z", 0),
            // 00:01 to 01:01 was not there
            ("2010-03-14 00:00:59", "2010-03-14T03:30:59Z", 0),
            ("2010-03-14 00:01:00", "2010-03-14T03:31:00Z", 1),
            ("2010-03-14 01:00:59", "2010-03-14T04:30:59Z", 1),
            ("2010-03-14 01:01:00", "2010-03-14T03:31:00Z", 0),
        ];
        let read = |rows: &mut dyn Iterator<Item = &(&str, &str, u64)>| {
            let mut clock = Clock::new(TimeFormat::Text, zone(Some("America/St_Johns")).unwrap());
            for (local, instant, ambiguous) in rows {
                let before = clock.ambiguous;
                assert_eq!(clock.parse(local.as_bytes()), text(None, instant), "{local}");
                assert_eq!(clock.ambiguous - before, *ambiguous, "{local}");
            }
        };
        read(&mut hours.iter());
        read(&mut hours.iter().rev());
        for one in &hours {
            read(&mut std::iter::once(one));
        }
    }

    /// A reading's instant does not depend on those before it, whatever the zone did: jiff says what each is alone.
    #[test]
    fn every_reading_is_that_of_the_zone_alone() {
        for name in [
            "America/St_Johns",
            "Europe/Dublin",
            "Africa/Monrovia",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Africa/Casablanca",
            "Pacific/Apia",
            "America/New_York",
        ] {
            let tz = TimeZone::get(name).unwrap();
            let mut clock = Clock::new(TimeFormat::Text, Some(tz.clone()));
            let since: jiff::Timestamp = "1800-01-01T00:00:00Z".parse().unwrap();
            for change in tz.following(since).take_while(|c| c.timestamp().as_second() < 4_000_000_000) {
                let at = change.timestamp().as_second();
                for offset in [change.offset(), tz.to_offset(change.timestamp() - jiff::SignedDuration::from_nanos(1))]
                {
                    for beside in [-90_000, -7201, -3601, -61, -1, 0, 1, 59, 1799, 3599, 7200, 90_000] {
                        let ns = (at + i64::from(offset.seconds()) + beside) * NS;
                        let civil =
                            TimeZone::UTC.to_datetime(jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap());
                        let want = tz.to_ambiguous_timestamp(civil);
                        let before = clock.ambiguous;
                        let read = clock.local(ns).map(i128::from);
                        assert_eq!(clock.ambiguous > before, want.is_ambiguous(), "{name} {civil}");
                        assert_eq!(read, want.compatible().ok().map(jiff::Timestamp::as_nanosecond), "{name} {civil}");
                    }
                }
            }
        }
    }
}
