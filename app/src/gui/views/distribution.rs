//! How values are spread: a picture, in which a part of the values can be chosen, and statistics.

use egui::{RichText, Ui};
use sre_stats::report::{Block, Section, figure_table};

use crate::gui::choices::Spread;
use crate::gui::dispatch::Message;
use crate::gui::plot::{self, Options};
use crate::gui::state::State;
use crate::gui::theme::{bold, tokens};
use crate::gui::widgets::{Shown, sections};

/// Shows the distribution of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(key) = state.distribution_key() else { return };
    controls(ui, state, messages);
    let slot = &state.made.distribution;
    if let Some(text) = slot.failure_of(&key) {
        super::failed(ui, text);
        return;
    }
    let Some(made) = slot.of(&key).or_else(|| slot.latest()) else {
        super::waiting(ui, "Describing the samples…");
        return;
    };
    let tokens = tokens(ui.theme());
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let select = matches!(state.choices.spread, Spread::Histogram | Spread::Ecdf | Spread::Box);
        let height = (ui.available_height() - 150.0).max(300.0);
        let answer =
            plot::show(ui, tokens, "distribution", &made.figure, Options { height, select, ..Options::default() });
        if answer.selected.is_some() {
            messages.push(Message::Values(answer.selected));
        }
        if select {
            let hint = "Drag over the picture to look at these values only, here and in the other views.";
            ui.label(RichText::new(hint).size(12.0).weak());
        }
        ui.add_space(8.0);
        let shown = Shown { sort: state.sort.as_ref(), height, tables: false };
        if let Some((title, column)) = sections(ui, tokens, std::slice::from_ref(&made.statistics), shown) {
            messages.push(Message::Sort(title, column));
        }
    });
}

fn controls(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(RichText::new("Shown as").family(bold()));
        let now = state.choices.spread;
        let combo = egui::ComboBox::from_id_salt("spread").selected_text(now.name()).width(160.0).show_ui(ui, |ui| {
            for spread in Spread::ALL {
                if ui.selectable_label(now == spread, spread.name()).clicked() {
                    messages.push(Message::Spread(spread));
                }
            }
        });
        combo.response.labelled_by(label.id);
        if now != Spread::Qq {
            let mut log = state.choices.log;
            if ui.checkbox(&mut log, "log scale").changed() {
                messages.push(Message::Log(log));
            }
        }
        if now == Spread::Ecdf {
            let mut nines = state.choices.nines;
            if ui.checkbox(&mut nines, "scale of nines").changed() {
                messages.push(Message::Nines(nines));
            }
        }
        ends(ui, state, messages);
        super::part(ui, state, messages);
    });
}

/// The part of the values as two numbers, for those who do not drag.
fn ends(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(made) = state.made.distribution.latest() else { return };
    let whole = made.figure.x_range();
    let (from, to) = state.choices.values.unwrap_or(whole);
    let (mut a, mut b) = (from, to);
    let speed = ((to - from) / 200.0).abs().max(f64::MIN_POSITIVE);
    let unit = state.item().map(|i| i.identity.unit.symbol()).filter(|s| !s.is_empty());
    let suffix = unit.map_or_else(String::new, |u| format!(" {u}"));
    let number = |value| egui::DragValue::new(value).speed(speed).max_decimals(6).suffix(suffix.clone());
    let label = ui.label("values from");
    let first = ui.add(number(&mut a)).labelled_by(label.id);
    let label = ui.label("to");
    let second = ui.add(number(&mut b)).labelled_by(label.id);
    if (first.changed() || second.changed()) && a <= b {
        messages.push(Message::Values(Some((a, b))));
    }
}

/// Picture, its numbers, and statistics.
pub(super) fn section(state: &State) -> Option<Section> {
    let made = state.made.distribution.of(&state.distribution_key()?)?;
    let mut section = made.section();
    section.blocks.push(Block::Table(figure_table(&made.figure)));
    Some(section)
}
