//! The only place that changes the state: messages of views, ended jobs, and what has to be made next.
//!
//! | file | what it does |
//! |---|---|
//! | `commands` | commands |
//! | `open` | files and sessions become documents |
//! | `making` | jobs for what the views in sight lack, and what comes of them |
//! | `taking` | what is written and copied |

mod commands;
mod making;
mod open;
mod taking;

use std::path::PathBuf;

use sre_stats::time::{Span, Timestamp};
use sre_stats::window::{NoData, Rule};

use super::asking::Question;
use super::choices::{Against, Range, Spread};
use super::command::Command;
use super::derive::{
    AnomalyMarks, ChangeMarks, Distribution, DistributionKey, Heat, HeatKey, Origin, QuantileProfile, Read, Related,
    RelatedKey, Stamp, Told, ToldKey, Track, TrackKey, WindowAnalysis, WindowKey,
};
use super::jobs::{JobId, Jobs};
use super::layout::Layout;
use super::session::Session;
use super::state::{Notice, Opening, Overlay, Severity, State, Waiting};
use super::take::Target;
use super::view::View;

pub use commands::phase_step;
pub use making::{absorb, prepare};
pub use open::{begin_with, settle_in, show_dataset};
pub use taking::leave;

/// What a view may ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Carry out a command.
    Run(Command),
    /// Read these files.
    Open(Vec<PathBuf>),
    /// Read a text from the clipboard.
    Paste(String),
    /// Say something of data, before they are read again.
    Asked(Origin),
    /// Read data by what is said of them.
    Read(Origin),
    /// Ask a server.
    AskServer(Box<Question>),
    /// Read this file, to compare with or as a session.
    OpenAs(Opening, PathBuf),
    /// Select a series.
    Select(usize),
    /// Change the objective's text.
    Objective(String),
    /// Draw a series beside the one selected, or no longer.
    Beside(usize),
    /// Choose a rule; `None` for the objective's own.
    Rule(Option<Rule>),
    /// Choose what missing data count as.
    NoData(NoData),
    /// Choose a width.
    Width(Span),
    /// Choose a phase.
    Phase(Span),
    /// Show a range of time; `None` for all.
    Range(Option<Range>),
    /// Look at these values only; `None` for all.
    Values(Option<(f64, f64)>),
    /// Choose how a distribution is shown.
    Spread(Spread),
    /// Put values on a log scale, or not.
    Log(bool),
    /// Put shares on a scale of nines, or not.
    Nines(bool),
    /// Change the limit of the forecast.
    Limit(String),
    /// Choose how far the forecast reaches.
    Ahead(Option<Span>),
    /// Choose a pair of series in the correlation view.
    Pair((usize, usize)),
    /// Choose what to compare with.
    Against(Against),
    /// Sort the table of this title by a column; once more turns it round.
    Sort(String, usize),
    /// The pointer is at this instant.
    Cursor(Option<Timestamp>),
    /// Commands are about this view now.
    Activate(View),
    /// Lay something over the window, or take it away.
    Overlay(Overlay),
    /// Choose in the system's dialog where to write.
    ChoosePath(Target),
    /// Write to this file.
    Save(Target, PathBuf),
    /// Write the alert rules of the form.
    WriteRules,
    /// Put text on the clipboard.
    Copy(String),
    /// Take a message away.
    Dismiss(usize),
    /// Stop a job.
    Cancel(JobId),
    /// The objective has the keyboard now.
    ObjectiveFocused,
    /// Go on with what was open when the program broke off.
    Recover,
}

/// What jobs make.
#[derive(Debug)]
pub enum Product {
    /// A file was read.
    Loaded(Box<Read>),
    /// A server refused a question, of a session or not.
    Refused(Box<Question>, Option<Waiting>),
    /// The file to compare with was read.
    Baseline(Box<Read>),
    /// The files that are watched changed: they are so now.
    Changed(Vec<Stamp>),
    /// A session and its files were read, and what is to be said of it.
    Session(Box<Restored>),
    /// Files were chosen in the dialog; `None` where it was closed.
    Picked(Option<Vec<PathBuf>>),
    /// A place to write to was chosen.
    PathChosen(Target, Option<PathBuf>),
    /// The system has no dialog.
    NoDialog,
    /// Files were written.
    Written(Vec<PathBuf>),
    /// A picture for the clipboard, and its title.
    Picture(egui::ColorImage, String),
    /// What needs no word was done.
    Quiet,
    /// A column is ready for drawing.
    Track(TrackKey, Box<Track>),
    /// A column beside another is ready for drawing.
    Beside(TrackKey, Box<Track>),
    /// Changes of level are ready.
    Marks(TrackKey, Box<ChangeMarks>),
    /// Anomalies are ready.
    Anomalies(TrackKey, Box<AnomalyMarks>),
    /// Pairs of series are ready.
    Related(RelatedKey, Box<Related>),
    /// Quantiles are ready.
    Quantiles(TrackKey, Box<QuantileProfile>),
    /// An analysis of slices is ready.
    Windows(WindowKey, Box<WindowAnalysis>),
    /// A distribution is ready.
    Distribution(DistributionKey, Box<Distribution>),
    /// A heat map is ready.
    Heat(HeatKey, Box<Heat>),
    /// An answer is ready.
    Told(ToldKey, Box<Told>),
}

/// A session with its data.
#[derive(Debug)]
pub struct Restored {
    session: Session,
    note: Option<String>,
    data: Read,
    baseline: Option<Read>,
}

/// Carries out one message.
pub fn dispatch(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context, message: Message) {
    match message {
        Message::Run(command) => commands::run(state, jobs, ctx, command),
        Message::Open(paths) => open::open(state, jobs, paths),
        Message::Paste(text) => open::paste(state, jobs, &text),
        Message::Asked(origin) => state.asked = origin,
        Message::Read(origin) => open::read(state, jobs, origin),
        Message::AskServer(question) => open::ask_server(state, jobs, *question),
        Message::OpenAs(opening, path) => open::open_as(state, jobs, opening, path),
        Message::Select(item) => commands::select(state, item),
        Message::Objective(text) => state.choices.objective = Some(text),
        Message::Beside(item) => commands::beside(state, item),
        Message::Rule(rule) => state.choices.rule = rule,
        Message::NoData(policy) => state.choices.no_data = policy,
        Message::Width(width) => state.choices.width = width,
        Message::Phase(phase) => state.choices.phase = phase,
        Message::Range(range) => commands::set_range(state, range),
        Message::Values(values) => {
            state.choices.values = values.filter(|(a, b)| a.is_finite() && b.is_finite() && a <= b);
        }
        Message::Spread(spread) => state.choices.spread = spread,
        Message::Log(log) => state.choices.log = log,
        Message::Nines(nines) => state.choices.nines = nines,
        Message::Limit(text) => state.choices.limit = text,
        Message::Ahead(ahead) => state.choices.ahead = ahead,
        Message::Pair(pair) => state.choices.pair = Some(pair),
        Message::Against(against) => state.choices.against = against,
        Message::Sort(title, column) => sort(state, title, column),
        Message::Cursor(cursor) => state.cursor = cursor,
        Message::Activate(view) => state.view = view,
        Message::Overlay(overlay) => open::lay_over(state, overlay),
        Message::ChoosePath(target) => taking::choose_path(state, jobs, target),
        Message::Save(target, path) => taking::save(state, jobs, ctx, target, path),
        Message::WriteRules => taking::write_rules(state, jobs),
        Message::Copy(text) => ctx.copy_text(text),
        Message::Dismiss(index) => {
            if index < state.notices.len() {
                state.notices.remove(index);
            }
        }
        Message::Cancel(id) => jobs.cancel(id),
        Message::ObjectiveFocused => state.focus_objective = false,
        Message::Recover => open::recover(state, jobs),
    }
}

/// The first look is upwards, the second downwards, the third as it came.
fn sort(state: &mut State, title: String, column: usize) {
    state.sort = match state.sort.take() {
        Some((t, c, false)) if t == title && c == column => Some((title, column, true)),
        Some((t, c, true)) if t == title && c == column => None,
        _ => Some((title, column, false)),
    };
}

/// Puts the arrangement of the views back after a frame in which the user may have moved them.
pub fn arrange(state: &mut State, layout: Layout) {
    state.layout = layout;
    if !state.layout.all().contains(&state.view)
        && let Some(view) = state.layout.visible().first()
    {
        state.view = *view;
    }
}

/// Adds a message, once.
fn notify(state: &mut State, severity: Severity, text: String) {
    let notice = Notice { severity, text };
    state.notices.retain(|n| *n != notice && n.severity != Severity::Note);
    state.notices.push(notice);
}
