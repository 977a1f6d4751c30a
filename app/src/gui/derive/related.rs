//! Which series of the document move together, for the correlation view.

use sre_stats::correlate::{CorrelateOptions, Correlations, Pair};
use sre_stats::figure::{Figure, series_figure};
use sre_stats::load::Item;
use sre_stats::progress::Progress;
use sre_stats::report::{Block, Section, Table, tell};
use sre_stats::series::Series;
use sre_stats::{ErrorKind, Result};

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

/// No more values than these are transformed while somebody waits: 200 series of 10⁴ are a seventh, and take a second on two threads; a
/// single long pair takes one thread.
const MOST: u64 = 2_000_000_000;

impl Related {
    /// Looks for pairs.
    ///
    /// # Errors
    /// Where there are no two series to compare, where there are too many, or on request.
    pub fn new(document: &Document, key: &RelatedKey, progress: &Progress) -> Result<Self> {
        progress.stage("making the series ready", 0);
        let against = key.against.map(|index| document.item(index)).transpose()?.map(Item::title);
        let (parts, left_out) = correlate::parts(&document.dataset, progress)?;
        let options = CorrelateOptions { against, ..CorrelateOptions::default() };
        let found = correlate::found(parts, &options, Some(MOST), progress).map_err(|why| match why.kind() {
            ErrorKind::Unsupported => {
                why.hint("look at pairs with the series selected only, or ask the command line: sre-stats correlate")
            }
            _ => why,
        })?;
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
            figures: figures(&found.series, &found.pairs, progress)?,
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

fn figures(series: &[Series], found: &Correlations, progress: &Progress) -> Result<Vec<Vec<Figure>>> {
    let one = |index: usize| series.get(index).map(|s| series_figure(&[s], 960)).transpose();
    let of = |pair: &Pair| -> Result<Vec<Figure>> {
        progress.check()?;
        let profile = tell::correlate::figure(series, found, pair)?;
        Ok(std::iter::once(profile).chain(one(pair.a)?).chain(one(pair.b)?).collect())
    };
    found.pairs.iter().map(of).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::gui::derive::Read;
    use sre_stats::events::Events;
    use sre_stats::load::{Data, Dataset, Format, Kind};
    use sre_stats::series::{Identity, NanPolicy};

    const SECOND: i64 = 1_000_000_000;

    fn related(items: Vec<Item>, progress: &Progress) -> Result<Related> {
        let document = Document::new(1, Read::made(Dataset { items, ..Dataset::default() }));
        Related::new(&document, &RelatedKey { document: 1, against: None }, progress)
    }

    fn named(name: &str, i: i64) -> Identity {
        Identity { name: format!("{name} {i}"), ..Identity::default() }
    }

    fn gauge(i: i64, n: i64) -> Item {
        let values = (0..n).map(|k| (k * k % 1009 + k % 7) as f64).collect();
        let times = (0..n).map(|k| k * SECOND).collect();
        let series = Series::new(named("gauge", i), times, values, NanPolicy::Refuse).unwrap();
        Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv)
    }

    fn service(i: i64, n: i64) -> Item {
        let times = (0..n).map(|k| k * (86_400 * SECOND / n)).collect();
        let values = (0..n).map(|k| (k * k * (i + 3) % 1013) as f64).collect();
        let events = Events::new(named("service", i), times, values, None, NanPolicy::Refuse).unwrap();
        Item::new(Kind::Events, Data::Events(events), Format::Csv)
    }

    #[test]
    fn the_limit_is_of_what_is_compared_not_of_what_was_counted() {
        // 200 000 requests are told by some hundred windows
        let services = (0..50).map(|i| service(i, if i == 0 { 200_000 } else { 300 })).collect();
        related(services, &Progress::new()).unwrap();
        // twenty pairs are permuted 199 times: more than a minute, though there are few values
        let refused = related((0..7).map(|i| gauge(i, 300_000)).collect(), &Progress::new()).unwrap_err();
        let said = refused.to_string();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
        assert!(said.contains("7 series of up to 300000 values") && said.contains("selected only"), "{said}");
    }
}
