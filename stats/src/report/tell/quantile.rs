//! Quantiles, by definition, by tool and by where they are read from.

use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::figure::{Figure, QuantileCurve, quantile_figure};
use crate::histogram::{LayoutChoice, Sketch};
use crate::load::Histograms;
use crate::method::{Definition, Method};
use crate::quantile::{Quantile, Rule, Tool, ToolQuantile, harrell_davis, none_above, quantiles, tool_quantiles};
use crate::report::{Block, Cell, Column, Section, Table};
use crate::time::{Span, Window};
use crate::unit::Unit;

/// One quantile of one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileRow {
    /// The quantile.
    pub q: Quantile,
    /// The window of the samples, where they were cut into windows.
    pub window: Option<Window>,
    /// The definition; `None` for a histogram, whose quantile is the sample of the nearest rank within a bin, and for a tool
    /// with a rule of its own.
    pub definition: Option<Definition>,
    /// The tool that would have printed it, where one was asked for.
    pub tool: Option<Tool>,
    /// Where it was read from: `exact` or the name of a layout, such as `log-linear`.
    pub layout: String,
    /// The number.
    pub estimate: Estimate,
    /// The size in bytes of the histogram that it was read from.
    pub bytes: Option<u64>,
}

const EXACT: &str = "exact";

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
            tool: None,
            layout: EXACT.to_owned(),
            estimate,
            bytes: None,
        }));
    }
    Ok(rows)
}

/// Quantiles of samples as a layout keeps them, with the bytes that it is stored in.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the layout cannot be built, [`Empty`](crate::ErrorKind::Empty) where it holds
/// none of the samples.
pub fn of_layout(values: &[f64], qs: &[Quantile], layout: LayoutChoice, scope: &Scope) -> Result<Vec<QuantileRow>> {
    let sketch = layout.build(values)?;
    let bytes = Some(sketch.stored_bytes()? as u64);
    let estimates = sketch.quantiles(qs, scope)?;
    let row = |(&q, estimate)| QuantileRow {
        q,
        window: None,
        definition: None,
        tool: None,
        layout: layout.to_string(),
        estimate,
        bytes,
    };
    Ok(qs.iter().zip(estimates).map(row).collect())
}

/// Quantiles of histograms that were stored: of all together, or of each window of a grid.
///
/// # Errors
/// As [`Histograms::merged`] and [`Histograms::coarsened`].
pub fn of_histograms(histograms: &Histograms, qs: &[Quantile], every: Option<Span>) -> Result<Vec<QuantileRow>> {
    let unit = &histograms.identity().unit;
    let (asked, note) = match every {
        None => (vec![(histograms.extent(), histograms.merged()?)], None),
        Some(width) => {
            let coarsened = histograms.coarsened(histograms.grid(width)?)?;
            let note = coarsened.note();
            (coarsened.windows, note)
        }
    };
    let mut rows = Vec::new();
    for (window, sketch) in asked {
        let mut estimates = sketch.quantiles(qs, &Scope::new(unit.clone(), window))?;
        for estimate in &mut estimates {
            estimate.caveats.extend(note.clone());
        }
        let (layout, bytes) = (sketch.coded_schema(), sketch.stored_bytes().ok().map(|n| n as u64));
        rows.extend(qs.iter().zip(estimates).map(|(q, estimate)| QuantileRow {
            q: *q,
            window: every.map(|_| window),
            definition: None,
            tool: None,
            layout: layout.clone(),
            estimate,
            bytes,
        }));
    }
    Ok(rows)
}

/// What each of some tools would have printed for the same samples. What a tool refuses is a row whose value is not a number,
/// without a bound and with the tool's words as the reason.
///
/// # Errors
/// As [`tool_quantiles`].
pub fn by_tool(values: &[f64], qs: &[Quantile], tools: &[Tool], scope: &Scope) -> Result<Vec<QuantileRow>> {
    let all = tool_quantiles(values, qs, tools, scope)?;
    let row = |found: ToolQuantile| QuantileRow {
        q: found.q,
        window: None,
        definition: match found.tool.rule() {
            Rule::Definition(definition) => Some(definition),
            _ => None,
        },
        tool: Some(found.tool),
        layout: EXACT.to_owned(),
        estimate: found.answer.unwrap_or_else(|refusal| {
            let method = Method::Described(found.tool.rule().to_string());
            Estimate::new(f64::NAN, method, refusal.n, scope).with_bound(Bound::Unknown { why: refusal.why })
        }),
        bytes: None,
    };
    Ok(all.into_iter().map(row).collect())
}

/// The definitions with the tools that use each: the last are rules of their own.
pub fn definitions_table() -> Table {
    let columns = vec![Column::text("tool"), Column::text("definition"), Column::text("source")];
    let mut table = Table::new("Definitions by tool", columns);
    table.rows = Tool::ALL
        .iter()
        .map(|tool| vec![tool.title().into(), tool.rule().to_string().into(), tool.source().into()])
        .collect();
    table
}

/// The tools that print a definition, in words.
fn used_by(definition: Definition) -> String {
    let titles: Vec<&str> =
        Tool::ALL.iter().filter(|t| t.rule() == Rule::Definition(definition)).map(|t| t.title()).collect();
    titles.join(", ")
}

/// How far each quantile can be trusted: the distribution-free interval, Harrell and Davis's estimate with its interval, and how
/// probable it is that no sample lies above the true quantile.
///
/// # Errors
/// As [`quantiles`].
pub fn intervals_table(values: &[f64], qs: &[Quantile], scope: &Scope) -> Result<Table> {
    let columns = vec![
        Column::text("quantile"),
        Column::text("estimator"),
        Column::estimate("value"),
        Column::number("lower", scope.unit.clone()),
        Column::number("upper", scope.unit.clone()),
        Column::number("no sample above it", Unit::Ratio),
    ];
    let mut table = Table::new("Intervals at 95 %, for independent samples", columns);
    let mut add = |q: Quantile, name: &str, e: Estimate| {
        let ends = e.confidence.map_or((f64::NEG_INFINITY, f64::INFINITY), |c| (c.lower, c.upper));
        let none = none_above(e.n, q);
        table.rows.push(vec![q.to_string().into(), name.into(), e.into(), ends.0.into(), ends.1.into(), none.into()]);
    };
    for (q, exact) in qs.iter().zip(quantiles(values, qs, Definition::default(), scope)?) {
        add(*q, "type7, order statistics", exact);
        if let Ok(smooth) = harrell_davis(values, *q, scope) {
            add(*q, "Harrell–Davis, jackknife", smooth.estimate);
        }
    }
    Ok(table)
}

/// The rows as a table. Where several definitions stand side by side, it says which tools use each; where several layouts
/// do, what they take.
pub fn table(rows: &[QuantileRow]) -> Table {
    let windowed = rows.iter().any(|r| r.window.is_some());
    let named = rows.iter().any(|r| r.tool.is_none() && r.definition != rows[0].definition && r.definition.is_some());
    let sized = rows.iter().any(|r| r.bytes.is_some());
    let mut columns = vec![Column::text("quantile"), Column::text("read from"), Column::estimate("value")];
    if windowed {
        columns.insert(0, Column::text("window"));
    }
    if sized {
        columns.push(Column::number("stored", Unit::Byte));
    }
    if named {
        columns.push(Column::text("used by"));
    }
    let mut table = Table::new("Quantiles", columns);
    for row in rows {
        let mut cells = vec![row.q.to_string().into(), source(row).into(), row.estimate.clone().into()];
        if windowed {
            cells.insert(0, row.window.map_or_else(String::new, |w| w.start.to_string()).into());
        }
        if sized {
            cells.push(row.bytes.map_or(Cell::Empty, |b| Cell::Number(b as f64)));
        }
        if named {
            let tools = if row.tool.is_none() { row.definition.map(used_by) } else { None };
            cells.push(tools.unwrap_or_default().into());
        }
        table.rows.push(cells);
    }
    table
}

/// Where a row was read from, and by whose definition.
fn source(row: &QuantileRow) -> String {
    match (row.tool, row.definition) {
        (Some(tool), _) => format!("{}, {} ({})", row.layout, tool.title(), tool.rule()),
        (None, Some(definition)) => format!("{}, {definition}", row.layout),
        (None, None) => row.layout.clone(),
    }
}

/// A latency profile: one curve a definition or layout; rows of windows are left out.
///
/// # Errors
/// As [`quantile_figure`].
pub fn figure(rows: &[QuantileRow]) -> Result<Figure> {
    let mut curves: Vec<QuantileCurve> = Vec::new();
    let name = |r: &QuantileRow| match (r.tool, r.definition) {
        (Some(tool), _) => tool.title().to_owned(),
        (None, Some(definition)) => definition.to_string(),
        (None, None) => r.layout.clone(),
    };
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
    let mut section = Section::new(format!("Quantiles of {title}")).with(Block::Table(table(rows)));
    if rows.iter().any(|row| row.estimate.bound == Bound::Exact && row.estimate.confidence.is_some()) {
        let told = "Exact is the value for these samples; the interval is for the process that they come from, if they are independent.";
        section.blocks.push(Block::Text(told.to_owned()));
    }
    match figure(rows) {
        Ok(figure) => section.with(Block::Figure(figure)),
        Err(_) => section,
    }
}
