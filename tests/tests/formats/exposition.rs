//! Pages of metrics as `node_exporter` and Prometheus' own client for Python serve them.

use std::collections::BTreeMap;

use sre_stats::load::{Kind, LoadOptions, WarningKind};
use sre_stats::unit::Unit;

use crate::{find, has, number, read, read_with, text};

#[test]
fn every_line_of_node_exporter_is_a_sample() {
    let data = read("exposition/node.prom");
    let page = text("exposition/node.prom");
    // no label of these has a space or a brace in it
    let samples = page.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').unwrap());
    let wanted: BTreeMap<String, f64> =
        samples.map(|(series, value)| (series.replace("\",", "\", "), number(value))).collect();
    let found: BTreeMap<String, f64> = data.items.iter().map(|i| (i.title(), i.values()[0])).collect();
    assert_eq!(found, wanted);
    assert!(wanted.len() > 60);
    let declared = |kind: &str| {
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(kind)).collect::<Vec<_>>().len()
    };
    let names = |kind: Kind| {
        let of_kind = data.items.iter().filter(|i| i.kind == kind).map(|i| i.identity.name.as_str());
        of_kind.collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!((names(Kind::Counter), names(Kind::Gauge)), (declared(" counter"), declared(" gauge")));
    assert_eq!(find(&data, "node_memory_MemFree_bytes").identity.unit, Unit::Byte);
    // a page alone has no times
    assert!(has(&data, WarningKind::NoTime));
}

#[test]
fn both_formats_of_the_python_client_hold_what_was_put_in() {
    let truth: serde_json::Value = serde_json::from_str(&text("exposition/truth.json")).unwrap();
    let list =
        |values: &serde_json::Value| values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
    let sizes = list(&truth["sizes"]);
    for page in ["exposition/page.prom", "exposition/page.om"] {
        let counters = read_with(page, &LoadOptions { keep_buckets: true, ..LoadOptions::default() });
        let value = |title: &str| find(&counters, title).values()[0];
        let histograms = read(page);
        for (route, values) in truth["durations"].as_object().unwrap() {
            let values = list(values);
            assert_eq!(value(&format!("shop_requests_total{{route=\"{route}\"}}")), values.len() as f64, "{page}");
            let below = |edge: f64| values.iter().filter(|v| **v <= edge).count() as f64;
            for (le, edge) in [("0.01", 0.01), ("0.1", 0.1), ("1.0", 1.0), ("+Inf", f64::INFINITY)] {
                let bucket = format!("shop_duration_seconds_bucket{{le=\"{le}\", route=\"{route}\"}}");
                assert_eq!(value(&bucket), below(edge), "{page}");
            }
            let sum = value(&format!("shop_duration_seconds_sum{{route=\"{route}\"}}"));
            assert!((sum - values.iter().sum::<f64>()).abs() < 1e-9, "{page}");
            let item = find(&histograms, &format!("shop_duration_seconds{{route=\"{route}\"}}"));
            assert_eq!((item.kind, &item.identity.unit), (Kind::Histogram, &Unit::Second), "{page}");
            assert_eq!(item.as_histograms().unwrap().counts(), [values.len() as f64], "{page}");
        }
        assert_eq!(value("shop_answer_bytes_count"), sizes.len() as f64, "{page}");
        assert_eq!(value("shop_answer_bytes_sum"), sizes.iter().sum::<f64>(), "{page}");
        assert_eq!(find(&counters, "shop_answer_bytes_sum").identity.unit, Unit::Byte, "{page}");
        assert_eq!(value("shop_heat{room=\"north\"}"), -3.25, "{page}");
        assert!(has(&counters, WarningKind::Infinite), "{page}");
        assert_eq!(value("shop_build_info{note=\"a \\\"b\\\" \\\\c\\nd\", version=\"1.2\"}"), 1.0, "{page}");
        assert_eq!((value("shop_state{shop_state=\"idle\"}"), value("shop_state{shop_state=\"busy\"}")), (0.0, 1.0));
        let created = find(&counters, "shop_requests_created{route=\"/cart\"}");
        assert_eq!((created.kind, created.values()[0] > 1.7e9), (Kind::Gauge, true), "{page}");
    }
}
