//! The error ratio of a window, as an expression of `PromQL`.

use super::quote::duration;
use super::selector::Selector;
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::slo::alert::BurnRateRule;
use crate::time::Span;
use crate::window::Comparison;

/// Where the error ratio comes from.
#[derive(Clone, Debug, PartialEq)]
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
    /// Gauges and a limit: the share of time at which they do not keep it, looked at every 30 s.
    Gauge {
        /// The gauges.
        gauge: Selector,
        /// How they keep the limit.
        limit: Limit,
    },
    /// Slices of time: the share of those that are bad. They end at multiples of their width, as Prometheus aligns subqueries.
    Slices {
        /// The width of a slice; every window holds whole ones.
        width: Span,
        /// What makes a slice good.
        good: SliceTest,
    },
}

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// How it compares.
    pub comparison: Comparison,
    /// With what, in the metric's own unit.
    pub limit: f64,
}

/// What makes a slice good.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SliceTest {
    /// A reading of the slice's samples of a gauge keeps a limit.
    Gauge {
        /// The gauges, each of which has slices of its own.
        gauge: Selector,
        /// What is read.
        reading: Reading,
        /// What it must be.
        limit: Limit,
    },
    /// Enough of the requests counted in the slice are good; a slice without requests does not count. Counters must be scraped at
    /// least twice a slice.
    Ratio {
        /// The counters of the good ones.
        good: Selector,
        /// The counters of all.
        total: Selector,
        /// The least share that is good enough.
        at_least: Quantile,
    },
}

/// What is read of the samples in a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reading {
    /// The sample that is furthest from good: every one must keep the limit.
    Worst,
    /// The mean.
    Mean,
    /// A quantile, as `quantile_over_time` interpolates it.
    Quantile(Quantile),
}

/// How often a gauge is looked at.
const LOOK: Span = Span::from_secs(30);

impl Limit {
    /// Whether values keep it, 1 or 0.
    fn kept_by(self, values: &str) -> String {
        let sign = match self.comparison {
            Comparison::Equal => "==",
            other => other.sign(),
        };
        format!("{values} {sign} bool {}", self.limit)
    }

    /// A value that keeps it and one that does not.
    pub(super) fn examples(self) -> (f64, f64) {
        let (below, above) = (self.limit - self.limit.abs() - 1.0, self.limit + self.limit.abs() + 1.0);
        match self.comparison {
            Comparison::Less | Comparison::LessOrEqual => (below, above),
            Comparison::Greater | Comparison::GreaterOrEqual => (above, below),
            Comparison::Equal => (self.limit, above),
            Comparison::NotEqual => (above, self.limit),
        }
    }
}

impl SliceTest {
    /// 1 where the slice that ends at the instant is good, 0 where it is bad.
    fn kept(&self, width: Span) -> String {
        let w = duration(width);
        match self {
            Self::Gauge { gauge, reading, limit } => limit.kept_by(&match (reading, limit.comparison) {
                (Reading::Mean, _) => format!("avg_over_time({gauge}[{w}])"),
                (Reading::Quantile(q), _) => format!("quantile_over_time({}, {gauge}[{w}])", q.p()),
                (Reading::Worst, Comparison::Less | Comparison::LessOrEqual) => format!("max_over_time({gauge}[{w}])"),
                (Reading::Worst, Comparison::Greater | Comparison::GreaterOrEqual) => {
                    format!("min_over_time({gauge}[{w}])")
                }
                // equal to one value, or to none of it, is asked of every sample at once
                (Reading::Worst, Comparison::Equal | Comparison::NotEqual) => {
                    let kept = limit.kept_by(&gauge.to_string());
                    return format!("min_over_time(({kept})[{w}:{}])", duration(LOOK.min(width)));
                }
            }),
            Self::Ratio { good, total, at_least } => {
                format!("sum(rate({good}[{w}])) / (sum(rate({total}[{w}])) > 0) >= bool {}", at_least.p())
            }
        }
    }
}

/// The share of zeros among the values that a subquery sees.
fn share_of_zeros(values: &str, window: Span, step: Span) -> String {
    let range = format!("({values})[{}:{}]", duration(window), duration(step));
    format!("1 - sum(sum_over_time({range})) / sum(count_over_time({range}))")
}

impl Sli {
    /// The error ratio over a window.
    pub fn error_ratio(&self, window: Span) -> String {
        let w = duration(window);
        match self {
            Self::Bad { bad, total } => format!("sum(rate({bad}[{w}])) / sum(rate({total}[{w}]))"),
            Self::Good { good, total } => format!("1 - sum(rate({good}[{w}])) / sum(rate({total}[{w}]))"),
            Self::Up(up) => format!("1 - sum(sum_over_time({up}[{w}])) / sum(count_over_time({up}[{w}]))"),
            Self::Gauge { gauge, limit } => share_of_zeros(&limit.kept_by(&gauge.to_string()), window, LOOK),
            Self::Slices { width, good } => share_of_zeros(&good.kept(*width), window, *width),
        }
    }

    /// The counters of a part and of the whole, where the service level is made of those.
    pub(super) fn counters(&self) -> Option<(&Selector, &Selector)> {
        match self {
            Self::Bad { bad: part, total }
            | Self::Good { good: part, total }
            | Self::Slices { good: SliceTest::Ratio { good: part, total, .. }, .. } => Some((part, total)),
            Self::Up(_) | Self::Gauge { .. } | Self::Slices { good: SliceTest::Gauge { .. }, .. } => None,
        }
    }

    /// The gauge, and a good and a bad value of it, where the service level is made of one.
    pub(super) fn gauge(&self) -> Option<(&Selector, f64, f64)> {
        match self {
            Self::Up(up) => Some((up, 1.0, 0.0)),
            Self::Gauge { gauge, limit } | Self::Slices { good: SliceTest::Gauge { gauge, limit, .. }, .. } => {
                let (good, bad) = limit.examples();
                Some((gauge, good, bad))
            }
            Self::Bad { .. } | Self::Good { .. } | Self::Slices { good: SliceTest::Ratio { .. }, .. } => None,
        }
    }

    /// # Errors
    /// Where a window of a rule does not hold whole slices.
    pub(super) fn check_windows(&self, rule: &BurnRateRule) -> Result<()> {
        let Self::Slices { width, .. } = self else { return Ok(()) };
        if width.0 > 0 && rule.short.0 % width.0 == 0 && rule.long.0 % width.0 == 0 {
            return Ok(());
        }
        Err(Error::argument(format!("the windows of “{rule}” do not hold whole slices of {width}"))
            .hint("give rules with windows that are multiples of the slice"))
    }

    /// # Errors
    /// Where the parts are of one metric and the part is not within the whole, or is the whole.
    pub(super) fn check(&self) -> Result<()> {
        let Some((part, total)) = self.counters() else { return Ok(()) };
        if part.metric() == total.metric()
            && (!part.is_within(total) || part.matchers().len() == total.matchers().len())
        {
            return Err(Error::argument(format!("“{part}” is no part of “{total}”"))
                .hint("the selector of the part has all matchers of the total, and at least one more"));
        }
        Ok(())
    }
}
