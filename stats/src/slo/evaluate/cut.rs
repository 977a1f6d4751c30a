//! The data in an objective's period, and what of it they cover.

use super::super::objective::{Objective, Population};
use crate::error::{Error, Result};
use crate::time::{Span, Window};
use crate::window::BadTime;

/// Data that cover this share of a period cover it.
pub(super) const WHOLE: f64 = 0.999;

/// What data hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::slo) enum Members {
    /// Single events, or samples of a series.
    Single,
    /// Counts of events.
    Totals,
}

impl Members {
    /// Why nothing can be told of the course of time, where the data are of one instant, which is kept as the least width that there is.
    fn without_duration(self, data: Window) -> Option<&'static str> {
        (data.width <= Span(1)).then_some(match self {
            Self::Single => {
                "the data are of one instant: without a duration there are no incidents in time, nothing to replay alerts on, and no bucket \
                 widths to judge"
            }
            Self::Totals => {
                "the data are of one instant, such as the totals of a single scrape, which count since a start that is not known: without \
                 a duration there are no incidents in time, nothing to replay alerts on, and no bucket widths to judge"
            }
        })
    }
}

/// Refuses data of one instant.
pub(in crate::slo) fn lasting(data: Window, members: Members) -> Result<()> {
    members.without_duration(data).map_or(Ok(()), |why| Err(Error::empty(why)))
}

/// Data cut to the objective's period.
pub(super) struct Cut {
    pub(super) period: Window,
    pub(super) coverage: f64,
    /// How much of the period the data do not cover.
    pub(super) unseen: Span,
    /// Why nothing can be told of the course of time, where the data are of one instant.
    pub(super) instant: Option<&'static str>,
    pub(super) caveats: Vec<String>,
}

impl Cut {
    /// Takes the time within the data that counts neither as good nor as bad for unseen too, where time is counted.
    pub(super) fn without_gaps(mut self, objective: &Objective, bad: &BadTime) -> Self {
        if objective.population != Population::Requests {
            let gaps = Span((bad.period().width.0 - bad.observed().0).max(0));
            self.unseen = Span(self.unseen.0.saturating_add(gaps.0));
            self.coverage = (self.coverage - gaps.0 as f64 / self.period.width.0 as f64).max(0.0);
        }
        if let Some(why) = self.instant {
            self.caveats.push(why.to_owned());
            return self;
        }
        // the last sample of a period may lie up to a step before its end
        if self.coverage < WHOLE {
            let covered = Span((self.period.width.0 - self.unseen.0).max(0));
            self.caveats.push(format!("the data cover {} of the period's {}", covered.about(), self.period.width));
        }
        self
    }
}

/// The part of the data in the objective's period. Of one instant, the share of good requests is all that is known.
pub(super) fn cut(objective: &Objective, data: Window, members: Members) -> Result<Cut> {
    let instant = members.without_duration(data);
    if objective.population != Population::Requests {
        lasting(data, members)
            .map_err(|e| e.hint("give more than one instant; of requests the share of good ones is known without"))?;
    }
    let period = objective.period_ending(data.end())?;
    let mut caveats = Vec::new();
    let covered = data.end().min(period.end()).since(data.start.max(period.start));
    let coverage = covered.0 as f64 / period.width.0 as f64;
    if data.start < period.start {
        caveats.push(format!("data before {} are outside the period and were left out", period.start));
    }
    let unseen = Span((period.width.0 - covered.0).max(0));
    Ok(Cut { period, coverage, unseen, instant, caveats })
}
