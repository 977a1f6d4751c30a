//! The legend over a plot: what the colours stand for, and which of it is shown.

use std::borrow::Cow;
use std::collections::BTreeSet;

use egui::{Color32, FontId, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Figure, Shape};

use crate::gui::theme::colour;

/// The names that are hidden.
pub(super) type Hidden = BTreeSet<String>;

/// Whether a thing of the legend can be hidden: the cells of a map or strip are all that it shows.
fn can_hide(shape: &Shape) -> bool {
    !matches!(shape, Shape::Strip { .. } | Shape::Heat { .. })
}

/// What the colours stand for, where there is more than one thing to tell apart. A click hides a thing or shows it again,
/// with Ctrl, or a double click, shows it alone. Whether anything changed.
pub(super) fn legend(ui: &mut Ui, tokens: &Tokens, figure: &Figure, hidden: &mut Hidden) -> bool {
    let entries = figure.legend_entries();
    if entries.len() < 2 {
        return false;
    }
    let before = hidden.clone();
    let names: Vec<&str> = entries.iter().filter(|e| can_hide(e.2)).map(|e| e.0.as_str()).collect();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        for (name, role, shape) in &entries {
            let (shown, hides) = (!hidden.contains(name), can_hide(shape) && names.len() > 1);
            // swatch and name are one thing, so that no line breaks between them
            let strength = if shown { 1.0 } else { 0.45 };
            let ink = colour(tokens.ink).gamma_multiply(strength);
            let galley = ui.painter().layout_no_wrap(name.clone(), FontId::proportional(12.0), ink);
            let sense = if hides { Sense::click() } else { Sense::hover() };
            let (rect, response) = ui.allocate_exact_size(vec2(21.0 + galley.size().x, 16.0), sense);
            response.widget_info(|| {
                if hides {
                    WidgetInfo::selected(egui::Role::CheckBox, true, shown, name)
                } else {
                    WidgetInfo::labeled(egui::Role::Label, true, name)
                }
            });
            let text = pos2(rect.left() + 21.0, rect.center().y - galley.size().y / 2.0);
            let middle = egui::Rangef::new(text.x, text.x + galley.size().x);
            ui.painter().galley(text, galley, ink);
            if !shown {
                ui.painter().hline(middle, rect.center().y, Stroke::new(1.0, ink));
            }
            if response.has_focus() {
                let edge = Stroke::new(1.5, colour(tokens.charged));
                ui.painter().rect_stroke(rect.expand(2.0), 3.0, edge, egui::StrokeKind::Outside);
            }
            swatch(
                ui,
                Rect::from_min_size(rect.min, vec2(16.0, 16.0)),
                shape,
                colour(tokens.colour(*role)).gamma_multiply(strength),
            );
            if !hides {
                continue;
            }
            let alone = ui.input(|i| i.modifiers.command) || response.double_clicked();
            if response.clicked() {
                choose(hidden, &names, name, alone);
            }
            response.on_hover_text("Click to hide or show, with Ctrl to show alone");
        }
    });
    *hidden != before
}

/// Hides or shows a name, or shows it alone; alone once more shows all, and the last one is never hidden.
fn choose(hidden: &mut Hidden, names: &[&str], name: &str, alone: bool) {
    let others: Hidden = names.iter().filter(|n| **n != name).map(|n| (*n).to_owned()).collect();
    if alone {
        *hidden = if *hidden == others { Hidden::new() } else { others };
    } else if !hidden.remove(name) {
        hidden.insert(name.to_owned());
        if names.iter().all(|n| hidden.contains(*n)) {
            hidden.clear();
        }
    }
}

/// The figure without what is hidden; all of it where nothing would be left, as where another figure of the plot had more to hide.
pub(super) fn visible<'a>(figure: &'a Figure, hidden: &Hidden) -> Cow<'a, Figure> {
    let mut can = figure.marks.iter().filter(|m| !m.name.is_empty() && can_hide(&m.shape));
    if can.all(|m| hidden.contains(&m.name)) {
        return Cow::Borrowed(figure);
    }
    let gone = |name: &str, shape: &Shape| can_hide(shape) && hidden.contains(name);
    if !figure.marks.iter().any(|m| gone(&m.name, &m.shape)) {
        return Cow::Borrowed(figure);
    }
    let mut seen = figure.clone();
    seen.marks.retain(|m| !gone(&m.name, &m.shape));
    Cow::Owned(seen)
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

#[cfg(test)]
mod tests {
    use super::*;
    use sre_stats::figure::{Axis, Mark, Role};
    use sre_stats::unit::Unit;

    #[test]
    fn one_is_hidden_shown_alone_and_never_the_last() {
        let names = ["a", "b", "c"];
        let of = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Hidden>();
        let mut hidden = Hidden::new();
        choose(&mut hidden, &names, names[0], false);
        assert_eq!(hidden, of(&["a"]));
        choose(&mut hidden, &names, names[1], true);
        assert_eq!(hidden, of(&["a", "c"]));
        // alone once more: all are back
        choose(&mut hidden, &names, names[1], true);
        assert!(hidden.is_empty());
        choose(&mut hidden, &names, names[2], true);
        choose(&mut hidden, &names, names[2], false);
        assert!(hidden.is_empty(), "the last one is not hidden");
    }

    #[test]
    fn what_is_hidden_does_not_stretch_the_axis() {
        let line = |top: f64| Shape::Line { points: vec![(0.0, 0.0), (1.0, top)] };
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::None))
            .with(Mark::new("small", Role::Truth, line(1.0)))
            .with(Mark::new("large", Role::Charged, line(1000.0)));
        let hidden: Hidden = std::iter::once("large".to_owned()).collect();
        assert!(visible(&figure, &hidden).y_range().1 < 10.0);
        assert!(matches!(visible(&figure, &Hidden::new()), Cow::Borrowed(_)));
        let both: Hidden = ["small", "large"].map(str::to_owned).into();
        assert_eq!(visible(&figure, &both).marks.len(), 2, "a plot does not go blank");
    }
}
