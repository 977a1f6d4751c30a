use super::*;

/// As the specification's own page has its parts, filled in.
const OPENSLO: &str = r#"apiVersion: openslo/v1
kind: DataSource
metadata: {name: prometheus}
spec: {type: Prometheus}
---
apiVersion: openslo/v1
kind: SLI
metadata:
  name: checkout-latency
spec:
  thresholdMetric:
    metricSource:
      type: Prometheus
      spec:
        query: 'latency_seconds{service="checkout"}'
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-fast
  annotations:
    sre-stats/unit: s
    openslo.com/owner: shop
spec:
  description: Checkout answers in time
  service: shop
  indicatorRef: checkout-latency
  timeWindow:
    - duration: 1M
      calendar:
        startTime: 2020-01-01 00:00:00
        timeZone: America/New_York
  budgetingMethod: Timeslices
  objectives:
    - op: lte
      value: 0.5
      targetPercent: 99.95
      timeSliceTarget: 0.990
      timeSliceWindow: 5
  alertPolicies:
    - alertPolicyRef: page
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-ok}
spec:
  service: shop
  indicator:
    metadata: {name: ok}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {type: Prometheus, spec: {query: "sum(errors)"}}}
        total: {metricSource: {type: Prometheus, spec: {query: sum(requests)}}}
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - displayName: strict
      target: 0.99950
    - displayName: loose
      targetPercent: 99
"#;

#[test]
fn openslo_becomes_objectives_and_says_what_it_left() {
    let found = read_specification(OPENSLO).unwrap();
    let slos: Vec<(&str, String)> = found.slos.iter().map(|s| (s.name.as_str(), s.objective.to_string())).collect();
    assert_eq!(
        slos,
        [
            ("checkout-fast", "99.95% of 5m slices have p99 <= 0.5s over month calendar America/New_York".to_owned()),
            ("checkout-ok: strict", "99.95% of requests ok over 28d rolling".to_owned()),
            ("checkout-ok: loose", "99% of requests ok over 28d rolling".to_owned()),
        ]
    );
    let fast = &found.slos[0];
    assert_eq!(
        (fast.service.as_deref(), fast.description.as_deref()),
        (Some("shop"), Some("Checkout answers in time"))
    );
    let indicator = fast.indicator.as_ref().unwrap();
    assert_eq!((indicator.kind, indicator.name.as_deref()), (IndicatorKind::Threshold, Some("checkout-latency")));
    assert!(indicator.yaml.contains(r#"query: "latency_seconds{service=\"checkout\"}""#), "{}", indicator.yaml);
    assert_eq!(found.slos[1].indicator.as_ref().unwrap().kind, IndicatorKind::Ratio);
    let notes: Vec<String> = found.notes.iter().map(Note::to_string).collect();
    assert_eq!(notes, ["line 1: a document of kind DataSource is not read", "line 40: “alertPolicies” is not read"]);
    assert!(found.refused.is_empty());
}

#[test]
fn what_is_written_reads_back() {
    for text in [
        "99.9% of requests ok over 30d rolling",
        "99.9% of requests < 300ms over month calendar Europe/Berlin",
        "99.99% of requests >= 1.5 over week calendar",
        "95% of 1m slices ok over quarter calendar",
        "99.95% of 90m slices have p99.9 < 500ms over 28d rolling",
        "99.95% of 1h slices have ratio >= 99.5% over year calendar Asia/Tokyo",
        "99.5% of 5m slices < 2s over 1d calendar America/Sao_Paulo",
    ] {
        let slo = |indicator| SpecifiedSlo {
            name: "a: \"b\"".into(),
            service: Some("x # y".into()),
            description: Some("two\nlines".into()),
            objective: text.parse().unwrap(),
            indicator,
        };
        let written = write_openslo(&[slo(None)]).unwrap();
        let read = read_specification(&written).unwrap();
        assert_eq!(read.slos.len(), 1, "{written}");
        assert_eq!(read.slos[0], slo(None), "{written}");
        assert!(
            read.refused.is_empty() && read.notes.iter().all(|n| !n.message.contains("not read")),
            "{:?}",
            read.notes
        );
    }
    // indicators keep their text
    let all = read_specification(OPENSLO).unwrap();
    let again = read_specification(&write_openslo(&all.slos).unwrap()).unwrap();
    assert_eq!(again.slos, all.slos);
}

#[test]
fn what_openslo_cannot_say_is_refused() {
    for (text, says) in [
        ("99.9% of time up over 30d", "time without slices"),
        ("99.9% of 1m slices have mean < 2s over 30d", "mean"),
        ("99.9% of 1m slices have p99 > 2s over 30d", "lower limit"),
        ("99.9% of requests != 500 over 30d", "equality"),
        ("100% of requests ok over 30d", "100%"),
        ("99.9% of requests ok over 90s", "1m 30s"),
        ("99.9% of requests ok over 1h calendar", "calendar"),
    ] {
        let slo = SpecifiedSlo {
            name: "x".into(),
            service: None,
            description: None,
            objective: text.parse().unwrap(),
            indicator: None,
        };
        let error = write_openslo(&[slo]).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn errors_name_their_line() {
    let base = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}\nspec:\n  indicatorRef: i\n";
    let window = "  timeWindow: [{duration: 30d, isRolling: true}]\n";
    let occurrences = "  budgetingMethod: Occurrences\n";
    let one = "  objectives: [{target: 0.99}]\n";
    for (text, says) in [
        (format!("{base}{window}  budgetingMethod: RatioTimeslices\n{one}"), "line 7: “x”: RatioTimeslices"),
        (format!("{base}{occurrences}{one}"), "“timeWindow” is missing"),
        (format!("{base}{window}{occurrences}  objectives: [{{target: 1.5}}]\n"), "line 8: “x”: “1.5” is not a share"),
        (format!("{base}{window}{occurrences}  objectives: [{{target: 0.9, targetPercent: 90}}]\n"), "not both"),
        (format!("{base}{window}{occurrences}  objectives: [{{target: 0.9, op: lt}}]\n"), "both “op” and “value”"),
        (format!("{base}{window}  budgetingMethod: Timeslices\n{one}"), "“timeSliceWindow” is missing"),
        (
            format!(
                "{base}{window}  budgetingMethod: Timeslices\n  objectives: [{{target: 0.9, op: gt, value: 1, \
                 timeSliceTarget: 0.9, timeSliceWindow: 1m}}]\n"
            ),
            "a share of samples is > 1",
        ),
        (
            format!("{base}  timeWindow: [{{duration: 30x, isRolling: true}}]\n{occurrences}{one}"),
            "“30x” is not a duration",
        ),
        (
            format!(
                "{base}  timeWindow: [{{duration: 1M, calendar: {{startTime: 2020-01-21 12:30:00}}}}]\n{occurrences}{one}"
            ),
            "begins at 2020-01-21 12:30:00",
        ),
        (
            format!("{base}  timeWindow: [{{duration: 1M, calendar: {{timeZone: Mars/Olympus}}}}]\n{occurrences}{one}"),
            "Mars/Olympus",
        ),
        (
            format!("{base}{window}{occurrences}  objectives: [{{target: 0.9, compositeWeight: 2}}]\n"),
            "composed of others",
        ),
        ("apiVersion: openslo/v2\nkind: SLO\n".to_owned(), "openslo/v2"),
        ("kind: SLO\n".to_owned(), "“apiVersion” or “version” is missing"),
        ("apiVersion: openslo/v1\nkind: Service\n".to_owned(), "no SLO"),
        (format!("{base}{occurrences}\tx: 1\n"), "not YAML"),
    ] {
        let error = read_specification(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
    // one SLO that is refused does not take the others with it
    let both = format!("{base}{window}{occurrences}{one}---\n{base}{window}  budgetingMethod: RatioTimeslices\n{one}");
    let found = read_specification(&both).unwrap();
    assert_eq!((found.slos.len(), found.refused.len()), (1, 1));
    assert_eq!(found.refused[0].line, 16);
}

#[test]
fn both_forms_of_sloth_are_read() {
    let plain = "version: prometheus/v1\nservice: shop\nlabels: {owner: me}\nslos:\n  - name: availability\n    objective: 99.9\n    \
                 description: It answers\n    sli:\n      events:\n        error_query: sum(errors[{{.window}}])\n        \
                 total_query: sum(all[{{.window}}])\n    alerting:\n      name: Down\n";
    let resource = "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nmetadata: {name: shop}\nspec:\n  service: shop\n  \
                    slos:\n    - name: availability\n      objective: 99.9\n      description: It answers\n      sli:\n        events:\n          \
                    errorQuery: sum(errors[{{.window}}])\n          totalQuery: sum(all[{{.window}}])\n";
    let (a, b) = (read_specification(plain).unwrap(), read_specification(resource).unwrap());
    assert_eq!(a.slos[0].objective.to_string(), "99.9% of requests ok over 30d rolling");
    assert_eq!((&a.slos[0].objective, &a.slos[0].service), (&b.slos[0].objective, &b.slos[0].service));
    assert!(a.slos[0].indicator.as_ref().unwrap().yaml.contains("error_query: sum(errors[{{.window}}])"));
    let notes: Vec<String> = a.notes.iter().map(Note::to_string).collect();
    assert!(notes.contains(&"line 12: “alerting” is not read".to_owned()), "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("rolling 30d is assumed")));
    let broken = plain.replace("total_query", "totalquery");
    assert!(read_specification(&broken).unwrap_err().to_string().contains("“total_query” is missing"));
}
