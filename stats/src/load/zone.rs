//! What is said of the zone that times without one were read in.

use jiff::tz::TimeZone;

use crate::error::Position;
use crate::load::clock::Clock;
use crate::load::report::{LoadReport, WarningKind, counted};

/// Tells of the zone of times by the clock that read them, `read` of them in all, and warns at a place of those that fell where clocks change.
pub(crate) fn tell_clock(clock: &Clock, read: u64, position: impl Fn() -> Position, report: &mut LoadReport) {
    tell(clock.zone(), (clock.zoneless, read.saturating_sub(clock.zoneless)), &position, report);
    if clock.ambiguous > 0 {
        report.warn(WarningKind::ZoneAmbiguity, ambiguity(clock.ambiguous), position(), clock.ambiguous);
    }
}

/// What is said of so many times that are there twice or not at all.
pub(crate) fn ambiguity(times: u64) -> String {
    format!("{} fell where clocks change; where a time exists twice the earlier was taken", counted(times, "time"))
}

/// Tells of the zone that was taken for times that have none, and warns at a place where others have one; `None` where none was named, which
/// is UTC too.
pub(crate) fn tell(
    zone: Option<&TimeZone>,
    (zoneless, zoned): (u64, u64),
    position: impl FnOnce() -> Position,
    report: &mut LoadReport,
) {
    if zoneless == 0 {
        return;
    }
    let name = zone.and_then(TimeZone::iana_name).unwrap_or("UTC");
    let some = format!(
        "{zoneless} of {} {} no zone",
        counted(zoneless + zoned, "time"),
        if zoneless == 1 { "has" } else { "have" }
    );
    let lack = if zoned > 0 { some.as_str() } else { "the times have no zone" };
    let why = if zone.is_some() { "--tz".to_owned() } else { format!("{lack}; --tz names another") };
    report.understand("zone", name, why);
    if zoned > 0 {
        let were = if zoneless == 1 { "was" } else { "were" };
        let message = format!("{some}, and {were} read as {name}; --tz names another");
        report.warn(WarningKind::MixedZones, message, position(), zoneless);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::{Dataset, LoadOptions, WarningKind, load_bytes};
    use crate::progress::Progress;
    use crate::time::Timestamp;

    /// One reading without a zone in each format that has such times, on the day on which the clocks of Berlin go back.
    const INPUTS: [(&str, &str); 6] = [
        ("a.csv", "time,load\n2026-10-25 02:30:00,0.5\n"),
        ("h.csv", "series,window_start,width,schema,bin,count\nl,2026-10-25 02:30:00,60,log-linear,11532,7\n"),
        (
            "vm.txt",
            "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n \
             r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n \
             1  0      0 100000 1000 20000    0    0     1     2    3    4  5  6 89  0  0 2026-10-25 02:30:00\n \
             1  0      0 100000 1000 20000    0    0     1     2    3    4  5  6 89  0  0 2026-10-25 02:30:00\n",
        ),
        ("proc.txt", "2026-10-25T02:30:00\n==> /proc/loadavg <==\n0.50 0.40 0.30 1/100 1234\n"),
        (
            "sadf.json",
            r#"{"sysstat":{"hosts":[{"nodename":"h","statistics":[{"timestamp":{"date":"2026-10-25","time":"02:30:00"},"queue":{"ldavg-1":0.5}}]}]}}"#,
        ),
        (
            "cloud.json",
            r#"{"Label":"load","Datapoints":[{"Timestamp":"2026-10-25T02:30:00","Average":0.5,"Unit":"Count"}]}"#,
        ),
    ];

    fn read(name: &str, text: &str, tz: Option<&str>) -> Dataset {
        let options = LoadOptions { tz: tz.map(Into::into), ..LoadOptions::default() };
        load_bytes(name, text.as_bytes(), &options, &Progress::new()).unwrap()
    }

    #[test]
    fn every_format_tells_the_zone_and_who_named_it() {
        for (name, text) in INPUTS {
            for (tz, zone, why, instant) in [
                (None, "UTC", "the times have no zone; --tz names another", "2026-10-25T02:30:00Z"),
                (Some("UTC"), "UTC", "--tz", "2026-10-25T02:30:00Z"),
                (Some("Europe/Berlin"), "Europe/Berlin", "--tz", "2026-10-25T00:30:00Z"),
            ] {
                let data = read(name, text, tz);
                let told = data.report.understood.iter().find(|u| u.what == "zone").unwrap();
                assert_eq!((told.choice.as_str(), told.why.as_str()), (zone, why), "{name}");
                assert_eq!(data.items[0].first(), instant.parse::<Timestamp>().unwrap(), "{name}");
                let doubtful = data.report.warnings.iter().find(|w| w.kind == WarningKind::ZoneAmbiguity);
                assert_eq!(doubtful.is_some(), zone == "Europe/Berlin", "{name}");
                assert!(doubtful.is_none_or(|w| w.message.contains("the earlier was taken")), "{name}");
            }
        }
    }
}
