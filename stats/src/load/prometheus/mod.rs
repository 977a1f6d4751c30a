//! Answers of Prometheus' HTTP API to `query` and `query_range`.
//!
//! The format is that of Prometheus' documentation, “HTTP API”: a status, warnings, and data that are a matrix, a vector or a
//! scalar, whose values are strings so that NaN and infinities have a spelling. Native histograms, which are counts since a start, become
//! one window between two of their samples.

mod answer;
mod native;
#[cfg(feature = "live")]
mod pages;
mod result;

use crate::error::{Error, Position, Result};
use crate::load::assemble::MOST_SERIES;
use crate::load::choice::{self, Choice};
use crate::load::dataset::{Dataset, Item};
use crate::load::number::show;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{self, Samples};
use answer::Answer;
use native::native;
use result::{Found, Kept, micros, value};

/// One answer, before it becomes a data set: that of a live server may be a page of several.
pub(crate) struct Page {
    /// What Prometheus said beside the result: warnings, and what it merely informs of.
    said: Vec<String>,
    result_type: Option<String>,
    found: Found,
}

/// What a series is called that has no name, as the results of most functions do.
const NAMELESS: &str = "value";

/// Reads an answer, of whose series those are held that the options want.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut choice = Choice::new(options)?;
    let mut page = limited(name, bytes, Kept { most: MOST_SERIES, choice: Some((&mut choice, NAMELESS)) })?;
    if page.found.too_many {
        choice.refuse_too_many(MOST_SERIES + 1, name)?;
    }
    page.call_nameless(NAMELESS);
    of_chosen(name, page, &choice, bytes.len() as u64, options)
}

/// Reads an answer as it stands; series without a name have none.
#[cfg(feature = "live")]
pub(crate) fn page(name: &str, bytes: &[u8]) -> Result<Page> {
    let most = 10 * MOST_SERIES;
    let page = limited(name, bytes, Kept { most, choice: None })?;
    if page.found.too_many {
        let message = format!("there are more than {most} series");
        return Err(Error::argument(message).in_file(name).hint("ask for less"));
    }
    Ok(page)
}

/// Reads an answer and keeps some of its series.
fn limited(name: &str, bytes: &[u8], mut kept: Kept<'_>) -> Result<Page> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if is_loki(text) {
        return Err(Error::unsupported("these are log lines of Loki, and no series").in_file(name).hint(
            "ask Loki for a metric, such as sum(rate({…}[1m])), or save the lines alone with logcli --output=raw",
        ));
    }
    let answer = Answer::read(text, &mut kept).map_err(|e| json_error(&e, text, name))?;
    if answer.status.as_deref() == Some("error") {
        let kind = answer.error_type.as_deref().unwrap_or("unknown");
        let message = answer.error.as_deref().unwrap_or("no message");
        return Err(Error::parse(format!("the answer is an error of Prometheus ({kind}): {message}"))
            .in_file(name)
            .hint("correct the query and ask again"));
    }
    let said = answer.warnings.into_iter().chain(answer.infos).collect();
    let Some(mut found) = answer.result else {
        return Err(Error::parse("there is no “data.result” in this JSON")
            .in_file(name)
            .hint("export the answer of /api/v1/query_range"));
    };
    if answer.result_type.as_deref() == Some("string") {
        let text = found.scalar.1.unwrap_or_default();
        return Err(Error::unsupported(format!("the answer is a text, “{}”, and no series", show(text.as_bytes())))
            .in_file(name)
            .hint("export the answer of /api/v1/query_range"));
    }
    if let (Some(t), Some(v)) = (found.scalar.0, &found.scalar.1) {
        let times = micros(t).into_iter().collect();
        let values = vec![value(v).unwrap_or(f64::NAN)];
        let scalar = Samples { name: "scalar".into(), times, values, ..Samples::default() };
        found.samples += 1;
        if kept.keeps(&scalar) {
            found.series.push(scalar);
        }
    }
    Ok(Page { said, result_type: answer.result_type, found })
}

/// Whether an answer is that of Loki to a query of lines.
fn is_loki(text: &[u8]) -> bool {
    let near = text.get(..text.len().min(4096)).unwrap_or(text);
    ["\"resultType\":\"streams\"", "\"resultType\": \"streams\""]
        .iter()
        .any(|mark| memchr::memmem::find(near, mark.as_bytes()).is_some())
}

/// What an answer of so many bytes holds that the options want.
#[cfg(feature = "live")]
pub(crate) fn dataset(name: &str, mut page: Page, bytes: u64, options: &LoadOptions) -> Result<Dataset> {
    page.call_nameless(NAMELESS);
    let mut choice = Choice::new(options)?;
    page.found.samples = page.found.series.iter().map(|s| s.times.len() as u64).sum();
    page.found.series.retain(|s| choice.keeps(&s.name, &s.labels));
    page.found.histograms.retain(|(name, labels, _)| choice.passes(name, labels));
    of_chosen(name, page, &choice, bytes, options)
}

/// What there is of the series that were chosen.
fn of_chosen(name: &str, page: Page, choice: &Choice, bytes: u64, options: &LoadOptions) -> Result<Dataset> {
    let Page { said, result_type, mut found } = page;
    let mut report = LoadReport::default();
    for message in said {
        report.warn(WarningKind::Source, format!("Prometheus says: {message}"), Position::in_file(name), 1);
    }
    choice.finish(&mut found.series, name, &mut report)?;
    let items = native(std::mem::take(&mut found.histograms), choice, options, name, &mut report)?;
    found.series.retain(|s| !s.times.is_empty());
    if found.unreadable > 0 {
        let message = format!(
            "{} that are not a number, or whose time is out of range, left out",
            counted(found.unreadable, "sample")
        );
        report.warn(WarningKind::NotANumber, message, Position::in_file(name), found.unreadable);
    }
    report.understand("answer", result_type.unwrap_or_else(|| "unknown".to_owned()), "resultType");
    let rows = found.samples + items.iter().map(Item::count).sum::<u64>();
    report.rows = rows;
    report.files.push(FileRead { name: name.to_owned(), format: Format::PrometheusJson, bytes, rows });
    if found.series.is_empty() {
        if items.is_empty() {
            // histograms that were left out say why
            let reason = report.warnings.iter().find(|w| w.kind == WarningKind::Skipped);
            return Err(reason.map_or_else(|| choice::nothing(name), |w| Error::unsupported(&*w.message).in_file(name)));
        }
        let mut data = Dataset { items, report };
        data.sort();
        return Ok(data);
    }
    let mut data = samples::of_chosen(found.series, options, Format::PrometheusJson, name, report)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{Kind, load_bytes};
    use crate::progress::Progress;
    use crate::unit::Unit;
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

    /// What `rate` makes is no count since a start, also where a sample of it happens to be whole.
    #[test]
    fn native_histograms_of_rates_are_left_out_whole() {
        let sample = |time: u32, count: &str| {
            format!(r#"[{time},{{"count":"{count}","sum":"5.5","buckets":[[0,"0.5","1","{count}"]]}}]"#)
        };
        let samples =
            [sample(1_767_225_600, "10.5"), sample(1_767_225_660, "9"), sample(1_767_225_720, "20")].join(",");
        let text = format!(
            r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"job":"a"}},"histograms":[{samples}]}},
               {{"metric":{{"__name__":"up"}},"values":[[1767225600,"1"]]}}]}}}}"#
        );
        let d = load(&text).unwrap();
        assert_eq!(d.items.iter().map(Item::title).collect::<Vec<_>>(), ["up"]);
        let alone = load(&text.replace(r#""values":[[1767225600,"1"]]"#, r#""values":[]"#)).unwrap_err().to_string();
        assert!(alone.contains("rate()"), "{alone}");
        let warning = &d.report.warnings[0];
        assert!(
            warning.kind == WarningKind::Skipped && warning.count == 3 && warning.message.contains("rate()"),
            "{warning}"
        );
    }

    #[test]
    fn answers_that_hold_no_numbers_are_named() {
        let loki = r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"x"},"values":[["1767225600000000000","a"]]}]}}"#;
        assert!(load(loki).unwrap_err().to_string().contains("Loki"));
        let text = r#"{"status":"success","data":{"resultType":"string","result":[1767225600,"foo"]}}"#;
        let e = load(text).unwrap_err().to_string();
        assert!(e.contains("“foo”") && e.contains("text"), "{e}");
    }

    #[test]
    fn native_histograms_are_of_one_kind_and_their_times_are_counted() {
        let text = r#"{"data":{"resultType":"matrix","result":[{"metric":{"__name__":"h"},"histograms":[
            [1e30,{"count":"3","sum":"4","buckets":[[0,"1","2","3"]]}],
            [1767225600,{"count":"3","sum":"4","buckets":[[0,"1","2","3"]]}],
            [1767225615,{"count":"5","sum":"7","buckets":[[0,"1","2","5"]]}]]}]}}"#;
        let d = load(text).unwrap();
        assert_eq!(d.items[0].as_histograms().unwrap().counts(), [2.0]);
        let told = |d: &Dataset| d.report.warnings.iter().find(|w| w.message.contains("time is out of range")).cloned();
        assert_eq!(told(&d).unwrap().count, 1);
        let float = load(r#"{"data":{"result":[{"metric":{"__name__":"f"},"values":[[1e30,"1"],[1,"2"]]}]}}"#).unwrap();
        assert_eq!(told(&float).unwrap().count, 1);
        let of = |kind| {
            let options = LoadOptions { kind: Some(kind), ..LoadOptions::default() };
            load_bytes("q.json", text.as_bytes(), &options, &Progress::new())
        };
        let e = of(Kind::Gauge).unwrap_err().to_string();
        assert!(e.contains("“h” holds histograms, and --kind says gauge") && e.contains("leave --kind out"), "{e}");
        assert!(of(Kind::Histogram).is_ok());
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
