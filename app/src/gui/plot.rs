//! Draws a [`Figure`] with `egui_plot`: the only file that knows how a mark becomes a picture on the screen.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use egui::{Align2, Color32, FontId, Rect, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use egui_plot::{
    Axis as PlotAxis, AxisHints, FilledArea, GridInput, GridMark, HLine, HoverPosition, Line, LineStyle, MarkerShape,
    Plot, PlotBounds, PlotPoint, PlotPoints, PlotTransform, PlotUi, Points, Polygon, Span, Text, VLine,
};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Axis, Cell, Direction, Figure, Interval, Mark, Scale, Shape};
use sre_stats::report::Column;
use sre_stats::unit::Unit;

use super::theme::{bold, colour};

/// How a figure is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The height of all, with title, legend, strip and caption.
    pub height: f32,
    /// Whether x can be dragged and zoomed.
    pub pan: bool,
    /// Where the user stands on the x axis.
    pub marker: Option<f64>,
}

/// What the user did with a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    /// A new range of x was dragged or zoomed to.
    pub range: Option<(f64, f64)>,
    /// All of x is wanted again.
    pub reset: bool,
    /// A place on x was clicked.
    pub clicked: Option<f64>,
}

const STRIP: f32 = 16.0;

/// Shows a figure with its title, legend, plot, strip and caption.
pub fn show(ui: &mut Ui, tokens: &Tokens, id: &str, figure: &Figure, options: Options) -> Answer {
    let top = ui.cursor().top();
    ui.label(egui::RichText::new(&figure.title).family(bold()).size(15.0).color(colour(tokens.ink)));
    legend(ui, tokens, figure);
    let cells: Vec<&Cell> = figure.marks.iter().filter_map(strip_of).flatten().collect();
    let used = ui.cursor().top() - top;
    let caption = ui.painter().layout(
        figure.caption.clone(),
        FontId::proportional(12.0),
        colour(tokens.muted),
        ui.available_width(),
    );
    let strip = if cells.is_empty() { 0.0 } else { STRIP + 6.0 };
    let height = (options.height - used - caption.size().y - strip - 16.0).max(90.0);
    let (answer, transform) = plot(ui, tokens, id, figure, options, height);
    let answer =
        if cells.is_empty() { answer } else { draw_strip(ui, tokens, figure, &cells, &transform, options, answer) };
    ui.add(egui::Label::new(egui::RichText::new(&figure.caption).size(12.0).color(colour(tokens.muted))).wrap());
    answer
}

fn strip_of(mark: &Mark) -> Option<&Vec<Cell>> {
    match &mark.shape {
        Shape::Strip { cells } => Some(cells),
        _ => None,
    }
}

fn legend(ui: &mut Ui, tokens: &Tokens, figure: &Figure) {
    let entries = figure.legend_entries();
    if entries.len() < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        for (name, role, shape) in entries {
            // swatch and name are one thing, so that no line breaks between them
            let galley = ui.painter().layout_no_wrap(name.clone(), FontId::proportional(12.0), colour(tokens.ink));
            let (rect, response) = ui.allocate_exact_size(vec2(21.0 + galley.size().x, 16.0), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &name));
            let text = pos2(rect.left() + 21.0, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(text, galley, colour(tokens.ink));
            swatch(ui, Rect::from_min_size(rect.min, vec2(16.0, 16.0)), shape, colour(tokens.colour(role)));
        }
    });
}

fn swatch(ui: &Ui, rect: Rect, shape: &Shape, ink: Color32) {
    let painter = ui.painter();
    match shape {
        Shape::Line { .. } | Shape::Steps { .. } | Shape::Interval { .. } => {
            painter.hline(rect.x_range(), rect.center().y, Stroke::new(2.0, ink));
        }
        Shape::Rule { .. } => {
            let line = [rect.left_center(), rect.right_center()];
            painter.extend(egui::Shape::dashed_line(&line, Stroke::new(2.0, ink), 4.0, 3.0));
        }
        Shape::Points { .. } => {
            painter.circle_filled(rect.center(), 3.0, ink);
        }
        Shape::Band { .. } | Shape::Region { .. } => {
            painter.rect_filled(rect.shrink2(vec2(0.0, 3.0)), 2.0, ink.gamma_multiply(0.35));
        }
        _ => {
            painter.rect_filled(rect.shrink2(vec2(2.0, 3.0)), 2.0, ink);
        }
    }
}

type Labels = Rc<RefCell<HashMap<u64, String>>>;

/// Marks of the grid from the ticks of an axis; labels that would run into each other are left out.
fn spacer<'a>(
    axis: &'a Axis,
    labels: &Labels,
    pixels: f32,
    per_label: f32,
    sideways: bool,
) -> impl Fn(GridInput) -> Vec<GridMark> + 'a {
    let labels = Rc::clone(labels);
    move |input: GridInput| {
        let (low, high) = input.bounds;
        let length = (high - low).max(f64::MIN_POSITIVE);
        let ticks = axis.ticks((axis.scale.inverse(low), axis.scale.inverse(high)), (pixels / per_label) as usize);
        let mut labels = labels.borrow_mut();
        labels.clear();
        let mut free = f32::NEG_INFINITY;
        let mut marks = Vec::with_capacity(ticks.len());
        for tick in &ticks {
            let value = axis.scale.transform(tick.value);
            let place = ((value - low) / length) as f32 * pixels;
            let letters = tick.label.lines().map(|l| l.chars().count()).max().unwrap_or(0) as f32;
            let half = if sideways { letters * 3.6 + 5.0 } else { 9.0 };
            let fits = !tick.label.is_empty() && place - half >= free;
            if fits {
                free = place + half;
                labels.insert(value.to_bits(), tick.label.clone());
            }
            marks.push(GridMark { value, step_size: if fits || tick.major { length } else { length / 40.0 } });
        }
        marks
    }
}

fn hints<'a>(axis: &Axis, which: PlotAxis, labels: &Labels, tokens: &Tokens) -> AxisHints<'a> {
    let labels = Rc::clone(labels);
    let label = match axis.scale {
        // ticks carry the unit of values themselves
        Scale::Time | Scale::LogNines => axis.label.clone(),
        _ if axis.label.is_empty() => axis.unit.symbol(),
        _ => axis.label.clone(),
    };
    AxisHints::new(which)
        .label(egui::RichText::new(label).size(12.0).color(colour(tokens.muted)))
        .tick_label_color(colour(tokens.muted))
        .tick_label_font(FontId::proportional(12.0))
        .label_spacing(1.0..=2.0)
        .formatter(move |mark, _| labels.borrow().get(&mark.value.to_bits()).cloned().unwrap_or_default())
}

fn plot(
    ui: &mut Ui,
    tokens: &Tokens,
    id: &str,
    figure: &Figure,
    options: Options,
    height: f32,
) -> (Answer, PlotTransform) {
    // room for half of the last label
    let width = ui.available_width() - 14.0;
    let (xs, ys) = (figure.x.scale, figure.y.scale);
    let range = |scale: Scale, (a, b): (f64, f64)| (scale.transform(a), scale.transform(b));
    let ((mut x0, mut x1), (mut y0, mut y1)) = (range(xs, figure.x_range()), range(ys, figure.y_range()));
    // marks at the ends stay whole, and the labels of both axes stay apart; a range that is dragged is kept as it is
    if !options.pan {
        let pad = 0.02 * (x1 - x0);
        (x0, x1) = (x0 - pad, x1 + pad);
    }
    let pad = 0.025 * (y1 - y0);
    (y0, y1) = (y0 - pad, y1 + pad);
    let pixel = (x1 - x0) / f64::from(width - 70.0).max(1.0);
    let (x_labels, y_labels) = (Labels::default(), Labels::default());
    let plot = Plot::new(id)
        .height(height)
        .width(width)
        .show_background(false)
        .show_crosshair(true)
        .cursor_color(colour(tokens.axis))
        .grid_color(colour(tokens.grid))
        .grid_spacing(1.0..=40.0)
        .allow_drag([options.pan, false])
        .allow_zoom([options.pan, false])
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .set_margin_fraction(Vec2::ZERO)
        .y_axis_min_width(64.0)
        .custom_x_axes(vec![hints(&figure.x, PlotAxis::X, &x_labels, tokens)])
        .custom_y_axes(vec![hints(&figure.y, PlotAxis::Y, &y_labels, tokens)])
        .x_grid_spacer(spacer(&figure.x, &x_labels, width - 70.0, 95.0, true))
        .y_grid_spacer(spacer(&figure.y, &y_labels, height - 40.0, 42.0, false))
        .label_formatter(|at| hover(figure, at));
    let shown = plot.show(ui, |p| {
        p.set_plot_bounds(PlotBounds::from_min_max([x0, y0], [x1, y1]));
        for (i, mark) in figure.marks.iter().enumerate() {
            draw(p, tokens, figure, mark, i, ((x0, x1), (y0, y1)), pixel);
        }
        if let Some(at) = options.marker.map(|m| xs.transform(m)).filter(|m| m.is_finite()) {
            p.vline(VLine::new("", at).color(colour(tokens.ink)).width(1.5).allow_hover(false).id("marker"));
        }
    });
    let response = shown.response;
    response
        .widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, format!("{}. {}", figure.title, figure.caption)));
    let mut answer = Answer { reset: options.pan && response.double_clicked(), ..Answer::default() };
    let zooming = response.hovered() && ui.input(|i| i.zoom_delta_2d().x != 1.0);
    if options.pan && (response.dragged() || zooming) {
        let bounds = shown.transform.bounds();
        answer.range = Some((xs.inverse(bounds.min()[0]), xs.inverse(bounds.max()[0])));
    }
    // a wheel without Ctrl zooms time too, as there is nothing to scroll
    if options.pan && response.hovered() && !zooming {
        let wheel = ui.input(|i| i.smooth_scroll_delta());
        if wheel != Vec2::ZERO && answer.range.is_none() {
            let bounds = shown.transform.bounds();
            let (a, b) = (bounds.min()[0], bounds.max()[0]);
            let at = response.hover_pos().map_or(f64::midpoint(a, b), |p| shown.transform.value_from_position(p).x);
            let scale = f64::from(-wheel.y * 0.003).exp();
            let shift = -f64::from(wheel.x) * 0.0015 * (b - a);
            answer.range = Some((xs.inverse(at + (a - at) * scale + shift), xs.inverse(at + (b - at) * scale + shift)));
        }
    }
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        answer.clicked = Some(xs.inverse(shown.transform.value_from_position(pointer).x));
    }
    (answer, shown.transform)
}

fn hover(figure: &Figure, at: &HoverPosition<'_>) -> Option<String> {
    let HoverPosition::NearDataPoint { plot_name, position, .. } = at else { return None };
    let x = figure.x.show(figure.x.scale.inverse(position.x));
    let y = figure.y.show(figure.y.scale.inverse(position.y));
    Some(if plot_name.is_empty() { format!("{x}\n{y}") } else { format!("{plot_name}\n{x}\n{y}") })
}

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

type Ranges = ((f64, f64), (f64, f64));

fn draw<'a>(
    p: &mut PlotUi<'a>,
    tokens: &Tokens,
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
        Shape::Rule { at, direction } => rule(p, figure, mark, index, *at, *direction, ink, ranges),
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
            let align = if y > y0 + 0.9 * (y1 - y0) { Align2::RIGHT_TOP } else { Align2::RIGHT_BOTTOM };
            let text = egui::RichText::new(format!("{name} {}", figure.y.show(at))).size(12.0).color(ink);
            p.text(Text::new("", PlotPoint::new(x1 - 0.008 * (x1 - x0), y), text).anchor(align).id((index, "name")));
        }
        Direction::Vertical => {
            let x = figure.x.scale.transform(at);
            p.vline(VLine::new(name, x).color(ink).width(1.6).style(style).allow_hover(false).id(index));
        }
    }
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

/// Cells that say the same side by side are one.
fn merged(cells: &[&Cell]) -> Vec<Cell> {
    let mut all: Vec<Cell> = Vec::new();
    for cell in cells {
        match all.last_mut() {
            Some(last) if last.name == cell.name && last.to == cell.from => last.to = cell.to,
            _ => all.push((*cell).clone()),
        }
    }
    all
}

/// The strip under a plot, on the plot's own x.
fn draw_strip(
    ui: &mut Ui,
    tokens: &Tokens,
    figure: &Figure,
    cells: &[&Cell],
    transform: &PlotTransform,
    options: Options,
    mut answer: Answer,
) -> Answer {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STRIP), Sense::click());
    let scale = figure.x.scale;
    let frame = *transform.frame();
    let x = |at: f64| transform.position_from_point_x(scale.transform(at)).clamp(frame.left(), frame.right());
    let painter = ui.painter();
    for cell in merged(cells) {
        let left = x(cell.from);
        // a cell is never too narrow to be seen
        let part = Rect::from_x_y_ranges(left..=x(cell.to).max(left + 1.0), rect.y_range());
        let ink = colour(tokens.colour(cell.role));
        painter.rect_filled(part, 0.0, ink);
        let galley = painter.layout_no_wrap(cell.name.clone(), FontId::proportional(11.0), colour(tokens.background));
        if galley.size().x + 6.0 < part.width() {
            painter.galley(part.center() - galley.size() / 2.0, galley, colour(tokens.background));
        }
    }
    if let Some(at) = options.marker {
        let x = x(at);
        painter.vline(x, rect.y_range().expand(2.0), Stroke::new(4.0, colour(tokens.background)));
        painter.vline(x, rect.y_range().expand(2.0), Stroke::new(2.0, colour(tokens.ink)));
    }
    response.widget_info(|| {
        let said: Vec<String> = merged(cells)
            .iter()
            .take(40)
            .map(|c| format!("{} from {} to {}", c.name, figure.x.show(c.from), figure.x.show(c.to)))
            .collect();
        WidgetInfo::labeled(egui::Role::Button, true, format!("Verdict strip: {}", said.join("; ")))
    });
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        let at = transform.value_from_position(pos2(pointer.x.clamp(frame.left(), frame.right()), frame.center().y)).x;
        answer.clicked = Some(scale.inverse(at));
    }
    answer
}

/// Plain seconds as a column, for tables of the views.
pub fn seconds(name: &str) -> Column {
    Column::number(name, Unit::Second)
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
    fn a_peak_of_one_pixel_keeps_its_height_and_a_pixel_of_width() {
        let run: Vec<[f64; 3]> = (0..9).map(|i| [f64::from(i), 0.0, if i == 4 { 9.0 } else { 1.0 }]).collect();
        let corners = upright(&run, 1.0);
        let peak: Vec<f64> = corners.iter().filter(|c| c[2] == 9.0).map(|c| c[0]).collect();
        assert_eq!(peak.len(), 2);
        assert!(peak[1] - peak[0] >= 0.999, "{peak:?}");
        assert!(corners.windows(2).all(|w| w[0][0] <= w[1][0]));
    }
}
