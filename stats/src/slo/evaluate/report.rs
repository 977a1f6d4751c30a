//! What an evaluation of an objective says.

use super::super::incidents::SloIncident;
use super::super::intervals::SliInterval;
use super::super::objective::{Objective, Population};
use super::super::projection::Projection;
use crate::estimate::Estimate;
use crate::time::{Span, Window};
use crate::window::{BadTime, Verdict};

/// The service level by each way of counting, a share from 0 to 1; `None` where the data do not have what it needs.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Methods {
    /// Good members over all: events, or time for a series.
    pub occurrences: Option<Estimate>,
    /// Good slices over all, by the objective's own rule for slices or the one of the options.
    pub time_slices: Option<Estimate>,
    /// Slices whose own share of good members reaches the target, over all slices.
    pub ratio_slices: Option<Estimate>,
    /// The plain mean of the slices' shares of good members: what an average over a dashboard's points shows. A quiet slice
    /// weighs as much as a busy one, so it can hide errors under uneven traffic.
    pub mean_of_ratios: Option<Estimate>,
    /// The share of the errors that the mean of ratios hides, 1 − (1 − mean) / (1 − occurrences): a third means that it
    /// shows two thirds of the error ratio. Less than 0 where it shows too many; `None` without errors, and where time without data counts,
    /// which the mean leaves out: the two differ by more than weights.
    pub mean_hides: Option<Estimate>,
}

/// The error budget, in the population's unit: events for requests, seconds for time and slices.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct BudgetState {
    /// What may be bad.
    pub allowed: Estimate,
    /// What was bad.
    pub spent: Estimate,
    /// What is left; less than 0 where the objective is violated.
    pub left: Estimate,
}

/// What data say of an objective.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SloReport {
    /// The objective.
    pub objective: Objective,
    /// The period that was looked at.
    pub period: Window,
    /// The share of the period that the data cover, from their first to their last instant in it.
    pub coverage: f64,
    /// The service level by each way of counting.
    pub methods: Methods,
    /// The same with every interval side by side.
    pub intervals: Vec<SliInterval>,
    /// The budget.
    pub budget: BudgetState,
    /// When the budget will be spent.
    pub projection: Projection,
    /// What spent it, dearest first. Bad time no further apart than the options' gap is one incident.
    pub incidents: Vec<SloIncident>,
    /// Whether the objective is met by the data seen.
    pub verdict: Verdict,
    /// Whether that is the verdict of the whole period: the data cover it, or the part that they do not cover could not change the
    /// verdict, however it went. Where not, the verdict is one so far.
    pub decided: bool,
    /// Whether some of what counts as bad may be good, or may not be of this time, as [`Counts::in_doubt`](crate::slo::Counts::in_doubt) says:
    /// then the methods and the budget have both ends as their bounds, and the intervals and the incidents are those of the worst end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_doubt: bool,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The bad time behind it, for the accounting by windows.
    #[serde(skip)]
    pub bad_time: BadTime,
    /// The least that the bad time may be, where some is in doubt.
    #[serde(skip)]
    pub(in crate::slo) least_bad: Option<Span>,
    /// Why nothing can be told of the course of time, where the data are of one instant.
    #[serde(skip)]
    pub(super) instant: Option<&'static str>,
    /// Which of the caveats are about the members that are counted and their budget alone.
    #[serde(skip)]
    pub(super) own: Vec<String>,
}

impl SloReport {
    /// The service level that the objective is about, by the count that its budget is of: good slices where it counts slices, else good
    /// members.
    ///
    /// ```
    /// use sre_stats::series::{Identity, NanPolicy, Series};
    /// use sre_stats::slo::{Options, SloInput, evaluate};
    /// let minutes = (0..10).map(|m| m * 60_000_000_000).collect();
    /// let up = (0..10).map(|m| f64::from(u8::from(m != 3))).collect();
    /// let up = Series::new(Identity::new("up", Default::default()), minutes, up, NanPolicy::Refuse)?;
    /// let held = |objective: &str| evaluate(&objective.parse()?, SloInput::Series(&up), &Options::default());
    /// assert_eq!(held("50% of time up over 10m")?.service_level().unwrap().value, 0.9);
    /// assert_eq!(held("50% of 5m slices up over 10m")?.service_level().unwrap().value, 0.5);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn service_level(&self) -> Option<&Estimate> {
        match self.objective.population {
            Population::Slices(_) => self.methods.time_slices.as_ref(),
            Population::Requests | Population::Time => self.methods.occurrences.as_ref(),
        }
    }

    /// Why nothing can be told of the course of time, where the data are of one instant: one event, or totals that were read once, such as a
    /// single scrape of counters. Then there are neither incidents nor slices, and a projection, alerts and bucket widths have nothing to stand on; the share
    /// of good events stays.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear};
    /// use sre_stats::series::Identity;
    /// use sre_stats::slo::{Counts, Options, SloInput, evaluate};
    /// use sre_stats::time::{Span, Timestamp, Window};
    /// use sre_stats::unit::Unit;
    /// let scrape = Window::new(Timestamp(0), Span(1))?;
    /// let histogram = AnySketch::LogLinear(LogLinear::from_values(&[0.120, 0.290, 0.300, 0.310]));
    /// let counts = Counts::from_histograms(Identity::new("latency", Unit::Second), &[(scrape, histogram)], &"< 300ms".parse()?)?;
    /// let report = evaluate(&"99% of requests < 300ms over 30d".parse()?, SloInput::Counts(&counts), &Options::default())?;
    /// assert!(report.without_duration().unwrap().contains("one instant"));
    /// assert_eq!((report.service_level().unwrap().value, report.incidents.len()), (0.5, 0));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn without_duration(&self) -> Option<&'static str> {
        self.instant
    }

    /// Whether the budget is that of the events seen in a part of the period, and not of the whole of it.
    pub(crate) fn of_events_seen(&self) -> bool {
        self.own.iter().any(|c| c == BUDGET_OF_EVENTS)
    }

    /// What a reader must know of the bad time, as for the [accounting by windows](crate::window::account), which has the budget of the whole
    /// period: the caveats without those that are about the objective's own members, such as the events seen, or its slices.
    ///
    /// ```
    /// use sre_stats::events::Events;
    /// use sre_stats::series::{Identity, NanPolicy};
    /// use sre_stats::slo::{Options, SloInput, evaluate};
    /// let times = (0..3600).map(|s| s * 1_000_000_000).collect();
    /// let events = Events::new(Identity::new("latency", Default::default()), times, vec![0.1; 3600], None, NanPolicy::Refuse)?;
    /// let report = evaluate(&"99% of requests < 1 over 1d".parse()?, SloInput::Events(&events), &Options::default())?;
    /// assert!(report.caveats.iter().any(|c| c.contains("budget is that of the events seen")));
    /// assert!(report.caveats_of_time().iter().any(|c| c.contains("budget is that of the whole period")));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn caveats_of_time(&self) -> Vec<String> {
        let shared = self.caveats.iter().filter(|c| !self.own.contains(c)).cloned();
        shared.chain(self.of_events_seen().then(|| BUDGET_OF_PERIOD.to_owned())).collect()
    }
}

/// Where data cover a part of a period, what requests are allowed is a share of those seen.
pub(super) const BUDGET_OF_EVENTS: &str = "the budget is that of the events seen, not of a whole period";
/// What time is allowed is a share of the period.
pub(super) const BUDGET_OF_PERIOD: &str =
    "the budget is that of the whole period; the part of it that was not seen may spend too";
