//! What buckets of every width charge for the bad time that there was.

use super::words::{drawn, list, span, span_cell, standing, width};
use crate::error::Result;
use crate::figure::{ChargedWidth, Figure, PhasePoint, charged_figure, phase_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::{Accounting, Budget, Verdict, WidthRow};

/// One row a width: what is charged at phase 0 and over all phases, what theory says, how much too much that is, and the
/// verdict.
pub fn table(accounting: &Accounting) -> Table {
    let mut table = Table::new(
        "Bad time charged, by width of the bucket",
        vec![
            Column::span("width"),
            Column::span("aligned"),
            Column::span("least"),
            Column::span("mean"),
            Column::span("most"),
            Column::span("theory, mean"),
            Column::number("over-count", Unit::None),
            Column::number("phases met", Unit::Ratio),
            Column::text("verdict"),
        ],
    );
    for row in &accounting.rows {
        let charged = &row.charged;
        table.rows.push(vec![
            row.width.into(),
            span_cell(charged.aligned.value),
            span_cell(charged.min.value),
            span_cell(charged.mean.value),
            span_cell(charged.max.value),
            row.closed_form.map_or(Cell::Empty, |c| span_cell(c.mean)),
            row.over_count.map_or(Cell::Empty, Cell::Number),
            row.met_share.map_or(Cell::Empty, Cell::Number),
            row.verdict.map_or(Cell::Empty, |v| v.to_string().into()),
        ]);
    }
    table
}

/// Charged time over the width, with truth, budget and verdicts.
///
/// # Errors
/// As [`charged_figure`].
pub fn figure(accounting: &Accounting, budget: Option<&Budget>) -> Result<Figure> {
    let rows: Vec<ChargedWidth> = accounting
        .rows
        .iter()
        .map(|r| ChargedWidth {
            width: r.width,
            min_s: r.charged.min.value,
            mean_s: r.charged.mean.value,
            max_s: r.charged.max.value,
            aligned_s: Some(r.charged.aligned.value),
            verdict: drawn(r.verdict),
        })
        .collect();
    let (true_bad, rule) =
        accounting.rows.first().map_or((0.0, String::new()), |r| (r.true_bad.value, r.rule.to_string()));
    charged_figure(&rows, true_bad, budget.map(|b| b.allowed().as_secs_f64()), &rule)
}

/// Charged time over the phase of one width.
///
/// # Errors
/// As [`phase_figure`].
pub fn phases(row: &WidthRow, budget: Option<&Budget>) -> Result<Figure> {
    let allowed = budget.map(|b| b.allowed());
    let points: Vec<PhasePoint> = row
        .profile
        .runs()
        .iter()
        .map(|run| {
            let charged = row.profile.charged(run.from);
            let verdict = allowed.map(|a| if charged <= a { Verdict::Met } else { Verdict::Violated });
            PhasePoint { phase: run.from, charged_s: charged.as_secs_f64(), verdict: drawn(verdict) }
        })
        .collect();
    let budget_s = allowed.map(Span::as_secs_f64);
    phase_figure(&points, row.width, row.true_bad.value, budget_s, &row.rule.to_string())
}

/// The row that says most: the narrowest whose verdict depends on the phase, else the narrowest that contradicts the truth,
/// else the one nearest to five minutes.
pub fn telling_row(accounting: &Accounting) -> Option<&WidthRow> {
    let rows = &accounting.rows;
    rows.iter()
        .find(|r| r.verdict == Some(Verdict::DependsOnPhase))
        .or_else(|| rows.iter().find(|r| contradicts(r, accounting.truth)))
        .or_else(|| rows.iter().min_by_key(|r| (r.width.0 - 5 * Span::MINUTE.0).abs()))
}

/// What buckets aligned to the epoch, as a dashboard has them, say of the objective.
pub fn aligned_verdict(row: &WidthRow, budget: &Budget) -> Verdict {
    if row.profile.charged(Span::ZERO) <= budget.allowed() { Verdict::Met } else { Verdict::Violated }
}

fn contradicts(row: &WidthRow, truth: Option<Verdict>) -> bool {
    matches!((row.verdict, truth), (Some(v), Some(t)) if v != t && v != Verdict::DependsOnPhase)
}

/// How much of the period was seen, where the rest could end what is met.
fn so_far(accounting: &Accounting, first: &WidthRow, budget: &Budget, met: bool) -> String {
    let seen = accounting.observed;
    let unseen = Span((budget.period().0 - seen.0).max(0));
    let enough = unseen.0 == 0 || first.true_bad.value + unseen.as_secs_f64() <= budget.allowed().as_secs_f64();
    if met && !enough { format!(" so far, in {} of its {}", seen.about(), budget.period()) } else { String::new() }
}

/// What the accounting comes to, in plain words: first the truth, then the widths that tell something else.
pub fn finding(accounting: &Accounting, budget: Option<&Budget>) -> (Standing, String) {
    let Some(first) = accounting.rows.first() else {
        return (Standing::Unknown, "No width could be accounted for.".to_owned());
    };
    let (bad, rule) = (span(first.true_bad.value), first.rule);
    let (Some(budget), Some(truth)) = (budget, accounting.truth) else {
        let text = telling_row(accounting).map_or_else(String::new, |r| {
            format!("At {} {rule} buckets {bad} of true bad time is charged as {}.", width(r.width), charged(r))
        });
        return (Standing::Unknown, text);
    };
    let met = truth == Verdict::Met;
    let so_far = so_far(accounting, first, budget, met);
    let mut text = format!(
        "{bad} of the {} allowed was bad in truth: {}the objective is {}{so_far}.",
        budget.allowed(),
        if accounting.counts_requests { "counted as time, in which one bad request makes its tick bad, " } else { "" },
        if met { "met" } else { "violated" },
    );
    let depending: Vec<&WidthRow> =
        accounting.rows.iter().filter(|r| r.verdict == Some(Verdict::DependsOnPhase)).collect();
    let wrong: Vec<&WidthRow> = accounting.rows.iter().filter(|r| contradicts(r, accounting.truth)).collect();
    if let Some(row) = depending.first() {
        text.push_str(&format!(
            " At {} {rule} buckets {bad} of true bad time is charged as {}: the verdict depends on the phase{}; aligned \
             buckets, at {}, call it {}.",
            width(row.width),
            charged(row),
            also(&depending),
            span(row.charged.aligned.value),
            aligned_verdict(row, budget)
        ));
    }
    if let Some(row) = wrong.first() {
        text.push_str(&format!(
            " At {} {rule} buckets {bad} of true bad time is charged as {}: they call the objective {} at every phase{}.",
            width(row.width),
            charged(row),
            if met { "violated" } else { "met" },
            also(&wrong)
        ));
    }
    if depending.is_empty() && wrong.is_empty() {
        let last = accounting.rows.last().map_or(first.width, |r| r.width);
        let widths = if last == first.width {
            format!("{rule} buckets of {} say", width(last))
        } else {
            format!("{rule} buckets of every width from {} to {} say", width(first.width), width(last))
        };
        text.push_str(&format!(" At every phase {widths} so too."));
        // what requests come to is said elsewhere, and may be the opposite
        let decided = so_far.is_empty() && !accounting.counts_requests;
        return (if decided { standing(truth) } else { Standing::Unknown }, text);
    }
    (Standing::Depends, text)
}

/// `15m to 40m`, or one span where every phase charges the same.
fn charged(row: &WidthRow) -> String {
    let (least, most) = (span(row.charged.min.value), span(row.charged.max.value));
    if least == most { least } else { format!("{least} to {most}") }
}

/// The widths after the first of a list.
fn also(rows: &[&WidthRow]) -> String {
    let rest: Vec<String> = rows.iter().skip(1).map(|r| width(r.width)).collect();
    match rest.as_slice() {
        [] => String::new(),
        [first, .., last] if rest.len() > 4 => format!(" (so it is at {} widths from {first} to {last})", rest.len()),
        _ => format!(" (so it is at {})", list(&rest)),
    }
}

/// Finding, table and both figures under the name of the series.
pub fn section(title: &str, accounting: &Accounting, budget: Option<&Budget>) -> Section {
    let (standing, text) = finding(accounting, budget);
    let evidence = accounting.rows.first().map(|r| ("true bad time".to_owned(), r.true_bad.clone()));
    let mut section = Section::new(format!("Bucket widths for {title}"))
        .with(Block::Verdict { standing, text, evidence: evidence.into_iter().collect() })
        .with(Block::Table(table(accounting)));
    if !accounting.skipped.is_empty() {
        section.blocks.push(Block::Text(format!("Widths left out: {}.", skipped_widths(accounting))));
    }
    let drawn = [Some(figure(accounting, budget)), telling_row(accounting).map(|r| phases(r, budget))];
    section.blocks.extend(drawn.into_iter().flatten().flatten().map(Block::Figure));
    section
}

/// The widths without a row, by reason.
fn skipped_widths(accounting: &Accounting) -> String {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for skipped in &accounting.skipped {
        match reasons.iter_mut().find(|r| r.0 == skipped.why) {
            Some(reason) => reason.1.push(width(skipped.width)),
            None => reasons.push((&skipped.why, vec![width(skipped.width)])),
        }
    }
    let words: Vec<String> = reasons.iter().map(|(why, widths)| format!("{} ({why})", list(widths))).collect();
    words.join("; ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::{Timestamp, Window};
    use crate::window::{BadTime, Rule, account};

    fn outages(list: &[(i64, i64)]) -> BadTime {
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        let day = Window::new(at(0), Span::DAY).unwrap();
        let bad: Vec<(Timestamp, Timestamp)> = list.iter().map(|(a, b)| (at(*a), at(*b))).collect();
        BadTime::from_intervals(day, Span::SECOND, &bad, &[]).unwrap()
    }

    #[test]
    fn the_phase_that_decides_is_named() {
        let bad = outages(&[(3600, 3660), (7200, 7260)]);
        // 99 % of a day: 14 m 24 s
        let budget = Budget::new("99%".parse().unwrap(), Span::DAY);
        let accounting = account(&bad, &"5m".parse().unwrap(), &Rule::AnyBad, Some(&budget)).unwrap();
        let (standing, text) = finding(&accounting, Some(&budget));
        assert_eq!(standing, Standing::Depends);
        assert_eq!(
            text,
            "2m of the 14m 24s allowed was bad in truth: the objective is met. At 5m any-bad buckets 2m of true bad time \
             is charged as 10m to 20m: the verdict depends on the phase; aligned buckets, at 10m, call it met."
        );
        let section = section("up", &accounting, Some(&budget));
        assert_eq!(section.blocks.iter().filter(|b| matches!(b, Block::Figure(_))).count(), 2);
    }

    #[test]
    fn a_wrong_width_is_named_and_agreement_is_said() {
        let bad = outages(&[(3600, 3660)]);
        let budget = Budget::new("99%".parse().unwrap(), Span::DAY);
        let accounting = account(&bad, &"1m,1h".parse().unwrap(), &Rule::AnyBad, Some(&budget)).unwrap();
        let (standing, text) = finding(&accounting, Some(&budget));
        assert_eq!(standing, Standing::Depends);
        assert!(text.ends_with("is charged as 1h to 2h: they call the objective violated at every phase."), "{text}");
        let accounting = account(&bad, &"1s,1m,1500ms".parse().unwrap(), &Rule::AnyBad, Some(&budget)).unwrap();
        let (standing, text) = finding(&accounting, Some(&budget));
        assert_eq!(standing, Standing::Good);
        assert!(text.ends_with("At every phase any-bad buckets of every width from 1s to 1m say so too."), "{text}");
        assert!(skipped_widths(&accounting).contains("1.5s (not a multiple"));
    }
}
