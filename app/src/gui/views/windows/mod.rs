//! The flagship: what slices of a width and a phase charge for the bad time that there really was.

mod controls;
mod numbers;

use std::sync::Arc;

use egui::Ui;
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Direction, Figure, Mark, Role, Shape};
use sre_stats::report::{Block, Section, tell};
use sre_stats::time::Span;
use sre_stats::window::WidthRow;

use self::controls::controls;
use self::numbers::{headline, numbers};
use crate::gui::derive::{Topic, WindowAnalysis};
use crate::gui::dispatch::{Message, phase_step};
use crate::gui::plot::{self, Options};
use crate::gui::state::{State, cached};
use crate::gui::theme::tokens;
use crate::gui::widgets::{Dial, Shown, dial, sections};

/// Shows the analysis of the series selected under the objective.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let tokens = tokens(ui.theme());
    let key = state.window_key();
    if let Some(text) = key.as_ref().and_then(|k| state.made.windows.failure_of(k)) {
        controls(ui, state, messages);
        super::failed(ui, text);
        return;
    }
    let Some((analysis, index, row)) = state.width_row() else {
        super::waiting(
            ui,
            if key.is_some() {
                "Charging slices of every width at every phase…"
            } else {
                "Mend the objective above."
            },
        );
        return;
    };
    controls(ui, state, messages);
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let phase = state.phase_in(row);
        headline(ui, tokens, analysis, row, phase);
        ui.horizontal_top(|ui| {
            let resolution = analysis.slo.bad_time.resolution();
            let shown = Dial {
                profile: &row.profile,
                allowed: analysis.allowed(),
                phase,
                resolution,
                step: phase_step(row.width, resolution),
            };
            ui.vertical(|ui| {
                ui.set_width(196.0);
                let (_, asked) = dial(ui, tokens, &shown, 190.0);
                if let Some(phase) = asked {
                    messages.push(Message::Phase(phase));
                }
            });
            ui.vertical(|ui| numbers(ui, tokens, analysis, row, phase, messages));
        });
        let height = ui.available_height().max(320.0);
        // side by side where there is room for both
        if ui.available_width() > 640.0 {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.x = 28.0;
                ui.columns(2, |sides| {
                    for side in sides.iter_mut() {
                        side.spacing_mut().item_spacing.x = 8.0;
                    }
                    let [left, right] = sides else { return };
                    charged(left, tokens, analysis, row, height, messages);
                    phases(right, tokens, state, analysis, index, phase, height, messages);
                });
            });
        } else {
            charged(ui, tokens, analysis, row, 320.0, messages);
            phases(ui, tokens, state, analysis, index, phase, 320.0, messages);
        }
        losses(ui, tokens, state, messages);
    });
}

/// Why the advisor says so, and what aggregation loses beside charged time.
fn losses(ui: &mut Ui, tokens: &'static Tokens, state: &State, messages: &mut Vec<Message>) {
    ui.add_space(12.0);
    ui.separator();
    let shown = Shown { sort: state.sort.as_ref(), height: 320.0, tables: false };
    let mut clicked = None;
    let title = state.item().map(sre_stats::load::Item::title).unwrap_or_default();
    if let Some(Ok(advice)) = state.made.windows.latest().map(|w| &w.advice) {
        clicked =
            ui.push_id("advice", |ui| sections(ui, tokens, &[tell::advice::section(&title, advice)], shown)).inner;
    }
    let Some(key) = state.losses_key() else { return };
    let slot = state.made.told(Topic::Losses);
    if let Some(told) = slot.of(&key) {
        clicked = ui.push_id("losses", |ui| sections(ui, tokens, &told.sections, shown)).inner.or(clicked);
    } else if let Some(why) = slot.failure_of(&key) {
        ui.label(egui::RichText::new(why).weak());
    } else {
        ui.label(egui::RichText::new("Looking for lost peaks and percentiles…").weak());
    }
    if let Some((title, column)) = clicked {
        messages.push(Message::Sort(title, column));
    }
}

/// The plot by width, with the advisor's band.
fn charged(
    ui: &mut Ui,
    tokens: &'static Tokens,
    analysis: &Arc<WindowAnalysis>,
    row: &WidthRow,
    height: f32,
    messages: &mut Vec<Message>,
) {
    let mut figure: Figure = analysis.charged.clone();
    if let Ok(advice) = &analysis.advice
        && let (Some(widest), low) = (advice.widest, advice.narrowest)
    {
        let (from, to) = figure.x_range();
        let (a, b) = (low.unwrap_or(from).max(from), widest.min(to));
        if a < b {
            let shape = Shape::Region { from: a, to: b, direction: Direction::Vertical };
            figure.marks.insert(0, Mark::new("advised widths", Role::Good, shape));
        }
    }
    let options = Options { height, marker: Some(row.width.as_secs_f64()), ..Options::default() };
    let answer = plot::show(ui, tokens, "charged", &figure, options);
    if let Some(at) = answer.clicked.filter(|s| *s > 0.0) {
        let distance = |r: &&WidthRow| (r.width.as_secs_f64() / at).ln().abs();
        let nearest = analysis.accounting.rows.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(row) = nearest {
            messages.push(Message::Width(row.width));
        }
    }
}

/// The plot by phase.
#[allow(clippy::too_many_arguments)]
fn phases(
    ui: &mut Ui,
    tokens: &'static Tokens,
    state: &State,
    analysis: &Arc<WindowAnalysis>,
    index: usize,
    phase: Span,
    height: f32,
    messages: &mut Vec<Message>,
) {
    let key = (Arc::as_ptr(analysis).addr(), index);
    let Some(figure) = cached(&state.pictures.phase, key, || analysis.phase_figure(index).ok()) else { return };
    let options = Options { height, marker: Some(phase.as_secs_f64()), ..Options::default() };
    let answer = plot::show(ui, tokens, "phases", &figure, options);
    if let Some(at) = answer.clicked {
        let resolution = analysis.slo.bad_time.resolution().0.max(1);
        let ticks = (at * 1e9 / resolution as f64).floor().max(0.0) as i64;
        messages.push(Message::Phase(Span(ticks * resolution)));
    }
}

/// Analysis, advice and losses, as the command line tells them.
pub(super) fn section(state: &State) -> Option<Section> {
    let analysis = state.made.windows.latest()?;
    let title = state.item()?.title();
    let mut section = Section::new(format!("Bucket widths for {title}, {}", analysis.rule));
    for part in analysis.sections(&title) {
        section.blocks.extend(part.blocks);
    }
    if let Some((_, _, row)) = state.width_row()
        && let Ok(figure) = tell::windows::phases(row, Some(&analysis.budget))
    {
        section.blocks.push(Block::Figure(figure));
    }
    if let Some(losses) = state.losses_key().and_then(|k| state.made.told(Topic::Losses).of(&k)) {
        section.blocks.extend(losses.sections.iter().flat_map(|s| s.blocks.iter().cloned()));
    }
    Some(section)
}
