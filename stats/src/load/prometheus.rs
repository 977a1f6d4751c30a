//! Answers of Prometheus' HTTP API to `query` and `query_range`.
//!
//! The format is that of Prometheus' documentation, “HTTP API”: a status, warnings, and data that are a matrix, a vector or a
//! scalar, whose values are strings so that NaN and infinities have a spelling. Native histograms, which are counts since a start, become
//! one window between two of their samples.

use std::borrow::Cow;
use std::collections::BTreeMap;
#[cfg(feature = "live")]
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, ErrorKind, Position, Result};
use crate::histogram::{AnySketch, Exponential};
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::histograms::{Histograms, Point, windows};
use crate::load::number::{self, Field};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, to_dataset};
use crate::series::Identity;
use crate::unit::Unit;

/// The answer; `data` may also stand alone.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    data: Option<Answered<'a>>,
    #[serde(borrow, rename = "errorType")]
    error_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
    #[serde(default)]
    infos: Option<Vec<String>>,
    #[serde(borrow, rename = "resultType")]
    result_type: Option<Cow<'a, str>>,
    #[serde(default)]
    result: Option<Found>,
}

#[derive(Deserialize)]
struct Answered<'a> {
    #[serde(borrow, rename = "resultType")]
    result_type: Option<Cow<'a, str>>,
    #[serde(default)]
    result: Option<Found>,
}

/// The list under `result`: series, or the time and value of a scalar.
#[derive(Default)]
struct Found {
    series: Vec<Samples>,
    histograms: Vec<(String, Labels, Vec<Native>)>,
    unreadable: u64,
    scalar: (Option<f64>, Option<String>),
}

/// A native histogram at a time, in microseconds' precision; an error is why it cannot be read.
type Native = (i64, std::result::Result<Exponential, String>);

/// One answer, before it becomes a data set: that of a live server may be a page of several.
pub(crate) struct Page {
    /// What Prometheus said beside the result: warnings, and what it merely informs of.
    said: Vec<String>,
    result_type: Option<String>,
    found: Found,
}

/// Reads an answer.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    dataset(name, page(name, bytes)?, bytes.len() as u64, options)
}

/// Reads an answer as it stands; series without a name have none.
pub(crate) fn page(name: &str, bytes: &[u8]) -> Result<Page> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let answer: Answer<'_> = serde_json::from_slice(text).map_err(|e| json_error(&e, text, name))?;
    if answer.status.as_deref() == Some("error") {
        let kind = answer.error_type.as_deref().unwrap_or("unknown");
        let message = answer.error.as_deref().unwrap_or("no message");
        return Err(Error::parse(format!("the answer is an error of Prometheus ({kind}): {message}"))
            .in_file(name)
            .hint("correct the query and ask again"));
    }
    let said = answer.warnings.into_iter().chain(answer.infos).flatten().collect();
    let (result_type, found) = match answer.data {
        Some(data) => (data.result_type, data.result),
        None => (answer.result_type, answer.result),
    };
    let Some(mut found) = found else {
        return Err(Error::parse("there is no “data.result” in this JSON")
            .in_file(name)
            .hint("export the answer of /api/v1/query_range"));
    };
    if let (Some(t), Some(v)) = (found.scalar.0, &found.scalar.1) {
        let times = micros(t).into_iter().collect();
        let values = vec![value(v).unwrap_or(f64::NAN)];
        found.series.push(Samples { name: "scalar".into(), times, values, ..Samples::default() });
    }
    Ok(Page { said, result_type: result_type.map(Cow::into_owned), found })
}

/// What an answer of so many bytes holds.
pub(crate) fn dataset(name: &str, mut page: Page, bytes: u64, options: &LoadOptions) -> Result<Dataset> {
    page.call_nameless("value");
    let Page { said, result_type, mut found } = page;
    let mut report = LoadReport::default();
    for message in said {
        report.warn(WarningKind::Source, format!("Prometheus says: {message}"), Position::in_file(name), 1);
    }
    let items = native(std::mem::take(&mut found.histograms), options, name, &mut report)?;
    found.series.retain(|s| !s.times.is_empty());
    if found.unreadable > 0 {
        let message = format!("{} not a number, left out", counted(found.unreadable, "sample"));
        report.warn(WarningKind::NotANumber, message, Position::in_file(name), found.unreadable);
    }
    report.understand("answer", result_type.unwrap_or_else(|| "unknown".to_owned()), "resultType");
    let rows = found.series.iter().map(|s| s.times.len() as u64).sum::<u64>();
    let rows = rows + items.iter().map(Item::count).sum::<u64>();
    report.rows = rows;
    report.files.push(FileRead { name: name.to_owned(), format: Format::PrometheusJson, bytes, rows });
    if found.series.is_empty() && !items.is_empty() {
        let mut data = Dataset { items, report };
        data.sort();
        return Ok(data);
    }
    let mut data = to_dataset(found.series, options, Format::PrometheusJson, name, report)?;
    data.items.extend(items);
    data.sort();
    Ok(data)
}

impl Page {
    /// Gives a name to what has none, as the results of most functions do.
    pub(crate) fn call_nameless(&mut self, name: &str) {
        for s in self.found.series.iter_mut().filter(|s| s.name.is_empty()) {
            name.clone_into(&mut s.name);
        }
        for (own, ..) in self.found.histograms.iter_mut().filter(|(own, ..)| own.is_empty()) {
            name.clone_into(own);
        }
    }
}

#[cfg(feature = "live")]
impl Page {
    /// How many series it has.
    pub(crate) fn len(&self) -> usize {
        self.found.series.len()
    }

    /// How many samples it has, native histograms included.
    pub(crate) fn samples(&self) -> u64 {
        let floats: usize = self.found.series.iter().map(|s| s.times.len()).sum();
        let histograms: usize = self.found.histograms.iter().map(|(.., all)| all.len()).sum();
        (floats + histograms) as u64
    }

    /// The series of numbers.
    pub(crate) fn series_mut(&mut self) -> &mut [Samples] {
        &mut self.found.series
    }

    /// What Prometheus said beside the result.
    pub(crate) fn said_mut(&mut self) -> &mut [String] {
        &mut self.said
    }

    /// Adds a later page, and tells how many of its samples were left out since they are not later.
    pub(crate) fn append(&mut self, later: Self) -> u64 {
        let mut repeated = 0;
        for message in later.said {
            if !self.said.contains(&message) {
                self.said.push(message);
            }
        }
        self.found.unreadable += later.found.unreadable;
        let mut at: HashMap<(String, Labels), usize> = HashMap::new();
        for (i, s) in self.found.series.iter().enumerate() {
            at.insert((s.name.clone(), s.labels.clone()), i);
        }
        for s in later.found.series {
            let own = at.get(&(s.name.clone(), s.labels.clone())).and_then(|i| self.found.series.get_mut(*i));
            let Some(own) = own else {
                self.found.series.push(s);
                continue;
            };
            let last = own.times.last().copied();
            let first = s.times.partition_point(|t| last.is_some_and(|last| *t <= last));
            repeated += first as u64;
            own.times.extend_from_slice(s.times.get(first..).unwrap_or_default());
            own.values.extend_from_slice(s.values.get(first..).unwrap_or_default());
        }
        at.clear();
        for (i, (name, labels, _)) in self.found.histograms.iter().enumerate() {
            at.insert((name.clone(), labels.clone()), i);
        }
        for (name, labels, samples) in later.found.histograms {
            let own = at.get(&(name.clone(), labels.clone())).and_then(|i| self.found.histograms.get_mut(*i));
            let Some((.., own)) = own else {
                self.found.histograms.push((name, labels, samples));
                continue;
            };
            let last = own.last().map(|(t, _)| *t);
            let before = own.len() + samples.len();
            own.extend(samples.into_iter().filter(|(t, _)| last.is_none_or(|last| *t > last)));
            repeated += (before - own.len()) as u64;
        }
        repeated
    }
}

/// The native histograms as one window between two samples.
fn native(
    all: Vec<(String, Labels, Vec<Native>)>,
    options: &LoadOptions,
    file: &str,
    report: &mut LoadReport,
) -> Result<Vec<Item>> {
    let position = || Position::in_file(file);
    let mut items = Vec::new();
    let (mut unreadable, mut why, mut alone) = (0_u64, String::new(), 0_u64);
    for (name, labels, samples) in all {
        if options.value.as_ref().is_some_and(|v| !v.split(',').any(|v| v.trim() == name)) {
            continue;
        }
        let unit = options.unit.clone().or_else(|| Unit::from_name(&name)).unwrap_or_default();
        let identity = Identity { name, labels, unit };
        let only = samples.len() == 1;
        let mut points = Vec::new();
        for (time, sketch) in samples {
            match sketch {
                Ok(sketch) => {
                    let sketch = AnySketch::Exponential(Box::new(sketch));
                    // a single one counts since a start that the answer does not tell
                    let start = only.then_some(time - 1);
                    points.push(Point { start, time, sketch });
                }
                Err(e) => {
                    unreadable += 1;
                    why = e;
                }
            }
        }
        alone += u64::from(only && !points.is_empty());
        let title = identity.title();
        let mut windows = windows(points, true, &title, file, report);
        windows.retain(|(w, _)| options.from.is_none_or(|t| w.start >= t) && options.to.is_none_or(|t| w.start < t));
        match Histograms::new(identity, windows) {
            Ok(histograms) => {
                items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), Format::PrometheusJson));
            }
            Err(e) if e.kind() == ErrorKind::Empty => {
                report.warn(
                    WarningKind::EmptySeries,
                    format!("“{title}” holds no value between its samples"),
                    position(),
                    1,
                );
            }
            Err(e) => return Err(e.in_file(file)),
        }
    }
    if unreadable > 0 {
        let message = format!("{} of native histograms left out: {why}", counted(unreadable, "sample"));
        report.warn(WarningKind::Skipped, message, position(), unreadable);
    }
    if alone > 0 {
        let message = format!(
            "{} of native histograms with one sample, which counts since a start that is not known",
            counted(alone, "series")
        );
        report.warn(WarningKind::NoTime, message, position(), alone);
    }
    Ok(items)
}

/// An error of the JSON reader, with the byte and a way out.
fn json_error(e: &serde_json::Error, text: &[u8], name: &str) -> Error {
    let byte = if e.is_eof() {
        text.len() as u64
    } else {
        let before = e.line().saturating_sub(2);
        let start = match e.line() {
            0 | 1 => 0,
            _ => memchr::memchr_iter(b'\n', text).nth(before).map_or(0, |i| i + 1),
        };
        (start + e.column()) as u64
    };
    let mut position = Position::in_file(name).at_byte(byte);
    if e.line() > 1 {
        position = position.at_line(e.line() as u64);
    }
    if e.is_eof() {
        return Error::parse("the JSON ends in the middle").at(position).hint("the export was cut off; repeat it");
    }
    // the reader's sentence ends in its own line and column
    let text = e.to_string();
    let message = text.rsplit_once(" at line").map_or(text.as_str(), |(m, _)| m).to_owned();
    Error::parse(format!("not an answer of Prometheus: {message}"))
        .at(position)
        .hint("export the answer of /api/v1/query_range")
}

/// Seconds to nanoseconds by way of whole microseconds: an `f64` of today's epoch holds no more.
fn micros(seconds: f64) -> Option<i64> {
    let us = (seconds * 1e6).round();
    (us.abs() < 9.2e15).then(|| us as i64 * 1000)
}

fn value(text: &str) -> Option<f64> {
    match number::parse(text.as_bytes()) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Found;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of series, or the time and value of a scalar")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Found, A::Error> {
                let mut found = Found::default();
                while let Some(element) = seq.next_element::<Element>()? {
                    match element {
                        Element::Series(samples, histograms, unreadable) => {
                            if !histograms.is_empty() {
                                found.histograms.push((samples.name.clone(), samples.labels.clone(), histograms));
                            }
                            found.series.push(samples);
                            found.unreadable += unreadable;
                        }
                        Element::Number(t) => found.scalar.0 = Some(t),
                        Element::Text(v) => found.scalar.1 = Some(v),
                    }
                }
                Ok(found)
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// One element under `result`.
enum Element {
    /// A series, its native histograms, and how many samples were unreadable.
    Series(Samples, Vec<Native>, u64),
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Element;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a series with “metric” and “value” or “values”")
            }
            fn visit_f64<E>(self, v: f64) -> Result<Element, E> {
                Ok(Element::Number(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Element, E> {
                Ok(Element::Number(v as f64))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Element, E> {
                Ok(Element::Number(v as f64))
            }
            fn visit_str<E>(self, v: &str) -> Result<Element, E> {
                Ok(Element::Text(v.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
                let mut samples = Samples::default();
                let (mut histograms, mut unreadable) = (Vec::new(), 0);
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match key.as_ref() {
                        "metric" => {
                            let mut labels: BTreeMap<String, String> = map.next_value()?;
                            samples.name = labels.remove("__name__").unwrap_or_default();
                            samples.labels = Labels::from_pairs(labels);
                        }
                        "values" => unreadable += map.next_value_seed(Values(&mut samples))?,
                        "value" => {
                            let one: Sample = map.next_value()?;
                            unreadable += u64::from(!one.push(&mut samples));
                        }
                        "histogram" => {
                            let (time, value): (f64, serde_json::Value) = map.next_value()?;
                            histograms.extend(decoded(time, &value));
                        }
                        "histograms" => {
                            let all: Vec<(f64, serde_json::Value)> = map.next_value()?;
                            histograms.extend(all.iter().filter_map(|(time, value)| decoded(*time, value)));
                        }
                        _ => {
                            map.next_value::<de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Element::Series(samples, histograms, unreadable))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A histogram at a time in seconds.
fn decoded(seconds: f64, value: &serde_json::Value) -> Option<Native> {
    let sketch = Exponential::from_api_json(&value.to_string()).map_err(|e| e.to_string());
    Some((micros(seconds)?, sketch))
}

/// A time in seconds and a value, which is `None` where its text is not a number.
struct Sample(f64, Option<f64>);

impl Sample {
    /// Adds it to a series; false where it is unreadable.
    fn push(&self, to: &mut Samples) -> bool {
        let (Some(t), Some(v)) = (micros(self.0), self.1) else { return false };
        to.times.push(t);
        to.values.push(v);
        true
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// A value as text, parsed where it stands, or a plain number.
        struct Number;
        impl<'de> de::DeserializeSeed<'de> for Number {
            type Value = Option<f64>;
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<f64>, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
        impl Visitor<'_> for Number {
            type Value = Option<f64>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value as text")
            }
            fn visit_str<E>(self, v: &str) -> Result<Option<f64>, E> {
                Ok(value(v))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Option<f64>, E> {
                Ok(Some(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Option<f64>, E> {
                Ok(Some(v as f64))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Option<f64>, E> {
                Ok(Some(v as f64))
            }
        }
        struct Pair;
        impl<'de> Visitor<'de> for Pair {
            type Value = Sample;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pair of time and value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Sample, A::Error> {
                let short = |n| de::Error::invalid_length(n, &"a pair of time and value");
                let t = seq.next_element::<f64>()?.ok_or_else(|| short(0))?;
                let v = seq.next_element_seed(Number)?.ok_or_else(|| short(1))?;
                Ok(Sample(t, v))
            }
        }
        deserializer.deserialize_seq(Pair)
    }
}

/// The list of samples of a series, read into its columns.
struct Values<'a>(&'a mut Samples);

impl<'de> de::DeserializeSeed<'de> for Values<'_> {
    type Value = u64;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = u64;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of samples")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut unreadable = 0;
        while let Some(sample) = seq.next_element::<Sample>()? {
            unreadable += u64::from(!sample.push(self.0));
        }
        Ok(unreadable)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{Kind, load_bytes};
    use crate::progress::Progress;
    use proptest::prelude::*;

    const MATRIX: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"http_requests_total","code":"200"},"values":[[1767225600,"5"],[1767225615.123,"8"],[1767225630,"2"]]},
        {"metric":{"instance":"a"},"values":[[1767225600,"-0.5"],[1767225615,"NaN"],[1767225630,"+Inf"],[1767225645,"1e3"]]}
        ]},"warnings":["results may be partial"]}"#;

    fn load(text: &str) -> Result<Dataset> {
        load_bytes("q.json", text.as_bytes(), &LoadOptions::default(), &Progress::new())
    }

    #[test]
    fn a_matrix_keeps_counters_and_drops_nan() {
        let d = load(MATRIX).unwrap();
        assert_eq!(
            (d.items[0].kind, d.items[0].title().as_str()),
            (Kind::Counter, "http_requests_total{code=\"200\"}")
        );
        assert_eq!(d.items[0].times()[1], 1_767_225_615_123_000_000);
        assert_eq!((d.items[1].kind, d.items[1].values()), (Kind::Gauge, &[-0.5, 1000.0][..]));
        let kinds: Vec<WarningKind> = d.report.warnings.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WarningKind::Source, WarningKind::Nan, WarningKind::Infinite, WarningKind::Reset]);
        assert_eq!(d.report.rows, 7);
    }

    #[test]
    fn vectors_and_scalars_are_single_samples() {
        let d = load(r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"x"},"value":[1767225600,"1"]}]}}"#).unwrap();
        assert_eq!((d.items[0].count(), d.items[0].kind), (1, Kind::Gauge));
        let d = load(r#"{"data":{"resultType":"scalar","result":[1767225600.5,"3.5"]}}"#).unwrap();
        assert_eq!((d.items[0].title().as_str(), d.items[0].values()), ("scalar", &[3.5][..]));
    }

    #[test]
    fn errors_name_the_place_and_the_way_out() {
        let cut = &MATRIX[..300];
        let e = load(cut).unwrap_err();
        assert_eq!(
            e.to_string(),
            "q.json, line 3, byte 300: the JSON ends in the middle; the export was cut off; repeat it"
        );
        let e = load(r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#).unwrap_err();
        assert!(e.to_string().contains("(bad_data): parse error"));
        let e = load(r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#).unwrap_err();
        assert_eq!(e.kind(), crate::ErrorKind::Empty);
        let e = load(r#"{"status":"success","data":{"result":[{"metric":{},"values":[[1]]}]}}"#).unwrap_err();
        assert_eq!(e.position().unwrap().byte, Some(64));
        assert!(e.to_string().contains("pair of time and value"), "{e}");
    }

    /// The form is that of “HTTP API: Native histograms”.
    #[test]
    fn native_histograms_are_what_came_between_their_samples() {
        let d = load(
            r#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"h_seconds","job":"x"},"histograms":[
              [1767225600,{"count":"3","sum":"4.5","buckets":[[0,"1","2","3"]]}],
              [1767225615.5,{"count":"8","sum":"17","buckets":[[0,"1","2","4"],[0,"2","4","4"]]}],
              [1767225630,{"count":"2","sum":"2.5","buckets":[[0,"1","2","2"]]}]]},
            {"metric":{"__name__":"rate"},"histograms":[[1767225600,{"count":"0.5","sum":"1","buckets":[[0,"1","2","0.5"]]}]]},
            {"metric":{"__name__":"up"},"values":[[1767225600,"1"]]}]}}"#,
        )
        .unwrap();
        let titles: Vec<String> = d.items.iter().map(Item::title).collect();
        assert_eq!(titles, ["h_seconds{job=\"x\"}", "up"]);
        let h = d.items[0].as_histograms().unwrap();
        // 3 of unknown start; then 1 and 4 more; then a restart with 2
        assert_eq!(
            (h.counts(), h.starts()[0], d.items[0].kind),
            (&[5.0, 2.0][..], 1_767_225_600_000_000_000, Kind::Histogram)
        );
        assert_eq!(h.windows()[0].0.width.0, 15_500_000_000);
        assert_eq!((&h.identity().unit, d.report.rows), (&Unit::Second, 3));
        let kinds: Vec<WarningKind> = d.report.warnings.iter().map(|w| w.kind).collect();
        for kind in [WarningKind::Reset, WarningKind::Skipped] {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
    }

    #[test]
    fn series_are_chosen_by_name_and_label() {
        let with = |value: Option<&str>, filter: Option<&str>| {
            let options =
                LoadOptions { value: value.map(Into::into), filter: filter.map(Into::into), ..LoadOptions::default() };
            load_bytes("q.json", MATRIX.as_bytes(), &options, &Progress::new())
        };
        assert_eq!(with(Some("http_requests_total"), None).unwrap().items.len(), 1);
        assert_eq!(with(None, Some("code < 500")).unwrap().items.len(), 1);
        assert_eq!(with(Some("http_requests_total, value"), None).unwrap().items.len(), 2);
        let e = with(Some("http_request_total"), None).unwrap_err().to_string();
        assert!(e.contains("http_requests_total, value") && e.contains("did you mean “http_requests_total”?"), "{e}");
        let e = with(None, Some("cod == 500")).unwrap_err().to_string();
        assert!(e.contains("no label is called “cod”") && e.contains("did you mean “code”?"), "{e}");
        let options = LoadOptions { time: Some("t".into()), ..LoadOptions::default() };
        let e = load_bytes("q.json", MATRIX.as_bytes(), &options, &Progress::new()).unwrap_err().to_string();
        assert!(e.contains("--time is about the columns of a table"), "{e}");
    }

    proptest! {
        #[test]
        fn no_cut_or_flipped_byte_panics(cut in 0_usize..=MATRIX.len(), at in 0_usize..MATRIX.len(), byte in any::<u8>()) {
            let mut bytes = MATRIX.as_bytes()[..cut.min(MATRIX.len())].to_vec();
            if let Some(b) = bytes.get_mut(at) {
                *b = byte;
            }
            let _ = read("x", &bytes, &LoadOptions::default());
        }
    }
}
