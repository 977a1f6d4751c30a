//! Scenario `shop-capstone`: a month of a shop with ten facts to find, each told in the truth.
//!
//! Visitors follow the season of [`relative_rate`](crate::relative_rate). Three services run on three instances each. One of nine deploys
//! makes checkout slower from then on; on the host of one instance of search a nightly batch takes the processor for two hours, until it is
//! moved away; one evening payment fails and its clients try again and again; search has one long outage and every service some short ones;
//! for some hours of one day the collector was down and nothing is known.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use serde_json::{Value, json};

use crate::clock::{SECOND_NS, rfc3339};
use crate::layout::{DAY_S, START_UNIX_S, distinct, rng};
use crate::season::{pick, seasonal_times};
use crate::shop_month::to_micros;
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "shop-capstone",
    about: "30 days of requests to three services on three instances each, with ten facts to find: a regression from a deploy, \
            a noisy neighbour by night, a retry storm, an outage, a gap of the collector and the daily season",
    default_rows: 40_000,
    least_rows: 1,
    most_rows: 10_000_000,
};

const DURATION_S: i64 = 30 * DAY_S;
const HOUR_S: i64 = 3600;
const INSTANCES: usize = 3;
const SERVICES: [&str; 3] = ["checkout", "search", "payment"];
const SHARES: [f64; 3] = [0.4, 0.35, 0.25];
/// Median in seconds and sigma of the logarithm.
const LATENCY: [(f64, f64); 3] = [(0.080, 0.4), (0.020, 0.35), (0.150, 0.3)];
const CHECKOUT: usize = 0;
const SEARCH: usize = 1;
const PAYMENT: usize = 2;
const BACKGROUND_ERRORS: f64 = 5e-4;
/// What the regression multiplies checkout's latency by.
const REGRESSION: f64 = 1.4;
/// What the nightly batch multiplies its neighbour's latency by, and for how long.
const NOISE: (f64, i64) = (2.5, 2 * HOUR_S);
/// How long the storm lasts and which share of the attempts fails in it.
const STORM: (i64, f64) = (90 * 60, 0.7);
/// Seconds after the first attempt at which clients try again in the storm, whether the one before failed or is only late.
const RETRIES_S: [i64; 3] = [2, 6, 14];
const SHORT_OUTAGES: usize = 6;

struct Outage {
    service: usize,
    interval: Interval,
}

/// Everything planted.
struct Plan {
    deploys: Vec<(usize, i64)>,
    regression_ns: i64,
    noisy_instance: usize,
    noisy_hour: i64,
    noisy_nights: i64,
    storm: Interval,
    outages: Vec<Outage>,
    gap: Interval,
}

/// So many seconds after the month's start as nanoseconds since the epoch.
fn at(offset_s: i64) -> i64 {
    (START_UNIX_S + offset_s) * SECOND_NS
}

fn stretch(offset_s: i64, length_s: i64) -> Interval {
    Interval { start_ns: at(offset_s), end_ns: at(offset_s + length_s) }
}

impl Plan {
    /// The large effects lie in days of their own: the outage in the first week, the regression in the second, the storm in the third, the
    /// end of the noise after it, the gap in the last.
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        // day 0 is a Monday; deploys happen on working days between 09:00 and 16:00
        let regression_ns = at(rng.random_range(8..=11_i64) * DAY_S + rng.random_range(9 * HOUR_S..16 * HOUR_S));
        let regression_day = (regression_ns / SECOND_NS - START_UNIX_S) / DAY_S;
        let weekdays: Vec<i64> = (0..30).filter(|day| day % 7 < 5 && *day != regression_day).collect();
        let mut deploys: Vec<(usize, i64)> = distinct(rng, 8, weekdays.len() as i64)
            .into_iter()
            .map(|place| {
                let service = rng.random_range(0..3_u32) as usize;
                (service, at(weekdays[place as usize] * DAY_S + rng.random_range(9 * HOUR_S..16 * HOUR_S)))
            })
            .collect();
        deploys.push((CHECKOUT, regression_ns));
        deploys.sort_by_key(|deploy| deploy.1);
        let long = stretch(
            rng.random_range(3..=6_i64) * DAY_S + rng.random_range(13 * HOUR_S..20 * HOUR_S),
            60 * rng.random_range(42..=54_i64),
        );
        let storm =
            stretch(rng.random_range(15..=17_i64) * DAY_S + 18 * HOUR_S + 60 * rng.random_range(0..90_i64), STORM.0);
        let gap = stretch(
            rng.random_range(24..=27_i64) * DAY_S + rng.random_range(9 * HOUR_S..15 * HOUR_S),
            60 * rng.random_range(130..=200_i64),
        );
        let mut outages = vec![Outage { service: SEARCH, interval: long }];
        // days without a large effect
        let quiet = [1, 2, 7, 13, 14, 18, 22, 28];
        for place in distinct(rng, SHORT_OUTAGES, quiet.len() as i64) {
            let service = rng.random_range(0..3_u32) as usize;
            let start = quiet[place as usize] * DAY_S + rng.random_range(HOUR_S..23 * HOUR_S);
            outages.push(Outage { service, interval: stretch(start, rng.random_range(60..=300)) });
        }
        outages.sort_by_key(|outage| outage.interval.start_ns);
        Self {
            deploys,
            regression_ns,
            noisy_instance: rng.random_range(0..INSTANCES as u32) as usize,
            noisy_hour: rng.random_range(1..=4),
            noisy_nights: rng.random_range(19..=22),
            storm,
            outages,
            gap,
        }
    }

    fn factor(&self, service: usize, instance: usize, time_ns: i64) -> f64 {
        let offset_s = time_ns / SECOND_NS - START_UNIX_S;
        let (day, second) = (offset_s / DAY_S, offset_s % DAY_S);
        let noisy = day < self.noisy_nights && (0..NOISE.1).contains(&(second - self.noisy_hour * HOUR_S));
        if service == CHECKOUT && time_ns >= self.regression_ns {
            REGRESSION
        } else if service == SEARCH && instance == self.noisy_instance && noisy {
            NOISE.0
        } else {
            1.0
        }
    }

    fn is_out(&self, service: usize, time_ns: i64) -> bool {
        self.outages.iter().any(|outage| outage.service == service && outage.interval.contains(time_ns))
    }

    fn truth(&self, seed: u64) -> Value {
        let seconds = |interval: Interval| (interval.end_ns - interval.start_ns) / SECOND_NS;
        let longest = self.outages.iter().map(|outage| seconds(outage.interval)).max().unwrap_or_default();
        let outages: Vec<Value> = self
            .outages
            .iter()
            .map(|outage| {
                let fields = json!({ "service": SERVICES[outage.service], "seconds": seconds(outage.interval) });
                outage.interval.to_json_with(fields)
            })
            .collect();
        let deploys: Vec<Value> = self
            .deploys
            .iter()
            .map(|(service, time_ns)| json!({ "service": SERVICES[*service], "time": rfc3339(*time_ns, 0), "time_ns": time_ns }))
            .collect();
        json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "start": rfc3339(at(0), 0),
            "end": rfc3339(at(DURATION_S), 0),
            "facts": {
                "peak_hour": 20,
                "outage_minutes": longest as f64 / 60.0,
                "regression_deploy": rfc3339(self.regression_ns, 0),
                "regression_factor": REGRESSION,
                "storm_start": rfc3339(self.storm.start_ns, 0),
                "attempts_per_request": 1 + RETRIES_S.len(),
                "noisy_instance": instance_name(SEARCH, self.noisy_instance),
                "noisy_hour": self.noisy_hour,
                "noisy_last_night": rfc3339(at((self.noisy_nights - 1) * DAY_S), 0).split('T').next(),
                "gap_start": rfc3339(self.gap.start_ns, 0),
            },
            "deploys": deploys,
            "outages": outages,
            "storm": self.storm.to_json_with(json!({ "service": SERVICES[PAYMENT], "failing": STORM.1, "retries_s": RETRIES_S })),
            "noise": { "factor": NOISE.0, "seconds": NOISE.1, "nights": self.noisy_nights },
            "gap": self.gap.to_json(),
            "background_error_ratio": BACKGROUND_ERRORS,
        })
    }
}

fn instance_name(service: usize, instance: usize) -> String {
    format!("{}-{}", SERVICES[service], instance + 1)
}

/// One attempt, before its answer.
struct Attempt {
    time_ns: i64,
    service: usize,
    instance: usize,
    retry: bool,
}

/// The visitors' requests and what their clients send again in the storm, in the order of time, but for what the collector missed.
fn attempts(plan: &Plan, rng: &mut ChaCha8Rng, times: &[i64]) -> Vec<Attempt> {
    let mut out = Vec::with_capacity(times.len());
    for time in times {
        let time_ns = time - time % 1_000_000;
        let service = pick(rng, &SHARES);
        let mut instance = || rng.random_range(0..INSTANCES as u32) as usize;
        out.push(Attempt { time_ns, service, instance: instance(), retry: false });
        if service == PAYMENT && plan.storm.contains(time_ns) {
            for after_s in RETRIES_S {
                let time_ns = time_ns + after_s * SECOND_NS;
                out.push(Attempt { time_ns, service, instance: instance(), retry: true });
            }
        }
    }
    out.retain(|attempt| !plan.gap.contains(attempt.time_ns) && attempt.time_ns < at(DURATION_S));
    out.sort_by_key(|attempt| attempt.time_ns);
    out
}

pub(crate) fn generate(seed: u64, rows: usize) -> Result<Generated, GenerateError> {
    let plan = Plan::draw(&mut rng(seed, 0));
    let times = seasonal_times(&mut rng(seed, 1), START_UNIX_S, DURATION_S, rows);
    let attempts = attempts(&plan, &mut rng(seed, 2), &times);
    let latencies =
        LATENCY.iter().map(|(median_s, sigma)| LogNormal::new(median_s.ln(), *sigma)).collect::<Result<Vec<_>, _>>()?;
    let mut rng = rng(seed, 3);
    let (mut status, mut latency_s) = (Vec::with_capacity(attempts.len()), Vec::with_capacity(attempts.len()));
    for Attempt { time_ns, service, instance, .. } in &attempts {
        let usual_s = latencies[*service].sample(&mut rng) * plan.factor(*service, *instance, *time_ns);
        let (background, storm) = (rng.random_bool(BACKGROUND_ERRORS), rng.random_bool(STORM.1));
        let (code, seconds) = if plan.is_out(*service, *time_ns) {
            // refused at once
            (503, 0.002 + 0.01 * usual_s)
        } else if *service == PAYMENT && plan.storm.contains(*time_ns) && storm {
            (504, 2.0 + 0.01 * usual_s)
        } else if background {
            (500, usual_s)
        } else {
            (200, usual_s)
        };
        status.push(code);
        latency_s.push(to_micros(seconds));
    }
    let words = |of: &dyn Fn(&Attempt) -> usize| attempts.iter().map(|a| of(a) as u32).collect::<Vec<u32>>();
    let instances = (0..SERVICES.len()).flat_map(|s| (0..INSTANCES).map(move |i| instance_name(s, i))).collect();
    let ok = status.iter().map(|code| *code < 500).collect();
    let text = |codes, dictionary| Column::Text { codes, dictionary };
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            NamedColumn { name: "time", values: Column::TimeNs(attempts.iter().map(|a| a.time_ns).collect()) },
            NamedColumn { name: "service", values: text(words(&|a| a.service), SERVICES.map(str::to_owned).to_vec()) },
            NamedColumn { name: "instance", values: text(words(&|a| a.service * INSTANCES + a.instance), instances) },
            NamedColumn {
                name: "attempt",
                values: text(words(&|a| usize::from(a.retry)), vec!["first".into(), "retry".into()]),
            },
            NamedColumn { name: "status", values: Column::I64(status) },
            NamedColumn { name: "latency_s", values: Column::F64(latency_s) },
            NamedColumn { name: "ok", values: Column::Bool(ok) },
        ],
        truth: plan.truth(seed),
    })
}

#[cfg(test)]
#[path = "shop_capstone_tests.rs"]
mod tests;
