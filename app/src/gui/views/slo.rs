//! The objective: budget, what spent it, when it ends, and what alerts would have done.

use egui::Ui;

use super::objective::no_data;
use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::view::View;

/// Shows what the series selected says of the objective.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.horizontal_wrapped(|ui| {
        no_data(ui, state, messages);
        let mut tune = state.choices.tune;
        let text = Command::TuneAlerts.name().to_lowercase();
        if ui.checkbox(&mut tune, text).on_hover_text(Command::TuneAlerts.tooltip()).changed() {
            messages.push(Message::Run(Command::TuneAlerts));
        }
        super::button(ui, Command::ExportRules, messages);
        super::button(ui, Command::ExportOpenSlo, messages);
    });
    super::told::answer(ui, state, View::Slo, "Mend the objective above.", messages);
}
