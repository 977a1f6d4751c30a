//! The flagship: what slices of a width and a phase charge for the bad time that there really was.

use std::sync::Arc;

use egui::{FontId, RichText, TextEdit, Ui, vec2};
use sre_stats::figure::theme::{Rgb, Tokens};
use sre_stats::figure::{Direction, Figure, Mark, Role, Shape};
use sre_stats::report::{Cell, Column, Table};
use sre_stats::slo::Objective;
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats::window::{NoData, Rule, Verdict, WidthRow};

use crate::gui::command::Command;
use crate::gui::derive::{WindowAnalysis, rules};
use crate::gui::dispatch::{Message, phase_step};
use crate::gui::plot::{self, Options, seconds};
use crate::gui::state::{State, cached};
use crate::gui::theme::{bold, colour, mix, tokens};
use crate::gui::widgets::{BudgetLine, Dial, budget_bar, dial};

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
            sides.iter_mut().for_each(|side| side.spacing_mut().item_spacing.x = 8.0);
            let [left, right] = sides else { return };
            charged(left, tokens, analysis, row, height, messages);
            phases(right, tokens, state, analysis, index, phase, height, messages);
        });
    });
}

/// The objective's text, with what is wrong under the word.
fn objective(ui: &mut Ui, tokens: &Tokens, state: &State, messages: &mut Vec<Message>) {
    let before = state.objective_text();
    let mut text = before.clone();
    let error = text.parse::<Objective>().err();
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new("Objective").family(bold()));
        let edit = TextEdit::singleline(&mut text)
            .id(egui::Id::unique("objective"))
            .font(FontId::monospace(15.0))
            .char_limit(300)
            .desired_width(ui.available_width() - 90.0)
            .hint_text("99.9% of requests < 300ms over 30d");
        let output = edit.show(ui);
        let response = output.response.response.labelled_by(label.id);
        if state.focus_objective {
            response.request_focus();
            messages.push(Message::ObjectiveFocused);
        }
        if let Some(error) = &error {
            let at = error
                .position()
                .and_then(|p| p.column.as_deref()?.parse::<usize>().ok())
                .unwrap_or(1)
                .saturating_sub(1);
            let cursor = output.galley.pos_from_cursor(egui::text::CCursor::new(at));
            let x = output.galley_pos.x + cursor.min.x;
            let y = response.rect.bottom() - 2.0;
            let bad = colour(tokens.bad);
            // a small arrow from the sentence to the character at which the text stops making sense
            let tip = [egui::pos2(x + 4.0, y - 3.0), egui::pos2(x + 8.5, y + 4.0), egui::pos2(x - 0.5, y + 4.0)];
            ui.painter().add(egui::Shape::convex_polygon(tip.to_vec(), bad, egui::Stroke::NONE));
            let hint = error.way_out().map(|h| format!("; {h}")).unwrap_or_default();
            let galley =
                ui.painter().layout(format!("{}{hint}", error.message()), FontId::proportional(12.5), bad, 620.0);
            let left = (x - 2.0).min(ui.max_rect().right() - galley.size().x).max(ui.max_rect().left());
            ui.painter().galley(egui::pos2(left, response.rect.bottom() + 3.0), galley, bad);
        } else if let Some(analysis) = state.windows.latest() {
            chip(ui, tokens, Some(analysis.slo.verdict));
        }
    });
    if let Some(error) = &error {
        // room for what was painted, and the same words for a screen reader
        let (_, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, format!("Objective: {error}")));
    }
    if text != before {
        messages.push(Message::Objective(text));
    }
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

fn controls(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.horizontal_wrapped(|ui| {
        if let Some((analysis, index, row)) = state.width_row() {
            let widths: Vec<Span> = analysis.accounting.rows.iter().map(|r| r.width).collect();
            let mut at = index as f64;
            let last = widths.len().saturating_sub(1) as f64;
            let label = ui.label(RichText::new("Width").family(bold()));
            let slider = egui::Slider::new(&mut at, 0.0..=last).step_by(1.0).show_value(false);
            let response = ui.add(slider).labelled_by(label.id);
            if response.changed()
                && let Some(width) = widths.get(at.round() as usize)
            {
                messages.push(Message::Width(*width));
            }
            let text = RichText::new(compact(row.width)).family(bold()).size(17.0);
            ui.add_sized(vec2(64.0, 24.0), egui::Label::new(text));
        }
        let now = state.choices.rule.or_else(|| state.windows.latest().map(|w| w.rule));
        let said = now.map_or_else(|| "any-bad".to_owned(), |r| r.to_string());
        let label = ui.label("a slice is bad by");
        let combo = egui::ComboBox::from_id_salt("rule").selected_text(said).width(96.0).show_ui(ui, |ui| {
            if ui.selectable_label(state.choices.rule.is_none(), "the objective's own").clicked() {
                messages.push(Message::Rule(None));
            }
            for rule in rules() {
                if ui.selectable_label(state.choices.rule == Some(rule), rule_text(&rule)).clicked() {
                    messages.push(Message::Rule(Some(rule)));
                }
            }
        });
        combo.response.labelled_by(label.id);
        let label = ui.label("no data counts as");
        let combo = egui::ComboBox::from_id_salt("no data")
            .selected_text(state.choices.no_data.to_string())
            .width(84.0)
            .show_ui(ui, |ui| {
                for policy in [NoData::Excluded, NoData::Bad, NoData::Good, NoData::Hold] {
                    if ui.selectable_label(state.choices.no_data == policy, policy.to_string()).clicked() {
                        messages.push(Message::NoData(policy));
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
}

fn rule_text(rule: &Rule) -> String {
    let what = match rule {
        Rule::AnyBad => "one bad instant",
        Rule::Share(_) => "a share of bad time",
        Rule::Majority => "half of it bad",
        Rule::AllBad => "all of it bad",
        Rule::Percentile(_) => "its percentile",
        Rule::Mean => "its mean",
        _ => "",
    };
    format!("{rule}  –  {what}")
}

/// The one sentence to take away.
fn headline(ui: &mut Ui, tokens: &Tokens, analysis: &WindowAnalysis, row: &WidthRow, phase: Span) {
    let truth = analysis.accounting.truth;
    let here = if row.profile.charged(phase) <= analysis.allowed() { Verdict::Met } else { Verdict::Violated };
    let share = row.met_share.map(|s| Unit::Ratio.show(s));
    let width = compact(row.width);
    let said = match row.verdict {
        Some(Verdict::DependsOnPhase) => {
            format!("Where the {width} slices begin decides: met at {} of the phases.", share.unwrap_or_default())
        }
        Some(v) if Some(v) == truth => format!("{width} slices tell the truth: {v}, wherever they begin."),
        Some(v) => format!("{width} slices are wrong wherever they begin: they say {v}."),
        None => String::new(),
    };
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        ui.label("In truth");
        chip(ui, tokens, truth);
        ui.label(format!("with {width} slices at this phase"));
        chip(ui, tokens, Some(here));
        ui.label(RichText::new(said).family(bold()).color(colour(verdict_token(tokens, row.verdict))));
    });
    ui.add_space(4.0);
}

fn numbers(
    ui: &mut Ui,
    tokens: &Tokens,
    analysis: &WindowAnalysis,
    row: &WidthRow,
    phase: Span,
    messages: &mut Vec<Message>,
) {
    let span = |s: f64| Span::from_secs_f64(s).map_or_else(|_| Unit::Second.show(s), |s| s.to_string());
    let rounded = |s: f64| span((s * 10.0).round() / 10.0);
    let charged = row.profile.charged(phase);
    let n = |e: &sre_stats::estimate::Estimate| format!("{}; {}", rounded(e.value), e.provenance());
    ui.horizontal_wrapped(|ui| {
        card(
            ui,
            tokens,
            "true bad time",
            &rounded(row.true_bad.value),
            "exact at the data's resolution",
            tokens.truth,
            &n(&row.true_bad),
        );
        let slices = row.profile.bad_slices(phase);
        let note = format!("{slices} × {} at phase +{phase}", compact(row.width));
        card(ui, tokens, "charged here", &charged.to_string(), &note, tokens.charged, &note);
        let c = &row.charged;
        let value = format!("{} – {}", rounded(c.min.value), rounded(c.max.value));
        let note = format!("mean {}, aligned {}", rounded(c.mean.value), rounded(c.aligned.value));
        card(ui, tokens, &format!("charged over {} phases", row.phases), &value, &note, tokens.charged, &n(&c.mean));
        match (&row.closed_form, row.no_closed_form) {
            (Some(form), _) => {
                let value = format!("{} – {}", rounded(form.min), rounded(form.max));
                card(
                    ui,
                    tokens,
                    "closed form",
                    &value,
                    &format!("mean {}", rounded(form.mean)),
                    tokens.neutral,
                    "What theory says for these incidents, each alone in its slices.",
                );
            }
            (None, why) => card(
                ui,
                tokens,
                "closed form",
                "none",
                why.unwrap_or("the rule has none"),
                tokens.neutral,
                "The measured values stand alone.",
            ),
        }
    });
    let range = (charged_span(row.charged.min.value), charged_span(row.charged.max.value));
    let line = BudgetLine { allowed: analysis.allowed(), truth: analysis.slo.bad_time.total(), charged, range };
    budget_bar(ui, tokens, &line);
    ui.horizontal_wrapped(|ui| {
        for command in [Command::PhaseAligned, Command::PhaseBest, Command::PhaseWorst] {
            super::button(ui, command, messages);
        }
        let (text, why) = advice_text(analysis);
        let label = ui.add(egui::Label::new(RichText::new(text).size(13.0)).wrap());
        if !why.is_empty() {
            label.on_hover_text(&why);
            ui.collapsing(RichText::new("Why").size(12.0), |ui| {
                ui.add(egui::Label::new(RichText::new(&why).size(12.0).color(colour(tokens.muted))).wrap());
            });
        }
    });
    for caveat in analysis.slo.caveats.iter().chain(analysis.slo.bad_time.caveats()) {
        ui.add(
            egui::Label::new(RichText::new(format!("Note: {caveat}.")).size(12.0).color(colour(tokens.warn))).wrap(),
        );
    }
}

fn charged_span(seconds: f64) -> Span {
    Span::from_secs_f64(seconds).unwrap_or_default()
}

fn card(ui: &mut Ui, tokens: &Tokens, name: &str, value: &str, note: &str, token: Rgb, tip: &str) {
    let frame = egui::Frame::new()
        .fill(mix(tokens.background, tokens.ink, 0.045))
        .corner_radius(6.0)
        .inner_margin(egui::Margin::symmetric(10, 7));
    let shown = frame.show(ui, |ui| {
        ui.vertical(|ui| {
            ui.set_min_width(128.0);
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.label(RichText::new(name).size(12.0).color(colour(tokens.muted)));
            ui.label(RichText::new(value).family(bold()).size(18.0).color(colour(token)));
            ui.label(RichText::new(note).size(12.0).color(colour(tokens.muted)));
        });
    });
    shown.response.on_hover_text(tip);
}

/// A width in words, no finer than what matters for it.
fn about(seconds: f64) -> String {
    let unit = if seconds >= 86_400.0 {
        3600.0
    } else if seconds >= 600.0 {
        1.0
    } else {
        0.1
    };
    Span::from_secs_f64((seconds / unit).round() * unit).map(compact).unwrap_or_default()
}

/// The advice in one sentence, and the reasons for it.
fn advice_text(analysis: &WindowAnalysis) -> (String, String) {
    let advice = match &analysis.advice {
        Err(why) => return (format!("No advice: {why}."), String::new()),
        Ok(advice) => advice,
    };
    let mut parts = vec![advice.widest.map_or_else(
        || "no width is safe at every phase".to_owned(),
        |w| format!("safe at every phase up to {}", about(w)),
    )];
    if let Some(w) = advice.widest_expected {
        parts.push(format!("on average up to {}", about(w)));
    }
    if let Some(w) = advice.narrowest {
        parts.push(format!("p99 needs at least {}", about(w)));
    }
    (format!("Advisor: {}.", parts.join("; ")), advice.why.join(". "))
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
        Column::text("verdict"),
        Column::number("met at", Unit::Ratio),
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
            row.verdict.map_or(Cell::Empty, |v| v.to_string().into()),
            row.met_share.map_or(Cell::Empty, Cell::Number),
        ]);
    }
    for skipped in &analysis.accounting.skipped {
        let mut cells = vec![compact(skipped.width).into()];
        cells.resize(8, Cell::Empty);
        cells.push(skipped.why.clone().into());
        table.rows.push(cells);
    }
    Some(table)
}
