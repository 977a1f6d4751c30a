//! Requests written as they are drawn, for files larger than memory.
//!
//! [`generate`](crate::generate) makes columns in memory; three hundred million rows (20 GB of text) are written by [`write_latencies`].

use std::io::{self, Write};

use rand::{Rng, RngExt};
use rand_distr::{Distribution, LogNormal};
use serde_json::{Value, json};

use crate::clock::push_rfc3339;
use crate::latency_5m::{ERRORS, NOT_FOUND, SERVICES};
use crate::layout::{START_UNIX_S, rng};
use crate::season::pick;

/// How many rows there are a second on average.
const ROWS_A_SECOND: u64 = 116;

/// Writes `rows` requests to the services of the scenario `latency-5m` as CSV, in the order of their times, and gives what is true of
/// them: the rows, errors and summed latency of every service.
///
/// The columns are `time` (RFC 3339, microseconds), `request` (16 hexadecimal digits), `service`, `status` and `latency_s`; about 67 bytes a
/// row, 116 rows a second: 3·10⁸ rows are 20 GB and cover 30 days. Memory does not grow with the rows.
///
/// # Errors
/// What the writer reports.
///
/// ```
/// let mut csv = Vec::new();
/// let truth = sre_stats_datasets::write_latencies(1, 1000, &mut csv)?;
/// assert_eq!(csv.iter().filter(|b| **b == b'\n').count(), 1001);
/// assert_eq!(truth["rows"], 1000);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_latencies(seed: u64, rows: u64, out: &mut dyn Write) -> io::Result<Value> {
    let mut rng = rng(seed, 3);
    let shares = SERVICES.map(|service| service.1);
    let latencies = SERVICES.map(|(_, _, median_s, sigma)| LogNormal::new(median_s.ln(), sigma));
    let mut told = [(0_u64, 0_u64, 0_u64); SERVICES.len()];
    let mut text = Vec::with_capacity(1 << 20);
    text.extend_from_slice(b"time,request,service,status,latency_s\n");
    // steps of the clock are uniform, so that no draw is kept
    let most_us = 2_000_000 / ROWS_A_SECOND;
    let mut time_us = START_UNIX_S * 1_000_000;
    for _ in 0..rows {
        time_us += rng.random_range(0..=most_us) as i64;
        let service = pick(&mut rng, &shares);
        let latency = latencies[service].map_err(io::Error::other)?.sample(&mut rng);
        let micros = (latency * 1e6).round() as u64;
        let chance: f64 = rng.random();
        let status = if chance < ERRORS {
            "500"
        } else if chance < ERRORS + NOT_FOUND {
            "404"
        } else {
            "200"
        };
        push_rfc3339(&mut text, time_us * 1000, 6);
        writeln!(
            text,
            ",{:016x},{},{status},{}.{:06}",
            rng.next_u64(),
            SERVICES[service].0,
            micros / 1_000_000,
            micros % 1_000_000
        )?;
        let (count, errors, sum_us) = &mut told[service];
        *count += 1;
        *errors += u64::from(status == "500");
        *sum_us += micros;
        if text.len() > (1 << 20) - 256 {
            out.write_all(&text)?;
            text.clear();
        }
    }
    out.write_all(&text)?;
    out.flush()?;
    let services: Vec<Value> = SERVICES
        .iter()
        .zip(told)
        .map(|(service, (rows, errors, sum_us))| {
            json!({"service": service.0, "rows": rows, "errors": errors, "sum_us": sum_us})
        })
        .collect();
    Ok(json!({"seed": seed, "rows": rows, "services": services}))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_is_written() {
        let mut csv = Vec::new();
        let truth = write_latencies(5, 20_000, &mut csv).unwrap();
        let mut again = Vec::new();
        write_latencies(5, 20_000, &mut again).unwrap();
        assert_eq!(csv, again);
        let text = String::from_utf8(csv).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert!(rows.is_sorted_by(|a, b| a[0] <= b[0]));
        for told in truth["services"].as_array().unwrap() {
            let own = || rows.iter().filter(|row| row[2] == told["service"]);
            assert_eq!(told["rows"], own().count() as u64);
            assert_eq!(told["errors"], own().filter(|row| row[3] == "500").count() as u64);
            let sum_us: u64 = own().map(|row| row[4].replace('.', "").parse::<u64>().unwrap()).sum();
            assert_eq!(told["sum_us"], sum_us);
        }
    }
}
