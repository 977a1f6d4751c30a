//! Values over time as cells that are the darker the more they hold.

use super::grouped;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::figure::{Axis, Figure, Legend, Mark, Role, Scale, Shape, Tile};
use crate::time::Grid;
use crate::unit::Unit;

/// More cells than this do not fit into a picture.
const MOST_CELLS: usize = 20_000;

/// A heat map: time in windows of `grid` from left to right, values on a log scale in `rows` equal ratios from bottom to top, and in
/// each cell how many events it holds. A cell is the darker the more it holds, by the logarithm of the count, so that a few slow
/// requests are seen beside many fast ones; an empty cell is not drawn.
///
/// It shows what no percentile does: two modes, a slow minority, an hour without data. Values at or below 0 have no place on a log
/// scale and are counted in the caption.
///
/// ```
/// use sre_stats::events::Events;
/// use sre_stats::figure::heat_map_figure;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::time::{Grid, Span};
/// use sre_stats::unit::Unit;
/// let times = (0..100).map(|i| i * Span::SECOND.0).collect();
/// let values = (0..100).map(|i| 0.01 * f64::from(1 + i % 9)).collect();
/// let events = Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Drop)?;
/// let figure = heat_map_figure(&events, Grid::new(Span::from_secs(10), Span::ZERO)?, 12)?;
/// assert_eq!(figure.marks.len(), 1);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no value is above 0, [`Argument`](crate::ErrorKind::Argument) for no rows or for more than
/// 20 000 cells.
pub fn heat_map_figure(events: &Events, grid: Grid, rows: usize) -> Result<Figure> {
    let pairs = events.times().iter().zip(events.values()).filter(|(_, v)| **v > 0.0 && v.is_finite());
    let (low, high) = pairs.clone().fold((f64::INFINITY, 0.0_f64), |(l, h), (_, v)| (l.min(*v), h.max(*v)));
    if low > high {
        return Err(Error::empty("no value above 0 to draw"));
    }
    let window = events.window();
    let first = grid.index(window.start);
    let last = grid.index(crate::time::Timestamp(window.end().0 - 1));
    let columns = usize::try_from(last - first + 1).unwrap_or(usize::MAX);
    if rows == 0 || columns.saturating_mul(rows) > MOST_CELLS {
        return Err(Error::argument(format!("{columns} windows of {rows} rows"))
            .hint(format!("wider windows or fewer rows; up to {MOST_CELLS} cells fit")));
    }
    let (bottom, top) = (low.ln(), if high > low { high.ln() } else { low.ln() + 0.1 });
    let step = (top - bottom) / rows as f64;
    let mut counts = vec![0_u64; columns * rows];
    let mut drawn = 0_u64;
    for (time, value) in pairs {
        let column = (grid.index(crate::time::Timestamp(*time)) - first) as usize;
        let row = (((value.ln() - bottom) / step) as usize).min(rows - 1);
        if let Some(count) = counts.get_mut(column * rows + row) {
            *count += 1;
            drawn += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let x = Axis::time(grid.window(first).start);
    let mut tiles = Vec::new();
    for (i, count) in counts.iter().enumerate().filter(|(_, c)| **c > 0) {
        let (column, row) = (i / rows, (i % rows) as f64);
        let span = grid.window(first + column as i64);
        tiles.push(Tile {
            left: x.position(span.start),
            right: x.position(span.end()),
            bottom: (bottom + step * row).exp(),
            top: (bottom + step * (row + 1.0)).exp(),
            share: (*count as f64).ln_1p() / (most as f64).ln_1p(),
        });
    }
    let missing = events.len() as u64 - drawn;
    let mut caption = format!(
        "{} events in windows of {}; the darkest cell holds {}, shades follow the logarithm of the count.",
        grouped(drawn),
        grid.width(),
        grouped(most)
    );
    if missing > 0 {
        caption.push_str(&format!(" {} values at or below 0 are not shown.", grouped(missing)));
    }
    let title = events.identity().title();
    let y = Axis::new(events.identity().name.clone(), events.identity().unit.clone())
        .with_scale(Scale::Log)
        .with_range(low, top.exp());
    let mut figure = Figure::new(title, x, y)
        .with(Mark::new(Unit::Count.name(), Role::Series(0), Shape::Heat { tiles }))
        .with_caption(caption);
    figure.legend = Legend::Hidden;
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::time::Span;

    fn events(pairs: &[(i64, f64)]) -> Events {
        let (times, values) = pairs.iter().map(|(t, v)| (t * 1_000_000_000, *v)).unzip();
        Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Drop).unwrap()
    }

    fn minute() -> Grid {
        Grid::new(Span::MINUTE, Span::ZERO).unwrap()
    }

    #[test]
    fn cells_stand_where_their_events_are() {
        let mut pairs = vec![(0, 1.0), (1, 1.0), (59, 1.1), (60, 100.0), (61, 0.0), (190, 1.0)];
        pairs.extend([(120, 10.5)]);
        let figure = heat_map_figure(&events(&pairs), minute(), 2).unwrap();
        let Shape::Heat { tiles } = &figure.marks[0].shape else { panic!() };
        let places: Vec<(f64, f64, f64)> = tiles.iter().map(|t| (t.left, t.right, t.bottom.round())).collect();
        assert_eq!(places, [(0.0, 60.0, 1.0), (60.0, 120.0, 10.0), (120.0, 180.0, 10.0), (180.0, 240.0, 1.0)]);
        assert_eq!(tiles[0].share, 1.0);
        // one event against three: ln 2 / ln 4
        assert!((tiles[1].share - 0.5).abs() < 1e-12);
        assert!(figure.caption.contains("6 events") && figure.caption.contains("1 values at or below 0"));
    }

    #[test]
    fn a_constant_is_one_row_and_too_much_is_refused() {
        let figure = heat_map_figure(&events(&[(0, 5.0), (70, 5.0)]), minute(), 10).unwrap();
        let Shape::Heat { tiles } = &figure.marks[0].shape else { panic!() };
        assert_eq!(tiles.len(), 2);
        assert!(heat_map_figure(&events(&[(0, 0.0)]), minute(), 10).is_err());
        let long = events(&[(0, 1.0), (1_000_000, 2.0)]);
        assert!(heat_map_figure(&long, Grid::new(Span::SECOND, Span::ZERO).unwrap(), 10).is_err());
    }
}
