//! What was guessed wrong, as fields to say it otherwise.

use egui::{RichText, TextEdit, Ui};
use sre_stats::load::Format;

use crate::gui::command::Command;
use crate::gui::derive::Origin;
use crate::gui::dispatch::Message;
use crate::gui::reading::{Part, Reading};
use crate::gui::state::{Overlay, State};
use crate::gui::theme::{colour, tokens};

/// The kinds by the words that are read.
const KINDS: [&str; 5] = ["gauge", "counter", "delta", "events", "histogram"];

/// One field; what it says is changed in place.
pub(super) fn field(ui: &mut Ui, reading: &mut Reading, part: Part, hint: &str) {
    let now = reading.get(part).to_owned();
    let response = match part {
        Part::Kind => choice(ui, reading, part, &KINDS.map(str::to_owned)),
        Part::Format => choice(ui, reading, part, &Format::all().iter().map(ToString::to_string).collect::<Vec<_>>()),
        _ => {
            let mut text = now.clone();
            let edit = TextEdit::singleline(&mut text)
                .id(ui.scope_id().with(("say", part)))
                .hint_text(hint)
                .char_limit(400)
                .desired_width(190.0);
            let response = ui.add(edit);
            if text != now {
                reading.set(part, text);
            }
            response
        }
    };
    response.accessible_name(part.label()).on_hover_text(part.about());
    if let Some(wrong) = reading.wrong(part) {
        ui.label(RichText::new(wrong).size(12.0).color(colour(tokens(ui.theme()).bad)));
    }
}

fn choice(ui: &mut Ui, reading: &mut Reading, part: Part, words: &[String]) -> egui::Response {
    let now = reading.get(part).to_owned();
    let shown = if now.is_empty() { "as guessed" } else { now.as_str() };
    let combo = egui::ComboBox::from_id_salt(("say", part)).width(184.0).selected_text(shown).show_ui(ui, |ui| {
        if ui.selectable_label(now.is_empty(), "as guessed").clicked() {
            reading.set(part, "");
        }
        for word in words {
            if ui.selectable_label(now == *word, word).clicked() {
                reading.set(part, word.clone());
            }
        }
    });
    combo.response
}

/// Tells of what was changed, and offers to read again. `read` is what the data in sight were read with.
pub(super) fn act(ui: &mut Ui, state: &State, origin: &Origin, read: Option<&Reading>, messages: &mut Vec<Message>) {
    let new = read != Some(&origin.reading);
    let fits = origin.reading.options().is_ok();
    let label = if read.is_some() { "Read again so" } else { "Read so" };
    if ui
        .add_enabled(new && fits, egui::Button::new(label))
        .on_hover_text("Read the data by what is said here.")
        .clicked()
    {
        messages.push(Message::Read(origin.clone()));
    }
    if ui
        .add_enabled(!origin.reading.is_guessed(), egui::Button::new("Take all guesses"))
        .on_hover_text("Take back all that is said.")
        .clicked()
    {
        messages.push(Message::Asked(Origin { reading: Reading::default(), ..origin.clone() }));
    }
    if state.overlay == Overlay::Reading && ui.button("Cancel").clicked() {
        messages.push(Message::Overlay(Overlay::None));
    }
}

/// The form of all parts, for data that could not be read or were misread.
pub(in crate::gui) fn form(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.set_width(700.0);
    ui.heading(Command::ReadOtherwise.name().trim_end_matches('…'));
    ui.label(RichText::new(format!("“{}”. Leave blank what is to be guessed.", state.asked.title())).weak());
    ui.add_space(6.0);
    let mut origin = state.asked.clone();
    egui::Grid::new("reading").num_columns(3).spacing([14.0, 6.0]).show(ui, |ui| {
        for part in Part::ALL {
            ui.label(part.label());
            ui.vertical(|ui| field(ui, &mut origin.reading, part, ""));
            ui.add(egui::Label::new(RichText::new(part.about()).size(12.0).weak()).wrap());
            ui.end_row();
        }
    });
    ui.add_space(8.0);
    let document = state.document.as_ref().filter(|d| d.origin.is_same(&origin));
    ui.horizontal(|ui| act(ui, state, &origin, document.map(|d| &d.origin.reading), messages));
    if origin.reading != state.asked.reading {
        messages.push(Message::Asked(origin));
    }
}
