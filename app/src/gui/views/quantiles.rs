//! Values over the nines, with their bounds, and what each tool would have printed.

use egui::{RichText, Ui};
use sre_stats::report::Section;

use crate::gui::dispatch::Message;
use crate::gui::plot::{self, Options};
use crate::gui::state::State;
use crate::gui::theme::{bold, tokens};
use crate::gui::widgets::table;

/// Shows the profile of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(key) = state.track_key() else { return };
    if let Some(text) = state.made.quantiles.failure_of(&key) {
        super::failed(ui, text);
        return;
    }
    let Some(profile) = state.made.quantiles.of(&key) else {
        super::waiting(ui, "Computing quantiles…");
        return;
    };
    if state.choices.values.is_some() {
        ui.horizontal(|ui| super::part(ui, state, messages));
    }
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let options = Options { height: (ui.available_height() - 150.0).max(320.0), ..Options::default() };
        plot::show(ui, tokens(ui.theme()), "quantiles", &profile.figure, options);
        ui.add_space(10.0);
        for of in profile.tools.iter().chain([&profile.table()]) {
            ui.label(RichText::new(&of.title).family(bold()));
            if let Some(column) = table(ui, of, state.sort.as_ref(), false) {
                messages.push(Message::Sort(of.title.clone(), column));
            }
            ui.add_space(10.0);
        }
    });
}

/// Picture and tables.
pub(super) fn section(state: &State) -> Option<Section> {
    Some(state.made.quantiles.of(&state.track_key()?)?.section())
}
