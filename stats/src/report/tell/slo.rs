//! Whether an objective is met, and what spent its budget.

use super::words::standing;
use crate::error::Result;
use crate::estimate::Bound;
use crate::figure::{BudgetPoint, Figure, Incident, ProjectedEnd, budget_caption, budget_figure, project_budget};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::{Outcome, Projection, SliInterval, SloIncident, SloReport};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::Verdict;

/// The service level by each way of counting that the data allow.
pub fn methods_table(report: &SloReport) -> Table {
    let columns = vec![Column::text("counted by"), Column::estimate("service level"), Column::text("about")];
    let mut table = Table::new("Service level, by how it is counted", columns);
    let m = &report.methods;
    for (name, estimate, about) in [
        ("occurrences", &m.occurrences, "good members over all"),
        ("time slices", &m.time_slices, "good slices over all; a bad slice is charged whole"),
        ("ratio slices", &m.ratio_slices, "slices that reach the target by themselves"),
        (
            "mean of ratios",
            &m.mean_of_ratios,
            "what an average over a dashboard shows; quiet slices weigh as much as busy ones",
        ),
    ] {
        if let Some(estimate) = estimate {
            table.rows.push(vec![name.into(), estimate.clone().into(), about.into()]);
        }
    }
    table
}

/// Every way of counting with every interval side by side: the two for independent errors, and the one that keeps neighbours
/// together.
pub fn intervals_table(report: &SloReport) -> Table {
    let columns = vec![
        Column::text("counted by"),
        Column::number("service level", Unit::Ratio),
        Column::text("Wilson"),
        Column::text("Clopper–Pearson"),
        Column::text("block bootstrap"),
        Column::text("blocks"),
        Column::number("variance over that of independent errors", Unit::None),
        Column::number("budget spent of what was seen", Unit::Ratio),
    ];
    let level = report.intervals.first().map_or(0.95, |i| i.wilson.level);
    let mut table = Table::new(format!("Intervals of the service level at {}", Unit::Ratio.show(level)), columns);
    let between =
        |c: &crate::estimate::Confidence| format!("[{}, {}]", Unit::Ratio.show(c.lower), Unit::Ratio.show(c.upper));
    let row = |i: &SliInterval| {
        let mut row: Vec<Cell> =
            vec![i.counted_by.into(), i.sli.into(), between(&i.wilson).into(), between(&i.clopper_pearson).into()];
        match &i.block_bootstrap {
            Some(b) => row.extend([
                between(&b.interval).into(),
                format!("{} × {}", b.block, super::words::width(b.unit)).into(),
                b.design_effect.into(),
            ]),
            None => row.extend([i.no_bootstrap.clone().unwrap_or_default().into(), Cell::Empty, Cell::Empty]),
        }
        row.push(i.spent.map_or(Cell::Empty, Cell::Number));
        row
    };
    table.rows = report.intervals.iter().map(row).collect();
    table
}

/// The mean of ratios against the members themselves, where it hides or invents a twentieth of the errors or more.
pub fn mean_of_ratios_sentence(report: &SloReport) -> Option<String> {
    let m = &report.methods;
    let (mean, truth, hides) = (m.mean_of_ratios.as_ref()?, m.occurrences.as_ref()?, m.mean_hides.as_ref()?);
    if hides.value.abs() < 0.05 {
        return None;
    }
    let does = if hides.value > 0.0 { "hides" } else { "adds" };
    Some(format!(
        "The {} reads {}, the members themselves {}: the average {does} {} of the errors, since a quiet slice weighs as much \
         as a busy one.",
        mean.method,
        Unit::Ratio.show(mean.value),
        Unit::Ratio.show(truth.value),
        Unit::Ratio.show(hides.value.abs())
    ))
}

/// When the budget will be spent, in one sentence.
pub fn projection_sentence(projection: &Projection) -> String {
    let p = projection;
    let whole = Timestamp::whole_second;
    let horizon = |t: Option<Timestamp>| t.map_or_else(|| "after the horizon".to_owned(), |t| whole(t).to_string());
    let chance = p.probability.as_ref().map_or_else(String::new, |e| {
        format!(
            " In {} of {} drawings of the time to come it ends by {}.",
            Unit::Ratio.show(e.value),
            e.n,
            whole(p.horizon)
        )
    });
    match p.outcome {
        Outcome::Exhausted => match p.exhausted {
            Some(at) => format!("The budget was spent by {}.", whole(at)),
            None => "The budget is spent.".to_owned(),
        },
        Outcome::Within => format!(
            "If the time to come is like the time seen, the budget ends about {} ({} interval from {} to {}).{chance}",
            horizon(p.expected),
            Unit::Ratio.show(p.level),
            horizon(p.earliest),
            horizon(p.latest)
        ),
        Outcome::NotWithin => {
            let early = p.earliest.map_or_else(String::new, |t| format!(" It could end from {} on.", whole(t)));
            format!(
                "If the time to come is like the time seen, the budget lasts beyond {}.{early}{chance}",
                whole(p.horizon)
            )
        }
        Outcome::PeriodOver => "The period is over: nothing is left to project.".to_owned(),
        Outcome::Unknown => {
            format!("When the budget ends is not known: {}.", p.why.as_deref().unwrap_or("the data do not say"))
        }
    }
}

/// What is allowed, spent and left.
pub fn budget_table(report: &SloReport) -> Table {
    let columns = vec![Column::text("error budget"), Column::estimate("amount"), Column::number("share", Unit::Ratio)];
    let mut table = Table::new("Error budget", columns);
    let allowed = report.budget.allowed.value;
    for (name, estimate) in
        [("allowed", &report.budget.allowed), ("spent", &report.budget.spent), ("left", &report.budget.left)]
    {
        let share = if allowed > 0.0 { Cell::Number(estimate.value / allowed) } else { Cell::Empty };
        table.rows.push(vec![name.into(), estimate.clone().into(), share]);
    }
    table
}

/// What spent the budget, dearest first, at most `most` incidents. Shares are of what was spent and of what is allowed, as the table of the
/// budget has both: of the events seen where requests are counted, else of the whole period.
pub fn incidents_table(report: &SloReport, most: usize) -> Table {
    let columns = vec![
        Column::text("start"),
        Column::text("end"),
        Column::span("lasted"),
        Column::number("cost", report.budget.spent.unit.clone()),
        Column::number("of what was spent", Unit::Ratio),
        Column::number("of what is allowed", Unit::Ratio),
    ];
    let shown = report.incidents.len().min(most);
    let title = match report.incidents.len() {
        n if n > shown => format!("Incidents, the {shown} dearest of {n}"),
        _ => "Incidents, dearest first".to_owned(),
    };
    let mut table = Table::new(title, columns);
    let row = |i: &SloIncident| {
        vec![
            i.start.to_string().into(),
            i.end.to_string().into(),
            i.end.since(i.start).into(),
            i.cost.into(),
            i.share.into(),
            i.share_of_budget.map_or(Cell::Empty, Cell::Number),
        ]
    };
    table.rows = report.incidents.iter().take(most).map(row).collect();
    table
}

/// So many incidents are shaded in the figure.
const SHADED: usize = 20;

/// Budget spent over the period; within an incident evenly.
///
/// # Errors
/// As [`budget_figure`].
pub fn figure(report: &SloReport) -> Result<Figure> {
    let mut by_time: Vec<&SloIncident> = report.incidents.iter().collect();
    by_time.sort_by_key(|i| i.start);
    let mut spent = 0.0;
    let mut points = vec![BudgetPoint { time: report.period.start, spent }];
    for incident in by_time {
        points.push(BudgetPoint { time: incident.start, spent });
        spent += incident.cost;
        points.push(BudgetPoint { time: incident.end, spent });
    }
    points.push(BudgetPoint { time: report.period.end(), spent });
    let shaded: Vec<Incident> = report
        .incidents
        .iter()
        .take(SHADED)
        .map(|i| Incident { start: i.start, end: i.end, name: String::new() })
        .collect();
    let mut figure =
        budget_figure(&points, report.budget.allowed.value, &report.budget.spent.unit, report.period, &shaded)?;
    if report.of_events_seen() {
        let (allowed, unit) = (report.budget.allowed.value, &report.budget.spent.unit);
        figure.caption = budget_caption(spent, allowed, unit, report.bad_time.period());
        figure.caption.push_str(" The budget is that of the events seen, not of the whole period.");
    }
    if let Some(at) = report.projection.exhausted {
        figure.caption.push_str(&format!(" Spent by {}.", at.whole_second()));
    }
    if report.coverage < LITTLE {
        let seen = report.bad_time.period();
        figure.x.range = Some((figure.x.position(seen.start), figure.x.position(seen.end())));
        figure.caption.push_str(&format!(" The axis shows the {} that the data cover.", seen.width.about()));
    } else if let (Outcome::Within, Some(expected)) = (report.projection.outcome, report.projection.expected) {
        let p = &report.projection;
        let now = BudgetPoint { time: report.bad_time.period().end(), spent };
        let end = ProjectedEnd {
            earliest: p.earliest.unwrap_or(expected),
            expected,
            latest: p.latest.unwrap_or(p.horizon),
            level: p.level,
        };
        project_budget(&mut figure, now, report.budget.allowed.value, end);
    }
    Ok(figure)
}

/// Data that cover less of the period than this are drawn alone: in the whole period they would be a stroke.
const LITTLE: f64 = 0.4;

/// How much of the period was seen, where the rest could change the verdict.
fn so_far(report: &SloReport) -> String {
    if report.decided {
        return String::new();
    }
    if report.without_duration().is_some() {
        return " The data have no duration: the objective is not decided for any period.".to_owned();
    }
    let seen = Span((report.coverage * report.period.width.0 as f64) as i64);
    let words = match report.verdict {
        Verdict::Violated => "the whole period is not yet decided",
        _ => "the objective is not yet decided",
    };
    format!(
        " The data cover {} of the period's {} ({}): {words}.",
        seen.about(),
        report.period.width,
        Unit::Ratio.show(report.coverage)
    )
}

/// The verdict in one sentence.
pub fn finding(report: &SloReport) -> (Standing, String) {
    let show = |value: f64| amount(report, value);
    let what = if report.budget.spent.unit == Unit::Count { " events" } else { "" };
    let spent = match report.budget.spent.bound {
        Bound::Guaranteed { lower, upper } if report.verdict == Verdict::Undecidable => {
            format!("{} to {}", show(lower), show(upper))
        }
        _ => show(report.budget.spent.value),
    };
    let budget = &report.budget;
    // of what is not known there is no share
    let share = if budget.allowed.value > 0.0 && report.verdict != Verdict::Undecidable {
        format!(" ({})", Unit::Ratio.show(budget.spent.value / budget.allowed.value))
    } else {
        String::new()
    };
    let text = format!(
        "“{}” is {}{}: bad were {}{what} of {} allowed{share}.{}",
        report.objective,
        report.verdict,
        if report.decided { "" } else { " so far" },
        spent,
        show(budget.allowed.value),
        so_far(report),
    );
    // what was met in a part of the period is not met in the period
    (
        if report.decided || report.verdict == Verdict::Violated {
            standing(report.verdict)
        } else {
            Standing::Unknown
        },
        text,
    )
}

/// An amount of the budget: time as a span, members as a number.
pub(super) fn amount(report: &SloReport, value: f64) -> String {
    match report.budget.spent.unit {
        Unit::Second => super::words::span(value),
        ref unit => unit.show(value),
    }
}

/// So many incidents are listed.
const LISTED: usize = 20;

/// Verdict, methods, budget, incidents and figure under the name of the series; `good_means` says what makes a member good.
pub fn section(title: &str, report: &SloReport, good_means: &str) -> Section {
    let (standing, text) = finding(report);
    let evidence = report.service_level().into_iter().map(|e| ("service level".to_owned(), e.clone())).collect();
    let mut section = Section::new(format!("Objective for {title}"))
        .with(Block::Verdict { standing, text, evidence })
        .with(Block::Text(good_means.to_owned()));
    if !report.caveats.is_empty() {
        section.blocks.push(Block::Warnings(report.caveats.clone()));
    }
    if report.without_duration().is_none() {
        section.blocks.push(Block::Text(projection_sentence(&report.projection)));
    }
    section.blocks.extend(mean_of_ratios_sentence(report).map(Block::Text));
    section.blocks.push(Block::Table(methods_table(report)));
    section.blocks.push(Block::Table(intervals_table(report)));
    section.blocks.push(Block::Table(budget_table(report)));
    if !report.incidents.is_empty() {
        section.blocks.push(Block::Table(incidents_table(report, LISTED)));
    }
    if report.without_duration().is_none()
        && let Ok(figure) = figure(report)
    {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::slo::{Options, SloInput, evaluate};

    #[test]
    fn what_cannot_be_decided_is_told_with_both_bounds() {
        use crate::slo::{Counts, Options, SloInput, evaluate};
        use crate::window::Verdict;
        // all values lie in the bin from 0.297 s to 0.354 s, and the limit inside it
        let histogram =
            "exp:2".parse::<crate::histogram::LayoutChoice>().unwrap().build(&[0.30, 0.35].repeat(50)).unwrap();
        let hour = crate::time::Window::new(crate::time::Timestamp(0), crate::time::Span::HOUR).unwrap();
        let identity = crate::series::Identity::new("latency", crate::unit::Unit::Second);
        let counts = Counts::from_histograms(identity, &[(hour, histogram)], &"< 305ms".parse().unwrap()).unwrap();
        let objective = "99% of requests < 305ms over 1h".parse().unwrap();
        let found = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
        assert_eq!(found.verdict, Verdict::Undecidable);
        let (_, text) = finding(&found);
        assert!(text.contains(" to ") && !text.contains('('), "{text}");
    }

    #[test]
    fn verdict_budget_and_incidents_agree() {
        let times = (0..1440).map(|m| m * 60_000_000_000).collect();
        let values = (0..1440).map(|m| if (100..110).contains(&m) || m == 700 { 0.0 } else { 1.0 }).collect();
        let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let objective = "99% of time up over 1d".parse().unwrap();
        let report = evaluate(&objective, SloInput::Series(&series), &Options::default()).unwrap();
        let (standing, text) = finding(&report);
        assert_eq!(standing, Standing::Good);
        assert_eq!(text, "“99% of time up over 1d” is met: bad were 11m of 14m 24s allowed (76.39 %).");
        let incidents = incidents_table(&report, 1);
        assert_eq!(incidents.title, "Incidents, the 1 dearest of 2");
        assert_eq!(incidents.rows[0][3], Cell::Number(600.0));
        assert_eq!(incidents.columns[5].name, "of what is allowed");
        assert!(figure(&report).unwrap().caption.starts_with("11m of 14m 24s (76.39 %) spent"));
        assert_eq!(methods_table(&report).rows.len(), 4);
        assert_eq!(intervals_table(&report).rows.len(), 3);
        // the period rolls, and what comes is drawn from one day with two outages
        let said = projection_sentence(&report.projection);
        assert!(said.starts_with("If the time to come is like the time seen, the budget"), "{said}");
    }

    /// 43 bad minutes from 20 000 on are 9 of 8640 slices of 5 min, and 43 of 43 200 minutes.
    #[test]
    fn the_headline_is_the_count_that_the_budget_is_of() {
        let times = (0..43_200).map(|m| m * 60_000_000_000).collect();
        let values = (0..43_200).map(|m| f64::from(u8::from(!(20_000..20_043).contains(&m)))).collect();
        let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let level = |objective: &str| {
            let options = Options { replicates: 0, ..Options::default() };
            let report = evaluate(&objective.parse().unwrap(), SloInput::Series(&series), &options).unwrap();
            match section("up", &report, "").blocks.first() {
                Some(Block::Verdict { evidence, .. }) => (evidence[0].1.value, evidence[0].1.n),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(level("99.9% of 5m slices up over 30d"), (8631.0 / 8640.0, 8640));
        assert_eq!(level("99.9% of 5m slices have ratio >= 99% over 30d"), (8631.0 / 8640.0, 8640));
        assert_eq!(level("99.9% of time up over 30d"), (43_157.0 / 43_200.0, 43_200));
    }

    /// 24 of the 2400 requests of 24 minutes may fail: a caption that sets them against a month would be wrong by 1800.
    #[test]
    fn the_caption_says_which_budget_was_spent() {
        let column = |value: fn(i64) -> f64| {
            let times = (0..24).map(|m| m * 60_000_000_000).collect();
            Series::new(Identity::new("n", Unit::Count), times, (0..24).map(value).collect(), NanPolicy::Refuse)
                .unwrap()
        };
        let bad = column(|m| if m == 10 { 60.0 } else { 0.0 });
        let counts = crate::slo::Counts::from_deltas(&column(|_| 100.0), &bad).unwrap();
        let caption = |objective: &str| {
            let report = evaluate(&objective.parse().unwrap(), SloInput::Counts(&counts), &Options::default()).unwrap();
            figure(&report).unwrap().caption
        };
        let part = caption("99% of requests ok over 30d");
        assert!(part.starts_with("60 of 24 (250 %) spent over 24m from 1970"), "{part}");
        assert!(part.contains("The budget is that of the events seen, not of the whole period."), "{part}");
        let whole = caption("99% of requests ok over 24m");
        assert!(
            whole.starts_with("60 of 24 (250 %) spent over 24m from 1970") && !whole.contains("events seen"),
            "{whole}"
        );
    }

    /// One scrape says how many of all requests were good, and nothing of when.
    #[test]
    fn a_single_scrape_tells_no_time() {
        use crate::load::{LoadOptions, load_bytes};
        let text = "# TYPE d_seconds histogram\nd_seconds_bucket{le=\"0.1\"} 800\nd_seconds_bucket{le=\"0.25\"} 900\n\
                    d_seconds_bucket{le=\"+Inf\"} 1000\nd_seconds_sum 130.5\nd_seconds_count 1000\n";
        let data =
            load_bytes("metrics.prom", text.as_bytes(), &LoadOptions::default(), &crate::progress::Progress::new())
                .unwrap();
        let held = |objective: &str| {
            let objective = objective.parse().unwrap();
            let fits = crate::report::tell::fit::fitting(&data, &objective).unwrap();
            let input = fits.fits[0].input();
            let alerts = crate::slo::alert::tally_of(&objective, input, &Options::default());
            (evaluate(&objective, input, &Options::default()), alerts)
        };
        let (report, alerts) = held("95% of requests <= 250ms over 30d");
        let report = report.unwrap();
        let level = report.service_level().unwrap();
        assert_eq!((level.value, level.n, report.budget.spent.value), (0.9, 1000, 100.0));
        assert!(report.incidents.is_empty() && report.projection.exhausted.is_none());
        assert!(alerts.unwrap_err().to_string().contains("nothing to replay alerts on"));
        let section = section("d_seconds", &report, "");
        assert!(!section.blocks.iter().any(|b| matches!(b, Block::Figure(_))));
        let said = format!("{section:?}");
        assert!(said.contains("totals of a single scrape") && said.contains("The data have no duration"), "{said}");
        assert!(!said.contains("1ns") && !said.contains("1969"), "{said}");
        // of time it says nothing at all
        let error = held("95% of time <= 250ms over 30d").0.unwrap_err().to_string();
        assert!(error.contains("of one instant"), "{error}");
    }

    /// Busy minutes fail 2 % of 300, quiet ones none of 100: the mean of the minutes' ratios shows two thirds of the errors.
    #[test]
    fn the_mean_of_ratios_is_called_what_it_is() {
        let minute = 60_000_000_000;
        let column = |busy: f64, quiet: f64| {
            let values = (0..60).map(|m| if m % 2 == 0 { busy } else { quiet }).collect();
            let times = (0..60).map(|m| m * minute).collect();
            Series::new(Identity::new("n", Unit::Count), times, values, NanPolicy::Refuse).unwrap()
        };
        let counts = crate::slo::Counts::from_deltas(&column(300.0, 100.0), &column(6.0, 0.0)).unwrap();
        let objective = "98.8% of requests ok over 1h".parse().unwrap();
        let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
        let said = mean_of_ratios_sentence(&report).unwrap();
        assert!(
            said.contains("reads 99 %, the members themselves 98.5 %: the average hides 33.33 % of the errors"),
            "{said}"
        );
    }
}
