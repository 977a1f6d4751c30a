//! Views that are answers in sections: objective, trend, comparison.

use egui::{RichText, Ui};
use sre_stats::report::{Block, Section};

use crate::gui::derive::ToldKey;
use crate::gui::dispatch::Message;
use crate::gui::state::State;
use crate::gui::theme::tokens;
use crate::gui::view::View;
use crate::gui::widgets::{Shown, sections};

/// What a view asks, in the order in which it is answered.
fn keys(state: &State, view: View) -> Vec<ToldKey> {
    let all = match view {
        View::Slo => vec![state.slo_key()],
        View::Trend => vec![state.trend_key(), state.forecast_key(), state.parts_key()],
        View::Compare => vec![state.compare_key()],
        _ => Vec::new(),
    };
    all.into_iter().flatten().collect()
}

/// Shows the answers; while a new one is made, the one before stays in sight.
pub(super) fn answer(ui: &mut Ui, state: &State, view: View, without: &str, messages: &mut Vec<Message>) {
    let keys = keys(state, view);
    if let [only] = keys.as_slice() {
        let slot = state.made.told(only.ask.topic());
        if let Some(why) = slot.failure_of(only) {
            super::failed(ui, why);
            return;
        }
        if slot.latest().is_none() {
            super::waiting(ui, &format!("{}…", only.ask.job()));
            return;
        }
    }
    if keys.is_empty() {
        super::empty(ui, "Nothing to show", without);
        return;
    }
    let shown = Shown { sort: state.sort.as_ref(), height: 330.0, tables: false };
    let area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    area.show(ui, |ui| {
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                ui.add_space(14.0);
                ui.separator();
            }
            let slot = state.made.told(key.ask.topic());
            let answer = match (slot.failure_of(key), slot.of(key).or_else(|| slot.latest())) {
                (Some(why), _) => &vec![failure(key, why)],
                (None, Some(told)) => &told.sections,
                (None, None) => {
                    ui.label(RichText::new(format!("{}…", key.ask.job())).weak());
                    continue;
                }
            };
            let clicked = ui.push_id(key.ask.job(), |ui| sections(ui, tokens(ui.theme()), answer, shown)).inner;
            if let Some((title, column)) = clicked {
                messages.push(Message::Sort(title, column));
            }
        }
    });
}

/// What stands in the place of an answer that there is not.
fn failure(key: &ToldKey, why: &str) -> Section {
    Section::new(key.ask.job()).with(Block::Warnings(vec![why.to_owned()]))
}

/// The answers as one section; `None` while one of them is still made.
pub(super) fn section(state: &State, view: View) -> Option<Section> {
    let mut whole: Option<Section> = None;
    for key in keys(state, view) {
        let slot = state.made.told(key.ask.topic());
        let answer = match slot.failure_of(&key) {
            Some(why) => vec![failure(&key, why)],
            None => slot.of(&key)?.sections.clone(),
        };
        for section in answer {
            match &mut whole {
                Some(whole) => whole.blocks.extend(section.blocks),
                None => whole = Some(section),
            }
        }
    }
    whole
}
