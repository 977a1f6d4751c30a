//! Which series of the document move together, for the correlation view.

use sre_stats::correlate::{CorrelateOptions, Correlations, Pair};
use sre_stats::figure::{Figure, series_figure};
use sre_stats::load::Item;
use sre_stats::progress::Progress;
use sre_stats::report::{Block, Section, Table, tell};
use sre_stats::series::Series;
use sre_stats::{Error, Result};

use super::document::Document;
use crate::cli::correlate;

/// What a shortlist of pairs is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedKey {
    /// The document.
    pub document: u64,
    /// The item that every pair has to hold; `None` for all pairs.
    pub against: Option<usize>,
}

/// The shortlist of pairs.
#[derive(Debug)]
pub struct Related {
    /// What was found, in words.
    pub words: Vec<Block>,
    /// One row a pair, as the command line prints it.
    pub table: Table,
    /// The pairs by the places of their series in the document, in the order of the table.
    pub pairs: Vec<(usize, usize)>,
    /// The pictures of each pair: its correlation at every lag, and both series.
    pub figures: Vec<Vec<Figure>>,
}

/// More values than these are not correlated while somebody waits.
const MOST: u64 = 200_000_000;

impl Related {
    /// Looks for pairs.
    ///
    /// # Errors
    /// Where there are no two series to compare, where there are too many, or on request.
    pub fn new(document: &Document, key: &RelatedKey, progress: &Progress) -> Result<Self> {
        progress.stage("making the series ready", 0);
        let items = document.dataset.items.len() as u64;
        let pairs = if key.against.is_some() { items } else { items.saturating_mul(items) / 2 };
        let longest = document.dataset.items.iter().map(Item::count).max().unwrap_or(0);
        if pairs.saturating_mul(longest) > MOST {
            return Err(Error::unsupported(format!("{pairs} pairs of up to {longest} values would take too long"))
                .hint("look at pairs with the series selected only, or ask the command line: sre-stats correlate"));
        }
        let against = key.against.map(|index| document.item(index)).transpose()?.map(Item::title);
        let (parts, left_out) = correlate::parts(&document.dataset);
        progress.check()?;
        progress.stage("correlating", 0);
        let found = correlate::found(parts, &CorrelateOptions { against, ..CorrelateOptions::default() })?;
        progress.check()?;
        progress.stage("drawing", 0);
        let place = |index: usize| {
            let item = found.items.get(index)?;
            document.dataset.items.iter().position(|i| std::ptr::eq(i, *item))
        };
        let told = tell::correlate::section(&found.series, &found.pairs, &found.notes);
        let mut words: Vec<Block> =
            told.blocks.into_iter().filter(|b| !matches!(b, Block::Figure(_) | Block::Table(_))).collect();
        let unused: Vec<String> =
            left_out.iter().chain(&found.left_out).map(|(title, why)| format!("“{title}”: {why}")).collect();
        if let Some(first) = unused.first() {
            let more = unused.len() - 1;
            let more = if more > 0 { format!(" And {more} more series.") } else { String::new() };
            words.push(Block::Warnings(vec![format!("Left out: {first}.{more}")]));
        }
        Ok(Self {
            words,
            table: tell::correlate::table(&found.series, &found.pairs),
            pairs: found.pairs.pairs.iter().filter_map(|p| Some((place(p.a)?, place(p.b)?))).collect(),
            figures: figures(&found.series, &found.pairs)?,
        })
    }

    /// The pair shown: the one chosen, else the first.
    pub fn shown(&self, chosen: Option<(usize, usize)>) -> Option<usize> {
        let at = chosen.and_then(|pair| self.pairs.iter().position(|p| *p == pair));
        at.or_else(|| (!self.pairs.is_empty()).then_some(0))
    }

    /// Words, table, and the pictures of a pair.
    pub fn section(&self, pair: Option<usize>) -> Section {
        let mut section = Section::new("Correlation of series");
        section.blocks.clone_from(&self.words);
        section.blocks.push(Block::Table(self.table.clone()));
        let figures = pair.and_then(|i| self.figures.get(i)).into_iter().flatten();
        section.blocks.extend(figures.cloned().map(Block::Figure));
        section
    }
}

fn figures(series: &[Series], found: &Correlations) -> Result<Vec<Vec<Figure>>> {
    let one = |index: usize| series.get(index).map(|s| series_figure(&[s], 960)).transpose();
    let of = |pair: &Pair| -> Result<Vec<Figure>> {
        let profile = tell::correlate::figure(series, found, pair)?;
        Ok(std::iter::once(profile).chain(one(pair.a)?).chain(one(pair.b)?).collect())
    };
    found.pairs.iter().map(of).collect()
}
