//! What names of columns and spellings of flags mean by the habits of common exports.

use crate::load::number::{self, Field};
use crate::unit::Unit;
use crate::words;

/// How a flag column tells good from bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlagRule {
    /// A word or a digit for good.
    Good,
    /// A word or a digit for bad, as in a column `error`.
    Inverted,
    /// An HTTP status: 500 and above is bad, and so is what is below 100, which stands for no answer.
    HttpStatus,
    /// An HTTP status: from 200 to 399 is good; 0 stands for no answer.
    Answered,
    /// k6's word for it, or an HTTP status as above; blank where a row is no request.
    Expected,
    /// A code of gRPC or one that a program exits with: 0 is good.
    Code,
}

impl FlagRule {
    /// Whether a number stands for good; `None` where it stands for neither good nor bad.
    pub(crate) fn of_number(self, v: f64) -> Option<bool> {
        match self {
            Self::Good => (v == 0.0 || v == 1.0).then_some(v == 1.0),
            Self::Inverted => (v == 0.0 || v == 1.0).then_some(v == 0.0),
            Self::Code => v.is_finite().then_some(v == 0.0),
            Self::HttpStatus => v.is_finite().then(|| (100.0..500.0).contains(&v)),
            Self::Answered => v.is_finite().then(|| (200.0..400.0).contains(&v)),
            Self::Expected => v.is_finite().then(|| v == 1.0 || (200.0..400.0).contains(&v)),
        }
    }

    /// 1 for good, 0 for bad.
    pub(crate) fn read(self, field: &[u8]) -> Field {
        let is_status = matches!(self, Self::HttpStatus | Self::Answered | Self::Expected);
        let number = || match if is_status { status_number(field) } else { number::parse(field) } {
            Field::Number(v) => self.of_number(v).map_or(Field::Bad, |good| Field::Number(f64::from(u8::from(good)))),
            other => other,
        };
        if matches!(self, Self::HttpStatus | Self::Answered | Self::Code) {
            return number();
        }
        if self == Self::Expected {
            return match (number::is_blank(field), number()) {
                (true, _) => Field::Number(1.0),
                (_, Field::Bad) => Self::Good.read(field),
                (_, status) => status,
            };
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
            Self::HttpStatus => "an HTTP status, 500 and above and 0 are bad",
            Self::Answered => "an HTTP status, 200 to 399 is good",
            Self::Expected => "true, or an HTTP status from 200 to 399, is good",
            Self::Code => "a code, 0 is good",
        }
    }
}

/// The words of a name with `_` between them, without a unit at the end: `latencyMs`, `Latency (ms)` and `$latency_ms` are `latency`.
pub(crate) fn base(name: &str) -> String {
    let bare = name.split_once(['(', '[']).map_or(name, |(head, _)| head);
    let whole = words::of_name(bare).join("_");
    let cut = |suffix: &&str| whole.strip_suffix(suffix).map(str::to_owned);
    UNIT_ENDINGS.iter().find_map(cut).unwrap_or(whole)
}

/// Units of time at the end of a name.
const UNIT_ENDINGS: [&str; 19] = [
    "_ns",
    "_us",
    "_µs",
    "_ms",
    "_s",
    "_nsec",
    "_usec",
    "_msec",
    "_sec",
    "_secs",
    "_seconds",
    "_millis",
    "_milliseconds",
    "_millisecond",
    "_micros",
    "_microseconds",
    "_nanos",
    "_nanoseconds",
    "_second",
];

/// The last part of a name such as `http.response.status_code`, which says what it is; the parts before say of what.
fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// Whether a column of this name is usually the time.
pub(crate) fn is_time(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "time"
            | "timestamp"
            | "time_stamp"
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

/// Whether a column of this name holds the latency of a request: `latency`, and `httpRequest.latency` too.
pub(crate) fn is_latency(name: &str) -> bool {
    is_exactly_latency(last_part(name))
}

/// Whether a column of exactly this name holds the latency of a request.
pub(crate) fn is_exactly_latency(name: &str) -> bool {
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
            | "time_total"
            | "elapsed_time"
    )
}

/// The unit that a known program writes durations of this name in, whatever their size, and the program; `whole` where all are whole numbers.
pub(crate) fn known_unit(name: &str, whole: bool) -> Option<(Unit, &'static str)> {
    // a name without the mark of nginx's variables or Datadog's attributes
    let plain = name.trim().trim_start_matches('$').to_lowercase();
    Some(match plain.as_str() {
        // three decimals always; whole numbers of this name are somebody else's
        "request_time" if !whole => (Unit::Second, "nginx writes it in seconds"),
        "upstream_response_time" | "upstream_connect_time" | "upstream_header_time" => {
            (Unit::Second, "nginx writes it in seconds")
        }
        "time_total" | "time_namelookup" | "time_connect" | "time_appconnect" | "time_pretransfer"
        | "time_starttransfer" => (Unit::Second, "curl writes it in seconds"),
        "event.duration" => (Unit::Nanosecond, "the Elastic Common Schema has it in nanoseconds"),
        "@duration" => (Unit::Nanosecond, "Datadog has it in nanoseconds"),
        "took" if whole => (Unit::Millisecond, "whole milliseconds, as Elasticsearch writes it"),
        "elapsed" if whole => (Unit::Millisecond, "whole milliseconds, as JMeter writes it"),
        "http_req_duration" => (Unit::Millisecond, "k6 writes it in milliseconds"),
        _ => return None,
    })
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

/// Whether a column of this name names the series of a long table, and nothing else.
pub(crate) fn is_metric_name(name: &str) -> bool {
    matches!(base(name).as_str(), "metric" | "metric_name" | "name__" | "series" | "measurement" | "metricname")
}

/// Whether a column of this name names the series of a long table.
pub(crate) fn is_series_name(name: &str) -> bool {
    is_metric_name(name) || matches!(base(name).as_str(), "field" | "name")
}

/// Whether a column of this name holds the units of the series that another names.
pub(crate) fn is_unit(name: &str) -> bool {
    matches!(base(name).as_str(), "unit" | "units" | "uom")
}

/// Whether a column of this name, beside one that names metrics, is a label even where its words are numbers.
pub(crate) fn is_label(name: &str) -> bool {
    matches!(
        base(name).as_str(),
        "le" | "quantile"
            | "q"
            | "percentile"
            | "bucket"
            | "shard"
            | "partition"
            | "cpu"
            | "core"
            | "cell"
            | "slot"
            | "replica"
            | "worker"
            | "version"
            | "instance"
            | "host"
            | "node"
            | "pod"
            | "class"
            | "grpc_code"
            | "exit_code"
    ) || is_status(name)
        || is_identifier(name)
        || ends_in_status(name)
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

/// Whether the last words of a name are those of an HTTP status, as in `res.statusCode` or `DownstreamStatus`; its values decide whether it is.
pub(crate) fn ends_in_status(name: &str) -> bool {
    let words = words::of_name(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    matches!(words.as_slice(), [.., "status" | "statuscode"] | [.., "status" | "http" | "response", "code"])
}

/// The number of an HTTP status, which its phrase may follow as in `200 OK`.
fn status_number(field: &[u8]) -> Field {
    match number::parse(field) {
        Field::Bad => match field.trim_ascii().split_at_checked(3) {
            Some((code, [b' ', ..])) if code.iter().all(u8::is_ascii_digit) => number::parse(code),
            _ => Field::Bad,
        },
        other => other,
    }
}

/// Whether fields are statuses of HTTP: whole numbers from 100 to 599, among which 0 or a negative number may stand for no answer. Programs'
/// exit codes are below 256 and 0 nearly always, so that one in ten must be a status that a server sends at last.
pub(crate) fn are_http(fields: &[Vec<u8>]) -> bool {
    let (mut filled, mut fit, mut sent) = (0_usize, 0_usize, 0_usize);
    for field in fields {
        let code = match status_number(field) {
            Field::Blank => continue,
            Field::Number(v) if v.fract() == 0.0 => v,
            _ => f64::NAN,
        };
        filled += 1;
        fit += usize::from(code <= 0.0 || (100.0..600.0).contains(&code));
        sent += usize::from((200.0..600.0).contains(&code));
    }
    filled > 0 && fit * 10 >= filled * 9 && sent * 10 >= filled
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

/// Whether each value of a label tells how what is counted under it went.
pub(crate) fn tells_outcomes(label: &str, values: &[&str]) -> bool {
    let number = |value: &&str| value.replace(['x', 'X'], "0").parse::<u16>().ok().map(f64::from);
    let numbers: Vec<f64> = values.iter().filter_map(number).collect();
    values.iter().all(|value| outcome(label, value).is_some())
        && (!is_status(label) || numbers.is_empty() || codes(label, &numbers) == Some(FlagRule::HttpStatus))
}

/// Whether digits under this name may be codes, of which a 0 may be success as well as failure.
pub(crate) fn may_hold_codes(name: &str) -> bool {
    is_status(name) || is_exit_code(name) || matches!(base(name).as_str(), "result" | "outcome")
}

/// Whether 0 under this name is success: a code of gRPC or one that a program exits with.
pub(crate) fn is_exit_code(name: &str) -> bool {
    let base = base(name);
    [
        "grpc_code",
        "grpc_status",
        "grpc_status_code",
        "exit_code",
        "exitcode",
        "exit_status",
        "return_code",
        "returncode",
    ]
    .iter()
    .any(|end| base.strip_suffix(end).is_some_and(|head| head.is_empty() || head.ends_with('_')))
}

/// How the numbers under a name that may hold codes tell good from bad; `None` where nothing shows whether 0 is success, as with gRPC's codes
/// and those that programs exit with, or failure, as where it stands for no answer among statuses of HTTP.
pub(crate) fn codes(name: &str, numbers: &[f64]) -> Option<FlagRule> {
    let within = |from: f64, to: f64| numbers.iter().filter(|v| v.fract() == 0.0 && (from..=to).contains(*v)).count();
    let zeros = within(0.0, 0.0);
    let mostly = |n: usize, of: usize| n > 0 && n * 10 >= of * 9;
    if is_exit_code(name) {
        return mostly(within(0.0, 255.0), numbers.len()).then_some(FlagRule::Code);
    }
    // no program that counts answers has informational ones alone
    if within(200.0, 599.0) > 0 && mostly(within(100.0, 599.0), numbers.len() - zeros) {
        return Some(FlagRule::HttpStatus);
    }
    // 0 among codes of which gRPC has 16: a flag has none above 1, and a status may be a state
    let is_code = matches!(base(name).as_str(), "code" | "status_code" | "statuscode");
    let told = is_code && zeros > 0 && within(2.0, 16.0) > 0 && mostly(within(0.0, 16.0), numbers.len());
    told.then_some(FlagRule::Code)
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
    // curl's, which is one request's time
    if lower == "time_total" {
        return false;
    }
    ["_total", "_count", "_sum", "_bucket"].iter().any(|end| lower.ends_with(end))
}

/// Whether the name is that of something that is as high as it is at a time, such as a latency, a queue's length or a share, so that it
/// counts nothing even where it happens to rise; a counter's ending goes before.
pub(crate) fn is_level(name: &str) -> bool {
    let bare = name.split('{').next().unwrap_or_default();
    !is_counter(bare) && words::of_name(bare).iter().any(|word| is_level_word(word))
}

fn is_level_word(word: &str) -> bool {
    let is_percentile = || {
        word.strip_prefix('p').is_some_and(|p| !p.is_empty() && p.len() <= 5 && p.bytes().all(|b| b.is_ascii_digit()))
    };
    LEVELS.contains(&word) || is_percentile()
}

/// Words of names of what goes up and down.
const LEVELS: [&str; 96] = [
    "latency",
    "latencies",
    "duration",
    "durations",
    "time",
    "elapsed",
    "rt",
    "rtt",
    "ttfb",
    "took",
    "lag",
    "delay",
    "wait",
    "waiting",
    "age",
    "uptime",
    "jitter",
    "drift",
    "skew",
    "used",
    "usage",
    "utilization",
    "utilisation",
    "util",
    "occupancy",
    "saturation",
    "load",
    "depth",
    "size",
    "length",
    "len",
    "queue",
    "queued",
    "backlog",
    "pending",
    "inflight",
    "outstanding",
    "free",
    "available",
    "avail",
    "remaining",
    "cached",
    "resident",
    "rss",
    "memory",
    "mem",
    "heap",
    "median",
    "mean",
    "avg",
    "average",
    "max",
    "min",
    "percentile",
    "quantile",
    "stddev",
    "stdev",
    "percent",
    "percentage",
    "pct",
    "%",
    "ratio",
    "share",
    "fraction",
    "rate",
    "score",
    "temperature",
    "temp",
    "celsius",
    "°c",
    "humidity",
    "pressure",
    "voltage",
    "speed",
    "users",
    "connections",
    "conns",
    "sessions",
    "clients",
    "threads",
    "goroutines",
    "workers",
    "replicas",
    "pods",
    "nodes",
    "instances",
    "active",
    "idle",
    "current",
    "level",
    "price",
    "balance",
    "limit",
    "capacity",
    "timestamp",
    "version",
];

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
            ("code", &["0", "14"], false),
            ("code", &["0", "14", "200"], false),
        ] {
            assert_eq!(tells_outcomes(label, values), tells, "{label} {values:?}");
        }
    }

    /// 0 is `OK` among gRPC's codes (`google.rpc.Code`, 0 to 16) and success among those that programs exit with (POSIX, 0 to 255).
    #[test]
    fn codes_are_told_by_name_and_size_or_not_at_all() {
        const HTTP: Option<FlagRule> = Some(FlagRule::HttpStatus);
        const CODE: Option<FlagRule> = Some(FlagRule::Code);
        for (name, numbers, rule) in [
            ("code", &[0.0, 14.0, 0.0][..], CODE),
            ("status_code", &[0.0, 5.0], CODE),
            ("code", &[0.0, 1.0], None),
            ("code", &[0.0], None),
            ("code", &[0.0, 28.0], None),
            ("code", &[0.0, 137.0], None),
            ("status", &[0.0, 1.0], None),
            ("status", &[0.0, 14.0], None),
            ("result", &[0.0, 1.0], None),
            ("http_code", &[0.0, 14.0], None),
            ("exit_code", &[0.0, 1.0], CODE),
            ("job.exit-status", &[0.0, 137.0], CODE),
            ("rpc.grpc.status_code", &[0.0], CODE),
            ("exit_code", &[0.5], None),
            ("status", &[0.0, 0.0, 0.0, 200.0], HTTP),
            ("code", &[204.0, 503.0], HTTP),
            ("code", &[0.0, 14.0, 200.0], None),
            ("code", &[], None),
        ] {
            assert_eq!(codes(name, numbers), rule, "{name} {numbers:?}");
        }
    }

    #[test]
    fn statuses_of_http_are_told_from_other_codes() {
        let are = |codes: &[&str]| are_http(&codes.iter().map(|c| c.as_bytes().to_vec()).collect::<Vec<_>>());
        assert!(are(&["200", "200", "404", "503"]) && are(&["0", "-1", "0", "200"]) && are(&["000", "200 OK"]));
        // codes that programs exit with, those of gRPC, numbers that identify, words
        let exits = [["0"; 19].as_slice(), &["137"]].concat();
        assert!(
            !are(&exits) && !are(&["0", "14", "0", "4"]) && !are(&["1", "60", "250", "399"]) && !are(&["ok", "200"])
        );
        assert!(!are(&[]) && !are(&["", "-"]));
        for name in
            ["res.statusCode", "http.response.status_code", "httpRequest.status", "DownstreamStatus", "x.response_code"]
        {
            assert!(ends_in_status(name), "{name}");
        }
        assert!(!ends_in_status("statuses") && !ends_in_status("zip_code") && !ends_in_status("status_text"));
    }

    #[test]
    fn levels_are_no_counts() {
        for level in
            ["consumer_lag", "latency_ms", "disk_used_bytes", "registered_users", "p99", "p999", "CPU %", "heapUsed"]
        {
            assert!(is_level(level), "{level}");
        }
        for other in [
            "requests",
            "http_requests_total",
            "wait_time_seconds_total",
            "queue_time_sum",
            "hits",
            "x",
            "page",
            "bytes_sent",
        ] {
            assert!(!is_level(other), "{other}");
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
                && is_latency("latencyMs")
                && is_latency("httpRequest.latency")
                && !is_exactly_latency("httpRequest.latency")
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
            (FlagRule::HttpStatus, "0", Field::Number(0.0)),
            (FlagRule::HttpStatus, "000", Field::Number(0.0)),
            (FlagRule::HttpStatus, "-1", Field::Number(0.0)),
            (FlagRule::HttpStatus, "101", Field::Number(1.0)),
            (FlagRule::HttpStatus, "200 OK", Field::Number(1.0)),
            (FlagRule::HttpStatus, "503 Service Unavailable", Field::Number(0.0)),
            (FlagRule::HttpStatus, "200OK", Field::Bad),
            (FlagRule::HttpStatus, "-", Field::Blank),
            (FlagRule::Code, "0", Field::Number(1.0)),
            (FlagRule::Code, "14", Field::Number(0.0)),
            (FlagRule::Code, "OK", Field::Bad),
            (FlagRule::Good, "perhaps", Field::Bad),
            (FlagRule::Expected, "", Field::Number(1.0)),
            (FlagRule::Expected, "false", Field::Number(0.0)),
            (FlagRule::Expected, "0", Field::Number(0.0)),
            (FlagRule::Expected, "404", Field::Number(0.0)),
            (FlagRule::Expected, "302", Field::Number(1.0)),
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
