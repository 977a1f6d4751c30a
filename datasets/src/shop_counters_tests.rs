//! The counters against their truth, read from the columns alone.
#![allow(clippy::unwrap_used)]

use super::*;

/// Time, requests and errors of every scrape of one service.
fn samples(made: &Generated, service: u32) -> Vec<(i64, [i64; 2])> {
    let (
        Some(Column::TimeNs(time)),
        Some(Column::Text { codes, .. }),
        Some(Column::I64(requests)),
        Some(Column::I64(errors)),
    ) = (made.column("time"), made.column("service"), made.column("requests_total"), made.column("errors_total"))
    else {
        panic!("a column is missing");
    };
    (0..made.rows()).filter(|row| codes[*row] == service).map(|row| (time[row], [requests[row], errors[row]])).collect()
}

#[test]
fn increases_and_losses_add_up_to_what_happened() {
    for seed in 0..5 {
        let made = generate(seed).unwrap();
        for (code, told) in made.truth["services"].as_array().unwrap().iter().enumerate() {
            let samples = samples(&made, code as u32);
            for (which, field) in ["requests", "errors"].into_iter().enumerate() {
                // an increase with reset handling: after a fall of the requests both count from zero
                let seen: i64 = samples
                    .windows(2)
                    .map(|step| {
                        let fell = step[1].1[0] < step[0].1[0];
                        step[1].1[which] - if fell { 0 } else { step[0].1[which] }
                    })
                    .sum();
                let restarts = told["restarts"].as_array().unwrap();
                let unseen: i64 = restarts
                    .iter()
                    .map(|restart| &restart["lost"])
                    .chain([&told["before_first_scrape"], &told["after_last_scrape"]])
                    .map(|count| count[field].as_i64().unwrap())
                    .sum();
                assert_eq!(
                    Some(seen + unseen),
                    told["total"][field].as_i64(),
                    "seed {seed}, {} {field}",
                    told["service"]
                );
            }
        }
    }
}

#[test]
fn counters_fall_at_the_restarts_and_nowhere_else() {
    for seed in 0..5 {
        let made = generate(seed).unwrap();
        let mut hidden = 0;
        for (code, told) in made.truth["services"].as_array().unwrap().iter().enumerate() {
            let samples = samples(&made, code as u32);
            let restarts: Vec<i64> = told["restarts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|restart| restart["time_ns"].as_i64().unwrap())
                .collect();
            for step in samples.windows(2) {
                let restarted = restarts.iter().any(|at| step[0].0 < *at && *at <= step[1].0);
                assert_eq!(restarted, step[1].1[0] < step[0].1[0], "at {}", step[1].0);
            }
            hidden +=
                told["restarts"].as_array().unwrap().iter().filter(|restart| restart["in_scrape_gap"] == true).count();
        }
        assert_eq!(hidden, 1);
    }
}

#[test]
fn scrapes_are_missing_in_the_gaps_and_nowhere_else() {
    let made = generate(3).unwrap();
    for (code, told) in made.truth["services"].as_array().unwrap().iter().enumerate() {
        let gaps: Vec<Interval> = told["scrape_gaps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gap| Interval {
                start_ns: gap["start_ns"].as_i64().unwrap(),
                end_ns: gap["end_ns"].as_i64().unwrap(),
            })
            .collect();
        assert_eq!(gaps.len(), 3);
        let times: Vec<i64> = samples(&made, code as u32).iter().map(|s| s.0).collect();
        let due = (0..DURATION_MS / SCRAPE_MS)
            .map(|scrape| instant_ns(scrape * SCRAPE_MS + SERVICES[code].2))
            .filter(|at| !gaps.iter().any(|gap| gap.contains(*at)));
        assert_eq!(times, due.collect::<Vec<i64>>());
        assert!(times.len() < 40_320);
    }
}

#[test]
fn rates_follow_the_season_and_the_incidents() {
    let made = generate(3).unwrap();
    let told = &made.truth["services"][0];
    let samples = samples(&made, 0);
    // mean rate of the steps without a fall by hour of the day, highest in the evening
    let mut by_hour = [(0_i64, 0_i64); 24];
    for step in samples.windows(2) {
        if step[1].1[0] >= step[0].1[0] {
            let hour = (step[0].0 / 3_600_000_000_000 % 24) as usize;
            by_hour[hour].0 += step[1].1[0] - step[0].1[0];
            by_hour[hour].1 += step[1].0 - step[0].0;
        }
    }
    let rate = |hour: usize| by_hour[hour].0 as f64 / by_hour[hour].1 as f64;
    assert!((rate(20) / rate(8) - 1.55 / 0.45).abs() < 0.1);
    for incident in told["incidents"].as_array().unwrap() {
        let (start, end) = (incident["start_ns"].as_i64().unwrap(), incident["end_ns"].as_i64().unwrap());
        let inside: Vec<_> = samples.iter().filter(|sample| start <= sample.0 && sample.0 < end).collect();
        let (first, last) = (inside.first().unwrap().1, inside.last().unwrap().1);
        let (requests, errors) = ((last[0] - first[0]) as f64, (last[1] - first[1]) as f64);
        let ratio = incident["error_ratio"].as_f64().unwrap();
        // five standard deviations of a binomial share
        let error = 5.0 * (ratio * (1.0 - ratio) / requests).sqrt() + 1e-9;
        assert!((errors / requests - ratio).abs() <= error, "{incident}");
    }
}
