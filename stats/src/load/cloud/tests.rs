//! Units, refusals and pages of the answers; whole answers are read in the tests of the workspace.

use super::*;
use crate::ErrorKind;
use crate::load::{Kind, load_bytes};
use crate::unit::Unit;

fn load(text: &str) -> Result<Dataset> {
    load_bytes("answer.json", text.as_bytes(), &LoadOptions::default(), &Progress::new())
}

fn told(data: &Dataset, kind: WarningKind) -> String {
    data.report.warnings.iter().find(|w| w.kind == kind).map(|w| w.message.clone()).unwrap_or_default()
}

#[test]
fn units_are_those_of_the_payload() {
    let statistics = |unit: &str| {
        let text = format!(
            r#"{{"Label":"x","Datapoints":[{{"Timestamp":"2026-01-01T00:00:00Z","Average":1.5,"Unit":"{unit}"}}]}}"#
        );
        load(&text).unwrap().items[0].identity.unit.clone()
    };
    for (word, unit) in [
        ("Milliseconds", Unit::Millisecond),
        ("Percent", Unit::Percent),
        ("Count/Second", Unit::PerSecond(Box::new(Unit::Count))),
        ("Bytes/Second", Unit::PerSecond(Box::new(Unit::Byte))),
        ("Kilobytes", Unit::Other("Kilobytes".into())),
        ("None", Unit::None),
    ] {
        assert_eq!(statistics(word), unit, "{word}");
    }
    let endless = cloudwatch::unit(&"/Second".repeat(100_000));
    assert_eq!(endless, Unit::Other("/Second".repeat(5).chars().take(32).collect()));
    let google = |unit: &str| {
        let text = format!(
            r#"{{"timeSeries":[{{"metric":{{"type":"m"}},"metricKind":"GAUGE","unit":"{unit}","points":[{{"interval":{{"endTime":"2026-01-01T00:00:00Z"}},"value":{{"doubleValue":0.5}}}}]}}]}}"#
        );
        load(&text).unwrap().items[0].identity.unit.clone()
    };
    for (code, unit) in [
        ("10^2.%", Unit::Ratio),
        ("s{CPU}", Unit::Second),
        ("By/s", Unit::PerSecond(Box::new(Unit::Byte))),
        ("1/s", Unit::PerSecond(Box::new(Unit::Count))),
        ("{request}", Unit::Count),
        ("ms", Unit::Millisecond),
    ] {
        assert_eq!(google(code), unit, "{code}");
    }
    let datadog = |unit: &str| {
        let text = format!(
            r#"{{"status":"ok","res_type":"time_series","series":[{{"metric":"m","unit":{unit},"pointlist":[[1767225600000.0,1.5]]}}]}}"#
        );
        load(&text).unwrap().items[0].identity.unit.clone()
    };
    for (json, unit) in [
        (
            r#"[{"name":"byte","short_name":"B"},{"name":"second","short_name":"s"}]"#,
            Unit::PerSecond(Box::new(Unit::Byte)),
        ),
        (r#"[{"name":"request","short_name":"req"},null]"#, Unit::Count),
        (r#"[{"name":"percent","short_name":"%"},null]"#, Unit::Percent),
        ("null", Unit::None),
    ] {
        assert_eq!(datadog(json), unit, "{json}");
    }
}

#[test]
fn refusals_pages_and_parts_are_told() {
    for (text, word) in [
        (r#"{"status":"error","res_type":"time_series","error":"Rate limit"}"#, "Rate limit"),
        (r#"{"error":{"code":403,"message":"no right"},"timeSeries":[]}"#, "no right"),
        (
            r#"{"errors":[{"message":"NRQL Syntax Error"}],"data":{"actor":{"account":{"nrql":null}}}}"#,
            "NRQL Syntax Error",
        ),
        (r#"{"data":{"actor":{"account":{"nrql":{"results":[{"count":5}]}}}}}"#, "TIMESERIES"),
        (r#"{"MetricDataResults":[],"Messages":[]}"#, "no data points"),
        (r#"{"timeSeries":[{"metric":{"type":"m"},"points":[{"interval""#, "ends in the middle"),
    ] {
        let e = load(text).unwrap_err().to_string();
        assert!(e.starts_with("answer.json") && e.contains(word), "{word}: {e}");
    }
    let e = load("{\"MetricDataResults\":[\n{\"Id\":5}]}").unwrap_err();
    assert_eq!((e.kind(), e.position().and_then(|p| p.line)), (ErrorKind::Parse, Some(2)), "{e}");
    let data = load(
        r#"{"MetricDataResults":[{"Id":"a","Label":"p99 x","Timestamps":["2026-01-01T00:01:00Z","2026-01-01T00:00:00Z"],"Values":[2,1],
           "StatusCode":"PartialData","Messages":[{"Code":"c","Value":"v"}]}],"NextToken":"t"}"#,
    )
    .unwrap();
    assert_eq!((data.items[0].values(), data.items[0].kind), (&[1.0, 2.0][..], Kind::Gauge));
    assert!(told(&data, WarningKind::Truncated).contains("pages") && told(&data, WarningKind::Summary).contains("p99"));
    assert!(told(&data, WarningKind::Source).contains("c: v"));
}

#[test]
fn what_new_relic_says_and_what_is_no_number_are_told() {
    let events = r#"{"data":{"actor":{"account":{"nrql":{"results":[{"timestamp":1767225600000,"duration":0.5},
        {"timestamp":1767225601000,"duration":0.25}],"metadata":{"messages":["rows were left out"]}}}}}}"#;
    assert!(told(&load(events).unwrap(), WarningKind::Source).contains("rows were left out"));
    let windows = r#"{"results":[{"beginTimeSeconds":1767225600,"average.duration":1.5,"latest.host":"a","uniques.host":["a"]}],
        "metadata":{"facets":[]}}"#;
    let data = load(windows).unwrap();
    let left_out = data.report.warnings.iter().find(|w| w.kind == WarningKind::NotANumber).unwrap();
    assert!(left_out.count == 2 && left_out.message.contains("latest.host"), "{left_out}");
}

/// Buckets that hold their lower edge: a value on it must not be told to lie below.
#[test]
fn googles_buckets_keep_their_values() {
    use crate::histogram::{AnySketch, Layout};
    let text = r#"{"timeSeries":[{"metric":{"type":"m"},"metricKind":"DELTA","valueType":"DISTRIBUTION","points":[{"interval":
        {"startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:01:00Z"},"value":{"distributionValue":{"count":"6","mean":2,
        "bucketOptions":{"exponentialBuckets":{"numFiniteBuckets":3,"growthFactor":2,"scale":1}},"bucketCounts":["0","1","5"]}}}]}]}"#;
    let data = load(text).unwrap();
    let histograms = data.items[0].as_histograms().unwrap();
    let AnySketch::Explicit(h) = &histograms.windows()[0].1 else { panic!() };
    // edges 1, 2, 4, 8; five values in [2, 4)
    assert_eq!(h.counts(), [0, 1, 5, 0, 0]);
    assert_eq!(h.count_at_most(2.0_f64.next_down()), (1, 1));
    assert_eq!(h.count_at_most(2.0), (1, 6));
    assert_eq!(h.recorded_sum(), Some(12.0));
    let many = text.replace("\"numFiniteBuckets\":3", "\"numFiniteBuckets\":4000000000");
    let e = load(&many).unwrap_err().to_string();
    assert!(e.contains("answer.json"), "{e}");
}

#[test]
fn properties_stand_above_the_first_time() {
    let text = "TimeSeries ID,a1,a2,a3\nread_method,backfill,cdc,cdc\nproject_id,p,p,p\n\
        Mon Mar 30 2026 13:00:00 GMT+0200 (Central European Summer Time),1,undefined,2.5\n\
        Mon Mar 30 2026 13:01:00 GMT+0200 (Central European Summer Time),2,7,x\n";
    let data = load(text).unwrap();
    let titles: Vec<String> = data.items.iter().map(crate::load::Item::title).collect();
    assert_eq!(
        titles,
        [
            r#"value{column="a2", project_id="p", read_method="cdc"}"#,
            r#"value{column="a3", project_id="p", read_method="cdc"}"#,
            r#"value{project_id="p", read_method="backfill"}"#,
        ]
    );
    assert_eq!(data.items[2].times()[0], 1_774_868_400_000_000_000);
    assert_eq!((data.items[0].values(), data.items[2].values()), (&[7.0][..], &[1.0, 2.0][..]));
    let line = data.report.warnings.iter().find(|w| w.kind == WarningKind::NotANumber).and_then(|w| w.position.line);
    assert_eq!(line, Some(5));
    assert!(load("TimeSeries ID,a\nx,y\n").unwrap_err().to_string().contains("no row begins with a time"));
}

/// The forms are those of Datadog's “Query timeseries data across multiple products” and of New Relic's Query API.
#[test]
fn other_answers_of_the_same_providers_are_read() {
    let datadog = r#"{"data":{"type":"timeseries_response","attributes":{"series":[{"group_tags":["env:prod"],"query_index":0,
        "unit":[{"family":"time","name":"millisecond","short_name":"ms"},null]}],"times":[1767225600000,1767225660000,1767225720000],
        "values":[[12.5,null,13.5]]}}}"#;
    let data = load(datadog).unwrap();
    assert_eq!(data.items[0].title(), "query 0{env=\"prod\"}");
    assert_eq!((data.items[0].values(), &data.items[0].identity.unit), (&[12.5, 13.5][..], &Unit::Millisecond));
    assert_eq!(data.items[0].times()[1], 1_767_225_720_000_000_000);
    let short = datadog.replace("[[12.5,null,13.5]]", "[]");
    assert!(load(&short).unwrap_err().to_string().contains("0 columns"));

    let old = r#"{"timeSeries":[{"results":[{"average":0.012}],"beginTimeSeconds":1767225600,"endTimeSeconds":1767225660,"inspectedCount":10},
        {"results":[{"average":0.013}],"beginTimeSeconds":1767225660,"endTimeSeconds":1767225720,"inspectedCount":10}],"metadata":{"eventType":"T"}}"#;
    let facets = r#"{"facets":[{"name":"a","timeSeries":[{"results":[{"average":0.012}],"beginTimeSeconds":1767225600,"endTimeSeconds":1767225660},
        {"results":[{"average":0.013}],"beginTimeSeconds":1767225660,"endTimeSeconds":1767225720}]}]}"#;
    let lines = "{\"beginTimeSeconds\":1767225600,\"endTimeSeconds\":1767225660,\"average\":0.012}\n\
                 {\"beginTimeSeconds\":1767225660,\"endTimeSeconds\":1767225720,\"average\":0.013}\n";
    for (text, title) in [(old, "average"), (facets, "average{facet=\"a\"}"), (lines, "average")] {
        let data = load(text).unwrap();
        let titles: Vec<String> = data.items.iter().map(crate::load::Item::title).collect();
        assert_eq!(titles, [title]);
        assert_eq!(data.items[0].values(), [0.012, 0.013]);
        assert_eq!(data.items[0].times(), [1_767_225_600_000_000_000, 1_767_225_660_000_000_000]);
    }
}
