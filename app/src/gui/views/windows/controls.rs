//! The objective's text, the width and the rules.

use egui::{FontId, RichText, TextEdit, Ui, vec2};
use sre_stats::figure::theme::Tokens;
use sre_stats::slo::Objective;
use sre_stats::time::Span;
use sre_stats::window::{NoData, Rule};

use super::{chip, compact};
use crate::gui::derive::rules;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::{bold, colour};

/// The objective's text, with what is wrong under the word.
pub(super) fn objective(ui: &mut Ui, tokens: &Tokens, state: &State, messages: &mut Vec<Message>) {
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
        } else if let Some(analysis) = state.windows.latest() {
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

/// The width's slider, the rule and what missing data count as.
pub(super) fn controls(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.horizontal_wrapped(|ui| {
        if let Some((analysis, index, row)) = state.width_row() {
            let widths: Vec<Span> = analysis.accounting.rows.iter().map(|r| r.width).collect();
            let mut at = index as f64;
            let last = widths.len().saturating_sub(1) as f64;
            let label = ui.label(RichText::new("Width").family(bold()));
            let slider = egui::Slider::new(&mut at, 0.0..=last).step_by(1.0).show_value(false);
            let response = ui.add(slider).labelled_by(label.id);
            if response.changed()
                && let Some(width) = widths.get(at.round() as usize)
            {
                messages.push(Message::Width(*width));
            }
            let text = RichText::new(compact(row.width)).family(bold()).size(17.0);
            ui.add_sized(vec2(64.0, 24.0), egui::Label::new(text));
        }
        let now = state.choices.rule.or_else(|| state.windows.latest().map(|w| w.rule));
        let said = now.map_or_else(|| "any-bad".to_owned(), |r| r.to_string());
        let label = ui.label("a slice is bad by");
        let combo = egui::ComboBox::from_id_salt("rule").selected_text(said).width(96.0).show_ui(ui, |ui| {
            if ui.selectable_label(state.choices.rule.is_none(), "the objective's own").clicked() {
                messages.push(Message::Rule(None));
            }
            for rule in rules() {
                if ui.selectable_label(state.choices.rule == Some(rule), rule_text(&rule)).clicked() {
                    messages.push(Message::Rule(Some(rule)));
                }
            }
        });
        combo.response.labelled_by(label.id);
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
    });
}

fn rule_text(rule: &Rule) -> String {
    let what = match rule {
        Rule::AnyBad => "one bad instant",
        Rule::Share(_) => "a share of bad time",
        Rule::Majority => "half of it bad",
        Rule::AllBad => "all of it bad",
        Rule::Percentile(_) => "its percentile",
        Rule::Mean => "its mean",
        _ => "",
    };
    format!("{rule}  –  {what}")
}
