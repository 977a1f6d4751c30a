//! What makes a member of an objective's population good, in words.

use super::{Fit, Samples};
use crate::report::tell::words;
use crate::slo::{Criterion, Objective, Population, SloInput};
use crate::unit::Unit;
use crate::window::{Condition, Rule};

impl Fit<'_> {
    /// What makes a member of the population good, in words: of slices, what makes a slice good too.
    pub fn good_means(&self, objective: &Objective) -> String {
        let member = self.member_is_good(objective);
        match (self.slice_is_good(objective), self.is_by_members(objective)) {
            (None, _) => member,
            (Some(slice), true) => format!("{member} {slice}"),
            (Some(slice), false) => format!("{slice} Counted one by one: {member}"),
        }
    }

    /// What makes a single member good.
    fn member_is_good(&self, objective: &Objective) -> String {
        let input = match &self.samples {
            Samples::Own(input) => *input,
            Samples::Binned(counts) => {
                let limit = counts.condition().map_or_else(String::new, ToString::to_string);
                return format!("An event is good if it is {limit}, as the bins of its histogram have it.");
            }
            Samples::Pair(_, bad) => {
                return format!("An event is good if “{bad}” does not count it.{}", of_rows(objective));
            }
            Samples::Outcomes(_, good) => return format!("{good}{}", of_rows(objective)),
        };
        let flagged = self.tells_outcomes();
        let condition = match objective.effective_criterion() {
            Criterion::Up if flagged => None,
            _ => objective.condition().filter(|c| *c != Condition::up()),
        };
        let (member, more) = match (input, objective.population) {
            (SloInput::Series(_), _) => ("An instant", ""),
            (SloInput::Events(_), Population::Time) => {
                ("An event", " A second of time is good unless an event in it is not.")
            }
            (SloInput::Events(_) | SloInput::Counts(_), _) => ("An event", ""),
        };
        let is = match (condition, flagged) {
            (Some(c), true) => format!("it is {c} and its flag says so too: a fast failure is no success"),
            (Some(c), false) => format!("it is {c}"),
            (None, true) => "its flag says so".to_owned(),
            (None, false) => "its value is more than 0".to_owned(),
        };
        format!("{member} is good if {is}.{more}")
    }

    /// Whether a flag or a label says how an event went, beside its value.
    fn tells_outcomes(&self) -> bool {
        match &self.samples {
            Samples::Own(SloInput::Events(events)) => events.ok().is_some(),
            Samples::Outcomes(..) => true,
            Samples::Own(_) | Samples::Pair(..) | Samples::Binned(_) => false,
        }
    }

    /// Whether a slice is good by its members, each good or bad by itself, and not by all of their values together. A failure is bad whatever
    /// its value: where failures are told, a percentile is that of good and bad ones.
    fn is_by_members(&self, objective: &Objective) -> bool {
        match objective.effective_criterion() {
            Criterion::Percentile(..) => self.tells_outcomes(),
            Criterion::Mean(_) => false,
            Criterion::Ok | Criterion::Up | Criterion::Value(_) | Criterion::Ratio(_) => true,
        }
    }

    /// What makes a slice good, where the objective counts slices; those of a series hold samples, others events.
    fn slice_is_good(&self, objective: &Objective) -> Option<String> {
        let Population::Slices(width) = objective.population else { return None };
        let members = if matches!(self.samples, Samples::Own(SloInput::Series(_))) { "samples" } else { "events" };
        let share = |of: f64| Unit::Ratio.show(of);
        let is = match objective.effective_criterion() {
            Criterion::Mean(c) => format!("the mean of its values is {c}"),
            Criterion::Percentile(q, c) if self.is_by_members(objective) => {
                match Rule::Percentile(q).under(Some(&c)) {
                    // above a lower limit fewer are bad than the rank of the percentile
                    Ok(Rule::Share(bad)) => format!("less than {} of its {members} are bad", share(bad)),
                    Ok(Rule::AnyBad) => format!("none of its {members} is bad"),
                    _ if q.p() == 0.0 => format!("one of its {members} or more is good"),
                    _ => format!("{} of its {members} or more are good", share(q.p())),
                }
            }
            Criterion::Percentile(q, c) => format!("the {q} of its {members} is {c}"),
            Criterion::Ratio(target) => format!("{} of its {members} or more are good", share(target.p())),
            Criterion::Ok | Criterion::Up | Criterion::Value(_) => format!("none of its {members} is bad"),
        };
        Some(format!("A slice of {} is good if {is}.", words::width(width)))
    }
}

/// What a row of counts is to an objective of time.
fn of_rows(objective: &Objective) -> &'static str {
    match objective.population {
        Population::Time => " A row of time is good unless a bad event is counted in it.",
        _ => "",
    }
}
