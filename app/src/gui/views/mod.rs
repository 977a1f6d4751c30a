//! The views: each shows the state and says what the user wants; none changes anything.

mod quantiles;
mod series;
mod understood;
mod welcome;
mod windows;

use egui::{RichText, Ui};
use sre_stats::report::Table;

use super::dispatch::Message;
use super::state::{State, View};
use super::theme::colour;
use super::{command::Command, widgets};

pub use windows::compact;

/// Shows the view in sight.
pub fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    if state.document.is_none() {
        welcome::show(ui, state, messages);
        return;
    }
    if state.table {
        match table_of(state) {
            Some(table) => {
                ui.horizontal(|ui| {
                    ui.heading(&table.title);
                    button(ui, Command::CopyTable, messages);
                });
                widgets::table(ui, &table);
            }
            None => empty(ui, "No numbers yet", "They appear here as soon as the picture is there."),
        }
        return;
    }
    match state.view {
        View::Understood => understood::show(ui, state, messages),
        View::Series => series::show(ui, state, messages),
        View::Quantiles => quantiles::show(ui, state),
        View::Windows => windows::show(ui, state, messages),
    }
}

/// The numbers of the view in sight.
pub fn table_of(state: &State) -> Option<Table> {
    state.document.as_ref()?;
    match state.view {
        View::Understood => understood::table(state),
        View::Series => series::table(state),
        View::Quantiles => quantiles::table(state),
        View::Windows => windows::table(state),
    }
}

/// A button for a command, with its tooltip.
fn button(ui: &mut Ui, command: Command, messages: &mut Vec<Message>) {
    let keys = command.keys(ui.ctx());
    let tip = if keys.is_empty() { command.tooltip().to_owned() } else { format!("{} ({keys})", command.tooltip()) };
    if ui.button(command.name()).on_hover_text(tip).clicked() {
        messages.push(Message::Run(command));
    }
}

/// A state with nothing to show.
fn empty(ui: &mut Ui, title: &str, text: &str) {
    ui.add_space(ui.available_height() * 0.3);
    ui.vertical_centered(|ui| {
        ui.heading(title);
        ui.label(RichText::new(text).weak());
    });
}

/// A state in which a job is at work.
fn waiting(ui: &mut Ui, text: &str) {
    ui.add_space(ui.available_height() * 0.3);
    ui.vertical_centered(|ui| {
        // a still sign: the status line moves, and an idle window costs nothing
        ui.heading("…");
        ui.label(RichText::new(text).weak());
    });
}

/// A failure in place of a picture.
fn failed(ui: &mut Ui, text: &str) {
    let tokens = super::theme::tokens(ui.theme());
    ui.add_space(ui.available_height() * 0.25);
    ui.vertical_centered(|ui| {
        ui.heading(RichText::new("This cannot be shown").color(colour(tokens.bad)));
        ui.add(egui::Label::new(text).wrap());
    });
}
