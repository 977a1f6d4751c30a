//! What the window shows: the document, the user's choices, and what was made from them. Only [`dispatch`](super::dispatch)
//! changes it.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use egui::ThemePreference;
use sre_stats::figure::Figure;
use sre_stats::load::Item;
use sre_stats::slo::Objective;
use sre_stats::time::Span;
use sre_stats::window::{NoData, Rule, WidthRow};

use super::derive::{Document, QuantileProfile, Track, TrackKey, WindowAnalysis, WindowKey, first_objective};
use super::jobs::JobId;
use super::undo::Undo;

/// A built-in file of the welcome page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What it is called.
    pub name: String,
    /// The question that it answers, in a sentence.
    pub about: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// The views of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Guesses and warnings.
    Understood,
    /// Values over time.
    #[default]
    Series,
    /// Values over the nines.
    Quantiles,
    /// What slices charge.
    Windows,
}

impl View {
    /// All views, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Understood, Self::Series, Self::Quantiles, Self::Windows];

    /// The command that shows it; its name is the tab's.
    pub fn command(self) -> super::command::Command {
        use super::command::Command;
        match self {
            Self::Understood => Command::ViewUnderstood,
            Self::Series => Command::ViewSeries,
            Self::Quantiles => Command::ViewQuantiles,
            Self::Windows => Command::ViewWindows,
        }
    }
}

/// The choices that undo and redo go through.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// The series selected.
    pub item: usize,
    /// The objective's text; `None` takes one that fits the series.
    pub objective: Option<String>,
    /// The rule; `None` takes the objective's own.
    pub rule: Option<Rule>,
    /// What missing data count as.
    pub no_data: NoData,
    /// The width of the slices.
    pub width: Span,
    /// Where they begin.
    pub phase: Span,
    /// Whether counters are shown as rates.
    pub rate: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            item: 0,
            objective: None,
            rule: None,
            no_data: NoData::default(),
            width: Span::from_secs(300),
            phase: Span::ZERO,
            rate: true,
        }
    }
}

/// What lies over the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The palette with the text typed and the line chosen.
    Palette(String, usize),
    /// All commands with their keys.
    Shortcuts,
    /// A box to type a path into.
    Path(String),
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something failed.
    Error,
    /// Something to know.
    Note,
}

/// A message that stays until it is dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How bad it is.
    pub severity: Severity,
    /// The sentence.
    pub text: String,
}

/// Something that a job makes for a key, with the last value kept until the next one is there.
#[derive(Debug)]
pub struct Slot<K, T> {
    /// The job at work, and for which key.
    pub job: Option<(K, JobId)>,
    /// The last value, and the key that it was made for.
    pub value: Option<(K, Arc<T>)>,
    /// The last failure, and the key that it belongs to.
    pub failure: Option<(K, String)>,
}

impl<K, T> Default for Slot<K, T> {
    fn default() -> Self {
        Self { job: None, value: None, failure: None }
    }
}

impl<K: PartialEq, T> Slot<K, T> {
    /// Whether nothing is known for the key and no job is at it.
    pub fn is_missing(&self, key: &K) -> bool {
        let is = |known: Option<&K>| known == Some(key);
        !is(self.value.as_ref().map(|v| &v.0))
            && !is(self.failure.as_ref().map(|f| &f.0))
            && !is(self.job.as_ref().map(|j| &j.0))
    }

    /// The value, though it may be of the key before.
    pub fn latest(&self) -> Option<&Arc<T>> {
        self.value.as_ref().map(|v| &v.1)
    }

    /// The value, if it is that of the key.
    pub fn of(&self, key: &K) -> Option<&Arc<T>> {
        self.value.as_ref().filter(|v| v.0 == *key).map(|v| &v.1)
    }

    /// The failure, if it is that of the key.
    pub fn failure_of(&self, key: &K) -> Option<&str> {
        self.failure.as_ref().filter(|f| f.0 == *key).map(|f| f.1.as_str())
    }
}

/// A figure with what it was made for.
type Cached<K> = RefCell<Option<(K, Arc<Figure>)>>;

/// Pictures of the last frame, kept while nothing changes.
#[derive(Debug, Default)]
pub struct Pictures {
    /// The series view's: track, range and width.
    pub series: Cached<(TrackKey, (f64, f64), usize)>,
    /// The phase plot's: analysis and row.
    pub phase: Cached<(usize, usize)>,
}

/// The figure of a key: the kept one, or a new one.
pub fn cached<K: PartialEq>(cell: &Cached<K>, key: K, make: impl FnOnce() -> Option<Figure>) -> Option<Arc<Figure>> {
    let mut kept = cell.borrow_mut();
    if let Some((_, figure)) = kept.as_ref().filter(|(k, _)| *k == key) {
        return Some(Arc::clone(figure));
    }
    let figure = Arc::new(make()?);
    *kept = Some((key, Arc::clone(&figure)));
    Some(figure)
}

/// Everything the window shows.
#[derive(Debug)]
pub struct State {
    /// The file that is open.
    pub document: Option<Arc<Document>>,
    /// The number of the next document.
    pub next_document: u64,
    /// What the user chose.
    pub choices: Choices,
    /// The steps back.
    pub undo: Undo<Choices>,
    /// The view shown.
    pub view: View,
    /// Whether the view is shown as a table.
    pub table: bool,
    /// The time shown, as positions on the time axis; `None` shows all.
    pub range: Option<(f64, f64)>,
    /// Light, dark, or as the system has it.
    pub theme: ThemePreference,
    /// What lies over the window.
    pub overlay: Overlay,
    /// Messages.
    pub notices: Vec<Notice>,
    /// Whether the objective takes the keyboard in the next frame.
    pub focus_objective: bool,
    /// The objective for the next document, where the command line gave one.
    pub first_objective: Option<String>,
    /// The welcome page's files.
    pub samples: Vec<Sample>,
    /// The job that reads a file.
    pub loading: Option<JobId>,
    /// The series view's column.
    pub track: Slot<TrackKey, Track>,
    /// The quantile view's profile.
    pub quantiles: Slot<TrackKey, QuantileProfile>,
    /// The window view's analysis.
    pub windows: Slot<WindowKey, WindowAnalysis>,
    /// Pictures kept between frames.
    pub pictures: Pictures,
}

impl State {
    /// The welcome page.
    pub fn new(samples: Vec<Sample>) -> Self {
        Self {
            document: None,
            next_document: 1,
            choices: Choices::default(),
            undo: Undo::new(Choices::default()),
            view: View::default(),
            table: false,
            range: None,
            theme: ThemePreference::System,
            overlay: Overlay::default(),
            notices: Vec::new(),
            focus_objective: false,
            first_objective: None,
            samples,
            loading: None,
            track: Slot::default(),
            quantiles: Slot::default(),
            windows: Slot::default(),
            pictures: Pictures::default(),
        }
    }

    /// The series selected.
    pub fn item(&self) -> Option<&Item> {
        self.document.as_ref()?.dataset.items.get(self.choices.item)
    }

    /// The text of the objective: the user's, or one that fits the series.
    pub fn objective_text(&self) -> String {
        self.choices.objective.clone().unwrap_or_else(|| self.item().map(first_objective).unwrap_or_default())
    }

    /// What the series view wants.
    pub fn track_key(&self) -> Option<TrackKey> {
        let document = self.document.as_ref()?.id;
        Some(TrackKey { document, item: self.choices.item, rate: self.choices.rate })
    }

    /// What the window view wants; `None` where the objective cannot be read.
    pub fn window_key(&self) -> Option<WindowKey> {
        let objective: Objective = self.objective_text().parse().ok()?;
        Some(WindowKey {
            document: self.document.as_ref()?.id,
            item: self.choices.item,
            objective,
            rule: self.choices.rule,
            no_data: self.choices.no_data,
        })
    }

    /// The analysis shown and its row of the chosen width.
    pub fn width_row(&self) -> Option<(&Arc<WindowAnalysis>, usize, &WidthRow)> {
        let analysis = self.windows.latest()?;
        let index = analysis.row_index(self.choices.width);
        Some((analysis, index, analysis.accounting.rows.get(index)?))
    }

    /// The phase, within the width of the row.
    pub fn phase_in(&self, row: &WidthRow) -> Span {
        Span(self.choices.phase.0.rem_euclid(row.width.0.max(1)))
    }
}
