//! An objective as a value.

use std::fmt;

use super::period::{Anchor, Period, compact};
use super::zone::Zone;
use crate::error::Result;
use crate::quantile::Quantile;
use crate::time::{Span, Timestamp, Window};
use crate::window::{Budget, Condition, Rule};

/// What an objective counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Population {
    /// Requests, or any other events, each with the same weight.
    Requests,
    /// Time.
    Time,
    /// Slices of time of a width, each good or bad as a whole.
    Slices(Span),
}

/// What makes a member of the population good.
#[derive(Clone, Debug, PartialEq)]
pub enum Criterion {
    /// The data's own good flag.
    Ok,
    /// A 0/1 series is up.
    Up,
    /// A condition on the value; a slice is good iff it holds throughout.
    Value(Condition),
    /// A slice's nearest-rank percentile passes a condition.
    Percentile(Quantile, Condition),
    /// A slice's mean passes a condition.
    Mean(Condition),
    /// A slice's share of good members is at least this.
    Ratio(Quantile),
}

/// A service level objective: what share of what must be good over which period.
///
/// As text: `PERCENT of POPULATION [CONDITION] over PERIOD [rolling | calendar [ZONE]]`, spaces free.
/// Without a condition requests are good by their flag, time is good while up, and slices while up throughout. Spans roll and
/// months follow the calendar unless said otherwise.
///
/// ```
/// use sre_stats::slo::Objective;
/// let objective: Objective = "99.9% of requests < 300ms over 30d".parse()?;
/// assert_eq!(objective.budget().allowed().to_string(), "43m 12s");
/// assert_eq!(objective.to_string(), "99.9% of requests < 300ms over 30d");
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The share that must be good.
    pub target: Quantile,
    /// What is counted.
    pub population: Population,
    /// What makes a member good; `None` for the population's own notion of it.
    pub criterion: Option<Criterion>,
    /// The period.
    pub period: Period,
    /// Where the period begins; `None` for rolling spans and calendar months.
    pub anchor: Option<Anchor>,
    /// The zone of a calendar period; `None` for UTC.
    pub zone: Option<Zone>,
}

impl Objective {
    /// What makes a member good, with the default filled in.
    pub fn effective_criterion(&self) -> Criterion {
        self.criterion.clone().unwrap_or(match self.population {
            Population::Requests => Criterion::Ok,
            Population::Time | Population::Slices(_) => Criterion::Up,
        })
    }

    /// Where the period begins, with the default filled in.
    pub fn effective_anchor(&self) -> Anchor {
        self.anchor.unwrap_or(match self.period {
            Period::Span(_) => Anchor::Rolling,
            Period::Month | Period::Quarter | Period::Week | Period::Year => Anchor::Calendar,
        })
    }

    /// The zone of the calendar, with UTC filled in.
    pub fn effective_zone(&self) -> Zone {
        self.zone.clone().unwrap_or_default()
    }

    /// The same objective with the calendar of a zone, where it follows a calendar and does not name a zone itself.
    ///
    /// ```
    /// use sre_stats::slo::Objective;
    /// let objective: Objective = "99.9% of requests ok over month".parse()?;
    /// let local = objective.or_in_zone(&"Europe/Berlin".parse()?);
    /// assert_eq!(local.to_string(), "99.9% of requests ok over month calendar Europe/Berlin");
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn or_in_zone(mut self, zone: &Zone) -> Self {
        if self.zone.is_none() && self.effective_anchor() == Anchor::Calendar && *zone != Zone::utc() {
            self.anchor = Some(Anchor::Calendar);
            self.zone = Some(zone.clone());
        }
        self
    }

    /// The budget in time over the period's length; for a month or quarter over the calendar's mean.
    pub fn budget(&self) -> Budget {
        Budget::new(self.target, self.period.length())
    }

    /// The period that ends with, or holds the end of, data that end at `end`, by the calendar of the objective's zone.
    ///
    /// # Errors
    /// Where the period is not more than 0 or beyond the calendar.
    pub fn period_ending(&self, end: Timestamp) -> Result<Window> {
        self.period.ending_in(end, self.effective_anchor(), &self.effective_zone())
    }

    /// The condition that single samples are compared with, where there is one: the value's, percentile's or mean's.
    pub fn condition(&self) -> Option<Condition> {
        match self.effective_criterion() {
            Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c) => Some(c),
            Criterion::Up => Some(Condition::up()),
            Criterion::Ok | Criterion::Ratio(_) => None,
        }
    }

    /// The rule by which slices are bad, where the objective names one: any-bad for a plain condition of slices.
    pub fn rule(&self) -> Option<Rule> {
        match (self.effective_criterion(), self.population) {
            (Criterion::Percentile(q, _), _) => Some(Rule::Percentile(q)),
            (Criterion::Mean(_), _) => Some(Rule::Mean),
            (Criterion::Ratio(target), _) => Some(Rule::Ratio(target)),
            (_, Population::Slices(_)) => Some(Rule::AnyBad),
            _ => None,
        }
    }
}

/// A quantile as a percentage: `99.9%`.
fn percent(q: Quantile) -> String {
    format!("{}%", q.to_string().trim_start_matches('p'))
}

impl fmt::Display for Population {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requests => f.write_str("requests"),
            Self::Time => f.write_str("time"),
            Self::Slices(width) => write!(f, "{} slices", compact(*width)),
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Up => f.write_str("up"),
            Self::Value(c) => write!(f, "{c}"),
            Self::Percentile(q, c) => write!(f, "have {q} {c}"),
            Self::Mean(c) => write!(f, "have mean {c}"),
            Self::Ratio(target) => write!(f, "have ratio >= {}", percent(*target)),
        }
    }
}

impl fmt::Display for Objective {
    /// As text that reads back to the same objective.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", percent(self.target), self.population)?;
        if let Some(criterion) = &self.criterion {
            write!(f, " {criterion}")?;
        }
        write!(f, " over {}", self.period)?;
        if let Some(anchor) = self.anchor {
            write!(f, " {anchor}")?;
        }
        match &self.zone {
            // a zone belongs to a calendar, which may be the period's own default
            Some(zone) if self.anchor.is_none() => write!(f, " calendar {zone}"),
            Some(zone) => write!(f, " {zone}"),
            None => Ok(()),
        }
    }
}

impl serde::Serialize for Objective {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
