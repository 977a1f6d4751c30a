//! `describe`: centre, spread and shape of a sample, and on request the distributions that fit it.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use sre_stats::Error;
use sre_stats::describe::{BinRule, Bins, Fits, Merging, Statistic, bins, describe, fits, half_sample_mode};
use sre_stats::load::{Dataset, Item};
use sre_stats::report::{Block, Section, tell};

use super::args::DescribeArgs;
use super::failure::Failure;
use super::output::{self, Answer};

/// How much is computed beyond the statistics of a few passes.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// What needs a sort: the mode; and bins for a picture.
    shape: bool,
    /// Fitted distributions.
    fits: bool,
}

pub(crate) fn run(args: &DescribeArgs) -> Result<ExitCode, Failure> {
    let data = args.input.load()?;
    let answer =
        told(&data, Asked { shape: true, fits: args.fits }).or_nothing("anything to describe", &data.report)?;
    output::give("describe", &data, &answer, args.input.strict, &args.output)
}

/// One result a series, for the report: the statistics that need no sort.
pub(crate) fn answer(data: &Dataset) -> Answer {
    told(data, Asked::default())
}

/// One series with all that a sort tells, as one section.
pub(crate) fn of_item(item: &Item) -> Result<Section, Error> {
    let mut answer = Answer::default();
    one(item, Asked { shape: true, fits: false }, &mut answer)?;
    answer.sections.pop().ok_or_else(|| Error::empty("nothing to describe"))
}

fn told(data: &Dataset, asked: Asked) -> Answer {
    Answer::of_each(&data.items, |item, answer| one(item, asked, answer))
}

fn one(item: &Item, asked: Asked, answer: &mut Answer) -> Result<(), Error> {
    let subject = tell::subject::subject(item)?;
    let mut statistics = describe(&subject.values, &subject.scope)?;
    let mut pictures: Vec<Bins> = Vec::new();
    if asked.shape {
        statistics.push(Statistic {
            name: "half_sample_mode",
            about: "where samples lie densest; robust",
            merges: Merging::Never,
            breakdown: 0.5,
            estimate: half_sample_mode(&subject.values, &subject.scope)?,
        });
        // a rule that gives no width for these samples is left out
        pictures.extend(BinRule::ALL.iter().filter_map(|rule| bins(&subject.values, *rule, &subject.scope).ok()));
    }
    if let Some(lost) = tell::subject::lost(item) {
        for statistic in &mut statistics {
            statistic.estimate.caveats.push(lost.clone());
        }
    }
    let named: Map<String, Value> = statistics.iter().map(|s| (s.name.to_owned(), json!(s.estimate))).collect();
    let properties: Map<String, Value> = statistics
        .iter()
        .map(|s| (s.name.to_owned(), json!({"merges": s.merges, "breakdown": s.breakdown, "about": s.about})))
        .collect();
    let mut found = json!({"statistics": named, "properties": properties, "note": subject.note});
    let mut section = tell::describe::section(&subject.identity.title(), &statistics);
    if asked.shape {
        found["bins"] =
            pictures.iter().map(|b| json!({"rule": b.rule.name(), "width": b.width, "bins": b.count})).collect();
        section.blocks.push(Block::Table(tell::describe::bins_table(&pictures)));
    }
    if asked.fits {
        let all = fits(&subject.values, &subject.scope)?;
        found["fits"] = fits_json(&all);
        section.blocks.push(Block::Table(tell::describe::fits_table(&all)));
    }
    answer.results.push(output::of_series(item, &found));
    section.blocks.extend(subject.note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}

/// The fits, the best first, then the families without one.
fn fits_json(all: &Fits) -> Value {
    let fitted = all.fits.iter().map(|fit| {
        let parameters: Map<String, Value> =
            fit.law.parameters().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        json!({
            "family": fit.law.family(), "parameters": parameters, "log_likelihood": fit.log_likelihood, "aic": fit.aic,
            "ks": fit.ks, "anderson_darling": fit.anderson_darling,
        })
    });
    let refused = all.refused.iter().map(|refusal| json!({"family": refusal.family, "refused": refusal.why}));
    fitted.chain(refused).collect()
}
