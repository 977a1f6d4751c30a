//! `invert`: the true bad time behind data that are bucketed already.

use std::process::ExitCode;

use sre_stats::Error;
use sre_stats::load::Item;
use sre_stats::report::tell;
use sre_stats::slo::{Criterion, Objective};
use sre_stats::window::{Budget, invert, invert_series};

use super::args::InvertArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &InvertArgs) -> Result<ExitCode, Failure> {
    if args.width.0 <= 0 {
        return Err(Failure::usage("a bucket needs a --width of more than 0, such as 5m"));
    }
    let objective = args.slo.clone().map(|o| args.input.in_zone(o)).transpose()?;
    let data = args.input.load()?;
    let answer = Answer::of_each(&data.items, |item, answer| one(item, args, objective.as_ref(), answer));
    let answer = answer.or_nothing("buckets to invert", &data.report)?;
    output::give("invert", &data, &answer, args.input.strict, &args.output)
}

fn one(item: &Item, args: &InvertArgs, objective: Option<&Objective>, answer: &mut Answer) -> Result<(), Error> {
    let Some(series) = item.as_series() else {
        return Err(Error::mismatch(format!("it is {}, and not one value a bucket", item.kind))
            .hint("give a series of 0 (bad) and 1 (good), one a bucket"));
    };
    if let Some(value) = series.values().iter().find(|v| **v != 0.0 && **v != 1.0) {
        return Err(Error::mismatch(format!("a bucket is 0 (bad) or 1 (good), not {value}"))
            .hint("choose another column with --value"));
    }
    let budget =
        objective.map(|o| Ok::<_, Error>(Budget::new(o.target, o.period_ending(series.window().end())?.width)));
    let budget = budget.transpose()?;
    // a bucket that the objective judges by a percentile above a lower limit is bad from another share on
    let judged = objective.map(Objective::effective_criterion);
    let rule = match &judged {
        Some(Criterion::Percentile(_, condition)) => args.rule.under(Some(condition))?,
        _ => args.rule,
    };
    let inverse = match series.step() {
        None => invert(&[series.values() == [0.0]], args.width, &rule, budget.as_ref())?,
        Some(step) if step != args.width => {
            return Err(Error::mismatch(format!("its samples are {step} apart, and not {}", args.width))
                .hint(format!("say --width {step} if each sample is a bucket")));
        }
        Some(_) => invert_series(series, &rule, budget.as_ref())?,
    };
    answer.results.push(output::of_series(item, &inverse));
    answer.sections.push(tell::invert::section(&item.title(), &inverse, budget.as_ref()));
    Ok(())
}
