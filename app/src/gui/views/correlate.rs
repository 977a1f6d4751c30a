//! Which series move together, and which one leads?

use egui::{RichText, Ui};
use sre_stats::report::{Block, Section};

use crate::gui::command::Command;
use crate::gui::derive::Related;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::{bold, tokens};
use crate::gui::widgets::{self, Shown};

/// The height of the shortlist before it scrolls.
const LIST: f32 = 190.0;

/// Shows the shortlist of pairs, and the pair chosen.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(key) = state.related_key() else { return };
    ui.horizontal_wrapped(|ui| {
        let mut only = state.choices.only;
        let tip = Command::OnlySelected.tooltip();
        if ui.checkbox(&mut only, Command::OnlySelected.name()).on_hover_text(tip).changed() {
            messages.push(Message::Run(Command::OnlySelected));
        }
    });
    let slot = &state.made.related;
    if let Some(why) = slot.failure_of(&key) {
        super::failed(ui, why);
        return;
    }
    // the shortlist of before stays in sight until the new one is there, unless it is of another file
    let kept = slot.value.as_ref().filter(|(k, _)| k.document == key.document).map(|(_, related)| related);
    let Some(related) = kept else {
        super::waiting(ui, "Looking for series that move together…");
        return;
    };
    let chosen = related.shown(state.choices.pair);
    let area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    area.show(ui, |ui| {
        let mut said = Section::new("Correlation of series");
        said.blocks.clone_from(&related.words);
        let shown = Shown { sort: None, height: 260.0, tables: false };
        widgets::sections(ui, tokens(ui.theme()), &[said], shown);
        ui.add_space(8.0);
        list(ui, related, chosen, messages);
        let mut pictures = Section::new("The pair chosen");
        let figures = chosen.and_then(|i| related.figures.get(i)).into_iter().flatten();
        pictures.blocks.extend(figures.cloned().map(Block::Figure));
        if !pictures.blocks.is_empty() {
            ui.add_space(8.0);
            ui.push_id("pair", |ui| widgets::sections(ui, tokens(ui.theme()), &[pictures], shown));
        }
    });
}

/// One line a pair; a click chooses it.
fn list(ui: &mut Ui, related: &Related, chosen: Option<usize>, messages: &mut Vec<Message>) {
    let table = &related.table;
    egui::ScrollArea::both().id_salt("pairs").max_height(LIST).auto_shrink([false, true]).show(ui, |ui| {
        egui::Grid::new("pairs").num_columns(table.columns.len()).spacing([18.0, 4.0]).striped(true).show(ui, |ui| {
            ui.label(RichText::new("pair").family(bold()));
            for column in table.columns.iter().skip(2) {
                ui.label(RichText::new(&column.name).family(bold()));
            }
            ui.end_row();
            for (i, row) in table.rows.iter().enumerate() {
                let text: Vec<String> =
                    row.iter().zip(&table.columns).map(|(cell, c)| widgets::cell_text(cell, Some(c))).collect();
                let (Some(a), Some(b)) = (text.first(), text.get(1)) else { continue };
                let whole = format!("{a} and {b}");
                let short = |name: &str| -> String {
                    let letters = name.chars().count();
                    if letters > 44 { name.chars().take(43).chain(['…']).collect() } else { name.to_owned() }
                };
                let line = ui.selectable_label(chosen == Some(i), format!("{} and {}", short(a), short(b)));
                let line = line.on_hover_text(&whole);
                if line.clicked()
                    && let Some(pair) = related.pairs.get(i)
                {
                    messages.push(Message::Pair(*pair));
                }
                for cell in text.iter().skip(2) {
                    ui.label(cell);
                }
                ui.end_row();
            }
        });
    });
}

/// Words, shortlist, and the pictures of the pair chosen.
pub(super) fn section(state: &State) -> Option<Section> {
    let related = state.made.related.of(&state.related_key()?)?;
    Some(related.section(related.shown(state.choices.pair)))
}
