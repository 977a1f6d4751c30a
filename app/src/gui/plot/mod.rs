//! Draws a [`Figure`] with `egui_plot`: the only place that knows how a mark becomes a picture on the screen.

mod axes;
mod heat;
mod legend;
mod marks;
mod strip;

use egui::{FontId, Ui, Vec2, WidgetInfo};
use egui_plot::{Axis as PlotAxis, HoverPosition, Plot, PlotBounds, PlotTransform, VLine};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Cell, Figure, Mark, Scale, Shape};
use sre_stats::report::Column;
use sre_stats::unit::Unit;

use self::axes::{Labels, hints, spacer};
use self::legend::{Hidden, legend, visible};
use self::marks::draw;
use self::strip::{STRIP, draw_strip};
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
    /// Whether dragging chooses a part of x.
    pub select: bool,
    /// Where the pointer of another view is on x.
    pub cursor: Option<f64>,
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
    /// A part of x was chosen.
    pub selected: Option<(f64, f64)>,
    /// The pointer is at this place on x.
    pub hovered: Option<f64>,
}

/// Shows a figure with its title, legend, plot, strip and caption.
pub fn show(ui: &mut Ui, tokens: &Tokens, id: &str, figure: &Figure, options: Options) -> Answer {
    let top = ui.cursor().top();
    ui.label(egui::RichText::new(&figure.title).family(bold()).size(15.0).color(colour(tokens.ink)));
    // what is hidden is kept as egui keeps where a list was scrolled to
    let key = ui.scope_id().with((id, "hidden"));
    let mut hidden: Hidden = ui.data(|d| d.get_temp(key)).unwrap_or_default();
    if legend(ui, tokens, figure, &mut hidden) {
        ui.data_mut(|d| d.insert_temp(key, hidden.clone()));
        ui.ctx().request_repaint();
    }
    let seen = visible(figure, &hidden);
    let figure = &*seen;
    if figure.marks.iter().any(|m| matches!(m.shape, Shape::Heat { .. })) {
        ui.horizontal(|ui| heat::scale(ui, tokens, figure));
    }
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
        .custom_x_axes(vec![hints(&figure.x, PlotAxis::X, &x_labels, tokens)])
        .custom_y_axes(vec![hints(&figure.y, PlotAxis::Y, &y_labels, tokens)])
        .x_grid_spacer(spacer(&figure.x, &x_labels, width - 70.0, 95.0, true))
        .y_grid_spacer(spacer(&figure.y, &y_labels, height - 40.0, 42.0, false))
        .label_formatter(|at| hover(figure, at));
    let drag = ui.scope_id().with((id, "drag"));
    let dragged: Option<(f64, f64)> = ui.data(|d| d.get_temp(drag));
    let shown = plot.show(ui, |p| {
        p.set_plot_bounds(PlotBounds::from_min_max([x0, y0], [x1, y1]));
        for (i, mark) in figure.marks.iter().enumerate() {
            draw(p, tokens, figure, mark, i, ((x0, x1), (y0, y1)), pixel);
        }
        if let Some(at) = options.cursor.map(|m| xs.transform(m)).filter(|m| m.is_finite()) {
            p.vline(VLine::new("", at).color(colour(tokens.axis)).width(1.0).allow_hover(false).id("cursor"));
        }
        if let Some((a, b)) = dragged {
            let part = egui_plot::Span::new("", a.min(b)..=a.max(b)).axis(PlotAxis::X);
            p.span(part.fill(colour(tokens.charged).gamma_multiply(0.22)).border(egui::Stroke::NONE));
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
        let wheel = ui.input(egui::InputState::smooth_scroll_delta);
        if wheel != Vec2::ZERO && answer.range.is_none() {
            let bounds = shown.transform.bounds();
            let (a, b) = (bounds.min()[0], bounds.max()[0]);
            let at = response.hover_pos().map_or(f64::midpoint(a, b), |p| shown.transform.value_from_position(p).x);
            let scale = f64::from(-wheel.y * 0.003).exp();
            let shift = -f64::from(wheel.x) * 0.0015 * (b - a);
            answer.range = Some((xs.inverse(at + (a - at) * scale + shift), xs.inverse(at + (b - at) * scale + shift)));
        }
    }
    let at = |pointer: egui::Pos2| shown.transform.value_from_position(pointer).x;
    if options.select {
        if let Some(pointer) = response.interact_pointer_pos() {
            if response.drag_started() {
                let from = ui.input(|i| i.pointer.press_origin()).unwrap_or(pointer);
                ui.data_mut(|d| d.insert_temp(drag, (at(from), at(pointer))));
            } else if response.dragged()
                && let Some((from, _)) = dragged
            {
                ui.data_mut(|d| d.insert_temp(drag, (from, at(pointer))));
            }
        }
        if response.drag_stopped() {
            ui.data_mut(|d| d.remove::<(f64, f64)>(drag));
            answer.selected = dragged.map(|(a, b)| (xs.inverse(a.min(b)), xs.inverse(a.max(b))));
        }
    }
    if let Some(pointer) = response.hover_pos() {
        let place = shown.transform.value_from_position(pointer);
        answer.hovered = Some(xs.inverse(place.x));
        if let Some(text) = heat::cell_at(figure, xs.inverse(place.x), ys.inverse(place.y)) {
            response.clone().on_hover_text_at_pointer(text);
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

/// Plain seconds as a column, for tables of the views.
pub fn seconds(name: &str) -> Column {
    Column::number(name, Unit::Second)
}
