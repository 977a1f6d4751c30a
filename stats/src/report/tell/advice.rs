//! Which bucket width to use.

use super::words::span;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;
use crate::window::{Advice, WidthLimit};

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
    let beyond = match advice.limited_by {
        Some(WidthLimit::Blindness) => "beyond it slices see the shortest incident at no phase",
        Some(WidthLimit::Period) => "the whole period: no width charges more than the budget",
        _ => "beyond it incidents so long can charge more than the budget, each in its own worst phase",
    };
    row("widest", advice.widest, beyond.to_owned());
    let between =
        if all_safe_short_of_widest(advice).is_some() { "; between it and the widest some are not" } else { "" };
    row("all safe below", advice.all_safe_below, format!("every narrower width is safe{between}"));
    if let Some(seen) = sometimes_blind(advice) {
        let meaning =
            "every incident is seen at every phase; in wider slices one on the border of two may be seen by neither";
        row("seen at every phase", Some(seen), meaning.to_owned());
    }
    let on_average = match advice.limited_by {
        // where sight is the limit, it is that of the mean too
        Some(WidthLimit::Blindness) => {
            "the mean over all phases, any instant being one, keeps the budget wherever every incident can be seen"
        }
        _ => "the mean over all phases, any instant being one, keeps the budget",
    };
    row("widest on average", advice.widest_expected, on_average.to_owned());
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
                "No bucket width is safe: the percentile needs {} or more, {} {} at most.",
                span(low),
                if advice.limited_by == Some(WidthLimit::Blindness) {
                    "the shortest incident shows in"
                } else {
                    "the budget bears"
                },
                span(high)
            ),
        ),
        (low, Some(high)) => {
            let from = |low: Option<f64>| low.map_or_else(String::new, |low| format!(" from {}", span(low)));
            let to = |high: f64| format!("{}{}", if low.is_some() { " to " } else { " up to " }, span(high));
            let text = match all_safe_short_of_widest(advice) {
                None => format!("Bucket widths{}{} {}.", from(low), to(high), safe(advice)),
                Some(all) if low.is_none_or(|low| low < all) => format!(
                    "Bucket widths{}{} {}; of wider ones up to {} only some.",
                    from(low),
                    to(all),
                    safe(advice),
                    span(high)
                ),
                Some(_) => format!("Only some of the bucket widths{}{} {}.", from(low), to(high), safe(advice)),
            };
            let blind = sometimes_blind(advice).map_or_else(String::new, |seen| {
                format!(" Beyond {} an incident on the border of two slices may be seen by neither.", span(seen))
            });
            (Standing::Good, text + &blind)
        }
    }
}

/// The width below which all are safe, where it is narrower than the widest safe one: what is safe need not be one interval.
fn all_safe_short_of_widest(advice: &Advice) -> Option<f64> {
    advice.all_safe_below.filter(|all| advice.widest.is_some_and(|widest| *all < widest * (1.0 - 1e-9)))
}

/// Up to where every incident is seen at every phase, where that is not so for all widths that are safe.
fn sometimes_blind(advice: &Advice) -> Option<f64> {
    let widest = advice.widest?;
    advice.seen_at_every_phase.filter(|seen| *seen < widest * (1.0 - 1e-9))
}

/// In what sense the widths are safe.
fn safe(advice: &Advice) -> &'static str {
    match advice.limited_by {
        Some(WidthLimit::Blindness) => "keep the budget at every phase and can see every incident",
        _ => "are safe at every phase",
    }
}

/// Sentence, limits and reasons under the name of the series.
pub fn section(title: &str, advice: &Advice) -> Section {
    let (standing, text) = finding(advice);
    let mut section = Section::new(format!("Advice on the width for {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(advice)));
    if !advice.openings.is_empty() {
        let mut openings = Table::new("What would open the band, each alone", vec![Column::text("change")]);
        openings.rows = advice.openings.iter().map(|o| vec![sentence(&o.to_string()).into()]).collect();
        section.blocks.push(Block::Table(openings));
    }
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
        assert!(
            section("up", &advise(&input).unwrap()).blocks.iter().any(|b| {
                matches!(b, Block::Table(t) if t.title.starts_with("What would open") && t.rows.len() == 4)
            })
        );
    }

    /// One incident of 60 s: a width of 100 s charges 100 s at most, one of 51 s charges 102 s, as it may meet two slices.
    #[test]
    fn a_gap_among_the_safe_widths_is_told_where_there_is_one() {
        let told = |target: &str, period: &str, rule| {
            let advice = advise(&AdvisorInput {
                budget: Budget::new(target.parse().unwrap(), period.parse().unwrap()),
                incidents: IncidentPattern::Equal { length: Span::MINUTE, count: 1 },
                rule,
                rate_per_s: None,
                quantile: None,
                level: 0.95,
            })
            .unwrap();
            (advice.all_safe_below == advice.widest, table(&advice).to_csv())
        };
        let (one_band, csv) = told("99%", "10000s", Rule::Majority);
        assert!(
            !one_band && csv.contains("every narrower width is safe; between it and the widest some are not"),
            "{csv}"
        );
        let (one_band, csv) = told("99.99%", "30d", Rule::AnyBad);
        assert!(one_band && csv.contains("every narrower width is safe") && !csv.contains("some are not"), "{csv}");
    }

    #[test]
    fn blindness_is_not_told_as_a_budget() {
        let input = AdvisorInput {
            budget: Budget::new("99%".parse().unwrap(), "30d".parse().unwrap()),
            incidents: IncidentPattern::Equal { length: Span::MINUTE, count: 1 },
            rule: Rule::Majority,
            rate_per_s: None,
            quantile: None,
            level: 0.95,
        };
        let advice = advise(&input).unwrap();
        let (_, text) = finding(&advice);
        assert_eq!(
            text,
            "Bucket widths up to 2m keep the budget at every phase and can see every incident. Beyond 1m an incident on the border of two \
             slices may be seen by neither."
        );
        let told = table(&advice).to_csv();
        assert!(told.contains("see the shortest incident at no phase") && !told.contains("charges more"), "{told}");
    }
}
