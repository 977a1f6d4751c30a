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
    assert_eq!(notes, ["line 41: the alert policy “page” is not in this file"]);
    assert_eq!(fast.alert_policies, ["page"]);
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
            alert_policies: vec!["page".into(), "a: b".into()],
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
            alert_policies: Vec::new(),
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
        ("apiVersion: openslo/v1\nkind: Service\nmetadata: {name: x}\n".to_owned(), "no SLO"),
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

/// The specification's own examples of the kinds beside the SLO.
const KINDS: &str = "apiVersion: openslo/v1
kind: Service
metadata:
  name: shop
  displayName: The shop
spec:
  description: It sells
---
apiVersion: openslo/v1
kind: DataSource
metadata:
  name: cloudwatch
spec:
  type: CloudWatch
  connectionDetails:
    accessKeyID: accessKey
    secretAccessKey: secretAccessKey
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata:
  name: AlertPolicy
  displayName: Alert Policy
spec:
  description: \"Alert policy for cpu usage breaches, notifies on-call devops via email\"
  alertWhenBreaching: true
  alertWhenResolved: false
  conditions:
    - conditionRef: cpu-usage-breach
  notificationTargets:
    - targetRef: OnCallDevopsMailNotification
---
apiVersion: openslo/v1
kind: AlertCondition
metadata:
  name: cpu-usage-breach
  displayName: CPU usage breach
spec:
  description: If the CPU usage is too high for given period then it should alert
  severity: page
  condition:
    kind: burnrate
    threshold: 2
    lookbackWindow: 1h
    alertAfter: 5m
---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata:
  name: OnCallDevopsMailNotification
spec:
  description: Notifies by a mail message to the on-call devops mailing group
  target: email
";

const ALERTED: &str = "---
apiVersion: openslo/v1
kind: SLO
metadata: {name: up}
spec:
  service: shop
  indicatorRef: latency
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
  alertPolicies:
    - alertPolicyRef: AlertPolicy
    - kind: AlertPolicy
      metadata: {name: own}
      spec:
        alertWhenNoData: true
        alertWhenBreaching: true
        conditions:
          - kind: AlertCondition
            metadata: {name: slow}
            spec: {severity: ticket, condition: {kind: burnrate, threshold: 1, lookbackWindow: 3d}}
        notificationTargets:
          - kind: AlertNotificationTarget
            metadata: {name: hook}
            spec: {target: web-hook}
          - targetRef: elsewhere
";

#[test]
fn every_kind_is_read_kept_and_written() {
    use ResourceKind as K;
    let found = read_specification(&format!("{KINDS}{ALERTED}")).unwrap();
    let kinds: Vec<ResourceKind> = found.resources.iter().map(|r| r.kind).collect();
    assert_eq!(
        kinds,
        [K::Service, K::DataSource, K::AlertPolicy, K::AlertCondition, K::AlertNotificationTarget, K::AlertPolicy]
    );
    // the specification's own text, word for word
    let texts: Vec<&str> = found.resources.iter().take(5).map(|r| r.yaml.as_str()).collect();
    assert_eq!(texts.join("---\n"), KINDS);
    let breach = AlertCondition {
        name: "cpu-usage-breach".into(),
        severity: "page".into(),
        threshold: 2.0,
        lookback: "1h".parse().unwrap(),
        after: "5m".parse().unwrap(),
    };
    let mail = NotificationTarget { name: "OnCallDevopsMailNotification".into(), target: "email".into() };
    let [policy, own] = found.alert_policies.as_slice() else { panic!("{:?}", found.alert_policies) };
    assert_eq!((&policy.conditions, &policy.targets), (&vec![breach], &vec![mail]));
    assert_eq!((policy.when_breaching, policy.when_resolved, policy.when_no_data), (true, false, false));
    assert_eq!((own.name.as_str(), own.when_no_data, own.targets.len()), ("own", true, 1));
    assert_eq!(found.slos[0].alert_policies, ["AlertPolicy", "own"]);
    let rules: Vec<String> = found.alert_rules(&found.slos[0]).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["2x over 1h and 1h for 5m page", "1x over 3d and 3d ticket"]);
    let notes: Vec<String> = found.notes.iter().map(Note::to_string).collect();
    assert_eq!(
        notes,
        [
            "line 79: the AlertNotificationTarget “elsewhere” is not in this file",
            "line 60: the indicator “latency” is not in this file",
        ]
    );
    let written = found.to_openslo().unwrap();
    let again = read_specification(&written).unwrap();
    assert_eq!((&again.resources, &again.alert_policies), (&found.resources, &found.alert_policies));
    assert_eq!(again.slos, found.slos);
    assert_eq!(again.to_openslo().unwrap(), written);
    // an indicator that is a document of its own stays one
    let sli = "apiVersion: openslo/v1\nkind: SLI\nmetadata:\n  name: latency\nspec:\n  thresholdMetric:\n    metricSource:\n      \
               type: Prometheus\n";
    let found =
        read_specification(&format!("{sli}{ALERTED}").replace("{target: 0.999}", "{op: lt, value: 1, target: 0.999}"));
    let written = found.unwrap_or_else(|e| panic!("{e}")).to_openslo().unwrap();
    assert!(written.starts_with(sli) && written.contains("indicatorRef: \"latency\""), "{written}");
}

#[test]
fn errors_of_the_other_kinds_name_the_part() {
    let text = format!("{KINDS}{ALERTED}");
    for (from, to, says) in [
        ("  type: CloudWatch\n", "", "line 14, column 3: “type” is missing"),
        ("  target: email\n", "", "“target” is missing"),
        ("  severity: page\n", "", "“severity” is missing"),
        ("threshold: 2\n", "threshold: fast\n", "line 43, column 16: “threshold” is to be a burn rate"),
        ("threshold: 2\n", "threshold: 0\n", "“threshold” is to be a burn rate"),
        ("lookbackWindow: 1h\n", "lookbackWindow: an hour\n", "line 44, column 21: “an hour” is not a duration"),
        ("lookbackWindow: 1h\n", "lookbackWindow: 1M\n", "1M has no fixed length"),
        ("    lookbackWindow: 1h\n", "", "“lookbackWindow” is missing"),
        ("threshold: 2\n", "threshold: 2\n    op: lt\n", "“op” of a burn rate"),
        (
            "alertWhenBreaching: true\n",
            "alertWhenBreaching: maybe\n",
            "line 26, column 23: “alertWhenBreaching” is to be",
        ),
        ("    - targetRef: OnCallDevopsMailNotification\n", "    []\n", "“notificationTargets” is missing"),
        (
            "    - conditionRef: cpu-usage-breach\n",
            "    - conditionRef: a\n    - conditionRef: b\n",
            "has one condition",
        ),
        ("    - conditionRef: cpu-usage-breach\n", "    - metadata: {name: a}\n", "“conditionRef” is missing"),
        ("    - conditionRef: cpu-usage-breach\n", "    - kind: SLI\n", "“kind” is SLI where AlertCondition is due"),
        ("name: cpu-usage-breach", "label: x", "“name” is missing"),
        ("{name: own}", "{name: AlertPolicy}", "two documents of kind AlertPolicy named “AlertPolicy”"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = read_specification(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(says), "{from} → {to}: {error}");
    }
    let other = text.replacen("kind: burnrate", "kind: absence", 1);
    let notes: Vec<String> = read_specification(&other).unwrap().notes.iter().map(Note::to_string).collect();
    assert!(notes.contains(&"line 42: a condition of kind absence is kept and not understood".to_owned()), "{notes:?}");
    let unknown = text.replacen("kind: Service", "kind: Team", 1);
    let notes: Vec<String> = read_specification(&unknown).unwrap().notes.iter().map(Note::to_string).collect();
    assert!(notes.contains(&"line 1: a document of kind Team is not read".to_owned()), "{notes:?}");
}
