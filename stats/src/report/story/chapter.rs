//! One series' chapter: every analysis that its kind allows, and the reason for each that it does not.

use serde::ser::{SerializeMap, Serializer};

use super::signal::Signal;
use crate::describe::{Statistic, describe};
use crate::error::Result;
use crate::estimate::{Estimate, Scope};
use crate::histogram::LogLinear;
use crate::load::{Data, Item, Kind};
use crate::method::Definition;
use crate::quantile::{Quantile, quantiles};
use crate::series::{Identity, Series};
use crate::slo::{self, Objective, SloInput, SloReport};
use crate::time::Span;
use crate::trend::{ChangeOptions, Changes, Trend, TrendMethod, changes, trend};
use crate::window::{
    Accounting, Advice, AdvisorInput, IncidentPattern, Ladder, ReaggregationRow, Rule, account, advise, reaggregate,
};

/// The level of confidence of the story's intervals and tests.
const LEVEL: f64 = 0.95;

/// The quantiles that the story tells.
const QUANTILES: [Quantile; 5] = [Quantile::MEDIAN, Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999];

/// An analysis that a chapter may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Analysis {
    /// The rate of a counter, on which the others work.
    Rate,
    /// The objective.
    Slo,
    /// The accounting by bucket widths.
    Windows,
    /// The advisor.
    Advisor,
    /// The re-aggregation of percentiles.
    Reaggregation,
    /// Trend.
    Trend,
    /// Changes of level.
    Changes,
}

impl Analysis {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Slo => "objective",
            Self::Windows => "bucket widths",
            Self::Advisor => "advisor",
            Self::Reaggregation => "re-aggregated percentiles",
            Self::Trend => "trend",
            Self::Changes => "changes",
        }
    }
}

/// What is true of one series.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Name, labels and unit; of a counter, those of its rate.
    pub identity: Identity,
    /// What the values are.
    pub kind: Kind,
    /// How many samples or events there are.
    pub count: u64,
    /// The description.
    pub statistics: Vec<Statistic>,
    /// Quantiles of the samples.
    pub quantiles: Vec<(Quantile, Estimate)>,
    /// The same quantiles from the histogram: what would be known had only the histogram been stored.
    pub from_histogram: Vec<(Quantile, Estimate)>,
    /// The histogram of all values.
    pub histogram: LogLinear,
    /// A percentile per window, of events.
    pub signal: Option<Signal>,
    /// The rate of a counter, or the gauge itself.
    pub series: Option<Series>,
    /// The objective.
    pub slo: Option<SloReport>,
    /// What every bucket width would have charged.
    pub windows: Option<Accounting>,
    /// Which widths are safe.
    pub advice: Option<Advice>,
    /// What aggregated percentiles are worth.
    pub reaggregation: Vec<ReaggregationRow>,
    /// Rising or falling.
    pub trend: Option<Trend>,
    /// Changes of level.
    pub changes: Option<Changes>,
    /// What could not be computed, and why.
    pub missing: Vec<(Analysis, String)>,
}

impl Chapter {
    /// Computes a series' chapter.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where there is nothing to describe; what single analyses refuse is in `missing`.
    pub fn of(item: &Item, objective: Option<&Objective>) -> Result<Self> {
        match &item.data {
            Data::Events(events) => {
                let signal = Signal::of(events)?;
                let histogram = signal.histograms.merged();
                let mut chapter = Self::start(item, item.identity.clone(), events.values(), &events.scope(), histogram)?;
                let widths = reaggregation_widths(events.window().width);
                chapter.keep(Analysis::Reaggregation, reaggregate(events, &widths, &[Quantile::P95, Quantile::P99]), |c, r| {
                    c.reaggregation = r;
                });
                let rate = events.len() as f64 / events.window().width.as_secs_f64();
                chapter.judge(objective, SloInput::Events(events), Some(rate));
                chapter.follow(&signal.series);
                chapter.signal = Some(signal);
                Ok(chapter)
            }
            Data::Gauge(series) => Self::of_series(item, series.clone(), objective),
            Data::Counter(counter) => {
                let step = counter.samples().step().unwrap_or(Span::MINUTE);
                match counter.rate(Span(step.0.saturating_mul(3) / 2)) {
                    Ok(rate) => Self::of_series(item, rate, objective),
                    Err(e) => {
                        let raw = counter.samples();
                        let histogram = LogLinear::from_values(raw.values());
                        let mut chapter = Self::start(item, item.identity.clone(), raw.values(), &raw.scope(), histogram)?;
                        chapter.missing.push((Analysis::Rate, e.to_string()));
                        Ok(chapter)
                    }
                }
            }
        }
    }

    fn of_series(item: &Item, series: Series, objective: Option<&Objective>) -> Result<Self> {
        let histogram = LogLinear::from_values(series.values());
        let identity = series.identity().clone();
        let mut chapter = Self::start(item, identity, series.values(), &series.scope(), histogram)?;
        chapter.judge(objective, SloInput::Series(&series), None);
        chapter.follow(&series);
        chapter.series = Some(series);
        Ok(chapter)
    }

    fn start(item: &Item, identity: Identity, values: &[f64], scope: &Scope, histogram: LogLinear) -> Result<Self> {
        let exact = quantiles(values, &QUANTILES, Definition::Type7, scope)?;
        let stored = histogram.quantiles(&QUANTILES, scope)?;
        Ok(Self {
            identity,
            kind: item.kind,
            count: item.count(),
            statistics: describe(values, scope)?,
            quantiles: QUANTILES.into_iter().zip(exact).collect(),
            from_histogram: QUANTILES.into_iter().zip(stored).collect(),
            histogram,
            signal: None,
            series: None,
            slo: None,
            windows: None,
            advice: None,
            reaggregation: Vec::new(),
            trend: None,
            changes: None,
            missing: Vec::new(),
        })
    }

    /// Keeps a result, or the reason why there is none.
    fn keep<T>(&mut self, what: Analysis, result: Result<T>, put: impl FnOnce(&mut Self, T)) {
        match result {
            Ok(value) => put(self, value),
            Err(e) => self.missing.push((what, e.to_string())),
        }
    }

    fn judge(&mut self, objective: Option<&Objective>, input: SloInput<'_>, rate_per_s: Option<f64>) {
        let Some(objective) = objective else { return };
        let report = match slo::evaluate(objective, input, &slo::Options::default()) {
            Ok(report) => report,
            Err(e) => return self.missing.push((Analysis::Slo, e.to_string())),
        };
        let rule = objective.rule().unwrap_or(Rule::AnyBad);
        let budget = objective.budget();
        self.keep(Analysis::Windows, account(&report.bad_time, &Ladder::default(), &rule, Some(&budget)), |c, w| {
            c.windows = Some(w);
        });
        let advice = advise(&AdvisorInput {
            budget,
            incidents: IncidentPattern::Measured(report.bad_time.lengths()),
            rule,
            rate_per_s,
            quantile: rate_per_s.map(|_| Quantile::P99),
            level: LEVEL,
        });
        self.keep(Analysis::Advisor, advice, |c, a| c.advice = Some(a));
        self.slo = Some(report);
    }

    fn follow(&mut self, series: &Series) {
        self.keep(Analysis::Trend, trend(series, TrendMethod::Auto, LEVEL), |c, t| c.trend = Some(t));
        self.keep(Analysis::Changes, changes(series, &ChangeOptions::default()), |c, found| c.changes = Some(found));
    }
}

/// Widths at which percentiles are rolled up: those of which the data hold at least four windows, at most five.
fn reaggregation_widths(length: Span) -> Ladder {
    let all = [60, 300, 900, 3600, 21_600, 86_400].map(Span::from_secs);
    let mut fitting: Vec<Span> = all.into_iter().filter(|w| w.0.saturating_mul(4) <= length.0).take(5).collect();
    if fitting.is_empty() {
        fitting.push(Span((length.0 / 4).max(1)));
    }
    Ladder::new(&fitting).unwrap_or_default()
}

struct Quantiles<'a>(&'a [(Quantile, Estimate)], &'static str);

impl serde::Serialize for Quantiles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(q, e)| {
            serde_json::json!({"q": q, "definition": e.method, "layout": self.1, "estimate": e})
        }))
    }
}

impl serde::Serialize for Chapter {
    /// One result of the command `report`: `series, kind, count, statistics, quantiles, windows, advisor, slo, trend, changes,
    /// missing`, each in the form of its own command.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("series", &serde_json::json!({"name": self.identity.name, "labels": self.identity.labels}))?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("unit", &self.identity.unit)?;
        map.serialize_entry("count", &self.count)?;
        let statistics: serde_json::Map<String, serde_json::Value> =
            self.statistics.iter().map(|s| (s.name.to_owned(), serde_json::json!(s.estimate))).collect();
        map.serialize_entry("statistics", &statistics)?;
        map.serialize_entry("quantiles", &Quantiles(&self.quantiles, "exact"))?;
        map.serialize_entry("stored_quantiles", &Quantiles(&self.from_histogram, "log-linear"))?;
        map.serialize_entry("slo", &self.slo)?;
        map.serialize_entry("windows", &self.windows)?;
        map.serialize_entry("advisor", &self.advice)?;
        map.serialize_entry("reaggregation", &self.reaggregation)?;
        map.serialize_entry("trend", &self.trend)?;
        map.serialize_entry("changes", &self.changes)?;
        let missing: Vec<_> =
            self.missing.iter().map(|(what, why)| serde_json::json!({"analysis": what.name(), "why": why})).collect();
        map.serialize_entry("missing", &missing)?;
        map.end()
    }
}
