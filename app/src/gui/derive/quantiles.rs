//! The quantiles of a series over the nines.

use sre_stats::estimate::Estimate;
use sre_stats::figure::{self, Figure, Mark, QuantileCurve, Role, Shape};
use sre_stats::histogram::LogLinear;
use sre_stats::load::{Data, Histograms};
use sre_stats::method::Definition;
use sre_stats::progress::Progress;
use sre_stats::quantile::{Quantile, Tool, quantiles};
use sre_stats::report::{Block, Cell, Column, Section, Table, tell};
use sre_stats::unit::Unit;
use sre_stats::{Error, Result};

use super::document::{Document, rate};
use super::selection::selected;
use super::track::TrackKey;

/// The quantiles of an item over the nines.
#[derive(Debug)]
pub struct QuantileProfile {
    /// The curves: exact, and from the log-linear histogram with its guaranteed bounds.
    pub curves: Vec<QuantileCurve>,
    /// The picture.
    pub figure: Figure,
    /// What each tool would have printed, where the samples are there to ask it.
    pub tools: Option<Table>,
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
        let item = selected(document.item(key.item)?, key.values)?;
        if let Data::Histograms(histograms) = &item.data {
            return Self::of_histograms(histograms);
        }
        let derived = match &item.data {
            Data::Counter(counter) => Some(rate(counter)?),
            _ => None,
        };
        let values = derived.as_ref().map_or(item.values(), |s| s.values());
        let scope = match (&item.data, &derived) {
            (Data::Events(events), None) => events.scope(),
            (_, Some(series)) | (Data::Gauge(series), None) => series.scope(),
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
        progress.stage("asking what other tools would print", 0);
        let asked = [Quantile::MEDIAN, Quantile::P90, Quantile::P99, Quantile::P999];
        let mut tools = tell::quantile::table(&tell::quantile::by_tool(values, &asked, &Tool::ALL, &scope)?);
        "What would each tool have printed?".clone_into(&mut tools.title);
        Ok(Self { curves, figure, tools: Some(tools) })
    }

    /// The quantiles of all windows of stored histograms together.
    fn of_histograms(histograms: &Histograms) -> Result<Self> {
        let qs = nines(histograms.counts().iter().sum::<f64>() as u64);
        let rows = tell::quantile::of_histograms(histograms, &qs, None)?;
        let layout = rows.first().map(|row| row.layout.clone()).unwrap_or_default();
        let points = rows.into_iter().map(|row| (row.q, row.estimate)).collect();
        let curves = vec![QuantileCurve { name: format!("{layout} histogram"), points }];
        let mut figure = figure::quantile_figure(&curves)?;
        figure.title = format!("Quantiles of {}", histograms.identity().title());
        Ok(Self { curves, figure, tools: None })
    }

    /// A row for every quantile, with its provenance.
    pub fn table(&self) -> Table {
        let mut columns = vec![Column::text("quantile")];
        columns.extend(self.curves.iter().map(|c| Column::estimate(c.name.clone())));
        let mut table = Table::new("Quantiles", columns);
        let rows = self.curves.first().map_or(0, |c| c.points.len());
        for i in 0..rows {
            let q = self.curves.first().and_then(|c| c.points.get(i)).map(|p| p.0.to_string()).unwrap_or_default();
            let mut row = vec![q.into()];
            for curve in &self.curves {
                row.push(curve.points.get(i).map_or(Cell::Empty, |p| p.1.clone().into()));
            }
            table.rows.push(row);
        }
        table
    }

    /// All of it under one heading.
    pub fn section(&self) -> Section {
        let section = Section::new(self.figure.title.clone())
            .with(Block::Figure(self.figure.clone()))
            .with(Block::Table(self.table()));
        match &self.tools {
            Some(tools) => section.with(Block::Table(tools.clone())),
            None => section,
        }
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
