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
use crate::unit::Unit;

/// What a resource says of its process that tells series apart; the rest is the same for all series of a file.
const RESOURCE: [&str; 5] = ["service.name", "service.namespace", "service.instance.id", "host.name", "k8s.pod.name"];

/// The unit by the Unified Code for Units of Measure, as OpenTelemetry uses it.
pub(super) fn unit(code: &str) -> Unit {
    match code {
        "" => Unit::None,
        "1" => Unit::Ratio,
        "By" => Unit::Byte,
        "%" => Unit::Percent,
        code if code.starts_with('{') => Unit::Count,
        code => code.parse().unwrap_or_else(|_| Unit::Other(code.to_owned())),
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
