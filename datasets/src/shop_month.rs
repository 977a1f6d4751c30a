//! Scenario `shop-month`: thirty days of single requests to a shop of four services, with everything planted told.
//!
//! Visitors follow a daily and a weekly season ([`relative_rate`]). Latency is lognormal (checkout, cart) or a mixture
//! of two lognormals (search with its cache, payment with its second factor) and rises a little with the load.
//! Checkout has six outages of 20 to 90 s and one of 12 minutes; the other services have nine short ones. A deploy of
//! checkout in the third week starts a slow regression: its latency grows linearly until the end.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use serde_json::{Value, json};

use crate::clock::{SECOND_NS, rfc3339};
use crate::layout::{DAY_S, START_UNIX_S, distinct, rng};
use crate::season::{pick, relative_rate, seasonal_times};
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "shop-month",
    about: "30 days of requests to four services: seasons, deploys, 16 outages at known times and a slow regression of checkout",
    default_rows: 200_000,
    least_rows: 1,
    most_rows: 50_000_000,
};

const DURATION_S: i64 = 30 * DAY_S;
const SERVICES: [&str; 4] = ["checkout", "search", "cart", "payment"];
const SHARES: [f64; 4] = [0.35, 0.35, 0.2, 0.1];
/// Parts of a service's latency: share, median in seconds, sigma of the logarithm.
const LATENCY: [&[(f64, f64, f64)]; 4] = [
    &[(1.0, 0.060, 0.46)],
    &[(0.8, 0.012, 0.30), (0.2, 0.090, 0.35)],
    &[(1.0, 0.025, 0.40)],
    &[(0.85, 0.120, 0.30), (0.15, 0.600, 0.25)],
];
/// Latency is multiplied by 1 + this × (relative rate − 1).
const LOAD_EFFECT: f64 = 0.1;
/// Requests that fail with 500 at any time, outages apart.
const BACKGROUND_ERRORS: f64 = 1e-4;
/// Service and seconds of the outages; those of `None` last 20 to 90 s.
const OUTAGES: [(usize, Option<i64>); 16] = [
    (0, Some(720)),
    (0, None),
    (0, None),
    (0, None),
    (0, None),
    (0, None),
    (0, None),
    (1, None),
    (1, None),
    (1, None),
    (2, None),
    (2, None),
    (3, None),
    (3, None),
    (3, None),
    (3, None),
];
/// Outages lie in different slots of six hours and keep an hour from both ends of theirs.
const SLOT_S: i64 = 6 * 3600;
/// How long and by which factor a deployed service is slower while its caches warm up.
const WARM_UP: (i64, f64) = (180, 1.6);
const REGRESSED: usize = 0;
const REGRESSION_PER_DAY: f64 = 0.025;

struct Outage {
    service: usize,
    interval: Interval,
    /// 503 is refused within milliseconds, 504 after the proxy's two seconds.
    status: i64,
}

struct Deploy {
    service: usize,
    at_ns: i64,
}

/// Everything planted.
struct Plan {
    outages: Vec<Outage>,
    deploys: Vec<Deploy>,
    regression_onset_ns: i64,
}

impl Plan {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut kinds = OUTAGES;
        for place in (1..kinds.len()).rev() {
            kinds.swap(place, rng.random_range(0..=place as u64) as usize);
        }
        let slots = distinct(rng, kinds.len(), DURATION_S / SLOT_S);
        let outages = slots
            .into_iter()
            .zip(kinds)
            .map(|(slot, (service, seconds))| {
                let seconds = seconds.unwrap_or_else(|| rng.random_range(20..=90));
                let start_s = START_UNIX_S + slot * SLOT_S + rng.random_range(3600..SLOT_S - 3600);
                Outage {
                    service,
                    interval: Interval { start_ns: start_s * SECOND_NS, end_ns: (start_s + seconds) * SECOND_NS },
                    status: if rng.random() { 503 } else { 504 },
                }
            })
            .collect();
        // deploys happen on working days between 09:00 and 16:00; day 0 is a Monday
        let regression_day = rng.random_range(16..=18);
        let weekdays: Vec<i64> = (0..30).filter(|day| day % 7 < 5 && *day != regression_day).collect();
        let mut office_time =
            |day: i64| (START_UNIX_S + day * DAY_S + rng.random_range(9 * 3600..16 * 3600)) * SECOND_NS;
        let regression_onset_ns = office_time(regression_day);
        let days: Vec<i64> =
            distinct(rng, 7, weekdays.len() as i64).into_iter().map(|place| weekdays[place as usize]).collect();
        let mut deploys: Vec<Deploy> = days
            .into_iter()
            .map(|day| Deploy {
                service: rng.random_range(0..4_u32) as usize,
                at_ns: (START_UNIX_S + day * DAY_S + rng.random_range(9 * 3600..16 * 3600)) * SECOND_NS,
            })
            .collect();
        deploys.push(Deploy { service: REGRESSED, at_ns: regression_onset_ns });
        deploys.sort_by_key(|deploy| deploy.at_ns);
        Self { outages, deploys, regression_onset_ns }
    }

    fn outage(&self, service: usize, time_ns: i64) -> Option<&Outage> {
        self.outages.iter().find(|outage| outage.service == service && outage.interval.contains(time_ns))
    }

    /// What the planted effects multiply a service's latency by.
    fn factor(&self, service: usize, time_ns: i64) -> f64 {
        let mut factor = 1.0 + LOAD_EFFECT * (relative_rate(time_ns / SECOND_NS) - 1.0);
        if self
            .deploys
            .iter()
            .any(|deploy| deploy.service == service && (0..WARM_UP.0 * SECOND_NS).contains(&(time_ns - deploy.at_ns)))
        {
            factor *= WARM_UP.1;
        }
        if service == REGRESSED {
            factor *= self.regression_factor(time_ns);
        }
        factor
    }

    fn regression_factor(&self, time_ns: i64) -> f64 {
        let since_ns = (time_ns - self.regression_onset_ns).max(0);
        1.0 + REGRESSION_PER_DAY * since_ns as f64 / (DAY_S * SECOND_NS) as f64
    }

    fn truth(&self, seed: u64, rows_in_outage: &[usize], rows_by_service: [usize; 4]) -> Value {
        let end_ns = (START_UNIX_S + DURATION_S) * SECOND_NS;
        let incidents: Vec<Value> = self
            .outages
            .iter()
            .zip(rows_in_outage)
            .map(|(outage, rows)| {
                let interval = outage.interval;
                interval.to_json_with(json!({
                    "service": SERVICES[outage.service],
                    "seconds": (interval.end_ns - interval.start_ns) / SECOND_NS,
                    "status": outage.status,
                    "kind": if outage.status == 503 { "refused" } else { "timeout" },
                    "rows": rows,
                }))
            })
            .collect();
        let deploys: Vec<Value> = self
            .deploys
            .iter()
            .map(|deploy| {
                json!({
                    "service": SERVICES[deploy.service],
                    "time": rfc3339(deploy.at_ns, 0),
                    "time_ns": deploy.at_ns,
                    "warm_up_s": WARM_UP.0,
                    "warm_up_factor": WARM_UP.1,
                })
            })
            .collect();
        let services: Vec<Value> = SERVICES
            .iter()
            .zip(SHARES)
            .zip(LATENCY)
            .zip(rows_by_service)
            .map(|(((name, share), parts), rows)| {
                let parts: Vec<Value> = parts
                    .iter()
                    .map(|(share, median_s, sigma)| json!({ "share": share, "median_s": median_s, "sigma": sigma }))
                    .collect();
                json!({ "service": name, "share": share, "rows": rows, "latency": parts })
            })
            .collect();
        json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "start": rfc3339(START_UNIX_S * SECOND_NS, 0),
            "end": rfc3339(end_ns, 0),
            "incidents": incidents,
            "deploys": deploys,
            "regression": {
                "service": SERVICES[REGRESSED],
                "onset": rfc3339(self.regression_onset_ns, 0),
                "onset_ns": self.regression_onset_ns,
                "growth_per_day": REGRESSION_PER_DAY,
                "factor_at_end": self.regression_factor(end_ns),
            },
            "background_error_ratio": BACKGROUND_ERRORS,
            "season": {
                "day_amplitude": 0.55, "day_peak": "20:00Z",
                "week_amplitude": 0.2, "week_peak": "Saturday 18:00Z",
                "latency_load_effect": LOAD_EFFECT,
            },
            "services": services,
        })
    }
}

/// Rounds to whole microseconds.
pub(crate) fn to_micros(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// Draws from a service's latency parts, in seconds.
struct Latency {
    shares: Vec<f64>,
    parts: Vec<LogNormal<f64>>,
}

impl Latency {
    fn new(parts: &[(f64, f64, f64)]) -> Result<Self, GenerateError> {
        let shares = parts.iter().map(|part| part.0).collect();
        let parts =
            parts.iter().map(|(_, median_s, sigma)| LogNormal::new(median_s.ln(), *sigma)).collect::<Result<_, _>>()?;
        Ok(Self { shares, parts })
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> f64 {
        self.parts[pick(rng, &self.shares)].sample(rng)
    }
}

pub(crate) fn generate(seed: u64, rows: usize) -> Result<Generated, GenerateError> {
    let plan = Plan::draw(&mut rng(seed, 0));
    let time = seasonal_times(&mut rng(seed, 1), START_UNIX_S, DURATION_S, rows);
    let latencies = LATENCY.iter().map(|parts| Latency::new(parts)).collect::<Result<Vec<_>, _>>()?;
    let mut rng = rng(seed, 2);
    let (mut codes, mut status, mut latency_s) =
        (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut rows_in_outage = vec![0; plan.outages.len()];
    let mut rows_by_service = [0; 4];
    for &time_ns in &time {
        let service = pick(&mut rng, &SHARES);
        rows_by_service[service] += 1;
        let usual_s = latencies[service].draw(&mut rng) * plan.factor(service, time_ns);
        let background_error = rng.random_bool(BACKGROUND_ERRORS);
        let (code, seconds) = match plan.outage(service, time_ns) {
            // refused at once: a few milliseconds, whatever the service would have taken
            Some(outage) if outage.status == 503 => (503, 0.002 + 0.01 * usual_s),
            Some(outage) => (outage.status, 2.0 + 0.01 * usual_s),
            None if background_error => (500, usual_s),
            None => (200, usual_s),
        };
        for (count, outage) in rows_in_outage.iter_mut().zip(&plan.outages) {
            *count += usize::from(outage.service == service && outage.interval.contains(time_ns));
        }
        codes.push(service as u32);
        status.push(code);
        latency_s.push(to_micros(seconds));
    }
    let ok = status.iter().map(|code| *code < 500).collect();
    let truth = plan.truth(seed, &rows_in_outage, rows_by_service);
    let dictionary = SERVICES.map(str::to_owned).to_vec();
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            NamedColumn { name: "time", values: Column::TimeNs(time) },
            NamedColumn { name: "service", values: Column::Text { codes, dictionary } },
            NamedColumn { name: "status", values: Column::I64(status) },
            NamedColumn { name: "latency_s", values: Column::F64(latency_s) },
            NamedColumn { name: "ok", values: Column::Bool(ok) },
        ],
        truth,
    })
}

#[cfg(test)]
#[path = "shop_month_tests.rs"]
mod tests;
