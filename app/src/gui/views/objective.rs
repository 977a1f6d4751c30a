//! The objective's text over the views that are about it, with what is wrong under the word.

use egui::{FontId, RichText, TextEdit, Ui, vec2};
use sre_stats::figure::theme::{Rgb, Tokens};
use sre_stats::slo::Objective;
use sre_stats::window::{NoData, Verdict};

use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::{bold, colour};

/// The objective's text, with what is wrong under the word.
pub(in crate::gui) fn objective(ui: &mut Ui, tokens: &Tokens, state: &State, messages: &mut Vec<Message>) {
    let before = state.objective_text();
    let mut text = before.clone();
    let error = text.parse::<Objective>().err();
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Objective").family(bold()));
        let edit = TextEdit::singleline(&mut text)
            .id(egui::Id::unique("objective"))
            .font(FontId::monospace(15.0))
            .char_limit(300)
            .desired_width(ui.available_width() - 90.0)
            .hint_text("99.9% of requests < 300ms over 30d");
        let output = edit.show(ui);
        let response = output.response.response.labelled_by(label.id);
        if state.focus_objective {
            response.request_focus();
            messages.push(Message::ObjectiveFocused);
        }
        if let Some(error) = &error {
            let at = error
                .position()
                .and_then(|p| p.column.as_deref()?.parse::<usize>().ok())
                .unwrap_or(1)
                .saturating_sub(1);
            let cursor = output.galley.pos_from_cursor(egui::text::CCursor::new(at));
            let x = output.galley_pos.x + cursor.min.x;
            let y = response.rect.bottom() - 2.0;
            let bad = colour(tokens.bad);
            // a small arrow from the sentence to the character at which the text stops making sense
            let tip = [egui::pos2(x + 4.0, y - 3.0), egui::pos2(x + 8.5, y + 4.0), egui::pos2(x - 0.5, y + 4.0)];
            ui.painter().add(egui::Shape::convex_polygon(tip.to_vec(), bad, egui::Stroke::NONE));
            let hint = error.way_out().map(|h| format!("; {h}")).unwrap_or_default();
            let galley =
                ui.painter().layout(format!("{}{hint}", error.message()), FontId::proportional(12.5), bad, 620.0);
            let left = (x - 2.0).min(ui.max_rect().right() - galley.size().x).max(ui.max_rect().left());
            ui.painter().galley(egui::pos2(left, response.rect.bottom() + 3.0), galley, bad);
        } else if let Some(analysis) = state.window_key().and_then(|k| state.made.windows.of(&k)) {
            chip(ui, tokens, Some(analysis.slo.verdict));
        }
    });
    if let Some(error) = &error {
        // room for what was painted, and the same words for a screen reader
        let (_, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Objective: {error}")));
    }
    if text != before {
        messages.push(Message::Objective(text));
    }
}

/// What missing data count as.
pub(super) fn no_data(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let label = ui.label("no data counts as");
    let combo = egui::ComboBox::from_id_salt("no data")
        .selected_text(state.choices.no_data.to_string())
        .width(84.0)
        .show_ui(ui, |ui| {
            for policy in [NoData::Excluded, NoData::Bad, NoData::Good, NoData::Hold] {
                if ui.selectable_label(state.choices.no_data == policy, policy.to_string()).clicked() {
                    messages.push(Message::NoData(policy));
                }
            }
        });
    combo.response.labelled_by(label.id);
}

/// The colour of a verdict.
pub(super) fn verdict_token(tokens: &Tokens, verdict: Option<Verdict>) -> Rgb {
    match verdict {
        Some(Verdict::Met) => tokens.good,
        Some(Verdict::Violated) => tokens.bad,
        Some(Verdict::DependsOnPhase) => tokens.warn,
        _ => tokens.neutral,
    }
}

/// A verdict as a coloured word.
pub(super) fn chip(ui: &mut Ui, tokens: &Tokens, verdict: Option<Verdict>) {
    let token = verdict_token(tokens, verdict);
    let word = verdict.map_or_else(|| "no verdict".to_owned(), |v| v.to_string().replace('-', " "));
    egui::Frame::new().fill(colour(token)).corner_radius(5.0).inner_margin(egui::Margin::symmetric(9, 3)).show(
        ui,
        |ui| {
            ui.label(RichText::new(word).family(bold()).color(colour(tokens.background)));
        },
    );
}
