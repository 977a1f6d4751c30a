//! Every planted fact found again in the columns alone.
#![allow(clippy::unwrap_used)]

use super::*;

struct Row<'a> {
    time_ns: i64,
    service: &'a str,
    instance: &'a str,
    retry: bool,
    status: i64,
    latency_s: f64,
}

fn rows(made: &Generated) -> Vec<Row<'_>> {
    let word = |name: &str, row: usize| match made.column(name) {
        Some(Column::Text { codes, dictionary }) => dictionary[codes[row] as usize].as_str(),
        _ => panic!("{name}"),
    };
    let (Some(Column::TimeNs(time)), Some(Column::I64(status)), Some(Column::F64(latency_s)), Some(Column::Bool(ok))) =
        (made.column("time"), made.column("status"), made.column("latency_s"), made.column("ok"))
    else {
        panic!("a column is missing");
    };
    (0..made.rows())
        .map(|row| {
            assert_eq!(ok[row], status[row] < 500);
            Row {
                time_ns: time[row],
                service: word("service", row),
                instance: word("instance", row),
                retry: word("attempt", row) == "retry",
                status: status[row],
                latency_s: latency_s[row],
            }
        })
        .collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn time_of(truth: &Value, what: &str) -> i64 {
    truth[what]["start_ns"].as_i64().unwrap()
}

/// Hours since the month's start.
fn hours(time_ns: i64) -> i64 {
    (time_ns / SECOND_NS - START_UNIX_S) / HOUR_S
}

#[test]
fn the_ten_facts_are_in_the_data() {
    for seed in 1..=6 {
        let made = generate(seed, 40_000).unwrap();
        let (rows, truth) = (rows(&made), &made.truth);
        let facts = &truth["facts"];
        assert_eq!(facts.as_object().unwrap().len(), 10);
        assert!(rows.windows(2).all(|pair| pair[0].time_ns <= pair[1].time_ns));

        let mut by_hour = [0; 24];
        rows.iter().filter(|r| !r.retry).for_each(|r| by_hour[(hours(r.time_ns) % 24) as usize] += 1);
        let peak = (0..24).max_by_key(|h| by_hour[*h as usize]).unwrap();
        assert!([18, 19, 20, 21].contains(&peak), "{seed}: {peak}");

        // the longest run of failed searches
        let mut longest = 0;
        let mut began = None;
        for row in rows.iter().filter(|r| r.service == "search") {
            began = if row.status == 503 { Some(began.unwrap_or(row.time_ns)) } else { None };
            longest = longest.max(began.map_or(0, |b| row.time_ns - b));
        }
        let minutes = facts["outage_minutes"].as_f64().unwrap();
        assert!((42.0..=54.0).contains(&minutes));
        assert!((longest as f64 / 60e9 - minutes).abs() < 15.0, "{seed}: {longest} {minutes}");

        let deploys = truth["deploys"].as_array().unwrap();
        let guilty = deploys.iter().find(|d| d["time"] == facts["regression_deploy"]).unwrap();
        assert_eq!((deploys.len(), &guilty["service"]), (9, &json!("checkout")));
        let onset = guilty["time_ns"].as_i64().unwrap();
        let of = |after: bool| {
            let kept =
                rows.iter().filter(|r| r.service == "checkout" && r.status == 200 && (r.time_ns >= onset) == after);
            median(kept.map(|r| r.latency_s).collect())
        };
        assert!((of(true) / of(false) / REGRESSION - 1.0).abs() < 0.03);

        let start = time_of(truth, "storm");
        let in_storm = |r: &&Row| {
            truth["storm"]["start_ns"].as_i64().unwrap() <= r.time_ns
                && r.time_ns < truth["storm"]["end_ns"].as_i64().unwrap() + 14 * SECOND_NS
        };
        assert!(rows.iter().filter(|r| r.retry).all(|r| in_storm(&r) && r.service == "payment"));
        let first_retry = rows.iter().find(|r| r.retry).unwrap().time_ns;
        assert!((0..15 * 60 * SECOND_NS).contains(&(first_retry - start)));
        let stormy: Vec<&Row> = rows.iter().filter(|r| r.service == "payment").filter(in_storm).collect();
        let firsts = stormy.iter().filter(|r| !r.retry).count() as f64;
        assert!((stormy.len() as f64 / firsts - 4.0).abs() < 0.25, "{seed}: {} {firsts}", stormy.len());

        let noisy = facts["noisy_instance"].as_str().unwrap();
        let (hour, nights) = (facts["noisy_hour"].as_i64().unwrap(), truth["noise"]["nights"].as_i64().unwrap());
        let by_night = |name: &str, from: i64, to: i64| {
            let kept = rows.iter().filter(|r| r.instance == name && (from..to).contains(&(hours(r.time_ns) / 24)));
            let kept = kept.filter(|r| (hour..hour + 2).contains(&(hours(r.time_ns) % 24)) && r.status == 200);
            median(kept.map(|r| r.latency_s).collect())
        };
        for name in ["search-1", "search-2", "search-3"] {
            let expected = if name == noisy { NOISE.0 } else { 1.0 };
            assert!((by_night(name, 0, nights) / 0.020 / expected - 1.0).abs() < 0.15, "{seed}: {name}");
            assert!((by_night(name, nights, 30) / 0.020 - 1.0).abs() < 0.3, "{seed}: {name}");
        }
        assert_eq!(facts["noisy_last_night"], json!(format!("2026-06-{nights:02}")));

        let gap = (time_of(truth, "gap"), truth["gap"]["end_ns"].as_i64().unwrap());
        assert!(rows.iter().all(|r| r.time_ns < gap.0 || r.time_ns >= gap.1));
        let widest = rows.windows(2).max_by_key(|pair| pair[1].time_ns - pair[0].time_ns).unwrap();
        assert!((gap.0 - widest[0].time_ns) / SECOND_NS < 1800 && widest[1].time_ns >= gap.1);
        assert!((38_000..41_000).contains(&rows.len()), "{}", rows.len());
    }
}

#[test]
fn failures_are_where_they_were_planted() {
    let made = generate(2, 40_000).unwrap();
    let outages = made.truth["outages"].as_array().unwrap();
    assert_eq!(outages.len(), SHORT_OUTAGES + 1);
    let ends = |o: &Value| (o["start_ns"].as_i64().unwrap(), o["end_ns"].as_i64().unwrap());
    let storm = ends(&made.truth["storm"]);
    let mut background = 0;
    for row in rows(&made) {
        let out = outages.iter().any(|o| o["service"] == row.service && (ends(o).0..ends(o).1).contains(&row.time_ns));
        assert_eq!(out, row.status == 503);
        let stormy = row.service == "payment" && (storm.0..storm.1).contains(&row.time_ns);
        assert!(row.status != 504 || stormy);
        background += i32::from(row.status == 500);
    }
    // 20 expected, standard deviation 4.5
    assert!((2..45).contains(&background), "{background}");
}
