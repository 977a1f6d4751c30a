//! CSV as Grafana's panel inspector writes it, against the answers of Prometheus that it was made of.

use sre_stats::load::{Dataset, Kind, LoadOptions, load};
use sre_stats::progress::Progress;
use sre_stats::unit::Unit;

use crate::recorded;

fn read(name: &str) -> Dataset {
    load(&[recorded(name)], &LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() }, &Progress::new())
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The labels that a legend shows, each sample of which is the `every`th of the answer.
type Shown = (String, Vec<(i64, f64)>);

fn answer(name: &str, every: usize, legend: fn(&sre_stats::series::Identity) -> String) -> Vec<Shown> {
    let text = std::fs::read_to_string(recorded(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let of = |series: &serde_json::Value| {
        let metric = series["metric"].as_object().unwrap();
        let pairs = metric.iter().filter(|(k, _)| *k != "__name__").map(|(k, v)| (k.as_str(), v.as_str().unwrap()));
        let identity = sre_stats::series::Identity {
            name: metric.get("__name__").and_then(|n| n.as_str()).unwrap_or("value").to_owned(),
            labels: sre_stats::labels::Labels::from_pairs(pairs),
            unit: Unit::None,
        };
        let sample = |pair: &serde_json::Value| {
            let seconds = pair[0].as_f64().unwrap();
            ((seconds * 1e3).round() as i64 * 1_000_000, pair[1].as_str().unwrap().parse::<f64>().unwrap())
        };
        let samples = series["values"].as_array().unwrap().iter().step_by(every).map(sample);
        (legend(&identity), samples.filter(|(_, v)| v.is_finite()).collect())
    };
    let mut all: Vec<Shown> = json["data"]["result"].as_array().unwrap().iter().map(of).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn loaded(data: &Dataset) -> Vec<Shown> {
    let samples = |i: &sre_stats::load::Item| i.times().iter().copied().zip(i.values().iter().copied()).collect();
    let mut all: Vec<Shown> = data.items.iter().map(|i| (i.identity.title(), samples(i))).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn raw_values_are_those_of_the_answer_with_and_without_the_excel_header() {
    let title = |identity: &sre_stats::series::Identity| identity.title();
    for (name, of, every) in [
        ("grafana/joined.csv", "prometheus_request_rate_1m.json", 4),
        ("grafana/joined-excel.csv", "prometheus_request_rate_1m.json", 4),
        ("grafana/one-frame.csv", "node_load1.json", 1),
        // small numbers are shown whole
        ("grafana/one-frame-formatted.csv", "shop_in_flight.json", 1),
    ] {
        let data = read(name);
        assert_eq!(loaded(&data), answer(of, every, title), "{name}");
        let said = data.report.understood.iter().find(|u| u.what == "delimiter").unwrap();
        assert_eq!(said.why.contains("first line says"), name.contains("excel"), "{name}: {said:?}");
        // series that begin later have no value there, which is told and is no zero
        assert_eq!(data.report.warnings.is_empty(), !name.contains("joined"), "{name}: {:?}", data.report.warnings);
    }
    assert_eq!(answer("prometheus_request_rate_1m.json", 4, title).len(), 6);
}

#[test]
fn values_with_units_are_those_of_the_answer_as_far_as_they_are_shown() {
    let title = |identity: &sre_stats::series::Identity| identity.title();
    let route = |identity: &sre_stats::series::Identity| identity.labels.get("route").unwrap_or_default().to_owned();
    for (name, of, legend, unit, factor) in [
        ("grafana/joined-formatted.csv", "prometheus_p99_1m.json", route as fn(&_) -> _, Unit::Second, 1.0),
        ("grafana/percent-formatted-excel.csv", "up.json", title, Unit::Percent, 100.0),
        ("grafana/count-formatted.csv", "shop_requests_total.json", title, Unit::Count, 1.0),
    ] {
        let data = read(name);
        let (found, mut wanted) = (loaded(&data), answer(of, 4, legend));
        wanted.retain(|(series, _)| found.iter().any(|(own, _)| own == series));
        let names = |all: &[Shown]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found), names(&wanted), "{name}");
        for ((series, found), (_, wanted)) in found.iter().zip(&wanted) {
            assert!(
                found.len() > 60 && found.len() == wanted.len(),
                "{name}, {series}: {} {}",
                found.len(),
                wanted.len()
            );
            for ((at, value), (time, exact)) in found.iter().zip(wanted) {
                assert_eq!(at, time, "{name}, {series}");
                // three digits are shown, rounded
                let exact = exact * factor;
                assert!((value - exact).abs() <= exact.abs() * 0.005 + 1e-12, "{name}, {series}: {value} {exact}");
            }
        }
        assert!(data.items.iter().all(|i| i.identity.unit == unit), "{name}: {:?}", data.items[0].identity.unit);
        let note = data.report.understood.iter().find(|u| u.what == "numbers").unwrap();
        assert!(note.choice.contains("rounded, as displayed"), "{note:?}");
    }
}
