//! What commands do.

use egui::{ThemePreference, ViewportCommand};
use sre_stats::time::{Span, Timestamp};

use super::{Product, notify, open, taking};
use crate::gui::choices::Range;
use crate::gui::command::Command;
use crate::gui::derive::rules;
use crate::gui::jobs::Jobs;
use crate::gui::made::BESIDE;
use crate::gui::state::{Opening, Overlay, Severity, State};
use crate::gui::take::Target;
use crate::gui::view::View;

#[allow(clippy::too_many_lines, reason = "one line a command")]
pub(super) fn run(state: &mut State, jobs: &mut Jobs<Product>, ctx: &egui::Context, command: Command) {
    if state.overlay != Overlay::None && command != Command::Palette {
        state.overlay = Overlay::None;
    }
    match command {
        Command::Open => open::pick(jobs),
        Command::OpenPath => state.overlay = Overlay::Path(Opening::Data, String::new()),
        Command::OpenBaseline => state.overlay = Overlay::Path(Opening::Baseline, String::new()),
        Command::OpenSession => state.overlay = Overlay::Path(Opening::Session, String::new()),
        Command::OpenServer => open::edit_question(state),
        Command::SaveSession => taking::ask(state, Target::Session),
        Command::Reload => open::reload(state, jobs),
        Command::WatchFiles => state.watch = !state.watch,
        // what the system has comes as an event of its own
        Command::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
        Command::ReadOtherwise => {
            if state.asked.is_readable() {
                state.overlay = Overlay::Reading;
            }
        }
        Command::Close => open::close(state, jobs),
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
        Command::EditObjective => {
            if !state.layout.visible().into_iter().any(View::has_objective) {
                show(state, View::Windows);
            }
            state.table = false;
            state.focus_objective = true;
        }
        Command::AllValues => state.choices.values = None,
        Command::TuneAlerts => {
            state.choices.tune = !state.choices.tune;
            show(state, View::Slo);
        }
        Command::CopyTable => taking::copy_table(state, ctx),
        Command::CopyCommand => taking::copy_command(state, ctx),
        Command::CopyCells => taking::copy_cells(state, ctx),
        Command::CopyPicture => taking::copy_picture(state, jobs, ctx),
        Command::SaveParquet => taking::ask(state, Target::Parquet),
        Command::SaveSamples => taking::ask(state, Target::Samples),
        Command::SavePicture => taking::ask(state, Target::Png),
        Command::SaveVector => taking::ask(state, Target::Svg),
        Command::SaveCsv => taking::ask(state, Target::Csv),
        Command::SaveReport => taking::ask(state, Target::Report),
        Command::ExportOpenSlo => taking::ask(state, Target::OpenSlo),
        Command::ExportRules => taking::ask_rules(state),
        Command::ViewUnderstood => show(state, View::Understood),
        Command::ViewSeries => show(state, View::Series),
        Command::ViewDistribution => show(state, View::Distribution),
        Command::ViewHeat => show(state, View::Heat),
        Command::ViewQuantiles => show(state, View::Quantiles),
        Command::ViewWindows => show(state, View::Windows),
        Command::ViewSlo => show(state, View::Slo),
        Command::ViewTrend => show(state, View::Trend),
        Command::ViewCompare => show(state, View::Compare),
        Command::ViewCorrelate => show(state, View::Correlate),
        Command::SplitRight => split(state, false),
        Command::SplitDown => split(state, true),
        Command::ClosePane => {
            if let Some(view) = state.layout.close(state.view) {
                state.view = view;
            }
        }
        Command::ToggleTable => state.table = !state.table,
        Command::ToggleRate => state.choices.rate = !state.choices.rate,
        Command::ToggleChanges => {
            state.choices.marks = !state.choices.marks;
            show(state, View::Series);
        }
        Command::ToggleAnomalies => {
            state.choices.anomalies = !state.choices.anomalies;
            show(state, View::Series);
        }
        Command::OnlySelected => {
            state.choices.only = !state.choices.only;
            show(state, View::Correlate);
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

fn show(state: &mut State, view: View) {
    state.layout.show(view, state.view);
    state.view = view;
}

fn split(state: &mut State, down: bool) {
    match state.layout.split(state.view, down) {
        Some(view) => state.view = view,
        None => notify(state, Severity::Note, "Every view is shown already.".to_owned()),
    }
}

pub(super) fn select(state: &mut State, item: usize) {
    let Some(document) = &state.document else { return };
    if item < document.dataset.items.len() && item != state.choices.item {
        // values and times of another series mean nothing here
        if state.item().map(|i| &i.identity.unit) != document.dataset.items.get(item).map(|i| &i.identity.unit) {
            state.choices.values = None;
        }
        state.choices.item = item;
        state.range = None;
    }
}

/// Draws a series beside the one selected, or no longer.
pub(super) fn beside(state: &mut State, item: usize) {
    let before = state.choices.beside.len();
    state.choices.beside.retain(|i| *i != item);
    if state.choices.beside.len() < before {
        return;
    }
    state.choices.beside.push(item);
    if before >= BESIDE {
        state.choices.beside.remove(0);
        notify(state, Severity::Note, format!("More than {BESIDE} series beside one cannot be told apart."));
    }
}

/// Less than this no plot can show.
const CLOSEST: i64 = 1000;

pub(super) fn set_range(state: &mut State, range: Option<Range>) {
    let Some(extent) = state.extent() else { return };
    let all = extent.1.since(extent.0).0;
    state.range = range.filter(|r| r.0 < r.1).and_then(|(from, to)| {
        // nothing lies beyond the ends of the data
        let width = to.since(from).0.max(CLOSEST).min(all);
        let middle = i64::midpoint(from.0, to.0);
        let from = middle.saturating_sub(width / 2).min(extent.1.0.saturating_sub(width)).max(extent.0.0);
        (width < all).then_some((Timestamp(from), Timestamp(from.saturating_add(width))))
    });
}

/// Scales the time shown around its middle and moves it by a share of itself.
fn zoom(state: &mut State, scale: f64, shift: f64) {
    let Some((from, to)) = state.range.or_else(|| state.extent()) else { return };
    let width = to.since(from).0 as f64;
    let middle = i64::midpoint(from.0, to.0).saturating_add((shift * width) as i64);
    let half = (width / 2.0 * scale) as i64;
    set_range(state, Some((Timestamp(middle.saturating_sub(half)), Timestamp(middle.saturating_add(half)))));
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
    let now = state.choices.rule.or_else(|| state.made.windows.latest().map(|w| w.rule));
    let at = now.and_then(|now| rules.iter().position(|r| *r == now)).map_or(0, |i| i + 1);
    state.choices.rule = rules.get(at % rules.len().max(1)).copied();
}
