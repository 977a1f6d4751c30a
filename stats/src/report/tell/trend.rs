//! Is it rising or falling?

use super::words::p_value;
use crate::error::Result;
use crate::figure::{Figure, Mark, Role, Shape, series_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::series::Series;
use crate::time::{Span, Timestamp};
use crate::trend::{Trend, Verdict};
use crate::unit::Unit;

/// The test with its evidence, one row.
pub fn table(trend: &Trend) -> Table {
    let least_squares = trend.method.to_string().starts_with("least-squares");
    let columns = vec![
        Column::text("method"),
        Column::number(if least_squares { "t" } else { "S" }, Unit::None),
        Column::number("z", Unit::None),
        Column::text("p"),
        Column::estimate("slope"),
        Column::text("verdict"),
    ];
    let number = |v: Option<f64>| v.map_or(Cell::Empty, Cell::Number);
    let slope = trend.slope_per_s.clone().map_or(Cell::Empty, Cell::Estimate);
    let p = trend.p_value.map_or(Cell::Empty, |p| p_value(p, trend.ln_p).into());
    Table::new("Trend", columns).with(vec![
        trend.method.to_string().into(),
        number(trend.statistic),
        number(trend.z),
        p,
        slope,
        trend.verdict.word().into(),
    ])
}

/// The verdict in one sentence, with the slope per day in the unit of the series.
pub fn finding(trend: &Trend, unit: &Unit) -> (Standing, String) {
    let a_day = |slope: f64| unit.show(slope * Span::DAY.as_secs_f64());
    let slope = trend.slope_per_s.as_ref().map_or_else(String::new, |s| {
        let ends = s.interval().filter(|(a, b)| a < b);
        let ends = ends.map_or_else(String::new, |(a, b)| format!(" [{}, {}]", a_day(a), a_day(b)));
        format!(" by {}{ends} a day", a_day(s.value))
    });
    let p = trend.p_value.map_or_else(String::new, |p| format!(", {}", p_value(p, trend.ln_p)));
    match &trend.verdict {
        Verdict::Rising => (Standing::Depends, format!("Rising{slope} ({}{p}).", trend.method)),
        Verdict::Falling => (Standing::Depends, format!("Falling{slope} ({}{p}).", trend.method)),
        Verdict::NoneShown => (
            Standing::Unknown,
            format!("No trend was shown ({}{p}); that is not evidence that there is none.", trend.method),
        ),
        Verdict::NoVerdict { why } => (Standing::Unknown, format!("No verdict on a trend: {why}.")),
    }
}

/// The series with the line of its slope.
///
/// # Errors
/// As [`series_figure`].
pub fn figure(series: &Series, trend: &Trend, width_px: u32) -> Result<Figure> {
    let mut figure = series_figure(&[series], width_px)?;
    let ends = (series.times().first(), series.times().last());
    if let (Some(slope), Some(intercept), (Some(&first), Some(&last))) = (&trend.slope_per_s, trend.intercept, ends) {
        let at = |t: i64| figure.x.position(Timestamp(t));
        let seconds = Timestamp(last).since(Timestamp(first)).as_secs_f64();
        let points = vec![(at(first), intercept), (at(last), intercept + slope.value * seconds)];
        let name = match slope.method.to_string().as_str() {
            "theil-sen" => "Theil–Sen line",
            "seasonal sen" => "seasonal Sen line",
            _ => "least squares line",
        };
        figure.marks.push(Mark::new(name, Role::Limit, Shape::Line { points }));
    }
    Ok(figure)
}

/// Sentence, table and figure under the name of the series; `note` says how the series came about.
pub fn section(series: &Series, trend: &Trend, note: Option<&str>) -> Section {
    let identity = series.identity();
    let (standing, text) = finding(trend, &identity.unit);
    let evidence = trend.slope_per_s.iter().map(|s| ("slope".to_owned(), s.clone())).collect();
    let mut section =
        Section::new(format!("Trend of {}", identity.title())).with(Block::Verdict { standing, text, evidence });
    let words = [note.map(str::to_owned), (!trend.reason.is_empty()).then(|| trend.reason.clone())];
    section.blocks.extend(words.into_iter().flatten().map(Block::Text));
    section.blocks.push(Block::Table(table(trend)));
    if let Ok(figure) = figure(series, trend, 960) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::trend::{TrendMethod, trend};

    #[test]
    fn a_rise_is_told_per_day() {
        // 1 byte a minute: 1440 B a day
        let times = (0..60).map(|i| i * 60_000_000_000).collect();
        let values = (0..60).map(|i| f64::from(i) + f64::from(i * 7 % 11) * 1e-6).collect();
        let disk = Series::new(Identity::new("disk_used", Unit::Byte), times, values, NanPolicy::Drop).unwrap();
        let found = trend(&disk, TrendMethod::Auto, 0.95).unwrap();
        let (_, text) = finding(&found, &Unit::Byte);
        assert!(text.starts_with("Rising by 1.44 kB"), "{text}");
        let picture = figure(&disk, &found, 800).unwrap();
        assert!(picture.marks.iter().any(|m| m.name == "Theil–Sen line"));
    }
}
