//! OpenTelemetry metrics as OTLP writes them to files: JSON lines, or protobuf.
//!
//! Both encodings become the same points, of which [`points`](super::points) makes series. The shape is that of
//! `opentelemetry/proto/metrics/v1/metrics.proto` 1; unknown fields are passed over.

mod json;
mod protobuf;

pub(crate) use protobuf::is_export;

use crate::error::Result;
use crate::labels::Labels;
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::points::Shape;
use crate::unit::Unit;

/// What a resource says of its process that tells series apart; the rest is the same for all series of a file.
const RESOURCE: [&str; 5] = ["service.name", "service.namespace", "service.instance.id", "host.name", "k8s.pod.name"];

/// The unit by the Unified Code for Units of Measure, as OpenTelemetry uses it: `s{CPU}` is annotated, `{request}` counted, `By/s` per second, and
/// `MiBy` has a prefix.
pub(super) fn unit(code: &str) -> Unit {
    let bare = code.split_once('{').map_or(code, |(unit, rest)| if rest.ends_with('}') { unit } else { code });
    // a longer code is refused below, and not looked into
    if let Some((of, "s")) = code.rsplit_once('/').filter(|_| code.len() <= 64) {
        return Unit::PerSecond(Box::new(if of == "1" { Unit::Count } else { unit(of) }));
    }
    match bare {
        "" if code.is_empty() => Unit::None,
        // an annotation alone counts what it names
        "" => Unit::Count,
        "1" => Unit::Ratio,
        "By" => Unit::Byte,
        "%" => Unit::Percent,
        code if is_prefixed_bytes(code) => Unit::Other(code.replace("By", "B")),
        code => code.parse().unwrap_or_else(|_| Unit::Other(code.to_owned())),
    }
}

/// Bytes with a prefix of a thousand or of 1024.
fn is_prefixed_bytes(code: &str) -> bool {
    let prefix = code.strip_suffix("By").unwrap_or_default();
    matches!(prefix, "k" | "M" | "G" | "T" | "P" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi")
}

/// The unit of a metric: what is summed up in the unit `1` is counted, and no ratio, which cannot be added.
fn unit_of(code: &str, shape: Shape) -> Unit {
    match (code, shape) {
        ("1", Shape::Sum { .. }) => Unit::Count,
        _ => unit(code),
    }
}

/// The labels of a resource that tell series apart.
fn of_resource(all: &Labels) -> Labels {
    Labels::from_pairs(RESOURCE.iter().filter_map(|name| Some((*name, all.get(name)?))))
}

/// Reads export requests in either encoding.
pub(crate) fn read(name: &str, bytes: &[u8], format: Format, options: &LoadOptions) -> Result<Dataset> {
    if format == Format::OtlpProtobuf { protobuf::read(name, bytes, options) } else { json::read(name, bytes, options) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes are those of UCUM and of OpenTelemetry's “Instrument units”.
    #[test]
    fn units_are_those_of_ucum() {
        let per_second = |unit: Unit| Unit::PerSecond(Box::new(unit));
        for (code, want) in [
            ("", Unit::None),
            ("1", Unit::Ratio),
            ("By", Unit::Byte),
            ("ms", Unit::Millisecond),
            ("{request}", Unit::Count),
            ("s{CPU}", Unit::Second),
            ("By/s", per_second(Unit::Byte)),
            ("{request}/s", per_second(Unit::Count)),
            ("1/s", per_second(Unit::Count)),
            ("MiBy", Unit::Other("MiB".into())),
            ("kBy/s", per_second(Unit::Other("kB".into()))),
            ("V", Unit::Other("V".into())),
        ] {
            assert_eq!(unit(code), want, "{code}");
        }
        // an endless chain is no unit, and ends
        assert!(matches!(unit(&"x/s".repeat(100_000)), Unit::Other(_)));
        let sum = Shape::Sum { monotonic: true, cumulative: true };
        assert_eq!((unit_of("1", sum), unit_of("1", Shape::Gauge)), (Unit::Count, Unit::Ratio));
    }
}
