//! What the command line would answer of one series, as sections: the window shows the same in the same words.

use std::borrow::Cow;
use std::sync::Arc;

use sre_stats::compare::CompareOptions;
use sre_stats::describe::Ecdf;
use sre_stats::figure::{Scale, ecdf_figure};
use sre_stats::forecast::{DecomposeOptions, ForecastOptions, Limit};
use sre_stats::load::{HistogramTable, Item};
use sre_stats::progress::Progress;
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::fit::fit_of;
use sre_stats::report::tell::subject::subject;
use sre_stats::report::{Block, Section};
use sre_stats::slo::{Objective, Options, evaluate};
use sre_stats::time::{Span, Timestamp};
use sre_stats::trend::{ChangeOptions, TrendMethod};
use sre_stats::window::{Ladder, NoData};
use sre_stats::{Error, Result};

use super::document::Document;
use super::selection::{between, selected};
use crate::cli::alerts::AlertArgs;
use crate::cli::output::Answer;
use crate::cli::{changes, compare, decompose, forecast, losses, slo, trend, windows};

/// What is asked of a series.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Budget, incidents and alerts.
    Slo {
        /// The objective.
        objective: Objective,
        /// What missing data count as.
        no_data: NoData,
        /// Whether better alert rules are searched for.
        tune: bool,
    },
    /// What aggregation loses beside charged time: percentiles, peaks, events of counters.
    Losses,
    /// Is it getting worse, and since when.
    Trend,
    /// What comes next, and when a limit is reached.
    Forecast {
        /// The limit.
        limit: Option<Limit>,
        /// How far ahead; `None` takes a quarter of what there is.
        ahead: Option<Span>,
    },
    /// What is trend, what is season, what is left.
    Parts,
    /// Does it differ from another sample.
    Compare(Other),
}

/// The sample that a series is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Other {
    /// Another series of the file.
    Series(usize),
    /// A series of the file that was opened as the baseline, with that document's number.
    Baseline(u64, usize),
    /// The same series before an instant, against itself from then on to an end.
    Before {
        /// Where the baseline begins.
        from: Timestamp,
        /// Where the baseline ends and the sample begins.
        at: Timestamp,
        /// Where the sample ends.
        to: Timestamp,
    },
}

/// The slots that hold answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Objective and alerts.
    Slo,
    /// Losses of aggregation.
    Losses,
    /// Trend and changes.
    Trend,
    /// What comes next.
    Forecast,
    /// Trend, seasons and remainder.
    Parts,
    /// Comparison.
    Compare,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 6] = [Self::Slo, Self::Losses, Self::Trend, Self::Forecast, Self::Parts, Self::Compare];
}

impl Ask {
    /// The slot that holds the answer.
    pub fn topic(&self) -> Topic {
        match self {
            Self::Slo { .. } => Topic::Slo,
            Self::Losses => Topic::Losses,
            Self::Trend => Topic::Trend,
            Self::Forecast { .. } => Topic::Forecast,
            Self::Parts => Topic::Parts,
            Self::Compare(_) => Topic::Compare,
        }
    }

    /// What the job is called.
    pub fn job(&self) -> &'static str {
        match self {
            Self::Slo { tune: true, .. } => "Holding against the objective, searching for alert rules",
            Self::Slo { .. } => "Holding against the objective",
            Self::Losses => "Looking for what aggregation loses",
            Self::Trend => "Testing for trend and changes",
            Self::Forecast { .. } => "Forecasting, and testing the forecasts on the past",
            Self::Parts => "Looking for seasons",
            Self::Compare(_) => "Comparing",
        }
    }
}

/// What an answer is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// The values that are looked at; `None` for all.
    pub values: Option<(f64, f64)>,
    /// The question.
    pub ask: Ask,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// For readers, in order.
    pub sections: Vec<Section>,
}

impl Told {
    /// Asks.
    ///
    /// # Errors
    /// Where the question does not fit the data, or on request.
    pub fn new(
        document: &Document,
        baseline: Option<&Arc<Document>>,
        key: &ToldKey,
        progress: &Progress,
    ) -> Result<Self> {
        progress.stage("computing", 0);
        let mut answer = Answer::default();
        match &key.ask {
            Ask::Slo { objective, no_data, tune } => {
                of_objective(document, key.item, objective, *no_data, *tune, &mut answer)?;
            }
            Ask::Losses => {
                let item = document.item(key.item)?;
                windows::averages_of(item, &[Quantile::MEDIAN, Quantile::P99], &mut answer);
                progress.check()?;
                losses::of_item(item, &Ladder::new(&losses::LOST_AT_S.map(Span::from_secs))?, &mut answer);
            }
            Ask::Trend => {
                let item = selected(document.item(key.item)?, key.values)?;
                trend::one(&item, TrendMethod::Auto, &mut answer)?;
                progress.check()?;
                changes::one(&item, &ChangeOptions::default(), progress, &mut answer)?;
            }
            Ask::Forecast { limit, ahead } => {
                let item = selected(document.item(key.item)?, key.values)?;
                let options = ForecastOptions { horizon: *ahead, ..ForecastOptions::default() };
                forecast::one(&item, options, limit.as_ref(), &mut answer)?;
            }
            Ask::Parts => {
                let item = selected(document.item(key.item)?, key.values)?;
                decompose::one(&item, &DecomposeOptions::default(), false, &mut answer)?;
            }
            Ask::Compare(other) => of_two(document, baseline, key, other, &mut answer)?,
        }
        progress.check()?;
        if answer.sections.is_empty()
            && let Some((title, why)) = answer.left_out.first()
        {
            return Err(Error::empty(format!("“{title}”: {why}")));
        }
        for (title, why) in answer.left_out {
            answer.sections.push(Section::new(title).with(Block::Warnings(vec![why])));
        }
        Ok(Self { sections: answer.sections })
    }
}

/// Of more series than this the others are not held against the objective while one is looked at.
const MOST_AT_A_GLANCE: usize = 64;

fn of_objective(
    document: &Document,
    item: usize,
    objective: &Objective,
    no_data: NoData,
    tune: bool,
    answer: &mut Answer,
) -> Result<()> {
    let fit = fit_of(&document.dataset, item, objective)?;
    let options = Options { no_data, ..Options::default() };
    let report = evaluate(objective, fit.input(), &options)?;
    slo::add(&[(fit, report)], objective, &options, &AlertArgs::workbook(tune), answer);
    if (2..=MOST_AT_A_GLANCE).contains(&document.dataset.items.len()) {
        // series that do not fit are told where they are chosen
        let held =
            slo::held((&document.dataset, &HistogramTable::default()), objective, &options, &mut Answer::default());
        answer.sections.extend(held.ok().and_then(|held| slo::overview(&held)));
    }
    Ok(())
}

fn of_two(
    document: &Document,
    baseline: Option<&Arc<Document>>,
    key: &ToldKey,
    other: &Other,
    answer: &mut Answer,
) -> Result<()> {
    let options = CompareOptions::default();
    let own = document.item(key.item)?;
    let (a, b, said) = match other {
        Other::Series(index) => {
            let against = document.item(*index)?;
            (Cow::Borrowed(against), Cow::Borrowed(own), titles(against, own))
        }
        Other::Baseline(id, index) => {
            let file = baseline.filter(|b| b.id == *id).ok_or_else(|| Error::empty("the baseline was closed"))?;
            let against = file.item(*index)?;
            (Cow::Borrowed(against), Cow::Borrowed(own), titles(against, own))
        }
        Other::Before { from, at, to } => {
            let (before, after) = (between(own, *from, *at)?, between(own, *at, *to)?);
            let [from, at, to] = [from, at, to].map(|t| t.whole_second());
            let said = format!("A is {from} to {at}, B is {at} to {to} (UTC).");
            (Cow::Owned(before), Cow::Owned(after), said)
        }
    };
    let (part_a, part_b) = (selected(&a, key.values)?, selected(&b, key.values)?);
    compare::part((&part_a, &part_b), (&a, &b), &options, answer)?;
    overlaid(&part_a, &part_b, said, answer)
}

fn titles(a: &Item, b: &Item) -> String {
    format!("A is “{}”, B is “{}”.", a.title(), b.title())
}

/// Says what A and B are, and puts their distributions on top of each other, where their values are known.
fn overlaid(a: &Item, b: &Item, said: String, answer: &mut Answer) -> Result<()> {
    let Some(section) = answer.sections.first_mut() else { return Ok(()) };
    section.blocks.insert(0, Block::Text(said));
    if a.as_histograms().is_some() || b.as_histograms().is_some() {
        return Ok(());
    }
    let (a, b) = (subject(a)?, subject(b)?);
    let positive = a.values.iter().chain(b.values.iter()).all(|v| *v > 0.0);
    let scale = if positive { Scale::Log } else { Scale::Linear };
    let curves = [("A".to_owned(), Ecdf::new(&a.values, &a.scope)?), ("B".to_owned(), Ecdf::new(&b.values, &b.scope)?)];
    section.blocks.push(Block::Figure(ecdf_figure(&curves, &b.scope.unit, scale, Scale::LogNines)?));
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use sre_stats::events::Events;
    use sre_stats::histogram::LayoutChoice;
    use sre_stats::load::{Data, Dataset, Format, Histograms, Kind};
    use sre_stats::series::{Identity, NanPolicy};
    use sre_stats::time::Grid;
    use sre_stats::unit::Unit;

    use super::super::document::Read;
    use super::*;

    fn document(id: u64, items: Vec<Item>) -> Document {
        Document::new(id, Read::made(Dataset { items, ..Dataset::default() }))
    }

    fn compared(document: &Document, baseline: Option<Document>, values: Option<(f64, f64)>, other: Other) -> Told {
        let key = ToldKey { document: document.id, item: 0, values, ask: Ask::Compare(other) };
        Told::new(document, baseline.map(Arc::new).as_ref(), &key, &Progress::new()).unwrap()
    }

    /// What a section says in sentences.
    fn said(section: &Section) -> String {
        let one = |block: &Block| match block {
            Block::Text(text) | Block::Verdict { text, .. } => Some(text.clone()),
            _ => None,
        };
        section.blocks.iter().filter_map(one).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn histograms_are_compared_without_a_picture_of_values() {
        let of = |name: &str, more: f64| {
            let grid = Grid::new(Span::MINUTE, Span::ZERO).unwrap();
            let one = |i: u32| {
                let values: Vec<f64> = (0..50u32).map(|k| 0.1 + more + f64::from((k * 7 + i) % 11) / 100.0).collect();
                (grid.window(i64::from(i)), LayoutChoice::LogLinear.build(&values).unwrap())
            };
            let identity = Identity::new(name, Unit::Second);
            let histograms = Histograms::new(identity, (0..40).map(one).collect());
            Item::new(Kind::Histogram, Data::Histograms(histograms.unwrap()), Format::Exposition)
        };
        let here = document(1, vec![of("new", 0.5), of("old", 0.0)]);
        for other in [Other::Series(1), Other::Baseline(2, 0)] {
            let told = compared(&here, Some(document(2, vec![of("older", 0.0)])), None, other.clone());
            let text = said(&told.sections[0]);
            assert!(text.contains("A is “old") && text.contains("They differ"), "{other:?}: {text}");
        }
    }

    #[test]
    fn a_choice_of_values_takes_no_failures_away() {
        // all answers that count take as long in both; those that fail take too long to be looked at, or have no duration
        let of = |name: &str, every: i64| {
            let fails = |i: i64| i % every == 0;
            let value = |i: i64| match (fails(i), i % 2) {
                (true, 0) => 30.0,
                (true, _) => f64::NAN,
                _ => 0.1 + (i * 37 % 101) as f64 / 1e3,
            };
            let events = Events::new(
                Identity::new(name, Unit::Second),
                (0..3000).map(|i| i * 1_000_000_000).collect(),
                (0..3000).map(value).collect(),
                Some((0..3000).map(|i| !fails(i)).collect()),
                NanPolicy::Drop,
            );
            Item::new(Kind::Events, Data::Events(events.unwrap()), Format::Csv)
        };
        let here = document(1, vec![of("new", 20), of("old", 100)]);
        let failures = |values| {
            let told = compared(&here, None, values, Other::Series(1));
            told.sections.iter().find(|s| s.title.contains("the failures of")).map(said).unwrap_or_default()
        };
        let all = failures(None);
        assert!(all.contains("They differ") && all.contains("n = 3000 and 3000"), "{all}");
        assert_eq!(failures(Some((0.0, 1.0))), all);
    }
}
