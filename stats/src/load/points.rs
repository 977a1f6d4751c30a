//! Points of metrics as OpenTelemetry and the cloud providers have them, made series.
//!
//! A reader of such a format only decodes: it gives each point with its metric to a [`Builder`]. Gauges stay gauges, monotonic sums are
//! counters where they are cumulative and deltas where not, a histogram is one window a point: from the point before it (or its start) to
//! its own time, which for cumulative ones takes the difference of two points. Summaries become their quantiles, counts and sums.

use std::collections::BTreeMap;

use crate::error::{Position, Result};
use crate::histogram::AnySketch;
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::histograms::{Histograms, Point, windows};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, to_dataset};
use crate::series::Identity;
use crate::time::Window;
use crate::unit::Unit;

/// A metric without its points.
#[derive(Clone, Debug)]
pub(crate) struct Metric {
    pub(crate) name: String,
    /// The unit that the source gives; `None` leaves it to the name.
    pub(crate) unit: Option<Unit>,
    pub(crate) shape: Shape,
}

/// What the points of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Gauge,
    Sum { monotonic: bool, cumulative: bool },
    Histogram { cumulative: bool },
    Summary,
}

/// One point.
#[derive(Debug)]
pub(crate) struct DataPoint {
    pub(crate) labels: Labels,
    /// Nanoseconds since the epoch, where it is there.
    pub(crate) start: Option<i64>,
    pub(crate) time: Option<i64>,
    /// Whether it says itself that it holds no value.
    pub(crate) no_value: bool,
    pub(crate) value: PointValue,
}

/// What a point holds.
#[derive(Debug)]
pub(crate) enum PointValue {
    Number(Option<f64>),
    Histogram(Result<AnySketch>),
    Summary {
        count: Option<f64>,
        sum: Option<f64>,
        /// Quantiles as text, with their values.
        quantiles: Vec<(String, Option<f64>)>,
    },
}

/// What the points came from, as a data set tells it.
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) bytes: u64,
    pub(crate) format: Format,
}

/// What identifies a metric's series.
type Key = (String, Labels);

/// The series being built.
#[derive(Default)]
pub(crate) struct Builder {
    /// Whether deltas are marked as such, since the source may give one sum in both ways.
    mark_deltas: bool,
    /// Whether the source gives points in no order of time, which then is none of its faults.
    any_order: bool,
    samples: BTreeMap<Key, Samples>,
    histograms: BTreeMap<(Key, bool), (Option<Unit>, Vec<Point>)>,
    rows: u64,
    no_value: u64,
    unreadable: BTreeMap<String, u64>,
}

impl Builder {
    /// One for a source that may give a sum both as its total and as its differences.
    pub(crate) fn marking_deltas() -> Self {
        Self { mark_deltas: true, ..Self::default() }
    }

    /// One for a source whose points come in no order of time.
    pub(crate) fn in_any_order() -> Self {
        Self { any_order: true, ..Self::default() }
    }

    /// How many points there were so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a point of a metric.
    pub(crate) fn point(&mut self, metric: &Metric, point: DataPoint) {
        self.rows += 1;
        let Some(time) = point.time.filter(|_| !point.no_value) else {
            self.no_value += 1;
            return;
        };
        let (name, unit) = (&metric.name, metric.unit.as_ref());
        match (point.value, metric.shape) {
            (PointValue::Number(value), shape) => {
                let kind = match shape {
                    Shape::Sum { monotonic: true, cumulative: true } => Kind::Counter,
                    Shape::Sum { cumulative: false, .. } => Kind::Delta,
                    _ => Kind::Gauge,
                };
                self.sample(name.clone(), point.labels, kind, unit, time, value);
            }
            (PointValue::Summary { count, sum, quantiles }, _) => {
                for (part, value, unit) in [("count", count, Some(&Unit::Count)), ("sum", sum, unit)] {
                    if value.is_some() {
                        self.sample(format!("{name}_{part}"), point.labels.clone(), Kind::Counter, unit, time, value);
                    }
                }
                for (quantile, value) in quantiles {
                    let mut labels = point.labels.clone();
                    labels.set("quantile", quantile);
                    self.sample(name.clone(), labels, Kind::Gauge, unit, time, value);
                }
            }
            (PointValue::Histogram(Ok(sketch)), shape) => {
                let cumulative = shape == Shape::Histogram { cumulative: true };
                let key = ((name.clone(), point.labels), cumulative);
                let (_, points) = self.histograms.entry(key).or_insert_with(|| (unit.cloned(), Vec::new()));
                points.push(Point { start: point.start, time, sketch });
            }
            (PointValue::Histogram(Err(e)), _) => {
                *self.unreadable.entry(format!("{name}: {}", e.message())).or_default() += 1;
            }
        }
    }

    fn sample(
        &mut self,
        name: String,
        mut labels: Labels,
        kind: Kind,
        unit: Option<&Unit>,
        time: i64,
        value: Option<f64>,
    ) {
        let Some(value) = value else {
            self.no_value += 1;
            return;
        };
        if self.mark_deltas && kind == Kind::Delta {
            labels.set("temporality", "delta");
        }
        let key = (name.clone(), labels.clone());
        let fresh = || Samples { name, labels, unit: unit.cloned(), kind: Some(kind), ..Samples::default() };
        let samples = self.samples.entry(key).or_insert_with(fresh);
        samples.times.push(time);
        samples.values.push(value);
    }

    /// Makes the data set.
    pub(crate) fn finish(self, from: &Source<'_>, options: &LoadOptions, mut report: LoadReport) -> Result<Dataset> {
        let Source { file, bytes, format } = *from;
        let position = || Position::in_file(file);
        if self.no_value > 0 {
            let message = format!("{} without a time or value left out", counted(self.no_value, "point"));
            report.warn(WarningKind::Blank, message, position(), self.no_value);
        }
        for (what, count) in self.unreadable {
            let message = format!("{} of a histogram left out, {what}", counted(count, "point"));
            report.warn(WarningKind::OtherRecord, message, position(), count);
        }
        let wanted = |name: &str| options.value.as_ref().is_none_or(|v| v.split(',').any(|v| v.trim() == name));
        let mut items = Vec::new();
        for (((name, mut labels), cumulative), (unit, points)) in self.histograms {
            if !wanted(&name) {
                continue;
            }
            if self.mark_deltas && !cumulative {
                labels.set("temporality", "delta");
            }
            let identity = Identity { name, labels, unit: options.unit.clone().or(unit).unwrap_or_default() };
            let windows = windows(points, cumulative, &identity.title(), file, &mut report);
            let inside =
                |w: &Window| options.from.is_none_or(|t| w.start >= t) && options.to.is_none_or(|t| w.start < t);
            let title = identity.title();
            match Histograms::new(identity, windows.into_iter().filter(|(w, _)| inside(w)).collect()) {
                Ok(histograms) => items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), format)),
                Err(e) if e.kind() == crate::ErrorKind::Empty => {
                    report.warn(WarningKind::EmptySeries, format!("“{title}” holds no value"), position(), 1);
                }
                Err(e) => return Err(e.in_file(file)),
            }
        }
        report.rows = self.rows;
        report.files.push(FileRead { name: file.to_owned(), format, bytes, rows: self.rows });
        let mut samples: Vec<Samples> = self.samples.into_values().collect();
        if self.any_order {
            samples.iter_mut().for_each(in_order);
        }
        let only_histograms = !items.is_empty() && !samples.iter().any(|s| wanted(&s.name));
        let mut data = if only_histograms {
            Dataset { items: Vec::new(), report }
        } else {
            to_dataset(samples, options, format, file, report)?
        };
        data.items.extend(items);
        data.sort();
        Ok(data)
    }
}

/// The same samples in the order of their times.
fn in_order(samples: &mut Samples) {
    let mut pairs: Vec<(i64, f64)> = samples.times.iter().copied().zip(samples.values.iter().copied()).collect();
    pairs.sort_by_key(|(time, _)| *time);
    (samples.times, samples.values) = pairs.into_iter().unzip();
}
