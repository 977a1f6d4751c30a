//! What bad time costs: penalty buckets with intervals, in which the unknown stays unknown.

use std::fmt;
use std::str::FromStr;

use super::evaluate::SloReport;
use super::objective::Population;
use super::yaml::{Node, Value, document};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Window};
use crate::unit::Unit;
use crate::window::Verdict;

/// What a failure costs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bucket {
    /// Sales that did not happen.
    LostRevenue,
    /// Users who do not come back.
    UserTrust,
    /// What contracts say is owed.
    ContractPenalties,
    /// Machines, traffic and licences that the failure took.
    Infrastructure,
    /// The time of those who repaired it.
    EngineeringTime,
}

impl Bucket {
    /// All five.
    pub const ALL: [Self; 5] =
        [Self::LostRevenue, Self::UserTrust, Self::ContractPenalties, Self::Infrastructure, Self::EngineeringTime];
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostRevenue => "lost revenue",
            Self::UserTrust => "user trust",
            Self::ContractPenalties => "contract penalties",
            Self::Infrastructure => "infrastructure",
            Self::EngineeringTime => "engineering time",
        })
    }
}

/// What an amount is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// Each second that something was bad.
    BadSecond,
    /// Each minute of that.
    BadMinute,
    /// Each hour of that.
    BadHour,
    /// Each bad request.
    BadRequest,
    /// Each incident.
    Incident,
    /// Once, whatever happened.
    Once,
    /// Once, if the objective is violated.
    OnceIfViolated,
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadSecond => "per bad second",
            Self::BadMinute => "per bad minute",
            Self::BadHour => "per bad hour",
            Self::BadRequest => "per bad request",
            Self::Incident => "per incident",
            Self::Once => "once",
            Self::OnceIfViolated => "once if violated",
        })
    }
}

/// What one bucket costs: a rate or a lump, or that it is not known.
///
/// As text `AMOUNT [LOW, HIGH] per …`, `AMOUNT [LOW, HIGH] once`, or `unknown` and why. Without an interval nothing is known of
/// how wrong the amount is; what is exact says so, as in `5000 [5000, 5000] once if violated`.
#[derive(Clone, Debug, PartialEq)]
pub enum Charge {
    /// An amount.
    Known {
        /// The most likely amount.
        amount: f64,
        /// The least and the most that it may be.
        interval: Option<(f64, f64)>,
        /// What it is paid for.
        per: Per,
    },
    /// Nobody knows.
    Unknown {
        /// Why.
        why: String,
    },
}

impl FromStr for Charge {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let bad = |what: String| {
            Error::parse(what)
                .hint("write it like “0.4 [0.25, 0.6] per bad request”, “5000 [5000, 5000] once” or “unknown”")
        };
        if let Some(why) = text.strip_prefix("unknown") {
            let why = why.trim_start_matches([',', ':', ';', ' ']);
            return Ok(Self::Unknown { why: if why.is_empty() { "unknown".to_owned() } else { why.to_owned() } });
        }
        let number = |word: &str| {
            let value: f64 = word.trim().parse().map_err(|_| bad(format!("“{}” is not an amount", word.trim())))?;
            if value.is_finite() && value >= 0.0 {
                Ok(value)
            } else {
                Err(bad(format!("an amount of {value} is no cost")))
            }
        };
        let end = text.find(|c: char| c.is_whitespace() || c == '[').unwrap_or(text.len());
        let (first, rest) = text.split_at(end);
        let amount = number(first)?;
        let mut rest = rest.trim_start();
        let mut interval = None;
        if let Some(inside) = rest.strip_prefix('[') {
            let Some((range, after)) = inside.split_once(']') else {
                return Err(bad("“[” is not closed".to_owned()));
            };
            let Some((low, high)) = range.split_once(',') else {
                return Err(bad(format!("“[{range}]” is not the least and the most")));
            };
            let (low, high) = (number(low)?, number(high)?);
            if !(low <= amount && amount <= high) {
                return Err(bad(format!("{amount} does not lie in [{low}, {high}]")));
            }
            (interval, rest) = (Some((low, high)), after.trim_start());
        }
        let words: Vec<&str> = rest.split_whitespace().collect();
        let per = match words.as_slice() {
            ["per", "bad", "second"] => Per::BadSecond,
            ["per", "bad", "minute"] => Per::BadMinute,
            ["per", "bad", "hour"] => Per::BadHour,
            ["per", "bad", "request" | "event"] => Per::BadRequest,
            ["per", "incident"] => Per::Incident,
            ["once"] => Per::Once,
            ["once", "if", "violated"] => Per::OnceIfViolated,
            _ => return Err(bad(format!("“{rest}” does not say what the amount is paid for"))),
        };
        Ok(Self::Known { amount, interval, per })
    }
}

/// What bad time costs, bucket by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct CostModel {
    /// The currency.
    pub currency: String,
    /// The charges, several of a bucket add up.
    pub charges: Vec<(Bucket, Charge)>,
}

/// Reads costs from YAML: `currency`, and for each bucket a charge or a list of charges (see [`Charge`]).
///
/// **A bucket that is not there is unknown**, and not free; write `0 [0, 0] once` where it is free.
///
/// ```
/// use sre_stats::slo::{Bucket, read_costs};
/// let costs = read_costs("currency: EUR\nlost revenue: 0.40 [0.25, 0.60] per bad request\nuser trust: unknown\n")?;
/// assert_eq!(costs.charges.len(), 2);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with line and column.
pub fn read_costs(text: &str) -> Result<CostModel> {
    let root = document(text)?;
    let currency = root.needed("currency")?.to_owned();
    let mut charges = Vec::new();
    for (key, node) in root.map().unwrap_or_default() {
        if key.text == "currency" {
            continue;
        }
        let plain = key.text.replace(['-', '_'], " ");
        let Some(bucket) = Bucket::ALL.into_iter().find(|b| b.to_string() == plain) else {
            return Err(key
                .error(format!("“{}” is not a bucket", key.text))
                .hint(format!("the buckets are {}", Bucket::ALL.map(|b| b.to_string()).join(", "))));
        };
        let lines = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        for line in lines {
            charges.push((bucket, charge(line)?));
        }
    }
    Ok(CostModel { currency, charges })
}

fn charge(node: &Node) -> Result<Charge> {
    let text = node.text().ok_or_else(|| node.error("a charge is to be text, such as “unknown”"))?;
    text.parse().map_err(|e: Error| node.error(e.message()).hint(e.way_out().unwrap_or_default()))
}

/// What there is to pay for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Seconds in which something was bad.
    pub bad_seconds: Option<f64>,
    /// Bad requests; `None` where time was counted.
    pub bad_requests: Option<f64>,
    /// Incidents.
    pub incidents: Option<f64>,
    /// Whether the objective is violated.
    pub violated: Option<bool>,
    /// Of which period.
    pub period: Option<Window>,
    /// What is bad as a whole while one request in it is: bad seconds, and the incidents that they make up, are then no more than an
    /// upper limit of what requests saw. `None` where time was counted.
    pub whole_ticks: Option<Span>,
}

impl Usage {
    /// What a report on an objective has to pay for. Seconds are those in which anything was bad, at the data's resolution.
    pub fn of(report: &SloReport) -> Self {
        Self {
            bad_seconds: Some(report.bad_time.total().as_secs_f64()),
            bad_requests: (report.objective.population == Population::Requests).then_some(report.budget.spent.value),
            incidents: Some(report.incidents.len() as f64),
            violated: match report.verdict {
                Verdict::Met => Some(false),
                Verdict::Violated => Some(true),
                _ => None,
            },
            period: Some(report.period),
            whole_ticks: (report.objective.population == Population::Requests).then(|| report.bad_time.resolution()),
        }
    }

    /// What to know of a quantity.
    fn caveat(&self, per: Per) -> Option<String> {
        let tick = self.whole_ticks?;
        let of_time = matches!(per, Per::BadSecond | Per::BadMinute | Per::BadHour | Per::Incident);
        of_time.then(|| {
            format!("{tick} with one bad request count as bad as a whole; “per bad request” counts what failed")
        })
    }

    fn quantity(&self, per: Per) -> Option<f64> {
        match per {
            Per::BadSecond => self.bad_seconds,
            Per::BadMinute => self.bad_seconds.map(|s| s / 60.0),
            Per::BadHour => self.bad_seconds.map(|s| s / 3600.0),
            Per::BadRequest => self.bad_requests,
            Per::Incident => self.incidents,
            Per::Once => Some(1.0),
            Per::OnceIfViolated => self.violated.map(|v| f64::from(u8::from(v))),
        }
    }
}

/// What one charge comes to.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CostRow {
    /// The bucket.
    pub bucket: Bucket,
    /// How it is charged, in words.
    pub charge: String,
    /// How much of that there was.
    pub quantity: Option<f64>,
    /// What it comes to; `None` where it is not known.
    pub cost: Option<Estimate>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What bad time costs.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CostReport {
    /// The currency.
    pub currency: String,
    /// All charges, and the buckets of which nothing was said.
    pub rows: Vec<CostRow>,
    /// The sum of what is known; its upper end is open while a bucket is unknown. `None` where nothing is known.
    pub total: Option<Estimate>,
    /// The buckets that are not known, in part or in whole.
    pub unknown: Vec<Bucket>,
}

/// What bad time costs by a model: intervals add up end by end, which holds however the amounts hang together, and what is
/// unknown stays in the sum as an open end.
///
/// ```
/// use sre_stats::slo::{Usage, cost, read_costs};
/// let model = read_costs("currency: EUR\nlost revenue: 2 [1, 4] per bad second\ncontract penalties: 0 [0, 0] once\n")?;
/// let found = cost(&model, &Usage { bad_seconds: Some(60.0), ..Usage::default() });
/// let total = found.total.unwrap();
/// assert_eq!((total.value, total.interval()), (120.0, Some((60.0, f64::INFINITY))));
/// assert_eq!(found.unknown.len(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn cost(model: &CostModel, usage: &Usage) -> CostReport {
    let scope = Scope { unit: Unit::Other(model.currency.clone()), window: usage.period };
    let mut rows: Vec<CostRow> = model.charges.iter().map(|(b, c)| row(*b, c, usage, &scope)).collect();
    for bucket in Bucket::ALL {
        if !rows.iter().any(|r| r.bucket == bucket) {
            let why = Some("nothing is said of it".to_owned());
            rows.push(CostRow { bucket, charge: "unknown".to_owned(), quantity: None, cost: None, why });
        }
    }
    rows.sort_by_key(|r| r.bucket);
    let mut unknown: Vec<Bucket> = rows.iter().filter(|r| r.cost.is_none()).map(|r| r.bucket).collect();
    unknown.dedup();
    let known: Vec<&Estimate> = rows.iter().filter_map(|r| r.cost.as_ref()).collect();
    let total = (!known.is_empty()).then(|| {
        let n = known.len() as u64;
        let mut total = Estimate::new(known.iter().map(|e| e.value).sum(), Method::Sum, n, &scope);
        let ends: Option<Vec<(f64, f64)>> = known.iter().map(|e| e.interval()).collect();
        total.bound = match ends {
            Some(ends) => Bound::Guaranteed {
                lower: ends.iter().map(|e| e.0).sum(),
                upper: if unknown.is_empty() { ends.iter().map(|e| e.1).sum() } else { f64::INFINITY },
            },
            None => Bound::Unknown { why: "an amount has no interval".to_owned() },
        };
        let mut told: Vec<&String> = known.iter().flat_map(|e| &e.caveats).collect();
        told.dedup();
        total.caveats.extend(told.into_iter().cloned());
        if !unknown.is_empty() {
            let names: Vec<String> = unknown.iter().map(Bucket::to_string).collect();
            total.caveats.push(format!("without what is not known: {}", names.join(", ")));
        }
        total
    });
    CostReport { currency: model.currency.clone(), rows, total, unknown }
}

fn row(bucket: Bucket, charge: &Charge, usage: &Usage, scope: &Scope) -> CostRow {
    let (amount, interval, per) = match charge {
        Charge::Unknown { why } => {
            let why = Some(why.clone());
            return CostRow { bucket, charge: "unknown".to_owned(), quantity: None, cost: None, why };
        }
        Charge::Known { amount, interval, per } => (*amount, *interval, *per),
    };
    let range = interval.map_or_else(String::new, |(low, high)| format!(" [{low}, {high}]"));
    let words = format!("{amount}{range} {} {per}", scope.unit.symbol());
    let Some(quantity) = usage.quantity(per) else {
        let why = Some(match per {
            Per::BadRequest => "the objective counts time, and no requests".to_owned(),
            _ => "how much of that there was is not known".to_owned(),
        });
        return CostRow { bucket, charge: words, quantity: None, cost: None, why };
    };
    let bound = match interval {
        Some((low, high)) => Bound::Guaranteed { lower: low * quantity, upper: high * quantity },
        // nothing of anything costs nothing
        None if quantity == 0.0 => Bound::Exact,
        None => Bound::Unknown { why: "the amount has no interval".to_owned() },
    };
    let mut estimate = Estimate::new(amount * quantity, Method::Named("amount × quantity"), 1, scope).with_bound(bound);
    estimate.caveats.extend(usage.caveat(per));
    CostRow { bucket, charge: words, quantity: Some(quantity), cost: Some(estimate), why: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ALL: &str = "currency: EUR\nlost revenue: 0.4 [0.25, 0.6] per bad request\nuser-trust: 100 [0, 1000] once\n\
                       contract_penalties: 5000 [5000, 5000] once if violated\ninfrastructure: 0 [0, 0] once\n\
                       engineering time:\n  - 300 [150, 600] per incident\n  - 60 [60, 60] per bad hour\n";

    #[test]
    fn intervals_add_up_by_hand() {
        let usage = Usage {
            bad_seconds: Some(7200.0),
            bad_requests: Some(1000.0),
            incidents: Some(2.0),
            violated: Some(true),
            ..Usage::default()
        };
        let found = cost(&read_costs(ALL).unwrap(), &usage);
        let total = found.total.unwrap();
        // 400 + 100 + 5000 + 0 + 600 + 120; 250 + 0 + 5000 + 0 + 300 + 120; 600 + 1000 + 5000 + 0 + 1200 + 120
        assert_eq!((total.value, total.interval()), (6220.0, Some((5670.0, 7920.0))));
        assert!(found.unknown.is_empty() && total.caveats.is_empty());
        let met = cost(&read_costs(ALL).unwrap(), &Usage { violated: Some(false), ..usage });
        assert_eq!(met.total.unwrap().value, 1220.0);
    }

    #[test]
    fn the_unknown_stays_in_the_sum() {
        let usage = Usage { bad_seconds: Some(10.0), incidents: Some(1.0), violated: Some(false), ..Usage::default() };
        let found = cost(&read_costs(ALL).unwrap(), &usage);
        // requests were not counted: their revenue is not 0 but not known
        assert_eq!(found.unknown, [Bucket::LostRevenue]);
        let total = found.total.unwrap();
        assert_eq!(total.interval().unwrap().1, f64::INFINITY);
        assert!(total.caveats[0].contains("lost revenue"));
        let bare = cost(&read_costs("currency: EUR\ninfrastructure: 3 per bad second\n").unwrap(), &usage);
        assert!(matches!(bare.total.unwrap().bound, Bound::Unknown { .. }));
        assert_eq!(bare.unknown.len(), 4);
        let none = cost(&read_costs("currency: EUR\nuser trust: unknown, no survey yet\n").unwrap(), &usage);
        assert!(none.total.is_none());
        assert!(none.rows.iter().any(|r| r.why.as_deref() == Some("no survey yet")));
    }

    #[test]
    fn time_of_whole_ticks_is_told() {
        let usage = Usage {
            bad_seconds: Some(60.0),
            bad_requests: Some(1.0),
            incidents: Some(1.0),
            violated: Some(false),
            whole_ticks: Some(Span::MINUTE),
            ..Usage::default()
        };
        let found = cost(&read_costs(ALL).unwrap(), &usage);
        let told =
            |what: &str| found.rows.iter().find(|r| r.charge.contains(what)).unwrap().cost.clone().unwrap().caveats;
        assert!(told("per incident")[0].contains("1m with one bad request") && told("per bad hour").len() == 1);
        assert!(told("per bad request").is_empty() && told("once if violated").is_empty());
        assert_eq!(found.total.unwrap().caveats.len(), 1);
    }

    #[test]
    fn mistakes_have_their_line() {
        for (text, says) in [
            ("lost revenue: 1 once\n", "“currency” is missing"),
            ("currency: EUR\nlost revenu: 1 once\n", "line 2, column 1: “lost revenu” is not a bucket"),
            ("currency: EUR\nlost revenue: many once\n", "line 2, column 15: “many” is not an amount"),
            ("currency: EUR\nlost revenue: -1 once\n", "no cost"),
            ("currency: EUR\nlost revenue: 1 [2, 3] once\n", "1 does not lie in [2, 3]"),
            ("currency: EUR\nlost revenue: 1 [0, 3 once\n", "not closed"),
            ("currency: EUR\nlost revenue: 1 per year\n", "“per year” does not say"),
        ] {
            let error = read_costs(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
