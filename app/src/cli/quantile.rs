//! `quantile`: by any definition, as a tool prints it, or from a histogram; over all or per window.

use std::process::ExitCode;

use serde_json::json;
use sre_stats::Error;
use sre_stats::estimate::Scope;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, Item};
use sre_stats::method::Definition;
use sre_stats::quantile::{Quantile, Tool};
use sre_stats::report::tell::quantile::{self, QuantileRow};
use sre_stats::report::{Block, tell};
use sre_stats::time::{Grid, Span};

use super::args::{Layout, QuantileArgs};
use super::failure::Failure;
use super::output::{self, Answer};

/// Which quantiles, and how they are read.
pub(crate) struct Asked {
    pub(crate) quantiles: Vec<Quantile>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) exact: bool,
    pub(crate) layouts: Vec<LayoutChoice>,
    pub(crate) every: Option<Grid>,
}

pub(crate) fn run(args: &QuantileArgs) -> Result<ExitCode, Failure> {
    let all = args.layout.contains(&Layout::All);
    let mut layouts = if all { LayoutChoice::USUAL.to_vec() } else { Vec::new() };
    for layout in &args.layout {
        // one that has other parameters than the usual stands beside it
        if let Layout::Stored(choice) = layout
            && !layouts.contains(choice)
        {
            layouts.push(*choice);
        }
    }
    let asked = Asked {
        quantiles: args.quantiles.clone(),
        definitions: args.definition.iter().flat_map(|d| d.definitions.clone()).collect(),
        tools: args.definition.iter().flat_map(|d| d.tools.clone()).collect(),
        exact: all || args.layout.contains(&Layout::Exact),
        layouts,
        every: args.every.map(|w| Grid::new(w, Span::ZERO)).transpose().map_err(Failure::usage)?,
    };
    let data = args.input.load()?;
    let answer = answer(&data, &asked).or_nothing("a quantile", &data.report)?;
    output::give("quantile", &data, &answer, args.input.strict, &args.output)
}

/// One result a series, window, definition or layout, and quantile.
pub(crate) fn answer(data: &Dataset, asked: &Asked) -> Answer {
    Answer::of_each(&data.items, |item, answer| one(item, asked, answer))
}

fn one(item: &Item, asked: &Asked, answer: &mut Answer) -> Result<(), Error> {
    if let Some(histograms) = item.as_histograms() {
        let rows = quantile::of_histograms(histograms, &asked.quantiles, asked.every.map(Grid::width))?;
        give_rows(item, &rows, answer);
        answer.sections.push(quantile::section(&item.title(), &rows));
        return Ok(());
    }
    let subject = tell::subject::subject(item)?;
    let mut rows = Vec::new();
    let mut left_out = Vec::new();
    match asked.every {
        None => read(&subject.values, asked, &subject.scope, &mut rows, &mut left_out)?,
        Some(grid) => {
            for (window, values) in subject.windows(grid) {
                let mut of_window = Vec::new();
                read(values, asked, &Scope::new(subject.scope.unit.clone(), window), &mut of_window, &mut left_out)?;
                rows.extend(of_window.into_iter().map(|row| QuantileRow { window: Some(window), ..row }));
            }
        }
    }
    if let Some(lost) = tell::subject::lost(item) {
        for row in &mut rows {
            row.estimate.caveats.push(lost.clone());
        }
    }
    for (layout, why) in left_out {
        answer.leave_out(format!("{}, {layout}", item.title()), why);
    }
    give_rows(item, &rows, answer);
    let mut section = quantile::section(&subject.identity.title(), &rows);
    section.blocks.extend(subject.note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}

/// The results for programs.
pub(super) fn give_rows(item: &Item, rows: &[QuantileRow], answer: &mut Answer) {
    for row in rows {
        // a tool with a rule of its own is its own definition
        let definition = row.definition.map(|d| d.to_string()).or_else(|| row.tool.map(|t| t.to_string()));
        let mut found = json!({
            "q": row.q, "definition": definition, "layout": row.layout, "estimate": row.estimate,
        });
        if let Some(tool) = row.tool {
            found["tool"] = tool.name().into();
        }
        if let Some(window) = row.window {
            found["window"] = json!(window);
        }
        if let Some(bytes) = row.bytes {
            found["bytes"] = bytes.into();
        }
        answer.results.push(output::of_series(item, &found));
    }
}

/// The rows of one sample. A layout that cannot hold it is left out and told; an error is that none could.
fn read(
    values: &[f64],
    asked: &Asked,
    scope: &Scope,
    rows: &mut Vec<QuantileRow>,
    left_out: &mut Vec<(LayoutChoice, String)>,
) -> Result<(), Error> {
    if asked.exact {
        rows.extend(quantile::exact(values, &asked.quantiles, &asked.definitions, scope)?);
        rows.extend(quantile::by_tool(values, &asked.quantiles, &asked.tools, scope)?);
    }
    for layout in &asked.layouts {
        match quantile::of_layout(values, &asked.quantiles, *layout, scope) {
            Ok(found) => rows.extend(found),
            Err(error) if rows.is_empty() && asked.layouts.len() == 1 => return Err(error),
            // once, also where many windows say the same
            Err(_) if left_out.iter().any(|(known, _)| known == layout) => {}
            Err(error) => left_out.push((*layout, error.to_string())),
        }
    }
    Ok(())
}
