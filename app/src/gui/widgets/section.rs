//! Sections of a report on the screen: sentences, warnings, pictures and tables, one below the other.

use egui::{RichText, Ui};
use sre_stats::figure::theme::{Rgb, Tokens};
use sre_stats::report::{Block, Section, Standing, Table};

use super::table;
use crate::gui::plot::{self, Options};
use crate::gui::state::Sort;
use crate::gui::theme::{bold, colour, mix};

/// How sections are shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// How a table is sorted.
    pub sort: Option<&'a Sort>,
    /// The height of a picture.
    pub height: f32,
    /// Whether pictures are left out: tables have the same numbers.
    pub tables: bool,
}

/// Shows sections; what was clicked to sort by: the title of the table and the column.
pub fn sections(ui: &mut Ui, tokens: &'static Tokens, all: &[Section], shown: Shown<'_>) -> Option<(String, usize)> {
    let mut clicked = None;
    for (i, section) in all.iter().enumerate() {
        ui.push_id(("section", i), |ui| {
            if i > 0 {
                ui.add_space(14.0);
                ui.separator();
            }
            let title = ui.label(RichText::new(&section.title).family(bold()).size(17.0));
            title.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &section.title));
            for (j, block) in in_order(&section.blocks).into_iter().enumerate() {
                ui.push_id(j, |ui| {
                    if let Some(column) = one(ui, tokens, block, shown) {
                        clicked = Some(column);
                    }
                });
            }
        });
    }
    clicked
}

/// Words first, then pictures, then numbers, each in the order of the section.
fn in_order(blocks: &[Block]) -> Vec<&Block> {
    let place = |b: &Block| match b {
        Block::Figure(_) => 1,
        Block::Table(_) => 2,
        _ => 0,
    };
    let mut all: Vec<&Block> = blocks.iter().collect();
    all.sort_by_key(|b| place(b));
    all
}

fn one(ui: &mut Ui, tokens: &'static Tokens, block: &Block, shown: Shown<'_>) -> Option<(String, usize)> {
    match block {
        Block::Text(text) => {
            ui.add(egui::Label::new(text).wrap());
        }
        Block::Verdict { standing, text, evidence } => verdict(ui, tokens, *standing, text, evidence),
        Block::Warnings(warnings) => {
            for warning in warnings {
                note(ui, tokens.warn, tokens, warning);
            }
        }
        Block::Figure(figure) if !shown.tables => {
            ui.add_space(6.0);
            // a picture out of sight takes its room and no time
            let room = egui::Rect::from_min_size(ui.cursor().min, egui::vec2(ui.available_width(), shown.height));
            if !ui.is_rect_visible(room) {
                ui.allocate_space(room.size());
                return None;
            }
            let options = Options { height: shown.height, ..Options::default() };
            plot::show(ui, tokens, "figure", figure, options);
        }
        Block::Table(of) if !of.rows.is_empty() => {
            ui.add_space(6.0);
            return titled(ui, of, shown.sort);
        }
        _ => {}
    }
    None
}

fn titled(ui: &mut Ui, of: &Table, sort: Option<&Sort>) -> Option<(String, usize)> {
    if !of.title.is_empty() {
        ui.label(RichText::new(&of.title).family(bold()));
    }
    table(ui, of, sort, false).map(|column| (of.title.clone(), column))
}

fn note(ui: &mut Ui, token: Rgb, tokens: &Tokens, text: &str) {
    egui::Frame::new().fill(mix(tokens.background, token, 0.14)).corner_radius(5.0).inner_margin(7.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.add(egui::Label::new(text).wrap());
    });
}

/// A sign that tells the standing without colour.
fn sign(ui: &mut Ui, standing: Standing, token: Rgb) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(16.0, 18.0), egui::Sense::hover());
    let stroke = egui::Stroke::new(2.4, colour(token));
    let (c, painter) = (rect.center(), ui.painter());
    let at = |x: f32, y: f32| c + egui::vec2(x, y);
    match standing {
        Standing::Good => {
            painter.line(vec![at(-6.0, 0.0), at(-2.0, 5.0), at(6.0, -5.0)], stroke);
        }
        Standing::Bad => {
            painter.line(vec![at(-5.0, -5.0), at(5.0, 5.0)], stroke);
            painter.line(vec![at(-5.0, 5.0), at(5.0, -5.0)], stroke);
        }
        _ => {
            let text = if standing == Standing::Depends { "≈" } else { "?" };
            painter.text(c, egui::Align2::CENTER_CENTER, text, egui::FontId::new(17.0, bold()), colour(token));
        }
    }
}

fn verdict(
    ui: &mut Ui,
    tokens: &Tokens,
    standing: Standing,
    text: &str,
    evidence: &[(String, sre_stats::estimate::Estimate)],
) {
    let token = match standing {
        Standing::Good => tokens.good,
        Standing::Bad => tokens.bad,
        Standing::Depends => tokens.warn,
        _ => tokens.neutral,
    };
    let frame = egui::Frame::new().fill(mix(tokens.background, token, 0.13)).corner_radius(6.0).inner_margin(9.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            sign(ui, standing, token);
            ui.vertical(|ui| {
                ui.add(egui::Label::new(RichText::new(text).size(15.0)).wrap());
                for (name, estimate) in evidence {
                    let said = format!("{name}: {}", estimate.short());
                    let label = egui::Label::new(RichText::new(said).size(12.5).color(colour(tokens.muted))).wrap();
                    ui.add(label).on_hover_text(estimate.provenance());
                }
            });
        });
    });
}
