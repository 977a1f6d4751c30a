//! What is charged, beside the truth: a sentence, cards, the budget line and the advice.

use egui::{RichText, Ui};
use sre_stats::figure::theme::{Rgb, Tokens};
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats::window::{Verdict, WidthRow};

use crate::gui::command::Command;
use crate::gui::derive::WindowAnalysis;
use crate::gui::dispatch::Message;
use crate::gui::theme::{bold, colour, mix};
use crate::gui::views::objective::{chip, verdict_token};
use crate::gui::widgets::{BudgetLine, budget_bar};

/// The one sentence to take away.
pub(super) fn headline(ui: &mut Ui, tokens: &Tokens, analysis: &WindowAnalysis, row: &WidthRow, phase: Span) {
    let truth = analysis.accounting.truth;
    let here = if row.profile.charged(phase) <= analysis.allowed() { Verdict::Met } else { Verdict::Violated };
    let share = row.met_share.map(|s| Unit::Ratio.show(s));
    let width = row.width.compact();
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

/// Cards, the budget line and the advice.
pub(super) fn numbers(
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
        let note = format!("{slices} × {} at phase +{phase}", row.width.compact());
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
            crate::gui::views::button(ui, command, messages);
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
    Span::from_secs_f64((seconds / unit).round() * unit).map(Span::compact).unwrap_or_default()
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
