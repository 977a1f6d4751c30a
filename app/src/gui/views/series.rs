//! Values over time, at any zoom.

use std::sync::Arc;

use egui::{RichText, Ui};
use sre_stats::figure::{Axis, Figure};
use sre_stats::load::{Data, Item};
use sre_stats::report::{Block, Section, figure_table};
use sre_stats::time::{Span, Timestamp};

use crate::gui::command::Command;
use crate::gui::derive::{AnomalyMarks, Track, TrackKey};
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
    // beside another view there is no room for both in one row
    let wide = ui.available_width() > 700.0;
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
        if let Some(why) = state.marks_key().and_then(|key| state.made.marks.failure_of(&key)) {
            ui.label(RichText::new("changes cannot be marked").size(12.0).color(colour(tokens.warn)))
                .on_hover_text(why);
        }
        if let Some(why) = state.anomalies_key().and_then(|key| state.made.anomalies.failure_of(&key)) {
            ui.label(RichText::new("anomalies cannot be marked").size(12.0).color(colour(tokens.warn)))
                .on_hover_text(why);
        }
        let keys = state.beside_keys();
        if let Some(why) = keys.iter().zip(&state.made.beside).find_map(|(key, slot)| slot.failure_of(key)) {
            ui.label(RichText::new("not all can be drawn beside").size(12.0).color(colour(tokens.warn)))
                .on_hover_text(why);
        }
        if wide {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| controls(ui, state, messages));
        }
    });
    if !wide {
        ui.horizontal(|ui| controls(ui, state, messages));
    }
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

/// So many series are offered in the list.
const OFFERED: usize = 200;

/// Which series of the same unit are drawn beside the one selected.
fn beside(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(document) = &state.document else { return };
    let unit = state.item().map(|i| &i.identity.unit);
    let items = document.dataset.items.iter().enumerate();
    let alike = |(i, item): &(usize, &Item)| *i != state.choices.item && Some(&item.identity.unit) == unit;
    let offered: Vec<(usize, &Item)> = items.filter(alike).take(OFFERED).collect();
    if offered.is_empty() {
        return;
    }
    let drawn = state.beside_keys().len();
    let title = if drawn == 0 { "beside…".to_owned() } else { format!("{drawn} beside") };
    // several are ticked in one go
    let config =
        egui::containers::menu::MenuConfig::new().close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    let (button, _) = egui::containers::menu::MenuButton::new(title).config(config).ui(ui, |ui| {
        egui::ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
            for (i, item) in offered {
                let mut ticked = state.choices.beside.contains(&i);
                let title: String = item.title().chars().take(80).collect();
                if ui.checkbox(&mut ticked, title).changed() {
                    messages.push(Message::Beside(i));
                }
            }
        });
    });
    button.on_hover_text("Draw other series of the same unit beside this one.");
}

/// What can be chosen of the picture, the last at the left where the row is laid from the right.
fn controls(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    super::button(ui, Command::ResetZoom, messages);
    beside(ui, state, messages);
    let mut marks = state.choices.marks;
    if ui.checkbox(&mut marks, "changes").on_hover_text(Command::ToggleChanges.tooltip()).changed() {
        messages.push(Message::Run(Command::ToggleChanges));
    }
    let mut odd = state.choices.anomalies;
    if ui.checkbox(&mut odd, "anomalies").on_hover_text(Command::ToggleAnomalies.tooltip()).changed() {
        messages.push(Message::Run(Command::ToggleAnomalies));
    }
    if state.item().is_some_and(|i| matches!(i.data, Data::Counter(_))) {
        let mut rate = state.choices.rate;
        if ui.checkbox(&mut rate, "as rate").on_hover_text(Command::ToggleRate.tooltip()).changed() {
            messages.push(Message::Run(Command::ToggleRate));
        }
    }
}

/// The picture of what is in sight; kept while nothing changes.
fn figure(state: &State, width: f32) -> Option<Arc<Figure>> {
    let key = state.track_key()?;
    // after a reload the series as it was stays in sight until it is prepared again
    let kept = state.made.track.value.as_ref();
    let (key, track) = kept.filter(|(k, _)| TrackKey { document: key.document, ..k.clone() } == key)?;
    let axis = Axis::time(track.origin());
    let range = state.range.map_or_else(|| track.extent(), |(a, b)| (axis.position(a), axis.position(b)));
    let pixels = (width - 84.0).max(50.0) as usize;
    let marks = state.marks_key().and_then(|key| state.made.marks.of(&key));
    let odd = anomalies(state);
    let keys = state.beside_keys();
    let ready = keys.iter().zip(&state.made.beside).filter_map(|(key, slot)| Some((key.clone(), slot.of(key)?)));
    let (keys, others): (Vec<TrackKey>, Vec<Arc<Track>>) = ready.map(|(key, track)| (key, Arc::clone(track))).unzip();
    cached(&state.pictures.series, (key.clone(), keys, range, pixels, (marks.is_some(), odd.is_some())), || {
        let mut figure = track.beside(&others, range, pixels);
        if let Some(marks) = marks {
            let shown = marks.marks(&figure.x);
            // shaded spans lie beneath the data
            figure.marks.splice(0..0, shown);
            figure.caption = format!("{} {}", figure.caption, marks.said());
        }
        if let Some(odd) = odd {
            figure.marks.extend(odd.marks(&figure.x, range));
            figure.caption = format!("{} {}", figure.caption, odd.said());
        }
        Some(figure)
    })
}

/// The anomalies that are marked.
fn anomalies(state: &State) -> Option<&Arc<AnomalyMarks>> {
    state.made.anomalies.of(&state.anomalies_key()?)
}

/// What is in sight, with its numbers.
pub(super) fn section(state: &State) -> Option<Section> {
    let figure = figure(state, 1000.0)?;
    let section = Section::new(figure.title.clone()).with(Block::Figure((*figure).clone()));
    let section = section.with(Block::Table(figure_table(&figure)));
    let odd = anomalies(state).map(|a| a.table()).filter(|t| !t.rows.is_empty());
    Some(odd.into_iter().fold(section, |section, table| section.with(Block::Table(table))))
}
