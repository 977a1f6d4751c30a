//! The window: menus, the list of series, the view, messages and the status line.

use std::path::PathBuf;

use egui::{CentralPanel, Panel, RichText, Stroke, Ui, vec2};
use sre_stats::load::{Data, Dataset, Item};
use sre_stats::time::Span;
use sre_stats::unit::Unit;

use super::command::{Command, Menu};
use super::derive::{Origin, Read};
use super::dispatch::{self, Message, Product, dispatch};
use super::jobs::Jobs;
use super::layout::Layout;
use super::state::{Overlay, Sample, Severity, State};
use super::theme::{self, bold, colour, mix};
use super::view::View;
use super::{overlay, views};

/// The program behind the window.
#[derive(Debug)]
pub struct App {
    /// What is shown. Tests read it; only `dispatch` changes it.
    state: State,
    jobs: Jobs<Product>,
    title: String,
    /// Frames drawn so far.
    frames: u64,
}

impl App {
    /// The welcome page, with fonts and themes set in the context.
    pub fn new(ctx: &egui::Context, samples: Vec<Sample>) -> Self {
        theme::install(ctx);
        Self { state: State::new(samples), jobs: Jobs::new(ctx.clone()), title: String::new(), frames: 0 }
    }

    /// What is shown.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many jobs run.
    pub fn busy(&self) -> usize {
        self.jobs.running().len()
    }

    /// Frames drawn so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Carries out a message, as if a view had sent it.
    pub fn send(&mut self, ctx: &egui::Context, message: Message) {
        dispatch(&mut self.state, &mut self.jobs, ctx, message);
        ctx.request_repaint();
    }

    /// Shows a data set that was made in memory.
    pub fn show_dataset(&mut self, dataset: Dataset) {
        dispatch::show_dataset(&mut self.state, Read::made(dataset));
    }

    /// Takes this objective for the next file that is opened.
    pub fn begin_with(&mut self, objective: String) {
        dispatch::begin_with(&mut self.state, objective);
    }

    /// Keeps sessions and recent files in a folder, and reads there what was open before.
    #[must_use]
    pub fn with_home(mut self, home: PathBuf) -> Self {
        dispatch::settle_in(&mut self.state, home);
        self
    }

    /// The user ends the program: nothing is left to go on with.
    pub fn leave(&self) {
        dispatch::leave(&self.state);
    }

    /// Starts a job for tests of failure.
    pub fn spawn(
        &mut self,
        name: &str,
        work: impl FnOnce(&sre_stats::progress::Progress) -> sre_stats::Result<Product> + Send + 'static,
    ) {
        self.jobs.spawn(name, work);
    }

    /// One frame of the whole window.
    pub fn frame(&mut self, ui: &mut Ui) {
        self.frames += 1;
        let ctx = ui.ctx().clone();
        for ended in self.jobs.finished() {
            dispatch::absorb(&mut self.state, &mut self.jobs, ended);
        }
        let mut messages = Vec::new();
        keys(&ctx, &self.state, &mut messages);
        drops(&ctx, &mut messages);
        pasted(&ctx, &self.state, &mut messages);
        ctx.set_theme(self.state.theme);
        Panel::top("menu").show(ui, |ui| menu(ui, &self.state, &mut messages));
        Panel::bottom("status").show(ui, |ui| status(ui, &self.state, &self.jobs, &mut messages));
        if self.state.document.is_some() {
            Panel::left("list").default_size(250.0).min_size(160.0).show(ui, |ui| list(ui, &self.state, &mut messages));
        }
        let mut layout = self.state.layout.clone();
        CentralPanel::default().show(ui, |ui| {
            notices(ui, &self.state, &mut messages);
            if self.state.document.is_none() {
                views::welcome(ui, &self.state, &mut messages);
                return;
            }
            panes(ui, &self.state, &mut layout, &mut messages);
        });
        dispatch::arrange(&mut self.state, layout);
        overlay::show(&ctx, &self.state, &mut messages);
        hovering_files(&ctx);
        let acted = !messages.is_empty();
        for message in messages {
            dispatch(&mut self.state, &mut self.jobs, &ctx, message);
        }
        let editing = ctx.memory(|m| m.has_focus(egui::Id::unique("objective")));
        let interacting = editing || ctx.input(|i| i.pointer.any_down());
        dispatch::prepare(&mut self.state, &mut self.jobs, interacting);
        if acted {
            ctx.request_repaint();
        }
        let title =
            self.state.document.as_ref().map_or_else(|| "sre-stats".to_owned(), |d| format!("{} – sre-stats", d.title));
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.leave();
    }
}

/// Shortcuts become commands. Keys without Ctrl belong to whatever has the focus first.
fn keys(ctx: &egui::Context, state: &State, messages: &mut Vec<Message>) {
    let focused = ctx.memory(|m| m.focused().is_some());
    let typing = ctx.egui_wants_keyboard_input();
    let mut with_keys: Vec<(Command, egui::KeyboardShortcut)> =
        Command::ALL.iter().filter_map(|c| Some((*c, c.shortcut()?))).collect();
    // Ctrl+Shift+Z must be tried before Ctrl+Z, which would take it too
    with_keys.sort_by_key(|(_, k)| std::cmp::Reverse(u8::from(k.modifiers.shift)));
    // what is pressed within one frame is done in the order in which it was pressed
    let pressed = |e: &egui::Event| match e {
        egui::Event::Key { key, pressed: true, .. } => Some(*key),
        _ => None,
    };
    let order: Vec<egui::Key> = ctx.input(|i| i.events.iter().filter_map(pressed).collect());
    let mut commands = Vec::new();
    for (command, keys) in with_keys {
        let bare = !keys.modifiers.command;
        let blocked = (bare && (typing || (focused && moves(keys.logical_key)) || state.overlay != Overlay::None))
            || (typing && matches!(command, Command::Undo | Command::Redo));
        if !blocked && ctx.input_mut(|i| i.consume_shortcut(&keys)) {
            commands.push((order.iter().position(|k| *k == keys.logical_key), command));
        }
    }
    commands.sort_by_key(|(at, _)| *at);
    messages.extend(commands.into_iter().map(|(_, command)| Message::Run(command)));
}

/// Keys that move a focused slider or dial.
fn moves(key: egui::Key) -> bool {
    matches!(
        key,
        egui::Key::ArrowLeft | egui::Key::ArrowRight | egui::Key::ArrowUp | egui::Key::ArrowDown | egui::Key::Home
    )
}

fn drops(ctx: &egui::Context, messages: &mut Vec<Message>) {
    let paths: Vec<PathBuf> = ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
    if !paths.is_empty() {
        messages.push(Message::Open(paths));
    }
}

/// Text that is pasted while no field has the keyboard is data.
fn pasted(ctx: &egui::Context, state: &State, messages: &mut Vec<Message>) {
    let typing =
        ctx.memory(egui::Memory::focused).is_some_and(|id| egui::text_edit::TextEditState::load(ctx, id).is_some());
    if typing || state.overlay != Overlay::None {
        return;
    }
    let text = ctx.input(|i| {
        i.events.iter().find_map(|e| if let egui::Event::Paste(text) = e { Some(text.clone()) } else { None })
    });
    messages.extend(text.map(Message::Paste));
}

/// The views, with the objective over those that are about it.
fn panes(ui: &mut Ui, state: &State, layout: &mut Layout, messages: &mut Vec<Message>) {
    if layout.visible().into_iter().any(View::has_objective) && !state.table {
        views::objective::objective(ui, theme::tokens(ui.theme()), state, messages);
    }
    let pressed = ui.input(|i| i.pointer.any_pressed().then(|| i.pointer.interact_pos()).flatten());
    layout.ui(ui, state.view, &mut |ui, view| {
        let here = pressed.is_some_and(|p| ui.max_rect().contains(p));
        if here && view != state.view && state.overlay == Overlay::None {
            messages.push(Message::Activate(view));
        }
        views::show(ui, state, view, messages);
    });
}

fn hovering_files(ctx: &egui::Context) {
    if ctx.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let tokens = theme::tokens(ctx.theme());
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let (painter, rect) = (ctx.layer_painter(layer), ctx.content_rect());
    painter.rect_filled(rect, 0.0, colour(tokens.background).gamma_multiply(0.85));
    let stroke = Stroke::new(3.0, colour(tokens.charged));
    painter.rect_stroke(rect.shrink(14.0), 12.0, stroke, egui::StrokeKind::Inside);
    let font = egui::FontId::new(26.0, bold());
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, "Drop to open", font, colour(tokens.ink));
}

fn menu(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    egui::MenuBar::new().ui(ui, |ui| {
        for menu in Menu::ALL {
            ui.menu_button(menu.title(), |ui| {
                if menu == Menu::File {
                    recent(ui, state, messages);
                }
                for command in Command::of(menu) {
                    let keys = command.keys(ui.ctx());
                    let button = egui::Button::new(command.name()).shortcut_text(keys);
                    if ui.add_enabled(enabled(state, command), button).on_hover_text(command.tooltip()).clicked() {
                        messages.push(Message::Run(command));
                        ui.close();
                    }
                }
            });
        }
        if state.document.is_some() {
            ui.separator();
            for view in View::ALL {
                let command = view.command();
                let text = RichText::new(command.name()).family(if view == state.view {
                    bold()
                } else {
                    egui::FontFamily::Proportional
                });
                if ui.selectable_label(view == state.view, text).on_hover_text(command.tooltip()).clicked() {
                    messages.push(Message::Run(command));
                }
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let mut table = state.table;
                if ui.checkbox(&mut table, "Table").on_hover_text(Command::ToggleTable.tooltip()).changed() {
                    messages.push(Message::Run(Command::ToggleTable));
                }
            });
        }
    });
}

/// Files that were open before.
fn recent(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    ui.add_enabled_ui(!state.recent.is_empty(), |ui| {
        ui.menu_button("Open before", |ui| {
            for path in &state.recent {
                let whole = path.display().to_string();
                let name: String = Origin::files(vec![path.clone()]).title().chars().take(60).collect();
                if ui.button(name).on_hover_text(whole).clicked() {
                    messages.push(Message::Open(vec![path.clone()]));
                    ui.close();
                }
            }
        });
    });
}

/// Whether a command can do anything now; the others are shown greyed.
fn enabled(state: &State, command: Command) -> bool {
    match command {
        Command::Undo => state.undo.can_undo(),
        Command::Redo => state.undo.can_redo(),
        Command::Reload => state.document.as_ref().is_some_and(|d| d.origin.is_readable()),
        Command::WatchFiles => state.document.as_ref().is_some_and(|d| !d.paths.is_empty()),
        Command::ReadOtherwise => state.asked.is_readable(),
        Command::DismissNotices => !state.notices.is_empty(),
        Command::AllValues => state.choices.values.is_some(),
        Command::ClosePane => !state.layout.is_single(),
        Command::SaveSession => state.document.as_ref().is_some_and(|d| !d.paths.is_empty()),
        Command::OpenBaseline => state.document.is_some(),
        _ => match command.menu() {
            Menu::Windows => state.made.windows.latest().is_some(),
            Menu::View => {
                state.document.is_some()
                    || matches!(command, Command::ThemeDark | Command::ThemeLight | Command::ThemeSystem)
            }
            Menu::Edit | Menu::Take => state.document.is_some(),
            Menu::File => state.document.is_some() || command != Command::Close,
            Menu::Help => true,
        },
    }
}

/// The series list: name, kind, unit and count.
fn list(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let Some(document) = &state.document else { return };
    let tokens = theme::tokens(ui.theme());
    ui.add_space(4.0);
    ui.add(egui::Label::new(RichText::new(&document.title).family(bold()).size(15.0)).truncate());
    let warnings = document.dataset.report.warnings.len();
    let note = match warnings {
        0 => "no warnings".to_owned(),
        1 => "1 warning".to_owned(),
        n => format!("{n} warnings"),
    };
    let token = if warnings > 0 { tokens.warn } else { tokens.muted };
    let link =
        egui::Button::new(RichText::new(format!("{note} · what was understood")).size(12.0).color(colour(token)))
            .frame(false);
    if ui.add(link).on_hover_text(Command::ViewUnderstood.tooltip()).clicked() {
        messages.push(Message::Run(Command::ViewUnderstood));
    }
    ui.separator();
    let items = &document.dataset.items;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show_rows(ui, ROW, items.len(), |ui, rows| {
        for i in rows {
            if let Some(item) = items.get(i)
                && row(ui, item, document.steps.get(i).copied().flatten(), i == state.choices.item).clicked()
            {
                messages.push(Message::Select(i));
            }
        }
    });
}

/// The height of a series in the list.
const ROW: f32 = 60.0;

fn row(ui: &mut Ui, item: &Item, step: Option<Span>, selected: bool) -> egui::Response {
    let tokens = theme::tokens(ui.theme());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), egui::Sense::click());
    let title = item.title();
    let fill = match (selected, response.hovered()) {
        (true, _) => mix(tokens.background, tokens.charged, 0.28),
        (false, true) => mix(tokens.background, tokens.ink, 0.07),
        (false, false) => colour(tokens.background),
    };
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 5.0, fill);
    if response.has_focus() {
        painter.rect_stroke(rect, 5.0, Stroke::new(2.0, colour(tokens.charged)), egui::StrokeKind::Inside);
    }
    let write = |y: f32, text: &str, size: f32, ink| {
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), egui::FontId::proportional(size), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 16.0);
        let galley = painter.layout_job(job);
        painter.galley(egui::pos2(rect.left() + 8.0, rect.top() + y), galley, ink);
    };
    // the labels tell the series of one metric apart
    let labels: Vec<String> = item.identity.labels.iter().map(|(name, value)| format!("{name} {value}")).collect();
    if labels.is_empty() {
        write(12.0, &item.identity.name, 14.0, colour(tokens.ink));
    } else {
        write(5.0, &labels.join(", "), 14.0, colour(tokens.ink));
        write(23.0, &item.identity.name, 12.0, colour(tokens.ink));
    }
    let noun = if matches!(item.data, Data::Events(_)) { "events" } else { "samples" };
    let step = step.map(|s| format!(" every {s}")).unwrap_or_default();
    let about = format!(
        "{} · {} · {} {noun}{step}",
        item.kind,
        item.identity.unit.name(),
        Unit::Count.show(item.count() as f64)
    );
    write(40.0, &about, 11.5, colour(tokens.muted));
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, selected, format!("{title}, {about}")));
    response.on_hover_text(format!("{title}\n{} to {} (UTC)", item.first(), item.last()))
}

/// Messages over the view, each with a way to dismiss it.
fn notices(ui: &mut Ui, state: &State, messages: &mut Vec<Message>) {
    let tokens = theme::tokens(ui.theme());
    for (i, notice) in state.notices.iter().enumerate() {
        let (token, word) = match notice.severity {
            Severity::Error => (tokens.bad, "Error"),
            Severity::Note => (tokens.charged, "Note"),
        };
        egui::Frame::new()
            .fill(mix(tokens.background, token, 0.16))
            .stroke(Stroke::new(1.0, colour(token)))
            .corner_radius(6.0)
            .inner_margin(8.0)
            .show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    ui.label(RichText::new(word).family(bold()).color(colour(token)));
                    // the sentence takes what the button leaves, and as many lines as it needs
                    let width = ui.available_width() - 90.0;
                    ui.scope(|ui| {
                        ui.set_max_width(width);
                        ui.add(egui::Label::new(&notice.text).wrap());
                    });
                    if ui.button("Dismiss").clicked() {
                        messages.push(Message::Dismiss(i));
                    }
                });
            });
        ui.add_space(6.0);
    }
}

/// Jobs with their progress, or where the data stand.
fn status(ui: &mut Ui, state: &State, jobs: &Jobs<Product>, messages: &mut Vec<Message>) {
    let tokens = theme::tokens(ui.theme());
    let muted = |text: String| RichText::new(text).size(12.0).color(colour(tokens.muted));
    ui.horizontal(|ui| {
        ui.set_min_height(22.0);
        for job in jobs.running() {
            let now = job.progress.snapshot();
            ui.label(muted(if now.stage.is_empty() {
                job.name.clone()
            } else {
                format!("{}: {}", job.name, now.stage)
            }));
            if let Some(share) = now.fraction() {
                ui.add(egui::ProgressBar::new(share as f32).desired_width(120.0).desired_height(8.0))
                    .accessible_name(format!("Progress of {}", job.name));
            }
            if ui.small_button("Cancel").accessible_name(format!("Cancel {}", job.name)).clicked() {
                messages.push(Message::Cancel(job.id));
            }
        }
        if jobs.running().is_empty() {
            ui.label(muted(state.item().map_or_else(|| "No file open".to_owned(), Item::title)));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(muted("all times UTC".to_owned()));
        });
    });
}
