//! What views show, made from the data set by `sre-stats` in background jobs. Nothing is computed here: the right calls are
//! made, with the choices of the user.

use std::sync::Arc;

use sre_stats::estimate::Estimate;
use sre_stats::figure::{self, Axis, Direction, Figure, Mark, QuantileCurve, Role, Shape};
use sre_stats::histogram::LogLinear;
use sre_stats::load::{Data, Dataset, Item};
use sre_stats::method::Definition;
use sre_stats::progress::Progress;
use sre_stats::quantile::{Quantile, quantiles};
use sre_stats::series::Series;
use sre_stats::slo::{Objective, Options, SloInput, SloReport, evaluate};
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats::window::{
    Accounting, Advice, AdvisorInput, IncidentPattern, Ladder, NoData, Rule, Verdict, account, advise,
};
use sre_stats::{Error, Result};

use super::pyramid::Pyramid;

/// A file that was read.
#[derive(Debug)]
pub struct Document {
    /// Its number in this run of the program.
    pub id: u64,
    /// What the title bar calls it.
    pub title: String,
    /// Where it came from, for reloading.
    pub paths: Vec<std::path::PathBuf>,
    /// What was in it.
    pub dataset: Dataset,
}

impl Document {
    /// An item of the data set.
    ///
    /// # Errors
    /// Where there is no such item.
    pub fn item(&self, index: usize) -> Result<&Item> {
        self.dataset.items.get(index).ok_or_else(|| Error::argument(format!("there is no series {index}")))
    }
}

/// What a track is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// Whether a counter is drawn as its rate.
    pub rate: bool,
}

/// A column ready to be drawn at any zoom.
#[derive(Debug)]
pub struct Track {
    document: Arc<Document>,
    item: usize,
    derived: Option<Series>,
    pyramid: Pyramid,
    gaps: Vec<(Timestamp, Timestamp)>,
    resets: Vec<Timestamp>,
    dropped: u64,
    /// The name with its labels.
    pub title: String,
    /// The vertical axis.
    pub y: Axis,
    /// What one sample is called.
    pub what: &'static str,
}

/// The rate of a counter, across no more than a step and a half.
fn rate(counter: &sre_stats::counter::Counter) -> Result<Series> {
    let step = counter.samples().step().unwrap_or(Span::MINUTE);
    counter.rate(Span(step.0 + step.0 / 2))
}

impl Track {
    /// Prepares an item for drawing.
    ///
    /// # Errors
    /// Where the item cannot be drawn, or on request.
    pub fn new(document: &Arc<Document>, key: &TrackKey, progress: &Progress) -> Result<Self> {
        let item = document.item(key.item)?;
        let derived = match &item.data {
            Data::Counter(counter) if key.rate => Some(rate(counter)?),
            _ => None,
        };
        let values = derived.as_ref().map_or(item.values(), |s| s.values());
        let pyramid = Pyramid::build(values, progress)?;
        progress.check()?;
        let identity = derived.as_ref().map_or(&item.identity, |s| s.identity());
        let (what, resets) = match &item.data {
            Data::Events(_) => ("events", Vec::new()),
            Data::Counter(counter) => ("samples", counter.resets()),
            _ => ("samples", Vec::new()),
        };
        Ok(Self {
            document: Arc::clone(document),
            item: key.item,
            pyramid,
            gaps: item.gaps(),
            resets,
            dropped: item.dropped().total(),
            title: identity.title(),
            y: Axis::new(&*identity.name, identity.unit.clone()),
            what,
            derived,
        })
    }

    /// Times and values.
    pub fn columns(&self) -> (&[i64], &[f64]) {
        match (&self.derived, self.document.dataset.items.get(self.item)) {
            (Some(series), _) => (series.times(), series.values()),
            (None, Some(item)) => (item.times(), item.values()),
            (None, None) => (&[], &[]),
        }
    }

    /// The first instant: position 0 of the time axis.
    pub fn origin(&self) -> Timestamp {
        Timestamp(self.columns().0.first().copied().unwrap_or_default())
    }

    /// The positions of the first and the last sample with a little room, so that marks at the ends stay whole.
    pub fn extent(&self) -> (f64, f64) {
        let times = self.columns().0;
        let end = Timestamp(times.last().copied().unwrap_or_default()).since(self.origin()).as_secs_f64();
        if end > 0.0 { (-0.01 * end, 1.01 * end) } else { (-0.5, 0.5) }
    }

    /// The picture of the time between two positions, for a plot `width_px` pixels wide: every sample while there are no more
    /// than two a pixel, the range and the mean of each pixel beyond that.
    pub fn figure(&self, range: (f64, f64), width_px: usize) -> Figure {
        let (times, values) = self.columns();
        let origin = self.origin();
        let x = Axis::time(origin).with_range(range.0, range.1);
        let (start, end) = (x.instant(range.0).0, x.instant(range.1).0);
        let mut figure = Figure::new(self.title.clone(), x, self.y.clone());
        let from = times.partition_point(|&t| t < start).saturating_sub(1);
        let to = (times.partition_point(|&t| t <= end) + 1).min(times.len());
        let seen = self.gaps.iter().filter(|g| g.1.0 >= start && g.0.0 <= end);
        let gaps: Vec<(Timestamp, Timestamp)> = seen.copied().collect();
        if gaps.len() <= 50 {
            for (a, b) in &gaps {
                let (from, to) = (figure.x.position(*a), figure.x.position(*b));
                let shape = Shape::Region { from, to, direction: Direction::Vertical };
                figure.marks.push(Mark::new("no data", Role::Neutral, shape));
            }
        }
        let position = |t: i64| Timestamp(t).since(origin).as_secs_f64();
        let mut breaks = gaps.iter().map(|g| g.1.0).peekable();
        let mut densest = 1;
        let width_px = width_px.max(1);
        if to - from <= 2 * width_px {
            let mut points = Vec::with_capacity(to - from);
            for (&t, &v) in times.iter().zip(values).take(to).skip(from) {
                if breaks.next_if(|b| *b <= t).is_some() && !points.is_empty() {
                    points.push((position(t), f64::NAN));
                }
                points.push((position(t), v));
            }
            let shape = if self.what == "events" { Shape::Points { points } } else { Shape::Line { points } };
            figure.marks.push(Mark::new(self.title.clone(), Role::Series(0), shape));
        } else {
            let (mut x, mut lower, mut upper, mut line) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let span = (i128::from(end) - i128::from(start)).max(1);
            let edge = |i: usize| (i128::from(start) + span * i as i128 / width_px as i128) as i64;
            let mut a = from;
            for i in 1..=width_px {
                let limit = if i == width_px {
                    to
                } else {
                    a + times.get(a..to).unwrap_or_default().partition_point(|&t| t < edge(i))
                };
                let Ok(node) = self.pyramid.query(values, a, limit) else { continue };
                let (first, last) =
                    (times.get(a).copied().unwrap_or_default(), times.get(limit - 1).copied().unwrap_or_default());
                let middle = f64::midpoint(position(first), position(last));
                let mut broken = false;
                while breaks.next_if(|b| *b <= first).is_some() {
                    broken = true;
                }
                if broken {
                    x.push(middle);
                    lower.push(f64::NAN);
                    upper.push(f64::NAN);
                    line.push((middle, f64::NAN));
                }
                let count = limit - a;
                densest = densest.max(count);
                x.push(middle);
                lower.push(node.min);
                upper.push(node.max);
                line.push((middle, (node.sum / count as f64).clamp(node.min, node.max)));
                a = limit;
            }
            figure.marks.push(Mark::new("smallest to largest", Role::Series(0), Shape::Band { x, lower, upper }));
            figure.marks.push(Mark::new(
                format!("mean of {}", self.title),
                Role::Series(0),
                Shape::Line { points: line },
            ));
        }
        let resets: Vec<&Timestamp> = self.resets.iter().filter(|r| r.0 >= start && r.0 <= end).collect();
        if resets.len() <= 50 {
            for reset in resets {
                let shape = Shape::Rule { at: figure.x.position(*reset), direction: Direction::Vertical };
                figure.marks.push(Mark::new("reset", Role::Warn, shape));
            }
        }
        figure.caption = self.caption(to - from, densest, gaps.len());
        figure
    }

    fn caption(&self, shown: usize, densest: usize, gaps: usize) -> String {
        let what = self.what;
        let mut text = format!("{shown} of {} {what} shown.", self.columns().0.len());
        if densest > 1 {
            text.push_str(&format!(
                " One pixel stands for up to {densest} {what}: the line is their mean, the band reaches from the smallest to the largest, so no peak is hidden."
            ));
        }
        if gaps > 0 {
            text.push_str(&format!(" {gaps} {} without data.", if gaps == 1 { "gap" } else { "gaps" }));
        }
        if self.dropped > 0 {
            text.push_str(&format!(" {} unusable values were left out.", self.dropped));
        }
        text
    }
}

/// The rules offered in the list.
pub fn rules() -> Vec<Rule> {
    let mut rules = vec![Rule::AnyBad, Rule::Share(0.1), Rule::Majority, Rule::AllBad];
    rules.extend([Quantile::MEDIAN, Quantile::P95, Quantile::P99].map(Rule::Percentile));
    rules.push(Rule::Mean);
    rules
}

/// An objective that fits an item, as a start.
pub fn first_objective(item: &Item) -> String {
    let time = item.identity.unit.is_time();
    match &item.data {
        Data::Events(events) if events.ok().is_some() => "99.9% of requests ok over 30d",
        Data::Events(_) if time => "99.9% of requests < 300ms over 30d",
        Data::Gauge(_) if time => "99.9% of time < 300ms over 30d",
        _ => "99.9% of time up over 30d",
    }
    .to_owned()
}

/// What an analysis of slices is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// The objective.
    pub objective: Objective,
    /// The rule, where it is not the objective's own.
    pub rule: Option<Rule>,
    /// What missing data count as.
    pub no_data: NoData,
}

/// The bad time of an item under an objective, and what slices of all widths charge for it.
#[derive(Debug)]
pub struct WindowAnalysis {
    /// What the data say of the objective.
    pub slo: SloReport,
    /// The rule that was used.
    pub rule: Rule,
    /// All widths of the ladder.
    pub accounting: Accounting,
    /// The band of honest and safe widths, or why there is none.
    pub advice: Result<Advice, String>,
    /// The same over all widths as a picture.
    pub charged: Figure,
}

impl WindowAnalysis {
    /// Evaluates the objective and charges slices of every width at every phase.
    ///
    /// # Errors
    /// Where objective and data do not fit, or on request.
    pub fn new(document: &Document, key: &WindowKey, progress: &Progress) -> Result<Self> {
        progress.stage("finding bad time", 0);
        let item = document.item(key.item)?;
        let rule = key.rule.or_else(|| key.objective.rule()).unwrap_or(Rule::AnyBad);
        let options = Options { rule, no_data: key.no_data, ..Options::default() };
        let counter;
        let input = match &item.data {
            Data::Gauge(series) => SloInput::Series(series),
            Data::Events(events) => SloInput::Events(events),
            Data::Counter(c) => {
                counter = rate(c)?;
                SloInput::Series(&counter)
            }
            _ => return Err(Error::unsupported("this kind of series has no bad time yet")),
        };
        let slo = evaluate(&key.objective, input, &options)?;
        progress.check()?;
        progress.stage("charging slices of every width", 0);
        let budget = key.objective.budget();
        let bad = &slo.bad_time;
        let accounting = account(bad, &Ladder::default(), &rule, Some(&budget))?;
        progress.check()?;
        let seconds = bad.observed().as_secs_f64();
        let events = matches!(item.data, Data::Events(_)) && seconds > 0.0;
        let advice = advise(&AdvisorInput {
            budget,
            incidents: IncidentPattern::Measured(bad.lengths()),
            rule,
            rate_per_s: events.then(|| bad.samples() as f64 / seconds),
            quantile: events.then_some(Quantile::P99),
            level: 0.95,
        })
        .map_err(|e| e.to_string());
        let rows: Vec<figure::ChargedWidth> = accounting
            .rows
            .iter()
            .map(|r| figure::ChargedWidth {
                width: r.width,
                min_s: r.charged.min.value,
                mean_s: r.charged.mean.value,
                max_s: r.charged.max.value,
                aligned_s: Some(r.charged.aligned.value),
                verdict: verdict(r.verdict),
            })
            .collect();
        let charged = figure::charged_figure(
            &rows,
            bad.total().as_secs_f64(),
            Some(budget.allowed().as_secs_f64()),
            &rule.to_string(),
        )?;
        Ok(Self { slo, rule, accounting, advice, charged })
    }

    /// The bad time that the objective allows.
    pub fn allowed(&self) -> Span {
        self.slo.objective.budget().allowed()
    }

    /// The row of the width nearest above `width`, or the last.
    pub fn row_index(&self, width: Span) -> usize {
        let rows = &self.accounting.rows;
        rows.iter().position(|r| r.width >= width).unwrap_or(rows.len().saturating_sub(1))
    }

    /// What slices of one width charge at every phase, as a picture.
    ///
    /// # Errors
    /// Where there is no such row.
    pub fn phase_figure(&self, row: usize) -> Result<Figure> {
        let row = self.accounting.rows.get(row).ok_or_else(|| Error::empty("no width to draw"))?;
        let allowed = self.allowed();
        let points: Vec<figure::PhasePoint> = row
            .profile
            .runs()
            .iter()
            .map(|run| {
                let charged = row.profile.charged(run.from);
                let within = charged <= allowed;
                figure::PhasePoint {
                    phase: run.from,
                    charged_s: charged.as_secs_f64(),
                    verdict: if within { figure::Verdict::Met } else { figure::Verdict::Violated },
                }
            })
            .collect();
        figure::phase_figure(
            &points,
            row.width,
            row.true_bad.value,
            Some(allowed.as_secs_f64()),
            &self.rule.to_string(),
        )
    }
}

/// A verdict of the analysis as one of a figure.
pub fn verdict(verdict: Option<Verdict>) -> figure::Verdict {
    match verdict {
        Some(Verdict::Met) => figure::Verdict::Met,
        Some(Verdict::Violated) => figure::Verdict::Violated,
        Some(Verdict::DependsOnPhase) => figure::Verdict::DependsOnPhase,
        _ => figure::Verdict::NoData,
    }
}

/// The quantiles of an item over the nines.
#[derive(Debug)]
pub struct QuantileProfile {
    /// The curves: exact, and from the log-linear histogram with its guaranteed bounds.
    pub curves: Vec<QuantileCurve>,
    /// The picture.
    pub figure: Figure,
}

/// The quantiles shown, as far as the samples reach.
fn nines(n: u64) -> Vec<Quantile> {
    let all = ["0.5", "0.75", "0.9", "0.95", "0.99", "0.995", "0.999", "0.9995", "0.9999", "0.99999"];
    let all = all.iter().filter_map(|p| p.parse::<Quantile>().ok());
    // beyond the largest sample every quantile is that sample
    all.filter(|q| q.p() <= 0.5 || q.complement() * n as f64 >= 1.0).collect()
}

impl QuantileProfile {
    /// Computes quantiles of the item's values.
    ///
    /// # Errors
    /// Where there is no value, or on request.
    pub fn new(document: &Document, key: &TrackKey, progress: &Progress) -> Result<Self> {
        progress.stage("computing quantiles", 0);
        let item = document.item(key.item)?;
        let derived = match &item.data {
            Data::Counter(counter) => Some(rate(counter)?),
            _ => None,
        };
        let values = derived.as_ref().map_or(item.values(), |s| s.values());
        let scope = match (&item.data, &derived) {
            (_, Some(series)) => series.scope(),
            (Data::Events(events), None) => events.scope(),
            (Data::Gauge(series), None) => series.scope(),
            _ => return Err(Error::unsupported("this kind of series has no quantiles yet")),
        };
        let qs = nines(values.len() as u64);
        let exact = quantiles(values, &qs, Definition::default(), &scope)?;
        progress.check()?;
        let stored = LogLinear::from_values(values).quantiles(&qs, &scope)?;
        progress.check()?;
        let curve = |name: &str, estimates: Vec<Estimate>| QuantileCurve {
            name: name.to_owned(),
            points: qs.iter().copied().zip(estimates).collect(),
        };
        let curves = vec![curve("all samples", exact), curve("log-linear histogram", stored)];
        let mut figure = figure::quantile_figure(&curves)?;
        figure.title = format!("Quantiles of {}", derived.as_ref().map_or(&item.identity, |s| s.identity()).title());
        if let Some(band) = confidence_band(&curves[0]) {
            figure.marks.insert(0, band);
            figure.caption.push_str(
                " The shade is the confidence interval of the quantile behind the samples, if they were independent.",
            );
        }
        Ok(Self { curves, figure })
    }
}

/// The confidence intervals of a curve as a band; open ends leave it out.
fn confidence_band(curve: &QuantileCurve) -> Option<Mark> {
    let rows = curve.points.iter().filter_map(|(q, e)| Some((q.nines(), e.confidence?)));
    let rows: Vec<_> = rows.filter(|(x, c)| x.is_finite() && c.lower.is_finite() && c.upper.is_finite()).collect();
    let level = rows.first()?.1.level;
    let shape = Shape::Band {
        x: rows.iter().map(|r| r.0).collect(),
        lower: rows.iter().map(|r| r.1.lower).collect(),
        upper: rows.iter().map(|r| r.1.upper).collect(),
    };
    Some(Mark::new(format!("{} confidence", Unit::Ratio.show(level)), Role::Series(0), shape))
}
