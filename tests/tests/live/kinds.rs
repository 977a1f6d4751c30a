//! What the server knows of a metric's kind goes before what its name and values look like.

use std::time::{Duration, Instant};

use crate::ask;
use crate::fake::{Fake, Reply};
use sre_stats::load::{Kind, LoadOptions, PrometheusQuery};
use workspace_tests::prometheus::{Prometheus, Setup};

/// Names and values that look like the other kind; the program behind them says what they are.
const METRICS: &str = "# TYPE open_count gauge\nopen_count 7\n# TYPE served counter\nserved 7.5\n\
    # TYPE wait_seconds summary\nwait_seconds{quantile=\"0.5\"} 0.25\nwait_seconds_sum 9.5\nwait_seconds_count 20\n";

#[test]
fn metadata_tell_kinds() {
    let program = Fake::new(|_, _| Reply::Whole("200 OK", "Content-Type: text/plain\r\n".into(), METRICS.into()));
    let config = format!(
        "global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}\nscrape_configs:\n- job_name: x\n  static_configs: [{{targets: ['{}']}}]\n",
        program.address()
    );
    let server = Prometheus::start(&Setup { name: "kinds", config: &config, ..Setup::default() });
    let asked = PrometheusQuery::new(server.url(), r#"{__name__=~"open_count|served|wait_seconds.*"}[1m]"#);
    let since = Instant::now();
    let data = loop {
        match ask(&asked, &LoadOptions::default()) {
            Ok(data) if data.items.len() == 5 && data.items[0].count() > 2 => break data,
            other => assert!(since.elapsed() < Duration::from_secs(30), "{other:?}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    let kinds: Vec<(&str, Kind)> = data.items.iter().map(|i| (i.identity.name.as_str(), i.kind)).collect();
    let expected = [
        ("open_count", Kind::Gauge),
        ("served", Kind::Counter),
        ("wait_seconds", Kind::Gauge),
        ("wait_seconds_count", Kind::Counter),
        ("wait_seconds_sum", Kind::Counter),
    ];
    assert_eq!(kinds, expected);
    assert!(data.report.understood.iter().any(|u| u.what == "metadata" && u.choice == "of 5 metrics"));
    // what the caller says goes before both
    let gauges = LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() };
    assert!(ask(&asked, &gauges).unwrap().items.iter().all(|i| i.kind == Kind::Gauge));
}
