//! A table of `sre-stats` on the screen: the accessible form of every picture.

use egui::{RichText, Ui};
use egui_extras::{Column as Width, TableBuilder};
use sre_stats::report::{Align, Cell, Column, Table};
use sre_stats::unit::Unit;

use crate::gui::theme::bold;

/// A cell as text.
pub fn cell_text(cell: &Cell, column: Option<&Column>) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(value) => column.and_then(|c| c.unit.as_ref()).unwrap_or(&Unit::None).show(*value),
        Cell::Estimate(estimate) => estimate.short(),
        _ => "–".to_owned(),
    }
}

/// Shows a table; only the rows in sight are laid out.
pub fn table(ui: &mut Ui, table: &Table) {
    let layout = |align: Align| match align {
        Align::Left => egui::Layout::left_to_right(egui::Align::Center),
        Align::Right => egui::Layout::right_to_left(egui::Align::Center),
    };
    egui::ScrollArea::horizontal().show(ui, |ui| {
        let mut builder = TableBuilder::new(ui).striped(true).id_salt(&table.title).auto_shrink([true, false]);
        for (i, column) in table.columns.iter().enumerate() {
            let longest = table
                .rows
                .iter()
                .take(200)
                .filter_map(|r| r.get(i))
                .map(|c| cell_text(c, Some(column)).chars().count());
            let letters = longest.max().unwrap_or(0).max(column.name.chars().count()).min(60);
            builder =
                builder.column(Width::initial(letters as f32 * 7.2 + 16.0).at_least(50.0).clip(true).resizable(true));
        }
        builder
            .header(26.0, |mut row| {
                for column in &table.columns {
                    row.col(|ui| {
                        ui.with_layout(layout(column.align), |ui| ui.label(RichText::new(&column.name).family(bold())));
                    });
                }
            })
            .body(|body| {
                body.rows(24.0, table.rows.len(), |mut row| {
                    let cells = table.rows.get(row.index());
                    for (i, column) in table.columns.iter().enumerate() {
                        let cell = cells.and_then(|r| r.get(i)).unwrap_or(&Cell::Empty);
                        row.col(|ui| {
                            ui.with_layout(layout(column.align), |ui| {
                                let response = ui.label(cell_text(cell, Some(column)));
                                if let Cell::Estimate(e) = cell {
                                    response.on_hover_text(e.provenance());
                                }
                            });
                        });
                    }
                });
            });
    });
}
