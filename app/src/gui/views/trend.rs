//! Is it getting worse, and since when?

use egui::Ui;

use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::view::View;

/// Shows trend and changes of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    if state.choices.values.is_some() {
        ui.horizontal(|ui| super::part(ui, state, messages));
    }
    super::told::answer(ui, state, View::Trend, "Testing for trend and changes…", "No series is selected.", messages);
}
