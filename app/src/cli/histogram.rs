//! `histogram`: the bins over all or per window.

use std::process::ExitCode;

use serde_json::json;
use sre_stats::Error;
use sre_stats::histogram::LogLinear;
use sre_stats::load::Item;
use sre_stats::report::{Block, tell};
use sre_stats::time::{Grid, Span, Window};

use super::args::HistogramArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &HistogramArgs) -> Result<ExitCode, Failure> {
    let every = args.every.map(|w| Grid::new(w, Span::ZERO)).transpose().map_err(Failure::usage)?;
    let data = args.input.load()?;
    let mut answer = Answer::default();
    for item in &data.items {
        if let Err(e) = one(item, every, &mut answer) {
            answer.leave_out(item.title(), e.to_string());
        }
    }
    let answer = answer.or_nothing("a histogram")?;
    output::give("histogram", &data, &answer, args.input.strict, &args.output)
}

fn one(item: &Item, every: Option<Grid>, answer: &mut Answer) -> Result<(), Error> {
    let subject = tell::subject::subject(item)?;
    let histograms: Vec<(Window, LogLinear)> = match (every, subject.scope.window) {
        (Some(grid), _) => {
            subject.windows(grid).into_iter().map(|(w, values)| (w, LogLinear::from_values(values))).collect()
        }
        (None, Some(window)) => vec![(window, LogLinear::from_values(&subject.values))],
        (None, None) => return Err(Error::empty("the samples have no window")),
    };
    for (window, histogram) in &histograms {
        answer.results.push(output::of_series(
            item,
            &json!({
                "window": window, "layout": "log-linear", "unit": subject.identity.unit, "count": histogram.count(),
                "bins": histogram.bins(),
            }),
        ));
    }
    let mut section = tell::histogram::section(&subject.identity, &histograms);
    section.blocks.extend(subject.note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}
