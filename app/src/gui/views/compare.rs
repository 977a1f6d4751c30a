//! Do two samples differ, by how much, and where?

use egui::{RichText, Ui};
use sre_stats::load::Item;

use crate::gui::choices::Against;
use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::bold;
use crate::gui::view::View;

/// So many series are offered in the list.
const OFFERED: usize = 200;

/// Shows the series selected beside what it is compared with.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(document) = &state.document else { return };
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(RichText::new("Compare with").family(bold()));
        let now = state.choices.against;
        let combo =
            egui::ComboBox::from_id_salt("against").width(300.0).selected_text(name(state, now)).show_ui(ui, |ui| {
                let mut offer = |ui: &mut Ui, against: Against| {
                    if ui.selectable_label(now == against, name(state, against)).clicked() {
                        messages.push(Message::Against(against));
                    }
                };
                offer(ui, Against::Halves);
                if state.range.is_some() {
                    offer(ui, Against::Sight);
                }
                let unit = state.item().map(|i| &i.identity.unit);
                let alike = |item: &Item| Some(&item.identity.unit) == unit;
                for (i, item) in document.dataset.items.iter().enumerate().filter(|(_, i)| alike(i)).take(OFFERED) {
                    if i != state.choices.item && !item.title().is_empty() {
                        offer(ui, Against::Series(i));
                    }
                }
                for i in 0..state.baseline.as_ref().map_or(0, |b| b.dataset.items.len()).min(OFFERED) {
                    offer(ui, Against::Baseline(i));
                }
            });
        combo.response.labelled_by(label.id);
        super::button(ui, Command::OpenBaseline, messages);
        super::part(ui, state, messages);
    });
    let without = "Choose above what to compare with: halves of the time, another series, or a baseline file.";
    super::told::answer(ui, state, View::Compare, without, messages);
}

fn name(state: &State, against: Against) -> String {
    let short = |title: String| {
        let letters: Vec<char> = title.chars().collect();
        if letters.len() > 60 { letters.iter().take(59).chain(&['…']).collect() } else { title }
    };
    match against {
        Against::Halves => "the first half of the time".to_owned(),
        Against::Sight => "as long a time before the one in sight".to_owned(),
        Against::Series(i) => {
            let item = state.document.as_ref().and_then(|d| d.dataset.items.get(i));
            item.map_or_else(|| "another series".to_owned(), |i| short(i.title()))
        }
        Against::Baseline(i) => {
            let file = state.baseline.as_ref();
            let item = file.and_then(|d| d.dataset.items.get(i)).map(|i| short(i.title()));
            format!("{} in {}", item.unwrap_or_default(), file.map_or("the baseline", |d| d.title.as_str()))
        }
    }
}
