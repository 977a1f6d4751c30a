//! The whole story of an export: what was understood, what is true, what the buckets made of it, what changed.
//!
//! [`Story::tell`] computes every chapter once; [`Story::report`] lays it out. The command line prints the same story as JSON.

mod chapter;
mod layout;
mod signal;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::load::Dataset;
use crate::progress::Progress;
use crate::report::Report;
use crate::slo::Objective;

pub use chapter::{Analysis, Chapter};
pub use signal::Signal;

/// What the story is told about.
#[derive(Clone, Debug, Default)]
pub struct StoryOptions {
    /// The objective that the data are held against; without one the chapters have no verdict on buckets.
    pub objective: Option<Objective>,
}

/// The computed story of a data set.
#[derive(Clone, Debug)]
pub struct Story {
    /// One chapter a series, in the data set's order.
    pub chapters: Vec<Chapter>,
    objective: Option<Objective>,
}

impl Story {
    /// Computes every chapter: description, quantiles, histogram, windows, objective, trend and changes of each series.
    ///
    /// Series are worked on by all threads of rayon's pool; the result does not depend on their number. What cannot be
    /// computed for a series is named in its chapter with the reason.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) for a data set without series, [`Argument`](crate::ErrorKind::Argument) where an
    /// objective fits none of them, [`Cancelled`](crate::ErrorKind::Cancelled).
    pub fn tell(dataset: &Dataset, options: &StoryOptions, progress: &Progress) -> Result<Self> {
        if dataset.items.is_empty() {
            return Err(Error::empty("there is no series to report on").hint("look at the input with sre-stats inspect"));
        }
        progress.stage("analysing", dataset.items.len() as u64);
        let chapters: Vec<Chapter> = dataset
            .items
            .par_iter()
            .map(|item| {
                progress.check()?;
                let chapter = Chapter::of(item, options.objective.as_ref())?;
                progress.advance(1);
                Ok(chapter)
            })
            .collect::<Result<_>>()?;
        if let Some(objective) = &options.objective
            && chapters.iter().all(|c| c.slo.is_none())
        {
            let why = chapters.iter().find_map(|c| c.missing.iter().find(|m| m.0 == Analysis::Slo)).map(|m| m.1.clone());
            return Err(Error::argument(format!("no series fits the objective “{objective}”"))
                .hint(why.unwrap_or_else(|| "say “of requests” for events and “of time” for series".into())));
        }
        Ok(Self { chapters, objective: options.objective.clone() })
    }

    /// The story laid out for reading: an overview of all series, then a section a series.
    ///
    /// # Errors
    /// What a figure refuses.
    pub fn report(&self, dataset: &Dataset, title: &str) -> Result<Report> {
        layout::report(self, dataset, title)
    }

    /// The objective that the story was told about.
    pub fn objective(&self) -> Option<&Objective> {
        self.objective.as_ref()
    }
}
