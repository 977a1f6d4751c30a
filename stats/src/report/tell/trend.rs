//! Is it rising or falling?

use super::words::{difference, p_value};
use crate::error::Result;
use crate::estimate::Bound;
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

/// A unit of time to tell a slope by, with its name: the longest one that fits twice into the data.
fn pace(data: Option<Span>) -> (Span, &'static str) {
    let all = [(Span::DAY, "a day"), (Span::HOUR, "an hour"), (Span::MINUTE, "a minute"), (Span::SECOND, "a second")];
    let fits = |(unit, _): &(Span, &str)| data.is_none_or(|d| d.0 / 2 >= unit.0);
    all.into_iter().find(fits).unwrap_or((Span::SECOND, "a second"))
}

/// The verdict in one sentence, with the slope in the unit of the series a day, or an hour, minute or second where the data are shorter.
pub fn finding(trend: &Trend, unit: &Unit) -> (Standing, String) {
    // “falling by −3” would fall twice
    let sign = if trend.verdict == Verdict::Falling { -1.0 } else { 1.0 };
    let slope = trend.slope_per_s.as_ref().map_or_else(String::new, |s| {
        let (span, name) = pace(s.window.map(|w| w.width));
        let told = |slope: f64| difference(unit, sign * slope * span.as_secs_f64());
        let ends = match s.bound {
            Bound::Confidence { lower, upper, level } if lower < upper => {
                let (low, high) = if sign < 0.0 { (upper, lower) } else { (lower, upper) };
                format!(" [{}, {}] at {}", told(low), told(high), Unit::Ratio.show(level))
            }
            _ => String::new(),
        };
        format!(" by {} {name}{ends}", told(s.value))
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
    // without a test the reason is the verdict's, which stands above
    let told = matches!(&trend.verdict, Verdict::NoVerdict { why } if *why == trend.reason);
    let words = [note.map(str::to_owned), (!trend.reason.is_empty() && !told).then(|| trend.reason.clone())];
    section.blocks.extend(words.into_iter().flatten().map(Block::Text));
    if !trend.caveats.is_empty() {
        section.blocks.push(Block::Warnings(trend.caveats.clone()));
    }
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
    fn a_slope_is_told_by_a_time_that_the_data_hold() {
        let scope = |hours: i64| {
            let window = crate::time::Window { start: Timestamp(0), width: Span(hours * Span::HOUR.0), phase: Span(0) };
            crate::estimate::Scope::new(Unit::PerSecond(Box::new(Unit::Percent)), window)
        };
        let mut found = Trend::without(TrendMethod::Auto, String::new());
        found.verdict = Verdict::Falling;
        let mut told = |hours: i64| {
            let slope =
                crate::estimate::Estimate::new(-0.01, crate::method::Method::Named("theil-sen"), 9, &scope(hours));
            let bound = Bound::Confidence { lower: -0.02, upper: 0.001, level: 0.95 };
            found.slope_per_s = Some(slope.with_bound(bound));
            finding(&found, &Unit::Percent).1
        };
        assert!(
            told(1).starts_with(
                "Falling by 0.6 percentage points a minute [-0.06 percentage points, 1.2 percentage points] at 95 %"
            ),
            "{}",
            told(1)
        );
        assert!(told(3).starts_with("Falling by 36 percentage points an hour"));
        assert!(told(48).starts_with("Falling by 864 percentage points a day"));
    }

    #[test]
    fn a_rise_is_told_per_day() {
        // 1 byte an hour: 24 B a day
        let times = (0..60).map(|i| i * 3_600_000_000_000).collect();
        let values = (0..60).map(|i| f64::from(i) + f64::from(i * 7 % 11) * 1e-6).collect();
        let disk = Series::new(Identity::new("disk_used", Unit::Byte), times, values, NanPolicy::Drop).unwrap();
        let found = trend(&disk, TrendMethod::Auto, 0.95).unwrap();
        let (_, text) = finding(&found, &Unit::Byte);
        assert!(text.starts_with("Rising by 24 B a day"), "{text}");
        let picture = figure(&disk, &found, 800).unwrap();
        assert!(picture.marks.iter().any(|m| m.name == "Theil–Sen line"));
    }
}
