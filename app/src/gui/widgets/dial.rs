//! The phase dial: a ring of all phases of a slice's width, with the verdict at each, and a hand at the one chosen.

use egui::accesskit::{Action, ActionData};
use egui::{
    Color32, EventFilter, FontId, Key, Mesh, Pos2, Rect, Response, Role as WidgetRole, Sense, Shape, Stroke, Ui, Vec2,
    WidgetInfo,
};
use sre_stats::figure::theme::Tokens;
use sre_stats::time::Span;
use sre_stats::window::PhaseProfile;

use crate::gui::theme::{bold, colour};

/// The ring is drawn in this many parts.
const PARTS: usize = 720;

/// What a dial shows.
#[derive(Clone, Copy, Debug)]
pub struct Dial<'a> {
    /// The bad slices at every phase.
    pub profile: &'a PhaseProfile,
    /// The bad time allowed.
    pub allowed: Span,
    /// The phase chosen, in `[0, width)`.
    pub phase: Span,
    /// The finest step.
    pub resolution: Span,
    /// The step of the arrow keys.
    pub step: Span,
}

/// One part of the ring: the range charged in it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    least: u64,
    most: u64,
}

/// Every run of the profile goes into each part that it touches, so that the narrowest one is seen.
fn parts(profile: &PhaseProfile) -> Vec<Part> {
    let width = profile.width().0.max(1) as f64;
    let mut parts = vec![Part { least: u64::MAX, most: 0 }; PARTS];
    for run in profile.runs() {
        let from = (run.from.0 as f64 / width * PARTS as f64) as usize;
        let to = ((run.to.0 as f64 / width * PARTS as f64).ceil() as usize).clamp(from + 1, PARTS.max(from + 1));
        for part in parts.iter_mut().take(to).skip(from) {
            part.least = part.least.min(run.slices);
            part.most = part.most.max(run.slices);
        }
    }
    parts
}

/// A point at an angle given as a share of the turn, 0 at the top, clockwise.
fn at(centre: Pos2, turn: f64, radius: f32) -> Pos2 {
    let angle = (turn * std::f64::consts::TAU) as f32;
    centre + Vec2::new(angle.sin(), -angle.cos()) * radius
}

/// The dial. It can be dragged, clicked, moved with the arrow keys (with Shift by the finest step; Home aligns), and set by a
/// screen reader as a number of seconds. The phase asked for, if any.
pub fn dial(ui: &mut Ui, tokens: &Tokens, dial: &Dial<'_>, size: f32) -> (Response, Option<Span>) {
    let (rect, mut response) = ui.allocate_exact_size(Vec2::splat(size), Sense::click_and_drag());
    let width = dial.profile.width();
    let asked = input(ui, &response, dial, rect.center());
    let phase = asked.unwrap_or(dial.phase);
    if asked.is_some() {
        response.mark_changed();
    }
    paint(ui, tokens, dial, rect, &response, phase);
    response.widget_info(|| {
        let name = format!("Phase of the {width} slices, in seconds");
        WidgetInfo { value: Some(phase.as_secs_f64()), ..WidgetInfo::labeled(WidgetRole::Slider, true, name) }
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(width.as_secs_f64());
        node.set_numeric_value_step(dial.step.as_secs_f64());
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
    let charged = dial.profile.charged(phase);
    let response = response.on_hover_text(format!(
        "Slices begin {phase} after multiples of {width}, and charge {charged}. Drag, or use the arrow keys; Home aligns."
    ));
    (response, asked)
}

fn input(ui: &Ui, response: &Response, dial: &Dial<'_>, centre: Pos2) -> Option<Span> {
    let width = dial.profile.width().0.max(1);
    let resolution = dial.resolution.0.max(1);
    let on_ticks = |ns: f64| Span(((ns / resolution as f64).round() as i64 * resolution).rem_euclid(width));
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        response.request_focus();
        let d = pointer - centre;
        let turn = f64::from(d.x.atan2(-d.y)) / std::f64::consts::TAU;
        return Some(on_ticks(turn.rem_euclid(1.0) * width as f64));
    }
    let mut steps = 0;
    let mut to = None;
    if response.has_focus() {
        // the lock on the arrow keys holds from the second frame with the focus on
        if response.gained_focus() {
            ui.ctx().request_repaint();
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        ui.input(|i| {
            let by = if i.modifiers.shift { resolution } else { dial.step.0 };
            let count = |key| i.num_presses(key) as i64;
            steps = by * (count(Key::ArrowRight) + count(Key::ArrowUp) - count(Key::ArrowLeft) - count(Key::ArrowDown));
            if i.key_pressed(Key::Home) {
                to = Some(Span::ZERO);
            }
        });
    }
    ui.input(|i| {
        let count = |action| i.num_accesskit_action_requests(response.id, action) as i64;
        steps += dial.step.0 * (count(Action::Increment) - count(Action::Decrement));
        for request in i.accesskit_action_requests(response.id, Action::SetValue) {
            if let Some(ActionData::NumericValue(seconds)) = request.data {
                to = Some(on_ticks(seconds * 1e9));
            }
        }
    });
    to.or_else(|| (steps != 0).then(|| Span((dial.phase.0 + steps).rem_euclid(width))))
}

fn paint(ui: &Ui, tokens: &Tokens, dial: &Dial<'_>, rect: Rect, response: &Response, phase: Span) {
    let painter = ui.painter();
    let centre = rect.center();
    let outer = rect.width() / 2.0 - 4.0;
    let (inner, tallest) = (outer - 30.0, 16.0);
    let parts = parts(dial.profile);
    let least = parts.iter().map(|p| p.least).min().unwrap_or(0);
    let most = parts.iter().map(|p| p.most).max().unwrap_or(0);
    let limit = dial.allowed.0 / dial.profile.width().0.max(1);
    let mut mesh = Mesh::default();
    for (i, part) in parts.iter().enumerate() {
        let role = match (part.least as i64 <= limit, part.most as i64 <= limit) {
            (true, true) => tokens.good,
            (false, _) => tokens.bad,
            (true, false) => tokens.warn,
        };
        // the height tells what is charged, so that colour is not alone
        let share = if most > least { (part.most - least) as f32 / (most - least) as f32 } else { 0.5 };
        let (r0, r1) = (inner, inner + 10.0 + share * tallest);
        let base = mesh.vertices.len() as u32;
        for (j, r) in [(i, r0), (i, r1), (i + 1, r0), (i + 1, r1)] {
            mesh.colored_vertex(at(centre, j as f64 / PARTS as f64, r), colour(role));
        }
        mesh.add_triangle(base, base + 1, base + 2);
        mesh.add_triangle(base + 1, base + 2, base + 3);
    }
    painter.add(Shape::mesh(mesh));
    for quarter in 0..12 {
        let turn = f64::from(quarter) / 12.0;
        let long = if quarter % 3 == 0 { 7.0 } else { 4.0 };
        let stroke = Stroke::new(1.0, colour(tokens.axis));
        painter.line_segment([at(centre, turn, inner - 3.0), at(centre, turn, inner - 3.0 - long)], stroke);
    }
    if response.has_focus() {
        painter.circle_stroke(centre, outer + 2.5, Stroke::new(2.0, colour(tokens.charged)));
    }
    let turn = phase.0 as f64 / dial.profile.width().0.max(1) as f64;
    let ink = colour(tokens.ink);
    painter.line_segment([at(centre, turn, inner - 22.0), at(centre, turn, outer)], Stroke::new(2.5, ink));
    let knob = if response.hovered() || response.dragged() { 7.0 } else { 6.0 };
    painter.circle(at(centre, turn, inner - 8.0), knob, ink, Stroke::new(2.0, colour(tokens.background)));
    let text = |dy: f32, text: String, font: FontId, colour: Color32| {
        painter.text(centre + Vec2::new(0.0, dy), egui::Align2::CENTER_CENTER, text, font, colour);
    };
    text(-22.0, "phase".into(), FontId::proportional(12.0), colour(tokens.muted));
    text(-2.0, format!("+{phase}"), FontId::new(17.0, bold()), ink);
    text(19.0, format!("of {}", dial.profile.width()), FontId::proportional(12.0), colour(tokens.muted));
}
