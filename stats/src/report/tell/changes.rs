//! Since when?

use std::io::Read;

use super::words::p_value;
use crate::compare::{BootstrapOptions, quantile_differences};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::figure::{Direction, Figure, Mark, Role, Shape, difference_figure, series_figure};
use crate::load::container::Container;
use crate::quantile::Quantile;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::series::Series;
use crate::time::Timestamp;
use crate::trend::{Cause, Change, ChangeVerdict, Changes, Event, SeasonSteps, read_events, without_season};

/// One row a change: when it happened, and the level before and after, which on a slope is that of the line at the change.
pub fn table(changes: &Changes) -> Table {
    let level = if changes.slope_per_s.is_some() { "level" } else { "mean" };
    let columns = vec![
        Column::text("changed at"),
        Column::text("after"),
        Column::text("and by"),
        Column::estimate(format!("{level} before")),
        Column::estimate(format!("{level} after")),
        Column::estimate("effect"),
        Column::text("p"),
    ];
    let mut table = Table::new("Changes of level", columns);
    let row = |c: &Change| {
        vec![
            c.time.to_string().into(),
            c.onset.lower.to_string().into(),
            c.onset.upper.to_string().into(),
            c.before.clone().into(),
            c.after.clone().into(),
            c.effect.clone().into(),
            c.p_value.map_or(Cell::Empty, |p| p_value(p, None).into()),
        ]
    };
    table.rows = changes.changes.iter().map(row).collect();
    table
}

/// Events from a file's bytes, unpacked where they are gzip or Zstandard; see [`read_events`].
///
/// # Errors
/// As [`read_events`], and where the bytes do not unpack or are not UTF-8.
pub fn events(bytes: &[u8]) -> Result<Vec<Event>> {
    let mut unpacked = Vec::new();
    let plain = match Container::of(bytes) {
        None => bytes,
        Some(container) => {
            let read = container.unpack(Box::new(bytes)).read_to_end(&mut unpacked);
            read.map_err(|e| Error::parse(format!("the {} does not unpack: {e}", container.name())))?;
            &unpacked
        }
    };
    let text = std::str::from_utf8(plain)
        .map_err(|e| Error::parse(format!("byte {} is not UTF-8", e.valid_up_to())).hint("save the events as UTF-8"))?;
    read_events(text)
}

/// The events before each change, nearest first.
pub fn causes_table(changes: &Changes, causes: &[Vec<Cause>]) -> Table {
    let columns =
        vec![Column::text("changed at"), Column::text("event"), Column::text("at"), Column::span("before the onset")];
    let mut table = Table::new("What happened just before", columns);
    for (change, causes) in changes.changes.iter().zip(causes) {
        let time = change.time.to_string();
        if causes.is_empty() {
            table.rows.push(vec![time.clone().into(), "none in reach".into(), Cell::Empty, Cell::Empty]);
        }
        for cause in causes {
            let before =
                if cause.within_onset { "within the onset".into() } else { super::words::span_cell(cause.before) };
            table.rows.push(vec![
                time.clone().into(),
                cause.event.name.clone().into(),
                cause.event.time.to_string().into(),
                before,
            ]);
        }
    }
    table
}

/// The answer in one sentence; of several changes the largest is told.
pub fn finding(changes: &Changes) -> (Standing, String) {
    match &changes.verdict {
        ChangeVerdict::NoVerdict { why } => return (Standing::Unknown, format!("No verdict on a change: {why}.")),
        ChangeVerdict::NoneShown => {
            let text = "No change of level was shown; that is not evidence that there is none.".to_owned();
            return (Standing::Unknown, text);
        }
        ChangeVerdict::Changed => {}
    }
    let Some(largest) = largest(changes) else {
        return (Standing::Unknown, "No change of level was shown.".to_owned());
    };
    let unit = &largest.effect.unit;
    let count = match changes.changes.len() {
        1 => "One change of level".to_owned(),
        n => format!("{n} changes of level, the largest"),
    };
    let count = if changes.slope_per_s.is_some() { format!("{count}, on a slope") } else { count };
    let text = format!(
        "{count}: from {} to {}, between {} and {}.",
        unit.show(largest.before.value),
        unit.show(largest.after.value),
        largest.onset.lower,
        largest.onset.upper
    );
    (Standing::Depends, text)
}

/// The series with the mean of each stretch, or its line where a slope goes on beneath the changes; the interval of each onset is shaded.
///
/// # Errors
/// As [`series_figure`].
pub fn figure(series: &Series, changes: &Changes, width_px: u32) -> Result<Figure> {
    let mut figure = series_figure(&[series], width_px)?;
    let (Some(first), Some(last)) = (changes.changes.first(), changes.changes.last()) else { return Ok(figure) };
    let mut edges = vec![figure.x.position(series.window().start)];
    let mut values = vec![first.before.value];
    for change in &changes.changes {
        let (from, to) = (figure.x.position(change.onset.lower), figure.x.position(change.onset.upper));
        let shape = Shape::Region { from, to, direction: Direction::Vertical };
        figure.marks.push(Mark::new("onset", Role::Warn, shape));
        edges.push(figure.x.position(change.time));
        values.push(change.after.value);
    }
    let end = series.window().end().max(last.time);
    edges.push(figure.x.position(end));
    figure.marks.push(match &changes.slope_per_s {
        None => Mark::new("mean of each stretch", Role::Limit, Shape::Steps { edges, values }),
        Some(slope) => {
            // levels are told at the change that ends the first stretch, and begins the others
            let anchors = [first.time].into_iter().chain(changes.changes.iter().map(|c| c.time));
            let starts = changes.changes.iter().map(|c| c.time);
            let ends: Vec<Timestamp> = [series.window().start].into_iter().chain(starts).chain([end]).collect();
            let line = ends.windows(2).zip(anchors).zip(&values).flat_map(|((e, anchor), level)| {
                let seconds = |t: Timestamp| (i128::from(t.0) - i128::from(anchor.0)) as f64 / 1e9;
                [e[0], e[1]].map(|t| (figure.x.position(t), level + slope.value * seconds(t)))
            });
            Mark::new("line of each stretch", Role::Limit, Shape::Line { points: line.collect() })
        }
    });
    Ok(figure)
}

fn largest(changes: &Changes) -> Option<&Change> {
    changes.changes.iter().max_by(|a, b| a.effect.value.abs().total_cmp(&b.effect.value.abs()))
}

/// Fewer values on a side show no quantile but the middle one.
const FEWEST: usize = 20;
/// More values on both sides together would take longer to draw from than all else that is told of changes.
const MOST: usize = 100_000;

/// By how much each quantile differs from the stretch before the largest change to the one after it, less the season that was taken out, with
/// intervals of a bootstrap of blocks; none without a change, on a slope, which moves the values of each side too, where a side has fewer than 20 values, or both have more than 100 000.
pub fn differences(series: &Series, changes: &Changes) -> Vec<(Quantile, Estimate)> {
    let Some(change) = largest(changes).filter(|_| changes.slope_per_s.is_none()) else { return Vec::new() };
    let before = changes.changes.iter().map(|c| c.index).filter(|at| *at < change.index).max().unwrap_or(0);
    let after = changes.changes.iter().map(|c| c.index).find(|at| *at > change.index).unwrap_or(series.len());
    // stretches that end at different phases of a season differ by it
    let seasonless = match changes.season_steps {
        None => None,
        Some(steps) => match without_season(series, SeasonSteps::Steps(steps)) {
            None => return Vec::new(),
            found => found,
        },
    };
    let values = seasonless.as_ref().map_or(series.values(), |s| s.values.as_slice());
    let (Some(a), Some(b)) = (values.get(before..change.index), values.get(change.index..after)) else {
        return Vec::new();
    };
    let both = a.len() + b.len();
    if a.len().min(b.len()) < FEWEST || both > MOST {
        return Vec::new();
    }
    let options = BootstrapOptions { resamples: (10_000_000 / both).clamp(199, 999), ..BootstrapOptions::default() };
    let scope = Scope::new(series.identity().unit.clone(), series.window());
    let drawn = [Quantile::MEDIAN, Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999];
    quantile_differences(a, b, &drawn, &options, &scope).unwrap_or_default()
}

/// The differences of quantiles over the nines, from before the largest change to after it.
///
/// # Errors
/// As [`difference_figure`].
pub fn difference(series: &Series, changes: &Changes) -> Result<Figure> {
    let at = largest(changes).map_or_else(String::new, |c| format!(" at {}", c.time));
    let mut figure = difference_figure(
        &differences(series, changes),
        &format!("{}, by quantile: after the change{at}, less before", series.identity().title()),
    )?;
    figure
        .caption
        .push_str(" b is after the change, a before; its place was found in the same values, which no bar allows for.");
    if let Some(steps) = changes.season_steps {
        figure.caption.push_str(&format!(" A season of {steps} steps was taken out of both."));
    }
    Ok(figure)
}

/// Sentence, table and figures under the name of the series; `note` says how the series came about.
pub fn section(series: &Series, changes: &Changes, note: Option<&str>) -> Section {
    let (standing, text) = finding(changes);
    let mut section = Section::new(format!("Changes of {}", series.identity().title())).with(Block::Verdict {
        standing,
        text,
        evidence: Vec::new(),
    });
    let words = [note.map(str::to_owned), (!changes.reason.is_empty()).then(|| changes.reason.clone())];
    section.blocks.extend(words.into_iter().flatten().map(Block::Text));
    if !changes.changes.is_empty() {
        section.blocks.push(Block::Table(table(changes)));
    }
    let figures = [figure(series, changes, 960), difference(series, changes)];
    section.blocks.extend(figures.into_iter().flatten().map(Block::Figure));
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::trend::{ChangeOptions, changes};
    use crate::unit::Unit;

    #[test]
    fn events_are_unpacked() {
        use std::io::Write;
        let text = b"time,version\n2026-01-01T10:00:00Z,v1\n";
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(events(&packed).unwrap(), events(text).unwrap());
        assert_eq!(events(text).unwrap()[0].name, "v1");
        assert!(events(&packed[..packed.len() - 9]).unwrap_err().to_string().contains("the gzip does not unpack"));
        assert!(events(b"time\n\xff\xfe\n").unwrap_err().to_string().contains("byte 5 is not UTF-8"));
    }

    #[test]
    fn a_step_is_told_with_its_onset() {
        let times = (0..100).map(|i| i * 60_000_000_000).collect();
        let values = (0..100).map(|i| if i < 60 { 1.0 } else { 3.0 } + f64::from(i * 37 % 17) * 0.01).collect();
        let series = Series::new(Identity::new("x", Unit::Second), times, values, NanPolicy::Drop).unwrap();
        let found = changes(&series, &ChangeOptions::default()).unwrap();
        let (standing, text) = finding(&found);
        assert_eq!(standing, Standing::Depends);
        assert!(text.starts_with("One change of level: from 1.0"), "{text}");
        assert!(text.contains("between 1970-01-01T00:59:00Z and 1970-01-01T01:00:00Z"), "{text}");
        let event = |name: &str, s: i64| crate::trend::Event {
            time: crate::time::Timestamp(s * 1_000_000_000),
            name: name.into(),
        };
        let events = [event("after", 3700), event("deploy", 3500)];
        let causes = crate::trend::rank_causes(found.changes[0].onset, &events, crate::time::Span::HOUR);
        let told = causes_table(&found, &[causes]);
        assert_eq!((told.rows.len(), told.rows[0][1].clone()), (1, Cell::Text("deploy".into())));
        let picture = figure(&series, &found, 800).unwrap();
        assert!(picture.marks.iter().any(|m| m.name == "onset"));
        // every value moved by 2
        let moved = differences(&series, &found);
        assert!(moved.len() == 5 && moved.iter().all(|(_, e)| (e.value - 2.0).abs() < 0.05), "{moved:?}");
        let drawn = section(&series, &found, None).blocks.into_iter().filter(|b| matches!(b, Block::Figure(_))).count();
        assert_eq!(drawn, 2);
        assert_eq!(table(&found).rows.len(), 1);
        assert!(table(&found).columns.iter().any(|c| c.name == "mean before"));
    }

    /// Noise in ±½ that repeats from run to run.
    fn noise(i: usize) -> f64 {
        crate::quantile::random::SplitMix64::stream(3, i as u64).unit() - 0.5
    }

    #[test]
    fn a_season_is_no_difference_of_quantiles() {
        // ten days of five minutes with a wave of ±10, 3 higher for the last half day, in which the wave is above 0
        let (n, at) = (288 * 10 + 144, 288 * 10);
        let wave = |i: usize| 10.0 * (std::f64::consts::TAU * i as f64 / 288.0).sin();
        let values = (0..n).map(|i| 100.0 + wave(i) + noise(i) + if i >= at { 3.0 } else { 0.0 }).collect();
        let times = (0..n as i64).map(|i| i * 300_000_000_000).collect();
        let series = Series::new(Identity::new("x", Unit::None), times, values, NanPolicy::Drop).unwrap();
        let found = changes(&series, &ChangeOptions::default()).unwrap();
        assert_eq!((found.season_steps, found.changes.len()), (Some(288), 1));
        let moved = differences(&series, &found);
        assert!(moved.len() >= 3 && moved.iter().all(|(_, e)| (e.value - 3.0).abs() < 0.6), "{moved:?}");
        let caption = difference(&series, &found).unwrap().caption;
        assert!(caption.ends_with("A season of 288 steps was taken out of both."), "{caption}");
    }

    #[test]
    fn on_a_slope_levels_are_told_and_no_means() {
        let values = (0..200).map(|i| 0.3 * i as f64 + noise(i) + if i >= 120 { -20.0 } else { 0.0 }).collect();
        let times = (0..200).map(|i| i * 60_000_000_000).collect();
        let series = Series::new(Identity::new("x", Unit::None), times, values, NanPolicy::Drop).unwrap();
        let found = changes(&series, &ChangeOptions::default()).unwrap();
        assert!(found.slope_per_s.is_some());
        let heads: Vec<String> = table(&found).columns.iter().map(|c| c.name.clone()).collect();
        assert_eq!(heads[3..5], ["level before", "level after"]);
        assert_eq!(found.changes[0].effect.method.to_string(), "difference of levels at the change");
        assert!((found.changes[0].effect.value + 20.0).abs() < 0.5);
    }
}
