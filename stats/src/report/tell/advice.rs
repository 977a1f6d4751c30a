//! Which bucket width to use.

use super::words::span;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;
use crate::window::Advice;

/// The limits of the width, and the objective that the widest safe width enforces in truth.
pub fn table(advice: &Advice) -> Table {
    let columns = vec![Column::text("limit"), Column::span("width"), Column::text("meaning")];
    let mut table = Table::new("Widths that are safe", columns);
    let mut row = |name: &str, seconds: Option<f64>, meaning: String| {
        let cell = seconds.map_or(Cell::Empty, super::words::span_cell);
        table.rows.push(vec![name.into(), cell, meaning.into()]);
    };
    let samples = advice.samples_needed.map_or_else(
        || "no percentile is asked of the windows".to_owned(),
        |n| format!("narrower windows hold fewer than the {n} samples that the percentile needs"),
    );
    row("narrowest", advice.narrowest, samples);
    row("widest", advice.widest, "beyond it some phase charges more than the budget".to_owned());
    row("all safe below", advice.all_safe_below, "every narrower width is safe too".to_owned());
    row("widest on average", advice.widest_expected, "the mean over the phases keeps the budget".to_owned());
    if let Some(objective) = advice.quantised_objective {
        let meaning = format!("whole buckets of the widest width enforce {} in truth", Unit::Ratio.show(objective));
        table.rows.push(vec!["objective enforced".into(), Cell::Empty, meaning.into()]);
    }
    table
}

/// The band of widths in one sentence.
pub fn finding(advice: &Advice) -> (Standing, String) {
    match (advice.narrowest, advice.widest) {
        (_, None) => (Standing::Bad, "No bucket width keeps the objective at every phase.".to_owned()),
        (Some(low), Some(high)) if advice.empty => (
            Standing::Bad,
            format!(
                "No bucket width is safe: the percentile needs {} or more, the budget bears {} at most.",
                span(low),
                span(high)
            ),
        ),
        (Some(low), Some(high)) => {
            (Standing::Good, format!("Bucket widths from {} to {} are safe at every phase.", span(low), span(high)))
        }
        (None, Some(high)) => (Standing::Good, format!("Bucket widths up to {} are safe at every phase.", span(high))),
    }
}

/// Sentence, limits and reasons under the name of the series.
pub fn section(title: &str, advice: &Advice) -> Section {
    let (standing, text) = finding(advice);
    let mut section = Section::new(format!("Advice on the width for {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(advice)));
    section.blocks.extend(advice.why.iter().map(|why| Block::Text(sentence(why))));
    section
}

/// A reason as a sentence.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| format!("{}{}.", c.to_uppercase(), chars.as_str()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Span;
    use crate::window::{AdvisorInput, Budget, IncidentPattern, Rule, advise};

    #[test]
    fn the_band_is_said_or_that_there_is_none() {
        let mut input = AdvisorInput {
            budget: Budget::new("99.99%".parse().unwrap(), "30d".parse().unwrap()),
            incidents: IncidentPattern::Equal { length: Span::MINUTE, count: 1 },
            rule: Rule::AnyBad,
            rate_per_s: Some(10.0),
            quantile: Some("p99".parse().unwrap()),
            level: 0.95,
        };
        let (standing, text) = finding(&advise(&input).unwrap());
        assert_eq!(
            (standing, &*text),
            (Standing::Good, "Bucket widths from 29.9s to 2m 9.6s are safe at every phase.")
        );
        input.rate_per_s = Some(0.1);
        let (standing, text) = finding(&advise(&input).unwrap());
        assert_eq!(standing, Standing::Bad);
        assert!(text.contains("49m 50s or more") && text.contains("2m 9.6s at most"), "{text}");
    }
}
