//! Files and sessions become documents.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sre_stats::load::{Dataset, Item};
use sre_stats::progress::Progress;
use sre_stats::{Error, ErrorKind};

use super::{Product, Restored, notify, taking};
use crate::cli::server::now;
use crate::gui::asking::{Field, Question};
use crate::gui::choices::{Against, Choices};
use crate::gui::derive::{Document, Origin, Read};
use crate::gui::jobs::Jobs;
use crate::gui::made::Made;
use crate::gui::reading::Reading;
use crate::gui::session::{self, Session};
use crate::gui::state::{Opening, Overlay, Severity, State, Waiting};
use crate::gui::undo::Undo;
use crate::gui::view::View;
use crate::gui::watch;

/// Starts reading files; an earlier read that is still going on is stopped. A session among them is opened as such.
pub(super) fn open(state: &mut State, jobs: &mut Jobs<Product>, paths: Vec<PathBuf>) {
    if let Some(session) = paths.iter().find(|p| is_session(p)) {
        open_as(state, jobs, Opening::Session, session.clone());
        return;
    }
    if !paths.is_empty() {
        read(state, jobs, Origin::files(paths));
    }
}

/// Starts reading what is said of data.
pub(super) fn read(state: &mut State, jobs: &mut Jobs<Product>, origin: Origin) {
    state.asked = origin.clone();
    start(state, jobs, Opening::Data, format!("Reading {}", origin.title()), move |progress| {
        Ok(Product::Loaded(Box::new(origin.read(progress)?)))
    });
}

/// Opens the form of a question: what was typed last or asked for the document, else that of the document.
pub(super) fn edit_question(state: &mut State) {
    let document = state.document.as_ref().map(|d| &d.origin);
    let asked = document.filter(|d| !state.question.typed && !state.question.asked_for(d)).and_then(Question::of);
    let question = asked.unwrap_or_else(|| {
        let mut question = state.question.clone().again();
        // what is said of the data may be newer than the question
        if let Some(shown) = document.filter(|d| question.asked_for(d)).and_then(Question::of) {
            question.reading = shown.reading;
        }
        question
    });
    lay_over(state, Overlay::Server(Box::new(question)));
}

/// Lays something over the window. What is typed of a question is kept, however its form is closed.
pub(super) fn lay_over(state: &mut State, overlay: Overlay) {
    match &overlay {
        Overlay::Server(question) => state.question = Question::clone(question),
        _ => state.unanswered = None,
    }
    state.overlay = overlay;
}

/// Starts asking a server.
pub(super) fn ask_server(state: &mut State, jobs: &mut Jobs<Product>, question: Question) {
    let session = state.unanswered.take();
    match question.origin(now()) {
        Ok(origin) => {
            let mut question = question.after(&origin);
            question.typed = true;
            state.question = question.clone();
            state.asked = origin.clone();
            let name = format!("Asking {}", question.get(Field::Url).trim());
            start(state, jobs, Opening::Data, name, move |progress| match session {
                Some(waiting) => {
                    let (session, note) = *waiting;
                    restore(session, Some((origin, Some(question))), note, progress)
                }
                None => match origin.read(progress) {
                    Ok(read) => Ok(Product::Loaded(Box::new(read))),
                    Err(why) => refusal(question, why, None),
                },
            });
        }
        Err(why) => {
            state.unanswered = session;
            lay_over(state, Overlay::Server(Box::new(question.refused(&why))));
        }
    }
}

/// What comes of a refusal: the form once more, unless somebody asked to stop.
fn refusal(question: Question, why: Error, session: Option<Waiting>) -> sre_stats::Result<Product> {
    if why.kind() == ErrorKind::Cancelled {
        return Err(why);
    }
    Ok(Product::Refused(Box::new(question.refused(&why)), session))
}

/// Shows beside the question what the server said of it, unless something else is being typed, or was since.
pub(super) fn refused(state: &mut State, name: &str, question: Question, session: Option<Waiting>) {
    let newer = session.is_none() && state.question.says_else_than(&question);
    if state.overlay == Overlay::None && !newer {
        state.unanswered = session;
        lay_over(state, Overlay::Server(Box::new(question)));
    } else {
        let why = Field::ALL.into_iter().find_map(|f| question.wrong(f)).unwrap_or_default();
        notify(state, Severity::Error, format!("{name}: {why}"));
        if !newer && !matches!(state.overlay, Overlay::Server(_)) {
            state.question = question;
        }
    }
}

/// Reads the document again, with what was said of it.
pub(super) fn reload(state: &mut State, jobs: &mut Jobs<Product>) {
    if let Some(document) = state.document.as_ref().filter(|d| d.origin.is_readable()) {
        let origin = document.origin.clone();
        read(state, jobs, origin);
    }
}

/// Reads what was pasted.
pub(super) fn paste(state: &mut State, jobs: &mut Jobs<Product>, text: &str) {
    if text.trim().is_empty() {
        notify(state, Severity::Note, "The clipboard holds no text.".to_owned());
        return;
    }
    read(state, jobs, Origin { pasted: Some(text.into()), ..Origin::default() });
}

fn is_session(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().ends_with(".sre-stats.json"))
}

/// Starts reading a file as a baseline or a session.
pub(super) fn open_as(state: &mut State, jobs: &mut Jobs<Product>, opening: Opening, path: PathBuf) {
    let name = format!("Reading {}", Origin::files(vec![path.clone()]).title());
    match opening {
        Opening::Data => open(state, jobs, vec![path]),
        Opening::Baseline => start(state, jobs, opening, name, move |progress| {
            Ok(Product::Baseline(Box::new(Origin::files(vec![path]).read(progress)?)))
        }),
        Opening::Session => start(state, jobs, opening, name, move |progress| {
            let (session, note) = Session::read(&path)?;
            restore(session, None, note, progress)
        }),
    }
}

/// Reads what a session names. Where the question to its server is asked otherwise, that is in the place of its data.
fn restore(
    session: Session,
    asked: Option<(Origin, Option<Question>)>,
    note: Option<String>,
    progress: &Progress,
) -> sre_stats::Result<Product> {
    let origin = |paths: &[PathBuf], reading: &Reading| Origin {
        reading: reading.clone(),
        of_session: true,
        ..Origin::files(paths.to_vec())
    };
    let (named, question) = asked.unwrap_or_else(|| {
        let named = origin(&session.files, &session.reading);
        let question = Question::of(&named);
        (named, question)
    });
    let data = match (named.read(progress), question) {
        (Ok(data), _) => data,
        (Err(why), Some(question)) => return refusal(question, why, Some(Box::new((session, note)))),
        (Err(why), None) => return Err(why),
    };
    let baseline = match session.baseline.as_slice() {
        [] => None,
        paths => Some(origin(paths, &session.baseline_reading).read(progress)?),
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
    lay_over(state, Overlay::None);
    state.loading = Some((jobs.spawn(name, work), opening));
}

fn document(state: &mut State, read: Read) -> Arc<Document> {
    let id = state.next_document;
    state.next_document += 1;
    Arc::new(Document::new(id, read))
}

/// Shows a data set, read from a file or made in memory.
pub fn show_dataset(state: &mut State, read: Read) {
    // a reload keeps the choices where they still fit
    let before = state.document.clone().filter(|d| read.origin.is_readable() && d.origin.is_same(&read.origin));
    let same = before.is_some();
    // where the series of a place in the old document is now
    let place = |i: usize| {
        let title = before.as_ref()?.dataset.items.get(i)?.title();
        read.dataset.items.iter().position(|item| item.title() == title)
    };
    if let Some(item) = place(state.choices.item) {
        let choices = &mut state.choices;
        choices.item = item;
        choices.beside = choices.beside.iter().filter_map(|i| place(*i)).collect();
        choices.pair = choices.pair.and_then(|(a, b)| Some((place(a)?, place(b)?)));
        if let Against::Series(other) = choices.against {
            choices.against = place(other).map_or(Against::Halves, Against::Series);
        }
        // steps back name series by their place
        let titles = |dataset: &Dataset| dataset.items.iter().map(Item::title).collect::<Vec<_>>();
        if before.as_ref().is_some_and(|d| titles(&d.dataset) != titles(&read.dataset)) {
            state.undo = Undo::new(state.choices.clone());
        }
    } else {
        let first = Choices::default();
        state.choices = if same {
            let kept = state.choices.clone();
            Choices { item: first.item, beside: first.beside, against: first.against, pair: None, ..kept }
        } else {
            Choices { objective: state.first_objective.take(), ..first }
        };
        state.undo = Undo::new(state.choices.clone());
        state.range = None;
        state.watch &= same;
        state.made = Made::default();
        state.question.typed &= same;
    }
    // what is typed while the files are read again stays
    if before.is_none_or(|d| state.asked.reading == d.origin.reading) {
        state.asked = read.origin.clone();
    }
    state.watched.clone_from(&read.stamps);
    let document = document(state, read);
    state.document = Some(document);
    state.cursor = None;
    // what is not in sight would keep the document before in memory: it is made again when it is asked for
    let visible = state.layout.visible().contains(&View::Series);
    let beside = if visible { state.beside_keys().len() } else { 0 };
    for slot in state.made.beside.iter_mut().skip(beside) {
        slot.value = None;
    }
    if !visible {
        state.made.track.value = None;
    }
}

/// Takes a file to compare with.
pub(super) fn show_baseline(state: &mut State, read: Read) {
    // the series of the same name, else the only one, else the first
    let title = state.item().map(Item::title);
    let same = read.dataset.items.iter().position(|i| Some(i.title()) == title).unwrap_or(0);
    let baseline = document(state, read);
    state.baseline = Some(baseline);
    state.choices.against = Against::Baseline(same);
    state.layout.show(View::Compare, state.view);
    state.view = View::Compare;
}

/// Takes up a session.
pub(super) fn show_session(state: &mut State, restored: Restored) {
    let Restored { session, note, data, baseline } = restored;
    let choices = session.choices(&data.dataset, baseline.as_ref().map(|b| &b.dataset));
    show_dataset(state, data);
    state.made = Made::default();
    state.baseline = baseline.map(|b| document(state, b));
    state.choices = choices;
    state.undo = Undo::new(state.choices.clone());
    (state.layout, state.view, state.table) = session.views();
    state.range = session.range();
    state.theme = session.theme();
    state.watch = session.watch();
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
        restore(session, None, None, progress)
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
    state.asked = Origin::default();
    taking::leave(state);
}

/// Keeps one job at looking after the files while that is wanted, and none otherwise.
pub(super) fn keep_watch(state: &mut State, jobs: &mut Jobs<Product>) {
    let files = state.document.as_ref().filter(|d| state.watch && !d.paths.is_empty());
    let wanted = files.filter(|_| state.loading.is_none()).map(|d| d.id);
    if state.watching.as_ref().map(|w| w.0) == wanted {
        return;
    }
    if let Some((_, job)) = state.watching.take() {
        jobs.cancel(job);
    }
    if let (Some(id), Some(document)) = (wanted, state.document.as_ref()) {
        let (origin, known) = (document.origin.clone(), state.watched.clone());
        let job = jobs.spawn_quiet("Watching the files", move |progress| {
            Ok(Product::Changed(watch::wait(&origin, &known, progress)?))
        });
        state.watching = Some((id, job));
    }
}

/// Takes files that changed.
pub(super) fn changed(state: &mut State, jobs: &mut Jobs<Product>, stamps: Vec<crate::gui::derive::Stamp>) {
    state.watching = None;
    // servers have no stamp at any time
    let lost = stamps.iter().zip(&state.watched).position(|(now, before)| now.is_none() && before.is_some());
    state.watched = stamps;
    let Some(document) = state.document.clone() else { return };
    if let Some(path) = lost.and_then(|i| document.paths.get(i)) {
        // what was read stays in sight, and the file may come back
        notify(state, Severity::Note, format!("“{}” is gone; what was read of it is still shown.", path.display()));
        return;
    }
    // nobody asked for this reading: dialogs, and what is typed in them, stay
    let (overlay, asked) = (std::mem::replace(&mut state.overlay, Overlay::None), state.asked.clone());
    reload(state, jobs);
    (state.overlay, state.asked) = (overlay, asked);
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
