//! The form of a question to a Prometheus server.

use egui::{Key, RichText, TextEdit, Ui};

use crate::gui::asking::{Asked, Field, Question};
use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::state::Overlay;
use crate::gui::theme::{colour, tokens};

/// Shows the form; what is wrong stands below its field.
pub(in crate::gui) fn form(ui: &mut Ui, before: &Question, messages: &mut Vec<Message>) {
    ui.set_width(620.0);
    ui.heading(Command::OpenServer.name().trim_end_matches('…'));
    ui.label(RichText::new("Ask a server in the place of a file. Sessions keep the question, never a token.").weak());
    ui.add_space(6.0);
    let mut question = before.clone();
    let mut enter = false;
    egui::Grid::new("question").num_columns(2).spacing([14.0, 6.0]).show(ui, |ui| {
        for field in Field::ALL {
            if field == Field::Last {
                when(ui, &mut question);
            }
            if question.when.has(field) {
                enter |= line(ui, &mut question, field);
            }
        }
    });
    if let Some((what, variable)) = question.secret() {
        let said = format!("The {what} that {variable} holds is sent to this address, and nowhere else.");
        ui.label(RichText::new(said).size(12.0).weak());
    }
    if !question.reading.is_guessed() {
        let said = format!("Said of the answer, as before: {}.", question.reading.told());
        ui.label(RichText::new(said).size(12.0).weak());
    }
    ui.add_space(8.0);
    let whole = question.is_whole();
    question.fresh = false;
    question.typed |= question.says_else_than(before);
    ui.horizontal(|ui| {
        let ask = ui.add_enabled(whole, egui::Button::new("Ask server"));
        if (ask.clicked() || enter) && whole {
            messages.push(Message::AskServer(Box::new(question.clone())));
        } else if question != *before {
            messages.push(Message::Overlay(Overlay::Server(Box::new(question.clone()))));
        }
        if ui.button("Cancel").clicked() {
            messages.push(Message::Overlay(Overlay::None));
        }
    });
}

/// For when the server is asked.
fn when(ui: &mut Ui, question: &mut Question) {
    ui.label("Time");
    ui.horizontal(|ui| {
        for asked in Asked::ALL {
            ui.radio_value(&mut question.when, asked, asked.name());
        }
    });
    ui.end_row();
}

/// One field; whether Enter was pressed in it.
fn line(ui: &mut Ui, question: &mut Question, field: Field) -> bool {
    let label = ui.label(field.label());
    let width = if matches!(field, Field::Url | Field::Query) { 480.0 } else { 240.0 };
    let id = ui.scope_id().with(("question", field.label()));
    let mut enter = false;
    ui.vertical(|ui| {
        let mut text = question.get(field).to_owned();
        let edit = TextEdit::singleline(&mut text).id(id).hint_text(field.hint());
        let edit = edit.char_limit(20_000).desired_width(width);
        let response = ui.add(edit).labelled_by(label.id).on_hover_text(field.about());
        enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        // the first blank field, else the one that was refused
        let first = if question.get(Field::Url).is_empty() { Field::Url } else { Field::Query };
        if question.fresh && field == first {
            response.request_focus();
        }
        if text != question.get(field) {
            question.set(field, text);
        }
        if let Some(wrong) = question.wrong(field) {
            let bad = colour(tokens(ui.theme()).bad);
            ui.add(egui::Label::new(RichText::new(wrong).size(12.0).color(bad)).wrap());
        }
    });
    ui.end_row();
    enter
}
