//! Prometheus' text exposition format and `OpenMetrics`.
//!
//! The formats are those of Prometheus' documentation, “Exposition formats”, and of the `OpenMetrics` 1.0 specification: HELP,
//! TYPE and UNIT, samples with escaped labels, quoted UTF-8 names, and exemplars, which are skipped. Times are milliseconds,
//! in `OpenMetrics` (which ends in `# EOF`) seconds. A histogram's buckets are counters by `le`.

use std::collections::HashMap;

use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::choice::{Choice, LeftAside};
use crate::load::dataset::Dataset;
use crate::load::dialect::Dialect;
use crate::load::encoding;
use crate::load::number::{self, Field, show};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, of_chosen};
use crate::unit::Unit;

/// What the comments say of a family of metrics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: Option<Declared>,
    pub(crate) unit: Option<Unit>,
}

/// What a family is declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    Counter,
    Gauge,
    /// Histograms and summaries: their parts count, but for a summary's quantiles.
    Parts,
    /// Histograms of what there is at a time: their buckets are gauges.
    GaugeParts,
    Unknown,
}

impl Declared {
    /// By the word of a TYPE.
    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "counter" => Self::Counter,
            "gauge" | "info" | "stateset" => Self::Gauge,
            "histogram" | "summary" => Self::Parts,
            "gaugehistogram" => Self::GaugeParts,
            _ => Self::Unknown,
        }
    }
}

/// One line with a sample.
pub(super) struct Line {
    name: String,
    labels: Labels,
    value: f64,
    time: Option<f64>,
    /// Whether an exemplar follows.
    pub(super) exemplar: bool,
    /// Whether its time is written with a point.
    pub(super) decimals: bool,
}

/// Reads text of either format.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut dialect = Dialect::of(text);
    let scale = dialect.scale();
    let mut report = LoadReport::default();
    encoding::text(text, name, &mut report);
    let mut families: HashMap<String, Family> = HashMap::new();
    let mut index: HashMap<(String, Labels), usize> = HashMap::new();
    let mut choice = Choice::new(options)?;
    let mut aside = LeftAside::default();
    let mut all: Vec<Samples> = Vec::new();
    let (mut untimed, mut rows) = (0_u64, 0_u64);
    let mut rest = text;
    let mut number = 0;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest);
        let (line, tail) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
        rest = tail.get(1..).unwrap_or_default();
        number += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if dialect.ends(line, number) {
            continue;
        }
        if let Some(comment) = line.strip_prefix(b"#") {
            describe(comment, &mut families);
            continue;
        }
        let sample = match sample(line) {
            Ok(sample) => sample,
            Err(_) if end.is_none() && rows > 0 => {
                let position = Position::in_file(name).at_line(number);
                report.warn(WarningKind::Truncated, "the last line ends in the middle and was left out", position, 1);
                continue;
            }
            Err((what, at)) => {
                return Err(Error::parse(format!("“{}” is no sample: {what}", show(line)))
                    .at(Position::in_file(name).at_line(number).at_column((at + 1).to_string()))
                    .hint("a line is: name{label=\"value\"} number [time]"));
            }
        };
        rows += 1;
        let time = if let Some(t) = sample.time {
            // seconds with decimals, or milliseconds, by way of whole microseconds
            let us = (t * scale).round();
            (us.abs() < 9.2e15).then(|| us as i64 * 1000)
        } else {
            untimed += 1;
            Some(options.from.unwrap_or_default().0)
        };
        let Some(time) = time else {
            let position = Position::in_file(name).at_line(number);
            report.warn(WarningKind::NotATime, "the time of a sample is out of range; it was left out", position, 1);
            continue;
        };
        let key = (sample.name, sample.labels);
        let at = if let Some(at) = index.get(&key) {
            *at
        } else if aside.has(&key) {
            continue;
        } else if choice.keeps(&key.0, &key.1) {
            choice.refuse_too_many(all.len() + 1, name)?;
            all.push(Samples { name: key.0.clone(), labels: key.1.clone(), ..Samples::default() });
            index.insert(key, all.len() - 1);
            all.len() - 1
        } else {
            aside.add(&key, name)?;
            continue;
        };
        if let Some(s) = all.get_mut(at) {
            s.times.push(time);
            s.values.push(sample.value);
        }
    }
    if untimed > 0 {
        let at = options.from.unwrap_or_default();
        let message =
            format!("{} without a time, taken to be of {at}; --from sets another", counted(untimed, "sample"));
        report.warn(WarningKind::NoTime, message, Position::in_file(name), untimed);
    }
    for s in &mut all {
        // of one sample each would take the memory of four
        s.times.shrink_to_fit();
        s.values.shrink_to_fit();
        (s.kind, s.unit) = declared(&s.name, &s.labels, &families);
    }
    dialect.tell(name, number, &mut report);
    report.rows = rows;
    report.files.push(FileRead { name: name.to_owned(), format: Format::Exposition, bytes: bytes.len() as u64, rows });
    drop((index, aside));
    choice.finish(&mut all, name, &mut report)?;
    of_chosen(all, options, Format::Exposition, name, report)
}

/// `# TYPE name counter` or `# UNIT name seconds`; other comments say nothing.
fn describe(comment: &[u8], families: &mut HashMap<String, Family>) {
    let text = String::from_utf8_lossy(comment);
    let mut words = text.split_ascii_whitespace();
    let (Some(what), Some(name)) = (words.next(), words.next()) else { return };
    let name = name.trim_matches('"').to_owned();
    match (what, words.next()) {
        ("TYPE", Some(kind)) => {
            families.entry(name).or_default().kind = Some(Declared::of(kind));
        }
        ("UNIT", Some(unit)) => families.entry(name).or_default().unit = unit.parse().ok(),
        _ => {}
    }
}

/// The kind and unit of a series by its family's comments.
pub(crate) fn declared(
    name: &str,
    labels: &Labels,
    families: &HashMap<String, Family>,
) -> (Option<Kind>, Option<Unit>) {
    let base = ["_total", "_bucket", "_gcount", "_gsum", "_count", "_sum", "_created"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    let found = families.get(name).map(|f| (f, true)).or_else(|| Some((families.get(base?)?, false)));
    let Some((family, whole)) = found else { return (None, None) };
    let kind = match family.kind {
        Some(Declared::Gauge | Declared::GaugeParts) => Some(Kind::Gauge),
        Some(Declared::Counter) => Some(if name.ends_with("_created") { Kind::Gauge } else { Kind::Counter }),
        Some(Declared::Parts) if name.ends_with("_created") || (whole && labels.get("quantile").is_some()) => {
            Some(Kind::Gauge)
        }
        Some(Declared::Parts) => Some(Kind::Counter),
        Some(Declared::Unknown) | None => None,
    };
    // the unit is that of the observations: parts that count them have none of it
    let counts = ["_bucket", "_count", "_gcount"].iter().any(|end| name.ends_with(end));
    (kind, family.unit.clone().filter(|_| !counts))
}

/// Reads a sample's line; an error is what is wrong and at which byte.
pub(super) fn sample(line: &[u8]) -> Result<Line, (&'static str, usize)> {
    let bare = line.iter().take_while(|b| !matches!(b, b'{' | b' ' | b'\t')).count();
    let mut name = String::from_utf8_lossy(line.get(..bare).unwrap_or_default()).into_owned();
    let mut at = bare;
    let mut labels = Labels::new();
    if line.get(at) == Some(&b'{') {
        at = braces(line, at + 1, &mut name, &mut labels)?;
    }
    if name.is_empty() {
        return Err(("a name is missing", 0));
    }
    let rest = line.get(at..).unwrap_or_default();
    // an exemplar follows a lone #
    let exemplar = memchr::memmem::find(rest, b" # ");
    let rest = exemplar.and_then(|i| rest.get(..i)).unwrap_or(rest);
    let mut words = rest.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
    let number = |w: &[u8]| match number::parse(w) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    };
    let value = words.next().and_then(number).ok_or(("a number is missing", at))?;
    let word = words.next();
    let time = match word {
        Some(word) => Some(number(word).filter(|t| t.is_finite()).ok_or(("its time is not a number", at))?),
        None => None,
    };
    if words.next().is_some() {
        return Err(("there is something after its time", at));
    }
    let decimals = word.is_some_and(|w| w.contains(&b'.'));
    Ok(Line { name, labels, value, time, exemplar: exemplar.is_some(), decimals })
}

/// Reads labels up to the closing brace and gives the place after it; a quoted word alone is the metric's name.
fn braces(line: &[u8], from: usize, name: &mut String, labels: &mut Labels) -> Result<usize, (&'static str, usize)> {
    let mut at = from;
    let blanks = |mut at: usize| {
        while matches!(line.get(at), Some(b' ' | b'\t' | b',')) {
            at += 1;
        }
        at
    };
    loop {
        at = blanks(at);
        let start = at;
        let was_quoted = line.get(at) == Some(&b'"');
        let label = match line.get(at) {
            Some(b'}') => return Ok(at + 1),
            Some(b'"') => {
                let (word, after) = quoted(line, at + 1)?;
                at = after;
                word
            }
            Some(_) => {
                let stop =
                    line.iter().skip(at).position(|b| matches!(b, b'=' | b'}' | b' ')).map_or(line.len(), |i| at + i);
                let word = String::from_utf8_lossy(line.get(at..stop).unwrap_or_default()).into_owned();
                at = stop;
                word
            }
            None => return Err(("a } is missing", at)),
        };
        at = blanks(at);
        if line.get(at) != Some(&b'=') {
            if name.is_empty() && !label.is_empty() && was_quoted {
                *name = label;
                continue;
            }
            return Err(("a = is missing after a label", start));
        }
        at = blanks(at + 1);
        if line.get(at) != Some(&b'"') {
            return Err(("a label's value is not in quotes", at));
        }
        let (value, after) = quoted(line, at + 1)?;
        labels.set(label, value);
        at = after;
    }
}

/// The name and the labels of a series in braces, the name being the label `__name__`.
pub(crate) fn labels_of(text: &[u8]) -> Option<(String, Labels)> {
    let mut name = String::new();
    let mut labels = Labels::new();
    let end = braces(text, text.starts_with(b"{").then_some(1)?, &mut name, &mut labels).ok()?;
    let name = labels.remove("__name__").unwrap_or(name);
    (end == text.len() && !name.is_empty()).then_some((name, labels))
}

/// Reads up to the closing quote, undoing `\\`, `\"` and `\n`; gives the text and the place after the quote.
fn quoted(line: &[u8], from: usize) -> Result<(String, usize), (&'static str, usize)> {
    let mut out = Vec::new();
    let mut at = from;
    loop {
        match (line.get(at), line.get(at + 1)) {
            (Some(b'"'), _) => return Ok((String::from_utf8_lossy(&out).into_owned(), at + 1)),
            (Some(b'\\'), Some(b'n')) => {
                out.push(b'\n');
                at += 2;
            }
            (Some(b'\\'), Some(c)) => {
                out.push(*c);
                at += 2;
            }
            (Some(c), _) => {
                out.push(*c);
                at += 1;
            }
            (None, _) => return Err(("a quote is not closed", from - 1)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::load_bytes;
    use crate::progress::Progress;
    use crate::time::Timestamp;
    use proptest::prelude::*;

    const TEXT: &str = r#"# HELP http_requests_total The requests.
# TYPE http_requests_total counter
http_requests_total{method="post",path="a\"b\\c\nd"} 1027 1395066363000
http_requests_total{method="post",path="a\"b\\c\nd"} 1030 1395066378000

# TYPE temperature_celsius gauge
temperature_celsius -3.5 1395066363000
# TYPE rpc_seconds histogram
rpc_seconds_bucket{le="0.1",} 3 1395066363000
rpc_seconds_bucket{le="+Inf"} 5 1395066363000
rpc_seconds_sum 1.5 1395066363000
rpc_seconds_count 5 1395066363000
# TYPE lag_seconds summary
lag_seconds{quantile="0.5"} NaN 1395066363000
lag_seconds{quantile="0.9"} 0.25 1395066363000
"#;

    fn load(text: &str) -> Result<Dataset> {
        load_bytes("m.txt", text.as_bytes(), &LoadOptions::default(), &Progress::new())
    }

    fn item<'a>(d: &'a Dataset, name: &str) -> &'a crate::load::Item {
        d.find(name)[0]
    }

    #[test]
    fn the_text_format_is_read() {
        let d = load(TEXT).unwrap();
        let requests = item(&d, "http_requests_total");
        assert_eq!((requests.kind, requests.values()), (Kind::Counter, &[1027.0, 1030.0][..]));
        assert_eq!(requests.identity.labels.get("path"), Some("a\"b\\c\nd"));
        assert_eq!(requests.times()[0], 1_395_066_363_000_000_000);
        assert_eq!(item(&d, "temperature_celsius").kind, Kind::Gauge);
        let rpc = item(&d, "rpc_seconds");
        assert_eq!((rpc.kind, rpc.values(), &rpc.identity.unit), (Kind::Histogram, &[5.0][..], &Unit::Second));
        assert_eq!(item(&d, "rpc_seconds_sum").identity.unit, Unit::Second);
        let lag = item(&d, "lag_seconds");
        assert_eq!((lag.kind, lag.identity.labels.get("quantile")), (Kind::Gauge, Some("0.9")));
        let kinds: Vec<WarningKind> = d.report.warnings.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WarningKind::Nan, WarningKind::EmptySeries, WarningKind::NoTime]);
    }

    #[test]
    fn open_metrics_has_seconds_units_and_exemplars() {
        let d = load(
            "# TYPE jobs counter\n# UNIT jobs jobs\njobs_total{q=\"x\"} 17 1520879607.789 # {trace_id=\"a\"} 0.5\n\
             {\"http.server.duration\",code=\"200\"} 0.5 1520879607.789\n# EOF\n",
        )
        .unwrap();
        let jobs = item(&d, "jobs_total");
        assert_eq!((jobs.kind, jobs.times()), (Kind::Counter, &[1_520_879_607_789_000_000][..]));
        assert_eq!(jobs.identity.unit, Unit::Other("jobs".into()));
        assert_eq!(item(&d, "http.server.duration").identity.labels.get("code"), Some("200"));
    }

    /// `OpenMetrics` 1.0, “GaugeHistogram”: its buckets are gauges. 20 values in a queue at two scrapes, and 5 at the third.
    #[test]
    fn the_buckets_of_a_gauge_histogram_are_gauges() {
        let mut text = "# TYPE age_seconds gaugehistogram\n# UNIT age_seconds seconds\n".to_owned();
        for (time, [one, ten, all]) in [(100, [10, 15, 20]), (110, [12, 15, 20]), (120, [2, 4, 5])] {
            for (edge, count) in [("1", one), ("10", ten), ("+Inf", all)] {
                text += &format!("age_seconds_bucket{{le=\"{edge}\"}} {count} {time}\n");
            }
            text += &format!("age_seconds_gcount {all} {time}\nage_seconds_gsum 50 {time}\n");
        }
        let d = load(&(text + "# EOF\n")).unwrap();
        let got: Vec<(String, Kind, &[f64])> = d.items.iter().map(|i| (i.title(), i.kind, i.values())).collect();
        let bucket = |edge: &str| format!("age_seconds_bucket{{le=\"{edge}\"}}");
        assert_eq!(
            got,
            [
                (bucket("+Inf"), Kind::Gauge, &[20.0, 20.0, 5.0][..]),
                (bucket("1"), Kind::Gauge, &[10.0, 12.0, 2.0]),
                (bucket("10"), Kind::Gauge, &[15.0, 15.0, 4.0]),
                ("age_seconds_gcount".to_owned(), Kind::Gauge, &[20.0, 20.0, 5.0]),
                ("age_seconds_gsum".to_owned(), Kind::Gauge, &[50.0, 50.0, 50.0]),
            ]
        );
        let unit = |name: &str| &item(&d, name).identity.unit;
        assert_eq!((unit("age_seconds_gsum"), unit("age_seconds_gcount")), (&Unit::Second, &Unit::Count));
        assert!(d.report.warnings.is_empty(), "{:?}", d.report.warnings);
    }

    /// The unit of a histogram is that of its sum, where its name does not tell it.
    #[test]
    fn a_unit_that_is_declared_is_that_of_the_histogram() {
        let buckets = "a_bucket{le=\"0.1\"} 1 100\na_bucket{le=\"+Inf\"} 2 100\na_bucket{le=\"0.1\"} 5 110\n\
                       a_bucket{le=\"+Inf\"} 9 110\na_sum 1 100\na_sum 1.5 110\n# EOF\n";
        let with_unit = load(&format!("# TYPE a histogram\n# UNIT a seconds\n{buckets}")).unwrap();
        let unit = |d: &Dataset| d.find("a")[0].identity.unit.clone();
        assert_eq!((with_unit.find("a")[0].kind, unit(&with_unit)), (Kind::Histogram, Unit::Second));
        assert_ne!(unit(&load(&format!("# TYPE a histogram\n{buckets}")).unwrap()), Unit::Second);
    }

    /// Without `# EOF` the rest of what only `OpenMetrics` has tells it; the text is that of its specification.
    #[test]
    fn open_metrics_that_was_cut_off_is_still_in_seconds() {
        let second = |text: &str| {
            let d = load(text).unwrap();
            (d.items[0].times()[0], d.report.warnings.iter().map(|w| w.kind).collect::<Vec<_>>())
        };
        let at = 1_520_879_607_789_000_000;
        for proof in [
            "a 5 1520879607.789\n",
            "a 5 1520879607.789 # {trace_id=\"x\"} 0.6\n",
            "# UNIT a seconds\na 5 1520879607.789\n",
        ] {
            assert_eq!(second(proof), (at, vec![WarningKind::Truncated]), "{proof}");
        }
        for proof in
            ["# TYPE a info\na 5 1520879607\n", "# TYPE a stateset\na 5 1520879607\n", "a 5 1520879607 # {} 1\n"]
        {
            assert_eq!(second(proof), (1_520_879_607_000_000_000, vec![WarningKind::Truncated]), "{proof}");
        }
        let joined = "a 5 1520879607.789\n# EOF\na 6 1520879608.789\n";
        assert_eq!(second(joined), (at, vec![WarningKind::RepeatedHeader]));
        assert_eq!(load(joined).unwrap().items[0].values(), [5.0, 6.0]);
        // milliseconds of Prometheus' own text
        assert_eq!(second("# TYPE a gauge\na 5 1520879607789\n"), (at, vec![]));
    }

    #[test]
    fn samples_without_time_are_told() {
        let options = LoadOptions { from: Some(Timestamp(7)), ..LoadOptions::default() };
        let d = load_bytes("m.txt", b"up 1\nup{a=\"b\"} 0\n", &options, &Progress::new()).unwrap();
        assert_eq!(d.items[0].times(), [7]);
        assert_eq!((d.report.warnings[0].kind, d.report.warnings[0].count), (WarningKind::NoTime, 2));
        let d = load("up 1\n").unwrap();
        assert_eq!(
            d.report.warnings[0].to_string(),
            "m.txt: 1 sample without a time, taken to be of 1970-01-01T00:00:00Z; --from sets another"
        );
    }

    #[test]
    fn a_bad_line_is_named_and_a_cut_tail_is_kept_out() {
        let e = load("up 1\nup{job=\"x\" 2\nup 3\n").unwrap_err();
        assert!(e.to_string().starts_with("m.txt, line 2, column 12: “up{job=\"x\" 2” is no sample"), "{e}");
        let d = load("up 1 1000\nup{job=\"x").unwrap();
        assert_eq!((d.items.len(), d.report.warnings[0].kind), (1, WarningKind::Truncated));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), text in "[a{}=\",\\\\ 1\n#]{0,60}") {
            let _ = read("x", &bytes, &LoadOptions::default());
            let _ = read("x", text.as_bytes(), &LoadOptions::default());
        }

        /// Labels of any text survive being written and read.
        #[test]
        fn labels_round_trip(value in "\\PC{0,20}|[\"\\\\\n]{0,6}") {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let line = format!("m{{l=\"{escaped}\"}} 1 5");
            let got = sample(line.as_bytes()).map_err(|e| e.0).unwrap();
            prop_assert_eq!(got.labels.get("l"), Some(value.as_str()));
        }
    }
}
