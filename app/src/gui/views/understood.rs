//! What was understood: files, guesses, warnings, and every series with its kind.

use egui::{RichText, Ui};
use sre_stats::report::{Block, Cell, Column, Section, Table};
use sre_stats::unit::Unit;

use crate::gui::command::Command;
use crate::gui::dispatch::Message;
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
        egui::Grid::new("guesses").num_columns(3).striped(true).spacing([24.0, 8.0]).show(ui, |ui| {
            for guess in &report.understood {
                ui.label(RichText::new(&guess.what).color(colour(tokens.muted)));
                ui.label(RichText::new(&guess.choice).family(bold()));
                ui.label(&guess.why);
                ui.end_row();
            }
        });
        ui.add_space(12.0);
        ui.horizontal(|ui| {
            ui.label(RichText::new(format!("Series ({})", document.dataset.items.len())).family(bold()));
            super::button(ui, Command::ToggleTable, messages);
        });
    });
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
