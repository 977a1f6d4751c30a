//! Counters or histograms of one metric that a label tells apart by how the events went, such as `requests_total` by `code`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::{Data, HistogramTable, Item, Kind, Role, Stored, outcome, tells_outcomes};
use crate::series::Identity;
use crate::slo::{Counts, EachWindow};
use crate::window::Condition;

/// A series of a data set, or one of histograms that are packed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a, 'p> {
    Item(&'a Item),
    Packed(&'p HistogramTable, &'p Stored),
}

impl<'a> Source<'a, '_> {
    pub(super) fn identity(&self) -> &Identity {
        match self {
            Self::Item(item) => &item.identity,
            Self::Packed(_, stored) => &stored.identity,
        }
    }

    /// The kind of values by themselves; `None` of counts that belong to others.
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Item(item) => (item.role == Role::Value).then_some(item.kind),
            Self::Packed(..) => Some(Kind::Histogram),
        }
    }

    /// The item, or one that stands for it: of packed histograms, one over all windows.
    ///
    /// # Errors
    /// Where packed histograms cannot be unpacked.
    pub(super) fn item(&self) -> Result<Item> {
        match self {
            Self::Item(item) => Ok((*item).clone()),
            Self::Packed(table, stored) => table.item_over_all(stored),
        }
    }

    fn counter(&self) -> Option<&'a Counter> {
        match self {
            Self::Item(Item { data: Data::Counter(counter), .. }) => Some(counter),
            _ => None,
        }
    }

    /// The histograms in the order of their starts, packed ones unpacked one after the other; none of other data.
    pub(super) fn each_window(&self) -> EachWindow<'_> {
        match self {
            Self::Packed(table, stored) => {
                Box::new(table.each_window(stored).map(|one| one.map(|(window, own)| (window, Cow::Owned(own)))))
            }
            Self::Item(Item { data: Data::Histograms(own), .. }) => {
                Box::new(own.windows().iter().map(|(window, own)| Ok((*window, Cow::Borrowed(own)))))
            }
            Self::Item(_) => Box::new(std::iter::empty()),
        }
    }

    /// The widths of their windows, in nanoseconds.
    pub(super) fn widths(&self) -> Vec<i64> {
        match self {
            Self::Packed(_, stored) => stored.windows.keys().map(|slot| slot.width).collect(),
            Self::Item(Item { data: Data::Histograms(own), .. }) => {
                own.windows().iter().map(|(window, _)| window.width.0).collect()
            }
            Self::Item(_) => Vec::new(),
        }
    }
}

/// The counters or histograms of one metric by outcome.
#[derive(Clone, Debug)]
pub(super) struct Outcomes<'a, 'p> {
    /// The metric's, without the label.
    pub(super) identity: Identity,
    /// The label that tells how events went.
    label: String,
    /// Where its series stand among all series, ascending.
    pub(super) members: Vec<usize>,
    /// Whether it holds bad events, each.
    parts: Vec<(bool, Source<'a, 'p>)>,
}

/// The label that tells how events went: all series of one name have it, and each of its values says so.
fn label_of(identities: &[&Identity]) -> Option<String> {
    let tells = |label: &str| {
        let values: Option<Vec<&str>> = identities.iter().map(|identity| identity.labels.get(label)).collect();
        values.is_some_and(|values| tells_outcomes(label, &values))
    };
    let labels = identities.first().into_iter().flat_map(|identity| identity.labels.iter());
    labels.map(|(label, _)| label.clone()).find(|label| tells(label))
}

impl<'a, 'p> Outcomes<'a, 'p> {
    /// All sets of series of a kind, by name and other labels.
    pub(super) fn all(sources: &[Source<'a, 'p>], kind: Kind) -> Vec<Self> {
        let mut by_name: BTreeMap<&str, Vec<(usize, &Source<'a, 'p>)>> = BTreeMap::new();
        for (index, source) in sources.iter().enumerate() {
            if source.kind() == Some(kind) {
                by_name.entry(&source.identity().name).or_default().push((index, source));
            }
        }
        let mut out = Vec::new();
        for of_name in by_name.into_values() {
            let identities: Vec<&Identity> = of_name.iter().map(|(_, source)| source.identity()).collect();
            let Some(label) = label_of(&identities) else { continue };
            let mut sets: BTreeMap<Labels, Self> = BTreeMap::new();
            for (index, source) in of_name {
                let own = source.identity();
                let mut labels = own.labels.clone();
                let value = labels.remove(&label).unwrap_or_default();
                let identity = Identity { labels: labels.clone(), ..own.clone() };
                let fresh = || Self { identity, label: label.clone(), members: Vec::new(), parts: Vec::new() };
                let set = sets.entry(labels).or_insert_with(fresh);
                set.members.push(index);
                set.parts.push((outcome(&label, &value) == Some(false), *source));
            }
            out.extend(sets.into_values());
        }
        out
    }

    /// The counts of all and of bad events, of counters.
    ///
    /// # Errors
    /// As [`Counts::from_outcomes`].
    pub(super) fn counts(&self) -> Result<Counts> {
        let counters: Vec<(bool, &Counter)> =
            self.parts.iter().filter_map(|(bad, part)| Some((*bad, part.counter()?))).collect();
        Counts::from_outcomes(self.identity.clone(), &counters)
    }

    /// The counts of all events and of those that failed or do not keep a limit, of histograms; of packed ones one is unpacked at a time.
    ///
    /// # Errors
    /// As [`Counts::from_histograms_by_outcome`].
    pub(super) fn binned(&self, condition: &Condition) -> Result<Counts> {
        let widths = self.parts.iter().flat_map(|(_, part)| part.widths()).collect();
        let parts = self.parts.iter().map(|(bad, part)| (*bad, part.each_window())).collect();
        Counts::from_each_histogram(self.identity.clone(), widths, parts, condition)
    }

    /// An item that stands for all of them: the first, under the name that they share.
    ///
    /// # Errors
    /// As [`Source::item`].
    pub(super) fn item(&self) -> Result<Item> {
        let (_, first) = self.parts.first().ok_or_else(|| Error::empty("there is no series by outcome"))?;
        Ok(Item { identity: self.identity.clone(), ..first.item()? })
    }

    /// What makes an event of counters good, in words.
    pub(super) fn good_means(&self) -> String {
        format!(
            "An event is good if its {} is not an error: a status of 500 or more, 0, or a word for failure.",
            self.label
        )
    }

    /// What makes an event of histograms good, in words.
    pub(super) fn good_means_below(&self, condition: &Condition) -> String {
        format!(
            "An event is good if it is {condition}, as the bins of its histogram have it, and its {} is not an error (a status of 500 \
             or more, 0, or a word for failure): a fast failure is no success.",
            self.label
        )
    }
}
