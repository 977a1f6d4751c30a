//! The flagship: what slices of a width and a phase charge for the bad time that there really was.

mod controls;
mod numbers;

use std::sync::Arc;

use egui::{RichText, Ui};
use sre_stats::figure::theme::{Rgb, Tokens};
use sre_stats::figure::{Direction, Figure, Mark, Role, Shape};
use sre_stats::report::{Cell, Column, Table};
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats::window::{Verdict, WidthRow};

use self::controls::{controls, objective};
use self::numbers::{headline, numbers};
use crate::gui::derive::WindowAnalysis;
use crate::gui::dispatch::{Message, phase_step};
use crate::gui::plot::{self, Options, seconds};
use crate::gui::state::{State, cached};
use crate::gui::theme::{bold, colour, tokens};
use crate::gui::widgets::{Dial, dial};

/// A span without blanks, as people type it: `1h30m`.
pub fn compact(span: Span) -> String {
    span.to_string().replace(' ', "")
}

/// Shows the analysis of the series selected under the objective.
pub(super) fn show(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let tokens = tokens(ui.theme());
    objective(ui, tokens, state, messages);
    let key = state.window_key();
    if let Some(text) = key.as_ref().and_then(|k| state.windows.failure_of(k)) {
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
        let height = ui.available_height().max(300.0);
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
}

fn verdict_token(tokens: &Tokens, verdict: Option<Verdict>) -> Rgb {
    match verdict {
        Some(Verdict::Met) => tokens.good,
        Some(Verdict::Violated) => tokens.bad,
        Some(Verdict::DependsOnPhase) => tokens.warn,
        _ => tokens.neutral,
    }
}

/// A verdict as a coloured word.
fn chip(ui: &mut Ui, tokens: &Tokens, verdict: Option<Verdict>) {
    let token = verdict_token(tokens, verdict);
    let word = verdict.map_or_else(|| "no verdict".to_owned(), |v| v.to_string().replace('-', " "));
    egui::Frame::new().fill(colour(token)).corner_radius(5.0).inner_margin(egui::Margin::symmetric(9, 3)).show(
        ui,
        |ui| {
            ui.label(RichText::new(word).family(bold()).color(colour(tokens.background)));
        },
    );
}

/// The plot by width, with the advisor's band.
fn charged(
    ui: &mut Ui,
    tokens: &Tokens,
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
    let options = Options { height, pan: false, marker: Some(row.width.as_secs_f64()) };
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
    tokens: &Tokens,
    state: &State,
    analysis: &Arc<WindowAnalysis>,
    index: usize,
    phase: Span,
    height: f32,
    messages: &mut Vec<Message>,
) {
    let key = (Arc::as_ptr(analysis).addr(), index);
    let Some(figure) = cached(&state.pictures.phase, key, || analysis.phase_figure(index).ok()) else { return };
    let options = Options { height, pan: false, marker: Some(phase.as_secs_f64()) };
    let answer = plot::show(ui, tokens, "phases", &figure, options);
    if let Some(at) = answer.clicked {
        let resolution = analysis.slo.bad_time.resolution().0.max(1);
        let ticks = (at * 1e9 / resolution as f64).floor().max(0.0) as i64;
        messages.push(Message::Phase(Span(ticks * resolution)));
    }
}

/// A row for every width.
pub(super) fn table(state: &State) -> Option<Table> {
    let analysis = state.windows.latest()?;
    let columns = vec![
        Column::text("width"),
        Column::number("phases", Unit::Count),
        seconds("true bad"),
        seconds("aligned"),
        seconds("least"),
        seconds("mean"),
        seconds("most"),
        seconds("closed form mean"),
        Column::number("met at", Unit::Ratio),
        Column::text("verdict"),
    ];
    let mut table = Table::new(format!("Slices under “{}”, {}", analysis.slo.objective, analysis.rule), columns);
    for row in &analysis.accounting.rows {
        let c = &row.charged;
        table.rows.push(vec![
            compact(row.width).into(),
            Cell::Number(row.phases as f64),
            row.true_bad.clone().into(),
            c.aligned.clone().into(),
            c.min.clone().into(),
            c.mean.clone().into(),
            c.max.clone().into(),
            row.closed_form.map_or(Cell::Empty, |f| Cell::Number(f.mean)),
            row.met_share.map_or(Cell::Empty, Cell::Number),
            row.verdict.map_or(Cell::Empty, |v| v.to_string().into()),
        ]);
    }
    for skipped in &analysis.accounting.skipped {
        let mut cells = vec![compact(skipped.width).into()];
        cells.resize(9, Cell::Empty);
        cells.push(skipped.why.clone().into());
        table.rows.push(cells);
    }
    Some(table)
}
