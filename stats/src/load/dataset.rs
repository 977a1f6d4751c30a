//! What a load gives: series of any kind with their identity.

use std::collections::HashMap;

use crate::counter::Counter;
use crate::error::{Position, Result};
use crate::events::Events;
use crate::labels::Labels;
use crate::load::histograms::Histograms;
use crate::load::number::{is_missing, is_unreadable};
use crate::load::options::{Format, Kind};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::series::{Dropped, Identity, NanPolicy, Series, most_frequent_step};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// All series of the input, sorted by name and labels, and the story of how they were read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// The series.
    pub items: Vec<Item>,
    /// Files, guesses and warnings.
    pub report: LoadReport,
}

/// One series of a data set.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Item {
    /// Name, labels and unit.
    pub identity: Identity,
    /// What the values are.
    pub kind: Kind,
    /// The samples.
    pub data: Data,
    /// The format that it was read from.
    pub format: Format,
    /// What the series stands for beside its siblings.
    pub role: Role,
    /// Fields of the series that hold no value.
    pub left_out: LeftOut,
}

/// Fields of a series that hold no value, by reason; what is not finite or has the time of another is in [`Item::dropped`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// Fields with nothing in them, which is not 0.
    pub blank: u64,
    /// Fields with something else than a number.
    pub unreadable: u64,
}

impl LeftOut {
    /// What was left out of two parts together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { blank: self.blank + other.blank, unreadable: self.unreadable + other.unreadable }
    }

    /// Counts the marks among values.
    pub(crate) fn count(&mut self, value: f64) {
        if is_unreadable(value) {
            self.unreadable += 1;
        } else if is_missing(value) {
            self.blank += 1;
        }
    }
}

/// What a series stands for beside its siblings of the same labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// A value of its own.
    #[default]
    Value,
    /// The number of all events, chosen as the total.
    Total,
    /// The number of bad events, chosen as the bad ones.
    Bad,
}

/// The samples of a series. More kinds will be added.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// A value at each time: for kinds gauge and delta.
    Gauge(Series),
    /// A cumulative counter.
    Counter(Counter),
    /// Single events.
    Events(Events),
    /// A histogram a window.
    Histograms(Histograms),
}

impl Item {
    /// An item from its samples; the identity is theirs.
    pub fn new(kind: Kind, data: Data, format: Format) -> Self {
        let identity = match &data {
            Data::Gauge(s) => s.identity().clone(),
            Data::Counter(c) => c.identity().clone(),
            Data::Events(e) => e.identity().clone(),
            Data::Histograms(h) => h.identity().clone(),
        };
        Self { identity, kind, data, format, role: Role::Value, left_out: LeftOut::default() }
    }

    /// The name with its labels.
    pub fn title(&self) -> String {
        self.identity.title()
    }

    /// The times in nanoseconds since the epoch, sorted; of histograms, the starts of their windows.
    pub fn times(&self) -> &[i64] {
        match &self.data {
            Data::Gauge(s) => s.times(),
            Data::Counter(c) => c.samples().times(),
            Data::Events(e) => e.times(),
            Data::Histograms(h) => h.starts(),
        }
    }

    /// The values, all finite: of a counter, the raw cumulative ones; of histograms, how many values each window holds.
    pub fn values(&self) -> &[f64] {
        match &self.data {
            Data::Gauge(s) => s.values(),
            Data::Counter(c) => c.samples().values(),
            Data::Events(e) => e.values(),
            Data::Histograms(h) => h.counts(),
        }
    }

    /// The time of the first sample.
    pub fn first(&self) -> Timestamp {
        Timestamp(self.times().first().copied().unwrap_or_default())
    }

    /// The time of the last sample.
    pub fn last(&self) -> Timestamp {
        Timestamp(self.times().last().copied().unwrap_or_default())
    }

    /// The number of samples, events or windows.
    pub fn count(&self) -> u64 {
        self.times().len() as u64
    }

    /// The most frequent distance of neighbouring samples; `None` for events, which have none, and for a single sample.
    pub fn step(&self) -> Option<Span> {
        match &self.data {
            Data::Gauge(s) => s.step(),
            Data::Counter(c) => c.samples().step(),
            Data::Events(_) => None,
            Data::Histograms(h) => most_frequent_step(h.starts()),
        }
    }

    /// Half-open gaps between samples more than 1.5 steps apart; none for events, which may pause.
    pub fn gaps(&self) -> Vec<(Timestamp, Timestamp)> {
        match &self.data {
            Data::Gauge(s) => s.gaps(),
            Data::Counter(c) => c.samples().gaps(),
            Data::Events(_) | Data::Histograms(_) => Vec::new(),
        }
    }

    /// What was left out of this series' values on the way in; fields without a value are in [`left_out`](Self::left_out).
    pub fn dropped(&self) -> Dropped {
        match &self.data {
            Data::Gauge(s) => s.dropped(),
            Data::Counter(c) => c.dropped(),
            Data::Events(e) => e.dropped(),
            Data::Histograms(h) => h.dropped(),
        }
    }

    /// Everything that was left out of this series, by reason, those with a count alone: `nan`, `infinite`, `duplicate`, `blank`,
    /// `unreadable`. Rows that belong to no series, such as those without a time, are in the report's warnings.
    pub fn dropped_by_reason(&self) -> Vec<(&'static str, u64)> {
        let (dropped, fields) = (self.dropped(), self.left_out);
        let all = [
            ("nan", dropped.nan),
            ("infinite", dropped.infinite),
            ("duplicate", dropped.duplicate),
            ("blank", fields.blank),
            ("unreadable", fields.unreadable),
        ];
        all.into_iter().filter(|(_, n)| *n > 0).collect()
    }

    /// The gauge or delta, where it is one.
    pub fn as_series(&self) -> Option<&Series> {
        if let Data::Gauge(s) = &self.data { Some(s) } else { None }
    }

    /// The counter, where it is one.
    pub fn as_counter(&self) -> Option<&Counter> {
        if let Data::Counter(c) = &self.data { Some(c) } else { None }
    }

    /// The events, where they are.
    pub fn as_events(&self) -> Option<&Events> {
        if let Data::Events(e) = &self.data { Some(e) } else { None }
    }

    /// The histograms, where they are.
    pub fn as_histograms(&self) -> Option<&Histograms> {
        if let Data::Histograms(h) = &self.data { Some(h) } else { None }
    }

    /// One item from two of the same identity and kind, the later's samples after the earlier's.
    fn joined(&self, other: &Self) -> Result<Self> {
        let mut times = self.times().to_vec();
        times.extend_from_slice(other.times());
        let mut values = self.values().to_vec();
        values.extend_from_slice(other.values());
        let identity = self.identity.clone();
        let before = self.dropped().plus(other.dropped());
        let data = match (&self.data, &other.data) {
            (Data::Events(a), Data::Events(b)) => {
                let ok = match (a.ok(), b.ok()) {
                    (Some(a), Some(b)) => Some([a, b].concat()),
                    _ => None,
                };
                let mut events = Events::new(identity, times, values, ok, NanPolicy::Drop)?.with_dropped(before);
                for e in [a, b] {
                    events =
                        events.with_flags_alone(e.times_without_value().to_vec(), e.ok_without_value().to_vec())?;
                }
                Data::Events(events)
            }
            (Data::Histograms(a), Data::Histograms(b)) => Data::Histograms(a.joined(b)?),
            (Data::Counter(_), _) => {
                Data::Counter(Counter::new(identity, times, values, NanPolicy::Drop)?.with_dropped(before))
            }
            _ => Data::Gauge(Series::new(identity, times, values, NanPolicy::Drop)?.with_dropped(before)),
        };
        let left_out = self.left_out.plus(other.left_out);
        let Self { kind, format, role, .. } = *self;
        Ok(Self { identity: self.identity.clone(), kind, data, format, role, left_out })
    }
}

impl Dataset {
    /// The items whose title or name is `name`.
    pub fn find(&self, name: &str) -> Vec<&Item> {
        self.items.iter().filter(|i| i.identity.name == name || i.title() == name).collect()
    }

    /// Sorts the items by name, labels and role, so that the order does not depend on the input's.
    pub(crate) fn sort(&mut self) {
        // in place, since items are large
        self.items.sort_unstable_by(|a, b| {
            (&a.identity.name, &a.identity.labels, a.role as u8, a.kind as u8).cmp(&(
                &b.identity.name,
                &b.identity.labels,
                b.role as u8,
                b.kind as u8,
            ))
        });
    }

    /// Adds another file's items; series of the same identity and kind become one.
    pub(crate) fn absorb(&mut self, other: Self) -> Result<()> {
        let mut joined = 0;
        self.report.absorb(other.report);
        let own = self.items.iter().enumerate();
        let mut index: HashMap<Same, usize> = own.rev().map(|(at, item)| (Same::of(item), at)).collect();
        for item in other.items {
            let Some(first) = index.get(&Same::of(&item)).and_then(|at| self.items.get_mut(*at)) else {
                index.insert(Same::of(&item), self.items.len());
                self.items.push(item);
                continue;
            };
            let before = first.dropped().duplicate + item.dropped().duplicate;
            let both = first.joined(&item)?;
            let repeated = both.dropped().duplicate - before;
            if repeated > 0 {
                let message = format!(
                    "{} of “{}” at times that an earlier file has too; those of the later file were kept",
                    counted(repeated, "sample"),
                    both.title()
                );
                let position = Position::default().at_column(both.identity.name.clone());
                self.report.warn(WarningKind::Duplicate, message, position, repeated);
            }
            *first = both;
            joined += 1;
        }
        if joined > 0 {
            self.report.understand(
                "files",
                format!("{} joined", counted(joined, "series")),
                "name, labels, unit and kind agree",
            );
        }
        self.sort();
        Ok(())
    }
}

/// What makes items of two files one series.
#[derive(PartialEq, Eq, Hash)]
struct Same {
    name: String,
    labels: Labels,
    unit: Unit,
    kind: Kind,
    role: Role,
    /// Events with good flags and those without are apart.
    flagged: bool,
}

impl Same {
    fn of(item: &Item) -> Self {
        let Identity { name, labels, unit } = item.identity.clone();
        let flagged = item.as_events().is_some_and(|events| events.ok().is_some());
        Self { name, labels, unit, kind: item.kind, role: item.role, flagged }
    }
}
