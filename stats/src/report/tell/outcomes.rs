//! Counters or histograms of one metric that a label tells apart by how the events went, such as `requests_total` by `code`.

use std::collections::BTreeMap;

use crate::counter::Counter;
use crate::error::Result;
use crate::histogram::AnySketch;
use crate::labels::Labels;
use crate::load::{Data, Dataset, Item, Kind, Role, outcome, tells_outcomes};
use crate::series::Identity;
use crate::slo::Counts;
use crate::time::Window;
use crate::window::Condition;

/// The counters or histograms of one metric by outcome.
#[derive(Clone, Debug)]
pub(super) struct Outcomes<'a> {
    /// The metric's, without the label.
    identity: Identity,
    /// The label that tells how events went.
    label: String,
    /// Where its series stand among the items of the data set, ascending.
    pub(super) members: Vec<usize>,
    /// Whether it holds bad events, each.
    parts: Vec<(bool, &'a Item)>,
}

/// The label that tells how events went: all series of one name have it, and each of its values says so.
pub(super) fn label_of(identities: &[&Identity]) -> Option<String> {
    let tells = |label: &str| {
        let values: Option<Vec<&str>> = identities.iter().map(|identity| identity.labels.get(label)).collect();
        values.is_some_and(|values| tells_outcomes(label, &values))
    };
    let labels = identities.first().into_iter().flat_map(|identity| identity.labels.iter());
    labels.map(|(label, _)| label.clone()).find(|label| tells(label))
}

impl<'a> Outcomes<'a> {
    /// All sets of series of a kind in a data set, by name and other labels.
    pub(super) fn all(data: &'a Dataset, kind: Kind) -> Vec<Self> {
        let mut by_name: BTreeMap<&str, Vec<(usize, &Item)>> = BTreeMap::new();
        for (index, item) in data.items.iter().enumerate() {
            if item.kind == kind && item.role == Role::Value {
                by_name.entry(&item.identity.name).or_default().push((index, item));
            }
        }
        let mut out = Vec::new();
        for items in by_name.into_values() {
            let identities: Vec<&Identity> = items.iter().map(|(_, item)| &item.identity).collect();
            let Some(label) = label_of(&identities) else { continue };
            let mut sets: BTreeMap<Labels, Self> = BTreeMap::new();
            for (index, item) in items {
                let mut labels = item.identity.labels.clone();
                let value = labels.remove(&label).unwrap_or_default();
                let identity = Identity { labels: labels.clone(), ..item.identity.clone() };
                let fresh = || Self { identity, label: label.clone(), members: Vec::new(), parts: Vec::new() };
                let set = sets.entry(labels).or_insert_with(fresh);
                set.members.push(index);
                set.parts.push((outcome(&label, &value) == Some(false), item));
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
        let counter = |item: &'a Item| if let Data::Counter(counter) = &item.data { Some(counter) } else { None };
        let counters: Vec<(bool, &Counter)> =
            self.parts.iter().filter_map(|(bad, item)| Some((*bad, counter(item)?))).collect();
        Counts::from_outcomes(self.identity.clone(), &counters)
    }

    /// The counts of all events and of those that failed or do not keep a limit, of histograms.
    ///
    /// # Errors
    /// As [`Counts::from_histograms_by_outcome`].
    pub(super) fn binned(&self, condition: &Condition) -> Result<Counts> {
        let windows = |item: &'a Item| if let Data::Histograms(own) = &item.data { Some(own.windows()) } else { None };
        let parts: Vec<(bool, &[(Window, AnySketch)])> =
            self.parts.iter().filter_map(|(bad, item)| Some((*bad, windows(item)?))).collect();
        Counts::from_histograms_by_outcome(self.identity.clone(), &parts, condition)
    }

    /// An item that stands for all of them.
    pub(super) fn item(&self, first: &Item) -> Item {
        Item { identity: self.identity.clone(), ..first.clone() }
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
