//! Marks as items of `egui_plot`.

use egui::{Align2, Color32, Stroke};
use egui_plot::{
    Axis as PlotAxis, FilledArea, HLine, Line, LineStyle, MarkerShape, PlotPoint, PlotPoints, PlotUi, Points, Polygon,
    Span, Text, VLine,
};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Direction, Figure, Interval, Mark, Scale, Shape};

use crate::gui::theme::colour;

/// Runs of points without a gap.
fn runs<T: Copy>(points: impl Iterator<Item = T>, finite: impl Fn(&T) -> bool) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    for point in points {
        if finite(&point) {
            if let Some(last) = all.last_mut() {
                last.push(point);
            }
        } else if all.last().is_some_and(|l| !l.is_empty()) {
            all.push(Vec::new());
        }
    }
    all.retain(|run| !run.is_empty());
    all
}

/// The first and last place on x and on y.
pub(super) type Ranges = ((f64, f64), (f64, f64));

/// Adds one mark.
pub(super) fn draw<'a>(
    p: &mut PlotUi<'a>,
    tokens: &'a Tokens,
    figure: &'a Figure,
    mark: &'a Mark,
    index: usize,
    ranges: Ranges,
    pixel: f64,
) {
    let ink = colour(tokens.colour(mark.role));
    let (xs, ys) = (figure.x.scale, figure.y.scale);
    let place = |&(x, y): &(f64, f64)| [xs.transform(x), ys.transform(y)];
    let finite = |p: &[f64; 2]| p[0].is_finite() && p[1].is_finite();
    match &mark.shape {
        Shape::Line { points } => {
            for (i, run) in runs(points.iter().map(place), finite).into_iter().enumerate() {
                // over the cells of a heat map a line needs an edge
                if figure.marks.iter().any(|m| matches!(m.shape, Shape::Heat { .. })) {
                    let halo = Line::new("", PlotPoints::from(run.clone())).color(colour(tokens.background)).width(4.0);
                    p.line(halo.allow_band(false).allow_hover(false).id((index, i, "edge")));
                }
                line(p, &mark.name, run, ink, (index, i));
            }
        }
        Shape::Points { points } => {
            let points: Vec<[f64; 2]> = points.iter().map(place).filter(finite).collect();
            p.points(Points::new(mark.name.clone(), PlotPoints::from(points)).radius(3.0).color(ink).id(index));
        }
        Shape::Band { x, lower, upper } => {
            let rows = x
                .iter()
                .zip(lower)
                .zip(upper)
                .map(|((x, l), u)| [xs.transform(*x), ys.transform(*l), ys.transform(*u)]);
            let whole = |r: &[f64; 3]| r.iter().all(|v| v.is_finite());
            for (i, run) in runs(rows, whole).into_iter().enumerate() {
                band(p, &mark.name, &run, ink, (index, i), pixel);
            }
        }
        Shape::Steps { edges, values } => {
            let corners = edges.windows(2).zip(values).flat_map(|(e, v)| match e {
                [a, b] => [(*a, *v), (*b, *v)],
                _ => [(f64::NAN, f64::NAN); 2],
            });
            let corners: Vec<(f64, f64)> = corners.collect();
            for (i, run) in runs(corners.iter().map(place), finite).into_iter().enumerate() {
                line(p, &mark.name, run, ink, (index, i));
            }
        }
        Shape::Bars { bars } => {
            for (i, bar) in bars.iter().enumerate() {
                let (a, b, top) = (xs.transform(bar.lower), xs.transform(bar.upper), ys.transform(bar.height));
                let floor = if ys == Scale::Log { ranges.1.0 } else { 0.0 };
                let corners = vec![[a, floor], [a, top], [b, top], [b, floor]];
                let fill = ink.gamma_multiply(0.6);
                let bar = Polygon::new(mark.name.clone(), PlotPoints::from(corners));
                p.polygon(bar.fill_color(fill).stroke(Stroke::new(0.5, ink)).id((index, i)));
            }
        }
        Shape::Rule { at, direction } => rule(p, tokens, figure, mark, index, *at, *direction, ink, ranges),
        Shape::Region { from, to, direction } => {
            let (scale, axis) = match direction {
                Direction::Vertical => (xs, PlotAxis::X),
                Direction::Horizontal => (ys, PlotAxis::Y),
            };
            let span = Span::new("", scale.transform(*from)..=scale.transform(*to)).axis(axis);
            p.span(span.fill(ink.gamma_multiply(0.16)).border(Stroke::NONE));
        }
        Shape::Interval { intervals } => {
            for (i, interval) in intervals.iter().enumerate() {
                error_bar(p, figure, interval, ink, (index, i), ranges);
            }
        }
        Shape::Heat { rows, columns, most } => {
            p.add(super::heat::Cells::new(tokens, figure, rows, columns, *most));
        }
        // strips stand under the plot
        _ => {}
    }
}

fn line(p: &mut PlotUi<'_>, name: &str, run: Vec<[f64; 2]>, ink: Color32, id: (usize, usize)) {
    if let [only] = run.as_slice() {
        p.points(Points::new(name.to_owned(), PlotPoints::from(vec![*only])).radius(2.0).color(ink).id(id));
    } else {
        p.line(Line::new(name.to_owned(), PlotPoints::from(run)).color(ink).width(1.6).allow_band(false).id(id));
    }
}

/// The area between two edges. Where points are about a pixel apart each becomes an upright bar of at least a pixel: slanted
/// edges would run between the centres of pixels, and a peak of one pixel would lose its tip.
fn band(p: &mut PlotUi<'_>, name: &str, run: &[[f64; 3]], ink: Color32, id: (usize, usize), pixel: f64) {
    let dense = match run {
        [[a, ..], .., [b, ..]] => (b - a) / (run.len() - 1) as f64 <= 3.0 * pixel,
        _ => true,
    };
    let corners: Vec<[f64; 3]> = if dense { upright(run, pixel) } else { run.to_vec() };
    let column = |i: usize| corners.iter().filter_map(|r| r.get(i).copied()).collect::<Vec<f64>>();
    let area = FilledArea::new(name.to_owned(), &column(0), &column(1), &column(2));
    let fill = ink.gamma_multiply(if dense { 0.45 } else { 0.30 });
    p.add(area.fill_color(fill).allow_hover(false).id(id));
}

/// Each point as a bar that meets its neighbours half-way, and is at least a pixel wide.
fn upright(run: &[[f64; 3]], pixel: f64) -> Vec<[f64; 3]> {
    let mut corners = Vec::with_capacity(2 * run.len());
    let mut from = run.first().map_or(0.0, |r| r[0] - pixel / 2.0);
    for (i, [x, low, high]) in run.iter().enumerate() {
        let to = run.get(i + 1).map_or(x + pixel / 2.0, |next| f64::midpoint(*x, next[0])).max(from + pixel * 0.999);
        corners.extend([[from, *low, *high], [to, *low, *high]]);
        from = to;
    }
    corners
}

#[allow(clippy::too_many_arguments)]
fn rule(
    p: &mut PlotUi<'_>,
    tokens: &Tokens,
    figure: &Figure,
    mark: &Mark,
    index: usize,
    at: f64,
    direction: Direction,
    ink: Color32,
    ranges: Ranges,
) {
    let style = LineStyle::dashed_loose();
    let name = mark.name.clone();
    let ((x0, x1), (y0, y1)) = ranges;
    match direction {
        Direction::Horizontal => {
            let y = figure.y.scale.transform(at);
            p.hline(HLine::new(name.clone(), y).color(ink).width(1.6).style(style).allow_hover(false).id(index));
            // the name stands on the line, below it where the top is near
            let top = y > y0 + 0.9 * (y1 - y0);
            // at the end that no other line comes near, which it would hide
            let wide = 0.2 * (x1 - x0);
            let high = 0.08 * (y1 - y0);
            let (low, high) = if top { (y - high, y) } else { (y, y + high) };
            let left = crossed(figure, (x1 - wide, x1), (low, high)) && !crossed(figure, (x0, x0 + wide), (low, high));
            let (align, at_x) = match (left, top) {
                (true, true) => (Align2::LEFT_TOP, x0 + 0.008 * (x1 - x0)),
                (true, false) => (Align2::LEFT_BOTTOM, x0 + 0.008 * (x1 - x0)),
                (false, true) => (Align2::RIGHT_TOP, x1 - 0.008 * (x1 - x0)),
                (false, false) => (Align2::RIGHT_BOTTOM, x1 - 0.008 * (x1 - x0)),
            };
            // on a ground of its own, so that other lines do not run through it
            let ground = colour(tokens.background).gamma_multiply(0.85);
            let text = egui::RichText::new(format!("{name} {}", figure.y.show(at))).size(12.0).color(ink);
            let text = text.background_color(ground);
            p.text(Text::new("", PlotPoint::new(at_x, y), text).anchor(align).id((index, "name")));
        }
        Direction::Vertical => {
            let x = figure.x.scale.transform(at);
            p.vline(VLine::new(name, x).color(ink).width(1.6).style(style).allow_hover(false).id(index));
        }
    }
}

/// Whether a line of the figure runs through a box.
fn crossed(figure: &Figure, (x0, x1): (f64, f64), (y0, y1): (f64, f64)) -> bool {
    let place = |&(x, y): &(f64, f64)| (figure.x.scale.transform(x), figure.y.scale.transform(y));
    figure.marks.iter().any(|mark| {
        let Shape::Line { points } = &mark.shape else { return false };
        points.windows(2).any(|pair| {
            let [a, b] = pair else { return false };
            let ((ax, ay), (bx, by)) = (place(a), place(b));
            if bx < x0 || ax > x1 || ![ax, ay, bx, by].iter().all(|v| v.is_finite()) {
                return false;
            }
            // the heights at which it enters and leaves the box's width
            let at = |x: f64| if bx > ax { ay + (by - ay) * (x - ax) / (bx - ax) } else { by };
            let (enters, leaves) = (at(x0.clamp(ax, bx.max(ax))), at(x1.clamp(ax, bx.max(ax))));
            enters.min(leaves) <= y1 && enters.max(leaves) >= y0
        })
    })
}

fn error_bar(
    p: &mut PlotUi<'_>,
    figure: &Figure,
    interval: &Interval,
    ink: Color32,
    id: (usize, usize),
    ranges: Ranges,
) {
    let (x, ys) = (figure.x.scale.transform(interval.at), figure.y.scale);
    let (y0, y1) = ranges.1;
    let end = |v: f64, open: f64| if ys.transform(v).is_finite() { (ys.transform(v), false) } else { (open, true) };
    let ((low, open_low), (high, open_high)) = (end(interval.lower, y0), end(interval.upper, y1));
    let stem = Line::new("", PlotPoints::from(vec![[x, low], [x, high]])).color(ink).width(1.4).allow_band(false);
    p.line(stem.allow_hover(false).id((id, "stem")));
    for (y, open, shape) in [(low, open_low, MarkerShape::Down), (high, open_high, MarkerShape::Up)] {
        if open {
            let arrow = Points::new("", PlotPoints::from(vec![[x, y]])).shape(shape).radius(4.0).color(ink);
            p.points(arrow.allow_hover(false).id((id, y.to_bits())));
        } else {
            let cap = 0.006 * (ranges.0.1 - ranges.0.0);
            let cap = Line::new("", PlotPoints::from(vec![[x - cap, y], [x + cap, y]]))
                .color(ink)
                .width(1.4)
                .allow_band(false);
            p.line(cap.allow_hover(false).id((id, y.to_bits())));
        }
    }
    if ys.transform(interval.value).is_finite() {
        let dot = Points::new("", PlotPoints::from(vec![[x, ys.transform(interval.value)]])).radius(3.0).color(ink);
        p.points(dot.id((id, "value")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_split_runs() {
        let points = [1.0, 2.0, f64::NAN, f64::NAN, 3.0];
        assert_eq!(runs(points.into_iter(), |p| p.is_finite()), [vec![1.0, 2.0], vec![3.0]]);
        assert!(runs(std::iter::once(f64::NAN), |p| p.is_finite()).is_empty());
    }

    #[test]
    fn a_name_stands_where_no_line_runs() {
        use sre_stats::figure::{Axis, Role};
        use sre_stats::unit::Unit;
        let even = Shape::Line { points: vec![(0.0, 0.0), (30.0, 100.0)] };
        let figure = Figure::new("budget", Axis::new("day", Unit::None), Axis::new("spent", Unit::None))
            .with(Mark::new("even spending", Role::Neutral, even));
        // it ends at the right end of the budget's line, above 80 % of it from day 24 on
        assert!(crossed(&figure, (24.0, 30.0), (92.0, 100.0)));
        assert!(!crossed(&figure, (0.0, 6.0), (92.0, 100.0)));
        assert!(!crossed(&figure, (24.0, 30.0), (101.0, 110.0)));
        assert!(crossed(&figure, (14.0, 16.0), (49.0, 50.0)), "also between two points");
    }

    #[test]
    fn a_peak_of_one_pixel_keeps_its_height_and_a_pixel_of_width() {
        let run: Vec<[f64; 3]> = (0..9).map(|i| [f64::from(i), 0.0, if i == 4 { 9.0 } else { 1.0 }]).collect();
        let corners = upright(&run, 1.0);
        let peak: Vec<f64> = corners.iter().filter(|c| c[2] == 9.0).map(|c| c[0]).collect();
        assert_eq!(peak.len(), 2);
        assert!(peak[1] - peak[0] >= 0.999, "{peak:?}");
        assert!(corners.windows(2).all(|w| w[0][0] <= w[1][0]));
    }
}
