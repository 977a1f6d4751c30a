//! The legend over a plot.

use egui::{Color32, FontId, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Figure, Shape};

use crate::gui::theme::colour;

/// What the colours stand for, where there is more than one thing to tell apart.
pub(super) fn legend(ui: &mut Ui, tokens: &Tokens, figure: &Figure) {
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
