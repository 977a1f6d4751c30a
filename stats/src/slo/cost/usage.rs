//! How much there is to pay for, as far as it is known.

use super::Per;
use crate::slo::{Population, SloReport};
use crate::time::{Span, Window};
use crate::window::Verdict;

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
    /// The least that there may be, where some of what is bad is in doubt: what is above is then the most. `None` where nothing is.
    pub at_least: Option<AtLeast>,
}

/// The least that there may be of what is paid for. Of incidents nothing is known where seconds are in doubt: these may join two as well as
/// make up one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AtLeast {
    /// Of bad seconds.
    pub bad_seconds: f64,
    /// Of bad requests.
    pub bad_requests: f64,
}

/// How much there was, as far as it is known.
#[derive(Clone, Copy)]
pub(super) struct Quantity {
    pub(super) value: f64,
    /// The least that it may be, where that is known; it is then no more than `value`.
    pub(super) least: Option<f64>,
}

impl Usage {
    /// What a report on an objective has to pay for. Seconds are those in which anything was bad, at the data's resolution; data of one
    /// instant know neither those nor incidents. Whether the objective is violated is known once that is decided for the whole period.
    pub fn of(report: &SloReport) -> Self {
        let requests = report.objective.population == Population::Requests;
        let lasts = report.without_duration().is_none();
        let spent = &report.budget.spent;
        let least_spent = spent.interval().map_or(spent.value, |(least, _)| least);
        Self {
            bad_seconds: lasts.then(|| report.bad_time.total().as_secs_f64()),
            bad_requests: requests.then_some(spent.value),
            incidents: lasts.then_some(report.incidents.len() as f64),
            violated: match report.verdict {
                Verdict::Met if report.decided => Some(false),
                Verdict::Violated if report.decided => Some(true),
                _ => None,
            },
            period: Some(report.period),
            whole_ticks: requests.then(|| report.bad_time.resolution()),
            at_least: report.least_bad.map(|bad| AtLeast {
                bad_seconds: bad.as_secs_f64(),
                bad_requests: if requests { least_spent } else { 0.0 },
            }),
        }
    }

    /// What to know of a quantity.
    pub(super) fn caveat(&self, per: Per) -> Option<String> {
        let tick = self.whole_ticks?;
        let of_time = matches!(per, Per::BadSecond | Per::BadMinute | Per::BadHour | Per::Incident);
        of_time.then(|| {
            format!("{tick} with one bad request count as bad as a whole; “per bad request” counts what failed")
        })
    }

    pub(super) fn quantity(&self, per: Per) -> Option<Quantity> {
        let with = |value: f64, least: Option<f64>| Quantity { value, least };
        let seconds = |per: f64| {
            let least = self.at_least.map_or(self.bad_seconds, |least| Some(least.bad_seconds));
            self.bad_seconds.map(|s| with(s / per, least.map(|least| least / per)))
        };
        match per {
            Per::BadSecond => seconds(1.0),
            Per::BadMinute => seconds(60.0),
            Per::BadHour => seconds(3600.0),
            Per::BadRequest => {
                self.bad_requests.map(|n| with(n, Some(self.at_least.map_or(n, |least| least.bad_requests))))
            }
            // what is in doubt is no seconds where all of these are certain
            Per::Incident => self.incidents.map(|n| {
                let certain = self.at_least.is_none_or(|least| Some(least.bad_seconds) == self.bad_seconds);
                with(n, certain.then_some(n))
            }),
            Per::Once => Some(with(1.0, Some(1.0))),
            Per::OnceIfViolated => self.violated.map(|v| {
                let n = f64::from(u8::from(v));
                with(n, Some(n))
            }),
        }
    }
}
