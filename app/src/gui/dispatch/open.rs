//! Files and sessions become documents.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sre_stats::load::{Dataset, LoadOptions, ServerOptions, load};
use sre_stats::progress::Progress;
use sre_stats::time::Span;

use super::{Product, Restored, notify, taking};
use crate::gui::choices::{Against, Choices};
use crate::gui::derive::{Document, steps};
use crate::gui::jobs::Jobs;
use crate::gui::made::Made;
use crate::gui::session::{self, Session};
use crate::gui::state::{Opening, Overlay, Severity, State};
use crate::gui::undo::Undo;

/// Starts reading files; an earlier read that is still going on is stopped. A session among them is opened as such.
pub(super) fn open(state: &mut State, jobs: &mut Jobs<Product>, paths: Vec<PathBuf>) {
    if let Some(session) = paths.iter().find(|p| is_session(p)) {
        open_as(state, jobs, Opening::Session, session.clone());
        return;
    }
    if paths.is_empty() {
        return;
    }
    start(state, jobs, Opening::Data, format!("Reading {}", title_of(&paths)), move |progress| {
        let (dataset, steps) = read(&paths, progress)?;
        Ok(Product::Loaded(paths, Box::new(dataset), steps))
    });
}

fn is_session(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().ends_with(".sre-stats.json"))
}

/// Starts reading a file as a baseline or a session.
pub(super) fn open_as(state: &mut State, jobs: &mut Jobs<Product>, opening: Opening, path: PathBuf) {
    let name = format!("Reading {}", title_of(std::slice::from_ref(&path)));
    match opening {
        Opening::Data => open(state, jobs, vec![path]),
        Opening::Baseline => start(state, jobs, opening, name, move |progress| {
            let paths = vec![path];
            let (dataset, steps) = read(&paths, progress)?;
            Ok(Product::Baseline(paths, Box::new(dataset), steps))
        }),
        Opening::Session => start(state, jobs, opening, name, move |progress| {
            let (session, note) = Session::read(&path)?;
            restore(session, note, progress)
        }),
    }
}

fn restore(session: Session, note: Option<String>, progress: &Progress) -> sre_stats::Result<Product> {
    // a session may be somebody else's: no token goes to the servers that it names
    let data = load(&session.files, &LoadOptions::default(), progress)?;
    let baseline = match session.baseline.as_slice() {
        [] => None,
        paths => Some(load(paths, &LoadOptions::default(), progress)?),
    };
    Ok(Product::Session(Box::new(Restored { session, note, data, baseline })))
}

fn start(
    state: &mut State,
    jobs: &mut Jobs<Product>,
    opening: Opening,
    name: String,
    work: impl FnOnce(&Progress) -> sre_stats::Result<Product> + Send + 'static,
) {
    if let Some((earlier, _)) = state.loading.take() {
        jobs.cancel(earlier);
    }
    state.overlay = Overlay::None;
    state.loading = Some((jobs.spawn(name, work), opening));
}

fn read(paths: &[PathBuf], progress: &Progress) -> sre_stats::Result<(Dataset, Vec<Option<Span>>)> {
    let options = LoadOptions { server: ServerOptions::from_environment(), ..LoadOptions::default() };
    let dataset = load(paths, &options, progress)?;
    progress.stage("looking over the series", 0);
    let steps = steps(&dataset);
    Ok((dataset, steps))
}

/// What a server is asked, where a name is not a file's.
#[cfg(feature = "live")]
fn question(path: &Path) -> Option<String> {
    let asked: sre_stats::load::PrometheusQuery = path.to_str()?.parse().ok()?;
    Some(asked.query)
}

#[cfg(not(feature = "live"))]
fn question(_path: &Path) -> Option<String> {
    None
}

fn title_of(paths: &[PathBuf]) -> String {
    let name = |p: &PathBuf| {
        let file = || p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned());
        question(p).unwrap_or_else(file)
    };
    match paths {
        [] => "data".to_owned(),
        [one] => name(one),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
    }
}

fn document(state: &mut State, paths: Vec<PathBuf>, dataset: Dataset, steps: Vec<Option<Span>>) -> Arc<Document> {
    let id = state.next_document;
    state.next_document += 1;
    Arc::new(Document { id, title: title_of(&paths), paths, dataset, steps })
}

/// Shows a data set, read from a file or made in memory.
pub fn show_dataset(state: &mut State, paths: Vec<PathBuf>, dataset: Dataset, steps: Vec<Option<Span>>) {
    // a reload keeps the choices where they still fit
    let reload = state.document.as_ref().is_some_and(|d| !paths.is_empty() && d.paths == paths);
    if !reload || state.choices.item >= dataset.items.len() {
        state.choices = Choices { objective: state.first_objective.take(), ..Choices::default() };
        state.undo = Undo::new(state.choices.clone());
        state.range = None;
    }
    let document = document(state, paths, dataset, steps);
    state.document = Some(document);
    state.made = Made::default();
    state.cursor = None;
}

/// Takes a file to compare with.
pub(super) fn show_baseline(state: &mut State, paths: Vec<PathBuf>, dataset: Dataset, steps: Vec<Option<Span>>) {
    // the series of the same name, else the only one, else the first
    let title = state.item().map(sre_stats::load::Item::title);
    let same = dataset.items.iter().position(|i| Some(i.title()) == title).unwrap_or(0);
    let baseline = document(state, paths, dataset, steps);
    state.baseline = Some(baseline);
    state.choices.against = Against::Baseline(same);
    state.layout.show(crate::gui::view::View::Compare, state.view);
    state.view = crate::gui::view::View::Compare;
}

/// Takes up a session.
pub(super) fn show_session(state: &mut State, restored: Restored) {
    let Restored { session, note, data, baseline } = restored;
    let choices = session.choices(&data, baseline.as_ref());
    let found = steps(&data);
    show_dataset(state, session.files.clone(), data, found);
    state.baseline = baseline.map(|b| {
        let found = steps(&b);
        document(state, session.baseline.clone(), b, found)
    });
    state.choices = choices;
    state.undo = Undo::new(state.choices.clone());
    (state.layout, state.view, state.table) = session.views();
    state.range = session.range();
    state.theme = session.theme();
    if let Some(note) = note {
        notify(state, Severity::Note, note);
    }
}

/// Takes an objective for the next document, or the one that is open.
pub fn begin_with(state: &mut State, objective: String) {
    if state.document.is_some() {
        state.choices.objective = Some(objective);
    } else {
        state.first_objective = Some(objective);
    }
}

/// Where sessions are kept; reads what was open before, and whether the last run broke off.
pub fn settle_in(state: &mut State, home: PathBuf) {
    state.recent = session::read_recent(&home);
    state.broken_off = Session::read(&session::autosave(&home)).ok().map(|s| s.0);
    state.home = Some(home);
}

/// Goes on with what was open when the program broke off.
pub(super) fn recover(state: &mut State, jobs: &mut Jobs<Product>) {
    let Some(session) = state.broken_off.take() else { return };
    start(state, jobs, Opening::Session, "Reading the session that broke off".to_owned(), move |progress| {
        restore(session, None, progress)
    });
}

pub(super) fn close(state: &mut State, jobs: &mut Jobs<Product>) {
    jobs.cancel_all();
    state.document = None;
    state.baseline = None;
    state.loading = None;
    state.choices = Choices::default();
    state.undo = Undo::new(state.choices.clone());
    state.range = None;
    state.made = Made::default();
    taking::leave(state);
}

/// Asks for files in the system's dialog, off the window's thread.
pub(super) fn pick(jobs: &mut Jobs<Product>) {
    jobs.spawn("Waiting for the file dialog", |_| {
        let asked = Instant::now();
        let picked = rfd::FileDialog::new().set_title("Open metric exports").pick_files();
        // without a portal and zenity the dialog says “cancelled” before anyone could have seen it
        if picked.is_none() && asked.elapsed() < Duration::from_millis(400) {
            return Ok(Product::NoDialog);
        }
        Ok(Product::Picked(picked))
    });
}
