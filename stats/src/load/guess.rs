//! What names of columns and spellings of flags mean by the habits of common exports.

use crate::load::number::{self, Field};

/// How a flag column tells good from bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagRule {
    /// A word or a digit for good.
    Good,
    /// A word or a digit for bad, as in a column `error`.
    Inverted,
    /// An HTTP status: 500 and above is bad.
    HttpStatus,
    /// An HTTP status: from 200 to 399 is good; 0 stands for no answer.
    Answered,
}

impl FlagRule {
    /// Whether a number stands for good; `None` where it stands for neither good nor bad.
    pub(crate) fn of_number(self, v: f64) -> Option<bool> {
        match self {
            Self::HttpStatus => v.is_finite().then_some(v < 500.0),
            Self::Answered => v.is_finite().then(|| (200.0..400.0).contains(&v)),
            Self::Good => (v == 0.0 || v == 1.0).then_some(v == 1.0),
            Self::Inverted => (v == 0.0 || v == 1.0).then_some(v == 0.0),
        }
    }

    /// 1 for good, 0 for bad.
    pub(crate) fn read(self, field: &[u8]) -> Field {
        let number = || match number::parse(field) {
            Field::Number(v) => self.of_number(v).map_or(Field::Bad, |good| Field::Number(f64::from(u8::from(good)))),
            other => other,
        };
        if matches!(self, Self::HttpStatus | Self::Answered) {
            return number();
        }
        let mut word = [0_u8; 12];
        let field = field.trim_ascii();
        if number::is_blank(field) {
            return Field::Blank;
        }
        let Some(lower) = word.get_mut(..field.len()) else { return Field::Bad };
        lower.copy_from_slice(field);
        lower.make_ascii_lowercase();
        let truth = match &*lower {
            b"true" | b"t" | b"yes" | b"y" | b"ok" | b"success" | b"succeeded" | b"pass" | b"passed" | b"up"
            | b"good" | b"healthy" => true,
            b"false" | b"f" | b"no" | b"n" | b"fail" | b"failed" | b"failure" | b"error" | b"ko" | b"down" | b"bad"
            | b"timeout" | b"unhealthy" => false,
            _ => return number(),
        };
        Field::Number(f64::from(u8::from(truth == (self == Self::Good))))
    }

    /// As a sentence's part.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Good => "true is good",
            Self::Inverted => "true is bad",
            Self::HttpStatus => "an HTTP status, 500 and above is bad",
            Self::Answered => "an HTTP status, 200 to 399 is good",
        }
    }
}

/// The name in lower case, without leading marks and without a unit at its end.
pub(crate) fn base(name: &str) -> String {
    let lower = name.trim().trim_start_matches(['$', '@', '_', '#']).to_lowercase().replace([' ', '-', '.'], "_");
    let lower = lower.split_once(['(', '[']).map_or(lower.as_str(), |(head, _)| head).trim_end_matches('_').to_owned();
    let cut = |suffix: &&str| lower.strip_suffix(suffix).map(str::to_owned);
    ["_ns", "_us", "_µs", "_ms", "_s", "_sec", "_secs", "_seconds", "_millis", "_milliseconds", "_micros", "_nanos"]
        .iter()
        .find_map(cut)
        .unwrap_or(lower)
}

/// Whether a column of this name is usually the time.
pub(crate) fn is_time(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "time"
            | "timestamp"
            | "ts"
            | "date"
            | "datetime"
            | "date_time"
            | "t"
            | "epoch"
            | "start_time"
            | "starttime"
            | "event_time"
            | "time_local"
            | "time_iso8601"
            | "unix"
            | "unixtime"
            | "unix_time"
            | "created_at"
            | "logged_at"
    )
}

/// Whether a column of exactly this name holds the latency of a request.
pub(crate) fn is_latency(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "latency"
            | "duration"
            | "elapsed"
            | "response_time"
            | "responsetime"
            | "request_time"
            | "rt"
            | "rtt"
            | "took"
            | "time_taken"
            | "http_req_duration"
            | "request_duration"
            | "request_latency"
            | "response_latency"
            | "upstream_response_time"
            | "http_request_duration"
            | "total_time"
    )
}

/// Whether the name ends like that of a latency.
pub(crate) fn ends_in_latency(name: &str) -> bool {
    let base = base(name);
    ["latency", "duration", "response_time", "elapsed"].iter().any(|end| base.ends_with(end))
}

/// Whether a column of this name is the value of a long table.
pub(crate) fn is_value(name: &str) -> bool {
    matches!(base(name).as_str(), "value" | "val" | "v" | "y" | "metric_value" | "_value" | "reading")
}

/// Whether a column of this name names the series of a long table.
pub(crate) fn is_series_name(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "metric" | "metric_name" | "name__" | "series" | "measurement" | "field" | "metricname" | "name"
    )
}

/// Whether a column of this name is an HTTP status.
pub(crate) fn is_status(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "status"
            | "code"
            | "status_code"
            | "statuscode"
            | "http_status"
            | "http_code"
            | "response_code"
            | "responsecode"
            | "http_status_code"
            | "sc_status"
    )
}

/// The rule of a column whose name is that of a flag.
pub(crate) fn flag(name: &str) -> Option<FlagRule> {
    Some(match base(name).as_str() {
        "ok" | "success" | "successful" | "good" | "is_ok" | "succeeded" | "result" | "outcome" => FlagRule::Good,
        "error" | "is_error" | "failed" | "failure" | "err" | "is_failed" => FlagRule::Inverted,
        _ => return None,
    })
}

/// Whether what is counted under a label's value went well: of an HTTP status (`503`, `5xx`; 500 and above and 0, no answer, are bad) or a word such
/// as `ok` or `error`; `None` where label or value tell nothing of the kind.
pub(crate) fn outcome(label: &str, value: &str) -> Option<bool> {
    let word = |rule: FlagRule| match rule.read(value.as_bytes()) {
        Field::Number(v) => Some(v == 1.0),
        _ => None,
    };
    if !is_status(label) {
        return word(flag(label)?);
    }
    let class =
        value.strip_suffix("xx").or_else(|| value.strip_suffix("XX")).and_then(|class| class.parse::<u16>().ok());
    match class.map(|class| class.saturating_mul(100)).or_else(|| value.parse::<u16>().ok()) {
        Some(0) => Some(false),
        Some(status @ 100..600) => Some(status < 500),
        Some(_) => None,
        None => word(FlagRule::Good),
    }
}

/// Whether each value of a label tells how what is counted under it went. Where 0 is one of them, so must be a status of HTTP: gRPC's codes
/// and those that programs exit with begin with 0 too, which is success there.
pub(crate) fn tells_outcomes(label: &str, values: &[&str]) -> bool {
    let is_zero = |value: &&str| value.parse::<u16>() == Ok(0);
    let is_http = |value: &&str| {
        let digits = value.trim_end_matches(['x', 'X']);
        value.len() == 3 && digits.parse::<u16>().is_ok_and(|code| (1..600).contains(&code))
    };
    values.iter().all(|value| outcome(label, value).is_some())
        && (!is_status(label) || !values.iter().any(is_zero) || values.iter().any(is_http))
}

/// Whether a column of this name identifies rather than measures.
pub(crate) fn is_identifier(name: &str) -> bool {
    let base = base(name);
    matches!(
        base.as_str(),
        "id" | "pid" | "tid" | "port" | "index" | "row" | "uid" | "line" | "seq" | "offset" | "shard"
    ) || base.ends_with("_id")
        || base.ends_with("_port")
}

/// Whether a column of this name holds what visitors or programs wrote, which is different for each of them sooner or later, so that it
/// tells no series apart even where a few rows have few of it.
pub(crate) fn is_free_text(name: &str) -> bool {
    let base = base(name);
    // the last part of a name such as `request.headers.user-agent`
    let ends = |word: &str| base.strip_suffix(word).is_some_and(|head| head.is_empty() || head.ends_with(['_', '.']));
    [
        "user_agent",
        "useragent",
        "agent",
        "referer",
        "referrer",
        "remote_addr",
        "client_ip",
        "remote_ip",
        "x_forwarded_for",
        "forwarded_for",
        "ip",
        "message",
        "msg",
        "request",
        "query",
        "query_string",
        "args",
        "cookie",
        "stack",
        "stacktrace",
        "trace_id",
        "traceid",
        "span_id",
        "spanid",
        "request_id",
        "requestid",
        "session_id",
        "correlation_id",
        "user_id",
        "user",
        "email",
        "uuid",
        "guid",
    ]
    .iter()
    .any(|word| ends(word))
}

/// Whether the name is that of a cumulative counter by the conventions of Prometheus.
pub(crate) fn is_counter(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["_total", "_count", "_sum", "_bucket"].iter().any(|end| lower.ends_with(end))
}

/// The nearest of several names to a misspelt one, where one is near.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = wrong.chars().count().div_ceil(3);
    names
        .into_iter()
        .map(|n| (distance(&wrong.to_lowercase(), &n.to_lowercase()), n))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, n)| n)
}

/// Levenshtein's distance: insertions, deletions and replacements.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(200).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(ca != *cb)).min(left + 1).min(above + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_outcomes() {
        for (label, value, good) in [
            ("code", "200", Some(true)),
            ("code", "404", Some(true)),
            ("status_code", "503", Some(false)),
            ("code", "5xx", Some(false)),
            ("code", "2XX", Some(true)),
            ("code", "0", Some(false)),
            ("status", "error", Some(false)),
            ("code", "700", None),
            ("success", "true", Some(true)),
            ("error", "true", Some(false)),
            ("route", "200", None),
        ] {
            assert_eq!(outcome(label, value), good, "{label}={value}");
        }
    }

    #[test]
    fn nought_is_no_answer_among_statuses_of_http_alone() {
        for (label, values, tells) in [
            ("code", &["0"][..], false),
            ("grpc_code", &["0"], false),
            ("code", &["0", "0"], false),
            ("code", &["0", "OK"], false),
            ("code", &["0", "200"], true),
            ("code", &["0", "5xx"], true),
            ("code", &["200"], true),
            ("code", &["200", "700"], false),
            ("error", &["0"], true),
            ("status", &["ok", "error"], true),
        ] {
            assert_eq!(tells_outcomes(label, values), tells, "{label} {values:?}");
        }
    }

    #[test]
    fn names_mean_what_exports_mean() {
        assert!(is_time("timeStamp") && is_time("@timestamp") && is_time("Time") && is_time("ts_ms"));
        assert!(
            is_latency("latency_ms")
                && is_latency("$request_time")
                && is_latency("Latency (ms)")
                && !is_latency("latency_p99")
        );
        assert!(is_counter("http_requests_total") && !is_counter("total"));
        assert_eq!(flag("Success"), Some(FlagRule::Good));
        for free in
            ["user_agent", "http_user_agent", "headers.User-Agent", "$http_referer", "remote_addr", "trace_id", "msg"]
        {
            assert!(is_free_text(free), "{free}");
        }
        for kept in ["service", "path", "url", "method", "region", "agency", "host", "recipient", "ship"] {
            assert!(!is_free_text(kept), "{kept}");
        }
        assert!(is_identifier("user_id") && !is_identifier("paid"));
        assert_eq!(nearest("latncy", ["time", "latency", "status"]), Some("latency"));
        assert_eq!(nearest("zzz", ["time", "latency"]), None);
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("flaw", "lawn")), (3, 3, 2));
    }

    #[test]
    fn flags_are_good_bad_or_unreadable() {
        for (rule, text, want) in [
            (FlagRule::Good, "TRUE", Field::Number(1.0)),
            (FlagRule::Good, "0", Field::Number(0.0)),
            (FlagRule::Inverted, "true", Field::Number(0.0)),
            (FlagRule::HttpStatus, "499", Field::Number(1.0)),
            (FlagRule::HttpStatus, "500", Field::Number(0.0)),
            (FlagRule::HttpStatus, "-", Field::Blank),
            (FlagRule::Good, "perhaps", Field::Bad),
            (FlagRule::Good, "1.000", Field::Number(1.0)),
            (FlagRule::Good, "2", Field::Bad),
            (FlagRule::Inverted, "0.0", Field::Number(1.0)),
            (FlagRule::Good, "NaN", Field::Bad),
            (FlagRule::HttpStatus, "inf", Field::Bad),
            (FlagRule::Good, "a word longer than any flag", Field::Bad),
        ] {
            assert_eq!(rule.read(text.as_bytes()), want, "{text}");
        }
    }
}
