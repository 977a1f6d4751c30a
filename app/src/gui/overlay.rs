//! What lies over the window: the palette, the shortcut sheet, and the box for a path.

use egui::{Align2, Context, Id, Key, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::command::{Command, Menu};
use super::dispatch::Message;
use super::state::{Overlay, State};
use super::theme::bold;

/// Shows the overlay, if there is one.
pub(super) fn show(ctx: &Context, state: &State, messages: &mut Vec<Message>) {
    let shown = match &state.overlay {
        Overlay::None => return,
        Overlay::Palette(text, line) => {
            modal("palette", 110.0).show(ctx, |ui| palette(ui, text, *line, messages)).should_close()
        }
        Overlay::Shortcuts => modal("shortcuts", 60.0).show(ctx, shortcuts).should_close(),
        Overlay::Path(text) => modal("path", 140.0).show(ctx, |ui| path(ui, text, messages)).should_close(),
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

fn path(ui: &mut Ui, text: &str, messages: &mut Vec<Message>) {
    ui.set_width(560.0);
    ui.heading("Open a file by its path");
    let mut typed = text.to_owned();
    let edit = TextEdit::singleline(&mut typed).hint_text("exports/checkout.csv").desired_width(f32::INFINITY);
    let response = ui.add(edit).accessible_name("Path of the file");
    let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if !enter {
        response.request_focus();
    }
    ui.horizontal(|ui| {
        let open = ui.add_enabled(!typed.trim().is_empty(), egui::Button::new("Read file"));
        if (open.clicked() || enter) && !typed.trim().is_empty() {
            messages.push(Message::Open(vec![typed.trim().into()]));
        } else if typed != text {
            messages.push(Message::Overlay(Overlay::Path(typed)));
        }
        if ui.button("Cancel").clicked() {
            messages.push(Message::Overlay(Overlay::None));
        }
    });
}
