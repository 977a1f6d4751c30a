//! Quantiles, by definition and by where they are read from.

use crate::error::Result;
use crate::estimate::{Estimate, Scope};
use crate::figure::{Figure, QuantileCurve, quantile_figure};
use crate::histogram::LogLinear;
use crate::method::{Definition, Method};
use crate::quantile::{Quantile, quantiles};
use crate::report::{Block, Column, Section, Table};
use crate::time::Window;

/// One quantile of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileRow {
    /// The quantile.
    pub q: Quantile,
    /// The window of the samples, where they were cut into windows.
    pub window: Option<Window>,
    /// The definition; `None` for a histogram, whose quantile is the sample of the nearest rank within a bin.
    pub definition: Option<Definition>,
    /// Where it was read from: `exact` or `log-linear`.
    pub layout: &'static str,
    /// The number.
    pub estimate: Estimate,
    /// The size in bytes of the histogram that it was read from.
    pub bytes: Option<u64>,
}

/// Exact quantiles of samples by each of several definitions.
///
/// # Errors
/// As [`quantiles`].
pub fn exact(values: &[f64], qs: &[Quantile], definitions: &[Definition], scope: &Scope) -> Result<Vec<QuantileRow>> {
    let mut rows = Vec::with_capacity(qs.len() * definitions.len());
    for &definition in definitions {
        let estimates = quantiles(values, qs, definition, scope)?;
        rows.extend(qs.iter().zip(estimates).map(|(&q, estimate)| QuantileRow {
            q,
            window: None,
            definition: Some(definition),
            layout: "exact",
            estimate,
            bytes: None,
        }));
    }
    Ok(rows)
}

/// Quantiles of a log-linear histogram of samples, with its size as it is stored.
///
/// # Errors
/// As [`LogLinear::quantiles`].
pub fn log_linear(values: &[f64], qs: &[Quantile], scope: &Scope) -> Result<Vec<QuantileRow>> {
    let histogram = LogLinear::from_values(values);
    let bytes = Some(histogram.to_bytes().len() as u64);
    let estimates = histogram.quantiles(qs, scope)?;
    let row = |(&q, estimate)| QuantileRow { q, window: None, definition: None, layout: "log-linear", estimate, bytes };
    Ok(qs.iter().zip(estimates).map(row).collect())
}

/// The rows as a table.
pub fn table(rows: &[QuantileRow]) -> Table {
    let windowed = rows.iter().any(|r| r.window.is_some());
    let mut columns = vec![Column::text("quantile"), Column::text("read from"), Column::estimate("value")];
    if windowed {
        columns.insert(0, Column::text("window"));
    }
    let mut table = Table::new("Quantiles", columns);
    for row in rows {
        let from = match row.definition {
            Some(definition) => format!("{}, {definition}", row.layout),
            None => row.layout.to_owned(),
        };
        let mut cells = vec![row.q.to_string().into(), from.into(), row.estimate.clone().into()];
        if windowed {
            cells.insert(0, row.window.map_or_else(String::new, |w| w.start.to_string()).into());
        }
        table.rows.push(cells);
    }
    table
}

/// A latency profile: one curve a definition or layout; rows of windows are left out.
///
/// # Errors
/// As [`quantile_figure`].
pub fn figure(rows: &[QuantileRow]) -> Result<Figure> {
    let mut curves: Vec<QuantileCurve> = Vec::new();
    let name = |r: &QuantileRow| r.definition.map_or_else(|| r.layout.to_owned(), |d| Method::Quantile(d).to_string());
    for row in rows.iter().filter(|r| r.window.is_none()) {
        let name = name(row);
        let point = (row.q, row.estimate.clone());
        match curves.iter_mut().find(|c| c.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(QuantileCurve { name, points: vec![point] }),
        }
    }
    for curve in &mut curves {
        curve.points.sort_by(|a, b| a.0.p().total_cmp(&b.0.p()));
    }
    quantile_figure(&curves)
}

/// Table and profile of a series under its name.
pub fn section(title: &str, rows: &[QuantileRow]) -> Section {
    let section = Section::new(format!("Quantiles of {title}")).with(Block::Table(table(rows)));
    match figure(rows) {
        Ok(figure) => section.with(Block::Figure(figure)),
        Err(_) => section,
    }
}
