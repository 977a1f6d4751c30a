//! What lies over the window: the palette, the shortcut sheet, and the box for a path.

use egui::{Align2, Context, Id, Key, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::command::{Command, Menu};
use super::dispatch::Message;
use super::state::{Opening, Overlay, State};
use super::take::{RulesForm, Target};
use super::theme::bold;
use super::views;

/// Shows the overlay, if there is one.
pub(super) fn show(ctx: &Context, state: &State, messages: &mut Vec<Message>) {
    let shown = match &state.overlay {
        Overlay::None => return,
        Overlay::Palette(text, line) => {
            modal("palette", 110.0).show(ctx, |ui| palette(ui, text, *line, messages)).should_close()
        }
        Overlay::Shortcuts => modal("shortcuts", 60.0).show(ctx, shortcuts).should_close(),
        Overlay::Reading => {
            modal("reading", 40.0).show(ctx, |ui| views::reading::form(ui, state, messages)).should_close()
        }
        Overlay::Server(question) => {
            modal("server", 60.0).show(ctx, |ui| views::asking::form(ui, question, messages)).should_close()
        }
        Overlay::Path(opening, text) => {
            modal("path", 140.0).show(ctx, |ui| path(ui, *opening, text, messages)).should_close()
        }
        Overlay::Save(target, text) => {
            modal("save", 140.0).show(ctx, |ui| save(ui, *target, text, messages)).should_close()
        }
        Overlay::Rules(form) => modal("rules", 50.0).show(ctx, |ui| rules(ui, form, messages)).should_close(),
    };
    if shown {
        messages.push(Message::Overlay(Overlay::None));
    }
}

fn modal(name: &str, top: f32) -> Modal {
    let id = Id::unique(name);
    Modal::new(id).area(Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, top)))
}

fn palette(ui: &mut Ui, text: &str, line: usize, messages: &mut Vec<Message>) {
    ui.set_width(520.0);
    let (mut typed, mut line) = (text.to_owned(), line);
    let (down, up, enter) = ui.input_mut(|i| {
        (
            i.count_and_consume_key(Modifiers::NONE, Key::ArrowDown),
            i.count_and_consume_key(Modifiers::NONE, Key::ArrowUp),
            i.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    let edit = TextEdit::singleline(&mut typed).hint_text("Find a command").desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name("Find a command");
    response.request_focus();
    let found = Command::matching(&typed);
    if typed != text {
        line = 0;
    }
    line = (line + down).saturating_sub(up).min(found.len().saturating_sub(1));
    if found.is_empty() {
        ui.label(RichText::new("No command has these words.").weak());
    }
    let mut chosen = enter.then(|| found.get(line).copied()).flatten();
    ScrollArea::vertical().max_height(380.0).auto_shrink([false, true]).show(ui, |ui| {
        for (i, command) in found.iter().enumerate() {
            let keys = command.keys(ui.ctx());
            let button =
                egui::Button::selectable(i == line, command.name()).shortcut_text(keys).min_size(vec2(500.0, 26.0));
            let response = ui.add(button).on_hover_text(command.tooltip());
            if response.clicked() {
                chosen = Some(*command);
            }
            if i == line && (down > 0 || up > 0) {
                response.scroll_to_me(None);
            }
        }
    });
    if let Some(command) = chosen {
        messages.push(Message::Overlay(Overlay::None));
        messages.push(Message::Run(command));
    } else if typed != text || down > 0 || up > 0 {
        messages.push(Message::Overlay(Overlay::Palette(typed, line)));
    }
}

fn shortcuts(ui: &mut Ui) {
    ui.set_width(720.0);
    ui.heading("Keyboard shortcuts");
    let height = (ui.ctx().content_rect().height() - 200.0).max(200.0);
    ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
        egui::Grid::new("shortcuts").num_columns(3).spacing([20.0, 5.0]).striped(true).show(ui, |ui| {
            for menu in Menu::ALL {
                ui.label(RichText::new(menu.title()).family(bold()));
                ui.end_row();
                for command in Command::of(menu) {
                    let keys = command.keys(ui.ctx());
                    ui.label(command.name());
                    ui.label(RichText::new(keys).monospace());
                    ui.label(RichText::new(command.tooltip()).weak());
                    ui.end_row();
                }
            }
        });
    });
}

fn path(ui: &mut Ui, opening: Opening, text: &str, messages: &mut Vec<Message>) {
    ui.set_width(560.0);
    ui.heading(match opening {
        Opening::Data => "Open a file by its path",
        Opening::Baseline => "Open a baseline to compare with",
        Opening::Session => "Open a session",
    });
    let mut typed = text.to_owned();
    let hint = if opening == Opening::Session {
        "checkout.sre-stats.json"
    } else {
        "exports/checkout.csv, or s3://bucket/prefix/"
    };
    let edit = TextEdit::singleline(&mut typed).hint_text(hint).desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name("Path of the file");
    let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !enter {
        response.request_focus();
    }
    ui.horizontal(|ui| {
        let named = !typed.trim().is_empty();
        let open = ui.add_enabled(named, egui::Button::new("Read file"));
        if (open.clicked() || enter) && named {
            messages.push(Message::OpenAs(opening, typed.trim().into()));
        } else if typed != text {
            messages.push(Message::Overlay(Overlay::Path(opening, typed)));
        }
        if ui.button("Cancel").clicked() {
            messages.push(Message::Overlay(Overlay::None));
        }
    });
}

fn save(ui: &mut Ui, target: Target, text: &str, messages: &mut Vec<Message>) {
    ui.set_width(560.0);
    ui.heading(target.title());
    let mut typed = text.to_owned();
    let response = ui.add(TextEdit::singleline(&mut typed).desired_width(f32::INFINITY)).accessible_name("Write to");
    let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !enter {
        response.request_focus();
    }
    let path = std::path::PathBuf::from(typed.trim());
    let there = path.exists();
    if there {
        ui.label(RichText::new("The file is there already, and will be replaced.").color(ui.visuals().warn_fg_color));
    }
    ui.horizontal(|ui| {
        let named = path.file_name().is_some();
        let write = ui.add_enabled(named, egui::Button::new(if there { "Replace file" } else { "Write file" }));
        if (write.clicked() || enter) && named {
            messages.push(Message::Save(target, path));
        } else if typed != text {
            messages.push(Message::Overlay(Overlay::Save(target, typed)));
        }
        if ui.button("Choose…").clicked() {
            messages.push(Message::ChoosePath(target));
        }
        if ui.button("Cancel").clicked() {
            messages.push(Message::Overlay(Overlay::None));
        }
    });
}

fn rules(ui: &mut Ui, before: &RulesForm, messages: &mut Vec<Message>) {
    ui.set_width(640.0);
    ui.heading("Export alert rules for Prometheus");
    ui.label(RichText::new("Whoever is called needs four documents; without them no rule is written.").weak());
    let mut form = before.clone();
    for (name, hint, text) in [
        ("Explanation", "What the alert means, for whoever reads it half asleep.", &mut form.explanation),
        ("Business impact", "What it costs while it lasts.", &mut form.impact),
        ("Remediation", "What to do.", &mut form.remediation),
        ("Escalation", "Whom to call when that does not help.", &mut form.escalation),
    ] {
        let label = ui.label(RichText::new(name).family(bold()));
        let edit = TextEdit::multiline(text).hint_text(hint).desired_rows(2).desired_width(f32::INFINITY);
        ui.add(edit).labelled_by(label.id);
    }
    ui.add_space(4.0);
    ui.label(RichText::new("Counters in Prometheus; not needed for a series of up and down.").weak());
    egui::Grid::new("counters").num_columns(2).show(ui, |ui| {
        for (name, hint, text) in [
            ("All requests", "http_requests_total", &mut form.total),
            ("The bad ones", "http_requests_total{code=~\"5..\"}", &mut form.bad),
            ("or the good ones", "latency_seconds_bucket{le=\"0.3\"}", &mut form.good),
            ("Write to", "rules.yml", &mut form.path),
        ] {
            let label = ui.label(name);
            let edit = TextEdit::singleline(text).hint_text(hint).desired_width(470.0);
            ui.add(edit).labelled_by(label.id);
            ui.end_row();
        }
    });
    // what is missing is named before anything is written
    let missing = form.documents().err().map(|e| e.message().to_owned());
    if let Some(missing) = &missing {
        ui.add(egui::Label::new(RichText::new(missing).color(ui.visuals().error_fg_color)).wrap());
    }
    let mut write = false;
    ui.horizontal(|ui| {
        write = ui.add_enabled(missing.is_none(), egui::Button::new("Write rules and their test")).clicked();
        if ui.button("Cancel").clicked() {
            messages.push(Message::Overlay(Overlay::None));
        }
    });
    if form != *before {
        messages.push(Message::Overlay(Overlay::Rules(Box::new(form))));
    }
    if write {
        messages.push(Message::WriteRules);
    }
}
