//! Scenario `shop-counters`: a week of cumulative counters as a scraper sees them, every 15 s.
//!
//! Four processes count requests and errors from their start. Every process is restarted a few times, which sets its
//! counters to zero and loses what was counted since the last scrape; scrapes are missing at known times, and one
//! restart hides in such a gap. What really happened is in the truth, so that a rate's loss can be measured.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::layout::{DAY_S, START_UNIX_S, distinct, rng};
use crate::season::relative_rate;
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

const DURATION_MS: i64 = 7 * DAY_S * 1000;
const SCRAPE_MS: i64 = 15_000;
const SLOTS: usize = (DURATION_MS / SCRAPE_MS) as usize * SERVICES.len();

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "shop-counters",
    about: "a week of request and error counters of four services scraped every 15 s, with restarts and scrape gaps (rows in gaps are left out)",
    default_rows: SLOTS,
    least_rows: SLOTS,
    most_rows: SLOTS,
};

/// Name, mean requests per second, milliseconds by which its scrapes come after the full 15 s.
const SERVICES: [(&str, f64, i64); 4] =
    [("checkout", 12.0, 2137), ("search", 20.0, 5701), ("cart", 8.0, 9313), ("payment", 3.0, 13_849)];
const ERROR_RATIO: f64 = 0.0005;
/// Restarts of every service, not counting the hidden one.
const RESTARTS: usize = 3;
/// The service whose one further restart falls into a scrape gap.
const HIDDEN_RESTART: usize = 1;
/// Events of one kind lie in different slots of four hours and keep an hour from both ends of theirs.
const SLOT_MS: i64 = 4 * 3_600_000;

/// Stretches and instants of one service in milliseconds since the start.
struct Plan {
    restarts: Vec<i64>,
    gaps: Vec<(i64, i64)>,
    /// Start, end, share of the requests that fail.
    incidents: Vec<(i64, i64, f64)>,
}

impl Plan {
    fn draw(rng: &mut ChaCha8Rng, service: usize) -> Self {
        // one draw of slots for all kinds keeps the kinds apart as well
        let mut slots = distinct(rng, RESTARTS + 3 + 2, DURATION_MS / SLOT_MS);
        for place in (1..slots.len()).rev() {
            slots.swap(place, rng.random_range(0..=place as u64) as usize);
        }
        let mut starts = slots
            .into_iter()
            .map(|slot| slot * SLOT_MS + rng.random_range(3_600_000..SLOT_MS - 3_600_000))
            .collect::<Vec<i64>>()
            .into_iter();
        let mut restarts: Vec<i64> = starts.by_ref().take(RESTARTS).collect();
        let mut gaps: Vec<(i64, i64)> =
            starts.by_ref().take(3).map(|start| (start, start + rng.random_range(45_000..=1_200_000))).collect();
        let mut incidents: Vec<(i64, i64, f64)> = starts
            .map(|start| {
                let percent = rng.random_range(5..=100_u32);
                let length_ms = rng.random_range(60..=600) * 1000;
                (start, start + length_ms, f64::from(percent) / 100.0)
            })
            .collect();
        if service == HIDDEN_RESTART
            && let Some((start, end)) = gaps.first()
        {
            restarts.push(i64::midpoint(*start, *end));
        }
        restarts.sort_unstable();
        gaps.sort_unstable();
        incidents.sort_by_key(|incident| incident.0);
        Self { restarts, gaps, incidents }
    }

    fn in_gap(&self, at_ms: i64) -> bool {
        self.gaps.iter().any(|(start, end)| (*start..*end).contains(&at_ms))
    }

    fn error_ratio(&self, at_ms: i64) -> f64 {
        self.incidents
            .iter()
            .find(|(start, end, _)| (*start..*end).contains(&at_ms))
            .map_or(ERROR_RATIO, |incident| incident.2)
    }
}

/// Requests and the errors among them.
#[derive(Clone, Copy, Default, PartialEq)]
struct Count {
    requests: i64,
    errors: i64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.errors += other.errors;
    }

    fn minus(self, other: Self) -> Self {
        Self { requests: self.requests - other.requests, errors: self.errors - other.errors }
    }

    fn to_json(self) -> Value {
        json!({ "requests": self.requests, "errors": self.errors })
    }
}

struct Scrape {
    at_ms: i64,
    service: usize,
    count: Count,
}

/// What a walk through one service's week leaves.
struct Walk {
    scrapes: Vec<Scrape>,
    total: Count,
    before_first: Count,
    after_last: Count,
    /// For every restart what no scrape has seen.
    lost: Vec<Count>,
}

/// Draws a Poisson count; a mean of zero gives zero.
fn poisson(rng: &mut ChaCha8Rng, mean: f64) -> Result<i64, GenerateError> {
    if mean <= 0.0 {
        return Ok(0);
    }
    Ok(Poisson::new(mean)?.sample(rng) as i64)
}

fn walk(rng: &mut ChaCha8Rng, service: usize, plan: &Plan) -> Result<Walk, GenerateError> {
    let (_, rate_hz, offset_ms) = SERVICES[service];
    // the instants between which the rate is taken as constant
    let mut instants: Vec<i64> = (0..DURATION_MS / SCRAPE_MS)
        .map(|scrape| scrape * SCRAPE_MS + offset_ms)
        .chain(plan.restarts.iter().copied())
        .chain(plan.incidents.iter().flat_map(|i| [i.0, i.1]))
        .chain([DURATION_MS])
        .collect();
    instants.sort_unstable();
    instants.dedup();
    // the process has been running for a while when the week begins
    let mut counter = Count { requests: rng.random_range(100_000..1_000_000), errors: rng.random_range(50..500) };
    let mut seen = counter;
    let mut out = Walk {
        scrapes: Vec::with_capacity(instants.len()),
        total: Count::default(),
        before_first: Count::default(),
        after_last: Count::default(),
        lost: Vec::new(),
    };
    let mut from_ms = 0;
    for at_ms in instants {
        let middle_ms = i64::midpoint(from_ms, at_ms);
        let seconds = (at_ms - from_ms) as f64 / 1000.0;
        let expected = rate_hz * relative_rate(START_UNIX_S + middle_ms / 1000) * seconds;
        let ratio = plan.error_ratio(middle_ms);
        let errors = poisson(rng, expected * ratio)?;
        let step = Count { requests: errors + poisson(rng, expected * (1.0 - ratio))?, errors };
        out.total.add(step);
        counter.add(step);
        if plan.restarts.contains(&at_ms) {
            out.lost.push(counter.minus(seen));
            counter = Count::default();
            seen = counter;
        } else if at_ms % SCRAPE_MS == offset_ms && !plan.in_gap(at_ms) {
            if out.scrapes.is_empty() {
                out.before_first = counter.minus(seen);
            }
            out.scrapes.push(Scrape { at_ms, service, count: counter });
            seen = counter;
        }
        from_ms = at_ms;
    }
    out.after_last = counter.minus(seen);
    Ok(out)
}

fn instant_ns(at_ms: i64) -> i64 {
    (START_UNIX_S * 1000 + at_ms) * 1_000_000
}

fn stretch(start_ms: i64, end_ms: i64) -> Interval {
    Interval { start_ns: instant_ns(start_ms), end_ns: instant_ns(end_ms) }
}

fn truth_of(service: usize, plan: &Plan, walk: &Walk) -> Value {
    let (name, rate_hz, _) = SERVICES[service];
    let restarts: Vec<Value> = plan
        .restarts
        .iter()
        .zip(&walk.lost)
        .map(|(at_ms, lost)| {
            json!({
                "time": rfc3339(instant_ns(*at_ms), 3),
                "time_ns": instant_ns(*at_ms),
                "in_scrape_gap": plan.in_gap(*at_ms),
                "lost": lost.to_json(),
            })
        })
        .collect();
    let gaps: Vec<Value> = plan.gaps.iter().map(|(start, end)| stretch(*start, *end).to_json()).collect();
    let incidents: Vec<Value> = plan
        .incidents
        .iter()
        .map(|(start, end, ratio)| stretch(*start, *end).to_json_with(json!({ "error_ratio": ratio })))
        .collect();
    json!({
        "service": name,
        "mean_requests_per_s": rate_hz,
        "scrapes": walk.scrapes.len(),
        "total": walk.total.to_json(),
        "before_first_scrape": walk.before_first.to_json(),
        "after_last_scrape": walk.after_last.to_json(),
        "restarts": restarts,
        "scrape_gaps": gaps,
        "incidents": incidents,
    })
}

pub(crate) fn generate(seed: u64) -> Result<Generated, GenerateError> {
    let mut scrapes = Vec::with_capacity(SLOTS);
    let mut services = Vec::with_capacity(SERVICES.len());
    for service in 0..SERVICES.len() {
        let plan = Plan::draw(&mut rng(seed, 2 * service as u64), service);
        let mut walk = walk(&mut rng(seed, 2 * service as u64 + 1), service, &plan)?;
        services.push(truth_of(service, &plan, &walk));
        scrapes.append(&mut walk.scrapes);
    }
    scrapes.sort_by_key(|scrape| (scrape.at_ms, scrape.service));
    let column = |name, values| NamedColumn { name, values };
    let whole = |of: fn(&Scrape) -> i64| scrapes.iter().map(of).collect::<Vec<i64>>();
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            column("time", Column::TimeNs(whole(|scrape| instant_ns(scrape.at_ms)))),
            column(
                "service",
                Column::Text {
                    codes: scrapes.iter().map(|scrape| scrape.service as u32).collect(),
                    dictionary: SERVICES.iter().map(|service| service.0.to_owned()).collect(),
                },
            ),
            column("requests_total", Column::I64(whole(|scrape| scrape.count.requests))),
            column("errors_total", Column::I64(whole(|scrape| scrape.count.errors))),
        ],
        truth: json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "scrape_interval_s": SCRAPE_MS / 1000,
            "start": rfc3339(instant_ns(0), 0),
            "end": rfc3339(instant_ns(DURATION_MS), 0),
            "background_error_ratio": ERROR_RATIO,
            "services": services,
        }),
    })
}

#[cfg(test)]
#[path = "shop_counters_tests.rs"]
mod tests;
