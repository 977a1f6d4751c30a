//! Which reader a format of one record a line has, and what is known of its fields.

use crate::error::Result;
use crate::load::csv::Input;
use crate::load::dataset::Dataset;
use crate::load::json_lines::JsonLines;
use crate::load::logs::{AccessLog, Frame, Framed, Logfmt, Ulid};
use crate::load::options::{Format, LoadOptions};
use crate::load::preset::Preset;
use crate::load::records::{self, Records};
use crate::load::testers;
use crate::progress::Progress;

/// Reads a format of one record a line, also where a container engine put something around each.
pub(crate) fn read(format: Format, input: Input<'_>, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let name = input.name;
    let is_log = matches!(format, Format::JsonLines | Format::Logfmt | Format::UlidLog | Format::AccessLog);
    let frame = Frame::of_lines(&input.head).filter(|_| is_log);
    let opened = frame.map(|frame| frame.open_lines(&input.head));
    let head = opened.as_deref().unwrap_or(&input.head);
    let mut preset = testers::preset(format, head);
    let access = (format == Format::AccessLog).then(|| AccessLog::of(head));
    let records: &dyn Records = match (format, &access) {
        (Format::K6Json, _) => {
            testers::k6_definitions(head, &mut preset.named);
            &testers::K6
        }
        (Format::Logfmt, _) => &Logfmt,
        (Format::UlidLog, _) => {
            preset = Preset { why: "a ULID tells it", time: Some("ulid_time"), ..preset };
            &Ulid
        }
        (_, Some(log)) => {
            preset = log.preset(preset);
            log
        }
        _ => &JsonLines,
    };
    let framed = frame.map(|frame| Framed { frame, inner: records });
    let records = framed.as_ref().map_or(records, |framed| framed as &dyn Records);
    let mut data = records::read(input, format, records, preset, options, progress)?;
    if let Some(frame) = frame {
        data.report.understand("frame", frame.describe(), "its first lines");
    }
    if let Some(log) = &access {
        log.tell(name, &mut data.report);
    }
    Ok(data)
}
