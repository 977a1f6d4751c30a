//! How the spread of values changes over time.

use egui::{RichText, Ui};
use sre_stats::figure::Figure;
use sre_stats::report::{Block, Section, figure_table};

use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::plot::{self, Options};
use crate::gui::state::State;
use crate::gui::theme::{colour, tokens};

/// Shows the heat map of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(key) = state.heat_key() else { return };
    let tokens = tokens(ui.theme());
    if let Some(text) = state.made.heat.failure_of(&key) {
        super::failed(ui, text);
        return;
    }
    // a map of the same series stays in sight until the one of the new time is there
    let kept = state
        .made
        .heat
        .value
        .as_ref()
        .filter(|(k, _)| (k.document, k.item, k.values) == (key.document, key.item, key.values));
    let Some((of, heat)) = kept else {
        super::waiting(ui, "Filling histograms…");
        return;
    };
    ui.horizontal(|ui| {
        let text = format!("a column is {}", heat.width);
        ui.label(RichText::new(text).size(12.0).color(colour(tokens.muted)));
        super::part(ui, state, messages);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            super::button(ui, Command::ResetZoom, messages);
        });
    });
    let moved = (of.range != key.range).then(|| shown(state, &heat.figure)).flatten();
    let figure = moved.as_ref().unwrap_or(&heat.figure);
    let options = Options {
        height: ui.available_height(),
        pan: true,
        cursor: super::cursor(state, &figure.x),
        ..Options::default()
    };
    let answer = plot::show(ui, tokens, "heat", figure, options);
    super::link(state, &figure.x, &answer, messages);
}

/// The same map over the time in sight.
fn shown(state: &State, figure: &Figure) -> Option<Figure> {
    let (from, to) = state.range.or_else(|| state.extent())?;
    let mut moved = figure.clone();
    moved.x.range = Some((figure.x.position(from), figure.x.position(to)));
    Some(moved)
}

/// Map and cells.
pub(super) fn section(state: &State) -> Option<Section> {
    let heat = state.made.heat.of(&state.heat_key()?)?;
    let section = Section::new(heat.figure.title.clone());
    Some(section.with(Block::Figure(heat.figure.clone())).with(Block::Table(figure_table(&heat.figure))))
}
