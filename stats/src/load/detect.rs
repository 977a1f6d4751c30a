//! Which format a file is in, by its first bytes.

use crate::error::{Error, Result};
use crate::load::number::{self, Field};
use crate::load::options::Format;
use crate::load::{
    cloud, histogram_files, histogram_table, logs, otlp, proc_snapshots, summaries, system, testers, tsdb_dump,
};

/// Formats that are recognised so that the message can name the way out.
const OTHERS: [(&[u8], &str, &str); 6] = [
    (b"\xfd7zXZ", "xz", "unpack it first with unxz"),
    (b"BZh", "bzip2", "unpack it first with bunzip2"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"),
    (b"PARE", "an encrypted Parquet file", "decrypt it first"),
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
];

/// The format of an input that begins with `head`.
pub(crate) fn detect(head: &[u8], file: &str) -> Result<Format> {
    let refuse = |what: &str, way_out: &str| {
        Err(Error::unsupported(format!("this is {what}, which is not read")).in_file(file).hint(way_out))
    };
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") {
        return Ok(Format::ArrowIpc);
    }
    if head.starts_with(b"SQLite format 3\0") {
        return Ok(Format::Sqlite);
    }
    if otlp::is_export(head) {
        return Ok(Format::OtlpProtobuf);
    }
    if let Some(format) = histogram_files::dd_sketch(head) {
        return Ok(format);
    }
    for (magic, what, way_out) in OTHERS {
        if head.starts_with(magic) {
            return refuse(what, way_out);
        }
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if text.is_empty() {
        return Err(Error::empty("the file is empty").in_file(file).hint("was the export finished?"));
    }
    let first = text.get(..text.len().min(4096)).unwrap_or(text);
    if memchr::memchr(0, first).is_some() {
        return refuse("a binary file of an unknown format", "export it as CSV, Parquet or Prometheus JSON");
    }
    let lower: Vec<u8> = first.iter().take(32).map(u8::to_ascii_lowercase).collect();
    if lower.starts_with(b"<!doctype") || lower.starts_with(b"<html") || lower.starts_with(b"<?xml") {
        return refuse("a web page or XML", "was it a login page that was saved? export the data itself");
    }
    if tsdb_dump::is_dump(first_line(text)) {
        return Ok(Format::TsdbDump);
    }
    if first.starts_with(b"{\"") || first.starts_with(b"{\n") || first.starts_with(b"{\r") || first.starts_with(b"{ ") {
        if let Some(format) = json(text) {
            return Ok(format);
        }
        if is_exposition(first) {
            return Ok(Format::Exposition);
        }
        return refuse("JSON of an unknown format", "export the answer of query_range, one object a line, or CSV");
    }
    if first.starts_with(b"[") && !first.starts_with(b"[\"") && looks_like_json_list(first) {
        if let Some(format) = cloud::by_keys(first).filter(|f| matches!(f, Format::GcpJson | Format::NewRelicJson)) {
            return Ok(format);
        }
        return refuse("a JSON list", "write one object a line (jq -c '.[]'), or export CSV");
    }
    if let Some(format) = by_lines(first) {
        return Ok(format);
    }
    Ok(if is_exposition(first) { Format::Exposition } else { Format::Csv })
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii()
}

/// The format of a text that begins with an object.
fn json(text: &[u8]) -> Option<Format> {
    let line = first_line(text);
    let near = text.get(..text.len().min(4096)).unwrap_or(text);
    let has = |text: &[u8], key: &str| memchr::memmem::find(text, key.as_bytes()).is_some();
    if has(near, "\"resourceMetrics\"") {
        return Some(Format::OtlpJson);
    }
    if has(near, "\"sysstat\"") && has(near, "\"hosts\"") {
        return Some(Format::SadfJson);
    }
    let answers = [
        "\"resultType\"",
        "\"status\":\"success\"",
        "\"status\":\"error\"",
        "\"status\": \"success\"",
        "\"status\": \"error\"",
    ];
    if answers.iter().any(|key| has(near, key)) {
        return Some(Format::PrometheusJson);
    }
    if let Some(format) = cloud::by_keys(near).filter(|_| !is_record(line)) {
        return Some(format);
    }
    if summaries::is_summary(near) {
        return Some(Format::Summary);
    }
    let mut keys = Vec::new();
    // a line that goes beyond what was read cannot be scanned to its end
    let whole = crate::load::json_lines::scan(line, &mut |name, _| keys.push(name.to_owned())).is_some();
    if !whole {
        // pretty printed, or of another kind
        return (has(near, "\"data\"") || has(near, "\"status\"")).then_some(Format::PrometheusJson);
    }
    let all = |names: &[&str]| names.iter().all(|name| keys.iter().any(|k| k == name));
    if keys.iter().any(|k| k == "metric") && all(&["type"]) && keys.iter().any(|k| k.starts_with("data.")) {
        return Some(Format::K6Json);
    }
    if all(&["attack", "seq", "code", "latency"]) {
        return Some(Format::VegetaJson);
    }
    if histogram_files::is_open_histogram(line) {
        return Some(Format::OpenHistogram);
    }
    if keys.iter().any(|k| k == "data") || (keys.is_empty() && has(line, "\"data\"")) {
        return Some(Format::PrometheusJson);
    }
    Some(Format::JsonLines)
}

/// Whether a line is an object without objects in it, as those of logs are.
fn is_record(line: &[u8]) -> bool {
    let mut nested = false;
    let whole = crate::load::json_lines::scan(line, &mut |name, _| nested |= name.contains('.'));
    whole.is_some() && !nested && memchr::memchr(b'[', line).is_none()
}

/// The formats that their first lines tell.
fn by_lines(text: &[u8]) -> Option<Format> {
    let line = first_line(text);
    if let Some(format) = testers::by_first_line(line).or_else(|| cloud::by_lines(line)) {
        return Some(format);
    }
    if proc_snapshots::is_recording(text) {
        return Some(Format::ProcSnapshots);
    }
    if histogram_table::is_header(line) {
        return Some(Format::HistogramTable);
    }
    if summaries::is_summary(text) {
        return Some(Format::Summary);
    }
    if let Some(format) = system::by_lines(text) {
        return Some(format);
    }
    if let Some(format) = histogram_files::by_lines(text) {
        return Some(format);
    }
    if logs::ulid(line).is_some() {
        return Some(Format::UlidLog);
    }
    if logs::is_access(line) {
        return Some(Format::AccessLog);
    }
    logs::is_logfmt(line).then_some(Format::Logfmt)
}

/// A bracket may also open an access log's time.
fn looks_like_json_list(text: &[u8]) -> bool {
    let next = text.get(1..).unwrap_or_default().trim_ascii_start();
    matches!(next.first(), Some(b'{' | b'[' | b'"' | b']'))
}

/// Whether the first lines are those of Prometheus' text format.
fn is_exposition(text: &[u8]) -> bool {
    let mut samples = 0;
    for line in text.split(|&b| b == b'\n').take(20).map(<[u8]>::trim_ascii) {
        if line.is_empty() {
            continue;
        }
        if line.starts_with(b"#") {
            let mut words = line.split(|&b| b == b' ');
            if words.next() == Some(b"#") && matches!(words.next(), Some(b"HELP" | b"TYPE" | b"UNIT" | b"EOF")) {
                return true;
            }
            continue;
        }
        if !is_sample(line) {
            break;
        }
        samples += 1;
    }
    samples > 0
}

/// `name value`, `name{…} value`, each perhaps with a time.
fn is_sample(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')).count();
    if name == 0 || line.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let rest = line.get(name..).unwrap_or_default();
    let value = match rest.first() {
        Some(b'{') => memchr::memrchr(b'}', rest).and_then(|i| rest.get(i + 1..)),
        Some(b' ' | b'\t') => Some(rest),
        _ => None,
    };
    let first = value.and_then(|v| v.split(u8::is_ascii_whitespace).find(|w| !w.is_empty()));
    first.is_some_and(|v| matches!(number::parse(v), Field::Number(_)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        for (head, format) in [
            (&b"PAR1\x15"[..], Format::Parquet),
            (b"ARROW1\0\0", Format::ArrowIpc),
            (b"{\"status\":\"success\",\"data\":{", Format::PrometheusJson),
            (b" {\n \"data\": {", Format::PrometheusJson),
            (b"# HELP up x\nup 1\n", Format::Exposition),
            (b"up{job=\"a b\"} 1 1767225600000\n", Format::Exposition),
            (b"up 1\nx_total +Inf\n", Format::Exposition),
            (b"time,value\n1,2\n", Format::Csv),
            (b"latency\n0.1\n", Format::Csv),
            (b"\xef\xbb\xbftime;v\n", Format::Csv),
            (b"[01/Jan/2026:00:00:00 +0000],5\n", Format::Csv),
            (b"# a comment\n1,2\n", Format::Csv),
        ] {
            assert_eq!(detect(head, "f").unwrap(), format, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn what_is_not_read_is_named_with_a_way_out() {
        for (head, word) in [
            (&b"PK\x03\x04"[..], "CSV"),
            (b"\x7fELF\x02\x01\0\0", "binary"),
            (b"", "empty"),
            (b" \n\n", "empty"),
            (b"<!DOCTYPE html>", "login"),
            (b"[{\"a\":1}]", "JSON list"),
            (b"\xff\xfet\0", "UTF-8"),
        ] {
            let text = detect(head, "f").unwrap_err().to_string();
            assert!(text.contains(word) && text.starts_with("f: "), "{text}");
        }
    }
}
