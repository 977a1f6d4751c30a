//! The chapters of a report on the course of each series: its parts, what comes next, what does not fit, what moves together.
//!
//! They cost more than a pass over the samples, so a long series is told by means per window, and the first series stand for
//! very many; both are said.

use rayon::prelude::*;
use serde_json::{Value, json};
use sre_stats::Error;
use sre_stats::correlate::CorrelateOptions;
use sre_stats::forecast::{AnomalyOptions, DecomposeOptions, ForecastOptions, Limit, anomalies, decompose, forecast};
use sre_stats::load::{Data, Dataset, Item};
use sre_stats::report::{Block, Section, tell};
use sre_stats::series::Series;
use sre_stats::slo::Objective;
use sre_stats::unit::Unit;
use sre_stats::window::{Comparison, Condition};

use super::correlate;
use super::output::{self, Answer};

/// A series is told by at most about so many values.
const VALUES: usize = 1500;
/// So many series have chapters of their own.
const SERIES: usize = 8;
/// So many series are compared with each other.
const COMPARED: usize = 60;
/// So many marks of a series are in the table.
const MARKS: usize = 12;

/// What forecasts are held against.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds<'a> {
    /// A limit for every series whose unit it converts to.
    pub(crate) until: Option<&'a Limit>,
    /// An objective, whose condition bounds the series that it speaks of.
    pub(crate) objective: Option<&'a Objective>,
}

impl Bounds<'_> {
    /// The limit of a series, with the condition where it comes from one, or why the one that was asked for is none.
    fn of(&self, item: &Item, unit: &Unit) -> (Option<f64>, Option<Condition>, Option<String>) {
        if let Some(limit) = self.until {
            return match limit.in_unit(unit) {
                Ok(value) => (Some(value), None, None),
                Err(e) => (None, None, Some(format!("the limit {limit} is none of this series: {}", e.message()))),
            };
        }
        let spoken_of = |o: &&Objective| tell::fit::fit(item, o).is_ok();
        let condition = self.objective.filter(spoken_of).and_then(Objective::condition);
        let bounds =
            |c: &Condition| *c != Condition::up() && !matches!(c.comparison, Comparison::Equal | Comparison::NotEqual);
        let condition = condition.filter(bounds).and_then(|c| c.converted(unit).ok());
        (condition.as_ref().map(|c| c.limit), condition, None)
    }
}

/// A series with what it is told by.
struct Course<'a> {
    item: &'a Item,
    series: Series,
    note: Option<String>,
}

impl<'a> Course<'a> {
    fn of(item: &'a Item) -> Result<Self, Error> {
        let (series, note) = tell::subject::as_series(item)?;
        Ok(match tell::condensed::condensed(&series, VALUES)? {
            None => Self { item, series: series.into_owned(), note },
            Some((series, more)) => {
                let note = note.map_or_else(|| more.clone(), |note| format!("{note}; {more}"));
                Self { item, series, note: Some(note) }
            }
        })
    }

    fn result(&self, found: &impl serde::Serialize) -> Value {
        let mut result = output::of_series(self.item, found);
        result["note"] = json!(self.note);
        result
    }

    fn parts(&self) -> Result<Answer, Error> {
        let found = decompose(&self.series, &DecomposeOptions::default())?;
        let mut result = self.result(&found);
        if let Some(fields) = result.as_object_mut() {
            // the columns are what `decompose` is for
            for column in ["time", "observed", "trend", "seasonal", "remainder"] {
                fields.shift_remove(column);
            }
        }
        let section = tell::forecast_parts::decomposition_section(&self.series, &found, self.note.as_deref());
        Ok(Answer { sections: vec![section], results: vec![result], ..Answer::default() })
    }

    /// The verdict; the points are what `forecast` is for.
    fn outlook(&self, bounds: Bounds<'_>, seed: u64) -> Result<Answer, Error> {
        let (limit, condition, why) = bounds.of(self.item, &self.series.identity().unit);
        let found = forecast(&self.series, &ForecastOptions { limit, seed, ..ForecastOptions::default() })?;
        let note = self.note.as_deref();
        let percentile = matches!(self.item.data, Data::Events(_));
        let against = condition.as_ref().map(|condition| tell::forecast::Against { condition, percentile });
        let mut section = tell::forecast::section_against(&self.series, &found, against.as_ref(), note);
        section.blocks.extend(why.map(|why| Block::Warnings(vec![why])));
        Ok(Answer { sections: vec![section], results: vec![self.result(&found)], ..Answer::default() })
    }

    fn marks(&self) -> Result<Answer, Error> {
        let found = anomalies(&self.series, &AnomalyOptions::default())?;
        let note = self.note.as_deref();
        let section = tell::forecast_parts::anomalies_section_short(&self.series, &found, note, MARKS);
        Ok(Answer { sections: vec![section], results: vec![self.result(&found)], ..Answer::default() })
    }
}

/// The chapters, each with its name; `seed` is that of what is drawn for them.
pub(crate) fn answers(data: &Dataset, bounds: Bounds<'_>, seed: u64) -> Vec<(&'static str, Answer)> {
    let first = data.items.get(..COMPARED).unwrap_or(&data.items);
    // what is no series over time has its reason beside the trends already
    let all: Vec<Course<'_>> = first.par_iter().filter_map(|item| Course::of(item).ok()).collect();
    let shown = all.get(..SERIES).unwrap_or(&all);
    let each = |work: &(dyn Fn(&Course<'_>) -> Result<Answer, Error> + Sync)| {
        let mut answer = Answer::default();
        let found: Vec<_> = shown.par_iter().map(work).collect();
        for (course, found) in shown.iter().zip(found) {
            match found {
                Ok(one) => answer.absorb(one),
                Err(e) => answer.leave_out(course.item.title(), e.to_string()),
            }
        }
        answer
    };
    let mut chapters = vec![
        ("decompose", each(&|course| course.parts())),
        ("forecast", each(&|course| course.outlook(bounds, seed))),
        ("anomalies", each(&|course| course.marks())),
    ];
    if shown.len() < all.len() {
        let text = format!(
            "Parts, forecasts and anomalies are told of the first {SERIES} of {} series; `decompose`, `forecast` and `anomalies` tell of all.",
            data.items.len()
        );
        if let Some((_, first)) = chapters.first_mut() {
            first.sections.insert(0, Section::new("The course of each series").with(Block::Text(text)));
        }
    }
    if all.len() > 1 {
        chapters.push(("correlate", together(data, &all, seed)));
    }
    chapters
}

/// The pairs of series that move together.
fn together(data: &Dataset, all: &[Course<'_>], seed: u64) -> Answer {
    let parts = all.iter().map(|c| (c.item, c.series.clone(), c.note.clone())).collect();
    let mut answer = match correlate::of(parts, &CorrelateOptions { seed, ..CorrelateOptions::default() }) {
        Ok(answer) => answer,
        Err(e) => Answer { sections: vec![tell::correlate::unanswered(e.message())], ..Answer::default() },
    };
    if data.items.len() > COMPARED {
        let text = format!(
            "The first {COMPARED} of {} series were compared; `correlate` compares all, or all with one.",
            data.items.len()
        );
        if let Some(section) = answer.sections.first_mut() {
            section.blocks.push(Block::Text(text));
        }
    }
    answer
}
