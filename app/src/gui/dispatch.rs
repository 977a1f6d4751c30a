//! The only place that changes the state: messages of views, ended jobs, and what has to be made next.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{ThemePreference, ViewportCommand};
use sre_stats::Error;
use sre_stats::load::{Dataset, LoadOptions, load};
use sre_stats::time::Span;
use sre_stats::window::{NoData, Rule};

use super::command::Command;
use super::derive::{Document, QuantileProfile, Track, TrackKey, WindowAnalysis, WindowKey, rules, steps};
use super::jobs::{Finished, JobId, Jobs, Outcome};
use super::state::{Choices, Notice, Overlay, Severity, Slot, State, View};
use super::undo::Undo;
use super::views;

/// What a view may ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Carry out a command.
    Run(Command),
    /// Read these files.
    Open(Vec<PathBuf>),
    /// Select a series.
    Select(usize),
    /// Change the objective's text.
    Objective(String),
    /// Choose a rule; `None` for the objective's own.
    Rule(Option<Rule>),
    /// Choose what missing data count as.
    NoData(NoData),
    /// Choose a width.
    Width(Span),
    /// Choose a phase.
    Phase(Span),
    /// Show a range of time; `None` for all.
    Range(Option<(f64, f64)>),
    /// Lay something over the window, or take it away.
    Overlay(Overlay),
    /// Put text on the clipboard.
    Copy(String),
    /// Take a message away.
    Dismiss(usize),
    /// Stop a job.
    Cancel(JobId),
    /// The objective has the keyboard now.
    ObjectiveFocused,
}

/// What jobs make.
#[derive(Debug)]
pub enum Product {
    /// A file was read.
    Loaded(Vec<PathBuf>, Box<Dataset>, Vec<Option<Span>>),
    /// Files were chosen in the dialog; `None` where it was closed.
    Picked(Option<Vec<PathBuf>>),
    /// The system has no dialog.
    NoDialog,
    /// A column is ready for drawing.
    Track(TrackKey, Box<Track>),
    /// Quantiles are ready.
    Quantiles(TrackKey, Box<QuantileProfile>),
    /// An analysis of slices is ready.
    Windows(WindowKey, Box<WindowAnalysis>),
}

/// Carries out one message.
pub fn dispatch(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context, message: Message) {
    match message {
        Message::Run(command) => run(state, jobs, ctx, command),
        Message::Open(paths) => open(state, jobs, paths),
        Message::Select(item) => select(state, item),
        Message::Objective(text) => state.choices.objective = Some(text),
        Message::Rule(rule) => state.choices.rule = rule,
        Message::NoData(policy) => state.choices.no_data = policy,
        Message::Width(width) => state.choices.width = width,
        Message::Phase(phase) => state.choices.phase = phase,
        Message::Range(range) => set_range(state, range),
        Message::Overlay(overlay) => state.overlay = overlay,
        Message::Copy(text) => ctx.copy_text(text),
        Message::Dismiss(index) => {
            if index < state.notices.len() {
                state.notices.remove(index);
            }
        }
        Message::Cancel(id) => jobs.cancel(id),
        Message::ObjectiveFocused => state.focus_objective = false,
    }
}

fn run(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context, command: Command) {
    if state.overlay != Overlay::None && command != Command::Palette {
        state.overlay = Overlay::None;
    }
    match command {
        Command::Open => pick(jobs),
        Command::OpenPath => state.overlay = Overlay::Path(String::new()),
        Command::Reload => {
            if let Some(document) = state.document.as_ref().filter(|d| !d.paths.is_empty()) {
                open(state, jobs, document.paths.clone());
            }
        }
        Command::Close => close(state, jobs),
        Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        Command::Undo => {
            if let Some(choices) = state.undo.undo() {
                state.choices = choices;
            }
        }
        Command::Redo => {
            if let Some(choices) = state.undo.redo() {
                state.choices = choices;
            }
        }
        Command::CopyTable => copy_table(state, ctx),
        Command::EditObjective => {
            state.view = View::Windows;
            state.table = false;
            state.focus_objective = true;
        }
        Command::ViewUnderstood => state.view = View::Understood,
        Command::ViewSeries => state.view = View::Series,
        Command::ViewQuantiles => state.view = View::Quantiles,
        Command::ViewWindows => state.view = View::Windows,
        Command::ToggleTable => state.table = !state.table,
        Command::ToggleRate => {
            state.choices.rate = !state.choices.rate;
            state.range = None;
        }
        Command::NextSeries => select(state, state.choices.item + 1),
        Command::PreviousSeries => select(state, state.choices.item.saturating_sub(1)),
        Command::ZoomIn => zoom(state, 0.5, 0.0),
        Command::ZoomOut => zoom(state, 2.0, 0.0),
        Command::PanLeft => zoom(state, 1.0, -0.25),
        Command::PanRight => zoom(state, 1.0, 0.25),
        Command::ResetZoom => state.range = None,
        Command::ThemeLight => state.theme = ThemePreference::Light,
        Command::ThemeDark => state.theme = ThemePreference::Dark,
        Command::ThemeSystem => state.theme = ThemePreference::System,
        Command::Wider => step_width(state, 1),
        Command::Narrower => step_width(state, -1),
        Command::PhaseLater => step_phase(state, 1),
        Command::PhaseEarlier => step_phase(state, -1),
        Command::PhaseAligned => state.choices.phase = Span::ZERO,
        Command::PhaseWorst => extreme_phase(state, true),
        Command::PhaseBest => extreme_phase(state, false),
        Command::NextRule => next_rule(state),
        Command::Palette => {
            state.overlay = match state.overlay {
                Overlay::Palette(..) => Overlay::None,
                _ => Overlay::Palette(String::new(), 0),
            };
        }
        Command::Shortcuts => state.overlay = Overlay::Shortcuts,
        Command::CancelJobs => jobs.cancel_all(),
        Command::DismissNotices => state.notices.clear(),
    }
}

/// Starts reading files; an earlier read that is still going on is stopped.
fn open(state: &mut State, jobs: &mut Jobs<Product>, paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    if let Some(earlier) = state.loading.take() {
        jobs.cancel(earlier);
    }
    state.overlay = Overlay::None;
    let name = format!("Reading {}", title_of(&paths));
    state.loading = Some(jobs.spawn(name, move |progress| {
        let dataset = load(&paths, &LoadOptions::default(), progress)?;
        progress.stage("looking over the series", 0);
        let steps = steps(&dataset);
        Ok(Product::Loaded(paths, Box::new(dataset), steps))
    }));
}

fn title_of(paths: &[PathBuf]) -> String {
    let name =
        |p: &PathBuf| p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned());
    match paths {
        [] => "data".to_owned(),
        [one] => name(one),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
    }
}

/// Shows a data set, read from a file or made in memory.
pub fn show_dataset(state: &mut State, paths: Vec<PathBuf>, dataset: Dataset, steps: Vec<Option<Span>>) {
    let id = state.next_document;
    state.next_document += 1;
    // a reload keeps the choices where they still fit
    let reload = state.document.as_ref().is_some_and(|d| !paths.is_empty() && d.paths == paths);
    if !reload || state.choices.item >= dataset.items.len() {
        state.choices = Choices { objective: state.first_objective.take(), ..Choices::default() };
        state.undo = Undo::new(state.choices.clone());
        state.range = None;
    }
    state.document = Some(Arc::new(Document { id, title: title_of(&paths), paths, dataset, steps }));
    state.track = Slot::default();
    state.quantiles = Slot::default();
    state.windows = Slot::default();
}

/// Takes an objective for the next document, or the one that is open.
pub fn begin_with(state: &mut State, objective: String) {
    if state.document.is_some() {
        state.choices.objective = Some(objective);
    } else {
        state.first_objective = Some(objective);
    }
}

fn close(state: &mut State, jobs: &Jobs<Product>) {
    jobs.cancel_all();
    state.document = None;
    state.loading = None;
    state.choices = Choices::default();
    state.undo = Undo::new(state.choices.clone());
    state.range = None;
    state.track = Slot::default();
    state.quantiles = Slot::default();
    state.windows = Slot::default();
}

/// Asks for files in the system's dialog, off the window's thread.
fn pick(jobs: &mut Jobs<Product>) {
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

fn select(state: &mut State, item: usize) {
    let Some(document) = &state.document else { return };
    if item < document.dataset.items.len() && item != state.choices.item {
        state.choices.item = item;
        state.range = None;
    }
}

fn set_range(state: &mut State, range: Option<(f64, f64)>) {
    let Some(track) = state.track.latest() else { return };
    let extent = track.extent();
    state.range = range.filter(|r| r.0.is_finite() && r.1.is_finite() && r.0 < r.1).and_then(|(from, to)| {
        // a nanosecond a pixel is as close as the data go; nothing lies beyond their ends
        let width = (to - from).max(1e-6).min(extent.1 - extent.0);
        let from = (f64::midpoint(from, to) - width / 2.0).min(extent.1 - width).max(extent.0);
        (width < extent.1 - extent.0).then_some((from, from + width))
    });
}

/// Scales the time shown around its middle and moves it by a share of itself.
fn zoom(state: &mut State, scale: f64, shift: f64) {
    let Some(track) = state.track.latest() else { return };
    let (from, to) = state.range.unwrap_or_else(|| track.extent());
    let (middle, half) = (f64::midpoint(from, to) + shift * (to - from), (to - from) / 2.0 * scale);
    set_range(state, Some((middle - half, middle + half)));
}

fn step_width(state: &mut State, by: isize) {
    let Some((analysis, index, _)) = state.width_row() else { return };
    let to = index.saturating_add_signed(by);
    if let Some(width) = analysis.accounting.rows.get(to).map(|r| r.width) {
        state.choices.width = width;
    }
}

/// A sixtieth of the width, on the resolution.
pub fn phase_step(width: Span, resolution: Span) -> Span {
    let step = width.0 / 60 / resolution.0.max(1) * resolution.0;
    Span(step.max(resolution.0))
}

fn step_phase(state: &mut State, by: i64) {
    let Some((analysis, _, row)) = state.width_row() else { return };
    let step = phase_step(row.width, analysis.slo.bad_time.resolution());
    state.choices.phase = Span((state.phase_in(row).0 + by * step.0).rem_euclid(row.width.0.max(1)));
}

fn extreme_phase(state: &mut State, worst: bool) {
    let Some((_, _, row)) = state.width_row() else { return };
    let runs = row.profile.runs().iter();
    let run = if worst { runs.rev().max_by_key(|r| r.slices) } else { runs.min_by_key(|r| r.slices) };
    if let Some(from) = run.map(|r| r.from) {
        state.choices.phase = from;
    }
}

fn next_rule(state: &mut State) {
    let rules = rules();
    let now = state.choices.rule.or_else(|| state.windows.latest().map(|w| w.rule));
    let at = now.and_then(|now| rules.iter().position(|r| *r == now)).map_or(0, |i| i + 1);
    state.choices.rule = rules.get(at % rules.len().max(1)).copied();
}

fn copy_table(state: &mut State, ctx: &egui::Context) {
    if let Some(table) = views::table_of(state) {
        ctx.copy_text(table.to_csv());
        let text = format!("Copied {} rows of “{}” as CSV.", table.rows.len(), table.title);
        notify(state, Severity::Note, text);
    }
}

/// Adds a message, once.
fn notify(state: &mut State, severity: Severity, text: String) {
    let notice = Notice { severity, text };
    state.notices.retain(|n| *n != notice && n.severity != Severity::Note);
    state.notices.push(notice);
}

/// Takes in a job that ended.
pub fn absorb(state: &mut State, jobs: &mut Jobs<Product>, ended: Finished<Product>) {
    let Finished { id, name, outcome } = ended;
    let loading = state.loading == Some(id);
    if loading {
        state.loading = None;
    }
    match outcome {
        Outcome::Done(Product::Loaded(paths, dataset, steps)) => {
            if loading {
                show_dataset(state, paths, *dataset, steps);
            }
        }
        Outcome::Done(Product::Picked(paths)) => open(state, jobs, paths.unwrap_or_default()),
        Outcome::Done(Product::NoDialog) => state.overlay = Overlay::Path(String::new()),
        Outcome::Done(Product::Track(key, track)) => fill(&mut state.track, id, key, *track),
        Outcome::Done(Product::Quantiles(key, profile)) => fill(&mut state.quantiles, id, key, *profile),
        Outcome::Done(Product::Windows(key, analysis)) => fill(&mut state.windows, id, key, *analysis),
        Outcome::Failed(text) => {
            // what a view asked for is shown in the view, everything else over it
            let shown = fail(&mut state.track, id, &text)
                || fail(&mut state.quantiles, id, &text)
                || fail(&mut state.windows, id, &text);
            if !shown {
                notify(state, Severity::Error, format!("{name}: {text}"));
            }
        }
        Outcome::Cancelled => {
            if loading {
                notify(state, Severity::Note, format!("{name}: cancelled."));
            }
            forget(&mut state.track, id);
            forget(&mut state.quantiles, id);
            forget(&mut state.windows, id);
        }
    }
}

fn fill<K: PartialEq, T>(slot: &mut Slot<K, T>, id: JobId, key: K, value: T) {
    if slot.job.as_ref().is_some_and(|j| j.1 == id) {
        slot.job = None;
        slot.failure = None;
        slot.value = Some((key, Arc::new(value)));
    }
}

fn fail<K: PartialEq, T>(slot: &mut Slot<K, T>, id: JobId, text: &str) -> bool {
    match slot.job.take() {
        Some((key, job)) if job == id => {
            slot.failure = Some((key, text.to_owned()));
            true
        }
        other => {
            slot.job = other;
            false
        }
    }
}

/// A cancelled job is not asked for again until the key changes.
fn forget<K: PartialEq, T>(slot: &mut Slot<K, T>, id: JobId) {
    fail(slot, id, &Error::cancelled().to_string());
}

/// Starts what the view in sight lacks, and keeps the user's choices as a step where no interaction goes on.
pub fn prepare(state: &mut State, jobs: &mut Jobs<Product>, interacting: bool) {
    if !interacting {
        state.undo.settle(&state.choices);
    }
    let Some(document) = state.document.clone() else { return };
    if let Some(key) = state.track_key().filter(|_| state.view == View::Series) {
        let document = Arc::clone(&document);
        want(&mut state.track, jobs, "Preparing the series", key, move |key, progress| {
            Ok(Product::Track(key.clone(), Box::new(Track::new(&document, key, progress)?)))
        });
    }
    if let Some(key) = state.track_key().filter(|_| state.view == View::Quantiles) {
        let document = Arc::clone(&document);
        want(&mut state.quantiles, jobs, "Computing quantiles", key, move |key, progress| {
            Ok(Product::Quantiles(key.clone(), Box::new(QuantileProfile::new(&document, key, progress)?)))
        });
    }
    if let Some(key) = state.window_key().filter(|_| state.view == View::Windows) {
        want(&mut state.windows, jobs, "Charging slices", key, move |key, progress| {
            Ok(Product::Windows(key.clone(), Box::new(WindowAnalysis::new(&document, key, progress)?)))
        });
    }
}

fn want<K, T>(
    slot: &mut Slot<K, T>,
    jobs: &mut Jobs<Product>,
    name: &str,
    key: K,
    work: impl FnOnce(&K, &sre_stats::progress::Progress) -> sre_stats::Result<Product> + Send + 'static,
) where
    K: PartialEq + Clone + Send + 'static,
{
    if slot.is_missing(&key) {
        if let Some((_, earlier)) = slot.job.take() {
            jobs.cancel(earlier);
        }
        let wanted = key.clone();
        slot.job = Some((key, jobs.spawn(name, move |progress| work(&wanted, progress))));
    }
}
