//! What is written and copied.

use std::path::{Path, PathBuf};

use sre_stats::Error;
use sre_stats::figure::{Theme, draw};
use sre_stats::report::Block;

use super::{Product, notify};
use crate::files;
use crate::gui::jobs::Jobs;
use crate::gui::session::{self, Session};
use crate::gui::state::{Overlay, Severity, State};
use crate::gui::take::{self, RulesForm, Target, content};
use crate::gui::views;

/// Asks where to write.
pub(super) fn ask(state: &mut State, target: Target) {
    if state.document.is_some() {
        state.overlay = Overlay::Save(target, take::suggested(state, target));
    }
}

/// Opens the form of alert rules.
pub(super) fn ask_rules(state: &mut State) {
    if let Some(document) = &state.document {
        let path = take::folder(&document.paths).join("rules.yml").display().to_string();
        state.overlay = Overlay::Rules(Box::new(RulesForm { path, ..RulesForm::default() }));
    }
}

/// Asks in the system's dialog, off the window's thread.
pub(super) fn choose_path(state: &State, jobs: &mut Jobs<Product>, target: Target) {
    let name = match &state.overlay {
        Overlay::Save(_, path) => PathBuf::from(path),
        _ => PathBuf::from(take::suggested(state, target)),
    };
    jobs.spawn("Waiting for the file dialog", move |_| {
        let file = name.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut dialog = rfd::FileDialog::new().set_title(target.title()).set_file_name(file);
        if let Some(folder) = name.parent().and_then(|p| std::path::absolute(p).ok()) {
            dialog = dialog.set_directory(folder);
        }
        Ok(Product::PathChosen(target, dialog.save_file()))
    });
}

/// Writes to a file.
pub(super) fn save(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context, target: Target, path: PathBuf) {
    match content(state, target, ctx.theme() == egui::Theme::Dark) {
        Ok(content) => {
            state.overlay = Overlay::None;
            let name = format!("Writing {}", path.display());
            jobs.spawn(name, move |progress| Ok(Product::Written(content.write(&path, progress)?)));
        }
        Err(why) => notify(state, Severity::Error, why.to_string()),
    }
}

/// Writes alert rules. What is missing is told while the form is open; it closes when a job has all it needs.
pub(super) fn write_rules(state: &mut State, jobs: &mut Jobs<Product>) {
    let Overlay::Rules(form) = &state.overlay else { return };
    let (form, item) = ((**form).clone(), state.choices.item);
    let checked = form.documents().and_then(|_| {
        let document = state.document.clone().ok_or_else(|| Error::empty("no file is open"))?;
        Ok((document, state.objective_text().parse()?))
    });
    match checked {
        Ok((document, objective)) => {
            state.overlay = Overlay::None;
            jobs.spawn("Writing alert rules", move |_| Ok(Product::Written(form.write(&document, item, &objective)?)));
        }
        Err(why) => notify(state, Severity::Error, why.to_string()),
    }
}

pub(super) fn copy_table(state: &mut State, ctx: &egui::Context) {
    if let Some(table) = views::table_of(state, state.view) {
        ctx.copy_text(table.to_csv());
        let text = format!("Copied {} rows of “{}” as CSV.", table.rows.len(), table.title);
        notify(state, Severity::Note, text);
    }
}

/// Draws the first picture of the view for the clipboard.
pub(super) fn copy_picture(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context) {
    let blocks = views::section_of(state).map(|s| s.blocks).unwrap_or_default();
    let figure = blocks.into_iter().find_map(|b| if let Block::Figure(figure) = b { Some(figure) } else { None });
    let Some(figure) = figure else {
        notify(state, Severity::Note, "This view has no picture.".to_owned());
        return;
    };
    let theme = if ctx.theme() == egui::Theme::Dark { Theme::Dark } else { Theme::Light };
    jobs.spawn("Drawing the picture", move |_| {
        let drawn = draw::pixels(&figure, draw::Size::default(), theme)?;
        Ok(Product::Picture(egui::ColorImage::from_rgb([drawn.width, drawn.height], &drawn.rgb), figure.title))
    });
}

pub(super) fn copy_command(state: &mut State, ctx: &egui::Context) {
    let text = match take::command_line(state) {
        Some(line) => {
            ctx.copy_text(line.clone());
            format!("Copied: {line}")
        }
        None => "No command line says the same: it takes files, and one view of them.".to_owned(),
    };
    notify(state, Severity::Note, text);
}

pub(super) fn copy_cells(state: &mut State, ctx: &egui::Context) {
    let text = match take::cells(state) {
        Some(cells) => {
            ctx.copy_text(cells);
            "Copied notebook cells.".to_owned()
        }
        None => "No notebook cells say the same: they take files, and one view of them.".to_owned(),
    };
    notify(state, Severity::Note, text);
}

/// So many files are remembered.
const REMEMBERED: usize = 12;

/// Puts files at the head of those that were open before.
pub(super) fn remember(state: &mut State, jobs: &mut Jobs<Product>, paths: &[PathBuf]) {
    let Some(home) = state.home.clone().filter(|_| !paths.is_empty()) else { return };
    let whole = |p: &PathBuf| {
        let there = std::path::absolute(p).ok().filter(|_| !session::asks_a_server(p));
        there.unwrap_or_else(|| p.clone())
    };
    let mut recent: Vec<PathBuf> = paths.iter().map(whole).collect();
    recent.extend(state.recent.iter().filter(|r| !recent.contains(r)).cloned().collect::<Vec<_>>());
    recent.truncate(REMEMBERED);
    state.recent.clone_from(&recent);
    jobs.spawn("Remembering the file", move |_| {
        keep(&home, &session::recent(&home), &serde_json::to_string_pretty(&recent).unwrap_or_default());
        Ok(Product::Quiet)
    });
    autosave(state, jobs);
}

/// Keeps what is open, for the case that the program breaks off.
pub(super) fn autosave(state: &State, jobs: &mut Jobs<Product>) {
    let (Some(home), Some(session)) = (state.home.clone(), Session::of(state)) else { return };
    jobs.spawn("Keeping the session", move |_| {
        let path = session::autosave(&home);
        keep(&home, &path, &session.at(&path).to_text()?);
        Ok(Product::Quiet)
    });
}

/// Writes into the program's own folder. Where the disk refuses, the work of the user goes on without it.
fn keep(home: &Path, path: &Path, text: &str) {
    if std::fs::create_dir_all(home).is_ok() {
        let _ = files::write(path, text.as_bytes(), false);
    }
}

/// The program ends, or the file is closed, as the user wished: there is nothing to go on with.
pub fn leave(state: &State) {
    if let Some(home) = &state.home {
        let _ = std::fs::remove_file(session::autosave(home));
    }
}
