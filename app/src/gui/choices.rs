//! What the user chose: what undo goes through, and what a session keeps.

use sre_stats::time::{Span, Timestamp};
use sre_stats::window::{NoData, Rule};

/// How the distribution view shows the samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// Counts of equal bins.
    #[default]
    Histogram,
    /// The share at or below each value.
    Ecdf,
    /// A box plot over a rug.
    Box,
    /// Against the law that fits best.
    Qq,
}

impl Spread {
    /// All, in the order of the list.
    pub const ALL: [Self; 4] = [Self::Histogram, Self::Ecdf, Self::Box, Self::Qq];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Ecdf => "distribution function",
            Self::Box => "box plot and rug",
            Self::Qq => "against a law",
        }
    }
}

/// What the comparison view holds the series against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// The first half of the time against the second.
    #[default]
    Halves,
    /// The time in sight against as long a time before it.
    Sight,
    /// Another series of the file.
    Series(usize),
    /// A series of the baseline file.
    Baseline(usize),
}

/// The choices that undo and redo go through.
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// The series selected.
    pub item: usize,
    /// The objective's text; `None` takes one that fits the series.
    pub objective: Option<String>,
    /// The rule; `None` takes the objective's own.
    pub rule: Option<Rule>,
    /// What missing data count as.
    pub no_data: NoData,
    /// The width of the slices.
    pub width: Span,
    /// Where they begin.
    pub phase: Span,
    /// Whether counters are shown as rates.
    pub rate: bool,
    /// The series that are drawn beside the one selected.
    pub beside: Vec<usize>,
    /// Whether changes of level are marked in the series.
    pub marks: bool,
    /// Whether values that do not fit the others are marked in the series.
    pub anomalies: bool,
    /// Whether only pairs with the series selected are correlated.
    pub only: bool,
    /// The pair of series whose correlation is drawn; `None` for the first of the shortlist.
    pub pair: Option<(usize, usize)>,
    /// The values that are looked at; `None` for all.
    pub values: Option<(f64, f64)>,
    /// How the distribution is shown.
    pub spread: Spread,
    /// Whether values stand on a log scale there.
    pub log: bool,
    /// Whether shares stand on a scale of nines there.
    pub nines: bool,
    /// Whether better alert rules are searched for.
    pub tune: bool,
    /// What the series is compared with.
    pub against: Against,
    /// The limit whose crossing is forecast, as it is typed; blank for none.
    pub limit: String,
    /// How far the forecast reaches; `None` for a quarter of what there is.
    pub ahead: Option<Span>,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            item: 0,
            objective: None,
            rule: None,
            no_data: NoData::default(),
            width: Span::from_secs(300),
            phase: Span::ZERO,
            rate: true,
            marks: false,
            anomalies: false,
            only: false,
            pair: None,
            beside: Vec::new(),
            values: None,
            spread: Spread::default(),
            log: false,
            nines: true,
            tune: false,
            against: Against::default(),
            limit: String::new(),
            ahead: None,
        }
    }
}

/// A range of time.
pub type Range = (Timestamp, Timestamp);
