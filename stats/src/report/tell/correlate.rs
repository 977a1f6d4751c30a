//! Which series move together, and which one leads?

use super::words::{p_value, span_cell};
use crate::correlate::{Correlations, Pair, PairVerdict};
use crate::error::Result;
use crate::figure::{Figure, Shape, correlation_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::series::Series;
use crate::time::Span;
use crate::unit::Unit;
use crate::words::counted;

fn title(series: &[Series], index: usize) -> String {
    series.get(index).map_or_else(|| format!("series {index}"), |s| s.identity().title())
}

/// One row a pair of the shortlist.
pub fn table(series: &[Series], found: &Correlations) -> Table {
    let columns = vec![
        Column::text("a"),
        Column::text("b"),
        Column::span("b follows a by"),
        Column::estimate("r of innovations"),
        Column::number("r of values", Unit::None),
        Column::text("p, this pair"),
        Column::text("p, all pairs"),
        Column::text("verdict"),
    ];
    let mut table = Table::new("Pairs of series", columns);
    let row = |pair: &Pair| -> Vec<Cell> {
        vec![
            title(series, pair.a).into(),
            title(series, pair.b).into(),
            span_cell(pair.lag_s),
            pair.r.clone().into(),
            pair.raw_r.into(),
            p_value(pair.p_value, None).into(),
            p_value(pair.p_adjusted, None).into(),
            pair.verdict.word().into(),
        ]
    };
    table.rows = found.pairs.iter().map(row).collect();
    table
}

/// The answer in one sentence; of several related pairs the least likely one by chance is told.
pub fn finding(series: &[Series], found: &Correlations) -> (Standing, String) {
    let related: Vec<&Pair> = found.pairs.iter().filter(|p| p.verdict == PairVerdict::Related).collect();
    let Some(first) = related.first() else {
        let text = format!(
            "{} shown to move together once each series' season and own past are taken out; that is not evidence that {}.",
            match found.pairs_tested {
                1 => "The one pair was not".to_owned(),
                n => format!("None of {} was", counted(n as u64, "pair")),
            },
            if found.pairs_tested == 1 { "it does not" } else { "none does" }
        );
        return (Standing::Unknown, text);
    };
    let (a, b) = (title(series, first.a), title(series, first.b));
    let span = super::words::span(first.lag_s.abs());
    let relation = match first.lag_steps {
        0 => format!("{a} and {b} move together at once"),
        1.. => format!("{b} follows {a} by {span}"),
        _ => format!("{a} follows {b} by {span}"),
    };
    let count =
        if related.len() == 1 { String::new() } else { format!(" {} pairs in all are related.", related.len()) };
    let text = format!(
        "{relation} (r = {}, {} over {}).{count} Together is not because of.",
        first.r.unit.show(first.r.value),
        p_value(first.p_adjusted, None),
        counted(found.pairs_tested as u64, "pair")
    );
    (Standing::Depends, text)
}

/// The correlations of a pair at all lags.
///
/// # Errors
/// As [`correlation_figure`].
pub fn figure(series: &[Series], found: &Correlations, pair: &Pair) -> Result<Figure> {
    let band = 1.96 / (pair.r.n.max(1) as f64).sqrt();
    let title = format!("{} and {}", title(series, pair.a), title(series, pair.b));
    let mut figure = correlation_figure(&pair.profile, found.step, band, &title)?;
    let at = usize::try_from(pair.lag_steps + found.lags as i64).ok();
    let drawn = at.and_then(|at| pair.profile.get(at)).copied().unwrap_or(pair.r.value);
    let (told, drawn) = (pair.r.unit.show(pair.r.value), pair.r.unit.show(drawn));
    if told != drawn {
        figure.caption.push_str(&format!(
            " The line shows {drawn} at the marked lag and not {told}, as it divides by the innovations of the whole series, also by those that meet none at this lag."
        ));
        let lag = Span(found.step.0.saturating_mul(pair.lag_steps));
        if let Some(mark) = figure.marks.iter_mut().find(|m| matches!(m.shape, Shape::Rule { .. })) {
            mark.name = format!("{lag}, r = {told}");
        }
    }
    Ok(figure)
}

/// No verdict, and why: where no two series could be compared.
pub fn unanswered(why: &str) -> Section {
    let text = format!("No verdict on what moves together: {why}.");
    Section::new("Correlation of series").with(Block::Verdict {
        standing: Standing::Unknown,
        text,
        evidence: Vec::new(),
    })
}

/// Sentence, table and the figures of the first three related pairs; `notes` say how the series came about.
pub fn section(series: &[Series], found: &Correlations, notes: &[String]) -> Section {
    let (standing, text) = finding(series, found);
    let evidence = Vec::new();
    let mut section = Section::new("Correlation of series").with(Block::Verdict { standing, text, evidence });
    section.blocks.extend(notes.iter().cloned().map(Block::Text));
    section.blocks.push(Block::Text(format!(
        "{} at lags up to {} to either side, in steps of {}; an error rate of {:.3} over all of them.",
        counted(found.pairs_tested as u64, "pair"),
        super::words::span(found.step.as_secs_f64() * found.lags as f64),
        super::words::width(found.step),
        1.0 - found.level
    )));
    if !found.caveats.is_empty() {
        section.blocks.push(Block::Warnings(found.caveats.clone()));
    }
    section.blocks.push(Block::Table(table(series, found)));
    let drawn = found.pairs.iter().filter(|p| p.verdict == PairVerdict::Related).take(3);
    section.blocks.extend(drawn.filter_map(|p| figure(series, found, p).ok()).map(Block::Figure));
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::correlate::{CorrelateOptions, correlate};
    use crate::quantile::random::SplitMix64;
    use crate::series::{Identity, NanPolicy};

    #[test]
    fn a_follower_is_told_with_its_lag() {
        let mut random = SplitMix64::new(4);
        let cause: Vec<f64> = (0..200).map(|_| random.unit()).collect();
        let effect = (0..200usize).map(|i| cause[i.saturating_sub(3)] + 0.1 * random.unit()).collect();
        let series = |name: &str, values: Vec<f64>| {
            let times = (0..200).map(|i| i * 60_000_000_000).collect();
            Series::new(Identity::new(name, Unit::None), times, values, NanPolicy::Refuse).unwrap()
        };
        let set = [series("effect", effect), series("cause", cause)];
        let found = correlate(&set, &CorrelateOptions::default()).unwrap();
        let (standing, text) = finding(&set, &found);
        assert_eq!(standing, Standing::Depends);
        assert!(text.starts_with("effect follows cause by 3m"), "{text}");
        assert_eq!(table(&set, &found).rows.len(), 1);
        // the legend tells the table's r, and the caption why the line's is another
        let pair = &found.pairs[0];
        let (told, picture) = (pair.r.unit.show(pair.r.value), figure(&set, &found, pair).unwrap());
        let rule = picture.marks.iter().find(|m| matches!(m.shape, Shape::Rule { .. })).unwrap();
        assert!(rule.name.ends_with(&format!("m, r = {told}")), "{}", rule.name);
        let drawn = pair.r.unit.show(pair.profile[(pair.lag_steps + found.lags as i64) as usize]);
        assert!(told != drawn && picture.caption.contains(&format!("shows {drawn} at the marked lag and not {told}")));
        assert!(section(&set, &found, &[]).blocks.iter().any(|b| matches!(b, Block::Figure(_))));
    }
}
