//! The page without a document.

use egui::{Align2, FontId, RichText, Sense, Stroke, Ui, vec2};

use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::{bold, colour, mix, tokens};

/// Shows what the program is for and every way to open something.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let tokens = tokens(ui.theme());
    if state.loading.is_some() {
        super::waiting(ui, "Reading…");
        return;
    }
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.add_space((ui.available_height() * 0.12).max(16.0));
        ui.vertical_centered(|ui| {
            ui.set_max_width(640.0);
            ui.label(RichText::new("What did my aggregation do to the truth?").family(bold()).size(30.0));
            ui.add_space(4.0);
            ui.label(
                RichText::new("Open a metric export. See what it holds, how wrong its percentiles can be, and whether the width of the buckets decided your SLO.")
                    .size(15.0)
                    .color(colour(tokens.muted)),
            );
            ui.add_space(24.0);
            egui::Frame::new()
                .fill(mix(tokens.background, tokens.ink, 0.03))
                .stroke(Stroke::new(1.5, colour(tokens.axis)))
                .corner_radius(10.0)
                .inner_margin(28.0)
                .show(ui, |ui| {
                    ui.set_width(560.0);
                    ui.vertical_centered(|ui| {
                        ui.label(RichText::new("Drop files here").family(bold()).size(18.0));
                        ui.label(RichText::new("CSV, Parquet, Prometheus, OTLP, logs, load testers and more").color(colour(tokens.muted)));
                        ui.add_space(12.0);
                        let open = egui::Button::new(RichText::new(Command::Open.name()).family(bold()).size(16.0))
                            .min_size(vec2(150.0, 36.0))
                            .fill(mix(tokens.background, tokens.charged, 0.45));
                        if ui.add(open).on_hover_text(Command::Open.tooltip()).clicked() {
                            messages.push(Message::Run(Command::Open));
                        }
                        ui.add_space(2.0);
                        ui.horizontal(|ui| {
                            ui.add_space((ui.available_width() - 365.0).max(0.0) / 2.0);
                            super::button(ui, Command::OpenPath, messages);
                            super::button(ui, Command::OpenServer, messages);
                            super::button(ui, Command::Paste, messages);
                        });
                    });
                });
            ui.add_space(24.0);
            misread(ui, state, messages);
            before(ui, state, messages);
            samples(ui, state, messages);
            ui.add_space(18.0);
            let (palette, sheet) = (Command::Palette.keys(ui.ctx()), Command::Shortcuts.keys(ui.ctx()));
            let hint = format!("{palette} finds every command   ·   {sheet} shows the keys");
            ui.label(RichText::new(hint).size(12.0).color(colour(tokens.muted)));
        });
    });
}

/// What could not be read, and may be read otherwise.
fn misread(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    if state.asked.is_readable() {
        ui.label(RichText::new(format!("“{}” was not read", short(&state.asked.title()))).family(bold()));
        super::button(ui, Command::ReadOtherwise, messages);
        ui.add_space(14.0);
    }
}

/// What broke off, and what was open before.
fn before(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    if let Some(session) = &state.broken_off {
        let files: Vec<String> = session.files.iter().map(|f| f.display().to_string()).collect();
        let text = "The last run broke off. What was open can be taken up again.";
        ui.label(RichText::new(text).family(bold()));
        if ui.button("Go on where it broke off").on_hover_text(files.join("\n")).clicked() {
            messages.push(Message::Recover);
        }
        ui.add_space(14.0);
    }
    if !state.recent.is_empty() {
        ui.label(RichText::new("Open before").family(bold()));
        for path in state.recent.iter().take(6) {
            let said = path.display().to_string();
            let link = egui::Link::new(RichText::new(short(&said)));
            if ui.add(link).on_hover_text(&said).clicked() {
                messages.push(Message::Open(vec![path.clone()]));
            }
        }
        ui.add_space(14.0);
    }
}

/// The end of a long path.
fn short(path: &str) -> String {
    let letters = path.chars().count();
    if letters > 80 { format!("…{}", path.chars().skip(letters - 79).collect::<String>()) } else { path.to_owned() }
}

fn samples(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let tokens = tokens(ui.theme());
    if state.samples.is_empty() {
        return;
    }
    ui.label(RichText::new("Or begin with a sample").family(bold()));
    for sample in &state.samples {
        let (rect, response) = ui.allocate_exact_size(vec2(616.0, 50.0), Sense::click());
        let lift = if response.hovered() { 0.12 } else { 0.05 };
        let edge = if response.has_focus() { tokens.charged } else { tokens.grid };
        let stroke = Stroke::new(if response.has_focus() { 2.0 } else { 1.0 }, colour(edge));
        let painter = ui.painter_at(rect);
        painter.rect(rect, 6.0, mix(tokens.background, tokens.ink, lift), stroke, egui::StrokeKind::Inside);
        let at = rect.min + vec2(14.0, 7.0);
        painter.text(at, Align2::LEFT_TOP, &sample.name, FontId::new(15.0, bold()), colour(tokens.ink));
        let at = at + vec2(0.0, 20.0);
        painter.text(at, Align2::LEFT_TOP, &sample.about, FontId::proportional(13.0), colour(tokens.muted));
        let said = format!("{}: {}", sample.name, sample.about);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &said));
        if response.on_hover_text(sample.path.display().to_string()).clicked() {
            messages.push(Message::Open(vec![sample.path.clone()]));
        }
    }
}
