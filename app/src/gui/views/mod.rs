//! The views: each shows the state and says what the user wants; none changes anything.

pub(in crate::gui) mod asking;
mod compare;
mod correlate;
mod distribution;
mod heat;
pub(in crate::gui) mod objective;
mod quantiles;
pub(in crate::gui) mod reading;
mod series;
mod slo;
mod told;
mod trend;
mod understood;
mod welcome;
mod windows;

use egui::{RichText, Ui};
use sre_stats::figure::Axis;
use sre_stats::report::{Block, Section, Table};
use sre_stats::time::Timestamp;

use super::command::Command;
use super::dispatch::Message;
use super::plot::Answer;
use super::state::State;
use super::theme::{colour, tokens};
use super::view::View;
use super::widgets::{self, Shown};

/// Shows the page without a document.
pub fn welcome(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    welcome::show(ui, state, messages);
}

/// Shows one view.
pub fn show(ui: &mut Ui, state: &State, view: View, messages: &mut Vec<Message>) {
    if state.table {
        as_table(ui, state, view, messages);
        return;
    }
    match view {
        View::Understood => understood::show(ui, state, messages),
        View::Series => series::show(ui, state, messages),
        View::Distribution => distribution::show(ui, state, messages),
        View::Heat => heat::show(ui, state, messages),
        View::Quantiles => quantiles::show(ui, state, messages),
        View::Windows => windows::show(ui, state, messages),
        View::Slo => slo::show(ui, state, messages),
        View::Trend => trend::show(ui, state, messages),
        View::Compare => compare::show(ui, state, messages),
        View::Correlate => correlate::show(ui, state, messages),
    }
}

/// What a view shows, as a section of a report: its pictures, and the same numbers as tables. `None` while there is nothing.
pub fn section_of(state: &State) -> Option<Section> {
    section(state, state.view)
}

fn section(state: &State, view: View) -> Option<Section> {
    state.document.as_ref()?;
    match view {
        View::Understood => understood::section(state),
        View::Series => series::section(state),
        View::Distribution => distribution::section(state),
        View::Heat => heat::section(state),
        View::Quantiles => quantiles::section(state),
        View::Windows => windows::section(state),
        View::Correlate => correlate::section(state),
        View::Slo | View::Trend | View::Compare => told::section(state, view),
    }
}

/// The numbers of a view: its first table, sorted as it is shown.
pub fn table_of(state: &State, view: View) -> Option<Table> {
    let mut blocks = section(state, view)?.blocks.into_iter();
    let table = blocks.find_map(|b| if let Block::Table(table) = b { Some(table) } else { None })?;
    Some(widgets::sorted(&table, state.sort.as_ref()).into_owned())
}

/// The table twin of a view: all its tables, and of its pictures the numbers.
fn as_table(ui: &mut Ui, state: &State, view: View, messages: &mut Vec<Message>) {
    let Some(section) = section(state, view) else {
        empty(ui, "No numbers yet", "They appear here as soon as the picture is there.");
        return;
    };
    let tables: Vec<&Table> =
        section.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
    let clicked = if let [only] = tables.as_slice() {
        ui.horizontal(|ui| {
            ui.heading(&only.title);
            button(ui, Command::CopyTable, messages);
        });
        widgets::table(ui, only, state.sort.as_ref(), true).map(|column| (only.title.clone(), column))
    } else {
        ui.horizontal(|ui| {
            button(ui, Command::CopyTable, messages);
            button(ui, Command::SaveCsv, messages);
        });
        let shown = Shown { sort: state.sort.as_ref(), height: 300.0, tables: true };
        let area = egui::ScrollArea::vertical().auto_shrink([false, false]);
        area.show(ui, |ui| widgets::sections(ui, tokens(ui.theme()), &[section], shown)).inner
    };
    if let Some((title, column)) = clicked {
        messages.push(Message::Sort(title, column));
    }
}

/// Where the pointer of another view is, on a time axis.
fn cursor(state: &State, axis: &Axis) -> Option<f64> {
    if state.layout.is_single() { None } else { state.cursor.map(|t| axis.position(t)) }
}

/// Tells the other views what was done with a time axis: its zoom, and where the pointer is.
fn link(state: &State, axis: &Axis, answer: &Answer, messages: &mut Vec<Message>) {
    if answer.reset {
        messages.push(Message::Range(None));
    } else if let Some((from, to)) = answer.range {
        messages.push(Message::Range(Some((axis.instant(from), axis.instant(to)))));
    }
    let at: Option<Timestamp> = answer.hovered.map(|x| axis.instant(x));
    if at.is_some() && at != state.cursor && !state.layout.is_single() {
        messages.push(Message::Cursor(at));
    }
}

/// Says that only a part of the values is looked at, with a way back.
fn part(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let (Some((from, to)), Some(item)) = (state.choices.values, state.item()) else { return };
    let tokens = tokens(ui.theme());
    let unit = &item.identity.unit;
    let text = format!("only values from {} to {}", unit.show(from), unit.show(to));
    ui.label(RichText::new(text).color(colour(tokens.warn)));
    if ui.small_button(Command::AllValues.name()).on_hover_text(Command::AllValues.tooltip()).clicked() {
        messages.push(Message::Run(Command::AllValues));
    }
}

/// Whether files are read again whenever they change.
fn watching(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let files = state.document.as_ref().is_some_and(|d| !d.paths.is_empty());
    let (command, mut watch) = (Command::WatchFiles, state.watch);
    let tick = egui::Checkbox::new(&mut watch, command.name());
    if ui.add_enabled(files, tick).on_hover_text(command.tooltip()).changed() {
        messages.push(Message::Run(command));
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
    let tokens = tokens(ui.theme());
    ui.add_space(ui.available_height() * 0.25);
    ui.vertical_centered(|ui| {
        ui.heading(RichText::new("This cannot be shown").color(colour(tokens.bad)));
        ui.add(egui::Label::new(text).wrap());
    });
}
