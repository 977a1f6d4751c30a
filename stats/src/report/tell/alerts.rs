//! What burn-rate alerts would have done on the history, and which rules would have done better.

use super::words::{span, span_cell};
use crate::error::Result;
use crate::estimate::Estimate;
use crate::figure::{BurnCurve, Figure, Incident, alerts_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::alert::{Alerts, Assessed, FiringKind, Judged, Replay, Score, Search};
use crate::time::{Span, Window};
use crate::unit::Unit;

/// One row a rule: what theory says of it.
pub fn theory_table(alerts: &Alerts) -> Table {
    let ratios: Vec<f64> =
        usable(alerts).next().map(|(_, j)| j.theory.at.iter().map(|t| t.error_ratio).collect()).unwrap_or_default();
    let mut columns = vec![Column::text("rule"), Column::number("error ratio over", Unit::Ratio)];
    for ratio in &ratios {
        let at = Unit::Ratio.show(*ratio);
        columns.push(Column::span(format!("detects at {at}")));
        columns.push(Column::span(format!("resets at {at}")));
    }
    let holds = usable(alerts).any(|(rule, _)| rule.parts.hold.0 > 0);
    let spent = if holds { "budget spent by then, at most" } else { "budget spent by then" };
    columns.push(Column::number(spent, Unit::Ratio));
    columns.push(Column::number("safe from, in the long window", Unit::Count));
    let mut table = Table::new("Burn-rate rules in theory", columns);
    let seconds = |e: &Option<Estimate>| e.as_ref().map_or(Cell::Empty, |e| span_cell(e.value));
    for (rule, judged) in usable(alerts) {
        let theory = &judged.theory;
        let mut row = vec![rule.rule.clone().into(), theory.threshold.value.into()];
        for at in &theory.at {
            row.extend([seconds(&at.time_to_detect), seconds(&at.time_to_reset)]);
        }
        let spent = theory.at.iter().filter_map(|at| Some(at.budget_at_detection.as_ref()?.value));
        row.push(spent.fold(theory.budget_at_detection.value, f64::max).into());
        row.push((theory.low_traffic.safe_requests as f64).into());
        table.rows.push(row);
    }
    table
}

/// One row a rule, and one for all pages together: what they did on the history.
pub fn replay_table(alerts: &Alerts) -> Table {
    let buckets = usable(alerts).find_map(|(_, j)| j.bucketed.as_ref()).map(|b| b.width);
    let mut columns = vec![
        Column::text("rule"),
        Column::text("found"),
        Column::number("fired", Unit::Count),
        Column::number("false", Unit::Count),
        Column::number("a week", Unit::None),
        Column::span("delay, median"),
        Column::span("worst"),
        Column::number("budget spent by then, worst", Unit::Ratio),
        Column::span("reset, median"),
    ];
    if let Some(width) = buckets {
        columns.push(Column::span(format!("{} buckets add", super::words::width(width))));
    }
    let mut table = Table::new("Burn-rate rules on this history", columns);
    for (rule, judged) in usable(alerts) {
        let added = judged.bucketed.as_ref().and_then(|b| b.added_delay_mean.as_ref());
        let added = added.map_or(Cell::Empty, |e| span_cell(e.value));
        table.rows.push(replay_row(&rule.rule, &judged.replay, buckets.map(|_| added)));
    }
    if let Some(pages) = alerts.pages.as_ref().filter(|_| usable(alerts).count() > 1) {
        table.rows.push(replay_row("all that page, together", pages, buckets.map(|_| Cell::Empty)));
    }
    table
}

/// Firings a week; of less than a week they are not projected to one.
fn a_week(rate: f64, window: Option<Window>) -> Cell {
    if window.is_some_and(|w| w.width.0 >= 7 * Span::DAY.0) { rate.into() } else { Cell::Empty }
}

fn replay_row(name: &str, replay: &Replay, added: Option<Cell>) -> Vec<Cell> {
    let seconds = |e: &Option<Estimate>| e.as_ref().map_or(Cell::Empty, |e| span_cell(e.value));
    let mut row = vec![
        name.into(),
        found(replay).into(),
        (replay.firings.len() as f64).into(),
        (replay.false_pages as f64).into(),
        a_week(replay.per_week.value, replay.per_week.window),
        seconds(&replay.delay_median),
        seconds(&replay.delay_worst),
        replay.budget_worst.as_ref().map_or(Cell::Empty, |e| e.value.into()),
        seconds(&replay.reset_median),
    ];
    row.extend(added);
    row
}

fn found(replay: &Replay) -> String {
    let n = replay.detections.iter().filter(|d| d.delay.is_some()).count();
    format!("{n} of {}", replay.detections.len())
}

fn usable(alerts: &Alerts) -> impl Iterator<Item = (&Assessed, &Judged)> {
    alerts.rules.iter().filter_map(|r| Some((r, r.judged.as_ref()?)))
}

/// So many incidents and firings are listed.
const LISTED: usize = 15;

/// The significant incidents of the history and what all pages together made of each, at most 15 of them. Shares are of the budget of a
/// whole period at the mean traffic of the data.
pub fn detections_table(alerts: &Alerts) -> Table {
    let columns = vec![
        Column::text("incident"),
        Column::span("lasted"),
        Column::number("of a period's budget", Unit::Ratio),
        Column::text("paged after"),
        Column::number("spent by then", Unit::Ratio),
    ];
    let Some(pages) = &alerts.pages else { return Table::new("Incidents and pages", columns) };
    let title = match pages.detections.len() {
        n if n > LISTED => format!("Incidents and pages, the first {LISTED} of {n}"),
        _ => "Incidents and pages".to_owned(),
    };
    let mut table = Table::new(title, columns);
    for detection in pages.detections.iter().take(LISTED) {
        let Some(incident) = alerts.truth.incidents.get(detection.incident) else { continue };
        let after = match detection.delay {
            None => "missed".to_owned(),
            Some(_) if detection.already_firing => "was firing".to_owned(),
            Some(delay) => span(delay.as_secs_f64()),
        };
        table.rows.push(vec![
            incident.start.to_string().into(),
            incident.end.since(incident.start).into(),
            incident.share_of_budget.into(),
            after.into(),
            detection.budget_at_detection.map_or(Cell::Empty, Cell::Number),
        ]);
    }
    table
}

/// Which budget shares are of: not that of the events seen, which an objective of requests has.
const A_BUDGET: &str = "a period's budget at this traffic";

/// What the pages come to, in one or two sentences.
pub fn finding(alerts: &Alerts) -> (Standing, String) {
    let Some(pages) = &alerts.pages else {
        let refused = alerts.rules.iter().filter(|r| r.refused.is_some()).count();
        let text = match (alerts.rules.len(), refused) {
            (0, _) => format!(
                "The workbook has no burn-rate rules for a period of {}; give some of your own.",
                super::words::width(alerts.period)
            ),
            (n, r) if n == r => "None of the burn-rate rules can be used.".to_owned(),
            _ => "None of the burn-rate rules pages.".to_owned(),
        };
        return (Standing::Unknown, text);
    };
    let (n, missed) = (pages.detections.len(), pages.detections.iter().filter(|d| d.delay.is_none()).count());
    let threshold = Unit::Ratio.show(alerts.truth.significant);
    let mut text = match (n, missed) {
        (0, _) => format!("No incident of this history spent {threshold} of {A_BUDGET}."),
        (n, 0) => format!("The pages find {} that spent {threshold} of {A_BUDGET} or more", incidents(n)),
        (n, m) if n == m => format!("The pages miss {} that spent {threshold} of {A_BUDGET} or more", incidents(n)),
        (n, m) => format!("The pages miss {m} of {} that spent {threshold} of {A_BUDGET} or more", incidents(n)),
    };
    if n > 0 {
        text.push_str(&match &pages.delay_median {
            None => ".".to_owned(),
            Some(delay) if n == 1 => format!(", after {}.", span(delay.value)),
            Some(delay) => format!(", half of those found within {}.", span(delay.value)),
        });
    }
    let (fired, wrong) = (pages.firings.len() as u64, pages.false_pages);
    text.push_str(&match (fired, wrong) {
        (0, _) => " Nobody is paged.".to_owned(),
        (1, 0) => " The one page is about something that mattered.".to_owned(),
        (f, 0) => format!(" All {f} pages are about something that mattered."),
        (1, 1) => " The one page is about nothing that spent so much.".to_owned(),
        (f, w) => {
            let are = if w == 1 { "is" } else { "are" };
            format!(" {w} of {f} pages {are} about nothing that spent so much.")
        }
    });
    let standing = match (n, missed, wrong) {
        (0, _, 0) => Standing::Unknown,
        (_, 0, 0) => Standing::Good,
        (_, m, _) if m == n && n > 0 => Standing::Bad,
        _ => Standing::Depends,
    };
    (standing, text)
}

fn incidents(n: usize) -> String {
    if n == 1 { "the one incident".to_owned() } else { format!("the {n} incidents") }
}

/// Burn rates of the long windows over time, with thresholds, significant incidents and pages.
///
/// # Errors
/// As [`alerts_figure`].
pub fn figure(alerts: &Alerts) -> Result<Figure> {
    let curves: Vec<BurnCurve> = alerts
        .burn
        .iter()
        .map(|(long, points)| BurnCurve {
            name: format!("over {}", super::words::width(*long)),
            points: points.iter().map(|p| (p.time, p.burn)).collect(),
            threshold: usable(alerts).find(|(r, _)| r.parts.long == *long).map(|(r, _)| r.parts.factor),
        })
        .collect();
    let span_of = |start, end, name: &str| Incident { start, end, name: name.to_owned() };
    let incidents: Vec<Incident> = alerts
        .truth
        .incidents
        .iter()
        .filter(|i| i.significant)
        .map(|i| span_of(i.start, i.end, "significant incident"))
        .collect();
    let firings: Vec<Incident> = alerts
        .pages
        .iter()
        .flat_map(|p| &p.firings)
        .map(|f| {
            let name = if f.kind == FiringKind::False { "false page" } else { "" };
            span_of(f.firing.start, f.firing.end, name)
        })
        .collect();
    alerts_figure(&curves, &firings, &incidents, seen(alerts)?)
}

/// The time that the burn rates cover.
fn seen(alerts: &Alerts) -> Result<Window> {
    let times = || alerts.burn.iter().flat_map(|(_, points)| points.iter().map(|p| p.time));
    let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
    Window::new(first, last.since(first).max(Span(1)))
}

/// Finding, both tables, incidents and picture under the name of the series.
pub fn section(title: &str, alerts: &Alerts) -> Section {
    let (standing, text) = finding(alerts);
    let pages = alerts.pages.as_ref();
    let evidence =
        [("recall", pages.and_then(|p| p.recall.as_ref())), ("precision", pages.and_then(|p| p.precision.as_ref()))];
    let evidence = evidence.into_iter().filter_map(|(name, e)| Some((name.to_owned(), e?.clone()))).collect();
    let mut section =
        Section::new(format!("Burn-rate alerts for {title}")).with(Block::Verdict { standing, text, evidence });
    let warnings = warnings(alerts);
    if !warnings.is_empty() {
        section.blocks.push(Block::Warnings(warnings));
    }
    if usable(alerts).next().is_some() {
        section.blocks.push(Block::Table(theory_table(alerts)));
        section.blocks.push(Block::Table(replay_table(alerts)));
        let every = super::words::width(alerts.interval);
        section.blocks.push(Block::Text(format!(
            "Rules are evaluated every {every}: a delay is up to that much longer than in theory."
        )));
    }
    let detections = detections_table(alerts);
    if !detections.rows.is_empty() {
        section.blocks.push(Block::Table(detections));
    }
    if let Ok(figure) = figure(alerts) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

fn warnings(alerts: &Alerts) -> Vec<String> {
    let mut out: Vec<String> =
        alerts.rules.iter().filter_map(|r| Some(format!("“{}” is refused: {}", r.rule, r.refused.as_ref()?))).collect();
    for (rule, _) in usable(alerts) {
        out.extend(rule.caveats.iter().map(|c| format!("{}: {c}", rule.rule)));
    }
    for caveat in &alerts.caveats {
        if !out.contains(caveat) {
            out.push(caveat.clone());
        }
    }
    out
}

/// So many sets of a front are shown.
const SHOWN: usize = 12;

/// The front of a search, each set with what it did on the part that it was chosen on and on the other.
pub fn search_table(search: &Search) -> Table {
    let columns = vec![
        Column::text("rules"),
        Column::text("named"),
        Column::text("part"),
        Column::text("found"),
        Column::span("delay, median"),
        Column::span("worst"),
        Column::number("budget spent by then, worst", Unit::Ratio),
        Column::number("false", Unit::Count),
        Column::number("a week", Unit::None),
    ];
    let mut table = Table::new("Rules that no other beats, from the quietest to the fastest", columns);
    // the named ones are never cut off
    let plain = |name: &str| name.starts_with("set ");
    let mut room = SHOWN.saturating_sub(search.front.iter().filter(|c| !plain(&c.name)).count());
    for candidate in search.front.iter().chain(&search.workbook) {
        if plain(&candidate.name) {
            if room == 0 {
                continue;
            }
            room -= 1;
        }
        let rules: Vec<String> = candidate.rules.iter().map(ToString::to_string).collect();
        let rules = rules.join(" or ");
        let parts = [
            ("chosen on", search.chosen_on, &candidate.chosen_on),
            ("checked on", search.checked_on, &candidate.checked_on),
        ];
        for (part, window, score) in parts {
            table.rows.push(score_row(&rules, &candidate.name, (part, window), score));
        }
    }
    table
}

fn score_row(rules: &str, name: &str, (part, window): (&str, Window), score: &Score) -> Vec<Cell> {
    let span = |d: Option<Span>| d.map_or(Cell::Empty, Cell::Span);
    vec![
        rules.into(),
        name.into(),
        part.into(),
        format!("{} of {}", score.incidents - score.missed, score.incidents).into(),
        span(score.delay_median),
        span(score.delay_worst),
        score.budget_worst.map_or(Cell::Empty, Cell::Number),
        (score.false_pages as f64).into(),
        a_week(score.per_week, Some(window)),
    ]
}

/// The outcome of a search under the name of the series.
pub fn search_section(title: &str, search: &Search) -> Section {
    let left = search.front.len().saturating_sub(SHOWN);
    let mut text = format!(
        "{} sets of rules were tried on {} from {}; {} of them {} beaten by no other. They were checked on {} from {}.",
        search.tried,
        search.chosen_on.width.about(),
        search.chosen_on.start,
        search.front.len(),
        if search.front.len() == 1 { "is" } else { "are" },
        search.checked_on.width.about(),
        search.checked_on.start
    );
    if left > 0 {
        text.push_str(&format!(" {left} of them are not shown."));
    }
    Section::new(format!("Better alert rules for {title}"))
        .with(Block::Text(text))
        .with(Block::Warnings(search.caveats.clone()))
        .with(Block::Table(search_table(search)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::Population;
    use crate::slo::alert::{AssessOptions, BurnRateRule, SearchOptions, Tally, assess, search};
    use crate::time::Timestamp;

    /// Five days of ten requests a second with outages of five minutes at these seconds.
    fn counts(outages: &[usize]) -> Tally {
        let n = 5 * 86_400;
        let mut bad = vec![0_u64; n];
        for at in outages {
            bad[*at..*at + 300].fill(10);
        }
        Tally::new(Timestamp(0), Span::SECOND, &bad, &vec![10; n], Population::Requests).unwrap()
    }

    fn month() -> Span {
        "30d".parse().unwrap()
    }

    #[test]
    fn the_finding_says_what_the_table_says() {
        let rules = BurnRateRule::workbook(month());
        let alerts =
            assess(&counts(&[100_000, 300_000]), &rules, "99.9%".parse().unwrap(), month(), &AssessOptions::default())
                .unwrap();
        let (standing, text) = finding(&alerts);
        assert_eq!(standing, Standing::Good);
        assert_eq!(
            text,
            "The pages find the 2 incidents that spent 2 % of a period's budget at this traffic or more, half of those found within \
             1m 10s. All 2 pages are about something that mattered."
        );
        let table = replay_table(&alerts);
        assert_eq!(table.rows.len(), 4);
        assert!(table.rows.iter().all(|r| r.len() == table.columns.len()));
        assert_eq!(table.rows[3][1], Cell::Text("2 of 2".into()));
        let theory = theory_table(&alerts);
        assert!(theory.rows.iter().all(|r| r.len() == theory.columns.len()));
        let section = section("checkout", &alerts);
        assert!(section.blocks.iter().any(|b| matches!(b, Block::Figure(_))));
        let detections = detections_table(&alerts);
        assert_eq!((detections.rows.len(), detections.columns[2].name.as_str()), (2, "of a period's budget"));
    }

    #[test]
    fn no_rule_and_no_incident_are_said() {
        let none = assess(&counts(&[]), &[], "99.9%".parse().unwrap(), Span::HOUR, &AssessOptions::default()).unwrap();
        assert!(finding(&none).1.contains("no burn-rate rules for a period of 1h"));
        let rules = BurnRateRule::workbook(month());
        let quiet = assess(&counts(&[]), &rules, "99.9%".parse().unwrap(), month(), &AssessOptions::default()).unwrap();
        let (standing, text) = finding(&quiet);
        assert_eq!(
            (standing, text.as_str()),
            (
                Standing::Unknown,
                "No incident of this history spent 2 % of a period's budget at this traffic. Nobody is paged."
            )
        );
        let loose = assess(&counts(&[]), &rules, "90%".parse().unwrap(), month(), &AssessOptions::default()).unwrap();
        assert!(warnings(&loose)[0].contains("14.4x over 1h and 5m page” is refused: it can never fire"));
    }

    /// 24 minutes of 100 requests a minute: of 2400 may 24 fail at 99 %, of a month of them 43 200, 1800 times as many.
    #[test]
    fn both_budgets_of_a_short_history_are_named() {
        let mut bad = vec![0_u64; 24];
        bad[10..16].fill(50);
        let tally = |total: u64| {
            Tally::new(Timestamp(0), Span::MINUTE, &bad, &vec![total; bad.len()], Population::Requests).unwrap()
        };
        let rules = BurnRateRule::workbook(month());
        let held =
            |period| assess(&tally(100), &rules, "99%".parse().unwrap(), period, &AssessOptions::default()).unwrap();
        let alerts = held(month());
        let told: Vec<&String> = alerts.caveats.iter().filter(|c| c.contains("of the events seen")).collect();
        assert_eq!(told.len(), 1, "{:?}", alerts.caveats);
        for figure in ["period of 30d", "(43200 bad requests)", "seen in 24m", "only 24 may", "1800 times"] {
            assert!(told[0].contains(figure), "{} lacks {figure}", told[0]);
        }
        let (_, text) = finding(&alerts);
        assert!(
            text.starts_with("No incident of this history spent 2 % of a period's budget at this traffic."),
            "{text}"
        );
        assert_eq!(alerts.truth.budget_basis, "a whole period at the mean traffic of the data");
        // the data are the period: there is one budget
        assert!(held(Span::from_secs(24 * 60)).caveats.iter().all(|c| !c.contains("of the events seen")));
    }

    #[test]
    fn one_missed_incident_is_told_as_one() {
        let alerts = assess(
            &counts(&[100_000]),
            &["14.4x over 1h and 5m page".parse().unwrap()],
            "99.9%".parse().unwrap(),
            month(),
            &AssessOptions { interval: Span::from_secs(3600), ..AssessOptions::default() },
        )
        .unwrap();
        let mut missed = alerts.clone();
        let pages = missed.pages.as_mut().unwrap();
        pages.detections.iter_mut().for_each(|d| d.delay = None);
        pages.delay_median = None;
        let (_, text) = finding(&missed);
        assert!(
            text.starts_with(
                "The pages miss the one incident that spent 2 % of a period's budget at this traffic or more."
            ),
            "{text}"
        );
    }

    #[test]
    fn a_search_shows_both_parts() {
        let options = SearchOptions { longs: vec![Span::HOUR], factors: vec![6.0, 14.4], ..SearchOptions::default() };
        let found = search(
            &counts(&[50_000, 120_000, 260_000, 400_000]),
            "99.9%".parse().unwrap(),
            month(),
            &options,
            &crate::progress::Progress::new(),
        )
        .unwrap();
        let table = search_table(&found);
        assert!(table.rows.len() >= 4 && table.rows.iter().all(|r| r.len() == table.columns.len()));
        assert_eq!(table.rows[0][2], Cell::Text("chosen on".into()));
        assert_eq!(table.rows[1][2], Cell::Text("checked on".into()));
        assert!(search_section("x", &found).blocks.len() == 3);
    }
}
