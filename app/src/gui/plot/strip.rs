//! The strip under a plot: verdicts along x.

use egui::{FontId, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_plot::PlotTransform;
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Cell, Figure};

use super::{Answer, Options};
use crate::gui::theme::colour;

/// The height of a strip.
pub(super) const STRIP: f32 = 16.0;

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
pub(super) fn draw_strip(
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
