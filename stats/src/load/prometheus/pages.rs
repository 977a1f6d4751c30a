//! Pages of one answer, as a live server gives them.

use std::collections::HashMap;

use super::Page;
use crate::labels::Labels;
use crate::load::samples::Samples;

impl Page {
    /// How many series it has.
    pub(crate) fn len(&self) -> usize {
        self.found.series.len()
    }

    /// How many samples it has, native histograms included.
    pub(crate) fn samples(&self) -> u64 {
        let floats: usize = self.found.series.iter().map(|s| s.times.len()).sum();
        let histograms: usize = self.found.histograms.iter().map(|(.., all)| all.len()).sum();
        (floats + histograms) as u64
    }

    /// The series of numbers.
    pub(crate) fn series_mut(&mut self) -> &mut [Samples] {
        &mut self.found.series
    }

    /// What Prometheus said beside the result.
    pub(crate) fn said_mut(&mut self) -> &mut [String] {
        &mut self.said
    }

    /// Adds a later page, and tells how many of its samples were left out since they are not later.
    pub(crate) fn append(&mut self, later: Self) -> u64 {
        let mut repeated = 0;
        for message in later.said {
            if !self.said.contains(&message) {
                self.said.push(message);
            }
        }
        self.found.unreadable += later.found.unreadable;
        let mut at: HashMap<(String, Labels), usize> = HashMap::new();
        for (i, s) in self.found.series.iter().enumerate() {
            at.insert((s.name.clone(), s.labels.clone()), i);
        }
        for s in later.found.series {
            let own = at.get(&(s.name.clone(), s.labels.clone())).and_then(|i| self.found.series.get_mut(*i));
            let Some(own) = own else {
                self.found.series.push(s);
                continue;
            };
            let last = own.times.last().copied();
            let first = s.times.partition_point(|t| last.is_some_and(|last| *t <= last));
            repeated += first as u64;
            own.times.extend_from_slice(s.times.get(first..).unwrap_or_default());
            own.values.extend_from_slice(s.values.get(first..).unwrap_or_default());
        }
        at.clear();
        for (i, (name, labels, _)) in self.found.histograms.iter().enumerate() {
            at.insert((name.clone(), labels.clone()), i);
        }
        for (name, labels, samples) in later.found.histograms {
            let own = at.get(&(name.clone(), labels.clone())).and_then(|i| self.found.histograms.get_mut(*i));
            let Some((.., own)) = own else {
                self.found.histograms.push((name, labels, samples));
                continue;
            };
            let last = own.last().map(|(t, _)| *t);
            let before = own.len() + samples.len();
            own.extend(samples.into_iter().filter(|(t, _)| last.is_none_or(|last| *t > last)));
            repeated += (before - own.len()) as u64;
        }
        repeated
    }
}
