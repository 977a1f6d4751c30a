//! The error ratio of a window, as an expression of `PromQL`.

use super::quote::duration;
use super::selector::Selector;
use crate::error::{Error, Result};
use crate::time::Span;

/// Where the error ratio comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sli {
    /// Counters of bad and of all requests.
    Bad {
        /// The counters of the bad ones.
        bad: Selector,
        /// The counters of all.
        total: Selector,
    },
    /// Counters of good and of all requests, such as the bucket of a histogram at the latency limit and its count.
    Good {
        /// The counters of the good ones.
        good: Selector,
        /// The counters of all.
        total: Selector,
    },
    /// 0/1 gauges: the share of samples that are 0.
    Up(Selector),
}

impl Sli {
    /// The error ratio over a window.
    pub fn error_ratio(&self, window: Span) -> String {
        let w = duration(window);
        match self {
            Self::Bad { bad, total } => format!("sum(rate({bad}[{w}])) / sum(rate({total}[{w}]))"),
            Self::Good { good, total } => format!("1 - sum(rate({good}[{w}])) / sum(rate({total}[{w}]))"),
            Self::Up(up) => format!("1 - sum(sum_over_time({up}[{w}])) / sum(count_over_time({up}[{w}]))"),
        }
    }

    /// # Errors
    /// Where the parts are of one metric and the part is not within the whole, or is the whole.
    pub(super) fn check(&self) -> Result<()> {
        let (Self::Bad { bad: part, total } | Self::Good { good: part, total }) = self else { return Ok(()) };
        if part.metric() == total.metric()
            && (!part.is_within(total) || part.matchers().len() == total.matchers().len())
        {
            return Err(Error::argument(format!("“{part}” is no part of “{total}”"))
                .hint("the selector of the part has all matchers of the total, and at least one more"));
        }
        Ok(())
    }
}
