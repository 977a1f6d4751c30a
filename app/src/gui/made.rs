//! What jobs have made, and what they are at: one slot for each thing that a view shows.

use std::sync::Arc;

use super::derive::{
    AnomalyMarks, ChangeMarks, Distribution, DistributionKey, Heat, HeatKey, QuantileProfile, Related, RelatedKey,
    Told, ToldKey, Topic, Track, TrackKey, WindowAnalysis, WindowKey,
};
use super::jobs::JobId;

/// Something that a job makes for a key, with the last value kept until the next one is there.
#[derive(Debug)]
pub struct Slot<K, T> {
    /// The job at work, and for which key.
    pub job: Option<(K, JobId)>,
    /// Jobs whose results are not wanted any more, and that have been asked to stop.
    pub leaving: Vec<JobId>,
    /// The last value, and the key that it was made for.
    pub value: Option<(K, Arc<T>)>,
    /// The last failure, and the key that it belongs to.
    pub failure: Option<(K, String)>,
}

impl<K, T> Default for Slot<K, T> {
    fn default() -> Self {
        Self { job: None, leaving: Vec::new(), value: None, failure: None }
    }
}

impl<K: PartialEq, T> Slot<K, T> {
    /// Whether nothing is known for the key and no job is at it.
    pub fn is_missing(&self, key: &K) -> bool {
        let is = |known: Option<&K>| known == Some(key);
        !is(self.value.as_ref().map(|v| &v.0))
            && !is(self.failure.as_ref().map(|f| &f.0))
            && !is(self.job.as_ref().map(|j| &j.0))
    }

    /// The value, though it may be of the key before.
    pub fn latest(&self) -> Option<&Arc<T>> {
        self.value.as_ref().map(|v| &v.1)
    }

    /// The value, if it is that of the key.
    pub fn of(&self, key: &K) -> Option<&Arc<T>> {
        self.value.as_ref().filter(|v| v.0 == *key).map(|v| &v.1)
    }

    /// The failure, if it is that of the key.
    pub fn failure_of(&self, key: &K) -> Option<&str> {
        self.failure.as_ref().filter(|f| f.0 == *key).map(|f| f.1.as_str())
    }

    /// Takes in what a job made, if it is still wanted.
    pub fn fill(&mut self, id: JobId, key: K, value: T) {
        if self.job.as_ref().is_some_and(|j| j.1 == id) {
            self.job = None;
            self.failure = None;
            self.value = Some((key, Arc::new(value)));
        }
    }

    /// Keeps why a job failed; `false` where the job was another slot's.
    pub fn fail(&mut self, id: JobId, text: &str) -> bool {
        match self.job.take() {
            Some((key, job)) if job == id => {
                self.failure = Some((key, text.to_owned()));
                true
            }
            other => {
                self.job = other;
                false
            }
        }
    }
}

/// So many series are drawn beside one.
pub const BESIDE: usize = 7;

/// The slots of all views.
#[derive(Debug, Default)]
pub struct Made {
    /// The series view's column.
    pub track: Slot<TrackKey, Track>,
    /// The columns beside it, in the order in which they were chosen.
    pub beside: [Slot<TrackKey, Track>; BESIDE],
    /// The changes that the series view marks.
    pub marks: Slot<TrackKey, ChangeMarks>,
    /// The anomalies that the series view marks.
    pub anomalies: Slot<TrackKey, AnomalyMarks>,
    /// The correlation view's shortlist.
    pub related: Slot<RelatedKey, Related>,
    /// The quantile view's profile.
    pub quantiles: Slot<TrackKey, QuantileProfile>,
    /// The window view's analysis.
    pub windows: Slot<WindowKey, WindowAnalysis>,
    /// The distribution view's pictures and statistics.
    pub distribution: Slot<DistributionKey, Distribution>,
    /// The heat map.
    pub heat: Slot<HeatKey, Heat>,
    /// What is told in sections, by topic.
    told: [Slot<ToldKey, Told>; Topic::ALL.len()],
}

impl Made {
    /// The slot of a topic.
    pub fn told(&self, topic: Topic) -> &Slot<ToldKey, Told> {
        &self.told[topic as usize]
    }

    /// The slot of a topic, to be changed.
    pub fn told_mut(&mut self, topic: Topic) -> &mut Slot<ToldKey, Told> {
        &mut self.told[topic as usize]
    }

    /// Keeps why a job failed in the view that asked for it; `false` where none did.
    pub fn fail(&mut self, id: JobId, text: &str) -> bool {
        self.track.fail(id, text)
            || self.marks.fail(id, text)
            || self.anomalies.fail(id, text)
            || self.related.fail(id, text)
            || self.beside.iter_mut().any(|slot| slot.fail(id, text))
            || self.quantiles.fail(id, text)
            || self.windows.fail(id, text)
            || self.distribution.fail(id, text)
            || self.heat.fail(id, text)
            || self.told.iter_mut().any(|slot| slot.fail(id, text))
    }
}
