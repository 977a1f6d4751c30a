//! Do two samples differ, by how much, or are they the same within a margin?

use super::words::{difference_estimate, p_value};
use crate::compare::{Comparison, Verdict};
use crate::error::Result;
use crate::estimate::Estimate;
use crate::figure::{Figure, difference_figure};
use crate::quantile::Quantile;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;

/// The test with its evidence, one row; further rows for the tests that it rests on.
pub fn table(comparison: &Comparison) -> Table {
    let columns = vec![
        Column::text("test"),
        Column::number("statistic", Unit::None),
        Column::text("p"),
        Column::estimate("effect"),
        Column::text("verdict"),
    ];
    let number = |v: Option<f64>| v.map_or(Cell::Empty, Cell::Number);
    let p = comparison.p_value.map_or(Cell::Empty, |p| p_value(p, comparison.ln_p).into());
    let mut table = Table::new("Comparison", columns).with(vec![
        comparison.test.clone().into(),
        number(comparison.statistic),
        p,
        comparison.effect.as_ref().map_or(Cell::Empty, |e| Cell::Estimate(difference_estimate(e))),
        comparison.verdict.word().into(),
    ]);
    if comparison.evidence.len() > 1 {
        for part in &comparison.evidence {
            let p = p_value(part.p_value, Some(part.ln_p));
            let test = format!("part: {}", part.test);
            table.rows.push(vec![test.into(), part.statistic.into(), p.into(), Cell::Empty, Cell::Empty]);
        }
    }
    table
}

/// What the effect of a test is.
fn effect_name(test: &str) -> &'static str {
    match test {
        "ks" => "the greatest distance of the distributions",
        "cliff" => "Cliff's delta of b over a",
        _ => "b − a",
    }
}

/// The verdict in one sentence.
pub fn finding(comparison: &Comparison) -> (Standing, String) {
    let name = effect_name(&comparison.test);
    let effect =
        comparison.effect.as_ref().map_or_else(String::new, |e| format!(" {}", difference_estimate(e).short()));
    let p = comparison.p_value.map_or_else(String::new, |p| format!(", {}", p_value(p, comparison.ln_p)));
    let sizes = format!("n = {} and {}", comparison.n_a, comparison.n_b);
    let test = &comparison.test;
    match &comparison.verdict {
        Verdict::Differ => {
            let text = match comparison.evidence.first() {
                // the test's own p is that of a difference beyond the margin
                Some(part) if test.starts_with("equivalence") => format!(
                    "They differ: {name} is{effect} ({}, {}, {sizes}); that they are equivalent within the margin was not shown ({test}{p}).",
                    part.test,
                    p_value(part.p_value, Some(part.ln_p))
                ),
                _ => format!("They differ: {name} is{effect} ({test}{p}, {sizes})."),
            };
            (Standing::Depends, text)
        }
        Verdict::Equivalent => {
            (Standing::Good, format!("Equivalent within the margin: {name} is{effect} ({test}{p}, {sizes})."))
        }
        Verdict::NotShown => (
            Standing::Unknown,
            format!(
                "Nothing was shown ({test}{p}, {sizes}); that is evidence neither for a difference nor against one."
            ),
        ),
        Verdict::NoVerdict(why) => (Standing::Unknown, format!("No verdict on a difference: {why}.")),
    }
}

/// Differences of quantiles over the nines.
///
/// # Errors
/// As [`difference_figure`].
pub fn figure(title: &str, differences: &[(Quantile, Estimate)]) -> Result<Figure> {
    difference_figure(differences, &format!("Difference of {title}, b − a, by quantile"))
}

/// Sentence, reason, table, what a reader must know and, where there are differences of quantiles, the figure.
pub fn section(
    title: &str,
    comparison: &Comparison,
    differences: &[(Quantile, Estimate)],
    note: Option<&str>,
) -> Section {
    let (standing, text) = finding(comparison);
    let name = format!("effect, {}", effect_name(&comparison.test));
    let evidence = comparison.effect.iter().map(|e| (name.clone(), difference_estimate(e))).collect();
    let mut section = Section::new(format!("Comparison of {title}")).with(Block::Verdict { standing, text, evidence });
    let words = [note.map(str::to_owned), (!comparison.reason.is_empty()).then(|| format!("{}.", comparison.reason))];
    section.blocks.extend(words.into_iter().flatten().map(Block::Text));
    section.blocks.push(Block::Table(table(comparison)));
    if !comparison.caveats.is_empty() {
        section.blocks.push(Block::Warnings(comparison.caveats.clone()));
    }
    if let Ok(figure) = figure(title, differences) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::compare::{BootstrapOptions, CompareOptions, compare, quantile_differences};
    use crate::estimate::Scope;

    #[test]
    fn a_difference_is_told_with_its_size_and_silence_is_no_evidence() {
        let a: Vec<f64> = (0..120).map(|i| f64::from(i * 37 % 121)).collect();
        let b: Vec<f64> = a.iter().map(|v| v + 40.0).collect();
        let scope = Scope::untimed(Unit::Millisecond);
        let found = compare(&a, &b, &scope, &CompareOptions::default()).unwrap();
        let (standing, text) = finding(&found);
        assert_eq!(standing, Standing::Depends);
        assert!(text.starts_with("They differ: b − a is 40 ms ["), "{text}");
        let all = quantile_differences(&a, &b, &[Quantile::MEDIAN], &BootstrapOptions::default(), &scope).unwrap();
        let section = section("latency", &found, &all, None);
        assert!(section.blocks.iter().any(|b| matches!(b, Block::Figure(_))));
        let none = finding(&compare(&a, &a, &scope, &CompareOptions::default()).unwrap());
        assert!(none.1.contains("evidence neither for"), "{none:?}");
        let why = finding(&compare(&a, &[], &scope, &CompareOptions::default()).unwrap());
        assert!(why.1.starts_with("No verdict on a difference: of the two samples 120 and 0"), "{why:?}");
    }
}
