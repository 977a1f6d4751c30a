//! A first description.

use crate::describe::Statistic;
use crate::report::{Block, Column, Section, Table};

/// The statistics: name, estimate, and what each is worth.
pub fn table(statistics: &[Statistic]) -> Table {
    let columns = vec![Column::text("statistic"), Column::estimate("value"), Column::text("about")];
    let mut table = Table::new("Description", columns);
    table.rows = statistics.iter().map(|s| vec![s.name.into(), s.estimate.clone().into(), s.about.into()]).collect();
    table
}

/// The statistics of a series under its name.
pub fn section(title: &str, statistics: &[Statistic]) -> Section {
    Section::new(format!("Description of {title}")).with(Block::Table(table(statistics)))
}
