//! The rules about one name alone.

use super::{Metric, NameFinding, NameRule, Named, is_exposed, is_histogram, is_open_telemetry};
use crate::load::dataset::Item;
use crate::load::options::Kind;
use crate::unit::Unit;

const OPEN_METRICS: &str = "OpenMetrics 1.0";
const NAMING: &str = "Prometheus, Metric and label naming";
const DATA_MODEL: &str = "Prometheus, Data model";
const SEMANTIC: &str = "OpenTelemetry, Metrics semantic conventions";

/// Endings that the formats themselves add.
const ENDINGS: [&str; 6] = ["_total", "_bucket", "_count", "_sum", "_created", "_info"];
/// Base units, as words of a name.
const BASE: [&str; 10] =
    ["seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams", "watts"];
/// Units that are none, with the base unit of each.
const OTHERS: [(&str, &str); 38] = [
    ("ms", "seconds"),
    ("msec", "seconds"),
    ("msecs", "seconds"),
    ("millis", "seconds"),
    ("millisecond", "seconds"),
    ("milliseconds", "seconds"),
    ("us", "seconds"),
    ("usec", "seconds"),
    ("usecs", "seconds"),
    ("micros", "seconds"),
    ("microseconds", "seconds"),
    ("ns", "seconds"),
    ("nanos", "seconds"),
    ("nanoseconds", "seconds"),
    ("s", "seconds"),
    ("sec", "seconds"),
    ("secs", "seconds"),
    ("second", "seconds"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("byte", "bytes"),
    ("bits", "bytes"),
    ("kb", "bytes"),
    ("kib", "bytes"),
    ("kilobytes", "bytes"),
    ("kibibytes", "bytes"),
    ("mb", "bytes"),
    ("mib", "bytes"),
    ("megabytes", "bytes"),
    ("mebibytes", "bytes"),
    ("gb", "bytes"),
    ("gib", "bytes"),
    ("gigabytes", "bytes"),
    ("percent", "ratio"),
    ("percentage", "ratio"),
    ("pct", "ratio"),
    ("fahrenheit", "celsius"),
];

fn base_of(word: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(other, _)| *other == word).map(|(_, base)| *base)
}

/// The characters of a name of Prometheus: letters, digits and `_`, and `:` in metrics, no digit first.
fn is_valid(name: &str, what: Named) -> bool {
    let colon = what == Named::Metric;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colon && c == ':');
    !name.is_empty() && name.chars().all(fits) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The same name in characters that the formats take.
fn mended(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == ':' { c } else { '_' };
    let mut out: String = name.chars().map(kept).collect();
    while out.contains("__") {
        out = out.replace("__", "_");
    }
    let out = out.trim_matches('_').to_owned();
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("_{out}") } else { out }
}

/// A name and the ending that its kind gives it.
fn parts(name: &str) -> (&str, &str) {
    let ending = ENDINGS.iter().find(|end| name.ends_with(**end) && name.len() > end.len());
    ending.map_or((name, ""), |end| name.split_at(name.len() - end.len()))
}

/// The rules about a metric's name.
pub(super) fn metric(name: &str, about: &Metric, findings: &mut Vec<NameFinding>) {
    let mut add = |rule, why: String, suggestion: Option<String>, source| {
        findings.push(NameFinding {
            name: name.to_owned(),
            what: Named::Metric,
            rule,
            why,
            suggestion,
            source,
            series: about.series,
        });
    };
    if is_open_telemetry(about.format) {
        if let Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond | Unit::Minute = about.unit {
            let why = format!("durations are in seconds (unit s), these are in {}", about.unit.name());
            add(NameRule::NonBaseUnit, why, None, SEMANTIC);
        }
        return;
    }
    let exposed = is_exposed(about.format);
    if exposed && !is_valid(name, Named::Metric) {
        let why = "letters, digits and _ alone need no quotes, and no digit stands first".to_owned();
        add(NameRule::InvalidCharacters, why, Some(mended(name)), OPEN_METRICS);
    }
    if name.contains(':') && exposed {
        let levels = name.split(':').collect::<Vec<_>>();
        let a_rules_name = levels.len() == 3 && levels.iter().all(|level| !level.is_empty());
        let exposition = about.format == crate::load::Format::Exposition;
        if exposition || !a_rules_name {
            let why = if exposition {
                "colons are for names of recording rules, and this is exposed by a program"
            } else {
                "a recording rule’s name is level:metric:operations"
            };
            let suggestion = exposition.then(|| name.replace(':', "_"));
            add(NameRule::Colon, why.to_owned(), suggestion, DATA_MODEL);
        }
    }
    // the name of a rule ends in operations, not in a unit
    if name.contains(':') {
        return;
    }
    totals(name, about, &mut add);
    units(name, about, &mut add);
}

/// `_total` at the end of counters, and of nothing else.
fn totals(name: &str, about: &Metric, add: &mut dyn FnMut(NameRule, String, Option<String>, &'static str)) {
    let (_, ending) = parts(name);
    match about.kind {
        Kind::Counter if ending.is_empty() => {
            let why = "a counter’s name ends in _total".to_owned();
            add(NameRule::TotalMissing, why, Some(format!("{}_total", mended(name))), OPEN_METRICS);
        }
        Kind::Gauge | Kind::Events | Kind::Histogram if ending == "_total" => {
            let why = format!("_total is the ending of counters, and this is a {}", about.kind);
            add(NameRule::TotalOnOther, why, name.strip_suffix("_total").map(str::to_owned), OPEN_METRICS);
        }
        _ => {}
    }
}

/// The unit: there, a base unit, and at the end.
fn units(name: &str, about: &Metric, add: &mut dyn FnMut(NameRule, String, Option<String>, &'static str)) {
    let (stem, ending) = parts(name);
    let words: Vec<String> = stem.split(['_', '.', '-', ' ', '(', ')', '[', ']']).map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|w| !w.is_empty()).collect();
    let Some((last, before)) = words.split_last() else { return };
    if let Some(base) = base_of(last).filter(|_| !before.is_empty()) {
        let why = match *last {
            "s" | "sec" | "secs" => format!("“{last}” abbreviates the base unit {base}: write it out"),
            "second" | "byte" => format!("“{last}” is the base unit {base} in the singular: write the plural"),
            _ => format!("“{last}” is not a base unit; values in {base} need no conversion"),
        };
        let suggestion = format!("{}_{base}{ending}", mended(&before.join("_")));
        add(NameRule::NonBaseUnit, why, Some(suggestion), NAMING);
        return;
    }
    if BASE.contains(last) {
        return;
    }
    // a unit before the last word: “in” units are said of what follows, such as seconds_since
    let middle = before.iter().skip(1).position(|w| BASE.contains(w)).map(|i| i + 1);
    if let Some(at) = middle {
        let unit = before.get(at).copied().unwrap_or_default();
        let rest: Vec<&str> =
            words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| *w).chain(Some(unit)).collect();
        let why = format!("the unit “{unit}” stands in the middle; it is the last word of a name");
        add(NameRule::UnitInTheMiddle, why, Some(format!("{}{ending}", rest.join("_"))), OPEN_METRICS);
        return;
    }
    if matches!(ending, "_count" | "_created" | "_info" | "_bucket") {
        return;
    }
    match (&about.unit, about.kind) {
        // counts have no unit, and of flags and levels nobody knows whether they have one
        (Unit::None | Unit::Count | Unit::Other(_) | Unit::PerSecond(_), Kind::Counter | Kind::Delta | Kind::Gauge) => {
        }
        (Unit::None, _) => {
            let why = "neither the name nor the source says the unit of the values".to_owned();
            add(NameRule::MissingUnit, why, None, OPEN_METRICS);
        }
        (unit, _) => {
            let base = match unit {
                Unit::Nanosecond | Unit::Microsecond | Unit::Millisecond | Unit::Second | Unit::Minute => "seconds",
                Unit::Byte => "bytes",
                Unit::Ratio | Unit::Percent => "ratio",
                _ => return,
            };
            let why = format!("the values are in {}, which the name does not say", unit.name());
            add(NameRule::MissingUnit, why, Some(format!("{}_{base}{ending}", mended(stem))), OPEN_METRICS);
        }
    }
}

/// The rules about a label's name, whatever has it.
pub(super) fn label(name: &str, series: u64, exposed: bool, findings: &mut Vec<NameFinding>) {
    let mut add = |rule, why: &str, suggestion: Option<String>, source| {
        let (name, why) = (name.to_owned(), why.to_owned());
        findings.push(NameFinding { name, what: Named::Label, rule, why, suggestion, source, series });
    };
    if name.starts_with("__") {
        let suggestion = Some(mended(name)).filter(|s| !s.is_empty());
        add(NameRule::ReservedLabel, "labels that begin with __ are for use within Prometheus", suggestion, DATA_MODEL);
    } else if exposed && !is_valid(name, Named::Label) {
        let why = "letters, digits and _ alone need no quotes, and no digit stands first";
        add(NameRule::InvalidCharacters, why, Some(mended(name)), OPEN_METRICS);
    }
}

/// The labels that mean something to the formats.
pub(super) fn label_of_metric(name: &str, value: &str, item: &Item, findings: &mut Vec<NameFinding>) {
    let number = value.parse::<f64>().ok();
    let wrong = match name {
        "le" => !is_histogram(item),
        // a summary's quantiles are between 0 and 1, and no counters
        "quantile" => item.kind == Kind::Counter || !number.is_some_and(|q| (0.0..=1.0).contains(&q)),
        _ => false,
    };
    if wrong {
        let why = match name {
            "le" => "le is the upper edge of a histogram’s bucket, and this series is none",
            _ => "quantile is a summary’s, between 0 and 1, and this series is none",
        };
        findings.push(NameFinding {
            name: name.to_owned(),
            what: Named::Label,
            rule: NameRule::ReservedLabel,
            why: why.to_owned(),
            suggestion: None,
            source: OPEN_METRICS,
            series: 1,
        });
    }
}
