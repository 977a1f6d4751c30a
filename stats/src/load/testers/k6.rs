//! k6: one row or line a sample of a metric, and what its metrics are.
//!
//! Source: k6's documentation, “JSON output”, “CSV output” and “Metrics”.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::load::guess::FlagRule;
use crate::load::json_lines;
use crate::load::options::{Format, Kind};
use crate::load::preset::Preset;
use crate::load::records::{Line, Records};
use crate::unit::Unit;

/// What tells apart the requests of k6; its other tags depend on the answer.
const LABELS: [&str; 4] = ["scenario", "group", "name", "method"];

/// The metric of k6 of which each request is one sample.
const REQUESTS: &str = "http_req_duration";

/// What says whether a request went well: k6's own word for it, or its status where the script turned that off.
fn flag(head: &[u8]) -> (&'static str, FlagRule) {
    let has = |text: &str| memchr::memmem::find(head, text.as_bytes()).is_some();
    let said = has("\"expected_response\":") || (has(",expected_response,") && (has(",true,") || has(",false,")));
    (if said { "expected_response" } else { "status" }, FlagRule::Expected)
}

/// What the columns or fields of k6 are.
pub(super) fn preset(format: Format, head: &[u8]) -> Preset {
    let is_csv = format == Format::K6Csv;
    Preset {
        why: if is_csv { "the columns of k6" } else { "the fields of k6" },
        time: Some(if is_csv { "timestamp" } else { "time" }),
        value: Some(if is_csv { "metric_value" } else { "value" }.into()),
        name: Some(if is_csv { "metric_name" } else { "metric" }),
        by: Some(&LABELS),
        named: k6_metrics(),
        ok: Some(flag(head)),
        flagged: Some(REQUESTS),
        ..Preset::default()
    }
}

/// The built-in metrics of k6, with what each is and in what unit.
pub(crate) fn k6_metrics() -> BTreeMap<String, (Kind, Unit)> {
    let times = [
        "http_req_duration",
        "http_req_blocked",
        "http_req_connecting",
        "http_req_tls_handshaking",
        "http_req_sending",
        "http_req_waiting",
        "http_req_receiving",
        "iteration_duration",
        "group_duration",
        "grpc_req_duration",
        "ws_connecting",
        "ws_session_duration",
        "ws_ping",
        "browser_http_req_duration",
    ];
    // what is counted comes one at a time, many at one instant
    let counts = ["http_reqs", "iterations", "dropped_iterations", "ws_sessions", "ws_msgs_sent", "ws_msgs_received"];
    let entry = |kind: Kind, unit: Unit| move |name: &&str| ((*name).to_owned(), (kind, unit.clone()));
    let mut all: BTreeMap<_, _> = times.iter().map(entry(Kind::Events, Unit::Millisecond)).collect();
    all.extend(counts.iter().map(entry(Kind::Events, Unit::Count)));
    all.extend(["data_sent", "data_received"].iter().map(entry(Kind::Events, Unit::Byte)));
    all.extend(["http_req_failed", "checks"].iter().map(entry(Kind::Events, Unit::Ratio)));
    all.extend(["vus", "vus_max"].iter().map(entry(Kind::Gauge, Unit::Count)));
    all
}

/// `{"type":"Point","metric":…,"data":{"time":…,"value":…,"tags":{…}}}`; lines that define a metric hold no value.
pub(crate) struct K6;

impl Records for K6 {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        if memchr::memmem::find(line, b"\"Metric\"").is_some() && memchr::memmem::find(line, b"\"Point\"").is_none() {
            return Line::Aside;
        }
        let read = json_lines::scan(line, &mut |name, value| {
            let name = name.strip_prefix("data.").unwrap_or(name);
            put(name.strip_prefix("tags.").unwrap_or(name), value);
        });
        if read.is_some() { Line::Record } else { Line::Unreadable }
    }
}

/// The kinds and units that the first lines of k6's JSON define, for metrics of the script's own.
pub(crate) fn k6_definitions(head: &[u8], named: &mut BTreeMap<String, (Kind, Unit)>) {
    for line in head.split(|b| *b == b'\n').filter(|l| memchr::memmem::find(l, b"\"Metric\"").is_some()) {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        let read = json_lines::scan(line, &mut |name, value| {
            fields.insert(name.to_owned(), String::from_utf8_lossy(&value).into_owned());
        });
        let get = |name: &str| fields.get(name).map(String::as_str);
        let (Some(()), Some("Metric"), Some(metric)) = (read, get("type"), get("metric")) else { continue };
        let kind = match get("data.type") {
            Some("trend" | "counter" | "rate") => Kind::Events,
            Some("gauge") => Kind::Gauge,
            _ => continue,
        };
        let unit = match (get("data.contains"), get("data.type")) {
            (Some("time"), _) => Unit::Millisecond,
            (Some("data"), _) => Unit::Byte,
            (_, Some("rate")) => Unit::Ratio,
            (_, Some("counter")) => Unit::Count,
            _ => Unit::None,
        };
        named.entry(metric.to_owned()).or_insert((kind, unit));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{find, load};
    use super::*;
    use crate::load::{Dataset, Item};

    /// The lines are those of k6's documentation, “JSON output”, with a metric of one's own added.
    const K6_JSON: &str = r#"{"type":"Metric","data":{"type":"gauge","contains":"default","tainted":null,"thresholds":[],"submetrics":null,"sub":{"name":"","parent":"","suffix":"","tags":null}},"metric":"vus"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45.625742514+02:00","value":5,"tags":null},"metric":"vus"}
{"type":"Metric","data":{"type":"trend","contains":"time","tainted":null,"thresholds":["avg<1000"],"submetrics":null,"sub":{"name":"","parent":"","suffix":"","tags":null}},"metric":"http_req_duration"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45.239531499+02:00","value":459.865729,"tags":{"group":"::my group::json","method":"GET","status":"200","url":"https://quickpizza.grafana.com/api/tools"}},"metric":"http_req_duration"}
{"type":"Metric","data":{"type":"trend","contains":"data","tainted":null},"metric":"reply_size"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45.239531499+02:00","value":1024,"tags":{"group":"::my group::json"}},"metric":"reply_size"}
{"type":"Point","data":{"time":"2017-05-09T14:34:46.239531499+02:00","value":1,"tags":{"group":"::my group::json"}},"metric":"http_reqs"}
"#;

    #[test]
    fn k6_names_the_kind_and_unit_of_each_metric() {
        let data = load(K6_JSON);
        let duration = find(&data, "http_req_duration");
        assert_eq!(
            (duration.format, duration.kind, &duration.identity.unit),
            (Format::K6Json, Kind::Events, &Unit::Millisecond)
        );
        assert_eq!((duration.times(), duration.values()), (&[1_494_333_285_239_531_499][..], &[459.865_729][..]));
        assert_eq!(duration.identity.labels.get("group"), Some("::my group::json"));
        assert_eq!(find(&data, "vus").kind, Kind::Gauge);
        assert_eq!(
            (find(&data, "reply_size").kind, &find(&data, "reply_size").identity.unit),
            (Kind::Events, &Unit::Byte)
        );
        assert_eq!((data.items.len(), data.report.warnings.len()), (4, 0), "{:?}", data.report.warnings);
        let kinds = |data: &Dataset| -> Vec<String> {
            data.report.understood.iter().filter(|u| u.what == "kind").map(|u| u.choice.clone()).collect()
        };
        assert_eq!(kinds(&data), ["http_req_duration, http_reqs, reply_size: events", "vus: gauge"]);
        // the lines are those of k6's documentation, “CSV output”
        let data = load(
            "metric_name,timestamp,metric_value,check,error,error_code,group,method,name,proto,status,subproto,tls_version,url,extra_tags\n\
             http_reqs,1595325560,1.000000,,,,,GET,http://test.k6.io,HTTP/1.1,200,,,http://test.k6.io,\n\
             http_req_duration,1595325560,221.899000,,,,,GET,http://test.k6.io,HTTP/1.1,200,,,http://test.k6.io,\n\
             http_req_blocked,1595325560,225.275000,,,,,GET,http://test.k6.io,HTTP/1.1,200,,,http://test.k6.io,\n\
             vus,1595325561,1.000000,,,,,,,,,,,,\n",
        );
        let duration = find(&data, "http_req_duration");
        assert_eq!((duration.format, duration.kind, duration.values()), (Format::K6Csv, Kind::Events, &[221.899][..]));
        assert_eq!((duration.times()[0], &duration.identity.unit), (1_595_325_560_000_000_000, &Unit::Millisecond));
        assert_eq!(find(&data, "vus").kind, Kind::Gauge);
        assert_eq!(kinds(&data), ["http_req_blocked, http_req_duration, http_reqs: events", "vus: gauge"]);
    }

    #[test]
    fn k6_says_which_requests_went_well() {
        let point = |metric: &str, tags: &str| {
            format!(
                "{{\"type\":\"Point\",\"data\":{{\"time\":\"2026-01-01T00:00:00Z\",\"value\":12.5,\"tags\":{{{tags}}}}},\"metric\":\"{metric}\"}}\n"
            )
        };
        let said = [
            point("http_req_duration", r#""status":"404","expected_response":"true""#),
            point("http_req_duration", r#""status":"0","expected_response":"false""#),
            point("vus", ""),
            point("iteration_duration", ""),
        ];
        let status = [point("http_req_duration", r#""status":"302""#), point("http_req_duration", r#""status":"404""#)];
        let head = "metric_name,timestamp,metric_value,error,expected_response,status\n";
        let csv = format!(
            "{head}http_req_duration,1767225600,7.5,,true,200\nhttp_req_duration,1767225601,7.6,dial,false,0\nvus,1767225601,1,,,\n\
             iteration_duration,1767225601,9,,,\n"
        );
        let old = format!("{head}http_req_duration,1767225600,7.5,,,200\nhttp_req_duration,1767225601,7.6,dial,,0\n");
        for text in [said.concat(), status.concat(), csv, old] {
            let data = load(&text);
            let requests = find(&data, "http_req_duration").as_events().unwrap();
            assert_eq!(requests.ok(), Some(&[true, false][..]), "{text}");
            let others = data.items.iter().filter(|i| i.identity.name != "http_req_duration");
            assert!(others.filter_map(Item::as_events).all(|e| e.ok().is_none()), "{text}");
            assert!(data.report.warnings.is_empty(), "{:?}", data.report.warnings);
        }
    }
}
