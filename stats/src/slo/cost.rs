//! What bad time costs: penalty buckets with intervals, in which the unknown stays unknown.

mod usage;

use usage::Quantity;
pub use usage::{AtLeast, Usage};

use std::fmt;
use std::str::FromStr;

use super::yaml::{Node, Value, document};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::unit::Unit;

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

/// What one charge comes to.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CostRow {
    /// The bucket.
    pub bucket: Bucket,
    /// How it is charged, in words.
    pub charge: String,
    /// How much of that there was; the most that there may have been, where some of it is in doubt.
    pub quantity: Option<f64>,
    /// The least that there may have been, where some is in doubt and the least is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity_at_least: Option<f64>,
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
            rows.push(unknown_row(bucket, "unknown".to_owned(), why));
        }
    }
    rows.sort_by_key(|r| r.bucket);
    let mut unknown: Vec<Bucket> = rows.iter().filter(|r| r.cost.is_none()).map(|r| r.bucket).collect();
    unknown.dedup();
    let known: Vec<&Estimate> = rows.iter().filter_map(|r| r.cost.as_ref()).collect();
    let total = (!known.is_empty()).then(|| {
        let n = known.len() as u64;
        let mut total = Estimate::new(known.iter().map(|e| e.value).sum(), Method::Sum, n, &scope);
        total.bound = bound_of_sum(&known, unknown.is_empty());
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

/// The ends of costs, added up: the upper one is open where not all are known; the reason where one has no ends.
fn bound_of_sum(known: &[&Estimate], all: bool) -> Bound {
    let (mut lower, mut upper) = (0.0, if all { 0.0 } else { f64::INFINITY });
    for cost in known {
        match (&cost.bound, cost.interval()) {
            (_, Some((low, high))) => (lower, upper) = (lower + low, upper + high),
            (Bound::Unknown { why }, None) => return Bound::Unknown { why: why.clone() },
            (_, None) => return Bound::Unknown { why: "a cost has no interval".to_owned() },
        }
    }
    Bound::Guaranteed { lower, upper }
}

fn unknown_row(bucket: Bucket, charge: String, why: Option<String>) -> CostRow {
    CostRow { bucket, charge, quantity: None, quantity_at_least: None, cost: None, why }
}

fn row(bucket: Bucket, charge: &Charge, usage: &Usage, scope: &Scope) -> CostRow {
    let (amount, interval, per) = match charge {
        Charge::Unknown { why } => {
            return unknown_row(bucket, "unknown".to_owned(), Some(why.clone()));
        }
        Charge::Known { amount, interval, per } => (*amount, *interval, *per),
    };
    let range = interval.map_or_else(String::new, |(low, high)| format!(" [{low}, {high}]"));
    let words = format!("{amount}{range} {} {per}", scope.unit.symbol());
    let Some(Quantity { value: quantity, least }) = usage.quantity(per) else {
        let why = Some(match per {
            Per::BadRequest => "the objective counts time, and no requests".to_owned(),
            Per::OnceIfViolated => "whether the objective is violated is not decided".to_owned(),
            _ => "how much of that there was is not known".to_owned(),
        });
        return unknown_row(bucket, words, why);
    };
    let bound = match (interval, least) {
        (Some((low, high)), Some(least)) => Bound::Guaranteed { lower: low * least, upper: high * quantity },
        // nothing of anything costs nothing
        (None, Some(_)) if quantity == 0.0 => Bound::Exact,
        (_, None) => Bound::Unknown { why: "how many there were is in doubt".to_owned() },
        (None, Some(_)) => Bound::Unknown { why: "the amount has no interval".to_owned() },
    };
    let mut estimate = Estimate::new(amount * quantity, Method::Named("amount × quantity"), 1, scope).with_bound(bound);
    estimate.caveats.extend(usage.caveat(per));
    let quantity_at_least = least.filter(|least| *least < quantity);
    CostRow { bucket, charge: words, quantity: Some(quantity), quantity_at_least, cost: Some(estimate), why: None }
}

#[cfg(test)]
mod tests;
