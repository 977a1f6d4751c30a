//! What a report consists of.

use super::table::Table;
use crate::estimate::Estimate;
use crate::figure::Figure;

/// A report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// Its parts in order.
    pub sections: Vec<Section>,
}

impl Report {
    /// A report without sections.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), sections: Vec::new() }
    }

    /// The same report with one more section.
    #[must_use]
    pub fn with(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }
}

/// A part of a report under a heading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section without blocks.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    /// The same section with one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// What must be known of a table's estimates, as [`caveats`](Table::caveats) has it, but for what the section's texts, warnings and
    /// verdicts say themselves.
    ///
    /// ```
    /// use sre_stats::estimate::{Estimate, Scope};
    /// use sre_stats::method::Method;
    /// use sre_stats::report::{Block, Column, Section, Table};
    /// let few = Estimate::new(0.2, Method::Mean, 3, &Scope::default()).with_caveat("3 values are few");
    /// let table = Table::new("", vec![Column::estimate("mean")]).with(vec![few.into()]);
    /// let section = Section::new("Means").with(Block::Table(table.clone()));
    /// assert_eq!(section.caveats_of(&table), ["3 values are few"]);
    /// let told = section.with(Block::Warnings(vec!["cart: 3 values are few".into()]));
    /// assert!(told.caveats_of(&table).is_empty());
    /// ```
    pub fn caveats_of(&self, table: &Table) -> Vec<String> {
        let said = |line: &String| {
            let caveat = line.split_once(": ").map_or(line.as_str(), |(_, caveat)| caveat);
            let caveat = caveat.split(" (likewise in ").next().unwrap_or(caveat);
            self.blocks.iter().any(|b| match b {
                Block::Text(text) => text.contains(caveat),
                Block::Warnings(warnings) => warnings.iter().any(|w| w.contains(caveat)),
                Block::Verdict { text, evidence, .. } => {
                    text.contains(caveat) || evidence.iter().any(|(_, e)| e.caveats.iter().any(|c| c == caveat))
                }
                Block::Table(_) | Block::Figure(_) => false,
            })
        };
        table.caveats().into_iter().filter(|line| !said(line)).collect()
    }
}

/// How a verdict stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// Met, within bounds.
    Good,
    /// Violated, out of bounds.
    Bad,
    /// Depends on a choice, such as the phase of the buckets.
    Depends,
    /// Nothing can be said.
    Unknown,
}

impl Standing {
    /// A sign that can be told apart without colour.
    pub fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Bad => '✗',
            Self::Depends => '≈',
            Self::Unknown => '?',
        }
    }
}

/// A part of a section.
// a report holds few blocks, and boxes would burden everybody who builds one
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// A paragraph of plain text; nothing in it is markup.
    Text(String),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Figure),
    /// A sentence that decides something, with the numbers that it rests on.
    Verdict {
        /// How it stands.
        standing: Standing,
        /// The sentence.
        text: String,
        /// The numbers that it rests on, each with its name.
        evidence: Vec<(String, Estimate)>,
    },
    /// What a reader must know about the input or the method.
    Warnings(Vec<String>),
}
