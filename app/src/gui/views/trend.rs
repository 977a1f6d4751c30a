//! Is it getting worse, since when, and what comes next?

use egui::{RichText, TextEdit, Ui};
use sre_stats::time::Span;

use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::{bold, colour, tokens};
use crate::gui::view::View;

/// How far ahead can be chosen.
const AHEAD: [Span; 8] = [
    Span::from_secs(3600),
    Span::from_secs(6 * 3600),
    Span::from_secs(86_400),
    Span::from_secs(3 * 86_400),
    Span::from_secs(7 * 86_400),
    Span::from_secs(14 * 86_400),
    Span::from_secs(30 * 86_400),
    Span::from_secs(90 * 86_400),
];

/// Shows trend, changes, forecast and seasons of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    controls(ui, state, messages);
    super::told::answer(ui, state, View::Trend, "No series is selected.", messages);
}

/// The limit and the horizon of the forecast.
fn controls(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let wrong = state.limit().err();
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(RichText::new("Forecast until the limit").family(bold()));
        let mut text = state.choices.limit.clone();
        let hint = state.item().map_or_else(String::new, |i| format!("such as {}", i.identity.unit.show(90.0)));
        let edit = TextEdit::singleline(&mut text).desired_width(130.0).char_limit(60).hint_text(hint);
        ui.add(edit).labelled_by(label.id);
        if text != state.choices.limit {
            messages.push(Message::Limit(text));
        }
        let label = ui.label("for");
        let name = |ahead: Option<Span>| ahead.map_or_else(|| "a quarter of the data".to_owned(), |s| s.to_string());
        let now = state.choices.ahead;
        let combo = egui::ComboBox::from_id_salt("ahead").width(150.0).selected_text(name(now)).show_ui(ui, |ui| {
            for ahead in std::iter::once(None).chain(AHEAD.map(Some)) {
                if ui.selectable_label(now == ahead, name(ahead)).clicked() {
                    messages.push(Message::Ahead(ahead));
                }
            }
        });
        combo.response.labelled_by(label.id);
        super::part(ui, state, messages);
    });
    if let Some(wrong) = wrong {
        let bad = colour(tokens(ui.theme()).bad);
        ui.label(RichText::new(format!("Limit: {wrong}")).size(12.5).color(bad));
    }
}
