//! A first description.

use crate::describe::{Bins, Fits, Merging, Statistic};
use crate::report::{Block, Cell, Column, Section, Table};
use crate::unit::Unit;

/// The statistics: name, estimate, whether each merges across windows and how robust it is, and what it is worth.
pub fn table(statistics: &[Statistic]) -> Table {
    let columns = vec![
        Column::text("statistic"),
        Column::estimate("value"),
        Column::text("merges"),
        Column::text("robust"),
        Column::text("about"),
    ];
    let mut table = Table::new("Description", columns);
    let row = |s: &Statistic| {
        vec![s.name.into(), s.estimate.clone().into(), merging(s.merges).into(), robustness(s).into(), s.about.into()]
    };
    table.rows = statistics.iter().map(row).collect();
    table
}

/// Whether a statistic of windows gives that of them together.
fn merging(merging: Merging) -> &'static str {
    match merging {
        Merging::Alone => "yes",
        Merging::WithCounts => "with counts",
        Merging::Never => "no",
    }
}

/// The share of outliers that leave a statistic where it is.
fn robustness(statistic: &Statistic) -> String {
    if statistic.is_robust() { format!("up to {}", Unit::Ratio.show(statistic.breakdown)) } else { "no".to_owned() }
}

/// Bins for a picture, by each rule that gives any.
pub fn bins_table(bins: &[Bins]) -> Table {
    let columns = vec![Column::text("rule"), Column::estimate("width"), Column::number("bins", Unit::Count)];
    let mut table = Table::new("Bins for a picture", columns);
    let row = |b: &Bins| vec![b.rule.name().into(), b.width.clone().into(), (b.count as f64).into()];
    table.rows = bins.iter().map(row).collect();
    table
}

/// Fitted distributions, the best first, and the families that cannot fit with the reason.
pub fn fits_table(fits: &Fits) -> Table {
    let columns = vec![
        Column::text("law"),
        Column::estimate("AIC"),
        Column::estimate("Kolmogorov–Smirnov D"),
        Column::estimate("Anderson–Darling A²"),
        Column::text("about"),
    ];
    let mut table = Table::new("Fitted distributions", columns);
    for fit in &fits.fits {
        table.rows.push(vec![
            fit.law.to_string().into(),
            fit.aic.clone().into(),
            fit.ks.clone().into(),
            fit.anderson_darling.clone().map_or(Cell::Empty, Cell::from),
            fit.aic.caveats.join("; ").into(),
        ]);
    }
    for refusal in &fits.refused {
        table.rows.push(vec![
            refusal.family.name().into(),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            refusal.why.clone().into(),
        ]);
    }
    table
}

/// The statistics of a series under its name.
pub fn section(title: &str, statistics: &[Statistic]) -> Section {
    Section::new(format!("Description of {title}")).with(Block::Table(table(statistics)))
}
