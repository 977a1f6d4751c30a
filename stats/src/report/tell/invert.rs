//! The true bad time behind data that are bucketed already.

use super::words::{list, span, span_cell, standing, width};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::window::{Budget, Inverse, TimeInterval, Verdict};

/// The interval of true bad time, without an assumption and with one incident a run.
pub fn table(inverse: &Inverse) -> Table {
    let columns = vec![
        Column::text("assumption"),
        Column::span("lower"),
        Column::span("upper"),
        Column::text("interval"),
        Column::text("verdict"),
    ];
    let mut table = Table::new("True bad time behind the buckets", columns);
    for (name, interval, verdict) in [
        ("none", &inverse.any, inverse.verdict),
        ("each run of bad buckets is one incident", &inverse.one_incident, inverse.verdict_one_incident),
    ] {
        let verdict = verdict.map_or(Cell::Empty, |v| v.to_string().into());
        let ends = [span_cell(interval.lower), span_cell(interval.upper)];
        let [lower, upper] = ends;
        table.rows.push(vec![name.into(), lower, upper, shown(interval).into(), verdict]);
    }
    table
}

/// `(5m, 15m]`.
fn shown(interval: &TimeInterval) -> String {
    let open = if interval.lower_open { '(' } else { '[' };
    let close = if interval.upper_open { ')' } else { ']' };
    format!("{open}{}, {}{close}", span(interval.lower), span(interval.upper))
}

/// What the buckets allow to be said, in one sentence or two.
pub fn finding(inverse: &Inverse, budget: Option<&Budget>) -> (Standing, String) {
    let plural = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let mut parts = vec![format!("{} of {} are bad", inverse.bad_buckets, plural(inverse.buckets, "bucket"))];
    if inverse.unknown_buckets > 0 {
        parts.push(format!("{} without data", inverse.unknown_buckets));
    }
    let mut text = format!(
        "At {} {} buckets, {} in {}: true bad time in {}, and in {} if each run is one incident.",
        width(inverse.width),
        inverse.rule,
        list(&parts),
        plural(inverse.runs, "run"),
        shown(&inverse.any),
        shown(&inverse.one_incident)
    );
    let (Some(budget), Some(verdict)) = (budget, inverse.verdict) else { return (Standing::Unknown, text) };
    text.push_str(&match (verdict, inverse.verdict_one_incident) {
        (Verdict::Undecidable, Some(v)) if v != Verdict::Undecidable => format!(
            " Of {} allowed these data cannot tell whether the objective is met; if each run is one incident, it is {v}.",
            budget.allowed()
        ),
        (Verdict::Undecidable, _) => {
            format!(" Of {} allowed these data cannot tell whether the objective is met.", budget.allowed())
        }
        (verdict, _) => format!(" Of {} allowed: the objective is {verdict}, whatever lies in them.", budget.allowed()),
    });
    (standing(verdict), text)
}

/// Sentence and table under the name of the series.
pub fn section(title: &str, inverse: &Inverse, budget: Option<&Budget>) -> Section {
    let (standing, text) = finding(inverse, budget);
    Section::new(format!("Behind the buckets of {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(inverse)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Span;
    use crate::window::{Rule, invert};

    #[test]
    fn what_cannot_be_told_is_said() {
        let budget = Budget::new("99%".parse().unwrap(), Span::DAY);
        let bad = [false, true, true, true, false];
        let inverse = invert(&bad, Span::from_secs(300), &Rule::AnyBad, Some(&budget)).unwrap();
        let (standing, text) = finding(&inverse, Some(&budget));
        assert_eq!(standing, Standing::Unknown);
        assert!(
            text.starts_with("At 5m any-bad buckets, 3 of 5 buckets are bad in 1 run: true bad time in (0s, 15m], ")
        );
        assert!(text.contains("and in (5m, 15m] if each run") && text.contains("cannot tell"), "{text}");
    }
}
