//! `budget`: what an objective allows; needs no file.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use sre_stats::report::tell;
use sre_stats::slo::{Period, budget};
use sre_stats::time::Span;
use sre_stats::window::Ladder;

use super::args::BudgetArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &BudgetArgs) -> Result<ExitCode, Failure> {
    let period = period(&args.period)?;
    let allowed = budget::allowed(args.slo, period);
    let affordable = budget::affordable(args.slo, period, &Ladder::default());
    let seconds = |span: Span| json!(span).to_string();
    let buckets: Map<String, Value> = affordable.iter().map(|a| (seconds(a.width), a.buckets.into())).collect();
    let answer = Answer {
        sections: vec![tell::budget::section(args.slo, period, allowed, &affordable)],
        results: vec![json!({
            "objective": args.slo, "period_s": period, "allowed_s": allowed, "buckets": buckets, "widths": affordable,
        })],
        ..Answer::default()
    };
    output::give_alone("budget", "Error budget", &answer, &args.output)
}

fn period(text: &str) -> Result<Span, Failure> {
    match text.trim() {
        "month" => Ok(Period::Month.length()),
        "quarter" => Ok(Period::Quarter.length()),
        other => match other.parse::<Span>() {
            Ok(span) if span.0 > 0 => Ok(span),
            Ok(_) => Err(Failure::usage("--period: a period needs to be more than 0, such as 30d")),
            Err(e) => Err(Failure::usage(format!("--period: {e}, month or quarter"))),
        },
    }
}
