//! What the window shows: the document, the user's choices, and what was made from them. Only [`dispatch`](super::dispatch)
//! changes it.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use egui::ThemePreference;
use sre_stats::figure::Figure;
use sre_stats::forecast::Limit;
use sre_stats::load::{Data, Item};
use sre_stats::slo::Objective;
use sre_stats::time::{Span, Timestamp};
use sre_stats::window::WidthRow;

use super::asking::Question;
use super::choices::{Against, Choices, Range};
use super::derive::{
    Ask, DistributionKey, Document, HeatKey, Origin, Other, RelatedKey, Stamp, ToldKey, TrackKey, WindowAnalysis,
    WindowKey, first_objective,
};
use super::jobs::JobId;
use super::layout::Layout;
use super::made::{BESIDE, Made};
use super::take::{RulesForm, Target};
use super::undo::Undo;
use super::view::View;

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
    /// What is said of the data that were asked for last.
    Reading,
    /// A question to a Prometheus server.
    Server(Box<Question>),
    /// A box to type the path of a file into, and what it is opened as.
    Path(Opening, String),
    /// A box to type into where something is to be written.
    Save(Target, String),
    /// The four documents and the counters of alert rules.
    Rules(Box<RulesForm>),
}

/// What a file is opened as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opening {
    /// The document.
    #[default]
    Data,
    /// What the document is compared with.
    Baseline,
    /// A session.
    Session,
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

/// A figure with what it was made for.
type Cached<K> = RefCell<Option<(K, Arc<Figure>)>>;

/// What a picture of the series view is made of: track, tracks beside it, range, width, and whether changes and anomalies are marked.
type SeriesKey = (TrackKey, Vec<TrackKey>, (f64, f64), usize, (bool, bool));

/// Pictures of the last frame, kept while nothing changes.
#[derive(Debug, Default)]
pub struct Pictures {
    /// The series view's.
    pub series: Cached<SeriesKey>,
    /// The phase plot's: analysis and row.
    pub phase: Cached<(usize, usize)>,
}

/// How a table is sorted: its title, the column, and whether the largest comes first.
pub type Sort = (String, usize, bool);

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
    /// The view that commands are about.
    pub view: View,
    /// All views that are shown.
    pub layout: Layout,
    /// Whether the views are shown as tables.
    pub table: bool,
    /// How a table is sorted.
    pub sort: Option<Sort>,
    /// The time shown; `None` shows all.
    pub range: Option<Range>,
    /// The instant that the pointer is at in one view, for the others.
    pub cursor: Option<Timestamp>,
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
    /// Files that were open before.
    pub recent: Vec<PathBuf>,
    /// The file that the document is compared with.
    pub baseline: Option<Arc<Document>>,
    /// Data that were asked for last, and what is said of them.
    pub asked: Origin,
    /// The question to a server that was typed or asked last.
    pub question: Question,
    /// The session that waits for its server's answer, while its question is in the form.
    pub unanswered: Option<Waiting>,
    /// Whether files are read again whenever they change.
    pub watch: bool,
    /// The files as they were seen last.
    pub watched: Vec<Stamp>,
    /// The job that looks after the files, and for which document.
    pub watching: Option<(u64, JobId)>,
    /// The job that reads a file, and what it is opened as.
    pub loading: Option<(JobId, Opening)>,
    /// What was open when the program broke off.
    pub broken_off: Option<super::session::Session>,
    /// Where sessions, recent files and what is left after a crash are kept; `None` keeps nothing.
    pub home: Option<PathBuf>,
    /// What jobs made.
    pub made: Made,
    /// Pictures kept between frames.
    pub pictures: Pictures,
}

/// A session whose server gave no data yet, and what is to be said of it.
pub type Waiting = Box<(super::session::Session, Option<String>)>;

impl State {
    /// The welcome page.
    pub fn new(samples: Vec<Sample>) -> Self {
        Self {
            document: None,
            next_document: 1,
            choices: Choices::default(),
            undo: Undo::new(Choices::default()),
            view: View::default(),
            layout: Layout::default(),
            table: false,
            sort: None,
            range: None,
            cursor: None,
            theme: ThemePreference::System,
            overlay: Overlay::default(),
            notices: Vec::new(),
            focus_objective: false,
            first_objective: None,
            samples,
            recent: Vec::new(),
            baseline: None,
            asked: Origin::default(),
            question: Question::default(),
            unanswered: None,
            watch: false,
            watched: Vec::new(),
            watching: None,
            loading: None,
            broken_off: None,
            home: None,
            made: Made::default(),
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

    /// The objective, where its text can be read.
    pub fn objective(&self) -> Option<Objective> {
        self.objective_text().parse().ok()
    }

    /// All the time that there is, with a little room, so that marks at the ends stay whole.
    pub fn extent(&self) -> Option<Range> {
        let item = self.item()?;
        let (first, last) = (item.first(), item.last());
        let pad = (last.since(first).0 / 100).max(if last > first { 1 } else { 500_000_000 });
        Some((Timestamp(first.0.saturating_sub(pad)), Timestamp(last.0.saturating_add(pad))))
    }

    /// What the series and the quantile view want.
    pub fn track_key(&self) -> Option<TrackKey> {
        let document = self.document.as_ref()?.id;
        let Choices { item, rate, values, .. } = self.choices;
        Some(TrackKey { document, item, rate, values })
    }

    /// What the series view wants beside the series selected: series of the same unit.
    pub fn beside_keys(&self) -> Vec<TrackKey> {
        let (Some(key), Some(document)) = (self.track_key(), self.document.as_ref()) else { return Vec::new() };
        let items = &document.dataset.items;
        let unit = self.item().map(|i| &i.identity.unit);
        let fits = |i: &usize| *i != key.item && items.get(*i).map(|o| &o.identity.unit) == unit;
        let kept = self.choices.beside.iter().copied().filter(fits).take(BESIDE);
        kept.map(|item| TrackKey { item, ..key.clone() }).collect()
    }

    /// What the series view wants to mark; `None` where nothing is marked.
    pub fn marks_key(&self) -> Option<TrackKey> {
        self.track_key().filter(|_| self.choices.marks).map(|key| TrackKey { rate: true, ..key })
    }

    /// What the series view wants to mark as anomalies; `None` where nothing is marked. Those of a counter are those of its rate.
    pub fn anomalies_key(&self) -> Option<TrackKey> {
        let drawn = |key: &TrackKey| key.rate || !self.item().is_some_and(|i| matches!(i.data, Data::Counter(_)));
        self.track_key().filter(|_| self.choices.anomalies).filter(drawn).map(|key| TrackKey { rate: true, ..key })
    }

    /// What the correlation view wants.
    pub fn related_key(&self) -> Option<RelatedKey> {
        let document = self.document.as_ref()?.id;
        Some(RelatedKey { document, against: self.choices.only.then_some(self.choices.item) })
    }

    /// What the distribution view wants.
    pub fn distribution_key(&self) -> Option<DistributionKey> {
        let document = self.document.as_ref()?.id;
        let Choices { item, values, spread, log, nines, .. } = self.choices;
        Some(DistributionKey { document, item, values, spread, log, nines })
    }

    /// What the heat map wants.
    pub fn heat_key(&self) -> Option<HeatKey> {
        let document = self.document.as_ref()?.id;
        Some(HeatKey { document, item: self.choices.item, values: self.choices.values, range: self.range })
    }

    /// What the window view wants; `None` where the objective cannot be read.
    pub fn window_key(&self) -> Option<WindowKey> {
        Some(WindowKey {
            document: self.document.as_ref()?.id,
            item: self.choices.item,
            objective: self.objective()?,
            rule: self.choices.rule,
            no_data: self.choices.no_data,
        })
    }

    fn told_key(&self, ask: Ask, values: Option<(f64, f64)>) -> Option<ToldKey> {
        Some(ToldKey { document: self.document.as_ref()?.id, item: self.choices.item, values, ask })
    }

    /// What the SLO view wants; `None` where the objective cannot be read.
    pub fn slo_key(&self) -> Option<ToldKey> {
        let Choices { no_data, tune, .. } = self.choices;
        self.told_key(Ask::Slo { objective: self.objective()?, no_data, tune }, None)
    }

    /// What the window view wants beside its analysis.
    pub fn losses_key(&self) -> Option<ToldKey> {
        self.told_key(Ask::Losses, None)
    }

    /// What the trend view wants.
    pub fn trend_key(&self) -> Option<ToldKey> {
        self.told_key(Ask::Trend, self.choices.values)
    }

    /// The limit of the forecast; an error where its text cannot be read.
    pub fn limit(&self) -> sre_stats::Result<Option<Limit>> {
        let text = self.choices.limit.trim();
        if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
    }

    /// What the trend view wants of the time to come; `None` where the limit cannot be read.
    pub fn forecast_key(&self) -> Option<ToldKey> {
        let ask = Ask::Forecast { limit: self.limit().ok()?, ahead: self.choices.ahead };
        self.told_key(ask, self.choices.values)
    }

    /// What the trend view wants of seasons.
    pub fn parts_key(&self) -> Option<ToldKey> {
        self.told_key(Ask::Parts, self.choices.values)
    }

    /// What the comparison view wants; `None` where there is nothing to compare with.
    pub fn compare_key(&self) -> Option<ToldKey> {
        let item = self.item()?;
        let other = match self.choices.against {
            Against::Halves => {
                let (from, last) = (item.first(), item.last());
                let to = Timestamp(last.0.saturating_add(1));
                Other::Before { from, at: Timestamp(i64::midpoint(from.0, to.0)), to }
            }
            Against::Sight => {
                let (at, to) = self.range?;
                Other::Before { from: Timestamp(at.0.saturating_sub(to.since(at).0)), at, to }
            }
            Against::Series(index) if index != self.choices.item => Other::Series(index),
            Against::Series(_) => return None,
            Against::Baseline(index) => Other::Baseline(self.baseline.as_ref()?.id, index),
        };
        self.told_key(Ask::Compare(other), self.choices.values)
    }

    /// The analysis shown and its row of the chosen width.
    pub fn width_row(&self) -> Option<(&Arc<WindowAnalysis>, usize, &WidthRow)> {
        let analysis = self.made.windows.latest()?;
        let index = analysis.row_index(self.choices.width);
        Some((analysis, index, analysis.accounting.rows.get(index)?))
    }

    /// The phase, within the width of the row.
    pub fn phase_in(&self, row: &WidthRow) -> Span {
        Span(self.choices.phase.0.rem_euclid(row.width.0.max(1)))
    }
}
