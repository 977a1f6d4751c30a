//! Values over time, at any zoom.

use std::sync::Arc;

use egui::{RichText, Ui};
use sre_stats::figure::{Axis, Figure};
use sre_stats::load::Data;
use sre_stats::report::{Block, Section, figure_table};
use sre_stats::time::{Span, Timestamp};

use crate::gui::command::Command;
use crate::gui::dispatch::Message;
use crate::gui::plot::{self, Options};
use crate::gui::state::{State, cached};
use crate::gui::theme::{colour, tokens};

/// Shows the series selected.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(key) = state.track_key() else { return };
    let tokens = tokens(ui.theme());
    if let Some(text) = state.made.track.failure_of(&key) {
        super::failed(ui, text);
        return;
    }
    ui.horizontal(|ui| {
        let from_to = state.range.or_else(|| state.extent()).map(|(a, b)| {
            let width = b.since(a);
            // no finer than a thousandth of what is shown
            let grain = [Span::SECOND.0, 1_000_000, 1000, 1].into_iter().find(|g| width.0 / 1000 >= *g).unwrap_or(1);
            let rounded = |ns: i64| ns.div_euclid(grain) * grain;
            let (from, to) = (Timestamp(rounded(a.0)), Timestamp(rounded(b.0)));
            format!("{from}  to  {to}   ·   {}", Span(rounded(width.0)))
        });
        ui.label(RichText::new(from_to.unwrap_or_default()).size(12.0).color(colour(tokens.muted)));
        super::part(ui, state, messages);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            super::button(ui, Command::ResetZoom, messages);
            if state.item().is_some_and(|i| matches!(i.data, Data::Counter(_))) {
                let mut rate = state.choices.rate;
                if ui.checkbox(&mut rate, "as rate").on_hover_text(Command::ToggleRate.tooltip()).changed() {
                    messages.push(Message::Run(Command::ToggleRate));
                }
            }
        });
    });
    let width = ui.available_width();
    let Some(figure) = figure(state, width) else {
        super::waiting(ui, "Preparing the series…");
        return;
    };
    let cursor = super::cursor(state, &figure.x);
    let options = Options { height: ui.available_height(), pan: true, cursor, ..Options::default() };
    let answer = plot::show(ui, tokens, "series", &figure, options);
    super::link(state, &figure.x, &answer, messages);
}

/// The picture of what is in sight; kept while nothing changes.
fn figure(state: &State, width: f32) -> Option<Arc<Figure>> {
    let key = state.track_key()?;
    let track = state.made.track.of(&key)?;
    let axis = Axis::time(track.origin());
    let range = state.range.map_or_else(|| track.extent(), |(a, b)| (axis.position(a), axis.position(b)));
    let pixels = (width - 84.0).max(50.0) as usize;
    cached(&state.pictures.series, (key, range, pixels), || Some(track.figure(range, pixels)))
}

/// What is in sight, with its numbers.
pub(super) fn section(state: &State) -> Option<Section> {
    let figure = figure(state, 1000.0)?;
    let section = Section::new(figure.title.clone()).with(Block::Figure((*figure).clone()));
    Some(section.with(Block::Table(figure_table(&figure))))
}
