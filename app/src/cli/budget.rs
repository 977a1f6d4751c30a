//! `budget`: what an objective allows; needs no file.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use sre_stats::quantile::Quantile;
use sre_stats::report::{Block, Section, tell};
use sre_stats::slo::{Period, budget};
use sre_stats::time::Span;
use sre_stats::window::Ladder;

use super::args::BudgetArgs;
use super::failure::Failure;
use super::output::{self, Answer};

/// One result for each objective and period.
pub(crate) fn run(args: &BudgetArgs) -> Result<ExitCode, Failure> {
    let periods = args.period.iter().map(|text| period(text)).collect::<Result<Vec<_>, _>>()?;
    let mut answer = Answer::default();
    for &objective in &args.slo {
        for &period in &periods {
            let (section, result) = one(objective, period.length());
            answer.sections.push(section);
            answer.results.push(result);
        }
    }
    let usual = tell::budget::allowed_table(&budget::table(&args.slo));
    answer.sections.push(Section::new("The same over the usual periods").with(Block::Table(usual)));
    output::give_alone("budget", "Error budget", &answer, &args.output)
}

fn one(objective: Quantile, period: Span) -> (Section, Value) {
    let allowed = budget::allowed(objective, period);
    let affordable = budget::affordable(objective, period, &Ladder::default());
    let seconds = |span: Span| json!(span).to_string();
    let buckets: Map<String, Value> = affordable.iter().map(|a| (seconds(a.width), a.buckets.into())).collect();
    let result = json!({
        "objective": objective, "period_s": period, "allowed_s": allowed, "buckets": buckets, "widths": affordable,
    });
    (tell::budget::section(objective, period, allowed, &affordable), result)
}

fn period(text: &str) -> Result<Period, Failure> {
    match text.trim() {
        "month" => Ok(Period::Month),
        "quarter" => Ok(Period::Quarter),
        "week" => Ok(Period::Week),
        "year" => Ok(Period::Year),
        other => match other.parse::<Span>() {
            Ok(span) if span.0 > 0 => Ok(Period::Span(span)),
            Ok(_) => Err(Failure::usage("--period: a period needs to be more than 0, such as 30d")),
            Err(e) => Err(Failure::usage(format!("--period: {e}, week, month, quarter or year"))),
        },
    }
}
