//! Counters of one metric that a label tells apart by how the events went, such as `requests_total` by `code`.

use std::collections::BTreeMap;

use crate::counter::Counter;
use crate::error::Result;
use crate::labels::Labels;
use crate::load::{Data, Dataset, Item, Role, outcome, tells_outcomes};
use crate::series::Identity;
use crate::slo::Counts;

/// The counters of one metric by outcome.
#[derive(Clone, Debug)]
pub(super) struct Outcomes<'a> {
    /// The metric's, without the label.
    identity: Identity,
    /// The label that tells how events went.
    label: String,
    /// Where its counters stand among the items of the data set, ascending.
    pub(super) members: Vec<usize>,
    /// Whether it counts bad events, each.
    counters: Vec<(bool, &'a Counter)>,
}

impl<'a> Outcomes<'a> {
    /// All sets in a data set, by name and other labels. A label tells outcomes where all counters of the name have it and each value says one.
    pub(super) fn all(data: &'a Dataset) -> Vec<Self> {
        let mut by_name: BTreeMap<&str, Vec<(usize, &Item, &Counter)>> = BTreeMap::new();
        for (index, item) in data.items.iter().enumerate() {
            if let (Data::Counter(counter), Role::Value) = (&item.data, item.role) {
                by_name.entry(&item.identity.name).or_default().push((index, item, counter));
            }
        }
        let mut out = Vec::new();
        for items in by_name.into_values() {
            let tells = |label: &str| {
                let values: Option<Vec<&str>> = items.iter().map(|(_, i, _)| i.identity.labels.get(label)).collect();
                values.is_some_and(|values| tells_outcomes(label, &values))
            };
            let labels = items.first().into_iter().flat_map(|(_, item, _)| item.identity.labels.iter());
            let Some(label) = labels.map(|(label, _)| label.clone()).find(|label| tells(label)) else { continue };
            let mut sets: BTreeMap<Labels, Self> = BTreeMap::new();
            for (index, item, counter) in items {
                let mut labels = item.identity.labels.clone();
                let value = labels.remove(&label).unwrap_or_default();
                let identity = Identity { labels: labels.clone(), ..item.identity.clone() };
                let fresh = || Self { identity, label: label.clone(), members: Vec::new(), counters: Vec::new() };
                let set = sets.entry(labels).or_insert_with(fresh);
                set.members.push(index);
                set.counters.push((outcome(&label, &value) == Some(false), counter));
            }
            out.extend(sets.into_values());
        }
        out
    }

    /// The counts of all and of bad events.
    ///
    /// # Errors
    /// As [`Counts::from_outcomes`].
    pub(super) fn counts(&self) -> Result<Counts> {
        Counts::from_outcomes(self.identity.clone(), &self.counters)
    }

    /// An item that stands for all of them.
    pub(super) fn item(&self, first: &Item) -> Item {
        Item { identity: self.identity.clone(), ..first.clone() }
    }

    /// What makes an event good, in words.
    pub(super) fn good_means(&self) -> String {
        format!(
            "An event is good if its {} is not an error: a status of 500 or more, 0, or a word for failure.",
            self.label
        )
    }
}
