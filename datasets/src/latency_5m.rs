//! Scenario `latency-5m`: ten hours of requests to eight services, for benchmarks on millions of rows.
//!
//! Arrivals are uniform, latency is lognormal for every service. One outage of 90 s and a known share of errors are
//! planted, so that a benchmark's result can be checked and not only its time.

use rand::RngExt;
use rand_distr::{Distribution, LogNormal};
use serde_json::{Value, json};

use crate::clock::SECOND_NS;
use crate::layout::{START_UNIX_S, rng};
use crate::season::{pick, sorted_uniforms};
use crate::shop_month::to_micros;
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "latency-5m",
    about: "10 hours of requests to eight services, as many rows as asked for: the file of the benchmarks",
    default_rows: 5_000_000,
    least_rows: 1,
    most_rows: 100_000_000,
};

const DURATION_S: i64 = 36_000;
/// Name, share of the requests, median in seconds, sigma of the logarithm.
pub(crate) const SERVICES: [(&str, f64, f64, f64); 8] = [
    ("checkout", 0.20, 0.060, 0.46),
    ("search", 0.25, 0.020, 0.60),
    ("cart", 0.15, 0.025, 0.40),
    ("payment", 0.05, 0.180, 0.50),
    ("login", 0.05, 0.040, 0.35),
    ("catalog", 0.20, 0.008, 0.70),
    ("reviews", 0.07, 0.015, 0.55),
    ("shipping", 0.03, 0.110, 0.80),
];
pub(crate) const NOT_FOUND: f64 = 0.01;
pub(crate) const ERRORS: f64 = 0.001;
/// The outage of the first service.
const OUTAGE_S: i64 = 90;

pub(crate) fn generate(seed: u64, rows: usize) -> Result<Generated, GenerateError> {
    let start_s = START_UNIX_S + rng(seed, 0).random_range(3600..DURATION_S - 3600);
    let outage = Interval { start_ns: start_s * SECOND_NS, end_ns: (start_s + OUTAGE_S) * SECOND_NS };
    let shares = SERVICES.map(|service| service.1);
    let latencies = SERVICES
        .iter()
        .map(|(_, _, median_s, sigma)| LogNormal::new(median_s.ln(), *sigma))
        .collect::<Result<Vec<_>, _>>()?;
    let time: Vec<i64> = sorted_uniforms(&mut rng(seed, 1), rows)
        .into_iter()
        .map(|uniform| {
            let offset_us = (uniform * DURATION_S as f64 * 1e6) as i64;
            (START_UNIX_S * 1_000_000 + offset_us) * 1000
        })
        .collect();
    let mut rng = rng(seed, 2);
    let (mut codes, mut status, mut latency_s) =
        (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut rows_by_service = [0_usize; SERVICES.len()];
    let mut errors_by_service = [0_usize; SERVICES.len()];
    for &time_ns in &time {
        let service = pick(&mut rng, &shares);
        let seconds = latencies[service].sample(&mut rng);
        let chance: f64 = rng.random();
        let code = if service == 0 && outage.contains(time_ns) {
            503
        } else if chance < ERRORS {
            500
        } else if chance < ERRORS + NOT_FOUND {
            404
        } else {
            200
        };
        rows_by_service[service] += 1;
        errors_by_service[service] += usize::from(code >= 500);
        codes.push(service as u32);
        status.push(code);
        latency_s.push(to_micros(seconds));
    }
    let services: Vec<Value> = SERVICES
        .iter()
        .zip(rows_by_service)
        .zip(errors_by_service)
        .map(|(((name, share, median_s, sigma), rows), errors)| {
            json!({
                "service": name, "share": share, "median_s": median_s, "sigma": sigma,
                "rows": rows, "errors": errors,
            })
        })
        .collect();
    let dictionary = SERVICES.iter().map(|service| service.0.to_owned()).collect();
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            NamedColumn { name: "time", values: Column::TimeNs(time) },
            NamedColumn { name: "service", values: Column::Text { codes, dictionary } },
            NamedColumn { name: "status", values: Column::I64(status) },
            NamedColumn { name: "latency_s", values: Column::F64(latency_s) },
        ],
        truth: json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "duration_s": DURATION_S,
            "incidents": [outage.to_json_with(json!({ "service": SERVICES[0].0, "status": 503 }))],
            "error_ratio": ERRORS,
            "not_found_ratio": NOT_FOUND,
            "services": services,
        }),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_counts_are_those_told() {
        let made = generate(4, 200_000).unwrap();
        let (
            Some(Column::TimeNs(time)),
            Some(Column::Text { codes, dictionary }),
            Some(Column::I64(status)),
            Some(Column::F64(latency_s)),
        ) = (made.column("time"), made.column("service"), made.column("status"), made.column("latency_s"))
        else {
            panic!("a column is missing");
        };
        assert!(time.is_sorted());
        assert_eq!(dictionary.len(), 8);
        let (start, end) = (START_UNIX_S, START_UNIX_S + DURATION_S);
        assert!(time.iter().all(|t| (start..end).contains(&(t / SECOND_NS))));
        for (code, told) in made.truth["services"].as_array().unwrap().iter().enumerate() {
            let of_service = || (0..made.rows()).filter(|row| codes[*row] as usize == code);
            assert_eq!(told["rows"].as_u64(), Some(of_service().count() as u64));
            let errors = of_service().filter(|row| status[*row] >= 500).count();
            assert_eq!(told["errors"].as_u64(), Some(errors as u64));
            let mut sorted: Vec<f64> = of_service().map(|row| latency_s[row]).collect();
            sorted.sort_by(f64::total_cmp);
            // the median's standard error is sigma * sqrt(pi / 2n) in the logarithm; five of them are allowed
            let (median_s, sigma) = (told["median_s"].as_f64().unwrap(), told["sigma"].as_f64().unwrap());
            let error = 5.0 * sigma * (1.571 / sorted.len() as f64).sqrt();
            let off = (sorted[sorted.len() / 2] / median_s).ln().abs();
            assert!(off < error, "{told}: {off} > {error}");
        }
    }

    #[test]
    fn checkout_fails_whole_in_its_outage_and_only_there() {
        let made = generate(4, 200_000).unwrap();
        let (Some(Column::TimeNs(time)), Some(Column::Text { codes, .. }), Some(Column::I64(status))) =
            (made.column("time"), made.column("service"), made.column("status"))
        else {
            panic!("a column is missing");
        };
        let told = &made.truth["incidents"][0];
        let outage =
            Interval { start_ns: told["start_ns"].as_i64().unwrap(), end_ns: told["end_ns"].as_i64().unwrap() };
        let mut inside = 0;
        for row in 0..made.rows() {
            let bad = codes[row] == 0 && outage.contains(time[row]);
            assert_eq!(bad, status[row] == 503, "row {row}");
            inside += usize::from(bad);
        }
        // 500 requests in 90 s, a fifth of them checkout's: 100 expected, standard deviation 10
        assert!((50..150).contains(&inside), "{inside}");
    }
}
