//! Where everything stands: computed once, before anything is drawn.

use super::clip::Rect;
use super::legend::{self, Placed};
use super::{Size, font};
use crate::figure::{Axis, Direction, Figure, Role, Shape, Tick};

pub(super) const TITLE: f64 = 15.0;
pub(super) const LABEL: f64 = 12.0;
pub(super) const TICK: f64 = 11.0;
pub(super) const CAPTION: f64 = 11.5;
const MARGIN: f64 = 14.0;
const STRIP: f64 = 12.0;

/// An axis with its range and the mapping to pixels.
#[derive(Clone, Debug)]
pub(super) struct Ruler {
    pub(super) axis: Axis,
    pub(super) range: (f64, f64),
    from: f64,
    to: f64,
}

impl Ruler {
    fn new(axis: &Axis, range: (f64, f64), from: f64, to: f64) -> Self {
        Self { axis: axis.clone(), range, from, to }
    }

    /// The pixel of a position; not finite where the scale is not defined.
    pub(super) fn pixel(&self, position: f64) -> f64 {
        let scale = self.axis.scale;
        let (low, high) = (scale.transform(self.range.0), scale.transform(self.range.1));
        let share = (scale.transform(position) - low) / (high - low);
        self.from + share * (self.to - self.from)
    }
}

/// A tick with its pixel and its lines of text, which are empty where there is no room.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) pixel: f64,
    pub(super) lines: Vec<String>,
    pub(super) major: bool,
}

/// A name in the right margin: text, value, role, the pixel of its line, and the baseline of its text.
#[derive(Clone, Debug)]
pub(super) struct SideName {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) role: Role,
    pub(super) line: f64,
    pub(super) y: f64,
}

/// The whole layout, in CSS pixels.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) title: Vec<(String, f64)>,
    pub(super) legend: Vec<Placed>,
    pub(super) y_label: (String, f64),
    pub(super) x_label: (String, f64),
    pub(super) caption: Vec<(String, f64)>,
    pub(super) left: f64,
    pub(super) plot: Rect,
    pub(super) strip: Option<Rect>,
    pub(super) x: Ruler,
    pub(super) y: Ruler,
    pub(super) x_ticks: Vec<Mark>,
    pub(super) y_ticks: Vec<Mark>,
    pub(super) side: Vec<SideName>,
}

impl Layout {
    /// The fullest layout that leaves the plot enough of the height: where room is short the legend shrinks first, then the
    /// caption, then both go.
    pub(super) fn new(figure: &Figure, size: Size) -> Self {
        let enough = (f64::from(size.height) * 0.4).min(180.0);
        let rooms = [(0.3, 0.25), (0.2, 0.15), (0.1, 0.08), (0.0, 0.08)];
        let fits = |layout: &Self| layout.plot.bottom - layout.plot.top >= enough;
        rooms
            .into_iter()
            .map(|(legend, caption)| Self::with_room(figure, size, legend, caption))
            .find(fits)
            .unwrap_or_else(|| Self::with_room(figure, size, 0.0, 0.0))
    }

    /// The layout with at most these shares of the height for legend and caption.
    fn with_room(figure: &Figure, size: Size, legend_share: f64, caption_share: f64) -> Self {
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        let inner = width - 2.0 * MARGIN;
        let mut y = MARGIN;
        let title =
            stack(font::wrap(&figure.title, TITLE, true, inner, if height < 300.0 { 1 } else { 2 }), TITLE, &mut y);
        y += if title.is_empty() { 0.0 } else { 6.0 };
        let most = height * legend_share;
        let legend = if most > 0.0 { legend::place(figure, MARGIN, inner, &mut y, most) } else { Vec::new() };
        // a label that repeats the title says nothing new
        let label = if figure.y.label == figure.title { "" } else { &figure.y.label };
        let y_label = font::fit(label, LABEL, false, inner);
        y += if y_label.is_empty() { 6.0 } else { LABEL + 2.0 };
        let y_label = (y_label, y - 2.0);
        let top = y + 6.0;

        // from the bottom upwards
        let most =
            if caption_share > 0.0 { ((height * caption_share / (CAPTION * 1.35)) as usize).clamp(1, 8) } else { 0 };
        let caption = font::wrap(&figure.caption, CAPTION, false, inner, most);
        let mut bottom = height - MARGIN - caption.len() as f64 * CAPTION * 1.35;
        let mut below = bottom + 4.0;
        let caption = stack(caption, CAPTION, &mut below);
        let x_label = font::fit(&figure.x.label, LABEL, false, inner);
        bottom -= 8.0;
        let x_label = (x_label, bottom - 2.0);
        bottom -= if x_label.0.is_empty() { 0.0 } else { LABEL + 6.0 };

        let (x_range, y_range) = (sound(figure.x_range(), &figure.x), sound(figure.y_range(), &figure.y));
        let x_target = (inner / 110.0) as usize;
        let x_ticks = figure.x.ticks(x_range, x_target);
        let lines = x_ticks.iter().map(|t| t.label.lines().count()).max().unwrap_or(1).max(1);
        bottom -= lines as f64 * TICK * 1.25 + 8.0;
        let has_strip = figure.marks.iter().any(|m| matches!(m.shape, Shape::Strip { .. }));
        let strip_bottom = bottom;
        bottom -= if has_strip { STRIP + 4.0 } else { 0.0 };
        let bottom = bottom.max(top + 24.0);

        let y_target = (((bottom - top) / 44.0) as usize).clamp(2, 10);
        let y_ticks = figure.y.ticks(y_range, y_target);
        let text_width = |label: &str| font::width(label, TICK, false);
        let ticks_width = y_ticks.iter().map(|t| text_width(&t.label)).fold(0.0, f64::max).min(inner * 0.3);
        let side_width = side_rules(figure)
            .map(|(name, at, _)| font::width(&name, LABEL, false).max(font::width(&figure.y.show(at), TICK, false)))
            .fold(0.0, f64::max)
            .min(inner * 0.25);
        let left = MARGIN + ticks_width + 8.0;
        // half of the last label under the axis may stand out to the right
        let right = width - MARGIN - if side_width > 0.0 { side_width + 10.0 } else { 18.0 };
        let plot = Rect { left, top, right: right.max(left + 24.0), bottom };
        let x = Ruler::new(&figure.x, x_range, plot.left, plot.right);
        let y = Ruler::new(&figure.y, y_range, plot.bottom, plot.top);
        let x_ticks = place_x(&x_ticks, &x, width);
        let y_ticks = place_y(&y_ticks, &y, inner * 0.3);
        let side = place_side(figure, &y, &plot, side_width);
        let strip = has_strip.then_some(Rect { top: bottom + 4.0, bottom: strip_bottom.max(bottom + 5.0), ..plot });
        Self { title, legend, y_label, x_label, caption, left: MARGIN, plot, strip, x, y, x_ticks, y_ticks, side }
    }
}

/// Lines under each other, each with its baseline; `y` moves below them.
fn stack(lines: Vec<String>, size: f64, y: &mut f64) -> Vec<(String, f64)> {
    lines
        .into_iter()
        .map(|line| {
            let baseline = *y + size * 0.95;
            *y += size * 1.35;
            (line, baseline)
        })
        .collect()
}

/// A range that has a length on its scale.
fn sound(range: (f64, f64), axis: &Axis) -> (f64, f64) {
    let (low, high) = (range.0.min(range.1), range.0.max(range.1));
    let length = axis.scale.transform(high) - axis.scale.transform(low);
    if axis.scale.shows(low) && axis.scale.shows(high) && length > 0.0 && length.is_finite() {
        return (low, high);
    }
    if axis.scale.shows(high) && axis.scale.shows(high * 0.5) && high * 0.5 < high {
        (high * 0.5, high * 1.5)
    } else {
        (1.0, 2.0)
    }
}

/// Majors first, then minors, each where its text does not touch another's.
fn place_x(ticks: &[Tick], ruler: &Ruler, width: f64) -> Vec<Mark> {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut marks: Vec<Mark> = ticks
        .iter()
        .map(|t| Mark {
            pixel: ruler.pixel(t.value),
            lines: t.label.lines().map(str::to_owned).collect(),
            major: t.major,
        })
        .collect();
    for major in [true, false] {
        for mark in marks.iter_mut().filter(|m| m.major == major) {
            let half = mark.lines.iter().map(|l| font::width(l, TICK, false)).fold(0.0, f64::max) / 2.0;
            let (from, to) = (mark.pixel - half, mark.pixel + half);
            let free = taken.iter().all(|(a, b)| to + 7.0 < *a || *b + 7.0 < from);
            if half > 0.0 && free && from >= 0.0 && to <= width {
                taken.push((from, to));
            } else {
                mark.lines.clear();
            }
        }
    }
    marks
}

fn place_y(ticks: &[Tick], ruler: &Ruler, room: f64) -> Vec<Mark> {
    let mut taken: Vec<f64> = Vec::new();
    let mut marks: Vec<Mark> = ticks
        .iter()
        .map(|t| Mark {
            pixel: ruler.pixel(t.value),
            lines: if t.label.is_empty() { Vec::new() } else { vec![font::fit(&t.label, TICK, false, room)] },
            major: t.major,
        })
        .collect();
    for major in [true, false] {
        for mark in marks.iter_mut().filter(|m| m.major == major) {
            if taken.iter().all(|y| (y - mark.pixel).abs() > TICK * 1.3) {
                taken.extend((!mark.lines.is_empty()).then_some(mark.pixel));
            } else {
                mark.lines.clear();
            }
        }
    }
    marks
}

/// The horizontal rules that have a name.
fn side_rules(figure: &Figure) -> impl Iterator<Item = (String, f64, Role)> {
    figure.marks.iter().filter_map(|m| match m.shape {
        Shape::Rule { at, direction: Direction::Horizontal } if !m.name.is_empty() => {
            Some((m.name.clone(), at, m.role))
        }
        _ => None,
    })
}

/// Names of horizontal rules in the right margin, pushed apart where their lines are close.
fn place_side(figure: &Figure, ruler: &Ruler, plot: &Rect, room: f64) -> Vec<SideName> {
    let mut names: Vec<SideName> = side_rules(figure)
        .filter_map(|(name, at, role)| {
            let line = ruler.pixel(at);
            let inside = line.is_finite() && line >= plot.top - 0.5 && line <= plot.bottom + 0.5;
            inside.then(|| SideName {
                name: font::fit(&name, LABEL, false, room),
                value: font::fit(&figure.y.show(at), TICK, false, room),
                role,
                line,
                y: line,
            })
        })
        .collect();
    names.sort_by(|a, b| a.line.total_cmp(&b.line));
    let step = LABEL + TICK + 6.0;
    for i in 1..names.len() {
        names[i].y = names[i].y.max(names[i - 1].y + step);
    }
    // and back up from the bottom of the plot, so that the value below the name keeps clear of the labels of the x axis
    let mut limit = plot.bottom - TICK * 1.2;
    for name in names.iter_mut().rev() {
        name.y = name.y.min(limit);
        limit = name.y - step;
    }
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::figure;
    use crate::unit::Unit;

    fn rule(name: &str, at: f64) -> figure::Mark {
        figure::Mark::new(name, Role::Limit, Shape::Rule { at, direction: Direction::Horizontal })
    }

    #[test]
    fn labels_keep_apart_at_every_size() {
        font::register().unwrap();
        let axis = |scale| Axis::new("x", Unit::Second).with_scale(scale);
        for scale in [figure::Scale::Linear, figure::Scale::Log, figure::Scale::LogNines, figure::Scale::Time] {
            for width in [200, 320, 960, 4000] {
                let points = (1..200).map(|i| (f64::from(i) / 40.0, f64::from(i * i))).collect();
                let figure = Figure::new("t", axis(scale), axis(figure::Scale::Linear))
                    .with(figure::Mark::new("m", Role::Series(0), Shape::Line { points }))
                    .with(rule("a", 20_000.0))
                    .with(rule("b", 20_001.0));
                let layout = Layout::new(&figure, Size::new(width, 300));
                let mut spans: Vec<(f64, f64)> = layout
                    .x_ticks
                    .iter()
                    .filter(|m| !m.lines.is_empty())
                    .map(|m| {
                        let half = m.lines.iter().map(|l| font::width(l, TICK, false)).fold(0.0, f64::max) / 2.0;
                        (m.pixel - half, m.pixel + half)
                    })
                    .collect();
                assert!(!spans.is_empty(), "{scale:?} {width}");
                spans.sort_by(|a, b| a.0.total_cmp(&b.0));
                assert!(spans.windows(2).all(|w| w[0].1 < w[1].0), "{scale:?} {width}");
                assert!(spans.iter().all(|s| s.0 >= 0.0 && s.1 <= f64::from(width)));
                assert!((layout.side[1].y - layout.side[0].y).abs() > LABEL + TICK);
                assert!(layout.side.iter().all(|s| s.y + LABEL * 0.1 + TICK * 1.2 < layout.plot.bottom + TICK * 0.2));
                assert!(layout.plot.right - layout.plot.left >= 24.0 && layout.plot.height() >= 24.0);
            }
        }
    }

    #[test]
    fn a_long_legend_and_caption_leave_the_plot_its_room() {
        font::register().unwrap();
        let mut figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::None))
            .with_caption("a caption of many words ".repeat(40));
        for i in 0..40 {
            let shape = Shape::Line { points: vec![(0.0, f64::from(i)), (1.0, 1.0)] };
            figure.marks.push(figure::Mark::new(format!("a series with a long name {i}"), Role::Series(0), shape));
        }
        for (width, height) in [(320, 260), (700, 420), (960, 480), (2000, 1000)] {
            let layout = Layout::new(&figure, Size::new(width, height));
            let plot = layout.plot.bottom - layout.plot.top;
            assert!(plot >= (f64::from(height) * 0.4).min(180.0), "{width} × {height}: {plot}");
            let right = f64::from(width);
            assert!(layout.legend.iter().all(|e| e.x + font::width(&e.name, LABEL, false) <= right));
            assert!(layout.caption.iter().all(|(line, _)| font::width(line, CAPTION, false) <= right));
        }
    }
}
