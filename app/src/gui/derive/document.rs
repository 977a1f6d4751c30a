//! A file that was read, and its series.

use sre_stats::counter::Counter;
use sre_stats::load::{Data, Dataset, Item};
use sre_stats::series::Series;
use sre_stats::time::Span;
use sre_stats::{Error, Result};

/// A file that was read.
#[derive(Debug)]
pub struct Document {
    /// Its number in this run of the program.
    pub id: u64,
    /// What the title bar calls it.
    pub title: String,
    /// Where it came from, for reloading.
    pub paths: Vec<std::path::PathBuf>,
    /// What was in it.
    pub dataset: Dataset,
    /// The step of every series; finding it takes a walk through all of its times, too long for a frame.
    pub steps: Vec<Option<Span>>,
}

/// The step of every series of a data set.
pub fn steps(dataset: &Dataset) -> Vec<Option<Span>> {
    dataset.items.iter().map(Item::step).collect()
}

impl Document {
    /// An item of the data set.
    ///
    /// # Errors
    /// Where there is no such item.
    pub fn item(&self, index: usize) -> Result<&Item> {
        self.dataset.items.get(index).ok_or_else(|| Error::argument(format!("there is no series {index}")))
    }
}

/// The rate of a counter, across no more than a step and a half.
pub(super) fn rate(counter: &Counter) -> Result<Series> {
    let step = counter.samples().step().unwrap_or(Span::MINUTE);
    counter.rate(Span(step.0.saturating_mul(3) / 2))
}

/// An objective that fits an item, as a start.
pub fn first_objective(item: &Item) -> String {
    let time = item.identity.unit.is_time();
    match &item.data {
        Data::Events(events) if events.ok().is_some() => "99.9% of requests ok over 30d",
        Data::Events(_) if time => "99.9% of requests < 300ms over 30d",
        Data::Gauge(_) if time => "99.9% of time < 300ms over 30d",
        _ => "99.9% of time up over 30d",
    }
    .to_owned()
}
