//! The month against its truth, read from the columns alone.
#![allow(clippy::unwrap_used)]

use super::*;

/// One request.
struct Row {
    time_ns: i64,
    service: String,
    status: i64,
    latency_s: f64,
    ok: bool,
}

fn rows(made: &Generated) -> Vec<Row> {
    let (
        Some(Column::TimeNs(time)),
        Some(Column::Text { codes, dictionary }),
        Some(Column::I64(status)),
        Some(Column::F64(latency_s)),
        Some(Column::Bool(ok)),
    ) = (
        made.column("time"),
        made.column("service"),
        made.column("status"),
        made.column("latency_s"),
        made.column("ok"),
    )
    else {
        panic!("a column is missing");
    };
    (0..made.rows())
        .map(|row| Row {
            time_ns: time[row],
            service: dictionary[codes[row] as usize].clone(),
            status: status[row],
            latency_s: latency_s[row],
            ok: ok[row],
        })
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn requests_fail_in_the_incidents_and_hardly_elsewhere() {
    let made = generate(1, 200_000).unwrap();
    let rows = rows(&made);
    assert!(rows.windows(2).all(|pair| pair[0].time_ns <= pair[1].time_ns));
    let incidents = made.truth["incidents"].as_array().unwrap();
    let mut counted = vec![0_u64; incidents.len()];
    let mut background = 0;
    for row in &rows {
        assert_eq!(row.ok, row.status < 500);
        let hit = incidents.iter().position(|incident| {
            incident["service"] == row.service.as_str()
                && incident["start_ns"].as_i64().unwrap() <= row.time_ns
                && row.time_ns < incident["end_ns"].as_i64().unwrap()
        });
        if let Some(hit) = hit {
            counted[hit] += 1;
            assert_eq!(incidents[hit]["status"], row.status);
            let refused = incidents[hit]["kind"] == "refused";
            assert_eq!(refused, row.latency_s < 0.1);
            assert_eq!(!refused, row.latency_s >= 2.0);
        } else {
            assert!(row.status == 200 || row.status == 500);
            background += i32::from(!row.ok);
        }
    }
    for (incident, counted) in incidents.iter().zip(&counted) {
        assert_eq!(incident["rows"].as_u64(), Some(*counted));
    }
    // 20 expected, standard deviation 4.5
    assert!((2..45).contains(&background), "{background}");
}

#[test]
fn the_incidents_are_as_described_and_apart() {
    for seed in 0..20 {
        let made = generate(seed, 1).unwrap();
        let incidents = made.truth["incidents"].as_array().unwrap();
        let seconds = |service: &str| -> Vec<i64> {
            incidents
                .iter()
                .filter(|incident| incident["service"] == service)
                .map(|incident| incident["seconds"].as_i64().unwrap())
                .collect()
        };
        let checkout = seconds("checkout");
        assert_eq!(checkout.iter().filter(|s| **s == 720).count(), 1);
        assert_eq!(checkout.iter().filter(|s| (20..=90).contains(*s)).count(), 6);
        assert_eq!((seconds("search").len(), seconds("cart").len(), seconds("payment").len()), (3, 2, 4));
        for pair in incidents.windows(2) {
            let quiet_ns = pair[1]["start_ns"].as_i64().unwrap() - pair[0]["end_ns"].as_i64().unwrap();
            assert!(quiet_ns > 3600 * SECOND_NS, "seed {seed}");
        }
        let onset = &made.truth["regression"]["onset_ns"];
        let deploys = made.truth["deploys"].as_array().unwrap();
        assert_eq!(deploys.len(), 8);
        assert!(deploys.iter().any(|deploy| &deploy["time_ns"] == onset && deploy["service"] == "checkout"));
    }
}

#[test]
fn the_layout_does_not_depend_on_the_rows() {
    let (few, many) = (generate(6, 10).unwrap(), generate(6, 5000).unwrap());
    for field in ["deploys", "regression"] {
        assert_eq!(few.truth[field], many.truth[field]);
    }
    let starts = |made: &Generated| -> Vec<i64> {
        let incidents = made.truth["incidents"].as_array().unwrap();
        incidents.iter().map(|i| i["start_ns"].as_i64().unwrap()).collect()
    };
    assert_eq!(starts(&few), starts(&many));
}

#[test]
fn both_seasons_are_in_the_counts() {
    let made = generate(2, 200_000).unwrap();
    let (mut by_hour, mut by_weekday) = ([0_f64; 24], [0_f64; 7]);
    // four whole weeks, so that every weekday comes equally often
    for row in rows(&made) {
        let second = row.time_ns / SECOND_NS - START_UNIX_S;
        if second < 28 * DAY_S {
            by_hour[(second / 3600 % 24) as usize] += 1.0;
            by_weekday[(second / DAY_S % 7) as usize] += 1.0;
        }
    }
    // 1.55 against 0.45 at the turning points; an hour around them has nearly that
    let swing = (by_hour[19] + by_hour[20]) / (by_hour[7] + by_hour[8]);
    assert!((3.2..3.6).contains(&swing), "{swing}");
    // Saturday against Tuesday, 1.2 against 0.8 at the extremes
    let week = by_weekday[5] / by_weekday[1];
    assert!((1.3..1.6).contains(&week), "{week}");
}

#[test]
fn latencies_are_bimodal_where_told_and_checkout_gets_slower() {
    let made = generate(3, 200_000).unwrap();
    let rows = rows(&made);
    let onset_ns = made.truth["regression"]["onset_ns"].as_i64().unwrap();
    let end_ns = (START_UNIX_S + DURATION_S) * SECOND_NS;
    let two_days_ns = 2 * DAY_S * SECOND_NS;
    let of = |service: &str, from_ns: i64, to_ns: i64| -> Vec<f64> {
        rows.iter()
            .filter(|row| row.ok && row.service == service)
            .filter(|row| (from_ns..to_ns).contains(&row.time_ns))
            .map(|row| row.latency_s)
            .collect()
    };
    let before = median(of("checkout", 0, onset_ns));
    let after = median(of("checkout", end_ns - two_days_ns, end_ns));
    // the last two days lie one day before the end on average
    let told = made.truth["regression"]["factor_at_end"].as_f64().unwrap() - REGRESSION_PER_DAY;
    assert!((after / before / told - 1.0).abs() < 0.05, "{before} {after} {told}");
    let cart = median(of("cart", end_ns - two_days_ns, end_ns)) / median(of("cart", 0, onset_ns));
    assert!((cart - 1.0).abs() < 0.05, "{cart}");

    let search = of("search", 0, end_ns);
    let misses = search.iter().filter(|s| **s > 0.035).count() as f64 / search.len() as f64;
    // a fifth of the searches, few of which are faster than 35 ms
    assert!((0.19..0.21).contains(&misses), "{misses}");
    let valley = search.iter().filter(|s| (0.030..0.040).contains(*s)).count();
    let second_mode = search.iter().filter(|s| (0.070..0.080).contains(*s)).count();
    assert!(valley * 3 < second_mode, "{valley} {second_mode}");
}
