//! What was understood: files, guesses, warnings, and every series with its kind.

use egui::{RichText, Ui};
use sre_stats::report::{Block, Cell, Column, Section, Table};
use sre_stats::unit::Unit;

use crate::gui::command::Command;
use crate::gui::derive::Document;
use crate::gui::dispatch::Message;
use crate::gui::reading::Part;
use crate::gui::state::State;
use crate::gui::theme::{bold, colour, tokens};

/// Shows the story of the load.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(document) = &state.document else { return };
    let report = &document.dataset.report;
    let tokens = tokens(ui.theme());
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.heading("What was understood");
        ui.label(
            RichText::new("Every guess made while reading, and why. Anything left out is listed as a warning.").weak(),
        );
        ui.add_space(8.0);
        for file in &report.files {
            let rows = Unit::Count.show(file.rows as f64);
            ui.label(RichText::new(&file.name).family(bold()));
            let size = Unit::Byte.show(file.bytes as f64);
            ui.label(RichText::new(format!("{}, {size}, {rows} rows", file.format)).weak());
        }
        ui.add_space(8.0);
        if !report.warnings.is_empty() {
            ui.label(
                RichText::new(format!("Warnings ({})", report.warnings.len()))
                    .family(bold())
                    .color(colour(tokens.warn)),
            );
            for warning in &report.warnings {
                egui::Frame::new()
                    .fill(colour(tokens.warn).gamma_multiply(0.12))
                    .corner_radius(5.0)
                    .inner_margin(8.0)
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        ui.add(egui::Label::new(warning.to_string()).wrap());
                        if let Some(sample) = &warning.sample {
                            ui.label(RichText::new(format!("first seen: {sample}")).monospace().weak());
                        }
                    });
            }
            ui.add_space(8.0);
        }
        if report.understood.is_empty() {
            ui.label(RichText::new("Nothing had to be guessed.").weak());
        }
        guesses(ui, state, document, messages);
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("Series ({})", document.dataset.items.len())).family(bold()));
            super::button(ui, Command::ToggleTable, messages);
        });
    });
}

/// Every guess with a field to correct it, and what else can be said of the data.
fn guesses(ui: &mut Ui, state: &State, document: &Document, messages: &mut Vec<Message>) {
    let tokens = tokens(ui.theme());
    // what was said of data that could not be read is not about these
    let before = if state.asked.is_same(&document.origin) { &state.asked } else { &document.origin };
    let mut origin = before.clone();
    let readable = origin.is_readable();
    let mut asked: Vec<Part> = Vec::new();
    egui::Grid::new("guesses").num_columns(4).striped(true).spacing([24.0, 8.0]).show(ui, |ui| {
        for guess in &document.dataset.report.understood {
            ui.label(RichText::new(&guess.what).color(colour(tokens.muted)));
            ui.label(RichText::new(&guess.choice).family(bold()));
            // several guesses of one kind have one correction
            let part = Part::ALL.into_iter().find(|p| p.told_as() == guess.what);
            if let Some(part) = part.filter(|p| readable && !asked.contains(p)) {
                ui.vertical(|ui| super::reading::field(ui, &mut origin.reading, part, "say it otherwise"));
                asked.push(part);
            } else {
                ui.label("");
            }
            // the longest column last, where nothing is pushed out of sight by it
            ui.label(&guess.why);
            ui.end_row();
        }
    });
    if !readable {
        return;
    }
    ui.add_space(8.0);
    egui::CollapsingHeader::new("What else can be said of the data").show(ui, |ui| {
        egui::Grid::new("more").num_columns(3).spacing([24.0, 8.0]).show(ui, |ui| {
            for part in Part::ALL.into_iter().filter(|p| !asked.contains(p)) {
                ui.label(RichText::new(part.label()).color(colour(tokens.muted)));
                ui.vertical(|ui| super::reading::field(ui, &mut origin.reading, part, ""));
                ui.label(RichText::new(part.about()).weak());
                ui.end_row();
            }
        });
    });
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        super::reading::act(ui, state, &origin, Some(&document.origin.reading), messages);
        super::watching(ui, state, messages);
    });
    if origin != *before {
        messages.push(Message::Asked(origin));
    }
}

/// The series as a section.
pub(super) fn section(state: &State) -> Option<Section> {
    table(state).map(|t| Section::new(t.title.clone()).with(Block::Table(t)))
}

/// Every series with what is known of it.
fn table(state: &State) -> Option<Table> {
    let document = state.document.as_ref()?;
    let columns = vec![
        Column::text("series"),
        Column::text("kind"),
        Column::text("unit"),
        Column::number("samples", Unit::Count),
        Column::text("step"),
        Column::text("first (UTC)"),
        Column::text("last (UTC)"),
        Column::number("left out", Unit::Count),
    ];
    let mut table = Table::new("Series of the data set", columns);
    for (item, step) in document.dataset.items.iter().zip(&document.steps) {
        table.rows.push(vec![
            item.title().into(),
            item.kind.to_string().into(),
            item.identity.unit.name().into(),
            Cell::Number(item.count() as f64),
            step.map_or(Cell::Empty, |s| s.to_string().into()),
            item.first().to_string().into(),
            item.last().to_string().into(),
            Cell::Number(item.dropped().total() as f64),
        ]);
    }
    Some(table)
}
