//! Views that are answers in sections: objective, trend, comparison.

use egui::Ui;
use sre_stats::report::Section;

use crate::gui::derive::ToldKey;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::tokens;
use crate::gui::view::View;
use crate::gui::widgets::{Shown, sections};

/// What a view asks.
fn key(state: &State, view: View) -> Option<ToldKey> {
    match view {
        View::Slo => state.slo_key(),
        View::Trend => state.trend_key(),
        View::Compare => state.compare_key(),
        _ => None,
    }
}

/// Shows the answer; while a new one is made, the one before stays in sight.
pub(super) fn answer(
    ui: &mut Ui,
    state: &State,
    view: View,
    waiting: &str,
    without: &str,
    messages: &mut Vec<Message>,
) {
    let Some(key) = key(state, view) else {
        super::empty(ui, "Nothing to show", without);
        return;
    };
    let slot = state.made.told(key.ask.topic());
    if let Some(why) = slot.failure_of(&key) {
        super::failed(ui, why);
        return;
    }
    let Some(told) = slot.of(&key).or_else(|| slot.latest()) else {
        super::waiting(ui, waiting);
        return;
    };
    let shown = Shown { sort: state.sort.as_ref(), height: 330.0, tables: false };
    let area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    let clicked = area.show(ui, |ui| sections(ui, tokens(ui.theme()), &told.sections, shown)).inner;
    if let Some((title, column)) = clicked {
        messages.push(Message::Sort(title, column));
    }
}

/// The answer as one section.
pub(super) fn section(state: &State, view: View) -> Option<Section> {
    let key = key(state, view)?;
    let told = state.made.told(key.ask.topic()).of(&key)?;
    let mut all = told.sections.iter();
    let mut section = all.next()?.clone();
    section.blocks.extend(all.flat_map(|s| s.blocks.iter().cloned()));
    Some(section)
}
