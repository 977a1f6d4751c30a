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
    if is_binary(first) {
        return refuse("a binary file of an unknown format", "export it as CSV, Parquet or Prometheus JSON");
    }
    if memchr::memmem::find(first, b"<testResults").is_some() && first.starts_with(b"<") {
        return refuse(
            "a log of JMeter in XML",
            "let JMeter write CSV (jmeter.save.saveservice.output_format=csv), or open it in a listener and save that as CSV",
        );
    }
    let lower: Vec<u8> = first.iter().take(32).map(u8::to_ascii_lowercase).collect();
    if lower.starts_with(b"<!doctype") || lower.starts_with(b"<html") || lower.starts_with(b"<?xml") {
        return refuse("a web page or XML", "was it a login page that was saved? export the data itself");
    }
    if tsdb_dump::is_dump(first_line(text)) {
        return Ok(Format::TsdbDump);
    }
    if first.starts_with(b"{\"") || first.starts_with(b"{\n") || first.starts_with(b"{\r") || first.starts_with(b"{ ") {
        let framed = || logs::Frame::of(first_line(text)).and_then(|_| logs::by_first_line(first_line(text)));
        if let Some(format) = framed().or_else(|| json(text)) {
            return Ok(format);
        }
        if is_exposition(first) {
            return Ok(Format::Exposition);
        }
        if let Some((what, way_out)) = wrapped(text) {
            return refuse(what, &way_out);
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
    if is_exposition(first) {
        return Ok(Format::Exposition);
    }
    Ok(after_a_greeting(text).unwrap_or(Format::Csv))
}

/// The format of records that begin after something else, such as what a program says when it starts.
fn after_a_greeting(text: &[u8]) -> Option<Format> {
    match logs::by_most_lines(text)? {
        Format::JsonLines if logs::Frame::of_lines(text).is_none() => {
            let start = memchr::memmem::find(text, b"\n{")?;
            let is_record = |f: &Format| matches!(f, Format::JsonLines | Format::K6Json | Format::VegetaJson);
            json(text.get(start + 1..)?).filter(is_record)
        }
        format => Some(format),
    }
}

/// Whether bytes are no text: there is a zero, or more control characters than a text has.
fn is_binary(bytes: &[u8]) -> bool {
    let control = |b: &&u8| **b < b' ' && !matches!(**b, b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' | b'\x1b');
    let count = bytes.iter().filter(control).count();
    memchr::memchr(0, bytes).is_some() || (count > 2 && count * 50 > bytes.len())
}

/// What an object of JSON is that holds a table in a way that is not read, and the way out.
fn wrapped(text: &[u8]) -> Option<(&'static str, String)> {
    const PANDAS: &str = "write it with to_json(orient=\"records\", lines=True), or to_csv or to_parquet";
    // objects one a line are records, whatever their first field holds
    if memchr::memmem::find(text, b"\n{").is_some() {
        return None;
    }
    let near = text.get(..text.len().min(4096)).unwrap_or(text);
    let compact: Vec<u8> = near.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let has = |mark: &str| memchr::memmem::find(&compact, mark.as_bytes()).is_some();
    if compact.starts_with(b"{\"columns\":[") || (compact.starts_with(b"{\"schema\":{") && has("\"pandas_version\"")) {
        return Some(("a data frame of pandas as one object", PANDAS.to_owned()));
    }
    // a column, or a row, each of whose fields has the number of a row, or a name, from 0 on
    let key = compact.strip_prefix(b"{\"").and_then(|rest| rest.split_at_checked(memchr::memchr(b'"', rest)?));
    if let Some((key, rest)) = key {
        let by_column = rest.starts_with(b"\":{\"0\":") && (has(",\"1\":") || has("},\""));
        let by_row = key == b"0" && rest.starts_with(b"\":{\"") && has("},\"1\":{");
        if by_column || by_row {
            return Some(("a data frame of pandas, an object of each column or row", PANDAS.to_owned()));
        }
        if rest.starts_with(b"\":[{") && !has("\"metric\":{") {
            let key = String::from_utf8_lossy(key);
            return Some((
                "a list within a JSON object",
                format!("write one object a line (jq -c '.[\"{key}\"][]'), or export CSV"),
            ));
        }
    }
    None
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
    // rows of New Relic, each on a line
    let is_row = |format: &Format| *format == Format::NewRelicJson && has(line, "\"beginTimeSeconds\"");
    if let Some(format) = cloud::by_keys(near).filter(|format| !is_record(line) || is_row(format)) {
        return Some(format);
    }
    if summaries::is_summary(near) {
        return Some(Format::Summary);
    }
    let mut keys = Vec::new();
    // a line that goes beyond what was read cannot be scanned to its end
    let whole = crate::load::json_lines::scan(line, &mut |name, _| keys.push(name.to_owned())).is_some();
    if wrapped(text).is_some() {
        return None;
    }
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
    logs::by_first_line(line)
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
            (b"\xf9\x95\x08\x0c\xc1\xe1\xa6\x94K\xa5\xa1\xf4\x8a\xdd\xdb\xfe\x10\x87 \x16\xfe\xc0r\xcd", "binary"),
            (b"<?xml version=\"1.0\"?>\n<testResults version=\"1.2\">", "JMeter"),
            (b"{\"data\": [{\"ts\": 1, \"v\": 2}]}", "jq -c"),
            (b"{\"columns\":[\"v\"],\"index\":[1],\"data\":[[2]]}", "orient=\"records\""),
            (b"{\"ts\":{\"0\":1,\"1\":2},\"v\":{\"0\":3,\"1\":4}}", "orient=\"records\""),
            (b"{\"0\":{\"ts\":1},\"1\":{\"ts\":2}}", "orient=\"records\""),
        ] {
            let text = detect(head, "f").unwrap_err().to_string();
            assert!(text.contains(word) && text.starts_with("f: "), "{text}");
        }
    }
}
