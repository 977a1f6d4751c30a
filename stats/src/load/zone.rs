//! What is said of the zone that times without one were read in.

use jiff::tz::TimeZone;

use crate::error::Position;
use crate::load::report::{LoadReport, WarningKind, counted};

/// Tells of the zone that was taken for times that have none, and warns at a place where others have one; `None` is UTC.
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
