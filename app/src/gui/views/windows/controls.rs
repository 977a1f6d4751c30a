//! The width and the rules.

use egui::{RichText, Ui, vec2};
use sre_stats::time::Span;
use sre_stats::window::Rule;

use crate::gui::derive::rules;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::bold;
use crate::gui::views::objective::no_data;

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
            let text = RichText::new(row.width.compact()).family(bold()).size(17.0);
            ui.add_sized(vec2(64.0, 24.0), egui::Label::new(text));
        }
        let now = state.choices.rule.or_else(|| state.made.windows.latest().map(|w| w.rule));
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
        no_data(ui, state, messages);
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
